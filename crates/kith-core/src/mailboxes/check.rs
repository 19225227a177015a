//! Asking mailboxes whether they still have what they took for others.
//!
//! A mailbox that gave its word and lost what it gave it for, to a disk put back or by lying, would otherwise be noticed
//! only when nothing was acknowledged for a week. So whoever wrote to a queue compares now and then, by negentropy, what was
//! left there and not acknowledged with what is there. What is missing may just have been read, with its acknowledgement
//! under way: only what is missing twice is sealed and left anew. A mailbox that says it has what it lost is not found out
//! this way.

use std::{collections::BTreeSet, fmt};

use kith_api::Event;
use kith_store::{ContactQueueRow, DeliveryState, DepositRow, LeftRow};
use kith_wire::{
    DepositId, MailboxDenial, MailboxOperation, MailboxResponse, MsgId, limits,
    mailbox::{Comparison, check_key, check_name, envelope_hash},
};
use rand::Rng as _;

use super::Asked;
use crate::{Output, Timestamp, convert, core::Core, error::CoreError};

/// How long after something was left the mailbox is asked. Most is read and acknowledged before, and then there is nothing
/// to ask; and who is away for longer loses no more than this to a mailbox that forgets.
const FIRST_MS: u64 = 6 * 3600 * 1000;
/// How long until it is asked again, if everything was there.
const NEXT_MS: u64 = 24 * 3600 * 1000;
/// How long after something was missing it is asked once more: by then an acknowledgement has come by mail, if there is one.
const GRACE_MS: u64 = 10 * 60 * 1000;
/// How long until a question that came to nothing is asked again.
const FAILED_MS: u64 = 3600 * 1000;
/// How long until a mailbox is asked again that does not know the question, and the longest wait for one that loses again
/// and again, or a contact who reads and does not acknowledge: everything is left again after that anyway.
const LONGEST_MS: u64 = 7 * 24 * 3600 * 1000;
/// What was due while the node did not run is asked about within this time after the start, not all at once.
const SPREAD_MS: u64 = 10 * 60 * 1000;
/// What is kept for less than this is not asked about.
const ENDING_MS: u64 = 3600 * 1000;
/// What is compared of one queue: as much as a queue holds.
const ITEMS_MAX: u32 = 1000;

/// A comparison under way.
pub(super) struct Check {
    nonce: [u8; 32],
    rounds: u32,
    begun: Option<Begun>,
}

/// What there is once the mailbox said its half of the key.
struct Begun {
    nonce: [u8; 32],
    /// The rows of the outbox, by their names.
    items: Vec<([u8; 32], i64)>,
    comparison: Comparison,
    missing: BTreeSet<[u8; 32]>,
}

impl fmt::Debug for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Check").field("rounds", &self.rounds).finish_non_exhaustive()
    }
}

/// How long until a mailbox is asked that lost something so often in a row.
fn first_after(losses: u32) -> u64 {
    (FIRST_MS << losses.min(8)).min(LONGEST_MS)
}

