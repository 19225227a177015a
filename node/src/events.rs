//! Numbered events: one ring that every reader walks at its own pace.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use kith_api::{
    Event, MessageId, SequencedEvent,
    views::{Chat, NetworkState, NetworkStatus, Traffic},
};
use tokio::sync::watch;

/// Events kept for readers that are behind: hours of an ordinary evening, and a bound on memory.
pub const EVENTS_KEPT: usize = 10_000;

/// Sequence numbers begin at the start time in seconds times this, so that a number remembered from before a restart is
/// always older than the ring and never means another event.
const NUMBERS_PER_SECOND: u64 = 1_000_000;

/// Where events are published. One per node.
#[derive(Debug)]
pub(crate) struct Hub {
    state: Mutex<State>,
    /// The number of the newest event; closed with the hub.
    head: Mutex<Option<watch::Sender<u64>>>,
}

#[derive(Debug)]
struct State {
    ring: VecDeque<Arc<SequencedEvent>>,
    first: u64,
    newest: u64,
    network: NetworkStatus,
}

/// Events since the asked number are gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("events since number {from} are gone")]
pub(crate) struct TooOld {
    /// The number asked for.
    pub(crate) from: u64,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // No code that can panic runs under these locks, so what they guard is whole.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Hub {
    pub(crate) fn new(now_ms: u64) -> Arc<Self> {
        let first = now_ms / 1000 * NUMBERS_PER_SECOND;
        let network = NetworkStatus {
            peer: String::new(),
            state: NetworkState::Offline,
            nat: "unknown".to_owned(),
            addresses: Vec::new(),
            mapped: Vec::new(),
            peers: 0,
            bootstraps: Vec::new(),
            relays: Vec::new(),
            steps: Vec::new(),
            metered: false,
            portal: false,
            traffic: Traffic { bytes_in: 0, bytes_out: 0 },
        };
        Arc::new(Self {
            state: Mutex::new(State { ring: VecDeque::new(), first, newest: first, network }),
            head: Mutex::new(Some(watch::Sender::new(first))),
        })
    }

    /// Numbers an event and wakes the readers.
    pub(crate) fn publish(&self, event: Event) {
        let newest = locked(&self.state).push(event);
        self.wake(newest);
    }

    /// Remembers the network's status and publishes it.
    pub(crate) fn network_changed(&self, status: NetworkStatus) {
        let newest = {
            let mut state = locked(&self.state);
            state.network = status.clone();
            state.push(Event::NetworkChanged { status })
        };
        self.wake(newest);
    }

    fn wake(&self, newest: u64) {
        if let Some(head) = locked(&self.head).as_ref() {
            head.send_replace(newest);
        }
    }

    /// The number of the newest event, with the network as of then.
    pub(crate) fn position(&self) -> (u64, NetworkStatus) {
        let state = locked(&self.state);
        (state.newest, state.network.clone())
    }

    /// Reads what follows event number `from`; zero means everything since the start.
    pub(crate) fn read_after(self: &Arc<Self>, from: u64) -> Result<Events, TooOld> {
        let from = {
            let state = locked(&self.state);
            let from = if from == 0 { state.first } else { from };
            if from < state.oldest_readable() || from > state.newest {
                return Err(TooOld { from });
            }
            from
        };
        let head = match locked(&self.head).as_ref() {
            Some(head) => head.subscribe(),
            // The hub is closed: a receiver without a sender ends the stream after what is left in the ring.
            None => watch::channel(from).1,
        };
        Ok(Events { hub: Arc::clone(self), last: from, head })
    }

    /// Reads what follows the newest event.
    pub(crate) fn read_new(self: &Arc<Self>) -> Events {
        let (newest, _) = self.position();
        let head = locked(&self.head).as_ref().map_or_else(|| watch::channel(newest).1, watch::Sender::subscribe);
        Events { hub: Arc::clone(self), last: newest, head }
    }

    /// Ends every stream once it has read what is there.
    pub(crate) fn close(&self) {
        locked(&self.head).take();
    }

    fn read(&self, last: u64) -> Option<SequencedEvent> {
        let state = locked(&self.state);
        let oldest = state.oldest_readable();
        if last < oldest {
            let missed = oldest - last;
            return Some(SequencedEvent { seq: oldest, event: Event::Lagged { missed } });
        }
        let at = usize::try_from(last - oldest).unwrap_or(usize::MAX);
        state.ring.get(at).map(|event| SequencedEvent::clone(event))
    }
}

impl State {
    fn push(&mut self, event: Event) -> u64 {
        self.forget(&event);
        self.newest += 1;
        if self.ring.len() == EVENTS_KEPT {
            self.ring.pop_front();
        }
        self.ring.push_back(Arc::new(SequencedEvent { seq: self.newest, event }));
        self.newest
    }

