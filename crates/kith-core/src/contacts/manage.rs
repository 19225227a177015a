//! What I decide about a contact, and what they tell about themselves.

use kith_api::{
    AccountId, ErrorCode, Event,
    params::{Done, RenameParams, VerifyParams},
};
use kith_store::{ContactRow, ContactState, DeviceRow};
use kith_wire::{Body, Inner};
use unicode_normalization::UnicodeNormalization as _;

use crate::{
    Output, Timestamp,
    contacts::{
        add::{PREKEYS, meta_bundle, meta_link},
        request::meta_declined,
    },
    convert,
    core::Core,
    error::{CoreError, deny, refuse},
    profile,
};

impl Core {
    pub(crate) fn known(&self, account: AccountId) -> Result<ContactRow, CoreError> {
        match self.store.contact(&convert::account(account))? {
            Some(contact) => Ok(contact),
            None => deny(ErrorCode::NotFound, "no contact or request of this account"),
        }
    }

    /// `contacts.accept`: says yes to a request.
    pub(crate) fn accept_request(
        &mut self,
        account: AccountId,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<Done, CoreError> {
        match self.known(account)?.state {
            ContactState::Waiting => deny(ErrorCode::NotAllowed, "you asked this person; they have to accept"),
            ContactState::Requested | ContactState::Introduced | ContactState::Verified => {
                self.accept(account, now, out)
            }
        }
    }

    pub(crate) fn accept(
        &mut self,
        account: AccountId,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<Done, CoreError> {
        let mut contact = self.known(account)?;
        if contact.blocked {
            return deny(ErrorCode::Blocked, "you blocked this person; unblock them first");
        }
        if contact.alarm {
            return deny(ErrorCode::NotAllowed, "the keys of this person are in wrong hands");
        }
        if self.live_devices(contact.account)?.is_empty() {
            return deny(ErrorCode::NotAllowed, "this person has not asked to be a contact");
        }
        if contact.state != ContactState::Verified {
            contact.state = ContactState::Introduced;
        }
        self.store.put_contact(&contact)?;
        self.drop_request(&contact)?;
        // One acceptance is enough: every one costs one-time keys.
        if !self.accepting(contact.account)? {
            let queues = self.take_queues(Some(contact.account), None, now)?;
            let body = Body::Accept {
                name: self.my_name()?,
                log: self.log.encode(),
                kem: self.device.kem.public(),
                prekeys: self.fresh_prekeys(PREKEYS)?,
                addresses: self.addresses.clone(),
                queues,
            };
            self.enqueue_control(contact.account, &body, now)?;
        }
        self.befriend(&contact, now, out)?;
        self.answer_add(contact.account, None, out)?;
        Ok(Done {})
    }

    /// Whether an acceptance is on its way to every device of a contact.
    fn accepting(&self, account: kith_wire::AccountId) -> Result<bool, CoreError> {
        for device in self.live_devices(account)? {
            if self.store.outbox_of_kind(&device.device, Body::ACCEPT)?.is_empty() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// A contact is open from now on: let their devices in, and make the chat.
    fn befriend(&mut self, contact: &ContactRow, now: Timestamp, out: &mut Vec<Output>) -> Result<(), CoreError> {
        self.ensure_chat(contact, now, out)?;
        self.track(contact, out)?;
        self.ensure_queues(contact.account, now)?;
        self.tell_whereabouts(contact.account, now)?;
        for device in self.live_devices(contact.account)? {
            self.wake_device(device.device, now)?;
        }
        self.say_presence(contact.account);
        self.say_status(contact.account, now)?;
        self.contact_changed(contact.account, out)
    }

    /// They said yes, or we both asked.
    pub(crate) fn accepted(
        &mut self,
        contact: &ContactRow,
        device: &DeviceRow,
        inner: &Inner,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        let Body::Accept { name, log, kem, prekeys, addresses, queues } = &inner.body else {
            return refuse("not an acceptance");
        };
        if kem.hash() != device.kem_hash {
            return refuse("a KEM key that is not the device's");
        }
        self.identity_changed(contact, log, out)?;
        let Some(mut contact) = self.store.contact(&contact.account)? else { return Ok(()) };
        if contact.alarm {
            return Ok(());
        }
        // The list may have changed the device, or revoked it.
        let Some(mut device) = self.store.device(&device.device)?.filter(|device| device.revoked_at_ms.is_none())
        else {
            return Ok(());
        };
        if kem.hash() == device.kem_hash {
            device.kem = Some(kem.as_bytes().to_vec());
            self.store.put_device(&device)?;
        }
        if self.first_time(inner, now)? {
            self.keep_prekeys(device.device, prekeys, now)?;
        }
        self.store.set_addresses(&device.transport, addresses, now)?;
        self.take_contact_queues(contact.account, queues, inner.hlc)?;
        self.return_known(contact.account, out)?;
        if contact.state == ContactState::Waiting {
            contact.state = ContactState::Introduced;
        }
        contact.name = name.nfc().collect();
        self.store.put_contact(&contact)?;
        self.drop_request(&contact)?;
        self.answer_add(contact.account, None, out)?;
        self.befriend(&contact, now, out)
    }

    /// The request did its work.
    pub(crate) fn drop_request(&mut self, contact: &ContactRow) -> Result<(), CoreError> {
        for device in self.store.devices_of(&contact.account)? {
            for row in self.store.outbox_of_kind(&device.device, Body::REQUEST)? {
                self.store.outbox_remove(row.id)?;
            }
        }
        self.store.delete_meta(&meta_link(contact.account))?;
        self.store.delete_meta(&meta_bundle(contact.account))?;
        Ok(self.store.delete_request_work(&contact.account)?)
    }

    pub(crate) fn decline(
        &mut self,
        account: AccountId,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<Done, CoreError> {
        let contact = self.known(account)?;
        if contact.state != ContactState::Requested {
            return deny(ErrorCode::NotAllowed, "only a request can be declined");
        }
        if let Some(tag) = &contact.invite_tag {
            for device in self.store.devices_of(&contact.account)? {
                self.store.set_meta(&meta_declined(device.transport, tag), &[])?;
            }
        }
        self.forget(contact.account, now, out)?;
        Ok(Done {})
    }

    pub(crate) fn block(
        &mut self,
        account: AccountId,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<Done, CoreError> {
        let mut contact = self.known(account)?;
        self.hang_up_on(contact.account, now, out)?;
        contact.blocked = true;
        self.store.put_contact(&contact)?;
        // Its queues stay, not looked into: a mailbox that had none would tell them.
        self.withdraw_offer(contact.account, false, now, out)?;
        self.forget_kept(contact.account, now)?;
        self.hide_from(contact.account)?;
        self.untrack(&contact, out)?;
        self.contact_changed(contact.account, out)?;
        Ok(Done {})
    }

    pub(crate) fn unblock(
        &mut self,
        account: AccountId,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<Done, CoreError> {
        let mut contact = self.known(account)?;
        contact.blocked = false;
        self.store.put_contact(&contact)?;
        if convert::is_listened_to(&contact) {
            self.track(&contact, out)?;
            self.store.queues_wake(Some(&contact.account), now)?;
            self.ensure_queues(contact.account, now)?;
            self.return_wanted(contact.account, now)?;
            if convert::is_open(&contact) {
                // They were not told what changed meanwhile.
                self.tell_profile(contact.account, now)?;
                self.tell_whereabouts(contact.account, now)?;
                self.tell_transport(contact.account, now)?;
            }
            for device in self.live_devices(contact.account)? {
                self.wake_device(device.device, now)?;
            }
        }
        self.contact_changed(contact.account, out)?;
        Ok(Done {})
    }

    pub(crate) fn remove(
        &mut self,
        account: AccountId,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<Done, CoreError> {
        let stopped = self.stop_asking(convert::account(account), out);
        match self.known(account) {
            Err(_unknown) if stopped => {}
            contact => self.forget(contact?.account, now, out)?,
        }
        Ok(Done {})
    }

    /// Deletes a contact with everything that belongs to them but the messages sent. Those that wait have failed.
    pub(crate) fn forget(
        &mut self,
        account: kith_wire::AccountId,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        let Some(contact) = self.store.contact(&account)? else { return Ok(()) };
        self.hang_up_on(account, now, out)?;
        for device in self.store.devices_of(&account)? {
            for row in self.store.outbox_of(&device.device, u32::MAX)? {
                self.give_up(&row, now, out)?;
            }
        }
        self.stop_work(account, out);
        self.say_withdrawn(&contact, now, out)?;
        self.untrack(&contact, out)?;
        self.close_queues(account, now)?;
        self.withdraw_offer(account, false, now, out)?;
        self.forget_kept(account, now)?;
        self.forget_offers(account)?;
        self.store.delete_meta(&format!("mail_at:{account}"))?;
        self.return_known(account, out)?;
        self.store.delete_meta(&meta_link(account))?;
        self.store.delete_meta(&meta_bundle(account))?;
        self.store.delete_contact(&account)?;
        self.forget_volume(account, now, out)?;
        out.push(Output::Event(Event::ContactRemoved { account: convert::account_id(account) }));
        self.drop_draft(account, out)
    }

    pub(crate) fn rename(&mut self, params: RenameParams, out: &mut Vec<Output>) -> Result<Done, CoreError> {
        let mut contact = self.known(params.account)?;
        contact.petname =
            if params.petname.trim().is_empty() { None } else { Some(profile::clean_name(&params.petname)?) };
        self.store.put_contact(&contact)?;
        self.contact_changed(contact.account, out)?;
        self.chat_changed(contact.account, out)?;
        Ok(Done {})
    }

    pub(crate) fn verify(&mut self, params: VerifyParams, out: &mut Vec<Output>) -> Result<Done, CoreError> {
        let mut contact = self.known(params.account)?;
        contact.state = match (contact.state, params.verified) {
            (ContactState::Introduced | ContactState::Verified, true) => ContactState::Verified,
            (ContactState::Introduced | ContactState::Verified, false) => ContactState::Introduced,
            (ContactState::Waiting | ContactState::Requested, _) => {
                return deny(ErrorCode::NotAContact, "accept each other first, then compare the safety number");
            }
        };
        self.store.put_contact(&contact)?;
        self.contact_changed(contact.account, out)?;
        Ok(Done {})
    }

    pub(crate) fn profile_changed(
        &mut self,
        contact: &ContactRow,
        inner: &Inner,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        let Body::Profile { name, status_text, status_until_ms } = &inner.body else { return refuse("not a profile") };
        let hlc = inner.hlc;
        let key = format!("profile_at:{}", contact.account);
        let newest = self.store.meta(&key)?.and_then(|bytes| bytes.try_into().ok()).map_or(0, u64::from_be_bytes);
        if hlc.to_u64() <= newest {
            return Ok(());
        }
        self.store.set_meta(&key, &hlc.to_u64().to_be_bytes())?;
        let mut contact = contact.clone();
        contact.name = name.nfc().collect();
        contact.status_text = status_text.nfc().collect();
        contact.status_until_ms = *status_until_ms;
        self.store.put_contact(&contact)?;
        self.contact_changed(contact.account, out)?;
        self.chat_changed(contact.account, out)
    }
}
