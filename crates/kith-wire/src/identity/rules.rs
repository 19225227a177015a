//! What one entry of an identity log must be, alone and after the entry before it. Signatures are checked by the caller.

use std::collections::BTreeSet;

use kith_crypto::CurveKey;

use super::proto::{BodyProto, DeviceProto, ENTRY, RevocationProto};
use super::{DeviceRecord, IdentityError, Revocation};
use crate::codec::array;
use crate::error::WireError;
use crate::ids::{AccountId, DeviceId, TransportId};

/// The decoded body of an entry.
pub(super) struct Entry {
    pub(super) account: AccountId,
    pub(super) seq: u64,
    pub(super) previous: [u8; 32],
    pub(super) devices: Vec<DeviceRecord>,
    pub(super) revoked: Vec<Revocation>,
    pub(super) created_at_ms: u64,
}

/// What the next entry must continue.
pub(super) struct Before<'a> {
    pub(super) account: AccountId,
    pub(super) seq: u64,
    pub(super) hash: [u8; 32],
    pub(super) devices: &'a [DeviceRecord],
    pub(super) revoked: &'a [Revocation],
}

impl Entry {
    pub(super) fn decode(body: &[u8]) -> Result<Self, WireError> {
        let proto: BodyProto = ENTRY.decode_plain(body)?;
        Ok(Self {
            account: AccountId::from_slice(&proto.account)?,
            seq: proto.seq,
            previous: array("previous hash", &proto.previous)?,
            devices: proto.devices.iter().map(DeviceRecord::try_from).collect::<Result<_, _>>()?,
            revoked: proto.revoked.iter().map(Revocation::try_from).collect::<Result<_, _>>()?,
            created_at_ms: proto.created_at_ms,
        })
    }
}

impl From<&Entry> for BodyProto {
    fn from(entry: &Entry) -> Self {
        let device = |record: &DeviceRecord| DeviceProto {
            device: record.device.to_bytes().to_vec(),
            olm: record.olm.to_bytes().to_vec(),
            transport: record.transport.to_bytes().to_vec(),
            kem_hash: record.kem_hash.to_vec(),
            added_at_ms: record.added_at_ms,
        };
        let revocation = |r: &Revocation| RevocationProto { device: r.device.to_bytes().to_vec(), at_ms: r.at_ms };
        Self {
            account: entry.account.to_bytes().to_vec(),
            seq: entry.seq,
            previous: entry.previous.to_vec(),
            devices: entry.devices.iter().map(device).collect(),
            revoked: entry.revoked.iter().map(revocation).collect(),
            created_at_ms: entry.created_at_ms,
        }
    }
}

impl TryFrom<&DeviceProto> for DeviceRecord {
    type Error = WireError;

    fn try_from(proto: &DeviceProto) -> Result<Self, WireError> {
        Ok(Self {
            device: DeviceId::from_slice(&proto.device)?,
            olm: CurveKey::from_bytes(array("Olm key", &proto.olm)?),
            transport: TransportId::from_slice(&proto.transport)?,
            kem_hash: array("KEM hash", &proto.kem_hash)?,
            added_at_ms: proto.added_at_ms,
            renewed: 0,
        })
    }
}

impl TryFrom<&RevocationProto> for Revocation {
    type Error = WireError;

    fn try_from(proto: &RevocationProto) -> Result<Self, WireError> {
        Ok(Self { device: DeviceId::from_slice(&proto.device)?, at_ms: proto.at_ms })
    }
}

/// No key stands in two places (the account key is never a device or an endpoint), no revoked device is listed.
pub(super) fn check_entry(entry: &Entry) -> Result<(), IdentityError> {
    let seq = entry.seq;
    let mut signing = BTreeSet::from([entry.account.to_bytes()]);
    let mut olm = BTreeSet::new();
    for record in &entry.devices {
        let fresh = signing.insert(record.device.to_bytes())
            && signing.insert(record.transport.to_bytes())
            && olm.insert(record.olm.to_bytes());
        if !fresh {
            return Err(IdentityError::BadDevices { seq });
        }
    }
    let mut revoked = BTreeSet::new();
    for revocation in &entry.revoked {
        if !revoked.insert(revocation.device) {
            return Err(IdentityError::BadRevocation { seq });
        }
    }
    if entry.devices.iter().any(|record| revoked.contains(&record.device)) {
        return Err(IdentityError::BadRevocation { seq });
    }
    Ok(())
}

/// The first entry has number 0, continues nothing and names at least one device.
pub(super) fn check_first(entry: &Entry) -> Result<(), IdentityError> {
    if entry.seq != 0 {
        return Err(IdentityError::WrongSequence { found: entry.seq, expected: 0 });
    }
    if entry.previous != [0; 32] {
        return Err(IdentityError::BrokenChain { seq: 0 });
    }
    if entry.devices.is_empty() {
        return Err(IdentityError::BadDevices { seq: 0 });
    }
    if !entry.revoked.is_empty() {
        return Err(IdentityError::BadRevocation { seq: 0 });
    }
    Ok(())
}

/// A later entry is of the same account, has the next number, names the hash of the entry before, keeps every revocation
/// and drops devices only by revoking them.
pub(super) fn check_next(entry: &Entry, before: &Before<'_>) -> Result<(), IdentityError> {
    let seq = entry.seq;
    if entry.account != before.account {
        return Err(IdentityError::WrongAccount { seq });
    }
    let expected = before.seq.saturating_add(1);
    if seq != expected {
        return Err(IdentityError::WrongSequence { found: seq, expected });
    }
    if entry.previous != before.hash {
        return Err(IdentityError::BrokenChain { seq });
    }
    let kept = before.revoked.iter().all(|r| entry.revoked.contains(r));
    let accounted = before.devices.iter().all(|old| {
        entry.devices.iter().any(|new| new.device == old.device) || entry.revoked.iter().any(|r| r.device == old.device)
    });
    if !kept || !accounted {
        return Err(IdentityError::BadRevocation { seq });
    }
    Ok(())
}
