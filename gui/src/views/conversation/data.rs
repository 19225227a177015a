//! What the timeline shows: days, the line above what is new, and messages in groups.

use kith_node::{
    AccountId, ChatId, MessageId,
    views::{Message, MessageKind, MessageState, Pictured, Reaction, System},
};

use super::{calls, introduction, link_preview, poll};
use crate::{
    i18n::{Arg, Lang},
    model::{Model, Quote, Talk, shown_name},
    text::{inline, links, names::Names},
    widgets::timeline::RowKey,
};

/// Messages of one author this close together stand in one group.
const GROUP_MS: u64 = 5 * 60_000;

/// A row of the timeline.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Item {
    /// A day begins.
    Day(String),
    /// What follows is new.
    Unread,
    /// Something was done.
    System(String),
    /// Messages that should be here have not come.
    Gap,
    /// A message.
    Message(Box<Bubble>),
}

/// How far a message got.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Progress {
    /// Somebody else wrote it.
    Theirs,
    /// A note to myself.
    Note,
    /// Deleted: it does not matter any more.
    Gone,
    /// On its way to the disk.
    Pending,
    /// Not even that; why.
    Refused(String),
    /// A call, and how it ended: that is what is to be known.
    Call(String),
    /// On the disk, or further.
    State(MessageState),
}

/// A message.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Bubble {
    pub(crate) id: Option<MessageId>,
    /// Names a message that has no id yet.
    pub(crate) local: u64,
    pub(crate) author: AccountId,
    pub(crate) mine: bool,
    /// `None`: a newer version wrote it, or it was deleted.
    pub(crate) text: Option<String>,
    pub(crate) deleted: bool,
    /// It names me.
    pub(crate) mention: bool,
    pub(crate) forwarded: bool,
    pub(crate) pinned: bool,
    pub(crate) edited: bool,
    /// The message it answers.
    pub(crate) quote: Option<Quoted>,
    pub(crate) chips: Vec<Chip>,
    /// When it was written, Unix milliseconds.
    pub(crate) at: u64,
    pub(crate) progress: Progress,
    /// How many mailboxes keep it, and until when, Unix milliseconds.
    pub(crate) kept: Option<(u64, u64)>,
    /// It disappears: when (Unix milliseconds), once that is known, and after how many seconds.
    pub(crate) expires: Option<(Option<u64>, u64)>,
    /// When it was to be sent, Unix milliseconds, if it was written ahead.
    pub(crate) planned: Option<u64>,
    /// Answers to choose from.
    pub(crate) poll: Option<poll::Shown>,
    /// A picture and nothing else.
    pub(crate) sticker: Option<Pictured>,
    /// What names between colons look like.
    pub(crate) emoji: Vec<Pictured>,
    /// Somebody to get to know.
    pub(crate) introduction: Option<introduction::Shown>,
    /// What is behind a link in it.
    pub(crate) preview: Option<link_preview::Shown>,
    /// A call.
    pub(crate) call: Option<calls::Shown>,
    /// The first of its group.
    pub(crate) first: bool,
    /// The last of its group.
    pub(crate) last: bool,
}

/// A message that is answered, in short.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Quoted {
    pub(crate) id: MessageId,
    pub(crate) name: String,
    pub(crate) text: String,
}

/// An emoji under a message.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Chip {
    pub(crate) emoji: String,
    pub(crate) count: usize,
    /// I put it there too.
    pub(crate) mine: bool,
    pub(crate) spoken: String,
}

/// Letters of a quote beyond these are not shown.
const QUOTE_CHARS: usize = 160;

