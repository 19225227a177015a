//! Conversations: opening, writing, reading.

use kith_node::{ChatId, Command, params};

use super::{Effect, Target, Then, go, load, show_message, typing};
use crate::{
    action::Action,
    model::{Aim, Hits, Load, Model, Narrow, Pending, Route},
};

const DAY_MS: u64 = 86_400_000;
/// Messages a search shows.
const FOUND_MAX: u32 = 50;
/// How long typing has to pause before the draft is kept.
const DRAFT_MS: u64 = 1_000;

/// Gives back what is not its own.
#[expect(clippy::wildcard_enum_match_arm, reason = "what is not its own goes on to the next")]
pub(super) fn update(model: &mut Model, action: Action, out: &mut Vec<Effect>) -> Option<Action> {
    match action {
        Action::OpenChat(chat) => go(model, Route::Chats { open: Some(chat) }, out),
        Action::OpenChatWith(account) => match model.chat_with(account).map(|chat| chat.chat) {
            Some(chat) => go(model, Route::Chats { open: Some(chat) }, out),
            None => out.push(Effect::Call(Command::ChatsOpen(params::AccountParams { account }), Then::Opened)),
        },
        Action::StepChat(by) => step(model, by, out),
        Action::Filter(filter) => {
            model.view.filter = filter;
            super::notify::requests_seen(model, out);
        }
        Action::Search(query) => search(model, query, out),
        Action::Narrow(to) => narrow(model, to, out),
        Action::SearchIn(chat) => {
            narrow(model, Narrow { chat: Some(chat), ..Narrow::default() }, out);
            out.push(Effect::Focus(Target::Search));
        }
        Action::ShowMessage(chat, message) => show_message(model, chat, message, out),
        Action::Draft(chat, text) => {
            let now = model.now;
            let talk = model.talk_mut(chat);
            (talk.draft, talk.draft_at) = (text, now);
            typing::wrote(model, chat, out);
        }
        Action::Send(chat) => send(model, chat, out),
        Action::Retry(chat, local) => retry(model, chat, local, out),
        Action::Discard(chat, local) => {
            let talk = model.talk_mut(chat);
            talk.pending.retain(|pending| pending.local != local);
            talk.revision += 1;
        }
        Action::LoadBefore(chat) => load(model, chat, Load::Before, out),
        Action::LoadAfter(chat) => load(model, chat, Load::After, out),
        Action::AtEnd(chat, at_end) => {
            model.talk_mut(chat).at_end = at_end;
            read_what_is_seen(model, out);
        }
        Action::JumpToEnd(chat) => to_end(model, chat, out),
        Action::Select(message) => {
            let selected = &mut model.view.selected;
            if !selected.remove(&message) {
                selected.insert(message);
            }
        }
        Action::SelectNone => model.view.selected.clear(),
        other => return Some(other),
    }
    None
}

/// A conversation came on the screen.
pub(super) fn opened(model: &mut Model, chat: ChatId, out: &mut Vec<Effect>) {
    let unread = model.chats.get(&chat).is_some_and(|chat| chat.unread > 0);
    let draft = model.chats.get(&chat).and_then(|chat| chat.draft.clone()).unwrap_or_default();
    let talk = model.talk_mut(chat);
    if !talk.loaded && talk.draft.is_empty() {
        (talk.draft, talk.draft_saved) = (draft.clone(), draft);
    }
    if !unread {
        talk.unread_from = None;
    }
    if !talk.loaded {
        load(model, chat, Load::First, out);
        out.push(Effect::Call(Command::ChatsPinned(params::ChatParams { chat }), Then::Pinned(chat)));
    }
    super::notify::read(model, chat, out);
    out.push(Effect::Focus(Target::Composer));
    read_what_is_seen(model, out);
}

/// After events were missed: what is loaded may have holes.
pub(super) fn reload(model: &mut Model, out: &mut Vec<Effect>) {
    let open = model.open_chat().map(|chat| chat.chat);
    for talk in model.talks.values_mut() {
        talk.loaded = false;
        talk.loading = None;
    }
    if let Some(chat) = open {
        load(model, chat, Load::End, out);
    }
}

fn step(model: &mut Model, by: i32, out: &mut Vec<Effect>) {
    let chats: Vec<_> = model.chats_in_order().iter().filter(|chat| !chat.archived).map(|chat| chat.chat).collect();
    if chats.is_empty() {
        return;
    }
    let at = model.open_chat().and_then(|open| chats.iter().position(|chat| *chat == open.chat));
    let count = chats.len() as i64;
    let next = at.map_or(0, |at| (at as i64 + i64::from(by)).rem_euclid(count));
    let next = usize::try_from(next).unwrap_or(0);
    go(model, Route::Chats { open: Some(chats[next]) }, out);
}

