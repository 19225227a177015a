//! The keystore: an account's and a device's secrets in one encrypted file.
//!
//! This module turns secrets into bytes and back; reading and writing the file is the caller's.
//!
//! A random master key opens everything that belongs to the device. It is wrapped once per
//! *slot*: for a password (stretched with Argon2id), for a key kept by the operating system,
//! for a key file, for the recovery phrase. Changing the password re-wraps 32 bytes.
//!
//! The account's phrase lies in a section of its own. While there is a password slot, only the
//! password opens that section, so a keystore that opens by itself through the operating
//! system's keyring does not give away the account.
//!
//! The layout of the file is in [`mod@format`]. Every sealed part is bound to the
//! file's random id and the account, each slot to its own parameters, and the whole file is
//! authenticated with the master key: parts of two files cannot be mixed.

use std::fmt;

use zeroize::Zeroizing;

use crate::domain::KdfInfo;
use crate::kem::KemSecret;
use crate::phrase::RecoveryPhrase;
use crate::seal::{Key, random_bytes};
use crate::sign::{PublicKey, SigningKey};

pub mod format;
mod slot;
mod stretch;
#[cfg(test)]
mod tests;

pub use slot::{NewSlot, Secret, SlotKind};
pub use stretch::{PASSWORD_MAX_BYTES, STRETCH_MAX_LANES, STRETCH_MAX_MEMORY_KIB, STRETCH_MAX_PASSES, Stretch};

use format::Parts;
use slot::Slot;

/// The secrets of one device.
#[derive(Debug)]
pub struct DeviceSecrets {
    /// Signs what this device says.
    pub sign: SigningKey,
    /// The transport identity; its public half is the peer id.
    pub transport: SigningKey,
    /// Receives encapsulated keys.
    pub kem: KemSecret,
}

/// The key everything on this device hangs on. Give out only what is derived from it.
pub struct MasterKey(Key);

/// What an opened keystore gives.
#[derive(Debug)]
pub struct Unlocked {
    /// The master key.
    pub master: MasterKey,
    /// The device's secrets.
    pub device: DeviceSecrets,
}

/// A keystore, locked: holds nothing readable.
#[derive(Clone)]
pub struct Keystore(Parts);

/// Why a keystore could not be read, opened or changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeystoreError {
    /// The file ends too early.
    #[error("the keystore is truncated: {found} bytes, at least {needed} needed")]
    Truncated {
        /// Bytes there are.
        found: usize,
        /// Bytes there should be, as far as is known.
        needed: usize,
    },
    /// The file is larger than any keystore.
    #[error("the keystore is larger than {limit} bytes")]
    TooLarge {
        /// What is accepted, in bytes.
        limit: usize,
    },
    /// The file is something else.
    #[error("this is not a keystore")]
    NotAKeystore,
    /// Made by another version of the program.
    #[error("the keystore has version {found}, this program reads version {supported}")]
    UnknownVersion {
        /// The version of the file.
        found: u8,
        /// The version this program reads.
        supported: u8,
    },
    /// More slots than a keystore can have.
    #[error("the keystore has {found} slots, at most {limit} are allowed")]
    TooManySlots {
        /// Slots there are.
        found: usize,
        /// What is accepted.
        limit: usize,
    },
    /// Stretching the password would take more than is allowed, or less than is possible.
    #[error(
        "stretching the password with {memory_kib} KiB, {passes} passes and {lanes} lanes is \
         out of bounds"
    )]
    TooCostly {
        /// Memory asked for, in KiB.
        memory_kib: u32,
        /// Passes over it.
        passes: u32,
        /// Lanes.
        lanes: u32,
    },
    /// There is not enough memory to stretch the password.
    #[error("{memory_kib} KiB of memory are needed to stretch the password and not available")]
    OutOfMemory {
        /// Memory asked for, in KiB.
        memory_kib: u32,
    },
    /// The password does not open the keystore.
    #[error("the password is wrong")]
    WrongPassword,
    /// The key does not open its slot.
    #[error("the {kind} does not open the keystore")]
    WrongKey {
        /// Which slot was tried.
        kind: SlotKind,
    },
    /// There is no such slot.
    #[error("the keystore has no slot for a {kind}")]
    NoSuchSlot {
        /// Which slot was asked for.
        kind: SlotKind,
    },
    /// There is such a slot already.
    #[error("the keystore has a slot for a {kind} already")]
    DuplicateSlot {
        /// Which slot.
        kind: SlotKind,
    },
    /// A keystore needs at least one slot.
    #[error("a keystore needs at least one way to open it")]
    NoSlots,
    /// This needs the password, whatever else opens the keystore.
    #[error("this needs the password")]
    PasswordRequired,
    /// The empty password.
    #[error("the password is empty")]
    EmptyPassword,
    /// The password is longer than anybody types.
    #[error("the password is longer than {limit_bytes} bytes")]
    PasswordTooLong {
        /// What is accepted, in bytes.
        limit_bytes: usize,
    },
    /// The unlocked secrets belong to another keystore.
    #[error("these secrets belong to another keystore")]
    OtherKeystore,
    /// The file was changed or damaged.
    #[error("the keystore is damaged")]
    Damaged,
}

