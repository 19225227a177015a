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
        let mut pictures = self.pictures_shown(&row)?;
        let sticker = pictures.pop_if(|_| row.kind == Body::STICKER);
        let Some(text) = row.text.filter(|_| row.kind == Body::TEXT || sticker.is_some()) else {
            return deny(ErrorCode::NotAllowed, "this message has no text to pass on");
        };
        let mut messages = Vec::new();
        for chat in params.to.into_iter().map(convert::chat) {
            let msg = if let Some(picture) = &sticker {
                self.post_sticker(chat, picture.clone(), None, true, now, out)?
            } else {
                let (text, preview, pictures) = (text.clone(), preview.clone(), Some(pictures.clone()));
                let what = Writing { text, preview, pictures, forwarded: true, ..Writing::default() };
                self.write(chat, what, now, out)?
            };
            messages.push(convert::message_id(msg));
        }
        Ok(ForwardReply { messages })
    }
}
