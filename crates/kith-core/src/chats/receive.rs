//! Receiving, and being read.

use kith_api::{
    Event,
    views::{self, MessageKind, NotifyContent},
};
use kith_store::{ContactRow, DeliveryState, DeviceRow, Inserted, Marks, MessageRow};
use kith_wire::{AccountId, Body, ChatId, Hlc, Inner, MsgId};

use super::{marks, mentions, stickers::words_of};
use crate::{
    Output, Timestamp,
    contacts::sharing::Shared,
    convert,
    core::Core,
    error::CoreError,
    notify::{self, Facts, Happened},
};

/// How much of a message a notification shows, in characters.
const NOTIFY_CHARS: usize = 120;
/// What was written longer ago waited somewhere, and others with it.
const LATE_MS: u64 = 60_000;
/// After a start comes what was written before it.
const START_MS: u64 = 10_000;

/// How far above the highest number known that of a chat's time may be. Each is one above its sender's.
const EXPIRY_STEP_MAX: u32 = 1 << 16;

impl Core {
    /// Whether a text names me.
    pub(super) fn mentions_me(&self, text: &str) -> Result<bool, CoreError> {
        Ok(mentions::mentions(text, &self.my_name()?))
    }

    /// Stores a message of the chat, once.
    pub(crate) fn receive_message(
        &mut self,
        contact: &ContactRow,
        inner: &Inner,
        hlc: Hlc,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        let chat = self.ensure_chat(contact, now, out)?;
        self.stopped_typing(contact.account, out);
        let mut message = row_of(contact.account, inner.chat, inner.msg, &inner.body, hlc);
        message.received_at_ms = Some(now);
        let words = message.text.as_deref().filter(|_| message.kind != Body::STICKER);
        message.marks.mention = words.map_or(Ok(false), |text| self.mentions_me(text))?;
        match self.store.insert_message(&message)? {
            Inserted::New(row) => {
                let parents: Vec<MsgId> = inner.parents.iter().copied().map(MsgId::from_bytes).collect();
                self.link_message(row, inner.hlc, &parents, now, out)?;
                self.keep_proof(row, inner.msg, inner.hlc, message.kind, inner.proof)?;
                self.came(&MessageRow { row, ..message.clone() }, &inner.body)?;
            }
            Inserted::Duplicate => {
                return Ok(self.store.erased_said(&chat, &contact.account, &inner.msg, inner.hlc)?);
            }
            Inserted::Conflict => {
                tracing::warn!("a contact sent two different messages under one id; the first stays");
                return Ok(());
            }
        }
        let Some(message) = self.store.message_of(&chat, &contact.account, &inner.msg)? else { return Ok(()) };
        let view = convert::message_view(&message);
        let notify = self.notification(contact, &view, now)?;
        out.push(Output::Event(Event::MessageUpserted { message: view }));
        out.extend(notify.map(Output::Event));
        self.chat_changed(contact.account, out)
    }

    /// What is told of a new message outside the window. It brings its chat back if that was put away.
    fn notification(
        &mut self,
        contact: &ContactRow,
        view: &views::Message,
        now: Timestamp,
    ) -> Result<Option<Event>, CoreError> {
        let chat = convert::chat(view.chat);
        let Some(row) = self.store.chat(&chat)? else { return Ok(None) };
        if view.kind == MessageKind::System {
            return Ok(None);
        }
        if !marks::is_silent(&row, now) {
            self.store.set_archived(&chat, false)?;
        }
        let written_long_ago = view.sent_at.saturating_add(LATE_MS) < now;
        let late = self.by_mail || written_long_ago || now < self.opened_at.saturating_add(START_MS);
        let facts = Facts {
            rule: convert::notify_view(row.notify),
            muted: marks::is_muted(&row, now),
            quiet: self.how_quiet(now)?,
            content: self.notify_content()?,
            late,
            ..Facts::of(if view.mention { Happened::Mention } else { Happened::Message })
        };
        let Some(told) = notify::decide(&facts).filter(|_| !view.deleted) else { return Ok(None) };
        let text = match (&view.introduction, view.text.as_deref()) {
            (Some(introduction), _) => format!("suggests that you meet {}", introduction.name),
            (None, Some(text)) if view.kind == MessageKind::Sticker => format!("Sticker {text}"),
            (None, Some(text)) => text.chars().take(NOTIFY_CHARS).collect(),
            (None, None) if view.kind == MessageKind::Call => "Call".to_owned(),
            (None, None) => "needs a newer version".to_owned(),
        };
        Ok(Some(Event::Notify {
            chat: view.chat,
            message: view.id,
            title: if told.content >= NotifyContent::Name { convert::title(contact) } else { String::new() },
            body: if told.content >= NotifyContent::Text { text } else { String::new() },
            mention: view.mention,
            late: told.together,
        }))
    }

