//! Keys by which contacts' devices find each other.

use kith_wire::{AccountId, DeviceId, FindKey};
use rusqlite::{Row, params};

use crate::codec::{collect, first, int};
use crate::error::StoreError;
use crate::store::Store;

fn find_key(row: &Row<'_>) -> Result<FindKey, StoreError> {
    Ok(FindKey::from_bytes(&row.get(0)?))
}

impl Store {
    /// Takes the key by which a device is found, if it was said after the one known. Says whether it was.
    pub fn set_find_key(&self, device: &DeviceId, key: &FindKey, stamp: u64) -> Result<bool, StoreError> {
        let sql = "UPDATE devices SET find_key = ?2, find_stamp = ?3
            WHERE device = ?1 AND (find_key IS NULL OR find_stamp < ?3)";
        let taken = self.conn.prepare_cached(sql)?.execute(params![device.as_bytes(), key.as_bytes(), int(stamp)])?;
        Ok(taken == 1)
    }

    /// The key by which a device is found.
    pub fn find_key(&self, device: &DeviceId) -> Result<Option<FindKey>, StoreError> {
        let sql = "SELECT find_key FROM devices WHERE device = ?1 AND find_key IS NOT NULL";
        let mut statement = self.conn.prepare_cached(sql)?;
        first(statement.query([device.as_bytes()])?, find_key)
    }

    /// Gives a contact a key by which they find this device, beside those they have; the contact must be stored.
    pub fn add_own_find_key(&self, account: &AccountId, key: &FindKey, since_ms: u64) -> Result<(), StoreError> {
        let sql = "INSERT INTO find_keys (account, key, since_ms) VALUES (?1, ?2, ?3)
            ON CONFLICT (account, key) DO UPDATE SET since_ms = ?3";
        self.conn.prepare_cached(sql)?.execute(params![account.as_bytes(), key.as_bytes(), int(since_ms)])?;
        Ok(())
    }

    /// By which a contact finds this device, the newest first.
    pub fn own_find_keys(&self, account: &AccountId) -> Result<Vec<FindKey>, StoreError> {
        let sql = "SELECT key FROM find_keys WHERE account = ?1 ORDER BY since_ms DESC, key";
        let mut statement = self.conn.prepare_cached(sql)?;
        collect(statement.query([account.as_bytes()])?, find_key)
    }

    /// Forgets by which a contact finds this device.
    pub fn drop_own_find_keys(&self, account: &AccountId) -> Result<(), StoreError> {
        self.conn.prepare_cached("DELETE FROM find_keys WHERE account = ?1")?.execute([account.as_bytes()])?;
        Ok(())
    }

    /// Forgets keys given before this time that have a newer one beside them. Says whether there were any.
    pub fn prune_find_keys(&self, before_ms: u64) -> Result<bool, StoreError> {
        let sql = "DELETE FROM find_keys WHERE since_ms < ?1 AND since_ms <
            (SELECT max(newer.since_ms) FROM find_keys AS newer WHERE newer.account = find_keys.account)";
        Ok(self.conn.prepare_cached(sql)?.execute([int(before_ms)])? > 0)
    }
}
