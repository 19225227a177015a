//! Sequence numbers and timestamps without their wrap, and whether the sender began anew.

use std::time::Duration;

use super::micros;
use crate::RATE;

/// Packets a sequence number may be ahead: a minute of 20 ms (RFC 3550, A.1).
const MAX_AHEAD: i64 = 3_000;

/// Packets it may be behind, as the packet queue never holds more.
const MAX_BEHIND: i64 = 200;

/// How far timestamps and arrivals may part from one packet to the next before they are of two clocks, in microseconds:
/// as long as the delay is remembered.
const MAX_PARTING: i64 = 2_000_000;

/// Where a packet belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// On the time line: sequence number and timestamp, unwrapped.
    At(i64, i64),
    /// As [`Place::At`], but of a sender that began anew: nothing before it counts.
    Anew(i64, i64),
    /// Far off, and alone so far.
    Stray,
}

/// The packet with the highest number that was placed.
#[derive(Debug, Clone, Copy)]
struct Last {
    sequence: i64,
    timestamp: i64,
    arrival: i64,
}

/// The time line of a sender.
#[derive(Debug, Default)]
pub(super) struct Timeline {
    last: Option<Last>,
    /// The sequence number that would prove that the last stray was no stray.
    suspect: Option<u16>,
}

impl Timeline {
    pub(super) fn place(&mut self, sequence: u16, timestamp: u32, now: Duration) -> Place {
        let arrival = micros(now);
        let Some(last) = self.last else { return self.begin(sequence, timestamp, arrival) };
        let ahead = i64::from(sequence.wrapping_sub(low16(last.sequence)).cast_signed());
        let elapsed = i64::from(timestamp.wrapping_sub(low32(last.timestamp)).cast_signed());
        let parting = arrival.saturating_sub(last.arrival) - elapsed * 1_000_000 / i64::from(RATE);
        if !(-MAX_BEHIND..=MAX_AHEAD).contains(&ahead) || parting.abs() > MAX_PARTING {
            return if self.suspect == Some(sequence) {
                self.begin(sequence, timestamp, arrival)
            } else {
                self.suspect = Some(sequence.wrapping_add(1));
                Place::Stray
            };
        }
        self.suspect = None;
        let (sequence, timestamp) = (last.sequence + ahead, last.timestamp + elapsed);
        if ahead > 0 {
            self.last = Some(Last { sequence, timestamp, arrival });
        }
        Place::At(sequence, timestamp)
    }

    fn begin(&mut self, sequence: u16, timestamp: u32, arrival: i64) -> Place {
        // Starting a turn above zero keeps everything that comes a little earlier positive.
        let (sequence, timestamp) = (i64::from(sequence) + (1 << 16), i64::from(timestamp) + (1 << 32));
        self.last = Some(Last { sequence, timestamp, arrival });
        self.suspect = None;
        Place::Anew(sequence, timestamp)
    }
}

const fn low16(sequence: i64) -> u16 {
    sequence as u16
}

const fn low32(timestamp: i64) -> u32 {
    timestamp as u32
}
