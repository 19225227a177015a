//! Native notifications: one of each thing, replaced by the next and taken back when it is over.

use std::thread;

use tokio::sync::mpsc;

use crate::{action::Action, model::About};

#[cfg(target_os = "linux")]
mod bus;
#[cfg(not(target_os = "linux"))]
mod native;
#[cfg(not(target_os = "linux"))]
use native as bus;

/// Notifications waiting for the desktop; when it does not keep up, further ones are left out.
const WAITING: usize = 32;
/// The name of icon and desktop file.
const APP_ICON: &str = "org.kith.Kith";

/// What the desktop is told.
pub(crate) enum Tell {
    /// Something happened. `open` says what a click does.
    Show { about: About, title: String, body: String, open: String, sound: bool },
    /// It is over.
    Close(About),
}

/// Tells the desktop on a thread of its own, because the desktop may take its time.
pub(crate) struct Notifier {
    told: Option<mpsc::Sender<Tell>>,
}

impl Notifier {
    /// Clicks are told as actions.
    pub(crate) fn new(tell: impl Fn(Action) + Send + 'static) -> Self {
        let (told, waiting) = mpsc::channel(WAITING);
        let started = thread::Builder::new().name("kith-notify".to_owned()).spawn(move || bus::run(waiting, &tell));
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
