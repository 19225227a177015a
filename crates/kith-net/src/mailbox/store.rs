//! The mailbox store: queues of sealed envelopes in one `redb` file. Why that and what it leaves on the disk is in
//! `docs/decisions/0011-mailbox-store.md`.
//!
//! Everything happens in a [`Batch`]: one write transaction that is on the disk when [`Store::batch`] returns, or was
//! never there. Time comes in as an argument. Nothing is kept in memory per queue or envelope.

mod grants;
mod open;
mod room;

use kith_wire::limits::{CLOCK_SKEW_MAX_MS, MAIL_PAGE_BYTES, MAIL_PAGE_MAX, MAIL_TTL_MAX_MS};
use kith_wire::mailbox::envelope_hash;
use kith_wire::{DepositId, Mail, ReceiveId};
use redb::{ReadableTable, Table, TableDefinition};

use super::config::MailboxLimits;
use grants::{Grants, Label};

pub use open::MailboxError;
pub(super) use open::Store;
pub(crate) use open::{erase, is_there};

/// Bytes an envelope is counted with on top of its own: its rows in four tables.
pub const ENVELOPE_OVERHEAD: u64 = 512;
/// A queue's owner is noted down as seen at most this often: every note is a write.
const TOUCH_EVERY_MS: u64 = 24 * 3_600 * 1_000;

/// What redb says.
type Db<T> = Result<T, redb::Error>;
/// A queue's two names, when its owner was last seen, its counted bytes, its envelopes, its next number.
type QueueRow = (&'static [u8; 32], &'static [u8; 32], u64, u64, u64, u64);

const META: TableDefinition<'static, &str, u64> = TableDefinition::new("meta");
const QUEUES: TableDefinition<'static, u64, QueueRow> = TableDefinition::new("queues");
const RECEIVES: TableDefinition<'static, &[u8; 32], u64> = TableDefinition::new("receives");
const DEPOSITS: TableDefinition<'static, &[u8; 32], u64> = TableDefinition::new("deposits");
/// Seen at, queue.
const SEEN: TableDefinition<'static, (u64, u64), ()> = TableDefinition::new("seen");
/// Queue, number → [`Head`] and envelope.
const MAIL: TableDefinition<'static, (u64, u64), &[u8]> = TableDefinition::new("mail");
/// Queue, hash of an envelope → its number.
const HASHES: TableDefinition<'static, (u64, &[u8; 32]), u64> = TableDefinition::new("hashes");
/// Kept until, queue, number → counted bytes.
const EXPIRY: TableDefinition<'static, (u64, u64, u64), u64> = TableDefinition::new("expiry");
/// Queue → its label, if it was opened with the token of a grant.
const LABELS: TableDefinition<'static, u64, &Label> = TableDefinition::new("labels");

/// What is kept in all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Totals {
    pub(super) queues: u64,
    pub(super) envelopes: u64,
    /// Counted bytes.
    pub(super) bytes: u64,
}

/// What a batch threw away.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Gone {
    pub(super) expired: u64,
    pub(super) evicted: u64,
    pub(super) idle_queues: u64,
}

/// A queue by its number in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct QueueId(u64);

/// Whether two names are a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    /// They are of this queue.
    Same,
    /// One of them is of another queue.
    Taken,
    /// Neither is known.
    No,
}

/// An envelope the store keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Kept {
    pub(super) hash: [u8; 32],
    pub(super) stored_at_ms: u64,
    pub(super) until_ms: u64,
}

/// Why an envelope was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The date is in the past or too far away.
    BadExpiry,
    /// The queue is full.
    QueueFull,
    /// The mailbox is full.
    Full,
}

#[derive(Debug, Clone, Copy)]
struct Queue {
    receive: [u8; 32],
    deposit: [u8; 32],
    seen_ms: u64,
    bytes: u64,
    envelopes: u64,
    next_seq: u64,
}

