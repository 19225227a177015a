//! Our queues: opened, told to those who write to them, closed.

use kith_api::params::InviteParams;
use kith_crypto::{SigningKey, domain::HashLabel};
use kith_store::{MailboxRow, QueueRow, QueueState};
use kith_wire::{
    AccountId, Admission, Body, DepositId, MailboxDenial, MailboxOperation, MailboxResponse, QueueAddress, ReceiveId,
};
use rand::Rng as _;
use zeroize::Zeroizing;

use super::{Asked, INVITE_MS, WaitingInvite, backoff};
use crate::{CommandId, Output, Timestamp, convert, core::Core, error::CoreError};

/// Queues kept ready at each mailbox, for the next invite and the next request: both carry them at once.
const SPARES: usize = 2;
/// How often a queue that nobody was told of is looked into.
pub(super) const SPARE_MS: u64 = 24 * 3600 * 1000;
/// How long the first invite waits for the network to say whether there are mailboxes.
const UNKNOWN_MS: u64 = 5_000;

impl Core {
    /// Sees that every contact has a queue at every mailbox in use.
    pub(super) fn ensure_all_queues(&mut self, now: Timestamp) -> Result<(), CoreError> {
        for contact in self.store.contacts()? {
            if convert::is_open(&contact) {
                self.ensure_queues(contact.account, now)?;
            }
        }
        self.ensure_spares(now)
    }

    /// Sees that a contact has a queue at every mailbox in use, and tells them where.
    pub(crate) fn ensure_queues(&mut self, account: AccountId, now: Timestamp) -> Result<(), CoreError> {
        let mailboxes = self.mailboxes_in_use(now)?;
        let have = self.store.queues_of(&account)?;
        let mut spares = self.store.spare_queues()?;
        for mailbox in &mailboxes {
            if have.iter().any(|queue| queue.mailbox == mailbox.transport && queue.state != QueueState::Unwanted) {
                continue;
            }
            let spare = spares
                .iter()
                .position(|queue| queue.mailbox == mailbox.transport && queue.state == QueueState::Open)
                .map(|at| spares.remove(at));
            let queue = match spare {
                Some(spare) => spare,
                None => self.new_queue(mailbox, now),
            };
            self.store.put_queue(&QueueRow { account: Some(account), next_at_ms: now, ..queue })?;
        }
        let gone = |queue: &QueueRow| mailboxes.iter().all(|mailbox| mailbox.transport != queue.mailbox);
        for queue in have.into_iter().filter(|queue| queue.state != QueueState::Unwanted && gone(queue)) {
            self.store.put_queue(&QueueRow { state: QueueState::Unwanted, next_at_ms: now, ..queue })?;
        }
        self.mail.due = true;
        self.tell_queues(account, now)
    }

    fn ensure_spares(&mut self, now: Timestamp) -> Result<(), CoreError> {
        let spares = self.store.spare_queues()?;
        for mailbox in self.mailboxes_in_use(now)? {
            let have = spares.iter().filter(|queue| queue.mailbox == mailbox.transport).count();
            for _ in have..SPARES {
                let queue = self.new_queue(&mailbox, now);
                self.store.put_queue(&queue)?;
                self.mail.due = true;
            }
        }
        Ok(())
    }

    fn new_queue(&mut self, mailbox: &MailboxRow, now: Timestamp) -> QueueRow {
        let mut seed = || {
            let mut seed = Zeroizing::new([0; 32]);
            self.rng.fill_bytes(seed.as_mut_slice());
            seed
        };
        let (receive_seed, send_seed) = (seed(), seed());
        QueueRow {
            receive: ReceiveId::from(SigningKey::from_seed(&receive_seed).public()),
            receive_seed,
            send_seed,
            mailbox: mailbox.transport,
            account: None,
            invite_tag: None,
            state: QueueState::Wanted,
            after_seq: 0,
            next_at_ms: now,
            attempts: 0,
        }
    }

