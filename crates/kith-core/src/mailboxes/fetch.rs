//! Taking what others left for us out of our queues.

use kith_store::{ContactRow, DeviceRow, QueueRow, QueueState};
use kith_wire::{AccountId, Envelope, Mail, MailboxDenial, MailboxOperation, MailboxResponse, ReceiveId, TransportId};

use super::{Asked, backoff, queues::SPARE_MS};
use crate::{
    Output, Timestamp,
    contacts::flood::EACH_MS,
    convert,
    core::{Core, Ready},
    error::{CoreError, refuse},
    reorder::WAIT_MS,
};

/// How long until an empty queue is looked into again. It is also looked into when its writer comes online.
const POLL_MS: u64 = 120_000;
/// And while its writer is connected, who then has no reason to leave anything there.
const POLL_CONNECTED_MS: u64 = 1_800_000;

impl Core {
    pub(super) fn fetch_answered(
        &mut self,
        receive: ReceiveId,
        response: Option<MailboxResponse>,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        let Some(queue) = self.store.queue(&receive)?.filter(|queue| queue.state == QueueState::Open) else {
            return Ok(());
        };
        match response {
            Some(MailboxResponse::Mail { mail, more }) => self.mail_came(queue, mail, more, now, out),
            // Opened anew under the same keys. Who writes to it may have struck it out: they are told again.
            Some(MailboxResponse::Denied(MailboxDenial::NoQueue)) => {
                let state = QueueState::Wanted;
                if let Some(account) = queue.account {
                    self.forget_told(account)?;
                    self.ask_for_lost_mail(account, now)?;
                }
                Ok(self.store.put_queue(&QueueRow { state, after_seq: 0, next_at_ms: now, attempts: 1, ..queue })?)
            }
            _ => {
                let next_at_ms = now.saturating_add(self.jitter(backoff(queue.attempts)));
                let attempts = queue.attempts.saturating_add(1);
                Ok(self.store.put_queue(&QueueRow { next_at_ms, attempts, ..queue })?)
            }
        }
    }

    fn mail_came(
        &mut self,
        queue: QueueRow,
        mail: Vec<Mail>,
        more: bool,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        tracing::debug!(count = mail.len(), more, "mail came");
        let mut mail: Vec<Mail> = mail.into_iter().filter(|mail| mail.seq > queue.after_seq).collect();
        let later = self.too_many(&queue, &mut mail, now)?;
        let seqs: Vec<u64> = mail.iter().map(|mail| mail.seq).collect();
        let after_seq = seqs.iter().copied().max().unwrap_or(queue.after_seq);
        if more && seqs.is_empty() && later.is_none() {
            // A mailbox that says there is more and gives nothing new is asked again, but not at once.
            return self.queue_failed(queue, now);
        }
        for mail in mail {
            self.ready.push_back(Ready::Mail { queue: queue.receive, bytes: mail.envelope });
        }
        if let Some(mailbox) = self.store.mailbox(&queue.mailbox)?
            && !seqs.is_empty()
        {
            let operation = MailboxOperation::Ack { receive: queue.receive, seqs };
            self.ask_mailbox(Asked::Ack, mailbox.address, operation, &queue.receive_seed, now, out);
        }
        let spare = queue.account.is_none() && queue.invite_tag.is_none();
        let wait = match (later, more, spare) {
            (Some(at), _, _) => at.saturating_sub(now),
            (None, true, _) => 0,
            (None, false, true) => SPARE_MS,
            (None, false, false) if self.writer_is_here(&queue)? => self.jitter(POLL_CONNECTED_MS),
            (None, false, false) => self.jitter(POLL_MS),
        };
        if !more {
            self.mail.drained.insert(queue.receive, now);
            self.ready.push_back(Ready::Drained { queue: queue.receive });
        }
        let next_at_ms = now.saturating_add(wait);
        Ok(self.store.put_queue(&QueueRow { after_seq, next_at_ms, attempts: 0, ..queue })?)
    }

