//! What a person does with messages: answer, edit, delete, react, pass on, pin; and with whole conversations: pin, mute,
//! put away.

use std::collections::BTreeSet;

use kith_node::{
    ChatId, Command, MessageId, params,
    views::{Message, MessageKind, MessageState},
};

use super::{Effect, Target, Then};
use crate::{
    action::{Action, Mute},
    model::{Aim, Model, Quote, Sheet},
};

/// Gives back what is not its own.
#[expect(clippy::wildcard_enum_match_arm, reason = "what is not its own goes on to the next")]
pub(super) fn update(model: &mut Model, action: Action, out: &mut Vec<Effect>) -> Option<Action> {
    match action {
        Action::Reply(message) => aim(model, message, out, |_| Some(Aim::Reply(message))),
        Action::EditMessage(message) => edit(model, message, out),
        Action::EditLast(chat) => {
            let me = model.me.as_ref().map(|me| me.account);
            let mut messages = model.talks.get(&chat).into_iter().flat_map(|talk| talk.messages.iter().rev());
            let last = messages.find(|message| Some(message.author) == me && can_edit(message)).map(|last| last.id);
            if let Some(last) = last {
                edit(model, last, out);
            }
        }
        Action::DropAim(chat) => {
            model.talk_mut(chat).aim_at(None);
            out.push(Effect::Focus(Target::Composer));
        }
        Action::React(message, emoji, on) => {
            if matches!(model.view.sheet, Some(Sheet::Emoji(_))) {
                model.view.sheet = None;
            }
            call(out, Command::ChatsReact(params::ReactParams { message, emoji, on }));
        }
        Action::Insert(chat, text) => {
            model.view.sheet = None;
            let now = model.now;
            let talk = model.talk_mut(chat);
            talk.draft.push_str(&text);
            talk.draft_at = now;
            out.push(Effect::Focus(Target::Composer));
        }
        Action::Delete(message, scope) => {
            model.view.sheet = None;
            call(out, Command::ChatsDelete(params::DeleteParams { message, scope }));
        }
        Action::SendAgain(message) => send_again(model, message, out),
        Action::Forward(message, to) => forward(model, message, to, out),
        Action::PinMessage(message, on) => {
            call(out, Command::ChatsPinMessage(params::PinMessageParams { message, on }));
        }
        Action::ShowEdits(message) => {
            model.view.sheet = Some(Sheet::Edits { message, edits: None });
            let command = Command::ChatsEdits(params::MessageParams { message });
            out.push(Effect::Call(command, Then::Edits(message)));
        }
        Action::PinChat(chat, on) => call(out, Command::ChatsPin(params::SwitchParams { chat, on })),
        Action::SetExpiry(chat, expires_s) => {
            model.view.sheet = None;
            call(out, Command::ChatsSetExpiry(params::ExpiryParams { chat, expires_s }));
        }
        Action::Archive(chat, on) => call(out, Command::ChatsArchive(params::SwitchParams { chat, on })),
        Action::Mute(chat, how) => {
            let until_ms = match how {
                Mute::Off => Some(0),
                Mute::For(ms) => Some(model.now + ms),
                Mute::Until(at) => Some(at),
                Mute::Always => None,
            };
            call(out, Command::ChatsMute(params::MuteParams { chat, until_ms }));
        }
        Action::NotifyOf(chat, rule) => call(out, Command::ChatsNotify(params::NotifyParams { chat, rule })),
        other => return Some(other),
    }
    None
}

/// Whether a message of mine can be given other words.
pub(crate) fn can_edit(message: &Message) -> bool {
    message.kind == MessageKind::Text && !message.deleted
}

fn call(out: &mut Vec<Effect>, command: Command) {
    out.push(Effect::Call(command, Then::Nothing));
}

fn aim(
    model: &mut Model,
    message: MessageId,
    out: &mut Vec<Effect>,
    make: impl FnOnce(&mut crate::model::Talk) -> Option<Aim>,
) {
    let Some(chat) = model.message(message).map(|message| message.chat) else { return };
    let talk = model.talk_mut(chat);
    talk.aim_at(None);
    talk.aim = make(talk);
    out.push(Effect::Focus(Target::Composer));
}

fn edit(model: &mut Model, message: MessageId, out: &mut Vec<Effect>) {
    let text = model.message(message).filter(|message| can_edit(message)).and_then(|message| message.text.clone());
    let Some(text) = text else { return };
    aim(model, message, out, |talk| {
        let draft = std::mem::replace(&mut talk.draft, text);
        Some(Aim::Edit { message, draft })
    });
}

fn forward(model: &mut Model, message: MessageId, to: BTreeSet<ChatId>, out: &mut Vec<Effect>) {
    model.view.sheet = None;
    if !to.is_empty() {
        let command = Command::ChatsForward(params::ForwardParams { message, to: to.into_iter().collect() });
        out.push(Effect::Call(command, Then::Say("toast-forwarded")));
    }
}

/// Writes what a message says that was given up once more; that one goes when the new one is there.
fn send_again(model: &mut Model, message: MessageId, out: &mut Vec<Effect>) {
    let given_up = |found: &&Message| found.state == Some(MessageState::Failed) && can_edit(found);
    let Some(found) = model.message(message).filter(given_up) else { return };
    let (chat, reply_to, expires_s) = (found.chat, found.reply_to, found.expires_s);
    let text = found.text.clone().unwrap_or_default();
    if model.talk_mut(chat).again.insert(message) {
        let params = params::SendParams { chat, text, reply_to, expires_s, preview: None };
        out.push(Effect::Call(Command::ChatsSend(params), Then::SentAgain(message)));
    }
}

/// It was, or could not be.
pub(super) fn sent_again(model: &mut Model, message: MessageId, done: bool, out: &mut Vec<Effect>) {
    for talk in model.talks.values_mut() {
        talk.again.remove(&message);
    }
    if done {
        call(out, Command::ChatsDelete(params::DeleteParams { message, scope: params::DeleteFor::Me }));
    }
}

/// Whether there was an answer or an edit to give up in the open conversation.
pub(super) fn drop_aim(model: &mut Model) -> bool {
    let Some(chat) = model.open_chat().map(|chat| chat.chat) else { return false };
    match model.talks.get_mut(&chat).filter(|talk| talk.aim.is_some()) {
        Some(talk) => {
            talk.aim_at(None);
            true
        }
        None => false,
    }
}

/// Asks for the messages that are answered in the open conversation and not loaded.
pub(super) fn ask_quotes(model: &mut Model, out: &mut Vec<Effect>) {
    let Some(chat) = model.open_chat().map(|chat| chat.chat) else { return };
    let Some(talk) = model.talks.get_mut(&chat) else { return };
    for id in talk.missing_quotes() {
        let around = params::Around::Message(id);
        let part = params::HistoryParams { chat, around, before: Some(0), after: Some(0) };
        out.push(Effect::Call(Command::ChatsHistory(part), Then::Quoted(chat, id)));
    }
}

/// An answered message came, or is not there.
pub(super) fn quoted(model: &mut Model, chat: ChatId, id: MessageId, found: Option<Message>) {
    let talk = model.talk_mut(chat);
    talk.revision += 1;
    talk.quotes.insert(id, found.map_or(Quote::Gone, |message| Quote::Found(Box::new(message))));
}
