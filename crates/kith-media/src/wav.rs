//! WAV files as sources and sinks of sound.

use std::{
    collections::VecDeque,
    fs::File,
    io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write},
    path::Path,
};

use hound::{SampleFormat, WavReader, WavSpec, WavWriter};

use crate::{
    frame::{FRAME, Frame, RATE, SILENCE},
    resample::{ResampleError, Resampler},
};

/// Bytes of sound that a WAV file can hold: its lengths have 32 bits and count the header too.
const MAX_BYTES: u32 = u32::MAX - 1_024;

/// Why a WAV file was not read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WavError {
    /// The file system.
    #[error("WAV file: {source}")]
    Io {
        /// What it said.
        #[from]
        source: io::Error,
    },
    /// Not a WAV file, or a broken one.
    #[error("not a readable WAV file: {why}")]
    Malformed {
        /// What is wrong with it.
        why: &'static str,
    },
    /// Neither integers of 8, 16, 24 or 32 bits nor floats of 32.
    #[error("WAV file in an encoding that is not supported")]
    Encoding,
    /// A rate out of bounds.
    #[error(transparent)]
    Rate {
        /// Which.
        #[from]
        source: ResampleError,
    },
    /// A file that is being written has reached the 4 GiB that the format can say: twelve hours of mono.
    #[error("a WAV file cannot be longer")]
    Full,
    /// Samples of one channel without the other.
    #[error("{samples} samples are not whole samples of {channels} channels")]
    Uneven {
        /// How many came.
        samples: usize,
        /// Of how many channels.
        channels: u16,
    },
}

impl From<hound::Error> for WavError {
    fn from(error: hound::Error) -> Self {
        match error {
            hound::Error::IoError(source) => Self::Io { source },
            hound::Error::FormatError(why) => Self::Malformed { why },
            hound::Error::TooWide | hound::Error::Unsupported | hound::Error::InvalidSampleFormat => Self::Encoding,
            hound::Error::UnfinishedSample => Self::Malformed { why: "an unfinished sample" },
        }
    }
}

/// A WAV file as mono frames at 48 kHz. It is read as it goes, so a header that claims gigabytes costs nothing.
///
/// A file that ends before its header says so ends there; the last frame is filled up with silence.
pub struct WavSource<R: Read + Seek> {
    /// Only none while it goes back to the beginning, and after that failed.
    reader: Option<WavReader<Strict<R>>>,
    spec: WavSpec,
    looping: bool,
    resampler: Resampler,
    /// Output of the resampler that comes before the sound.
    skip: usize,
    /// Samples read at the file's rate, in this round and in all.
    round: u64,
    read: u64,
    /// Samples at 48 kHz that went into `ready` so far.
    made: u64,
    ended: bool,
    /// About 10 ms at the file's rate.
    block: Vec<f32>,
    ready: VecDeque<f32>,
}

impl WavSource<BufReader<File>> {
    /// Opens a file. With `looping` it begins again whenever it ends, without a gap.
    ///
    /// # Errors
    /// If it cannot be opened or is not what [`WavSource::new`] takes.
    pub fn open(path: &Path, looping: bool) -> Result<Self, WavError> {
        Self::new(BufReader::new(File::open(path)?), looping)
    }
}

impl<R: Read + Seek> WavSource<R> {
    /// Reads the header. Integers of 8, 16, 24 and 32 bits and floats of 32 are taken, at 8 to 192 kHz, and any number of
    /// channels, of which the mean is taken. A sound shorter than 10 ms is not repeated.
    ///
    /// # Errors
    /// [`WavError`] if it is something else.
    pub fn new(reader: R, looping: bool) -> Result<Self, WavError> {
        let reader = WavReader::new(Strict(reader))?;
        let spec = reader.spec();
        match (spec.sample_format, spec.bits_per_sample) {
            (SampleFormat::Int, 8 | 16 | 24 | 32) | (SampleFormat::Float, 32) => {}
            (SampleFormat::Int | SampleFormat::Float, _) => return Err(WavError::Encoding),
        }
        let resampler = Resampler::new(spec.sample_rate, RATE)?;
        Ok(Self {
            reader: Some(reader),
            spec,
            looping,
            skip: resampler.delay(),
            resampler,
            round: 0,
            read: 0,
            made: 0,
            ended: false,
            block: Vec::with_capacity((spec.sample_rate / 100) as usize),
            ready: VecDeque::new(),
        })
    }

    fn frame(&mut self) -> Result<Option<Frame>, WavError> {
        while self.ready.len() < FRAME && !self.ended {
            self.read_block()?;
        }
        if self.ready.is_empty() {
            return Ok(None);
        }
        let mut frame = SILENCE;
        let length = self.ready.len().min(FRAME);
        for (sample, ready) in frame.iter_mut().zip(self.ready.drain(..length)) {
            *sample = ready.clamp(-1.0, 1.0);
        }
        Ok(Some(frame))
    }

    /// Moves about 10 ms from the file into `ready`.
    fn read_block(&mut self) -> Result<(), WavError> {
        self.block.clear();
        while self.block.len() < self.block.capacity() {
            let Some(sample) = self.sample()? else {
                if self.looping && self.round >= u64::from(self.spec.sample_rate / 100) {
                    self.rewind()?;
                    continue;
                }
                self.ended = true;
                break;
            };
            self.block.push(sample);
            self.round += 1;
            self.read += 1;
        }
        self.convert();
        if self.ended {
            self.drain();
        }
        Ok(())
    }

    fn convert(&mut self) {
        let Self { resampler, block, ready, skip, made, .. } = self;
        resampler.push(block, |samples| {
            let (early, samples) = samples.split_at((*skip).min(samples.len()));
            *skip -= early.len();
            ready.extend(samples);
            *made += samples.len() as u64;
        });
    }

