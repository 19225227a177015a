//! Chats and what a list of them shows.

use kith_wire::{AccountId, ChatId};
use rusqlite::{Connection, Row, params};

use crate::codec::{collect, first, int, maybe_int, unknown};
use crate::error::StoreError;
use crate::messages::{self, MessageRow};
use crate::schedule;
use crate::store::Store;

/// What kind of chat it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChatKind {
    /// Between two people.
    Direct,
    /// With oneself.
    Notes,
}

impl ChatKind {
    fn code(self) -> i64 {
        match self {
            Self::Direct => 0,
            Self::Notes => 1,
        }
    }

    fn of(code: i64) -> Result<Self, StoreError> {
        match code {
            0 => Ok(Self::Direct),
            1 => Ok(Self::Notes),
            _ => unknown("chats.kind", code),
        }
    }
}

/// Of what in a chat one is told outside the window.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum NotifyRule {
    /// Of everything.
    #[default]
    All,
    /// Of messages that name the owner of the database.
    Mentions,
    /// Of nothing.
    Nothing,
}

impl NotifyRule {
    fn code(self) -> i64 {
        match self {
            Self::All => 0,
            Self::Mentions => 1,
            Self::Nothing => 2,
        }
    }

    fn of(code: i64) -> Result<Self, StoreError> {
        match code {
            0 => Ok(Self::All),
            1 => Ok(Self::Mentions),
            2 => Ok(Self::Nothing),
            _ => unknown("chats.notify", code),
        }
    }
}

/// A chat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChatRow {
    /// Which.
    pub chat: ChatId,
    /// What kind.
    pub kind: ChatKind,
    /// The other person in a direct chat, oneself in notes.
    pub account: Option<AccountId>,
    /// When it was stored (Unix ms).
    pub created_at_ms: u64,
    /// Kept at the top of the list.
    pub pinned: bool,
    /// Without notifications until then (Unix ms).
    pub muted_until_ms: Option<u64>,
    /// The row of the last message, in display order, that was marked read; 0: none.
    pub read_row: i64,
    /// What was written and not sent yet.
    pub draft: Option<String>,
    /// Put away.
    pub archived: bool,
    /// What is sent to it disappears after so many seconds.
    pub expires_s: Option<u32>,
    /// Of what in it one is told.
    pub notify: NotifyRule,
}

/// A chat as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChatSummary {
    /// The chat.
    pub row: ChatRow,
    /// Incoming messages not marked read.
    pub unread: u64,
    /// Those of them that name the person this store belongs to.
    pub mentions: u64,
    /// Messages written ahead.
    pub scheduled: u64,
    /// The last message in display order.
    pub last: Option<MessageRow>,
}

const CHAT: &str =
    "SELECT id, chat, kind, account, created_at_ms, pinned, muted_until_ms, read_row, draft, unread, archived, mentions,
    expires_s, notify FROM chats";

fn chat(row: &Row<'_>) -> Result<ChatRow, StoreError> {
    Ok(ChatRow {
        chat: ChatId::from_bytes(row.get(1)?),
        kind: ChatKind::of(row.get(2)?)?,
        account: row.get::<_, Option<[u8; 32]>>(3)?.map(AccountId::from_bytes),
        created_at_ms: row.get(4)?,
        pinned: row.get(5)?,
        muted_until_ms: row.get(6)?,
        read_row: row.get(7)?,
        draft: row.get(8)?,
        archived: row.get(10)?,
        expires_s: row.get(12)?,
        notify: NotifyRule::of(row.get(13)?)?,
    })
}

fn summary(conn: &Connection, row: &Row<'_>) -> Result<ChatSummary, StoreError> {
    let last = messages::last(conn, row.get(0)?)?;
    let scheduled = schedule::count(conn, row.get(0)?)?;
    Ok(ChatSummary { row: chat(row)?, unread: row.get(9)?, mentions: row.get(11)?, scheduled, last })
}

/// The number that stands for the chat inside the database.
pub(crate) fn chat_id(conn: &Connection, chat: &ChatId) -> Result<Option<i64>, StoreError> {
    let mut statement = conn.prepare_cached("SELECT id FROM chats WHERE chat = ?1")?;
    first(statement.query([chat.as_bytes()])?, |row| Ok(row.get(0)?))
}

pub(crate) fn chat_row(conn: &Connection, id: &ChatId) -> Result<Option<ChatRow>, StoreError> {
    let mut statement = conn.prepare_cached(&format!("{CHAT} WHERE chat = ?1"))?;
    first(statement.query([id.as_bytes()])?, chat)
}

