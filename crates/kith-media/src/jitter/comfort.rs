//! Noise for pauses, so that a line that is silent does not sound dead.

/// The loudest noise there is: -50 dB of full scale.
const LOUDEST: f32 = 0.003;

/// Below this there is nothing to hear.
const FAINTEST: f32 = 1e-6;

/// How the level rises with every packet louder than it: about 4 dB a second, so that words between breaths hardly count.
const RISE: f32 = 1.01;

/// How much of the sample before goes into the next: rooms are dull.
const DULL: f32 = 0.7;

/// White noise through this filter is `1 / GAIN` as loud.
const GAIN: f32 = 2.38;

/// Noise as loud as the quietest of what was heard.
#[derive(Debug)]
pub(super) struct Comfort {
    level: f32,
    random: u32,
    last: f32,
}

impl Comfort {
    pub(super) const fn new() -> Self {
        Self { level: 0.0, random: 0x9E37_79B9, last: 0.0 }
    }

    /// Learns of sound that was decoded.
    pub(super) fn hear(&mut self, sound: &[f32]) {
        let loudness = loudness(sound);
        // Of the first packet everything counts.
        let risen = if self.level > 0.0 { self.level * RISE } else { LOUDEST };
        self.level = risen.min(loudness);
        self.level = self.level.clamp(FAINTEST, LOUDEST);
    }

    /// The next sample.
    pub(super) fn sample(&mut self) -> f32 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 17;
        self.random ^= self.random << 5;
        let white = self.random.cast_signed() as f32 / -(i32::MIN as f32);
        self.last = DULL * self.last + (1.0 - DULL) * white;
        // Uniform noise from -1 to 1 has a loudness of 1 / sqrt(3).
        self.last * self.level * GAIN * 1.732
    }
}

/// The root of the mean square.
pub(super) fn loudness(sound: &[f32]) -> f32 {
    if sound.is_empty() {
        return 0.0;
    }
    (sound.iter().map(|sample| sample * sample).sum::<f32>() / sound.len() as f32).sqrt()
}
