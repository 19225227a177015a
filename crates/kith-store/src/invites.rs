//! Invites we have made.

use std::fmt;

use kith_crypto::CurveKey;
use kith_wire::AccountId;
use rusqlite::{Row, params};
use zeroize::Zeroizing;

use crate::codec::{collect, first, int, maybe_int};
use crate::error::StoreError;
use crate::store::Store;

/// An invite of ours.
#[derive(Clone, PartialEq, Eq)]
pub struct InviteRow {
    /// What a request names it by.
    pub tag: [u8; 16],
    /// The secret of its link.
    pub secret: Zeroizing<[u8; 32]>,
    /// The one-time key in its bundle.
    pub one_time: CurveKey,
    /// The sealed bundle, as slots hold it.
    pub sealed: Vec<u8>,
    /// The hash of the bundle.
    pub bundle_hash: [u8; 32],
    /// The addresses in its link.
    pub hints: Vec<String>,
    /// When it was made (Unix ms).
    pub created_at_ms: u64,
    /// When it ends (Unix ms); `None`: never.
    pub expires_at_ms: Option<u64>,
    /// It works once.
    pub single_use: bool,
    /// Our own reminder of what it is for.
    pub note: String,
    /// Who used it last.
    pub used_by: Option<AccountId>,
    /// When it was last used (Unix ms).
    pub used_at_ms: Option<u64>,
}

impl fmt::Debug for InviteRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InviteRow")
            .field("tag", &self.tag)
            .field("created_at_ms", &self.created_at_ms)
            .field("expires_at_ms", &self.expires_at_ms)
            .field("single_use", &self.single_use)
            .field("used_at_ms", &self.used_at_ms)
            .finish_non_exhaustive()
    }
}

const INVITE: &str =
    "SELECT tag, secret, one_time, sealed, bundle_hash, created_at_ms, expires_at_ms, single_use, note,
    used_by, used_at_ms FROM invites";

fn invite(row: &Row<'_>) -> Result<InviteRow, StoreError> {
    Ok(InviteRow {
        tag: row.get(0)?,
        secret: Zeroizing::new(row.get(1)?),
        one_time: CurveKey::from_bytes(row.get(2)?),
        sealed: row.get(3)?,
        bundle_hash: row.get(4)?,
        hints: Vec::new(),
        created_at_ms: row.get(5)?,
        expires_at_ms: row.get(6)?,
        single_use: row.get(7)?,
        note: row.get(8)?,
        used_by: row.get::<_, Option<[u8; 32]>>(9)?.map(AccountId::from_bytes),
        used_at_ms: row.get(10)?,
    })
}

impl Store {
    /// Stores the invite, new or changed.
    pub fn put_invite(&self, row: &InviteRow) -> Result<(), StoreError> {
        self.atomically(|conn| {
            let sql = "INSERT INTO invites (tag, secret, one_time, sealed, bundle_hash, created_at_ms, expires_at_ms,
                    single_use, note, used_by, used_at_ms)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
                ON CONFLICT (tag) DO UPDATE SET secret = ?2, one_time = ?3, sealed = ?4, bundle_hash = ?5,
                    created_at_ms = ?6, expires_at_ms = ?7, single_use = ?8, note = ?9, used_by = ?10, used_at_ms = ?11";
            conn.prepare_cached(sql)?.execute(params![
                row.tag,
                row.secret.as_slice(),
                row.one_time.to_bytes(),
                row.sealed,
                row.bundle_hash,
                int(row.created_at_ms),
                maybe_int(row.expires_at_ms),
                row.single_use,
                row.note,
                row.used_by.map(AccountId::to_bytes),
                maybe_int(row.used_at_ms),
            ])?;
            conn.prepare_cached("DELETE FROM invite_hints WHERE tag = ?1")?.execute([row.tag])?;
            let sql = "INSERT INTO invite_hints (tag, position, address) VALUES (?1, ?2, ?3)";
            let mut insert = conn.prepare_cached(sql)?;
            for (position, address) in (0_i64..).zip(&row.hints) {
                insert.execute(params![row.tag, position, address])?;
            }
            Ok(())
        })
    }

    /// The invite with this tag.
    pub fn invite(&self, tag: &[u8; 16]) -> Result<Option<InviteRow>, StoreError> {
        let mut statement = self.conn.prepare_cached(&format!("{INVITE} WHERE tag = ?1"))?;
        let found = first(statement.query([tag])?, invite)?;
        found.map(|row| self.with_hints(row)).transpose()
    }

    /// The invites that still work at `now_ms`: not expired and, if they work once, not used; oldest first.
    pub fn open_invites(&self, now_ms: u64) -> Result<Vec<InviteRow>, StoreError> {
        let sql = format!(
            "{INVITE} WHERE (expires_at_ms IS NULL OR expires_at_ms > ?1) AND (single_use = 0 OR used_by IS NULL)
                ORDER BY rowid"
        );
        let mut statement = self.conn.prepare_cached(&sql)?;
        let open = collect(statement.query([int(now_ms)])?, invite)?;
        open.into_iter().map(|row| self.with_hints(row)).collect()
    }

    /// Deletes the invite with this tag; `true` if it was there.
    pub fn delete_invite(&self, tag: &[u8; 16]) -> Result<bool, StoreError> {
        Ok(self.conn.prepare_cached("DELETE FROM invites WHERE tag = ?1")?.execute([tag])? == 1)
    }

    fn with_hints(&self, mut row: InviteRow) -> Result<InviteRow, StoreError> {
        let sql = "SELECT address FROM invite_hints WHERE tag = ?1 ORDER BY position";
        let mut statement = self.conn.prepare_cached(sql)?;
        row.hints = collect(statement.query([row.tag])?, |row| Ok(row.get(0)?))?;
        Ok(row)
    }
}
