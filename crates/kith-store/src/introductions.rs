//! Introductions: what became of cards that suggest to get to know somebody.

use kith_wire::{AccountId, MsgId};
use rusqlite::{Row, params};

use crate::codec::{first, unknown};
use crate::error::StoreError;
use crate::store::Store;

/// How far a suggestion has come, on one side of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IntroductionState {
    /// Nobody answered.
    Open,
    /// Put aside.
    Dismissed,
    /// Whom it was made to agreed.
    Agreed,
    /// Both did.
    Met,
}

impl IntroductionState {
    fn code(self) -> i64 {
        match self {
            Self::Open => 0,
            Self::Dismissed => 1,
            Self::Agreed => 2,
            Self::Met => 3,
        }
    }

    fn of(code: i64) -> Result<Self, StoreError> {
        match code {
            0 => Ok(Self::Open),
            1 => Ok(Self::Dismissed),
            2 => Ok(Self::Agreed),
            3 => Ok(Self::Met),
            _ => unknown("introductions.state", code),
        }
    }
}

/// What became of a card. It goes with its message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntroductionRow {
    /// The row of the message.
    pub row: i64,
    /// How far it has come.
    pub state: IntroductionState,
    /// The card that went to the other person, if we made the suggestion.
    pub other: Option<MsgId>,
    /// The invite we answered with.
    pub invite_tag: Option<[u8; 16]>,
    /// Who it turned out to be.
    pub met: Option<AccountId>,
}

/// What is shown of it with its message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Introduced {
    /// How far it has come.
    pub state: IntroductionState,
    /// Who it turned out to be.
    pub met: Option<AccountId>,
}

/// Reads what the columns of messages pack into one text.
pub(crate) fn unpack(packed: Option<String>) -> Result<Option<Introduced>, StoreError> {
    let Some(packed) = packed else { return Ok(None) };
    let (state, met) = packed.split_once(' ').unwrap_or((&packed, ""));
    let state = IntroductionState::of(state.parse().unwrap_or(-1))?;
    Ok(Some(Introduced { state, met: crate::changes::from_hex(met) }))
}

fn introduction(row: &Row<'_>) -> Result<IntroductionRow, StoreError> {
    Ok(IntroductionRow {
        row: row.get(0)?,
        state: IntroductionState::of(row.get(1)?)?,
        other: row.get::<_, Option<[u8; 16]>>(2)?.map(MsgId::from_bytes),
        invite_tag: row.get(3)?,
        met: row.get::<_, Option<[u8; 32]>>(4)?.map(AccountId::from_bytes),
    })
}

const INTRODUCTION: &str = "SELECT message_id, state, other, invite_tag, met FROM introductions";

impl Store {
    /// Stores what became of a card, new or changed; the message must be stored.
    pub fn put_introduction(&self, row: &IntroductionRow) -> Result<(), StoreError> {
        let sql = "INSERT INTO introductions (message_id, state, other, invite_tag, met) VALUES (?1, ?2, ?3, ?4, ?5)
            ON CONFLICT (message_id) DO UPDATE SET state = ?2, other = ?3, invite_tag = ?4, met = ?5";
        self.conn.prepare_cached(sql)?.execute(params![
            row.row,
            row.state.code(),
            row.other.map(MsgId::to_bytes),
            row.invite_tag,
            row.met.map(AccountId::to_bytes),
        ])?;
        Ok(())
    }

    /// What became of the card in row `row`.
    pub fn introduction(&self, row: i64) -> Result<Option<IntroductionRow>, StoreError> {
        let mut statement = self.conn.prepare_cached(&format!("{INTRODUCTION} WHERE message_id = ?1"))?;
        first(statement.query([row])?, introduction)
    }

    /// The card that was answered with an invite.
    pub fn introduction_of_invite(&self, tag: &[u8; 16]) -> Result<Option<IntroductionRow>, StoreError> {
        let mut statement = self.conn.prepare_cached(&format!("{INTRODUCTION} WHERE invite_tag = ?1"))?;
        first(statement.query([tag])?, introduction)
    }
}
