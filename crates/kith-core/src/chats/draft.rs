//! What is written and not sent yet.

use kith_api::{
    ErrorCode,
    params::{Done, DraftParams},
};
use kith_wire::{AccountId, limits};

use crate::{
    Output, convert,
    core::Core,
    error::{CoreError, deny},
};

impl Core {
    pub(crate) fn set_draft(&mut self, params: DraftParams, out: &mut Vec<Output>) -> Result<Done, CoreError> {
        if params.text.len() > limits::TEXT_MAX_BYTES {
            return deny(ErrorCode::TooLarge, "a draft has at most 16 KiB of text");
        }
        let chat = convert::chat(params.chat);
        let Some(row) = self.store.chat(&chat)? else { return deny(ErrorCode::NotFound, "no such chat") };
        let draft = Some(params.text).filter(|text| !text.is_empty());
        if draft != row.draft {
            self.store.set_draft(&chat, draft.as_deref())?;
            self.tell_chat(&chat, out)?;
        }
        Ok(Done {})
    }

    /// Forgets what was written to somebody and not sent.
    pub(crate) fn drop_draft(&mut self, account: AccountId, out: &mut Vec<Output>) -> Result<(), CoreError> {
        if let Some(row) = self.store.chat_of(&account)?.filter(|row| row.draft.is_some()) {
            self.store.set_draft(&row.chat, None)?;
            self.tell_chat(&row.chat, out)?;
        }
        Ok(())
    }
}
