//! Stickers and emoji of one's own: adding, removing, sending.

use kith_node::{ApiError, Command, ErrorCode, params};

use super::{Effect, Target, Then, error_key, toast};
use crate::{
    action::Action,
    model::{Aim, Model, NewSticker, PictureFrom, Sheet, ToastKind},
};

/// Gives back what is not its own.
#[expect(clippy::wildcard_enum_match_arm, reason = "what is not its own goes on to the next")]
pub(super) fn update(model: &mut Model, action: Action, out: &mut Vec<Effect>) -> Option<Action> {
    match action {
        Action::SendSticker(chat, name) => {
            model.view.sheet = None;
            let talk = model.talk_mut(chat);
            let reply_to = if let Some(Aim::Reply(message)) = talk.aim { Some(message) } else { None };
            if reply_to.is_some() {
                talk.aim_at(None);
            }
            let params = params::SendStickerParams { chat, name, reply_to };
            out.push(Effect::Call(Command::ChatsSendSticker(params), Then::Nothing));
            out.push(Effect::Focus(Target::Composer));
        }
        Action::ChoosePicture => out.push(Effect::ChoosePicture),
        Action::PastePicture => out.push(Effect::PastePicture),
        Action::TakePicture(from) => {
            let open = model.view.sheet.take();
            let new = if let Some(Sheet::Stickers(new)) = open { new } else { NewSticker::default() };
            let mut new = NewSticker { busy: false, ..new };
            new.take(from);
            model.view.sheet = Some(Sheet::Stickers(new));
        }
        Action::AddSticker => {
            let Some(Sheet::Stickers(new)) = &mut model.view.sheet else { return None };
            let from = new.from.clone().filter(|_| new.is_named() && !new.busy)?;
            new.busy = true;
            let mut params = params::StickersAddParams { name: new.name(), ..Default::default() };
            match from {
                PictureFrom::File(path) => params.path = Some(path),
                PictureFrom::Clipboard(data) => params.data = Some(data),
                PictureFrom::Message(picture) => params.picture = Some(picture),
            }
            out.push(Effect::Call(Command::StickersAdd(params), Then::StickerAdded));
        }
        Action::RemoveSticker(name) => {
            out.push(Effect::Call(Command::StickersRemove(params::StickerRef { name }), Then::Nothing));
        }
        other => return Some(other),
    }
    None
}

/// Asks for those of one's own.
pub(super) fn ask(out: &mut Vec<Effect>) {
    out.push(Effect::Call(Command::StickersList(params::Nothing {}), Then::Stickers));
}

/// One was added; the next can be.
pub(super) fn added(model: &mut Model) {
    // The next can have been chosen before the answer for this one came.
    if let Some(Sheet::Stickers(new)) = &mut model.view.sheet
        && new.busy
    {
        *new = NewSticker::default();
    }
    toast(model, ToastKind::Done, "toast-sticker-added");
}

/// Why one was not added.
pub(super) fn not_added(model: &mut Model, error: &ApiError) {
    if let Some(Sheet::Stickers(new)) = &mut model.view.sheet {
        new.busy = false;
    }
    #[expect(clippy::wildcard_enum_match_arm, reason = "the rest is said as of everything else")]
    let key = match error.code {
        ErrorCode::AlreadyExists => "sticker-taken".to_owned(),
        ErrorCode::TooLarge => "sticker-too-large".to_owned(),
        ErrorCode::InvalidArgument => "sticker-no-picture".to_owned(),
        ErrorCode::NotFound => "sticker-unreadable".to_owned(),
        ErrorCode::NotAllowed => "sticker-too-many".to_owned(),
        code => error_key(code),
    };
    toast(model, ToastKind::Problem, key);
}
