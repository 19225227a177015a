//! What the list shows.

use std::ops::Range;

use kith_node::{
    AccountId, ChatId, MessageId,
    views::{Chat, ChatKind, ContactState, Message, MessageKind, MessageState, Presence},
};

use crate::{
    i18n::{Arg, Lang},
    model::{Filter, Model, Narrow},
    text::inline,
    views::conversation,
};

/// A conversation as a row.
pub(crate) struct ChatRow {
    pub(crate) chat: ChatId,
    pub(crate) account: Option<AccountId>,
    pub(crate) key: Vec<u8>,
    pub(crate) title: String,
    pub(crate) line: String,
    pub(crate) draft: bool,
    /// The line says that somebody is writing.
    pub(crate) typing: bool,
    pub(crate) time: String,
    pub(crate) unread: u64,
    pub(crate) mention: bool,
    pub(crate) online: Option<Presence>,
    pub(crate) verified: bool,
    pub(crate) selected: bool,
    pub(crate) blocked: bool,
    pub(crate) pinned: bool,
    pub(crate) muted: bool,
    /// Nothing of it is told.
    pub(crate) silent: bool,
    pub(crate) archived: bool,
    /// How far the newest message got, if it is mine.
    pub(crate) state: Option<MessageState>,
    pub(crate) spoken: String,
}

/// Conversations in order, filtered.
pub(crate) fn chats(model: &Model, lang: &Lang) -> Vec<ChatRow> {
    let open = model.open_chat().map(|chat| chat.chat);
    let wanted = model.view.search.trim().to_lowercase();
    model
        .chats_in_order()
        .into_iter()
        // Who looks for something finds it wherever it was put.
        .filter(|chat| !wanted.is_empty() || chat.archived == (model.view.filter == Filter::Archived))
        .filter(|chat| model.view.filter != Filter::Unread || chat.unread > 0 || Some(chat.chat) == open)
        // Who looks in one conversation, or for somebody's messages, wants messages.
        .filter(|_| !model.view.searches() || model.view.narrow == Narrow::default())
        .filter(|chat| wanted.is_empty() || title(model, lang, chat).to_lowercase().contains(&wanted))
        .map(|chat| row(model, lang, chat, open == Some(chat.chat)))
        .collect()
}

/// What to call a conversation.
pub(crate) fn title(model: &Model, lang: &Lang, chat: &Chat) -> String {
    match (chat.kind, chat.account) {
        (ChatKind::Notes, _) => lang.t("notes-title"),
        (ChatKind::Direct, Some(account)) if chat.title.trim().is_empty() => model.name_of(account),
        (ChatKind::Direct, _) => chat.title.clone(),
    }
}

