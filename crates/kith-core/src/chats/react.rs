//! Putting emoji on messages.

use kith_api::{
    ErrorCode,
    params::{Done, ReactParams},
};
use kith_store::Stamp;
use kith_wire::{Body, text};

use crate::{
    Output, Timestamp,
    core::Core,
    error::{CoreError, deny},
};

/// How many emoji one person puts on one message. Fewer than a message remembers, which includes those taken off.
const SHOWN_MAX: u32 = 20;

impl Core {
    pub(crate) fn react(
        &mut self,
        params: ReactParams,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<Done, CoreError> {
        let ReactParams { message, emoji, on } = params;
        if !text::is_emoji(&emoji) {
            return deny(ErrorCode::InvalidArgument, "a reaction is one emoji of at most 64 bytes");
        }
        let row = self.named(message)?;
        if row.marks.deleted {
            return deny(ErrorCode::NotAllowed, "the message was deleted");
        }
        let recipient = self.recipient_of(&row.chat)?;
        let mine = |reaction: &kith_store::Reaction| reaction.emoji == emoji && reaction.authors.contains(&self.me);
        if row.marks.reactions.iter().any(mine) == on {
            return Ok(Done {});
        }
        if on && self.store.reaction_count(row.row, &self.me)? >= SHOWN_MAX {
            return deny(ErrorCode::NotAllowed, "a message takes at most 20 emoji of one person");
        }
        let (event, hlc) = (self.random_msg(), self.clock.tick(now));
        self.store.react(row.row, &self.me, &emoji, on, Stamp { hlc, event })?;
        if let Some(account) = recipient {
            let body = Body::React { target: row.msg, author: row.author, emoji, on };
            self.enqueue_until(account, event, hlc, &body, row.marks.expires_at_ms.unwrap_or(u64::MAX), now)?;
        }
        self.tell_message(&row, out)?;
        Ok(Done {})
    }
}
