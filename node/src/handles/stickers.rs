//! Small pictures of one's own.

use kith_api::{
    ApiError, ChatId, MessageId, PictureId, method,
    params::{Nothing, SendStickerParams, SmallPictureParams, StickerRef, StickersAddParams},
    views::Sticker,
};

use crate::Node;

/// Methods about stickers and emoji of one's own: [`Node::stickers`].
#[derive(Debug, Clone, Copy)]
pub struct Stickers<'a>(&'a Node);

impl Node {
    /// Stickers and emoji of one's own.
    #[must_use]
    pub fn stickers(&self) -> Stickers<'_> {
        Stickers(self)
    }
}

impl Stickers<'_> {
    /// Keeps a picture as one of my own; see [`StickersAddParams`].
    ///
    /// # Errors
    /// `invalid_argument` if it is no picture or the name is none, `not_found`, `too_large`, `already_exists` if the name is
    /// taken, `not_allowed` if there are 200, `storage`, `shutting_down`.
    pub async fn add(&self, what: StickersAddParams) -> Result<Sticker, ApiError> {
        self.0.call::<method::StickersAdd>(what).await
    }

    /// All of mine, in the order in which they were added.
    ///
    /// # Errors
    /// `storage`, `shutting_down`.
    pub async fn list(&self) -> Result<Vec<Sticker>, ApiError> {
        Ok(self.0.call::<method::StickersList>(Nothing {}).await?.stickers)
    }

    /// Removes one of mine. Messages that show it keep it.
    ///
    /// # Errors
    /// `not_found`, `storage`, `shutting_down`.
    pub async fn remove(&self, name: impl Into<String>) -> Result<(), ApiError> {
        self.0.call::<method::StickersRemove>(StickerRef { name: name.into() }).await.map(drop)
    }

    /// The bytes of a picture of mine or of one that a message shows: a PNG, in base64.
    ///
    /// # Errors
    /// `not_found`, `not_allowed` if it is no picture that can be shown, `storage`, `shutting_down`.
    pub async fn image(&self, picture: PictureId) -> Result<String, ApiError> {
        Ok(self.0.call::<method::StickersImage>(SmallPictureParams { picture }).await?.data)
    }

    /// Sends one of mine.
    ///
    /// # Errors
    /// `not_found`, `not_a_contact`, `blocked`, `storage`, `shutting_down`.
    pub async fn send(&self, chat: ChatId, name: impl Into<String>) -> Result<MessageId, ApiError> {
        let params = SendStickerParams { chat, name: name.into(), reply_to: None };
        Ok(self.0.call::<method::ChatsSendSticker>(params).await?.message)
    }
}
