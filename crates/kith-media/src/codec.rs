//! Opus: sound to packets and back, one channel at 48 kHz.
//!
//! What a packet from outside claims about itself is read and bounded before any of it is decoded.

use opus::{Application, Bitrate, Channels};

use crate::{FRAME, RATE};

#[cfg(test)]
mod tests;

/// Bytes a packet may have: the most that one Opus frame takes (RFC 6716, 3.4), far more than a call ever sends.
pub const MAX_PACKET: usize = 1275;

/// Samples a packet may hold: 120 ms, the most that Opus knows.
pub const MAX_PACKET_SAMPLES: usize = 12 * FRAME;

/// Decoders conceal, and recover, in steps of 2.5 ms.
pub const CONCEAL_STEP: usize = FRAME / 4;

/// A packet this short, in bytes, holds no sound: the sender has stopped sending while it is quiet.
const DTX_PACKET: usize = 2;

/// Why something could not be encoded or decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CodecError {
    /// A packet without a single byte.
    #[error("a packet of no bytes")]
    Empty,
    /// A packet with more bytes than an Opus frame takes.
    #[error("a packet of {bytes} bytes, at most {MAX_PACKET} are taken")]
    TooBig {
        /// Bytes found.
        bytes: usize,
    },
    /// A packet claims to hold more sound than there is room for.
    #[error("a packet of {samples} samples for a buffer of {room}")]
    TooLong {
        /// Samples the packet claims.
        samples: usize,
        /// Samples there is room for.
        room: usize,
    },
    /// Sound handed in, or asked for, has a length that cannot be.
    #[error("{samples} samples where {expected} are worked on")]
    Length {
        /// Samples found.
        samples: usize,
        /// Samples that can be; of lengths to conceal, the step they are multiples of.
        expected: usize,
    },
    /// Opus refused: a packet it cannot read, or no memory.
    #[error("{call}: {reason}")]
    Opus {
        /// The function of Opus.
        call: &'static str,
        /// What it says.
        reason: &'static str,
    },
}

impl From<opus::Error> for CodecError {
    fn from(error: opus::Error) -> Self {
        Self::Opus { call: error.function(), reason: error.code().description() }
    }
}

/// How much sound goes into one packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PacketTime {
    /// 10 ms: less delay, more headers.
    Ten,
    /// 20 ms: what everyone sends.
    #[default]
    Twenty,
}

impl PacketTime {
    /// Samples in a packet.
    pub const fn samples(self) -> usize {
        match self {
            Self::Ten => FRAME,
            Self::Twenty => 2 * FRAME,
        }
    }
}

/// What an encoder is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EncoderConfig {
    /// Sound in one packet.
    pub packet_time: PacketTime,
    /// Bits a second, 6,000 to 128,000; what lies outside is brought inside.
    pub bitrate: u32,
    /// Percent of packets expected to be lost, at most 100; with `fec` it decides how much is spent on second copies.
    pub expected_loss: u8,
    /// Whether packets carry a coarse copy of the packet before.
    pub fec: bool,
    /// Whether silence is not sent.
    pub dtx: bool,
    /// Effort, 0 to 10.
    pub complexity: u8,
}

impl Default for EncoderConfig {
    /// Speech in a call: 20 ms, 32 kb/s, copies for a loss of 10 %, silence not sent.
    fn default() -> Self {
        Self {
            packet_time: PacketTime::Twenty,
            bitrate: 32_000,
            expected_loss: 10,
            fec: true,
            dtx: true,
            complexity: 9,
        }
    }
}

/// Speech to packets.
#[derive(Debug)]
pub struct Encoder {
    opus: opus::Encoder,
    packet_time: PacketTime,
    packet: [u8; MAX_PACKET],
    silent: bool,
}

