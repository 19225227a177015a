//! Opening the file of a mailbox, or saying why it cannot be used.

use std::fs::{self, File};
use std::io::{self, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use redb::{Builder, Database, DatabaseError, ReadableDatabase, ReadableTable, TableDefinition};

use super::{DEPOSITS, EXPIRY, Grants, HASHES, LABELS, MAIL, META, MailboxLimits, QUEUES, RECEIVES, SEEN, Totals};

const FILE: &str = "mailbox.redb";
/// The layout of the tables this build reads and writes.
const VERSION: u64 = 1;
/// How every redb file begins.
const MAGIC: &[u8; 9] = b"redb\x1A\x0A\xA9\x0D\x0A";
/// A file up to this size is read through when it is opened; a larger one would keep people waiting.
const CHECKED_MAX_BYTES: u64 = 256 << 20;
const CACHE_MIN_BYTES: u64 = 4 << 20;
const CACHE_MAX_BYTES: u64 = 64 << 20;
/// With up to this much mail a file is compacted whenever something was deleted: that takes a second or two. With more,
/// when not even a quarter of it is mail.
const COMPACTED_ALWAYS_BYTES: u64 = 256 << 20;
/// Rows of which two do not fit into a page.
const BLANK: TableDefinition<'static, u64, &[u8]> = TableDefinition::new("blank");
const BLANK_LEN: usize = 3_000;
/// More than this many pages a compaction leaves free only where much mail came since.
const BLANKED_MAX: u64 = 16_384;

/// Why a mailbox did not open.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MailboxError {
    /// The folder or the file in it cannot be used.
    #[error("{action} failed in the mailbox folder: {source}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// What the system answered.
        source: io::Error,
    },
    /// Another process keeps its mail in this folder.
    #[error("the mailbox folder is in use by another process")]
    InUse,
    /// The file is damaged, or none of a mailbox. It was left as it is.
    #[error("the mailbox file is damaged ({reason}); move it away to start with an empty mailbox")]
    Damaged {
        /// What is wrong with it.
        reason: String,
    },
    /// A newer version of Kith wrote the file. It was left as it is.
    #[error("the mailbox file has version {found}; this program knows {VERSION}")]
    Newer {
        /// Its version.
        found: u64,
    },
    /// The store failed in another way.
    #[error("the mailbox store failed: {reason}")]
    Store {
        /// What it said.
        reason: String,
    },
}

impl MailboxError {
    pub(crate) fn io(action: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { action, source }
    }
}

impl From<redb::Error> for MailboxError {
    fn from(error: redb::Error) -> Self {
        let reason = error.to_string();
        if let redb::Error::Io(source) = error {
            let cut_off = source.kind() == io::ErrorKind::UnexpectedEof;
            return if cut_off { cut() } else { Self::Io { action: "reading or writing", source } };
        }
        if matches!(error, redb::Error::DatabaseAlreadyOpen) {
            return Self::InUse;
        }
        if matches!(error, redb::Error::Corrupted(_)) { Self::Damaged { reason } } else { Self::Store { reason } }
    }
}

fn cut() -> MailboxError {
    MailboxError::Damaged { reason: "it is cut off".to_owned() }
}

fn failed(error: impl Into<redb::Error>) -> MailboxError {
    error.into().into()
}

/// The store. Synchronous; [`super::super::worker`] runs it on a thread of its own.
pub(in crate::mailbox) struct Store {
    database: Database,
    path: PathBuf,
    limits: MailboxLimits,
    totals: Totals,
    grants: Grants,
    /// Whether the file can hold bytes that were deleted.
    stale: bool,
}

impl Store {
    /// Opens the file in `dir`, creating both if needed. A file that is damaged or newer stays as it is.
    pub(in crate::mailbox) fn open(dir: &Path, limits: MailboxLimits) -> Result<Self, MailboxError> {
        create_dir(dir).map_err(MailboxError::io("creating it"))?;
        let path = dir.join(FILE);
        let (database, totals) = open(&path, &limits)?;
        Ok(Self { database, path, limits, totals, grants: Grants::default(), stale: true })
    }

    pub(super) fn database(&self) -> &Database {
        &self.database
    }

    pub(super) fn limits(&self) -> &MailboxLimits {
        &self.limits
    }

    /// What is kept.
    pub(in crate::mailbox) fn totals(&self) -> Totals {
        self.totals
    }

    /// Replaces the limits. What is over them stays until something else needs the room.
    pub(in crate::mailbox) fn limit(&mut self, limits: MailboxLimits) {
        self.limits = limits;
    }

    pub(super) fn take_grants(&mut self) -> Grants {
        std::mem::take(&mut self.grants)
    }

    pub(super) fn put_grants(&mut self, grants: Grants) {
        self.grants = grants;
    }

    pub(super) fn committed(&mut self, totals: Totals, forgot: bool) {
        self.totals = totals;
        self.stale |= forgot;
    }

    /// Moves what is kept to the beginning of the file and gives the rest back to the file system, and with it what was
    /// deleted, which redb leaves where it was until something else takes the place.
    pub(in crate::mailbox) fn compact(&mut self) -> Result<(), MailboxError> {
        let len = fs::metadata(&self.path).map_err(MailboxError::io("measuring"))?.len();
        let bytes = self.totals.bytes;
        if self.stale && (bytes <= COMPACTED_ALWAYS_BYTES || bytes < len / 4) {
            self.database.compact().map_err(failed)?;
            self.blank()?;
            self.stale = false;
        }
        Ok(())
    }

