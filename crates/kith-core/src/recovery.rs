//! The account is back, on a new device: after a backup was read in, or from the 24 words alone.
//!
//! The new device has to stand in the account's list, and whoever knows the account has to learn it. So contacts are
//! first asked for the newest list they know: an entry after an older one would be a second entry in one place, which
//! they would have to take for theft. Then the account signs one entry that adds this device and revokes those before it,
//! and each contact is told, directly or by mail. They start a session with the keys they are told, and send again what
//! waited for the lost device.
//!
//! With the words alone nobody is known who could be asked. Then the list begins anew, and the first person who is added
//! by a link is asked before anything else: if they know the account, theirs is the list that goes on.

use std::collections::{BTreeMap, VecDeque};

use kith_api::{ApiError, ErrorCode, Event, views};
use kith_crypto::{KemPublic, SigningKey};
use kith_store::{ContactRow, ContactState, DeviceRow};
use kith_wire::{
    AccountId, Body, DeviceId, EnvelopeId, IdentityLog, InviteLink, LogRelation, NewDevice, RequestAnswer, Revocation,
    TransportId, UnverifiedIdentityLog,
    recovery::{LogAsk, Recovery as Statement, Return, UnverifiedRecovery, seal},
};

use crate::{
    CommandId, Output, SendId, Timestamp,
    contacts::{
        add::PREKEYS,
        link::{PendingLink, Step, open_bundle},
    },
    convert,
    core::Core,
    error::{CoreError, refuse},
    setup::{self, META_LOG, META_RECOVERY, Recovering},
};

/// Questions and announcements under way at once: fewer than the network takes.
const AT_ONCE: usize = 16;
/// How long other contacts may take to answer once one has.
const OTHERS_MS: u64 = 5_000;
/// When everybody is asked again if nobody answered.
const ASK_AGAIN_MS: u64 = 10_000;
/// How long somebody is asked who does not answer before the list goes on from what is known.
const GIVE_UP_MS: u64 = 60_000;
/// When somebody who did not answer is told again, by attempt.
const TELL_AGAIN_MS: [u64; 5] = [5_000, 10_000, 30_000, 120_000, 600_000];
/// When somebody who has the news and did not start a session is told again.
const REPEAT_MS: u64 = 3600 * 1000;
/// How often somebody is told who says that they do not know the account.
const ATTEMPTS_MAX: usize = 48;
/// How long somebody may take to say whether they know the account.
const CLAIM_MS: u64 = 25_000;
/// Kinds of messages that are about the keys of one device: one-time keys, device lists, queues, receipts.
const DEVICE_BOUND: [u32; 7] =
    [Body::REQUEST, Body::ACCEPT, Body::DELIVERED, Body::NACK, Body::PREKEYS, Body::IDENTITY, Body::MAILBOXES];
/// How old news of a return may be: as long as a mailbox may keep them.
const OLD_MS: u64 = 30 * 24 * 3600 * 1000;
/// How far the clock of somebody who asks may be off.
const CLOCK_MS: u64 = 24 * 3600 * 1000;

/// The list of the account is not continued yet.
pub(crate) struct Recovery {
    account: SigningKey,
    alone: bool,
    since: Timestamp,
    /// When to look again.
    next: Timestamp,
    waiting: VecDeque<DeviceRow>,
    asked: BTreeMap<u64, DeviceRow>,
    claims: BTreeMap<u64, (u64, CommandId, Claim)>,
    answered: bool,
}

/// Somebody to be added who may know the account, which has nothing but its words.
pub(crate) struct Claim {
    pub(crate) link: InviteLink,
    pub(crate) sealed: Vec<u8>,
    pub(crate) text: String,
}

/// Contacts who do not know yet, each with when they are told next and how often they were.
#[derive(Default)]
pub(crate) struct Returns {
    due: BTreeMap<AccountId, (Timestamp, usize)>,
    asked: BTreeMap<u64, AccountId>,
}

