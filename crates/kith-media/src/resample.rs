//! From the rate of a device or file to 48 kHz and back, one channel.

use rubato::{
    Async, Fft, FixedAsync, FixedSync, SincInterpolationParameters, WindowFunction,
    audioadapter_buffers::direct::SequentialSlice,
};

use crate::frame::{FRAME, Frame, SILENCE};

/// The lowest rate that is taken, in Hz.
pub const MIN_RATE: u32 = 8_000;

/// The highest rate that is taken, in Hz.
pub const MAX_RATE: u32 = 192_000;

/// Rates in a plain ratio are converted by FFT over 10 ms or little more. Others (48,001 Hz) would need a transform of a
/// whole second and are interpolated.
const LONGEST_BLOCK: u32 = 2_048;

/// Taps of the interpolating filter: with 128 its cutoff is at 0.9 of the lower rate's half.
const SINC_TAPS: usize = 128;

/// Why there is no resampler.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ResampleError {
    /// Outside of [`MIN_RATE`] to [`MAX_RATE`].
    #[error("a rate of {hz} Hz is not supported")]
    Rate {
        /// What was asked for.
        hz: u32,
    },
    /// The library refused.
    #[error("no resampler from {from} Hz to {to} Hz")]
    Construction {
        /// Rate of the input in Hz.
        from: u32,
        /// Rate of the output in Hz.
        to: u32,
        /// What it said.
        source: rubato::ResamplerConstructionError,
    },
}

/// Converts one stream from one rate to another; nothing is allocated after [`Resampler::new`].
///
/// Between equal rates it hands through what it is given. Otherwise it works on blocks of about 10 ms, so what comes out
/// is late by up to one block and [`Resampler::delay`].
pub struct Resampler {
    work: Option<Work>,
}

struct Work {
    inner: Box<dyn rubato::Resampler<f32>>,
    input: Vec<f32>,
    filled: usize,
    output: Vec<f32>,
}

impl Resampler {
    /// From `from` Hz to `to` Hz.
    ///
    /// # Errors
    /// [`ResampleError::Rate`] if one of them is out of bounds.
    pub fn new(from: u32, to: u32) -> Result<Self, ResampleError> {
        for hz in [from, to] {
            if !(MIN_RATE..=MAX_RATE).contains(&hz) {
                return Err(ResampleError::Rate { hz });
            }
        }
        if from == to {
            return Ok(Self { work: None });
        }
        let inner = build(from, to).map_err(|source| ResampleError::Construction { from, to, source })?;
        let input = vec![0.0; inner.input_frames_next()];
        let output = vec![0.0; inner.output_frames_max()];
        Ok(Self { work: Some(Work { inner, input, filled: 0, output }) })
    }

    /// How many samples of output come before the first that belongs to the first of the input.
    #[must_use]
    pub fn delay(&self) -> usize {
        self.work.as_ref().map_or(0, |work| work.inner.output_delay())
    }

    /// Takes any number of samples and hands out what is ready, in pieces of any length.
    pub fn push(&mut self, samples: &[f32], mut out: impl FnMut(&[f32])) {
        let Some(work) = &mut self.work else {
            if !samples.is_empty() {
                out(samples);
            }
            return;
        };
        let mut rest = samples;
        while !rest.is_empty() {
            let (now, later) = rest.split_at(rest.len().min(work.input.len() - work.filled));
            work.input[work.filled..work.filled + now.len()].copy_from_slice(now);
            work.filled += now.len();
            rest = later;
            if work.filled == work.input.len() {
                work.filled = 0;
                out(work.convert());
            }
        }
    }
}

impl Work {
    fn convert(&mut self) -> &[f32] {
        let (taken, room) = (self.input.len(), self.output.len());
        // Only buffers that are too small are refused, and these were sized by asking.
        let made =
            match (SequentialSlice::new(&self.input, 1, taken), SequentialSlice::new_mut(&mut self.output, 1, room)) {
                (Ok(input), Ok(mut output)) => {
                    self.inner.process_into_buffer(&input, &mut output, None).map_or(0, |(_, made)| made)
                }
                (Err(_), _) | (_, Err(_)) => 0,
            };
        &self.output[..made]
    }
}

fn build(from: u32, to: u32) -> Result<Box<dyn rubato::Resampler<f32>>, rubato::ResamplerConstructionError> {
    let ten_ms = (from / 100) as usize;
    if from.max(to) / gcd(from, to) <= LONGEST_BLOCK {
        return Ok(Box::new(Fft::new(from as usize, to as usize, ten_ms, 1, FixedSync::Both)?));
    }
    let parameters = SincInterpolationParameters::new(SINC_TAPS, WindowFunction::BlackmanHarris2);
    let ratio = f64::from(to) / f64::from(from);
    Ok(Box::new(Async::new_sinc(ratio, 1.0, &parameters, ten_ms, 1, FixedAsync::Input)?))
}

fn gcd(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// Cuts a stream of pieces into frames; nothing is allocated.
pub struct Framer {
    frame: Frame,
    filled: usize,
}

impl Default for Framer {
    fn default() -> Self {
        Self { frame: SILENCE, filled: 0 }
    }
}

impl Framer {
    /// Takes any number of samples and hands out each frame that they complete. The frame may be written to.
    pub fn push(&mut self, samples: &[f32], mut out: impl FnMut(&mut Frame)) {
        let mut rest = samples;
        while !rest.is_empty() {
            let (now, later) = rest.split_at(rest.len().min(FRAME - self.filled));
            self.frame[self.filled..self.filled + now.len()].copy_from_slice(now);
            self.filled += now.len();
            rest = later;
            if self.filled == FRAME {
                self.filled = 0;
                out(&mut self.frame);
            }
        }
    }
}

#[cfg(test)]
mod tests;
