//! What has to reach whom, until it has. The only place that retries.
//!
//! A row per message and device. A row is encrypted anew each time it leaves, under the session of that moment: an old
//! ciphertext is never sent twice. It goes away when the device acknowledges it inside the channel.

use std::collections::BTreeMap;

use kith_api::{ErrorCode, Event};
use kith_store::{DeliveryState, DeviceRow, NewOutbox, OutboxRow};
use kith_wire::{
    ids::{AccountId, ChatId, DeviceId, Hlc, MsgId},
    message::Body,
};

use crate::{
    Output, PeerPath, SendId, Timestamp, convert,
    core::Core,
    error::{CoreError, deny},
    session::Template,
};

/// How long an unacknowledged message is kept and tried.
pub(crate) const KEEP_MS: u64 = 30 * 24 * 3600 * 1000;
/// How many messages of one device are under way at once: under the 40 a receiving chain can skip, so that even a
/// transport that reordered them all would lose none.
const WINDOW: u32 = 32;
/// The same over a relay, which may cut a circuit after 128 KiB as libp2p's do by default: some have to be acknowledged
/// before that, or the same ones would be sent for ever.
const RELAYED_WINDOW: u32 = 8;
/// Seconds until a message that was sent and not acknowledged is sent again, by attempt.
const BACKOFF_S: [u64; 6] = [5, 10, 30, 60, 300, 600];
/// When a row of a device that is not connected is looked at again, if nothing happens before.
const PARKED_MS: u64 = 3600 * 1000;
/// How long what lies in mailboxes is left to them once the device is connected, which makes it look there.
const MAIL_FIRST_MS: u64 = 30_000;
/// How much is left to them. More would be overtaken by what goes straight, further than a ratchet keeps skipped keys.
const MAIL_FIRST_MAX: u32 = 24;
/// How many due rows one wake looks at.
const DUE_MAX: u32 = 256;
/// How many message ids one receipt names.
const RECEIPT_MAX: usize = 64;

impl Core {
    /// Puts a message into the outbox of every device of a contact.
    pub(crate) fn enqueue(
        &mut self,
        account: AccountId,
        msg: MsgId,
        hlc: Hlc,
        body: &Body,
        now: Timestamp,
    ) -> Result<(), CoreError> {
        self.enqueue_until(account, msg, hlc, body, u64::MAX, now)
    }