    /// What earlier events say of a message that is gone is not told again: what became of it stands in their place.
    fn forget(&mut self, event: &Event) {
        let gone = if let Event::MessageUpserted { message } = event
            && message.deleted
        {
            message.id
        } else if let Event::MessageRemoved { message, .. } = event {
            *message
        } else {
            return;
        };
        for old in &mut self.ring {
            let instead = if let Event::ChatChanged { chat } = &old.event
                && chat.last.as_ref().is_some_and(|last| last.id == gone)
            {
                Event::ChatChanged { chat: Chat { last: None, ..chat.clone() } }
            } else if is_about(&old.event, gone) {
                event.clone()
            } else {
                continue;
            };
            *old = Arc::new(SequencedEvent { seq: old.seq, event: instead });
        }
    }

    /// The smallest number after which everything is still in the ring.
    fn oldest_readable(&self) -> u64 {
        self.newest - self.ring.len() as u64
    }
}

fn is_about(event: &Event, of: MessageId) -> bool {
    if let Event::MessageUpserted { message } = event {
        return message.id == of;
    }
    matches!(event, Event::Notify { message, .. } if *message == of)
}

/// A stream of events without gaps: where some are missing, [`Event::Lagged`] stands in their place.
#[derive(Debug)]
pub struct Events {
    hub: Arc<Hub>,
    last: u64,
    head: watch::Receiver<u64>,
}

impl Events {
    /// The next event, or `None` once the node has shut down. May be cancelled: nothing is lost.
    pub async fn next(&mut self) -> Option<SequencedEvent> {
        loop {
            self.head.borrow_and_update();
            if let Some(event) = self.hub.read(self.last) {
                self.last = event.seq;
                return Some(event);
            }
            self.head.changed().await.ok()?;
        }
    }

    /// The number of the last event read; of the snapshot, if none was.
    #[must_use]
    pub fn seq(&self) -> u64 {
        self.last
    }

    /// The same as a `futures` stream.
    pub fn into_stream(self) -> impl futures::Stream<Item = SequencedEvent> + Send {
        futures::stream::unfold(self, |mut events| async move { events.next().await.map(|event| (event, events)) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(n: u64) -> Event {
        Event::Lagged { missed: n }
    }

    #[tokio::test]
    async fn readers_see_every_event_in_order_and_the_end() {
        let hub = Hub::new(5_000);
        hub.publish(event(1));
        let mut late = hub.read_new();
        let mut early = hub.read_after(0).unwrap();
        hub.publish(event(2));
        hub.close();
        let first = 5 * NUMBERS_PER_SECOND;
        assert_eq!(early.next().await, Some(SequencedEvent { seq: first + 1, event: event(1) }));
        assert_eq!(early.next().await, Some(SequencedEvent { seq: first + 2, event: event(2) }));
        assert_eq!(early.next().await, None);
        assert_eq!(late.next().await, Some(SequencedEvent { seq: first + 2, event: event(2) }));
        assert_eq!(late.next().await, None);
    }

    #[tokio::test]
    async fn a_slow_reader_is_told_how_much_it_missed() {
        let hub = Hub::new(0);
        let mut reader = hub.read_new();
        for n in 0..EVENTS_KEPT as u64 + 7 {
            hub.publish(event(n));
        }
        let told = reader.next().await.unwrap();
        assert_eq!(told, SequencedEvent { seq: 7, event: Event::Lagged { missed: 7 } });
        assert_eq!(reader.next().await, Some(SequencedEvent { seq: 8, event: event(7) }));
        assert_eq!(hub.read_after(6).map(|_| ()), Err(TooOld { from: 6 }));
        assert_eq!(hub.read_after(7).map(|events| events.seq()), Ok(7));
        assert_eq!(hub.read_after(1_000_000).map(|_| ()), Err(TooOld { from: 1_000_000 }));
    }

    #[tokio::test]
    async fn what_is_gone_is_not_told_again() {
        let (chat, message) = (kith_api::ChatId::from_bytes([1; 16]), kith_api::MessageId::from_bytes([2; 16]));
        let notify = |message| {
            let (title, body) = ("Mara".to_owned(), "xylophone".to_owned());
            Event::Notify { chat, message, title, body, mention: false, late: false }
        };
        let other = notify(kith_api::MessageId::from_bytes([3; 16]));
        let hub = Hub::new(0);
        hub.publish(notify(message));
        hub.publish(other.clone());
        let gone = Event::MessageRemoved { message, chat };
        hub.publish(gone.clone());
        let mut reader = hub.read_after(0).unwrap();
        for (seq, event) in [(1, gone.clone()), (2, other), (3, gone)] {
            assert_eq!(reader.next().await, Some(SequencedEvent { seq, event }));
        }
    }

    #[tokio::test]
    async fn a_waiting_reader_is_woken() {
        let hub = Hub::new(0);
        let mut reader = hub.read_new();
        let (read, ()) = tokio::join!(reader.next(), async { hub.publish(event(3)) });
        assert_eq!(read, Some(SequencedEvent { seq: 1, event: event(3) }));
    }
}
