//! Somebody asks to be a contact.

use kith_api::Event;
use kith_crypto::{KemPublic, OlmError, OlmKind, OlmSession, OlmWire};
use kith_store::{ContactRow, ContactState, InviteRow, SessionRow};
use kith_wire::{
    Body, DeviceRecord, Ends, Envelope, EnvelopeId, Header, Inner, LogRelation, QueueAddress, RequestAnswer,
    RequestFrame, TransportId, UnverifiedIdentityLog, UnverifiedInner, identity::IdentityLog, invite::kem_info,
    recovery, request::read_moved,
};
use unicode_normalization::UnicodeNormalization as _;

use crate::{
    Output, Timestamp,
    contacts::{
        flood::Share,
        public_address::{is_for_session, shows_work},
    },
    convert,
    core::Core,
    error::{CoreError, refuse},
};

/// The session a request starts, and what it says.
type FirstMessage = (SessionRow, zeroize::Zeroizing<Vec<u8>>);

/// A request whose signatures and seals held.
struct Request {
    inner: Inner,
    log: IdentityLog,
    record: DeviceRecord,
    kem: KemPublic,
    session: SessionRow,
    name: String,
    text: String,
    prekeys: Vec<kith_crypto::CurveKey>,
    addresses: Vec<String>,
    queues: Vec<QueueAddress>,
}

impl Core {
    pub(crate) fn receive_request(
        &mut self,
        from: TransportId,
        request: u64,
        bytes: &[u8],
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        let answer = if recovery::is_recovery(bytes) {
            self.judge_recovery(Some(from), bytes, now, out)?
        } else if let Some(renewal) = read_moved(bytes)? {
            self.judge_moved(from, renewal, now, out)?
        } else {
            self.judge_request(Some(from), bytes, now, out)?
        };
        out.push(Output::AnswerRequest { request, answer });
        Ok(())
    }

    /// A request that lay in the queue of an invite: nobody waits for the answer.
    pub(crate) fn request_by_mail(
        &mut self,
        bytes: &[u8],
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        self.judge_request(None, bytes, now, out).map(drop)
    }

