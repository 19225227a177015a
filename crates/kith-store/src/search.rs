//! Full-text search over the texts of messages.

use std::cmp::Reverse;

use kith_wire::{AccountId, Body, ChatId};
use rusqlite::{Connection, params};

use crate::chats::chat_id;
use crate::codec::{collect, int, maybe_int};
use crate::error::StoreError;
use crate::messages::{self, COLUMN_COUNT, COLUMNS, MessageRow, author_id};
use crate::store::Store;

/// The most hits of one search.
pub const SEARCH_MAX: u32 = 100;
/// Stands before a found word in a snippet.
pub const SNIPPET_OPEN: &str = "[";
/// Stands after a found word in a snippet.
pub const SNIPPET_CLOSE: &str = "]";
const SNIPPET_TOKENS: u32 = 16;
/// Characters of a snippet in which no word was looked for.
const PLAIN_CHARS: u32 = 120;
/// Words of a query beyond these are not looked for.
const WORDS_MAX: usize = 16;
/// Characters of a query beyond these are not read.
const QUERY_MAX_CHARS: usize = 256;

/// What to look for. Every part that is given must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Search<'a> {
    /// Words as a person types them: all must occur, the last one may be the beginning of a word if it is longer than one
    /// letter (of the Latin alphabet; one sign of another script is enough). Without a word all of one kind are found that is
    /// no text.
    pub query: &'a str,
    /// In this chat.
    pub chat: Option<ChatId>,
    /// By this author.
    pub from: Option<AccountId>,
    /// Of this body kind.
    pub kind: Option<u32>,
    /// Written at or after this time (Unix ms).
    pub since_ms: Option<u64>,
    /// Written before this time (Unix ms).
    pub until_ms: Option<u64>,
    /// At most so many, and at most [`SEARCH_MAX`].
    pub limit: u32,
}

/// A found message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// The message.
    pub message: MessageRow,
    /// The part of its text around the found words, which stand between [`SNIPPET_OPEN`] and [`SNIPPET_CLOSE`].
    pub snippet: String,
}

/// The query in the language of FTS5, in which nothing a person types has a meaning of its own; `None` if there is no
/// word in it.
fn fts_query(typed: &str) -> Option<String> {
    let typed: String = typed.chars().take(QUERY_MAX_CHARS).collect();
    let words: Vec<String> = typed
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| word.chars().any(char::is_alphanumeric))
        .take(WORDS_MAX)
        .map(|word| format!("\"{}\"", word.replace('"', "\"\"")))
        .collect();
    let last = words.last()?;
    // One letter begins too many words: it is looked for as a word.
    let prefix = if last.len() > "\"a\"".len() { "*" } else { "" };
    Some(words.join(" ") + prefix)
}

pub(crate) fn search(conn: &Connection, search: &Search<'_>) -> Result<Vec<Hit>, StoreError> {
    let query = fts_query(search.query);
    if query.is_none() && search.kind.is_none_or(|kind| kind == Body::TEXT) {
        return Ok(Vec::new());
    }
    let chat = match search.chat {
        Some(chat) => match chat_id(conn, &chat)? {
            Some(id) => Some(id),
            None => return Ok(Vec::new()),
        },
        None => None,
    };
    let from = match search.from {
        Some(account) => match author_id(conn, &account)? {
            Some(id) => Some(id),
            None => return Ok(Vec::new()),
        },
        None => None,
    };
    // Of two sources: the index of words, or that of what is no text.
    let (source, snippet, wanted, order) = if query.is_some() {
        let snippet = format!("snippet(messages_fts, 0, '{SNIPPET_OPEN}', '{SNIPPET_CLOSE}', '…', {SNIPPET_TOKENS})");
        let source = "messages_fts CROSS JOIN messages m ON m.id = messages_fts.rowid";
        (source, snippet, "messages_fts MATCH ?1 AND (?4 IS NULL OR m.kind = ?4)", "messages_fts.rowid")
    } else {
        let snippet = format!("substr(m.text, 1, {PLAIN_CHARS})");
        let source = "messages m INDEXED BY messages_of_kind";
        (source, snippet, "?1 IS NULL AND m.kind = ?4 AND m.kind <> 1 AND m.text IS NOT NULL", "m.id")
    };
    let sql = format!(
        "SELECT {COLUMNS}, {snippet} FROM {source}
            CROSS JOIN chats c ON c.id = m.chat_id CROSS JOIN authors a ON a.id = m.author_id
            WHERE {wanted} AND (?2 IS NULL OR m.chat_id = ?2) AND (?3 IS NULL OR m.author_id = ?3)
                AND m.sent_at_ms >= ?5 AND (?6 IS NULL OR m.sent_at_ms < ?6)
            ORDER BY {order} DESC LIMIT ?7"
    );
    let mut statement = conn.prepare_cached(&sql)?;
    let since = int(search.since_ms.unwrap_or(0));
    let limit = search.limit.min(SEARCH_MAX);
    let rows = statement.query(params![query, chat, from, search.kind, since, maybe_int(search.until_ms), limit])?;
    let mut hits = collect(rows, |row| Ok(Hit { message: messages::read(row)?, snippet: row.get(COLUMN_COUNT)? }))?;
    hits.sort_by_key(|hit| Reverse((hit.message.hlc, hit.message.msg)));
    Ok(hits)
}

impl Store {
    /// Looks for messages: the ones that arrived last are taken first, and given in display order, newest first. Nothing
    /// a person may type is an error; a query without a word finds nothing,
    /// unless it is for a kind other than texts.
    pub fn search(&self, what: &Search<'_>) -> Result<Vec<Hit>, StoreError> {
        search(&self.conn, what)
    }
}
