//! Where sound comes from: a microphone, or something that takes its place.

use std::{
    f32::consts::TAU,
    fmt,
    path::{Path, PathBuf},
    str::FromStr,
    time::{Duration, Instant},
};

use crate::{
    clock::{Next, TICK, Ticker},
    frame::{FRAME, Frame, RATE, SILENCE},
    ring::CaptureReader,
    wav::{WavError, WavSource},
};

/// Of a tone whose pitch is not given: concert pitch.
const DEFAULT_TONE_HZ: u32 = 440;

/// The highest tone that 48,000 samples a second can carry, in Hz.
const MAX_TONE_HZ: u32 = RATE / 2 - 1;

/// How loud a tone is: 12 dB below full scale.
const TONE_LEVEL: f32 = 0.25;

/// Where sound comes from. Written `tone[:HZ]`, `silence`, `FILE.wav` or `device[:NAME]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AudioIn {
    /// The microphone of this id or name, or the default one.
    Device(Option<String>),
    /// A sine of this pitch in Hz, 12 dB below full scale.
    Tone(u32),
    /// Nothing to be heard.
    Silence,
    /// A file as [`WavSource::new`] takes it, played once; then silence.
    Wav(PathBuf),
}

/// A file is no source, or no sink.
#[derive(Debug, thiserror::Error)]
#[error("{}: {source}", path.display())]
pub struct FileError {
    /// The file.
    pub path: PathBuf,
    /// What is the matter with it.
    pub source: WavError,
}

/// A source or sink was written in a way that is not known.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is none of {expected}")]
pub struct ParseAudioError {
    text: String,
    expected: &'static str,
}

impl ParseAudioError {
    pub(crate) fn new(text: &str, expected: &'static str) -> Self {
        Self { text: text.to_owned(), expected }
    }
}

impl FromStr for AudioIn {
    type Err = ParseAudioError;

    fn from_str(text: &str) -> Result<Self, ParseAudioError> {
        let wrong = || ParseAudioError::new(text, "tone[:HZ], silence, FILE.wav, device[:NAME]");
        if let Some(hz) = text.strip_prefix("tone:") {
            let hz = hz.parse().ok().filter(|hz| (1..=MAX_TONE_HZ).contains(hz));
            return hz.map(Self::Tone).ok_or_else(wrong);
        }
        match text {
            "tone" => Ok(Self::Tone(DEFAULT_TONE_HZ)),
            "silence" => Ok(Self::Silence),
            _ => match device(text) {
                Some(name) => Ok(Self::Device(name)),
                None => wav(text).map(Self::Wav).ok_or_else(wrong),
            },
        }
    }
}

impl fmt::Display for AudioIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Device(None) => f.write_str("device"),
            Self::Device(Some(name)) => write!(f, "device:{name}"),
            Self::Tone(hz) => write!(f, "tone:{hz}"),
            Self::Silence => f.write_str("silence"),
            Self::Wav(path) => path.display().fmt(f),
        }
    }
}

/// `device` or `device:NAME`.
pub(crate) fn device(text: &str) -> Option<Option<String>> {
    if text == "device" {
        return Some(None);
    }
    text.strip_prefix("device:").filter(|name| !name.is_empty()).map(|name| Some(name.to_owned()))
}

/// `FILE.wav`.
pub(crate) fn wav(text: &str) -> Option<PathBuf> {
    let path = Path::new(text);
    let known = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("wav"));
    known.then(|| path.to_owned())
}

/// Gives a frame every 10 ms.
pub(crate) trait Microphone: Send {
    /// Fills `frame`, or says when to ask again.
    fn next(&mut self, frame: &mut Frame, now: Instant) -> Next;
}

/// What a device says, at the pace of the device.
impl Microphone for CaptureReader {
    fn next(&mut self, frame: &mut Frame, _now: Instant) -> Next {
        if self.read(frame) { Next::Frame } else { Next::Wait(duration_of(FRAME.saturating_sub(self.held()))) }
    }
}

/// How long this many sample frames last, but at least a millisecond: a device may be late.
pub(crate) fn duration_of(frames: usize) -> Duration {
    (TICK * u32::try_from(frames).unwrap_or(u32::MAX) / FRAME as u32).max(Duration::from_millis(1))
}

/// Frames made up by `fill`, at the pace of the clock.
pub(crate) struct Paced<F> {
    ticker: Ticker,
    fill: F,
}

impl<F: FnMut(&mut Frame) + Send> Paced<F> {
    fn boxed(fill: F) -> Box<dyn Microphone>
    where
        F: 'static,
    {
        Box::new(Self { ticker: Ticker::default(), fill })
    }
}

