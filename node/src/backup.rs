//! Backups: everything worth keeping in one sealed file outside of the profile.
//!
//! A backup is made from a connection of its own that sees one state of the database, so the node goes on meanwhile. It
//! is written beside its place, flushed, read back, and only then given its name.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, BufReader, BufWriter, Read as _, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use kith_api::{
    ApiError, ErrorCode, Event,
    params::{BackupExportParams, BackupExportReply, Done},
};
use kith_crypto::{BackupError, BackupSealer, BackupSecret, Key, KeystoreError, Stretch, backup::BACKUP_HEADER_LEN};
use kith_store::{BackupFailure, ReadStore, StoreError};
use kith_wire::ids::AccountId;
use tokio_util::sync::CancellationToken;
use zeroize::Zeroizing;

use crate::{
    clock::now_ms,
    events::Hub,
    keys::{Keys, flush_folder},
};

mod file;
mod restore;
pub(crate) mod rolling;

use file::{SealedReader, SealedWriter, seal_error};
pub(crate) use restore::Opened;
pub use restore::{Restore, RestoreError, RestoreKey};

/// What every backup begins with.
const MAGIC: &[u8; 8] = b"KITHBAK\0";
/// How often progress is told: whenever this many rows more are done.
const TELL_ROWS: u64 = 4096;

/// Why a backup was not made or not read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BackupProblem {
    /// The disk refused.
    #[error("{}: {source}", file.display())]
    Io {
        /// Which file.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The seal does not open, or a password will not do.
    #[error(transparent)]
    Seal(#[from] BackupError),
    /// What is inside, or the database.
    #[error(transparent)]
    Content(BackupFailure),
    /// Somebody stopped it.
    #[error("stopped")]
    Stopped,
}

impl BackupProblem {
    fn of(file: &Path, failure: BackupFailure) -> Self {
        if matches!(failure, BackupFailure::Stopped) {
            return Self::Stopped;
        }
        let BackupFailure::Stream(source) = failure else { return Self::Content(failure) };
        Self::io(file)(source)
    }

    fn io(file: &Path) -> impl FnOnce(io::Error) -> Self {
        let file = file.to_owned();
        move |source| match seal_error(&source) {
            Some(seal) => Self::Seal(seal),
            None => Self::Io { file, source },
        }
    }

    /// What the client who asked is told.
    pub(crate) fn to_api(&self) -> ApiError {
        let code = match self {
            Self::Stopped => ErrorCode::Cancelled,
            Self::Seal(BackupError::WrongSecret { .. }) => ErrorCode::WrongPassword,
            Self::Seal(BackupError::Stretch(KeystoreError::EmptyPassword)) => ErrorCode::InvalidArgument,
            Self::Seal(BackupError::Stretch(KeystoreError::PasswordTooLong { .. })) => ErrorCode::TooLarge,
            Self::Io { source, .. } if source.kind() == io::ErrorKind::StorageFull => ErrorCode::StorageFull,
            Self::Content(BackupFailure::Store(StoreError::Full)) => ErrorCode::StorageFull,
            Self::Io { .. } | Self::Seal(_) | Self::Content(_) => ErrorCode::Storage,
        };
        let error = ApiError::new(code, self.to_string());
        match self {
            Self::Io { .. } if code == ErrorCode::StorageFull => error.hint("free some space, or choose another disk"),
            Self::Io { .. } => error.hint("choose a folder this program may write to"),
            Self::Stopped | Self::Seal(_) | Self::Content(_) => error,
        }
    }
}

/// What a backup is sealed with.
pub(crate) enum NewSecret {
    Password(Zeroizing<String>),
    Phrase(Key),
}

impl NewSecret {
    fn as_secret(&self) -> BackupSecret<'_> {
        match self {
            Self::Password(password) => BackupSecret::Password(password),
            Self::Phrase(key) => BackupSecret::Phrase(key),
        }
    }
}

/// The one backup that is being made, if there is one.
#[derive(Default)]
pub(crate) struct Running(Mutex<Now>);

#[derive(Default)]
struct Now {
    stop: Option<CancellationToken>,
    closed: bool,
}

/// A backup that is being made; over when dropped.
pub(crate) struct Turn {
    running: Arc<Running>,
    stop: CancellationToken,
}

impl Running {
    /// Begins one; `None` while there is another, and once none may be made any more.
    pub(crate) fn begin(self: &Arc<Self>) -> Option<Turn> {
        let mut now = self.now();
        if now.closed || now.stop.is_some() {
            return None;
        }
        let stop = CancellationToken::new();
        now.stop = Some(stop.clone());
        Some(Turn { running: Arc::clone(self), stop })
    }

    /// Stops the one there is. Whether there was one.
    pub(crate) fn stop(&self) -> bool {
        self.now().stop.as_ref().map(CancellationToken::cancel).is_some()
    }

    /// Stops the one there is, and lets none begin any more: the profile is closed or deleted.
    pub(crate) fn close(&self) {
        self.now().closed = true;
        self.stop();
    }

    /// It stays after all.
    pub(crate) fn reopen(&self) {
        self.now().closed = false;
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.now().closed
    }

    fn now(&self) -> MutexGuard<'_, Now> {
        // What is in it is whole at any time.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.running.now().stop.take();
    }
}

/// What is made a backup of.
pub(crate) struct Source {
    pub(crate) folder: PathBuf,
    pub(crate) reader: ReadStore,
    pub(crate) account: AccountId,
    pub(crate) bootstraps: Vec<String>,
    /// Who is told how far it is; `None` if nobody waits for it.
    pub(crate) hub: Option<Arc<Hub>>,
}