/// What stands before an envelope in its row.
#[derive(Debug, Clone, Copy)]
struct Head {
    until_ms: u64,
    stored_at_ms: u64,
    hash: [u8; 32],
}

impl Head {
    fn row(&self, envelope: &[u8]) -> Vec<u8> {
        [&self.until_ms.to_be_bytes(), &self.stored_at_ms.to_be_bytes(), self.hash.as_slice(), envelope].concat()
    }

    fn split(row: &[u8]) -> Db<(Self, &[u8])> {
        let parts = row.split_first_chunk::<8>().and_then(|(until, rest)| {
            let (stored, rest) = rest.split_first_chunk::<8>()?;
            let (hash, envelope) = rest.split_first_chunk::<32>()?;
            let head =
                Self { until_ms: u64::from_be_bytes(*until), stored_at_ms: u64::from_be_bytes(*stored), hash: *hash };
            Some((head, envelope))
        });
        parts.ok_or_else(|| redb::Error::Corrupted("a row is too short".to_owned()))
    }
}

fn counted(envelope_len: usize) -> u64 {
    u64::try_from(envelope_len).unwrap_or(u64::MAX).saturating_add(ENVELOPE_OVERHEAD)
}

impl Store {
    /// Runs `work` in one transaction. When this returns what `work` did is on the disk; if it fails, nothing of it is, and
    /// the store is to be opened anew.
    pub(super) fn batch<R>(&mut self, work: impl FnOnce(&mut Batch<'_, '_>) -> Db<R>) -> Db<(R, Gone)> {
        let mut txn = self.database().begin_write()?;
        // Two syncs, and a commit that names its free pages. What strangers put in could be made to have the checksum a
        // single sync relies on, and after a crash nobody waits until ten gigabytes are read.
        txn.set_quick_repair(true);
        let grants = self.take_grants();
        let (result, totals, grants, gone, dirty, forgot) = {
            let mut batch = Batch {
                queues: txn.open_table(QUEUES)?,
                receives: txn.open_table(RECEIVES)?,
                deposits: txn.open_table(DEPOSITS)?,
                seen: txn.open_table(SEEN)?,
                mail: txn.open_table(MAIL)?,
                hashes: txn.open_table(HASHES)?,
                expiry: txn.open_table(EXPIRY)?,
                labels: txn.open_table(LABELS)?,
                grants,
                limits: self.limits(),
                totals: self.totals(),
                gone: Gone::default(),
                dirty: false,
                forgot: false,
            };
            let result = work(&mut batch)?;
            (result, batch.totals, batch.grants, batch.gone, batch.dirty, batch.forgot)
        };
        self.put_grants(grants);
        if dirty {
            txn.commit()?;
            self.committed(totals, forgot);
        } else {
            txn.abort()?;
        }
        Ok((result, gone))
    }
}

/// One transaction on the store. Each operation either refuses before it writes or is done whole.
pub(super) struct Batch<'txn, 'store> {
    queues: Table<'txn, u64, QueueRow>,
    receives: Table<'txn, &'static [u8; 32], u64>,
    deposits: Table<'txn, &'static [u8; 32], u64>,
    seen: Table<'txn, (u64, u64), ()>,
    mail: Table<'txn, (u64, u64), &'static [u8]>,
    hashes: Table<'txn, (u64, &'static [u8; 32]), u64>,
    expiry: Table<'txn, (u64, u64, u64), u64>,
    labels: Table<'txn, u64, &'static Label>,
    grants: Grants,
    limits: &'store MailboxLimits,
    totals: Totals,
    gone: Gone,
    dirty: bool,
    forgot: bool,
}

impl Batch<'_, '_> {
    /// Whether there is such a queue.
    pub(super) fn known(&self, receive: &ReceiveId, deposit: &DepositId) -> Db<Known> {
        let by_owner = self.receives.get(receive.as_bytes())?.map(|id| id.value());
        let by_writer = self.deposits.get(deposit.as_bytes())?.map(|id| id.value());
        Ok(match (by_owner, by_writer) {
            (None, None) => Known::No,
            (Some(one), Some(other)) if one == other => Known::Same,
            _ => Known::Taken,
        })
    }

