//! What two nodes compare of a conversation: what follows what, what is missing, and proofs of authorship.

use std::collections::VecDeque;

use kith_wire::{AccountId, ChatId, Hlc, MsgId};
use rusqlite::{Connection, params};

use crate::chats::chat_id;
use crate::codec::{collect, first, hlc_from_sql, hlc_to_sql, int, maybe_int};
use crate::error::StoreError;
use crate::messages::{self, MessageRow};
use crate::store::Store;

/// How many messages one that came late moves behind itself. Of honest clocks none has to be moved.
const MOVED_MAX: usize = 64;
/// Where a message stands in its chat. Left to itself the database looks for the greatest from the end of the chat.
const PLACE: &str = "SELECT max(hlc) FROM messages INDEXED BY messages_identity WHERE msg = ?1 AND chat_id = ?2";
/// What follows a message and does not stand behind it. A cross join is made in this order: the other way round goes
/// through the whole chat.
const FOLLOWERS: &str = "SELECT m.id, m.msg FROM lineage l CROSS JOIN messages m ON m.id = l.message_id
    WHERE l.parent = ?1 AND m.chat_id = ?2 AND m.hlc <= ?3";
/// How many missing messages of one chat are remembered.
pub const GAPS_MAX: u32 = 1024;

/// Something of a conversation that both sides should have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// A message.
    Message,
    /// That a message was taken back by its author.
    Deleted,
    /// Another text of a message.
    Edit,
    /// The newest word of a person about an emoji on a message.
    Reaction,
    /// What somebody chose in a poll.
    Vote,
    /// The end of a poll by its author; named as the poll.
    Closed,
}

/// One of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// What it is.
    pub what: What,
    /// Whose.
    pub author: AccountId,
    /// The message, or the name of the change.
    pub id: MsgId,
    /// The row of the message; 0 if that was erased here.
    pub row: i64,
}

/// By which an author knows something as their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proof {
    /// The message, or the name of the change.
    pub event: MsgId,
    /// When, as the author said.
    pub hlc: Hlc,
    /// The kind of its body.
    pub kind: u32,
    /// It.
    pub proof: [u8; 16],
}

/// A message that others follow and that has not come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// The chat.
    pub chat: ChatId,
    /// The missing message.
    pub parent: MsgId,
    /// The row of the first message that follows it.
    pub row: i64,
    /// Since when it is missed (Unix ms).
    pub since_ms: u64,
    /// How often it was asked for.
    pub asked: u32,
}

/// An edit or a reaction, as its author made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// When, as the author said.
    pub hlc: Hlc,
    /// The text of an edit, the emoji of a reaction.
    pub text: String,
    /// Of a reaction: put on.
    pub on: bool,
}

impl Store {
    /// Takes note of what the message in row `row` follows and of what its author said about the time, and gives it its
    /// place behind what is there of that. What it follows and has not come is missed from `now_ms` on, to be asked for
    /// at `ask_at_ms`; what followed it is moved behind it. Returns the rows of other messages that changed.
    pub fn link(
        &self,
        row: i64,
        said: Hlc,
        parents: &[MsgId],
        now_ms: u64,
        ask_at_ms: u64,
    ) -> Result<Vec<i64>, StoreError> {
        self.atomically(|conn| {
            let sql = "UPDATE messages SET said = ?2 WHERE id = ?1 RETURNING chat_id, msg, hlc";
            let (chat, msg, hlc): (i64, [u8; 16], i64) = conn
                .prepare_cached(sql)?
                .query_row(params![row, hlc_to_sql(said)], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
            let mut place = hlc;
            for parent in parents.iter().filter(|parent| parent.to_bytes() != msg) {
                let sql = "INSERT INTO lineage (message_id, parent) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
                conn.prepare_cached(sql)?.execute(params![row, parent.as_bytes()])?;
                match place_of(conn, chat, parent)? {
                    Some(before) => place = place.max(before.saturating_add(1)),
                    None => miss(conn, chat, row, parent, now_ms, ask_at_ms)?,
                }
            }
            if place != hlc {
                conn.prepare_cached("UPDATE messages SET hlc = ?2 WHERE id = ?1")?.execute(params![row, place])?;
            }
            let mut changed = came(conn, chat, &msg)?;
            changed.extend(push_behind(conn, chat, msg, place)?);
            changed.sort_unstable();
            changed.dedup();
            changed.retain(|other| *other != row);
            Ok(changed)
        })
    }

    /// What the message in row `row` follows.
    pub fn parents(&self, row: i64) -> Result<Vec<MsgId>, StoreError> {
        let sql = "SELECT parent FROM lineage WHERE message_id = ?1 ORDER BY parent";
        collect(self.conn.prepare_cached(sql)?.query([row])?, |row| Ok(MsgId::from_bytes(row.get(0)?)))
    }

    /// The last messages of a chat that no other follows, the last first, at most `max` of the newest sixty-four.
    pub fn heads(&self, chat: &ChatId, max: u32) -> Result<Vec<MsgId>, StoreError> {
        let sql = "SELECT msg FROM (
                SELECT m.msg, m.hlc FROM messages m JOIN chats c ON c.id = m.chat_id WHERE c.chat = ?1
                ORDER BY m.hlc DESC, m.msg DESC LIMIT 64) newest
            WHERE NOT EXISTS (SELECT 1 FROM lineage l WHERE l.parent = newest.msg) ORDER BY hlc DESC LIMIT ?2";
        let mut statement = self.conn.prepare_cached(sql)?;
        collect(statement.query(params![chat.as_bytes(), max])?, |row| Ok(MsgId::from_bytes(row.get(0)?)))
    }

