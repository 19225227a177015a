//! Contacts, their devices, where those were last reached, and what was kept of them for later: prekeys and the ids of
//! envelopes already seen.

use kith_crypto::CurveKey;
use kith_wire::limits::ADDRESSES_MAX;
use kith_wire::{AccountId, DeviceId, EnvelopeId, TransportId};
use rusqlite::{Row, params};

use crate::codec::{collect, first, int, maybe_int, unknown};
use crate::error::StoreError;
use crate::store::Store;

/// How far the acquaintance with a contact has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ContactState {
    /// We asked, they have not answered.
    Waiting,
    /// They asked, we have not answered.
    Requested,
    /// Both agreed.
    Introduced,
    /// Both agreed, and the safety number was compared.
    Verified,
}

impl ContactState {
    fn code(self) -> i64 {
        match self {
            Self::Waiting => 0,
            Self::Requested => 1,
            Self::Introduced => 2,
            Self::Verified => 3,
        }
    }

    fn of(code: i64) -> Result<Self, StoreError> {
        match code {
            0 => Ok(Self::Waiting),
            1 => Ok(Self::Requested),
            2 => Ok(Self::Introduced),
            3 => Ok(Self::Verified),
            _ => unknown("contacts.state", code),
        }
    }
}

/// A person we know, asked, or were asked by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactRow {
    /// Who.
    pub account: AccountId,
    /// How far the acquaintance has come.
    pub state: ContactState,
    /// Nothing of theirs is accepted.
    pub blocked: bool,
    /// The name they gave themselves.
    pub name: String,
    /// The name we gave them.
    pub petname: Option<String>,
    /// What they say about themselves.
    pub status_text: String,
    /// Until when that counts (Unix ms).
    pub status_until_ms: Option<u64>,
    /// Their identity log, encoded.
    pub log: Vec<u8>,
    /// Its newest entry.
    pub log_seq: u64,
    /// The hash of its newest entry.
    pub log_hash: [u8; 32],
    /// The log contradicted itself; nothing is sent until people have looked at it.
    pub alarm: bool,
    /// What they wrote with their request, or we with ours.
    pub request_text: String,
    /// The invite they used.
    pub invite_tag: Option<[u8; 16]>,
    /// When the contact was stored (Unix ms).
    pub created_at_ms: u64,
    /// When a device of theirs was last connected (Unix ms).
    pub last_seen_ms: Option<u64>,
}

/// The tag of an invite, and how many people it concerns.
pub type InviteShare = (Option<[u8; 16]>, u64);

/// What is shared with one contact other than with everybody.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SharingRow {
    /// That I am writing.
    pub typing: Option<bool>,
    /// Whether I am there.
    pub presence: Option<bool>,
    /// That I read what they wrote.
    pub receipts: Option<bool>,
    /// What I say of myself.
    pub status: Option<bool>,
}

/// A device of a contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceRow {
    /// Its signing key.
    pub device: DeviceId,
    /// Whose it is; the contact must be stored.
    pub account: AccountId,
    /// The network endpoint.
    pub transport: TransportId,
    /// The number of the renewal that said so; 0: the device list did.
    pub renewed: u64,
    /// Its Olm identity key.
    pub olm: CurveKey,
    /// The hash of its X-Wing key, from the identity log.
    pub kem_hash: [u8; 32],
    /// The X-Wing key, once it was sent.
    pub kem: Option<Vec<u8>>,
    /// When the account revoked it (Unix ms).
    pub revoked_at_ms: Option<u64>,
    /// When its sessions were last reset (Unix ms).
    pub last_reset_ms: Option<u64>,
}

const CONTACT: &str = "SELECT account, state, blocked, name, petname, status_text, log, log_seq, log_hash, alarm,
    request_text, invite_tag, created_at_ms, last_seen_ms, status_until_ms FROM contacts";
const DEVICE: &str = "SELECT device, account, transport, olm, kem_hash, kem, revoked_at_ms, last_reset_ms,
    renewed FROM devices";

