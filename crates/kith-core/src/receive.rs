//! An envelope from a contact, from the first check to the feature it is for.

use kith_crypto::{CurveKey, domain::HashLabel};
use kith_store::{ContactRow, DeviceRow, SessionRow};
use kith_wire::{
    envelope::Envelope,
    ids::{ChatId, DeviceId, EnvelopeId, TransportId},
    message::{Body, Inner},
};

use crate::{
    Output, Timestamp, convert,
    core::{Core, Ready},
    error::{CoreError, refuse},
    reorder::{AHEAD_MAX, Held, Positions},
    session::{OpenFailure, Opened},
};

/// At most one complaint to a device in this time.
const NACK_EVERY_MS: u64 = 10_000;
/// Sessions given up that are remembered, in case the other side goes on with one.
const GIVEN_UP_MAX: usize = 1024;
/// At most one new session in this time, so that complaints cannot be used to wear us out.
const RESET_EVERY_MS: u64 = 3600 * 1000;

/// How many one-time keys of a device are kept.
const PREKEYS_MAX: usize = 50;

impl Core {
    /// Handles an envelope from a peer.
    pub(crate) fn receive(
        &mut self,
        from: TransportId,
        bytes: &[u8],
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        let (contact, device) = self.sender(from)?;
        self.receive_from(&contact, &device, bytes, false, now, out)
    }

    /// Handles an envelope of a known device, from its connection or `by_mail`.
    pub(crate) fn receive_from(
        &mut self,
        contact: &ContactRow,
        device: &DeviceRow,
        bytes: &[u8],
        by_mail: bool,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        let from = device.transport;
        let envelope = Envelope::decode(bytes)?;
        if !self.store.remember_envelope(&seen_id(device, bytes), now)? {
            return Ok(());
        }
        let (wire, fresh_key) = match self.unwrap_envelope(device, &envelope, now) {
            Ok(unwrapped) => unwrapped,
            Err(failure) => return self.not_opened(device, failure, bytes, now, out),
        };
        let sessions = self.store.sessions(&device.device)?;
        let first_of_connection = if by_mail {
            // In a queue everything is in order: what is missing before does not come after, unless by the direct way.
            !self.up.contains_key(&from)
        } else {
            !self.mail_pending(contact.account, from, now)? && self.leap.remove(&from)
        };
        if let Some(position) = wire.position()
            && wire.prekey_session_id().is_none()
            && !first_of_connection
            && ahead(&sessions, &position) > AHEAD_MAX
        {
            let held = Held { position, since: now, bytes: bytes.to_vec() };
            if let Some(overflow) = self.reorder.hold(from, held) {
                self.ready.push_back(Ready::Held { from, bytes: overflow.bytes });
            }
            return Ok(());
        }
        match self.open_message(device, sessions, &wire, fresh_key.as_ref(), first_of_connection, now) {
            Ok(opened) => self.opened(contact, device, &opened, from, now, out),
            Err(failure) => self.not_opened(device, failure, bytes, now, out),
        }
    }

    /// Handles an envelope that waited for those before it.
    pub(crate) fn receive_held(
        &mut self,
        from: TransportId,
        bytes: &[u8],
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        let (contact, device) = self.sender(from)?;
        let envelope = Envelope::decode(bytes)?;
        let (wire, fresh_key) = match self.unwrap_envelope(&device, &envelope, now) {
            Ok(unwrapped) => unwrapped,
            Err(failure) => return self.not_opened(&device, failure, bytes, now, out),
        };
        let sessions = self.store.sessions(&device.device)?;
        let waited = wire.position().is_some_and(|position| ahead(&sessions, &position) > AHEAD_MAX);
        match self.open_message(&device, sessions, &wire, fresh_key.as_ref(), waited, now) {
            Ok(opened) => self.opened(&contact, &device, &opened, from, now, out),
            Err(failure) => self.not_opened(&device, failure, bytes, now, out),
        }
    }

