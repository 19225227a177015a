//! What a screen reader finds in a window: asked of `atspi.py`, which speaks to the bus of accessibility.

use std::{
    cell::RefCell,
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use serde::Deserialize;
use serde_json::{Value, json};

const PROGRAM: &str = include_str!("atspi.py");

/// Roles of what a person uses. Everything else that can be pressed or focused has to be one of these too.
const CONTROLS: [&str; 16] = [
    "push button",
    "toggle button",
    "entry",
    "password text",
    "list item",
    "check box",
    "radio button",
    "page tab",
    "menu item",
    "combo box",
    "slider",
    "link",
    "switch",
    "spin button",
    // The edge between two panels, and a message.
    "separator",
    "article",
];

/// One thing in a window.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Shown {
    node: String,
    pub(crate) role: String,
    pub(crate) name: String,
    pub(crate) states: Vec<String>,
    pressable: bool,
    readable: bool,
    /// Left, top, width and height, from the corner of the window.
    pub(crate) place: Option<[i32; 4]>,
    pub(crate) text: Option<String>,
}

impl Shown {
    pub(crate) fn is(&self, state: &str) -> bool {
        self.states.iter().any(|has| has == state)
    }

    pub(crate) fn is_control(&self) -> bool {
        CONTROLS.contains(&self.role.as_str())
    }

    pub(crate) fn is_field(&self) -> bool {
        ["entry", "password text"].contains(&self.role.as_str())
    }

    /// What somebody who only hears could not use.
    pub(crate) fn problem(&self) -> Option<String> {
        // Text that can be selected takes clicks without being a control, and pages scroll by themselves.
        let passive = self.role == "scroll bar" || self.role == "label" && self.readable;
        let used = self.is_control() || self.pressable && !passive;
        if used && self.name.trim().is_empty() {
            return Some(format!("has no name: {self:?}"));
        }
        (used && !self.is_control()).then(|| format!("has the role of nothing that is used: {self:?}"))
    }
}

/// Everything in a window.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Seen {
    #[serde(default)]
    pub(crate) app: String,
    #[serde(default)]
    pub(crate) nodes: Vec<Shown>,
}

impl Seen {
    pub(crate) fn has(&self, name: &str) -> bool {
        self.nodes.iter().any(|shown| shown.name == name)
    }

    pub(crate) fn has_part(&self, part: &str) -> bool {
        self.nodes.iter().any(|shown| shown.name.contains(part))
    }

    /// The last one: dialogs come after what they cover.
    pub(crate) fn control(&self, name: &str) -> Option<&Shown> {
        self.nodes.iter().rev().find(|shown| shown.name == name && shown.is_control())
    }

    /// Is this tab the one whose page is shown?
    pub(crate) fn chosen_tab(&self, name: &str) -> bool {
        self.nodes.iter().any(|shown| shown.role == "page tab" && shown.name == name && shown.is("selected"))
    }

    pub(crate) fn field(&self, name: &str) -> Option<&Shown> {
        self.nodes.iter().rev().find(|shown| shown.name == name && shown.is_field())
    }
}

/// The program that looks.
pub(crate) struct Reader {
    child: Child,
    pipes: RefCell<(ChildStdin, BufReader<ChildStdout>)>,
}

impl Reader {
    /// Starts it, and waits until windows can be found.
    pub(crate) fn start(python: &mut Command, log: &Path) -> Self {
        let log = std::fs::File::create(log).unwrap();
        let command = python.args(["-c", PROGRAM]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(log);
        let mut child = command.spawn().unwrap();
        let pipes = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        let reader = Self { child, pipes: RefCell::new(pipes) };
        let ready = reader.hear();
        assert_eq!(ready, json!({ "ready": true }), "windows cannot be read: apt-get install at-spi2-core python3-gi");
        reader
    }

    fn hear(&self) -> Value {
        let mut line = String::new();
        self.pipes.borrow_mut().1.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("atspi.py says {line:?}: {error}"))
    }

    fn ask(&self, question: &Value) -> Value {
        writeln!(self.pipes.borrow_mut().0, "{question}").unwrap();
        self.hear()
    }

    /// Everything in the window of a process; nothing while it has none. Where things are and what is written in them
    /// is told of those with a name in `about`.
    pub(crate) fn look(&self, pid: u32, about: &[&str]) -> Seen {
        let answer = self.ask(&json!({ "do": "look", "pid": pid, "about": about }));
        serde_json::from_value(answer).unwrap()
    }

    /// Does what pressing it does, without mouse and keys. Says whether it could.
    pub(crate) fn press(&self, pid: u32, shown: &Shown) -> bool {
        self.ask(&json!({ "do": "press", "pid": pid, "node": shown.node }))["done"] == json!(true)
    }

    /// Gives it the keyboard. Says whether it could.
    pub(crate) fn focus(&self, pid: u32, shown: &Shown) -> bool {
        self.ask(&json!({ "do": "focus", "pid": pid, "node": shown.node }))["done"] == json!(true)
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        let _ended_before = self.child.kill();
        let _ended_before = self.child.wait();
    }
}
