//! Leaving what is for others in their queues.

use kith_api::Event;
use kith_store::{ContactQueueRow, ContactRow, DeliveryState, DeviceRow};
use kith_wire::{
    AccountId, Body, DepositId, Hlc, MailboxDenial, MailboxOperation, MailboxResponse, QueueAddress, Receipt,
    limits::MAIL_TTL_MAX_MS,
};

use super::{ANSWER_MS, Asked, MAILBOXES, backoff, mailbox_link};
use crate::{Output, Timestamp, convert, core::Core, error::CoreError};

/// How long the direct way is tried before mailboxes are.
const DIRECT_FIRST_MS: u64 = 3_000;
/// How long after a start, when nobody is connected yet, the direct way is tried first.
const START_MS: u64 = 5_000;
/// What nobody acknowledged is sealed anew and left again after this.
const AGAIN_MS: u64 = 7 * 24 * 3600 * 1000;
/// Rows sealed for one device at once: as many as a queue holds.
const ROWS_MAX: u32 = 1000;
/// How long a mailbox is asked to keep something.
const KEEP_MS: u64 = 14 * 24 * 3600 * 1000;
/// Envelopes handed to the network at once.
const SENDS_MAX: usize = 32;
/// An envelope is not put into a queue while this many sealed before it are not there: each may overtake the others, and
/// a ratchet keeps the keys of 40 skipped messages.
const IN_ORDER: u32 = 24;
/// Attempts, over some hours, after which a queue that is not there is not written to any more.
const GONE_AFTER: u32 = 8;
/// How long one waits that is behind too many others, if none of them arrives.
const BEHIND_MS: u64 = 60_000;
/// How long one waits that is for somebody who is blocked meanwhile.
const HELD_MS: u64 = 3600 * 1000;

impl Core {
    /// A contact says where they find mail.
    pub(crate) fn take_contact_queues(
        &mut self,
        account: AccountId,
        queues: &[QueueAddress],
        hlc: Hlc,
    ) -> Result<(), CoreError> {
        let key = format!("mail_at:{account}");
        let newest = self.store.meta(&key)?.and_then(|bytes| bytes.try_into().ok()).map_or(0, u64::from_be_bytes);
        if hlc.to_u64() <= newest {
            return Ok(());
        }
        self.store.set_meta(&key, &hlc.to_u64().to_be_bytes())?;
        let before = self.store.contact_queues(&account)?;
        self.keep_contact_queues(account, queues)?;
        let after = self.store.contact_queues(&account)?;
        if before.iter().all(|old| after.iter().all(|new| new.deposit != old.deposit)) {
            // What lies in the old ones is not looked for any more.
            for device in self.live_devices(account)? {
                self.store.outbox_undeposit(&device.device)?;
                self.dirty.insert(device.device);
            }
        }
        Ok(())
    }

    /// Keeps where a contact finds mail.
    pub(crate) fn keep_contact_queues(&mut self, account: AccountId, queues: &[QueueAddress]) -> Result<(), CoreError> {
        let mut rows = Vec::new();
        for queue in queues {
            let link = queue.link()?;
            rows.push(ContactQueueRow {
                deposit: DepositId::from(queue.key().public()),
                seed: queue.seed.clone(),
                account,
                mailbox: link.transport,
                address: mailbox_link(&link),
                receive: queue.receive,
                check_at_ms: None,
                losses: 0,
            });
        }
        Ok(self.store.set_contact_queues(&account, &rows)?)
    }

    /// The queues something for a contact is left in: of different mailboxes.
    pub(crate) fn targets(&self, account: AccountId) -> Result<Vec<DepositId>, CoreError> {
        let mut queues = self.store.contact_queues(&account)?;
        let mut seen = Vec::new();
        queues.retain(|queue| {
            let first = !seen.contains(&queue.mailbox);
            seen.push(queue.mailbox);
            first
        });
        Ok(queues.into_iter().take(MAILBOXES).map(|queue| queue.deposit).collect())
    }

    /// When what waits for a device that is not connected may be left in mailboxes: `None` if there are none.
    pub(crate) fn deposit_at(&self, account: AccountId, queued_at: Timestamp) -> Result<Option<Timestamp>, CoreError> {
        if self.store.contact_queues(&account)?.is_empty() {
            return Ok(None);
        }
        let started = self.mail.started.saturating_add(START_MS);
        Ok(Some(queued_at.saturating_add(DIRECT_FIRST_MS).max(started)))
    }

    /// Seals what waits for a device that is not connected, and leaves it on its way to the owner's mailboxes.
    pub(crate) fn deposit_waiting(
        &mut self,
        device: &DeviceRow,
        contact: &ContactRow,
        now: Timestamp,
    ) -> Result<(), CoreError> {
        let targets = self.targets(contact.account)?;
        if targets.is_empty() || !convert::is_open(contact) || now < self.mail.started.saturating_add(START_MS) {
            return Ok(());
        }
        let (since, before) = (now.saturating_sub(AGAIN_MS), now.saturating_sub(DIRECT_FIRST_MS));
        for row in self.store.outbox_to_deposit(&device.device, since, before, ROWS_MAX)? {
            if row.kind == Body::REQUEST {
                continue;
            }
            let envelope = match self.seal_row(device, &row, now) {
                Ok(envelope) => envelope,
                Err(CoreError::NoPrekey) => return Ok(()),
                Err(error) => return Err(error),
            };
            self.store.add_deposit(&device.device, Some(&row.msg), &envelope, &targets, now)?;
            self.store.outbox_deposited(row.id, now, row.expires_at_ms.min(now.saturating_add(AGAIN_MS)))?;
            self.mail.due = true;
        }
        Ok(())
    }

