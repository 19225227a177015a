//! What waits to be delivered, one row per device and message.

use kith_wire::{ChatId, DeviceId, Hlc, MsgId};
use rusqlite::{Row, ToSql, params};

use crate::codec::{collect, first, hlc_from_sql, hlc_to_sql, int};
use crate::error::StoreError;
use crate::store::Store;

/// Something to deliver to a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewOutbox {
    /// To which device; it must be stored.
    pub device: DeviceId,
    /// Which message.
    pub msg: MsgId,
    /// The kind of its body.
    pub kind: u32,
    /// Its chat.
    pub chat: ChatId,
    /// When it was written.
    pub hlc: Hlc,
    /// Its encoded body.
    pub body: Vec<u8>,
    /// When it was queued (Unix ms).
    pub created_at_ms: u64,
    /// When it is given up (Unix ms).
    pub expires_at_ms: u64,
    /// When it is due (Unix ms).
    pub next_at_ms: u64,
}

/// Something that waits to be delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxRow {
    /// Its number; later rows have higher ones, and none is used twice.
    pub id: i64,
    /// To which device.
    pub device: DeviceId,
    /// Which message.
    pub msg: MsgId,
    /// The kind of its body.
    pub kind: u32,
    /// Its chat.
    pub chat: ChatId,
    /// When it was written.
    pub hlc: Hlc,
    /// Its encoded body.
    pub body: Vec<u8>,
    /// When it was queued (Unix ms).
    pub created_at_ms: u64,
    /// When it is given up (Unix ms).
    pub expires_at_ms: u64,
    /// When it is due (Unix ms).
    pub next_at_ms: u64,
    /// How often it was sent.
    pub attempts: u32,
    /// It was sent at least once.
    pub sent: bool,
    /// When it was last sealed for mailboxes (Unix ms).
    pub deposited_at_ms: Option<u64>,
}

const ROW: &str =
    "SELECT id, device, msg, kind, chat, hlc, body, created_at_ms, expires_at_ms, next_at_ms, attempts, sent,
    deposited_at_ms FROM outbox";

fn read(row: &Row<'_>) -> Result<OutboxRow, StoreError> {
    Ok(OutboxRow {
        id: row.get(0)?,
        device: DeviceId::from_bytes(row.get(1)?),
        msg: MsgId::from_bytes(row.get(2)?),
        kind: row.get(3)?,
        chat: ChatId::from_bytes(row.get(4)?),
        hlc: hlc_from_sql(row.get(5)?),
        body: row.get(6)?,
        created_at_ms: row.get(7)?,
        expires_at_ms: row.get(8)?,
        next_at_ms: row.get(9)?,
        attempts: row.get(10)?,
        sent: row.get(11)?,
        deposited_at_ms: row.get(12)?,
    })
}

impl Store {
    /// Queues something for a device and returns its number. There is one row per device and message: a second one is
    /// ignored, and the number of the first returned. Fails with [`StoreError::UnknownOwner`] if the device is not
    /// stored.
    pub fn enqueue(&self, new: &NewOutbox) -> Result<i64, StoreError> {
        let sql = "INSERT INTO outbox (device, msg, kind, chat, hlc, body, created_at_ms, expires_at_ms, next_at_ms)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT (device, msg) DO NOTHING";
        let inserted = self.conn.prepare_cached(sql)?.execute(params![
            new.device.as_bytes(),
            new.msg.as_bytes(),
            new.kind,
            new.chat.as_bytes(),
            hlc_to_sql(new.hlc),
            new.body,
            int(new.created_at_ms),
            int(new.expires_at_ms),
            int(new.next_at_ms),
        ])?;
        if inserted == 1 {
            return Ok(self.conn.last_insert_rowid());
        }
        let sql = "SELECT id FROM outbox WHERE device = ?1 AND msg = ?2";
        let mut statement = self.conn.prepare_cached(sql)?;
        Ok(statement.query_row(params![new.device.as_bytes(), new.msg.as_bytes()], |row| row.get(0))?)
    }

    /// The row with this number.
    pub fn outbox(&self, id: i64) -> Result<Option<OutboxRow>, StoreError> {
        first(self.conn.prepare_cached(&format!("{ROW} WHERE id = ?1"))?.query([id])?, read)
    }

    /// At most `limit` rows that are due at `now_ms`, oldest first.
    pub fn outbox_due(&self, now_ms: u64, limit: u32) -> Result<Vec<OutboxRow>, StoreError> {
        // `+id` keeps SQLite from walking all rows in their order: it sorts the due numbers of an index.
        let filter = "WHERE id IN (SELECT id FROM outbox WHERE next_at_ms <= ?1 ORDER BY +id LIMIT ?2) ORDER BY id";
        self.outbox_where(filter, params![int(now_ms), limit])
    }

