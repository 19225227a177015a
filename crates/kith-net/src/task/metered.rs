//! What is saved where the connection costs by volume: contacts and one's own bootstrap nodes are as reachable as ever.

use std::time::Duration;

use libp2p::gossipsub::IdentTopic;

use super::Task;
use crate::cards;

/// So many times as rarely bootstrap nodes are asked whether they are still there.
const RARELY: u32 = 4;

/// Whether the connection costs by volume.
#[derive(Debug, Default)]
pub(super) struct Metered {
    /// As the person said, if they did.
    set: Option<bool>,
    /// As the desktop says.
    seems: bool,
}

impl Metered {
    pub(super) fn new(set: Option<bool>) -> Self {
        Self { set, seems: false }
    }

    /// As the person said, if they did.
    pub(super) fn set(&self) -> Option<bool> {
        self.set
    }

    /// As the desktop says.
    pub(super) fn seems(&self) -> bool {
        self.seems
    }

    pub(super) fn now(&self) -> bool {
        self.set.unwrap_or(self.seems)
    }
}

impl Task {
    pub(super) fn metered(&mut self, set: Option<bool>) {
        self.metered.set = set;
        self.save_or_not();
    }

    pub(super) fn seems_metered(&mut self, seems: bool) {
        self.metered.seems = seems;
        self.save_or_not();
    }

    /// How often bootstrap nodes in use are asked whether they are still there.
    pub(super) fn assure_every(&self) -> Duration {
        self.tuning.assure * if self.metered.now() { RARELY } else { 1 }
    }

    /// Takes part in peer exchange, which costs the more the larger the network is, or not.
    pub(super) fn save_or_not(&mut self) {
        let saves = self.metered.now();
        let behaviour = self.swarm.behaviour_mut();
        let topic = IdentTopic::new(cards::TOPIC);
        if saves {
            let _was_subscribed = behaviour.gossip.unsubscribe(&topic);
        } else if let Err(error) = behaviour.gossip.subscribe(&topic) {
            tracing::warn!(%error, "no part in peer exchange");
        }
    }
}