/// What stands for an answered message.
pub(crate) fn quoted(model: &Model, lang: &Lang, talk: &Talk, id: MessageId) -> Quoted {
    let found = talk.message(id).or_else(|| match talk.quotes.get(&id) {
        Some(Quote::Found(message)) => Some(message),
        Some(Quote::Asked | Quote::Gone) | None => None,
    });
    let Some(message) = found else {
        let text = if talk.quotes.get(&id) == Some(&Quote::Gone) { lang.t("quote-gone") } else { "…".to_owned() };
        return Quoted { id, name: lang.t("quote-name"), text };
    };
    let name = if model.is_me(message.author) { lang.t("you") } else { model.name_of(message.author) };
    let text = match &message.text {
        _ if message.deleted => lang.t("message-deleted"),
        _ if message.system.is_some() => system_text(model, lang, message).unwrap_or_default(),
        None if message.call.is_some() => text_of(model, lang, message).unwrap_or_default(),
        Some(_) => {
            let text = text_of(model, lang, message).unwrap_or_default();
            inline::plain(&text).chars().take(QUOTE_CHARS).collect()
        }
        None => lang.t("message-unknown"),
    };
    Quoted { id, name: links::safe_name(&name).into_owned(), text }
}

/// What a line says that is no message of anybody.
pub(crate) fn system_text(model: &Model, lang: &Lang, message: &Message) -> Option<String> {
    let mine = model.is_me(message.author);
    let name = links::safe_name(&model.name_of(message.author)).into_owned();
    let System::Expiry { expires_s } = message.system.as_ref()? else { return None };
    let (key, span) = match (expires_s, mine) {
        (Some(seconds), true) => ("system-expiry-mine", lang.span(*seconds)),
        (Some(seconds), false) => ("system-expiry", lang.span(*seconds)),
        (None, true) => ("system-expiry-off-mine", String::new()),
        (None, false) => ("system-expiry-off", String::new()),
    };
    Some(lang.with(key, &[("name", Arg::Text(&name)), ("span", Arg::Text(&span))]))
}

fn introduction_of(model: &Model, message: &Message) -> Option<introduction::Shown> {
    let introduction = message.introduction.as_ref().filter(|_| !message.deleted)?;
    Some(introduction::Shown::of(introduction, model.is_me(message.author)))
}

/// What is behind a link that stands open in a message.
fn preview_of(message: &Message) -> Option<link_preview::Shown> {
    let preview = message.preview.as_ref().filter(|_| !message.deleted)?;
    let open = inline::web_links(message.text.as_deref()?).contains(&preview.url);
    open.then(|| link_preview::Shown::of(preview))
}

/// What a message says; nothing, if it was deleted or is not understood.
pub(crate) fn text_of(model: &Model, lang: &Lang, message: &Message) -> Option<String> {
    if let Some(introduction) = introduction_of(model, message) {
        return Some(introduction.words(lang));
    }
    if let Some(sticker) = message.sticker.as_ref().filter(|_| !message.deleted) {
        return Some(lang.with("sticker-words", &[("name", Arg::Text(&sticker.name))]));
    }
    if let Some(call) = calls::Shown::of(model, message) {
        return Some(call.words(lang));
    }
    let words = matches!(message.kind, MessageKind::Text | MessageKind::Poll) && !message.deleted;
    words.then(|| message.text.clone().unwrap_or_default())
}

fn call_about(model: &Model, lang: &Lang, message: &Message) -> String {
    calls::Shown::of(model, message).map_or_else(String::new, |call| call.about(lang))
}

fn chips(model: &Model, lang: &Lang, message: &Message) -> Vec<Chip> {
    let chip = |reaction: &Reaction| {
        let name = |author: &AccountId| if model.is_me(*author) { lang.t("you") } else { model.name_of(*author) };
        let names = reaction.authors.iter().map(name).collect::<Vec<_>>().join(", ");
        Chip {
            emoji: reaction.emoji.clone(),
            count: reaction.authors.len(),
            mine: reaction.authors.iter().any(|author| model.is_me(*author)),
            spoken: format!("{} {names}", reaction.emoji),
        }
    };
    message.reactions.iter().map(chip).collect()
}

