//! Who somebody is: a hash chain of device lists, each entry signed by the account key.

mod proof;
mod proto;
mod renewal;
mod rules;

use kith_crypto::{CurveKey, DeviceSecrets, SignContext, Signature, SigningKey};
use prost::Message;

use crate::error::WireError;
use crate::ids::{AccountId, DeviceId, TransportId};
use crate::limits::{LOG_ENTRIES_MAX, LOG_MAX};
use proof::DeviceProof;
use proto::{BodyProto, EntryProto, LOG, LogProto};
pub(crate) use renewal::RENEWAL_LEN;
pub use renewal::{Renewal, UnverifiedRenewal};

/// The keys of one device. Plain data: it says something only inside a verified [`IdentityLog`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceRecord {
    /// The device, by its signing key.
    pub device: DeviceId,
    /// Its Olm identity key.
    pub olm: CurveKey,
    /// Its transport key.
    pub transport: TransportId,
    /// Hash of its X-Wing public key.
    pub kem_hash: [u8; 32],
    /// When it was added, Unix milliseconds by the author's clock.
    pub added_at_ms: u64,
    /// The number of the [`Renewal`] that `transport` comes from; 0: it is the one it was listed with.
    pub renewed: u64,
}

/// A device and its word that it belongs to the account: what it takes to be listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDevice {
    record: DeviceRecord,
    proof: DeviceProof,
}

impl NewDevice {
    /// The device with these keys, which sign that it belongs to `account`: nobody can list a device that is not theirs.
    #[must_use]
    pub fn new(account: AccountId, keys: &DeviceSecrets, olm: CurveKey, now_ms: u64) -> Self {
        let record = DeviceRecord {
            device: DeviceId::from(keys.sign.public()),
            olm,
            transport: TransportId::from(keys.transport.public()),
            kem_hash: keys.kem.public().hash(),
            added_at_ms: now_ms,
            renewed: 0,
        };
        let proof = DeviceProof::sign(account, &record, keys);
        Self { record, proof }
    }

    /// What will be listed.
    #[must_use]
    pub fn record(&self) -> &DeviceRecord {
        &self.record
    }
}

/// A device that may never speak for the account again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Revocation {
    /// The device.
    pub device: DeviceId,
    /// When it was revoked, Unix milliseconds by the author's clock.
    pub at_ms: u64,
}

/// Why an identity log is not to be believed, or cannot be extended.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IdentityError {
    /// An entry does not decode.
    #[error(transparent)]
    Wire(#[from] WireError),
    /// The log has no entry.
    #[error("the identity log is empty")]
    Empty,
    /// An entry names another account than the first one, or the signing key is of another account.
    #[error("entry {seq} is about another account")]
    WrongAccount {
        /// Position in the log.
        seq: u64,
    },
    /// The signature of an entry is not the account's.
    #[error("entry {seq} is not signed by the account")]
    BadSignature {
        /// Position in the log.
        seq: u64,
    },
    /// The entries are not numbered 0, 1, 2, …
    #[error("entry {found} where entry {expected} belongs")]
    WrongSequence {
        /// Number found.
        found: u64,
        /// Number required.
        expected: u64,
    },
    /// An entry does not continue the one before it.
    #[error("entry {seq} does not continue the entry before it")]
    BrokenChain {
        /// Position in the log.
        seq: u64,
    },
    /// A device list that cannot be: no device at the start, or one key in two places.
    #[error("entry {seq} has an impossible device list")]
    BadDevices {
        /// Position in the log.
        seq: u64,
    },
    /// A device that is new in the list, or changed, did not sign that it belongs to the account.
    #[error("entry {seq} lists a device that did not agree to it")]
    BadProof {
        /// Position in the log.
        seq: u64,
    },
    /// A revoked device came back, a revocation was forgotten, or a device vanished without one.
    #[error("entry {seq} takes a revocation back or drops a device without one")]
    BadRevocation {
        /// Position in the log.
        seq: u64,
    },
    /// A renewal of a transport key that its device or the key did not sign, or that is of no listed device, or names a key
    /// that stands somewhere else.
    #[error("a device did not sign its new transport key")]
    BadRenewal,
    /// The log would be longer than anybody accepts.
    #[error("the identity log is full")]
    Full,
}

