//! The container of a backup file: one secret, one header, chunks that cannot be cut, moved or swapped.
//!
//! | header | bytes |
//! |---|---|
//! | `KITHBAK`, a zero byte | 8 |
//! | version | 1 |
//! | what opens it: 1 a password, 2 the recovery phrase | 1 |
//! | memory in KiB, passes, lanes; zeros with a phrase | 3 × 4, big endian |
//! | salt, random | 16 |
//! | beginning of every nonce, random | 19 |
//! | HMAC over the above | 32 |
//!
//! Chunks follow, each [`BACKUP_CHUNK`] bytes of plaintext but the last, sealed with XChaCha20-Poly1305. A nonce is the
//! header's 19 bytes, the number of the chunk (4, big endian), and 1 for the last chunk or else 0: the STREAM
//! construction. The header is the associated data of every chunk. The key is derived from the stretched password, or
//! from the phrase, with the header before its HMAC as context, so no two files share one.

use std::fmt;

use crate::domain::KdfInfo;
use crate::keystore::{KeystoreError, Stretch};
use crate::seal::{Key, SEAL_OVERHEAD, random_bytes};

#[cfg(test)]
mod tests;

/// Bytes before the first chunk.
pub const BACKUP_HEADER_LEN: usize = CHECKED_LEN + MAC_LEN;
/// Plaintext bytes of every chunk but the last, which may have fewer.
pub const BACKUP_CHUNK: usize = 64 * 1024;
/// Bytes of every sealed chunk but the last.
pub const BACKUP_SEALED_CHUNK: usize = BACKUP_CHUNK + TAG_LEN;

const MAGIC: [u8; 8] = *b"KITHBAK\0";
const VERSION: u8 = 1;
const SALT_LEN: usize = 16;
const PREFIX_LEN: usize = 19;
const MAC_LEN: usize = 32;
const CHECKED_LEN: usize = 8 + 1 + 1 + 12 + SALT_LEN + PREFIX_LEN;
const TAG_LEN: usize = SEAL_OVERHEAD - 24;

/// What opens a backup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BackupLock {
    /// A password somebody types.
    Password,
    /// The recovery phrase of the account.
    Phrase,
}

/// A secret to make or open a backup with.
#[derive(Clone, Copy)]
pub enum BackupSecret<'a> {
    /// The password.
    Password(&'a str),
    /// What [`RecoveryPhrase::backup_key`](crate::phrase::RecoveryPhrase::backup_key) gives.
    Phrase(&'a Key),
}

/// Why a backup could not be made or opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BackupError {
    /// The file is something else.
    #[error("this is not a backup of Kith")]
    NotABackup,
    /// Made by another version of the program.
    #[error("the backup has version {found}, this program reads version {supported}")]
    UnknownVersion {
        /// The version of the file.
        found: u8,
        /// The version this program reads.
        supported: u8,
    },
    /// The file ends too early.
    #[error("the backup is cut off")]
    Truncated,
    /// The password cannot be stretched: empty, too long, or the file asks for more than is allowed.
    #[error(transparent)]
    Stretch(#[from] KeystoreError),
    /// Another kind of secret opens it.
    #[error("this backup is opened by {}", match lock { BackupLock::Password => "a password", BackupLock::Phrase => "the 24 words of its account" })]
    OtherLock {
        /// What does open it.
        lock: BackupLock,
    },
    /// The password or the phrase does not open it.
    #[error("the {} not open this backup", match lock { BackupLock::Password => "password does", BackupLock::Phrase => "24 words do" })]
    WrongSecret {
        /// What was tried.
        lock: BackupLock,
    },
    /// A chunk was changed, moved, cut or added.
    #[error("the backup is damaged")]
    Damaged,
    /// More chunks than a file can have, or one of a wrong size.
    #[error("a chunk of a backup has a wrong size or number")]
    BadChunk,
}

/// The header of a file, read and not opened.
pub struct BackupHeader {
    bytes: [u8; BACKUP_HEADER_LEN],
    lock: BackupLock,
    stretch: Stretch,
}

/// Seals the chunks of one file, in order.
pub struct BackupSealer(Chunks);

/// Opens the chunks of one file, in order.
pub struct BackupOpener(Chunks);

struct Chunks {
    key: Key,
    header: [u8; BACKUP_HEADER_LEN],
    prefix: [u8; PREFIX_LEN],
    /// The number of the next one; `None` after the last.
    next: Option<u32>,
}

impl BackupLock {
    fn to_byte(self) -> u8 {
        match self {
            Self::Password => 1,
            Self::Phrase => 2,
        }
    }
}

impl BackupSecret<'_> {
    fn lock(&self) -> BackupLock {
        match self {
            Self::Password(_) => BackupLock::Password,
            Self::Phrase(_) => BackupLock::Phrase,
        }
    }

    /// The key of the file whose header begins with `checked`.
    fn file_key(&self, checked: &[u8], stretch: Stretch, salt: &[u8; SALT_LEN]) -> Result<Key, KeystoreError> {
        let base = match self {
            Self::Password(password) => stretch.apply(password, salt)?,
            Self::Phrase(key) => key.duplicate(),
        };
        Ok(base.derive_with(KdfInfo::BACKUP_FILE, checked))
    }
}

