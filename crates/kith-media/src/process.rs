//! What happens to the microphone's sound before it is encoded: echo, noise, level, voice, gate.

mod gate;
mod leveller;
mod meter;
mod voice;

use nnnoiseless::DenoiseState;
use sonora::{
    AudioProcessing, Config, StreamConfig,
    config::{EchoCanceller, HighPassFilter, MaxProcessingRate, NoiseSuppression, NoiseSuppressionLevel, Pipeline},
};

pub use self::gate::Gate;
use self::{
    gate::Ramp,
    leveller::{Leveller, power},
    meter::Meter,
    voice::Voice,
};
use crate::{
    frame::{Frame, RATE, SILENCE},
    resample::ResampleError,
};

/// The longest delay from speaker to microphone that the echo canceller takes as a hint, in ms.
const LONGEST_DELAY_MS: u32 = 500;

/// The scale on which `nnnoiseless` works.
const INT16: f32 = 32_768.0;

/// How much is taken from the background.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Noise {
    /// Nothing.
    Keep,
    /// Steady noise, by about 15 dB.
    Suppress,
    /// Keyboards and dogs as well, by 20 dB and more, with a neural network; the sound is 10 ms later.
    SuppressStrongly,
}

/// Which parts of the chain work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CaptureSettings {
    /// Take out what comes from one's own speaker.
    pub echo: bool,
    /// The background.
    pub noise: Noise,
    /// Bring quiet and loud voices to one level.
    pub gain: bool,
    /// Take out rumble below about 100 Hz.
    pub high_pass: bool,
}

impl Default for CaptureSettings {
    fn default() -> Self {
        Self { echo: true, noise: Noise::Suppress, gain: true, high_pass: true }
    }
}

/// What 10 ms of microphone held after cleaning and before the gate: someone muted can be told that they speak.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Heard {
    /// RMS in dBFS: a full square wave is 0, silence -100.
    pub level_dbfs: f32,
    /// Highest sample in dBFS, falling 20 dB in 1.7 s: for a meter.
    pub peak_dbfs: f32,
    /// A voice, now or within the last quarter of a second.
    pub speaking: bool,
    /// Whether the gate lets it out.
    pub open: bool,
}

/// The chain. One thread owns it: the one that reads the microphone, which is also given what the speaker plays.
///
/// After [`Capture::new`] nothing allocates but `sonora`'s echo canceller (about 44 small vectors a frame) and gain control
/// (11). So it has no place in a callback of a device.
pub struct Capture {
    settings: CaptureSettings,
    chain: AudioProcessing,
    strong: Box<DenoiseState<'static>>,
    leveller: Leveller,
    scratch: Frame,
    meter: Meter,
    voice: Voice,
    gate: Gate,
    ramp: Ramp,
}

impl Capture {
    /// A chain at rest, its gate open.
    ///
    /// # Errors
    /// If the resampler for the voice detector cannot be made.
    pub fn new(settings: CaptureSettings) -> Result<Self, ResampleError> {
        let stream = StreamConfig::new(RATE, 1);
        let chain =
            AudioProcessing::builder().config(config(settings)).capture_config(stream).render_config(stream).build();
        Ok(Self {
            settings,
            chain,
            strong: DenoiseState::new(),
            leveller: Leveller::new(),
            scratch: SILENCE,
            meter: Meter::new(),
            voice: Voice::new()?,
            gate: Gate::Open,
            ramp: Ramp::new(),
        })
    }

    /// Switches parts on and off. What is switched on begins anew, allocates, and takes a moment to learn; the rest goes on.
    pub fn set(&mut self, settings: CaptureSettings) {
        if settings == self.settings {
            return;
        }
        if settings.noise == Noise::SuppressStrongly && self.settings.noise != Noise::SuppressStrongly {
            self.strong = DenoiseState::new();
        }
        if settings.gain && !self.settings.gain {
            self.leveller = Leveller::new();
        }
        self.settings = settings;
        self.chain.apply_config(config(settings));
    }

    /// Opens or closes the gate over the next 10 ms; after those a closed gate lets out zeros only.
    pub fn set_gate(&mut self, gate: Gate) {
        self.gate = gate;
    }

    /// Takes 10 ms of what the speaker is about to play, for the echo canceller.
    pub fn render(&mut self, far: &Frame) {
        if self.settings.echo {
            let mut far = *far;
            tame(&mut far);
            self.leveller.render(&far);
            // The formats were fixed on building, and nothing else is refused.
            self.chain.process_render_f32(&[&far], &mut [&mut self.scratch]).ok();
        }
    }

    /// Works on 10 ms of microphone in place. `delay_ms`: from [`Capture::render`] of a sound to this call with its echo;
    /// a hint, which need not be exact.
    pub fn process(&mut self, near: &mut Frame, delay_ms: u32) -> Heard {
        tame(near);
        let before = power(near);
        // Within its bounds the delay is not refused, and of the frame see `render`.
        self.chain.set_stream_delay_ms(delay_ms.min(LONGEST_DELAY_MS).cast_signed()).ok();
        if self.chain.process_capture_f32(&[&*near], &mut [&mut self.scratch]).is_ok() {
            *near = self.scratch;
        }
        if self.settings.noise == Noise::SuppressStrongly {
            for (scaled, sample) in self.scratch.iter_mut().zip(near.iter()) {
                *scaled = sample * INT16;
            }
            self.strong.process_frame(near, &self.scratch);
            for sample in near.iter_mut() {
                *sample /= INT16;
            }
        }
        if self.settings.gain {
            self.leveller.process(near, before, &mut self.scratch);
        }
        tame(near);
        let (level_dbfs, peak_dbfs) = self.meter.measure(near);
        let speaking = self.voice.hear(near);
        let open = self.gate.is_open(speaking);
        self.ramp.pass(near, open);
        Heard { level_dbfs, peak_dbfs, speaking, open }
    }
}

/// A broken device may give anything; one sample that is not a number would stay in the filters.
fn tame(frame: &mut Frame) {
    for sample in frame {
        *sample = if sample.is_finite() { sample.clamp(-1.0, 1.0) } else { 0.0 };
    }
}

fn config(settings: CaptureSettings) -> Config {
    Config {
        pipeline: Pipeline {
            maximum_internal_processing_rate: MaxProcessingRate::Rate48kHz,
            multi_channel_render: false,
            multi_channel_capture: false,
            ..Pipeline::default()
        },
        high_pass_filter: settings.high_pass.then(HighPassFilter::default),
        echo_canceller: settings
            .echo
            .then(|| EchoCanceller { enforce_high_pass_filtering: false, ..EchoCanceller::default() }),
        // The network is better off with noise that nothing has been taken from yet.
        noise_suppression: (settings.noise == Noise::Suppress)
            .then(|| NoiseSuppression { level: NoiseSuppressionLevel::High, ..NoiseSuppression::default() }),
        ..Config::default()
    }
}

#[cfg(test)]
mod tests;
