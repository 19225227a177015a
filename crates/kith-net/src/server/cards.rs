//! Which peer exchange messages this node passes on.

use std::time::{Duration, Instant};

use kith_wire::limits::CARD_MAX;
use kith_wire::{TransportId, UnverifiedCard};
use libp2p::gossipsub::MessageAcceptance;

use super::source::RateLimiter;

/// One card per device in this time…
const EVERY: Duration = Duration::from_secs(600);
/// …but a device that moves between networks may follow up quickly.
const BURST: u32 = 3;
/// Devices with a recent card that are remembered.
const DEVICES_MAX: usize = 16_384;

/// Judges cards.
#[derive(Debug)]
pub(crate) struct CardJudge {
    recent: RateLimiter<TransportId>,
}

impl CardJudge {
    /// A judge that has seen nothing.
    pub(crate) fn new() -> Self {
        Self { recent: RateLimiter::new(BURST, EVERY, DEVICES_MAX) }
    }

    /// Whether to pass a message on. Rejecting costs the peer that forwarded it; a card that only comes too often or is
    /// just too old may be an honest peer's, and is dropped without a penalty.
    pub(crate) fn judge(&mut self, data: &[u8], now_ms: u64, now: Instant) -> MessageAcceptance {
        if data.len() > CARD_MAX {
            return MessageAcceptance::Reject;
        }
        let Ok(card) = UnverifiedCard::decode(data) else {
            return MessageAcceptance::Reject;
        };
        match card.verify(now_ms) {
            Ok(card) if self.recent.allow(card.transport, now) => MessageAcceptance::Accept,
            Ok(_) => MessageAcceptance::Ignore,
            Err(kith_wire::CardError::Forged) => MessageAcceptance::Reject,
            Err(_) => MessageAcceptance::Ignore,
        }
    }
}
