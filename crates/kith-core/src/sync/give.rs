//! Sending again what the other side lacks, and taking back what is given back.

use kith_api::Event;
use kith_store::{CallOutcome, DeliveryState, DeviceRow, Entry, Inserted, MessageRow, Proof, What};
use kith_wire::{AccountId, Body, ChatId, Hlc, LinkPreview, MsgId, Sticker, Sync};

use crate::{
    Output, Timestamp, convert,
    core::Core,
    error::{CoreError, refuse},
};

/// Something of mine that somebody gives back.
pub(super) struct Returned<'a> {
    pub(super) kind: u32,
    pub(super) msg: MsgId,
    pub(super) hlc: Hlc,
    pub(super) parents: &'a [[u8; 16]],
    pub(super) body: &'a [u8],
    pub(super) proof: [u8; 16],
}

/// Something as its author sent it.
struct Original {
    msg: MsgId,
    hlc: Hlc,
    body: Body,
}

impl Core {
    /// Sends one entry of the conversation to somebody who lacks it: as its author, or back to its author.
    pub(super) fn give(&mut self, device: &DeviceRow, entry: &Entry, now: Timestamp) -> Result<(), CoreError> {
        if entry.author == self.me && entry.what == What::Deleted {
            return self.enqueue_control(device.account, &Body::Delete { target: entry.id }, now);
        }
        // Erased here: there is nothing to give.
        let Some(row) = self.store.message_in(entry.row)? else { return Ok(()) };
        let Some(original) = self.original(&row, entry)? else { return Ok(()) };
        if entry.author == self.me {
            let until = row.marks.expires_at_ms.unwrap_or(u64::MAX);
            return self.enqueue_until(device.account, original.msg, original.hlc, &original.body, until, now);
        }
        self.give_back(device.account, &row, &original, now)
    }

    /// Sends a message by its id. `false`: it is not here any more.
    pub(super) fn give_message(
        &mut self,
        device: &DeviceRow,
        chat: &ChatId,
        msg: &MsgId,
        now: Timestamp,
    ) -> Result<bool, CoreError> {
        let past_from = self.past_from(device.device)?;
        let Some(row) = self.store.message(msg)?.filter(|row| row.chat == *chat && !row.marks.deleted) else {
            return Ok(false);
        };
        if self.store.said(row.row)?.is_some_and(|said| said.millis() < past_from) {
            return Ok(false);
        }
        let entry = Entry { what: What::Message, author: row.author, id: row.msg, row: row.row };
        self.give(device, &entry, now)?;
        Ok(true)
    }

    /// What its author sent.
    fn original(&mut self, row: &MessageRow, entry: &Entry) -> Result<Option<Original>, CoreError> {
        let (target, author) = (row.msg, row.author);
        let found = match entry.what {
            What::Message => {
                let Some(hlc) = self.store.said(row.row)? else { return Ok(None) };
                self.body_of(row)?.map(|body| (row.msg, hlc, body))
            }
            What::Deleted => {
                let proof = self.store.proof_of_kind(row.row, Body::DELETE)?;
                proof.map(|proof| (proof.event, proof.hlc, Body::Delete { target }))
            }
            What::Edit => {
                let edit = self.store.edit_of(row.row, &entry.id)?;
                let pictures = self.store.shown_pictures(row.row, Some(&entry.id))?;
                edit.map(|edit| (entry.id, edit.hlc, Body::Edit { target, text: edit.text, pictures }))
            }
            What::Reaction => {
                let reaction = self.store.reaction_of(row.row, &entry.id)?;
                let body = |emoji, on| Body::React { target, author, emoji, on };
                reaction.map(|reaction| (entry.id, reaction.hlc, body(reaction.text, reaction.on)))
            }
            What::Vote => {
                let vote = self.store.vote_of(row.row, &entry.id)?;
                vote.map(|(hlc, choices)| (entry.id, hlc, Body::Vote { target, author, choices }))
            }
            // Its name is not kept here; when it was said decides.
            What::Closed if author == self.me => {
                let msg = self.random_msg();
                self.store.closed(row.row)?.map(|hlc| (msg, hlc, Body::ClosePoll { target }))
            }
            What::Closed => {
                let proof = self.store.proof_of_kind(row.row, Body::CLOSE_POLL)?;
                proof.map(|proof| (proof.event, proof.hlc, Body::ClosePoll { target }))
            }
        };
        Ok(found.map(|(msg, hlc, body)| Original { msg, hlc, body }))
    }