fn contact(row: &Row<'_>) -> Result<ContactRow, StoreError> {
    Ok(ContactRow {
        account: AccountId::from_bytes(row.get(0)?),
        state: ContactState::of(row.get(1)?)?,
        blocked: row.get(2)?,
        name: row.get(3)?,
        petname: row.get(4)?,
        status_text: row.get(5)?,
        log: row.get(6)?,
        log_seq: row.get(7)?,
        log_hash: row.get(8)?,
        alarm: row.get(9)?,
        request_text: row.get(10)?,
        invite_tag: row.get(11)?,
        created_at_ms: row.get(12)?,
        last_seen_ms: row.get(13)?,
        status_until_ms: row.get(14)?,
    })
}

fn device(row: &Row<'_>) -> Result<DeviceRow, StoreError> {
    Ok(DeviceRow {
        device: DeviceId::from_bytes(row.get(0)?),
        account: AccountId::from_bytes(row.get(1)?),
        transport: TransportId::from_bytes(row.get(2)?),
        olm: CurveKey::from_bytes(row.get(3)?),
        kem_hash: row.get(4)?,
        kem: row.get(5)?,
        revoked_at_ms: row.get(6)?,
        last_reset_ms: row.get(7)?,
        renewed: row.get(8)?,
    })
}