/// The rows of a conversation with their names.
pub(crate) fn items(model: &Model, lang: &Lang, chat: ChatId) -> Vec<(RowKey, Item)> {
    let Some(talk) = model.talks.get(&chat) else { return Vec::new() };
    let Some(me) = model.me.as_ref().map(|me| me.account) else { return Vec::new() };
    let notes = model.chats.get(&chat).is_some_and(|chat| chat.kind == kith_node::views::ChatKind::Notes);
    let written = written(model, lang, talk, me, notes);
    let days: Vec<i64> = written.iter().map(|message| lang.day_number(message.at)).collect();
    let mut items = Vec::with_capacity(written.len() + 16);
    for (at, message) in written.iter().enumerate() {
        let before = at.checked_sub(1);
        let day = days.get(at);
        if before.is_none_or(|before| days.get(before) != day) {
            items.push((message.key() | 1 << 63, Item::Day(lang.day(message.at, model.now))));
        }
        let unread = talk.unread_from.is_some() && message.id == talk.unread_from;
        if unread {
            items.push((u64::MAX, Item::Unread));
        }
        if message.gap {
            items.push((message.key() | 3 << 62, Item::Gap));
        }
        if let Some(line) = &message.system {
            items.push((message.key(), Item::System(line.clone())));
            continue;
        }
        let joins = |other: usize| {
            written
                .get(other)
                .filter(|other| other.system.is_none() && other.author == message.author)
                .is_some_and(|other| other.at.abs_diff(message.at) < GROUP_MS)
                && days.get(other) == day
        };
        let next = written.get(at + 1);
        let before_joins = before.is_some_and(joins) && !unread && !message.gap;
        let next_joins = joins(at + 1)
            && next.is_none_or(|next| !next.gap && (talk.unread_from.is_none() || next.id != talk.unread_from));
        items.push((message.key(), Item::Message(Box::new(message.bubble(me, !before_joins, !next_joins)))));
    }
    items
}

