//! What becomes of a message after it was written: other texts, reactions, deletion, pins. Every change has a stamp, and
//! the same changes give the same message in whatever order they come.

use kith_wire::{AccountId, ChatId, Hlc, MsgId};
use rusqlite::{Connection, params};

use crate::chats::chat_id;
use crate::codec::{collect, first, hlc_from_sql, hlc_to_sql, int, maybe_int};
use crate::error::StoreError;
use crate::messages::{self, COLUMNS, MessageRow, TABLES, author_id};
use crate::store::Store;

/// How many texts of one message are kept: the first one and the newest ones.
pub const VERSIONS_MAX: u32 = 64;
/// How many different emoji of one person one message remembers, those taken off again included.
pub const REACTIONS_MAX: u32 = 64;
/// The most pinned messages of a chat that are listed.
pub const PINNED_MAX: u32 = 100;

/// Orders the changes one person made, by the clock of that person and then by the name of the change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stamp {
    /// When, as the author's hybrid clock said.
    pub hlc: Hlc,
    /// Names the change.
    pub event: MsgId,
}

/// One text of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// It.
    pub text: String,
    /// Since when (Unix ms).
    pub at_ms: u64,
}

/// An emoji on a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reaction {
    /// It.
    pub emoji: String,
    /// Who put it there, first to last.
    pub authors: Vec<AccountId>,
}

/// A change of a message that has not come yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingChange {
    /// The chat; it must be stored.
    pub chat: ChatId,
    /// Who made the change.
    pub author: AccountId,
    /// The message it is about.
    pub target: MsgId,
    /// Its place among the changes of its author.
    pub stamp: Stamp,
    /// The kind of its body.
    pub kind: u32,
    /// When it came (Unix ms).
    pub at_ms: u64,
    /// Its encoded body.
    pub body: Vec<u8>,
    /// By which its author knows it.
    pub proof: Option<[u8; 16]>,
}

/// Which is below all stamps.
const ORIGINAL: i64 = i64::MIN;

/// Reads the reactions that [`COLUMNS`] packs into one text: lines of an emoji, which has no space in it, and an account.
pub(crate) fn unpack(packed: Option<String>) -> Vec<Reaction> {
    let mut reactions: Vec<Reaction> = Vec::new();
    for line in packed.iter().flat_map(|text| text.lines()) {
        let Some((emoji, account)) = line.split_once(' ') else { continue };
        let Some(author) = from_hex(account) else { continue };
        match reactions.iter_mut().find(|reaction| reaction.emoji == emoji) {
            Some(reaction) => reaction.authors.push(author),
            None => reactions.push(Reaction { emoji: emoji.to_owned(), authors: vec![author] }),
        }
    }
    reactions
}

pub(crate) fn from_hex(text: &str) -> Option<AccountId> {
    let mut bytes = [0; 32];
    let mut digits = text.chars().map(|digit| digit.to_digit(16).and_then(|value| u8::try_from(value).ok()));
    for byte in &mut bytes {
        *byte = (digits.next()?? << 4) | digits.next()??;
    }
    digits.next().is_none().then(|| AccountId::from_bytes(bytes))
}

pub(crate) fn is_erased(conn: &Connection, chat_id: i64, author_id: i64, msg: &MsgId) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM erased WHERE chat_id = ?1 AND author_id = ?2 AND msg = ?3";
    let mut statement = conn.prepare_cached(sql)?;
    Ok(statement.exists(params![chat_id, author_id, msg.as_bytes()])?)
}

pub(crate) fn versions(conn: &Connection, row: i64) -> Result<Vec<Version>, StoreError> {
    let sql = "SELECT text, at_ms FROM versions WHERE message_id = ?1 ORDER BY stamp, event";
    collect(conn.prepare_cached(sql)?.query([row])?, |row| Ok(Version { text: row.get(0)?, at_ms: row.get(1)? }))
}

pub(crate) fn pinned(conn: &Connection, chat: &ChatId) -> Result<Vec<MessageRow>, StoreError> {
    let Some(chat_id) = chat_id(conn, chat)? else { return Err(StoreError::UnknownChat) };
    let sql = format!(
        "SELECT {COLUMNS} FROM {TABLES} WHERE m.chat_id = ?1 AND m.pinned_at_ms IS NOT NULL
            ORDER BY m.pinned_at_ms DESC, m.id DESC LIMIT {PINNED_MAX}"
    );
    collect(conn.prepare_cached(&sql)?.query([chat_id])?, messages::read)
}

