//! Whether a connection that looks open still leads anywhere.
//!
//! A router that starts anew forgets its mappings and tells neither end. QUIC notices after 45 seconds without an answer,
//! TCP after minutes. So when nothing comes back for a while after a frame, the other side is asked: a stream is opened,
//! which takes one round trip, and closed again without a byte.

use std::{
    future::Future as _,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use tokio::time::{Sleep, sleep};

/// Set by whoever hears something on the connection.
#[derive(Clone, Debug, Default)]
pub(super) struct Heard(Arc<AtomicBool>);

impl Heard {
    pub(super) fn set(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// See the module documentation.
#[derive(Debug)]
pub(super) struct Silence {
    after: Duration,
    heard: Heard,
    timer: Option<Pin<Box<Sleep>>>,
    asking: bool,
}

impl Silence {
    pub(super) fn new(after: Duration) -> Self {
        Self { after, heard: Heard::default(), timer: None, asking: false }
    }

    pub(super) fn heard(&self) -> Heard {
        self.heard.clone()
    }

    /// A frame left: something should come back.
    pub(super) fn sent(&mut self) {
        // What was heard since the last frame does not answer this one.
        let answered = self.heard.0.load(Ordering::Relaxed);
        if (self.timer.is_none() || answered) && !self.asking {
            self.heard.0.store(false, Ordering::Relaxed);
            self.timer = Some(Box::pin(sleep(self.after)));
        }
    }

    /// Whether nothing came and it is time to ask.
    pub(super) fn is_due(&mut self, cx: &mut Context<'_>) -> bool {
        let due = self.timer.as_mut().is_some_and(|timer| timer.as_mut().poll(cx) == Poll::Ready(()));
        if due {
            self.timer = None;
        }
        due && !self.heard.0.load(Ordering::Relaxed) && self.ask()
    }

    /// Whether to ask now; once at a time.
    pub(super) fn ask(&mut self) -> bool {
        !std::mem::replace(&mut self.asking, true)
    }

    /// The question was answered, or was not.
    pub(super) fn asked(&mut self) {
        self.asking = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said when the time to wait is over.
    async fn due(silence: &mut Silence) -> bool {
        let over = std::future::poll_fn(|cx| {
            let due = silence.is_due(cx);
            if silence.timer.is_some() { Poll::Pending } else { Poll::Ready(due) }
        });
        over.await
    }

    #[tokio::test]
    async fn who_does_not_answer_is_asked_once() {
        let mut silence = Silence::new(Duration::ZERO);
        assert!(!due(&mut silence).await, "nothing was sent");
        silence.sent();
        assert!(due(&mut silence).await);
        silence.sent();
        assert!(!due(&mut silence).await && !silence.ask(), "it is being asked");
        silence.asked();
        silence.sent();
        silence.heard().set();
        assert!(!due(&mut silence).await, "something came");
        silence.sent();
        silence.heard().set();
        silence.sent();
        assert!(due(&mut silence).await, "it came before the last frame");
        silence.asked();
        assert!(silence.ask());
    }
}