    /// The queue with this name for writers.
    pub(super) fn queue_of(&self, deposit: &DepositId) -> Db<Option<QueueId>> {
        Ok(self.deposits.get(deposit.as_bytes())?.map(|id| QueueId(id.value())))
    }

    /// The hashes of all envelopes of a queue that it was not yet found time to throw away; `None` if there are more than
    /// `max`.
    pub(super) fn hashes_of(&self, id: QueueId, max: usize) -> Db<Option<Vec<[u8; 32]>>> {
        let mut hashes = Vec::new();
        for row in self.hashes.range((id.0, &[0; 32])..=(id.0, &[0xff; 32]))? {
            if hashes.len() >= max {
                return Ok(None);
            }
            hashes.push(*row?.0.value().1);
        }
        Ok(Some(hashes))
    }

    /// Opens a queue whose names are not known; `false` if there is no room for another one.
    pub(super) fn create(&mut self, receive: &ReceiveId, deposit: &DepositId, now_ms: u64) -> Db<bool> {
        if self.totals.queues >= self.limits.queues {
            return Ok(false);
        }
        let id = self.queues.last()?.map_or(0, |(id, _)| id.value().saturating_add(1));
        let queue = Queue {
            receive: receive.to_bytes(),
            deposit: deposit.to_bytes(),
            seen_ms: now_ms,
            bytes: 0,
            envelopes: 0,
            next_seq: 1,
        };
        self.dirty = true;
        self.receives.insert(&queue.receive, id)?;
        self.deposits.insert(&queue.deposit, id)?;
        self.seen.insert((now_ms, id), ())?;
        self.save(QueueId(id), &queue)?;
        self.totals.queues = self.totals.queues.saturating_add(1);
        Ok(true)
    }

    /// Keeps an envelope until `until_ms`, or as long as envelopes are kept. One that is there already is kept as it is.
    pub(super) fn put(
        &mut self,
        id: QueueId,
        until_ms: u64,
        envelope: &[u8],
        now_ms: u64,
    ) -> Db<Result<Kept, Refusal>> {
        let latest = now_ms.saturating_add(MAIL_TTL_MAX_MS).saturating_add(CLOCK_SKEW_MAX_MS);
        if until_ms <= now_ms || until_ms > latest {
            return Ok(Err(Refusal::BadExpiry));
        }
        let hash = envelope_hash(envelope);
        if let Some(kept) = self.same(id, hash, now_ms)? {
            return Ok(Ok(kept));
        }
        let cost = counted(envelope.len());
        let queue = self.queue(id)?;
        let bytes = queue.bytes.saturating_add(cost);
        let full = bytes > self.limits.queue_bytes || queue.envelopes >= u64::from(self.limits.queue_envelopes);
        if full || !self.grants.has_room(id, cost) {
            return Ok(Err(Refusal::QueueFull));
        }
        // What a contact left is not thrown away for another one: whoever comes too late keeps it.
        let over = self.totals.bytes.saturating_add(cost) > self.limits.bytes;
        if (over && self.grants.holds(id)) || !self.make_room(bytes, cost)? {
            return Ok(Err(Refusal::Full));
        }
        // Making room can have changed this queue too.
        let mut queue = self.queue(id)?;
        let seq = queue.next_seq;
        let until_ms = until_ms.min(now_ms.saturating_add(self.limits.kept_ms()));
        let head = Head { until_ms, stored_at_ms: now_ms, hash };
        self.dirty = true;
        self.mail.insert((id.0, seq), head.row(envelope).as_slice())?;
        self.hashes.insert((id.0, &hash), seq)?;
        self.expiry.insert((until_ms, id.0, seq), cost)?;
        queue.next_seq = seq.saturating_add(1);
        queue.bytes = queue.bytes.saturating_add(cost);
        queue.envelopes = queue.envelopes.saturating_add(1);
        self.save(id, &queue)?;
        self.totals.bytes = self.totals.bytes.saturating_add(cost);
        self.grants.more(id, cost);
        self.totals.envelopes = self.totals.envelopes.saturating_add(1);
        Ok(Ok(Kept { hash, stored_at_ms: now_ms, until_ms }))
    }

