//! What a contact does with messages after they were written. A change and its message may come in any order: a change
//! that is early waits for its message.

use kith_api::Event;
use kith_store::{ContactRow, MessageRow, Stamp, WaitingChange};
use kith_wire::{AccountId, Body, ChatId, Hlc, Inner, MsgId};

use crate::{
    Output, Timestamp, convert,
    core::Core,
    error::{CoreError, refuse},
    hlc::MAX_AHEAD_MS,
};

/// How many changes of one contact wait for their messages; the oldest of more are dropped. Far above what a mailbox
/// puts out of order.
const WAITING_MAX: u32 = 512;

/// What somebody does with a message.
pub(crate) struct Change<'a> {
    pub(crate) by: AccountId,
    pub(crate) chat: ChatId,
    /// Its name.
    pub(crate) event: MsgId,
    /// When, as they said.
    pub(crate) said: Hlc,
    pub(crate) body: &'a Body,
    pub(crate) proof: Option<[u8; 16]>,
}

impl Core {
    /// Applies a change once, or keeps it until its message comes.
    pub(crate) fn receive_change(
        &mut self,
        contact: &ContactRow,
        inner: &Inner,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        self.ensure_chat(contact, now, out)?;
        let change = Change {
            by: contact.account,
            chat: inner.chat,
            event: inner.msg,
            said: inner.hlc,
            body: &inner.body,
            proof: inner.proof,
        };
        self.change_message(&change, now, out)
    }

    /// Applies a change once, or keeps it until its message comes.
    pub(crate) fn change_message(
        &mut self,
        change: &Change<'_>,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        let Change { by, chat, event, said, body, proof } = *change;
        let Some((target, author)) = subject(body, by) else { return refuse("no change") };
        // The order among the changes of one person is by their own clock, believable or not.
        let stamp = Stamp { hlc: said, event };
        let believable = said.millis() <= now.saturating_add(MAX_AHEAD_MS);
        let at_ms = if believable { said.millis() } else { now };
        if let Some(row) = self.store.message_of(&chat, &author, &target)? {
            if self.apply_change(&row, by, stamp, at_ms, body)? {
                self.keep_proof(row.row, event, said, body.kind(), proof)?;
                self.tell_message(&row, out)?;
            }
            return Ok(());
        }
        let known_as_another = self.store.message(&target)?.is_some_and(|row| row.chat == chat);
        if known_as_another {
            return Ok(());
        }
        if self.store.is_erased(&chat, &author, &target)? {
            if let Body::Delete { .. } = body {
                self.store.erased_deleted(&chat, &author, &target)?;
            }
            return Ok(());
        }
        if let Body::Delete { .. } = body
            && let Some(row) = self.store.gap_given_up(&chat, &target)?
            && let Some(message) = self.store.message_in(row)?
        {
            self.tell_message(&message, out)?;
        }
        let change =
            WaitingChange { chat, author: by, target, stamp, kind: body.kind(), at_ms, body: body.encode(), proof };
        Ok(self.store.keep_change(&change, now, WAITING_MAX)?)
    }

    /// Applies what waited for a message that has just been stored.
    pub(crate) fn apply_waiting(&mut self, row: &MessageRow) -> Result<(), CoreError> {
        for change in self.store.take_changes(&row.chat, &row.msg)? {
            let body = Body::decode(change.kind, &change.body)?;
            if subject(&body, change.author) == Some((row.msg, row.author)) {
                let Stamp { hlc, event } = change.stamp;
                if self.apply_change(row, change.author, change.stamp, change.at_ms, &body)? {
                    self.keep_proof(row.row, event, hlc, change.kind, change.proof)?;
                }
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
        if let Body::Edit { text, pictures, .. } = body {
            if row.kind != Body::TEXT || !self.store.add_version(row.row, stamp, at_ms, text)? {
                return Ok(false);
            }
            self.store.show_pictures(row.row, Some(&stamp.event), pictures)?;
            // The text may be an older one than that which is shown.
            if let Some(shown) = self.store.message_of(&row.chat, &row.author, &row.msg)?.and_then(|row| row.text) {
                self.store.set_mention(row.row, !row.outgoing && self.mentions_me(&shown)?)?;
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
