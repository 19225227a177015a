//! Making a profile unreadable, at once and for good.
//!
//! The keystore goes first: without it the database is noise, whatever happens next. Then the rest is deleted. A marker,
//! written before anything else, sees that the next start finishes what was interrupted. It asks for no password: whoever
//! can delete the folder can do this.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use kith_crypto::Keystore;
use kith_store::{ProfileLock, StoreError};

use super::{KEY_FILE, KEYSTORE_FILE, aside, files::flush_folder, os_keyring, write_private};

/// There while a profile is being wiped.
const WIPING_FILE: &str = "wiping";
/// Everything a profile has, and what may be left of writing it. Other files in the folder are not ours.
const FILES: [&str; 19] = [
    "identity.kith.new",
    "identity.key.new",
    "kith.db",
    "kith.db-wal",
    "kith.db-shm",
    "kith.db.new",
    "kith.db.new-journal",
    "generation",
    "generation.new",
    "backups",
    "backups.new",
    "network",
    "network.new",
    "tokens",
    "tokens.new",
    "api-token",
    "api-address",
    "restoring",
    "kith.lock",
];
/// What is kept for others.
pub(crate) const MAIL_FOLDER: &str = "mail";
/// The second node of a window that has one to try things with.
const INNER: &str = "echo";

/// Why a profile was not wiped to the end.
#[derive(Debug, thiserror::Error)]
#[error("{}: {source}", file.display())]
pub struct WipeError {
    /// Which file.
    pub file: PathBuf,
    /// Why.
    #[source]
    pub source: io::Error,
}

/// Wipes the profile in `folder`, and what was put aside of it: the keys are overwritten and deleted, then everything else.
/// Backups and copies elsewhere are not touched. A disk that keeps old blocks, as flash does, may keep the overwritten
/// bytes; with a password they are worth no more than the password.
///
/// # Errors
/// [`WipeError`] names the file: the lock, if a node has the profile open; otherwise one that could not be overwritten or
/// deleted. The keys go first: where one of them stays, nothing else was deleted.
pub fn wipe_profile(folder: impl AsRef<Path>) -> Result<(), WipeError> {
    let folder = folder.as_ref();
    let _lock = ProfileLock::acquire(folder).map_err(|error| WipeError {
        file: folder.to_owned(),
        source: if let StoreError::Io(source) = error { source } else { io::Error::other(error) },
    })?;
    begin(folder)?;
    finish(folder)
}

/// Makes the profile unreadable; a node may still have it open.
pub(crate) fn begin(folder: &Path) -> Result<(), WipeError> {
    let marker = folder.join(WIPING_FILE);
    let account = fs::read(folder.join(KEYSTORE_FILE)).ok().and_then(|bytes| Keystore::from_bytes(&bytes).ok());
    write_private(&marker, b"").map_err(|source| WipeError { file: marker, source })?;
    overwrite_keys(folder)?;
    if let Some(keystore) = account.filter(|keystore| keystore.slots().contains(&kith_crypto::SlotKind::Keyring)) {
        let account = kith_wire::ids::AccountId::from(keystore.account());
        if let Err(error) = os_keyring::delete(&account.to_string()) {
            tracing::warn!(%error, "the key of the wiped profile stays in the keyring; it opens nothing any more");
        }
        if let Err(error) = os_keyring::delete_counter(&account.to_string()) {
            tracing::warn!(%error, "the counter of the wiped profile stays in the keyring");
        }
    }
    others(folder).iter().filter(|other| other.join(KEYSTORE_FILE).exists()).try_for_each(|other| begin(other))
}

/// Profiles that go with the one in `folder`.
fn others(folder: &Path) -> Vec<PathBuf> {
    let mut others = aside::all(folder);
    others.push(folder.join(INNER));
    others
}

/// Deletes what is left of a profile that [`begin`] made unreadable.
pub(crate) fn finish(folder: &Path) -> Result<(), WipeError> {
    // Where only the marker was written the keys are still there.
    overwrite_keys(folder)?;
    for other in others(folder) {
        // Interrupted before its turn came, it is whole.
        if other.join(KEYSTORE_FILE).exists() {
            begin(&other)?;
        }
        if begun(&other) {
            finish(&other)?;
            // Stays if there is something in it that is not ours.
            let _not_empty = fs::remove_dir(&other);
        }
    }
    let mail = folder.join(MAIL_FOLDER);
    match fs::remove_dir_all(&mail) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => return Err(WipeError { file: mail, source }),
        Ok(()) | Err(_) => {}
    }
    remove_files(folder)
}