    /// The same envelope, if it is there and has not expired.
    fn same(&mut self, id: QueueId, hash: [u8; 32], now_ms: u64) -> Db<Option<Kept>> {
        let Some(seq) = self.hashes.get((id.0, &hash))?.map(|seq| seq.value()) else { return Ok(None) };
        let head = match self.mail.get((id.0, seq))? {
            Some(row) => Head::split(row.value())?.0,
            None => return Err(redb::Error::Corrupted("a hash leads nowhere".to_owned())),
        };
        if head.until_ms <= now_ms {
            self.forget(&[(id, seq)])?;
            self.gone.expired = self.gone.expired.saturating_add(1);
            return Ok(None);
        }
        Ok(Some(Kept { hash, stored_at_ms: head.stored_at_ms, until_ms: head.until_ms }))
    }

    /// One page of what a queue holds after number `after`, and whether there is more; `None` without such a queue.
    pub(super) fn fetch(&mut self, receive: &ReceiveId, after: u64, now_ms: u64) -> Db<Option<(Vec<Mail>, bool)>> {
        let Some(id) = self.owned(receive, now_ms)? else { return Ok(None) };
        let (mut page, mut bytes) = (Vec::new(), 0usize);
        let Some(first) = after.checked_add(1) else { return Ok(Some((page, false))) };
        for row in self.mail.range((id.0, first)..=(id.0, u64::MAX))? {
            let (key, value) = row?;
            let (head, envelope) = Head::split(value.value())?;
            if head.until_ms <= now_ms {
                continue;
            }
            bytes = bytes.saturating_add(envelope.len());
            if page.len() >= MAIL_PAGE_MAX || bytes > MAIL_PAGE_BYTES {
                return Ok(Some((page, true)));
            }
            page.push(Mail { seq: key.value().1, envelope: envelope.to_vec() });
        }
        Ok(Some((page, false)))
    }

    /// Forgets envelopes of a queue; numbers that are not there do not matter. `false` without such a queue.
    pub(super) fn ack(&mut self, receive: &ReceiveId, seqs: &[u64], now_ms: u64) -> Db<bool> {
        let Some(id) = self.owned(receive, now_ms)? else { return Ok(false) };
        let mail: Vec<(QueueId, u64)> = seqs.iter().map(|seq| (id, *seq)).collect();
        self.forget(&mail)?;
        Ok(true)
    }

    /// Forgets a queue and what is in it; `false` without such a queue.
    pub(super) fn close(&mut self, receive: &ReceiveId) -> Db<bool> {
        let Some(id) = self.receives.get(receive.as_bytes())?.map(|id| QueueId(id.value())) else { return Ok(false) };
        self.remove_queue(id)?;
        Ok(true)
    }

    /// When the first envelope expires.
    pub(super) fn soonest(&self) -> Db<Option<u64>> {
        Ok(self.expiry.first()?.map(|(key, _)| key.value().0))
    }

    /// Forgets at most `max` envelopes that have expired; `true` if there may be more.
    pub(super) fn expire(&mut self, now_ms: u64, max: usize) -> Db<bool> {
        let mut due = Vec::new();
        for row in self.expiry.range(..=(now_ms, u64::MAX, u64::MAX))?.take(max) {
            let (_, id, seq) = row?.0.value();
            due.push((QueueId(id), seq));
        }
        self.forget(&due)?;
        self.gone.expired = self.gone.expired.saturating_add(u64::try_from(due.len()).unwrap_or(u64::MAX));
        Ok(due.len() >= max)
    }

