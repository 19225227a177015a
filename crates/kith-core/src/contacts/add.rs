//! Asking somebody, with an invite link of theirs.
//!
//! The link leads to a sealed bundle; the bundle to the person's keys. The request is the first message of a session,
//! carried by `/kith/request/1` because the other side does not know this device yet. It stays in the outbox until
//! they accept, decline by silence, or say that the invite is used or over.

use kith_api::{
    ApiError, ErrorCode, Event, Reply,
    params::{AddParams, AddReply},
    views,
};
use kith_store::{ContactRow, ContactState, DeviceRow, OutboxRow};
use kith_wire::{
    AccountId, Body, Envelope, Header, InviteBundle, InviteLink, LogRelation, RequestAnswer, RequestFrame,
    invite::kem_info, limits,
};

use crate::{
    CommandId, Output, SendId, Timestamp,
    contacts::link::{PendingLink, Purpose, Step, Target, alarmed, expired, forked, open_bundle, outdated, used},
    convert,
    core::Core,
    error::{CoreError, deny},
    session::Template,
};

/// How long the caller waits for the inviter's node before it is told that the request will be tried again.
pub(super) const ANSWER_MS: u64 = 10_000;
/// When a request that arrived is sent again if nobody accepted it.
const REPEAT_MS: u64 = 24 * 3600 * 1000;
/// How many one-time keys a new contact gets.
pub(crate) const PREKEYS: usize = 5;

