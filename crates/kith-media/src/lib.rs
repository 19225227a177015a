//! Sound and pictures: from a device to a packet, and back.
//!
//! It knows no peers and no network. Threads of callbacks neither allocate nor lock nor log.
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod codec;
mod frame;
mod jitter;
pub mod score;

pub use codec::{
    CONCEAL_STEP, CodecError, Decode, Decoder, Encoder, EncoderConfig, MAX_PACKET, MAX_PACKET_SAMPLES, PacketTime,
    Shape,
};
pub use frame::{FRAME, Frame, RATE, SILENCE};
pub use jitter::{JitterBuffer, Packet, Played, Stats};
