//! The writer: transactions, counters, small values.

use std::cell::Cell;
use std::fmt;
use std::path::Path;

use kith_crypto::Key;
use rusqlite::{Connection, params};

use crate::codec::first;
use crate::error::StoreError;
use crate::open;

/// How many problems [`Store::check`] lists before it stops.
const CHECK_MAX: usize = 100;

/// The only writer of a profile's database.
///
/// Each method is atomic by itself. Between [`begin`](Self::begin) and [`commit`](Self::commit) they form one
/// transaction; inside it, [`savepoint`](Self::savepoint) marks the point that a failed input is rolled back to.
/// A `Store` that is dropped with an open transaction rolls it back.
pub struct Store {
    pub(crate) conn: Connection,
    pub(crate) ratchet: Key,
    begun: Cell<bool>,
    saved: Cell<bool>,
}

/// A copy of a database, for the simulator and tests: what a disk held at one moment.
pub struct Image {
    bytes: Vec<u8>,
    ratchet: Key,
}

impl fmt::Debug for Image {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Image").field("bytes", &self.bytes.len()).finish_non_exhaustive()
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").field("begun", &self.begun).field("saved", &self.saved).finish_non_exhaustive()
    }
}

impl Store {
    /// Opens the database in the profile folder `dir`, or creates it, and migrates it to the newest schema.
    ///
    /// `database` is the raw SQLCipher key, `ratchet` seals ratchet rows a second time. The caller holds the
    /// [`ProfileLock`](crate::ProfileLock). Fails with [`StoreError::WrongKey`], [`StoreError::Damaged`],
    /// [`StoreError::Emptied`], [`StoreError::NewerSchema`], [`StoreError::Full`] or [`StoreError::Io`]; none of them
    /// changes the file.
    pub fn open(dir: &Path, database: &Key, ratchet: &Key) -> Result<Self, StoreError> {
        Ok(Self::over(open::writer(dir, database)?, ratchet))
    }

    /// An empty database without a file and without page encryption. For the simulator and tests only.
    pub fn in_memory(ratchet: &Key) -> Result<Self, StoreError> {
        Ok(Self::over(open::memory()?, ratchet))
    }

    /// A copy of this database as it is, without a file either. For the simulator and tests only.
    pub fn image(&self) -> Result<Image, StoreError> {
        Ok(Image { bytes: self.conn.serialize("main")?.to_vec(), ratchet: self.ratchet.duplicate() })
    }

    /// The database of an image. For the simulator and tests only.
    pub fn from_image(image: &Image) -> Result<Self, StoreError> {
        Ok(Self::over(open::memory_of(&image.bytes)?, &image.ratchet))
    }

    pub(crate) fn over(conn: Connection, ratchet: &Key) -> Self {
        Self { conn, ratchet: ratchet.duplicate(), begun: Cell::new(false), saved: Cell::new(false) }
    }

    /// Starts a transaction. Fails with [`StoreError::TransactionOpen`] if one is open.
    pub fn begin(&self) -> Result<(), StoreError> {
        if self.begun.get() {
            return Err(StoreError::TransactionOpen);
        }
        self.run("BEGIN IMMEDIATE")?;
        self.begun.set(true);
        Ok(())
    }

    /// Makes the transaction durable. Fails with [`StoreError::NoTransaction`], [`StoreError::SavepointOpen`],
    /// [`StoreError::TransactionLost`], or [`StoreError::Full`]; after the last, call [`rollback`](Self::rollback).
    pub fn commit(&self) -> Result<(), StoreError> {
        self.need_transaction()?;
        if self.saved.get() {
            return Err(StoreError::SavepointOpen);
        }
        self.run("COMMIT")?;
        self.begun.set(false);
        Ok(())
    }

    /// Drops everything since [`begin`](Self::begin), also an open savepoint. Fails with [`StoreError::NoTransaction`].
    pub fn rollback(&self) -> Result<(), StoreError> {
        if !self.begun.get() {
            return Err(StoreError::NoTransaction);
        }
        if !self.conn.is_autocommit() {
            self.run("ROLLBACK")?;
        }
        self.begun.set(false);
        self.saved.set(false);
        Ok(())
    }

    /// Marks this point of the transaction; there is one mark at a time. Fails with [`StoreError::NoTransaction`],
    /// [`StoreError::SavepointOpen`] or [`StoreError::TransactionLost`].
    pub fn savepoint(&self) -> Result<(), StoreError> {
        if self.saved.get() {
            return Err(StoreError::SavepointOpen);
        }
        self.need_transaction()?;
        self.run("SAVEPOINT input")?;
        self.saved.set(true);
        Ok(())
    }

    /// Keeps what was done since [`savepoint`](Self::savepoint) and removes the mark. Fails with
    /// [`StoreError::NoSavepoint`] or [`StoreError::TransactionLost`].
    pub fn release(&self) -> Result<(), StoreError> {
        self.need_savepoint()?;
        self.run("RELEASE input")?;
        self.saved.set(false);
        Ok(())
    }

