//! Where sound goes: a speaker, or something that takes its place.

use std::{
    fmt,
    fs::File,
    io::BufWriter,
    path::{Path, PathBuf},
    str::FromStr,
    time::Instant,
};

use crate::{
    clock::{Next, Ticker},
    frame::SILENCE,
    mixer::Stereo,
    ring::PlaybackWriter,
    source::{FileError, ParseAudioError, device, duration_of, wav},
    wav::{Channels, WavSink},
};

/// Where sound goes. Written `null`, `FILE.wav` or `device[:NAME]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AudioOut {
    /// The speaker of this id or name, or the default one.
    Device(Option<String>),
    /// Nowhere, at the pace of the clock.
    Null,
    /// A file of 48 kHz, one channel and 16 bits, which is replaced if there is one.
    Wav(PathBuf),
}

impl FromStr for AudioOut {
    type Err = ParseAudioError;

    fn from_str(text: &str) -> Result<Self, ParseAudioError> {
        if text == "null" {
            return Ok(Self::Null);
        }
        if let Some(name) = device(text) {
            return Ok(Self::Device(name));
        }
        wav(text).map(Self::Wav).ok_or_else(|| ParseAudioError::new(text, "null, FILE.wav, device[:NAME]"))
    }
}

impl fmt::Display for AudioOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Device(None) => f.write_str("device"),
            Self::Device(Some(name)) => write!(f, "device:{name}"),
            Self::Null => f.write_str("null"),
            Self::Wav(path) => path.display().fmt(f),
        }
    }
}

/// Takes a frame every 10 ms.
pub(crate) trait Speaker: Send {
    /// Whether a frame is to be written now, or when to ask again.
    fn next(&mut self, now: Instant) -> Next;

    /// Takes one, after [`Speaker::next`] said so.
    fn write(&mut self, sound: &Stereo);
}

/// What a device plays, at the pace of the device.
impl Speaker for PlaybackWriter {
    fn next(&mut self, now: Instant) -> Next {
        let (held, target) = (self.held(), self.target(now));
        if held < target { Next::Frame } else { Next::Wait(duration_of(held + 1 - target)) }
    }

    fn write(&mut self, sound: &Stereo) {
        PlaybackWriter::write(self, sound);
    }
}

/// See [`AudioOut::Null`].
#[derive(Debug, Default)]
pub(crate) struct Null {
    ticker: Ticker,
}

impl Speaker for Null {
    fn next(&mut self, now: Instant) -> Next {
        self.ticker.next(now)
    }

    fn write(&mut self, _sound: &Stereo) {}
}

/// See [`AudioOut::Wav`].
pub(crate) struct WavFile {
    ticker: Ticker,
    path: PathBuf,
    /// None once writing failed, for example for want of space.
    sink: Option<WavSink<BufWriter<File>>>,
}

impl WavFile {
    /// Makes the file.
    pub(crate) fn create(path: &Path) -> Result<Self, FileError> {
        let failed = |source| FileError { path: path.to_owned(), source };
        let sink = WavSink::create(path, Channels::Mono).map_err(failed)?;
        Ok(Self { ticker: Ticker::default(), path: path.to_owned(), sink: Some(sink) })
    }
}

impl Speaker for WavFile {
    fn next(&mut self, now: Instant) -> Next {
        self.ticker.next(now)
    }

    fn write(&mut self, sound: &Stereo) {
        let Some(sink) = &mut self.sink else { return };
        let mut mono = SILENCE;
        for (mono, [left, right]) in mono.iter_mut().zip(sound.as_chunks::<2>().0) {
            *mono = (left + right) / 2.0;
        }
        if let Err(error) = sink.write(&mono) {
            tracing::warn!(%error, path = %self.path.display(), "the file cannot be written on");
            self.sink = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{clock::TICK, frame::FRAME};

    /// A second: so often is the header made true.
    const FLUSH: u32 = 100;

    #[test]
    fn the_forms_of_the_command_line_are_read_and_written() {
        for (text, sink) in [
            ("null", AudioOut::Null),
            ("device", AudioOut::Device(None)),
            ("device:Speakers", AudioOut::Device(Some("Speakers".to_owned()))),
            ("out.wav", AudioOut::Wav("out.wav".into())),
        ] {
            assert_eq!(text.parse(), Ok(sink.clone()));
            assert_eq!(sink.to_string(), text);
        }
        for wrong in ["", "silence", "tone", "device:", "out.ogg"] {
            let error = wrong.parse::<AudioOut>().unwrap_err();
            assert_eq!(error.to_string(), format!("{wrong:?} is none of null, FILE.wav, device[:NAME]"));
        }
    }

    #[test]
    fn a_file_holds_what_was_played_even_if_it_was_never_closed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.wav");
        let mut file = WavFile::create(&path).unwrap();
        let start = Instant::now();
        let mut sound = [0.5; 2 * FRAME];
        sound[0] = 9.0;
        for tick in 0..FLUSH {
            assert_eq!(file.next(start + TICK * tick), Next::Frame);
            file.write(&sound);
        }
        let samples: Vec<i16> = hound::WavReader::open(&path).unwrap().samples().map(Result::unwrap).collect();
        assert_eq!(samples.len(), FLUSH as usize * FRAME);
        assert_eq!(samples[..2], [i16::MAX, 1 << 14]);
        drop(file);
        assert_eq!(hound::WavReader::open(&path).unwrap().len() as usize, samples.len());
    }

    #[test]
    fn no_device_takes_ten_milliseconds_a_time() {
        let (mut null, start) = (Null::default(), Instant::now());
        assert_eq!(null.next(start), Next::Frame);
        assert_eq!(null.next(start), Next::Wait(TICK));
    }
}
