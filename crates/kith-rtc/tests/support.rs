//! Two sessions in one process with a pipe for their signalling.

use kith_rtc::{AudioPacket, Description, Events, Session, SessionConfig, SessionEvent, State};
use std::{collections::VecDeque, sync::Arc, time::Duration};
use tokio::sync::mpsc;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// Longer than anything takes on a machine with work to do.
pub const PATIENCE: Duration = Duration::from_secs(40);

pub fn config(polite: bool) -> SessionConfig {
    SessionConfig { loopback: true, polite, audio: true, ..SessionConfig::default() }
}

pub fn packet(number: u32) -> AudioPacket {
    // As long as 20 ms at 32 kbit/s.
    let payload: Vec<u8> = (0..80).map(|index| (number as u8).wrapping_mul(31) ^ index).collect();
    AudioPacket { timestamp: number * 960, payload: payload.into(), onset: number == 0 }
}

/// A session, its events that are not signalling, and what it said to the other side.
pub struct Peer {
    pub session: Arc<Session>,
    pub seen: VecDeque<SessionEvent>,
    pub told: mpsc::Receiver<SessionEvent>,
}

impl Peer {
    /// Waits for an event and forgets those before it.
    pub async fn until(&mut self, what: &str, wanted: impl Fn(&SessionEvent) -> bool) -> SessionEvent {
        let found = async {
            loop {
                let event = self.told.recv().await.unwrap_or_else(|| panic!("the session ended before {what}"));
                if wanted(&event) {
                    return event;
                }
                self.seen.push_back(event);
            }
        };
        tokio::time::timeout(PATIENCE, found).await.unwrap_or_else(|_| panic!("no {what}"))
    }

    pub async fn state(&mut self, state: State) {
        self.until(&format!("{state:?}"), |event| *event == SessionEvent::State(state)).await;
    }
}

pub struct Pair {
    pub tracker: TaskTracker,
    pub cancel: CancellationToken,
    pub a: Peer,
    pub b: Peer,
    /// All that was signalled, with who said it.
    pub wire: mpsc::Receiver<(char, SessionEvent)>,
}

fn bring(
    tracker: &TaskTracker,
    name: char,
    mut events: Events,
    to: std::sync::Weak<Session>,
    wire: mpsc::Sender<(char, SessionEvent)>,
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
            let Some(to) = to.upgrade() else { continue };
            match event {
                SessionEvent::LocalDescription(description) => {
                    if let Err(error) = to.remote_description(description).await {
                        println!("to {name}: {error}");
                    }
                }
                SessionEvent::LocalCandidate(candidate) => {
                    if let Err(error) = to.remote_candidate(candidate).await {
                        println!("to {name}: {error}");
                    }
                }
                _ => {}
            }
        }
    });
    told
}

impl Pair {
    pub fn new(a: SessionConfig, b: SessionConfig) -> Self {
        let (tracker, cancel) = (TaskTracker::new(), CancellationToken::new());
        let (a, a_events) = Session::open(a, &tracker, &cancel).unwrap();
        let (b, b_events) = Session::open(b, &tracker, &cancel).unwrap();
        let (a, b) = (Arc::new(a), Arc::new(b));
        let (wire_in, wire) = mpsc::channel(1024);
        let a_told = bring(&tracker, 'a', a_events, Arc::downgrade(&b), wire_in.clone());
        let b_told = bring(&tracker, 'b', b_events, Arc::downgrade(&a), wire_in);
        let peer = |session, told| Peer { session, seen: VecDeque::new(), told };
        Self { tracker, cancel, a: peer(a, a_told), b: peer(b, b_told), wire }
    }

    pub async fn connected(&mut self) {
        tokio::join!(self.a.state(State::Connected), self.b.state(State::Connected));
    }
}

/// Sends `count` packets, 20 ms apart, numbered from `first`.
pub async fn speak(session: &Session, first: u32, count: u32) {
    let mut tick = tokio::time::interval(Duration::from_millis(20));
    for number in first..first + count {
        tick.tick().await;
        session.send_audio(packet(number)).unwrap();
    }
}

#[allow(dead_code, reason = "not every test file asks")]
pub fn is_offer(description: &Description) -> bool {
    description.kind == kith_rtc::DescriptionKind::Offer
}
