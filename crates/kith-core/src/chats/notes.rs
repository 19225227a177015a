//! Notes to myself.

use kith_store::{ChatKind, ChatRow};
use kith_wire::ChatId;

use crate::{Output, Timestamp, core::Core, error::CoreError};

impl Core {
    /// The notes to myself, made if they are not there. Their id is that of a direct chat with my own account: the same
    /// wherever this account is, and no chat with anybody else.
    pub(crate) fn ensure_notes(&mut self, now: Timestamp, out: &mut Vec<Output>) -> Result<ChatId, CoreError> {
        let chat = ChatId::direct(&self.me, &self.me);
        let row = ChatRow {
            chat,
            kind: ChatKind::Notes,
            account: Some(self.me),
            created_at_ms: now,
            pinned: false,
            muted_until_ms: None,
            read_row: 0,
            draft: None,
            archived: false,
            notify: Default::default(),
            expires_s: None,
        };
        if self.store.ensure_chat(&row)? {
            self.tell_chat(&chat, out)?;
        }
        Ok(chat)
    }
}