impl fmt::Debug for BackupSecret<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BackupSecret({:?}, redacted)", self.lock())
    }
}

impl fmt::Debug for BackupHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BackupHeader").field("lock", &self.lock).field("stretch", &self.stretch).finish_non_exhaustive()
    }
}

impl BackupHeader {
    /// Reads a header. Everything that costs memory or time later is bounded here.
    ///
    /// # Errors
    /// [`BackupError::NotABackup`], [`BackupError::UnknownVersion`], [`BackupError::Truncated`],
    /// [`BackupError::Stretch`], [`BackupError::Damaged`].
    pub fn parse(bytes: &[u8]) -> Result<Self, BackupError> {
        let Some((magic, rest)) = bytes.split_first_chunk::<8>() else { return Err(BackupError::NotABackup) };
        if *magic != MAGIC {
            return Err(BackupError::NotABackup);
        }
        let (version, rest) = rest.split_first().ok_or(BackupError::Truncated)?;
        if *version != VERSION {
            return Err(BackupError::UnknownVersion { found: *version, supported: VERSION });
        }
        let bytes: &[u8; BACKUP_HEADER_LEN] = bytes.first_chunk().ok_or(BackupError::Truncated)?;
        let (lock, rest) = rest.split_first().ok_or(BackupError::Truncated)?;
        let mut costs = [0; 3];
        let mut rest = rest;
        for cost in &mut costs {
            let (word, after) = rest.split_first_chunk().ok_or(BackupError::Truncated)?;
            *cost = u32::from_be_bytes(*word);
            rest = after;
        }
        let [memory_kib, passes, lanes] = costs;
        let stretch = Stretch::Custom { memory_kib, passes, lanes };
        let lock = match lock {
            1 => {
                stretch.check()?;
                BackupLock::Password
            }
            2 if costs == [0; 3] => BackupLock::Phrase,
            _ => return Err(BackupError::Damaged),
        };
        Ok(Self { bytes: *bytes, lock, stretch })
    }

    /// What opens the file.
    pub fn lock(&self) -> BackupLock {
        self.lock
    }

    /// Opens the file. With a password this takes the time and memory the file asks for.
    ///
    /// # Errors
    /// [`BackupError::OtherLock`], [`BackupError::WrongSecret`], [`BackupError::Stretch`].
    pub fn open(&self, secret: BackupSecret<'_>) -> Result<BackupOpener, BackupError> {
        let lock = self.lock;
        if secret.lock() != lock {
            return Err(BackupError::OtherLock { lock });
        }
        let (checked, mac) = self.bytes.split_last_chunk::<MAC_LEN>().ok_or(BackupError::Truncated)?;
        let (rest, prefix) = checked.split_last_chunk::<PREFIX_LEN>().ok_or(BackupError::Truncated)?;
        let salt = rest.last_chunk::<SALT_LEN>().ok_or(BackupError::Truncated)?;
        let key = secret.file_key(checked, self.stretch, salt)?;
        key.verify_mac(KdfInfo::BACKUP_CHECK, checked, mac).map_err(|_wrong| BackupError::WrongSecret { lock })?;
        Ok(BackupOpener(Chunks { key, header: self.bytes, prefix: *prefix, next: Some(0) }))
    }
}

impl BackupSealer {
    /// Begins a file. `stretch` counts only with a password. Gives the header, which the file begins with.
    ///
    /// # Errors
    /// [`BackupError::Stretch`].
    pub fn new(secret: BackupSecret<'_>, stretch: Stretch) -> Result<([u8; BACKUP_HEADER_LEN], Self), BackupError> {
        Self::with(secret, stretch, random_bytes(), random_bytes())
    }

