//! Small pictures: those of my own, sending one, and those that stand in texts.

use kith_api::{
    ErrorCode, Event,
    params::{Done, SendReply, SendStickerParams, StickerRef, StickersReply},
    views,
};
use kith_store::{MessageRow, Pictured};
use kith_wire::{Body, MsgId, PictureId, SmallPicture, Sticker, limits, message::png_size, text::is_picture_name};

use super::send::New;
use crate::{
    NewSticker, Output, Timestamp, convert,
    core::Core,
    error::{CoreError, deny},
};

/// How many one has. The window and every client keep a list of all.
const STICKERS_MAX: usize = 200;

impl Core {
    pub(crate) fn add_sticker(
        &mut self,
        new: &NewSticker,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<views::Sticker, CoreError> {
        let name = new.name.trim().to_lowercase();
        if !is_picture_name(&name) {
            let message = "a name has 1 to 32 letters, digits, _, - and +, and is not digits alone";
            return deny(ErrorCode::InvalidArgument, message);
        }
        let fits = |png: &[u8], max| png.len() <= max && png_size(png).is_some();
        if !fits(&new.large, limits::STICKER_MAX_BYTES) || !fits(&new.small, limits::EMOJI_PICTURE_MAX_BYTES) {
            return deny(ErrorCode::TooLarge, "this picture does not become small enough; take a simpler one");
        }
        if self.store.stickers()?.len() >= STICKERS_MAX {
            return deny(ErrorCode::NotAllowed, "there are 200 stickers already; remove one first");
        }
        if !self.store.add_sticker(&name, &new.large, &new.small, now)? {
            return deny(ErrorCode::AlreadyExists, &format!("a sticker is called :{name}: already; take another name"));
        }
        self.tell_stickers(out)?;
        Ok(convert::sticker_view(self.own_sticker(&name)?))
    }

    pub(crate) fn list_stickers(&self) -> Result<StickersReply, CoreError> {
        Ok(StickersReply { stickers: self.store.stickers()?.into_iter().map(convert::sticker_view).collect() })
    }

    pub(crate) fn remove_sticker(&mut self, params: &StickerRef, out: &mut Vec<Output>) -> Result<Done, CoreError> {
        self.own_sticker(&params.name)?;
        self.store.remove_sticker(&params.name)?;
        self.scrub();
        self.tell_stickers(out)?;
        Ok(Done {})
    }

    pub(crate) fn send_sticker(
        &mut self,
        params: &SendStickerParams,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<SendReply, CoreError> {
        let row = self.own_sticker(&params.name)?;
        let reply_to = params.reply_to.map(convert::message);
        let Some(picture) = self.picture(row.name, &row.picture)? else {
            return deny(ErrorCode::NotFound, "the picture of this sticker is gone");
        };
        let msg = self.post_sticker(convert::chat(params.chat), picture, reply_to, false, now, out)?;
        Ok(SendReply { message: convert::message_id(msg) })
    }

    /// Stores a sticker of mine and queues it for whoever is to have it.
    pub(super) fn post_sticker(
        &mut self,
        chat: kith_wire::ChatId,
        picture: SmallPicture,
        reply_to: Option<MsgId>,
        forwarded: bool,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<MsgId, CoreError> {
        let recipient = self.recipient_of(&chat)?;
        self.check_reply(&chat, reply_to)?;
        let expires_s = self.store.chat(&chat)?.and_then(|row| row.expires_s);
        let new = New { text: Some(words_of(&picture.name)), reply_to, forwarded, expires_s, ..New::default() };
        let body = Body::Sticker(Sticker { picture, reply_to, forwarded, expires_s });
        self.post(chat, recipient, &body, new, now, out)
    }

    /// The pictures of the names that stand between colons in a text: those of `known` first, else mine.
    pub(super) fn pictures_of(&self, text: &str, known: &[Pictured]) -> Result<Vec<SmallPicture>, CoreError> {
        let mut pictures: Vec<SmallPicture> = Vec::new();
        for name in names_in(text) {
            if pictures.len() == limits::EMOJI_PICTURES_MAX {
                break;
            }
            if pictures.iter().any(|picture| picture.name == name) {
                continue;
            }
            let id = match known.iter().find(|known| known.name == name) {
                Some(known) => Some(known.picture),
                None => self.store.sticker(name)?.map(|row| row.emoji),
            };
            if let Some(id) = id {
                pictures.extend(self.picture(name.to_owned(), &id)?);
            }
        }
        Ok(pictures)
    }

    /// The pictures that a message shows.
    pub(super) fn pictures_shown(&self, row: &MessageRow) -> Result<Vec<SmallPicture>, CoreError> {
        let mut pictures = Vec::new();
        for Pictured { name, picture } in &row.marks.pictures {
            pictures.extend(self.picture(name.clone(), picture)?);
        }
        Ok(pictures)
    }

    fn picture(&self, name: String, id: &PictureId) -> Result<Option<SmallPicture>, CoreError> {
        Ok(self.store.picture(id)?.map(|png| SmallPicture { name, png }))
    }

    fn own_sticker(&self, name: &str) -> Result<kith_store::StickerRow, CoreError> {
        match self.store.sticker(name)? {
            Some(row) => Ok(row),
            None => deny(ErrorCode::NotFound, &format!("no sticker of yours is called {name}")),
        }
    }

    fn tell_stickers(&self, out: &mut Vec<Output>) -> Result<(), CoreError> {
        let StickersReply { stickers } = self.list_stickers()?;
        out.push(Output::Event(Event::StickersChanged { stickers }));
        Ok(())
    }
}

/// What stands for a sticker where only words do; search finds it.
pub(super) fn words_of(name: &str) -> String {
    format!(":{name}:")
}

/// What a message with this body shows.
pub(super) fn pictured(body: &Body) -> Vec<Pictured> {
    let of = |picture: &SmallPicture| Pictured { name: picture.name.clone(), picture: picture.id() };
    body.pictures().iter().map(of).collect()
}

/// What could be names of pictures in a text, some more than once.
fn names_in(text: &str) -> impl Iterator<Item = &str> {
    let end = text.rfind(':').unwrap_or(0);
    text.get(..end).unwrap_or_default().split(':').skip(1).filter(|part| is_picture_name(part))
}

#[cfg(test)]
mod tests {
    use super::names_in;

    #[test]
    fn names_stand_between_colons() {
        let names = |text| names_in(text).collect::<Vec<_>>();
        assert_eq!(names("a :party: b:größe: :x y: :+1:"), ["party", "größe", "+1"]);
        for none in ["", ":", "::", "party", ":party", "party:", "at 10:30:45", ": party :", "https://example.org"] {
            assert!(names(none).is_empty(), "{none}");
        }
    }
}