    /// Takes queues that are open already, for somebody who is told of them at once.
    pub(crate) fn take_queues(
        &mut self,
        account: Option<AccountId>,
        invite_tag: Option<[u8; 16]>,
        now: Timestamp,
    ) -> Result<Vec<QueueAddress>, CoreError> {
        let mut taken = Vec::new();
        if let Some(account) = account {
            taken = self.open_queues_of(account)?;
        }
        let mut spares = self.store.spare_queues()?;
        for mailbox in self.mailboxes_in_use(now)? {
            if taken.iter().any(|queue| queue.mailbox == mailbox.transport) {
                continue;
            }
            let ready = |queue: &QueueRow| queue.mailbox == mailbox.transport && queue.state == QueueState::Open;
            if let Some(at) = spares.iter().position(ready) {
                let queue = QueueRow { account, invite_tag, next_at_ms: now, ..spares.remove(at) };
                self.store.put_queue(&queue)?;
                taken.push(queue);
            }
        }
        self.ensure_spares(now)?;
        let addresses = self.queue_addresses(&taken)?;
        if let Some(account) = account {
            self.store.set_meta(&meta_told(account), &told(&addresses))?;
        }
        Ok(addresses)
    }

    fn open_queues_of(&self, account: AccountId) -> Result<Vec<QueueRow>, CoreError> {
        let mut queues = self.store.queues_of(&account)?;
        queues.retain(|queue| queue.state == QueueState::Open);
        Ok(queues)
    }

    fn queue_addresses(&self, queues: &[QueueRow]) -> Result<Vec<QueueAddress>, CoreError> {
        let mut addresses = Vec::new();
        for queue in queues.iter().take(kith_wire::limits::QUEUES_MAX) {
            if let Some(mailbox) = self.store.mailbox(&queue.mailbox)? {
                // By this name a contact may ask what is there of what they left. An invite's queue has many writers.
                let receive = queue.account.is_some().then_some(queue.receive);
                addresses.push(QueueAddress { mailbox: mailbox.address, seed: queue.send_seed.clone(), receive });
            }
        }
        Ok(addresses)
    }

    /// Tells a contact where we find mail, once all of it is ready, if that is not what they know.
    fn tell_queues(&mut self, account: AccountId, now: Timestamp) -> Result<(), CoreError> {
        let queues = self.store.queues_of(&account)?;
        if queues.iter().any(|queue| queue.state == QueueState::Wanted && queue.attempts == 0) {
            return Ok(());
        }
        let addresses = self.queue_addresses(&self.open_queues_of(account)?)?;
        let (key, now_told) = (meta_told(account), told(&addresses));
        let before = self.store.meta(&key)?;
        let nothing = before.is_none() && addresses.is_empty();
        if nothing || before.as_deref() == Some(now_told.as_slice()) {
            return Ok(());
        }
        if !self.store.contact(&account)?.is_some_and(|contact| convert::is_open(&contact)) {
            return Ok(());
        }
        self.store.set_meta(&key, &now_told)?;
        for device in self.live_devices(account)? {
            // What they were not told yet need not be told any more.
            for row in self.store.outbox_of_kind(&device.device, Body::MAILBOXES)? {
                self.store.outbox_remove(row.id)?;
            }
        }
        self.enqueue_control(account, &Body::Mailboxes { queues: addresses }, now)
    }

    /// A contact is to be told anew where we find mail.
    pub(super) fn forget_told(&mut self, account: AccountId) -> Result<(), CoreError> {
        Ok(self.store.delete_meta(&meta_told(account))?)
    }

    /// Closes the queues of a contact who is not one any more.
    pub(crate) fn close_queues(&mut self, account: AccountId, now: Timestamp) -> Result<(), CoreError> {
        for queue in self.store.queues_of(&account)? {
            self.store.put_queue(&QueueRow { state: QueueState::Unwanted, next_at_ms: now, attempts: 0, ..queue })?;
        }
        self.mail.due = true;
        Ok(self.store.delete_meta(&meta_told(account))?)
    }

    /// Closes the queues of an invite that ended.
    pub(crate) fn close_invite_queues(&mut self, tag: &[u8; 16], now: Timestamp) -> Result<(), CoreError> {
        for queue in self.store.queues()?.into_iter().filter(|queue| queue.invite_tag.as_ref() == Some(tag)) {
            self.store.put_queue(&QueueRow { state: QueueState::Unwanted, next_at_ms: now, attempts: 0, ..queue })?;
        }
        self.mail.due = true;
        Ok(())
    }