    /// At most `limit` rows of a device, due or not, oldest first.
    pub fn outbox_of(&self, device: &DeviceId, limit: u32) -> Result<Vec<OutboxRow>, StoreError> {
        self.outbox_where("WHERE device = ?1 ORDER BY id LIMIT ?2", params![device.as_bytes(), limit])
    }

    /// All rows of a device of this body kind, oldest first.
    pub fn outbox_of_kind(&self, device: &DeviceId, kind: u32) -> Result<Vec<OutboxRow>, StoreError> {
        self.outbox_where("WHERE device = ?1 AND kind = ?2 ORDER BY id", params![device.as_bytes(), kind])
    }

    /// All rows of a message, oldest first.
    pub fn outbox_of_message(&self, msg: &MsgId) -> Result<Vec<OutboxRow>, StoreError> {
        self.outbox_where("WHERE msg = ?1 ORDER BY id", params![msg.as_bytes()])
    }

    /// All rows whose time is over at `now_ms`, oldest first.
    pub fn outbox_expired(&self, now_ms: u64) -> Result<Vec<OutboxRow>, StoreError> {
        self.outbox_where("WHERE expires_at_ms <= ?1 ORDER BY id", params![int(now_ms)])
    }

    fn outbox_where(&self, filter: &str, values: &[&dyn ToSql]) -> Result<Vec<OutboxRow>, StoreError> {
        let mut statement = self.conn.prepare_cached(&format!("{ROW} {filter}"))?;
        collect(statement.query(values)?, read)
    }

