//! What can go wrong in the store.

use rusqlite::ErrorCode;
use rusqlite::ffi;

/// Why the store refused or could not do something.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The key does not open the file. A damaged first page looks the same: SQLCipher cannot tell them apart.
    #[error("the key does not open this database, or its first page is damaged")]
    WrongKey,
    /// The file is not what was written: flipped bits, missing pages, values no version of this crate writes.
    #[error("the database is damaged")]
    Damaged(#[source] rusqlite::Error),
    /// The database file is shorter than one page, or missing while its write-ahead log is there.
    #[error("the database file is empty or missing, but it existed before")]
    Emptied,
    /// [`Store::check`](crate::Store::check) found pages or rows that contradict each other.
    #[error("the database is damaged: {problems} problems found")]
    Inconsistent {
        /// How many problems the check listed (it stops at 100).
        problems: usize,
    },
    /// A newer program has changed the schema; this one must not touch it.
    #[error("the database has schema {found}, this program knows up to {supported}: a newer version wrote it")]
    NewerSchema {
        /// The schema of the file.
        found: u32,
        /// The newest schema of this program.
        supported: u32,
    },
    /// A reader found a schema that the writer has not migrated yet.
    #[error("the database has schema {found} and waits to be migrated to {supported}")]
    OlderSchema {
        /// The schema of the file.
        found: u32,
        /// The newest schema of this program.
        supported: u32,
    },
    /// No space left. What was committed is intact; the running transaction must be rolled back.
    #[error("no space left for the database")]
    Full,
    /// Another process, or another handle of this one, has the profile open.
    #[error("the profile is already open in another process{}", pid.map(|pid| format!(" ({pid})")).unwrap_or_default())]
    Locked {
        /// The process that holds it, if it left its number.
        pid: Option<u32>,
    },
    /// Another connection kept the database busy for longer than the waiting time.
    #[error("the database is busy")]
    Busy,
    /// The operating system refused a file operation.
    #[error("a file of the profile cannot be used")]
    Io(#[from] std::io::Error),
    /// `begin` or `checkpoint` while a transaction is open.
    #[error("a transaction is already open")]
    TransactionOpen,
    /// `commit`, `rollback` or `savepoint` without `begin`.
    #[error("no transaction is open")]
    NoTransaction,
    /// SQLite ended the transaction itself after an earlier error (disk full, I/O error): all of it is rolled back.
    #[error("the transaction was rolled back after an earlier error")]
    TransactionLost,
    /// `savepoint` or `commit` while a savepoint is open.
    #[error("a savepoint is still open")]
    SavepointOpen,
    /// `release` or `rollback_to_savepoint` without `savepoint`.
    #[error("no savepoint is open")]
    NoSavepoint,
    /// The contact, device or invite that the row belongs to is not stored.
    #[error("the row this one belongs to is not stored")]
    UnknownOwner,
    /// No chat has this id.
    #[error("no such chat")]
    UnknownChat,
    /// No message of the chat has this id.
    #[error("no such message in this chat")]
    UnknownMessage,
    /// A sealed row does not open at its place: swapped, older than the newest version, or forged.
    #[error("a row of {table} was moved, replaced by an older one, or forged")]
    RatchetRefused {
        /// The table of the row.
        table: &'static str,
    },
    /// A stored number stands for nothing this version knows.
    #[error("unknown code {code} in {column}")]
    UnknownCode {
        /// Where it was found, `table.column`.
        column: &'static str,
        /// The number.
        code: i64,
    },
    /// Any other failure of SQLite.
    #[error("the database failed")]
    Sqlite(#[source] rusqlite::Error),
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        if error.sqlite_extended_error_code() == Some(ffi::SQLITE_CONSTRAINT_FOREIGNKEY) {
            return Self::UnknownOwner;
        }
        if matches!(
            error,
            rusqlite::Error::FromSqlConversionFailure(..)
                | rusqlite::Error::IntegralValueOutOfRange(..)
                | rusqlite::Error::InvalidColumnType(..)
                | rusqlite::Error::Utf8Error(..)
        ) {
            return Self::Damaged(error);
        }
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full,
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy,
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Damaged(error),
            // The statements of this crate are fixed and tested: SQLite's general error is a page that SQLCipher could
            // not authenticate.
            Some(ErrorCode::Unknown) => Self::Damaged(error),
            _ => Self::Sqlite(error),
        }
    }
}
