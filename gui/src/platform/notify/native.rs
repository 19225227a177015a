//! Notifications where there is no session bus.

use std::collections::BTreeMap;

use notify_rust::{Notification, NotificationHandle};
use tokio::sync::mpsc::Receiver;

use super::{APP_ICON, Tell, plain};
use crate::{action::Action, model::About};

/// Shows and takes back what it is told to. Blocks, so on a thread of its own. Nothing here tells of clicks.
pub(super) fn run(mut waiting: Receiver<Tell>, _tell: &(impl Fn(Action) + Send)) {
    let mut shown: BTreeMap<About, NotificationHandle> = BTreeMap::new();
    while let Some(told) = waiting.blocking_recv() {
        match told {
            Tell::Show { about, title, body, open: _, sound } => {
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
    made.appname("Kith").icon(APP_ICON).summary(title).body(&plain(body));
    if sound {
        made.sound_name("Default");
    }
    made
}
