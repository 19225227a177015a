//! Deleting a message here, or asking for it everywhere.

use kith_api::{
    ErrorCode, Event,
    params::{DeleteFor, DeleteParams, Done},
};
use kith_store::{ChatKind, MessageRow};
use kith_wire::Body;

use crate::{
    Output, Timestamp, convert,
    core::Core,
    error::{CoreError, deny},
};

impl Core {
    pub(crate) fn delete(
        &mut self,
        params: DeleteParams,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<Done, CoreError> {
        let row = self.named(params.message)?;
        let notes = self.store.chat(&row.chat)?.is_some_and(|chat| chat.kind == ChatKind::Notes);
        match params.scope {
            DeleteFor::Everyone if !row.outgoing => {
                return deny(ErrorCode::NotAllowed, "only a message of your own can be deleted for everyone");
            }
            DeleteFor::Everyone if !notes => self.take_back(&row, now, out)?,
            // Of notes nobody else has a copy.
            DeleteFor::Me | DeleteFor::Everyone => {
                self.erase(&row, out)?;
                self.tell_chat(&row.chat, out)?;
            }
        }
        Ok(Done {})
    }

    fn take_back(&mut self, row: &MessageRow, now: Timestamp, out: &mut Vec<Output>) -> Result<(), CoreError> {
        if row.marks.deleted {
            return Ok(());
        }
        let recipient = self.recipient_of(&row.chat)?;
        self.stop_delivering(row)?;
        self.store.take_back(row.row)?;
        self.scrub();
        if let Some(account) = recipient {
            self.enqueue_control(account, &Body::Delete { target: row.msg }, now)?;
        }
        self.tell_message(row, out)
    }

    /// Removes a message here for good.
    pub(super) fn erase(&mut self, row: &MessageRow, out: &mut Vec<Output>) -> Result<(), CoreError> {
        self.stop_delivering(row)?;
        self.store.erase(row.row)?;
        self.scrub();
        let (message, chat) = (convert::message_id(row.msg), convert::chat_id(row.chat));
        out.push(Output::Event(Event::MessageRemoved { message, chat }));
        Ok(())
    }

    /// Takes every text the message had out of the outbox.
    fn stop_delivering(&mut self, row: &MessageRow) -> Result<(), CoreError> {
        if !row.outgoing {
            return Ok(());
        }
        self.store.outbox_forget(&row.msg)?;
        for event in self.store.version_events(row.row)? {
            self.store.outbox_forget(&event)?;
        }
        Ok(())
    }
}