    fn with(
        secret: BackupSecret<'_>,
        stretch: Stretch,
        salt: [u8; SALT_LEN],
        prefix: [u8; PREFIX_LEN],
    ) -> Result<([u8; BACKUP_HEADER_LEN], Self), BackupError> {
        let (memory, passes, lanes) = match secret.lock() {
            BackupLock::Password => stretch.costs(),
            BackupLock::Phrase => (0, 0, 0),
        };
        let costs = [memory, passes, lanes].map(u32::to_be_bytes).concat();
        let checked = [MAGIC.as_slice(), &[VERSION, secret.lock().to_byte()], &costs, &salt, &prefix].concat();
        let key = secret.file_key(&checked, stretch, &salt)?;
        let mac = key.mac(KdfInfo::BACKUP_CHECK, &checked);
        let mut header = [0; BACKUP_HEADER_LEN];
        for (to, from) in header.iter_mut().zip(checked.iter().chain(&mac)) {
            *to = *from;
        }
        Ok((header, Self(Chunks { key, header, prefix, next: Some(0) })))
    }

    /// What opens the same file, for reading back what was written.
    pub fn opener(&self) -> BackupOpener {
        let Chunks { key, header, prefix, .. } = &self.0;
        BackupOpener(Chunks { key: key.duplicate(), header: *header, prefix: *prefix, next: Some(0) })
    }

    /// Seals the next chunk: [`BACKUP_CHUNK`] bytes, or at most so many if it is the last.
    ///
    /// # Errors
    /// [`BackupError::BadChunk`].
    pub fn seal(&mut self, plain: &[u8], last: bool) -> Result<Vec<u8>, BackupError> {
        let right = if last { plain.len() <= BACKUP_CHUNK } else { plain.len() == BACKUP_CHUNK };
        if !right {
            return Err(BackupError::BadChunk);
        }
        let nonce = self.0.nonce(last)?;
        Ok(self.0.key.seal_detached(nonce, &self.0.header, plain))
    }
}

impl BackupOpener {
    /// Opens the next chunk. `last` says whether the file ends with it: a chunk opens only as what it was sealed as.
    ///
    /// # Errors
    /// [`BackupError::Truncated`] if a chunk that is not the last ends the file, [`BackupError::Damaged`],
    /// [`BackupError::BadChunk`].
    pub fn open(&mut self, sealed: &[u8], last: bool) -> Result<zeroize::Zeroizing<Vec<u8>>, BackupError> {
        let whole = sealed.len() == BACKUP_SEALED_CHUNK;
        if sealed.len() > BACKUP_SEALED_CHUNK || sealed.len() < TAG_LEN || (!last && !whole) {
            return Err(if last { BackupError::Truncated } else { BackupError::BadChunk });
        }
        let number = self.0.next;
        let nonce = self.0.nonce(last)?;
        if let Ok(plain) = self.0.key.open_detached(nonce, &self.0.header, sealed) {
            return Ok(plain);
        }
        self.0.next = number;
        // A whole chunk that is fine but for being the last one of the file: the rest is missing.
        if last && whole && self.0.nonce(false).is_ok_and(|nonce| self.opens(nonce, sealed)) {
            return Err(BackupError::Truncated);
        }
        Err(BackupError::Damaged)
    }

    fn opens(&self, nonce: [u8; 24], sealed: &[u8]) -> bool {
        self.0.key.open_detached(nonce, &self.0.header, sealed).is_ok()
    }
}

impl Chunks {
    /// The nonce of the next chunk, which is counted with that.
    fn nonce(&mut self, last: bool) -> Result<[u8; 24], BackupError> {
        let number = self.next.ok_or(BackupError::BadChunk)?;
        self.next = if last { None } else { number.checked_add(1) };
        let mut nonce = [0; 24];
        let number = number.to_be_bytes();
        for (to, from) in nonce.iter_mut().zip(self.prefix.iter().chain(&number).chain(&[u8::from(last)])) {
            *to = *from;
        }
        Ok(nonce)
    }
}

impl fmt::Debug for BackupSealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BackupSealer(redacted)")
    }
}

impl fmt::Debug for BackupOpener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BackupOpener(redacted)")
    }
}