    /// Who a transport belongs to, if we listen to them at all.
    fn sender(&self, from: TransportId) -> Result<(ContactRow, DeviceRow), CoreError> {
        let Some(device) = self.store.device_by_transport(&from)? else { return refuse("an unknown device") };
        let Some(contact) = self.store.contact(&device.account)? else { return refuse("not a contact") };
        if device.revoked_at_ms.is_some() {
            return refuse("a revoked device");
        }
        if !convert::is_listened_to(&contact) {
            return refuse("a contact that is blocked, paused or not accepted");
        }
        Ok((contact, device))
    }

    fn opened(
        &mut self,
        contact: &ContactRow,
        device: &DeviceRow,
        opened: &Opened,
        from: TransportId,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        self.deliver(contact, device, opened, now, out)?;
        if opened.spent_prekey {
            self.replace_prekey(contact.account, now)?;
        }
        let sessions = self.store.sessions(&device.device)?;
        for held in self.reorder.take(from, |position| ahead(&sessions, position) <= AHEAD_MAX) {
            self.ready.push_back(Ready::Held { from, bytes: held.bytes });
        }
        Ok(())
    }

    /// Hands a message to the feature it is for.
    fn deliver(
        &mut self,
        contact: &ContactRow,
        device: &DeviceRow,
        opened: &Opened,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        let inner = &opened.inner;
        if inner.chat != ChatId::direct(&self.me, &contact.account) {
            return refuse("a message for another chat");
        }
        let accepting = matches!(inner.body, Body::Accept { .. } | Body::Delivered { .. } | Body::Nack { .. });
        if !convert::is_open(contact) && !accepting {
            return refuse("a message before the contact is accepted");
        }
        let hlc = self.clock.observe(inner.hlc, now);
        match &inner.body {
            Body::Text { .. }
            | Body::Poll(_)
            | Body::Sticker(_)
            | Body::Introduction(_)
            | Body::Expiry { .. }
            | Body::Unknown { .. } => {
                self.receive_message(contact, inner, hlc, now, out)?;
            }
            Body::Edit { .. }
            | Body::Delete { .. }
            | Body::React { .. }
            | Body::Vote { .. }
            | Body::ClosePoll { .. } => {
                self.receive_change(contact, inner, now, out)?;
            }
            Body::Delivered { messages } => return self.delivered(device, messages, now, out),
            Body::Nack { .. } => return self.nacked(device, opened.session, now),
            Body::Typing { on } => return self.heard_typing(contact.account, device, *on, now, out),
            Body::Presence { availability, asks } => {
                return self.heard_presence(contact, device, (*availability, *asks), now, out);
            }
            Body::Seen { messages } => self.seen(contact.account, device, messages, now, out)?,
            Body::Accept { .. } => self.accepted(contact, device, inner, now, out)?,
            Body::Prekeys { keys } => {
                if self.first_time(inner, now)? {
                    self.keep_prekeys(device.device, keys, now)?;
                }
            }
            Body::Profile { .. } => self.profile_changed(contact, inner, out)?,
            Body::Identity { log } => self.identity_changed(contact, log, out)?,
            Body::Mailboxes { queues } => {
                self.take_contact_queues(contact.account, queues, inner.hlc)?;
                self.contact_changed(contact.account, out)?;
            }
            Body::MailboxOffer { offer } => self.mailbox_offered(contact, offer, inner.hlc, now, out)?,
            Body::MailboxWithdrawn => self.mailbox_withdrawn(contact.account, inner.hlc, now, out)?,
            Body::Whereabouts { find, addresses } => {
                self.heard_whereabouts(contact, device, (find, addresses), inner.hlc, now, out)?;
            }
            Body::Call(call) => {
                self.receive_message(contact, inner, hlc, now, out)?;
                self.call_came(contact, device, (inner.msg, call.video), inner.hlc, now, out)?;
            }
            Body::CallSignal(signal) => {
                if self.first_time(inner, now)? {
                    self.call_signalled(contact, device, (signal, inner.hlc), now, out)?;
                }
            }
            Body::Sync(sync) => {
                if !self.receive_sync(contact.account, device, sync, now, out)? {
                    return Ok(());
                }
            }
            Body::IntroductionAnswer(answer) => self.introduction_answered(contact, answer, now, out)?,
            Body::Request { .. } => return refuse("a contact request inside the channel"),
        }
        self.ack(device.device, inner.msg);
        Ok(())
    }

