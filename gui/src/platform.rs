//! What the desktop does for the window: clipboard, browser, pictures, links, appearance. Nothing here decides anything.

pub mod appearance;
pub(crate) mod autostart;
pub(crate) mod clipboard;
pub(crate) mod files;
#[cfg(target_os = "linux")]
pub(crate) mod lock;
#[cfg(target_os = "linux")]
pub(crate) mod metered;
pub(crate) mod notify;
pub(crate) mod picture;
pub(crate) mod scan;
#[cfg(target_os = "linux")]
mod screen;
#[cfg(unix)]
pub(crate) mod signals;
pub mod single_instance;
pub(crate) mod themes;
#[cfg(target_os = "linux")]
pub(crate) mod tray;
pub(crate) mod window_state;

use std::{sync::mpsc, thread};

use crate::action::Action;

/// Answers of the desktop waiting for a frame: each follows from something a person did.
const ANSWERS: usize = 64;

/// Work that would hold up a frame, done on threads of its own; what comes of it is an action.
pub(crate) struct Desktop {
    answers: mpsc::Receiver<Action>,
    sender: mpsc::SyncSender<Action>,
    wake: egui::Context,
}

impl Desktop {
    pub(crate) fn new(wake: egui::Context) -> Self {
        let (sender, answers) = mpsc::sync_channel(ANSWERS);
        Self { answers, sender, wake }
    }

    /// What has come since the last look.
    pub(crate) fn receive(&self) -> Option<Action> {
        self.answers.try_recv().ok()
    }

    /// Runs `work` on a thread; its action comes with a later frame.
    pub(crate) fn run(&self, name: &str, work: impl FnOnce() -> Option<Action> + Send + 'static) {
        let (sender, wake) = (self.sender.clone(), self.wake.clone());
        let started = thread::Builder::new().name(format!("kith-{name}")).spawn(move || {
            if let Some(action) = work()
                && sender.send(action).is_ok()
            {
                wake.request_repaint();
            }
        });
        if let Err(error) = started {
            tracing::warn!(%error, name, "no thread");
        }
    }

    /// For sources that go on telling: links from a second start, the desktop's appearance.
    pub(crate) fn teller(&self) -> impl Fn(Action) + Send + Sync + 'static {
        let (sender, wake) = (self.sender.clone(), self.wake.clone());
        move |action| {
            if sender.try_send(action).is_ok() {
                wake.request_repaint();
            }
        }
    }
}
