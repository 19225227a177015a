//! Opening the database file: keys, pragmas, creation.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;

use kith_crypto::Key;
use rusqlite::{Connection, ErrorCode, OpenFlags, config::DbConfig};
use zeroize::Zeroizing;

use crate::error::StoreError;
use crate::schema;

/// The database file in the profile folder.
pub const DATABASE_FILE: &str = "kith.db";
/// A database that is being created; it gets its name when it is complete.
const UNFINISHED_FILE: &str = "kith.db.new";
/// How long a connection waits for another one before it reports `Busy`.
const BUSY_WAIT: Duration = Duration::from_secs(2);
/// The size of SQLCipher's pages in bytes: no database is shorter.
const PAGE: u64 = 4096;
/// All statements of this crate fit, so that none is compiled twice.
const STATEMENT_CACHE: usize = 512;

const PRAGMAS: &str = "
PRAGMA temp_store = MEMORY;
PRAGMA secure_delete = ON;
PRAGMA foreign_keys = ON;
PRAGMA cell_size_check = ON;
PRAGMA cache_size = -16384;
";
const WRITER_PRAGMAS: &str = "
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA journal_size_limit = 16777216;
";

/// The writing connection to the database in `dir`, created if it is not there, migrated to the newest schema.
pub(crate) fn writer(dir: &Path, key: &Key) -> Result<Connection, StoreError> {
    let file = dir.join(DATABASE_FILE);
    match fs::metadata(&file) {
        Ok(found) if found.len() < PAGE => return Err(StoreError::Emptied),
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => create(dir, &file, key)?,
        Err(error) => return Err(error.into()),
    }
    let conn = connect(&file, key, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    conn.execute_batch(WRITER_PRAGMAS)?;
    schema::migrate(&conn)?;
    Ok(conn)
}

/// A connection that can only read.
pub(crate) fn reader(dir: &Path, key: &Key) -> Result<Connection, StoreError> {
    let file = dir.join(DATABASE_FILE);
    if fs::metadata(&file)?.len() < PAGE {
        return Err(StoreError::Emptied);
    }
    let conn = connect(&file, key, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let found = schema::version(&conn)?;
    let supported = schema::SCHEMA;
    if found > supported {
        return Err(StoreError::NewerSchema { found, supported });
    }
    if found < supported {
        return Err(StoreError::OlderSchema { found, supported });
    }
    Ok(conn)
}

/// A database without a file, for the simulator and tests. The schema is built once per process and copied from then on.
pub(crate) fn memory() -> Result<Connection, StoreError> {
    static TEMPLATE: OnceLock<Vec<u8>> = OnceLock::new();
    if let Some(template) = TEMPLATE.get() {
        return memory_of(template);
    }
    let conn = open_file(Path::new(":memory:"), OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    schema::migrate(&conn)?;
    let image = conn.serialize("main")?.to_vec();
    memory_of(TEMPLATE.get_or_init(|| image))
}

/// A database without a file that begins as this one.
pub(crate) fn memory_of(image: &[u8]) -> Result<Connection, StoreError> {
    let mut conn = open_file(Path::new(":memory:"), OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    conn.deserialize_read_exact("main", image, image.len(), false)?;
    conn.execute_batch("PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA journal_mode = MEMORY;")?;
    Ok(conn)
}

/// The writing connection to a database whose pages are not encrypted, to look at what is left in them.
#[cfg(test)]
pub(crate) fn plain(dir: &Path) -> Result<Connection, StoreError> {
    let access = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
    let conn = open_file(&dir.join(DATABASE_FILE), access)?;
    conn.execute_batch(PRAGMAS)?;
    conn.execute_batch(WRITER_PRAGMAS)?;
    schema::migrate(&conn)?;
    Ok(conn)
}

/// Opens `file` with the key, proves that it can be read, and sets what every connection needs.
fn connect(file: &Path, key: &Key, access: OpenFlags) -> Result<Connection, StoreError> {
    let conn = open_file(file, access)?;
    unlock(&conn, key)?;
    conn.execute_batch(PRAGMAS)?;
    Ok(conn)
}

fn open_file(file: &Path, access: OpenFlags) -> Result<Connection, StoreError> {
    let conn = Connection::open_with_flags(file, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    conn.busy_timeout(BUSY_WAIT)?;
    // Plans do not depend on bound values: without it `LIMIT ?` is planned anew whenever the value changes.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    conn.set_prepared_statement_cache_capacity(STATEMENT_CACHE);
    Ok(conn)
}

fn unlock(conn: &Connection, key: &Key) -> Result<(), StoreError> {
    // SQLCipher would write to the error stream of the process what is returned here as an error anyway.
    conn.execute_batch("PRAGMA cipher_log_level = NONE")?;
    let mut statement = Zeroizing::new(String::with_capacity(96));
    statement.push_str("PRAGMA key = \"x'");
    for byte in key.as_bytes() {
        for digit in [byte >> 4, byte & 0xf] {
            statement.extend(char::from_digit(u32::from(digit), 16));
        }
    }
    statement.push_str("'\"");
    // The error of this statement could quote it.
    if conn.execute_batch(&statement).is_err() {
        return Err(StoreError::WrongKey);
    }
    let probe: Result<i64, _> = conn.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0));
    match probe {
        Ok(_) => Ok(()),
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::NotADatabase) => Err(StoreError::WrongKey),
        Err(error) => Err(error.into()),
    }
}

/// Creates the database under another name first, so that an empty `kith.db` is always a damaged one and never a new one.
fn create(dir: &Path, file: &Path, key: &Key) -> Result<(), StoreError> {
    if beside(file, "-wal").try_exists()? {
        return Err(StoreError::Emptied);
    }
    let conn = unfinished(dir, key, schema::SCHEMA)?;
    if let Err((_, error)) = conn.close() {
        return Err(error.into());
    }
    finish(dir)
}

/// A new database of an older schema or the newest, under a name nothing opens.
pub(crate) fn unfinished(dir: &Path, key: &Key, schema: u32) -> Result<Connection, StoreError> {
    let unfinished = dir.join(UNFINISHED_FILE);
    for leftover in [unfinished.clone(), beside(&unfinished, "-journal")] {
        match fs::remove_file(&leftover) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
            Ok(()) | Err(_) => {}
        }
    }
    private_file(&unfinished)?;
    let conn = connect(&unfinished, key, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    schema::migrate_to(&conn, schema)?;
    Ok(conn)
}

/// Gives a closed, complete database its name.
pub(crate) fn finish(dir: &Path) -> Result<(), StoreError> {
    let unfinished = dir.join(UNFINISHED_FILE);
    fs::File::open(&unfinished)?.sync_all()?;
    fs::rename(&unfinished, dir.join(DATABASE_FILE))?;
    sync_folder(dir)
}

/// Takes back a database that was not completed.
pub(crate) fn discard_unfinished(dir: &Path) {
    // What stays is sealed, has no keystore, and is replaced by the next attempt.
    let _stays = fs::remove_file(dir.join(UNFINISHED_FILE));
}

fn beside(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// SQLite gives its log and index files the permissions of the database.
fn private_file(path: &Path) -> Result<(), StoreError> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path)?;
    Ok(())
}

#[cfg(unix)]
fn sync_folder(dir: &Path) -> Result<(), StoreError> {
    fs::File::open(dir)?.sync_all()?;
    Ok(())
}

#[cfg(not(unix))]
fn sync_folder(_dir: &Path) -> Result<(), StoreError> {
    Ok(())
}

#[cfg(test)]
mod tests;
