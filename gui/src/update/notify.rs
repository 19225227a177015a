//! What is told outside the window: whether, when, and what is taken back.

use std::collections::{BTreeMap, BTreeSet};

use kith_node::{
    AccountId, ChatId, Event, MessageId,
    notify::{Facts, Happened, Looking, Quiet, decide},
    views::{Call, CallPhase, Chat, Contact, ContactState, Message, MessageKind, NotifyContent, Presence},
};

use super::Effect;
use crate::{
    model::{About, Filter, Model, Notice, Route, Stage, Waiting, calls, shown_name},
    text::{inline, links::safe_name},
};

/// What comes late rings once, and not again for so long.
const RING_AGAIN_MS: u64 = 60_000;

/// What follows from an event that has not been folded yet.
#[expect(clippy::wildcard_enum_match_arm, reason = "few kinds of event are told outside the window or end that")]
pub(super) fn heard(model: &mut Model, event: &Event, out: &mut Vec<Effect>) {
    match event {
        Event::Notify { message, late, .. } if model.told.call == Some(*message) => {
            model.told.calls.insert(*message, *late);
        }
        Event::CallIncoming { call } => rings(model, call, out),
        Event::CallChanged { call } if call.phase != CallPhase::Incoming => rang(model, call.call, out),
        Event::MessageUpserted { message } if message.kind == MessageKind::Call && !message.deleted => {
            called(model, message, out);
        }
        Event::Notify { chat, message, title, body, mention, late } => {
            let what = if *mention { Happened::Mention } else { Happened::Message };
            let facts = Facts { late: *late, ..facts(model, what, Some(*chat)) };
            let text = inline::plain(body);
            wrote(model, &facts, (*chat, *message), (title, text), false, out);
        }
        Event::ContactRequested { contact } => asked(model, contact, out),
        Event::ContactChanged { contact } => {
            if contact.state != ContactState::Requested {
                answered(model, contact.account, out);
            }
            if contact.state == ContactState::Blocked {
                left(model, contact.account, out);
            }
        }
        Event::ContactRemoved { account } => {
            answered(model, *account, out);
            left(model, *account, out);
        }
        Event::MessageUpserted { message } if message.deleted => gone(model, message.chat, message.id, out),
        Event::MessageRemoved { message, chat } => gone(model, *chat, *message, out),
        Event::ChatChanged { chat } => changed(model, chat, out),
        _ => {}
    }
}

/// It rings here. Who looks at the window sees it there.
fn rings(model: &mut Model, call: &Call, out: &mut Vec<Effect>) {
    let facts = facts(model, Happened::Mention, Some(call.chat));
    let Some(told) = decide(&facts).filter(|_| !call.silent && (facts.looking == Looking::Elsewhere || facts.locked))
    else {
        return;
    };
    let named = told.content >= NotifyContent::Name;
    let name = if named { safe_name(&model.name_of(call.account)).into_owned() } else { String::new() };
    model.told.ringing = Some((call.call, call.chat));
    show(model, About::Call(call.chat), Notice::Call { name }, told.sound, out);
}

/// It does not ring here any more.
fn rang(model: &mut Model, call: MessageId, out: &mut Vec<Effect>) {
    if let Some((_, chat)) = model.told.ringing.filter(|(ringing, _)| *ringing == call) {
        take_back(model, About::Call(chat), out);
    }
}

/// The message of a call came, or now says how it ended.
fn called(model: &mut Model, message: &Message, out: &mut Vec<Effect>) {
    let Some(record) = message.call.filter(|_| !model.is_me(message.author)) else { return };
    if record.outcome.is_none() {
        model.told.call = Some(message.id);
        return;
    }
    let told = model.told.calls.remove(&message.id);
    if let Some(late) = told.filter(|_| calls::is_missed(&record, false)) {
        let facts = Facts { late, ..facts(model, Happened::Message, Some(message.chat)) };
        let name = safe_name(&model.name_of(message.author)).into_owned();
        wrote(model, &facts, (message.chat, message.id), (&name, String::new()), true, out);
    }
}

/// Somebody clicked on what was told: the window comes, with what it was about.
pub(super) fn clicked(model: &mut Model, about: About, out: &mut Vec<Effect>) {
    out.push(Effect::Show);
    if !matches!(model.stage, Stage::Ready) {
        return;
    }
    // Of those that are gone meanwhile there is the list.
    let open = match about {
        About::Chat(chat) | About::Call(chat) => Some(chat).filter(|chat| model.chats.contains_key(chat)),
        About::Several | About::Requests => None,
    };
    if about == About::Requests {
        model.view.filter = Filter::Requests;
    } else if model.view.filter == Filter::Requests {
        model.view.filter = Filter::All;
    }
    super::go(model, Route::Chats { open }, out);
    requests_seen(model, out);
}

