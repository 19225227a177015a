//! What the desktop is told to show, and to take back.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    process::{Child, ChildStdin, Command, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use kith_node::{ChatId, Event, Invite, MessageId, Node, params::DeleteFor};

use super::{onboard, person::Person, screen::Screen};

/// In the test itself, wherever that was built.
const PROGRAM: &str = include_str!("notify.py");
/// Calls that may wait to be looked at: more than the test makes.
const CALLS: usize = 64;
/// How long anything may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(40);

/// One call of the window.
#[derive(Debug)]
struct Call {
    shows: bool,
    id: u64,
    title: String,
    body: String,
    sound: bool,
}

struct Desktop {
    child: Child,
    orders: ChildStdin,
    calls: mpsc::Receiver<Call>,
}

impl Desktop {
    fn start(python: &mut Command) -> Self {
        let mut child = python.args(["-c", PROGRAM]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let orders = child.stdin.take().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        assert_eq!(lines.next().unwrap().unwrap(), "ready");
        let (heard, calls) = mpsc::sync_channel(CALLS);
        let listen = move || {
            for line in lines.map_while(Result::ok) {
                let said: serde_json::Value = serde_json::from_str(&line).unwrap();
                let text = |field: &str| said[field].as_str().unwrap().to_owned();
                let call = Call {
                    shows: said["what"] == "show",
                    id: said["id"].as_u64().unwrap(),
                    title: text("title"),
                    body: text("body"),
                    sound: said["sound"].as_bool().unwrap(),
                };
                if heard.send(call).is_err() {
                    return;
                }
            }
        };
        let _ends_with_the_pipe = thread::Builder::new().name("desktop".to_owned()).spawn(listen).unwrap();
        Self { child, orders, calls }
    }

    fn next(&self) -> Call {
        self.calls.recv_timeout(PATIENCE).expect("a call")
    }

    /// The next thing it is told to show.
    fn shows(&self, title: &str, body: &str) -> Call {
        let call = self.next();
        assert!(call.shows && (call.title.as_str(), call.body.as_str()) == (title, body), "{call:?}");
        call
    }

    /// The next thing it is told is to take this back.
    fn closes(&self, shown: &Call) {
        let call = self.next();
        assert!(!call.shows && call.id == shown.id, "{call:?} instead of the end of {shown:?}");
    }

    fn tell(&mut self, what: &str) {
        writeln!(self.orders, "{what}").unwrap();
    }
}

impl Drop for Desktop {
    fn drop(&mut self) {
        let _ended_before = self.child.kill();
        let _ended_before = self.child.wait();
    }
}

/// Somebody who writes, without a window.
pub(super) struct Friend {
    node: Node,
    runtime: tokio::runtime::Runtime,
}

impl Friend {
    pub(super) fn start(folder: std::path::PathBuf) -> Self {
        let _installed_before = rustls::crypto::ring::default_provider().install_default();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let spawn = Node::builder(folder).name("Mara").preset(kith_node::local()).spawn();
        let node = runtime.block_on(spawn).unwrap();
        runtime.block_on(node.listening(PATIENCE));
        Self { node, runtime }
    }

    pub(super) fn invite(&self) -> String {
        self.runtime.block_on(self.node.contacts().invite(Invite::single_use())).unwrap().link
    }

    /// Accepts the first who asks; gives the conversation.
    pub(super) fn accept(&self) -> ChatId {
        let accept = async {
            let (snapshot, mut events) = self.node.subscribe().await.unwrap();
            let mut asking = snapshot.contacts.first().map(|contact| contact.account);
            while asking.is_none() {
                if let Event::ContactRequested { contact } = events.next().await.unwrap().event {
                    asking = Some(contact.account);
                }
            }
            let account = asking.unwrap();
            self.node.contacts().accept(account).await.unwrap();
            self.node.chats().open(account).await.unwrap()
        };
        self.runtime.block_on(async { tokio::time::timeout(PATIENCE, accept).await }).expect("a request")
    }

    pub(super) fn write(&self, chat: ChatId, text: &str) -> MessageId {
        self.runtime.block_on(self.node.chats().send(chat, text)).unwrap()
    }

    fn take_back(&self, message: MessageId) {
        self.runtime.block_on(self.node.chats().delete(message, DeleteFor::Everyone)).unwrap();
    }
}

impl Drop for Friend {
    fn drop(&mut self) {
        self.runtime.block_on(self.node.shutdown());
    }
}

fn page(ada: &Person<'_>, name: &str) {
    ada.click(name);
    ada.until(name, |seen| seen.chosen_tab(name));
}

fn choose(ada: &Person<'_>, name: &str) {
    ada.click(name);
    ada.until(name, |seen| seen.nodes.iter().any(|shown| shown.name == name && shown.is("checked")));
}

#[test]
fn the_desktop_is_told_and_told_when_it_is_over() {
    let screen = Screen::start();
    let mut desktop = Desktop::start(&mut screen.command("/usr/bin/python3", "desktop"));
    let mara = Friend::start(screen.folder("mara").join("profile"));
    let ada = Person::start(&screen, "ada", &[]);
    ada.place(0, 1180, 760);
    onboard(&ada, "Ada");
    ada.click("I have an invite link");
    ada.type_into("Link, address or six words", &mara.invite());
    ada.click("Ask Mara");
    let chat = mara.accept();
    ada.click("Settings");
    page(&ada, "Notifications");

    // Beside what is being looked at, and read.
    mara.write(chat, "Did the <b>violet</b> umbrella arrive?");
    let shown = desktop.shows("Mara", "Did the &lt;b&gt;violet&lt;/b&gt; umbrella arrive?");
    assert!(!shown.sound, "somebody is here");
    ada.click("Chats");
    ada.click("Chat with Mara, one unread message");
    desktop.closes(&shown);

    // A click on it leads there, which takes it back.
    ada.click("Settings");
    mara.write(chat, "It is in the hall");
    let shown = desktop.shows("Mara", "It is in the hall");
    desktop.tell("click");
    desktop.closes(&shown);
    ada.until("the conversation", |seen| seen.nodes.iter().any(|node| node.name.contains("It is in the hall")));

    // No more than that there is one, and taken back by its author.
    ada.click("Settings");
    page(&ada, "Notifications");
    choose(&ada, "Only that there is one");
    let wrong = mara.write(chat, "xylophone");
    let hidden = desktop.shows("Kith", "New message");
    mara.take_back(wrong);
    desktop.closes(&hidden);

    // What says something does not stay on a locked screen, and nothing new says anything.
    choose(&ada, "Name and text");
    mara.write(chat, "In the hall");
    let shown = desktop.shows("Mara", "In the hall");
    desktop.tell("lock");
    desktop.closes(&shown);
    mara.write(chat, "xylophone");
    let locked = desktop.shows("Kith", "New message");
    assert!(locked.sound, "nobody is here");
    desktop.tell("unlock");
    ada.click("Chats");
    ada.click("Chat with Mara, 2 unread messages");
    desktop.closes(&locked);

    // What came while nobody was here is told once.
    ada.close();
    for text in ["One", "Two", "Three"] {
        mara.write(chat, text);
    }
    let ada = Person::start(&screen, "ada", &[]);
    let once = desktop.shows("Mara", "3 new messages");
    ada.click("Chat with Mara, 3 unread messages");
    desktop.closes(&once);
    ada.close();
}
