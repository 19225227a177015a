//! What a backup holds of a database, as a stream of records, and such a stream as a new database.
//!
//! Only [`kept`] tables are copied, of each its columns by name: a table that is not listed, like every one with ratchet
//! material, never leaves. The rows keep the schema they were written under. Reading makes a database of that schema,
//! fills it and migrates it like any other, so a backup is as readable for ever as the database it was made of.
//!
//! The stream is `1 ‖ (u32 length ‖ record)*`, protobuf records: what it is, then per table its columns and its rows, then
//! the number of rows. It is plaintext: whoever calls seals it (`kith_crypto::backup`).

use std::fs;
use std::io::{self, Read, Write};
use std::path::Path;

use kith_crypto::Key;
use kith_wire::AccountId;
use prost::Message;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, params_from_iter};
use zeroize::Zeroizing;

use crate::error::StoreError;
use crate::open;
use crate::read::ReadStore;
use crate::schema;

mod kept;
mod record;
#[cfg(test)]
mod tests;

use kept::KEPT;
use record::{BeginProto, EndProto, Kind, RecordProto, RowProto, TableProto, ValueProto, value};

const VERSION: u8 = 1;
/// Bytes of one record: several times the largest row there can be.
const RECORD_MAX: usize = 4 << 20;
/// Columns of one table.
const COLUMNS_MAX: usize = 256;
/// How many rows pass between two looks at whether to go on.
const ROWS_A_LOOK: u64 = 256;

/// What a backup is of.
#[derive(Debug)]
pub struct Content {
    /// Whose account.
    pub account: AccountId,
    /// The random bytes of the recovery phrase, if the backup is to bring the account back without the words.
    pub entropy: Option<Zeroizing<[u8; 32]>>,
    /// When it was made, Unix milliseconds.
    pub created_at_ms: u64,
    /// The schema of its rows.
    pub schema: u32,
    /// How many rows it has, for showing progress.
    pub rows: u64,
    /// The bootstrap nodes by which its account found others, as they were given. Nobody has looked at them.
    pub bootstraps: Vec<String>,
}

/// Why a backup was not made or not read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BackupFailure {
    /// The database refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The stream failed: the disk, or the seal around it.
    #[error(transparent)]
    Stream(#[from] io::Error),
    /// The content has another version.
    #[error("the content of the backup has version {found}, this program reads version {VERSION}")]
    UnknownVersion {
        /// The version found.
        found: u8,
    },
    /// A newer program made it.
    #[error("the backup has schema {found}, this program knows up to {supported}: a newer version made it")]
    NewerSchema {
        /// The schema found.
        found: u32,
        /// The newest one known.
        supported: u32,
    },
    /// What is inside is not what a backup has.
    #[error("the content of the backup is damaged: {what}")]
    Damaged {
        /// Which part.
        what: &'static str,
    },
    /// Somebody said stop.
    #[error("stopped")]
    Stopped,
}

impl From<rusqlite::Error> for BackupFailure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

/// How many rows are done, of how many; `false` stops.
pub type Look<'a> = &'a mut dyn FnMut(u64, u64) -> bool;

impl ReadStore {
    /// Writes a backup of what is committed now. Other connections read and write meanwhile; what they change is not in
    /// it. The memory it takes does not grow with the database. Answers with how many rows it has.
    ///
    /// # Errors
    /// [`BackupFailure::Store`], [`BackupFailure::Stream`], [`BackupFailure::Stopped`].
    pub fn back_up(
        &self,
        account: AccountId,
        entropy: Option<&[u8; 32]>,
        bootstraps: &[String],
        now_ms: u64,
        to: &mut dyn Write,
        look: Look<'_>,
    ) -> Result<u64, BackupFailure> {
        // One state of everything, until the transaction is dropped.
        let snapshot = self.conn().unchecked_transaction()?;
        let mut total = 0;
        for table in KEPT {
            let sql = format!("SELECT count(*) FROM {} WHERE {}", table.name, table.only);
            total += snapshot.query_row(&sql, [], |row| row.get::<_, u64>(0))?;
        }
        to.write_all(&[VERSION])?;
        let begin = BeginProto {
            account: account.to_bytes().to_vec(),
            entropy: entropy.map(|entropy| entropy.to_vec()),
            created_at_ms: now_ms,
            schema: schema::version(&snapshot)?,
            rows: total,
            bootstraps: bootstraps.to_vec(),
        };
        write(to, Kind::Begin(begin))?;
        let mut done = 0;
        for table in KEPT {
            write_table(&snapshot, table, to, &mut |more| {
                done += more;
                !done.is_multiple_of(ROWS_A_LOOK) || look(done, total)
            })?;
        }
        write(to, Kind::End(EndProto { rows: done }))?;
        look(done, total);
        Ok(done)
    }
}

