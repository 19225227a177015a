//! How loud it is.

use crate::frame::{FRAME, Frame};

/// What silence is called, in dBFS.
const FLOOR: f32 = -100.0;

/// How much the peak falls every 10 ms, in dB.
const FALL: f32 = 20.0 / 170.0;

pub(super) struct Meter {
    peak: f32,
}

impl Meter {
    pub(super) fn new() -> Self {
        Self { peak: FLOOR }
    }

    /// RMS and falling peak of a frame, in dBFS.
    pub(super) fn measure(&mut self, frame: &Frame) -> (f32, f32) {
        let power = frame.iter().map(|sample| sample * sample).sum::<f32>() / FRAME as f32;
        let highest = frame.iter().fold(0.0_f32, |highest, sample| highest.max(sample.abs()));
        self.peak = dbfs(highest).max(self.peak - FALL).max(FLOOR);
        (dbfs(power.sqrt()), self.peak)
    }
}

fn dbfs(amplitude: f32) -> f32 {
    (20.0 * amplitude.log10()).max(FLOOR)
}
