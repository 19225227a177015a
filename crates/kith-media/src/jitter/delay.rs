//! How long packets have to be kept: the delay that most of them stay below.

use std::{collections::VecDeque, time::Duration};

use super::micros;

/// How long a packet is remembered, in microseconds.
const WINDOW: i64 = 2_000_000;

/// Packets remembered at most: more than two seconds of 2.5 ms, the shortest there are.
const WINDOW_PACKETS: usize = 1_024;

/// Percent of packets the delay is enough for.
const PERCENT: usize = 95;

/// What the delay has above that: the other five in a hundred come a little later still, and would be concealed.
const HEADROOM: i64 = 20_000;

/// The least target, in microseconds: one packet of 20 ms.
pub(super) const MIN_TARGET: i64 = 20_000;

/// The most: a talk with more delay than this is no longer one.
pub(super) const MAX_TARGET: i64 = 200_000;

/// Arrivals of the last two seconds.
#[derive(Debug)]
pub(super) struct Delays {
    /// When, and how far behind its timestamp, in microseconds; the latter counts from anywhere.
    arrivals: VecDeque<(i64, i64)>,
    sorted: Vec<i64>,
    fastest: Option<i64>,
    target: i64,
}

impl Delays {
    pub(super) fn new() -> Self {
        Self {
            arrivals: VecDeque::with_capacity(WINDOW_PACKETS),
            sorted: Vec::with_capacity(WINDOW_PACKETS),
            fastest: None,
            target: MIN_TARGET,
        }
    }

    pub(super) fn clear(&mut self) {
        self.arrivals.clear();
        self.fastest = None;
        self.target = MIN_TARGET;
    }

    pub(super) fn record(&mut self, timestamp: i64, now: Duration) {
        let now = micros(now);
        while self.arrivals.len() >= WINDOW_PACKETS
            || self.arrivals.front().is_some_and(|(at, _)| now.saturating_sub(*at) > WINDOW)
        {
            self.arrivals.pop_front();
        }
        self.arrivals.push_back((now, now - stream_micros(timestamp)));
        self.sorted.clear();
        self.sorted.extend(self.arrivals.iter().map(|(_, transit)| *transit));
        let fastest = self.sorted.iter().copied().min().unwrap_or_default();
        let at = (self.sorted.len() * PERCENT).div_ceil(100).saturating_sub(1);
        let (_, most, _) = self.sorted.select_nth_unstable(at);
        self.fastest = Some(fastest);
        self.target = (*most - fastest + HEADROOM).clamp(MIN_TARGET, MAX_TARGET);
    }

    /// The delay to keep, in microseconds.
    pub(super) const fn target(&self) -> i64 {
        self.target
    }

    /// How much later than the fastest packet could have brought it a sample would be played now, in microseconds.
    pub(super) fn of(&self, timestamp: i64, now: Duration) -> i64 {
        let transit = micros(now) - stream_micros(timestamp);
        self.fastest.map_or(0, |fastest| transit - fastest)
    }
}

/// Samples at 48 kHz in microseconds.
const fn stream_micros(timestamp: i64) -> i64 {
    timestamp * 125 / 6
}