    /// Drops what was done since [`savepoint`](Self::savepoint) and removes the mark; the transaction goes on. Fails
    /// with [`StoreError::NoSavepoint`], or with [`StoreError::TransactionLost`] if SQLite has dropped the whole
    /// transaction, as it does when the disk is full: then only [`rollback`](Self::rollback) is left.
    pub fn rollback_to_savepoint(&self) -> Result<(), StoreError> {
        self.need_savepoint()?;
        self.run("ROLLBACK TO input")?;
        self.run("RELEASE input")?;
        self.saved.set(false);
        Ok(())
    }

    /// Whether a transaction is open.
    #[must_use]
    pub fn in_transaction(&self) -> bool {
        self.begun.get()
    }

    /// Moves the write-ahead log into the database and empties it, so that deleted rows are gone from both. Fails with
    /// [`StoreError::TransactionOpen`], or [`StoreError::Busy`] while a reader holds an older state.
    pub fn checkpoint(&self) -> Result<(), StoreError> {
        if self.begun.get() {
            return Err(StoreError::TransactionOpen);
        }
        let busy: i64 = self.conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
        if busy == 0 { Ok(()) } else { Err(StoreError::Busy) }
    }

    /// Reads the whole file: page checksums, b-trees, indexes, the search index. Takes seconds on a large profile.
    /// Fails with [`StoreError::Inconsistent`] or [`StoreError::Damaged`].
    pub fn check(&self) -> Result<(), StoreError> {
        let mut problems = 0;
        for pragma in ["PRAGMA cipher_integrity_check", "PRAGMA integrity_check(100)"] {
            let mut statement = self.conn.prepare(pragma)?;
            let mut rows = statement.query([])?;
            while problems < CHECK_MAX
                && let Some(row) = rows.next()?
            {
                if row.get::<_, String>(0)? != "ok" {
                    problems += 1;
                }
            }
        }
        if problems == 0 { Ok(()) } else { Err(StoreError::Inconsistent { problems }) }
    }

    /// The counter that [`bump_generation`](Self::bump_generation) raises. A value below the one remembered outside the
    /// database means that an older copy was put back.
    pub fn generation(&self) -> Result<u64, StoreError> {
        let sql = "SELECT value FROM counters WHERE name = 'generation'";
        Ok(self.conn.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
    }

    /// Raises the counter by one and returns it.
    pub fn bump_generation(&self) -> Result<u64, StoreError> {
        let sql = "UPDATE counters SET value = value + 1 WHERE name = 'generation' RETURNING value";
        let mut statement = self.conn.prepare_cached(sql)?;
        let raised = statement.query_map([], |row| row.get(0))?.collect::<Result<Vec<u64>, _>>()?;
        raised.first().copied().ok_or(StoreError::Damaged(rusqlite::Error::QueryReturnedNoRows))
    }

    /// The value called `name`.
    pub fn meta(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let mut statement = self.conn.prepare_cached("SELECT value FROM meta WHERE name = ?1")?;
        first(statement.query([name])?, |row| Ok(row.get(0)?))
    }

    /// Sets the value called `name`.
    pub fn set_meta(&self, name: &str, value: &[u8]) -> Result<(), StoreError> {
        let sql =
            "INSERT INTO meta (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
        self.conn.prepare_cached(sql)?.execute(params![name, value])?;
        Ok(())
    }

    /// Removes the value called `name`, if it is there.
    pub fn delete_meta(&self, name: &str) -> Result<(), StoreError> {
        self.conn.prepare_cached("DELETE FROM meta WHERE name = ?1")?.execute([name])?;
        Ok(())
    }

    /// How many values have names that begin with `prefix`, which ends in a letter, digit or sign of ASCII.
    pub fn count_meta(&self, prefix: &str) -> Result<u64, StoreError> {
        let sql = "SELECT count(*) FROM meta WHERE substr(name, 1, length(?1)) = ?1";
        Ok(self.conn.prepare_cached(sql)?.query_row([prefix], |row| row.get(0))?)
    }

    /// Runs several statements so that all or none of them count, inside a transaction or outside one.
    pub(crate) fn atomically<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let outermost = self.conn.is_autocommit();
        self.run("SAVEPOINT operation")?;
        let outcome = work(&self.conn).and_then(|value| {
            self.run("RELEASE operation")?;
            Ok(value)
        });
        // After some errors (disk full) SQLite has ended the transaction already, and the savepoint with it.
        if outcome.is_err() && !self.conn.is_autocommit() {
            let undo = if outermost { self.run("ROLLBACK") } else { self.undo_operation() };
            if let Err(error) = undo {
                tracing::warn!(%error, "a failed operation could not be undone by itself");
            }
        }
        outcome
    }

    fn undo_operation(&self) -> Result<(), StoreError> {
        self.run("ROLLBACK TO operation")?;
        self.run("RELEASE operation")
    }

    fn run(&self, sql: &str) -> Result<(), StoreError> {
        self.conn.prepare_cached(sql)?.execute([])?;
        Ok(())
    }

    fn need_transaction(&self) -> Result<(), StoreError> {
        if !self.begun.get() {
            return Err(StoreError::NoTransaction);
        }
        if self.conn.is_autocommit() {
            return Err(StoreError::TransactionLost);
        }
        Ok(())
    }

    fn need_savepoint(&self) -> Result<(), StoreError> {
        if !self.saved.get() {
            return Err(StoreError::NoSavepoint);
        }
        self.need_transaction()
    }
}

#[cfg(test)]
mod tests;