    fn judge_request(
        &mut self,
        from: Option<TransportId>,
        bytes: &[u8],
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<RequestAnswer, CoreError> {
        let frame = RequestFrame::decode(bytes)?;
        let Some(invite) = self.store.invite(&frame.tag)? else { return Ok(RequestAnswer::Unknown) };
        let known = from.map(|from| self.store.device_by_transport(&from)).transpose()?.flatten();
        let week = self.store.address_week_of(&invite.tag)?;
        let stranger = self.share_of(&invite.tag)?;
        let share = known.as_ref().map_or(stranger, |device| Share::Device(device.transport));
        if self.arrivals.room(share, now) == 0 {
            return Ok(RequestAnswer::Busy);
        }
        if !self.invite_link(&invite).verify_request_mac(&frame.envelope, &frame.mac) {
            return Ok(RequestAnswer::Unknown);
        }
        if invite.expires_at_ms.is_some_and(|end| end <= now) {
            return Ok(RequestAnswer::Expired);
        }
        if week.is_some_and(|week| !shows_work(&week, &invite, &frame)) {
            return Ok(RequestAnswer::Work);
        }
        if let Some(from) = from
            && let Some(answer) = self.judge_asker(from, &invite)?
        {
            return Ok(answer);
        }
        if known.is_none() && !self.has_room(&invite.tag)? {
            return Ok(RequestAnswer::Busy);
        }
        if from.is_none() && !self.store.remember_envelope(&EnvelopeId::of(bytes), now)? {
            return Ok(RequestAnswer::Received);
        }
        self.arrivals.take(share, now);
        let Some(request) = self.open_request(from, &invite, &frame, now)? else {
            return Ok(RequestAnswer::Received);
        };
        if from.is_none()
            && let Some(answer) = self.judge_asker(request.record.transport, &invite)?
        {
            return Ok(answer);
        }
        let new = self.store.contact(&request.log.account())?.is_none();
        if new && !self.make_room(&invite.tag, now, out)? {
            return Ok(RequestAnswer::Busy);
        }
        self.clock.observe(request.inner.hlc, now);
        self.take_request(invite, request, now, out)
    }

    /// Whether the answer is clear from who asks through which invite.
    fn judge_asker(&self, from: TransportId, invite: &InviteRow) -> Result<Option<RequestAnswer>, CoreError> {
        if self.store.meta(&meta_declined(from, &invite.tag))?.is_some() {
            return Ok(Some(RequestAnswer::Received));
        }
        let known = self.store.device_by_transport(&from)?.map(|device| device.account);
        let used = invite.single_use && invite.used_by.is_some() && invite.used_by != known;
        Ok(used.then_some(RequestAnswer::Used))
    }

    /// Takes the request out of its seals and checks who it is from. `None`: it was taken before, and the answer was lost.
    fn open_request(
        &mut self,
        from: Option<TransportId>,
        invite: &InviteRow,
        frame: &RequestFrame,
        now: Timestamp,
    ) -> Result<Option<Request>, CoreError> {
        let envelope = Envelope::decode(&frame.envelope)?;
        let Header::First { encapsulated, .. } = envelope.header() else { return refuse("a request without its key") };
        let key = self.device.kem.decapsulate(encapsulated, &kem_info(&invite.bundle_hash))?;
        let wire = envelope.open(&key)?;
        let Some(olm) = wire.prekey_identity().filter(|_| wire.kind == OlmKind::PreKey) else {
            return refuse("a request that does not start a session");
        };
        if frame.work.is_some_and(|work| !is_for_session(&work, &wire)) {
            return refuse("work that was done for another request");
        }
        let Some((mut session, plain)) = self.open_first(olm, &wire, now)? else { return Ok(None) };
        let unverified = UnverifiedInner::decode(&plain)?;
        let claims = unverified.claims();
        let Body::Request { log, kem, .. } = unverified.unverified_body() else {
            return refuse("something else than a contact request from a stranger");
        };
        let log = UnverifiedIdentityLog::decode(log)?.verify().map_err(|_broken_chain| CoreError::Refused {
            reason: "a device list that is not signed by its account",
        })?;
        let kem = kem.clone();
        let Some(record) = log.device(&claims.from_device).cloned() else {
            return refuse("a device that is not in its account's list");
        };
        let genuine = log.account() == claims.from_account
            && record.olm == olm
            && from.is_none_or(|from| record.transport == from)
            && record.kem_hash == kem.hash()
            && !log.is_revoked(&record.device);
        if !genuine {
            return refuse("keys that do not belong together");
        }
        let ends = Ends {
            from_account: log.account(),
            from_device: record.device,
            to_account: self.me,
            to_device: self.my_device,
        };
        let inner = unverified.verify(&ends)?;
        let Body::Request { name, text, prekeys, addresses, bundle_hash, queues, .. } = &inner.body else {
            return refuse("something else than a contact request from a stranger");
        };
        if *bundle_hash != invite.bundle_hash {
            return refuse("a request for another invite");
        }
        session.device = record.device;
        session.generation = inner.generation;
        let (name, text) = (name.nfc().collect(), text.nfc().collect());
        let (prekeys, addresses, queues) = (prekeys.clone(), addresses.clone(), queues.clone());
        Ok(Some(Request { log, record, kem, session, name, text, prekeys, addresses, queues, inner }))
    }

    /// Reads a first message: of a session that a lost answer left behind, or of a new one.
    fn open_first(
        &mut self,
        olm: kith_crypto::CurveKey,
        wire: &OlmWire,
        now: Timestamp,
    ) -> Result<Option<FirstMessage>, CoreError> {
        let begun =
            wire.prekey_session_id().map(|session| self.store.device_of_session(&session)).transpose()?.flatten();
        if let Some(device) = begun {
            for mut row in self.store.sessions(&device)? {
                if wire.prekey_session_id() == Some(row.session) {
                    let mut session = OlmSession::unpickle(&row.pickle)?;
                    let plain = match session.decrypt(wire) {
                        Err(OlmError::AlreadyUsed) => return Ok(None),
                        plain => plain?,
                    };
                    row.pickle = session.pickle();
                    return Ok(Some((row, plain)));
                }
            }
        }
        let (session, plain) = self.begin_inbound(olm, wire)??;
        let row = SessionRow {
            device: kith_wire::DeviceId::from_bytes([0; 32]),
            session: session.id(),
            generation: 0,
            created_at_ms: now,
            last_received_at_ms: Some(now),
            dead: false,
            positions: Vec::new(),
            pickle: session.pickle(),
        };
        Ok(Some((row, plain)))
    }

    /// Stores a genuine request, or the acceptance it amounts to when this side asked too.
    fn take_request(
        &mut self,
        mut invite: InviteRow,
        request: Request,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<RequestAnswer, CoreError> {
        let account = request.log.account();
        let existing = self.store.contact(&account)?;
        if existing.as_ref().is_some_and(|contact| contact.blocked || contact.alarm) {
            return Ok(RequestAnswer::Received);
        }
        if let Some(known) = &existing {
            match request.log.relation_to(known.log_seq, &known.log_hash) {
                LogRelation::Fork => {
                    self.raise_alarm(known, out)?;
                    return Ok(RequestAnswer::Received);
                }
                LogRelation::Older => return refuse("an older device list than the one known"),
                LogRelation::Same | LogRelation::Newer => {}
            }
        }
        let contact = self.merge_request(existing.as_ref(), &request, &invite, now);
        self.store.put_contact(&contact)?;
        if existing.as_ref().is_none_or(|known| known.log_seq < request.log.seq()) {
            self.take_log(&contact, &request.log, out)?;
        }
        let device = self.adopt_device(account, &request.record, Some(&request.kem), out)?;
        self.keep_session(&request.session)?;
        if self.store.address_week_of(&invite.tag)?.is_none() {
            self.meet_by_invite(&device, &self.invite_link(&invite), now)?;
        }
        self.store.set_addresses(&device.transport, &request.addresses, now)?;
        self.take_contact_queues(account, &request.queues, request.inner.hlc)?;
        if self.first_time(&request.inner, now)? {
            self.keep_prekeys(device.device, &request.prekeys, now)?;
        }
        invite.used_by = Some(account);
        invite.used_at_ms = Some(now);
        self.store.put_invite(&invite)?;
        if invite.single_use {
            self.close_slot(&invite, now, out)?;
        }
        let introduced = self.was_introduced(&invite.tag)?;
        let agreed = introduced.is_some();
        if let Some(introduction) = introduced {
            self.met(introduction, account, out)?;
        }
        match existing.map(|contact| contact.state) {
            None | Some(ContactState::Requested) if agreed => {
                self.accept(convert::account_id(account), now, out)?;
            }
            None => {
                let contact = self.contact_view(&contact)?;
                out.push(Output::Event(Event::ContactRequested { contact }));
            }
            Some(ContactState::Requested) => self.contact_changed(account, out)?,
            // Both asked, or a contact lost us and asks again: nobody has to answer a question they asked.
            Some(ContactState::Waiting | ContactState::Introduced | ContactState::Verified) => {
                self.accept(convert::account_id(account), now, out)?;
            }
        }
        Ok(RequestAnswer::Received)
    }

    fn merge_request(
        &self,
        existing: Option<&ContactRow>,
        request: &Request,
        invite: &InviteRow,
        now: Timestamp,
    ) -> ContactRow {
        ContactRow {
            account: request.log.account(),
            state: match existing.map(|contact| contact.state) {
                Some(ContactState::Verified) => ContactState::Verified,
                _ => ContactState::Requested,
            },
            blocked: existing.is_some_and(|contact| contact.blocked),
            name: request.name.clone(),
            petname: existing.and_then(|contact| contact.petname.clone()),
            status_text: existing.map(|contact| contact.status_text.clone()).unwrap_or_default(),
            log: request.log.encode(),
            log_seq: request.log.seq(),
            log_hash: request.log.head_hash(),
            alarm: existing.is_some_and(|contact| contact.alarm),
            request_text: request.text.clone(),
            invite_tag: Some(invite.tag),
            created_at_ms: existing.map_or(now, |contact| contact.created_at_ms),
            last_seen_ms: existing.and_then(|contact| contact.last_seen_ms),
            status_until_ms: existing.and_then(|contact| contact.status_until_ms),
        }
    }
}

/// Remembers that a request of a device through an invite was declined, so that it does not come up again.
pub(crate) fn meta_declined(from: TransportId, tag: &[u8; 16]) -> String {
    format!("declined:{from}:{}", kith_wire::MsgId::from_bytes(*tag))
}