impl Store {
    /// Stores the contact, new or changed.
    pub fn put_contact(&self, row: &ContactRow) -> Result<(), StoreError> {
        let sql = "INSERT INTO contacts (account, state, blocked, name, petname, status_text, log, log_seq, log_hash,
                alarm, request_text, invite_tag, created_at_ms, last_seen_ms, status_until_ms)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
            ON CONFLICT (account) DO UPDATE SET state = ?2, blocked = ?3, name = ?4, petname = ?5, status_text = ?6,
                log = ?7, log_seq = ?8, log_hash = ?9, alarm = ?10, request_text = ?11, invite_tag = ?12,
                created_at_ms = ?13, last_seen_ms = ?14, status_until_ms = ?15";
        self.conn.prepare_cached(sql)?.execute(params![
            row.account.as_bytes(),
            row.state.code(),
            row.blocked,
            row.name,
            row.petname,
            row.status_text,
            row.log,
            int(row.log_seq),
            row.log_hash,
            row.alarm,
            row.request_text,
            row.invite_tag,
            int(row.created_at_ms),
            maybe_int(row.last_seen_ms),
            maybe_int(row.status_until_ms),
        ])?;
        Ok(())
    }

    /// The contact with this account.
    pub fn contact(&self, account: &AccountId) -> Result<Option<ContactRow>, StoreError> {
        let mut statement = self.conn.prepare_cached(&format!("{CONTACT} WHERE account = ?1"))?;
        first(statement.query([account.as_bytes()])?, contact)
    }

    /// All contacts, in the order in which they were first stored.
    pub fn contacts(&self) -> Result<Vec<ContactRow>, StoreError> {
        let mut statement = self.conn.prepare_cached(&format!("{CONTACT} ORDER BY rowid"))?;
        collect(statement.query([])?, contact)
    }

    /// How many unanswered requests came through each invite.
    pub fn requested_by_invite(&self) -> Result<Vec<InviteShare>, StoreError> {
        let sql = "SELECT invite_tag, count(*) FROM contacts WHERE state = ?1 AND NOT blocked GROUP BY invite_tag";
        let mut statement = self.conn.prepare_cached(sql)?;
        collect(statement.query([ContactState::Requested.code()])?, |row| Ok((row.get(0)?, row.get(1)?)))
    }

    /// Whose unanswered request through an invite is the newest.
    pub fn newest_requested(&self, tag: Option<&[u8; 16]>) -> Result<Option<AccountId>, StoreError> {
        let sql = "SELECT account FROM contacts WHERE state = ?1 AND NOT blocked AND invite_tag IS ?2
            ORDER BY created_at_ms DESC, rowid DESC LIMIT 1";
        let mut statement = self.conn.prepare_cached(sql)?;
        first(statement.query(params![ContactState::Requested.code(), tag])?, |row| {
            Ok(AccountId::from_bytes(row.get(0)?))
        })
    }

    /// Deletes the contact with its devices, their addresses, sessions, keys, prekeys and outbox. Chats and messages
    /// stay.
    pub fn delete_contact(&self, account: &AccountId) -> Result<(), StoreError> {
        self.atomically(|conn| {
            let sql = "DELETE FROM addresses
                WHERE transport IN (SELECT transport FROM devices WHERE account = ?1)
                AND transport NOT IN (SELECT transport FROM devices WHERE account <> ?1)";
            conn.prepare_cached(sql)?.execute([account.as_bytes()])?;
            conn.prepare_cached("DELETE FROM contacts WHERE account = ?1")?.execute([account.as_bytes()])?;
            Ok(())
        })
    }

    /// What is shared with a contact other than with everybody.
    pub fn sharing(&self, account: &AccountId) -> Result<SharingRow, StoreError> {
        let sql = "SELECT typing, presence, receipts, status FROM contact_sharing WHERE account = ?1";
        let mut statement = self.conn.prepare_cached(sql)?;
        let row = first(statement.query([account.as_bytes()])?, |row| {
            Ok(SharingRow { typing: row.get(0)?, presence: row.get(1)?, receipts: row.get(2)?, status: row.get(3)? })
        })?;
        Ok(row.unwrap_or_default())
    }

    /// Shares other things with a contact than with everybody; the contact must be stored.
    pub fn set_sharing(&self, account: &AccountId, row: SharingRow) -> Result<(), StoreError> {
        let sql =
            "INSERT INTO contact_sharing (account, typing, presence, receipts, status) VALUES (?1, ?2, ?3, ?4, ?5)
            ON CONFLICT (account) DO UPDATE SET typing = ?2, presence = ?3, receipts = ?4, status = ?5";
        let values = params![account.as_bytes(), row.typing, row.presence, row.receipts, row.status];
        self.conn.prepare_cached(sql)?.execute(values)?;
        Ok(())
    }

    /// Stores the device, new or changed. Fails with [`StoreError::UnknownOwner`] if its contact is not stored.
    pub fn put_device(&self, row: &DeviceRow) -> Result<(), StoreError> {
        let sql = "INSERT INTO devices (device, account, transport, olm, kem_hash, kem, revoked_at_ms, last_reset_ms,
                renewed)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
            ON CONFLICT (device) DO UPDATE SET account = ?2, transport = ?3, olm = ?4, kem_hash = ?5, kem = ?6,
                revoked_at_ms = ?7, last_reset_ms = ?8, renewed = ?9";
        self.conn.prepare_cached(sql)?.execute(params![
            row.device.as_bytes(),
            row.account.as_bytes(),
            row.transport.as_bytes(),
            row.olm.to_bytes(),
            row.kem_hash,
            row.kem,
            maybe_int(row.revoked_at_ms),
            maybe_int(row.last_reset_ms),
            int(row.renewed),
        ])?;
        Ok(())
    }

    /// The device with this id.
    pub fn device(&self, id: &DeviceId) -> Result<Option<DeviceRow>, StoreError> {
        let mut statement = self.conn.prepare_cached(&format!("{DEVICE} WHERE device = ?1"))?;
        first(statement.query([id.as_bytes()])?, device)
    }

    /// The device behind a network endpoint. If several claim it: one that is not revoked before one that is, then the
    /// one stored first, so that a later claim takes nothing over.
    pub fn device_by_transport(&self, transport: &TransportId) -> Result<Option<DeviceRow>, StoreError> {
        let sql = format!("{DEVICE} WHERE transport = ?1 ORDER BY revoked_at_ms IS NOT NULL, rowid LIMIT 1");
        let mut statement = self.conn.prepare_cached(&sql)?;
        first(statement.query([transport.as_bytes()])?, device)
    }

    /// All devices of a contact, revoked ones too, in the order in which they were first stored.
    pub fn devices_of(&self, account: &AccountId) -> Result<Vec<DeviceRow>, StoreError> {
        let mut statement = self.conn.prepare_cached(&format!("{DEVICE} WHERE account = ?1 ORDER BY rowid"))?;
        collect(statement.query([account.as_bytes()])?, device)
    }

    /// Puts `addresses` (best first) before the ones already known for this endpoint and keeps the first 16.
    pub fn set_addresses(&self, transport: &TransportId, addresses: &[String], now_ms: u64) -> Result<(), StoreError> {
        let known = self.addresses_with_times(transport)?;
        let mut merged: Vec<(&str, u64)> = Vec::with_capacity(ADDRESSES_MAX);
        let fresh = addresses.iter().map(|address| (address.as_str(), now_ms));
        let old = known.iter().map(|(address, seen)| (address.as_str(), *seen));
        for (address, seen) in fresh.chain(old) {
            if merged.len() < ADDRESSES_MAX && !merged.iter().any(|(kept, _)| *kept == address) {
                merged.push((address, seen));
            }
        }
        self.atomically(|conn| {
            conn.prepare_cached("DELETE FROM addresses WHERE transport = ?1")?.execute([transport.as_bytes()])?;
            let sql = "INSERT INTO addresses (transport, position, address, seen_at_ms) VALUES (?1, ?2, ?3, ?4)";
            let mut insert = conn.prepare_cached(sql)?;
            for (position, (address, seen)) in (0_i64..).zip(&merged) {
                insert.execute(params![transport.as_bytes(), position, address, int(*seen)])?;
            }
            Ok(())
        })
    }

    /// Forgets where an endpoint was reached.
    pub fn forget_addresses(&self, transport: &TransportId) -> Result<(), StoreError> {
        self.conn.prepare_cached("DELETE FROM addresses WHERE transport = ?1")?.execute([transport.as_bytes()])?;
        Ok(())
    }

    /// Where this endpoint was last reached, newest first, at most 16.
    pub fn addresses(&self, transport: &TransportId) -> Result<Vec<String>, StoreError> {
        Ok(self.addresses_with_times(transport)?.into_iter().map(|(address, _)| address).collect())
    }

    fn addresses_with_times(&self, transport: &TransportId) -> Result<Vec<(String, u64)>, StoreError> {
        let sql = "SELECT address, seen_at_ms FROM addresses WHERE transport = ?1 ORDER BY position";
        let mut statement = self.conn.prepare_cached(sql)?;
        collect(statement.query([transport.as_bytes()])?, |row| Ok((row.get(0)?, row.get(1)?)))
    }

    /// Keeps one-time keys of a device for new sessions; one that is already kept is not kept twice. Fails with
    /// [`StoreError::UnknownOwner`] if the device is not stored.
    pub fn add_prekeys(&self, device: &DeviceId, keys: &[CurveKey], now_ms: u64) -> Result<(), StoreError> {
        self.atomically(|conn| {
            let sql = "INSERT INTO prekeys (device, key, added_at_ms) VALUES (?1, ?2, ?3)
                ON CONFLICT (device, key) DO NOTHING";
            let mut insert = conn.prepare_cached(sql)?;
            for key in keys {
                insert.execute(params![device.as_bytes(), key.to_bytes(), int(now_ms)])?;
            }
            Ok(())
        })
    }

    /// Takes the oldest one-time key of a device: it is returned once and removed.
    pub fn take_prekey(&self, device: &DeviceId) -> Result<Option<CurveKey>, StoreError> {
        let sql = "DELETE FROM prekeys
            WHERE id = (SELECT id FROM prekeys WHERE device = ?1 ORDER BY id LIMIT 1) RETURNING key";
        let mut statement = self.conn.prepare_cached(sql)?;
        let taken = collect(statement.query([device.as_bytes()])?, |row| Ok(CurveKey::from_bytes(row.get(0)?)))?;
        Ok(taken.first().copied())
    }

    /// How many one-time keys of a device are kept.
    pub fn prekey_count(&self, device: &DeviceId) -> Result<u32, StoreError> {
        let sql = "SELECT count(*) FROM prekeys WHERE device = ?1";
        Ok(self.conn.prepare_cached(sql)?.query_row([device.as_bytes()], |row| row.get(0))?)
    }

    /// Notes that an envelope arrived; `true` if it had not been noted before.
    pub fn remember_envelope(&self, envelope: &EnvelopeId, now_ms: u64) -> Result<bool, StoreError> {
        let sql = "INSERT INTO envelopes (envelope, seen_at_ms) VALUES (?1, ?2) ON CONFLICT (envelope) DO NOTHING";
        Ok(self.conn.prepare_cached(sql)?.execute(params![envelope.as_bytes(), int(now_ms)])? == 1)
    }

    /// Forgets envelopes noted before `before_ms`.
    pub fn prune_envelopes(&self, before_ms: u64) -> Result<(), StoreError> {
        self.conn.prepare_cached("DELETE FROM envelopes WHERE seen_at_ms < ?1")?.execute([int(before_ms)])?;
        Ok(())
    }
}