fn write_table(
    conn: &Connection,
    table: &kept::Kept,
    to: &mut dyn Write,
    count: &mut dyn FnMut(u64) -> bool,
) -> Result<(), BackupFailure> {
    let columns = columns(conn, table.name)?;
    let wanted = columns.iter().map(|column| table.expression(column)).collect::<Vec<_>>().join(", ");
    let name = table.name.to_owned();
    write(to, Kind::Table(TableProto { name, columns: columns.clone() }))?;
    let mut statement = conn.prepare(&format!("SELECT {wanted} FROM {} WHERE {}", table.name, table.only))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let mut values = Vec::with_capacity(columns.len());
        for at in 0..columns.len() {
            values.push(ValueProto { value: from_sql(row.get_ref(at)?)? });
        }
        write(to, Kind::Row(RowProto { values }))?;
        if !count(1) {
            return Err(BackupFailure::Stopped);
        }
    }
    Ok(())
}

fn columns(conn: &Connection, table: &str) -> Result<Vec<String>, BackupFailure> {
    let mut statement = conn.prepare("SELECT name FROM pragma_table_info(?1) ORDER BY cid")?;
    let names = statement.query_map([table], |row| row.get(0))?.collect::<Result<Vec<String>, _>>()?;
    Ok(names)
}

fn from_sql(value: ValueRef<'_>) -> Result<Option<value::Value>, BackupFailure> {
    let text = |text: &[u8]| String::from_utf8(text.to_vec()).map_err(|_bad| damaged("a text that is not UTF-8"));
    Ok(match value {
        ValueRef::Null => None,
        ValueRef::Integer(number) => Some(value::Value::Integer(number)),
        ValueRef::Real(number) => Some(value::Value::Real(number)),
        ValueRef::Text(bytes) => Some(value::Value::Text(text(bytes)?)),
        ValueRef::Blob(bytes) => Some(value::Value::Blob(bytes.to_vec())),
    })
}

fn write(to: &mut dyn Write, kind: Kind) -> Result<(), BackupFailure> {
    let record = RecordProto { kind: Some(kind) };
    let bytes = Zeroizing::new(record.encode_to_vec());
    let length = u32::try_from(bytes.len()).ok().filter(|length| *length as usize <= RECORD_MAX);
    let Some(length) = length else { return Err(damaged("a row over the limit")) };
    to.write_all(&length.to_be_bytes())?;
    Ok(to.write_all(&bytes)?)
}

fn damaged(what: &'static str) -> BackupFailure {
    BackupFailure::Damaged { what }
}

/// A backup being read.
pub struct BackupReader<R> {
    from: R,
    content: Content,
}

impl<R: Read> BackupReader<R> {
    /// Reads what the backup is of.
    ///
    /// # Errors
    /// [`BackupFailure::Stream`], [`BackupFailure::UnknownVersion`], [`BackupFailure::NewerSchema`],
    /// [`BackupFailure::Damaged`].
    pub fn new(mut from: R) -> Result<Self, BackupFailure> {
        let mut version = [0];
        from.read_exact(&mut version)?;
        let [found] = version;
        if found != VERSION {
            return Err(BackupFailure::UnknownVersion { found });
        }
        let Some(Kind::Begin(begin)) = read(&mut from)? else { return Err(damaged("its beginning")) };
        let (found, supported) = (begin.schema, schema::SCHEMA);
        if found > supported {
            return Err(BackupFailure::NewerSchema { found, supported });
        }
        if found == 0 {
            return Err(damaged("its schema"));
        }
        let entropy = begin.entropy.map(Zeroizing::new);
        let entropy = entropy.map(|bytes| bytes.as_slice().try_into().map(Zeroizing::new)).transpose();
        let content = Content {
            account: AccountId::from_slice(&begin.account).map_err(|_bad| damaged("its account"))?,
            entropy: entropy.map_err(|_length| damaged("its phrase"))?,
            created_at_ms: begin.created_at_ms,
            schema: begin.schema,
            rows: begin.rows,
            bootstraps: begin.bootstraps,
        };
        Ok(Self { from, content })
    }

    /// What the backup is of.
    pub fn content(&self) -> &Content {
        &self.content
    }

