//! Passing a message on.

use std::collections::BTreeSet;

use kith_api::{
    ErrorCode,
    params::{ForwardParams, ForwardReply},
};

use kith_wire::Body;

use super::send::Writing;
use crate::{
    Output, Timestamp, convert,
    core::Core,
    error::{CoreError, deny},
};

/// Into how many chats at once.
const CHATS_MAX: usize = 32;

impl Core {
    pub(crate) fn forward(
        &mut self,
        params: ForwardParams,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<ForwardReply, CoreError> {
        let different: BTreeSet<_> = params.to.iter().collect();
        if params.to.is_empty() || params.to.len() > CHATS_MAX || different.len() != params.to.len() {
            return deny(ErrorCode::InvalidArgument, "a message is passed on to 1 to 32 different chats");
        }
        let row = self.named(params.message)?;
        // What its author saw is passed on as well; nothing is looked at again.
        let preview = convert::preview_of(&row);
        let Some(text) = Some(row).filter(|row| row.kind == Body::TEXT).and_then(|row| row.text) else {
            return deny(ErrorCode::NotAllowed, "this message has no text to pass on");
        };
        let mut messages = Vec::new();
        for chat in params.to {
            let what = Writing { text: text.clone(), forwarded: true, preview: preview.clone(), ..Writing::default() };
            messages.push(convert::message_id(self.write(convert::chat(chat), what, now, out)?));
        }
        Ok(ForwardReply { messages })
    }
}