fn row(model: &Model, lang: &Lang, chat: &Chat, selected: bool) -> ChatRow {
    let contact = model.contact_of(chat);
    let title = title(model, lang, chat);
    let talk = model.talks.get(&chat.chat);
    let draft = match talk {
        Some(talk) => Some(talk.own_draft()),
        None => chat.draft.as_deref(),
    };
    let draft = draft.map(str::trim).filter(|draft| !draft.is_empty() && !selected);
    let last = chat.last.as_ref();
    let said = |last: &Message| !matches!(last.kind, MessageKind::System | MessageKind::Call);
    let mine = last.is_some_and(|last| model.is_me(last.author) && said(last));
    let preview = last.map(|last| match (last.kind, &last.text) {
        _ if last.deleted => lang.t("message-deleted"),
        (MessageKind::System, _) => conversation::data::system_text(model, lang, last).unwrap_or_default(),
        (MessageKind::Introduction | MessageKind::Sticker | MessageKind::Call, _) => {
            conversation::data::text_of(model, lang, last).unwrap_or_default()
        }
        (MessageKind::Unknown, _) => lang.t("message-unknown"),
        (_, Some(text)) => inline::plain(text),
        (_, None) => String::new(),
    });
    let typing = model.typing_in(chat.chat).is_some();
    let line = match (draft, preview) {
        _ if typing => lang.t("typing"),
        (Some(draft), _) => lang.with("chat-draft", &[("text", Arg::Text(&inline::plain(draft)))]),
        (None, Some(text)) if mine && contact.is_some() => lang.with("chat-mine", &[("text", Arg::Text(&text))]),
        (None, Some(text)) => text,
        (None, None) => lang.t("chat-nothing-yet"),
    };
    let time = last.map_or_else(String::new, |last| lang.short(last.received_at.unwrap_or(last.sent_at), model.now));
    let spoken = if chat.mentions > 0 { "chat-spoken-mention" } else { "chat-spoken" };
    let spoken = lang.with(spoken, &[("name", Arg::Text(&title)), ("count", Arg::Count(chat.unread))]);
    ChatRow {
        chat: chat.chat,
        account: chat.account,
        key: chat.account.map_or_else(|| chat.chat.to_bytes().to_vec(), |account| account.to_bytes().to_vec()),
        title,
        draft: draft.is_some() && !typing,
        typing,
        line,
        time,
        unread: chat.unread,
        mention: chat.mentions > 0,
        online: contact.map(|contact| contact.presence),
        verified: contact.is_some_and(|contact| contact.state == ContactState::Verified),
        blocked: contact.is_some_and(|contact| contact.state == ContactState::Blocked),
        selected,
        pinned: chat.pinned,
        muted: model.is_muted(chat),
        silent: model.is_silent(chat),
        archived: chat.archived,
        state: last.filter(|_| mine && contact.is_some()).and_then(|last| last.state),
        spoken,
    }
}

/// A message that was found.
pub(crate) struct HitRow {
    pub(crate) chat: ChatId,
    pub(crate) message: MessageId,
    pub(crate) key: Vec<u8>,
    pub(crate) title: String,
    pub(crate) line: Found,
    pub(crate) time: String,
}

/// A part of a message, and where in it the words are that were looked for, in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) text: String,
    pub(crate) words: Vec<Range<usize>>,
}

/// Takes the brackets out that the node puts around the words. Brackets somebody wrote go too where they look the same.
fn found(snippet: &str) -> Found {
    let mut found = Found { text: String::with_capacity(snippet.len()), words: Vec::new() };
    let mut rest = snippet;
    while let Some((before, inside)) = rest.split_once('[') {
        let Some((word, after)) = inside.split_once(']') else { break };
        found.text.push_str(before);
        let start = found.text.len();
        found.text.push_str(word);
        found.words.push(start..found.text.len());
        rest = after;
    }
    found.text.push_str(rest);
    found
}

/// Messages found for what stands in the search field.
pub(crate) fn hits(model: &Model, lang: &Lang) -> Vec<HitRow> {
    let hits = &model.view.hits;
    if hits.query != model.view.search.trim() || hits.narrow != model.view.narrow || !model.view.searches() {
        return Vec::new();
    }
    let row = |hit: &kith_node::params::Hit| {
        let message = &hit.message;
        let chat = model.chats.get(&message.chat)?;
        let account = chat.account.unwrap_or(message.author);
        Some(HitRow {
            chat: message.chat,
            message: message.id,
            key: account.to_bytes().to_vec(),
            title: title(model, lang, chat),
            line: found(&inline::plain(&hit.snippet)),
            time: lang.short(message.sent_at, model.now),
        })
    };
    hits.hits.iter().filter_map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn found_words_are_told_apart_from_brackets() {
        let words = |snippet: &str| {
            let found = found(snippet);
            let words = found.words.iter().map(|word| found.text[word.clone()].to_owned()).collect::<Vec<_>>();
            (found.text, words)
        };
        let expect =
            |text: &str, words: &[&str]| (text.to_owned(), words.iter().map(|word| (*word).to_owned()).collect());
        assert_eq!(words("the [violet] [umbrella]…"), expect("the violet umbrella…", &["violet", "umbrella"]));
        assert_eq!(words("no [end"), expect("no [end", &[]));
        assert_eq!(words(""), expect("", &[]));
    }
}