/// The messages that were chosen, each with its time and author, in order.
pub(crate) fn selected_text(model: &Model, lang: &Lang, chat: ChatId) -> String {
    let messages = model.talks.get(&chat).map_or(&[][..], |talk| &talk.messages);
    let chosen = messages.iter().filter(|message| model.view.selected.contains(&message.id));
    let lines = chosen.filter_map(|message| {
        let name = match &model.me {
            Some(me) if me.account == message.author => me.name.clone(),
            _ => model.name_of(message.author),
        };
        Some(format!("[{}] {name}: {}", lang.full(message.sent_at), message.text.as_ref()?))
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// What the node will find in what is on its way.
fn mine(model: &Model) -> Vec<Pictured> {
    let of = |own: &kith_node::views::Sticker| Pictured { name: own.name.clone(), picture: own.emoji };
    model.stickers.iter().map(of).collect()
}

struct Written {
    id: Option<MessageId>,
    poll: Option<poll::Shown>,
    sticker: Option<Pictured>,
    emoji: Vec<Pictured>,
    introduction: Option<introduction::Shown>,
    preview: Option<link_preview::Shown>,
    call: Option<calls::Shown>,
    planned: Option<u64>,
    system: Option<String>,
    expires: Option<(Option<u64>, u64)>,
    local: u64,
    author: AccountId,
    at: u64,
    text: Option<String>,
    progress: Progress,
    kept: Option<(u64, u64)>,
    deleted: bool,
    mention: bool,
    forwarded: bool,
    pinned: bool,
    edited: bool,
    gap: bool,
    quote: Option<Quoted>,
    chips: Vec<Chip>,
}

fn written(model: &Model, lang: &Lang, talk: &Talk, me: AccountId, notes: bool) -> Vec<Written> {
    let quote = |id: Option<MessageId>| id.map(|id| quoted(model, lang, talk, id));
    let stored = talk.messages.iter().map(|message| Written {
        id: Some(message.id),
        system: system_text(model, lang, message).filter(|_| message.kind == MessageKind::System),
        planned: message.planned_at,
        poll: message.poll.as_ref().map(|poll| poll::Shown::of(model, &lang.t("you"), poll)),
        introduction: introduction_of(model, message),
        sticker: message.sticker.clone().filter(|_| !message.deleted),
        emoji: message.emoji.clone(),
        preview: preview_of(message),
        call: calls::Shown::of(model, message),
        expires: message.expires_s.map(|after| (message.expires_at, after)),
        local: 0,
        author: message.author,
        at: message.sent_at,
        text: match calls::Shown::of(model, message) {
            Some(call) => Some(call.title(lang)),
            None => text_of(model, lang, message),
        },
        deleted: message.deleted,
        mention: message.mention,
        forwarded: message.forwarded,
        pinned: message.pinned,
        edited: message.edited_at.is_some(),
        gap: message.gap,
        quote: quote(message.reply_to),
        chips: chips(model, lang, message),
        kept: message.stored_until.map(|until| (message.stored_at.len() as u64, until)),
        progress: match message.state {
            _ if notes => Progress::Note,
            _ if message.deleted => Progress::Gone,
            _ if message.call.is_some() => Progress::Call(call_about(model, lang, message)),
            Some(state) if message.author == me => Progress::State(state),
            _ => Progress::Theirs,
        },
    });
    let pending = talk.pending.iter().map(|pending| Written {
        id: None,
        poll: None,
        introduction: None,
        sticker: None,
        emoji: mine(model),
        preview: None,
        call: None,
        planned: None,
        system: None,
        expires: None,
        local: pending.local,
        author: me,
        at: pending.at,
        text: Some(pending.text.clone()),
        deleted: false,
        mention: false,
        forwarded: false,
        pinned: false,
        edited: false,
        gap: false,
        quote: quote(pending.reply_to),
        chips: Vec::new(),
        kept: None,
        progress: pending.error.clone().map_or(Progress::Pending, Progress::Refused),
    });
    // What is on its way stands at the end, and only where the end is.
    if talk.more_after { stored.collect() } else { stored.chain(pending).collect() }
}

impl Written {
    fn key(&self) -> RowKey {
        self.id.map_or(self.local | 1 << 62, message_key)
    }

    fn bubble(&self, me: AccountId, first: bool, last: bool) -> Bubble {
        Bubble {
            id: self.id,
            local: self.local,
            author: self.author,
            mine: self.author == me,
            text: self.text.clone(),
            deleted: self.deleted,
            mention: self.mention,
            forwarded: self.forwarded,
            pinned: self.pinned,
            edited: self.edited,
            quote: self.quote.clone(),
            chips: self.chips.clone(),
            at: self.at,
            progress: self.progress.clone(),
            kept: self.kept,
            expires: self.expires,
            planned: self.planned,
            poll: self.poll.clone(),
            sticker: self.sticker.clone(),
            emoji: self.emoji.clone(),
            introduction: self.introduction.clone(),
            preview: self.preview.clone(),
            call: self.call.clone(),
            first,
            last,
        }
    }
}

/// Who can be named in a conversation.
pub(crate) fn names(model: &Model, chat: ChatId) -> Names {
    let mine = model.me.as_ref().map(|me| me.name.clone());
    let contact = model.chats.get(&chat).and_then(|chat| model.contact_of(chat));
    let mut others: Vec<_> = contact.map(|contact| vec![shown_name(contact), contact.name.clone()]).unwrap_or_default();
    others.retain(|name| !name.trim().is_empty());
    others.dedup();
    Names { mine, others }
}

/// Names the row of a message; ids are random, so their beginning does.
pub(crate) fn message_key(id: MessageId) -> RowKey {
    let bytes = id.to_bytes();
    let (start, _) = bytes.split_first_chunk::<8>().unwrap_or((&[0; 8], &[]));
    u64::from_be_bytes(*start) >> 2
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        i18n::Code,
        model::{
            Load,
            samples::{NOW, account, chat, chat_id, contact, message, message_id, profile},
        },
    };

    fn model(messages: Vec<kith_node::views::Message>) -> Model {
        let mut model = Model { me: Some(profile()), now: NOW, ..Model::default() };
        model.chats.insert(chat_id(1), chat(1, "Mara"));
        model.contacts.insert(account(1), contact(1, "Mara"));
        model.talk_mut(chat_id(1)).add_page(Load::End, messages, false, false);
        model
    }

    fn shape(model: &Model) -> String {
        let lang = Lang::new(Code::En, Some(true)).in_utc();
        let letters = items(model, &lang, chat_id(1)).into_iter().map(|(_, item)| match item {
            Item::Day(_) => "D".to_owned(),
            Item::Unread => "U".to_owned(),
            Item::System(_) => "S".to_owned(),
            Item::Gap => "G".to_owned(),
            Item::Message(bubble) => {
                let letter = if bubble.mine { "m" } else { "t" };
                format!("{}{letter}{}", if bubble.first { "(" } else { "" }, if bubble.last { ")" } else { "" })
            }
        });
        letters.collect()
    }

    #[test]
    fn messages_stand_in_groups_and_days() {
        let day = 86_400_000;
        let at = |n: u32, ms: u64, author: u8| kith_node::views::Message {
            sent_at: ms,
            author: account(author),
            ..message(n)
        };
        let model = model(vec![
            at(1, NOW - day, 0),
            at(2, NOW - day + 1_000, 0),
            at(3, NOW, 1),
            at(4, NOW + 1_000, 1),
            at(5, NOW + 10 * 60_000, 1),
            at(6, NOW + 10 * 60_000 + 1, 0),
        ]);
        assert_eq!(shape(&model), "D(mm)D(tt)(t)(m)");
    }

    #[test]
    fn a_line_about_what_was_done_divides_a_group() {
        let system = Some(System::Expiry { expires_s: Some(3600) });
        let line = Message { kind: MessageKind::System, system, text: None, author: account(1), ..message(2) };
        let model = model(vec![message(1), line, message(3)]);
        assert_eq!(shape(&model), "D(m)S(m)");
        let lang = Lang::new(Code::En, Some(true)).in_utc();
        let lines = items(&model, &lang, chat_id(1));
        let said = "Mara set messages to disappear after 1 hour".to_owned();
        assert!(lines.iter().any(|(_, item)| *item == Item::System(said.clone())), "{lines:?}");
    }

    #[test]
    fn the_line_above_what_is_new_divides_a_group() {
        let mut model = model((1..4).map(message).collect());
        model.talk_mut(chat_id(1)).unread_from = Some(message_id(3));
        assert_eq!(shape(&model), "D(mm)U(m)");
    }

    #[test]
    fn where_messages_are_missing_a_line_says_so() {
        let mut messages: Vec<_> = (1..4).map(message).collect();
        messages[1].gap = true;
        assert_eq!(shape(&model(messages)), "D(m)G(mm)");
    }

    #[test]
    fn what_is_on_its_way_stands_at_the_end_only() {
        let mut model = model(vec![message(1)]);
        let pending = crate::model::Pending {
            local: 7,
            text: "soon".into(),
            at: NOW,
            error: None,
            reply_to: None,
            preview: None,
        };
        model.talk_mut(chat_id(1)).pending.push(pending);
        assert_eq!(shape(&model), "D(mm)");
        model.talk_mut(chat_id(1)).more_after = true;
        assert_eq!(shape(&model), "D(m)");
    }

    #[test]
    fn what_was_chosen_is_copied_with_its_authors_in_order() {
        let theirs = kith_node::views::Message { author: account(1), ..message(2) };
        let mut model = model(vec![message(1), theirs, message(3)]);
        model.view.selected = [message_id(3), message_id(2)].into();
        let lang = Lang::new(Code::En, Some(true)).in_utc();
        let copied = selected_text(&model, &lang, chat_id(1));
        let lines: Vec<_> = copied.lines().map(|line| line.split_once("] ").unwrap().1).collect();
        assert_eq!(lines, ["Mara: Message 2", "Ada Lindqvist: Message 3"]);
    }

    #[test]
    fn rows_have_names_of_their_own() {
        let model = model((0..500u32).map(|n| message(n.wrapping_mul(0x9e37_79b9))).collect());
        let lang = Lang::new(Code::En, None).in_utc();
        let keys: std::collections::BTreeSet<_> =
            items(&model, &lang, chat_id(1)).iter().map(|(key, _)| *key).collect();
        assert_eq!(keys.len(), items(&model, &lang, chat_id(1)).len());
    }
}
