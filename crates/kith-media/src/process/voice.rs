//! Whether somebody speaks.

use earshot::Detector;

use crate::{
    frame::{Frame, RATE},
    resample::{ResampleError, Resampler},
};

/// Rate that the detector was trained at, in Hz.
const DETECTOR_RATE: u32 = 16_000;

/// Samples that it looks at: 16 ms.
const WINDOW: usize = 256;

/// Its author's threshold.
const THRESHOLD: f32 = 0.5;

/// Frames after the last voice that still count: a quarter of a second bridges the gaps between words.
const HANGOVER: u32 = 25;

pub(super) struct Voice {
    detector: Box<Detector>,
    resampler: Resampler,
    window: [f32; WINDOW],
    filled: usize,
    left: u32,
}

impl Voice {
    pub(super) fn new() -> Result<Self, ResampleError> {
        Ok(Self {
            detector: Box::new(Detector::default()),
            resampler: Resampler::new(RATE, DETECTOR_RATE)?,
            window: [0.0; WINDOW],
            filled: 0,
            left: 0,
        })
    }

    /// Takes 10 ms; whether there was a voice in them or not long before.
    pub(super) fn hear(&mut self, frame: &Frame) -> bool {
        self.left = self.left.saturating_sub(1);
        let Self { detector, resampler, window, filled, left } = self;
        resampler.push(frame, |samples| {
            for sample in samples {
                // The detector insists on full scale, and filters overshoot.
                window[*filled] = sample.clamp(-1.0, 1.0);
                *filled += 1;
                if *filled == WINDOW {
                    *filled = 0;
                    if detector.predict_f32(window) >= THRESHOLD {
                        *left = HANGOVER;
                    }
                }
            }
        });
        self.left > 0
    }
}