impl DeviceSecrets {
    /// New random secrets for a device.
    pub fn generate() -> Self {
        Self { sign: SigningKey::generate(), transport: SigningKey::generate(), kem: KemSecret::generate() }
    }

    fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(format::DEVICE_LEN));
        bytes.extend_from_slice(self.sign.seed().as_slice());
        bytes.extend_from_slice(self.transport.seed().as_slice());
        bytes.extend_from_slice(self.kem.seed().as_slice());
        bytes
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (sign, rest) = bytes.split_first_chunk::<32>()?;
        let (transport, rest) = rest.split_first_chunk::<32>()?;
        let (kem, rest) = rest.split_first_chunk::<32>()?;
        rest.is_empty().then(|| Self {
            sign: SigningKey::from_seed(sign),
            transport: SigningKey::from_seed(transport),
            kem: KemSecret::from_seed(kem),
        })
    }
}

impl MasterKey {
    /// The raw key of the database.
    pub fn database(&self) -> Key {
        self.0.derive(KdfInfo::DATABASE)
    }

    /// The key that seals ratchet rows a second time.
    pub fn ratchet(&self) -> Key {
        self.0.derive(KdfInfo::RATCHET)
    }

    /// The key of everything small.
    pub fn misc(&self) -> Key {
        self.0.derive(KdfInfo::MISC)
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey(redacted)")
    }
}

impl fmt::Debug for Keystore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keystore").field("account", &self.account()).field("slots", &self.slots()).finish()
    }
}

impl Keystore {
    /// A new keystore with a new master key, opened by each of `slots`.
    ///
    /// # Errors
    /// [`KeystoreError::NoSlots`], [`KeystoreError::DuplicateSlot`], and what is wrong with a
    /// password or its stretching.
    pub fn create(
        phrase: &RecoveryPhrase,
        device: &DeviceSecrets,
        slots: &[NewSlot<'_>],
    ) -> Result<Self, KeystoreError> {
        if slots.is_empty() {
            return Err(KeystoreError::NoSlots);
        }
        let master = Key::random();
        let mut parts = Parts {
            id: random_bytes(),
            account: phrase.account_key().public(),
            slots: Vec::with_capacity(slots.len()),
            phrase: Vec::new(),
            device: Vec::new(),
            mac: [0; 32],
        };
        parts.device = master.derive(KdfInfo::KEYSTORE_DEVICE).seal(&parts.header(), &device.to_bytes());
        let mut keystore = Self(parts);
        keystore.seal_phrase(phrase, &master, false);
        for slot in slots {
            keystore.push_slot(phrase, &master, slot)?;
        }
        keystore.authenticate(&master);
        Ok(keystore)
    }

    /// Reads a keystore file without opening it. Everything that costs memory or time later is
    /// bounded here.
    ///
    /// # Errors
    /// [`KeystoreError::TooLarge`], [`KeystoreError::NotAKeystore`],
    /// [`KeystoreError::UnknownVersion`], [`KeystoreError::TooManySlots`],
    /// [`KeystoreError::Truncated`], [`KeystoreError::Damaged`], [`KeystoreError::TooCostly`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, KeystoreError> {
        Parts::decode(bytes).map(Self)
    }

