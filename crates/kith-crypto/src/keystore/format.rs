//! The layout of a keystore file. Integers are big endian.
//!
//! | part | bytes | bound by |
//! |---|---|---|
//! | magic `kith-key` | 8 | all seals |
//! | version, 1 | 1 | all seals |
//! | id of the file, random | 16 | all seals |
//! | account public key | 32 | all seals |
//! | number of slots, 1 to 8 | 1 | MAC |
//! | slots | 101 each | see below |
//! | phrase: 32 bytes, sealed | 72 | header ‖ 1 with a password slot, else 0 |
//! | device: seeds of D, T, K, sealed | 136 | header |
//! | HMAC-SHA256 with the master key over all before | 32 | |
//! | checksum: first 16 bytes of BLAKE3 over all before | 16 | |
//!
//! The first four rows are the *header*. A slot:
//!
//! | part | bytes | bound by |
//! |---|---|---|
//! | kind: 1 password, 2 keyring, 3 key file, 4 phrase | 1 | seal of this slot |
//! | Argon2id memory in KiB, passes, lanes (0 for keys) | 4 + 4 + 4 | seal of this slot |
//! | salt | 16 | seal of this slot |
//! | master key, sealed | 72 | header ‖ the rows above |
//!
//! A sealed part is a nonce of 24 bytes, the ciphertext and a tag of 16 bytes. The checksum
//! tells an accident from a wrong password; against people it is the seals that protect.

use super::KeystoreError;
use super::slot::{SALT_LEN, Slot, SlotKind};
use super::stretch::Stretch;
use crate::domain::HashLabel;
use crate::seal::SEAL_OVERHEAD;
use crate::sign::PublicKey;

/// The version this program writes and reads.
pub const KEYSTORE_VERSION: u8 = 1;
/// Largest file that is looked at, in bytes.
pub const KEYSTORE_MAX_BYTES: usize = 64 * 1024;
/// Most slots a file may have.
pub const KEYSTORE_MAX_SLOTS: usize = 8;

pub(super) const DEVICE_LEN: usize = 96;

const MAGIC: [u8; 8] = *b"kith-key";
const ID_LEN: usize = 16;
const MAC_LEN: usize = 32;
const CHECKSUM_LEN: usize = 16;
const SEALED_KEY_LEN: usize = 32 + SEAL_OVERHEAD;
const SEALED_DEVICE_LEN: usize = DEVICE_LEN + SEAL_OVERHEAD;
const HEADER_LEN: usize = MAGIC.len() + 1 + ID_LEN + 32;
pub(super) const SLOT_LEN: usize = 1 + 12 + SALT_LEN + SEALED_KEY_LEN;
const FIXED_LEN: usize = HEADER_LEN + 1 + SEALED_KEY_LEN + SEALED_DEVICE_LEN + MAC_LEN + CHECKSUM_LEN;

/// A keystore file, taken apart.
#[derive(Clone)]
pub(super) struct Parts {
    pub(super) id: [u8; ID_LEN],
    pub(super) account: PublicKey,
    pub(super) slots: Vec<Slot>,
    pub(super) phrase: Vec<u8>,
    pub(super) device: Vec<u8>,
    pub(super) mac: [u8; MAC_LEN],
}

impl Parts {
    /// What every seal is bound to.
    pub(super) fn header(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(HEADER_LEN);
        bytes.extend_from_slice(&MAGIC);
        bytes.push(KEYSTORE_VERSION);
        bytes.extend_from_slice(&self.id);
        bytes.extend_from_slice(self.account.as_bytes());
        bytes
    }

