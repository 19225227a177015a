//! Small pictures: stickers, and the emoji of one's own that a text names.

use std::fmt;

use prost::Message;

use super::body::{check_seconds, read_seconds};
use super::body_proto::plain;
use crate::codec::{Shape, check_count};
use crate::error::WireError;
use crate::ids::{MsgId, PictureId};
use crate::limits::{EMOJI_PICTURE_MAX_BYTES, EMOJI_PICTURES_MAX, SMALL_PICTURE_MAX_SIDE, STICKER_MAX_BYTES};
use crate::text::{check_bytes, is_picture_name};

const STICKER: Shape = plain("sticker", &[]);

/// What every PNG begins with, up to the size of the picture.
const PNG_HEAD: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR";

/// A small picture and what it is called. Its bytes are as somebody sent them: look at [`SmallPicture::size`] first.
#[derive(Clone, PartialEq, Eq)]
pub struct SmallPicture {
    /// What stands between two colons where it is shown in a text; see [`is_picture_name`].
    pub name: String,
    /// A PNG, if whoever sent it is honest.
    pub png: Vec<u8>,
}

impl fmt::Debug for SmallPicture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmallPicture").field("bytes", &self.png.len()).finish_non_exhaustive()
    }
}

impl SmallPicture {
    /// What names its bytes.
    #[must_use]
    pub fn id(&self) -> PictureId {
        PictureId::of(&self.png)
    }

    /// Width and height in pixels as the file says, without decoding it.
    #[must_use]
    pub fn size(&self) -> Option<(u32, u32)> {
        png_size(&self.png)
    }

    fn check(&self, max: usize) -> Result<(), WireError> {
        if !is_picture_name(&self.name) {
            return Err(WireError::BadText { what: "picture name" });
        }
        if self.png.is_empty() {
            return Err(WireError::Malformed { what: "picture" });
        }
        check_bytes("picture", &self.png, max)
    }
}

/// Width and height in pixels of a PNG, as it says itself. `None`: it is none, or no small picture.
#[must_use]
pub fn png_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let rest = bytes.strip_prefix(PNG_HEAD)?;
    let (width, rest) = rest.split_first_chunk()?;
    let (height, _) = rest.split_first_chunk()?;
    let (width, height) = (u32::from_be_bytes(*width), u32::from_be_bytes(*height));
    let small = |side| (1..=SMALL_PICTURE_MAX_SIDE).contains(&side);
    (small(width) && small(height)).then_some((width, height))
}

/// A picture as a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sticker {
    /// It, of at most [`STICKER_MAX_BYTES`].
    pub picture: SmallPicture,
    /// The message it answers.
    pub reply_to: Option<MsgId>,
    /// It was sent somewhere else and passed on from there.
    pub forwarded: bool,
    /// It disappears like a text.
    pub expires_s: Option<u32>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct SmallPictureProto {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(bytes = "vec", tag = "2")]
    png: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
struct StickerProto {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(bytes = "vec", tag = "2")]
    png: Vec<u8>,
    #[prost(bytes = "vec", optional, tag = "3")]
    reply_to: Option<Vec<u8>>,
    #[prost(bool, tag = "4")]
    forwarded: bool,
    #[prost(uint32, tag = "5")]
    expires_s: u32,
}

impl Sticker {
    pub(super) fn encode(&self) -> Vec<u8> {
        StickerProto {
            name: self.picture.name.clone(),
            png: self.picture.png.clone(),
            reply_to: self.reply_to.map(|id| id.to_bytes().to_vec()),
            forwarded: self.forwarded,
            expires_s: self.expires_s.unwrap_or(0),
        }
        .encode_to_vec()
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        let StickerProto { name, png, reply_to, forwarded, expires_s } = STICKER.decode_plain(bytes)?;
        let sticker = Self {
            picture: SmallPicture { name, png },
            reply_to: reply_to.map(|id| MsgId::from_slice(&id)).transpose()?,
            forwarded,
            expires_s: read_seconds(expires_s)?,
        };
        sticker.check()?;
        Ok(sticker)
    }

    /// Whether recipients will accept it.
    pub(super) fn check(&self) -> Result<(), WireError> {
        self.picture.check(STICKER_MAX_BYTES)?;
        check_seconds(self.expires_s)
    }
}

pub(super) fn write_pictures(pictures: &[SmallPicture]) -> Vec<SmallPictureProto> {
    pictures
        .iter()
        .map(|SmallPicture { name, png }| SmallPictureProto { name: name.clone(), png: png.clone() })
        .collect()
}

pub(super) fn read_pictures(pictures: Vec<SmallPictureProto>) -> Result<Vec<SmallPicture>, WireError> {
    let pictures: Vec<SmallPicture> =
        pictures.into_iter().map(|SmallPictureProto { name, png }| SmallPicture { name, png }).collect();
    check_pictures(&pictures)?;
    Ok(pictures)
}

/// Whether recipients will accept the pictures of a text.
pub(super) fn check_pictures(pictures: &[SmallPicture]) -> Result<(), WireError> {
    check_count("pictures", pictures.len(), EMOJI_PICTURES_MAX)?;
    pictures.iter().try_for_each(|picture| picture.check(EMOJI_PICTURE_MAX_BYTES))
}
