//! Sound and pictures: from a device to a packet, and back.
//!
//! It knows no peers and no network. Threads of callbacks neither allocate nor lock nor log.
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod clock;
mod device;
mod engine;
mod frame;
mod ring;
mod sink;
mod source;
mod threads;

pub use device::{DeviceError, DeviceInfo, Direction};
pub use engine::{
    Endpoint, Engine, EngineError, EngineEvent, EngineStatistics, Handlers, LossReason, OpenError, Process,
};
pub use frame::{FRAME, Frame, RATE, SILENCE};
pub use ring::{
    CaptureCallback, CaptureReader, Counters, PlaybackCallback, PlaybackWriter, RingStatistics, capture_ring,
    playback_ring,
};
pub use sink::AudioOut;
pub use source::{AudioIn, ParseAudioError, WavError};
