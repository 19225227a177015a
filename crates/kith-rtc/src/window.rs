//! Which packets of a stream were seen: retransmissions and probes arrive as copies of packets that are there already.

/// Packets behind the newest that are told apart: two seconds of video at 8 Mbit/s, twenty of sound.
const WINDOW: u64 = 1024;
/// So many packets in a row from before the window are a sender that began again.
const RESTART: u32 = 32;

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Window {
    newest: Option<u64>,
    seen: [u64; (WINDOW / 64) as usize],
    stale: u32,
}

impl Window {
    /// The sequence number without wrapping, if this packet was not seen and is not too old to say.
    pub(crate) fn fresh(&mut self, sequence: u16) -> Option<u64> {
        let Some(newest) = self.newest else {
            // High enough for packets that were overtaken by the first one.
            let extended = (1 << 16) + u64::from(sequence);
            self.newest = Some(extended);
            self.mark(extended);
            return Some(extended);
        };
        // How far ahead of the newest, between -32768 and 32767.
        let ahead = sequence.wrapping_sub(newest as u16) as i16;
        let extended = newest.checked_add_signed(i64::from(ahead))?;
        if ahead > 0 {
            // Places between the two are reused.
            for skipped in (newest + 1..=extended).rev().take(WINDOW as usize) {
                self.clear(skipped);
            }
            self.newest = Some(extended);
        } else if newest - extended >= WINDOW {
            self.stale += 1;
            if self.stale < RESTART {
                return None;
            }
            let restarted = newest + (1 << 16) - (newest % (1 << 16)) + u64::from(sequence);
            *self = Self { newest: Some(restarted), ..Self::default() };
            self.mark(restarted);
            return Some(restarted);
        }
        self.stale = 0;
        self.mark(extended).then_some(extended)
    }

    fn place(extended: u64) -> (usize, u64) {
        (((extended / 64) % (WINDOW / 64)) as usize, 1 << (extended % 64))
    }

    fn clear(&mut self, extended: u64) {
        let (word, bit) = Self::place(extended);
        if let Some(word) = self.seen.get_mut(word) {
            *word &= !bit;
        }
    }

    /// Whether it was not marked before.
    fn mark(&mut self, extended: u64) -> bool {
        let (word, bit) = Self::place(extended);
        let Some(word) = self.seen.get_mut(word) else { return false };
        let fresh = *word & bit == 0;
        *word |= bit;
        fresh
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashSet;

    #[test]
    fn a_packet_that_comes_twice_is_taken_once() {
        let mut window = Window::default();
        assert!(window.fresh(65_535).is_some());
        assert!(window.fresh(0).is_some());
        assert!(window.fresh(65_535).is_none());
        assert!(window.fresh(65_534).is_some(), "overtaken by the first packet");
        assert!(window.fresh(0).is_none());
        assert_eq!(window.fresh(2).zip(window.fresh(1)).map(|(later, earlier)| later - earlier), Some(1));
    }

    #[test]
    fn a_sender_that_begins_again_is_heard_again() {
        let mut window = Window::default();
        for sequence in 20_000..20_100 {
            window.fresh(sequence);
        }
        let heard = (100..200_u16).filter(|sequence| window.fresh(*sequence).is_some()).count();
        assert_eq!(heard, 100 - RESTART as usize + 1);
    }

    proptest! {
        #[test]
        fn every_packet_is_taken_exactly_once_under_reordering(
            start in any::<u16>(),
            order in proptest::collection::vec((0_u64..2_000, 0_u64..200), 1..400),
        ) {
            let mut window = Window::default();
            let mut taken = HashSet::new();
            let mut at = 0;
            let mut newest = 0;
            for (step, back) in order {
                at += step / 100;
                let index = at.saturating_sub(back);
                newest = newest.max(index);
                let fresh = window.fresh(start.wrapping_add(index as u16));
                if newest - index < WINDOW {
                    prop_assert_eq!(fresh.is_some(), taken.insert(index));
                }
            }
        }
    }
}
