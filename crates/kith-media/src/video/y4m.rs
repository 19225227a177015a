//! Raw pictures in a file: YUV4MPEG2, as ffmpeg and mpv read and write it.

use std::{
    fs::File,
    io::{BufRead as _, BufReader, BufWriter, Read as _, Write as _},
    path::Path,
};

use super::picture::{Picture, SizeError};

/// The longest line.
const MAX_LINE: u64 = 512;

/// No file of pictures.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Y4mError {
    /// It cannot be read or written.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// It is another kind of file, or has colours in another way than 4:2:0 with 8 bits.
    #[error("not YUV4MPEG2 with 4:2:0 in 8 bits")]
    Format,
    /// No picture has this size.
    #[error(transparent)]
    Size(#[from] SizeError),
}

/// Pictures of a file, in order.
#[derive(Debug)]
pub struct Y4mSource {
    file: BufReader<File>,
    width: u32,
    height: u32,
    rate: u32,
}

impl Y4mSource {
    /// Opens one.
    ///
    /// # Errors
    ///
    /// [`Y4mError`].
    pub fn open(path: &Path) -> Result<Self, Y4mError> {
        let mut file = BufReader::new(File::open(path)?);
        let header = line(&mut file)?.ok_or(Y4mError::Format)?;
        let mut words = header.split(' ');
        if words.next() != Some("YUV4MPEG2") {
            return Err(Y4mError::Format);
        }
        let (mut width, mut height, mut rate) = (0, 0, 30);
        for word in words {
            let number = |text: &str| text.parse::<u32>().ok().ok_or(Y4mError::Format);
            if let Some(text) = word.strip_prefix('W') {
                width = number(text)?;
            } else if let Some(text) = word.strip_prefix('H') {
                height = number(text)?;
            } else if let Some((over, under)) = word.strip_prefix('F').and_then(|text| text.split_once(':')) {
                rate = number(over)?.checked_div(number(under)?).ok_or(Y4mError::Format)?.clamp(1, 60);
            } else if word.starts_with('C') && !matches!(word, "C420" | "C420jpeg" | "C420mpeg2" | "C420paldv") {
                return Err(Y4mError::Format);
            }
        }
        super::picture::check(width, height)?;
        Ok(Self { file, width, height, rate })
    }

    /// Pictures a second, 1 to 60.
    #[must_use]
    pub fn rate(&self) -> u32 {
        self.rate
    }

    fn read(&mut self) -> Result<Option<Picture>, Y4mError> {
        let Some(frame) = line(&mut self.file)? else { return Ok(None) };
        if frame != "FRAME" && !frame.starts_with("FRAME ") {
            return Err(Y4mError::Format);
        }
        let mut data = vec![0; (self.width * self.height * 3 / 2) as usize];
        self.file.read_exact(&mut data)?;
        Ok(Some(Picture::from_i420(self.width, self.height, data)?))
    }
}

impl Iterator for Y4mSource {
    type Item = Result<Picture, Y4mError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.read().transpose()
    }
}

/// A line without its end; nothing at the end of the file.
fn line(file: &mut BufReader<File>) -> Result<Option<String>, Y4mError> {
    let mut bytes = Vec::new();
    file.by_ref().take(MAX_LINE).read_until(b'\n', &mut bytes)?;
    match bytes.pop() {
        None => Ok(None),
        Some(b'\n') => String::from_utf8(bytes).map(Some).or(Err(Y4mError::Format)),
        Some(_) => Err(Y4mError::Format),
    }
}

/// Writes pictures into a file. The first one says how large all are; others are scaled to it.
#[derive(Debug)]
pub struct Y4mSink {
    file: BufWriter<File>,
    size: Option<(u32, u32)>,
}

impl Y4mSink {
    /// A file, which is replaced if there is one.
    ///
    /// # Errors
    ///
    /// [`Y4mError::Io`].
    pub fn create(path: &Path) -> Result<Self, Y4mError> {
        Ok(Self { file: BufWriter::new(File::create(path)?), size: None })
    }

    /// Adds a picture. It is in the file when this returns.
    ///
    /// # Errors
    ///
    /// [`Y4mError::Io`].
    pub fn write(&mut self, picture: &Picture) -> Result<(), Y4mError> {
        let first = self.size.is_none();
        let (width, height) = *self.size.get_or_insert_with(|| (picture.width(), picture.height()));
        if first {
            writeln!(self.file, "YUV4MPEG2 W{width} H{height} F30:1 Ip A1:1 C420jpeg")?;
        }
        self.file.write_all(b"FRAME\n")?;
        self.file.write_all(picture.scaled(width, height)?.i420())?;
        Ok(self.file.flush()?)
    }
}

#[cfg(test)]
mod tests {
    use super::{super::pattern, *};

    #[test]
    fn what_is_written_is_read_back_in_the_size_of_the_first() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.y4m");
        let mut sink = Y4mSink::create(&path).unwrap();
        for (number, size) in [(3, (320, 180)), (4, (320, 180)), (5, (640, 360))] {
            sink.write(&pattern::draw(number, size.0, size.1).unwrap()).unwrap();
        }
        drop(sink);
        let source = Y4mSource::open(&path).unwrap();
        assert_eq!(source.rate(), 30);
        let read: Vec<_> = source.map(Result::unwrap).collect();
        assert_eq!(read[0], pattern::draw(3, 320, 180).unwrap());
        let numbers: Vec<_> = read.iter().map(|one| (pattern::number(one), one.width())).collect();
        assert_eq!(numbers, [(Some(3), 320), (Some(4), 320), (Some(5), 320)]);
    }

    #[test]
    fn what_is_no_file_of_pictures_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.y4m");
        let opened = |content: &[u8]| {
            std::fs::write(&path, content).unwrap();
            Y4mSource::open(&path)
        };
        for wrong in [
            &b""[..],
            b"RIFF\n",
            b"YUV4MPEG2 W320 H180",
            b"YUV4MPEG2 W320 H180 C444\n",
            b"YUV4MPEG2 W320 H180 F30:0\n",
            b"YUV4MPEG2 Wx H180\n",
            &[b'Y'; 4096],
        ] {
            assert!(opened(wrong).is_err(), "{:?}", String::from_utf8_lossy(wrong));
        }
        assert!(matches!(opened(b"YUV4MPEG2 W99999 H99999\n"), Err(Y4mError::Size(_))));
        let mut half = opened(b"YUV4MPEG2 W320 H180\nFRAME\nabc").unwrap();
        assert!(half.next().unwrap().is_err());
    }
}
