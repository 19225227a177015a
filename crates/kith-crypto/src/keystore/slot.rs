//! Slots: the ways to open a keystore.

use std::fmt;

use zeroize::Zeroizing;

use super::KeystoreError;
use super::stretch::Stretch;
use crate::domain::KdfInfo;
use crate::seal::{Key, random_bytes};

/// Bytes of a slot's salt.
pub(super) const SALT_LEN: usize = 16;

/// What opens a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SlotKind {
    /// A password somebody types.
    Password,
    /// A key kept by the operating system.
    Keyring,
    /// A key in a file, for machines nobody sits at.
    KeyFile,
    /// A key derived from the recovery phrase.
    Phrase,
}

/// A secret to open a keystore with.
#[derive(Clone, Copy)]
pub enum Secret<'a> {
    /// The password.
    Password(&'a str),
    /// The key of a slot of the named kind.
    Key(SlotKind, &'a Key),
}

/// A way to open a keystore, to be added.
#[derive(Clone, Copy)]
pub enum NewSlot<'a> {
    /// By password.
    Password {
        /// The password: not empty, at most [`PASSWORD_MAX_BYTES`](super::PASSWORD_MAX_BYTES).
        password: &'a str,
        /// How costly guessing it shall be.
        stretch: Stretch,
    },
    /// By a 32-byte key; the kind must not be [`SlotKind::Password`].
    Key(SlotKind, &'a Key),
}

/// A slot as it is in the file.
#[derive(Clone)]
pub(super) struct Slot {
    pub(super) kind: SlotKind,
    /// Only meaningful for a password; all zeros in the file otherwise.
    pub(super) stretch: Stretch,
    pub(super) salt: [u8; SALT_LEN],
    /// The sealed master key.
    pub(super) wrapped: Vec<u8>,
}

impl SlotKind {
    pub(super) fn to_byte(self) -> u8 {
        match self {
            Self::Password => 1,
            Self::Keyring => 2,
            Self::KeyFile => 3,
            Self::Phrase => 4,
        }
    }

    pub(super) fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            1 => Some(Self::Password),
            2 => Some(Self::Keyring),
            3 => Some(Self::KeyFile),
            4 => Some(Self::Phrase),
            _ => None,
        }
    }
}

impl fmt::Display for SlotKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Password => "password",
            Self::Keyring => "keyring entry",
            Self::KeyFile => "key file",
            Self::Phrase => "recovery phrase",
        })
    }
}

impl Secret<'_> {
    /// Which slot it is for.
    pub fn kind(&self) -> SlotKind {
        match self {
            Self::Password(_) => SlotKind::Password,
            Self::Key(kind, _) => *kind,
        }
    }
}

impl fmt::Debug for Secret<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({:?}, redacted)", self.kind())
    }
}

impl NewSlot<'_> {
    /// Which slot it makes.
    pub fn kind(&self) -> SlotKind {
        match self {
            Self::Password { .. } => SlotKind::Password,
            Self::Key(kind, _) => *kind,
        }
    }
}

impl fmt::Debug for NewSlot<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NewSlot({:?}, redacted)", self.kind())
    }
}

impl Slot {
    /// Wraps `master` for a new slot; gives the slot and its own key.
    pub(super) fn create(header: &[u8], master: &Key, new: &NewSlot<'_>) -> Result<(Self, Key), KeystoreError> {
        let (secret, stretch) = match *new {
            NewSlot::Password { password, stretch } => (Secret::Password(password), stretch),
            NewSlot::Key(kind, key) => (Secret::Key(kind, key), Stretch::NONE),
        };
        let mut slot = Self { kind: new.kind(), stretch, salt: random_bytes(), wrapped: Vec::new() };
        let key = slot.key(header, secret)?;
        slot.wrapped = key.derive(KdfInfo::KEYSTORE_WRAP).seal(&slot.aad(header), master.as_bytes());
        Ok((slot, key))
    }

    /// Unwraps the master key; gives the slot's own key and the master key.
    pub(super) fn open(&self, header: &[u8], secret: Secret<'_>) -> Result<(Key, Key), KeystoreError> {
        let wrong = match self.kind {
            SlotKind::Password => KeystoreError::WrongPassword,
            kind @ (SlotKind::Keyring | SlotKind::KeyFile | SlotKind::Phrase) => KeystoreError::WrongKey { kind },
        };
        let key = self.key(header, secret)?;
        let master: Zeroizing<Vec<u8>> =
            key.derive(KdfInfo::KEYSTORE_WRAP).open(&self.aad(header), &self.wrapped).map_err(|_open_error| wrong)?;
        let (master, _) = master.split_first_chunk::<32>().ok_or(KeystoreError::Damaged)?;
        Ok((key, Key::from_bytes(master)))
    }

    /// Everything about the slot that is not sealed.
    pub(super) fn header(&self) -> Vec<u8> {
        let (memory_kib, passes, lanes) = self.stretch.costs();
        let mut bytes = vec![self.kind.to_byte()];
        for cost in [memory_kib, passes, lanes] {
            bytes.extend_from_slice(&cost.to_be_bytes());
        }
        bytes.extend_from_slice(&self.salt);
        bytes
    }

    fn aad(&self, header: &[u8]) -> Vec<u8> {
        [header, &self.header()].concat()
    }

    fn key(&self, header: &[u8], secret: Secret<'_>) -> Result<Key, KeystoreError> {
        match secret {
            Secret::Password(password) => self.stretch.apply(password, &self.salt),
            Secret::Key(SlotKind::Password, _) => Err(KeystoreError::PasswordRequired),
            Secret::Key(_, key) => Ok(key.derive_with(KdfInfo::KEYSTORE_SLOT, &self.aad(header))),
        }
    }
}