    /// What follows from a message that has just been stored.
    pub(crate) fn came(&mut self, row: &MessageRow, body: &Body) -> Result<(), CoreError> {
        if let Body::Expiry { expires_s, number } = body {
            self.store.set_read(row.row)?;
            // Nobody counts so far ahead that the other side has no higher number left.
            if *number <= self.store.expiry_number(&row.chat)?.saturating_add(EXPIRY_STEP_MAX) {
                self.store.set_expiry(&row.chat, *expires_s, *number, &row.msg)?;
            }
        }
        self.store.show_pictures(row.row, None, body.pictures())?;
        self.apply_waiting(row)
    }

    /// A contact has read messages of ours.
    pub(crate) fn seen(
        &mut self,
        account: AccountId,
        device: &DeviceRow,
        messages: &[MsgId],
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        // What is not shared with them is not shown of them: then it only says that it arrived.
        let shown = self.shares(account, Shared::Receipts)?;
        let state = if shown { DeliveryState::Seen } else { DeliveryState::Delivered };
        for msg in messages {
            let Some(message) = self.store.message(msg)? else { continue };
            let chat = self.store.chat(&message.chat)?;
            if chat.and_then(|chat| chat.account) == Some(account) {
                self.store.outbox_acked(&device.device, msg)?;
                self.raise(*msg, device.device, state, now, out)?;
            }
        }
        Ok(())
    }
}

/// A message of somebody as it is kept.
pub(crate) fn row_of(author: AccountId, chat: ChatId, msg: MsgId, sent: &Body, hlc: Hlc) -> MessageRow {
    let (text, reply_to, marks) = if let Body::Text { text, reply_to, forwarded, expires_s, .. } = sent {
        let marks = Marks { forwarded: *forwarded, expires_s: *expires_s, ..Marks::default() };
        (Some(text.clone()), *reply_to, marks)
    } else if let Body::Sticker(sticker) = sent {
        let marks = Marks { forwarded: sticker.forwarded, expires_s: sticker.expires_s, ..Marks::default() };
        (Some(words_of(&sticker.picture.name)), sticker.reply_to, marks)
    } else if let Body::Poll(poll) = sent {
        let marks = Marks { expires_s: poll.expires_s, ..Marks::default() };
        (Some(poll.question.clone()), None, marks)
    } else if let Body::Introduction(introduction) = sent {
        let marks = Marks { expires_s: introduction.expires_s, ..Marks::default() };
        (Some(introduction.name.clone()), None, marks)
    } else if let Body::Call(call) = sent {
        (None, None, Marks { expires_s: call.expires_s, ..Marks::default() })
    } else {
        (None, None, Marks::default())
    };
    MessageRow {
        row: 0,
        msg,
        chat,
        author,
        outgoing: false,
        hlc,
        sent_at_ms: hlc.millis(),
        received_at_ms: None,
        kind: sent.kind(),
        text,
        reply_to,
        body: super::kept_body(sent),
        state: DeliveryState::Received,
        marks,
    }
}
