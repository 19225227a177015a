//! Contacts as they are shown, and how they are reached.

use kith_api::{
    AccountId,
    params::{ContactsReply, Emoji, SafetyReply},
    views,
};
use kith_crypto::{safety_emoji, safety_number};
use kith_store::ContactRow;
use kith_wire::{Availability, TransportId};

use crate::{
    Output, PeerPath, Timestamp,
    contacts::sharing::Shared,
    convert,
    core::{Core, Ready},
    error::CoreError,
};

impl Core {
    fn path_of(&self, contact: &ContactRow) -> Result<Option<&PeerPath>, CoreError> {
        let devices = self.store.devices_of(&contact.account)?;
        Ok(devices.iter().find_map(|device| self.up.get(&device.transport)))
    }

    pub(crate) fn contact_view(&self, contact: &ContactRow) -> Result<views::Contact, CoreError> {
        let availability = self.availability_of(contact)?;
        let path = if availability == Availability::Hidden { None } else { self.path_of(contact)? };
        let account = contact.account;
        let mailboxes = u32::try_from(self.targets(account)?.len()).unwrap_or(u32::MAX);
        let mail = (self.store.mailbox_offer(&account)?.is_some(), self.is_keeper(account)?, mailboxes);
        let mut view = convert::contact_view(contact, availability, path, self.sharing_view(contact.account)?, mail);
        if !self.shares(account, Shared::Status)? {
            (view.status_text, view.status_until) = (String::new(), None);
        }
        Ok(views::Contact { via: self.via_of(contact)?, ..view })
    }

    pub(crate) fn list_contacts(&self) -> Result<ContactsReply, CoreError> {
        let mut contacts =
            self.store.contacts()?.iter().map(|contact| self.contact_view(contact)).collect::<Result<Vec<_>, _>>()?;
        contacts.sort_by_cached_key(|contact| {
            let shown = contact.petname.as_deref().unwrap_or(&contact.name);
            (shown.to_lowercase(), contact.account)
        });
        Ok(ContactsReply { contacts })
    }

    pub(crate) fn get_contact(&self, account: AccountId) -> Result<views::Contact, CoreError> {
        self.contact_view(&self.known(account)?)
    }

    pub(crate) fn safety_number(&self, account: AccountId) -> Result<SafetyReply, CoreError> {
        let theirs = self.known(account)?.account.public_key();
        let mine = self.me.public_key();
        let emoji = safety_emoji(&mine, &theirs);
        let emoji = emoji.into_iter().map(|(emoji, name)| Emoji { emoji: emoji.to_owned(), name: name.to_owned() });
        Ok(SafetyReply { digits: safety_number(&mine, &theirs), emoji: emoji.collect() })
    }

    /// Lets the devices of every contact in.
    pub(crate) fn track_all(&mut self, out: &mut Vec<Output>) -> Result<(), CoreError> {
        for contact in self.store.contacts()? {
            if convert::is_listened_to(&contact) {
                self.track(&contact, out)?;
            }
        }
        Ok(())
    }

    pub(crate) fn track(&mut self, contact: &ContactRow, out: &mut Vec<Output>) -> Result<(), CoreError> {
        if self.is_invisible()? {
            return Ok(());
        }
        self.findable_changed();
        for device in self.live_devices(contact.account)? {
            let addresses = self.store.addresses(&device.transport)?;
            let find = self.store.find_key(&device.device)?;
            out.push(Output::Track { peer: device.transport, addresses, find });
        }
        Ok(())
    }

    pub(crate) fn untrack(&mut self, contact: &ContactRow, out: &mut Vec<Output>) -> Result<(), CoreError> {
        for device in self.store.devices_of(&contact.account)? {
            self.let_go(device.transport, out);
        }
        self.stopped_typing(contact.account, out);
        Ok(())
    }

    /// Ends the connection to a device, and lets it in no more.
    pub(crate) fn let_go(&mut self, peer: TransportId, out: &mut Vec<Output>) {
        self.findable_changed();
        self.let_go.extend(self.up.remove_entry(&peer));
        self.presence.gone(&peer);
        out.push(Output::Untrack { peer });
    }

    pub(crate) fn peer_up(
        &mut self,
        peer: TransportId,
        path: PeerPath,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        let Some(device) = self.store.device_by_transport(&peer)? else { return Ok(()) };
        // The news may be of before somebody was blocked, or of before I became invisible.
        let listened = self.store.contact(&device.account)?.as_ref().is_some_and(convert::is_listened_to);
        if !listened || self.is_invisible()? {
            out.push(Output::Untrack { peer });
            return Ok(());
        }
        self.up.insert(peer, path);
        self.leap.insert(peer);
        let held = self.reorder.take(peer, |_| true).into_iter();
        self.ready.extend(held.map(|held| Ready::Held { from: peer, bytes: held.bytes }));
        self.mail_peer_up(peer, device.account, now)?;
        self.wake_device_up(device.device, now)?;
        self.sync_peer_up(&device, now)?;
        self.say_presence(device.account);
        self.presence_changed(peer, now, out)
    }

    /// Another connection carries what is said to a device: what left on the one before may be lost with it.
    pub(crate) fn peer_path(
        &mut self,
        peer: TransportId,
        path: PeerPath,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        let Some(known) = self.up.get_mut(&peer) else { return Ok(()) };
        let before = std::mem::replace(known, path.clone());
        self.presence.unsaid(&peer);
        if let Some(device) = self.store.device_by_transport(&peer)? {
            self.wake_device_moved(device.device, now)?;
            self.say_presence(device.account);
        }
        if before == path { Ok(()) } else { self.presence_changed(peer, now, out) }
    }

    pub(crate) fn peer_down(
        &mut self,
        peer: TransportId,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        if !self.up.contains_key(&peer) {
            return Ok(());
        }
        self.mail_peer_down(peer);
        let device = self.store.device_by_transport(&peer)?;
        if let Some(device) = &device {
            self.watch_queues(device.account, now)?;
            self.sync_peer_down(device.device);
            self.stopped_typing(device.account, out);
        }
        let contact = match &device {
            Some(device) => self.store.contact(&device.account)?.filter(convert::is_open),
            None => None,
        };
        if let Some(contact) = &contact {
            self.seen_there(contact, now, out)?;
        }
        self.up.remove(&peer);
        self.presence.gone(&peer);
        match device.map(|device| self.store.contact(&device.account)).transpose()?.flatten() {
            Some(contact) => self.tell_presence_of(&contact, out),
            None => Ok(()),
        }
    }

    fn presence_changed(&mut self, peer: TransportId, now: Timestamp, out: &mut Vec<Output>) -> Result<(), CoreError> {
        let Some(device) = self.store.device_by_transport(&peer)? else { return Ok(()) };
        let Some(contact) = self.store.contact(&device.account)? else { return Ok(()) };
        if convert::is_open(&contact) { self.seen_there(&contact, now, out) } else { Ok(()) }
    }

    pub(crate) fn peer_addresses(
        &mut self,
        peer: TransportId,
        addresses: &[String],
        now: Timestamp,
    ) -> Result<(), CoreError> {
        if self.store.device_by_transport(&peer)?.is_some() {
            self.store.set_addresses(&peer, addresses, now)?;
        }
        Ok(())
    }
}
