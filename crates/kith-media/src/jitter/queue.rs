//! Packets that wait, in order.

use std::collections::VecDeque;

use crate::Shape;

/// Packets kept: two seconds of 10 ms. After a longer stall the oldest are of no use to a talk.
pub(super) const MAX_PACKETS: usize = 200;

/// Bytes kept: two seconds of 256 kb/s, eight times what a voice takes.
pub(super) const MAX_BYTES: usize = 64 * 1024;

/// Sequence numbers remembered to tell a second copy from a late packet; a power of two above what a packet may be
/// behind.
const REMEMBERED: usize = 256;

/// A packet on its place of the time line.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) sequence: i64,
    pub(super) timestamp: i64,
    /// In microseconds.
    pub(super) arrival: i64,
    pub(super) shape: Shape,
    pub(super) payload: Vec<u8>,
}

impl Waiting {
    /// Samples in it.
    pub(super) fn samples(&self) -> i64 {
        samples(self.shape.samples)
    }

    /// Samples of the copy in it of what came before.
    pub(super) fn copy(&self) -> i64 {
        samples(self.shape.copy)
    }
}

/// A count of samples as a distance on the time line.
pub(super) fn samples(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Packets by sequence number, no more than [`MAX_PACKETS`] and [`MAX_BYTES`].
#[derive(Debug)]
pub(super) struct Queue {
    packets: VecDeque<Waiting>,
    bytes: usize,
    seen: [i64; REMEMBERED],
}

impl Queue {
    pub(super) fn new() -> Self {
        Self { packets: VecDeque::with_capacity(MAX_PACKETS + 1), bytes: 0, seen: [-1; REMEMBERED] }
    }

    pub(super) fn clear(&mut self) {
        self.packets.clear();
        self.bytes = 0;
        self.seen = [-1; REMEMBERED];
    }

    /// Whether this is the first packet of its number.
    pub(super) fn is_new(&mut self, sequence: i64) -> bool {
        let at = usize::try_from(sequence).unwrap_or_default() % REMEMBERED;
        let Some(seen) = self.seen.get_mut(at) else { return true };
        std::mem::replace(seen, sequence) != sequence
    }

    pub(super) fn insert(&mut self, packet: Waiting) {
        let at = self.packets.iter().rposition(|other| other.sequence < packet.sequence).map_or(0, |before| before + 1);
        self.bytes += packet.payload.len();
        self.packets.insert(at, packet);
    }

    pub(super) fn is_over(&self) -> bool {
        self.packets.len() > MAX_PACKETS || self.bytes > MAX_BYTES
    }

    pub(super) fn front(&self) -> Option<&Waiting> {
        self.packets.front()
    }

    pub(super) fn take(&mut self) -> Option<Waiting> {
        let packet = self.packets.pop_front()?;
        self.bytes -= packet.payload.len();
        Some(packet)
    }

    pub(super) fn len(&self) -> usize {
        self.packets.len()
    }

    #[cfg(test)]
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }
}