/// What is known here about a chat, or about requests.
fn facts(model: &Model, what: Happened, chat: Option<ChatId>) -> Facts {
    let settings = &model.settings;
    let row = chat.and_then(|chat| model.chats.get(&chat));
    let there = match (model.view.route, chat) {
        (Route::Chats { open }, Some(chat)) => open == Some(chat),
        (Route::Chats { .. }, None) => model.view.filter == Filter::Requests,
        _ => false,
    };
    let looking = match (model.view.focused, there) {
        (false, _) => Looking::Elsewhere,
        (true, true) => Looking::There,
        (true, false) => Looking::Near,
    };
    Facts {
        on: settings.notify,
        sound: settings.notify_sound,
        rule: row.map(|row| row.notify).unwrap_or_default(),
        muted: row.is_some_and(|row| model.is_muted(row)),
        quiet: quiet(model),
        looking,
        locked: model.locked,
        content: settings.notify_content,
        ..Facts::of(what)
    }
}

fn quiet(model: &Model) -> Quiet {
    let Some(me) = &model.me else { return Quiet::No };
    let hours = me.quiet_until.is_some_and(|until| until > model.now);
    match (me.presence, hours) {
        (Presence::Dnd, _) => Quiet::Yes,
        (_, false) => Quiet::No,
        (_, true) if model.settings.quiet.mentions => Quiet::ButMentions,
        (_, true) => Quiet::Yes,
    }
}

fn wrote(
    model: &mut Model,
    facts: &Facts,
    (chat, message): (ChatId, MessageId),
    (name, text): (&str, String),
    missed: bool,
    out: &mut Vec<Effect>,
) {
    let Some(told) = decide(facts) else { return };
    let (name, content, sound) = (name.to_owned(), told.content, told.sound);
    let one = Waiting { chat, message, name, text, missed, content, sound };
    if told.together {
        model.told.wait(model.now, one);
    } else {
        show_one(model, one, out);
    }
}

fn show_one(model: &mut Model, one: Waiting, out: &mut Vec<Effect>) {
    let Waiting { chat, message, name, text, missed, content, sound } = one;
    let name = if content >= NotifyContent::Name { name } else { String::new() };
    let text = if content >= NotifyContent::Text { text } else { String::new() };
    model.told.chats.entry(chat).or_default().push(message);
    let notice = if missed { Notice::Missed { name } } else { Notice::Message { name, text } };
    show(model, About::Chat(chat), notice, sound, out);
}

fn show(model: &mut Model, about: About, notice: Notice, sound: bool, out: &mut Vec<Effect>) {
    let silent = match &notice {
        Notice::Message { name, text } => name.is_empty() && text.is_empty(),
        Notice::Messages { name, .. }
        | Notice::Requests { name, .. }
        | Notice::Call { name }
        | Notice::Missed { name } => name.is_empty(),
        Notice::Chats { .. } => true,
    };
    if silent {
        model.told.saying.remove(&about);
    } else {
        model.told.saying.insert(about);
    }
    out.push(Effect::Notify { about, notice, sound });
}

fn take_back(model: &mut Model, about: About, out: &mut Vec<Effect>) {
    match about {
        About::Chat(chat) => drop(model.told.chats.remove(&chat)),
        About::Several => model.told.several.clear(),
        About::Requests => model.told.requests.clear(),
        About::Call(_) => model.told.ringing = None,
    }
    model.told.saying.remove(&about);
    out.push(Effect::Unnotify(about));
}

/// Tells what came late, when nothing more has come for a while: once.
pub(super) fn tick(model: &mut Model, out: &mut Vec<Effect>) {
    if model.told.due().is_none_or(|due| due > model.now) {
        return;
    }
    let waiting = std::mem::take(&mut model.told.waiting);
    let rang = model.told.rang_at.is_some_and(|at| model.now < at + RING_AGAIN_MS);
    let sound = !rang && waiting.iter().any(|one| one.sound);
    if sound {
        model.told.rang_at = Some(model.now);
    }
    let locked = if model.locked { NotifyContent::Nothing } else { NotifyContent::Text };
    let mut chats: BTreeMap<ChatId, Vec<Waiting>> = BTreeMap::new();
    for mut one in waiting {
        one.content = one.content.min(locked);
        one.sound = sound;
        chats.entry(one.chat).or_default().push(one);
    }
    if chats.len() > 1 || !model.told.several.is_empty() {
        for (chat, all) in chats {
            model.told.several.entry(chat).or_default().extend(all.into_iter().map(|one| one.message));
        }
        let messages = model.told.several.values().map(|all| all.len() as u64).sum();
        let chats = model.told.several.len() as u64;
        show(model, About::Several, Notice::Chats { messages, chats }, sound, out);
        return;
    }
    let Some((chat, mut all)) = chats.pop_first() else { return };
    if all.len() == 1 {
        all.into_iter().for_each(|one| show_one(model, one, out));
        return;
    }
    let named = all.iter().all(|one| one.content >= NotifyContent::Name);
    let name = all.last_mut().filter(|_| named).map(|one| std::mem::take(&mut one.name)).unwrap_or_default();
    let count = all.len() as u64;
    model.told.chats.entry(chat).or_default().extend(all.into_iter().map(|one| one.message));
    show(model, About::Chat(chat), Notice::Messages { name, count }, sound, out);
}

