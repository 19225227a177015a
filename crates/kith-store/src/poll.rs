//! What people chose in polls. The same choices and ends give the same result in whatever order they come: all of them
//! are kept, and which count is worked out from all.

use kith_wire::{AccountId, Hlc};
use rusqlite::{Connection, params};

use crate::changes::{Stamp, from_hex};
use crate::codec::hlc_to_sql;
use crate::error::StoreError;
use crate::store::Store;

/// How many choices of one person in one poll are kept: the newest.
pub const VOTES_MAX: u32 = 16;

/// What somebody chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Vote {
    /// Who.
    pub author: AccountId,
    /// Bit n is answer n; never none.
    pub choices: u32,
}

/// Reads what the columns of messages pack into one text: lines of an account and its choices.
pub(crate) fn unpack(packed: Option<String>) -> Vec<Vote> {
    let vote = |line: &str| {
        let (account, choices) = line.split_once(' ')?;
        Some(Vote { author: from_hex(account)?, choices: choices.parse().ok()? })
    };
    packed.iter().flat_map(|text| text.lines()).filter_map(vote).collect()
}

impl Store {
    /// Adds what `author` chose in the poll in row `row`. Of each person's choices the newest by `stamp` counts that was
    /// made before `closes_at_ms` and not after the poll was closed. `false`: nothing that is shown changed.
    pub fn vote(
        &self,
        row: i64,
        author: &AccountId,
        choices: u32,
        stamp: Stamp,
        closes_at_ms: Option<u64>,
    ) -> Result<bool, StoreError> {
        let author_id = self.ensure_author(author)?;
        self.atomically(|conn| {
            let before = shown(conn, row)?;
            let sql = "INSERT INTO votes (message_id, author_id, stamp, event, choices)
                SELECT id, ?2, ?3, ?4, ?5 FROM messages WHERE id = ?1 AND deleted = 0
                ON CONFLICT (message_id, author_id, stamp, event) DO NOTHING";
            let values = params![row, author_id, hlc_to_sql(stamp.hlc), stamp.event.as_bytes(), choices];
            conn.prepare_cached(sql)?.execute(values)?;
            let trim = "DELETE FROM votes WHERE message_id = ?1 AND author_id = ?2 AND (stamp, event) NOT IN (
                SELECT stamp, event FROM votes WHERE message_id = ?1 AND author_id = ?2
                ORDER BY stamp DESC, event DESC LIMIT ?3)";
            conn.prepare_cached(trim)?.execute(params![row, author_id, VOTES_MAX])?;
            count(conn, row, closes_at_ms)?;
            Ok(before != shown(conn, row)?)
        })
    }

    /// Closes the poll in row `row`: what was chosen after `at` does not count. The earliest end counts. `false`: it had
    /// an earlier one, or was taken back.
    pub fn close_poll(&self, row: i64, at: Hlc, closes_at_ms: Option<u64>) -> Result<bool, StoreError> {
        self.atomically(|conn| {
            let sql = "UPDATE messages SET closed_stamp = ?2
                WHERE id = ?1 AND deleted = 0 AND (closed_stamp IS NULL OR closed_stamp > ?2)";
            let closed = conn.prepare_cached(sql)?.execute(params![row, hlc_to_sql(at)])? == 1;
            count(conn, row, closes_at_ms)?;
            Ok(closed)
        })
    }
}

fn count(conn: &Connection, row: i64, closes_at_ms: Option<u64>) -> Result<(), StoreError> {
    // The last reading before the time.
    let before = |at| Hlc::from_u64(Hlc::new(at, 0).to_u64().saturating_sub(1));
    let last = closes_at_ms.map_or(i64::MAX, |at| hlc_to_sql(before(at)));
    let sql = "UPDATE votes SET counts = coalesce((stamp, event) = (
            SELECT o.stamp, o.event FROM votes o JOIN messages m ON m.id = o.message_id
            WHERE o.message_id = votes.message_id AND o.author_id = votes.author_id
                AND o.stamp <= min(?2, coalesce(m.closed_stamp, ?2))
            ORDER BY o.stamp DESC, o.event DESC LIMIT 1), 0)
        WHERE message_id = ?1";
    conn.prepare_cached(sql)?.execute(params![row, last])?;
    let sql = "UPDATE messages SET voted =
        EXISTS (SELECT 1 FROM votes WHERE message_id = ?1 AND counts = 1 AND choices <> 0) WHERE id = ?1";
    conn.prepare_cached(sql)?.execute([row])?;
    Ok(())
}

fn shown(conn: &Connection, row: i64) -> Result<Vec<(i64, u32)>, StoreError> {
    let sql = "SELECT author_id, choices FROM votes WHERE message_id = ?1 AND counts = 1 AND choices <> 0
        ORDER BY author_id";
    crate::codec::collect(conn.prepare_cached(sql)?.query([row])?, |row| Ok((row.get(0)?, row.get(1)?)))
}

#[cfg(test)]
mod tests;
