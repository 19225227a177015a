//! Ratchet material, sealed a second time. The associated data of a sealed row names its table, its key columns and a
//! version that is never used twice; the newest version is kept in `ratchet_versions`. So a row that was moved, or
//! replaced by an older state of itself, does not open. (A whole database put back is noticed by
//! [`Store::generation`].)

use std::fmt;

use kith_crypto::Key;
use kith_wire::DeviceId;
use rusqlite::{Connection, Row, params};
use zeroize::Zeroizing;

use crate::codec::{collect, first, int, maybe_int, unknown};
use crate::error::StoreError;
use crate::store::Store;

#[derive(Debug, Clone, Copy)]
enum Table {
    OlmAccount,
    Sessions,
    OuterKeys,
}

impl Table {
    fn code(self) -> u8 {
        match self {
            Self::OlmAccount => 1,
            Self::Sessions => 2,
            Self::OuterKeys => 3,
        }
    }

    fn refused(self) -> StoreError {
        let table = match self {
            Self::OlmAccount => "olm_account",
            Self::Sessions => "sessions",
            Self::OuterKeys => "outer_keys",
        };
        StoreError::RatchetRefused { table }
    }
}

/// The place of a sealed row: its table, its key, and the open columns that must not be changed without it.
struct Place<'a> {
    table: Table,
    owner: &'a [u8],
    id: &'a [u8],
    columns: &'a [&'a [u8]],
}

impl Place<'_> {
    /// Every part carries its length, so no two places share their bytes.
    fn associated_data(&self, version: i64) -> Vec<u8> {
        let mut data = vec![self.table.code()];
        data.extend_from_slice(&version.to_be_bytes());
        for part in [self.owner, self.id].iter().chain(self.columns) {
            data.extend_from_slice(&(part.len() as u64).to_be_bytes());
            data.extend_from_slice(part);
        }
        data
    }
}

/// An Olm session with a device.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// With which device; it must be stored.
    pub device: DeviceId,
    /// The session.
    pub session: [u8; 32],
    /// Which attempt to start a session it belongs to; higher is newer.
    pub generation: u32,
    /// When it began (Unix ms).
    pub created_at_ms: u64,
    /// When it last decrypted something (Unix ms).
    pub last_received_at_ms: Option<u64>,
    /// It is not used for sending any more.
    pub dead: bool,
    /// Which positions of its chains were used; opaque here.
    pub positions: Vec<u8>,
    /// The ratchet.
    pub pickle: Zeroizing<Vec<u8>>,
}

impl fmt::Debug for SessionRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionRow")
            .field("device", &self.device)
            .field("session", &self.session)
            .field("generation", &self.generation)
            .field("dead", &self.dead)
            .finish_non_exhaustive()
    }
}

/// Which way an outer key is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// They seal, we open.
    Inbound,
    /// We seal, they open.
    Outbound,
}

impl Direction {
    fn code(self) -> u8 {
        match self {
            Self::Inbound => 0,
            Self::Outbound => 1,
        }
    }

    fn of(code: i64) -> Result<Self, StoreError> {
        match code {
            0 => Ok(Self::Inbound),
            1 => Ok(Self::Outbound),
            _ => unknown("outer_keys.direction", code),
        }
    }
}

/// A key of the outer envelope layer.
#[derive(Debug)]
pub struct OuterKeyRow {
    /// What envelopes name it by.
    pub key_id: [u8; 16],
    /// With which device; it must be stored.
    pub device: DeviceId,
    /// Which way it is used.
    pub direction: Direction,
    /// The key.
    pub key: Key,
    /// The encapsulation to send until the other side confirmed the key.
    pub encapsulated: Option<Vec<u8>>,
    /// The other side has used it.
    pub confirmed: bool,
    /// When it was made (Unix ms).
    pub created_at_ms: u64,
}

const SESSION: &str = "SELECT s.device, s.session, s.generation, s.created_at_ms, s.last_received_at_ms, s.dead,
    s.positions, s.sealed, v.version FROM sessions s
    LEFT JOIN ratchet_versions v ON v.kind = 2 AND v.owner = s.device AND v.id = s.session";
const OUTER_KEY: &str =
    "SELECT k.key_id, k.device, k.direction, k.encapsulated, k.confirmed, k.created_at_ms, k.sealed,
    v.version FROM outer_keys k
    LEFT JOIN ratchet_versions v ON v.kind = 3 AND v.owner = x'' AND v.id = k.key_id";