impl Store {
    /// Stores the chat unless it is stored already, which leaves it as it is; `true` if it was new.
    pub fn ensure_chat(&self, row: &ChatRow) -> Result<bool, StoreError> {
        let sql =
            "INSERT INTO chats (chat, kind, account, created_at_ms, pinned, muted_until_ms, read_row, draft, archived,
                expires_s, notify)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) ON CONFLICT (chat) DO NOTHING";
        let inserted = self.conn.prepare_cached(sql)?.execute(params![
            row.chat.as_bytes(),
            row.kind.code(),
            row.account.map(AccountId::to_bytes),
            int(row.created_at_ms),
            row.pinned,
            maybe_int(row.muted_until_ms),
            row.read_row,
            row.draft,
            row.archived,
            row.expires_s,
            row.notify.code(),
        ])?;
        Ok(inserted == 1)
    }

    /// The chat with this id.
    pub fn chat(&self, id: &ChatId) -> Result<Option<ChatRow>, StoreError> {
        chat_row(&self.conn, id)
    }

    /// The direct chat with a person.
    pub fn chat_of(&self, account: &AccountId) -> Result<Option<ChatRow>, StoreError> {
        let sql = format!("{CHAT} WHERE account = ?1 AND kind = 0 ORDER BY id LIMIT 1");
        let mut statement = self.conn.prepare_cached(&sql)?;
        first(statement.query([account.as_bytes()])?, chat)
    }

    /// All chats, in the order in which they were stored. Takes the same time however long the chats are.
    pub fn chats(&self) -> Result<Vec<ChatSummary>, StoreError> {
        let mut statement = self.conn.prepare_cached(&format!("{CHAT} ORDER BY id"))?;
        collect(statement.query([])?, |row| summary(&self.conn, row))
    }

    /// One chat as a list shows it.
    pub fn chat_summary(&self, id: &ChatId) -> Result<Option<ChatSummary>, StoreError> {
        let mut statement = self.conn.prepare_cached(&format!("{CHAT} WHERE chat = ?1"))?;
        first(statement.query([id.as_bytes()])?, |row| summary(&self.conn, row))
    }

    /// Keeps the chat at the top of the list, or no longer. Fails with [`StoreError::UnknownChat`].
    pub fn set_pinned(&self, id: &ChatId, pinned: bool) -> Result<(), StoreError> {
        let sql = "UPDATE chats SET pinned = ?2 WHERE chat = ?1";
        match self.conn.prepare_cached(sql)?.execute(params![id.as_bytes(), pinned])? {
            0 => Err(StoreError::UnknownChat),
            _ => Ok(()),
        }
    }

    /// Silences the chat until `until_ms` (Unix ms), or no longer. Fails with [`StoreError::UnknownChat`].
    pub fn set_muted(&self, id: &ChatId, until_ms: Option<u64>) -> Result<(), StoreError> {
        let sql = "UPDATE chats SET muted_until_ms = ?2 WHERE chat = ?1";
        match self.conn.prepare_cached(sql)?.execute(params![id.as_bytes(), maybe_int(until_ms)])? {
            0 => Err(StoreError::UnknownChat),
            _ => Ok(()),
        }
    }

    /// Sets of what in the chat one is told. Fails with [`StoreError::UnknownChat`].
    pub fn set_notify(&self, id: &ChatId, rule: NotifyRule) -> Result<(), StoreError> {
        let sql = "UPDATE chats SET notify = ?2 WHERE chat = ?1";
        match self.conn.prepare_cached(sql)?.execute(params![id.as_bytes(), rule.code()])? {
            0 => Err(StoreError::UnknownChat),
            _ => Ok(()),
        }
    }

    /// Puts the chat away, or back. Fails with [`StoreError::UnknownChat`].
    pub fn set_archived(&self, id: &ChatId, archived: bool) -> Result<(), StoreError> {
        let sql = "UPDATE chats SET archived = ?2 WHERE chat = ?1";
        match self.conn.prepare_cached(sql)?.execute(params![id.as_bytes(), archived])? {
            0 => Err(StoreError::UnknownChat),
            _ => Ok(()),
        }
    }

    /// Keeps what was written and not sent yet, or nothing. Fails with [`StoreError::UnknownChat`].
    pub fn set_draft(&self, id: &ChatId, draft: Option<&str>) -> Result<(), StoreError> {
        let sql = "UPDATE chats SET draft = ?2 WHERE chat = ?1";
        match self.conn.prepare_cached(sql)?.execute(params![id.as_bytes(), draft])? {
            0 => Err(StoreError::UnknownChat),
            _ => Ok(()),
        }
    }
}
