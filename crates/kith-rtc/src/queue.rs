//! Events on their way to the application. What may not be lost waits or ends the session; sound and pictures drop the
//! oldest; of numbers only the newest is kept.

use crate::api::{RtpPacket, SessionEvent, State, Stats, VideoFrame};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::Notify;

/// Candidates, states and the like: far more than a negotiation makes. A reader that leaves so many has stopped reading.
const CONTROL_CAPACITY: usize = 256;
/// Messages (1 MiB): beyond, the data channel is not read, and the other side waits.
const DATA_CAPACITY: usize = 64;
/// 1.28 s of sound: what is older is of no use to a call.
const AUDIO_CAPACITY: usize = 64;
/// A quarter of a second of pictures.
const VIDEO_CAPACITY: usize = 8;

#[derive(Debug, Default)]
struct Waiting {
    control: VecDeque<SessionEvent>,
    /// Messages among `control`.
    messages: usize,
    audio: VecDeque<RtpPacket>,
    video: VecDeque<VideoFrame>,
    stats: Option<Box<Stats>>,
    audio_dropped: u64,
    video_dropped: u64,
    ended: bool,
}

#[derive(Debug, Default)]
pub(crate) struct Queue {
    waiting: Mutex<Waiting>,
    readable: Notify,
    /// Room for a message.
    room: Notify,
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        // Nothing that holds the lock can leave it half done.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// False if the reader has stopped reading: the session ends.
    pub(crate) fn control(&self, event: SessionEvent) -> bool {
        let mut waiting = self.lock();
        if waiting.ended || waiting.control.len() - waiting.messages >= CONTROL_CAPACITY {
            return false;
        }
        waiting.control.push_back(event);
        drop(waiting);
        self.readable.notify_one();
        true
    }

    /// Waits for room.
    pub(crate) async fn data(&self, message: bytes::Bytes) {
        loop {
            let room = self.room.notified();
            {
                let mut waiting = self.lock();
                if waiting.ended {
                    return;
                }
                if waiting.messages < DATA_CAPACITY {
                    waiting.messages += 1;
                    waiting.control.push_back(SessionEvent::Data(message));
                    break;
                }
            }
            room.await;
        }
        self.readable.notify_one();
    }

    pub(crate) fn audio(&self, packet: RtpPacket) {
        let mut waiting = self.lock();
        if waiting.audio.len() >= AUDIO_CAPACITY {
            waiting.audio.pop_front();
            waiting.audio_dropped += 1;
        }
        waiting.audio.push_back(packet);
        drop(waiting);
        self.readable.notify_one();
    }

    /// False if a picture was dropped: those after it cannot be decoded until one stands alone.
    pub(crate) fn video(&self, frame: VideoFrame) -> bool {
        let mut waiting = self.lock();
        let full = waiting.video.len() >= VIDEO_CAPACITY;
        if full {
            waiting.video.pop_front();
            waiting.video_dropped += 1;
        }
        waiting.video.push_back(frame);
        drop(waiting);
        self.readable.notify_one();
        !full
    }

    pub(crate) fn stats(&self, stats: Stats) {
        self.lock().stats = Some(Box::new(stats));
        self.readable.notify_one();
    }

    /// Sound packets and pictures that were dropped.
    pub(crate) fn dropped(&self) -> (u64, u64) {
        let waiting = self.lock();
        (waiting.audio_dropped, waiting.video_dropped)
    }

    /// Nothing comes after [`State::Closed`].
    pub(crate) fn end(&self) {
        let mut waiting = self.lock();
        if !waiting.ended {
            waiting.ended = true;
            waiting.audio.clear();
            waiting.video.clear();
            waiting.stats = None;
            waiting.control.push_back(SessionEvent::State(State::Closed));
        }
        drop(waiting);
        self.readable.notify_one();
        self.room.notify_waiters();
    }

    fn pop(&self) -> Option<Option<SessionEvent>> {
        let mut waiting = self.lock();
        if let Some(event) = waiting.control.pop_front() {
            if matches!(event, SessionEvent::Data(_)) {
                waiting.messages -= 1;
                self.room.notify_waiters();
            }
            return Some(Some(event));
        }
        if let Some(packet) = waiting.audio.pop_front() {
            return Some(Some(SessionEvent::Audio(packet)));
        }
        if let Some(frame) = waiting.video.pop_front() {
            return Some(Some(SessionEvent::Video(frame)));
        }
        if let Some(stats) = waiting.stats.take() {
            return Some(Some(SessionEvent::Stats(stats)));
        }
        waiting.ended.then_some(None)
    }
}

/// The events of a session. Dropping it leaves the session without a reader: it ends when its queue is full.
#[derive(Debug)]
pub struct Events {
    pub(crate) queue: Arc<Queue>,
}

impl Events {
    /// The next event; nothing after [`State::Closed`]. Cancelling it loses none.
    pub async fn next(&mut self) -> Option<SessionEvent> {
        loop {
            if let Some(next) = self.queue.pop() {
                return next;
            }
            self.queue.readable.notified().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use futures::FutureExt;
    use std::time::Instant;

    fn packet(sequence: u16) -> RtpPacket {
        RtpPacket { sequence, timestamp: 0, payload: Bytes::from_static(b"x"), arrived: Instant::now() }
    }

    #[tokio::test]
    async fn a_slow_reader_loses_the_oldest_sound_and_it_is_counted() {
        let queue = Arc::new(Queue::default());
        let mut events = Events { queue: queue.clone() };
        for sequence in 0..AUDIO_CAPACITY as u16 + 3 {
            queue.audio(packet(sequence));
        }
        let Some(SessionEvent::Audio(first)) = events.next().await else { panic!("no sound") };
        assert_eq!(first.sequence, 3);
        assert_eq!(queue.dropped(), (3, 0));
    }

    #[tokio::test]
    async fn messages_wait_for_a_reader_and_keep_their_order_with_states() {
        let queue = Arc::new(Queue::default());
        let mut events = Events { queue: queue.clone() };
        for number in 0..DATA_CAPACITY as u8 {
            queue.data(Bytes::from(vec![number])).await;
        }
        let mut more = Box::pin(queue.data(Bytes::from_static(b"more")));
        assert!(more.as_mut().now_or_never().is_none());
        assert!(queue.control(SessionEvent::State(State::Connected)), "messages take no room from states");
        assert_eq!(events.next().await, Some(SessionEvent::Data(Bytes::from_static(&[0]))));
        more.await;
    }

    #[tokio::test]
    async fn a_reader_that_stopped_is_noticed_and_the_end_is_told_last() {
        let queue = Arc::new(Queue::default());
        let mut events = Events { queue: queue.clone() };
        for _ in 0..CONTROL_CAPACITY {
            assert!(queue.control(SessionEvent::DataOpen));
        }
        assert!(!queue.control(SessionEvent::DataOpen));
        queue.audio(packet(1));
        queue.end();
        queue.end();
        let mut last = None;
        while let Some(event) = events.next().await {
            last = Some(event);
        }
        assert_eq!(last, Some(SessionEvent::State(State::Closed)));
        assert!(events.next().await.is_none());
    }
}