/// A conversation was read here: nothing of it is told any more.
pub(super) fn read(model: &mut Model, chat: ChatId, out: &mut Vec<Effect>) {
    model.told.waiting.retain(|one| one.chat != chat);
    if model.told.chats.contains_key(&chat) {
        take_back(model, About::Chat(chat), out);
    }
    if model.told.several.remove(&chat).is_some() && model.told.several.is_empty() {
        take_back(model, About::Several, out);
    }
}

/// After events were missed: what was read meanwhile is taken back.
pub(super) fn reloaded(model: &mut Model, out: &mut Vec<Effect>) {
    if let Some((call, _)) = model.told.ringing
        && model.calls.incoming().is_none_or(|incoming| incoming.call != call)
    {
        rang(model, call, out);
    }
    let told: BTreeSet<ChatId> = model.told.chats.keys().chain(model.told.several.keys()).copied().collect();
    for chat in told {
        if model.chats.get(&chat).is_none_or(|row| row.unread == 0) {
            read(model, chat, out);
        }
    }
    let asking: BTreeSet<AccountId> = model.requests().iter().map(|contact| contact.account).collect();
    for account in model.told.requests.clone().difference(&asking) {
        answered(model, *account, out);
    }
}

/// Fewer messages are unread than before, and not because they were deleted: somebody read elsewhere.
fn changed(model: &mut Model, chat: &Chat, out: &mut Vec<Effect>) {
    let deleted = model.told.deleted.remove(&chat.chat).unwrap_or(0);
    let before = model.chats.get(&chat.chat).map_or(0, |before| before.unread);
    if chat.unread == 0 || before.saturating_sub(chat.unread) > deleted {
        read(model, chat.chat, out);
    }
}

/// A message is not there any more.
fn gone(model: &mut Model, chat: ChatId, message: MessageId, out: &mut Vec<Effect>) {
    *model.told.deleted.entry(chat).or_default() += 1;
    model.told.waiting.retain(|one| one.message != message);
    if let Some(told) = model.told.chats.get_mut(&chat)
        && let Some(at) = told.iter().position(|id| *id == message)
    {
        told.remove(at);
        // It is what is shown, or one of those counted.
        if at == told.len() {
            take_back(model, About::Chat(chat), out);
        }
    }
    if let Some(told) = model.told.several.get_mut(&chat)
        && told.remove(&message)
        && told.is_empty()
    {
        model.told.several.remove(&chat);
        if model.told.several.is_empty() {
            take_back(model, About::Several, out);
        }
    }
}

/// Nothing of somebody is told any more.
fn left(model: &mut Model, account: AccountId, out: &mut Vec<Effect>) {
    if let Some(chat) = model.chat_with(account).map(|chat| chat.chat) {
        read(model, chat, out);
    }
}

/// Somebody asks to be a contact.
fn asked(model: &mut Model, contact: &Contact, out: &mut Vec<Effect>) {
    let Some(told) = decide(&facts(model, Happened::Request, None)) else { return };
    if !model.told.requests.insert(contact.account) {
        return;
    }
    let name =
        if told.content >= NotifyContent::Name { safe_name(&shown_name(contact)).into_owned() } else { String::new() };
    let count = model.told.requests.len() as u64;
    show(model, About::Requests, Notice::Requests { name, count }, told.sound, out);
}

fn answered(model: &mut Model, account: AccountId, out: &mut Vec<Effect>) {
    if model.told.requests.remove(&account) && model.told.requests.is_empty() {
        take_back(model, About::Requests, out);
    }
}

/// The screen was locked, or is not any more. What says something is not left for whoever passes by.
pub(super) fn locked(model: &mut Model, locked: bool, out: &mut Vec<Effect>) {
    model.locked = locked;
    if locked {
        for about in model.told.saying.clone() {
            take_back(model, about, out);
        }
    }
}

/// People who ask are on the screen.
pub(super) fn requests_seen(model: &mut Model, out: &mut Vec<Effect>) {
    let seen =
        model.view.focused && matches!(model.view.route, Route::Chats { .. }) && model.view.filter == Filter::Requests;
    if seen && !model.told.requests.is_empty() {
        take_back(model, About::Requests, out);
    }
}
