//! Pictures in packets, and packets back into pictures.

use crate::api::{MAX_VIDEO, VideoCodec};
use bytes::{Bytes, BytesMut};
use rtc::rtp::{
    codec::{
        h264::{H264Packet, H264Payloader},
        vp8::Vp8Payloader,
    },
    packetizer::{Depacketizer, Payloader},
};
use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

/// Payload bytes of a packet: fits an overlay path.
const PAYLOAD: usize = 1050;
/// Packets that wait for an earlier one: a large key frame and what follows it while it is repaired.
const MAX_WAITING: usize = 1024;
/// How long a missing packet is waited for: three times it is asked for, and a slow path.
const PATIENCE: Duration = Duration::from_millis(250);

/// Cuts pictures into payloads.
#[derive(Debug, Default)]
pub(crate) struct Cutter {
    h264: H264Payloader,
    vp8: Vp8Payloader,
}

impl Cutter {
    /// The payloads of a picture, in order; none if it is not one.
    pub(crate) fn cut(&mut self, codec: VideoCodec, picture: &Bytes) -> Vec<Bytes> {
        let cut = match codec {
            VideoCodec::H264 => self.h264.payload(PAYLOAD, picture),
            VideoCodec::Vp8 => self.vp8.payload(PAYLOAD, picture),
        };
        cut.unwrap_or_default()
    }
}

/// A packet of a picture stream.
#[derive(Debug, Clone)]
pub(crate) struct Piece {
    pub(crate) timestamp: u32,
    /// The last of its picture.
    pub(crate) last: bool,
    pub(crate) payload: Bytes,
}

/// Puts packets together that come in any order, once each, under sequence numbers that do not wrap.
#[derive(Debug)]
pub(crate) struct Assembler {
    codec: VideoCodec,
    waiting: BTreeMap<u64, Piece>,
    /// The packet the next picture begins with; nothing before the first one.
    next: Option<u64>,
    /// Since when the next packet is missing.
    missing: Option<Instant>,
}

/// What came of a packet.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Assembled {
    /// Pictures that are whole now: timestamp and access unit, in order.
    pub(crate) pictures: Vec<(u32, Bytes)>,
    /// Packets are lost for good: what follows cannot be decoded until a picture stands alone.
    pub(crate) broken: bool,
}

impl Assembler {
    pub(crate) fn new(codec: VideoCodec) -> Self {
        Self { codec, waiting: BTreeMap::new(), next: None, missing: None }
    }

    pub(crate) fn push(&mut self, now: Instant, sequence: u64, piece: Piece) -> Assembled {
        let mut out = Assembled::default();
        if self.next.is_some_and(|next| sequence < next) {
            return out;
        }
        self.next.get_or_insert(sequence);
        self.waiting.insert(sequence, piece);
        self.take_whole(&mut out);
        if self.waiting.is_empty() {
            self.missing = None;
            return out;
        }
        let since = *self.missing.get_or_insert(now);
        if self.waiting.len() > MAX_WAITING || self.has_gap() && now.saturating_duration_since(since) > PATIENCE {
            out.broken = true;
            self.skip();
            self.missing = None;
            self.take_whole(&mut out);
        }
        out
    }

    fn has_gap(&self) -> bool {
        let Some(next) = self.next else { return false };
        self.waiting.last_key_value().is_some_and(|(last, _)| last - next + 1 > self.waiting.len() as u64)
    }

    fn take_whole(&mut self, out: &mut Assembled) {
        while let Some(end) = self.whole() {
            let rest = self.waiting.split_off(&(end + 1));
            let pieces = std::mem::replace(&mut self.waiting, rest);
            self.next = Some(end + 1);
            self.missing = None;
            match self.join(pieces.values()) {
                Some(picture) => out.pictures.push(picture),
                None => out.broken = true,
            }
        }
    }

    /// Where the next picture ends, if all of it is there.
    fn whole(&self) -> Option<u64> {
        let unbroken = (self.next?..).zip(&self.waiting).take_while(|(expected, (sequence, _))| expected == *sequence);
        unbroken.map(|(_, waiting)| waiting).find(|(_, piece)| piece.last).map(|(sequence, _)| *sequence)
    }

    /// Gives up on the first gap: what follows begins after the next end of a picture.
    fn skip(&mut self) {
        let Some(mut expected) = self.next else { return };
        let gap = self.waiting.keys().find(|sequence| {
            let gap = **sequence != expected;
            expected += 1;
            gap
        });
        let after = gap.copied().unwrap_or(expected);
        let end = self.waiting.range(after..).find(|(_, piece)| piece.last).map(|(sequence, _)| sequence + 1);
        let begin = end.or_else(|| self.waiting.last_key_value().map(|(last, _)| last + 1));
        if let Some(begin) = begin {
            self.waiting = self.waiting.split_off(&begin);
            self.next = Some(begin);
        }
    }

    fn join<'a>(&self, pieces: impl Iterator<Item = &'a Piece>) -> Option<(u32, Bytes)> {
        let mut picture = BytesMut::new();
        let mut timestamp = None;
        let mut h264 = H264Packet::default();
        for piece in pieces {
            if *timestamp.get_or_insert(piece.timestamp) != piece.timestamp {
                return None;
            }
            let part = match self.codec {
                VideoCodec::H264 => h264.depacketize(&piece.payload).ok()?,
                VideoCodec::Vp8 => vp8_body(&piece.payload)?,
            };
            picture.extend_from_slice(&part);
            if picture.len() > MAX_VIDEO {
                return None;
            }
        }
        Some((timestamp?, picture.freeze())).filter(|(_, picture)| !picture.is_empty())
    }
}

