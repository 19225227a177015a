//! Small pictures inside messages: what their headers say, read without decoding them.

use std::fmt;

use crate::limits::{PICTURE_MAX_BYTES, PICTURE_MAX_SIDE};

/// How a picture is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PictureFormat {
    /// JPEG.
    Jpeg,
    /// PNG.
    Png,
    /// WebP.
    WebP,
}

/// A picture of at most [`PICTURE_MAX_BYTES`] whose header says that it is a JPEG, a PNG or a WebP of at most
/// [`PICTURE_MAX_SIDE`] a side. What follows the header was not looked at.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    bytes: Vec<u8>,
    format: PictureFormat,
    width: u32,
    height: u32,
}

impl fmt::Debug for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Picture").field("format", &self.format).finish_non_exhaustive()
    }
}

impl Picture {
    /// Reads the header. `None`: it is not such a picture.
    #[must_use]
    pub fn read(bytes: Vec<u8>) -> Option<Self> {
        if bytes.len() > PICTURE_MAX_BYTES {
            return None;
        }
        let (format, width, height) = header(&bytes)?;
        let fits = (1..=PICTURE_MAX_SIDE).contains(&width) && (1..=PICTURE_MAX_SIDE).contains(&height);
        fits.then_some(Self { bytes, format, width, height })
    }

    /// It, as written.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// How it is written.
    #[must_use]
    pub fn format(&self) -> PictureFormat {
        self.format
    }

    /// Width and height in pixels.
    #[must_use]
    pub fn size(&self) -> (u32, u32) {
        (self.width, self.height)
    }
}

fn header(bytes: &[u8]) -> Option<(PictureFormat, u32, u32)> {
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        let is_first = bytes.get(12..16)? == b"IHDR";
        return is_first.then_some((PictureFormat::Png, be32(bytes, 16)?, be32(bytes, 20)?));
    }
    if bytes.starts_with(b"\xff\xd8\xff") {
        let (width, height) = jpeg(bytes)?;
        return Some((PictureFormat::Jpeg, width, height));
    }
    let (width, height) = webp(bytes)?;
    Some((PictureFormat::WebP, width, height))
}

/// The size in the frame header, which is behind any number of other segments.
fn jpeg(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut at = 2usize;
    loop {
        let [0xff, marker] = *bytes.get(at..)?.first_chunk::<2>()? else { return None };
        match marker {
            0xff => at = at.checked_add(1)?,
            // Those without a length.
            0x01 | 0xd0..=0xd8 => at = at.checked_add(2)?,
            // What follows these is not made of segments any more.
            0xd9 | 0xda => return None,
            0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
                let (height, width) = (be16(bytes, at.checked_add(5)?)?, be16(bytes, at.checked_add(7)?)?);
                return Some((width, height));
            }
            _ => {
                let len = usize::try_from(be16(bytes, at.checked_add(2)?)?).ok()?;
                at = at.checked_add(2)?.checked_add(len.max(2))?;
            }
        }
    }
}

fn webp(bytes: &[u8]) -> Option<(u32, u32)> {
    if !bytes.starts_with(b"RIFF") || bytes.get(8..12)? != b"WEBP" {
        return None;
    }
    let byte = |at: usize| bytes.get(at).copied().map(u32::from);
    let le24 = |at: usize| Some(byte(at)? | byte(at.checked_add(1)?)? << 8 | byte(at.checked_add(2)?)? << 16);
    match bytes.get(12..16)? {
        b"VP8 " => {
            let begins = bytes.get(23..26)? == b"\x9d\x01\x2a";
            let side = |at: usize| Some((byte(at)? | byte(at.checked_add(1)?)? << 8) & 0x3fff);
            begins.then_some((side(26)?, side(28)?))
        }
        b"VP8L" if byte(20)? == 0x2f => {
            let packed = le24(21)? | byte(24)? << 24;
            Some(((packed & 0x3fff).checked_add(1)?, (packed >> 14 & 0x3fff).checked_add(1)?))
        }
        b"VP8X" => Some((le24(24)?.checked_add(1)?, le24(27)?.checked_add(1)?)),
        _ => None,
    }
}

fn be16(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk::<2>().map(|bytes| u32::from(u16::from_be_bytes(*bytes)))
}

fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk::<4>().map(|bytes| u32::from_be_bytes(*bytes))
}