    /// Missing messages that are to be asked for at `now_ms`.
    pub fn gaps_due(&self, now_ms: u64, limit: u32) -> Result<Vec<Gap>, StoreError> {
        let sql =
            "SELECT c.chat, g.parent, g.message_id, g.since_ms, g.asked FROM gaps g JOIN chats c ON c.id = g.chat_id
            WHERE g.next_at_ms <= ?1 ORDER BY g.next_at_ms LIMIT ?2";
        let mut statement = self.conn.prepare_cached(sql)?;
        collect(statement.query(params![int(now_ms), limit])?, |row| {
            Ok(Gap {
                chat: ChatId::from_bytes(row.get(0)?),
                parent: MsgId::from_bytes(row.get(1)?),
                row: row.get(2)?,
                since_ms: row.get(3)?,
                asked: row.get(4)?,
            })
        })
    }

    /// When the next missing message is to be asked for (Unix ms).
    pub fn gaps_next_at(&self) -> Result<Option<u64>, StoreError> {
        let sql = "SELECT min(next_at_ms) FROM gaps WHERE next_at_ms IS NOT NULL";
        Ok(self.conn.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
    }

    /// A missing message was asked for once more; `None`: it is not asked for again. With `shown` its absence shows.
    pub fn gap_asked(
        &self,
        chat: &ChatId,
        parent: &MsgId,
        next_at_ms: Option<u64>,
        shown: bool,
    ) -> Result<(), StoreError> {
        let sql = "UPDATE gaps SET asked = asked + 1, next_at_ms = ?3, state = max(state, ?4)
            WHERE chat_id = (SELECT id FROM chats WHERE chat = ?1) AND parent = ?2 AND state < 2";
        let values = params![chat.as_bytes(), parent.as_bytes(), maybe_int(next_at_ms), shown];
        self.conn.prepare_cached(sql)?.execute(values)?;
        Ok(())
    }

    /// A missing message will not come: nobody has it any more. Returns the row of the message that follows it, if it
    /// was missed.
    pub fn gap_given_up(&self, chat: &ChatId, parent: &MsgId) -> Result<Option<i64>, StoreError> {
        let sql = "UPDATE gaps SET state = 2, next_at_ms = NULL
            WHERE chat_id = (SELECT id FROM chats WHERE chat = ?1) AND parent = ?2 AND state < 2 RETURNING message_id";
        let mut statement = self.conn.prepare_cached(sql)?;
        first(statement.query(params![chat.as_bytes(), parent.as_bytes()])?, |row| Ok(row.get(0)?))
    }

    /// How many messages of a chat are missed.
    pub fn gap_count(&self, chat: &ChatId) -> Result<u32, StoreError> {
        let sql = "SELECT count(*) FROM gaps WHERE chat_id = (SELECT id FROM chats WHERE chat = ?1) AND state < 2";
        Ok(self.conn.prepare_cached(sql)?.query_row([chat.as_bytes()], |row| row.get(0))?)
    }

    /// The message in this row.
    pub fn message_in(&self, row: i64) -> Result<Option<MessageRow>, StoreError> {
        messages::in_row(&self.conn, row)
    }

    /// When the message in row `row` was written, as its author said.
    pub fn said(&self, row: i64) -> Result<Option<Hlc>, StoreError> {
        let mut statement = self.conn.prepare_cached("SELECT said FROM messages WHERE id = ?1")?;
        first(statement.query([row])?, |row| Ok(hlc_from_sql(row.get(0)?)))
    }

    /// The text that the message in row `row` had at first.
    pub fn first_text(&self, row: i64) -> Result<Option<String>, StoreError> {
        let sql = "SELECT coalesce((SELECT text FROM versions WHERE message_id = m.id AND event = x''), text)
            FROM messages m WHERE id = ?1";
        Ok(first(self.conn.prepare_cached(sql)?.query([row])?, |row| Ok(row.get::<_, Option<String>>(0)?))?.flatten())
    }

    /// Keeps a proof with the message in row `row`; those of reactions that do not count any more go.
    pub fn keep_proof(&self, row: i64, proof: &Proof) -> Result<(), StoreError> {
        let sql = "INSERT INTO proofs (message_id, event, hlc, kind, proof) VALUES (?1, ?2, ?3, ?4, ?5)
            ON CONFLICT DO NOTHING";
        let values = params![row, proof.event.as_bytes(), hlc_to_sql(proof.hlc), proof.kind, proof.proof];
        self.conn.prepare_cached(sql)?.execute(values)?;
        let sql = "DELETE FROM proofs WHERE message_id = ?1
            AND event NOT IN (SELECT event FROM reactions WHERE message_id = ?1)
            AND event NOT IN (SELECT event FROM versions WHERE message_id = ?1)
            AND event NOT IN (SELECT event FROM votes WHERE message_id = ?1)
            AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.id = ?1 AND (m.deleted = 1 AND proofs.kind = 21
                OR m.deleted = 0 AND m.msg = proofs.event
                OR m.deleted = 0 AND proofs.kind = 26 AND proofs.hlc = m.closed_stamp))";
        self.conn.prepare_cached(sql)?.execute([row])?;
        Ok(())
    }

