//! Polls: asking, choosing, closing.

use kith_api::{
    ErrorCode,
    params::{Done, MessageParams, PollParams, SendReply, VoteParams},
};
use kith_store::{MessageRow, Stamp};
use kith_wire::{Body, Poll, text};

use super::send::New;
use crate::{
    Output, Timestamp, convert,
    core::Core,
    error::{CoreError, deny},
};

impl Core {
    pub(crate) fn ask_poll(
        &mut self,
        params: PollParams,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<SendReply, CoreError> {
        let chat = convert::chat(params.chat);
        let recipient = self.recipient_of(&chat)?;
        if params.closes_at.is_some_and(|at| at <= now) {
            return deny(ErrorCode::InvalidArgument, "the poll would be closed already");
        }
        let expires_s = self.store.chat(&chat)?.and_then(|row| row.expires_s);
        let poll = Poll {
            question: text::clean_text(&params.question).trim().to_owned(),
            options: params.options.iter().map(|option| text::clean_text(option).trim().to_owned()).collect(),
            multiple: params.multiple,
            closes_at_ms: params.closes_at,
            expires_s,
        };
        let mut different = poll.options.clone();
        different.sort_unstable();
        different.dedup();
        if different.len() != poll.options.len() {
            return deny(ErrorCode::InvalidArgument, "two answers are the same");
        }
        // What the other side reads: one line each.
        let Ok(Body::Poll(poll)) = Body::decode(Body::POLL, &Body::Poll(poll).encode()) else {
            let message = "a poll has a question of 1 to 300 characters and 2 to 12 answers of 1 to 100 each";
            return deny(ErrorCode::InvalidArgument, message);
        };
        let text = Some(poll.question.clone());
        let new = New { text, expires_s, ..New::default() };
        let msg = self.post(chat, recipient, &Body::Poll(poll), new, now, out)?;
        Ok(SendReply { message: convert::message_id(msg) })
    }

    pub(crate) fn vote(
        &mut self,
        params: VoteParams,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<Done, CoreError> {
        let row = self.named(params.message)?;
        let poll = open_poll(&row, now)?;
        let mut choices = 0;
        for option in params.options {
            if usize::try_from(option).map_or(true, |at| at >= poll.options.len()) {
                return deny(ErrorCode::InvalidArgument, "the poll has no such answer");
            }
            choices |= 1 << option;
        }
        if !poll.allows(choices) {
            return deny(ErrorCode::InvalidArgument, "the poll does not allow this choice");
        }
        let recipient = self.recipient_of(&row.chat)?;
        let mine = row.marks.votes.iter().find(|vote| vote.author == self.me).map_or(0, |vote| vote.choices);
        if mine == choices {
            return Ok(Done {});
        }
        let (event, hlc) = (self.random_msg(), self.clock.tick(now));
        // By the clock of the conversation, which may be ahead, and which counts.
        if poll.closes_at_ms.is_some_and(|at| hlc.millis() >= at) {
            return deny(ErrorCode::NotAllowed, "the poll is closed");
        }
        self.store.vote(row.row, &self.me, choices, Stamp { hlc, event }, poll.closes_at_ms)?;
        if let Some(account) = recipient {
            let body = Body::Vote { target: row.msg, author: row.author, choices };
            self.enqueue_until(account, event, hlc, &body, row.marks.expires_at_ms.unwrap_or(u64::MAX), now)?;
        }
        self.tell_message(&row, out)?;
        Ok(Done {})
    }

    pub(crate) fn close_poll(
        &mut self,
        params: MessageParams,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<Done, CoreError> {
        let row = self.named(params.message)?;
        let poll = open_poll(&row, now)?;
        if !row.outgoing {
            return deny(ErrorCode::NotAllowed, "only who asked closes a poll");
        }
        let recipient = self.recipient_of(&row.chat)?;
        let (event, hlc) = (self.random_msg(), self.clock.tick(now));
        self.store.close_poll(row.row, hlc, poll.closes_at_ms)?;
        if let Some(account) = recipient {
            let until = row.marks.expires_at_ms.unwrap_or(u64::MAX);
            self.enqueue_until(account, event, hlc, &Body::ClosePoll { target: row.msg }, until, now)?;
        }
        self.tell_message(&row, out)?;
        Ok(Done {})
    }

    /// Applies what somebody chose, or the end of a poll. Whether anything changed.
    pub(super) fn apply_poll(
        &self,
        row: &MessageRow,
        by: kith_wire::AccountId,
        stamp: Stamp,
        body: &Body,
    ) -> Result<bool, CoreError> {
        let Some(poll) = convert::poll_of(row) else { return Ok(false) };
        if let Body::Vote { choices, .. } = body {
            return Ok(poll.allows(*choices) && self.store.vote(row.row, &by, *choices, stamp, poll.closes_at_ms)?);
        }
        let closes = matches!(body, Body::ClosePoll { .. });
        Ok(closes && self.store.close_poll(row.row, stamp.hlc, poll.closes_at_ms)?)
    }
}

/// The poll that a message is, if choices still count.
fn open_poll(row: &MessageRow, now: Timestamp) -> Result<Poll, CoreError> {
    let Some(poll) = convert::poll_of(row) else { return deny(ErrorCode::NotAllowed, "this is no poll") };
    if row.marks.closed || poll.closes_at_ms.is_some_and(|at| at <= now) {
        return deny(ErrorCode::NotAllowed, "the poll is closed");
    }
    Ok(poll)
}
