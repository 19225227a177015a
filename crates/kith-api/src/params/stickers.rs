//! Small pictures of one's own.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    ids::{ChatId, MessageId, PictureId},
    views::Sticker,
};

params! {
    /// A picture to keep as one's own: exactly one of `path`, `data` and `picture`.
    #[derive(Default)]
    StickersAddParams {
        /// What to call it: 1 to 32 letters and digits, `_`, `-` and `+`, not digits alone. Large letters become small.
        name: String,
        /// The whole path of a PNG, JPEG or WebP file of at most 16 MiB.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        path: Option<String>,
        /// Such a file itself, in base64. A request of the local API has at most 1 MiB.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        data: Option<String>,
        /// A picture that a message shows.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        picture: Option<PictureId>,
    }

    /// A picture of one's own.
    StickerRef {
        /// What it is called.
        name: String,
    }

    /// A small picture.
    SmallPictureParams {
        /// Which.
        picture: PictureId,
    }

    /// A picture to send.
    SendStickerParams {
        /// Where to.
        chat: ChatId,
        /// What it is called among one's own.
        name: String,
        /// The message it answers.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reply_to: Option<MessageId>,
    }
}

replies! {
    /// Pictures of one's own.
    StickersReply {
        /// In the order in which they were added.
        stickers: Vec<Sticker>,
    }

    /// A small picture.
    SmallPictureReply {
        /// A PNG file in base64, as whoever sent it made it, at most 32 KiB and 256 pixels wide and high by its header.
        /// Decode it with limits.
        data: String,
    }
}