    /// Fills a new database in the profile folder `dir`, which must have none. Nothing is called `kith.db` before all of
    /// it was read and found to belong together. Gives the source back, at the end of what was read.
    ///
    /// # Errors
    /// As [`new`](Self::new), and [`BackupFailure::Store`], [`BackupFailure::Stopped`]. No database is left then.
    pub fn restore(mut self, dir: &Path, database: &Key, look: Look<'_>) -> Result<R, BackupFailure> {
        let filled =
            open::unfinished(dir, database, self.content.schema).map_err(BackupFailure::from).and_then(|conn| {
                self.fill(&conn, look)?;
                schema::migrate(&conn)?;
                conn.close().map_err(|(_open, error)| error)?;
                Ok(())
            });
        let filled = filled.and_then(|()| {
            // Whatever follows the last record is read, so that the seal around it is checked to its end.
            if self.from.read(&mut [0])? != 0 {
                return Err(damaged("something follows its end"));
            }
            Ok(open::finish(dir)?)
        });
        if let Err(error) = filled {
            open::discard_unfinished(dir);
            return Err(error);
        }
        Ok(self.from)
    }

    fn fill(&mut self, conn: &Connection, look: Look<'_>) -> Result<(), BackupFailure> {
        // The file is worth nothing before it is complete, and is flushed then.
        conn.execute_batch("PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY;")?;
        let transaction = conn.unchecked_transaction()?;
        transaction.execute_batch("PRAGMA defer_foreign_keys = ON")?;
        let mut insert = None;
        let mut done = 0_u64;
        loop {
            match read(&mut self.from)? {
                Some(Kind::Table(table)) => insert = Some(insertion(&transaction, &table)?),
                Some(Kind::Row(row)) => {
                    let Some((sql, columns)) = &insert else { return Err(damaged("a row of no table")) };
                    if row.values.len() != *columns {
                        return Err(damaged("a row of another length"));
                    }
                    let values = row.values.into_iter().map(to_sql);
                    transaction.prepare_cached(sql)?.execute(params_from_iter(values))?;
                    done += 1;
                    if done.is_multiple_of(ROWS_A_LOOK) && !look(done, self.content.rows) {
                        return Err(BackupFailure::Stopped);
                    }
                }
                Some(Kind::End(end)) if end.rows == done => break,
                Some(Kind::End(_)) => return Err(damaged("rows are missing")),
                Some(Kind::Begin(_)) => return Err(damaged("a second beginning")),
                // A later version's, which this one can do without.
                None => {}
            }
        }
        transaction.commit()?;
        look(done, self.content.rows);
        Ok(())
    }
}

/// The statement for the rows of a table, and how many values they have. Names from the stream are compared with those
/// of this program before they become part of a statement.
fn insertion(conn: &Connection, table: &TableProto) -> Result<(String, usize), BackupFailure> {
    let Some(kept) = KEPT.iter().find(|kept| kept.name == table.name) else { return Err(damaged("a foreign table")) };
    let known = columns(conn, kept.name)?;
    let distinct: std::collections::BTreeSet<_> = table.columns.iter().collect();
    let right = table.columns.iter().all(|column| known.contains(column)) && distinct.len() == table.columns.len();
    if !right || table.columns.is_empty() || table.columns.len() > COLUMNS_MAX {
        return Err(damaged("a foreign column"));
    }
    let names = table.columns.join(", ");
    let places = vec!["?"; table.columns.len()].join(", ");
    Ok((format!("INSERT INTO {} ({names}) VALUES ({places})", kept.name), table.columns.len()))
}

fn to_sql(value: ValueProto) -> rusqlite::types::Value {
    match value.value {
        None => rusqlite::types::Value::Null,
        Some(value::Value::Integer(number)) => rusqlite::types::Value::Integer(number),
        Some(value::Value::Real(number)) => rusqlite::types::Value::Real(number),
        Some(value::Value::Text(text)) => rusqlite::types::Value::Text(text),
        Some(value::Value::Blob(bytes)) => rusqlite::types::Value::Blob(bytes),
    }
}

fn read(from: &mut dyn Read) -> Result<Option<Kind>, BackupFailure> {
    let mut length = [0; 4];
    from.read_exact(&mut length)?;
    let length = u32::from_be_bytes(length) as usize;
    if length > RECORD_MAX {
        return Err(damaged("a record over the limit"));
    }
    let mut bytes = Zeroizing::new(vec![0; length]);
    from.read_exact(&mut bytes)?;
    let record = RecordProto::decode(bytes.as_slice()).map_err(|_bad| damaged("a record"))?;
    Ok(record.kind)
}

/// Whether there is a database in the profile folder `dir`.
#[must_use]
pub fn has_database(dir: &Path) -> bool {
    fs::exists(dir.join(open::DATABASE_FILE)).unwrap_or(true)
}