    /// Whether a message that is not kept has not been handled before. Retransmissions are new envelopes.
    pub(crate) fn first_time(&mut self, inner: &Inner, now: Timestamp) -> Result<bool, CoreError> {
        let name = [inner.from_device.to_bytes().as_slice(), inner.msg.to_bytes().as_slice()].concat();
        Ok(self.store.remember_envelope(&EnvelopeId::from_bytes(HashLabel::HANDLED.hash(&name)), now)?)
    }

    /// Keeps one-time keys of a device; it decides how many it sends, not how many are kept.
    pub(crate) fn keep_prekeys(&self, device: DeviceId, keys: &[CurveKey], now: Timestamp) -> Result<(), CoreError> {
        let room = PREKEYS_MAX.saturating_sub(usize::try_from(self.store.prekey_count(&device)?).unwrap_or(usize::MAX));
        Ok(self.store.add_prekeys(&device, keys.get(..room.min(keys.len())).unwrap_or_default(), now)?)
    }

    fn not_opened(
        &mut self,
        device: &DeviceRow,
        failure: OpenFailure,
        bytes: &[u8],
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        let reset = match failure {
            OpenFailure::Refused(error) => return Err(error),
            OpenFailure::Duplicate => return Ok(()),
            OpenFailure::NoOuterKey => false,
            OpenFailure::NoSession => true,
        };
        let last = self.last_nack.get(&device.device).copied();
        if last.is_some_and(|last| now < last.saturating_add(NACK_EVERY_MS)) {
            return Ok(());
        }
        self.last_nack.insert(device.device, now);
        let may_reset = device.last_reset_ms.is_none_or(|last| now >= last.saturating_add(RESET_EVERY_MS));
        if reset && may_reset {
            match self.start_session(device, None, now) {
                Ok(_current_from_now_on) => {
                    let mut device = device.clone();
                    device.last_reset_ms = Some(now);
                    self.store.put_device(&device)?;
                    self.sync_wanted(&device, now)?;
                }
                Err(CoreError::NoPrekey) => {}
                Err(error) => return Err(error),
            }
        }
        self.send_ephemeral(device.device, &Body::Nack { envelopes: vec![EnvelopeId::of(bytes)] }, now, out)
    }

    /// The other side could not open something of ours: use the session it complained on, unless it is older than the
    /// others, and send everything unacknowledged again.
    fn nacked(&mut self, device: &DeviceRow, on: [u8; 32], now: Timestamp) -> Result<(), CoreError> {
        self.unconfirm_outer_keys(device.device)?;
        let sessions = self.store.sessions(&device.device)?;
        let since = sessions.iter().find(|row| row.session == on).map_or(0, |row| row.created_at_ms);
        for mut row in sessions {
            if row.session != on && !row.dead && (row.last_received_at_ms.is_none() || row.created_at_ms <= since) {
                row.dead = true;
                if self.given_up.len() < GIVEN_UP_MAX {
                    self.given_up.insert(row.session);
                }
                self.store.put_session(&row)?;
                self.sync_wanted(device, now)?;
            }
        }
        self.store.outbox_undeposit(&device.device)?;
        // Nobody acknowledges it, and it may have been among what could not be opened.
        self.presence.unsaid(&device.transport);
        self.say_presence(device.account);
        self.wake_device(device.device, now)
    }
}

/// How many keys a message at `position` would skip in the session it belongs to.
fn ahead(sessions: &[SessionRow], position: &([u8; 32], u64)) -> u64 {
    let all = sessions.iter().map(|row| Positions::decode(&row.positions));
    let known = all.into_iter().find(|positions| positions.knows(&position.0));
    known.unwrap_or_default().ahead(position)
}

/// Names an envelope of one device. Somebody else who sends a copy of it first takes nothing away.
fn seen_id(device: &DeviceRow, envelope: &[u8]) -> EnvelopeId {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&device.device.to_bytes());
    hasher.update(envelope);
    EnvelopeId::from_bytes(*hasher.finalize().as_bytes())
}
