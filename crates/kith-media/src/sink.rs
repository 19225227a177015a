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
    frame::FRAME,
    ring::PlaybackWriter,
    source::{ParseAudioError, SPEC, WavError, device, duration_of, wav},
};

/// 10 ms of two channels, interleaved.
pub(crate) type Stereo = [f32; 2 * FRAME];

/// Frames between two updates of a file's header, so that what a killed process leaves can be played: a second.
const FLUSH: u32 = 100;

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
    writer: Option<hound::WavWriter<BufWriter<File>>>,
    until_flush: u32,
}

impl WavFile {
    /// Makes the file.
    pub(crate) fn create(path: &Path) -> Result<Self, WavError> {
        let failed = |source| WavError::File { path: path.to_owned(), source };
        let writer = hound::WavWriter::create(path, SPEC).map_err(failed)?;
        Ok(Self { ticker: Ticker::default(), path: path.to_owned(), writer: Some(writer), until_flush: FLUSH })
    }

    fn append(writer: &mut hound::WavWriter<BufWriter<File>>, sound: &Stereo) -> Result<(), hound::Error> {
        for [left, right] in sound.as_chunks::<2>().0 {
            let mono = ((left + right) / 2.0).clamp(-1.0, 1.0);
            // Rounded, and cut at the largest number: full scale is one more than that.
            writer.write_sample((mono * -f32::from(i16::MIN)).round() as i16)?;
        }
        Ok(())
    }
}

impl Speaker for WavFile {
    fn next(&mut self, now: Instant) -> Next {
        self.ticker.next(now)
    }

    fn write(&mut self, sound: &Stereo) {
        let Some(writer) = &mut self.writer else { return };
        let mut written = Self::append(writer, sound);
        self.until_flush -= 1;
        if self.until_flush == 0 {
            self.until_flush = FLUSH;
            written = written.and_then(|()| writer.flush());
        }
        if let Err(error) = written {
            tracing::warn!(%error, path = %self.path.display(), "the file cannot be written on");
            self.writer = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::TICK;

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
