//! The icon in the tray, on a desktop that has one.

use std::{
    cell::RefCell,
    io::{BufRead as _, BufReader, Write as _},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use super::{
    notify::Friend,
    onboard,
    person::{Person, wait},
    screen::Screen,
};

/// In the test itself, wherever that was built.
const PROGRAM: &str = include_str!("tray.py");

struct Tray {
    child: Child,
    pipes: RefCell<(ChildStdin, BufReader<ChildStdout>)>,
}

impl Tray {
    fn start(python: &mut Command) -> Self {
        let mut child = python.args(["-c", PROGRAM]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let pipes = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        let tray = Self { child, pipes: RefCell::new(pipes) };
        assert_eq!(tray.hear(), "ready");
        tray
    }

    fn hear(&self) -> String {
        let mut line = String::new();
        self.pipes.borrow_mut().1.read_line(&mut line).unwrap();
        line.trim().to_owned()
    }

    fn tell(&self, what: &str) -> String {
        writeln!(self.pipes.borrow_mut().0, "{what}").unwrap();
        self.hear()
    }
}

impl Drop for Tray {
    fn drop(&mut self) {
        let _ended_before = self.child.kill();
        let _ended_before = self.child.wait();
    }
}

#[test]
fn a_closed_window_goes_on_in_the_tray() {
    let screen = Screen::start();
    let tray = Tray::start(&mut screen.command("/usr/bin/python3", "tray"));
    let mut ada = Person::start(&screen, "ada", &[]);
    assert_eq!(tray.hear(), "item");
    onboard(&ada, "Ada");
    assert_eq!(tray.tell("title"), "Kith");
    let says = |title: &str| {
        let said = || tray.tell("title");
        wait(title, || (said() == title).then_some(()), said);
    };
    let mara = Friend::start(screen.folder("mara").join("profile"));
    ada.click("I have an invite link");
    ada.type_into("Link, address or six words", &mara.invite());
    ada.click("Ask Mara");
    let chat = mara.accept();
    mara.write(chat, "Did the violet umbrella arrive?");
    says("Kith: one unread message");

    ada.ask_to_close();
    ada.wait("Keep Kith running?");
    ada.click("Keep running");
    let shown = |ada: &Person<'_>, wanted: bool| (ada.is_shown() == wanted).then_some(());
    wait("end of the window", || shown(&ada, false), String::new);
    assert!(!ada.has_ended());
    mara.write(chat, "It is in the hall");
    says("Kith: 2 unread messages");

    assert_eq!(tray.tell("open"), "done");
    wait("window", || shown(&ada, true), String::new);
    ada.click("Chats");
    ada.click("Chat with Mara, 2 unread messages");
    says("Kith");
    ada.ask_to_close();
    wait("end of the window", || shown(&ada, false), String::new);

    assert_eq!(tray.tell("menu Quit Kith"), "done");
    wait("end", || ada.has_ended().then_some(()), String::new);
}