/// What follows the payload descriptor (RFC 7741 §4.2). The stack's own reader refuses packets of less than four bytes,
/// which the last one of a picture may be.
fn vp8_body(payload: &Bytes) -> Option<Bytes> {
    let mut at = 1;
    if payload.first()? & 0x80 != 0 {
        let extension = *payload.get(at)?;
        at += 1;
        if extension & 0x80 != 0 {
            at += if payload.get(at)? & 0x80 != 0 { 2 } else { 1 };
        }
        at += usize::from(extension & 0x40 != 0) + usize::from(extension & 0x30 != 0);
    }
    (at < payload.len()).then(|| payload.slice(at..))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn picture(number: u8, len: usize) -> Bytes {
        let mut picture = vec![0, 0, 0, 1, 0x65];
        picture.extend((0..len).map(|index| (index as u8 ^ number) | 1));
        picture.into()
    }

    fn packets(codec: VideoCodec, pictures: &[Bytes]) -> Vec<(u64, Piece)> {
        let mut cutter = Cutter::default();
        let mut packets = Vec::new();
        for (number, picture) in pictures.iter().enumerate() {
            let payloads = cutter.cut(codec, picture);
            let last = payloads.len() - 1;
            for (index, payload) in payloads.into_iter().enumerate() {
                assert!(payload.len() <= PAYLOAD);
                let piece = Piece { timestamp: 3000 * number as u32, last: index == last, payload };
                packets.push((100 + packets.len() as u64, piece));
            }
        }
        packets
    }

    #[test]
    fn a_picture_of_any_length_comes_out_whole() {
        for codec in [VideoCodec::H264, VideoCodec::Vp8] {
            // The stack has no H.264 unit of less than three bytes, and no encoder makes one.
            for len in (2..12).chain(PAYLOAD - 12..PAYLOAD + 12).chain(2 * PAYLOAD - 12..2 * PAYLOAD + 12) {
                let mut assembler = Assembler::new(codec);
                let mut got = Vec::new();
                for (sequence, piece) in packets(codec, &[picture(1, len)]) {
                    got.extend(assembler.push(Instant::now(), sequence, piece).pictures);
                }
                assert_eq!(got, [(0, picture(1, len))], "{codec:?} {len}");
            }
        }
    }

    #[test]
    fn a_lost_packet_breaks_its_picture_and_the_next_whole_one_follows() {
        let pictures: Vec<Bytes> = (0..4).map(|number| picture(number, 3000)).collect();
        let packets = packets(VideoCodec::H264, &pictures);
        let mut assembler = Assembler::new(VideoCodec::H264);
        let start = Instant::now();
        let mut got = Vec::new();
        let mut broken = 0;
        for (index, (sequence, piece)) in packets.into_iter().enumerate() {
            if index == 4 {
                continue;
            }
            let now = start + Duration::from_millis(60 * index as u64);
            let out = assembler.push(now, sequence, piece);
            got.extend(out.pictures.into_iter().map(|(timestamp, _)| timestamp));
            broken += u32::from(out.broken);
        }
        assert_eq!((got, broken), (vec![0, 6000, 9000], 1));
    }

    proptest! {
        #[test]
        fn pictures_come_out_as_they_went_in_whatever_the_order(
            lens in proptest::collection::vec(2_usize..6000, 1..8),
            vp8: bool,
            swaps in proptest::collection::vec((any::<prop::sample::Index>(), 1_usize..6), 0..20),
        ) {
            let codec = if vp8 { VideoCodec::Vp8 } else { VideoCodec::H264 };
            let pictures: Vec<Bytes> = lens.iter().enumerate().map(|(n, len)| picture(n as u8, *len)).collect();
            let mut packets = packets(codec, &pictures);
            // The first one says where the stream begins.
            for (at, by) in swaps {
                let at = at.index(packets.len());
                if at > 0 && at + by < packets.len() {
                    packets.swap(at, at + by);
                }
            }
            let mut assembler = Assembler::new(codec);
            let now = Instant::now();
            let mut got = Vec::new();
            for (sequence, piece) in packets {
                let out = assembler.push(now, sequence, piece);
                prop_assert!(!out.broken);
                got.extend(out.pictures.into_iter().map(|(_, picture)| picture));
            }
            prop_assert_eq!(got, pictures);
        }

        #[test]
        fn garbage_is_bounded_and_harmless(
            packets in proptest::collection::vec((0_u64..3000, any::<u32>(), any::<bool>(), proptest::collection::vec(any::<u8>(), 0..40)), 0..200),
            vp8: bool,
        ) {
            let mut assembler = Assembler::new(if vp8 { VideoCodec::Vp8 } else { VideoCodec::H264 });
            let now = Instant::now();
            for (sequence, timestamp, last, payload) in packets {
                assembler.push(now, sequence, Piece { timestamp, last, payload: payload.into() });
                prop_assert!(assembler.waiting.len() <= MAX_WAITING + 1);
            }
        }
    }
}