    /// The proof of a message or change.
    pub fn proof(&self, row: i64, event: &MsgId) -> Result<Option<Proof>, StoreError> {
        self.find_proof("WHERE message_id = ?1 AND event = ?2", params![row, event.as_bytes()])
    }

    /// The proof that the message in row `row` was taken back.
    pub fn proof_of_kind(&self, row: i64, kind: u32) -> Result<Option<Proof>, StoreError> {
        self.find_proof("WHERE message_id = ?1 AND kind = ?2 LIMIT 1", params![row, kind])
    }

    fn find_proof(&self, filter: &str, values: &[&dyn rusqlite::ToSql]) -> Result<Option<Proof>, StoreError> {
        let sql = format!("SELECT event, hlc, kind, proof FROM proofs {filter}");
        first(self.conn.prepare_cached(&sql)?.query(values)?, |row| {
            Ok(Proof {
                event: MsgId::from_bytes(row.get(0)?),
                hlc: hlc_from_sql(row.get(1)?),
                kind: row.get(2)?,
                proof: row.get(3)?,
            })
        })
    }

    /// The edit of the message in row `row` with this name.
    pub fn edit_of(&self, row: i64, event: &MsgId) -> Result<Option<Change>, StoreError> {
        let sql = "SELECT stamp, text FROM versions WHERE message_id = ?1 AND event = ?2";
        let mut statement = self.conn.prepare_cached(sql)?;
        first(statement.query(params![row, event.as_bytes()])?, |row| {
            Ok(Change { hlc: hlc_from_sql(row.get(0)?), text: row.get(1)?, on: true })
        })
    }

    /// The reaction on the message in row `row` with this name.
    pub fn reaction_of(&self, row: i64, event: &MsgId) -> Result<Option<Change>, StoreError> {
        let sql = "SELECT stamp, emoji, shown FROM reactions WHERE message_id = ?1 AND event = ?2";
        let mut statement = self.conn.prepare_cached(sql)?;
        first(statement.query(params![row, event.as_bytes()])?, |row| {
            Ok(Change { hlc: hlc_from_sql(row.get(0)?), text: row.get(1)?, on: row.get(2)? })
        })
    }