pub(crate) fn meta_return(account: AccountId) -> String {
    format!("return:{account}")
}

impl Core {
    /// Gives a core whose account comes back the key to continue the account's list with. It is kept until that is done.
    pub fn recover(&mut self, account: SigningKey, recovering: Recovering, now: Timestamp) {
        let alone = recovering == Recovering::Alone;
        let next = if alone { Timestamp::MAX } else { now };
        self.recovery = Some(Recovery {
            account,
            alone,
            since: now,
            next,
            waiting: VecDeque::new(),
            asked: BTreeMap::new(),
            claims: BTreeMap::new(),
            answered: false,
        });
    }

    /// Whom the start-up has to tell.
    pub(crate) fn recovery_startup(&mut self, now: Timestamp) -> Result<(), CoreError> {
        for contact in self.store.contacts()? {
            if convert::is_open(&contact) && self.store.meta(&meta_return(contact.account))?.is_some() {
                self.returns.due.insert(contact.account, (now, 0));
            }
        }
        Ok(())
    }

    pub(crate) fn recovery_next_wake(&self) -> Option<Timestamp> {
        let asking = self.recovery.as_ref().map(|recovery| recovery.next).filter(|next| *next != Timestamp::MAX);
        let room = self.returns.asked.len() < AT_ONCE;
        let telling = self.returns.due.values().map(|(next, _)| *next).min().filter(|_| room);
        asking.into_iter().chain(telling).min()
    }

    pub(crate) fn recovery_wake(&mut self, now: Timestamp, out: &mut Vec<Output>) -> Result<(), CoreError> {
        if self.recovery.as_ref().is_some_and(|recovery| recovery.next <= now) {
            self.ask_on(now, out)?;
        }
        let due: Vec<AccountId> =
            self.returns.due.iter().filter(|(_, (next, _))| *next <= now).map(|(account, _)| *account).collect();
        for account in due {
            if self.returns.asked.len() >= AT_ONCE {
                break;
            }
            self.tell_return(account, now, out)?;
        }
        Ok(())
    }

    /// Begins a round of questions, or gives up asking.
    fn ask_on(&mut self, now: Timestamp, out: &mut Vec<Output>) -> Result<(), CoreError> {
        let mut known = VecDeque::new();
        for contact in self.store.contacts()? {
            if convert::is_open(&contact) {
                known.extend(self.live_devices(contact.account)?.into_iter().filter(|device| device.kem.is_some()));
            }
        }
        let Some(recovery) = &mut self.recovery else { return Ok(()) };
        let over = recovery.answered || now >= recovery.since.saturating_add(GIVE_UP_MS);
        if known.is_empty() || over {
            return self.continue_list(now, out);
        }
        if recovery.asked.is_empty() && recovery.waiting.is_empty() {
            recovery.waiting = known;
        }
        recovery.next = recovery.since.saturating_add(GIVE_UP_MS);
        self.ask_more(now, out)
    }

    fn ask_more(&mut self, now: Timestamp, out: &mut Vec<Output>) -> Result<(), CoreError> {
        while let Some(recovery) = &mut self.recovery
            && recovery.asked.len() < AT_ONCE
            && let Some(device) = recovery.waiting.pop_front()
        {
            let from = self.device.transport.public().into();
            let ask = LogAsk { account: self.me, to: device.device, from, at_ms: now };
            let kem = device_kem(&device)?;
            let bytes = seal(&Statement::Ask(ask), &recovery.account, &kem)?;
            let id = self.fresh_ask();
            out.push(Output::Request {
                to: device.transport,
                addresses: self.store.addresses(&device.transport)?,
                find: self.store.find_key(&device.device)?,
                id: SendId(id),
                bytes,
            });
            if let Some(recovery) = &mut self.recovery {
                recovery.asked.insert(id, device);
            }
        }
        Ok(())
    }

    /// An id that no row of the outbox has.
    fn fresh_ask(&mut self) -> u64 {
        self.fresh_id() | 1 << 63
    }