    /// Everything the authentication code covers.
    pub(super) fn authenticated(&self) -> Vec<u8> {
        let mut bytes = self.header();
        // There is at most one slot per kind, so the number always fits.
        bytes.push(u8::try_from(self.slots.len()).unwrap_or(u8::MAX));
        for slot in &self.slots {
            bytes.extend_from_slice(&slot.header());
            bytes.extend_from_slice(&slot.wrapped);
        }
        bytes.extend_from_slice(&self.phrase);
        bytes.extend_from_slice(&self.device);
        bytes
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        let mut bytes = self.authenticated();
        bytes.extend_from_slice(&self.mac);
        let checksum = checksum(&bytes);
        bytes.extend_from_slice(&checksum);
        bytes
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<Self, KeystoreError> {
        if bytes.len() > KEYSTORE_MAX_BYTES {
            return Err(KeystoreError::TooLarge { limit: KEYSTORE_MAX_BYTES });
        }
        let mut reader = Reader(bytes);
        let truncated = KeystoreError::Truncated { found: bytes.len(), needed: FIXED_LEN + SLOT_LEN };
        if reader.array().ok_or(truncated)? != MAGIC {
            return Err(KeystoreError::NotAKeystore);
        }
        let [version] = reader.array().ok_or(truncated)?;
        if version != KEYSTORE_VERSION {
            return Err(KeystoreError::UnknownVersion { found: version, supported: KEYSTORE_VERSION });
        }
        let id = reader.array().ok_or(truncated)?;
        let account = PublicKey::from_bytes(reader.array().ok_or(truncated)?);
        let [count] = reader.array().ok_or(truncated)?;
        check_size(bytes, usize::from(count))?;
        let mut slots: Vec<Slot> = Vec::with_capacity(usize::from(count));
        for _ in 0..count {
            let slot = reader.slot()?;
            if slots.iter().any(|other| other.kind == slot.kind) {
                return Err(KeystoreError::Damaged);
            }
            slots.push(slot);
        }
        Ok(Self {
            id,
            account,
            slots,
            phrase: reader.take(SEALED_KEY_LEN)?,
            device: reader.take(SEALED_DEVICE_LEN)?,
            mac: reader.array().ok_or(KeystoreError::Damaged)?,
        })
    }
}

fn check_size(bytes: &[u8], slots: usize) -> Result<(), KeystoreError> {
    if slots > KEYSTORE_MAX_SLOTS {
        return Err(KeystoreError::TooManySlots { found: slots, limit: KEYSTORE_MAX_SLOTS });
    }
    let needed = FIXED_LEN + slots * SLOT_LEN;
    if bytes.len() < needed {
        return Err(KeystoreError::Truncated { found: bytes.len(), needed });
    }
    let (body, sum) = bytes.split_last_chunk::<CHECKSUM_LEN>().ok_or(KeystoreError::Damaged)?;
    if bytes.len() > needed || slots == 0 || checksum(body) != *sum {
        return Err(KeystoreError::Damaged);
    }
    Ok(())
}

fn checksum(bytes: &[u8]) -> [u8; CHECKSUM_LEN] {
    let mut sum = [0; CHECKSUM_LEN];
    for (to, from) in sum.iter_mut().zip(HashLabel::KEYSTORE_CHECKSUM.hash(bytes)) {
        *to = from;
    }
    sum
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*head)
    }

    fn take(&mut self, length: usize) -> Result<Vec<u8>, KeystoreError> {
        let (head, rest) = self.0.split_at_checked(length).ok_or(KeystoreError::Damaged)?;
        self.0 = rest;
        Ok(head.to_vec())
    }

    fn number(&mut self) -> Result<u32, KeystoreError> {
        self.array().map(u32::from_be_bytes).ok_or(KeystoreError::Damaged)
    }

    fn slot(&mut self) -> Result<Slot, KeystoreError> {
        let [kind] = self.array().ok_or(KeystoreError::Damaged)?;
        let kind = SlotKind::from_byte(kind).ok_or(KeystoreError::Damaged)?;
        let stretch = Stretch::Custom { memory_kib: self.number()?, passes: self.number()?, lanes: self.number()? };
        if kind == SlotKind::Password {
            stretch.params()?;
        } else if stretch != Stretch::NONE {
            return Err(KeystoreError::Damaged);
        }
        Ok(Slot {
            kind,
            stretch,
            salt: self.array().ok_or(KeystoreError::Damaged)?,
            wrapped: self.take(SEALED_KEY_LEN)?,
        })
    }
}
