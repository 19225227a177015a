//! Where pictures come from.

use std::{
    fmt,
    path::{Path, PathBuf},
    str::FromStr,
};

use super::{
    Kind, VideoError, pattern,
    picture::Picture,
    y4m::{Y4mError, Y4mSource},
};
use crate::source::ParseAudioError;

/// Size of the test pattern.
const PATTERN: (u32, u32) = (640, 360);
/// Pictures of the test pattern a second.
const PATTERN_RATE: u32 = 30;

/// Where pictures come from. Written `none`, `pattern`, `screen` or `FILE.y4m`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum VideoIn {
    /// There is no camera.
    #[default]
    None,
    /// Moving bars with a number in blocks: [`pattern`].
    Pattern,
    /// The screen of the X server.
    Screen,
    /// A file, shown once.
    Y4m(PathBuf),
}

impl FromStr for VideoIn {
    type Err = ParseAudioError;

    fn from_str(text: &str) -> Result<Self, ParseAudioError> {
        match text {
            "none" => Ok(Self::None),
            "pattern" => Ok(Self::Pattern),
            "screen" => Ok(Self::Screen),
            _ => {
                let wrong = || ParseAudioError::new(text, "none, pattern, screen, FILE.y4m");
                y4m(text).map(Self::Y4m).ok_or_else(wrong)
            }
        }
    }
}

impl fmt::Display for VideoIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::Pattern => f.write_str("pattern"),
            Self::Screen => f.write_str("screen"),
            Self::Y4m(path) => path.display().fmt(f),
        }
    }
}

impl VideoIn {
    /// What it shows.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Screen => Kind::Screen,
            Self::None | Self::Pattern | Self::Y4m(_) => Kind::Camera,
        }
    }
}

/// `FILE.y4m`.
pub(crate) fn y4m(text: &str) -> Option<PathBuf> {
    let path = Path::new(text);
    let known = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("y4m"));
    known.then(|| path.to_owned())
}

/// Whether this program may look at the screen: only an X server shows it to any program, the portal of Wayland desktops is
/// not asked.
#[must_use]
pub fn screens_can_be_shown() -> bool {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    cfg!(target_os = "linux") && set("DISPLAY") && !set("WAYLAND_DISPLAY")
}

/// Gives pictures when asked.
pub(crate) trait Lens: Send {
    /// The picture of now; nothing when there are no more.
    fn next(&mut self) -> Result<Option<Picture>, VideoError>;

    /// How many a second are worth asking for, 1 to 60.
    fn rate(&self) -> u32;
}

pub(crate) fn open(input: &VideoIn) -> Result<Box<dyn Lens>, VideoError> {
    match input {
        VideoIn::None => Err(VideoError::NoCamera),
        VideoIn::Pattern => Ok(Box::new(Pattern { next: 0 })),
        VideoIn::Screen => screen(),
        VideoIn::Y4m(path) => {
            let frames = Y4mSource::open(path).map_err(|source| file(path, source))?;
            Ok(Box::new(Clip { frames, path: path.clone() }))
        }
    }
}

#[cfg(target_os = "linux")]
fn screen() -> Result<Box<dyn Lens>, VideoError> {
    if screens_can_be_shown() {
        Ok(Box::new(super::screen::Screen::open()?))
    } else {
        Err(VideoError::Screen("only that of an X server can".to_owned()))
    }
}

#[cfg(not(target_os = "linux"))]
fn screen() -> Result<Box<dyn Lens>, VideoError> {
    Err(VideoError::Screen("only that of an X server can".to_owned()))
}

pub(crate) fn file(path: &Path, source: Y4mError) -> VideoError {
    VideoError::File { path: path.to_owned(), source }
}

struct Pattern {
    next: u32,
}

impl Lens for Pattern {
    fn next(&mut self) -> Result<Option<Picture>, VideoError> {
        let number = self.next;
        self.next = number.wrapping_add(1);
        Ok(Some(pattern::draw(number, PATTERN.0, PATTERN.1)?))
    }

    fn rate(&self) -> u32 {
        PATTERN_RATE
    }
}

struct Clip {
    frames: Y4mSource,
    path: PathBuf,
}

impl Lens for Clip {
    fn next(&mut self) -> Result<Option<Picture>, VideoError> {
        self.frames.next().transpose().map_err(|source| file(&self.path, source))
    }

    fn rate(&self) -> u32 {
        self.frames.rate()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_forms_of_the_command_line_are_read_and_written() {
        for (text, source) in [
            ("none", VideoIn::None),
            ("pattern", VideoIn::Pattern),
            ("screen", VideoIn::Screen),
            ("a/b.Y4M", VideoIn::Y4m("a/b.Y4M".into())),
        ] {
            assert_eq!(text.parse(), Ok(source.clone()));
            assert_eq!(source.to_string(), text);
        }
        for wrong in ["", "camera", "a.mp4", "y4m", ".y4m", "null"] {
            let error = wrong.parse::<VideoIn>().unwrap_err();
            assert_eq!(error.to_string(), format!("{wrong:?} is none of none, pattern, screen, FILE.y4m"));
        }
    }

    #[test]
    fn a_file_is_shown_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.y4m");
        let mut sink = super::super::Y4mSink::create(&path).unwrap();
        sink.write(&pattern::draw(9, 64, 48).unwrap()).unwrap();
        let mut lens = open(&VideoIn::Y4m(path.clone())).unwrap();
        assert_eq!(pattern::number(&lens.next().unwrap().unwrap()), Some(9));
        assert_eq!(lens.next().unwrap(), None);
        let Err(error) = open(&VideoIn::Y4m(folder.path().join("b.y4m"))) else { panic!("there is none") };
        assert!(error.to_string().contains("b.y4m"), "{error}");
    }
}
