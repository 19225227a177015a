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
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use tokio::time::{Sleep, sleep};

/// Frames that say more than this while an answer is due fill a slow line: 52 kbit/s over five seconds.
const BUSY_BYTES: u64 = 32 * 1024;

/// What all connections of this node carried. They share a line as a rule, and an answer waits behind the rest on it.
#[derive(Debug, Default)]
pub(super) struct Line {
    received: AtomicU64,
    sent: AtomicU64,
}

impl Line {
    pub(super) fn sent(&self, bytes: usize) {
        self.sent.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    fn carried(&self) -> Carried {
        Carried { received: self.received.load(Ordering::Relaxed), sent: self.sent.load(Ordering::Relaxed) }
    }

    /// Whether it carried much since then. What was sent alone may lie in a buffer before a line that is dead.
    fn busy_since(&self, then: Carried) -> bool {
        let now = self.carried();
        let (received, sent) = (now.received.wrapping_sub(then.received), now.sent.wrapping_sub(then.sent));
        received > 0 && received.saturating_add(sent) >= BUSY_BYTES
    }
}

#[derive(Clone, Copy, Debug, Default)]
struct Carried {
    received: u64,
    sent: u64,
}

/// Told by whoever hears something on the connection.
#[derive(Clone, Debug)]
pub(super) struct Heard {
    here: Arc<AtomicBool>,
    line: Arc<Line>,
}

impl Heard {
    pub(super) fn bytes(&self, bytes: usize) {
        self.here.store(true, Ordering::Relaxed);
        self.line.received.fetch_add(bytes as u64, Ordering::Relaxed);
    }
}

/// What it means that the other side did not answer in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Something else came from it meanwhile.
    Alive,
    /// The line was full: it is asked again, and has twice as long.
    Busy,
    Dead,
}

/// See the module documentation.
#[derive(Debug)]
pub(super) struct Silence {
    after: Duration,
    heard: Heard,
    timer: Option<Pin<Box<Sleep>>>,
    asking: Option<Question>,
}

/// One that is not answered yet.
#[derive(Clone, Copy, Debug)]
struct Question {
    carried: Carried,
    again: bool,
}

impl Silence {
    pub(super) fn new(after: Duration, line: Arc<Line>) -> Self {
        let heard = Heard { here: Arc::default(), line };
        Self { after, heard, timer: None, asking: None }
    }

    pub(super) fn heard(&self) -> Heard {
        self.heard.clone()
    }

    /// A frame left: something should come back.
    pub(super) fn sent(&mut self) {
        // What was heard since the last frame does not answer this one.
        let answered = self.heard.here.load(Ordering::Relaxed);
        if (self.timer.is_none() || answered) && self.asking.is_none() {
            self.heard.here.store(false, Ordering::Relaxed);
            self.timer = Some(Box::pin(sleep(self.after)));
        }
    }

    /// Whether nothing came and it is time to ask.
    pub(super) fn is_due(&mut self, cx: &mut Context<'_>) -> bool {
        let due = self.timer.as_mut().is_some_and(|timer| timer.as_mut().poll(cx) == Poll::Ready(()));
        if due {
            self.timer = None;
        }
        due && !self.heard.here.load(Ordering::Relaxed) && self.ask()
    }

    /// Whether to ask now; once at a time.
    pub(super) fn ask(&mut self) -> bool {
        let free = self.asking.is_none();
        if free {
            self.heard.here.store(false, Ordering::Relaxed);
            self.asking = Some(Question { carried: self.heard.line.carried(), again: false });
        }
        free
    }

    /// Whether the question that is open is asked for the second time.
    pub(super) fn asks_again(&self) -> bool {
        self.asking.is_some_and(|question| question.again)
    }

    /// The question was answered.
    pub(super) fn answered(&mut self) {
        self.asking = None;
    }

    /// The question was not answered in time. After [`Verdict::Busy`] it is open still.
    pub(super) fn unanswered(&mut self) -> Verdict {
        let heard = self.heard.here.load(Ordering::Relaxed);
        match self.asking.take() {
            _ if heard => Verdict::Alive,
            Some(Question { carried, again: false }) if self.heard.line.busy_since(carried) => {
                self.asking = Some(Question { carried, again: true });
                Verdict::Busy
            }
            Some(_) => Verdict::Dead,
            // It was asked twice, and answered once.
            None => Verdict::Alive,
        }
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
        let mut silence = Silence::new(Duration::ZERO, Arc::default());
        assert!(!due(&mut silence).await, "nothing was sent");
        silence.sent();
        assert!(due(&mut silence).await);
        silence.sent();
        assert!(!due(&mut silence).await && !silence.ask(), "it is being asked");
        silence.answered();
        silence.sent();
        silence.heard().bytes(1);
        assert!(!due(&mut silence).await, "something came");
        silence.sent();
        silence.heard().bytes(1);
        silence.sent();
        assert!(due(&mut silence).await, "it came before the last frame");
        silence.answered();
        assert!(silence.ask());
    }
    #[test]
    fn an_answer_that_waits_behind_much_else_has_longer_once() {
        let line = Arc::new(Line::default());
        let mut silence = Silence::new(Duration::ZERO, Arc::clone(&line));
        let other = Silence::new(Duration::ZERO, Arc::clone(&line));
        assert!(silence.ask());
        line.sent(10 * BUSY_BYTES as usize);
        assert_eq!(silence.unanswered(), Verdict::Dead, "nothing came from anybody");
        assert!(silence.ask());
        other.heard().bytes(1);
        assert_eq!(silence.unanswered(), Verdict::Dead, "there was hardly anything on the line");
        assert!(silence.ask());
        line.sent(BUSY_BYTES as usize);
        other.heard().bytes(1);
        assert_eq!(silence.unanswered(), Verdict::Busy);
        assert!(silence.asks_again() && !silence.ask());
        other.heard().bytes(10 * BUSY_BYTES as usize);
        assert_eq!(silence.unanswered(), Verdict::Dead, "it had long enough");
        assert!(silence.ask() && !silence.asks_again());
        silence.heard().bytes(1);
        assert_eq!(silence.unanswered(), Verdict::Alive, "a frame is an answer too");
        assert!(silence.ask());
        silence.answered();
        line.sent(10 * BUSY_BYTES as usize);
        silence.heard.here.store(false, Ordering::Relaxed);
        assert_eq!(silence.unanswered(), Verdict::Alive, "of two questions one was answered");
    }
}
