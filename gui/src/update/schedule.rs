//! Messages written ahead.

use kith_node::{ChatId, Command, params, views::Scheduled};

use super::{Effect, Then, chats, toast};
use crate::{
    action::Action,
    model::{Aim, Later, Model, Sheet, ToastKind},
};

/// Gives back what is not its own.
#[expect(clippy::wildcard_enum_match_arm, reason = "what is not its own goes on to the next")]
pub(super) fn update(model: &mut Model, action: Action, out: &mut Vec<Effect>) -> Option<Action> {
    match action {
        Action::ChooseLater => {
            let chat = model.open_chat().map(|chat| chat.chat)?;
            let talk = model.talk_mut(chat);
            if !talk.draft.trim().is_empty() && !matches!(talk.aim, Some(Aim::Edit { .. })) {
                model.view.sheet = Some(Sheet::Later(Later { chat, change: None, date: None, time: None, at: None }));
            }
        }
        Action::Schedule(chat, at_ms) => {
            model.view.sheet = None;
            let talk = model.talk_mut(chat);
            let text = talk.draft.trim_end().to_owned();
            let reply_to = if let Some(Aim::Reply(message)) = talk.aim { Some(message) } else { None };
            let params = params::ScheduleParams { chat, text: text.clone(), at_ms, reply_to };
            out.push(Effect::Call(Command::ChatsSchedule(params), Then::Planned(chat, text)));
        }
        Action::ShowScheduled(chat) => {
            model.view.sheet = Some(Sheet::Scheduled { chat, rows: None });
            ask(chat, out);
        }
        Action::Reschedule(message, text, at_ms) => {
            if let Some(Sheet::Later(later)) = &model.view.sheet {
                model.view.sheet = Some(Sheet::Scheduled { chat: later.chat, rows: None });
            }
            let params = params::RescheduleParams { message, text, at_ms };
            out.push(Effect::Call(Command::ChatsReschedule(params), Then::Nothing));
        }
        Action::Unschedule(message) => {
            let params = params::MessageParams { message };
            out.push(Effect::Call(Command::ChatsUnschedule(params), Then::Nothing));
        }
        other => return Some(other),
    }
    None
}

/// Asks for what is written ahead in a conversation.
pub(super) fn ask(chat: ChatId, out: &mut Vec<Effect>) {
    let params = params::ScheduledParams { chat: Some(chat) };
    out.push(Effect::Call(Command::ChatsScheduled(params), Then::Scheduled(chat)));
}

/// What the composer held waits now; what was typed since stays.
pub(super) fn planned(model: &mut Model, chat: ChatId, text: &str, out: &mut Vec<Effect>) {
    let talk = model.talk_mut(chat);
    if talk.draft.trim_end() == text {
        talk.aim_at(None);
        talk.draft.clear();
    }
    chats::save_drafts(model, true, out);
    toast(model, ToastKind::Done, "toast-planned");
}

pub(super) fn listed(model: &mut Model, of: ChatId, found: Vec<Scheduled>) {
    if let Some(Sheet::Scheduled { chat, rows }) = &mut model.view.sheet
        && *chat == of
    {
        *rows = Some(found);
    }
}
