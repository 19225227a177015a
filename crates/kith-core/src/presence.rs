//! Whether people are there. It is said to contacts who may know, over live connections only; a connection by itself says
//! nothing. Who is invisible has no connection to contacts at all.

use std::collections::{BTreeMap, BTreeSet};

use kith_api::{ErrorCode, Event, views};
use kith_store::{ContactRow, DeviceRow};
use kith_wire::{AccountId, Availability, Body, TransportId};

use crate::{
    Output, Timestamp,
    contacts::sharing::Shared,
    convert,
    core::Core,
    error::{CoreError, deny},
};

const META_PRESENCE: &str = "presence";

/// What is said and heard about who is there; all of it ends with the connections.
#[derive(Debug, Default)]
pub(crate) struct Presence {
    /// Nobody is at this device.
    pub(crate) idle: bool,
    theirs: BTreeMap<TransportId, Availability>,
    said: BTreeMap<TransportId, Availability>,
    /// Who is told at the end of the batch: after what makes them listen.
    due: BTreeSet<AccountId>,
}

impl Presence {
    /// What was said did not arrive.
    pub(crate) fn unsaid(&mut self, peer: &TransportId) {
        self.said.remove(peer);
    }

    /// A connection ended.
    pub(crate) fn gone(&mut self, peer: &TransportId) {
        self.theirs.remove(peer);
        self.said.remove(peer);
    }
}

impl Core {
    /// How I want to be seen.
    pub(crate) fn my_presence(&self) -> Result<views::Presence, CoreError> {
        Ok(match self.store.meta(META_PRESENCE)?.as_deref() {
            Some(b"away") => views::Presence::Away,
            Some(b"dnd") => views::Presence::Dnd,
            Some(b"invisible") => views::Presence::Invisible,
            _ => views::Presence::Online,
        })
    }

    pub(crate) fn is_invisible(&self) -> Result<bool, CoreError> {
        Ok(self.my_presence()? == views::Presence::Invisible)
    }

    pub(crate) fn set_presence(
        &mut self,
        presence: views::Presence,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        let word: &[u8] = match presence {
            views::Presence::Online => b"online",
            views::Presence::Away => b"away",
            views::Presence::Dnd => b"dnd",
            views::Presence::Invisible => b"invisible",
            views::Presence::Offline => {
                return deny(ErrorCode::InvalidArgument, "nobody is offline by saying so; \"invisible\" is like it");
            }
        };
        let before = self.my_presence()?;
        self.store.set_meta(META_PRESENCE, word)?;
        self.findable_changed();
        if presence == views::Presence::Invisible {
            for contact in self.store.contacts()? {
                self.untrack(&contact, out)?;
                self.tell_presence_of(&contact, out)?;
            }
            // What waited for a connection can go by mail now.
            for contact in self.store.contacts()? {
                for device in self.live_devices(contact.account)? {
                    self.wake_device(device.device, now)?;
                }
            }
        } else if before == views::Presence::Invisible {
            self.track_all(out)?;
        }
        self.say_presence_to_all()
    }

    pub(crate) fn say_presence_to_all(&mut self) -> Result<(), CoreError> {
        for contact in self.store.contacts()? {
            self.say_presence(contact.account);
        }
        Ok(())
    }

    /// Tells a contact at the end of the batch, if they are connected and do not know yet.
    pub(crate) fn say_presence(&mut self, account: AccountId) {
        self.presence.due.insert(account);
    }

    /// What a contact is to see of me.
    fn shown_to(&self, contact: &ContactRow) -> Result<Availability, CoreError> {
        if !convert::is_open(contact) || !self.shares(contact.account, Shared::Presence)? {
            return Ok(Availability::Hidden);
        }
        Ok(match self.my_presence()? {
            views::Presence::Online | views::Presence::Away if self.quiet.shows() => Availability::Busy,
            views::Presence::Online if self.presence.idle => Availability::Away,
            views::Presence::Online => Availability::Online,
            views::Presence::Away => Availability::Away,
            views::Presence::Dnd => Availability::Busy,
            views::Presence::Invisible | views::Presence::Offline => Availability::Hidden,
        })
    }

    pub(crate) fn flush_presence(&mut self, now: Timestamp, out: &mut Vec<Output>) -> Result<(), CoreError> {
        for account in std::mem::take(&mut self.presence.due) {
            let Some(contact) = self.store.contact(&account)? else { continue };
            let shown = self.shown_to(&contact)?;
            for device in self.live_devices(account)? {
                let said = self.presence.said.get(&device.transport).copied().unwrap_or_default();
                if said == shown || !self.up.contains_key(&device.transport) || !convert::is_open(&contact) {
                    continue;
                }
                self.presence.said.insert(device.transport, shown);
                let asks = !self.presence.theirs.contains_key(&device.transport);
                let body = Body::Presence { availability: shown, asks };
                match self.apart(out, |core, out| core.send_ephemeral(device.device, &body, now, out)) {
                    Ok(()) => {}
                    Err(CoreError::Store(error)) => return Err(error.into()),
                    Err(error) => tracing::warn!(%error, "a device is not told who is here"),
                }
            }
        }
        Ok(())
    }

    /// A contact says whether they are there. It counts while they are connected; the word may be here before the news of
    /// the connection.
    pub(crate) fn heard_presence(
        &mut self,
        contact: &ContactRow,
        device: &DeviceRow,
        (availability, asks): (Availability, bool),
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        let known = self.presence.theirs.get(&device.transport).copied().unwrap_or_default();
        if (known == availability && !asks) || !self.typing.listens(contact.account, now) {
            return Ok(());
        }
        if asks {
            // Their connection ended and was replaced before it ended for me, who then has no other reason to speak.
            self.presence.unsaid(&device.transport);
            self.say_presence(contact.account);
        }
        if known == availability {
            return Ok(());
        }
        self.presence.theirs.insert(device.transport, availability);
        self.seen_there(contact, now, out)
    }

    /// What of a contact is to be seen: how they are there, if they said so and both share it.
    pub(crate) fn availability_of(&self, contact: &ContactRow) -> Result<Availability, CoreError> {
        if !convert::is_open(contact) || !self.shares(contact.account, Shared::Presence)? {
            return Ok(Availability::Hidden);
        }
        let devices = self.store.devices_of(&contact.account)?;
        let up = devices.iter().filter(|device| self.up.contains_key(&device.transport));
        let best = up.filter_map(|device| self.presence.theirs.get(&device.transport)).max();
        Ok(best.copied().unwrap_or_default())
    }

    /// A contact was there at `now`, as far as they let it be seen; tells.
    pub(crate) fn seen_there(
        &mut self,
        contact: &ContactRow,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        let mut contact = contact.clone();
        if self.availability_of(&contact)? != Availability::Hidden {
            contact.last_seen_ms = Some(now).max(contact.last_seen_ms);
            self.store.put_contact(&contact)?;
        }
        self.tell_presence_of(&contact, out)
    }

    pub(crate) fn tell_presence_of(&self, contact: &ContactRow, out: &mut Vec<Output>) -> Result<(), CoreError> {
        let view = self.contact_view(contact)?;
        out.push(Output::Event(Event::Presence {
            account: view.account,
            presence: view.presence,
            last_seen: view.last_seen,
            path: view.path,
        }));
        Ok(())
    }
}
