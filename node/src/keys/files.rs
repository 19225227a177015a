//! Files of a profile: written whole or not at all, readable by their owner only, sealed where they say something.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use data_encoding::HEXLOWER;
use kith_api::{ApiError, ErrorCode};
use kith_crypto::{Key, OpenError, domain::HashLabel};
use serde::{Serialize, de::DeserializeOwned};

use crate::keys::os_keyring;

/// Largest sealed file that is read: far more than tokens and bootstrap nodes ever need.
const SEALED_MAX_BYTES: u64 = 1 << 20;

/// Writes a file that only its owner can read: a new file beside it, flushed, then renamed over it.
///
/// # Errors
/// What the disk says. The old file is untouched then.
pub(crate) fn write_private(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut beside = file.as_os_str().to_owned();
    beside.push(".new");
    let beside = PathBuf::from(beside);
    let written = write_flushed(&beside, bytes).and_then(|()| fs::rename(&beside, file));
    if let Err(error) = written {
        // The error that matters is the first one.
        let _left_behind = fs::remove_file(&beside);
        return Err(error);
    }
    flush_folder(file)
}

fn write_flushed(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(file)?;
    private(&file, 0o600)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Makes a folder and its parents, or takes an existing one, and keeps others out of it.
///
/// # Errors
/// What the disk says.
pub(crate) fn make_private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)?;
    #[cfg(unix)]
    private(&File::open(folder)?, 0o700)?;
    Ok(())
}

#[cfg(unix)]
fn private(file: &File, mode: u32) -> io::Result<()> {
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(mode))
}

#[cfg(not(unix))]
fn private(_: &File, _: u32) -> io::Result<()> {
    Ok(())
}

/// Makes a new name in the folder of `file` durable.
#[cfg(unix)]
pub(crate) fn flush_folder(file: &Path) -> io::Result<()> {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => File::open(folder)?.sync_all(),
        Some(_) | None => File::open(".")?.sync_all(),
    }
}

#[cfg(not(unix))]
pub(crate) fn flush_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Where programs of this user remember things that are not worth keeping elsewhere; `None` if the system does not say.
pub(crate) fn state_folder() -> Option<PathBuf> {
    let named = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let base = if cfg!(windows) {
        named("LOCALAPPDATA")
    } else {
        named("XDG_STATE_HOME").or_else(|| named("HOME").map(|home| home.join(".local/state")))
    };
    base.map(|base| base.join("kith"))
}

