//! Messages that disappear. At their author's the time begins when they are sent, at their reader's when they are read.

use std::collections::BTreeSet;

use kith_api::{
    ErrorCode, Event,
    params::{Done, ExpiryParams},
};
use kith_wire::{Body, ChatId, limits::EXPIRES_MAX_S};

use super::send::New;
use crate::{
    Output, Timestamp, convert,
    core::Core,
    error::{CoreError, deny},
};

/// How many messages one wake removes; the next one follows at once.
const EXPIRED_MAX: u32 = 256;

/// A time after which something disappears, as clients may ask for it.
pub(super) fn checked(expires_s: u64) -> Result<u32, CoreError> {
    match u32::try_from(expires_s) {
        Ok(seconds) if (1..=EXPIRES_MAX_S).contains(&seconds) => Ok(seconds),
        _ => deny(ErrorCode::InvalidArgument, "messages disappear after 1 to 31622400 seconds"),
    }
}

impl Core {
    pub(crate) fn set_expiry(
        &mut self,
        params: ExpiryParams,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<Done, CoreError> {
        let expires_s = params.expires_s.map(checked).transpose()?;
        let chat = convert::chat(params.chat);
        let recipient = self.recipient_of(&chat)?;
        if self.store.chat(&chat)?.is_some_and(|row| row.expires_s == expires_s) {
            return Ok(Done {});
        }
        let number = self.store.expiry_number(&chat)?.saturating_add(1);
        let body = Body::Expiry { expires_s, number };
        let msg = self.random_msg();
        if !self.store.set_expiry(&chat, expires_s, number, &msg)? {
            return deny(ErrorCode::NotAllowed, "the other side's setting cannot be changed any more");
        }
        self.post(chat, recipient, &body, New { id: Some(msg), ..New::default() }, now, out)?;
        Ok(Done {})
    }

    /// Begins the time of what was read.
    pub(crate) fn start_expiry(
        &mut self,
        chat: &ChatId,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        for row in self.store.start_expiry(chat, now)? {
            out.push(Output::Event(Event::MessageUpserted { message: convert::message_view(&row) }));
        }
        Ok(())
    }

    /// Removes the messages whose time is over, and what still waits to deliver them.
    pub(crate) fn expire(&mut self, now: Timestamp, out: &mut Vec<Output>) -> Result<(), CoreError> {
        let mut chats = BTreeSet::new();
        for row in self.store.expired(now, EXPIRED_MAX)? {
            self.erase(&row, out)?;
            chats.insert(row.chat);
        }
        chats.iter().try_for_each(|chat| self.tell_chat(chat, out))
    }
}
