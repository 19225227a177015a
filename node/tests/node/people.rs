//! People with real nodes on loopback.

use std::{path::Path, time::Duration};

use kith_node::{
    AccountId, ChatId, Event, Events, Invite, MessageId, Node, NodeBuilder, SequencedEvent, Snapshot, local,
    views::{ContactState, MessageState},
};

/// How long something that needs the network may take, on a loaded machine.
pub(crate) const LIMIT: Duration = Duration::from_secs(60);

/// A node with its events.
pub(crate) struct Person {
    pub(crate) node: Node,
    pub(crate) snapshot: Snapshot,
    pub(crate) events: Events,
    seen: Vec<SequencedEvent>,
}

pub(crate) fn builder(folder: &Path, name: &str) -> NodeBuilder {
    Node::builder(folder.join(name)).name(name).preset(local())
}

impl Person {
    /// Starts a node in `folder`/`name`.
    pub(crate) async fn start(folder: &Path, name: &str) -> Self {
        Self::of(builder(folder, name).spawn().await.unwrap()).await
    }

    pub(crate) async fn of(node: Node) -> Self {
        assert!(!node.listening(LIMIT).await.is_empty());
        let (snapshot, events) = node.subscribe().await.unwrap();
        Self { node, snapshot, events, seen: Vec::new() }
    }

    pub(crate) fn account(&self) -> AccountId {
        self.node.account()
    }

    /// The first event, seen or to come, that `fits`.
    pub(crate) async fn wait<T>(&mut self, what: &str, fits: impl Fn(&Event) -> Option<T>) -> T {
        if let Some(found) = self.seen.iter().find_map(|event| fits(&event.event)) {
            return found;
        }
        let waited = tokio::time::timeout(LIMIT, async {
            loop {
                let event = self.events.next().await.expect("the node runs");
                let found = fits(&event.event);
                self.seen.push(event);
                if let Some(found) = found {
                    return found;
                }
            }
        });
        match waited.await {
            Ok(found) => found,
            Err(_) => panic!("{what} did not happen; what happened: {:#?}", self.seen),
        }
    }

    pub(crate) async fn wait_text(&mut self, text: &str) -> MessageId {
        let me = self.account();
        let fits = |event: &Event| {
            let Event::MessageUpserted { message } = event else { return None };
            (message.author != me && message.text.as_deref() == Some(text)).then_some(message.id)
        };
        self.wait(text, fits).await
    }

    pub(crate) async fn wait_state(&mut self, id: MessageId, wanted: MessageState) {
        let fits = |event: &Event| {
            let Event::MessageState { message, state, .. } = event else { return None };
            (*message == id && *state >= wanted).then_some(())
        };
        self.wait("a state", fits).await;
    }

    pub(crate) async fn shutdown(self) {
        self.node.shutdown().await;
    }
}

/// Makes the two contacts of each other; the chat, which has one id for both.
pub(crate) async fn introduce(alice: &mut Person, bob: &mut Person) -> ChatId {
    let link = alice.node.contacts().invite(Invite::single_use()).await.unwrap().link;
    let added = bob.node.contacts().add(link, Some("it is me".to_owned())).await.unwrap();
    assert_eq!(added.account, alice.account());
    let asking = bob.account();
    let fits = |event: &Event| {
        let Event::ContactRequested { contact } = event else { return None };
        (contact.account == asking).then(|| contact.clone())
    };
    let asked = alice.wait("a request", fits).await;
    assert_eq!((asked.state, asked.request_text.as_str()), (ContactState::Requested, "it is me"));
    alice.node.contacts().accept(asking).await.unwrap();
    let other = alice.account();
    let fits = |event: &Event| {
        let Event::ContactChanged { contact } = event else { return None };
        (contact.account == other && contact.state == ContactState::Introduced).then_some(())
    };
    bob.wait("an acceptance", fits).await;
    let chat = alice.node.chats().open(asking).await.unwrap();
    assert_eq!(bob.node.chats().open(other).await.unwrap(), chat);
    chat
}

/// Sends a text one way and waits until it is on the other's disk and its author knows.
pub(crate) async fn tell(from: &mut Person, to: &mut Person, chat: ChatId, text: &str) -> MessageId {
    let id = from.node.chats().send(chat, text).await.unwrap();
    assert_eq!(to.wait_text(text).await, id);
    from.wait_state(id, MessageState::Delivered).await;
    id
}