impl Core {
    pub(crate) fn add_contact(
        &mut self,
        command: CommandId,
        params: AddParams,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<Option<Reply>, CoreError> {
        let target = self.target(&params.link)?;
        let text = params.message.unwrap_or_default();
        if text.chars().count() > limits::REQUEST_TEXT_MAX_CHARS {
            return deny(ErrorCode::TooLarge, "the message has at most 500 characters");
        }
        match target {
            Target::Link(link) => self.add_by_link(command, link, text, now, out),
            Target::Address(seek) => self.add_by_address(command, seek, text, now, out),
            words @ Target::Words(_) => {
                self.follow(command, words, Purpose::Add { text }, now, out);
                Ok(None)
            }
        }
    }

    /// Asks whoever made the link. `None`: the answer comes later.
    pub(crate) fn add_by_link(
        &mut self,
        command: CommandId,
        link: InviteLink,
        text: String,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<Option<Reply>, CoreError> {
        if link.fingerprint() == self.me.fingerprint() {
            return deny(ErrorCode::InvalidArgument, "this is an invite of your own");
        }
        for contact in self.store.contacts()? {
            if contact.account.fingerprint() == link.fingerprint() {
                if let Some(reply) = self.add_known(&contact, now, out)? {
                    return Ok(Some(Reply::ContactsAdd(reply)));
                }
                if contact.invite_tag == Some(link.tag()) && self.can_ask_again(&contact)? {
                    return self.ask_again(command, &contact, now);
                }
            }
        }
        self.follow(command, Target::Link(link), Purpose::Add { text }, now, out);
        Ok(None)
    }

    /// Adding somebody who is here already. `None`: ask, with the new link. Even a contact is asked: they may have lost
    /// us.
    pub(super) fn add_known(
        &mut self,
        contact: &ContactRow,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<Option<AddReply>, CoreError> {
        if contact.blocked {
            return deny(ErrorCode::Blocked, "you blocked this person; unblock them first");
        }
        if contact.alarm {
            return Err(alarmed().into());
        }
        if contact.state != ContactState::Requested {
            return Ok(None);
        }
        self.accept(convert::account_id(contact.account), now, out)?;
        let contact = self.store.contact(&contact.account)?.unwrap_or_else(|| contact.clone());
        let state = convert::contact_state(&contact);
        Ok(Some(AddReply { account: convert::account_id(contact.account), state }))
    }

    /// Whether a request is in the outbox, with a session to send it in.
    pub(super) fn can_ask_again(&self, contact: &ContactRow) -> Result<bool, CoreError> {
        for device in self.live_devices(contact.account)? {
            let waits = !self.store.outbox_of_kind(&device.device, Body::REQUEST)?.is_empty();
            if waits && self.current_session(device.device)?.is_some() {
                return Ok(contact.state == ContactState::Waiting);
            }
        }
        Ok(false)
    }

    /// The request of this very link is still in the outbox.
    pub(super) fn ask_again(
        &mut self,
        command: CommandId,
        contact: &ContactRow,
        now: Timestamp,
    ) -> Result<Option<Reply>, CoreError> {
        for device in self.live_devices(contact.account)? {
            self.wake_device(device.device, now)?;
        }
        let id = self.fresh_id();
        let step = Step::Asking { account: contact.account };
        self.links.insert(id, PendingLink { command, deadline: now.saturating_add(ANSWER_MS), step });
        Ok(None)
    }

    /// The request is in the outbox: the caller waits for the inviter's node.
    pub(crate) fn asked(
        &mut self,
        id: u64,
        command: CommandId,
        account: AccountId,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        let step = Step::Asking { account };
        let deadline = now.saturating_add(self.answer_after(account)?);
        self.links.insert(id, PendingLink { command, deadline, step });
        if self.live_request(account)? {
            return self.contact_changed(account, out);
        }
        self.answer_add(account, None, out)
    }

    /// Whether a request to this account is on its way.
    fn live_request(&self, account: AccountId) -> Result<bool, CoreError> {
        Ok(self.store.meta(&meta_link(account))?.is_some())
    }

    /// Opens the bundle and puts the request into the outbox, or says yes if they asked in the meantime. The inner error
    /// is for the caller, and what was noted before it stays.
    pub(crate) fn ask(
        &mut self,
        link: &InviteLink,
        sealed: &[u8],
        text: String,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<Result<AccountId, ApiError>, CoreError> {
        let (bundle, record) = open_bundle(link, sealed, now)?;
        let account = bundle.log.account();
        if let Some(contact) = self.store.contact(&account)? {
            if contact.state == ContactState::Requested {
                self.accept(convert::account_id(account), now, out)?;
                return Ok(Ok(account));
            }
            self.drop_request(&contact)?;
            match bundle.log.relation_to(contact.log_seq, &contact.log_hash) {
                LogRelation::Same => {}
                LogRelation::Newer => self.take_log(&contact, &bundle.log, out)?,
                LogRelation::Older => return Err(outdated().into()),
                LogRelation::Fork => {
                    self.raise_alarm(&contact, out)?;
                    return Ok(Err(forked()));
                }
            }
            let known = self.store.contact(&account)?.unwrap_or(contact);
            self.store.put_contact(&ContactRow { invite_tag: Some(link.tag()), ..known })?;
        } else {
            let contact = new_contact(&bundle, link, now);
            self.store.put_contact(&contact)?;
            self.take_log(&contact, &bundle.log, out)?;
        }
        let device = self.adopt_device(account, &record, Some(&bundle.kem), out)?;
        self.store.set_addresses(&device.transport, &bundle.addresses, now)?;
        if bundle.work_bits == 0 {
            self.meet_by_invite(&device, link, now)?;
        }
        self.store.set_meta(&meta_link(account), link.to_string().as_bytes())?;
        self.store.set_meta(&meta_bundle(account), &bundle.hash())?;
        let session = self.start_session(&device, Some(bundle.one_time), now)?.session;
        self.ask_for_work(account, session, bundle.work_bits, now)?;
        self.keep_contact_queues(account, &bundle.queues)?;
        let queues = self.take_queues(Some(account), None, now)?;
        let body = Body::Request {
            name: self.my_name()?,
            text,
            log: self.log.encode(),
            kem: self.device.kem.public(),
            prekeys: self.fresh_prekeys(PREKEYS)?,
            addresses: self.addresses.clone(),
            bundle_hash: bundle.hash(),
            queues,
        };
        self.enqueue_control(account, &body, now)?;
        Ok(Ok(account))
    }

    /// Seals a request anew and hands it to the transport. `false`: its session is gone.
    pub(crate) fn send_request(
        &mut self,
        device: &DeviceRow,
        row: &OutboxRow,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<bool, CoreError> {
        if !self.ready_to_ask(device, row, now, out)? {
            return Ok(true);
        }
        if row.sent && row.deposited_at_ms.is_none() && self.deposit_at(device.account, now)?.is_some() {
            self.store.outbox_postpone(row.id, now.saturating_add(ANSWER_MS))?;
            self.request_to_mailboxes(device, row, now)?;
            return Ok(true);
        }
        let Some(frame) = self.request_frame(device, row, now)? else { return Ok(false) };
        if frame.is_empty() {
            self.store.outbox_remove(row.id)?;
            return Ok(true);
        }
        let wait = self.retry_after(row.attempts).max(ANSWER_MS);
        let mail = self.deposit_at(device.account, now)?.filter(|_| row.deposited_at_ms.is_none());
        self.store.outbox_attempted(row.id, mail.unwrap_or(now.saturating_add(wait)))?;
        let (addresses, find) = (self.store.addresses(&device.transport)?, self.store.find_key(&device.device)?);
        if !self.is_invisible()? {
            let (addresses, find) = (addresses.clone(), find.clone());
            out.push(Output::Track { peer: device.transport, addresses, find });
        }
        out.push(Output::Request {
            to: device.transport,
            addresses,
            find,
            id: SendId(u64::try_from(row.id).unwrap_or(0)),
            bytes: frame,
        });
        Ok(true)
    }

    /// A request, sealed anew. `None`: its session is gone. Empty: the link it goes by is.
    fn request_frame(
        &mut self,
        device: &DeviceRow,
        row: &OutboxRow,
        now: Timestamp,
    ) -> Result<Option<Vec<u8>>, CoreError> {
        let link = self.store.meta(&meta_link(device.account))?;
        let hash: Option<[u8; 32]> =
            self.store.meta(&meta_bundle(device.account))?.and_then(|bytes| bytes.try_into().ok());
        let (Some(link), Some(hash), Some(kem)) = (link, hash, &device.kem) else {
            return Ok(Some(Vec::new()));
        };
        let link = InviteLink::parse(&String::from_utf8_lossy(&link))
            .map_err(|_stored_by_us| CoreError::Damaged { what: "invite link" })?;
        let mut body = Body::decode(row.kind, &row.body)?;
        if let Body::Request { log, .. } = &mut body {
            // It may name the transport key this device had before.
            *log = self.log.encode();
        }
        let template = Template {
            msg: row.msg,
            account: device.account,
            chat: row.chat,
            hlc: row.hlc,
            body: &body,
            acked: false,
            parents: Vec::new(),
            proof: None,
        };
        let (session, wire) = match self.encrypt(device, &template, now) {
            Err(CoreError::NoPrekey) => return Ok(None),
            encrypted => encrypted?,
        };
        self.store.put_session(&session)?;
        let (encapsulated, key) = kith_crypto::KemPublic::from_bytes(kem)?.encapsulate(&kem_info(&hash))?;
        let header = Header::First { key_id: Envelope::key_id(&key), encapsulated };
        let envelope = Envelope::seal(&header, &key, &wire)?;
        let work = self.work_shown(device.account, &session.session)?;
        let frame = RequestFrame { tag: link.tag(), mac: link.request_mac(&envelope), work, envelope };
        Ok(Some(frame.encode()))
    }

    pub(crate) fn request_answered(
        &mut self,
        id: SendId,
        answer: Option<RequestAnswer>,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        if self.recovery_answered(id, answer.as_ref(), now, out)? {
            return Ok(());
        }
        let Ok(row_id) = i64::try_from(id.0) else { return Ok(()) };
        let Some(row) = self.store.outbox(row_id)?.filter(|row| row.kind == Body::REQUEST) else { return Ok(()) };
        let Some(device) = self.store.device(&row.device)? else { return Ok(()) };
        let account = device.account;
        match answer {
            Some(RequestAnswer::Work | RequestAnswer::Expired | RequestAnswer::Unknown)
                if self.look_anew(&device, &row, now, out)? =>
            {
                Ok(())
            }
            Some(RequestAnswer::Received) => {
                self.store.outbox_postpone(row.id, now.saturating_add(REPEAT_MS))?;
                self.answer_add(account, None, out)
            }
            Some(RequestAnswer::Used) => self.request_failed(account, used(), now, out),
            Some(RequestAnswer::Expired) => self.request_failed(account, expired(), now, out),
            Some(RequestAnswer::Unknown | RequestAnswer::Work) => {
                let error =
                    ApiError::new(ErrorCode::BadLink, "the person who made this invite does not know it any more");
                self.request_failed(account, error.hint("ask for a new link"), now, out)
            }
            // The outbox row is due again soon; the caller learns so when its time is over.
            Some(RequestAnswer::Busy | RequestAnswer::Log(_)) | None => self.request_to_mailboxes(&device, &row, now),
        }
    }

    /// Nobody answers: the request waits for the inviter in the mailboxes the invite names.
    fn request_to_mailboxes(&mut self, device: &DeviceRow, row: &OutboxRow, now: Timestamp) -> Result<(), CoreError> {
        if row.deposited_at_ms.is_some_and(|at| now < at.saturating_add(REPEAT_MS)) {
            return Ok(());
        }
        match self.request_frame(device, row, now)? {
            Some(frame) if !frame.is_empty() => self.deposit_request(device, row.id, &frame, now),
            _ => Ok(()),
        }
    }

    pub(super) fn request_failed(
        &mut self,
        account: AccountId,
        error: ApiError,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        self.answer_add(account, Some(error), out)?;
        let Some(contact) = self.store.contact(&account)? else { return Ok(()) };
        if contact.state == ContactState::Waiting {
            self.forget(account, now, out)
        } else {
            self.drop_request(&contact)
        }
    }

    /// Answers the caller who waits for this account, if any.
    pub(crate) fn answer_add(
        &mut self,
        account: AccountId,
        error: Option<ApiError>,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        let waits = |link: &PendingLink| matches!(link.step, Step::Asking { account: asked } if asked == account);
        let Some(id) = self.links.iter().find(|(_, link)| waits(link)).map(|(id, _)| *id) else { return Ok(()) };
        let Some(PendingLink { command, .. }) = self.links.remove(&id) else { return Ok(()) };
        let reply = match error {
            Some(error) => Err(error),
            None => {
                let contact = self.store.contact(&account)?;
                let state = contact.as_ref().map_or(views::ContactState::Waiting, convert::contact_state);
                Ok(Reply::ContactsAdd(AddReply { account: convert::account_id(account), state }))
            }
        };
        out.push(Output::Reply(command, reply));
        Ok(())
    }

    /// One-time keys for one contact.
    pub(crate) fn fresh_prekeys(&mut self, count: usize) -> Result<Vec<kith_crypto::CurveKey>, CoreError> {
        let keys = self.olm()?.new_one_time_keys(count);
        self.save_olm()?;
        Ok(keys)
    }

    /// A contact used up one of the one-time keys it has: it gets another.
    pub(crate) fn replace_prekey(&mut self, account: AccountId, now: Timestamp) -> Result<(), CoreError> {
        let keys = self.fresh_prekeys(1)?;
        self.enqueue_control(account, &Body::Prekeys { keys }, now)
    }

    pub(crate) fn contact_changed(&self, account: AccountId, out: &mut Vec<Output>) -> Result<(), CoreError> {
        if let Some(contact) = self.store.contact(&account)? {
            out.push(Output::Event(Event::ContactChanged { contact: self.contact_view(&contact)? }));
        }
        Ok(())
    }
}

fn new_contact(bundle: &InviteBundle, link: &InviteLink, now: Timestamp) -> ContactRow {
    ContactRow {
        account: bundle.log.account(),
        state: ContactState::Waiting,
        blocked: false,
        name: bundle.name.clone(),
        petname: None,
        status_text: String::new(),
        log: bundle.log.encode(),
        log_seq: bundle.log.seq(),
        log_hash: bundle.log.head_hash(),
        alarm: false,
        request_text: String::new(),
        invite_tag: Some(link.tag()),
        created_at_ms: now,
        last_seen_ms: None,
        status_until_ms: None,
    }
}

/// Where the link a contact was asked with is kept until they accept.
pub(crate) fn meta_link(account: AccountId) -> String {
    format!("request_link:{account}")
}

/// Where the hash of the bundle is kept as long.
pub(crate) fn meta_bundle(account: AccountId) -> String {
    format!("request_bundle:{account}")
}