impl Core {
    /// A mailbox has taken something for a queue.
    pub(super) fn check_later(
        &mut self,
        queue: &ContactQueueRow,
        row: &DepositRow,
        msg: &MsgId,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<(), CoreError> {
        if queue.receive.is_none() {
            return Ok(());
        }
        self.store.left(&row.device, msg, &queue.deposit, &envelope_hash(&row.envelope), until)?;
        let at = now.saturating_add(self.jitter(first_after(queue.losses)));
        let at = queue.check_at_ms.map_or(at, |before| before.min(at));
        Ok(self.store.set_check(&queue.deposit, Some(at), queue.losses)?)
    }

    /// The node starts: what is due is asked about a little later, at a time of its own for each queue.
    pub(crate) fn checks_startup(&mut self, now: Timestamp) -> Result<(), CoreError> {
        for queue in self.store.checks_due(now, u32::MAX)? {
            let at = now.saturating_add(SPREAD_MS / 10).saturating_add(u64::from(self.rng.next_u32()) % SPREAD_MS);
            self.store.set_check(&queue.deposit, Some(at), queue.losses)?;
        }
        Ok(())
    }

    /// Asks the mailboxes whose time has come for their half of a key.
    pub(super) fn begin_checks(&mut self, now: Timestamp, out: &mut Vec<Output>) -> Result<(), CoreError> {
        let room = u32::try_from(self.mail_room()).unwrap_or(0);
        for queue in self.store.checks_due(now, room)? {
            let contact = self.store.contact(&queue.account)?;
            let open = contact.is_some_and(|contact| convert::is_open(&contact) && !contact.blocked && !contact.alarm);
            let left = self.left_in(&queue.deposit, now)?;
            let Some(receive) = queue.receive.filter(|_| !left.is_empty()) else {
                self.store.set_check(&queue.deposit, None, queue.losses)?;
                continue;
            };
            // Until it is over, or for the next attempt.
            let again = now.saturating_add(self.jitter(FAILED_MS));
            self.store.set_check(&queue.deposit, Some(again), queue.losses)?;
            if !open {
                continue;
            }
            let mut nonce = [0; 32];
            self.rng.fill_bytes(&mut nonce);
            self.mail.checks.insert(queue.deposit, Check { nonce, rounds: 0, begun: None });
            let operation = MailboxOperation::Check { receive, deposit: queue.deposit, nonce, bytes: Vec::new() };
            self.ask_mailbox(Asked::Check(queue.deposit), queue.address, operation, &queue.seed, now, out);
        }
        Ok(())
    }

    fn left_in(&self, queue: &DepositId, now: Timestamp) -> Result<Vec<LeftRow>, CoreError> {
        Ok(self.store.left_in(queue, now.saturating_add(ENDING_MS), ITEMS_MAX)?)
    }

    pub(super) fn check_answered(
        &mut self,
        deposit: DepositId,
        response: Option<MailboxResponse>,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        let Some(check) = self.mail.checks.remove(&deposit) else { return Ok(()) };
        let Some(queue) = self.store.contact_queue(&deposit)? else { return Ok(()) };
        match response {
            Some(MailboxResponse::Compared { nonce, bytes }) => {
                self.check_went_on(&queue, check, nonce, &bytes, now, out)
            }
            // Nothing of what was left there is there.
            Some(MailboxResponse::Denied(MailboxDenial::NoQueue)) => {
                let all: BTreeSet<i64> = self.left_in(&deposit, now)?.iter().map(|row| row.outbox).collect();
                self.check_ended(&queue, &all, &all, now, out)
            }
            // It does not know the question, or does not answer it.
            Some(MailboxResponse::Denied(MailboxDenial::NotServed | MailboxDenial::Other(_))) => {
                let at = now.saturating_add(self.jitter(LONGEST_MS));
                Ok(self.store.set_check(&deposit, Some(at), queue.losses)?)
            }
            // It is asked again at the time set when this was begun.
            _ => Ok(()),
        }
    }

    fn check_went_on(
        &mut self,
        queue: &ContactQueueRow,
        mut check: Check,
        nonce: [u8; 32],
        bytes: &[u8],
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        let next = match &mut check.begun {
            None => {
                let key = check_key(&queue.deposit, &check.nonce, &nonce);
                let left = self.left_in(&queue.deposit, now)?;
                let items: Vec<_> = left.iter().map(|row| (check_name(&key, &row.hash), row.outbox)).collect();
                let comparison = Comparison::new(items.iter().map(|(name, _)| *name))?;
                let first = comparison.begin()?;
                check.begun = Some(Begun { nonce, items, comparison, missing: BTreeSet::new() });
                Some(first)
            }
            // It was started anew meanwhile, or lies.
            Some(begun) if begun.nonce != nonce => return Ok(()),
            Some(begun) => begun.comparison.go_on(bytes, &mut begun.missing)?,
        };
        match (next, check.begun.as_ref(), queue.receive) {
            (Some(bytes), _, Some(receive)) if check.rounds < limits::CHECK_ROUNDS_MAX => {
                check.rounds += 1;
                let operation = MailboxOperation::Check { receive, deposit: queue.deposit, nonce: check.nonce, bytes };
                self.mail.checks.insert(queue.deposit, check);
                self.ask_mailbox(Asked::Check(queue.deposit), queue.address.clone(), operation, &queue.seed, now, out);
                Ok(())
            }
            (None, Some(begun), _) => {
                let asked = begun.items.iter().map(|(_, outbox)| *outbox).collect();
                let missing = |(name, outbox): &([u8; 32], i64)| begun.missing.contains(name).then_some(*outbox);
                let missing = begun.items.iter().filter_map(missing).collect();
                self.check_ended(queue, &asked, &missing, now, out)
            }
            // A comparison without end says nothing.
            _ => Ok(()),
        }
    }

    /// A mailbox has said what of this it has not.
    fn check_ended(
        &mut self,
        queue: &ContactQueueRow,
        asked: &BTreeSet<i64>,
        missing: &BTreeSet<i64>,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        // What was acknowledged meanwhile is not among them any more.
        let left = self.left_in(&queue.deposit, now)?;
        let (mut lost, mut new) = (Vec::new(), 0u32);
        for row in left.iter().filter(|row| asked.contains(&row.outbox)) {
            let gone = missing.contains(&row.outbox);
            if gone && row.missing {
                lost.push(*row);
            } else if gone != row.missing {
                new = new.saturating_add(u32::from(gone));
                self.store.left_missing(row.outbox, &queue.deposit, gone)?;
            }
        }
        tracing::debug!(left = left.len(), new, lost = lost.len(), "a mailbox was asked what it has");
        let losses = match (lost.is_empty(), new) {
            (false, _) => queue.losses.saturating_add(1),
            (true, 0) => 0,
            (true, _) => queue.losses,
        };
        let wait = match (left.is_empty(), new, lost.is_empty()) {
            (true, _, _) => None,
            (false, 0, true) => Some(NEXT_MS),
            (false, 0, false) => Some(first_after(losses)),
            (false, _, _) => Some(GRACE_MS),
        };
        let at = wait.map(|wait| now.saturating_add(self.jitter(wait)));
        self.store.set_check(&queue.deposit, at, losses)?;
        self.leave_again(queue, &lost, now, out)
    }

    /// Seals anew what a mailbox lost, and puts it on its way there.
    fn leave_again(
        &mut self,
        queue: &ContactQueueRow,
        lost: &[LeftRow],
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        if !lost.is_empty() {
            tracing::info!(count = lost.len(), "a mailbox lost what it had taken; it is left again");
        }
        for row in lost {
            let Some(waits) = self.store.outbox(row.outbox)?.filter(|waits| waits.expires_at_ms > now) else {
                continue;
            };
            let Some(device) = self.store.device(&waits.device)? else { continue };
            self.store.left_lost(row.outbox, &queue.deposit, &waits.msg, &queue.mailbox)?;
            // Where it waits is part of what is shown.
            if let Some(message) = self.store.message(&waits.msg)?.filter(|row| row.state == DeliveryState::Stored) {
                out.push(Output::Event(Event::MessageUpserted { message: convert::message_view(&message) }));
            }
            if self.up.contains_key(&device.transport) {
                // It goes straight.
                continue;
            }
            let envelope = match self.seal_row(&device, &waits, now) {
                Ok(envelope) => envelope,
                // It waits for the device to write, as everything else for it does.
                Err(CoreError::NoPrekey) => continue,
                Err(error) => return Err(error),
            };
            self.store.add_deposit(&device.device, Some(&waits.msg), &envelope, &[queue.deposit], now)?;
            self.mail.due = true;
        }
        Ok(())
    }
}
