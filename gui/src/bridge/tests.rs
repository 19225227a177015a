use std::path::Path;

use kith_node::{
    ChatId, Reply,
    params::{self, Around},
};

use super::*;

/// A window that looks only when it wants to.
struct Window {
    bridge: Bridge,
    woken: std::sync::mpsc::Receiver<()>,
}

impl Window {
    fn new(folder: &Path) -> Self {
        let _installed_before = rustls::crypto::ring::default_provider().install_default();
        let (wake, woken) = std::sync::mpsc::sync_channel(1);
        let waker = Waker::new(move || {
            let _woken_already = wake.try_send(());
        });
        Self { bridge: Bridge::new(NodeOptions::local(folder.to_owned()), waker).unwrap(), woken }
    }

    fn call(&self, command: Command) {
        self.tell(ToNode::Call(Box::new(command), Then::Nothing));
    }

    fn tell(&self, message: ToNode) {
        assert!(self.bridge.send(message), "no room for a call");
    }

    /// Looks until it is told what it waits for.
    fn wait<T>(&mut self, wanted: impl Fn(FromNode) -> Option<T>) -> T {
        loop {
            self.bridge.looked();
            while let Some(news) = self.bridge.receive() {
                if let Some(found) = wanted(news) {
                    return found;
                }
            }
            self.woken.recv_timeout(Duration::from_secs(40)).unwrap();
        }
    }

    fn open(&mut self, name: Option<&str>) -> Snapshot {
        self.tell(name.map_or(ToNode::Open, |name| ToNode::Start { name: Some(name.to_owned()), password: None }));
        self.wait(|news| if let FromNode::Started { snapshot, .. } = news { Some(*snapshot) } else { None })
    }

    /// My notes.
    fn notes(&mut self, me: AccountId) -> ChatId {
        self.call(Command::ChatsOpen(params::AccountParams { account: me }));
        self.wait(
            |news| {
                if let FromNode::Reply(_, Ok(Reply::ChatsOpen(reply))) = news { Some(reply.chat) } else { None }
            },
        )
    }
}

/// There are more answers than room for them, so the node waits for the window to look before it takes more calls, and
/// the window never does.
#[test]
fn a_window_that_closes_while_it_is_behind_loses_nothing_that_was_sent() {
    const NOTES: u32 = 100;
    let folder = tempfile::tempdir().unwrap();
    let profile = folder.path().join("ada");
    let mut window = Window::new(&profile);
    let me = window.open(Some("Ada")).profile.account;
    let chat = window.notes(me);
    for _answer in 0..3 * BATCHES {
        window.call(Command::ProfileGet(params::Nothing {}));
    }
    while window.bridge.news.len() < BATCHES {
        std::thread::park_timeout(Duration::from_millis(1));
    }
    for note in 0..NOTES {
        let text = format!("Note {note}");
        window.call(Command::ChatsSend(params::SendParams {
            chat,
            text,
            reply_to: None,
            expires_s: None,
            preview: None,
        }));
    }
    drop(window);

    let mut window = Window::new(&profile);
    window.open(None);
    let (before, after) = (Some(500), None);
    window.call(Command::ChatsHistory(params::HistoryParams { chat, around: Around::End, before, after }));
    let texts = window.wait(|news| {
        let FromNode::Reply(_, Ok(Reply::ChatsHistory(page))) = news else { return None };
        Some(page.messages.into_iter().filter_map(|message| message.text).collect::<Vec<_>>())
    });
    assert_eq!(texts, (0..NOTES).map(|note| format!("Note {note}")).collect::<Vec<_>>());
}

#[test]
fn a_node_that_ended_by_itself_is_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = Window::new(&folder.path().join("ada"));
    let me = window.open(Some("Ada")).profile.account;
    for _again in 0..2 {
        window.tell(ToNode::Fault);
        window.wait(|news| matches!(news, FromNode::Ended).then_some(()));
        assert_eq!(window.open(None).profile.account, me);
        window.notes(me);
    }
}

/// The window draws for every batch that is told.
#[test]
fn levels_that_look_alike_are_not_told_again() {
    let call = |n| MessageId::from_bytes([n; 16]);
    let level = |n, mine, theirs| Event::CallLevel { call: call(n), mine, theirs };
    let mut shown = None;
    let told = |shown: &mut _, batch: Vec<Event>| coalesce(batch, shown);
    assert_eq!(told(&mut shown, vec![level(1, 90, 0), level(1, 3, 50)]), [level(1, 3, 50)], "the last");
    assert_eq!(told(&mut shown, vec![level(1, 90, 0), level(1, 9, 45)]), [], "in the same steps");
    let other = Event::Typing {
        chat: ChatId::from_bytes(Default::default()),
        account: AccountId::from_bytes([1; 32]),
        on: true,
    };
    assert_eq!(told(&mut shown, vec![level(1, 1, 41), other.clone()]), [other]);
    assert_eq!(told(&mut shown, vec![level(1, 0, 41)]), [level(1, 0, 41)], "silence is another");
    assert_eq!(told(&mut shown, vec![level(2, 0, 41)]), [level(2, 0, 41)], "and so is another call");
}