    /// Lets out what the resampler holds back, and no more than belongs to the file.
    fn drain(&mut self) {
        let length = (self.read * u64::from(RATE)).div_ceil(u64::from(self.spec.sample_rate));
        while self.made < length {
            self.block.clear();
            self.block.resize(self.block.capacity(), 0.0);
            self.convert();
        }
        let beyond = usize::try_from(self.made - length).unwrap_or(usize::MAX);
        self.ready.truncate(self.ready.len().saturating_sub(beyond));
    }

    fn rewind(&mut self) -> Result<(), WavError> {
        let Some(reader) = self.reader.take() else { return Ok(()) };
        let mut inner = reader.into_inner();
        inner.0.seek(SeekFrom::Start(0))?;
        let reader = WavReader::new(inner)?;
        if reader.spec() != self.spec {
            return Err(WavError::Malformed { why: "it changed while it was played" });
        }
        self.reader = Some(reader);
        self.round = 0;
        Ok(())
    }

    /// The mean of all channels at one time, or none at the end.
    fn sample(&mut self) -> Result<Option<f32>, WavError> {
        let Some(reader) = &mut self.reader else { return Ok(None) };
        let scale = 1.0 / (1_u64 << (self.spec.bits_per_sample - 1)) as f32;
        let mut sum = 0.0;
        for _ in 0..self.spec.channels {
            let sample = match self.spec.sample_format {
                SampleFormat::Int => reader.samples::<i32>().next().map(|sample| sample.map(|int| int as f32 * scale)),
                SampleFormat::Float => reader.samples::<f32>().next(),
            };
            match sample {
                Some(Ok(sample)) => sum += if sample.is_finite() { sample.clamp(-1.0, 1.0) } else { 0.0 },
                None => return Ok(None),
                Some(Err(hound::Error::IoError(error))) if error.kind() == io::ErrorKind::UnexpectedEof => {
                    return Ok(None);
                }
                Some(Err(error)) => return Err(error.into()),
            }
        }
        Ok(Some(sum / f32::from(self.spec.channels)))
    }
}

impl<R: Read + Seek> Iterator for WavSource<R> {
    type Item = Result<Frame, WavError>;

    /// After an error there is nothing more.
    fn next(&mut self) -> Option<Self::Item> {
        let frame = self.frame();
        if frame.is_err() {
            self.ended = true;
            self.ready.clear();
        }
        frame.transpose()
    }
}

/// Says of an end that comes too early that it is one; `hound` would not tell it from a broken disk.
struct Strict<R>(R);

impl<R: Read> Read for Strict<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.0.read(buffer)? {
            0 if !buffer.is_empty() => Err(io::ErrorKind::UnexpectedEof.into()),
            read => Ok(read),
        }
    }
}

/// How many channels a file gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channels {
    /// One.
    Mono,
    /// Two, interleaved, left first.
    Stereo,
}

/// Writes a WAV file of 16 bits at 48 kHz. After every second of sound its header is true, so what a killed process
/// leaves can be read.
pub struct WavSink<W: Write + Seek> {
    writer: WavWriter<W>,
    channels: u16,
    /// Samples of one channel since the header was last true.
    unsaid: usize,
}

impl WavSink<BufWriter<File>> {
    /// Makes a file, or empties the one that is there.
    ///
    /// # Errors
    /// If that fails.
    pub fn create(path: &Path, channels: Channels) -> Result<Self, WavError> {
        Self::new(BufWriter::new(File::create(path)?), channels)
    }
}

impl<W: Write + Seek> WavSink<W> {
    /// Writes the header of an empty file.
    ///
    /// # Errors
    /// [`WavError::Io`].
    pub fn new(writer: W, channels: Channels) -> Result<Self, WavError> {
        let channels = match channels {
            Channels::Mono => 1,
            Channels::Stereo => 2,
        };
        let spec = WavSpec { channels, sample_rate: RATE, bits_per_sample: 16, sample_format: SampleFormat::Int };
        let mut writer = WavWriter::new(writer, spec)?;
        writer.flush()?;
        Ok(Self { writer, channels, unsaid: 0 })
    }

    /// Appends sound: a [`Frame`], a `Stereo`, or any number of samples of all channels. What is beyond full scale is
    /// clipped, and what is not a number is silence.
    ///
    /// # Errors
    /// [`WavError::Io`], [`WavError::Full`], [`WavError::Uneven`]; after the last two the file is as it was.
    pub fn write(&mut self, samples: &[f32]) -> Result<(), WavError> {
        let channels = usize::from(self.channels);
        if !samples.len().is_multiple_of(channels) {
            return Err(WavError::Uneven { samples: samples.len(), channels: self.channels });
        }
        let bytes = (samples.len() + self.writer.len() as usize) as u64 * 2;
        if bytes > u64::from(MAX_BYTES) {
            return Err(WavError::Full);
        }
        for sample in samples {
            // The cast makes 0 of what is not a number and brings the rest within bounds.
            self.writer.write_sample((sample * f32::from(i16::MAX)).round() as i16)?;
        }
        self.unsaid += samples.len() / channels;
        if self.unsaid >= RATE as usize {
            self.unsaid = 0;
            self.writer.flush()?;
        }
        Ok(())
    }

    /// Completes the file. Dropping does as well, without saying whether it went well.
    ///
    /// # Errors
    /// [`WavError::Io`].
    pub fn finish(self) -> Result<(), WavError> {
        Ok(self.writer.finalize()?)
    }
}

#[cfg(test)]
mod tests;