/// `backup.export`, on a thread that may block.
pub(crate) fn export(
    source: &Source,
    keys: impl std::ops::Deref<Target = Keys>,
    params: &BackupExportParams,
    turn: &Turn,
) -> Result<BackupExportReply, ApiError> {
    let path = checked_path(&source.folder, &params.path)?;
    let phrase = keys
        .phrase(params.profile_password.as_ref().map(kith_api::Password::as_str))
        .map_err(|error| crate::node::key_error(&error, "profile_password"))?;
    drop(keys);
    let (secret, entropy) = match &params.password {
        // Whoever has the words has these bytes.
        None => (NewSecret::Phrase(phrase.backup_key()), None),
        Some(password) => (NewSecret::Password(Zeroizing::new(password.as_str().to_owned())), Some(phrase.entropy())),
    };
    let (rows, bytes) = write(source, &path, &secret, entropy, turn).map_err(|problem| problem.to_api())?;
    Ok(BackupExportReply { path: params.path.clone(), rows, bytes })
}

/// `backup.cancel`.
pub(crate) fn cancel(running: &Running) -> Result<Done, ApiError> {
    if running.stop() { Ok(Done {}) } else { Err(ApiError::new(ErrorCode::NotFound, "no backup is being made")) }
}

pub(crate) fn busy() -> ApiError {
    ApiError::new(ErrorCode::NotAllowed, "a backup is being made already").hint("wait for it, or stop it")
}

/// A place where a backup is safe from what it is there for, and replaces nothing but a backup.
fn checked_path(profile: &Path, path: &str) -> Result<PathBuf, ApiError> {
    let refuse = |message: &str| Err(ApiError::new(ErrorCode::InvalidArgument, message));
    let path = PathBuf::from(path);
    if !path.is_absolute() || path.file_name().is_none() {
        return refuse("path: give the whole path of a file");
    }
    if let Err(reason) = folder_outside(profile, path.parent().unwrap_or(&path)) {
        return refuse(&format!("path: {reason}"));
    }
    if path.is_dir() {
        return refuse("path: this is a folder; give the name of a file in it");
    }
    if path.exists() && !is_backup(&path) {
        let message = "there is another file of this name, which is no backup";
        return Err(ApiError::new(ErrorCode::AlreadyExists, message).hint("choose another name"));
    }
    Ok(path)
}

/// A folder in which a backup is safe from what it is there for.
fn folder_outside(profile: &Path, folder: &Path) -> Result<PathBuf, &'static str> {
    let folder = fs::canonicalize(folder).ok().filter(|folder| folder.is_dir()).ok_or("there is no such folder")?;
    if fs::canonicalize(profile).is_ok_and(|profile| folder.starts_with(profile)) {
        return Err("a backup inside the profile is lost with it; choose another folder");
    }
    Ok(folder)
}

fn is_backup(path: &Path) -> bool {
    let mut begins = [0; MAGIC.len()];
    File::open(path).and_then(|mut file| file.read_exact(&mut begins)).is_ok() && begins == *MAGIC
}

/// Writes a backup to `path`. How many rows, and how many bytes.
pub(crate) fn write(
    source: &Source,
    path: &Path,
    secret: &NewSecret,
    entropy: Option<&[u8; 32]>,
    turn: &Turn,
) -> Result<(u64, u64), BackupProblem> {
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    let written = write_part(source, &part, secret, entropy, turn).and_then(|counts| {
        fs::rename(&part, path).map_err(BackupProblem::io(path))?;
        flush_folder(path).map_err(BackupProblem::io(path))?;
        Ok(counts)
    });
    if written.is_err() {
        // The error that matters is the first one.
        let _left_behind = fs::remove_file(&part);
    }
    written
}

fn write_part(
    source: &Source,
    part: &Path,
    secret: &NewSecret,
    entropy: Option<&[u8; 32]>,
    turn: &Turn,
) -> Result<(u64, u64), BackupProblem> {
    let io = || BackupProblem::io(part);
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(part).map_err(io())?;
    let (header, sealer) = BackupSealer::new(secret.as_secret(), Stretch::Strong)?;
    let opener = sealer.opener();
    file.write_all(&header).map_err(io())?;
    let mut sealed = SealedWriter::new(BufWriter::new(file), sealer);
    let mut told = 0;
    let mut look = |done: u64, total: u64| {
        if done == total || done >= told + TELL_ROWS {
            told = done;
            source.hub.iter().for_each(|hub| hub.publish(Event::BackupProgress { done, total }));
        }
        !turn.stop.is_cancelled()
    };
    let rows = source
        .reader
        .back_up(source.account, entropy, &source.bootstraps, now_ms(), &mut sealed, &mut look)
        .map_err(|failure| BackupProblem::of(part, failure))?;
    let written = sealed.finish().map_err(io())?;
    let mut file = written.into_inner().map_err(|error| BackupProblem::io(part)(error.into_error()))?;
    file.sync_all().map_err(io())?;
    // What the disk gives back, not what was handed to it.
    file.seek(SeekFrom::Start(0)).map_err(io())?;
    let mut begins = [0; BACKUP_HEADER_LEN];
    file.read_exact(&mut begins).map_err(io())?;
    if begins != header {
        return Err(BackupError::Damaged.into());
    }
    let bytes = file.metadata().map_err(io())?.len();
    SealedReader::new(BufReader::new(file), opener).and_then(SealedReader::check).map_err(io())?;
    if turn.stop.is_cancelled() {
        return Err(BackupProblem::Stopped);
    }
    Ok((rows, bytes))
}
