//! Telling others that I write, while I write.

use kith_node::{ChatId, Command, params};

use super::{Effect, Then};
use crate::model::{Aim, Model};

/// How often the node is told that somebody is still writing; it tells others no more often either.
const AGAIN_MS: u64 = 3_000;

/// What stands in the composer changed. What only changes an older message is nobody's business until it is sent.
pub(super) fn wrote(model: &mut Model, chat: ChatId, out: &mut Vec<Effect>) {
    let now = model.now;
    if model.chats.get(&chat).is_none_or(|chat| model.contact_of(chat).is_none()) {
        return;
    }
    let talk = model.talk_mut(chat);
    let edits = matches!(talk.aim, Some(Aim::Edit { .. }));
    if talk.draft.trim().is_empty() || edits {
        if talk.typing_at.take().is_some() {
            tell(chat, false, out);
        }
    } else if talk.typing_at.is_none_or(|at| now >= at + AGAIN_MS) {
        talk.typing_at = Some(now);
        tell(chat, true, out);
    }
}

/// The composer went out of sight.
pub(super) fn stopped(model: &mut Model, out: &mut Vec<Effect>) {
    for (chat, talk) in &mut model.talks {
        if talk.typing_at.take().is_some() {
            tell(*chat, false, out);
        }
    }
}

fn tell(chat: ChatId, on: bool, out: &mut Vec<Effect>) {
    out.push(Effect::Call(Command::ChatsTyping(params::TypingParams { chat, on }), Then::Nothing));
}
