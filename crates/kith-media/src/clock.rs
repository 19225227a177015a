//! Frames at the right pace where no device sets it.

use std::time::{Duration, Instant};

/// How long a frame lasts.
pub(crate) const TICK: Duration = Duration::from_millis(10);

/// After a stall, at most this many frames are made up for at once; those before are left out. 100 ms.
const MAX_BEHIND: u32 = 10;

/// What a source or sink says when it is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// A frame changes hands now.
    Frame,
    /// Ask again after this time.
    Wait(Duration),
}

/// Due every 10 ms, counted from the first question, so that no lateness adds up.
#[derive(Debug, Default)]
pub(crate) struct Ticker {
    due: Option<Instant>,
}

impl Ticker {
    /// Whether a frame is due at `now`; counts it as done if so.
    pub(crate) fn next(&mut self, now: Instant) -> Next {
        let due = *self.due.get_or_insert(now);
        if now < due {
            return Next::Wait(due - now);
        }
        let behind = u32::try_from((now - due).as_nanos() / TICK.as_nanos()).unwrap_or(u32::MAX);
        let left_out = behind.saturating_sub(MAX_BEHIND);
        // Where so much was left out that the sum does not fit, the count begins anew.
        let step = TICK.checked_mul(left_out.saturating_add(1));
        self.due = Some(step.and_then(|step| due.checked_add(step)).unwrap_or(now));
        Next::Frame
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Frames given when asked at `now` until it says to wait.
    fn burst(ticker: &mut Ticker, now: Instant) -> u64 {
        let mut frames = 0;
        while ticker.next(now) == Next::Frame {
            frames += 1;
            assert!(frames < 1_000, "it never waits");
        }
        frames
    }

    #[test]
    fn a_stall_is_made_up_for_up_to_a_bound() {
        let (mut ticker, start) = (Ticker::default(), Instant::now());
        assert_eq!(burst(&mut ticker, start), 1);
        assert_eq!(ticker.next(start), Next::Wait(TICK));
        assert_eq!(burst(&mut ticker, start + TICK * 6), 6, "a short stall costs nothing");
        assert_eq!(burst(&mut ticker, start + TICK * 106), u64::from(MAX_BEHIND) + 1);
        assert_eq!(ticker.next(start + TICK * 106), Next::Wait(TICK), "the beat is the one of the start");
    }

    proptest! {
        #[test]
        fn lateness_never_adds_up(late in prop::collection::vec(0_u64..90_000, 1..200)) {
            let (mut ticker, start) = (Ticker::default(), Instant::now());
            let (mut now, mut frames) = (start, burst(&mut ticker, start));
            for micros in late {
                now += Duration::from_micros(micros);
                frames += burst(&mut ticker, now);
            }
            prop_assert_eq!(u128::from(frames), 1 + (now - start).as_millis() / 10);
        }
    }
}
