//! Brings quiet and loud voices to one level, and learns from one's own voice alone.
//!
//! Gain control takes for a voice what an echo canceller leaves of one: on a clock that drifts that is some 25 dB less than
//! the echo, and it was made as loud again as if it had not been taken out. So while the other side speaks, what lost
//! most of itself in the canceller stays as it is.

use sonora::{
    AudioProcessing, Config, StreamConfig,
    config::{AdaptiveDigital, GainController2},
};

use crate::frame::{Frame, RATE};

/// How long after something was played its echo may come back, in frames of 10 ms.
const ECHO_LASTS: u32 = 50;
/// What is played more quietly than this leaves no echo to speak of: -60 dBFS, as power.
const PLAYED: f32 = 1e-6;
/// What lost more than 10 dB in the canceller was echo, as power.
const TAKEN_OUT: f32 = 0.1;
/// So many frames of more than echo are a voice: a single one is what the canceller missed.
const VOICE: u32 = 3;

pub(super) struct Leveller {
    gain: AudioProcessing,
    /// Frames since something was played.
    played: u32,
    /// Frames of more than echo, in a row.
    more: u32,
    /// Whether the last frame was brought to its level.
    levelled: bool,
}

impl Leveller {
    pub(super) fn new() -> Self {
        let config = Config {
            gain_controller2: Some(GainController2 {
                adaptive_digital: Some(AdaptiveDigital::default()),
                ..GainController2::default()
            }),
            ..Config::default()
        };
        let stream = StreamConfig::new(RATE, 1);
        let gain = AudioProcessing::builder().config(config).capture_config(stream).render_config(stream).build();
        Self { gain, played: ECHO_LASTS, more: VOICE, levelled: true }
    }

    /// Hears what the speaker is about to play.
    pub(super) fn render(&mut self, far: &Frame) {
        self.played = if power(far) > PLAYED { 0 } else { self.played.saturating_add(1) };
    }

    /// Works on a frame in place; `before` is its power as it came from the microphone.
    pub(super) fn process(&mut self, frame: &mut Frame, before: f32, scratch: &mut Frame) {
        let echo = self.played < ECHO_LASTS && power(frame) < before * TAKEN_OUT;
        self.more = if echo { 0 } else { self.more.saturating_add(1) };
        let level = self.more >= VOICE;
        if level || self.levelled {
            if self.gain.process_capture_f32(&[&*frame], &mut [&mut *scratch]).is_err() {
                return;
            }
            if level == self.levelled {
                *frame = *scratch;
            } else {
                fade(frame, scratch, level);
            }
        }
        self.levelled = level;
    }
}

/// From one to the other within the frame: a step would be heard as a click.
fn fade(frame: &mut Frame, levelled: &Frame, to_levelled: bool) {
    let length = frame.len() as f32;
    for (n, (plain, levelled)) in frame.iter_mut().zip(levelled).enumerate() {
        let part = n as f32 / length;
        let share = if to_levelled { part } else { 1.0 - part };
        *plain += share * (levelled - *plain);
    }
}

/// The mean square of a frame.
pub(super) fn power(frame: &Frame) -> f32 {
    frame.iter().map(|sample| sample * sample).sum::<f32>() / frame.len() as f32
}