/// How a log relates to the newest one seen before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogRelation {
    /// It is the same.
    Same,
    /// It continues the pinned one.
    Newer,
    /// It ends before the pinned one: a replay or a rollback; refuse it.
    Older,
    /// It has another entry where the pinned one was: two entries validly signed for one place. The account key is
    /// compromised or was used on two machines.
    Fork,
}

/// A log as it arrived: decoded, not believed.
pub struct UnverifiedIdentityLog {
    entries: Vec<EntryProto>,
    renewals: Vec<u8>,
}

impl UnverifiedIdentityLog {
    /// Decodes a log of at most [`LOG_MAX`] bytes and [`LOG_ENTRIES_MAX`] entries.
    pub fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        let log: LogProto = LOG.decode(bytes)?;
        Ok(Self { entries: log.entries, renewals: log.renewals })
    }

    /// Checks the whole chain from its first entry: numbers, hashes, signatures, device lists and revocations; then the
    /// renewals beside it.
    pub fn verify(self) -> Result<IdentityLog, IdentityError> {
        let mut log: Option<IdentityLog> = None;
        for entry in self.entries {
            log = Some(IdentityLog::extended(log, entry)?);
        }
        let mut log = log.ok_or(IdentityError::Empty)?;
        let (renewals, rest) = (self.renewals.chunks_exact(RENEWAL_LEN), self.renewals.len() % RENEWAL_LEN);
        if rest != 0 || renewals.len() > log.listed.len() {
            return Err(IdentityError::BadRenewal);
        }
        for renewal in renewals {
            let renewal = UnverifiedRenewal::decode(renewal)?.verify(log.account)?;
            if !log.take_renewal(renewal)? {
                return Err(IdentityError::BadRenewal);
            }
        }
        Ok(log)
    }
}

/// A verified identity log: every entry is signed by the account and continues the one before.
#[derive(Clone, PartialEq, Eq)]
pub struct IdentityLog {
    account: AccountId,
    entries: Vec<EntryProto>,
    hashes: Vec<[u8; 32]>,
    head: [u8; 32],
    /// The devices as the newest entry lists them.
    listed: Vec<DeviceRecord>,
    revoked: Vec<Revocation>,
    /// At most one for each of them.
    renewals: Vec<Renewal>,
    /// The devices with the keys they have now.
    devices: Vec<DeviceRecord>,
}

impl std::fmt::Debug for IdentityLog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("IdentityLog")
            .field("account", &self.account)
            .field("seq", &self.seq())
            .field("devices", &self.listed.len())
            .field("revoked", &self.revoked.len())
            .finish_non_exhaustive()
    }
}

impl IdentityLog {
    /// The first entry of a new account, signed by its key. Fails if the device list is empty or impossible.
    pub fn create(account: &SigningKey, devices: Vec<NewDevice>, now_ms: u64) -> Result<Self, IdentityError> {
        let (devices, proofs): (Vec<_>, Vec<_>) = devices.into_iter().map(|new| (new.record, new.proof)).unzip();
        let body = rules::Entry {
            account: AccountId::from(account.public()),
            seq: 0,
            previous: [0; 32],
            devices,
            revoked: Vec::new(),
            created_at_ms: now_ms,
        };
        Self::extended(None, sign(account, &body, &proofs))
    }

