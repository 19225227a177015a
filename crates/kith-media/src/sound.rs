//! Sound that is the same every time: to be sent, and compared with what arrives.

use std::f32::consts::TAU;

use crate::frame::RATE;
#[cfg(test)]
use crate::frame::{FRAME, Frame, SILENCE};

/// A linear congruential generator (Knuth's MMIX constants): noise that no library's next version changes.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    /// -1 to 1.
    pub(crate) fn next(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 40) as f32 / (1_u32 << 23) as f32 - 1.0
    }
}

#[cfg(test)]
pub(crate) fn noise(seed: u64, amplitude: f32, samples: usize) -> Vec<f32> {
    let mut random = Random(seed);
    (0..samples).map(|_| amplitude * random.next()).collect()
}

#[cfg(test)]
pub(crate) fn sine(hz: f32, rate: u32, amplitude: f32, samples: usize) -> Vec<f32> {
    let step = f64::from(hz) / f64::from(rate);
    (0..samples).map(|n| amplitude * (TAU * ((n as f64 * step).fract() as f32)).sin()).collect()
}

#[cfg(test)]
pub(crate) fn frames(samples: &[f32]) -> Vec<Frame> {
    samples
        .chunks(FRAME)
        .map(|chunk| {
            let mut frame = SILENCE;
            frame[..chunk.len()].copy_from_slice(chunk);
            frame
        })
        .collect()
}

#[cfg(test)]
pub(crate) fn rms_dbfs(samples: &[f32]) -> f32 {
    let power: f64 = samples.iter().map(|sample| f64::from(*sample).powi(2)).sum::<f64>() / samples.len() as f64;
    10.0 * power.max(1e-20).log10() as f32
}

/// Amplitude of a sine in `samples`.
#[cfg(test)]
pub(crate) fn amplitude_of(samples: &[f32], hz: f64, rate: u32) -> f64 {
    let [re, im] = correlate(samples, hz, rate);
    re.hypot(im)
}

/// By how much a sine in `samples` is ahead of one that begins with them, in radians.
#[cfg(test)]
pub(crate) fn phase_of(samples: &[f32], hz: f64, rate: u32) -> f64 {
    let [re, im] = correlate(samples, hz, rate);
    re.atan2(im)
}

/// How much of a cosine and a sine there is, over whole periods.
#[cfg(test)]
fn correlate(samples: &[f32], hz: f64, rate: u32) -> [f64; 2] {
    let whole = (samples.len() as f64 * hz / f64::from(rate)).floor() * f64::from(rate) / hz;
    let (mut re, mut im) = (0.0, 0.0);
    for (n, sample) in samples.iter().take(whole.round() as usize).enumerate() {
        let phase = std::f64::consts::TAU * hz * n as f64 / f64::from(rate);
        re += f64::from(*sample) * phase.cos();
        im += f64::from(*sample) * phase.sin();
    }
    [2.0 * re / whole, 2.0 * im / whole]
}

/// The greatest step from one sample to the next.
#[cfg(test)]
pub(crate) fn greatest_step(samples: &[f32]) -> f32 {
    samples.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max)
}

/// Something like a voice, one channel at 48 kHz, half of full scale at its loudest: pulses of the glottis or noise through
/// three formants that change with every syllable. The same `seed` gives the same sound.
#[must_use]
pub fn speech(seed: u64, seconds: f32) -> Vec<f32> {
    const VOWELS: [[f32; 3]; 5] = [
        [730.0, 1090.0, 2440.0],
        [270.0, 2290.0, 3010.0],
        [530.0, 1840.0, 2480.0],
        [570.0, 840.0, 2410.0],
        [300.0, 870.0, 2240.0],
    ];
    let mut random = Random(seed);
    let mut sound = Vec::new();
    let mut state = [[0.0_f32; 2]; 3];
    let mut glottis = 0.0_f32;
    while sound.len() < (seconds * RATE as f32) as usize {
        let vowel = VOWELS[(((random.next() + 1.0) * 2.5) as usize).min(4)];
        let consonant = (0.03 + 0.03 * (random.next() + 1.0)) * RATE as f32;
        let voiced = (0.10 + 0.06 * (random.next() + 1.0)) * RATE as f32;
        let pause = if random.next() > 0.6 { 0.25 * RATE as f32 } else { 0.02 * RATE as f32 };
        let (pitch, hiss) = (125.0 + 25.0 * random.next(), 0.02 + 0.02 * random.next().abs());
        for n in 0..(consonant + voiced + pause) as usize {
            let n = n as f32;
            let source = if n < consonant {
                hiss * random.next() * (n / consonant * std::f32::consts::PI).sin()
            } else if n < consonant + voiced {
                let part = (n - consonant) / voiced;
                glottis += (pitch - 20.0 * part) / RATE as f32;
                let pulse = if glottis >= 1.0 { 1.0 } else { 0.0 };
                glottis = glottis.fract();
                (pulse + 0.002 * random.next()) * (part * std::f32::consts::PI).sin().sqrt()
            } else {
                0.0
            };
            let mut out = 0.0;
            for ((hz, bandwidth), state) in vowel.iter().zip([80.0, 100.0, 140.0]).zip(&mut state) {
                let radius = (-std::f32::consts::PI * bandwidth / RATE as f32).exp();
                let next =
                    source + 2.0 * radius * (TAU * hz / RATE as f32).cos() * state[0] - radius * radius * state[1];
                *state = [next, state[0]];
                out += next * hz / 3000.0;
            }
            sound.push(out);
        }
    }
    sound.truncate((seconds * RATE as f32) as usize);
    let peak = sound.iter().fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
    for sample in &mut sound {
        *sample *= 0.5 / peak;
    }
    sound
}
