//! Native notifications: one of each thing, replaced by the next and taken back when it is over.

use std::{collections::BTreeMap, sync::mpsc, thread};

use notify_rust::{Notification, NotificationHandle};

use crate::model::About;

/// Notifications waiting for the desktop; when it does not keep up, further ones are left out.
const WAITING: usize = 32;

/// What the desktop is told.
pub(crate) enum Tell {
    /// Something happened.
    Show { about: About, title: String, body: String, sound: bool },
    /// It is over.
    Close(About),
}

/// Tells the desktop on a thread of its own, because the desktop may take its time.
pub(crate) struct Notifier {
    told: Option<mpsc::SyncSender<Tell>>,
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

    pub(crate) fn tell(&self, what: Tell) {
        if let Some(told) = &self.told
            && told.try_send(what).is_err()
        {
            tracing::debug!("the desktop does not keep up with notifications");
        }
    }
}

fn run(waiting: &mpsc::Receiver<Tell>) {
    let mut shown: BTreeMap<About, NotificationHandle> = BTreeMap::new();
    while let Ok(told) = waiting.recv() {
        match told {
            Tell::Show { about, title, body, sound } => {
                if let Some(before) = shown.remove(&about) {
                    before.close();
                }
                match notification(&title, &body, sound).show() {
                    Ok(handle) => {
                        shown.insert(about, handle);
                    }
                    // No desktop that shows notifications: nothing a person could do about it.
                    Err(error) => tracing::debug!(%error, "a notification was not shown"),
                }
            }
            Tell::Close(about) => {
                if let Some(handle) = shown.remove(&about) {
                    handle.close();
                }
            }
        }
    }
}

fn notification(title: &str, body: &str, sound: bool) -> Notification {
    let mut made = Notification::new();
    made.appname("Kith").icon("org.kith.Kith").summary(title).body(&plain(body));
    if sound {
        // The name by which sound themes know it.
        made.sound_name(if cfg!(target_os = "linux") { "message-new-instant" } else { "Default" });
    } else {
        #[cfg(target_os = "linux")]
        made.hint(notify_rust::Hint::SuppressSound(true));
    }
    made
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