    /// Closes the queues of invites that ended by themselves.
    pub(crate) fn prune_invite_queues(&mut self, now: Timestamp) -> Result<(), CoreError> {
        for tag in self.store.queues()?.into_iter().filter_map(|queue| queue.invite_tag) {
            let open = self.store.invite(&tag)?.is_some_and(|row| row.expires_at_ms.is_none_or(|end| end > now));
            if !open {
                self.close_invite_queues(&tag, now)?;
            }
        }
        Ok(())
    }

    /// Asks the mailboxes for what is due about our queues.
    pub(super) fn tend_queues(&mut self, now: Timestamp, out: &mut Vec<Output>) -> Result<(), CoreError> {
        let room = u32::try_from(self.mail_room()).unwrap_or(0);
        for queue in self.store.queues_due(now, room)? {
            let Some(mailbox) = self.store.mailbox(&queue.mailbox)? else { continue };
            let receive = queue.receive;
            if queue.state == QueueState::Open && self.is_of_blocked(&queue)? {
                self.store.put_queue(&QueueRow { next_at_ms: now.saturating_add(SPARE_MS), ..queue })?;
                continue;
            }
            if self.is_asked(receive) {
                // Its answer says when to ask again; a second one would contradict it.
                self.store.put_queue(&QueueRow { next_at_ms: now.saturating_add(super::ANSWER_MS), ..queue })?;
                continue;
            }
            let (asked, operation) = match queue.state {
                QueueState::Wanted => {
                    let deposit = DepositId::from(SigningKey::from_seed(&queue.send_seed).public());
                    let admission = mailbox.token.map_or(Admission::Open, Admission::Token);
                    (Asked::Open(receive), MailboxOperation::New { receive, deposit, admission })
                }
                QueueState::Open => {
                    (Asked::Fetch(receive), MailboxOperation::Fetch { receive, after: queue.after_seq })
                }
                QueueState::Unwanted => (Asked::Close(receive), MailboxOperation::Drop { receive }),
            };
            self.ask_mailbox(asked, mailbox.address, operation, &queue.receive_seed, now, out);
            let next_at_ms = now.saturating_add(super::ANSWER_MS);
            self.store.put_queue(&QueueRow { next_at_ms, ..queue })?;
        }
        Ok(())
    }

    /// Whether only somebody who is blocked writes to a queue.
    fn is_of_blocked(&self, queue: &QueueRow) -> Result<bool, CoreError> {
        let Some(account) = queue.account else { return Ok(false) };
        Ok(self.store.contact(&account)?.is_some_and(|contact| contact.blocked))
    }

    pub(super) fn open_answered(
        &mut self,
        receive: ReceiveId,
        response: Option<&MailboxResponse>,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        let Some(queue) = self.store.queue(&receive)?.filter(|queue| queue.state == QueueState::Wanted) else {
            return Ok(());
        };
        match response {
            Some(MailboxResponse::Created { .. }) => {
                let spare = queue.account.is_none() && queue.invite_tag.is_none();
                // Nobody was told of it: it is looked into only so that it is not forgotten.
                let next_at_ms = if spare { now.saturating_add(SPARE_MS) } else { now };
                let state = QueueState::Open;
                self.store.put_queue(&QueueRow { state, after_seq: 0, next_at_ms, attempts: 0, ..queue.clone() })?;
                if let Some(mailbox) = self.store.mailbox(&queue.mailbox)? {
                    self.store.put_mailbox(&MailboxRow {
                        answered_at_ms: Some(now),
                        refused_at_ms: None,
                        ..mailbox
                    })?;
                }
            }
            Some(MailboxResponse::Denied(MailboxDenial::Admission { .. } | MailboxDenial::NotServed)) => {
                self.mailbox_refuses(&queue, now)?;
            }
            _ => self.queue_failed(queue.clone(), now)?,
        }
        if let Some(account) = queue.account {
            self.tell_queues(account, now)?;
        }
        self.make_waiting_invites(now, out)
    }

