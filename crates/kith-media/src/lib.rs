//! Sound and pictures: from a device to a packet, and back.
//!
//! It knows no peers and no network. Threads of callbacks neither allocate nor lock nor log.
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod clock;
mod codec;
mod device;
mod engine;
mod frame;
mod jitter;
mod mixer;
mod process;
mod resample;
mod ring;
pub mod score;
mod sink;
pub mod sound;
mod source;
mod threads;
mod tones;
pub mod video;
mod wav;

pub use codec::{
    CONCEAL_STEP, CodecError, Decode, Decoder, Encoder, EncoderConfig, MAX_PACKET, MAX_PACKET_SAMPLES, PacketTime,
    Shape,
};
pub use device::{DeviceError, DeviceInfo, Direction, list_devices};
pub use engine::{
    Endpoint, Engine, EngineError, EngineEvent, EngineStatistics, Handlers, LossReason, OpenError, Process,
};
pub use frame::{FRAME, Frame, RATE, SILENCE};
pub use jitter::{JitterBuffer, Packet, Played, Stats};
pub use mixer::{MAX_SOURCES, MAX_VOLUME, Mixer, MixerError, Place, SourceId, Stereo};
pub use process::{Capture, CaptureSettings, Gate, Heard, Noise};
pub use resample::{Framer, MAX_RATE, MIN_RATE, ResampleError, Resampler};
pub use ring::{
    CaptureCallback, CaptureReader, Counters, PlaybackCallback, PlaybackWriter, RingStatistics, capture_ring,
    playback_ring,
};
pub use sink::AudioOut;
pub use source::{AudioIn, FileError, ParseAudioError};
pub use tones::{Tone, ToneFrames};
pub use wav::{Channels, WavError, WavSink, WavSource};
