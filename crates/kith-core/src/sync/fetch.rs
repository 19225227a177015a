//! Asking for messages that others follow and that have not come.

use std::collections::BTreeMap;

use kith_api::Event;
use kith_store::DeviceRow;
use kith_wire::{AccountId, Body, ChatId, MsgId, Sync, limits};

use super::FETCHED_MAX;
use crate::{Output, Timestamp, convert, core::Core, error::CoreError};

/// How long a message that others follow may be on its way.
pub(crate) const ASK_MS: u64 = 60_000;
/// How long after that it is asked for again, and then each time.
const ASK_AGAIN_MS: u64 = 24 * 3600 * 1000;
/// How long a message is missing before that shows.
const SHOW_MS: u64 = 24 * 3600 * 1000;
/// How often it is asked for.
const ASKED_MAX: u32 = 30;
/// Gaps looked at in one go.
const GAPS_AT_ONCE: u32 = 256;

impl Core {
    /// Takes note of what a message follows, and tells what that changed.
    pub(crate) fn link_message(
        &mut self,
        row: i64,
        said: kith_wire::Hlc,
        parents: &[MsgId],
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        let ask_at = now.saturating_add(ASK_MS);
        let changed = self.store.link(row, said, parents, now, ask_at)?;
        if !parents.is_empty() {
            self.sync.gaps_at = self.store.gaps_next_at()?;
        }
        for row in changed {
            self.tell_row(row, out)?;
        }
        Ok(())
    }

    fn tell_row(&self, row: i64, out: &mut Vec<Output>) -> Result<(), CoreError> {
        if let Some(message) = self.store.message_in(row)? {
            out.push(Output::Event(Event::MessageUpserted { message: convert::message_view(&message) }));
        }
        Ok(())
    }

    /// Asks for what is missing and due, and shows what has been missing for long.
    pub(super) fn gaps_wake(&mut self, now: Timestamp, out: &mut Vec<Output>) -> Result<(), CoreError> {
        if self.sync.gaps_at.is_none_or(|at| at > now) {
            return Ok(());
        }
        let mut wanted: BTreeMap<AccountId, Vec<MsgId>> = BTreeMap::new();
        for gap in self.store.gaps_due(now, GAPS_AT_ONCE)? {
            let account = self.store.chat(&gap.chat)?.and_then(|chat| chat.account);
            let shown = now >= gap.since_ms.saturating_add(SHOW_MS);
            // The first time it shows is a day after it was missed, and it is asked for then.
            let next = if shown { now } else { gap.since_ms }.saturating_add(ASK_AGAIN_MS);
            let next = (gap.asked < ASKED_MAX).then_some(next);
            self.store.gap_asked(&gap.chat, &gap.parent, next, shown)?;
            if shown {
                self.tell_row(gap.row, out)?;
            }
            wanted.entry(account.unwrap_or(self.me)).or_default().push(gap.parent);
        }
        wanted.remove(&self.me);
        for (account, wanted) in wanted {
            if !self.store.contact(&account)?.as_ref().is_some_and(convert::is_open) {
                continue;
            }
            for wanted in wanted.chunks(limits::SYNC_FETCH_MAX) {
                let fetch = Sync::Fetch { wanted: wanted.to_vec(), gone: Vec::new(), again: false };
                self.enqueue_control(account, &Body::Sync(fetch), now)?;
            }
        }
        self.sync.gaps_at = self.store.gaps_next_at()?;
        Ok(())
    }

    /// A mailbox of ours lost what lay in a queue: whoever writes to it is asked to leave it again.
    pub(crate) fn ask_for_lost_mail(&mut self, account: AccountId, now: Timestamp) -> Result<(), CoreError> {
        if self.store.contact(&account)?.as_ref().is_some_and(convert::is_open) {
            let fetch = Sync::Fetch { wanted: Vec::new(), gone: Vec::new(), again: true };
            self.enqueue_control(account, &Body::Sync(fetch), now)?;
        }
        Ok(())
    }

    /// The other side misses messages, or has not what we miss.
    pub(super) fn fetched(
        &mut self,
        device: &DeviceRow,
        wanted: &[MsgId],
        gone: &[MsgId],
        again: bool,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        let account = device.account;
        let chat = ChatId::direct(&self.me, &account);
        for msg in gone {
            if let Some(row) = self.store.gap_given_up(&chat, msg)? {
                self.tell_row(row, out)?;
            }
        }
        let served = self.sync.served(device.device, now);
        if again && !served.again {
            served.again = true;
            self.store.outbox_undeposit(&device.device)?;
            self.wake_device(device.device, now)?;
        }
        let mut lost = Vec::new();
        for msg in wanted {
            let served = self.sync.served(device.device, now);
            if served.fetched >= FETCHED_MAX {
                tracing::debug!("a contact asks for more messages than are given in an hour");
                break;
            }
            served.fetched += 1;
            if !self.give_message(device, &chat, msg, now)? {
                lost.push(*msg);
            }
            // What a mailbox said it took did not come from there.
            self.store.outbox_again(&device.device, msg, now)?;
            self.dirty.insert(device.device);
        }
        if !lost.is_empty() {
            let fetch = Sync::Fetch { wanted: Vec::new(), gone: lost, again: false };
            self.enqueue_control(account, &Body::Sync(fetch), now)?;
        }
        Ok(())
    }
}
