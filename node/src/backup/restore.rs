//! A profile made of a backup, or of the words of an account.

use std::{
    fmt,
    fs::File,
    io::{self, BufReader, Read as _},
    path::{Path, PathBuf},
    sync::Arc,
};

use kith_crypto::{
    BackupError, BackupHeader, BackupSecret, Key, PhraseError, RecoveryPhrase, backup::BACKUP_HEADER_LEN,
};
use kith_store::BackupReader;
use zeroize::Zeroizing;

use super::{BackupProblem, file::SealedReader};

/// How often progress is told: whenever this many rows more are done.
const TELL_ROWS: u64 = 4096;

/// Why an account does not come back. Nothing is left in the folder.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RestoreError {
    /// There is something in the folder that is not to be replaced.
    #[error("there is a profile in {} already: choose another folder", folder.display())]
    ProfileExists {
        /// Where.
        folder: PathBuf,
    },
    /// What is in the folder cannot be put aside.
    #[error("{} cannot be renamed, and what is in it is not to be lost: {source}", folder.display())]
    NotAside {
        /// Where.
        folder: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The words are not a recovery phrase.
    #[error(transparent)]
    Phrase(#[from] PhraseError),
    /// The file, or what opens it.
    #[error(transparent)]
    Backup(#[from] BackupProblem),
}

type Tell = Arc<dyn Fn(u64, u64) + Send + Sync>;

/// What brings an account back. See [`NodeBuilder::restore`](crate::NodeBuilder::restore).
#[derive(Clone)]
pub struct Restore {
    pub(crate) from: Source,
    /// What is in the folder is put aside.
    pub(crate) replaces: bool,
    tell: Option<Tell>,
}

#[derive(Clone)]
pub(crate) enum Source {
    File { path: PathBuf, key: RestoreKey },
    Words(Arc<RecoveryPhrase>),
}

/// What opens a backup.
#[derive(Clone)]
pub struct RestoreKey(Opens);

#[derive(Clone)]
enum Opens {
    Password(Zeroizing<String>),
    Words(Arc<RecoveryPhrase>),
}

impl RestoreKey {
    /// The password of the backup.
    #[must_use]
    pub fn password(password: &str) -> Self {
        Self(Opens::Password(Zeroizing::new(password.to_owned())))
    }

    /// The 24 words of the account.
    ///
    /// # Errors
    /// [`RestoreError::Phrase`] says which word is wrong.
    pub fn words(words: &str) -> Result<Self, RestoreError> {
        Ok(Self(Opens::Words(Arc::new(RecoveryPhrase::from_words(words)?))))
    }
}

impl Opened {
    /// The bootstrap nodes its backup names.
    pub(crate) fn bootstraps(&self) -> Vec<String> {
        self.backup.as_ref().map(|(_, reader)| reader.content().bootstraps.clone()).unwrap_or_default()
    }

    /// Whether there is nothing but the words.
    pub(crate) fn is_words_alone(&self) -> bool {
        self.backup.is_none()
    }
}

impl Restore {
    /// From a backup.
    #[must_use]
    pub fn file(path: impl Into<PathBuf>, key: RestoreKey) -> Self {
        Self { from: Source::File { path: path.into(), key }, replaces: false, tell: None }
    }

    /// From the 24 words alone: the account, without contacts and history. The builder needs a name then.
    ///
    /// # Errors
    /// [`RestoreError::Phrase`] says which word is wrong.
    pub fn words(words: &str) -> Result<Self, RestoreError> {
        Ok(Self { from: Source::Words(Arc::new(RecoveryPhrase::from_words(words)?)), replaces: false, tell: None })
    }

    /// Makes room in a folder that has a profile, one that does not open for example: that folder is renamed to
    /// `NAME.aside-NUMBER` with everything in it, once the backup opens, and back again if the account does not come back.
    #[must_use]
    pub fn replacing(mut self) -> Self {
        self.replaces = true;
        self
    }

    /// Is told how many rows are read, of how many; from another thread.
    #[must_use]
    pub fn progress(mut self, tell: impl Fn(u64, u64) + Send + Sync + 'static) -> Self {
        self.tell = Some(Arc::new(tell));
        self
    }

    /// Opens what there is, before anything is written anywhere.
    pub(crate) fn open(&self) -> Result<Opened, RestoreError> {
        match &self.from {
            Source::Words(phrase) => Ok(Opened { phrase: Arc::clone(phrase), backup: None }),
            Source::File { path, key } => Ok(open_file(path, key)?),
        }
    }

    /// Fills the profile in `folder` with what was opened.
    pub(crate) fn fill(&self, opened: Opened, folder: &Path, database: &Key) -> Result<(), RestoreError> {
        let Some((path, reader)) = opened.backup else { return Ok(()) };
        let mut told = 0;
        let mut look = |done: u64, total: u64| {
            if let Some(tell) = self.tell.as_ref().filter(|_| done == total || done >= told + TELL_ROWS) {
                told = done;
                tell(done, total);
            }
            true
        };
        let restored = reader.restore(folder, database, &mut look);
        Ok(restored.map(drop).map_err(|failure| BackupProblem::of(&path, failure))?)
    }
}

/// An account whose words are known, and what its backup has, if there is one.
pub(crate) struct Opened {
    pub(crate) phrase: Arc<RecoveryPhrase>,
    backup: Option<(PathBuf, BackupReader<SealedReader<BufReader<File>>>)>,
}

fn open_file(path: &Path, key: &RestoreKey) -> Result<Opened, BackupProblem> {
    let io = || BackupProblem::io(path);
    let mut file = File::open(path).map_err(io())?;
    let mut header = Vec::with_capacity(BACKUP_HEADER_LEN);
    file.by_ref().take(BACKUP_HEADER_LEN as u64).read_to_end(&mut header).map_err(io())?;
    let header = BackupHeader::parse(&header)?;
    let opener = match &key.0 {
        Opens::Password(password) => header.open(BackupSecret::Password(password))?,
        Opens::Words(phrase) => header.open(BackupSecret::Phrase(&phrase.backup_key()))?,
    };
    let sealed = SealedReader::new(BufReader::new(file), opener).map_err(io())?;
    let reader = BackupReader::new(sealed).map_err(|failure| BackupProblem::of(path, failure))?;
    let content = reader.content();
    let phrase = match (&key.0, &content.entropy) {
        (Opens::Words(phrase), _) => Arc::clone(phrase),
        (Opens::Password(_), Some(entropy)) => Arc::new(RecoveryPhrase::from_entropy(entropy)),
        (Opens::Password(_), None) => return Err(BackupError::Damaged.into()),
    };
    if phrase.account_key().public() != content.account.public_key() {
        return Err(BackupError::Damaged.into());
    }
    Ok(Opened { phrase, backup: Some((path.to_owned(), reader)) })
}

impl fmt::Debug for Restore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.from {
            Source::File { path, .. } => f.debug_struct("Restore").field("file", path).finish_non_exhaustive(),
            Source::Words(_) => f.write_str("Restore(words, redacted)"),
        }
    }
}

impl fmt::Debug for RestoreKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RestoreKey(redacted)")
    }
}
