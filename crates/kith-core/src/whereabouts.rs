//! Finding each other: every contact gets a key of their own, by which they and nobody else find this device wherever it
//! is. The network keeps a sealed record for each (see kith-wire's `whereabouts`); here is who gets which key, and for whom
//! there is a record at all: nobody who is blocked or removed, and nobody while I am invisible.
//!
//! Until a contact was told a key, the one that comes from their invite serves both sides.

use std::collections::BTreeSet;

use kith_store::{ContactRow, DeviceRow, InviteRow};
use kith_wire::{AccountId, Body, FindKey, Hlc, InviteLink};
use rand::Rng as _;

use crate::{Output, Timestamp, convert, core::Core, error::CoreError};

/// How long a key is kept beside the newer one, which may lie in a mailbox as long.
const OLD_MS: u64 = 30 * 24 * 3600 * 1000;

/// How often contacts that are away are told where this device is now.
const HINT_EVERY_MS: u64 = 24 * 3600 * 1000;
/// When they were told last, and a hash of what.
const META_HINTED: &str = "hinted";

/// What the network was told.
#[derive(Debug, Default)]
pub(crate) struct Whereabouts {
    /// For whom there are records.
    told: Option<BTreeSet<[u8; 32]>>,
    /// That may not be right any more.
    changed: bool,
}

impl Core {
    /// When the network begins: it was told nothing yet. Contacts from before there were such keys get one.
    pub(crate) fn whereabouts_startup(&mut self, now: Timestamp) -> Result<(), CoreError> {
        self.whereabouts.told = None;
        self.findable_changed();
        for contact in self.store.contacts()? {
            if convert::is_open(&contact) && self.store.own_find_keys(&contact.account)?.is_empty() {
                self.tell_whereabouts(contact.account, now)?;
            }
        }
        Ok(())
    }

    /// Who may find this device is not what it was.
    pub(crate) fn findable_changed(&mut self) {
        self.whereabouts.changed = true;
    }

    /// Nothing of what the batch did counts.
    pub(crate) fn whereabouts_rolled_back(&mut self) {
        self.whereabouts = Whereabouts { told: None, changed: true };
    }

    /// Both sides of an invite find each other by it until they have something better. Not by a public address: whoever
    /// knows the account could compute the key.
    pub(crate) fn meet_by_invite(
        &mut self,
        device: &DeviceRow,
        link: &InviteLink,
        now: Timestamp,
    ) -> Result<(), CoreError> {
        self.store.set_find_key(&device.device, &link.find_key(&device.device), 0)?;
        self.store.add_own_find_key(&device.account, &link.find_key(&self.my_device), now)?;
        self.findable_changed();
        Ok(())
    }

    /// Gives a contact a new key, and tells them.
    pub(crate) fn tell_whereabouts(&mut self, account: AccountId, now: Timestamp) -> Result<(), CoreError> {
        let mut bytes = [0; 32];
        self.rng.fill_bytes(&mut bytes);
        let find = FindKey::from_bytes(&bytes);
        self.store.add_own_find_key(&account, &find, now)?;
        self.findable_changed();
        let addresses = self.addresses.clone();
        self.enqueue_control(account, &Body::Whereabouts { find, addresses }, now)
    }

    /// Now and then: this device is somewhere else than contacts know, and those who are away cannot be told on a connection.
    /// Where they look for it there may be no bootstrap node in common, so it waits for them in their mailboxes.
    pub(crate) fn hint(&mut self, now: Timestamp) -> Result<(), CoreError> {
        if self.addresses.is_empty() || self.is_invisible()? {
            return Ok(());
        }
        let mut sorted = self.addresses.clone();
        sorted.sort();
        let what = *blake3::hash(sorted.join("\n").as_bytes()).as_bytes();
        let last = self.store.meta(META_HINTED)?;
        let (at, before) = last.as_deref().and_then(<[u8]>::split_first_chunk::<8>).unzip();
        let due = at.is_none_or(|at| now.saturating_sub(u64::from_be_bytes(*at)) >= HINT_EVERY_MS);
        if !due || before == Some(what.as_slice()) {
            return Ok(());
        }
        self.store.set_meta(META_HINTED, &[now.to_be_bytes().as_slice(), &what].concat())?;
        if before.is_none() {
            // They were told with the first key.
            return Ok(());
        }
        for contact in self.store.contacts()? {
            let devices = self.live_devices(contact.account)?;
            let there = devices.iter().any(|device| self.up.contains_key(&device.transport));
            let find = self.store.own_find_keys(&contact.account)?.into_iter().next();
            let Some(find) = find.filter(|_| convert::is_open(&contact) && !there) else { continue };
            for device in devices {
                // What they did not get yet is stale.
                for row in self.store.outbox_of_kind(&device.device, Body::WHEREABOUTS)? {
                    self.store.outbox_remove(row.id)?;
                }
            }
            let addresses = self.addresses.clone();
            self.enqueue_control(contact.account, &Body::Whereabouts { find, addresses }, now)?;
        }
        Ok(())
    }

    /// A contact is not to find this device any more.
    pub(crate) fn hide_from(&mut self, account: AccountId) -> Result<(), CoreError> {
        self.findable_changed();
        Ok(self.store.drop_own_find_keys(&account)?)
    }

    /// A device of a contact said by what it is found.
    pub(crate) fn heard_whereabouts(
        &mut self,
        contact: &ContactRow,
        device: &DeviceRow,
        (find, addresses): (&FindKey, &[String]),
        hlc: Hlc,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        if !self.store.set_find_key(&device.device, find, hlc.to_u64())? {
            return Ok(());
        }
        // What a live connection told is newer than what waited in a mailbox.
        if !self.up.contains_key(&device.transport) && !addresses.is_empty() {
            self.store.set_addresses(&device.transport, addresses, now)?;
        }
        self.track(contact, out)
    }

    pub(crate) fn prune_whereabouts(&mut self, now: Timestamp) -> Result<(), CoreError> {
        if self.store.prune_find_keys(now.saturating_sub(OLD_MS))? {
            self.findable_changed();
        }
        Ok(())
    }

    /// At the end of a batch: tells the network by which keys this device is to be found from now on.
    pub(crate) fn flush_whereabouts(&mut self, now: Timestamp, out: &mut Vec<Output>) -> Result<(), CoreError> {
        if !std::mem::take(&mut self.whereabouts.changed) {
            return Ok(());
        }
        let keys = self.findable_by(now)?;
        if self.whereabouts.told.as_ref() != Some(&keys) {
            out.push(Output::Findable(keys.iter().map(FindKey::from_bytes).collect()));
            self.whereabouts.told = Some(keys);
        }
        Ok(())
    }

    fn findable_by(&self, now: Timestamp) -> Result<BTreeSet<[u8; 32]>, CoreError> {
        let mut keys = BTreeSet::new();
        if self.is_invisible()? {
            return Ok(keys);
        }
        for contact in self.store.contacts()?.iter().filter(|contact| !contact.blocked && !contact.alarm) {
            keys.extend(self.store.own_find_keys(&contact.account)?.iter().map(|key| *key.as_bytes()));
        }
        let of_invite = |row: &InviteRow| *self.invite_link(row).find_key(&self.my_device).as_bytes();
        keys.extend(self.open_links(now)?.iter().map(of_invite));
        Ok(keys)
    }
}