impl Store {
    /// Stores the pickled Olm account of this device.
    pub fn put_olm_account(&self, pickle: &[u8]) -> Result<(), StoreError> {
        self.atomically(|conn| {
            let sealed = self.seal(conn, &Self::olm_account_place(), pickle)?;
            let sql = "INSERT INTO olm_account (id, sealed) VALUES (1, ?1) ON CONFLICT (id) DO UPDATE SET sealed = ?1";
            conn.prepare_cached(sql)?.execute([sealed])?;
            Ok(())
        })
    }

    /// The pickled Olm account of this device. Fails with [`StoreError::RatchetRefused`] if it is not the last one
    /// stored.
    pub fn olm_account(&self) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
        let sql = "SELECT o.sealed, v.version FROM olm_account o
            LEFT JOIN ratchet_versions v ON v.kind = 1 AND v.owner = x'' AND v.id = x''";
        let mut statement = self.conn.prepare_cached(sql)?;
        first(statement.query([])?, |row| {
            self.unseal(&Self::olm_account_place(), &row.get::<_, Vec<u8>>(0)?, row.get(1)?)
        })
    }

    fn olm_account_place() -> Place<'static> {
        Place { table: Table::OlmAccount, owner: &[], id: &[], columns: &[] }
    }

    /// Stores the session, new or advanced. Fails with [`StoreError::UnknownOwner`] if the device is not stored.
    pub fn put_session(&self, row: &SessionRow) -> Result<(), StoreError> {
        self.atomically(|conn| {
            let place = Place {
                table: Table::Sessions,
                owner: row.device.as_bytes(),
                id: &row.session,
                columns: &[&row.generation.to_be_bytes(), &[u8::from(row.dead)], &row.positions],
            };
            let sealed = self.seal(conn, &place, &row.pickle)?;
            let sql = "INSERT INTO sessions (device, session, generation, created_at_ms, last_received_at_ms, dead,
                    positions, sealed)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
                ON CONFLICT (device, session) DO UPDATE SET generation = ?3, created_at_ms = ?4,
                    last_received_at_ms = ?5, dead = ?6, positions = ?7, sealed = ?8";
            conn.prepare_cached(sql)?.execute(params![
                row.device.as_bytes(),
                row.session,
                row.generation,
                int(row.created_at_ms),
                maybe_int(row.last_received_at_ms),
                row.dead,
                row.positions,
                sealed,
            ])?;
            Ok(())
        })
    }

    /// All sessions with a device: newest generation first, then lowest session id. Fails with
    /// [`StoreError::RatchetRefused`] if one is not the last state stored for it.
    pub fn sessions(&self, device: &DeviceId) -> Result<Vec<SessionRow>, StoreError> {
        let sql = format!("{SESSION} WHERE s.device = ?1 ORDER BY s.generation DESC, s.session");
        let mut statement = self.conn.prepare_cached(&sql)?;
        collect(statement.query([device.as_bytes()])?, |row| self.session(row))
    }

    fn session(&self, row: &Row<'_>) -> Result<SessionRow, StoreError> {
        let device = DeviceId::from_bytes(row.get(0)?);
        let session: [u8; 32] = row.get(1)?;
        let generation: u32 = row.get(2)?;
        let dead: bool = row.get(5)?;
        let positions: Vec<u8> = row.get(6)?;
        let place = Place {
            table: Table::Sessions,
            owner: device.as_bytes(),
            id: &session,
            columns: &[&generation.to_be_bytes(), &[u8::from(dead)], &positions],
        };
        let pickle = self.unseal(&place, &row.get::<_, Vec<u8>>(7)?, row.get(8)?)?;
        Ok(SessionRow {
            device,
            session,
            generation,
            created_at_ms: row.get(3)?,
            last_received_at_ms: row.get(4)?,
            dead,
            positions,
            pickle,
        })
    }

    /// Deletes one session of a device.
    pub fn delete_session(&self, device: &DeviceId, session: &[u8; 32]) -> Result<(), StoreError> {
        let sql = "DELETE FROM sessions WHERE device = ?1 AND session = ?2";
        self.conn.prepare_cached(sql)?.execute(params![device.as_bytes(), session])?;
        Ok(())
    }

    /// Deletes the sessions with all devices.
    pub fn delete_all_sessions(&self) -> Result<(), StoreError> {
        self.conn.prepare_cached("DELETE FROM sessions")?.execute([])?;
        Ok(())
    }

    /// Stores the outer key, new or changed. Fails with [`StoreError::UnknownOwner`] if the device is not stored.
    pub fn put_outer_key(&self, row: &OuterKeyRow) -> Result<(), StoreError> {
        self.atomically(|conn| {
            let place = Place {
                table: Table::OuterKeys,
                owner: &[],
                id: &row.key_id,
                columns: &[row.device.as_bytes(), &[row.direction.code()]],
            };
            let sealed = self.seal(conn, &place, row.key.as_bytes())?;
            let sql =
                "INSERT INTO outer_keys (key_id, device, direction, encapsulated, confirmed, created_at_ms, sealed)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                ON CONFLICT (key_id) DO UPDATE SET device = ?2, direction = ?3, encapsulated = ?4, confirmed = ?5,
                    created_at_ms = ?6, sealed = ?7";
            conn.prepare_cached(sql)?.execute(params![
                row.key_id,
                row.device.as_bytes(),
                row.direction.code(),
                row.encapsulated,
                row.confirmed,
                int(row.created_at_ms),
                sealed,
            ])?;
            Ok(())
        })
    }

    /// The outer key that an envelope names. Fails with [`StoreError::RatchetRefused`] if it was moved or replaced.
    pub fn outer_key(&self, key_id: &[u8; 16]) -> Result<Option<OuterKeyRow>, StoreError> {
        let mut statement = self.conn.prepare_cached(&format!("{OUTER_KEY} WHERE k.key_id = ?1"))?;
        first(statement.query([key_id])?, |row| self.outer_key_row(row))
    }

    /// The outer keys of one direction with a device, newest first. Fails with [`StoreError::RatchetRefused`] if one was
    /// moved or replaced.
    pub fn outer_keys(&self, device: &DeviceId, direction: Direction) -> Result<Vec<OuterKeyRow>, StoreError> {
        let sql =
            format!("{OUTER_KEY} WHERE k.device = ?1 AND k.direction = ?2 ORDER BY k.created_at_ms DESC, k.rowid DESC");
        let mut statement = self.conn.prepare_cached(&sql)?;
        collect(statement.query(params![device.as_bytes(), direction.code()])?, |row| self.outer_key_row(row))
    }

    fn outer_key_row(&self, row: &Row<'_>) -> Result<OuterKeyRow, StoreError> {
        let key_id: [u8; 16] = row.get(0)?;
        let device = DeviceId::from_bytes(row.get(1)?);
        let direction = Direction::of(row.get(2)?)?;
        let place = Place {
            table: Table::OuterKeys,
            owner: &[],
            id: &key_id,
            columns: &[device.as_bytes(), &[direction.code()]],
        };
        let plain = self.unseal(&place, &row.get::<_, Vec<u8>>(6)?, row.get(7)?)?;
        let Some(bytes) = plain.first_chunk::<32>().filter(|_| plain.len() == 32) else {
            return Err(Table::OuterKeys.refused());
        };
        Ok(OuterKeyRow {
            key_id,
            device,
            direction,
            key: Key::from_bytes(bytes),
            encapsulated: row.get(3)?,
            confirmed: row.get(4)?,
            created_at_ms: row.get(5)?,
        })
    }

    /// Deletes the outer key with this id.
    pub fn delete_outer_key(&self, key_id: &[u8; 16]) -> Result<(), StoreError> {
        self.conn.prepare_cached("DELETE FROM outer_keys WHERE key_id = ?1")?.execute([key_id])?;
        Ok(())
    }

    /// Seals under a version of its own and makes that the newest of the place.
    fn seal(&self, conn: &Connection, place: &Place<'_>, plain: &[u8]) -> Result<Vec<u8>, StoreError> {
        let sql = "UPDATE counters SET value = value + 1 WHERE name = 'ratchet' RETURNING value";
        let raised = collect(conn.prepare_cached(sql)?.query([])?, |row| Ok(row.get::<_, i64>(0)?))?;
        let Some(version) = raised.first().copied() else {
            return Err(StoreError::Damaged(rusqlite::Error::QueryReturnedNoRows));
        };
        let sql = "INSERT INTO ratchet_versions (kind, owner, id, version) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT (kind, owner, id) DO UPDATE SET version = excluded.version";
        conn.prepare_cached(sql)?.execute(params![place.table.code(), place.owner, place.id, version])?;
        Ok(self.ratchet.seal(&place.associated_data(version), plain))
    }

    fn unseal(&self, place: &Place<'_>, sealed: &[u8], version: Option<i64>) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        let Some(version) = version else {
            return Err(place.table.refused());
        };
        let Ok(plain) = self.ratchet.open(&place.associated_data(version), sealed) else {
            return Err(place.table.refused());
        };
        Ok(plain)
    }
}