impl<F: FnMut(&mut Frame) + Send> Microphone for Paced<F> {
    fn next(&mut self, frame: &mut Frame, now: Instant) -> Next {
        let next = self.ticker.next(now);
        if next == Next::Frame {
            (self.fill)(frame);
        }
        next
    }
}

/// See [`AudioIn::Silence`].
pub(crate) fn silence() -> Box<dyn Microphone> {
    Paced::boxed(|frame| *frame = SILENCE)
}

/// See [`AudioIn::Tone`].
pub(crate) fn tone(hz: u32) -> Box<dyn Microphone> {
    // The position within one second repeats exactly, whole Hertz that they are.
    let mut position = 0_u32;
    Paced::boxed(move |frame| {
        for sample in frame {
            let cycles = (u64::from(position) * u64::from(hz) % u64::from(RATE)) as f32 / RATE as f32;
            *sample = TONE_LEVEL * (TAU * cycles).sin();
            position = (position + 1) % RATE;
        }
    })
}

/// See [`AudioIn::Wav`].
pub(crate) fn wav_file(path: &Path) -> Result<Box<dyn Microphone>, FileError> {
    let failed = |source| FileError { path: path.to_owned(), source };
    let mut frames = WavSource::open(path, false).map_err(failed)?;
    // A damaged file ends where the damage is.
    Ok(Paced::boxed(move |frame| *frame = frames.next().and_then(Result::ok).unwrap_or(SILENCE)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::wav::{Channels, WavSink};

    fn frames(source: &mut dyn Microphone, count: u32) -> Vec<f32> {
        let (start, mut frame, mut all) = (Instant::now(), SILENCE, Vec::new());
        for tick in 0..count {
            assert_eq!(source.next(&mut frame, start + TICK * tick), Next::Frame);
            assert_eq!(source.next(&mut frame, start + TICK * tick), Next::Wait(TICK));
            all.extend(frame);
        }
        all
    }

    #[test]
    fn the_forms_of_the_command_line_are_read_and_written() {
        for (text, source) in [
            ("tone:1000", AudioIn::Tone(1_000)),
            ("silence", AudioIn::Silence),
            ("device", AudioIn::Device(None)),
            ("device:pulseaudio:alsa input", AudioIn::Device(Some("pulseaudio:alsa input".to_owned()))),
            ("music/a:b.WAV", AudioIn::Wav("music/a:b.WAV".into())),
        ] {
            assert_eq!(text.parse(), Ok(source.clone()));
            assert_eq!(source.to_string(), text);
        }
        assert_eq!("tone".parse(), Ok(AudioIn::Tone(440)));
        for wrong in ["", "tone:", "tone:0", "tone:24000", "tone:-1", "device:", "null", "song.mp3", "wav", ".wav"] {
            let error = wrong.parse::<AudioIn>().unwrap_err();
            let expected = format!("{wrong:?} is none of tone[:HZ], silence, FILE.wav, device[:NAME]");
            assert_eq!(error.to_string(), expected);
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(text in "(tone|silence|device)?:?[a-z0-9:/ ]{0,8}(\\.wav)?") {
            if let Ok(source) = text.parse::<AudioIn>() {
                prop_assert_eq!(source.to_string().parse(), Ok(source));
            }
        }
    }

    #[test]
    fn a_tone_has_its_pitch_and_level_without_a_seam() {
        let samples = frames(&mut *tone(1_001), 200);
        for (index, sample) in samples.iter().enumerate() {
            let expected = 0.25 * (std::f64::consts::TAU * 1_001.0 * index as f64 / 48_000.0).sin();
            assert!((f64::from(*sample) - expected).abs() < 1e-5, "sample {index}");
        }
    }

    #[test]
    fn a_file_is_played_once_and_then_silence() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.wav");
        let mut sink = WavSink::create(&path, Channels::Mono).unwrap();
        let sound: Vec<f32> = (1..=500).map(|sample| sample as f32 / 512.0).collect();
        sink.write(&sound).unwrap();
        sink.finish().unwrap();
        let samples = frames(&mut *wav_file(&path).unwrap(), 3);
        for (index, sample) in samples.into_iter().enumerate() {
            let expected = sound.get(index).copied().unwrap_or(0.0);
            assert!((sample - expected).abs() < 1e-4, "sample {index}: {sample}");
        }
    }

    #[test]
    fn what_is_no_sound_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.wav");
        assert!(matches!(wav_file(&path), Err(FileError { source: WavError::Io { .. }, .. })));
        std::fs::write(&path, "no sound").unwrap();
        let Err(error) = wav_file(&path) else { panic!("it is no sound") };
        assert!(error.to_string().starts_with(&path.display().to_string()), "{error}");
    }
}