    /// The same with something that is not delivered after `until`.
    pub(crate) fn enqueue_until(
        &mut self,
        account: AccountId,
        msg: MsgId,
        hlc: Hlc,
        body: &Body,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<(), CoreError> {
        if matches!(body.kind(), Body::TEXT | Body::POLL | Body::STICKER | Body::INTRODUCTION | Body::CALL) {
            self.check_reachable(account)?;
        }
        self.enqueue_for(&self.live_devices(account)?, msg, hlc, body, until, now)
    }

    /// The same for these devices and no others.
    pub(crate) fn enqueue_for(
        &mut self,
        devices: &[DeviceRow],
        msg: MsgId,
        hlc: Hlc,
        body: &Body,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<(), CoreError> {
        body.check()?;
        let encoded = body.encode();
        for device in devices {
            self.store.enqueue(&NewOutbox {
                device: device.device,
                msg,
                kind: body.kind(),
                chat: ChatId::direct(&self.me, &device.account),
                hlc,
                body: encoded.clone(),
                created_at_ms: now,
                expires_at_ms: now.saturating_add(KEEP_MS).min(until),
                next_at_ms: now,
            })?;
            self.dirty.insert(device.device);
        }
        Ok(())
    }

    /// Whether anything can be sent to a contact at all.
    pub(crate) fn check_reachable(&self, account: AccountId) -> Result<(), CoreError> {
        if self.live_devices(account)?.is_empty() {
            return deny(ErrorCode::NotAllowed, "this person has no device left; ask for a new invite");
        }
        Ok(())
    }

    /// Tells a contact something that is not a message of the chat.
    pub(crate) fn enqueue_control(&mut self, account: AccountId, body: &Body, now: Timestamp) -> Result<(), CoreError> {
        let msg = self.random_msg();
        let hlc = self.clock.tick(now);
        self.enqueue(account, msg, hlc, body, now)
    }

    pub(crate) fn live_devices(&self, account: AccountId) -> Result<Vec<DeviceRow>, CoreError> {
        let mut devices = self.store.devices_of(&account)?;
        devices.retain(|device| device.revoked_at_ms.is_none());
        Ok(devices)
    }

    /// Makes everything waiting for a device due.
    pub(crate) fn wake_device(&mut self, device: DeviceId, now: Timestamp) -> Result<(), CoreError> {
        self.store.outbox_wake(&device, now)?;
        self.dirty.insert(device);
        Ok(())
    }

    /// A device came: everything waiting for it is due, but for what mailboxes have taken.
    pub(crate) fn wake_device_up(&mut self, device: DeviceId, now: Timestamp) -> Result<(), CoreError> {
        self.wake_device(device, now)?;
        Ok(self.store.outbox_leave_to_mail(&device, now.saturating_add(MAIL_FIRST_MS), MAIL_FIRST_MAX)?)
    }

    /// The connection to a device was replaced: what left on the one before may be lost with it, and is due.
    pub(crate) fn wake_device_moved(&mut self, device: DeviceId, now: Timestamp) -> Result<(), CoreError> {
        self.store.outbox_wake_sent(&device, now)?;
        self.dirty.insert(device);
        Ok(())
    }

    /// Looks at the rows whose time has come, and gives up those whose time is over.
    pub(crate) fn outbox_wake_due(&mut self, now: Timestamp, out: &mut Vec<Output>) -> Result<(), CoreError> {
        for row in self.store.outbox_expired(now)? {
            self.store.outbox_remove(row.id)?;
            self.give_up(&row, now, out)?;
            // Others may have waited for its room.
            self.dirty.insert(row.device);
        }
        for row in self.store.outbox_due(now, DUE_MAX)? {
            self.dirty.insert(row.device);
        }
        Ok(())
    }

    /// Says that a message which still waits will not be delivered.
    pub(crate) fn give_up(&mut self, row: &OutboxRow, now: Timestamp, out: &mut Vec<Output>) -> Result<(), CoreError> {
        let waits = |state| matches!(state, DeliveryState::Queued | DeliveryState::Stored);
        if self.store.message(&row.msg)?.is_some_and(|message| waits(message.state)) {
            self.raise(row.msg, row.device, DeliveryState::Failed, now, out)?;
        }
        Ok(())
    }

    /// Sends what the batch made due. What one device makes impossible, by keys that cannot be used, is not the others'
    /// affair.
    pub(crate) fn flush_dirty(&mut self, now: Timestamp, out: &mut Vec<Output>) -> Result<(), CoreError> {
        for device in std::mem::take(&mut self.dirty) {
            match self.apart(out, |core, out| core.flush_device(device, now, out)) {
                Ok(()) => {}
                Err(CoreError::Store(error)) => return Err(error.into()),
                Err(error) => {
                    tracing::warn!(%error, "nothing can be sent to a device for now");
                    self.store.outbox_park(&device, 0, now, now.saturating_add(PARKED_MS))?;
                }
            }
        }
        Ok(())
    }

    fn flush_device(&mut self, device: DeviceId, now: Timestamp, out: &mut Vec<Output>) -> Result<(), CoreError> {
        let Some(device) = self.store.device(&device)? else { return Ok(()) };
        let path = self.up.get(&device.transport);
        let connected = path.is_some();
        let most = if matches!(path, Some(PeerPath::Relayed { .. })) { RELAYED_WINDOW } else { WINDOW };
        let contact = self.store.contact(&device.account)?;
        let open = contact.as_ref().is_some_and(convert::is_open);
        let listened_to = contact.as_ref().is_some_and(convert::is_listened_to);
        if let Some(contact) = contact.as_ref().filter(|_| !connected) {
            self.deposit_waiting(&device, contact, now)?;
        }
        let window = self.store.outbox_of(&device.device, most)?;
        // Without these the other side takes nothing else: they do not queue behind what it refuses.
        let mut rows = self.store.outbox_of_kind(&device.device, Body::REQUEST)?;
        rows.extend(self.store.outbox_of_kind(&device.device, Body::ACCEPT)?);
        rows.retain(|row| window.iter().all(|other| other.id != row.id));
        if let Some(last) = window.last().filter(|_| window.len() >= most as usize) {
            // Room, not time, is what the others wait for; but mailboxes have room for all.
            let mail = if connected { None } else { self.deposit_at(device.account, now)? };
            let next = mail.unwrap_or(now.saturating_add(PARKED_MS));
            self.store.outbox_park(&device.device, last.id, now, next)?;
        }
        rows.extend(window);
        for row in rows {
            // What has not left yet need not wait for its time once there is a connection and room; what is to come from
            // a mailbox waits a little for that.
            let by_mail = row.deposited_at_ms.is_some() && row.next_at_ms <= now.saturating_add(MAIL_FIRST_MS);
            let waits = row.next_at_ms > now && (row.sent || by_mail || !connected || row.kind == Body::REQUEST);
            // What was worth something until now is given up with the next look at what is due.
            if waits || row.expires_at_ms <= now {
                continue;
            }
            let request = row.kind == Body::REQUEST;
            if if request { !listened_to } else { !connected || !open } {
                let mail = self.deposit_at(device.account, row.created_at_ms)?;
                let parked = now.saturating_add(PARKED_MS);
                let at = mail.filter(|at| *at > now && row.deposited_at_ms.is_none() && open).unwrap_or(parked);
                self.store.outbox_postpone(row.id, at)?;
                continue;
            }
            let sent = if request {
                self.send_request(&device, &row, now, out)?
            } else {
                self.send_row(&device, &row, now, out)?
            };
            if !sent {
                tracing::warn!("no session with a device and no prekey left; waiting for it to write");
                return Ok(self.store.outbox_park(&device.device, 0, now, now.saturating_add(PARKED_MS))?);
            }
        }
        Ok(())
    }

    /// Seals a row and sends it. `false`: there is no session, and none can be started before the other side writes.
    fn send_row(
        &mut self,
        device: &DeviceRow,
        row: &OutboxRow,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<bool, CoreError> {
        let bytes = match self.seal_row(device, row, now) {
            Ok(bytes) => bytes,
            Err(CoreError::NoPrekey) => return Ok(false),
            Err(error) => return Err(error),
        };
        let next = now.saturating_add(self.retry_after(row.attempts));
        self.store.outbox_attempted(row.id, next)?;
        let id = SendId(u64::try_from(row.id).unwrap_or(0));
        out.push(Output::Send { to: device.transport, id, bytes });
        Ok(true)
    }

    /// Encrypts a row anew.
    pub(crate) fn seal_row(
        &mut self,
        device: &DeviceRow,
        row: &OutboxRow,
        now: Timestamp,
    ) -> Result<Vec<u8>, CoreError> {
        let body = Body::decode(row.kind, &row.body)?;
        let (mut parents, mut proof) = (Vec::new(), None);
        if body.is_kept() {
            parents = self.parents_to_send(&row.chat, &row.msg)?;
            proof = Some(self.proof_of(row.chat, row.msg, row.hlc, &parents, row.kind, &row.body)?);
        }
        let template = Template {
            msg: row.msg,
            account: device.account,
            chat: row.chat,
            hlc: row.hlc,
            body: &body,
            acked: true,
            parents,
            proof,
        };
        self.seal(device, &template, now)
    }

    /// How long to wait for an acknowledgement of attempt number `attempts`, in milliseconds.
    pub(crate) fn retry_after(&mut self, attempts: u32) -> u64 {
        let at = usize::try_from(attempts).unwrap_or(usize::MAX).min(BACKOFF_S.len() - 1);
        let seconds = BACKOFF_S.get(at).copied().unwrap_or(600);
        self.jitter(seconds * 1000)
    }

    /// The transport could not send: try again in a second if the peer is still there, else when it comes back.
    pub(crate) fn send_result(&mut self, id: SendId, ok: bool, now: Timestamp) -> Result<(), CoreError> {
        let Ok(id) = i64::try_from(id.0) else { return Ok(()) };
        if ok || id == 0 || self.store.outbox(id)?.is_none() {
            return Ok(());
        }
        Ok(self.store.outbox_postpone(id, now.saturating_add(1000))?)
    }

    /// A device has these messages on its disk.
    pub(crate) fn delivered(
        &mut self,
        device: &DeviceRow,
        messages: &[MsgId],
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        for msg in messages {
            self.confirm_outer_key(device.device, *msg)?;
            if self.store.outbox_acked(&device.device, msg)? {
                self.store.delete_deposits_of(&device.device, msg)?;
                self.store.delete_custody(msg)?;
                self.raise(*msg, device.device, DeliveryState::Delivered, now, out)?;
            }
        }
        self.dirty.insert(device.device);
        Ok(())
    }

    /// Takes note that a message got further, and tells.
    pub(crate) fn raise(
        &mut self,
        msg: MsgId,
        device: DeviceId,
        state: DeliveryState,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        let Some(message) = self.store.message(&msg)? else { return Ok(()) };
        if !message.outgoing {
            return Ok(());
        }
        self.store.set_delivery(&msg, &device, state, now)?;
        if self.store.raise_state(&msg, state, now)?
            && let Some(state) = convert::state_view(state)
        {
            out.push(Output::Event(Event::MessageState {
                message: convert::message_id(msg),
                chat: convert::chat_id(message.chat),
                state,
                at: now,
            }));
        }
        Ok(())
    }

    /// Remembers to acknowledge a message when the batch ends.
    pub(crate) fn ack(&mut self, device: DeviceId, msg: MsgId) {
        self.acks.push((device, msg));
    }

    /// Seals the receipts of the batch. They are not acknowledged themselves: if one is lost, the message comes again
    /// and is acknowledged again.
    pub(crate) fn flush_acks(&mut self, now: Timestamp, out: &mut Vec<Output>) -> Result<(), CoreError> {
        let mut by_device: BTreeMap<DeviceId, Vec<MsgId>> = BTreeMap::new();
        for (device, msg) in std::mem::take(&mut self.acks) {
            by_device.entry(device).or_default().push(msg);
        }
        for (device, messages) in by_device {
            let sent = self.apart(out, |core, out| {
                let mut chunks = messages.chunks(RECEIPT_MAX);
                chunks.try_for_each(|some| {
                    core.send_ephemeral(device, &Body::Delivered { messages: some.to_vec() }, now, out)
                })
            });
            match sent {
                Ok(()) => {}
                Err(CoreError::Store(error)) => return Err(error.into()),
                Err(error) => tracing::warn!(%error, "a device gets no receipt"),
            }
        }
        Ok(())
    }

    /// Says something to the connected devices of a contact that is worth nothing later. Where no session is in use it is
    /// not said: starting one costs a key.
    pub(crate) fn send_live(
        &mut self,
        account: AccountId,
        body: &Body,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        for device in self.live_devices(account)? {
            let connected = self.up.contains_key(&device.transport);
            if connected && self.current_session(device.device)?.is_some() {
                self.send_ephemeral(device.device, body, now, out)?;
            }
        }
        Ok(())
    }

    /// Sends something nobody acknowledges: on the connection, or else by mail if the device finds any.
    pub(crate) fn send_ephemeral(
        &mut self,
        device: DeviceId,
        body: &Body,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        let Some(device) = self.store.device(&device)? else { return Ok(()) };
        let connected = self.up.contains_key(&device.transport);
        if !connected && self.store.contact_queues(&device.account)?.is_empty() {
            return Ok(());
        }
        let template = Template {
            msg: self.random_msg(),
            account: device.account,
            chat: ChatId::direct(&self.me, &device.account),
            hlc: self.clock.tick(now),
            body,
            acked: false,
            parents: Vec::new(),
            proof: None,
        };
        match self.seal(&device, &template, now) {
            Ok(bytes) if connected => out.push(Output::Send { to: device.transport, id: SendId(0), bytes }),
            Ok(bytes) => self.deposit_ephemeral(&device, &bytes, now)?,
            Err(CoreError::NoPrekey) => tracing::warn!("no session with a device, a receipt stays unsent"),
            Err(error) => return Err(error),
        }
        Ok(())
    }
}
