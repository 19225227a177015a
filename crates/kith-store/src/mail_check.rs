//! What mailboxes have taken for others and should still have, and when they are asked.

use kith_wire::{DepositId, DeviceId, MsgId, TransportId};
use rusqlite::params;

use crate::codec::{collect, int, maybe_int};
use crate::error::StoreError;
use crate::mailboxes::ContactQueueRow;
use crate::store::Store;

/// Something a mailbox gave its word for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeftRow {
    /// The row of the outbox that still waits for its acknowledgement.
    pub outbox: i64,
    /// The hash of the envelope that was left.
    pub hash: [u8; 32],
    /// It was not there when the mailbox was last asked.
    pub missing: bool,
}

impl Store {
    /// Notes that a queue has taken an envelope with a message for a device until then. Nothing happens if the message does
    /// not wait to be acknowledged.
    pub fn left(
        &self,
        device: &DeviceId,
        msg: &MsgId,
        queue: &DepositId,
        hash: &[u8; 32],
        until_ms: u64,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO mail_left (outbox, send, hash, until_ms)
            SELECT id, ?3, ?4, ?5 FROM outbox WHERE device = ?1 AND msg = ?2
            ON CONFLICT (outbox, send) DO UPDATE SET hash = ?4, until_ms = ?5, missing = 0";
        self.conn.prepare_cached(sql)?.execute(params![
            device.as_bytes(),
            msg.as_bytes(),
            queue.as_bytes(),
            hash,
            int(until_ms)
        ])?;
        Ok(())
    }

    /// What a queue should have at `at_ms` and is not to be sealed for it anew, oldest first, at most `limit`.
    pub fn left_in(&self, queue: &DepositId, at_ms: u64, limit: u32) -> Result<Vec<LeftRow>, StoreError> {
        let sql = "SELECT l.outbox, l.hash, l.missing FROM mail_left l JOIN outbox o ON o.id = l.outbox
            WHERE l.send = ?1 AND l.until_ms > ?2 AND o.deposited_at_ms IS NOT NULL AND NOT EXISTS
                (SELECT 1 FROM deposits d JOIN deposit_targets t ON t.deposit = d.id
                WHERE d.device = o.device AND d.msg = o.msg AND t.send = l.send)
            ORDER BY l.outbox LIMIT ?3";
        let mut statement = self.conn.prepare_cached(sql)?;
        collect(statement.query(params![queue.as_bytes(), int(at_ms), limit])?, |row| {
            Ok(LeftRow { outbox: row.get(0)?, hash: row.get(1)?, missing: row.get(2)? })
        })
    }

    /// Notes whether something left in a queue was there when the mailbox was asked.
    pub fn left_missing(&self, outbox: i64, queue: &DepositId, missing: bool) -> Result<(), StoreError> {
        let sql = "UPDATE mail_left SET missing = ?3 WHERE outbox = ?1 AND send = ?2";
        self.conn.prepare_cached(sql)?.execute(params![outbox, queue.as_bytes(), missing])?;
        Ok(())
    }

    /// A queue does not have something that was left there: forgets it, and the word of its mailbox.
    pub fn left_lost(
        &self,
        outbox: i64,
        queue: &DepositId,
        msg: &MsgId,
        mailbox: &TransportId,
    ) -> Result<(), StoreError> {
        let sql = "DELETE FROM mail_left WHERE outbox = ?1 AND send = ?2";
        self.conn.prepare_cached(sql)?.execute(params![outbox, queue.as_bytes()])?;
        let sql = "DELETE FROM custody WHERE msg = ?1 AND mailbox = ?2";
        self.conn.prepare_cached(sql)?.execute(params![msg.as_bytes(), mailbox.as_bytes()])?;
        Ok(())
    }

    /// At most `limit` queues whose mailboxes are to be asked at `now_ms`, the longest due first.
    pub fn checks_due(&self, now_ms: u64, limit: u32) -> Result<Vec<ContactQueueRow>, StoreError> {
        self.contact_queues_where(
            "WHERE check_at_ms <= ?1 ORDER BY check_at_ms, rowid LIMIT ?2",
            params![int(now_ms), limit],
        )
    }

    /// Sets when a mailbox is asked what of a queue is there (Unix ms), or that it is not, and how often in a row something
    /// was not.
    pub fn set_check(&self, queue: &DepositId, at_ms: Option<u64>, losses: u32) -> Result<(), StoreError> {
        let sql = "UPDATE contact_queues SET check_at_ms = ?2, losses = ?3 WHERE send = ?1";
        self.conn.prepare_cached(sql)?.execute(params![queue.as_bytes(), maybe_int(at_ms), losses])?;
        Ok(())
    }
}
