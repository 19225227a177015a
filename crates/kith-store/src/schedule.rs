//! Messages written ahead, until they are sent.

use kith_wire::{ChatId, MsgId};
use rusqlite::{Connection, Row, params};

use crate::chats::chat_id;
use crate::codec::{collect, first, int};
use crate::error::StoreError;
use crate::store::Store;

/// A message written ahead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScheduledRow {
    /// The id it will have.
    pub msg: MsgId,
    /// Its chat; it must be stored.
    pub chat: ChatId,
    /// When it is to be sent (Unix ms).
    pub at_ms: u64,
    /// When it was written (Unix ms).
    pub created_at_ms: u64,
    /// The message it answers.
    pub reply_to: Option<MsgId>,
    /// What it says.
    pub text: String,
    /// Why it could not be sent; then its time does not come again by itself.
    pub problem: Option<String>,
}

const ROW: &str = "SELECT s.msg, c.chat, s.at_ms, s.created_at_ms, s.reply_to, s.text, s.problem
    FROM scheduled s CROSS JOIN chats c ON c.id = s.chat_id";

fn read(row: &Row<'_>) -> Result<ScheduledRow, StoreError> {
    Ok(ScheduledRow {
        msg: MsgId::from_bytes(row.get(0)?),
        chat: ChatId::from_bytes(row.get(1)?),
        at_ms: row.get(2)?,
        created_at_ms: row.get(3)?,
        reply_to: row.get::<_, Option<[u8; 16]>>(4)?.map(MsgId::from_bytes),
        text: row.get(5)?,
        problem: row.get(6)?,
    })
}

pub(crate) fn scheduled(conn: &Connection, chat: Option<&ChatId>) -> Result<Vec<ScheduledRow>, StoreError> {
    let sql = format!("{ROW} WHERE ?1 IS NULL OR c.chat = ?1 ORDER BY s.at_ms, s.id");
    collect(conn.prepare_cached(&sql)?.query([chat.map(ChatId::as_bytes)])?, read)
}

/// How many wait in a chat.
pub(crate) fn count(conn: &Connection, chat_id: i64) -> Result<u64, StoreError> {
    let sql = "SELECT count(*) FROM scheduled WHERE chat_id = ?1";
    Ok(conn.prepare_cached(sql)?.query_row([chat_id], |row| row.get(0))?)
}

impl Store {
    /// Stores what is written ahead, new or changed. Fails with [`StoreError::UnknownChat`].
    pub fn put_scheduled(&self, row: &ScheduledRow) -> Result<(), StoreError> {
        let Some(chat_id) = chat_id(&self.conn, &row.chat)? else { return Err(StoreError::UnknownChat) };
        let sql = "INSERT INTO scheduled (msg, chat_id, at_ms, created_at_ms, reply_to, text, problem)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
            ON CONFLICT (msg) DO UPDATE SET at_ms = ?3, reply_to = ?5, text = ?6, problem = ?7";
        self.conn.prepare_cached(sql)?.execute(params![
            row.msg.as_bytes(),
            chat_id,
            int(row.at_ms),
            int(row.created_at_ms),
            row.reply_to.map(MsgId::to_bytes),
            row.text,
            row.problem,
        ])?;
        Ok(())
    }

    /// What is written ahead under this id.
    pub fn scheduled_as(&self, msg: &MsgId) -> Result<Option<ScheduledRow>, StoreError> {
        first(self.conn.prepare_cached(&format!("{ROW} WHERE s.msg = ?1"))?.query([msg.as_bytes()])?, read)
    }

    /// What is written ahead for a chat, or for all, in the order in which it is to be sent.
    pub fn scheduled(&self, chat: Option<&ChatId>) -> Result<Vec<ScheduledRow>, StoreError> {
        scheduled(&self.conn, chat)
    }

    /// At most `limit` whose time has come at `now_ms` and that had no problem, in their order.
    pub fn scheduled_due(&self, now_ms: u64, limit: u32) -> Result<Vec<ScheduledRow>, StoreError> {
        let sql = format!("{ROW} WHERE s.problem IS NULL AND s.at_ms <= ?1 ORDER BY s.at_ms, s.id LIMIT ?2");
        collect(self.conn.prepare_cached(&sql)?.query(params![int(now_ms), limit])?, read)
    }

    /// When the next one is to be sent (Unix ms); in the past, if its time has come.
    pub fn next_scheduled(&self) -> Result<Option<u64>, StoreError> {
        let sql = "SELECT min(at_ms) FROM scheduled WHERE problem IS NULL";
        Ok(self.conn.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
    }

    /// Forgets what is written ahead under this id; `false` if there is nothing.
    pub fn remove_scheduled(&self, msg: &MsgId) -> Result<bool, StoreError> {
        Ok(self.conn.prepare_cached("DELETE FROM scheduled WHERE msg = ?1")?.execute([msg.as_bytes()])? == 1)
    }
}

#[cfg(test)]
mod tests;
