//! Waiting times between attempts. Pure: the caller brings the clock and the randomness.

use std::time::Duration;

/// A ladder of waits with jitter.
#[derive(Clone, Debug)]
pub(crate) struct Backoff {
    steps: &'static [u32],
    unit: Duration,
    attempts: usize,
}

/// Dials: 1, 2, 5, 10, 30, 60 units.
const DIAL_STEPS: &[u32] = &[1, 2, 5, 10, 30, 60];
/// Relay reservations: 2 s to 5 min.
const RESERVE_STEPS: &[u32] = &[2, 5, 15, 60, 150, 300];
/// Lookups: soon again, because two friends who start at the same moment register after the other has looked.
const LOOKUP_STEPS: &[u32] = &[3, 10, 30, 60];

impl Backoff {
    /// The dial ladder with `first` as its first wait.
    pub(crate) fn dial(first: Duration) -> Self {
        Self { steps: DIAL_STEPS, unit: first, attempts: 0 }
    }

    /// The lookup ladder; `unit` is one second in the product.
    pub(crate) fn look_up(unit: Duration) -> Self {
        Self { steps: LOOKUP_STEPS, unit, attempts: 0 }
    }

    /// The reservation ladder; `unit` is one second in the product.
    pub(crate) fn reserve(unit: Duration) -> Self {
        Self { steps: RESERVE_STEPS, unit, attempts: 0 }
    }

    /// The wait before the next attempt, between 75 % and 125 % of the step. `jitter` is any number; each call climbs.
    pub(crate) fn next(&mut self, jitter: u32) -> Duration {
        let step = self.steps.get(self.attempts).or(self.steps.last()).copied().unwrap_or(1);
        self.attempts = self.attempts.saturating_add(1).min(self.steps.len());
        let permille = 750 + jitter % 501;
        self.unit.saturating_mul(step).saturating_mul(permille) / 1000
    }

    /// Starts over, after a success.
    pub(crate) fn reset(&mut self) {
        self.attempts = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn stays_within_a_quarter_of_the_ladder(jitters in prop::collection::vec(any::<u32>(), 1..20)) {
            let mut backoff = Backoff::dial(Duration::from_secs(1));
            for (i, jitter) in jitters.iter().enumerate() {
                let step = f64::from(DIAL_STEPS[i.min(DIAL_STEPS.len() - 1)]);
                let wait = backoff.next(*jitter).as_secs_f64();
                prop_assert!(wait >= step * 0.749 && wait <= step * 1.251, "step {step}, wait {wait}");
            }
            backoff.reset();
            prop_assert!(backoff.next(0) < Duration::from_secs(1));
        }
    }
}
