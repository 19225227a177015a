//! The same window driven by a program, over the loopback port that only builds with the feature `inspect` open.

use std::{
    cell::RefCell,
    io::{Read as _, Write as _},
    net::TcpStream,
    time::Duration,
};

use serde_json::{Value, json};

use super::{
    msgpack::{pack, unpack},
    person::{Person, wait},
    ports::listening,
    screen::Screen,
};

/// Longer than the other side waits for its window.
const TIMEOUT: Duration = Duration::from_secs(30);

struct Inspector(TcpStream);

impl Inspector {
    fn connect(port: u16) -> Self {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.set_read_timeout(Some(TIMEOUT)).unwrap();
        let mut hello = [0; 8];
        stream.read_exact(&mut hello).unwrap();
        assert_eq!(&hello, b"eins\0\0\0\x01", "the first version of the protocol");
        Self(stream)
    }

    fn ask(&mut self, request: &Value) -> Value {
        let mut packed = Vec::new();
        pack(request, &mut packed);
        self.0.write_all(&u32::try_from(packed.len()).unwrap().to_be_bytes()).unwrap();
        self.0.write_all(&packed).unwrap();
        let mut length = [0; 4];
        self.0.read_exact(&mut length).unwrap();
        let mut answer = vec![0; usize::try_from(u32::from_be_bytes(length)).unwrap()];
        self.0.read_exact(&mut answer).unwrap();
        unpack(&mut answer.as_slice())
    }

    /// Everything that has a name: the name, and where its middle is.
    fn look(&mut self) -> Vec<(String, [f64; 2])> {
        let answer = self.ask(&json!("GetTree"));
        // Fields come in the order of the protocol: the frame, pixels in a point, and the tree with its nodes in front.
        let nodes = answer["Tree"][2][0].as_array().unwrap_or_else(|| panic!("no tree: {answer}"));
        nodes.iter().filter_map(|pair| named(&pair[1])).collect()
    }

    fn wait(&mut self, label: &str) -> [f64; 2] {
        let seen = RefCell::new(Vec::new());
        let found = || {
            seen.replace(self.look());
            seen.borrow().iter().rev().find(|(name, _)| name == label).map(|(_, place)| *place)
        };
        wait(label, found, || format!("{:#?}", seen.borrow()))
    }

    fn events(&mut self, events: &Value) {
        assert_eq!(self.ask(&json!({ "ApplyEvents": { "events": events } })), json!("Done"));
    }

    fn click(&mut self, label: &str) {
        let pos = self.wait(label);
        let modifiers = json!({ "alt": false, "ctrl": false, "shift": false, "mac_cmd": false, "command": false });
        let button = |pressed: bool| json!({ "PointerButton": { "pos": pos, "button": "Primary", "pressed": pressed, "modifiers": modifiers } });
        self.events(&json!([{ "PointerMoved": pos }, button(true)]));
        self.events(&json!([button(false)]));
    }

    fn write(&mut self, text: &str) {
        self.events(&json!([{ "Text": text }]));
    }

    /// A picture of the window, after its size.
    fn picture(&mut self) -> ([u32; 2], Vec<u8>) {
        let answer = self.ask(&json!({ "GetScreenshot": { "pixels_per_point": null } }));
        serde_json::from_value(answer["Screenshot"].clone()).unwrap_or_else(|_| panic!("no picture"))
    }
}

/// The name of a node and its middle.
fn named(node: &Value) -> Option<(String, [f64; 2])> {
    let about = node.as_array()?.iter().find(|part| part.is_object())?;
    let name = about.get("label").or_else(|| about.get("value"))?.as_str()?;
    let edges: [f64; 4] = serde_json::from_value(about.get("bounds")?.clone()).ok()?;
    Some((name.to_owned(), [edges[0].midpoint(edges[2]), edges[1].midpoint(edges[3])]))
}

#[test]
fn inspection_leads_through_a_first_start() {
    let screen = Screen::start();
    // Port 0: the kernel chooses one that is free.
    let ada = Person::start(&screen, "ada", &[("EGUI_INSPECTION", "127.0.0.1:0")]);
    let port = wait("port", || listening(ada.pid()).first().copied(), String::new);
    let mut inspector = Inspector::connect(port);
    assert_eq!(inspector.ask(&json!("GetInfo"))["Info"][0], json!("kith"));
    inspector.click("Get started");
    inspector.click("Your name");
    inspector.write("Ada");
    inspector.click("Create my profile");
    inspector.wait("You are ready, Ada");
    let (size, png) = inspector.picture();
    assert_eq!(size, [1180, 760]);
    assert_eq!(&png[1..4], b"PNG");
    // A screen reader, who asks another way, is told the same.
    ada.wait("You are ready, Ada");
    ada.close();
}