impl Store {
    /// The message of a chat that this author gave this id.
    pub fn message_of(&self, chat: &ChatId, author: &AccountId, msg: &MsgId) -> Result<Option<MessageRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM {TABLES} WHERE m.msg = ?1 AND a.account = ?2 AND c.chat = ?3");
        let mut statement = self.conn.prepare_cached(&sql)?;
        first(statement.query(params![msg.as_bytes(), author.as_bytes(), chat.as_bytes()])?, messages::read)
    }

    /// Whether the message was [erased](Self::erase).
    pub fn is_erased(&self, chat: &ChatId, author: &AccountId, msg: &MsgId) -> Result<bool, StoreError> {
        match (chat_id(&self.conn, chat)?, author_id(&self.conn, author)?) {
            (Some(chat), Some(author)) => is_erased(&self.conn, chat, author, msg),
            _ => Ok(false),
        }
    }

    /// Gives the message in row `row` another text; the newest by `stamp` is the one it shows. `false`: nothing
    /// changed, because the change is known, is too old to be kept, or the message was taken back.
    pub fn add_version(&self, row: i64, stamp: Stamp, at_ms: u64, text: &str) -> Result<bool, StoreError> {
        self.atomically(|conn| {
            let original = "INSERT INTO versions (message_id, stamp, event, at_ms, text)
                SELECT id, ?2, x'', sent_at_ms, coalesce(text, '') FROM messages WHERE id = ?1 AND deleted = 0
                    AND NOT EXISTS (SELECT 1 FROM versions WHERE message_id = ?1)";
            conn.prepare_cached(original)?.execute(params![row, ORIGINAL])?;
            let add = "INSERT INTO versions (message_id, stamp, event, at_ms, text)
                SELECT id, ?2, ?3, ?4, ?5 FROM messages WHERE id = ?1 AND deleted = 0
                ON CONFLICT (message_id, stamp, event) DO NOTHING";
            let values = params![row, hlc_to_sql(stamp.hlc), stamp.event.as_bytes(), int(at_ms), text];
            if conn.prepare_cached(add)?.execute(values)? == 0 {
                return Ok(false);
            }
            let trim = "DELETE FROM versions WHERE message_id = ?1 AND event <> x'' AND (stamp, event) NOT IN (
                SELECT stamp, event FROM versions WHERE message_id = ?1 ORDER BY stamp DESC, event DESC LIMIT ?2)";
            conn.prepare_cached(trim)?.execute(params![row, VERSIONS_MAX - 1])?;
            let kept = "SELECT 1 FROM versions WHERE message_id = ?1 AND stamp = ?2 AND event = ?3";
            let kept =
                conn.prepare_cached(kept)?.exists(params![row, hlc_to_sql(stamp.hlc), stamp.event.as_bytes()])?;
            let show = "UPDATE messages SET (text, edited_at_ms) = (SELECT v.text, v.at_ms FROM versions v
                WHERE v.message_id = ?1 ORDER BY v.stamp DESC, v.event DESC LIMIT 1) WHERE id = ?1";
            conn.prepare_cached(show)?.execute([row])?;
            Ok(kept)
        })
    }

    /// Says whether the message in row `row` names the person this store belongs to.
    pub fn set_mention(&self, row: i64, mention: bool) -> Result<(), StoreError> {
        self.conn.prepare_cached("UPDATE messages SET mention = ?2 WHERE id = ?1")?.execute(params![row, mention])?;
        Ok(())
    }

    /// Every text the message in row `row` has had, oldest first, with the one it shows; empty if it was never edited.
    pub fn versions(&self, row: i64) -> Result<Vec<Version>, StoreError> {
        versions(&self.conn, row)
    }

    /// The names of the changes that gave the message in row `row` its texts.
    pub fn version_events(&self, row: i64) -> Result<Vec<MsgId>, StoreError> {
        let sql = "SELECT event FROM versions WHERE message_id = ?1 AND event <> x''";
        collect(self.conn.prepare_cached(sql)?.query([row])?, |row| Ok(MsgId::from_bytes(row.get(0)?)))
    }

    /// Leaves of the message in row `row` that there was one: its texts and reactions are gone for good. `false`: that
    /// was done before.
    pub fn take_back(&self, row: i64) -> Result<bool, StoreError> {
        self.atomically(|conn| {
            conn.prepare_cached("DELETE FROM versions WHERE message_id = ?1")?.execute([row])?;
            conn.prepare_cached("DELETE FROM reactions WHERE message_id = ?1")?.execute([row])?;
            conn.prepare_cached("DELETE FROM votes WHERE message_id = ?1")?.execute([row])?;
            conn.prepare_cached("DELETE FROM introductions WHERE message_id = ?1")?.execute([row])?;
            conn.prepare_cached("DELETE FROM message_pictures WHERE message_id = ?1")?.execute([row])?;
            let sql = "UPDATE messages SET deleted = 1, text = NULL, body = x'', reply_to = NULL, unread = 0,
                    edited_at_ms = NULL, pinned_at_ms = NULL, forwarded = 0, mention = 0, reacted = 0, expires_s = NULL,
                    expires_at_ms = NULL, planned_ms = NULL,
                    voted = 0, closed_stamp = NULL, pictured = 0, call_outcome = NULL, call_ms = 0
                WHERE id = ?1 AND deleted = 0";
            Ok(conn.prepare_cached(sql)?.execute([row])? == 1)
        })
    }

    /// Removes the message in row `row` and all that belongs to it. It does not come back when it is sent again.
    pub fn erase(&self, row: i64) -> Result<(), StoreError> {
        self.atomically(|conn| {
            let sql = "INSERT INTO erased (chat_id, author_id, msg, said, deleted)
                SELECT chat_id, author_id, msg, said, deleted FROM messages WHERE id = ?1 ON CONFLICT DO NOTHING";
            conn.prepare_cached(sql)?.execute([row])?;
            let sql = "DELETE FROM deliveries WHERE msg = (SELECT msg FROM messages WHERE id = ?1 AND outgoing = 1)";
            conn.prepare_cached(sql)?.execute([row])?;
            let sql = "DELETE FROM custody WHERE msg = (SELECT msg FROM messages WHERE id = ?1 AND outgoing = 1)";
            conn.prepare_cached(sql)?.execute([row])?;
            conn.prepare_cached("DELETE FROM messages WHERE id = ?1")?.execute([row])?;
            Ok(())
        })
    }

    /// Puts an emoji of `author` on the message in row `row`, or takes it off; the newest by `stamp` counts. `false`:
    /// nothing changed, because something newer is known, or the message was taken back.
    pub fn react(&self, row: i64, author: &AccountId, emoji: &str, on: bool, stamp: Stamp) -> Result<bool, StoreError> {
        let author_id = self.ensure_author(author)?;
        self.atomically(|conn| {
            let before = shown(conn, row)?;
            let add = "INSERT INTO reactions (message_id, author_id, emoji, stamp, event, shown)
                SELECT id, ?2, ?3, ?4, ?5, ?6 FROM messages WHERE id = ?1 AND deleted = 0
                ON CONFLICT (message_id, author_id, emoji)
                DO UPDATE SET stamp = excluded.stamp, event = excluded.event, shown = excluded.shown
                WHERE (excluded.stamp, excluded.event) > (reactions.stamp, reactions.event)";
            let values = params![row, author_id, emoji, hlc_to_sql(stamp.hlc), stamp.event.as_bytes(), on];
            if conn.prepare_cached(add)?.execute(values)? == 0 {
                return Ok(false);
            }
            let trim = "DELETE FROM reactions WHERE message_id = ?1 AND author_id = ?2 AND emoji NOT IN (
                SELECT emoji FROM reactions WHERE message_id = ?1 AND author_id = ?2
                ORDER BY stamp DESC, event DESC LIMIT ?3)";
            conn.prepare_cached(trim)?.execute(params![row, author_id, REACTIONS_MAX])?;
            let sql = "UPDATE messages SET reacted =
                EXISTS (SELECT 1 FROM reactions WHERE message_id = ?1 AND shown = 1) WHERE id = ?1";
            conn.prepare_cached(sql)?.execute([row])?;
            Ok(before != shown(conn, row)?)
        })
    }

    /// How many emoji of `author` the message in row `row` shows.
    pub fn reaction_count(&self, row: i64, author: &AccountId) -> Result<u32, StoreError> {
        let Some(author_id) = author_id(&self.conn, author)? else { return Ok(0) };
        let sql = "SELECT count(*) FROM reactions WHERE message_id = ?1 AND author_id = ?2 AND shown = 1";
        Ok(self.conn.prepare_cached(sql)?.query_row(params![row, author_id], |row| row.get(0))?)
    }

    /// Pins the message in row `row` since `at_ms` (Unix ms), or not any more.
    pub fn set_message_pinned(&self, row: i64, at_ms: Option<u64>) -> Result<(), StoreError> {
        let sql = "UPDATE messages SET pinned_at_ms = ?2 WHERE id = ?1";
        self.conn.prepare_cached(sql)?.execute(params![row, maybe_int(at_ms)])?;
        Ok(())
    }

    /// The pinned messages of a chat, the last pinned first, at most [`PINNED_MAX`]. Fails with
    /// [`StoreError::UnknownChat`].
    pub fn pinned(&self, chat: &ChatId) -> Result<Vec<MessageRow>, StoreError> {
        pinned(&self.conn, chat)
    }

    /// Keeps a change that came at `now_ms` (Unix ms) until its message comes, once; of the same author the oldest beyond
    /// `max` are dropped. When a message is taken back, no text of it is kept. Fails with [`StoreError::UnknownChat`].
    pub fn keep_change(&self, change: &WaitingChange, now_ms: u64, max: u32) -> Result<(), StoreError> {
        let author_id = self.ensure_author(&change.author)?;
        self.atomically(|conn| {
            let Some(chat_id) = chat_id(conn, &change.chat)? else { return Err(StoreError::UnknownChat) };
            let sql = "INSERT INTO waiting_changes (chat_id, author_id, target, event, kind, stamp, at_ms, body, proof,
                    came_at_ms)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT (chat_id, author_id, event) DO NOTHING";
            conn.prepare_cached(sql)?.execute(params![
                chat_id,
                author_id,
                change.target.as_bytes(),
                change.stamp.event.as_bytes(),
                change.kind,
                hlc_to_sql(change.stamp.hlc),
                int(change.at_ms),
                change.body,
                change.proof,
                int(now_ms),
            ])?;
            let sql = "DELETE FROM waiting_changes WHERE chat_id = ?1 AND author_id = ?2 AND target = ?3 AND kind = 20
                AND EXISTS (SELECT 1 FROM waiting_changes d WHERE d.chat_id = ?1 AND d.author_id = ?2 AND d.target = ?3
                    AND d.kind = 21)";
            conn.prepare_cached(sql)?.execute(params![chat_id, author_id, change.target.as_bytes()])?;
            let sql = "DELETE FROM waiting_changes WHERE author_id = ?1 AND id NOT IN (
                SELECT id FROM waiting_changes WHERE author_id = ?1 ORDER BY id DESC LIMIT ?2)";
            conn.prepare_cached(sql)?.execute(params![author_id, max])?;
            Ok(())
        })
    }

    /// Drops the changes that have waited since before `since_ms` (Unix ms).
    pub fn prune_changes(&self, since_ms: u64) -> Result<(), StoreError> {
        self.conn.prepare_cached("DELETE FROM waiting_changes WHERE came_at_ms < ?1")?.execute([int(since_ms)])?;
        Ok(())
    }

    /// Gives back what waits for a message, in the order in which it came, and forgets it.
    pub fn take_changes(&self, chat: &ChatId, target: &MsgId) -> Result<Vec<WaitingChange>, StoreError> {
        let Some(chat_id) = chat_id(&self.conn, chat)? else { return Ok(Vec::new()) };
        self.atomically(|conn| {
            let sql = "SELECT a.account, w.event, w.kind, w.stamp, w.at_ms, w.body, w.proof FROM waiting_changes w
                JOIN authors a ON a.id = w.author_id WHERE w.chat_id = ?1 AND w.target = ?2 ORDER BY w.id";
            let mut statement = conn.prepare_cached(sql)?;
            let changes = collect(statement.query(params![chat_id, target.as_bytes()])?, |row| {
                Ok(WaitingChange {
                    chat: *chat,
                    author: AccountId::from_bytes(row.get(0)?),
                    target: *target,
                    stamp: Stamp { hlc: hlc_from_sql(row.get(3)?), event: MsgId::from_bytes(row.get(1)?) },
                    kind: row.get(2)?,
                    at_ms: row.get(4)?,
                    body: row.get(5)?,
                    proof: row.get(6)?,
                })
            })?;
            let sql = "DELETE FROM waiting_changes WHERE chat_id = ?1 AND target = ?2";
            conn.prepare_cached(sql)?.execute(params![chat_id, target.as_bytes()])?;
            Ok(changes)
        })
    }

    /// How many changes wait for their messages.
    pub fn waiting_changes(&self) -> Result<u64, StoreError> {
        Ok(self.conn.prepare_cached("SELECT count(*) FROM waiting_changes")?.query_row([], |row| row.get(0))?)
    }

    /// Stops delivering a message to anybody: what waits of it in the outbox, and sealed on its way to mailboxes, is
    /// gone.
    pub fn outbox_forget(&self, msg: &MsgId) -> Result<(), StoreError> {
        self.conn.prepare_cached("DELETE FROM outbox WHERE msg = ?1")?.execute([msg.as_bytes()])?;
        self.conn.prepare_cached("DELETE FROM deposits WHERE msg = ?1")?.execute([msg.as_bytes()])?;
        Ok(())
    }
}

fn shown(conn: &Connection, row: i64) -> Result<Vec<Reaction>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM {TABLES} WHERE m.id = ?1");
    let message = first(conn.prepare_cached(&sql)?.query([row])?, messages::read)?;
    Ok(message.map(|message| message.marks.reactions).unwrap_or_default())
}

#[cfg(test)]
mod tests;