/// Why a sealed file could not be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SealedError {
    /// The disk refused.
    #[error("{}: {source}", file.display())]
    Io {
        /// Which file.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file is larger than any we write.
    #[error("{} is too large", file.display())]
    TooLarge {
        /// Which file.
        file: PathBuf,
    },
    /// The seal does not open: the file is damaged, or another profile's.
    #[error("{} is damaged: {source}", file.display())]
    Open {
        /// Which file.
        file: PathBuf,
        /// Why.
        source: OpenError,
    },
    /// What is inside is not what this version writes.
    #[error("{}: {source}", file.display())]
    Content {
        /// Which file.
        file: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
}

impl SealedError {
    /// What the client who asked is told.
    pub(crate) fn to_api(&self) -> ApiError {
        match self {
            Self::Io { source, .. } if source.kind() == io::ErrorKind::StorageFull => {
                ApiError::new(ErrorCode::StorageFull, "the disk is full; nothing was changed")
                    .hint("free some space and try again")
            }
            Self::Io { .. } | Self::TooLarge { .. } | Self::Open { .. } | Self::Content { .. } => {
                ApiError::new(ErrorCode::Storage, self.to_string())
            }
        }
    }
}

/// A file whose content is sealed with a key of the profile and bound to its name.
pub(crate) struct Sealed {
    file: PathBuf,
    key: Key,
    name: &'static str,
}

impl Sealed {
    pub(crate) fn new(folder: &Path, name: &'static str, key: &Key) -> Self {
        Self { file: folder.join(name), key: key.duplicate(), name }
    }

    /// The same in another place under a name of its own.
    fn at(file: PathBuf, name: &'static str, key: &Key) -> Self {
        Self { file, key: key.duplicate(), name }
    }

    /// What is in the file; `None` if there is no file.
    ///
    /// # Errors
    /// See [`SealedError`].
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Result<Option<T>, SealedError> {
        let file = || self.file.clone();
        let io = |source| SealedError::Io { file: file(), source };
        match fs::metadata(&self.file) {
            Ok(found) if found.len() > SEALED_MAX_BYTES => return Err(SealedError::TooLarge { file: file() }),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(io(error)),
        }
        let sealed = fs::read(&self.file).map_err(io)?;
        let plain = self.key.open(&self.aad(), &sealed).map_err(|source| SealedError::Open { file: file(), source })?;
        serde_json::from_slice(&plain).map(Some).map_err(|source| SealedError::Content { file: file(), source })
    }

    /// Replaces what is in the file.
    ///
    /// # Errors
    /// See [`SealedError`]; the old content stays then.
    pub(crate) fn write<T: Serialize>(&self, content: &T) -> Result<(), SealedError> {
        let plain =
            serde_json::to_vec(content).map_err(|source| SealedError::Content { file: self.file.clone(), source })?;
        write_private(&self.file, &self.key.seal(&self.aad(), &plain))
            .map_err(|source| SealedError::Io { file: self.file.clone(), source })
    }

    /// As [`write`](Self::write), and makes the folder first.
    fn write_with_folder<T: Serialize>(&self, content: &T) -> Result<(), SealedError> {
        if let Some(folder) = self.file.parent() {
            make_private_folder(folder).map_err(|source| SealedError::Io { file: folder.to_owned(), source })?;
        }
        self.write(content)
    }

    fn aad(&self) -> Vec<u8> {
        [b"kith/node/file/1/", self.name.as_bytes()].concat()
    }
}

/// Remembers the highest generation of the database, outside of it, to notice when an older copy is put back: in a file
/// beside it, and against copies of the whole folder in a file elsewhere, and in the keyring, if that opens the profile.
pub(crate) struct Counter {
    file: Sealed,
    /// Away from the profile.
    away: Option<Sealed>,
    /// Whose counter in the keyring.
    keyring: Option<String>,
}

impl Counter {
    /// `away` is a folder for what programs remember, outside of every profile.
    pub(crate) fn new(folder: &Path, away: Option<&Path>, key: &Key, keyring: Option<String>) -> Self {
        // Says nothing to who does not have the profile's key.
        let name = HEXLOWER.encode(&HashLabel::COUNTER_NAME.hash(key.as_bytes())[..16]);
        let away = away.map(|away| Sealed::at(away.join(name), "counter", key));
        Self { file: Sealed::new(folder, "generation", key), away, keyring }
    }

    /// The highest generation seen; `None` where that is not known, which counts as a copied-back database: the price
    /// is a few new sessions.
    pub(crate) fn last(&self) -> Option<u64> {
        let beside = match self.file.read() {
            Ok(last) => last,
            Err(error) => {
                tracing::warn!(%error, "the counter that notices a copied-back database is not readable");
                None
            }
        };
        let away = match self.away.as_ref().map(Sealed::read).transpose() {
            Ok(last) => last.flatten(),
            Err(error) => {
                tracing::warn!(%error, "the counter that notices a copied-back folder is not readable");
                None
            }
        };
        let beside = beside.map(|beside: u64| away.map_or(beside, |away| beside.max(away)));
        let outside = self.keyring.as_ref().map(|account| os_keyring::load_counter(account));
        match outside {
            Some(Ok(outside)) => beside.max(outside).filter(|_| beside.is_some()),
            Some(Err(error)) => {
                tracing::warn!(%error, "the keyring does not give the counter that notices a copied-back folder");
                beside
            }
            None => beside,
        }
    }

    /// Forgets everything outside of a profile that is being wiped. Returns whether it is.
    pub(crate) fn forget_wiped(&self) -> bool {
        let wiped = self.file.file.parent().is_some_and(super::wipe::begun);
        if let Some(away) = self.away.as_ref().filter(|_| wiped)
            && let Err(error) = fs::remove_file(&away.file)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(%error, "the counter of the wiped profile stays behind");
        }
        wiped
    }

    /// # Errors
    /// See [`SealedError`].
    pub(crate) fn write(&mut self, generation: u64) -> Result<(), SealedError> {
        self.file.write(&generation)?;
        if let Some(away) = &self.away
            && let Err(error) = away.write_with_folder(&generation)
        {
            tracing::warn!(%error, "the counter that notices a copied-back folder was not written");
        }
        if let Some(account) = &self.keyring
            && let Err(error) = os_keyring::store_counter(account, generation)
        {
            tracing::warn!(%error, "the keyring does not take the counter that notices a copied-back folder");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sealed_files_are_bound_to_key_and_name() {
        let folder = tempfile::tempdir().unwrap();
        let key = Key::random();
        let file = Sealed::new(folder.path(), "one", &key);
        assert_eq!(file.read::<Vec<u32>>().unwrap(), None);
        file.write(&vec![1, 2, 3]).unwrap();
        assert_eq!(file.read::<Vec<u32>>().unwrap(), Some(vec![1, 2, 3]));
        fs::copy(folder.path().join("one"), folder.path().join("two")).unwrap();
        let renamed = Sealed::new(folder.path(), "two", &key).read::<Vec<u32>>();
        assert!(matches!(renamed, Err(SealedError::Open { .. })), "{renamed:?}");
        let foreign = Sealed::new(folder.path(), "one", &Key::random()).read::<Vec<u32>>();
        assert!(matches!(foreign, Err(SealedError::Open { .. })), "{foreign:?}");
    }

    #[cfg(unix)]
    #[test]
    fn private_files_and_folders_are_private_even_where_they_were_not() {
        use std::os::unix::fs::PermissionsExt as _;

        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("a/b");
        fs::create_dir_all(&inner).unwrap();
        fs::set_permissions(&inner, fs::Permissions::from_mode(0o755)).unwrap();
        make_private_folder(&inner).unwrap();
        let file = inner.join("file");
        fs::write(&file, "old").unwrap();
        write_private(&file, b"new").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&inner), mode(&file)), (0o700, 0o600));
        assert_eq!(fs::read(&file).unwrap(), b"new");
        assert_eq!(fs::read_dir(&inner).unwrap().count(), 1);
    }

    #[test]
    fn the_counter_is_kept_and_a_damaged_one_is_unknown() {
        let folder = tempfile::tempdir().unwrap();
        let key = Key::random();
        let mut counter = Counter::new(folder.path(), None, &key, None);
        assert_eq!(counter.last(), None);
        counter.write(7).unwrap();
        assert_eq!(Counter::new(folder.path(), None, &key, None).last(), Some(7));
        fs::write(folder.path().join("generation"), "nonsense").unwrap();
        assert_eq!(counter.last(), None);
    }

    #[test]
    fn a_folder_that_is_copied_back_with_its_counter_is_noticed() {
        let (folder, state) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let away = state.path().join("kith");
        let key = Key::random();
        let counter = |key: &Key| Counter::new(folder.path(), Some(&away), key, None);
        counter(&key).write(7).unwrap();
        let copied = fs::read(folder.path().join("generation")).unwrap();
        counter(&key).write(9).unwrap();
        fs::write(folder.path().join("generation"), copied).unwrap();
        assert_eq!(counter(&key).last(), Some(9));
        // Another profile has another name there.
        assert_eq!(fs::read_dir(&away).unwrap().count(), 1);
        counter(&Key::random()).write(1).unwrap();
        assert_eq!(fs::read_dir(&away).unwrap().count(), 2);
        // Taken to another machine: nothing is known there, and what is beside it counts.
        fs::remove_dir_all(&away).unwrap();
        assert_eq!(counter(&key).last(), None, "the other profile's file is beside it now");
    }
}
