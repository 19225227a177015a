//! Which peer exchange messages this node passes on.

use std::time::{Duration, Instant};

use libp2p::PeerId;
use libp2p::gossipsub::{self, MessageAcceptance};

use super::source::RateLimiter;
use crate::cards;

/// One card per device in this time…
const EVERY: Duration = Duration::from_secs(600);
/// …but a device that moves between networks may follow up quickly.
const BURST: u32 = 3;
/// Devices with a recent card that are remembered.
const DEVICES_MAX: usize = 16_384;

/// Judges cards.
#[derive(Debug)]
pub(crate) struct CardJudge {
    recent: RateLimiter<PeerId>,
}

impl CardJudge {
    /// A judge that has seen nothing.
    pub(crate) fn new() -> Self {
        Self { recent: RateLimiter::new(BURST, EVERY, DEVICES_MAX) }
    }

    /// Whether to pass a message on. A card that only comes too often is dropped without a penalty.
    pub(crate) fn judge(&mut self, message: &gossipsub::Message, now_ms: u64, now: Instant) -> MessageAcceptance {
        match cards::read(message, now_ms) {
            Ok(card) if self.recent.allow(card.author, now) => MessageAcceptance::Accept,
            Ok(_) => MessageAcceptance::Ignore,
            Err(verdict) => verdict,
        }
    }
}
