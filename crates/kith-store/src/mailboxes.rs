//! Mail for people who are away: the nodes that keep it, our queues there, the queues of others, and what is on its way.

use std::fmt;

use kith_wire::{AccountId, DepositId, DeviceId, MsgId, ReceiveId, TransportId};
use rusqlite::{Row, ToSql, params};
use zeroize::Zeroizing;

use crate::codec::{collect, first, int, maybe_int, unknown};
use crate::error::StoreError;
use crate::store::Store;

/// A node that keeps mail.
#[derive(Clone, PartialEq, Eq)]
pub struct MailboxRow {
    /// Its key.
    pub transport: TransportId,
    /// Where it is: a bootstrap link.
    pub address: String,
    /// The person added it; otherwise the network showed it.
    pub added: bool,
    /// What opens queues there, if that takes a token.
    pub token: Option<[u8; 32]>,
    /// When it last answered (Unix ms).
    pub answered_at_ms: Option<u64>,
    /// When it last refused to open a queue (Unix ms).
    pub refused_at_ms: Option<u64>,
    /// The contact who keeps our mail there.
    pub kept_by: Option<AccountId>,
}

impl fmt::Debug for MailboxRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MailboxRow").field("address", &self.address).field("added", &self.added).finish_non_exhaustive()
    }
}

/// How far a queue of ours is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QueueState {
    /// To be opened.
    Wanted,
    /// The mailbox has it.
    Open,
    /// To be closed.
    Unwanted,
}

impl QueueState {
    fn code(self) -> i64 {
        match self {
            Self::Wanted => 0,
            Self::Open => 1,
            Self::Unwanted => 2,
        }
    }

    fn of(code: i64) -> Result<Self, StoreError> {
        match code {
            0 => Ok(Self::Wanted),
            1 => Ok(Self::Open),
            2 => Ok(Self::Unwanted),
            _ => unknown("queues.state", code),
        }
    }
}

/// A queue of ours.
#[derive(Clone, PartialEq, Eq)]
pub struct QueueRow {
    /// Our name of it.
    pub receive: ReceiveId,
    /// The seed of the key that reads it.
    pub receive_seed: Zeroizing<[u8; 32]>,
    /// The seed of the key that writes to it.
    pub send_seed: Zeroizing<[u8; 32]>,
    /// Where it is; the mailbox must be stored.
    pub mailbox: TransportId,
    /// The contact who writes to it.
    pub account: Option<AccountId>,
    /// The invite whose requests come through it.
    pub invite_tag: Option<[u8; 16]>,
    /// How far it is.
    pub state: QueueState,
    /// The number of the last envelope taken out of it.
    pub after_seq: u64,
    /// When it is looked after again (Unix ms).
    pub next_at_ms: u64,
    /// How often that failed in a row.
    pub attempts: u32,
}

impl fmt::Debug for QueueRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QueueRow").field("receive", &self.receive).field("state", &self.state).finish_non_exhaustive()
    }
}

/// A queue of somebody else, to which we may write.
#[derive(Clone, PartialEq, Eq)]
pub struct ContactQueueRow {
    /// Our name of it.
    pub deposit: DepositId,
    /// The seed of the key that writes to it.
    pub seed: Zeroizing<[u8; 32]>,
    /// Whose mail it takes; the contact must be stored.
    pub account: AccountId,
    /// Where.
    pub mailbox: TransportId,
    /// The address of the mailbox: a bootstrap link.
    pub address: String,
    /// Its owner's name of it, if they told us.
    pub receive: Option<ReceiveId>,
    /// When the mailbox is asked next what is there (Unix ms).
    pub check_at_ms: Option<u64>,
    /// How often in a row something was not.
    pub losses: u32,
}

impl fmt::Debug for ContactQueueRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ContactQueueRow").field("deposit", &self.deposit).finish_non_exhaustive()
    }
}

