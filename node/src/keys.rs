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
    keystore::Unlocked as Opened,
};
use kith_wire::ids::AccountId;
use zeroize::Zeroizing;

pub(crate) mod aside;
mod files;
mod os_keyring;
mod state;
pub(crate) mod wipe;

pub use files::SealedError;
pub(crate) use files::{Counter, Sealed, flush_folder, state_folder, write_private};
pub use os_keyring::KeyringError;
pub use state::{ProfileState, profile_state};
pub(crate) use wipe::MAIL_FOLDER;
pub use wipe::{WipeError, wipe_profile};

/// The keystore in the profile folder.
pub(crate) const KEYSTORE_FILE: &str = "identity.kith";
/// The key that opens the keystore, where there is neither a password nor a keyring.
pub(crate) const KEY_FILE: &str = "identity.key";
/// There while a profile is being made of a backup.
const RESTORING_FILE: &str = "restoring";
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
    /// There is no password to take away.
    #[error("this profile has no password, and none was given")]
    NothingToChange,
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
    /// Where the counter against copied-back folders is kept besides.
    pub(crate) state: Option<PathBuf>,
}

/// The keystore of an open profile.
pub(crate) struct Keys {
    folder: PathBuf,
    keystore: Keystore,
    /// Whether it may be keyed by the operating system's keyring.
    keyring: bool,
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
        let keys = Self { folder: folder.to_owned(), keystore, keyring: access.keyring };
        let unlocked = keys
            .with_secret(access.password.as_deref().map(String::as_str), |keystore, secret| keystore.unlock(secret))?;
        Ok(Some(Unlocked { keys, master: unlocked.master, device: unlocked.device }))
    }

    /// Makes a new account with this as its first device, and writes its keystore.
    ///
    /// # Errors
    /// See [`KeyError`].
    pub(crate) fn create(folder: &Path, access: &Access) -> Result<Unlocked, KeyError> {
        Self::create_of(folder, access, &RecoveryPhrase::generate())
    }

    /// Makes this a new device of the account with these words, and writes its keystore.
    ///
    /// # Errors
    /// See [`KeyError`].
    pub(crate) fn create_of(folder: &Path, access: &Access, phrase: &RecoveryPhrase) -> Result<Unlocked, KeyError> {
        let device = DeviceSecrets::generate();
        let account = AccountId::from(phrase.account_key().public());
        let keystore = if let Some(password) = &access.password {
            Keystore::create(phrase, &device, &[NewSlot::Password { password, stretch: Stretch::Strong }])?
        } else {
            let key = Key::random();
            let kind = keep_key(folder, account, &key, access.keyring)?;
            Keystore::create(phrase, &device, &[NewSlot::Key(kind, &key)])?
        };
        let keys = Self { folder: folder.to_owned(), keystore, keyring: access.keyring };
        keys.write(&keys.keystore)?;
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

    /// Gives the profile a password, another one, or none; then the keyring opens it or a key file, as a new profile.
    /// `current` is needed if it has one. A keystore from before, with what opened it, still opens the database.
    ///
    /// # Errors
    /// See [`KeyError`]. What opened the profile before still does.
    pub(crate) fn set_password(&mut self, current: Option<&str>, new: Option<&str>) -> Result<(), KeyError> {
        let unlocked = self.with_secret(current, |keystore, secret| keystore.unlock(secret))?;
        match (current, new) {
            (Some(current), Some(new)) => {
                self.change(|keystore| keystore.change_password(&unlocked, Secret::Password(current), new))
            }
            (None, Some(new)) => self.add_password(&unlocked, new),
            (Some(current), None) => self.remove_password(&unlocked, current),
            (None, None) => Err(KeyError::NothingToChange),
        }
    }

    fn add_password(&mut self, unlocked: &Opened, password: &str) -> Result<(), KeyError> {
        let by_key: Vec<SlotKind> = self.keystore.slots().into_iter().filter(|kind| opens_alone(*kind)).collect();
        self.change(|keystore| {
            keystore.add_slot(unlocked, &NewSlot::Password { password, stretch: Stretch::Strong })?;
            by_key.iter().try_for_each(|kind| keystore.remove_slot(unlocked, *kind))
        })?;
        // Their keys open nothing any more but older copies of the keystore.
        for kind in by_key {
            drop_key(&self.folder, self.account(), kind);
        }
        Ok(())
    }

    fn remove_password(&mut self, unlocked: &Opened, password: &str) -> Result<(), KeyError> {
        let key = Key::random();
        let kind = keep_key(&self.folder, self.account(), &key, self.keyring)?;
        let removed = self.change(|keystore| {
            keystore.add_slot(unlocked, &NewSlot::Key(kind, &key))?;
            keystore.remove_password(unlocked, password)
        });
        if removed.is_err() && !self.keystore.slots().contains(&kind) {
            drop_key(&self.folder, self.account(), kind);
        }
        removed
    }

    /// Changes the keystore on disk, and then here.
    fn change(&mut self, change: impl FnOnce(&mut Keystore) -> Result<(), KeystoreError>) -> Result<(), KeyError> {
        let mut changed = self.keystore.clone();
        change(&mut changed)?;
        let written = self.write(&changed);
        // Where only the last flush failed the new file may be in place: what is there counts.
        let in_place = written.is_ok()
            || std::fs::read(self.folder.join(KEYSTORE_FILE)).is_ok_and(|bytes| bytes == changed.to_bytes());
        if in_place {
            self.keystore = changed;
        }
        written
    }

    fn write(&self, keystore: &Keystore) -> Result<(), KeyError> {
        let file = self.folder.join(KEYSTORE_FILE);
        write_private(&file, &keystore.to_bytes()).map_err(|source| KeyError::Io { file, source })
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
    if folder.join(RESTORING_FILE).exists() || wipe::begun(folder) {
        // What lies here was not completed, or is to go, and is taken away before anything is made.
        return Ok(None);
    }
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

/// Whether a slot of this kind opens the profile without its owner.
fn opens_alone(kind: SlotKind) -> bool {
    match kind {
        SlotKind::Keyring | SlotKind::KeyFile => true,
        SlotKind::Password | SlotKind::Phrase => false,
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

/// Marks that the profile in `folder` is being made of a backup: until [`restored`], there is none.
pub(crate) fn restoring(folder: &Path) -> Result<(), KeyError> {
    let file = folder.join(RESTORING_FILE);
    write_private(&file, b"").map_err(|source| KeyError::Io { file, source })
}

/// The profile is complete.
pub(crate) fn restored(folder: &Path) -> Result<(), KeyError> {
    let file = folder.join(RESTORING_FILE);
    std::fs::remove_file(&file).and_then(|()| flush_folder(&file)).map_err(|source| KeyError::Io { file, source })
}

/// Finishes an interrupted wipe; the caller has the lock.
pub(crate) fn finish_wipe(folder: &Path) -> Result<(), KeyError> {
    wipe::finish(folder).map_err(|WipeError { file, source }| KeyError::Io { file, source })
}

/// Takes back a profile that was made where another was before, which is `aside`; that one is there again.
pub(crate) fn discard_replacing(folder: &Path, aside: &Path) {
    let gone = wipe::remove_files(folder).map_err(|WipeError { source, .. }| source);
    if let Err(error) = gone.and_then(|()| aside::back(aside, folder)) {
        tracing::warn!(aside = %aside.display(), %error, "the profile that was there before stays aside");
    }
}

/// Takes back what an interrupted [`restoring`] left.
pub(crate) fn discard_interrupted(folder: &Path) -> Result<(), KeyError> {
    if folder.join(RESTORING_FILE).exists() {
        discard_new(folder);
        restored(folder)?;
    }
    Ok(())
}

/// Whether there is anything of a profile in `folder`.
pub(crate) fn anything_there(folder: &Path) -> bool {
    let there = |name: &str| folder.join(name).exists();
    !there(RESTORING_FILE) && !wipe::begun(folder) && [KEYSTORE_FILE, KEY_FILE, DATABASE_FILE].into_iter().any(there)
}

/// Makes the profile folder, for its owner only.
pub(crate) fn make_folder(folder: &Path) -> Result<(), KeyError> {
    files::make_private_folder(folder).map_err(|source| KeyError::Io { file: folder.to_owned(), source })
}

fn keep_key(folder: &Path, account: AccountId, key: &Key, keyring: bool) -> Result<SlotKind, KeyError> {
    if keyring && os_keyring::present() {
        match os_keyring::store_new(&account.to_string(), key) {
            Ok(true) => return Ok(SlotKind::Keyring),
            // It opens another profile of this account; that one must stay openable.
            Ok(false) => tracing::warn!("the keyring has a key for another profile of this account and keeps it"),
            // The key file does as well, and the start-up names it.
            Err(error) => tracing::debug!(%error, "the keyring is not used"),
        }
    }
    let file = folder.join(KEY_FILE);
    write_private(&file, key.as_bytes()).map_err(|source| KeyError::Io { file, source })?;
    Ok(SlotKind::KeyFile)
}

/// Forgets a key of [`keep_key`].
fn drop_key(folder: &Path, account: AccountId, kind: SlotKind) {
    let file = folder.join(KEY_FILE);
    match kind {
        SlotKind::Keyring => {
            if let Err(error) = os_keyring::delete(&account.to_string()) {
                tracing::warn!(%error, "a key that is not used any more stays in the keyring");
            }
        }
        SlotKind::KeyFile => {
            if let Err(error) = std::fs::remove_file(&file) {
                tracing::warn!(file = %file.display(), %error, "a key file that is not used any more stays");
            }
        }
        SlotKind::Password | SlotKind::Phrase => {}
    }
}

fn read_key(file: PathBuf) -> Result<Key, KeyError> {
    let bytes = match std::fs::read(&file) {
        Ok(bytes) => Zeroizing::new(bytes),
        Err(source) => return Err(KeyError::Io { file, source }),
    };
    let Ok(bytes) = <&[u8; 32]>::try_from(bytes.as_slice()) else { return Err(KeyError::BadKeyFile { file }) };
    Ok(Key::from_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(folder: &Path, password: Option<&str>) -> Keys {
        let password = password.map(|password| Zeroizing::new(password.to_owned()));
        Keys::create(folder, &Access { password, keyring: false, state: None }).unwrap().keys
    }

    fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
        let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let mut files: Vec<_> =
            entries.filter(|path| path.is_file()).map(|path| (path.clone(), std::fs::read(path).unwrap())).collect();
        files.sort_unstable();
        files
    }

    /// Writing the keystore fails: what opened the profile before still does, and nothing else.
    #[test]
    fn a_password_that_cannot_be_written_changes_nothing() {
        for (old, new) in [(None, Some("new")), (Some("old"), Some("new")), (Some("old"), None)] {
            let folder = tempfile::tempdir().unwrap();
            let mut keys = made(folder.path(), old);
            let before = files(folder.path());
            let in_the_way = folder.path().join("identity.kith.new");
            std::fs::create_dir(&in_the_way).unwrap();
            let failed = keys.set_password(old, new);
            assert!(matches!(failed, Err(KeyError::Io { .. })), "{failed:?}");
            assert_eq!(files(folder.path()), before, "{old:?} to {new:?}");
            keys.phrase(old).unwrap();
            std::fs::remove_dir(&in_the_way).unwrap();
            keys.set_password(old, new).unwrap();
            keys.phrase(new).unwrap();
        }
    }
}