impl Encoder {
    /// An encoder as configured.
    ///
    /// # Errors
    ///
    /// [`CodecError::Opus`] without memory.
    pub fn new(config: EncoderConfig) -> Result<Self, CodecError> {
        let mut opus = opus::Encoder::new(RATE, Channels::Mono, Application::Voip)?;
        opus.set_inband_fec(config.fec)?;
        opus.set_dtx(config.dtx)?;
        opus.set_complexity(i32::from(config.complexity.min(10)))?;
        let mut encoder = Self { opus, packet_time: config.packet_time, packet: [0; MAX_PACKET], silent: false };
        encoder.set_bitrate(config.bitrate)?;
        encoder.set_expected_loss(config.expected_loss)?;
        Ok(encoder)
    }

    /// Sets the bits a second, brought into 6,000 to 128,000, from the next packet on.
    ///
    /// # Errors
    ///
    /// [`CodecError::Opus`] should Opus refuse.
    pub fn set_bitrate(&mut self, bitrate: u32) -> Result<(), CodecError> {
        let bitrate = i32::try_from(bitrate.clamp(6_000, 128_000)).unwrap_or(i32::MAX);
        Ok(self.opus.set_bitrate(Bitrate::Bits(bitrate))?)
    }

    /// Sets the percent of packets expected to be lost, at most 100, from the next packet on.
    ///
    /// # Errors
    ///
    /// [`CodecError::Opus`] should Opus refuse.
    pub fn set_expected_loss(&mut self, percent: u8) -> Result<(), CodecError> {
        Ok(self.opus.set_packet_loss_perc(i32::from(percent.min(100)))?)
    }

    /// Samples `encode` takes.
    pub const fn samples(&self) -> usize {
        self.packet_time.samples()
    }

    /// The packet of the next samples, or `None` where silence need not be sent: then the timestamp goes on and the
    /// sequence number does not. The first packet of a silence is sent, so that the other side knows it for one.
    ///
    /// # Errors
    ///
    /// [`CodecError::Length`] unless there are [`Encoder::samples`] of them; [`CodecError::Opus`].
    pub fn encode(&mut self, sound: &[f32]) -> Result<Option<&[u8]>, CodecError> {
        if sound.len() != self.samples() {
            return Err(CodecError::Length { samples: sound.len(), expected: self.samples() });
        }
        let bytes = self.opus.encode_float(sound, &mut self.packet)?;
        let was_silent = std::mem::replace(&mut self.silent, bytes <= DTX_PACKET);
        if self.silent && was_silent {
            return Ok(None);
        }
        Ok(self.packet.get(..bytes))
    }
}

/// What a packet says about itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Samples it holds, at most [`MAX_PACKET_SAMPLES`].
    pub samples: usize,
    /// Samples it holds a copy of that ended where it begins; 0 if it has no such copy.
    pub copy: usize,
    /// Whether it begins a silence that is not sent.
    pub silence: bool,
}

/// What a jitter buffer needs of a codec of one channel at 48 kHz.
pub trait Decode {
    /// What a packet says about itself. Nothing is decoded, and no state changes.
    ///
    /// # Errors
    ///
    /// Any [`CodecError`] of a packet that is not well-formed.
    fn inspect(&self, packet: &[u8]) -> Result<Shape, CodecError>;

    /// Decodes a packet into the front of `out`; says how many samples.
    ///
    /// # Errors
    ///
    /// [`CodecError::TooLong`] if `out` has no room; others of a packet that is not well-formed.
    fn decode(&mut self, packet: &[u8], out: &mut [f32]) -> Result<usize, CodecError>;

    /// Fills `out` with the sound before a packet, of the copy in it; what of `out` the copy does not reach is
    /// concealed.
    ///
    /// # Errors
    ///
    /// As [`Decode::conceal`]; others of a packet that is not well-formed.
    fn decode_fec(&mut self, next: &[u8], out: &mut [f32]) -> Result<(), CodecError>;