    /// Overwrites the pages that are free after all, by using them once.
    fn blank(&self) -> Result<(), MailboxError> {
        let len = fs::metadata(&self.path).map_err(MailboxError::io("measuring"))?.len();
        let fill = || -> Result<(), redb::Error> {
            let txn = self.database.begin_write()?;
            let stats = txn.stats()?;
            let page = u64::try_from(stats.page_size()).unwrap_or(u64::MAX);
            let free = (len / page.max(1)).saturating_sub(stats.allocated_pages()).min(BLANKED_MAX);
            {
                let mut blank = txn.open_table(BLANK)?;
                for n in 0..free {
                    blank.insert(n, [0; BLANK_LEN].as_slice())?;
                }
            }
            txn.commit()?;
            let txn = self.database.begin_write()?;
            txn.delete_table(BLANK)?;
            txn.commit()?;
            Ok(())
        };
        fill().map_err(MailboxError::from)
    }
}

fn open(path: &Path, limits: &MailboxLimits) -> Result<(Database, Totals), MailboxError> {
    let len = match fs::metadata(path) {
        Ok(found) => found.len(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => 0,
        Err(error) => return Err(MailboxError::io("measuring")(error)),
    };
    if len > 0 {
        check_magic(path)?;
        guarded(|| check_version(path))?;
    }
    let cache = (limits.bytes / 64).clamp(CACHE_MIN_BYTES, CACHE_MAX_BYTES);
    guarded(|| {
        let database = Builder::new()
            .set_cache_size(usize::try_from(cache).unwrap_or(usize::MAX))
            .set_check_integrity_on_open(len <= CHECKED_MAX_BYTES)
            .create(path)
            .map_err(failed)?;
        let totals = prepare(&database)?;
        Ok((database, totals))
    })
}

/// redb trusts a file that was closed in order and may panic over one that somebody else wrote into since.
fn guarded<T>(work: impl FnOnce() -> Result<T, MailboxError>) -> Result<T, MailboxError> {
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|_panic| Err(MailboxError::Damaged { reason: "it contradicts itself".to_owned() }))
}

fn check_magic(path: &Path) -> Result<(), MailboxError> {
    let mut begin = [0; MAGIC.len()];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut begin));
    match read {
        Ok(()) if begin == *MAGIC => Ok(()),
        Ok(()) => Err(MailboxError::Damaged { reason: "it does not begin as one".to_owned() }),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Err(cut()),
        Err(error) => Err(MailboxError::io("reading")(error)),
    }
}

/// Looks at the version without writing. A file that was not closed in order cannot be looked at so; it is repaired
/// first, which changes nothing a newer program would mind.
fn check_version(path: &Path) -> Result<(), MailboxError> {
    let database = match Builder::new().open_read_only(path) {
        Ok(database) => database,
        Err(DatabaseError::RepairAborted) => return Ok(()),
        Err(error) => return Err(failed(error)),
    };
    let txn = database.begin_read().map_err(failed)?;
    let found = match txn.open_table(META) {
        Ok(meta) => meta.get("version").map_err(failed)?.map(|version| version.value()),
        Err(redb::TableError::TableDoesNotExist(_)) => None,
        Err(error) => return Err(failed(error)),
    };
    known(found.unwrap_or(VERSION))
}

fn known(found: u64) -> Result<(), MailboxError> {
    if found == VERSION { Ok(()) } else { Err(MailboxError::Newer { found }) }
}

/// Creates what is missing, and counts what is there.
fn prepare(database: &Database) -> Result<Totals, MailboxError> {
    let mut txn = database.begin_write().map_err(failed)?;
    txn.set_quick_repair(true);
    let version = txn.open_table(META).map_err(failed)?.get("version").map_err(failed)?.map(|version| version.value());
    known(version.unwrap_or(VERSION))?;
    let totals = count(&txn)?;
    if version.is_none() {
        txn.open_table(META).map_err(failed)?.insert("version", VERSION).map_err(failed)?;
        txn.commit().map_err(failed)?;
    } else {
        txn.abort().map_err(failed)?;
    }
    Ok(totals)
}

fn count(txn: &redb::WriteTransaction) -> Result<Totals, redb::Error> {
    let queues = txn.open_table(QUEUES)?;
    drop((txn.open_table(RECEIVES)?, txn.open_table(DEPOSITS)?, txn.open_table(SEEN)?));
    drop((txn.open_table(MAIL)?, txn.open_table(HASHES)?, txn.open_table(EXPIRY)?, txn.open_table(LABELS)?));
    let mut totals = Totals::default();
    for row in queues.iter()? {
        let (_, _, _, bytes, envelopes, _) = row?.1.value();
        totals.queues = totals.queues.saturating_add(1);
        totals.bytes = totals.bytes.saturating_add(bytes);
        totals.envelopes = totals.envelopes.saturating_add(envelopes);
    }
    Ok(totals)
}

/// Whether there is a mailbox in `dir`.
pub(crate) fn is_there(dir: &Path) -> bool {
    dir.join(FILE).exists()
}

/// Deletes the mailbox in `dir`, which nobody may have open.
pub(crate) fn erase(dir: &Path) -> Result<(), MailboxError> {
    match fs::remove_file(dir.join(FILE)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(MailboxError::io("deleting")(error)),
        Ok(()) | Err(_) => Ok(()),
    }
}

fn create_dir(dir: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir)
}
