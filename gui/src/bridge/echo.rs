//! Somebody to try things with while there is nobody else: a second node in this process that sends back what it is told.
//! Real in every part: keys, a database and a port on loopback of its own, and the same way to become a contact.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context as _, Result};
use futures::{FutureExt as _, future::BoxFuture};
use kith_node::{
    AccountId, Event, Events, Invite, MessageId, Node, standard,
    views::{Contact, ContactState, Message},
};
use tokio::sync::oneshot;
use zeroize::Zeroizing;

use super::{FromNode, Out};

/// Where its profile is, in the profile of the person.
const FOLDER: &str = "echo";
/// How long its port may take; without one its link leads nowhere.
const LISTENING: Duration = Duration::from_secs(5);
/// The setting of the person's profile that opens it.
const PASSWORD: &str = "gui.echo";
const NAME: &str = "Echo";

/// Its work, which goes on while it is waited for.
pub(super) struct Echo {
    stop: Option<oneshot::Sender<()>>,
    work: BoxFuture<'static, ()>,
}

/// Whether somebody has tried it and kept it.
pub(super) fn is_there(profile: &Path) -> bool {
    profile.join(FOLDER).is_dir()
}

impl Echo {
    /// `asked` by somebody who waits for it, who is told how that went.
    pub(super) fn new(person: Node, profile: &Path, out: Out, asked: bool) -> Self {
        let (stop, stopped) = oneshot::channel();
        let folder = profile.join(FOLDER);
        let work = async move {
            if let Err(error) = run(&person, folder, &out, asked, stopped).await {
                tracing::warn!(%error, "there is no echo");
                if asked {
                    let _gone = out.tell(FromNode::Echo(Err(format!("{error:#}")))).await;
                }
            }
        };
        Self { stop: Some(stop), work: work.boxed() }
    }

    /// Goes on until its contact is removed, or it cannot; for ever without one.
    pub(super) async fn go_on(echo: &mut Option<Self>) {
        match echo {
            Some(running) => (&mut running.work).await,
            None => futures::future::pending().await,
        }
        *echo = None;
    }

    /// Ends it in order.
    pub(super) async fn stop(mut self) {
        if let Some(stop) = self.stop.take() {
            let _ended = stop.send(());
        }
        self.work.await;
    }
}

async fn run(person: &Node, folder: PathBuf, out: &Out, asked: bool, mut stopped: oneshot::Receiver<()>) -> Result<()> {
    let password = password(person).await?;
    let echo = Node::builder(&folder)
        .name(NAME)
        .password(password.as_str())
        .preset(standard())
        .listen(vec!["/ip4/127.0.0.1/udp/0/quic-v1".to_owned()])
        .mdns(false)
        .default_bootstraps(false)
        .spawn()
        .await?;
    let removed = tokio::select! {
        removed = talk(person, &echo, out, asked) => removed?,
        _ = &mut stopped => false,
    };
    echo.shutdown().await;
    if removed {
        forget(person, &folder).await?;
    }
    Ok(())
}

/// Becomes a contact and answers; gives whether it was removed from the contacts.
#[expect(clippy::wildcard_enum_match_arm, reason = "it acts on few kinds of event")]
async fn talk(person: &Node, echo: &Node, out: &Out, asked: bool) -> Result<bool> {
    let (_, mut said) = echo.subscribe().await?;
    let (snapshot, mut seen) = person.subscribe().await?;
    let me = echo.account();
    let mut answered = None;
    let known = snapshot.contacts.iter().any(|contact| contact.account == me);
    if !known && !asked {
        return Ok(true);
    }
    echo.listening(LISTENING).await;
    // A link of today says where it listens today.
    let link = echo.contacts().invite(Invite::single_use()).await?.link;
    let added = person.contacts().add(link, None).await;
    if !known {
        added?;
    }
    let mut awaited = asked;
    if awaited && snapshot.contacts.iter().any(|contact| is_friend(contact, me)) {
        awaited = false;
        let _gone = out.tell(FromNode::Echo(Ok(me))).await;
    }
    loop {
        tokio::select! {
            event = said.next() => {
                answer(echo, person.account(), &mut said, &mut answered, event.context("it ended")?.event).await?;
            }
            event = seen.next() => match event.context("the node ended")?.event {
                Event::ContactChanged { contact } if awaited && is_friend(&contact, me) => {
                    awaited = false;
                    let _gone = out.tell(FromNode::Echo(Ok(me))).await;
                }
                Event::ContactRemoved { account } if account == me => return Ok(true),
                Event::Lagged { .. } => seen = person.subscribe().await?.1,
                _ => {}
            },
        }
    }
}

fn is_friend(contact: &Contact, who: AccountId) -> bool {
    contact.account == who && matches!(contact.state, ContactState::Introduced | ContactState::Verified)
}

#[expect(clippy::wildcard_enum_match_arm, reason = "it acts on few kinds of event")]
async fn answer(
    echo: &Node,
    person: AccountId,
    said: &mut Events,
    answered: &mut Option<MessageId>,
    event: Event,
) -> Result<()> {
    match event {
        Event::ContactRequested { contact } if contact.account == person => {
            echo.contacts().accept(person).await?;
        }
        Event::MessageUpserted { message: Message { id, author, chat, text: Some(text), .. } }
            if author == person && *answered != Some(id) =>
        {
            *answered = Some(id);
            echo.chats().mark_read(chat, None).await?;
            echo.chats().send(chat, text).await?;
        }
        Event::Lagged { .. } => *said = echo.subscribe().await?.1,
        _ => {}
    }
    Ok(())
}

/// The password of its profile, made the first time and kept in the person's: whoever cannot open that cannot read what
/// was said to the echo.
async fn password(person: &Node) -> Result<Zeroizing<String>> {
    let settings = person.settings().get().await?;
    if let Some(password) = settings.get(PASSWORD).and_then(|value| value.as_str()) {
        return Ok(Zeroizing::new(password.to_owned()));
    }
    let mut key = Zeroizing::new([0; 32]);
    getrandom::fill(key.as_mut()).context("no randomness")?;
    let password = Zeroizing::new(data_encoding::HEXLOWER.encode(key.as_ref()));
    person.settings().set(PASSWORD, password.as_str()).await?;
    Ok(password)
}

async fn forget(person: &Node, folder: &Path) -> Result<()> {
    person.settings().set(PASSWORD, serde_json::Value::Null).await?;
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}