    /// What was chosen in the poll in row `row` under this name, and when.
    pub fn vote_of(&self, row: i64, event: &MsgId) -> Result<Option<(Hlc, u32)>, StoreError> {
        let sql = "SELECT stamp, choices FROM votes WHERE message_id = ?1 AND event = ?2";
        let mut statement = self.conn.prepare_cached(sql)?;
        first(statement.query(params![row, event.as_bytes()])?, |row| Ok((hlc_from_sql(row.get(0)?), row.get(1)?)))
    }

    /// When the poll in row `row` was closed by its author, as they said.
    pub fn closed(&self, row: i64) -> Result<Option<Hlc>, StoreError> {
        let mut statement = self.conn.prepare_cached("SELECT closed_stamp FROM messages WHERE id = ?1")?;
        let found = first(statement.query([row])?, |row| Ok(row.get::<_, Option<i64>>(0)?))?;
        Ok(found.flatten().map(hlc_from_sql))
    }

    /// The author of an erased message deleted it.
    pub fn erased_deleted(&self, chat: &ChatId, author: &AccountId, msg: &MsgId) -> Result<(), StoreError> {
        let sql = "UPDATE erased SET deleted = 1 WHERE chat_id = (SELECT id FROM chats WHERE chat = ?1)
            AND author_id = (SELECT id FROM authors WHERE account = ?2) AND msg = ?3";
        self.conn.prepare_cached(sql)?.execute(params![chat.as_bytes(), author.as_bytes(), msg.as_bytes()])?;
        Ok(())
    }

    /// An erased message was sent again: now it is known when it was written.
    pub fn erased_said(&self, chat: &ChatId, author: &AccountId, msg: &MsgId, said: Hlc) -> Result<(), StoreError> {
        let sql = "UPDATE erased SET said = ?4 WHERE chat_id = (SELECT id FROM chats WHERE chat = ?1)
            AND author_id = (SELECT id FROM authors WHERE account = ?2) AND msg = ?3 AND said IS NULL";
        let values = params![chat.as_bytes(), author.as_bytes(), msg.as_bytes(), hlc_to_sql(said)];
        self.conn.prepare_cached(sql)?.execute(values)?;
        Ok(())
    }

    /// Since when (Unix ms, by the authors' clocks) a chat has at most `max` entries before `until_ms`: the start of a
    /// month of 31 days, or 0 if they are not more.
    pub fn entries_from(&self, chat: &ChatId, until_ms: u64, max: u32) -> Result<u64, StoreError> {
        const MONTH_MS: u64 = 31 * 24 * 3600 * 1000;
        let sql = "SELECT said FROM messages WHERE chat_id = (SELECT id FROM chats WHERE chat = ?1) AND said < ?2
            ORDER BY said DESC LIMIT 1 OFFSET ?3";
        let mut statement = self.conn.prepare_cached(sql)?;
        let until = hlc_to_sql(Hlc::new(until_ms, 0));
        let over = first(statement.query(params![chat.as_bytes(), until, max])?, |row| Ok(hlc_from_sql(row.get(0)?)))?;
        Ok(over.map_or(0, |hlc| (hlc.millis() / MONTH_MS + 1) * MONTH_MS))
    }