    /// Fills `out` with what may have been in a packet that never came.
    ///
    /// # Errors
    ///
    /// [`CodecError::Length`] unless `out` is a multiple of [`CONCEAL_STEP`] and at most [`MAX_PACKET_SAMPLES`].
    fn conceal(&mut self, out: &mut [f32]) -> Result<(), CodecError>;
}

/// Packets to speech. Stereo packets come out mixed to one channel.
#[derive(Debug)]
pub struct Decoder {
    opus: opus::Decoder,
}

impl Decoder {
    /// A decoder that has heard nothing.
    ///
    /// # Errors
    ///
    /// [`CodecError::Opus`] without memory.
    pub fn new() -> Result<Self, CodecError> {
        Ok(Self { opus: opus::Decoder::new(RATE, Channels::Mono)? })
    }
}

impl Decode for Decoder {
    fn inspect(&self, packet: &[u8]) -> Result<Shape, CodecError> {
        shape(packet)
    }

    fn decode(&mut self, packet: &[u8], out: &mut [f32]) -> Result<usize, CodecError> {
        let samples = shape(packet)?.samples;
        let room = out.len();
        let out = out.get_mut(..samples).ok_or(CodecError::TooLong { samples, room })?;
        Ok(self.opus.decode_float(packet, out, false)?.min(samples))
    }

    fn decode_fec(&mut self, next: &[u8], out: &mut [f32]) -> Result<(), CodecError> {
        shape(next)?;
        check_step(out)?;
        let written = self.opus.decode_float(next, out, true)?;
        fill(out, written);
        Ok(())
    }

    fn conceal(&mut self, out: &mut [f32]) -> Result<(), CodecError> {
        check_step(out)?;
        let written = self.opus.decode_float(&[], out, false)?;
        fill(out, written);
        Ok(())
    }
}

/// Leaves nothing of an older use in what Opus did not write.
fn fill(out: &mut [f32], written: usize) {
    if let Some(rest) = out.get_mut(written..) {
        rest.fill(0.0);
    }
}

fn check_step(out: &[f32]) -> Result<(), CodecError> {
    let samples = out.len();
    if samples == 0 || !samples.is_multiple_of(CONCEAL_STEP) {
        return Err(CodecError::Length { samples, expected: CONCEAL_STEP });
    }
    if samples > MAX_PACKET_SAMPLES {
        return Err(CodecError::TooLong { samples, room: MAX_PACKET_SAMPLES });
    }
    Ok(())
}

/// Reads the table of contents of a packet, and that its frames lie within it.
fn shape(packet: &[u8]) -> Result<Shape, CodecError> {
    if packet.is_empty() {
        return Err(CodecError::Empty);
    }
    if packet.len() > MAX_PACKET {
        return Err(CodecError::TooBig { bytes: packet.len() });
    }
    let frame = opus::packet::get_samples_per_frame(packet, RATE)?;
    let parsed = opus::packet::parse(packet)?;
    let samples = frame * parsed.frames.len();
    if samples > MAX_PACKET_SAMPLES {
        return Err(CodecError::TooLong { samples, room: MAX_PACKET_SAMPLES });
    }
    let copied = has_copy(parsed.toc, frame, parsed.frames.first().copied().unwrap_or_default());
    Ok(Shape { samples, copy: if copied { frame } else { 0 }, silence: packet.len() <= DTX_PACKET })
}

/// Whether a frame has a copy of the frame before (RFC 6716, 4.2.3 and 4.2.4): of each channel one bit, after one bit
/// of voice activity for each 20 ms begun. Only the lower sixteen configurations have a speech layer.
fn has_copy(toc: u8, frame_samples: usize, frame: &[u8]) -> bool {
    let Some(&header) = frame.first() else { return false };
    if toc & 0x80 != 0 {
        return false;
    }
    let parts = frame_samples.div_ceil(2 * FRAME);
    let bit = |at: usize| at < 8 && header & (0x80 >> at) != 0;
    let stereo = toc & 0x04 != 0;
    bit(parts) || (stereo && bit(2 * parts + 1))
}