/// An envelope on its way to one queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DepositRow {
    /// The envelope's number.
    pub id: i64,
    /// For which device it is sealed.
    pub device: DeviceId,
    /// The message in it, if it is one that is acknowledged.
    pub msg: Option<MsgId>,
    /// To which queue.
    pub deposit: DepositId,
    /// How often it was tried there.
    pub attempts: u32,
    /// The envelope.
    pub envelope: Vec<u8>,
    /// When it was sealed (Unix ms).
    pub created_at_ms: u64,
    /// When the message in it is given up (Unix ms), if it still waits to be acknowledged.
    pub until_ms: Option<u64>,
}

const MAILBOX: &str = "SELECT transport, address, added, token, answered_at_ms, refused_at_ms, kept_by FROM mailboxes";
const QUEUE: &str =
    "SELECT receive, receive_seed, send_seed, mailbox, account, invite_tag, state, after_seq, next_at_ms,
    attempts FROM queues";
const CONTACT_QUEUE: &str =
    "SELECT send, send_seed, account, mailbox, address, receive, check_at_ms, losses FROM contact_queues";
const DEPOSIT: &str = "SELECT d.id, d.device, d.msg, t.send, t.attempts, d.envelope, d.created_at_ms,
    (SELECT o.expires_at_ms FROM outbox o WHERE o.device = d.device AND o.msg = d.msg)
    FROM deposit_targets t JOIN deposits d ON d.id = t.deposit";

fn mailbox(row: &Row<'_>) -> Result<MailboxRow, StoreError> {
    Ok(MailboxRow {
        transport: TransportId::from_bytes(row.get(0)?),
        address: row.get(1)?,
        added: row.get(2)?,
        token: row.get(3)?,
        answered_at_ms: row.get(4)?,
        refused_at_ms: row.get(5)?,
        kept_by: row.get::<_, Option<[u8; 32]>>(6)?.map(AccountId::from_bytes),
    })
}

fn queue(row: &Row<'_>) -> Result<QueueRow, StoreError> {
    Ok(QueueRow {
        receive: ReceiveId::from_bytes(row.get(0)?),
        receive_seed: Zeroizing::new(row.get(1)?),
        send_seed: Zeroizing::new(row.get(2)?),
        mailbox: TransportId::from_bytes(row.get(3)?),
        account: row.get::<_, Option<[u8; 32]>>(4)?.map(AccountId::from_bytes),
        invite_tag: row.get(5)?,
        state: QueueState::of(row.get(6)?)?,
        after_seq: row.get(7)?,
        next_at_ms: row.get(8)?,
        attempts: row.get(9)?,
    })
}

fn contact_queue(row: &Row<'_>) -> Result<ContactQueueRow, StoreError> {
    Ok(ContactQueueRow {
        deposit: DepositId::from_bytes(row.get(0)?),
        seed: Zeroizing::new(row.get(1)?),
        account: AccountId::from_bytes(row.get(2)?),
        mailbox: TransportId::from_bytes(row.get(3)?),
        address: row.get(4)?,
        receive: row.get::<_, Option<[u8; 32]>>(5)?.map(ReceiveId::from_bytes),
        check_at_ms: row.get(6)?,
        losses: row.get(7)?,
    })
}

fn deposit(row: &Row<'_>) -> Result<DepositRow, StoreError> {
    Ok(DepositRow {
        id: row.get(0)?,
        device: DeviceId::from_bytes(row.get(1)?),
        msg: row.get::<_, Option<[u8; 16]>>(2)?.map(MsgId::from_bytes),
        deposit: DepositId::from_bytes(row.get(3)?),
        attempts: row.get(4)?,
        envelope: row.get(5)?,
        created_at_ms: row.get(6)?,
        until_ms: row.get(7)?,
    })
}

impl Store {
    /// Stores the mailbox, new or changed.
    pub fn put_mailbox(&self, row: &MailboxRow) -> Result<(), StoreError> {
        let sql = "INSERT INTO mailboxes (transport, address, added, token, answered_at_ms, refused_at_ms, kept_by)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
            ON CONFLICT (transport) DO UPDATE SET address = ?2, added = ?3, token = ?4, answered_at_ms = ?5,
                refused_at_ms = ?6, kept_by = ?7";
        self.conn.prepare_cached(sql)?.execute(params![
            row.transport.as_bytes(),
            row.address,
            row.added,
            row.token,
            maybe_int(row.answered_at_ms),
            maybe_int(row.refused_at_ms),
            row.kept_by.map(AccountId::to_bytes),
        ])?;
        Ok(())
    }

