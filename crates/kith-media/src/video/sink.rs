//! Where pictures go that are not looked at in a window.

use std::{fmt, path::PathBuf, str::FromStr};

use super::{
    Picture, VideoError, Y4mSink,
    source::{file, y4m},
};
use crate::source::ParseAudioError;

/// Where pictures of the other side go beside the window. Written `null` or `FILE.y4m`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum VideoOut {
    /// Nowhere.
    #[default]
    Null,
    /// A file, which is replaced if there is one. A second of 640×360 takes some 10 MB.
    Y4m(PathBuf),
}

impl FromStr for VideoOut {
    type Err = ParseAudioError;

    fn from_str(text: &str) -> Result<Self, ParseAudioError> {
        if text == "null" {
            return Ok(Self::Null);
        }
        y4m(text).map(Self::Y4m).ok_or_else(|| ParseAudioError::new(text, "null, FILE.y4m"))
    }
}

impl fmt::Display for VideoOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Y4m(path) => path.display().fmt(f),
        }
    }
}

/// An open one.
pub(crate) enum Wall {
    Null,
    Y4m(PathBuf, Box<Y4mSink>),
}

impl Wall {
    pub(crate) fn open(out: &VideoOut) -> Result<Self, VideoError> {
        Ok(match out {
            VideoOut::Null => Self::Null,
            VideoOut::Y4m(path) => {
                let sink = Y4mSink::create(path).map_err(|source| file(path, source))?;
                Self::Y4m(path.clone(), Box::new(sink))
            }
        })
    }

    /// One that does not work any more is left.
    pub(crate) fn show(&mut self, picture: &Picture) {
        if let Self::Y4m(path, sink) = self
            && let Err(error) = sink.write(picture)
        {
            tracing::warn!(path = %path.display(), %error, "pictures are not kept any more");
            *self = Self::Null;
        }
    }
}
