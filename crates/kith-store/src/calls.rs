//! What became of calls.

use rusqlite::params;

use crate::codec::{collect, unknown};
use crate::error::StoreError;
use crate::messages::{self, COLUMNS, MessageRow, TABLES};
use crate::store::Store;

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallOutcome {
    /// They talked, and one hung up.
    Talked,
    /// It was given up before it was answered.
    Cancelled,
    /// It was not wanted.
    Declined,
    /// Whoever was called was in another call.
    Busy,
    /// Nobody answered in time.
    NoAnswer,
    /// The two could not be connected, or lost each other.
    Failed,
    /// Another call took its place.
    Replaced,
}

impl CallOutcome {
    const ALL: [Self; 7] =
        [Self::Talked, Self::Cancelled, Self::Declined, Self::Busy, Self::NoAnswer, Self::Failed, Self::Replaced];

    fn code(self) -> i64 {
        match self {
            Self::Talked => 1,
            Self::Cancelled => 2,
            Self::Declined => 3,
            Self::Busy => 4,
            Self::NoAnswer => 5,
            Self::Failed => 6,
            Self::Replaced => 7,
        }
    }

    pub(crate) fn of(code: i64) -> Result<Self, StoreError> {
        Self::ALL
            .into_iter()
            .find(|outcome| outcome.code() == code)
            .map_or_else(|| unknown("messages.call_outcome", code), Ok)
    }
}

impl Store {
    /// Says how the call in row `row` ended, and for how long (milliseconds) the two talked. `false`: it had ended before.
    pub fn end_call(&self, row: i64, outcome: CallOutcome, talked_ms: u64) -> Result<bool, StoreError> {
        let sql = "UPDATE messages SET call_outcome = ?2, call_ms = ?3
            WHERE id = ?1 AND kind = 28 AND call_outcome IS NULL AND deleted = 0";
        Ok(self.conn.prepare_cached(sql)?.execute(params![row, outcome.code(), talked_ms])? == 1)
    }

    /// The calls that have not ended, the oldest first.
    pub fn open_calls(&self) -> Result<Vec<MessageRow>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM {TABLES} WHERE m.kind = 28 AND m.call_outcome IS NULL AND m.deleted = 0 ORDER BY m.id"
        );
        collect(self.conn.prepare_cached(&sql)?.query([])?, messages::read)
    }
}

#[cfg(test)]
mod tests;
