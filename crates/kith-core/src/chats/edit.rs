//! Giving a message other words.

use kith_api::{
    ErrorCode,
    params::{Done, EditParams},
};
use kith_store::{MessageRow, Stamp};
use kith_wire::Body;

use crate::{
    Output, Timestamp, convert,
    core::Core,
    error::{CoreError, deny},
};

impl Core {
    pub(crate) fn edit(
        &mut self,
        params: EditParams,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<Done, CoreError> {
        let text = super::send::checked(&params.text)?;
        let row = self.named(params.message)?;
        if !row.outgoing || row.kind != Body::TEXT || row.marks.deleted {
            return deny(ErrorCode::NotAllowed, "only a text of your own can be edited");
        }
        let recipient = self.recipient_of(&row.chat)?;
        if row.text.as_ref() == Some(&text) {
            return Ok(Done {});
        }
        let (event, hlc) = (self.random_msg(), self.clock.tick(now));
        let pictures = self.pictures_of(&text, &row.marks.pictures)?;
        self.store.add_version(row.row, Stamp { hlc, event }, hlc.millis(), &text)?;
        self.store.show_pictures(row.row, Some(&event), &pictures)?;
        if let Some(account) = recipient {
            let until = row.marks.expires_at_ms.unwrap_or(u64::MAX);
            let body = Body::Edit { target: row.msg, text, pictures };
            self.enqueue_until(account, event, hlc, &body, until, now)?;
        }
        self.tell_message(&row, out)?;
        Ok(Done {})
    }

    /// A message that a client names.
    pub(crate) fn named(&self, message: kith_api::MessageId) -> Result<MessageRow, CoreError> {
        match self.store.message(&convert::message(message))? {
            Some(row) => Ok(row),
            None => deny(ErrorCode::NotFound, "no such message"),
        }
    }
}
