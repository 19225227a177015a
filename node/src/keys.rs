//! The keys of a profile: the keystore file, and what opens it.
//!
//! A profile folder (0700) holds `identity.kith`, the keystore. A password opens it, or else a key kept by the operating
//! system's keyring, or else the key in `identity.key` (0600) beside it. Nothing is written before everything that could
//! refuse has agreed: a wrong password, a damaged keystore or a profile in use leave the folder as it was.

use std::{
    io,
    path::{Path, PathBuf},
};

use kith_crypto::{
    DeviceSecrets, Key, Keystore, KeystoreError, MasterKey, NewSlot, RecoveryPhrase, Secret, SlotKind, Stretch,
};
use kith_wire::ids::AccountId;
use zeroize::Zeroizing;

mod files;
mod os_keyring;
mod state;

pub use files::SealedError;
pub(crate) use files::{Counter, Sealed, write_private};
pub use os_keyring::KeyringError;
pub use state::{ProfileState, profile_state};

/// The keystore in the profile folder.
pub(crate) const KEYSTORE_FILE: &str = "identity.kith";
/// The key that opens the keystore, where there is neither a password nor a keyring.
pub(crate) const KEY_FILE: &str = "identity.key";
/// The database, as `kith-store` names it.
pub(crate) const DATABASE_FILE: &str = "kith.db";

