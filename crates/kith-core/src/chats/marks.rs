//! What I keep at hand or out of my way: pins, the archive, muted chats. Nobody else learns of it.

use kith_api::{
    ErrorCode,
    params::{Done, MuteParams, NotifyParams, PinMessageParams, SwitchParams},
};
use kith_store::{ChatRow, NotifyRule, StoreError};
use kith_wire::ChatId;

use crate::{
    Output, Timestamp, convert,
    core::Core,
    error::{CoreError, deny},
};

/// The end of time as JavaScript counts it: until somebody unmutes.
const FOREVER_MS: u64 = 8_640_000_000_000_000;

impl Core {
    pub(crate) fn pin_message(
        &mut self,
        params: PinMessageParams,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<Done, CoreError> {
        let row = self.named(params.message)?;
        if row.marks.deleted && params.on {
            return deny(ErrorCode::NotAllowed, "the message was deleted");
        }
        if row.marks.pinned_at_ms.is_some() != params.on {
            self.store.set_message_pinned(row.row, params.on.then_some(now))?;
            self.tell_message(&row, out)?;
        }
        Ok(Done {})
    }

    pub(crate) fn pin_chat(&mut self, params: SwitchParams, out: &mut Vec<Output>) -> Result<Done, CoreError> {
        self.mark(params.chat, out, |core, chat| core.store.set_pinned(chat, params.on))
    }

    pub(crate) fn archive(&mut self, params: SwitchParams, out: &mut Vec<Output>) -> Result<Done, CoreError> {
        self.mark(params.chat, out, |core, chat| core.store.set_archived(chat, params.on))
    }

    pub(crate) fn mute(
        &mut self,
        params: MuteParams,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<Done, CoreError> {
        let until = Some(params.until_ms.unwrap_or(FOREVER_MS).min(FOREVER_MS)).filter(|until| *until > now);
        self.mark(params.chat, out, |core, chat| core.store.set_muted(chat, until))
    }

    pub(crate) fn set_notify(&mut self, params: NotifyParams, out: &mut Vec<Output>) -> Result<Done, CoreError> {
        let rule = convert::notify_row(params.rule);
        self.mark(params.chat, out, |core, chat| core.store.set_notify(chat, rule))
    }

    fn mark(
        &mut self,
        chat: kith_api::ChatId,
        out: &mut Vec<Output>,
        set: impl FnOnce(&Self, &ChatId) -> Result<(), StoreError>,
    ) -> Result<Done, CoreError> {
        let chat = convert::chat(chat);
        if self.store.chat(&chat)?.is_none() {
            return deny(ErrorCode::NotFound, "no such chat");
        }
        set(self, &chat)?;
        self.tell_chat(&chat, out)?;
        Ok(Done {})
    }
}

/// Whether the chat is muted now.
pub(crate) fn is_muted(chat: &ChatRow, now: Timestamp) -> bool {
    chat.muted_until_ms.is_some_and(|until| until > now)
}

/// Whether nothing at all is told of the chat.
pub(super) fn is_silent(chat: &ChatRow, now: Timestamp) -> bool {
    chat.notify == NotifyRule::Nothing || is_muted(chat, now)
}
