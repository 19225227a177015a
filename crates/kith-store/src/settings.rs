//! Settings: names with values that are text to the store.

use std::collections::BTreeMap;

use rusqlite::params;

use crate::codec::{collect, first};
use crate::error::StoreError;
use crate::store::Store;

impl Store {
    /// All settings.
    pub fn settings(&self) -> Result<BTreeMap<String, String>, StoreError> {
        let mut statement = self.conn.prepare_cached("SELECT name, value FROM settings")?;
        let rows = collect(statement.query([])?, |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.into_iter().collect())
    }

    /// The setting called `name`.
    pub fn setting(&self, name: &str) -> Result<Option<String>, StoreError> {
        let mut statement = self.conn.prepare_cached("SELECT value FROM settings WHERE name = ?1")?;
        first(statement.query([name])?, |row| Ok(row.get(0)?))
    }

    /// Sets the setting called `name`.
    pub fn put_setting(&self, name: &str, value: &str) -> Result<(), StoreError> {
        let sql = "INSERT INTO settings (name, value) VALUES (?1, ?2)
            ON CONFLICT (name) DO UPDATE SET value = excluded.value";
        self.conn.prepare_cached(sql)?.execute(params![name, value])?;
        Ok(())
    }

    /// Removes the setting called `name`; `true` if it was there.
    pub fn delete_setting(&self, name: &str) -> Result<bool, StoreError> {
        Ok(self.conn.prepare_cached("DELETE FROM settings WHERE name = ?1")?.execute([name])? == 1)
    }
}
