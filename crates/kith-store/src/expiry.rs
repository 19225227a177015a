//! Messages that disappear: how long what is sent to a chat lasts, when the time of a message begins and when it is over.

use kith_wire::{ChatId, MsgId};
use rusqlite::params;

use crate::chats::chat_id;
use crate::codec::{collect, first, int};
use crate::error::StoreError;
use crate::messages::{self, COLUMNS, MessageRow, TABLES};
use crate::store::Store;

impl Store {
    /// Lets what is sent to a chat disappear after `expires_s` seconds, or stay. Of all who set it the highest `number`
    /// counts, and among equals the highest `event`; `false`: this one is not higher. Fails with
    /// [`StoreError::UnknownChat`].
    pub fn set_expiry(
        &self,
        chat: &ChatId,
        expires_s: Option<u32>,
        number: u32,
        event: &MsgId,
    ) -> Result<bool, StoreError> {
        if chat_id(&self.conn, chat)?.is_none() {
            return Err(StoreError::UnknownChat);
        }
        let sql = "UPDATE chats SET expires_s = ?2, expiry_number = ?3, expiry_event = ?4
            WHERE chat = ?1 AND (expiry_number, expiry_event) < (?3, ?4)";
        let values = params![chat.as_bytes(), expires_s, number, event.as_bytes()];
        Ok(self.conn.prepare_cached(sql)?.execute(values)? == 1)
    }

    /// The number of what counts in a chat; 0: nobody ever set anything. Fails with [`StoreError::UnknownChat`].
    pub fn expiry_number(&self, chat: &ChatId) -> Result<u32, StoreError> {
        let mut statement = self.conn.prepare_cached("SELECT expiry_number FROM chats WHERE chat = ?1")?;
        first(statement.query([chat.as_bytes()])?, |row| Ok(row.get(0)?))?.ok_or(StoreError::UnknownChat)
    }

    /// Begins the time of those incoming messages of a chat that were read and whose time has not begun; these. Fails with
    /// [`StoreError::UnknownChat`].
    pub fn start_expiry(&self, chat: &ChatId, now_ms: u64) -> Result<Vec<MessageRow>, StoreError> {
        let Some(chat_id) = chat_id(&self.conn, chat)? else { return Err(StoreError::UnknownChat) };
        let sql = "UPDATE messages SET expires_at_ms = ?2 + expires_s * 1000
            WHERE chat_id = ?1 AND expires_s IS NOT NULL AND expires_at_ms IS NULL AND unread = 0 RETURNING id";
        let ids: Vec<i64> =
            collect(self.conn.prepare_cached(sql)?.query(params![chat_id, int(now_ms)])?, |row| Ok(row.get(0)?))?;
        let sql = format!("SELECT {COLUMNS} FROM {TABLES} WHERE m.id = ?1");
        let mut statement = self.conn.prepare_cached(&sql)?;
        let mut started = Vec::new();
        for id in ids {
            started.extend(first(statement.query([id])?, messages::read)?);
        }
        Ok(started)
    }

    /// At most `limit` messages whose time is over at `now_ms`, the longest ago first.
    pub fn expired(&self, now_ms: u64, limit: u32) -> Result<Vec<MessageRow>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM {TABLES} WHERE m.expires_at_ms IS NOT NULL AND m.expires_at_ms <= ?1
                ORDER BY m.expires_at_ms, m.id LIMIT ?2"
        );
        collect(self.conn.prepare_cached(&sql)?.query(params![int(now_ms), limit])?, messages::read)
    }

    /// When the time of the next message is over (Unix ms); in the past, if it is over already.
    pub fn next_expiry(&self) -> Result<Option<u64>, StoreError> {
        let sql = "SELECT min(expires_at_ms) FROM messages WHERE expires_at_ms IS NOT NULL";
        Ok(self.conn.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
    }

    /// Marks the message in row `row` read by itself.
    pub fn set_read(&self, row: i64) -> Result<(), StoreError> {
        self.conn.prepare_cached("UPDATE messages SET unread = 0 WHERE id = ?1 AND unread = 1")?.execute([row])?;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
