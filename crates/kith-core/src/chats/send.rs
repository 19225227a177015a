//! Writing.

use kith_api::{
    ErrorCode, Event,
    params::{SendParams, SendReply},
};
use kith_store::{ChatKind, ChatRow, ContactState, DeliveryState, Inserted, Marks, MessageRow};
use kith_wire::{AccountId, Body, ChatId, LinkPreview, MsgId, SmallPicture, limits};

use super::stickers::pictured;

use crate::{
    Output, Timestamp, convert,
    core::Core,
    error::{CoreError, deny},
};

/// How many messages a new one says it follows.
const PARENTS: u32 = 4;

/// A text for a chat.
#[derive(Default)]
pub(super) struct Writing {
    pub(super) text: String,
    pub(super) reply_to: Option<MsgId>,
    pub(super) forwarded: bool,
    /// After how many seconds it disappears, if that is not as in the chat: `Some(None)` is never.
    pub(super) expires_s: Option<Option<u32>>,
    pub(super) preview: Option<LinkPreview>,
    /// The id and the time it was given when it was written ahead.
    pub(super) planned: Option<(MsgId, Timestamp)>,
    /// The pictures in it, if they are not those of mine that it names.
    pub(super) pictures: Option<Vec<SmallPicture>>,
}

/// What is stored of a message beside its body.
#[derive(Default)]
pub(crate) struct New {
    /// What search finds.
    pub(crate) text: Option<String>,
    pub(crate) reply_to: Option<MsgId>,
    pub(crate) forwarded: bool,
    pub(crate) expires_s: Option<u32>,
    /// Its id, if it has one already.
    pub(crate) id: Option<MsgId>,
    pub(crate) planned_ms: Option<u64>,
}

/// A text as it may be sent.
pub(super) fn checked(text: &str) -> Result<String, CoreError> {
    if text.trim().is_empty() {
        return deny(ErrorCode::InvalidArgument, "there is nothing to send");
    }
    if text.len() > limits::TEXT_MAX_BYTES {
        return deny(ErrorCode::TooLarge, "a message has at most 16 KiB of text");
    }
    Ok(kith_wire::text::clean_text(text))
}

impl Core {
    pub(crate) fn send_text(
        &mut self,
        params: SendParams,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<SendReply, CoreError> {
        let text = checked(&params.text)?;
        let expires_s = match params.expires_s {
            Some(0) => Some(None),
            Some(seconds) => Some(Some(super::expiry::checked(seconds)?)),
            None => None,
        };
        let preview = params.preview.and_then(|id| self.made_preview(id, &text));
        let what = Writing {
            text,
            preview,
            reply_to: params.reply_to.map(convert::message),
            forwarded: false,
            expires_s,
            ..Writing::default()
        };
        let msg = self.write(convert::chat(params.chat), what, now, out)?;
        Ok(SendReply { message: convert::message_id(msg) })
    }

    /// Stores a text of mine and queues it for whoever is to have it.
    pub(super) fn write(
        &mut self,
        chat: ChatId,
        what: Writing,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<MsgId, CoreError> {
        let recipient = self.recipient_of(&chat)?;
        let Writing { text, reply_to, forwarded, expires_s, preview, planned, pictures } = what;
        self.check_reply(&chat, reply_to)?;
        let of_chat = self.store.chat(&chat)?.and_then(|row| row.expires_s);
        let expires_s = expires_s.unwrap_or(of_chat);
        let pictures = pictures.map_or_else(|| self.pictures_of(&text, &[]), Ok)?;
        let body = Body::Text { text: text.clone(), reply_to, forwarded, expires_s, preview, pictures };
        let body = body.without_excess();
        let (id, planned_ms) = planned.unzip();
        let new = New { text: Some(text), reply_to, forwarded, expires_s, id, planned_ms };
        self.post(chat, recipient, &body, new, now, out)
    }

    /// Stores a message of mine and queues it.
    pub(crate) fn post(
        &mut self,
        chat: ChatId,
        recipient: Option<AccountId>,
        body: &Body,
        new: New,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<MsgId, CoreError> {
        let New { text, reply_to, forwarded, expires_s, id, planned_ms } = new;
        let expires_at_ms = expires_s.map(|seconds| now.saturating_add(u64::from(seconds) * 1000));
        let msg = id.unwrap_or_else(|| self.random_msg());
        let hlc = self.clock.tick(now);
        let parents = match recipient {
            Some(_) => self.store.heads(&chat, PARENTS)?,
            None => Vec::new(),
        };
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
            text,
            reply_to,
            body: super::kept_body(body),
            state: if recipient.is_some() { DeliveryState::Queued } else { DeliveryState::Seen },
            marks: Marks {
                forwarded,
                expires_s,
                expires_at_ms,
                planned_ms,
                pictures: pictured(body),
                ..Marks::default()
            },
        };
        if let Inserted::New(row) = self.store.insert_message(&message)? {
            self.store.show_pictures(row, None, body.pictures())?;
            self.link_message(row, hlc, &parents, now, out)?;
        }
        if let Some(account) = recipient {
            self.typing.wrote(account);
            self.enqueue_until(account, msg, hlc, body, expires_at_ms.unwrap_or(u64::MAX), now)?;
        }
        out.push(Output::Event(Event::MessageUpserted { message: convert::message_view(&message) }));
        self.tell_chat(&chat, out)?;
        Ok(msg)
    }

    /// Who learns of what I do in a chat, if they may be written to; nobody of notes to myself.
    pub(crate) fn recipient_of(&self, chat: &ChatId) -> Result<Option<AccountId>, CoreError> {
        let Some(row) = self.store.chat(chat)? else { return deny(ErrorCode::NotFound, "no such chat") };
        match row.kind {
            ChatKind::Direct => Ok(Some(self.recipient(&row)?)),
            ChatKind::Notes => Ok(None),
        }
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
