//! One connection that leads nowhere any more makes the others suspect: a router may have started anew.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use libp2p::PeerId;

use super::Task;

/// All connections are asked at most this often.
const ASK_ALL_EVERY: Duration = Duration::from_secs(10);

/// See the module documentation.
#[derive(Default)]
pub(super) struct Suspicion {
    asked: Option<Instant>,
    /// Whose connection went silent, until the next one.
    silent: BTreeSet<PeerId>,
}

impl Suspicion {
    /// Whether the last connection to this peer did not end but lead nowhere: another one may well be made at once.
    pub(super) fn went_silent(&self, peer: &PeerId) -> bool {
        self.silent.contains(peer)
    }

    /// A connection was made.
    pub(super) fn heard_of(&mut self, peer: &PeerId) {
        self.silent.remove(peer);
    }
}

impl Task {
    /// Asks everybody, and gives them less time than usual.
    pub(super) fn doubt_all(&mut self) {
        let now = Instant::now();
        if self.suspicion.asked.is_some_and(|asked| now.duration_since(asked) <= ASK_ALL_EVERY) {
            return;
        }
        self.suspicion.asked = Some(now);
        let all: Vec<PeerId> = self.links.keys().copied().collect();
        for peer in all {
            self.swarm.behaviour_mut().streams.doubt(&peer);
        }
    }

    /// A connection was found dead and is being closed.
    pub(super) fn went_silent(&mut self, peer: PeerId) {
        let now = Instant::now();
        tracing::info!("a connection went silent");
        self.suspicion.silent.insert(peer);
        if self.suspicion.asked.is_none_or(|asked| now.duration_since(asked) > ASK_ALL_EVERY) {
            self.suspicion.asked = Some(now);
            let others: Vec<PeerId> = self.links.keys().copied().filter(|other| *other != peer).collect();
            for other in others {
                self.swarm.behaviour_mut().streams.probe(&other);
            }
        }
        let silent = &self.suspicion.silent;
        if self.is_bootstrap(&peer) && self.connected_bootstraps().all(|(bootstrap, _)| silent.contains(&bootstrap)) {
            tracing::info!("no bootstrap node answers: reconnecting");
            self.network_changed();
        }
    }
}
