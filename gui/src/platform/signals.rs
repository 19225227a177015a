//! The end of the session: the desktop asks programs to end, and waits for those that close in order.

use tokio::signal::unix::{SignalKind, signal};

use crate::action::Action;

/// Waits for SIGTERM or SIGINT. Blocks, so on a thread of its own.
pub(crate) fn end() -> Option<Action> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().ok()?;
    runtime.block_on(async {
        let mut terminate = signal(SignalKind::terminate()).ok()?;
        let mut interrupt = signal(SignalKind::interrupt()).ok()?;
        tokio::select! {
            _ = terminate.recv() => {},
            _ = interrupt.recv() => {},
        }
        Some(Action::Quit)
    })
}
