//! Somebody sends a link, with and without what is behind it.

use std::{
    io::{Cursor, Read as _, Write as _},
    net::TcpListener,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use egui::Key;

use crate::{
    device::Device,
    meeting::{NARROW, WIDE, meet, write},
};

/// A site on this machine, and how many came.
fn site() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let count = Arc::new(AtomicUsize::new(0));
    let came = Arc::clone(&count);
    let mut picture = Cursor::new(Vec::new());
    let blue = image::RgbImage::from_fn(600, 300, |x, y| image::Rgb([(x / 3) as u8, (y / 2) as u8, 200]));
    image::DynamicImage::ImageRgb8(blue).write_to(&mut picture, image::ImageFormat::Png).unwrap();
    let picture = picture.into_inner();
    let serve = move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            came.fetch_add(1, Ordering::SeqCst);
            let mut read = [0; 4096];
            let length = stream.read(&mut read).unwrap_or(0);
            let (kind, body) = if String::from_utf8_lossy(&read[..length]).starts_with("GET /picture ") {
                ("image/png", picture.clone())
            } else {
                let page = "<title>Violet umbrellas</title><meta name=description content='For rain and shine'>
                    <meta property=og:image content=/picture></head>";
                ("text/html", page.as_bytes().to_vec())
            };
            let head = format!("HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n", body.len());
            // Whoever looks may have seen enough.
            let _gone = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body));
        }
    };
    std::thread::Builder::new().name("site".into()).spawn(serve).unwrap();
    (url, count)
}

fn switch_on(device: &mut Device) {
    device.press("Settings");
    device.press("Privacy");
    device.tab_to("Link previews");
    device.key(Key::Space);
    device.until(&mut [], "the switch", |device| device.window.state().model().settings.previews);
    device.press("Chats");
}

#[test]
fn a_link_is_sent_with_what_is_behind_it_if_its_sender_wants_that() {
    let folder = tempfile::tempdir().unwrap();
    let (url, count) = site();
    let came = || count.load(Ordering::SeqCst);
    let mut ada = Device::new(folder.path().join("ada"), WIDE);
    let mut mara = Device::new(folder.path().join("mara"), NARROW);
    meet(&mut ada, &mut mara);
    write(&mut ada, &format!("without {url}/one"));
    mara.until(&mut [&mut ada], "message", |mara| mara.sees("Chat with Ada, one unread message"));
    mara.press("Chat with Ada, one unread message");
    mara.until(&mut [&mut ada], "message", |mara| mara.sees_part("without http"));
    assert_eq!(came(), 0, "it is off");

    switch_on(&mut ada);
    ada.press("Chat with Mara");
    ada.type_into("Message", &format!("look {url}/two"));
    ada.until(&mut [&mut mara], "the card", |ada| ada.sees("Send without preview") && ada.sees("Violet umbrellas"));
    ada.key(Key::Enter);
    let card = "Preview of 127.0.0.1: Violet umbrellas, For rain and shine";
    mara.until(&mut [&mut ada], "the card", |mara| mara.sees(card));
    ada.until(&mut [&mut mara], "the card", |ada| ada.sees(card));
    let drawn = |device: &Device| {
        let talks = device.window.state().model().talks.values();
        let message = talks.flat_map(|talk| &talk.messages).find(|message| message.preview.is_some()).unwrap().id;
        let of = kith_gui::model::PictureOf::Message(message);
        matches!(device.window.state().model().pictures.get(of), Some(kith_gui::model::Drawn::Here(_)))
    };
    mara.until(&mut [&mut ada], "the picture", drawn);
    assert_eq!(came(), 2, "the page and its picture, by the sender");

    ada.type_into("Message", &format!("again {url}/three"));
    ada.until(&mut [&mut mara], "the card", |ada| ada.sees("Violet umbrellas"));
    ada.press("Send without preview");
    assert!(!ada.sees("Violet umbrellas"));
    ada.press("Send");
    mara.until(&mut [&mut ada], "message", |mara| mara.sees_part("again http"));
    let previews = |device: &Device| {
        let talks = device.window.state().model().talks.values();
        talks.flat_map(|talk| &talk.messages).filter(|message| message.preview.is_some()).count()
    };
    assert_eq!((previews(&ada), previews(&mara)), (1, 1));
    assert_eq!(came(), 4, "whoever reads visits nothing");
}
