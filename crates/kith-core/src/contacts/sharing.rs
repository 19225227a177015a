//! What contacts learn of me beside what I write. It goes both ways: what is not shared with somebody is not shown of them.

use kith_api::{
    params::{ContactSetParams, Done},
    views::{PRESENCE_SHARE, RECEIPTS_SEEN, STATUS_SHARE, Share, Sharing, TYPING_SHARE},
};
use kith_store::SharingRow;
use kith_wire::{AccountId, Body};

use crate::{Output, Timestamp, convert, core::Core, error::CoreError};

/// Something that can be shared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shared {
    Typing,
    Presence,
    Receipts,
    Status,
}

impl Shared {
    /// What a setting is about.
    pub(crate) fn of_setting(key: &str) -> Option<Self> {
        [Self::Typing, Self::Presence, Self::Receipts, Self::Status].into_iter().find(|shared| shared.setting() == key)
    }

    fn setting(self) -> &'static str {
        match self {
            Self::Typing => TYPING_SHARE,
            Self::Presence => PRESENCE_SHARE,
            Self::Receipts => RECEIPTS_SEEN,
            Self::Status => STATUS_SHARE,
        }
    }

    fn in_row(self, row: &SharingRow) -> Option<bool> {
        match self {
            Self::Typing => row.typing,
            Self::Presence => row.presence,
            Self::Receipts => row.receipts,
            Self::Status => row.status,
        }
    }
}

impl Core {
    /// Whether something is shared with a contact.
    pub(crate) fn shares(&self, account: AccountId, what: Shared) -> Result<bool, CoreError> {
        if let Some(own) = what.in_row(&self.store.sharing(&account)?) {
            return Ok(own);
        }
        Ok(self.store.setting(what.setting())?.is_none_or(|value| value != "false"))
    }

    pub(crate) fn sharing_view(&self, account: AccountId) -> Result<Sharing, CoreError> {
        let row = self.store.sharing(&account)?;
        let view = |own| match own {
            None => Share::Default,
            Some(true) => Share::On,
            Some(false) => Share::Off,
        };
        Ok(Sharing {
            typing: view(row.typing),
            presence: view(row.presence),
            receipts: view(row.receipts),
            status: view(row.status),
        })
    }

    /// `contacts.set`.
    pub(crate) fn set_contact(
        &mut self,
        params: ContactSetParams,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<Done, CoreError> {
        let contact = self.known(params.account)?;
        let told = self.shares(contact.account, Shared::Status)?;
        let mut row = self.store.sharing(&contact.account)?;
        let take = |own: &mut Option<bool>, share: Option<Share>| match share {
            None => {}
            Some(Share::Default) => *own = None,
            Some(Share::On) => *own = Some(true),
            Some(Share::Off) => *own = Some(false),
        };
        take(&mut row.typing, params.typing);
        take(&mut row.presence, params.presence);
        take(&mut row.receipts, params.receipts);
        take(&mut row.status, params.status);
        self.store.set_sharing(&contact.account, row)?;
        if convert::is_open(&contact) && self.shares(contact.account, Shared::Status)? != told {
            self.tell_profile(contact.account, now)?;
        }
        self.sharing_changed(contact.account, out)?;
        self.contact_changed(contact.account, out)?;
        Ok(Done {})
    }

    /// A setting about everybody changed.
    pub(crate) fn sharing_with_all_changed(
        &mut self,
        what: Shared,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        for contact in self.store.contacts()? {
            self.sharing_changed(contact.account, out)?;
            let follows = what.in_row(&self.store.sharing(&contact.account)?).is_none();
            if what == Shared::Status && follows && convert::is_open(&contact) {
                self.tell_profile(contact.account, now)?;
            }
            self.tell_presence_of(&contact, out)?;
        }
        Ok(())
    }

    fn sharing_changed(&mut self, account: AccountId, out: &mut Vec<Output>) -> Result<(), CoreError> {
        self.say_presence(account);
        if !self.shares(account, Shared::Typing)? {
            self.stopped_typing(account, out);
        }
        if !self.shares(account, Shared::Receipts)? {
            self.drop_seen(account)?;
        }
        Ok(())
    }

    /// Takes back what still waits to tell somebody that their messages were read.
    fn drop_seen(&mut self, account: AccountId) -> Result<(), CoreError> {
        let seen = Body::Seen { messages: Vec::new() }.kind();
        for device in self.store.devices_of(&account)? {
            for row in self.store.outbox_of_kind(&device.device, seen)? {
                self.store.outbox_remove(row.id)?;
            }
            // There may be room now for what waited behind.
            self.dirty.insert(device.device);
        }
        Ok(())
    }
}