    /// When the next row is due (Unix ms); in the past, if one is due already.
    pub fn outbox_next_at(&self) -> Result<Option<u64>, StoreError> {
        let sql = "SELECT min(next_at_ms) FROM outbox";
        Ok(self.conn.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
    }

    /// When the next row is given up (Unix ms).
    pub fn outbox_next_expiry(&self) -> Result<Option<u64>, StoreError> {
        let sql = "SELECT min(expires_at_ms) FROM outbox";
        Ok(self.conn.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
    }

    /// Notes that the row was sent once more, and when it is due again if nothing comes back.
    pub fn outbox_attempted(&self, id: i64, next_at_ms: u64) -> Result<(), StoreError> {
        let sql = "UPDATE outbox SET attempts = attempts + 1, sent = 1, next_at_ms = ?2 WHERE id = ?1";
        self.conn.prepare_cached(sql)?.execute(params![id, int(next_at_ms)])?;
        Ok(())
    }

    /// At most `limit` rows of a device that were not sealed for mailboxes since `since_ms`, and were queued before
    /// `before_ms`, oldest first.
    pub fn outbox_to_deposit(
        &self,
        device: &DeviceId,
        since_ms: u64,
        before_ms: u64,
        limit: u32,
    ) -> Result<Vec<OutboxRow>, StoreError> {
        let filter = "WHERE device = ?1 AND (deposited_at_ms IS NULL OR deposited_at_ms < ?2) AND created_at_ms <= ?3
            ORDER BY id LIMIT ?4";
        self.outbox_where(filter, params![device.as_bytes(), int(since_ms), int(before_ms), limit])
    }

    /// Notes that the row was sealed for mailboxes, and when it is due again if nothing comes back.
    pub fn outbox_deposited(&self, id: i64, at_ms: u64, next_at_ms: u64) -> Result<(), StoreError> {
        let sql = "UPDATE outbox SET deposited_at_ms = ?2, next_at_ms = ?3 WHERE id = ?1";
        self.conn.prepare_cached(sql)?.execute(params![id, int(at_ms), int(next_at_ms)])?;
        Ok(())
    }

    /// The device cannot use what it finds in mailboxes: everything is sealed for them anew.
    pub fn outbox_undeposit(&self, device: &DeviceId) -> Result<(), StoreError> {
        let sql = "UPDATE outbox SET deposited_at_ms = NULL WHERE device = ?1 AND deposited_at_ms IS NOT NULL";
        self.conn.prepare_cached(sql)?.execute([device.as_bytes()])?;
        Ok(())
    }

    /// Changes when the row is due.
    pub fn outbox_postpone(&self, id: i64, next_at_ms: u64) -> Result<(), StoreError> {
        let sql = "UPDATE outbox SET next_at_ms = ?2 WHERE id = ?1";
        self.conn.prepare_cached(sql)?.execute(params![id, int(next_at_ms)])?;
        Ok(())
    }

    /// Puts off until `next_at_ms` those rows of a device after the one with the number `after` that are due at `now_ms`.
    pub fn outbox_park(&self, device: &DeviceId, after: i64, now_ms: u64, next_at_ms: u64) -> Result<(), StoreError> {
        let sql = "UPDATE outbox SET next_at_ms = ?4 WHERE next_at_ms <= ?3 AND device = ?1 AND id > ?2";
        let values = params![device.as_bytes(), after, int(now_ms), int(next_at_ms)];
        self.conn.prepare_cached(sql)?.execute(values)?;
        Ok(())
    }

    /// Makes all rows of a device due at `now_ms`.
    pub fn outbox_wake(&self, device: &DeviceId, now_ms: u64) -> Result<(), StoreError> {
        let sql = "UPDATE outbox SET next_at_ms = ?2 WHERE device = ?1 AND next_at_ms <> ?2";
        self.conn.prepare_cached(sql)?.execute(params![device.as_bytes(), int(now_ms)])?;
        Ok(())
    }

    /// Makes what was sent to a device, and not acknowledged, due at `now_ms`.
    pub fn outbox_wake_sent(&self, device: &DeviceId, now_ms: u64) -> Result<(), StoreError> {
        let sql = "UPDATE outbox SET next_at_ms = ?2 WHERE device = ?1 AND sent = 1 AND next_at_ms > ?2";
        self.conn.prepare_cached(sql)?.execute(params![device.as_bytes(), int(now_ms)])?;
        Ok(())
    }

    /// A message is missed by the device it was meant for: it is due at `now_ms`, and sealed for mailboxes anew.
    pub fn outbox_again(&self, device: &DeviceId, msg: &MsgId, now_ms: u64) -> Result<(), StoreError> {
        let sql = "UPDATE outbox SET deposited_at_ms = NULL, next_at_ms = ?3 WHERE device = ?1 AND msg = ?2";
        self.conn.prepare_cached(sql)?.execute(params![device.as_bytes(), msg.as_bytes(), int(now_ms)])?;
        Ok(())
    }

    /// What of this kind was sent to a device went somewhere else: it counts as never sent, and is due at `now_ms`.
    pub fn outbox_unsent(&self, device: &DeviceId, kind: u32, now_ms: u64) -> Result<(), StoreError> {
        let sql = "UPDATE outbox SET sent = 0, attempts = 0, next_at_ms = ?3 WHERE device = ?1 AND kind = ?2";
        self.conn.prepare_cached(sql)?.execute(params![device.as_bytes(), kind, int(now_ms)])?;
        Ok(())
    }

    /// Puts off until `next_at_ms` what mailboxes have taken for a device: it may come from there.
    pub fn outbox_leave_to_mail(&self, device: &DeviceId, next_at_ms: u64, max: u32) -> Result<(), StoreError> {
        let sql = "WITH left AS (SELECT id FROM outbox o WHERE o.device = ?1 AND o.deposited_at_ms IS NOT NULL
                AND NOT EXISTS (SELECT 1 FROM deposits d WHERE d.device = o.device AND d.msg = o.msg))
            UPDATE outbox SET next_at_ms = ?2 WHERE id IN left AND (SELECT count(*) FROM left) <= ?3";
        self.conn.prepare_cached(sql)?.execute(params![device.as_bytes(), int(next_at_ms), max])?;
        Ok(())
    }

    /// Removes the row of a message the device has acknowledged; `false` if there was none.
    pub fn outbox_acked(&self, device: &DeviceId, msg: &MsgId) -> Result<bool, StoreError> {
        let sql = "DELETE FROM outbox WHERE device = ?1 AND msg = ?2";
        Ok(self.conn.prepare_cached(sql)?.execute(params![device.as_bytes(), msg.as_bytes()])? == 1)
    }

    /// Makes what waits for the device `from` wait for `to`, as if it had never left; what was sealed for `from` is dropped.
    /// Rows of the kinds `left` are not taken along.
    pub fn outbox_move(&self, from: &DeviceId, to: &DeviceId, left: &[u32]) -> Result<(), StoreError> {
        self.atomically(|conn| {
            for kind in left {
                conn.prepare_cached("DELETE FROM outbox WHERE device = ?1 AND kind = ?2")?
                    .execute(params![from.as_bytes(), kind])?;
            }
            let sql = "UPDATE OR IGNORE outbox SET device = ?2, next_at_ms = 0, attempts = 0, sent = 0,
                deposited_at_ms = NULL WHERE device = ?1";
            conn.prepare_cached(sql)?.execute(params![from.as_bytes(), to.as_bytes()])?;
            for sql in ["DELETE FROM outbox WHERE device = ?1", "DELETE FROM deposits WHERE device = ?1"] {
                conn.prepare_cached(sql)?.execute([from.as_bytes()])?;
            }
            Ok(())
        })
    }

    /// Removes the row with this number, and what of it is on its way to mailboxes.
    pub fn outbox_remove(&self, id: i64) -> Result<(), StoreError> {
        self.atomically(|conn| {
            let sql = "DELETE FROM deposits WHERE (device, msg) = (SELECT device, msg FROM outbox WHERE id = ?1)";
            conn.prepare_cached(sql)?.execute([id])?;
            conn.prepare_cached("DELETE FROM outbox WHERE id = ?1")?.execute([id])?;
            Ok(())
        })
    }

    /// How many rows wait.
    pub fn outbox_len(&self) -> Result<u64, StoreError> {
        Ok(self.conn.prepare_cached("SELECT count(*) FROM outbox")?.query_row([], |row| row.get(0))?)
    }
}