    /// Adds an entry: the devices so far, without those revoked now, with those added; an added device that was listed
    /// already is replaced. Fails, and changes nothing, if the result would not verify, or if `account` is not the key
    /// of this log.
    pub fn append(
        &mut self,
        account: &SigningKey,
        added: Vec<NewDevice>,
        revoke: &[Revocation],
        now_ms: u64,
    ) -> Result<(), IdentityError> {
        let leaves = |device: &DeviceId| {
            revoke.iter().any(|r| r.device == *device) || added.iter().any(|new| new.record.device == *device)
        };
        let mut devices: Vec<_> = self.listed.iter().filter(|record| !leaves(&record.device)).cloned().collect();
        let (records, proofs): (Vec<_>, Vec<_>) = added.into_iter().map(|new| (new.record, new.proof)).unzip();
        devices.extend(records);
        let mut revoked = self.revoked.clone();
        revoked.extend(revoke);
        let body = rules::Entry {
            account: AccountId::from(account.public()),
            seq: self.seq().saturating_add(1),
            previous: self.head,
            devices,
            revoked,
            created_at_ms: now_ms,
        };
        let next = Self::extended(Some(self.clone()), sign(account, &body, &proofs))?;
        if next.encode().len() > LOG_MAX || next.entries.len() > LOG_ENTRIES_MAX {
            return Err(IdentityError::Full);
        }
        *self = next;
        Ok(())
    }

    /// The only way an entry gets into a log, whoever wrote it.
    fn extended(log: Option<Self>, signed: EntryProto) -> Result<Self, IdentityError> {
        let entry = rules::Entry::decode(&signed.body)?;
        rules::check_entry(&entry)?;
        match &log {
            None => rules::check_first(&entry)?,
            Some(log) => {
                let before = rules::Before {
                    account: log.account,
                    seq: log.seq(),
                    hash: log.head,
                    devices: &log.listed,
                    revoked: &log.revoked,
                };
                rules::check_next(&entry, &before)?;
            }
        }
        let bad_signature = IdentityError::BadSignature { seq: entry.seq };
        let Ok(signature) = <[u8; 64]>::try_from(signed.signature.as_slice()) else {
            return Err(bad_signature);
        };
        let signature = Signature::from_bytes(signature);
        if entry.account.public_key().verify(SignContext::IDENTITY_LOG, &signed.body, &signature).is_err() {
            return Err(bad_signature);
        }
        let known = log.as_ref().map_or(&[][..], |log| &log.listed);
        proof::check(&entry, known, &signed.proofs)?;
        let (mut entries, mut hashes, mut renewals, before) =
            log.map_or_else(Default::default, |log| (log.entries, log.hashes, log.renewals, log.listed));
        // Of a device that is listed anew with other keys they say nothing.
        let stays = |renewal: &Renewal| {
            let same = |list: &[DeviceRecord]| list.iter().find(|record| record.device == renewal.device()).cloned();
            same(&before).is_some_and(|record| same(&entry.devices).as_ref() == Some(&record))
        };
        renewals.retain(stays);
        let head = *blake3::hash(&signed.body).as_bytes();
        entries.push(signed);
        hashes.push(head);
        let devices = renewed(&entry.devices, &renewals);
        let (account, listed, revoked) = (entry.account, entry.devices, entry.revoked);
        Ok(Self { account, entries, hashes, head, listed, revoked, renewals, devices })
    }

    /// Gives a listed device, by its key, another transport key. Fails, and changes nothing, if it is not listed, the number
    /// is not higher than that of the renewal before, or the log is full.
    pub fn renew(&mut self, device: &SigningKey, transport: &SigningKey, number: u64) -> Result<(), IdentityError> {
        let mut next = self.clone();
        if !next.take_renewal(Renewal::create(self.account, device, transport, number))? {
            return Err(IdentityError::BadRenewal);
        }
        if next.encode().len() > LOG_MAX {
            return Err(IdentityError::Full);
        }
        *self = next;
        Ok(())
    }

