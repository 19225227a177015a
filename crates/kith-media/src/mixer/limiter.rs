//! Keeps a sum within full scale.
//!
//! The gain is worked out a millisecond ahead, so that it is down before the peak comes, and is the same for both channels,
//! so that nobody wanders. A peak above the knee is brought to `knee + (1 - knee) * tanh((peak - knee) / (1 - knee))`, which
//! meets the straight line in value and slope and never reaches 1.

use super::Stereo;

/// How late the output is: 1 ms, interleaved samples of both channels.
const BLOCK: usize = 96;

/// -3 dBFS: below nothing is changed.
const KNEE: f32 = 0.707_945_8;

/// Of the gain that is missing, what comes back every millisecond: a time constant of 100 ms.
const RECOVERY: f32 = 0.01;

/// From here on the gain is as good as back.
const RECOVERED: f32 = 0.9999;

/// A stereo limiter that looks 1 ms ahead.
pub(super) struct Limiter {
    held: [f32; BLOCK],
    /// The greatest gain that `held` may have.
    allowed: f32,
    /// Gain at the end of what was handed out.
    gain: f32,
}

impl Limiter {
    pub(super) fn new() -> Self {
        Self { held: [0.0; BLOCK], allowed: 1.0, gain: 1.0 }
    }

    /// Delays `sound` by 1 ms and brings it within -1 to 1. What is not a number becomes silence.
    pub(super) fn process(&mut self, sound: &mut Stereo) {
        for block in sound.chunks_exact_mut(BLOCK) {
            let mut peak = 0.0_f32;
            for sample in block.iter_mut() {
                if !sample.is_finite() {
                    *sample = 0.0;
                }
                peak = peak.max(sample.abs());
            }
            let next = allowed(peak);
            // At both ends of a block the gain is no more than the block may have, and it is a straight line between.
            let end = self.allowed.min(next).min(recovered(self.gain));
            let step = (end - self.gain) / (BLOCK / 2) as f32;
            let mut gain = self.gain;
            for (pair, held) in block.chunks_exact_mut(2).zip(self.held.chunks_exact_mut(2)) {
                gain += step;
                for (sample, held) in pair.iter_mut().zip(held) {
                    // The rounding of the gain may leave the last bit over.
                    let limited = (*held * gain).clamp(-1.0, 1.0);
                    *held = std::mem::replace(sample, limited);
                }
            }
            self.gain = end;
            self.allowed = next;
        }
    }
}

fn allowed(peak: f32) -> f32 {
    if peak <= KNEE {
        return 1.0;
    }
    let room = 1.0 - KNEE;
    (KNEE + room * ((peak - KNEE) / room).tanh()) / peak
}

fn recovered(gain: f32) -> f32 {
    let gain = gain + (1.0 - gain) * RECOVERY;
    if gain > RECOVERED { 1.0 } else { gain }
}

#[cfg(test)]
mod tests;
