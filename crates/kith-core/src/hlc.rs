//! A hybrid logical clock: wall time in milliseconds with a counter, never going back, and never led astray by others.
//!
//! After Kulkarni et al., "Logical Physical Clocks" (2014), in one 64-bit word.

use kith_wire::ids::Hlc;

use crate::Timestamp;

/// How far ahead of the local clock a peer's time may be and still be believed.
pub(crate) const MAX_AHEAD_MS: u64 = 5 * 60 * 1000;

/// The clock.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock {
    last: Hlc,
}

impl Clock {
    pub(crate) fn new(last: Hlc) -> Self {
        Self { last }
    }

    pub(crate) fn last(self) -> Hlc {
        self.last
    }

    /// The time of an event of our own.
    pub(crate) fn tick(&mut self, now: Timestamp) -> Hlc {
        let next = self.last.to_u64().saturating_add(1);
        self.last = Hlc::from_u64(next.max(Hlc::new(now, 0).to_u64()));
        self.last
    }

    /// Takes note of a peer's time. Returns the time to order its message by: its own, or ours if it is from the
    /// future.
    pub(crate) fn observe(&mut self, theirs: Hlc, now: Timestamp) -> Hlc {
        if theirs.millis() > now.saturating_add(MAX_AHEAD_MS) {
            return self.tick(now);
        }
        self.last = self.last.max(theirs);
        theirs
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// I13: no peer moves the clock more than five minutes ahead of the wall.
        #[test]
        fn peers_cannot_move_it_far(times in prop::collection::vec((0u64..1 << 48, 0u64..1 << 40), 1..50)) {
            let mut clock = Clock::new(Hlc::from_u64(0));
            let mut latest = 0;
            for (theirs, now) in times {
                latest = latest.max(now);
                let before = clock.last();
                clock.observe(Hlc::new(theirs, 0), now);
                prop_assert!(clock.last() >= before);
                prop_assert!(clock.last().millis() <= latest + MAX_AHEAD_MS);
                let ticked = clock.tick(now);
                prop_assert!(ticked > before);
            }
        }
    }
}
