//! Where somebody stands: what each ear hears of a mono source.
//!
//! The listener is at the origin and looks along +y. With `d` the distance and `s = x / d` the sine of the angle to the
//! side (front and back sound alike):
//!
//! * Distance: `1 / max(d, 1 m)`, the inverse distance law clamped at a reference (OpenAL 1.1 specification, 3.4.2).
//! * Pan: `left = √2 cos φ`, `right = √2 sin φ`, `φ = (0.6 s + 1) π / 4`: the power is the same everywhere, and in
//!   the middle it is that of a source without a place (constant power panning: Roads, The Computer Music Tutorial, 1996).
//!   With 0.6 instead of 1 the far ear is 10 dB quieter at most and not deaf.
//! * Delay of the far ear: `r / c (θ + sin θ)`, `θ = asin |s|`, head of radius `r` 87.5 mm: 0.66 ms at most (Woodworth,
//!   Experimental Psychology, 1938).
//! * Shadow of the head on the far ear: `(α s + β) / (s + β)`, `β = 2 c / r`, `α(ϑ) = 1.05 + 0.95 cos(1.2 ϑ)`, `ϑ` the angle
//!   between source and ear (Brown and Duda, A structural model for binaural sound synthesis, IEEE TSAP 6(5), 1998). That is
//!   `α + (1 - α) β / (s + β)`: a one-pole low pass mixed with what goes past it, and so `α` can move without a click. It is
//!   taken relative to straight ahead, where nothing is to be coloured; the near ear is left as it is.

use std::f32::consts::{FRAC_PI_2, FRAC_PI_4, SQRT_2};

use super::{Place, Stereo};
use crate::frame::{FRAME, Frame, RATE};

/// Radius of a head, in metres.
const HEAD: f32 = 0.0875;
/// Speed of sound, in metres a second.
const SOUND: f32 = 343.0;
/// From here on distance makes quieter, in metres.
const NEAR: f32 = 1.0;
/// How far to the side the pan goes: 1 would leave nothing for the far ear.
const WIDTH: f32 = 0.6;
/// Samples of memory: the longest delay is 31.5.
const LINE: usize = 64;
/// The model's α straight ahead, 90° from either ear: 1.05 + 0.95 cos 108°.
const AHEAD: f32 = 0.756_434;

/// -400 dBFS.
const INAUDIBLE: f32 = 1e-20;

/// What one ear hears of a source.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Ear {
    pub(super) gain: f32,
    /// In samples.
    pub(super) delay: f32,
    /// How much of the highs gets past the head, 0 to 1.
    pub(super) open: f32,
}

/// Both alike, and nothing changed.
const NOWHERE: [Ear; 2] = [Ear { gain: 1.0, delay: 0.0, open: 1.0 }; 2];

/// What the left and the right ear hear of a source at `place`.
pub(super) fn ears(place: Option<Place>) -> [Ear; 2] {
    let Some(place) = place.filter(|place| place.x.is_finite() && place.y.is_finite()) else { return NOWHERE };
    let distance = place.x.hypot(place.y);
    // On top of the listener there is no direction; so far away that the length overflows there is nothing to hear.
    let side = if distance > 0.0 && distance.is_finite() { (place.x / distance).clamp(-1.0, 1.0) } else { 0.0 };
    let loudness = SQRT_2 * NEAR / distance.max(NEAR);
    let pan = (WIDTH * side + 1.0) * FRAC_PI_4;
    let angle = side.abs().asin();
    let late = HEAD / SOUND * (angle + angle.sin()) * RATE as f32;
    let shadow = ((1.05 + 0.95 * (1.2 * (FRAC_PI_2 + angle)).cos()) / AHEAD).clamp(0.0, 1.0);
    let near = |gain| Ear { gain, delay: 0.0, open: 1.0 };
    let far = |gain| Ear { gain, delay: late, open: shadow };
    let (left, right) = (loudness * pan.cos(), loudness * pan.sin());
    if side >= 0.0 { [far(left), near(right)] } else { [near(left), far(right)] }
}

/// One source on its way to two ears.
pub(super) struct Spatial {
    line: [f32; LINE],
    at: usize,
    low: [f32; 2],
    now: [Ear; 2],
}

impl Spatial {
    pub(super) fn new(place: Option<Place>) -> Self {
        Self { line: [0.0; LINE], at: 0, low: [0.0; 2], now: ears(place) }
    }

    /// Adds 10 ms to `out`, moving to `place` on the way. All samples of `mono` are finite and of sane size.
    pub(super) fn add(&mut self, mono: &Frame, place: Option<Place>, out: &mut Stereo) {
        let beta = 2.0 * SOUND / HEAD;
        let keep = (-beta / RATE as f32).exp();
        let target = ears(place);
        let step = |from: f32, to: f32| (to - from) / FRAME as f32;
        let steps: [Ear; 2] = std::array::from_fn(|ear| Ear {
            gain: step(self.now[ear].gain, target[ear].gain),
            delay: step(self.now[ear].delay, target[ear].delay),
            open: step(self.now[ear].open, target[ear].open),
        });
        for (sample, pair) in mono.iter().zip(out.chunks_exact_mut(2)) {
            self.at = (self.at + 1) % LINE;
            self.line[self.at] = *sample;
            for (ear, heard) in pair.iter_mut().enumerate() {
                let now = &mut self.now[ear];
                now.gain += steps[ear].gain;
                now.delay += steps[ear].delay;
                now.open += steps[ear].open;
                let sound = read(&self.line, self.at, now.delay);
                let low = &mut self.low[ear];
                *low = sound + (*low - sound) * keep;
                *heard += now.gain * (now.open * sound + (1.0 - now.open) * *low);
            }
        }
        // The sums above end next to the target, not on it.
        self.now = target;
        // In silence the filter would go on for ever with numbers so small that the processor is slow with them.
        for low in &mut self.low {
            if low.abs() < INAUDIBLE {
                *low = 0.0;
            }
        }
    }
}

/// The line `delay` samples before `at`, between two samples on a straight line.
fn read(line: &[f32; LINE], at: usize, delay: f32) -> f32 {
    let delay = delay.clamp(0.0, (LINE - 2) as f32);
    let whole = delay as usize;
    let part = delay - whole as f32;
    let newer = line[(at + LINE - whole) % LINE];
    let older = line[(at + LINE - whole - 1) % LINE];
    newer + (older - newer) * part
}

#[cfg(test)]
mod tests;
