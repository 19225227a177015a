//! Length-prefixed frames on a stream: `u32 length (big endian) ‖ u8 version ‖ payload`; the length counts the version.

use crate::limits::FRAME_MAX;

/// The frame version this build speaks.
pub const FRAME_VERSION: u8 = 1;
/// Bytes of the length prefix.
pub const HEADER_LEN: usize = 4;
/// Bytes a reader accepts in one push beyond the frame it is waiting for.
pub const READ_AHEAD_MAX: usize = FRAME_MAX;

/// Why a stream cannot be read further. The connection is of no use after any of these.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FrameError {
    /// The announced payload is larger than the protocol allows; nothing was allocated for it.
    #[error("a frame of {len} bytes, at most {max} are allowed")]
    TooLong {
        /// Payload bytes announced.
        len: usize,
        /// Payload bytes allowed.
        max: usize,
    },
    /// A frame without its version byte.
    #[error("an empty frame")]
    Empty,
    /// The other side speaks a newer frame version.
    #[error("frame version {found}, this program knows {FRAME_VERSION}")]
    UnknownVersion {
        /// Version found.
        found: u8,
    },
    /// The bytes end inside a frame.
    #[error("the frame is cut off")]
    Truncated,
    /// Bytes after the end of the only frame expected.
    #[error("{extra} bytes after the frame")]
    Trailing {
        /// Bytes too many.
        extra: usize,
    },
    /// More bytes were pushed than may wait; frames must be taken out first.
    #[error("{waiting} bytes are waiting to be read")]
    Backlog {
        /// Bytes waiting.
        waiting: usize,
    },
}

/// One frame, its version checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// The frame version; always [`FRAME_VERSION`] today.
    pub version: u8,
    /// What it carries.
    pub payload: Vec<u8>,
}

/// A whole frame around `payload`; fails if that has more than `cap` bytes.
pub fn encode(payload: &[u8], cap: usize) -> Result<Vec<u8>, FrameError> {
    let too_long = FrameError::TooLong { len: payload.len(), max: cap };
    if payload.len() > cap {
        return Err(too_long);
    }
    let Ok(len) = u32::try_from(payload.len().saturating_add(1)) else {
        return Err(too_long);
    };
    let mut bytes = Vec::with_capacity(payload.len().saturating_add(HEADER_LEN + 1));
    bytes.extend(len.to_be_bytes());
    bytes.push(FRAME_VERSION);
    bytes.extend(payload);
    Ok(bytes)
}

/// How many bytes (version and payload) follow this length prefix; fails before anybody allocates them.
pub fn body_len(header: [u8; HEADER_LEN], cap: usize) -> Result<usize, FrameError> {
    let Ok(len) = usize::try_from(u32::from_be_bytes(header)) else {
        return Err(FrameError::TooLong { len: usize::MAX, max: cap });
    };
    match len.checked_sub(1) {
        None => Err(FrameError::Empty),
        Some(payload) if payload > cap => Err(FrameError::TooLong { len: payload, max: cap }),
        Some(_) => Ok(len),
    }
}

/// The frame whose bytes after the length prefix are `body`.
pub fn from_body(body: &[u8]) -> Result<Frame, FrameError> {
    let (version, payload) = body.split_first().ok_or(FrameError::Empty)?;
    if *version != FRAME_VERSION {
        return Err(FrameError::UnknownVersion { found: *version });
    }
    Ok(Frame { version: *version, payload: payload.to_vec() })
}

/// Decodes bytes that are exactly one frame with a payload of at most `cap` bytes.
pub fn decode(bytes: &[u8], cap: usize) -> Result<Frame, FrameError> {
    let (header, rest) = bytes.split_first_chunk::<HEADER_LEN>().ok_or(FrameError::Truncated)?;
    let len = body_len(*header, cap)?;
    let (body, after) = rest.split_at_checked(len).ok_or(FrameError::Truncated)?;
    if !after.is_empty() {
        return Err(FrameError::Trailing { extra: after.len() });
    }
    from_body(body)
}

/// Cuts a byte stream into frames. Holds at most one frame and [`READ_AHEAD_MAX`] bytes.
#[derive(Debug)]
pub struct FrameReader {
    buffer: Vec<u8>,
    cap: usize,
}

impl FrameReader {
    /// A reader for frames with payloads of at most `cap` bytes.
    #[must_use]
    pub fn new(cap: usize) -> Self {
        Self { buffer: Vec::new(), cap }
    }

    /// Takes in bytes from the stream; fails if the frame they begin is too long or if frames are not taken out.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), FrameError> {
        let waiting = self.buffer.len().saturating_add(bytes.len());
        if waiting > self.cap.saturating_add(READ_AHEAD_MAX).saturating_add(HEADER_LEN + 1) {
            return Err(FrameError::Backlog { waiting });
        }
        self.buffer.extend(bytes);
        if let Some((header, _)) = self.buffer.split_first_chunk::<HEADER_LEN>() {
            body_len(*header, self.cap)?;
        }
        Ok(())
    }

    /// The next whole frame, or `None` until more bytes come.
    pub fn next_frame(&mut self) -> Result<Option<Frame>, FrameError> {
        let Some((header, rest)) = self.buffer.split_first_chunk::<HEADER_LEN>() else {
            return Ok(None);
        };
        let len = body_len(*header, self.cap)?;
        let Some(body) = rest.get(..len) else {
            return Ok(None);
        };
        let frame = from_body(body)?;
        self.buffer.drain(..HEADER_LEN.saturating_add(len));
        Ok(Some(frame))
    }

    /// Whether no part of a frame is waiting: a stream may only end here.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.buffer.is_empty()
    }
}