    /// The bytes of the file.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.encode()
    }

    /// The account this keystore belongs to.
    pub fn account(&self) -> PublicKey {
        self.0.account
    }

    /// The ways to open it.
    pub fn slots(&self) -> Vec<SlotKind> {
        self.0.slots.iter().map(|slot| slot.kind).collect()
    }

    /// Opens the keystore.
    ///
    /// # Errors
    /// [`KeystoreError::NoSuchSlot`], [`KeystoreError::WrongPassword`] or
    /// [`KeystoreError::WrongKey`], [`KeystoreError::OutOfMemory`],
    /// [`KeystoreError::Damaged`] when the secret is right and the file is not.
    pub fn unlock(&self, secret: Secret<'_>) -> Result<Unlocked, KeystoreError> {
        let (_, master) = self.open_slot(secret)?;
        let device = master
            .derive(KdfInfo::KEYSTORE_DEVICE)
            .open(&self.0.header(), &self.0.device)
            .map_err(|_open_error| KeystoreError::Damaged)?;
        Ok(Unlocked {
            device: DeviceSecrets::from_bytes(&device).ok_or(KeystoreError::Damaged)?,
            master: MasterKey(master),
        })
    }

    /// The recovery phrase. With a password slot present only the password gives it.
    ///
    /// # Errors
    /// [`KeystoreError::PasswordRequired`], and those of [`unlock`](Keystore::unlock).
    pub fn phrase(&self, secret: Secret<'_>) -> Result<RecoveryPhrase, KeystoreError> {
        if self.has_password() && !matches!(secret, Secret::Password(_)) {
            return Err(KeystoreError::PasswordRequired);
        }
        let (slot_key, master) = self.open_slot(secret)?;
        let guarded = self.has_password();
        self.open_phrase(if guarded { &slot_key } else { &master }, guarded)
    }

    /// Replaces the password; its stretching stays as strong as it was.
    ///
    /// # Errors
    /// [`KeystoreError::NoSuchSlot`] when there is no password yet,
    /// [`KeystoreError::PasswordRequired`] when `old` is something else,
    /// [`KeystoreError::WrongPassword`], [`KeystoreError::OtherKeystore`], and what is wrong
    /// with the new password. The keystore is unchanged then.
    pub fn change_password(&mut self, unlocked: &Unlocked, old: Secret<'_>, new: &str) -> Result<(), KeystoreError> {
        let master = self.check_own(unlocked)?;
        let kind = SlotKind::Password;
        let stretch = self.slot(kind).ok_or(KeystoreError::NoSuchSlot { kind })?.stretch;
        let phrase = self.phrase(old)?;
        let mut changed = self.clone();
        changed.0.slots.retain(|slot| slot.kind != kind);
        let password = NewSlot::Password { password: new, stretch };
        changed.push_slot(&phrase, master, &password)?;
        changed.authenticate(master);
        *self = changed;
        Ok(())
    }

    /// Adds a way to open the keystore. Adding a password moves the phrase behind it.
    ///
    /// # Errors
    /// [`KeystoreError::DuplicateSlot`], [`KeystoreError::OtherKeystore`], and what is wrong
    /// with a password or its stretching. The keystore is unchanged then.
    pub fn add_slot(&mut self, unlocked: &Unlocked, slot: &NewSlot<'_>) -> Result<(), KeystoreError> {
        let master = self.check_own(unlocked)?;
        let mut changed = self.clone();
        if slot.kind() == SlotKind::Password && !self.has_password() {
            let phrase = self.open_phrase(master, false)?;
            changed.push_slot(&phrase, master, slot)?;
        } else {
            changed.push_plain_slot(master, slot)?;
        }
        changed.authenticate(master);
        *self = changed;
        Ok(())
    }

    /// Removes a way to open the keystore, other than the password
    /// ([`remove_password`](Keystore::remove_password) does that).
    ///
    /// # Errors
    /// [`KeystoreError::PasswordRequired`] for the password slot, [`KeystoreError::NoSuchSlot`],
    /// [`KeystoreError::NoSlots`] when it is the last one, [`KeystoreError::OtherKeystore`].
    pub fn remove_slot(&mut self, unlocked: &Unlocked, kind: SlotKind) -> Result<(), KeystoreError> {
        let master = self.check_own(unlocked)?;
        if kind == SlotKind::Password {
            return Err(KeystoreError::PasswordRequired);
        }
        self.drop_slot(kind)?;
        self.authenticate(master);
        Ok(())
    }

    /// Removes the password; from then on every other slot also opens the phrase.
    ///
    /// # Errors
    /// [`KeystoreError::NoSuchSlot`], [`KeystoreError::WrongPassword`],
    /// [`KeystoreError::NoSlots`] when it is the only slot, [`KeystoreError::OtherKeystore`].
    pub fn remove_password(&mut self, unlocked: &Unlocked, password: &str) -> Result<(), KeystoreError> {
        let master = self.check_own(unlocked)?;
        let kind = SlotKind::Password;
        self.slot(kind).ok_or(KeystoreError::NoSuchSlot { kind })?;
        let phrase = self.phrase(Secret::Password(password))?;
        self.drop_slot(kind)?;
        self.seal_phrase(&phrase, master, false);
        self.authenticate(master);
        Ok(())
    }

    fn has_password(&self) -> bool {
        self.slot(SlotKind::Password).is_some()
    }

    fn slot(&self, kind: SlotKind) -> Option<&Slot> {
        self.0.slots.iter().find(|slot| slot.kind == kind)
    }

    fn drop_slot(&mut self, kind: SlotKind) -> Result<(), KeystoreError> {
        self.slot(kind).ok_or(KeystoreError::NoSuchSlot { kind })?;
        if self.0.slots.len() == 1 {
            return Err(KeystoreError::NoSlots);
        }
        self.0.slots.retain(|slot| slot.kind != kind);
        Ok(())
    }

    /// Opens a slot and checks the whole file; gives the slot's own key and the master key.
    fn open_slot(&self, secret: Secret<'_>) -> Result<(Key, Key), KeystoreError> {
        let kind = secret.kind();
        let slot = self.slot(kind).ok_or(KeystoreError::NoSuchSlot { kind })?;
        let (slot_key, master) = slot.open(&self.0.header(), secret)?;
        self.check_mac(&master).map_err(|_bad_mac| KeystoreError::Damaged)?;
        Ok((slot_key, master))
    }

    fn check_own<'a>(&self, unlocked: &'a Unlocked) -> Result<&'a Key, KeystoreError> {
        let master = &unlocked.master.0;
        self.check_mac(master).map_err(|_bad_mac| KeystoreError::OtherKeystore)?;
        Ok(master)
    }

    fn check_mac(&self, master: &Key) -> Result<(), crate::seal::BadMac> {
        master.verify_mac(KdfInfo::KEYSTORE_MAC, &self.0.authenticated(), &self.0.mac)
    }

    fn authenticate(&mut self, master: &Key) {
        self.0.mac = master.mac(KdfInfo::KEYSTORE_MAC, &self.0.authenticated());
    }

    /// Adds a slot and, for a password, moves the phrase behind it.
    fn push_slot(&mut self, phrase: &RecoveryPhrase, master: &Key, new: &NewSlot<'_>) -> Result<(), KeystoreError> {
        let slot_key = self.push_plain_slot(master, new)?;
        if new.kind() == SlotKind::Password {
            self.seal_phrase(phrase, &slot_key, true);
        }
        Ok(())
    }

    fn push_plain_slot(&mut self, master: &Key, new: &NewSlot<'_>) -> Result<Key, KeystoreError> {
        let kind = new.kind();
        if self.slot(kind).is_some() {
            return Err(KeystoreError::DuplicateSlot { kind });
        }
        let (slot, slot_key) = Slot::create(&self.0.header(), master, new)?;
        self.0.slots.push(slot);
        Ok(slot_key)
    }

    fn seal_phrase(&mut self, phrase: &RecoveryPhrase, key: &Key, guarded: bool) {
        self.0.phrase = key.derive(KdfInfo::KEYSTORE_PHRASE).seal(&self.phrase_aad(guarded), phrase.entropy());
    }

    fn open_phrase(&self, key: &Key, guarded: bool) -> Result<RecoveryPhrase, KeystoreError> {
        let entropy = key
            .derive(KdfInfo::KEYSTORE_PHRASE)
            .open(&self.phrase_aad(guarded), &self.0.phrase)
            .map_err(|_open_error| KeystoreError::Damaged)?;
        let (entropy, _) = entropy.split_first_chunk::<32>().ok_or(KeystoreError::Damaged)?;
        let phrase = RecoveryPhrase::from_entropy(entropy);
        if phrase.account_key().public() != self.0.account {
            return Err(KeystoreError::Damaged);
        }
        Ok(phrase)
    }

    fn phrase_aad(&self, guarded: bool) -> Vec<u8> {
        let mut aad = self.0.header();
        aad.push(u8::from(guarded));
        aad
    }
}
