//! Two sessions in one process with a pipe for their signalling.

use kith_rtc::{AudioPacket, Description, Error, Events, Session, SessionConfig, SessionEvent, State};
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::{mpsc, watch},
    time::MissedTickBehavior,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// Longer than anything takes on a machine with work to do.
pub(crate) const PATIENCE: Duration = Duration::from_secs(40);

pub(crate) fn config(polite: bool) -> SessionConfig {
    SessionConfig { loopback: true, polite, audio: true, ..SessionConfig::default() }
}

pub(crate) fn packet(number: u32) -> AudioPacket {
    // As long as 20 ms at 32 kbit/s.
    let payload: Vec<u8> = (0..80).map(|index| (number as u8).wrapping_mul(31) ^ index).collect();
    AudioPacket { timestamp: number * 960, payload: payload.into(), onset: number == 0 }
}

/// A session, and its events that are not signalling.
pub(crate) struct Peer {
    pub(crate) session: Arc<Session>,
    pub(crate) told: mpsc::Receiver<SessionEvent>,
}

impl Peer {
    /// Waits for an event and forgets those before it.
    pub(crate) async fn until(&mut self, what: &str, wanted: impl Fn(&SessionEvent) -> bool) -> SessionEvent {
        let found = async {
            loop {
                let event = self.told.recv().await.unwrap_or_else(|| panic!("the session ended before {what}"));
                if wanted(&event) {
                    return event;
                }
            }
        };
        tokio::time::timeout(PATIENCE, found).await.unwrap_or_else(|_| panic!("no {what}"))
    }

    async fn connected(&mut self) {
        let (connected, open) = (SessionEvent::State(State::Connected), SessionEvent::DataOpen);
        let first = self.until("a connection", |event| *event == connected || *event == open).await;
        let second = if first == open { connected } else { open };
        self.until("the rest of a connection", |event| *event == second).await;
    }

    pub(crate) async fn state(&mut self, state: State) {
        self.until(&format!("{state:?}"), |event| *event == SessionEvent::State(state)).await;
    }
}

pub(crate) struct Pair {
    pub(crate) tracker: TaskTracker,
    pub(crate) cancel: CancellationToken,
    pub(crate) a: Peer,
    pub(crate) b: Peer,
    /// All that was signalled, with who said it.
    pub(crate) wire: mpsc::Receiver<(char, SessionEvent)>,
    /// Whether signalling is brought on; what is said before waits.
    pub(crate) open: watch::Sender<bool>,
}

fn bring(
    tracker: &TaskTracker,
    name: char,
    mut events: Events,
    to: std::sync::Weak<Session>,
    wire: mpsc::Sender<(char, SessionEvent)>,
    mut open: watch::Receiver<bool>,
) -> mpsc::Receiver<SessionEvent> {
    let (tell, told) = mpsc::channel(16_384);
    tracker.spawn(async move {
        while let Some(event) = events.next().await {
            if !matches!(
                event,
                SessionEvent::LocalDescription(_) | SessionEvent::LocalCandidate(_) | SessionEvent::LocalCandidatesEnd
            ) {
                tell.try_send(event).ok();
                continue;
            }
            wire.try_send((name, event.clone())).ok();
            open.wait_for(|open| *open).await.ok();
            let Some(to) = to.upgrade() else { continue };
            let taken = if let SessionEvent::LocalDescription(description) = event {
                to.remote_description(description).await
            } else if let SessionEvent::LocalCandidate(candidate) = event {
                to.remote_candidate(candidate).await
            } else {
                Ok(())
            };
            if let Err(error) = taken {
                println!("from {name}: {error}");
            }
        }
    });
    told
}

impl Pair {
    pub(crate) fn new(a: SessionConfig, b: SessionConfig) -> Self {
        let (tracker, cancel) = (TaskTracker::new(), CancellationToken::new());
        let (a, a_events) = Session::open(a, &tracker, &cancel).unwrap();
        let (b, b_events) = Session::open(b, &tracker, &cancel).unwrap();
        let (a, b) = (Arc::new(a), Arc::new(b));
        let (wire_in, wire) = mpsc::channel(1024);
        let (open, opened) = watch::channel(true);
        let a_told = bring(&tracker, 'a', a_events, Arc::downgrade(&b), wire_in.clone(), opened.clone());
        let b_told = bring(&tracker, 'b', b_events, Arc::downgrade(&a), wire_in, opened);
        let peer = |session, told| Peer { session, told };
        Self { tracker, cancel, a: peer(a, a_told), b: peer(b, b_told), wire, open }
    }

    /// Until both are connected and both data channels are open, which comes in either order.
    pub(crate) async fn connected(&mut self) {
        tokio::join!(self.a.connected(), self.b.connected());
    }
}

/// Sends `count` packets, 20 ms apart, numbered from `first`.
pub(crate) async fn speak(session: &Session, first: u32, count: u32) {
    let mut tick = tokio::time::interval(Duration::from_millis(20));
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    for number in first..first + count {
        tick.tick().await;
        while let Err(error) = session.send_audio(packet(number)) {
            // A machine with work to do.
            assert!(matches!(error, Error::Full), "{error}");
            tick.tick().await;
        }
    }
}

pub(crate) fn is_offer(description: &Description) -> bool {
    description.kind == kith_rtc::DescriptionKind::Offer
}
