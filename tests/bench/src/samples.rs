//! What was measured, and what is said about it.

use std::time::{Duration, Instant};

/// Measurements of one thing, round by round.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rounds(Vec<Vec<f64>>);

impl Rounds {
    /// Adds a round.
    pub(crate) fn push(&mut self, round: Vec<f64>) {
        self.0.push(round);
    }

    /// How many measurements there are.
    pub(crate) fn count(&self) -> usize {
        self.0.iter().map(Vec::len).sum()
    }

    /// The value that this share of all measurements does not exceed; by nearest rank.
    pub(crate) fn percentile(&self, share: f64) -> f64 {
        let mut all: Vec<f64> = self.0.iter().flatten().copied().collect();
        all.sort_unstable_by(f64::total_cmp);
        let last = all.len().saturating_sub(1);
        let rank = (0..last).find(|rank| (rank + 1) as f64 >= share * all.len() as f64).unwrap_or(last);
        all.get(rank).copied().unwrap_or(f64::NAN)
    }

    /// The mean of all measurements.
    pub(crate) fn mean(&self) -> f64 {
        self.0.iter().flatten().sum::<f64>() / self.count() as f64
    }

    /// The median of the rounds' medians: one disturbed round does not move it.
    pub(crate) fn median(&self) -> f64 {
        middle(&self.0)
    }

    /// By which share the medians of the first and the second half of the rounds differ.
    pub(crate) fn drift(&self) -> f64 {
        let (first, second) = self.0.split_at(self.0.len() / 2);
        let (first, second) = (middle(first), middle(second));
        (first - second).abs() / first.min(second)
    }
}

fn middle(rounds: &[Vec<f64>]) -> f64 {
    median(rounds.iter().map(|round| median(round.clone())).collect())
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let (low, high) = (values.get(values.len().saturating_sub(1) / 2), values.get(values.len() / 2));
    low.zip(high).map_or(f64::NAN, |(low, high)| f64::midpoint(*low, *high))
}

/// Milliseconds.
pub(crate) fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// Microseconds.
pub(crate) fn us(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

/// How long `work` takes, and what it gives.
pub(crate) fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let start = Instant::now();
    let done = work();
    (start.elapsed(), done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_by_nearest_rank() {
        let mut rounds = Rounds::default();
        rounds.push((1..=60).rev().map(f64::from).collect());
        rounds.push((61..=100).map(f64::from).collect());
        let shares = [0.5, 0.95, 0.99, 1.0].map(|share| rounds.percentile(share));
        assert_eq!(shares, [50.0, 95.0, 99.0, 100.0]);
        assert_eq!((rounds.mean(), rounds.count()), (50.5, 100));
    }

    #[test]
    fn one_disturbed_round_moves_neither_median_nor_drift() {
        let mut rounds = Rounds::default();
        for centre in [10.0, 10.0, 10.0, 90.0, 10.0, 11.0, 11.0, 11.0] {
            rounds.push(vec![centre - 1.0, centre, centre + 1.0]);
        }
        assert_eq!(rounds.median(), 10.5);
        assert!((rounds.drift() - 0.1).abs() < 1e-9, "{}", rounds.drift());
    }
}
