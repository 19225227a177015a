//! A second connection that only reads, for timelines and search.

use std::fmt;
use std::path::Path;

use kith_crypto::Key;
use kith_wire::{ChatId, MsgId, PictureId};
use rusqlite::Connection;

use crate::changes::{self, Version};
use crate::chats::{self, ChatRow};
use crate::error::StoreError;
use crate::messages::{self, Anchor, MessageRow, Page};
use crate::open;
use crate::schedule::{self, ScheduledRow};
use crate::search::{self, Hit, Search};
use crate::stickers;

/// Reads what the [`Store`](crate::Store) has committed, without waiting for it and without holding it up.
pub struct ReadStore {
    conn: Connection,
}

impl fmt::Debug for ReadStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReadStore").finish_non_exhaustive()
    }
}

impl ReadStore {
    /// Opens the database in the profile folder `dir` for reading; the writer has opened (and migrated) it before.
    /// Fails like [`Store::open`](crate::Store::open), and with [`StoreError::OlderSchema`] before the migration.
    pub fn open(dir: &Path, database: &Key) -> Result<Self, StoreError> {
        Ok(Self { conn: open::reader(dir, database)? })
    }

    #[cfg(test)]
    pub(crate) fn into_conn(self) -> Connection {
        self.conn
    }

    pub(crate) fn conn(&self) -> &Connection {
        &self.conn
    }

    /// As [`Store::chat`](crate::Store::chat).
    pub fn chat(&self, id: &ChatId) -> Result<Option<ChatRow>, StoreError> {
        chats::chat_row(&self.conn, id)
    }

    /// As [`Store::message`](crate::Store::message).
    pub fn message(&self, msg: &MsgId) -> Result<Option<MessageRow>, StoreError> {
        messages::message(&self.conn, msg)
    }

    /// As [`Store::history`](crate::Store::history).
    pub fn history(&self, chat: &ChatId, anchor: &Anchor, before: u32, after: u32) -> Result<Page, StoreError> {
        messages::history(&self.conn, chat, anchor, before, after)
    }

    /// As [`Store::versions`](crate::Store::versions).
    pub fn versions(&self, row: i64) -> Result<Vec<Version>, StoreError> {
        changes::versions(&self.conn, row)
    }

    /// As [`Store::pinned`](crate::Store::pinned).
    pub fn pinned(&self, chat: &ChatId) -> Result<Vec<MessageRow>, StoreError> {
        changes::pinned(&self.conn, chat)
    }

    /// As [`Store::scheduled`](crate::Store::scheduled).
    pub fn scheduled(&self, chat: Option<&ChatId>) -> Result<Vec<ScheduledRow>, StoreError> {
        schedule::scheduled(&self.conn, chat)
    }

    /// As [`Store::picture`](crate::Store::picture).
    pub fn picture(&self, id: &PictureId) -> Result<Option<Vec<u8>>, StoreError> {
        stickers::picture(&self.conn, id)
    }

    /// As [`Store::search`](crate::Store::search).
    pub fn search(&self, search: &Search<'_>) -> Result<Vec<Hit>, StoreError> {
        search::search(&self.conn, search)
    }
}
