//! What a contact does with messages after they were written. A change and its message may come in any order: a change
//! that is early waits for its message.

use kith_api::Event;
use kith_store::{ContactRow, MessageRow, Stamp, WaitingChange};
use kith_wire::{AccountId, Body, Hlc, Inner, MsgId};

use crate::{
    Output, Timestamp, convert,
    core::Core,
    error::{CoreError, refuse},
    outbox::KEEP_MS,
};

/// How many changes of one contact wait for their messages; the oldest of more are dropped. Far above what a mailbox
/// puts out of order.
const WAITING_MAX: u32 = 512;

impl Core {
    /// Applies a change once, or keeps it until its message comes.
    pub(crate) fn receive_change(
        &mut self,
        contact: &ContactRow,
        inner: &Inner,
        hlc: Hlc,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        let Some((target, author)) = subject(&inner.body, contact.account) else { return refuse("no change") };
        self.ensure_chat(contact, now, out)?;
        // The order among the changes of one person is by their own clock, believable or not.
        let stamp = Stamp { hlc: inner.hlc, event: inner.msg };
        if let Some(row) = self.store.message_of(&inner.chat, &author, &target)? {
            if self.apply_change(&row, contact.account, stamp, hlc.millis(), &inner.body)? {
                self.tell_message(&row, out)?;
            }
            return Ok(());
        }
        let known_as_another = self.store.message(&target)?.is_some_and(|row| row.chat == inner.chat);
        if known_as_another || self.store.is_erased(&inner.chat, &author, &target)? {
            return Ok(());
        }
        let change = WaitingChange {
            chat: inner.chat,
            author: contact.account,
            target,
            stamp,
            kind: inner.body.kind(),
            at_ms: hlc.millis(),
            body: inner.body.encode(),
        };
        Ok(self.store.keep_change(&change, now.saturating_sub(KEEP_MS), WAITING_MAX)?)
    }

    /// Applies what waited for a message that has just been stored.
    pub(crate) fn apply_waiting(&mut self, row: &MessageRow) -> Result<(), CoreError> {
        for change in self.store.take_changes(&row.chat, &row.msg)? {
            let body = Body::decode(change.kind, &change.body)?;
            if subject(&body, change.author) == Some((row.msg, row.author)) {
                self.apply_change(row, change.author, change.stamp, change.at_ms, &body)?;
            }
        }
        Ok(())
    }

    /// Whether anything changed.
    fn apply_change(
        &mut self,
        row: &MessageRow,
        by: AccountId,
        stamp: Stamp,
        at_ms: u64,
        body: &Body,
    ) -> Result<bool, CoreError> {
        if let Body::Edit { text, .. } = body {
            if row.kind != Body::TEXT || !self.store.add_version(row.row, stamp, at_ms, text)? {
                return Ok(false);
            }
            // The text may be an older one than that which is shown.
            if let Some(shown) = self.store.message_of(&row.chat, &row.author, &row.msg)?.and_then(|row| row.text) {
                self.store.set_mention(row.row, self.mentions_me(&shown)?)?;
            }
            return Ok(true);
        }
        if let Body::Delete { .. } = body {
            self.scrub();
            return Ok(self.store.take_back(row.row)?);
        }
        if let Body::Vote { .. } | Body::ClosePoll { .. } = body {
            return self.apply_poll(row, by, stamp, body);
        }
        if let Body::React { emoji, on, .. } = body {
            return Ok(self.store.react(row.row, &by, emoji, *on, stamp)?);
        }
        Ok(false)
    }

    /// Tells what a message and its chat are now.
    pub(crate) fn tell_message(&self, row: &MessageRow, out: &mut Vec<Output>) -> Result<(), CoreError> {
        if let Some(row) = self.store.message_of(&row.chat, &row.author, &row.msg)? {
            out.push(Output::Event(Event::MessageUpserted { message: convert::message_view(&row) }));
        }
        self.tell_chat(&row.chat, out)
    }
}

/// The message that a change of `by` is about, and whose it is. Only an author edits, deletes and closes.
fn subject(body: &Body, by: AccountId) -> Option<(MsgId, AccountId)> {
    if let Body::Edit { target, .. } | Body::Delete { target } | Body::ClosePoll { target } = body {
        return Some((*target, by));
    }
    if let Body::React { target, author, .. } | Body::Vote { target, author, .. } = body {
        return Some((*target, *author));
    }
    None
}
