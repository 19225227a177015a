//! The public address of this account, and the work that requests to those of others show.

use std::fmt;

use kith_crypto::CurveKey;
use kith_wire::{AccountId, DeviceId};
use rusqlite::{OptionalExtension as _, Row, params};
use zeroize::Zeroizing;

use crate::codec::{collect, first, int, maybe_int};
use crate::error::StoreError;
use crate::store::Store;

/// What was decided about the public address.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicAddressRow {
    /// Whether people find it.
    pub shown: bool,
    /// How much work a request has to show, in leading zero bits.
    pub work_bits: u8,
    /// From which the tokens of its places come.
    pub secret: Zeroizing<[u8; 32]>,
}

impl fmt::Debug for PublicAddressRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PublicAddressRow").field("shown", &self.shown).finish_non_exhaustive()
    }
}

/// The invite that is the public address of one week.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddressWeekRow {
    /// The week.
    pub week: u64,
    /// The tag of the invite.
    pub tag: [u8; 16],
    /// The one-time key in its bundle, which serves many; `None` once it opens nothing any more.
    pub one_time: Option<CurveKey>,
    /// How much work its bundle asks for.
    pub work_bits: u8,
    /// Until when it is answered (Unix ms).
    pub until_ms: u64,
    /// What lies in its place is not to be found any more.
    pub withdrawn: bool,
}

/// The work that a request of mine has to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestWorkRow {
    /// Who is asked; the contact must be stored.
    pub account: AccountId,
    /// The session the request starts.
    pub session: [u8; 32],
    /// How many leading zero bits.
    pub work_bits: u8,
    /// What was found.
    pub nonce: Option<u64>,
    /// When the address was last looked up (Unix ms).
    pub looked_at_ms: u64,
}

fn week(row: &Row<'_>) -> Result<AddressWeekRow, StoreError> {
    Ok(AddressWeekRow {
        week: row.get(0)?,
        tag: row.get(1)?,
        one_time: row.get::<_, Option<[u8; 32]>>(2)?.map(CurveKey::from_bytes),
        work_bits: row.get(3)?,
        until_ms: row.get(4)?,
        withdrawn: row.get(5)?,
    })
}

const WEEK: &str = "SELECT week, tag, one_time, work_bits, until_ms, withdrawn FROM public_address_weeks";

impl Store {
    /// What was decided; `None`: nothing yet.
    pub fn public_address(&self) -> Result<Option<PublicAddressRow>, StoreError> {
        let mut statement = self.conn.prepare_cached("SELECT shown, work_bits, secret FROM public_address")?;
        first(statement.query([])?, |row| {
            Ok(PublicAddressRow { shown: row.get(0)?, work_bits: row.get(1)?, secret: Zeroizing::new(row.get(2)?) })
        })
    }

    /// Stores what was decided.
    pub fn put_public_address(&self, row: &PublicAddressRow) -> Result<(), StoreError> {
        let sql = "INSERT INTO public_address (only, shown, work_bits, secret) VALUES (1, ?1, ?2, ?3)
            ON CONFLICT (only) DO UPDATE SET shown = ?1, work_bits = ?2, secret = ?3";
        self.conn.prepare_cached(sql)?.execute(params![row.shown, row.work_bits, row.secret.as_slice()])?;
        Ok(())
    }

    /// Stores the invite of a week, new or changed.
    pub fn put_address_week(&self, row: &AddressWeekRow) -> Result<(), StoreError> {
        let sql = "INSERT INTO public_address_weeks (week, tag, one_time, work_bits, until_ms, withdrawn)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6)
            ON CONFLICT (week) DO UPDATE SET tag = ?2, one_time = ?3, work_bits = ?4, until_ms = ?5, withdrawn = ?6";
        self.conn.prepare_cached(sql)?.execute(params![
            int(row.week),
            row.tag,
            row.one_time.map(CurveKey::to_bytes),
            row.work_bits,
            int(row.until_ms),
            row.withdrawn,
        ])?;
        Ok(())
    }

    /// All of them, the first week first.
    pub fn address_weeks(&self) -> Result<Vec<AddressWeekRow>, StoreError> {
        let mut statement = self.conn.prepare_cached(&format!("{WEEK} ORDER BY week"))?;
        collect(statement.query([])?, week)
    }

    /// The week whose invite has this tag.
    pub fn address_week_of(&self, tag: &[u8; 16]) -> Result<Option<AddressWeekRow>, StoreError> {
        let mut statement = self.conn.prepare_cached(&format!("{WEEK} WHERE tag = ?1"))?;
        first(statement.query([tag])?, week)
    }

    /// Whether this one-time key is that of a public address: it is not used up by a session.
    pub fn is_address_key(&self, key: &CurveKey) -> Result<bool, StoreError> {
        let mut statement = self.conn.prepare_cached("SELECT 1 FROM public_address_weeks WHERE one_time = ?1")?;
        Ok(statement.exists([key.as_bytes()])?)
    }

    /// Stores the work of a request, new or changed.
    pub fn put_request_work(&self, row: &RequestWorkRow) -> Result<(), StoreError> {
        let sql = "INSERT INTO request_work (account, session, work_bits, nonce, looked_at_ms)
            VALUES (?1, ?2, ?3, ?4, ?5)
            ON CONFLICT (account) DO UPDATE SET session = ?2, work_bits = ?3, nonce = ?4, looked_at_ms = ?5";
        self.conn.prepare_cached(sql)?.execute(params![
            row.account.as_bytes(),
            row.session,
            row.work_bits,
            maybe_int(row.nonce),
            int(row.looked_at_ms),
        ])?;
        Ok(())
    }

    /// The work of the request to this account; `None`: it needs none.
    pub fn request_work(&self, account: &AccountId) -> Result<Option<RequestWorkRow>, StoreError> {
        let sql = "SELECT session, work_bits, nonce, looked_at_ms FROM request_work WHERE account = ?1";
        let mut statement = self.conn.prepare_cached(sql)?;
        first(statement.query([account.as_bytes()])?, |row| {
            Ok(RequestWorkRow {
                account: *account,
                session: row.get(0)?,
                work_bits: row.get(1)?,
                nonce: row.get(2)?,
                looked_at_ms: row.get(3)?,
            })
        })
    }

    /// Forgets it.
    pub fn delete_request_work(&self, account: &AccountId) -> Result<(), StoreError> {
        self.conn.prepare_cached("DELETE FROM request_work WHERE account = ?1")?.execute([account.as_bytes()])?;
        Ok(())
    }

    /// The device with which there is this session.
    pub fn device_of_session(&self, session: &[u8; 32]) -> Result<Option<DeviceId>, StoreError> {
        let mut statement = self.conn.prepare_cached("SELECT device FROM sessions WHERE session = ?1")?;
        let found: Option<[u8; 32]> = statement.query_row([session], |row| row.get(0)).optional()?;
        Ok(found.map(DeviceId::from_bytes))
    }
}