fn search(model: &mut Model, query: String, out: &mut Vec<Effect>) {
    let wanted = query.trim().to_owned();
    model.view.search = query;
    if !model.view.searches() {
        model.view.hits = Hits::default();
        return;
    }
    let narrow = model.view.narrow;
    let params = params::SearchParams {
        query: wanted.clone(),
        chat: narrow.chat,
        from: narrow.from,
        kind: narrow.kind,
        since: narrow.days.map(|days| model.now.saturating_sub(u64::from(days) * DAY_MS)),
        until: None,
        limit: Some(FOUND_MAX),
    };
    out.push(Effect::Call(Command::ChatsSearch(params), Then::Found(wanted, narrow)));
}

/// Looks again for what stands in the field, somewhere else.
fn narrow(model: &mut Model, narrow: Narrow, out: &mut Vec<Effect>) {
    model.view.narrow = narrow;
    search(model, model.view.search.clone(), out);
}

fn send(model: &mut Model, chat: ChatId, out: &mut Vec<Effect>) {
    let (local, at) = (model.fresh(), model.now);
    let talk = model.talk_mut(chat);
    let text = talk.draft.trim_end().to_owned();
    if text.trim().is_empty() {
        return;
    }
    if let Some(Aim::Edit { message, .. }) = talk.aim {
        talk.aim_at(None);
        out.push(Effect::Call(Command::ChatsEdit(params::EditParams { message, text }), Then::Nothing));
        out.push(Effect::Focus(Target::Composer));
        return;
    }
    // The message itself says that the writing is over.
    talk.typing_at = None;
    let reply_to = if let Some(Aim::Reply(message)) = talk.aim { Some(message) } else { None };
    talk.aim_at(None);
    talk.draft.clear();
    let preview = super::link_preview::taken(talk, out);
    talk.pending.push(Pending { local, text: text.clone(), at, error: None, reply_to, preview });
    talk.unread_from = None;
    talk.revision += 1;
    to_end(model, chat, out);
    let params = params::SendParams { chat, text, reply_to, expires_s: None, preview };
    out.push(Effect::Call(Command::ChatsSend(params), Then::Sent(chat, local)));
    save_drafts(model, true, out);
    out.push(Effect::Focus(Target::Composer));
}

fn retry(model: &mut Model, chat: ChatId, local: u64, out: &mut Vec<Effect>) {
    let talk = model.talk_mut(chat);
    let Some(pending) = talk.pending.iter_mut().find(|pending| pending.local == local) else { return };
    pending.error = None;
    let params = params::SendParams {
        chat,
        text: pending.text.clone(),
        reply_to: pending.reply_to,
        expires_s: None,
        preview: pending.preview,
    };
    talk.revision += 1;
    out.push(Effect::Call(Command::ChatsSend(params), Then::Sent(chat, local)));
}

fn to_end(model: &mut Model, chat: ChatId, out: &mut Vec<Effect>) {
    let talk = model.talk_mut(chat);
    if talk.more_after {
        talk.loading = None;
        load(model, chat, Load::End, out);
    } else {
        talk.scroll_to(None);
    }
}

/// Tells the node that a person has read what is on the screen: the window has the keyboard and shows the end.
pub(super) fn read_what_is_seen(model: &mut Model, out: &mut Vec<Effect>) {
    if !model.view.focused || model.view.welcome.is_some() {
        return;
    }
    let Some(chat) = model.open_chat().filter(|chat| chat.unread > 0).map(|chat| chat.chat) else { return };
    let Some(talk) = model.talks.get_mut(&chat) else { return };
    if !talk.at_end || !talk.loaded || talk.more_after {
        return;
    }
    let up_to = talk.messages.last().map(|message| message.id);
    if let Some(chat) = model.chats.get_mut(&chat) {
        // Before the node says so: else every frame until then would ask again.
        chat.unread = 0;
    }
    out.push(Effect::Call(Command::ChatsMarkRead(params::ReadParams { chat, up_to }), Then::Nothing));
    super::notify::read(model, chat, out);
}

/// Keeps drafts on the encrypted disk once typing pauses, or at once.
pub(super) fn save_drafts(model: &mut Model, at_once: bool, out: &mut Vec<Effect>) {
    let now = model.now;
    for (chat, talk) in &mut model.talks {
        if talk.own_draft() != talk.draft_saved && (at_once || now >= talk.draft_at + DRAFT_MS) {
            talk.draft_saved = talk.own_draft().to_owned();
            let params = params::DraftParams { chat: *chat, text: talk.draft_saved.clone() };
            out.push(Effect::Call(Command::ChatsSetDraft(params), Then::Nothing));
        }
    }
}
