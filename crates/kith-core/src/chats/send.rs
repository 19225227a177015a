//! Writing.

use kith_api::{
    ErrorCode, Event,
    params::{SendParams, SendReply},
};
use kith_store::{ChatKind, ChatRow, ContactState, DeliveryState, MessageRow};
use kith_wire::{AccountId, Body, limits};

use crate::{
    Output, Timestamp, convert,
    core::Core,
    error::{CoreError, deny},
};

impl Core {
    pub(crate) fn send_text(
        &mut self,
        params: SendParams,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<SendReply, CoreError> {
        if params.text.trim().is_empty() {
            return deny(ErrorCode::InvalidArgument, "there is nothing to send");
        }
        if params.text.len() > limits::TEXT_MAX_BYTES {
            return deny(ErrorCode::TooLarge, "a message has at most 16 KiB of text");
        }
        let chat = convert::chat(params.chat);
        let Some(row) = self.store.chat(&chat)? else { return deny(ErrorCode::NotFound, "no such chat") };
        let recipient = match row.kind {
            ChatKind::Direct => Some(self.recipient(&row)?),
            ChatKind::Notes => None,
        };
        let reply_to = params.reply_to.map(convert::message);
        if let Some(target) = &reply_to
            && self.store.message(target)?.is_none_or(|message| message.chat != chat)
        {
            return deny(ErrorCode::NotFound, "the message to answer is not in this chat");
        }
        let text = kith_wire::text::clean_text(&params.text);
        let body = Body::Text { text: text.clone(), reply_to };
        let msg = self.random_msg();
        let hlc = self.clock.tick(now);
        let message = MessageRow {
            row: 0,
            msg,
            chat,
            author: self.me,
            outgoing: true,
            hlc,
            sent_at_ms: hlc.millis(),
            received_at_ms: None,
            kind: body.kind(),
            text: Some(text),
            reply_to,
            body: Vec::new(),
            state: if recipient.is_some() { DeliveryState::Queued } else { DeliveryState::Seen },
        };
        self.store.insert_message(&message)?;
        if let Some(account) = recipient {
            self.enqueue(account, msg, hlc, &body, now)?;
        }
        out.push(Output::Event(Event::MessageUpserted { message: convert::message_view(&message) }));
        self.tell_chat(&chat, out)?;
        Ok(SendReply { message: convert::message_id(msg) })
    }

    /// Who the messages of a direct chat go to, if they may be written to.
    fn recipient(&self, chat: &ChatRow) -> Result<AccountId, CoreError> {
        let contact = match &chat.account {
            Some(account) => self.store.contact(account)?,
            None => None,
        };
        let Some(contact) = contact.filter(|contact| contact.state != ContactState::Requested) else {
            return deny(ErrorCode::NotAContact, "this person is not a contact");
        };
        if contact.blocked {
            return deny(ErrorCode::Blocked, "you blocked this person; unblock them first");
        }
        if contact.alarm {
            return deny(ErrorCode::NotAllowed, "messages are paused: the keys of this person are in wrong hands");
        }
        Ok(contact.account)
    }
}
