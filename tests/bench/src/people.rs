//! Two real nodes that know each other.

use std::{path::Path, time::Duration};

use anyhow::{Context as _, Result, bail, ensure};
use futures::{StreamExt as _, stream};
use kith_node::{
    AccountId, ChatId, Event, Events, Invite, MessageId, Node, local,
    views::{Contact, ContactState, MessageState},
};
use tokio::time::timeout;

/// How long anything may take on a busy machine.
const LIMIT: Duration = Duration::from_secs(60);
/// Loopback QUIC, on any port.
const LISTEN: &str = "/ip4/127.0.0.1/udp/0/quic-v1";
/// How many messages the sender hands over without waiting for the answer: more than share one transaction.
const AT_ONCE: usize = 256;

/// Alice, who writes to Bob.
pub(crate) struct Pair {
    alice: Node,
    bob: Node,
    chat: ChatId,
    events: Events,
}

impl Pair {
    /// Starts two nodes in `folder` and makes them contacts with an invite that goes from hand to hand.
    pub(crate) async fn start(folder: &Path) -> Result<Self> {
        let alice = start(folder, "alice").await?;
        let bob = start(folder, "bob").await?;
        let (_, mut events) = alice.subscribe().await?;
        let (_, mut heard) = bob.subscribe().await?;
        let link = alice.contacts().invite(Invite::single_use()).await?.link;
        bob.contacts().add(link, None).await?;
        wait(&mut events, |event| matches!(event, Event::ContactRequested { .. }).then_some(())).await?;
        alice.contacts().accept(bob.account()).await?;
        wait(&mut heard, |event| {
            let Event::ContactChanged { contact } = event else { return None };
            (contact.state == ContactState::Introduced).then_some(())
        })
        .await?;
        let chat = alice.chats().open(bob.account()).await?;
        Ok(Self { alice, bob, chat, events })
    }

    /// Writes one message and waits until Alice's node has told that it is on Bob's disk.
    pub(crate) async fn deliver(&mut self, text: String) -> Result<()> {
        let sent = self.alice.chats().send(self.chat, text).await?;
        wait(&mut self.events, |event| delivered(event).filter(|message| *message == sent)).await.map(drop)
    }

    /// Writes all of these and waits until each is on Bob's disk.
    pub(crate) async fn deliver_all(&mut self, texts: Vec<String>) -> Result<()> {
        let (alice, chat, count) = (self.alice.clone(), self.chat, texts.len());
        let sends = stream::iter(texts).map(|text| {
            let alice = &alice;
            async move { alice.chats().send(chat, text).await }
        });
        let all_sent = async {
            let mut sends = sends.buffered(AT_ONCE);
            while let Some(sent) = sends.next().await {
                sent?;
            }
            Ok(())
        };
        let events = &mut self.events;
        let all_delivered = async {
            for _ in 0..count {
                wait(events, delivered).await?;
            }
            Ok(())
        };
        futures::try_join!(all_sent, all_delivered).map(drop)
    }

    /// Ends both nodes.
    pub(crate) async fn end(self) -> Result<()> {
        let on_disk = self.bob.chats().get(self.chat).await?.last;
        ensure!(on_disk.is_some(), "Bob has nothing");
        self.alice.shutdown().await;
        self.bob.shutdown().await;
        Ok(())
    }
}

/// Starts a node with a new profile in `folder`.
pub(crate) async fn start(folder: &Path, name: &str) -> Result<Node> {
    let builder = Node::builder(folder.join(name)).name(name).preset(local()).listen(vec![LISTEN.to_owned()]);
    let node = builder.spawn().await?;
    ensure!(!node.listening(LIMIT).await.is_empty(), "{name} listens nowhere");
    Ok(node)
}

/// Waits until somebody the node asked has accepted it.
pub(crate) async fn introduced(node: &Node, who: AccountId) -> Result<()> {
    let (snapshot, mut events) = node.subscribe().await?;
    let accepted = |contact: &Contact| contact.account == who && contact.state == ContactState::Introduced;
    if snapshot.contacts.iter().any(accepted) {
        return Ok(());
    }
    wait(&mut events, |event| {
        let Event::ContactChanged { contact } = event else { return None };
        accepted(contact).then_some(())
    })
    .await
}

fn delivered(event: &Event) -> Option<MessageId> {
    let Event::MessageState { message, state, .. } = event else { return None };
    (*state >= MessageState::Delivered && *state < MessageState::Failed).then_some(*message)
}

pub(crate) async fn wait<T>(events: &mut Events, fits: impl Fn(&Event) -> Option<T>) -> Result<T> {
    let found = async {
        loop {
            let event = events.next().await.context("the node ended")?.event;
            if let Event::Lagged { missed } = event {
                bail!("the reader missed {missed} events");
            }
            if let Some(found) = fits(&event) {
                return Ok(found);
            }
        }
    };
    timeout(LIMIT, found).await.context("nothing happened any more")?
}
