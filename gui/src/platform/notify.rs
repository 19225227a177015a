//! Native notifications: one per conversation, replaced by the next and taken back when the conversation is read.

use std::{collections::BTreeMap, sync::mpsc, thread};

use kith_node::ChatId;
use notify_rust::{Notification, NotificationHandle};

/// Notifications waiting for the desktop; when it does not keep up, further ones are left out.
const WAITING: usize = 32;

/// What the desktop is told.
pub(crate) enum Told {
    /// Somebody wrote.
    Show { chat: ChatId, title: String, body: String },
    /// It has been read.
    Close(ChatId),
}

/// Tells the desktop on a thread of its own, because the desktop may take its time.
pub(crate) struct Notifier {
    told: Option<mpsc::SyncSender<Told>>,
}

impl Notifier {
    pub(crate) fn new() -> Self {
        let (told, waiting) = mpsc::sync_channel(WAITING);
        let started = thread::Builder::new().name("kith-notify".to_owned()).spawn(move || run(&waiting));
        if let Err(error) = &started {
            tracing::warn!(%error, "there will be no notifications");
        }
        Self { told: started.is_ok().then_some(told) }
    }

    pub(crate) fn tell(&self, what: Told) {
        if let Some(told) = &self.told
            && told.try_send(what).is_err()
        {
            tracing::debug!("the desktop does not keep up with notifications");
        }
    }
}

fn run(waiting: &mpsc::Receiver<Told>) {
    let mut shown: BTreeMap<ChatId, NotificationHandle> = BTreeMap::new();
    while let Ok(told) = waiting.recv() {
        match told {
            Told::Show { chat, title, body } => {
                if let Some(before) = shown.remove(&chat) {
                    before.close();
                }
                let made = Notification::new()
                    .appname("Kith")
                    .icon("org.kith.Kith")
                    .summary(&title)
                    .body(&plain(&body))
                    .show();
                match made {
                    Ok(handle) => {
                        shown.insert(chat, handle);
                    }
                    // No desktop that shows notifications: nothing a person could do about it.
                    Err(error) => tracing::debug!(%error, "a notification was not shown"),
                }
            }
            Told::Close(chat) => {
                if let Some(handle) = shown.remove(&chat) {
                    handle.close();
                }
            }
        }
    }
}

/// Desktops read markup in the body; what strangers write must not be read as such.
fn plain(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    #[test]
    fn markup_of_strangers_is_not_markup() {
        assert_eq!(super::plain("<img src=\"http://x\"> & co"), "&lt;img src=\"http://x\"&gt; &amp; co");
    }
}