    /// Leaves a contact request where the invite says, because the inviter does not answer.
    pub(crate) fn deposit_request(
        &mut self,
        device: &DeviceRow,
        row: i64,
        frame: &[u8],
        now: Timestamp,
    ) -> Result<(), CoreError> {
        let targets = self.targets(device.account)?;
        let Some(row) = self.store.outbox(row)?.filter(|_| !targets.is_empty()) else { return Ok(()) };
        self.store.add_deposit(&device.device, Some(&row.msg), frame, &targets, now)?;
        self.store.outbox_deposited(row.id, now, row.next_at_ms.max(now.saturating_add(ANSWER_MS)))?;
        self.mail.due = true;
        Ok(())
    }

    /// Leaves something that nobody acknowledges; `false` if there is nowhere to leave it.
    pub(crate) fn deposit_ephemeral(
        &mut self,
        device: &DeviceRow,
        envelope: &[u8],
        now: Timestamp,
    ) -> Result<(), CoreError> {
        let targets = self.targets(device.account)?;
        self.store.add_deposit(&device.device, None, envelope, &targets, now)?;
        self.mail.due = true;
        Ok(())
    }

    /// Hands envelopes to the network whose time has come.
    pub(super) fn send_deposits(&mut self, now: Timestamp, out: &mut Vec<Output>) -> Result<(), CoreError> {
        let room = u32::try_from(self.mail_room().min(SENDS_MAX)).unwrap_or(0);
        for row in self.store.deposits_due(now, room)? {
            let Some(queue) = self.store.contact_queue(&row.deposit)? else { continue };
            let contact = self.store.contact(&queue.account)?;
            if contact.is_some_and(|contact| contact.blocked || contact.alarm) {
                self.store.deposit_postpone(row.id, &row.deposit, now.saturating_add(HELD_MS))?;
                continue;
            }
            if self.store.deposits_before(row.id, &row.deposit, IN_ORDER)? >= IN_ORDER {
                self.store.deposit_postpone(row.id, &row.deposit, now.saturating_add(BEHIND_MS))?;
                continue;
            }
            let operation = MailboxOperation::Put {
                deposit: row.deposit,
                until_ms: now.saturating_add(KEEP_MS).min(row.until_ms.unwrap_or(u64::MAX)),
                envelope: row.envelope,
            };
            let asked = Asked::Put { deposit: row.id, queue: row.deposit };
            self.ask_mailbox(asked, queue.address, operation, &queue.seed, now, out);
            self.store.deposit_tried(row.id, &row.deposit, now.saturating_add(ANSWER_MS))?;
        }
        Ok(())
    }

    pub(super) fn put_answered(
        &mut self,
        id: i64,
        queue: DepositId,
        response: Option<MailboxResponse>,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        match response {
            Some(MailboxResponse::Stored(receipt)) => self.stored(id, queue, &receipt, now, out),
            Some(MailboxResponse::Denied(MailboxDenial::NoQueue)) => self.queue_is_gone(id, queue, now),
            _ => self.put_failed(id, queue, now),
        }
    }

    /// A mailbox knows no such queue. If it only forgot it, its owner opens it again as soon as they look.
    fn queue_is_gone(&mut self, id: i64, queue: DepositId, now: Timestamp) -> Result<(), CoreError> {
        let attempts = self.store.deposit(id, &queue)?.map_or(0, |row| row.attempts);
        if attempts >= GONE_AFTER {
            return Ok(self.store.delete_contact_queue(&queue)?);
        }
        self.put_failed(id, queue, now)
    }

    fn put_failed(&mut self, id: i64, queue: DepositId, now: Timestamp) -> Result<(), CoreError> {
        let Some(row) = self.store.deposit(id, &queue)? else { return Ok(()) };
        let wait = self.jitter(backoff(row.attempts.saturating_sub(1)));
        Ok(self.store.deposit_postpone(id, &queue, now.saturating_add(wait))?)
    }

    /// A mailbox gave its word.
    fn stored(
        &mut self,
        id: i64,
        queue: DepositId,
        receipt: &Receipt,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        let (Some(row), Some(queue)) = (self.store.deposit(id, &queue)?, self.store.contact_queue(&queue)?) else {
            return Ok(());
        };
        if !receipt.verify(&queue.mailbox, &queue.deposit, &row.envelope) || receipt.until_ms <= now {
            return self.put_failed(id, queue.deposit, now);
        }
        self.store.deposit_done(id, &queue.deposit)?;
        self.store.deposits_next(&queue.deposit, IN_ORDER, now)?;
        let Some(msg) = row.msg else { return Ok(()) };
        let kept_until = receipt.until_ms.min(now.saturating_add(MAIL_TTL_MAX_MS));
        self.check_later(&queue, &row, &msg, kept_until, now)?;
        let waits = self.store.outbox_of_message(&msg)?;
        if waits.iter().any(|waiting| waiting.device == row.device && waiting.kind == Body::REQUEST) {
            self.answer_add(queue.account, None, out)?;
        }
        if self.store.message(&msg)?.is_some() {
            self.store.add_custody(&msg, &queue.mailbox, kept_until)?;
            self.raise(msg, row.device, DeliveryState::Stored, now, out)?;
        }
        // Where it waits is part of what is shown.
        if let Some(message) = self.store.message(&msg)?.filter(|message| message.state == DeliveryState::Stored) {
            out.push(Output::Event(Event::MessageUpserted { message: convert::message_view(&message) }));
        }
        Ok(())
    }
}
