//! Small pictures: those of one's own, and those that messages show.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::PictureId;

/// A picture of my own: a sticker, and an emoji for texts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Sticker {
    /// What it is called. In a text it stands between two colons: `:party:`.
    pub name: String,
    /// It, at most 256 pixels wide and high: what a sticker shows. `stickers.image` has the bytes.
    pub picture: PictureId,
    /// The same with at most 64 pixels: what a text shows.
    pub emoji: PictureId,
    /// When it was added, Unix milliseconds.
    pub added_at: u64,
}

/// A picture that a message shows. `stickers.image` has the bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Pictured {
    /// What it is called by whoever sent it.
    pub name: String,
    /// It.
    pub picture: PictureId,
}
