//! How much of a recording arrived: its delay and how alike it sounds.
//!
//! Both recordings have one channel at 48 kHz.
//!
//! *Delay*: the shift at which the normalized cross-correlation of the two is highest.
//!
//! *Similarity*: both are cut into frames of 20 ms, and frames of the reference more than 40 dB below its loudest are
//! left out. The power of a frame from 50 to 8,000 Hz, under a Hann window, is summed in bands of 200 Hz and taken in
//! dB, at least -70 dB of full scale. The distance of two frames is the root of the mean square of the differences of
//! their bands (the log-spectral distance); 0 dB counts as 1, 20 dB and more as 0, and linearly in between. The
//! similarity is the mean of all frames. As calls play faster and slower, each half second is shifted again by as much
//! as fits best, at most 100 ms.

use std::f32::consts::TAU;

use crate::{FRAME, RATE};

#[cfg(test)]
mod tests;

/// Samples of a frame.
const WINDOW: usize = 2 * FRAME;

/// Frames that are shifted together: half a second.
const SECTION: usize = 25;

/// Samples a section may be shifted by.
const SHIFT: usize = 10 * FRAME;

/// Frames quieter than the loudest by this factor of power, 40 dB, are no speech.
const SPEECH: f32 = 1e-4;

/// Lines of the spectrum, 50 Hz apart.
const LINES: usize = 160;

const _: () = assert!(WINDOW * 50 == RATE as usize);

/// Lines in a band.
const BAND: usize = 4;

/// The power of a band below which nothing is heard: -70 dB of full scale.
const FLOOR: f32 = 1e-7;

/// The distance, in dB, at which nothing is alike.
const FAR: f32 = 20.0;

/// Samples taken together for the first look.
const COARSE: usize = 16;

/// How a received recording compares with its reference.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Score {
    /// Samples by which it is late.
    pub delay: usize,
    /// From 0, nothing is left, to 1, the same.
    pub similarity: f32,
}

/// Compares a recording with its reference, which it follows by at most `max_delay` samples. `None` if either of them
/// is silent, or too short for a frame.
pub fn compare(reference: &[f32], received: &[f32], max_delay: usize) -> Option<Score> {
    let delay = delay(reference, received, max_delay)?;
    let loudest = reference.chunks_exact(WINDOW).map(power).fold(0.0, f32::max);
    let spectrum = Spectrum::new();
    let (mut sum, mut count) = (0.0, 0.0);
    for (number, section) in reference.chunks(SECTION * WINDOW).enumerate() {
        let earliest = (number * SECTION * WINDOW + delay).saturating_sub(SHIFT);
        let around = received.get(earliest..).unwrap_or_default();
        let shift = self::delay(section, around, 2 * SHIFT).unwrap_or(SHIFT);
        let others = around.get(shift..).unwrap_or_default();
        for (at, frame) in section.chunks_exact(WINDOW).enumerate() {
            if power(frame) > loudest * SPEECH {
                let other = others.get(at * WINDOW..(at + 1) * WINDOW).unwrap_or(&[0.0; WINDOW]);
                sum += 1.0 - (spectrum.distance(frame, other) / FAR).min(1.0);
                count += 1.0;
            }
        }
    }
    (count > 0.0).then(|| Score { delay, similarity: sum / count })
}

/// The samples, at most `max`, by which a recording follows its reference. `None` if either of them is silent.
pub fn delay(reference: &[f32], received: &[f32], max: usize) -> Option<usize> {
    let thin = |sound: &[f32]| -> Vec<f32> { sound.chunks_exact(COARSE).map(|part| part.iter().sum()).collect() };
    let coarse = best(&thin(reference), &thin(received), 0..=max / COARSE)? * COARSE;
    best(reference, received, coarse.saturating_sub(COARSE)..=(coarse + COARSE).min(max))
}

/// The shift at which two recordings are most alike.
fn best(reference: &[f32], received: &[f32], shifts: std::ops::RangeInclusive<usize>) -> Option<usize> {
    // Of all of the reference, so that the end of one that fits the beginning of the other counts for little.
    let one: f32 = reference.iter().map(|sample| sample * sample).sum();
    let mut best: Option<(usize, f32)> = None;
    for shift in shifts {
        let Some(received) = received.get(shift..) else { break };
        let (mut both, mut other) = (0.0_f32, 0.0_f32);
        for (a, b) in reference.iter().zip(received) {
            both += a * b;
            other += b * b;
        }
        let likeness = both / (one * other).sqrt();
        if likeness.is_finite() && best.is_none_or(|(_, best)| likeness > best) {
            best = Some((shift, likeness));
        }
    }
    best.map(|(shift, _)| shift)
}

/// The mean square.
fn power(sound: &[f32]) -> f32 {
    sound.iter().map(|sample| sample * sample).sum::<f32>() / sound.len().max(1) as f32
}

/// Tables of a discrete Fourier transform of the lowest lines.
struct Spectrum {
    turn: Vec<(f32, f32)>,
    window: Vec<f32>,
}

impl Spectrum {
    fn new() -> Self {
        let angle = |at: usize| at as f32 / WINDOW as f32 * TAU;
        Self {
            turn: (0..WINDOW).map(|at| angle(at).sin_cos()).collect(),
            window: (0..WINDOW).map(|at| 0.5 - 0.5 * angle(at).cos()).collect(),
        }
    }

    /// The log-spectral distance of two frames, in dB.
    fn distance(&self, one: &[f32], other: &[f32]) -> f32 {
        let (one, other) = (self.bands(one), self.bands(other));
        let squares: f32 = one.iter().zip(&other).map(|(a, b)| (a - b) * (a - b)).sum();
        (squares / one.len() as f32).sqrt()
    }

    /// The power in each band, in dB.
    fn bands(&self, frame: &[f32]) -> Vec<f32> {
        let shaped: Vec<f32> = frame.iter().zip(&self.window).map(|(sample, window)| sample * window).collect();
        let line = |line: usize| {
            let (mut sine, mut cosine) = (0.0, 0.0);
            let turns = (0..WINDOW).map(|at| self.turn.get(at * line % WINDOW).copied().unwrap_or_default());
            for (sample, (sin, cos)) in shaped.iter().zip(turns) {
                sine += sample * sin;
                cosine += sample * cos;
            }
            // A sine of full scale, windowed, comes to 1 where it is.
            (sine * sine + cosine * cosine) * 16.0 / (WINDOW * WINDOW) as f32
        };
        (1..=LINES)
            .step_by(BAND)
            .map(|first| 10.0 * (first..first + BAND).map(line).sum::<f32>().max(FLOOR).log10())
            .collect()
    }
}