    /// What a chat has that was written in this time (Unix ms, by the authors' clocks), at most `max`.
    pub fn entries(&self, chat: &ChatId, from_ms: u64, until_ms: u64, max: u32) -> Result<Vec<Entry>, StoreError> {
        let Some(chat_id) = chat_id(&self.conn, chat)? else { return Ok(Vec::new()) };
        let sql = "SELECT e.what, a.account, e.id, e.row FROM (
                SELECT deleted AS what, author_id, msg AS id, id AS row FROM messages
                    WHERE chat_id = ?1 AND said >= ?2 AND said < ?3
                UNION ALL SELECT deleted, author_id, msg, 0 FROM erased WHERE chat_id = ?1 AND said >= ?2 AND said < ?3
                UNION ALL SELECT 2, m.author_id, v.event, m.id FROM versions v JOIN messages m ON m.id = v.message_id
                    WHERE m.chat_id = ?1 AND v.event <> x'' AND v.stamp >= ?2 AND v.stamp < ?3
                UNION ALL SELECT 3, r.author_id, r.event, m.id FROM reactions r JOIN messages m ON m.id = r.message_id
                    WHERE m.chat_id = ?1 AND r.stamp >= ?2 AND r.stamp < ?3
                UNION ALL SELECT 4, v.author_id, v.event, m.id FROM votes v JOIN messages m ON m.id = v.message_id
                    WHERE m.chat_id = ?1 AND v.stamp >= ?2 AND v.stamp < ?3
                UNION ALL SELECT 5, author_id, msg, id FROM messages
                    WHERE chat_id = ?1 AND deleted = 0 AND closed_stamp >= ?2 AND closed_stamp < ?3
            ) e JOIN authors a ON a.id = e.author_id LIMIT ?4";
        let bound = |ms: u64| hlc_to_sql(Hlc::new(ms, 0));
        let until = if until_ms == u64::MAX { i64::MAX } else { bound(until_ms) };
        let mut statement = self.conn.prepare_cached(sql)?;
        collect(statement.query(params![chat_id, bound(from_ms), until, max])?, |row| {
            Ok(Entry {
                what: match row.get::<_, i64>(0)? {
                    0 => What::Message,
                    1 => What::Deleted,
                    2 => What::Edit,
                    3 => What::Reaction,
                    4 => What::Vote,
                    _ => What::Closed,
                },
                author: AccountId::from_bytes(row.get(1)?),
                id: MsgId::from_bytes(row.get(2)?),
                row: row.get(3)?,
            })
        })
    }
}

fn place_of(conn: &Connection, chat: i64, msg: &MsgId) -> Result<Option<i64>, StoreError> {
    Ok(conn.prepare_cached(PLACE)?.query_row(params![msg.as_bytes(), chat], |row| row.get(0))?)
}

/// Remembers that a message is missing, unless it was erased here, was taken back before it came, or will not come.
fn miss(conn: &Connection, chat: i64, row: i64, parent: &MsgId, now_ms: u64, ask_at_ms: u64) -> Result<(), StoreError> {
    let known = "SELECT 1 FROM erased WHERE chat_id = ?1 AND msg = ?2
        UNION ALL SELECT 1 FROM waiting_changes WHERE chat_id = ?1 AND target = ?2 AND kind = 21";
    if conn.prepare_cached(known)?.exists(params![chat, parent.as_bytes()])? {
        return Ok(());
    }
    let sql = "INSERT INTO gaps (chat_id, parent, message_id, since_ms, next_at_ms)
        SELECT ?1, ?2, ?3, ?4, ?5 WHERE (SELECT count(*) FROM gaps WHERE chat_id = ?1) < ?6 ON CONFLICT DO NOTHING";
    let values = params![chat, parent.as_bytes(), row, int(now_ms), int(ask_at_ms), GAPS_MAX];
    conn.prepare_cached(sql)?.execute(values)?;
    Ok(())
}

/// A message that was missed is here. Returns the row that it was missed by, if that showed.
fn came(conn: &Connection, chat: i64, msg: &[u8; 16]) -> Result<Vec<i64>, StoreError> {
    let sql = "DELETE FROM gaps WHERE chat_id = ?1 AND parent = ?2 RETURNING message_id, state";
    let gone = collect(conn.prepare_cached(sql)?.query(params![chat, msg])?, |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(gone.into_iter().filter(|(_, state): &(i64, i64)| *state == 1).map(|(row, _)| row).collect())
}

/// Moves what follows a message behind it, and what follows that.
fn push_behind(conn: &Connection, chat: i64, msg: [u8; 16], place: i64) -> Result<Vec<i64>, StoreError> {
    let mut moved = Vec::new();
    let mut queue = VecDeque::from([(msg, place)]);
    while let Some((parent, place)) = queue.pop_front() {
        let behind: Vec<(i64, [u8; 16])> =
            collect(conn.prepare_cached(FOLLOWERS)?.query(params![parent, chat, place])?, |row| {
                Ok((row.get(0)?, row.get(1)?))
            })?;
        for (row, child) in behind {
            if moved.len() >= MOVED_MAX {
                return Ok(moved);
            }
            let place = place.saturating_add(1);
            conn.prepare_cached("UPDATE messages SET hlc = ?2 WHERE id = ?1")?.execute(params![row, place])?;
            moved.push(row);
            queue.push_back((child, place));
        }
    }
    Ok(moved)
}

#[cfg(test)]
mod tests;