    /// A mailbox does not want us: another one may.
    fn mailbox_refuses(&mut self, queue: &QueueRow, now: Timestamp) -> Result<(), CoreError> {
        if let Some(mailbox) = self.store.mailbox(&queue.mailbox)? {
            self.store.put_mailbox(&MailboxRow { refused_at_ms: Some(now), ..mailbox })?;
        }
        for other in self.store.queues()? {
            if other.mailbox == queue.mailbox && other.state == QueueState::Wanted {
                self.store.delete_queue(&other.receive)?;
            }
        }
        self.ensure_all_queues(now)
    }

    pub(super) fn queue_failed(&mut self, queue: QueueRow, now: Timestamp) -> Result<(), CoreError> {
        let next_at_ms = now.saturating_add(self.jitter(backoff(queue.attempts)));
        let attempts = queue.attempts.saturating_add(1);
        Ok(self.store.put_queue(&QueueRow { next_at_ms, attempts, ..queue })?)
    }

    pub(super) fn close_answered(
        &mut self,
        receive: ReceiveId,
        response: Option<&MailboxResponse>,
        now: Timestamp,
    ) -> Result<(), CoreError> {
        let Some(queue) = self.store.queue(&receive)?.filter(|queue| queue.state == QueueState::Unwanted) else {
            return Ok(());
        };
        match response {
            Some(MailboxResponse::Done | MailboxResponse::Denied(MailboxDenial::NoQueue)) => {
                Ok(self.store.delete_queue(&receive)?)
            }
            // It goes by itself if nobody comes for it.
            _ if queue.attempts >= 5 => Ok(self.store.delete_queue(&receive)?),
            _ => self.queue_failed(queue, now),
        }
    }

    /// Lets a new invite wait for its queues. `None`: it does not have to wait.
    pub(crate) fn invite_must_wait(
        &mut self,
        command: CommandId,
        params: &InviteParams,
        now: Timestamp,
    ) -> Result<bool, CoreError> {
        if !self.mail_is_on_its_way(now)? {
            return Ok(false);
        }
        let deadline = now.saturating_add(INVITE_MS);
        self.mail.invites.push_back(WaitingInvite { command, params: params.clone(), deadline });
        self.mail.due = true;
        Ok(true)
    }

    /// Whether queues for the next invite will probably be open in a moment.
    pub(crate) fn mail_is_on_its_way(&self, now: Timestamp) -> Result<bool, CoreError> {
        if !self.keeps_mail()? {
            return Ok(false);
        }
        if !self.mail.known {
            return Ok(!self.bootstraps.is_empty() && now < self.mail.started.saturating_add(UNKNOWN_MS));
        }
        let spares = self.store.spare_queues()?;
        let ready = spares.iter().any(|queue| queue.state == QueueState::Open);
        Ok(!ready && spares.iter().any(|queue| queue.state == QueueState::Wanted && queue.attempts == 0))
    }

    /// Makes the invites that need not wait any longer.
    pub(super) fn make_waiting_invites(&mut self, now: Timestamp, out: &mut Vec<Output>) -> Result<(), CoreError> {
        while let Some(first) = self.mail.invites.front() {
            if now < first.deadline && self.mail_is_on_its_way(now)? {
                return Ok(());
            }
            let Some(WaitingInvite { command, params, .. }) = self.mail.invites.pop_front() else { return Ok(()) };
            match self.make_invite(params, now, out) {
                Ok(reply) => self.give_invite(command, reply, now, out),
                Err(error) => out.push(Output::Reply(command, Err(error.to_api()))),
            }
        }
        Ok(())
    }
}

/// Where is kept what a contact was told about our queues.
fn meta_told(account: AccountId) -> String {
    format!("mail_told:{account}")
}

fn told(addresses: &[QueueAddress]) -> [u8; 32] {
    let one = |queue: &QueueAddress| {
        let receive = queue.receive.map_or_else(Vec::new, |receive| receive.to_bytes().to_vec());
        [queue.mailbox.as_bytes(), &[0], queue.seed.as_slice(), &receive].concat()
    };
    let bytes: Vec<u8> = addresses.iter().flat_map(one).collect();
    HashLabel::HANDLED.hash(&bytes)
}