/// Deletes the files of a profile.
pub(crate) fn remove_files(folder: &Path) -> Result<(), WipeError> {
    for name in [KEYSTORE_FILE, KEY_FILE].into_iter().chain(FILES).chain([WIPING_FILE]) {
        let file = folder.join(name);
        match fs::remove_file(&file) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => return Err(WipeError { file, source }),
            Ok(()) | Err(_) => {}
        }
    }
    let marker = folder.join(WIPING_FILE);
    flush_folder(&marker).map_err(|source| WipeError { file: marker, source })
}

/// Whether a wipe was begun and not finished.
pub(crate) fn begun(folder: &Path) -> bool {
    folder.join(WIPING_FILE).exists()
}

fn overwrite_keys(folder: &Path) -> Result<(), WipeError> {
    for name in [KEYSTORE_FILE, KEY_FILE] {
        let file = folder.join(name);
        overwrite(&file).map_err(|source| WipeError { file, source })?;
    }
    Ok(())
}

/// Writes zeros over a file where it lies, and deletes it.
fn overwrite(file: &Path) -> io::Result<()> {
    let mut open = match OpenOptions::new().write(true).open(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        open => open?,
    };
    let length = usize::try_from(open.metadata()?.len()).unwrap_or(usize::MAX).min(1 << 20);
    open.write_all(&vec![0; length])?;
    open.sync_all()?;
    drop(open);
    fs::remove_file(file)?;
    flush_folder(file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::{Access, Keys, ProfileState, profile_state};

    fn access() -> Access {
        Access { password: None, keyring: false, state: None }
    }

    fn made() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        drop(Keys::create(folder.path(), &access()).unwrap());
        for name in ["kith.db", "kith.db-wal", "generation", "tokens", "holiday.png"] {
            fs::write(folder.path().join(name), "something").unwrap();
        }
        folder
    }

    fn names(folder: &Path) -> Vec<String> {
        let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<_> = names.collect();
        names.sort();
        names
    }

    #[test]
    fn the_keys_go_first_and_nothing_of_them_stays() {
        let folder = made();
        let kept: Vec<_> =
            [KEYSTORE_FILE, KEY_FILE].iter().map(|name| folder.path().join(format!("{name}.link"))).collect();
        for (name, link) in [KEYSTORE_FILE, KEY_FILE].iter().zip(&kept) {
            fs::hard_link(folder.path().join(name), link).unwrap();
        }
        begin(folder.path()).unwrap();
        for link in &kept {
            assert!(fs::read(link).unwrap().iter().all(|byte| *byte == 0), "where it lay there are zeros");
            fs::remove_file(link).unwrap();
        }
        assert!(folder.path().join("kith.db").exists(), "killed here, the database is there");
        assert_eq!(profile_state(folder.path()).unwrap(), ProfileState::Missing);
        assert!(Keys::open(folder.path(), &access()).unwrap().is_none(), "and nothing opens it");
        finish(folder.path()).unwrap();
        assert_eq!(names(folder.path()), ["holiday.png"], "what is not ours stays");
    }

    #[test]
    fn what_was_only_begun_is_finished_by_the_next_start() {
        let folder = made();
        let inner = folder.path().join(INNER);
        fs::create_dir(&inner).unwrap();
        drop(Keys::create(&inner, &access()).unwrap());
        fs::create_dir(folder.path().join(MAIL_FOLDER)).unwrap();
        fs::write(folder.path().join(MAIL_FOLDER).join("mailbox.redb"), "sealed").unwrap();
        fs::write(folder.path().join(WIPING_FILE), "").unwrap();
        assert!(Keys::open(folder.path(), &access()).unwrap().is_none());
        crate::keys::finish_wipe(folder.path()).unwrap();
        assert_eq!(names(folder.path()), ["holiday.png"]);
    }

    #[test]
    fn a_node_inside_goes_too() {
        let folder = made();
        let inner = folder.path().join(INNER);
        fs::create_dir(&inner).unwrap();
        drop(Keys::create(&inner, &access()).unwrap());
        wipe_profile(folder.path()).unwrap();
        assert_eq!(names(folder.path()), ["holiday.png"]);
        wipe_profile(folder.path()).unwrap();
    }

    #[test]
    fn what_was_put_aside_goes_too() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("kith");
        for _ in 0..2 {
            fs::create_dir(&folder).unwrap();
            drop(Keys::create(&folder, &access()).unwrap());
            aside::put(&folder).unwrap();
        }
        fs::create_dir(&folder).unwrap();
        drop(Keys::create(&folder, &access()).unwrap());
        wipe_profile(&folder).unwrap();
        assert_eq!(names(home.path()), ["kith"]);
    }

    #[test]
    fn a_profile_that_is_open_stays() {
        let folder = made();
        let lock = ProfileLock::acquire(folder.path()).unwrap();
        assert!(wipe_profile(folder.path()).unwrap_err().to_string().contains("already open in another process"));
        drop(lock);
        assert!(Keys::open(folder.path(), &access()).unwrap().is_some());
    }
}
