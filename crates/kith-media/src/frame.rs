//! What all parts of this crate pass on: 10 ms of sound of one channel.

/// Samples a second, everywhere inside.
pub const RATE: u32 = 48_000;

/// Samples of one channel in 10 ms.
pub const FRAME: usize = 480;

/// 10 ms of one channel; full scale is -1 to 1.
pub type Frame = [f32; FRAME];

/// Nothing to be heard.
pub const SILENCE: Frame = [0.0; FRAME];