/// Why the keys of a profile are not to be had. The folder is as it was.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// There is no profile, and no name to make one with.
    #[error("there is no profile in {}: give --name NAME to make one", folder.display())]
    NoProfile {
        /// Where.
        folder: PathBuf,
    },
    /// There is a database but nothing that opens it.
    #[error("{} is missing, but there is a database: put the keystore back", file.display())]
    KeystoreMissing {
        /// The keystore.
        file: PathBuf,
    },
    /// The profile has a password.
    #[error("this profile has a password: give --password-file FILE or set KITH_PASSWORD")]
    PasswordNeeded,
    /// The profile has no password.
    #[error("this profile has no password, but one was given")]
    NoPassword,
    /// The keystore could not be read, or does not open.
    #[error(transparent)]
    Keystore(#[from] KeystoreError),
    /// The key file does not hold a key.
    #[error("{} does not hold a key of 32 bytes", file.display())]
    BadKeyFile {
        /// The key file.
        file: PathBuf,
    },
    /// The operating system's keyring does not give the key.
    #[error(
        "the key of this profile is in the keyring of the desktop session, which does not give it: {reason}. Start it in that session, with the keyring unlocked"
    )]
    Keyring {
        /// What the keyring said.
        reason: KeyringError,
    },
    /// A file could not be read or written.
    #[error("{}: {source}", file.display())]
    Io {
        /// Which.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// What a profile is opened with.
pub(crate) struct Access {
    pub(crate) password: Option<Zeroizing<String>>,
    /// Whether a new profile may be keyed by the operating system's keyring.
    pub(crate) keyring: bool,
}

/// The keystore of an open profile.
pub(crate) struct Keys {
    folder: PathBuf,
    keystore: Keystore,
}

/// A profile's keys, opened.
pub(crate) struct Unlocked {
    pub(crate) keys: Keys,
    pub(crate) master: MasterKey,
    pub(crate) device: DeviceSecrets,
}

impl Keys {
    /// Opens the keystore in `folder`; `None` if there is none.
    ///
    /// # Errors
    /// See [`KeyError`]. Nothing is written.
    pub(crate) fn open(folder: &Path, access: &Access) -> Result<Option<Unlocked>, KeyError> {
        let Some(keystore) = read_keystore(folder)? else { return Ok(None) };
        let keys = Self { folder: folder.to_owned(), keystore };
        let unlocked = keys
            .with_secret(access.password.as_deref().map(String::as_str), |keystore, secret| keystore.unlock(secret))?;
        Ok(Some(Unlocked { keys, master: unlocked.master, device: unlocked.device }))
    }

    /// Makes a new account with this as its first device, and writes its keystore.
    ///
    /// # Errors
    /// See [`KeyError`].
    pub(crate) fn create(folder: &Path, access: &Access) -> Result<Unlocked, KeyError> {
        let phrase = RecoveryPhrase::generate();
        let device = DeviceSecrets::generate();
        let account = AccountId::from(phrase.account_key().public());
        let keystore = if let Some(password) = &access.password {
            Keystore::create(&phrase, &device, &[NewSlot::Password { password, stretch: Stretch::Strong }])?
        } else {
            let key = Key::random();
            let kind = keep_key(folder, account, &key, access.keyring)?;
            Keystore::create(&phrase, &device, &[NewSlot::Key(kind, &key)])?
        };
        let file = folder.join(KEYSTORE_FILE);
        write_private(&file, &keystore.to_bytes()).map_err(|source| KeyError::Io { file, source })?;
        let keys = Self { folder: folder.to_owned(), keystore };
        let unlocked = keys
            .with_secret(access.password.as_deref().map(String::as_str), |keystore, secret| keystore.unlock(secret))?;
        Ok(Unlocked { keys, master: unlocked.master, device: unlocked.device })
    }

    /// The 24 words. `password` is needed if the profile has one.
    ///
    /// # Errors
    /// See [`KeyError`].
    pub(crate) fn phrase(&self, password: Option<&str>) -> Result<RecoveryPhrase, KeyError> {
        self.with_secret(password, |keystore, secret| keystore.phrase(secret))
    }

    /// The account.
    pub(crate) fn account(&self) -> AccountId {
        AccountId::from(self.keystore.account())
    }

    /// Whose entries in the keyring belong to this profile, if the keyring opens it.
    pub(crate) fn keyring(&self) -> Option<String> {
        self.keystore.slots().contains(&SlotKind::Keyring).then(|| self.account().to_string())
    }

    /// The key file, if that is what keeps this profile.
    pub(crate) fn key_file(&self) -> Option<PathBuf> {
        self.keystore.slots().contains(&SlotKind::KeyFile).then(|| self.folder.join(KEY_FILE))
    }

    fn with_secret<T>(
        &self,
        password: Option<&str>,
        work: impl FnOnce(&Keystore, Secret<'_>) -> Result<T, KeystoreError>,
    ) -> Result<T, KeyError> {
        let slots = self.keystore.slots();
        if slots.contains(&SlotKind::Password) {
            let password = password.ok_or(KeyError::PasswordNeeded)?;
            return Ok(work(&self.keystore, Secret::Password(password))?);
        }
        if password.is_some() {
            return Err(KeyError::NoPassword);
        }
        let (kind, key) = if slots.contains(&SlotKind::Keyring) {
            let key = os_keyring::load(&self.account().to_string()).map_err(|reason| KeyError::Keyring { reason })?;
            (SlotKind::Keyring, key)
        } else {
            (SlotKind::KeyFile, read_key(self.folder.join(KEY_FILE))?)
        };
        Ok(work(&self.keystore, Secret::Key(kind, &key))?)
    }
}

/// The keystore in `folder`, locked; `None` if there is neither that nor a database.
fn read_keystore(folder: &Path) -> Result<Option<Keystore>, KeyError> {
    let file = folder.join(KEYSTORE_FILE);
    match std::fs::read(&file) {
        Ok(bytes) => Ok(Some(Keystore::from_bytes(&bytes)?)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            if folder.join(DATABASE_FILE).exists() {
                Err(KeyError::KeystoreMissing { file })
            } else {
                Ok(None)
            }
        }
        Err(source) => Err(KeyError::Io { file, source }),
    }
}

/// Takes back what [`Keys::create`] and the database wrote in a folder that had no profile.
pub(crate) fn discard_new(folder: &Path) {
    for name in [KEYSTORE_FILE, KEY_FILE, DATABASE_FILE, "kith.db-wal", "kith.db-shm"] {
        let file = folder.join(name);
        if let Err(error) = std::fs::remove_file(&file)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(file = %file.display(), %error, "a file of the profile that was not made stays behind");
        }
    }
}

/// Makes the profile folder, for its owner only.
pub(crate) fn make_folder(folder: &Path) -> Result<(), KeyError> {
    files::make_private_folder(folder).map_err(|source| KeyError::Io { file: folder.to_owned(), source })
}

fn keep_key(folder: &Path, account: AccountId, key: &Key, keyring: bool) -> Result<SlotKind, KeyError> {
    if keyring && os_keyring::present() {
        match os_keyring::store(&account.to_string(), key) {
            Ok(()) => return Ok(SlotKind::Keyring),
            // The key file does as well, and the start-up names it.
            Err(error) => tracing::debug!(%error, "the keyring is not used"),
        }
    }
    let file = folder.join(KEY_FILE);
    write_private(&file, key.as_bytes()).map_err(|source| KeyError::Io { file, source })?;
    Ok(SlotKind::KeyFile)
}

fn read_key(file: PathBuf) -> Result<Key, KeyError> {
    let bytes = match std::fs::read(&file) {
        Ok(bytes) => Zeroizing::new(bytes),
        Err(source) => return Err(KeyError::Io { file, source }),
    };
    let Ok(bytes) = <&[u8; 32]>::try_from(bytes.as_slice()) else { return Err(KeyError::BadKeyFile { file }) };
    Ok(Key::from_bytes(bytes))
}