    /// Takes a renewal that a device told. `false`: a newer one is there, or this one.
    ///
    /// # Errors
    /// [`IdentityError::BadRenewal`] if it is of no listed device, or names a key that stands somewhere else.
    pub fn take_renewal(&mut self, renewal: Renewal) -> Result<bool, IdentityError> {
        let record = self.device(&renewal.device()).ok_or(IdentityError::BadRenewal)?;
        if renewal.number() <= record.renewed {
            return Ok(false);
        }
        let key = renewal.transport().to_bytes();
        let elsewhere = |other: &DeviceRecord| {
            other.device.to_bytes() == key || (other.device != renewal.device() && other.transport.to_bytes() == key)
        };
        if self.account.to_bytes() == key || self.devices.iter().chain(&self.listed).any(elsewhere) {
            return Err(IdentityError::BadRenewal);
        }
        self.renewals.retain(|old| old.device() != renewal.device());
        self.renewals.push(renewal);
        self.devices = renewed(&self.listed, &self.renewals);
        Ok(true)
    }

    /// What a device said last about its transport key.
    #[must_use]
    pub fn renewal(&self, device: &DeviceId) -> Option<&Renewal> {
        self.renewals.iter().find(|renewal| renewal.device() == *device)
    }

    /// Whose log it is.
    #[must_use]
    pub fn account(&self) -> AccountId {
        self.account
    }

    /// The number of the newest entry; the first is 0.
    #[must_use]
    pub fn seq(&self) -> u64 {
        (self.entries.len() as u64).saturating_sub(1)
    }

    /// Hash of the signed bytes of the newest entry; pin it together with [`IdentityLog::seq`].
    #[must_use]
    pub fn head_hash(&self) -> [u8; 32] {
        self.head
    }

    /// The devices that speak for the account now, with the transport keys they have now.
    #[must_use]
    pub fn devices(&self) -> &[DeviceRecord] {
        &self.devices
    }

    /// The devices that may never again.
    #[must_use]
    pub fn revoked(&self) -> &[Revocation] {
        &self.revoked
    }

    /// The record of a current device; `None` if it is unknown or revoked.
    #[must_use]
    pub fn device(&self, device: &DeviceId) -> Option<&DeviceRecord> {
        self.devices.iter().find(|record| record.device == *device)
    }

    /// Whether the device was revoked.
    #[must_use]
    pub fn is_revoked(&self, device: &DeviceId) -> bool {
        self.revoked.iter().any(|revocation| revocation.device == *device)
    }

    /// The log as it travels; signed parts byte for byte as their author made them.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let renewals = self.renewals.iter().flat_map(Renewal::encode).collect();
        LOG.encode(&LogProto { entries: self.entries.clone(), renewals })
    }

    /// Compares with the newest sequence number and head hash seen for this account. Only [`LogRelation::Newer`] may
    /// replace what is pinned.
    #[must_use]
    pub fn relation_to(&self, pinned_seq: u64, pinned_hash: &[u8; 32]) -> LogRelation {
        let place = usize::try_from(pinned_seq).unwrap_or(usize::MAX);
        match self.hashes.get(place) {
            None => LogRelation::Older,
            Some(hash) if hash != pinned_hash => LogRelation::Fork,
            Some(_) if pinned_seq == self.seq() => LogRelation::Same,
            Some(_) => LogRelation::Newer,
        }
    }
}

/// The listed devices with the keys they have now.
fn renewed(listed: &[DeviceRecord], renewals: &[Renewal]) -> Vec<DeviceRecord> {
    let now = |record: &DeviceRecord| {
        let renewal = renewals.iter().find(|renewal| renewal.device() == record.device);
        renewal.map_or_else(
            || record.clone(),
            |renewal| DeviceRecord { transport: renewal.transport(), renewed: renewal.number(), ..record.clone() },
        )
    };
    listed.iter().map(now).collect()
}

fn sign(account: &SigningKey, entry: &rules::Entry, proofs: &[DeviceProof]) -> EntryProto {
    let body = BodyProto::from(entry).encode_to_vec();
    let signature = account.sign(SignContext::IDENTITY_LOG, &body).to_bytes().to_vec();
    EntryProto { body, signature, proofs: proof::encode(proofs) }
}