    /// Forgets at most `max` queues whose owners stayed away; `true` if there may be more.
    pub(super) fn forget_idle(&mut self, now_ms: u64, max: usize) -> Db<bool> {
        let Some(latest) = now_ms.checked_sub(self.limits.idle_ms) else { return Ok(false) };
        let mut idle = Vec::new();
        for row in self.seen.range(..=(latest, u64::MAX))?.take(max) {
            idle.push(QueueId(row?.0.value().1));
        }
        for id in &idle {
            self.remove_queue(*id)?;
            self.gone.idle_queues = self.gone.idle_queues.saturating_add(1);
        }
        Ok(idle.len() >= max)
    }

    /// The queue with this name for its owner, who is seen herewith.
    pub(super) fn owned(&mut self, receive: &ReceiveId, now_ms: u64) -> Db<Option<QueueId>> {
        let Some(id) = self.receives.get(receive.as_bytes())?.map(|id| QueueId(id.value())) else { return Ok(None) };
        let mut queue = self.queue(id)?;
        if now_ms.saturating_sub(queue.seen_ms) >= TOUCH_EVERY_MS {
            self.dirty = true;
            self.seen.remove((queue.seen_ms, id.0))?;
            self.seen.insert((now_ms, id.0), ())?;
            queue.seen_ms = now_ms;
            self.save(id, &queue)?;
        }
        Ok(Some(id))
    }

    fn queue(&self, id: QueueId) -> Db<Queue> {
        let Some(row) = self.queues.get(id.0)? else {
            return Err(redb::Error::Corrupted("a queue is missing".to_owned()));
        };
        let (receive, deposit, seen_ms, bytes, envelopes, next_seq) = row.value();
        Ok(Queue { receive: *receive, deposit: *deposit, seen_ms, bytes, envelopes, next_seq })
    }

    fn save(&mut self, id: QueueId, queue: &Queue) -> Db<()> {
        let Queue { receive, deposit, seen_ms, bytes, envelopes, next_seq } = queue;
        self.queues.insert(id.0, (receive, deposit, *seen_ms, *bytes, *envelopes, *next_seq))?;
        Ok(())
    }

    fn remove_queue(&mut self, id: QueueId) -> Db<()> {
        let mut all = Vec::new();
        for row in self.mail.range((id.0, 0)..=(id.0, u64::MAX))? {
            all.push((id, row?.0.value().1));
        }
        self.forget(&all)?;
        let queue = self.queue(id)?;
        self.dirty = true;
        self.receives.remove(&queue.receive)?;
        self.deposits.remove(&queue.deposit)?;
        self.seen.remove((queue.seen_ms, id.0))?;
        self.queues.remove(id.0)?;
        self.labels.remove(id.0)?;
        self.grants.gone(id);
        self.totals.queues = self.totals.queues.saturating_sub(1);
        Ok(())
    }

    /// Removes envelopes from all tables and counts; those that are not there are passed over.
    fn forget(&mut self, mail: &[(QueueId, u64)]) -> Db<()> {
        for (id, seq) in mail {
            let (head, len) = match self.mail.remove((id.0, *seq))? {
                Some(row) => {
                    let (head, envelope) = Head::split(row.value())?;
                    (head, envelope.len())
                }
                None => continue,
            };
            (self.dirty, self.forgot) = (true, true);
            self.hashes.remove((id.0, &head.hash))?;
            self.expiry.remove((head.until_ms, id.0, *seq))?;
            let cost = counted(len);
            let mut queue = self.queue(*id)?;
            queue.bytes = queue.bytes.saturating_sub(cost);
            queue.envelopes = queue.envelopes.saturating_sub(1);
            self.save(*id, &queue)?;
            self.totals.bytes = self.totals.bytes.saturating_sub(cost);
            self.grants.less(*id, cost);
            self.totals.envelopes = self.totals.envelopes.saturating_sub(1);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
