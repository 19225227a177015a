//! A packet as one datagram, or as two if it is too long for one: `packet (2, big endian) ‖ part (1) ‖ bytes`.

use std::collections::VecDeque;

use bytes::{BufMut, Bytes, BytesMut};

/// The longest packet, in bytes: what Ethernet carries. Longer ones are dropped.
pub const MAX_PACKET: usize = 1500;
/// Bytes of a datagram that a carrier must be able to carry at least.
pub const OVERLAY_DATAGRAM_MIN: usize = 800;
/// The longest datagram of a tunnel, in bytes: a packet that is not split.
pub const OVERLAY_DATAGRAM_MAX: usize = MAX_PACKET + HEAD;

const HEAD: usize = 3;
const WHOLE: u8 = 0;
const FIRST: u8 = 1;
const SECOND: u8 = 2;
/// Halves that wait for the other one.
const HALVES: usize = 16;

/// The datagrams of a packet, none longer than `limit`.
pub(super) fn split(number: u16, packet: &[u8], limit: usize) -> impl Iterator<Item = Bytes> {
    let room = limit.saturating_sub(HEAD);
    let fits = (1..=MAX_PACKET.min(room.saturating_mul(2))).contains(&packet.len());
    let parts = if !fits {
        [None, None]
    } else if packet.len() <= room {
        [Some((WHOLE, packet)), None]
    } else {
        // Halves, and not a long and a short one: both are then lost as rarely as anything else of the path.
        let (first, second) = packet.split_at(packet.len().div_ceil(2));
        [Some((FIRST, first)), Some((SECOND, second))]
    };
    parts.into_iter().flatten().map(move |(part, bytes)| {
        let mut datagram = BytesMut::with_capacity(HEAD + bytes.len());
        datagram.put_u16(number);
        datagram.put_u8(part);
        datagram.put_slice(bytes);
        datagram.freeze()
    })
}

/// Puts packets together again.
#[derive(Debug, Default)]
pub(super) struct Joiner {
    halves: VecDeque<(u16, u8, Bytes)>,
}

impl Joiner {
    /// The packet that is whole with this datagram.
    pub(super) fn take(&mut self, datagram: Bytes) -> Option<Bytes> {
        let [high, low, part] = *datagram.first_chunk::<HEAD>()?;
        let (number, bytes) = (u16::from_be_bytes([high, low]), datagram.slice(HEAD..));
        if bytes.is_empty() || bytes.len() > MAX_PACKET {
            return None;
        }
        let other = match part {
            WHOLE => return Some(bytes),
            FIRST => SECOND,
            SECOND => FIRST,
            _ => return None,
        };
        let fits = |(of, which, half): &(u16, u8, Bytes)| {
            *of == number && *which == other && half.len().saturating_add(bytes.len()) <= MAX_PACKET
        };
        let found = self.halves.iter().position(fits).and_then(|at| self.halves.remove(at));
        let Some((_, _, half)) = found else {
            // A number comes again when all others have been used: then the older half is of another packet.
            self.halves.retain(|(of, which, _)| (*of, *which) != (number, part));
            if self.halves.len() >= HALVES {
                self.halves.pop_front();
            }
            self.halves.push_back((number, part, bytes));
            return None;
        };
        let (first, second) = if part == FIRST { (bytes, half) } else { (half, bytes) };
        let mut packet = BytesMut::with_capacity(first.len() + second.len());
        packet.put_slice(&first);
        packet.put_slice(&second);
        Some(packet.freeze())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_packet_that_is_longer_than_two_datagrams_is_dropped() {
        assert_eq!(split(1, &[7; 1594], 800).count(), 0);
        assert_eq!(split(1, &[7; 1500], 800).count(), 2);
        assert_eq!(split(1, &[], 800).count(), 0);
    }

    #[test]
    fn a_half_of_another_packet_is_not_taken_for_the_missing_one() {
        let mut joiner = Joiner::default();
        let halves = |number| split(number, &[number as u8; 1400], 800).collect::<Vec<_>>().into_iter();
        let [first, _lost] = halves(1).collect::<Vec<_>>().try_into().unwrap();
        assert_eq!(joiner.take(first), None);
        for half in halves(2).skip(1).chain(halves(3).take(1)) {
            assert_eq!(joiner.take(half), None);
        }
        assert_eq!(joiner.take(halves(2).next().unwrap()).unwrap(), [2; 1400][..]);
    }

    proptest! {
        #[test]
        fn packets_survive_any_order_and_loss_and_nothing_else_comes_out(
            lengths in proptest::collection::vec(1..=MAX_PACKET, 1..8),
            order in any::<u64>(),
            lost in any::<u64>(),
        ) {
            let packets: Vec<Vec<u8>> = lengths.iter().enumerate().map(|(at, length)| vec![at as u8 + 1; *length]).collect();
            let mut all: Vec<(usize, Bytes)> = Vec::new();
            for (at, packet) in packets.iter().enumerate() {
                all.extend(split(at as u16, packet, 1100).map(|datagram| (at, datagram)));
            }
            let is_lost = |index: usize| lost >> (index % 64) & 1 == 1 && lost % 3 != 0;
            let broken: Vec<usize> = all.iter().enumerate().filter(|(index, _)| is_lost(*index)).map(|(_, (at, _))| *at).collect();
            let mut came: Vec<Bytes> = all.into_iter().enumerate().filter(|(index, _)| !is_lost(*index)).map(|(_, (_, datagram))| datagram).collect();
            let turn = order as usize % came.len().max(1);
            came.rotate_left(turn);
            let mut joiner = Joiner::default();
            let mut whole: Vec<Vec<u8>> = came.into_iter().filter_map(|datagram| joiner.take(datagram)).map(|packet| packet.to_vec()).collect();
            whole.sort();
            let expected: Vec<Vec<u8>> = packets.iter().enumerate().filter(|(at, _)| !broken.contains(at)).map(|(_, packet)| packet.clone()).collect();
            prop_assert_eq!(whole, expected);
        }

        #[test]
        fn garbage_takes_no_room(datagrams in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..20), 0..200)) {
            let mut joiner = Joiner::default();
            for datagram in datagrams {
                joiner.take(Bytes::from(datagram));
                prop_assert!(joiner.halves.len() <= HALVES);
            }
        }
    }
}