    /// All mailboxes, those the person added first, then in the order they came.
    pub fn mailboxes(&self) -> Result<Vec<MailboxRow>, StoreError> {
        let mut statement = self.conn.prepare_cached(&format!("{MAILBOX} ORDER BY added DESC, rowid"))?;
        collect(statement.query([])?, mailbox)
    }

    /// The mailbox with this key.
    pub fn mailbox(&self, transport: &TransportId) -> Result<Option<MailboxRow>, StoreError> {
        let mut statement = self.conn.prepare_cached(&format!("{MAILBOX} WHERE transport = ?1"))?;
        first(statement.query([transport.as_bytes()])?, mailbox)
    }

    /// Deletes a mailbox and our queues there; `true` if it was there.
    pub fn delete_mailbox(&self, transport: &TransportId) -> Result<bool, StoreError> {
        let sql = "DELETE FROM mailboxes WHERE transport = ?1";
        Ok(self.conn.prepare_cached(sql)?.execute([transport.as_bytes()])? == 1)
    }

    /// Stores a queue of ours, new or changed. Fails with [`StoreError::UnknownOwner`] if its mailbox is not stored.
    pub fn put_queue(&self, row: &QueueRow) -> Result<(), StoreError> {
        let sql =
            "INSERT INTO queues (receive, receive_seed, send_seed, mailbox, account, invite_tag, state, after_seq,
                next_at_ms, attempts)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
            ON CONFLICT (receive) DO UPDATE SET account = ?5, invite_tag = ?6, state = ?7, after_seq = ?8,
                next_at_ms = ?9, attempts = ?10";
        self.conn.prepare_cached(sql)?.execute(params![
            row.receive.as_bytes(),
            row.receive_seed.as_slice(),
            row.send_seed.as_slice(),
            row.mailbox.as_bytes(),
            row.account.map(AccountId::to_bytes),
            row.invite_tag,
            row.state.code(),
            int(row.after_seq),
            int(row.next_at_ms),
            row.attempts,
        ])?;
        Ok(())
    }

    /// The queue of ours with this name.
    pub fn queue(&self, receive: &ReceiveId) -> Result<Option<QueueRow>, StoreError> {
        let mut statement = self.conn.prepare_cached(&format!("{QUEUE} WHERE receive = ?1"))?;
        first(statement.query([receive.as_bytes()])?, queue)
    }

    /// All queues of ours, oldest first.
    pub fn queues(&self) -> Result<Vec<QueueRow>, StoreError> {
        self.queues_where("ORDER BY rowid", &[])
    }

    /// The queues a contact writes to, oldest first.
    pub fn queues_of(&self, account: &AccountId) -> Result<Vec<QueueRow>, StoreError> {
        self.queues_where("WHERE account = ?1 ORDER BY rowid", params![account.as_bytes()])
    }

    /// The queues nobody was told of yet, oldest first.
    pub fn spare_queues(&self) -> Result<Vec<QueueRow>, StoreError> {
        self.queues_where("WHERE account IS NULL AND invite_tag IS NULL AND state < 2 ORDER BY rowid", &[])
    }

    /// At most `limit` queues that have to be looked after at `now_ms`.
    pub fn queues_due(&self, now_ms: u64, limit: u32) -> Result<Vec<QueueRow>, StoreError> {
        self.queues_where("WHERE next_at_ms <= ?1 ORDER BY next_at_ms, rowid LIMIT ?2", params![int(now_ms), limit])
    }

    fn queues_where(&self, filter: &str, values: &[&dyn ToSql]) -> Result<Vec<QueueRow>, StoreError> {
        let mut statement = self.conn.prepare_cached(&format!("{QUEUE} {filter}"))?;
        collect(statement.query(values)?, queue)
    }

    /// Makes the queues of a contact, or all that are not spare, due at `now_ms`.
    pub fn queues_wake(&self, account: Option<&AccountId>, now_ms: u64) -> Result<(), StoreError> {
        let sql = "UPDATE queues SET next_at_ms = ?2, attempts = 0
            WHERE CASE WHEN ?1 IS NULL THEN account IS NOT NULL OR invite_tag IS NOT NULL OR state <> 1
                ELSE account = ?1 END";
        self.conn.prepare_cached(sql)?.execute(params![account.map(AccountId::as_bytes), int(now_ms)])?;
        Ok(())
    }

    /// Looks for mail in queues of ours from the beginning again: a mailbox whose disk was put back counts on from an earlier
    /// number than the last we took.
    pub fn queues_from_beginning(&self) -> Result<(), StoreError> {
        self.conn.prepare_cached("UPDATE queues SET after_seq = 0 WHERE after_seq > 0")?.execute([])?;
        Ok(())
    }

    /// Deletes a queue of ours.
    pub fn delete_queue(&self, receive: &ReceiveId) -> Result<(), StoreError> {
        self.conn.prepare_cached("DELETE FROM queues WHERE receive = ?1")?.execute([receive.as_bytes()])?;
        Ok(())
    }

    /// When the next of our queues, the next envelope on its way, or the next question about what was left is due (Unix ms).
    pub fn mail_next_at(&self) -> Result<Option<u64>, StoreError> {
        let sql = "SELECT min(next) FROM (SELECT min(next_at_ms) AS next FROM queues
            UNION ALL SELECT min(next_at_ms) FROM deposit_targets
            UNION ALL SELECT min(check_at_ms) FROM contact_queues WHERE check_at_ms IS NOT NULL)";
        Ok(self.conn.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
    }

    /// Replaces the queues in which a contact finds mail, the best first. Envelopes on their way to others of theirs stop.
    /// When those known before are asked about stays.
    pub fn set_contact_queues(&self, account: &AccountId, rows: &[ContactQueueRow]) -> Result<(), StoreError> {
        let known = self.contact_queues(account)?;
        self.atomically(|conn| {
            let mut delete = conn.prepare_cached("DELETE FROM contact_queues WHERE send = ?1 AND account = ?2")?;
            for gone in known.iter().filter(|known| rows.iter().all(|row| row.deposit != known.deposit)) {
                delete.execute(params![gone.deposit.as_bytes(), account.as_bytes()])?;
            }
            // A queue that another contact named first stays theirs.
            let sql = "INSERT INTO contact_queues (send, send_seed, account, position, mailbox, address, receive)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                ON CONFLICT (send) DO UPDATE SET position = ?4, mailbox = ?5, address = ?6, receive = ?7
                WHERE account = ?3";
            let mut insert = conn.prepare_cached(sql)?;
            for (position, row) in (0_i64..).zip(rows) {
                let seed = row.seed.as_slice();
                insert.execute(params![
                    row.deposit.as_bytes(),
                    seed,
                    account.as_bytes(),
                    position,
                    row.mailbox.as_bytes(),
                    row.address,
                    row.receive.map(ReceiveId::to_bytes),
                ])?;
            }
            Ok(())
        })?;
        self.prune_deposits()
    }

    /// The queues in which a contact finds mail, the best first.
    pub fn contact_queues(&self, account: &AccountId) -> Result<Vec<ContactQueueRow>, StoreError> {
        self.contact_queues_where("WHERE account = ?1 ORDER BY position", params![account.as_bytes()])
    }

    pub(crate) fn contact_queues_where(
        &self,
        filter: &str,
        values: &[&dyn ToSql],
    ) -> Result<Vec<ContactQueueRow>, StoreError> {
        let mut statement = self.conn.prepare_cached(&format!("{CONTACT_QUEUE} {filter}"))?;
        collect(statement.query(values)?, contact_queue)
    }

    /// The queue of somebody else with this name.
    pub fn contact_queue(&self, deposit: &DepositId) -> Result<Option<ContactQueueRow>, StoreError> {
        let sql = format!("{CONTACT_QUEUE} WHERE send = ?1");
        first(self.conn.prepare_cached(&sql)?.query([deposit.as_bytes()])?, contact_queue)
    }

    /// Forgets a queue of somebody else, which is gone, and what was on its way there.
    pub fn delete_contact_queue(&self, deposit: &DepositId) -> Result<(), StoreError> {
        self.conn.prepare_cached("DELETE FROM contact_queues WHERE send = ?1")?.execute([deposit.as_bytes()])?;
        self.prune_deposits()
    }

    /// Keeps an envelope until these queues took it; the queues and the device must be stored.
    pub fn add_deposit(
        &self,
        device: &DeviceId,
        msg: Option<&MsgId>,
        envelope: &[u8],
        targets: &[DepositId],
        now_ms: u64,
    ) -> Result<(), StoreError> {
        self.atomically(|conn| {
            let sql = "INSERT INTO deposits (device, msg, created_at_ms, envelope) VALUES (?1, ?2, ?3, ?4)";
            let msg = msg.map(MsgId::as_bytes);
            conn.prepare_cached(sql)?.execute(params![device.as_bytes(), msg, int(now_ms), envelope])?;
            let id = conn.last_insert_rowid();
            let sql = "INSERT INTO deposit_targets (deposit, send, next_at_ms) VALUES (?1, ?2, ?3)";
            let mut insert = conn.prepare_cached(sql)?;
            for target in targets {
                insert.execute(params![id, target.as_bytes(), int(now_ms)])?;
            }
            Ok(())
        })
    }

    /// At most `limit` envelopes due at `now_ms`, oldest first.
    pub fn deposits_due(&self, now_ms: u64, limit: u32) -> Result<Vec<DepositRow>, StoreError> {
        let sql = format!("{DEPOSIT} WHERE t.next_at_ms <= ?1 ORDER BY t.deposit, t.send LIMIT ?2");
        collect(self.conn.prepare_cached(&sql)?.query(params![int(now_ms), limit])?, deposit)
    }

    /// How many rows of the outbox were not sealed for mailboxes yet, of those that could be: their contacts find mail.
    pub fn outbox_unsealed(&self) -> Result<u64, StoreError> {
        let sql = "SELECT count(*) FROM outbox o JOIN devices d ON d.device = o.device
            WHERE o.deposited_at_ms IS NULL AND d.revoked_at_ms IS NULL
                AND EXISTS (SELECT 1 FROM contact_queues q WHERE q.account = d.account)";
        Ok(self.conn.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
    }

    /// How many envelopes are on their way.
    pub fn deposits_waiting(&self) -> Result<u64, StoreError> {
        Ok(self.conn.prepare_cached("SELECT count(*) FROM deposits")?.query_row([], |row| row.get(0))?)
    }

    /// How many envelopes that were sealed before this one are still on their way to the same queue; counts to `limit`.
    pub fn deposits_before(&self, id: i64, target: &DepositId, limit: u32) -> Result<u32, StoreError> {
        let sql = "SELECT count(*) FROM
            (SELECT 1 FROM deposit_targets WHERE send = ?2 AND deposit < ?1 LIMIT ?3)";
        Ok(self.conn.prepare_cached(sql)?.query_row(params![id, target.as_bytes(), limit], |row| row.get(0))?)
    }

    /// Makes those of the first `limit` envelopes on their way to a queue due at `now_ms` that were not tried yet.
    pub fn deposits_next(&self, target: &DepositId, limit: u32, now_ms: u64) -> Result<(), StoreError> {
        let sql = "UPDATE deposit_targets SET next_at_ms = ?3 WHERE send = ?1 AND attempts = 0 AND next_at_ms > ?3
            AND deposit IN (SELECT deposit FROM deposit_targets WHERE send = ?1 ORDER BY deposit LIMIT ?2)";
        self.conn.prepare_cached(sql)?.execute(params![target.as_bytes(), limit, int(now_ms)])?;
        Ok(())
    }

    /// One envelope on its way to one queue.
    pub fn deposit(&self, id: i64, target: &DepositId) -> Result<Option<DepositRow>, StoreError> {
        let sql = format!("{DEPOSIT} WHERE t.deposit = ?1 AND t.send = ?2");
        first(self.conn.prepare_cached(&sql)?.query(params![id, target.as_bytes()])?, deposit)
    }

    /// Notes that an envelope was handed to the network for a queue, and when it is due again if nothing comes back.
    pub fn deposit_tried(&self, id: i64, target: &DepositId, next_at_ms: u64) -> Result<(), StoreError> {
        let sql =
            "UPDATE deposit_targets SET attempts = attempts + 1, next_at_ms = ?3 WHERE deposit = ?1 AND send = ?2";
        self.conn.prepare_cached(sql)?.execute(params![id, target.as_bytes(), int(next_at_ms)])?;
        Ok(())
    }

    /// Changes when an envelope is due at a queue.
    pub fn deposit_postpone(&self, id: i64, target: &DepositId, next_at_ms: u64) -> Result<(), StoreError> {
        let sql = "UPDATE deposit_targets SET next_at_ms = ?3 WHERE deposit = ?1 AND send = ?2";
        self.conn.prepare_cached(sql)?.execute(params![id, target.as_bytes(), int(next_at_ms)])?;
        Ok(())
    }

    /// Makes all envelopes on their way due at `now_ms`.
    pub fn deposits_wake(&self, now_ms: u64) -> Result<(), StoreError> {
        let sql = "UPDATE deposit_targets SET next_at_ms = ?1 WHERE next_at_ms > ?1";
        self.conn.prepare_cached(sql)?.execute([int(now_ms)])?;
        Ok(())
    }

    /// A queue has an envelope, or will never take it.
    pub fn deposit_done(&self, id: i64, target: &DepositId) -> Result<(), StoreError> {
        let sql = "DELETE FROM deposit_targets WHERE deposit = ?1 AND send = ?2";
        self.conn.prepare_cached(sql)?.execute(params![id, target.as_bytes()])?;
        let sql = "DELETE FROM deposits WHERE id = ?1 AND NOT EXISTS
            (SELECT 1 FROM deposit_targets WHERE deposit = ?1)";
        self.conn.prepare_cached(sql)?.execute([id])?;
        Ok(())
    }

    /// Stops what is on its way with a message that the device has.
    pub fn delete_deposits_of(&self, device: &DeviceId, msg: &MsgId) -> Result<(), StoreError> {
        let sql = "DELETE FROM deposits WHERE device = ?1 AND msg = ?2";
        self.conn.prepare_cached(sql)?.execute(params![device.as_bytes(), msg.as_bytes()])?;
        Ok(())
    }

    /// Stops what was sealed before `before_ms`.
    pub fn expire_deposits(&self, before_ms: u64) -> Result<(), StoreError> {
        self.conn.prepare_cached("DELETE FROM deposits WHERE created_at_ms < ?1")?.execute([int(before_ms)])?;
        Ok(())
    }

    fn prune_deposits(&self) -> Result<(), StoreError> {
        let sql = "DELETE FROM deposits WHERE NOT EXISTS (SELECT 1 FROM deposit_targets WHERE deposit = deposits.id)";
        self.conn.prepare_cached(sql)?.execute([])?;
        Ok(())
    }

    /// Notes a mailbox's word that it keeps a message until then.
    pub fn add_custody(&self, msg: &MsgId, mailbox: &TransportId, until_ms: u64) -> Result<(), StoreError> {
        let sql = "INSERT INTO custody (msg, mailbox, until_ms) VALUES (?1, ?2, ?3)
            ON CONFLICT (msg, mailbox) DO UPDATE SET until_ms = max(until_ms, ?3)";
        self.conn.prepare_cached(sql)?.execute(params![msg.as_bytes(), mailbox.as_bytes(), int(until_ms)])?;
        Ok(())
    }

    /// Forgets who kept a message.
    pub fn delete_custody(&self, msg: &MsgId) -> Result<(), StoreError> {
        self.conn.prepare_cached("DELETE FROM custody WHERE msg = ?1")?.execute([msg.as_bytes()])?;
        Ok(())
    }
}

/// Reads what `messages::COLUMNS` packs: a line for each mailbox, its key in hexadecimal and a time.
pub(crate) fn unpack(packed: Option<String>) -> Vec<(TransportId, u64)> {
    let line = |line: &str| {
        let (mailbox, until) = line.split_once(' ')?;
        Some((mailbox.to_ascii_lowercase().parse().ok()?, until.parse().ok()?))
    };
    packed.iter().flat_map(|packed| packed.lines()).filter_map(line).collect()
}