    /// Leaves in the mailbox what an invite brought beyond its share, and says when to look again.
    fn too_many(&self, queue: &QueueRow, mail: &mut Vec<Mail>, now: Timestamp) -> Result<Option<Timestamp>, CoreError> {
        let Some(tag) = queue.invite_tag else { return Ok(None) };
        let share = self.share_of(&tag)?;
        let room = usize::try_from(self.arrivals.room(share, now)).unwrap_or(usize::MAX);
        if mail.len() <= room {
            return Ok(None);
        }
        mail.sort_by_key(|mail| mail.seq);
        mail.truncate(room);
        Ok(Some(now.saturating_add(EACH_MS)))
    }

    /// A contact is away: from now on they may leave something.
    pub(crate) fn watch_queues(&self, account: AccountId, now: Timestamp) -> Result<(), CoreError> {
        Ok(self.store.queues_wake(Some(&account), now.saturating_add(POLL_MS))?)
    }

    /// Whether whoever writes to a queue is connected, with all devices.
    fn writer_is_here(&self, queue: &QueueRow) -> Result<bool, CoreError> {
        let Some(account) = queue.account else { return Ok(false) };
        let devices = self.live_devices(account)?;
        Ok(!devices.is_empty() && devices.iter().all(|device| self.up.contains_key(&device.transport)))
    }

    /// Handles an envelope that lay in a queue of ours.
    pub(crate) fn receive_mail(
        &mut self,
        queue: ReceiveId,
        bytes: &[u8],
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        let Some(queue) = self.store.queue(&queue)? else { return refuse("mail in a queue that is closed") };
        if queue.invite_tag.is_some() {
            return self.request_by_mail(bytes, now, out);
        }
        let Some(account) = queue.account else { return refuse("mail in a queue nobody was told of") };
        if kith_wire::recovery::is_recovery(bytes) {
            return self.judge_recovery(None, bytes, now, out).map(drop);
        }
        let (contact, device) = self.mail_sender(account, bytes, now)?;
        self.receive_from(&contact, &device, bytes, true, now, out)
    }

    /// Which device of a contact sealed an envelope: the one whose key opens it.
    fn mail_sender(
        &mut self,
        account: AccountId,
        bytes: &[u8],
        now: Timestamp,
    ) -> Result<(ContactRow, DeviceRow), CoreError> {
        let Some(contact) = self.store.contact(&account)?.filter(convert::is_listened_to) else {
            return refuse("mail of somebody who is blocked, paused or not accepted");
        };
        let envelope = Envelope::decode(bytes)?;
        let mut devices = self.live_devices(account)?;
        let opens = |core: &mut Self, device: &DeviceRow| core.unwrap_envelope(device, &envelope, now).is_ok();
        let at = devices.iter().position(|device| opens(self, device));
        match at {
            Some(at) => Ok((contact, devices.swap_remove(at))),
            // An outer key that was lost: the complaint goes to the only device there is.
            None if devices.len() == 1 => Ok((contact, devices.swap_remove(0))),
            None => refuse("mail that no device of the contact sealed"),
        }
    }

    /// Whether mail of a contact may still be in a mailbox that was left there before they came online.
    pub(crate) fn mail_pending(
        &self,
        account: AccountId,
        peer: TransportId,
        now: Timestamp,
    ) -> Result<bool, CoreError> {
        let Some(since) = self.mail.up_since.get(&peer).copied() else { return Ok(false) };
        if now >= since.saturating_add(WAIT_MS) {
            return Ok(false);
        }
        let old = |queue: &QueueRow| self.mail.drained.get(&queue.receive).is_none_or(|drained| *drained < since);
        let queues = self.store.queues_of(&account)?;
        Ok(queues.iter().any(|queue| queue.state == QueueState::Open && queue.attempts == 0 && old(queue)))
    }

    /// A queue was found empty: what waited for mail from it need not wait any longer.
    pub(crate) fn queue_drained(&mut self, queue: ReceiveId, now: Timestamp) -> Result<(), CoreError> {
        let Some(account) = self.store.queue(&queue)?.and_then(|queue| queue.account) else { return Ok(()) };
        for device in self.live_devices(account)? {
            if !self.mail_pending(account, device.transport, now)? {
                let held = self.reorder.take(device.transport, |_| true);
                let from = device.transport;
                self.ready.extend(held.into_iter().map(|held| Ready::Held { from, bytes: held.bytes }));
            }
        }
        Ok(())
    }
}
