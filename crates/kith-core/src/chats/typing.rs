//! Who is writing right now. Nothing of it is kept: it goes over a live connection or not at all, and ends by itself.

use std::collections::BTreeMap;

use kith_api::{
    Event,
    params::{Done, TypingParams},
};
use kith_store::DeviceRow;
use kith_wire::{AccountId, Body, ChatId};

use crate::{Output, Timestamp, contacts::sharing::Shared, convert, core::Core, error::CoreError, often::Often};

/// How long somebody counts as writing after they said so.
const ENDS_MS: u64 = 6_000;
/// How often a contact is told that I am still writing.
const AGAIN_MS: u64 = 3_000;
/// How often a contact may say something about it within [`ENDS_MS`]; more is not looked at.
const HEARD_MAX: u32 = 8;

/// What is known about writing, by contact.
#[derive(Debug, Default)]
pub(crate) struct Typing {
    /// Until when they count as writing.
    theirs: BTreeMap<AccountId, Timestamp>,
    /// What they said of late.
    heard: Often,
    /// When they were last told that I write, and whether they think I still do.
    mine: BTreeMap<AccountId, (Timestamp, bool)>,
}

impl Typing {
    pub(crate) fn next_wake(&self) -> Option<Timestamp> {
        self.theirs.values().min().copied()
    }

    /// A message from me says that I am done, without a word about it.
    pub(crate) fn wrote(&mut self, to: AccountId) {
        self.mine.remove(&to);
    }

    /// Whether a contact is to be told.
    fn tells(&mut self, to: AccountId, on: bool, now: Timestamp) -> bool {
        let last = self.mine.get(&to).copied();
        if on {
            let due = last.is_none_or(|(at, _)| now >= at.saturating_add(AGAIN_MS) || now < at);
            if due {
                self.mine.insert(to, (now, true));
            }
            return due;
        }
        let believed = last.filter(|(at, on)| *on && now < at.saturating_add(ENDS_MS));
        if let Some((at, _)) = believed {
            self.mine.insert(to, (at, false));
        }
        believed.is_some()
    }

    /// Whether what a contact says is looked at; they say it no more often than a program of theirs has to.
    pub(crate) fn listens(&mut self, from: AccountId, now: Timestamp) -> bool {
        self.heard.allows(from, HEARD_MAX, ENDS_MS, now)
    }
}

impl Core {
    pub(crate) fn typing(
        &mut self,
        params: TypingParams,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<Done, CoreError> {
        let recipient = self.recipient_of(&convert::chat(params.chat))?;
        let Some(contact) = recipient.map(|account| self.store.contact(&account)).transpose()?.flatten() else {
            return Ok(Done {});
        };
        let may = convert::is_open(&contact) && self.shares(contact.account, Shared::Typing)?;
        if may && self.typing.tells(contact.account, params.on, now) {
            self.send_live(contact.account, &Body::Typing { on: params.on }, now, out)?;
        }
        Ok(Done {})
    }

    /// A contact says that they write, or stopped. By mail it would be old.
    pub(crate) fn heard_typing(
        &mut self,
        account: AccountId,
        device: &DeviceRow,
        on: bool,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        let live = self.up.contains_key(&device.transport);
        if !live || !self.typing.listens(account, now) || !self.shares(account, Shared::Typing)? {
            return Ok(());
        }
        if !on {
            self.stopped_typing(account, out);
        } else if self.typing.theirs.insert(account, now.saturating_add(ENDS_MS)).is_none() {
            out.push(self.tell_typing(account, true));
        }
        Ok(())
    }

    /// A contact does not write any more, or nobody can know.
    pub(crate) fn stopped_typing(&mut self, account: AccountId, out: &mut Vec<Output>) {
        if self.typing.theirs.remove(&account).is_some() {
            out.push(self.tell_typing(account, false));
        }
    }

    pub(crate) fn typing_wake(&mut self, now: Timestamp, out: &mut Vec<Output>) {
        let over = self.typing.theirs.iter().filter(|(_, until)| **until <= now).map(|(account, _)| *account);
        for account in over.collect::<Vec<_>>() {
            self.stopped_typing(account, out);
        }
    }

    fn tell_typing(&self, account: AccountId, on: bool) -> Output {
        let chat = convert::chat_id(ChatId::direct(&self.me, &account));
        Output::Event(Event::Typing { chat, account: convert::account_id(account), on })
    }
}