    /// A message as it was first sent.
    fn body_of(&self, row: &MessageRow) -> Result<Option<Body>, CoreError> {
        if row.marks.deleted {
            return Ok(None);
        }
        let (reply_to, forwarded, expires_s) = (row.reply_to, row.marks.forwarded, row.marks.expires_s);
        if row.kind == Body::STICKER {
            let picture = self.store.shown_pictures(row.row, None)?.pop();
            return Ok(picture.map(|picture| Body::Sticker(Sticker { picture, reply_to, forwarded, expires_s })));
        }
        if row.kind != Body::TEXT {
            return Ok(Some(Body::decode(row.kind, &row.body)?));
        }
        let (text, pictures) = (self.store.first_text(row.row)?, self.store.shown_pictures(row.row, None)?);
        Ok(text.map(|text| {
            let preview = LinkPreview::decode(&row.body, &text);
            Body::Text { text, reply_to, forwarded, expires_s, preview, pictures }
        }))
    }

    fn give_back(
        &mut self,
        account: AccountId,
        row: &MessageRow,
        original: &Original,
        now: Timestamp,
    ) -> Result<(), CoreError> {
        // Without a proof its author would not take it.
        let Some(proof) = self.store.proof(row.row, &original.msg)? else { return Ok(()) };
        let returned = Sync::Returned {
            kind: original.body.kind(),
            msg: original.msg,
            hlc: original.hlc,
            parents: self.parents_of(row, original.msg)?,
            body: original.body.encode(),
            proof: proof.proof,
        };
        self.enqueue_control(account, &Body::Sync(returned), now)
    }

    fn parents_of(&self, row: &MessageRow, event: MsgId) -> Result<Vec<[u8; 16]>, CoreError> {
        if event != row.msg {
            return Ok(Vec::new());
        }
        Ok(self.store.parents(row.row)?.iter().map(|parent| parent.to_bytes()).collect())
    }

    /// The messages that something of mine follows, as it goes out.
    pub(crate) fn parents_to_send(&self, chat: &ChatId, msg: &MsgId) -> Result<Vec<[u8; 16]>, CoreError> {
        match self.store.message_of(chat, &self.me, msg)? {
            Some(row) => self.parents_of(&row, row.msg),
            None => Ok(Vec::new()),
        }
    }

    /// Keeps by what an author knows something as theirs.
    pub(crate) fn keep_proof(
        &self,
        row: i64,
        msg: MsgId,
        hlc: Hlc,
        kind: u32,
        proof: Option<[u8; 16]>,
    ) -> Result<(), CoreError> {
        match proof {
            Some(proof) => Ok(self.store.keep_proof(row, &Proof { event: msg, hlc, kind, proof })?),
            None => Ok(()),
        }
    }

    /// Takes back what I wrote and lost, if I did write it.
    pub(super) fn returned(
        &mut self,
        account: AccountId,
        device: &DeviceRow,
        what: &Returned<'_>,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        let chat = ChatId::direct(&self.me, &account);
        if self.proof_of(chat, what.msg, what.hlc, what.parents, what.kind, what.body)? != what.proof {
            tracing::warn!("a contact gives back words that are not ours");
            return refuse("words that are not ours");
        }
        let body = Body::decode(what.kind, what.body)?;
        if let Body::Edit { .. }
        | Body::Delete { .. }
        | Body::React { .. }
        | Body::Vote { .. }
        | Body::ClosePoll { .. } = &body
        {
            let change =
                crate::chats::Change { by: self.me, chat, event: what.msg, said: what.hlc, body: &body, proof: None };
            return self.change_message(&change, now, out);
        }
        let (Body::Text { .. } | Body::Poll(_) | Body::Sticker(_) | Body::Expiry { .. } | Body::Call(_)) = &body else {
            return refuse("something nobody gives back");
        };
        let hlc = self.clock.observe(what.hlc, now);
        let mut message = crate::chats::row_of(self.me, chat, what.msg, &body, hlc);
        message.outgoing = true;
        // Who gives it back has it.
        message.state = DeliveryState::Delivered;
        message.marks.expires_at_ms =
            message.marks.expires_s.map(|seconds| hlc.millis().saturating_add(u64::from(seconds) * 1000));
        if message.marks.expires_at_ms.is_some_and(|at| at <= now) {
            return Ok(());
        }
        let Inserted::New(row) = self.store.insert_message(&message)? else { return Ok(()) };
        let parents: Vec<MsgId> = what.parents.iter().copied().map(MsgId::from_bytes).collect();
        self.link_message(row, what.hlc, &parents, now, out)?;
        self.came(&MessageRow { row, ..message }, &body)?;
        if let Body::Call(_) = body {
            // How it ended, only the device knew that called.
            self.store.end_call(row, CallOutcome::Replaced, 0)?;
        }
        self.store.set_delivery(&what.msg, &device.device, DeliveryState::Delivered, now)?;
        if let Some(message) = self.store.message_in(row)? {
            out.push(Output::Event(Event::MessageUpserted { message: convert::message_view(&message) }));
        }
        self.tell_chat(&chat, out)
    }
}
