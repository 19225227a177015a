//! The schema, as numbered migrations. A released migration is never changed: a new one is appended, together with a
//! fixture database of the old schema that the newest code must open.

use rusqlite::Connection;

use crate::error::StoreError;

const MIGRATIONS: &[&str] = &[
    include_str!("schema/1.sql"),
    include_str!("schema/2.sql"),
    include_str!("schema/3.sql"),
    include_str!("schema/4.sql"),
    include_str!("schema/5.sql"),
    include_str!("schema/6.sql"),
    include_str!("schema/7.sql"),
    include_str!("schema/8.sql"),
    include_str!("schema/9.sql"),
    include_str!("schema/10.sql"),
];

/// The newest schema this program knows.
pub const SCHEMA: u32 = {
    assert!(MIGRATIONS.len() < 10_000, "one number per migration");
    #[expect(clippy::cast_possible_truncation, reason = "asserted above")]
    let newest = MIGRATIONS.len() as u32;
    newest
};

/// The schema of the open file.
pub(crate) fn version(conn: &Connection) -> Result<u32, StoreError> {
    Ok(conn.query_row("PRAGMA user_version", [], |row| row.get(0))?)
}

/// Brings the file to [`SCHEMA`] in one transaction; refuses a newer one untouched.
pub(crate) fn migrate(conn: &Connection) -> Result<(), StoreError> {
    migrate_to(conn, SCHEMA)
}

/// Brings the file to the schema `target` in one transaction; refuses one that is newer than this program untouched.
pub(crate) fn migrate_to(conn: &Connection, target: u32) -> Result<(), StoreError> {
    let found = version(conn)?;
    if found > SCHEMA {
        return Err(StoreError::NewerSchema { found, supported: SCHEMA });
    }
    if found >= target {
        return Ok(());
    }
    let mut batch = String::from("BEGIN IMMEDIATE;\n");
    for migration in MIGRATIONS.iter().take(target as usize).skip(found as usize) {
        batch.push_str(migration);
    }
    batch.push_str(&format!("PRAGMA user_version = {target};\nCOMMIT;"));
    let outcome = conn.execute_batch(&batch);
    if outcome.is_err() && !conn.is_autocommit() {
        conn.execute_batch("ROLLBACK")?;
    }
    Ok(outcome?)
}

#[cfg(test)]
mod tests;