    /// Takes an answer that is to one of these. `false`: it is to something else.
    pub(crate) fn recovery_answered(
        &mut self,
        id: SendId,
        answer: Option<&RequestAnswer>,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<bool, CoreError> {
        if let Some(account) = self.returns.asked.remove(&id.0) {
            self.return_answered(account, answer, now, out)?;
            return Ok(true);
        }
        let Some(recovery) = &mut self.recovery else { return Ok(false) };
        if let Some((link, command, claim)) = recovery.claims.remove(&id.0) {
            self.claim_answered(link, command, claim, answer, now, out)?;
            return Ok(true);
        }
        if recovery.asked.remove(&id.0).is_none() {
            return Ok(false);
        }
        if let Some(RequestAnswer::Log(log)) = answer {
            recovery.answered = true;
            recovery.next = recovery.next.min(now.saturating_add(OTHERS_MS));
            self.consider_list(log)?;
        }
        self.ask_more(now, out)?;
        if let Some(recovery) = &mut self.recovery
            && recovery.asked.is_empty()
            && recovery.waiting.is_empty()
        {
            if recovery.answered {
                self.continue_list(now, out)?;
            } else {
                recovery.next = recovery.next.min(now.saturating_add(ASK_AGAIN_MS));
            }
        }
        Ok(true)
    }

    /// Somebody knows this list of the account. It counts if it goes on from the one here.
    fn consider_list(&mut self, log: &[u8]) -> Result<(), CoreError> {
        let Ok(log) = verified(log) else { return Ok(()) };
        if log.account() != self.me {
            return Ok(());
        }
        match log.relation_to(self.log.seq(), &self.log.head_hash()) {
            LogRelation::Newer => {
                self.store.set_meta(META_LOG, &log.encode())?;
                self.log = log;
            }
            LogRelation::Fork => tracing::warn!("a contact knows a device list that contradicts the one restored"),
            LogRelation::Same | LogRelation::Older => {}
        }
        Ok(())
    }

    /// Signs the entry that puts this device in the place of those before it, and sees that everybody is told.
    fn continue_list(&mut self, now: Timestamp, out: &mut Vec<Output>) -> Result<(), CoreError> {
        let olm = self.olm()?.identity_key();
        let Some(recovery) = &self.recovery else { return Ok(()) };
        let mut log = self.log.clone();
        let revoked = log.devices().iter().filter(|record| record.device != self.my_device);
        let revoked: Vec<Revocation> = revoked.map(|r| Revocation { device: r.device, at_ms: now }).collect();
        let added = NewDevice::new(self.me, &self.device, olm, now);
        if let Err(error) = log.append(&recovery.account, vec![added], &revoked, now) {
            tracing::error!(%error, "the device list of the account cannot be continued");
            return refuse("a device list that cannot be continued");
        }
        let confirmed = recovery.answered;
        self.store.set_meta(META_LOG, &log.encode())?;
        self.store.delete_meta(META_RECOVERY)?;
        self.store.set_meta(setup::META_RESTORED, &[u8::from(confirmed)])?;
        let mut due = BTreeMap::new();
        for contact in self.store.contacts()? {
            if contact.state >= ContactState::Introduced {
                self.store.set_meta(&meta_return(contact.account), &[])?;
                if convert::is_open(&contact) {
                    due.insert(contact.account, (now, 0));
                }
            }
        }
        self.log = log;
        self.recovery = None;
        self.returns.due = due;
        out.push(Output::Event(Event::ProfileChanged { profile: self.profile()? }));
        self.recovery_wake(now, out)
    }

    /// Whether nothing but the words is left of the account.
    pub(crate) fn is_alone(&self) -> bool {
        self.recovery.as_ref().is_some_and(|recovery| recovery.alone)
    }

    /// Asks the person behind a link whether they know this account, before they are asked to be a contact.
    pub(crate) fn claim(
        &mut self,
        link: u64,
        command: CommandId,
        claim: Claim,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        let (bundle, record) = open_bundle(&claim.link, &claim.sealed, now)?;
        let link_key = claim.link.find_key(&record.device);
        let from = self.device.transport.public().into();
        let ask = LogAsk { account: self.me, to: record.device, from, at_ms: now };
        let id = self.fresh_ask();
        let Some(recovery) = &mut self.recovery else { return Ok(()) };
        let bytes = seal(&Statement::Ask(ask), &recovery.account, &bundle.kem)?;
        recovery.claims.insert(id, (link, command, claim));
        self.links.insert(link, PendingLink { command, deadline: now.saturating_add(CLAIM_MS), step: Step::Claiming });
        let find = Some(link_key);
        out.push(Output::Request { to: record.transport, addresses: bundle.addresses, find, id: SendId(id), bytes });
        Ok(())
    }

    fn claim_answered(
        &mut self,
        link: u64,
        command: CommandId,
        claim: Claim,
        answer: Option<&RequestAnswer>,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        if self.links.remove(&link).is_none() {
            // The caller was told that it took too long.
            return Ok(());
        }
        match answer {
            Some(RequestAnswer::Log(log)) => {
                let log = verified(log)?;
                if log.account() != self.me {
                    return refuse("a device list of another account");
                }
                self.log = log;
                if let Some(recovery) = &mut self.recovery {
                    (recovery.alone, recovery.answered) = (false, true);
                }
                self.continue_list(now, out)?;
            }
            Some(RequestAnswer::Unknown) => {
                // They do not know the account: the list begun here is the one.
                self.store.delete_meta(META_RECOVERY)?;
                self.recovery = None;
                out.push(Output::Event(Event::ProfileChanged { profile: self.profile()? }));
            }
            // A second list of an account is a theft to whoever knows the first: nothing but a no begins one.
            None
            | Some(
                RequestAnswer::Received
                | RequestAnswer::Used
                | RequestAnswer::Expired
                | RequestAnswer::Busy
                | RequestAnswer::Work,
            ) => {
                let error = ApiError::new(ErrorCode::Offline, "nobody answers for this invite")
                    .hint("whether they know your account has to be asked first: try again when they are online");
                out.push(Output::Reply(command, Err(error)));
                return Ok(());
            }
        }
        match self.ask(&claim.link, &claim.sealed, claim.text, now, out)? {
            Ok(account) => self.asked(link, command, account, now, out),
            Err(error) => {
                out.push(Output::Reply(command, Err(error)));
                Ok(())
            }
        }
    }

    /// Tells one contact that the account is here now.
    fn tell_return(&mut self, account: AccountId, now: Timestamp, out: &mut Vec<Output>) -> Result<(), CoreError> {
        let contact = self.store.contact(&account)?.filter(convert::is_open);
        let device = self.live_devices(account)?.into_iter().find(|device| device.kem.is_some());
        let (Some(_), Some(device)) = (contact, device) else {
            self.returns.due.remove(&account);
            return Ok(());
        };
        let frame = match self.store.meta(&meta_return(account))? {
            None => {
                self.returns.due.remove(&account);
                return Ok(());
            }
            Some(frame) if !frame.is_empty() => frame,
            Some(_) => self.return_frame(account, &device, now)?,
        };
        let id = self.fresh_ask();
        let (addresses, find) = (self.store.addresses(&device.transport)?, self.store.find_key(&device.device)?);
        out.push(Output::Request { to: device.transport, addresses, find, id: SendId(id), bytes: frame });
        self.returns.asked.insert(id, account);
        if let Some((next, _)) = self.returns.due.get_mut(&account) {
            // The answer, or that there is none, comes long before.
            *next = now.saturating_add(REPEAT_MS);
        }
        Ok(())
    }

    /// What one contact is told: the same bytes each time, because every one-time key in it is theirs.
    fn return_frame(&mut self, account: AccountId, device: &DeviceRow, now: Timestamp) -> Result<Vec<u8>, CoreError> {
        let body = Body::Accept {
            name: self.my_name()?,
            log: self.log.encode(),
            kem: self.device.kem.public(),
            prekeys: self.fresh_prekeys(PREKEYS)?,
            addresses: self.addresses.clone(),
            queues: self.take_queues(Some(account), None, now)?,
        };
        let back = Return { device: self.my_device, to: device.device, hlc: self.clock.tick(now), body };
        let frame = seal(&Statement::Return(back), &self.device.sign, &device_kem(device)?)?;
        self.store.set_meta(&meta_return(account), &frame)?;
        Ok(frame)
    }

    fn return_answered(
        &mut self,
        account: AccountId,
        answer: Option<&RequestAnswer>,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        let Some((_, attempts)) = self.returns.due.get(&account).copied() else { return Ok(()) };
        let wait = match answer {
            Some(RequestAnswer::Received) => REPEAT_MS,
            // They removed us, or their program is older than this.
            Some(_) if attempts >= ATTEMPTS_MAX => {
                self.returns.due.remove(&account);
                return Ok(self.store.delete_meta(&meta_return(account))?);
            }
            Some(_) => REPEAT_MS,
            None => {
                if attempts == 0 {
                    self.return_by_mail(account, now)?;
                }
                TELL_AGAIN_MS.get(attempts).copied().unwrap_or(600_000)
            }
        };
        let next = now.saturating_add(self.jitter(wait));
        self.returns.due.insert(account, (next, attempts.saturating_add(1)));
        self.recovery_wake(now, out)
    }

    /// Nobody answers: the news waits for them where they find mail.
    fn return_by_mail(&mut self, account: AccountId, now: Timestamp) -> Result<(), CoreError> {
        if self.store.contact_queues(&account)?.is_empty() {
            return Ok(());
        }
        let devices = self.live_devices(account)?;
        let Some(device) = devices.iter().find(|device| device.kem.is_some()) else { return Ok(()) };
        // Made anew: by now there may be queues in which they can answer.
        let frame = self.return_frame(account, device, now)?;
        self.deposit_ephemeral(device, &frame, now)
    }

    /// A contact started a session with this device: they know.
    pub(crate) fn return_known(&mut self, account: AccountId, out: &mut Vec<Output>) -> Result<(), CoreError> {
        if self.store.meta(&meta_return(account))?.is_none() {
            return Ok(());
        }
        self.store.delete_meta(&meta_return(account))?;
        self.returns.due.remove(&account);
        out.push(Output::Event(Event::ProfileChanged { profile: self.profile()? }));
        Ok(())
    }

    /// Somebody is spoken to again.
    pub(crate) fn return_wanted(&mut self, account: AccountId, now: Timestamp) -> Result<(), CoreError> {
        if self.store.meta(&meta_return(account))?.is_some() {
            self.returns.due.insert(account, (now, 0));
        }
        Ok(())
    }

    /// How far the return has got, for the owner; `None` if nothing is left to do.
    pub(crate) fn recovery_view(&self) -> Result<Option<views::Recovery>, CoreError> {
        let untold = self.store.count_meta("return:")?;
        let confirmed = self.store.meta(setup::META_RESTORED)?.is_none_or(|told| told == [1]);
        let state = match &self.recovery {
            Some(recovery) if recovery.alone => views::RecoveryState::Alone,
            Some(_) => views::RecoveryState::Asking,
            None if untold > 0 => views::RecoveryState::Telling,
            None => return Ok(None),
        };
        Ok(Some(views::Recovery { state, untold, confirmed }))
    }

    /// Somebody who lost their device speaks from a new one.
    pub(crate) fn judge_recovery(
        &mut self,
        from: Option<TransportId>,
        bytes: &[u8],
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<RequestAnswer, CoreError> {
        let statement = UnverifiedRecovery::open(bytes, &self.device.kem, self.my_device)?.verify()?;
        match statement {
            Statement::Ask(ask) => self.tell_list(from, &ask, now),
            Statement::Return(back) => self.take_return(&back, bytes, now, out),
        }
    }

    /// Which list of theirs is known here, told to the account itself and to nobody else.
    fn tell_list(&self, from: Option<TransportId>, ask: &LogAsk, now: Timestamp) -> Result<RequestAnswer, CoreError> {
        if ask.to != self.my_device || from != Some(ask.from) {
            return refuse("a question for somebody else");
        }
        // One of the two clocks is wrong, which says nothing about who is known.
        if now.abs_diff(ask.at_ms) > CLOCK_MS {
            return Ok(RequestAnswer::Expired);
        }
        // Who is blocked must not learn it here either; it is their own list.
        let contact = self.store.contact(&ask.account)?;
        Ok(contact.map_or(RequestAnswer::Unknown, |contact| RequestAnswer::Log(contact.log)))
    }

    fn take_return(
        &mut self,
        back: &Return,
        bytes: &[u8],
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<RequestAnswer, CoreError> {
        let Body::Accept { log, kem, prekeys, addresses, queues, .. } = &back.body else {
            return refuse("something else than a return");
        };
        if back.to != self.my_device || back.hlc.millis() < now.saturating_sub(OLD_MS) {
            return refuse("news for somebody else, or of long ago");
        }
        let log = verified(log)?;
        let known = |contact: &ContactRow| contact.state >= ContactState::Introduced;
        let Some(contact) = self.store.contact(&log.account())?.filter(known) else {
            return Ok(RequestAnswer::Unknown);
        };
        if contact.blocked || contact.alarm {
            return Ok(RequestAnswer::Received);
        }
        let Some(record) = log.device(&back.device).filter(|record| record.kem_hash == kem.hash()) else {
            return refuse("a device that is not in its account's list");
        };
        match log.relation_to(contact.log_seq, &contact.log_hash) {
            LogRelation::Older => return Ok(RequestAnswer::Log(contact.log)),
            LogRelation::Fork => {
                self.raise_alarm(&contact, out)?;
                return Ok(RequestAnswer::Received);
            }
            LogRelation::Same | LogRelation::Newer => {}
        }
        if !self.store.remember_envelope(&EnvelopeId::of(bytes), now)? {
            return Ok(RequestAnswer::Received);
        }
        let hlc = self.clock.observe(back.hlc, now);
        self.take_log(&contact, &log, out)?;
        let device = self.adopt_device(contact.account, record, Some(kem), out)?;
        // Who we are is in the backup and nowhere else.
        self.share_past_with(device.device)?;
        self.keep_prekeys(device.device, prekeys, now)?;
        self.store.set_addresses(&device.transport, addresses, now)?;
        self.take_contact_queues(contact.account, queues, hlc)?;
        self.offer_again(contact.account, now)?;
        self.accept(convert::account_id(contact.account), now, out)?;
        Ok(RequestAnswer::Received)
    }

    /// What waited for a device that is gone waits for the one in its place, and is encrypted anew for it.
    pub(crate) fn inherit_outbox(&mut self, from: DeviceId, account: AccountId) -> Result<(), CoreError> {
        let heir = self.live_devices(account)?.into_iter().map(|device| device.device).find(|device| *device != from);
        if let Some(heir) = heir {
            self.store.outbox_move(&from, &heir, &DEVICE_BOUND)?;
            self.dirty.insert(heir);
        }
        Ok(())
    }
}

fn device_kem(device: &DeviceRow) -> Result<KemPublic, CoreError> {
    let Some(kem) = &device.kem else { return refuse("no KEM key of the device is known") };
    Ok(KemPublic::from_bytes(kem)?)
}

fn verified(log: &[u8]) -> Result<IdentityLog, CoreError> {
    UnverifiedIdentityLog::decode(log)?
        .verify()
        .map_err(|_broken_chain| CoreError::Refused { reason: "a device list that is not signed by its account" })
}
