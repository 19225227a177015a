//! Messages written ahead: kept until their time comes, then sent once.

use std::collections::BTreeSet;

use kith_api::{
    ApiError, ErrorCode,
    params::{Done, MessageParams, RescheduleParams, ScheduleParams, SendReply},
};
use kith_store::ScheduledRow;
use kith_wire::ChatId;

use super::send::Writing;
use crate::{
    Output, Timestamp, convert,
    core::Core,
    error::{CoreError, deny},
};

/// How many messages of one chat are written ahead.
const SCHEDULED_MAX: u64 = 100;
/// How far ahead.
const AHEAD_MAX_MS: u64 = 366 * 24 * 3600 * 1000;
/// How many are sent by one wake; the next one follows at once.
const DUE_MAX: u32 = 64;

impl Core {
    pub(crate) fn schedule(
        &mut self,
        params: ScheduleParams,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<SendReply, CoreError> {
        let text = super::send::checked(&params.text)?;
        let chat = convert::chat(params.chat);
        self.recipient_of(&chat)?;
        let reply_to = params.reply_to.map(convert::message);
        self.check_reply(&chat, reply_to)?;
        if params.at_ms <= now {
            return deny(ErrorCode::InvalidArgument, "this time is over");
        }
        check_time(params.at_ms, now)?;
        if self.store.chat_summary(&chat)?.is_some_and(|chat| chat.scheduled >= SCHEDULED_MAX) {
            return deny(ErrorCode::NotAllowed, "100 messages wait in this chat already");
        }
        let msg = self.random_msg();
        let row = ScheduledRow { msg, chat, at_ms: params.at_ms, created_at_ms: now, reply_to, text, problem: None };
        self.store.put_scheduled(&row)?;
        self.tell_chat(&chat, out)?;
        Ok(SendReply { message: convert::message_id(msg) })
    }

    pub(crate) fn reschedule(
        &mut self,
        params: RescheduleParams,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<Done, CoreError> {
        let mut row = self.written_ahead(params.message)?;
        if let Some(text) = params.text {
            row.text = super::send::checked(&text)?;
            self.scrub();
        }
        row.at_ms = params.at_ms.unwrap_or(row.at_ms);
        row.problem = None;
        check_time(row.at_ms, now)?;
        self.store.put_scheduled(&row)?;
        if row.at_ms <= now {
            self.send_ahead(row, now, out)?;
        } else {
            self.tell_chat(&row.chat, out)?;
        }
        Ok(Done {})
    }

    pub(crate) fn unschedule(&mut self, params: MessageParams, out: &mut Vec<Output>) -> Result<Done, CoreError> {
        let row = self.written_ahead(params.message)?;
        self.store.remove_scheduled(&row.msg)?;
        self.scrub();
        self.tell_chat(&row.chat, out)?;
        Ok(Done {})
    }

    /// Sends what was written ahead and whose time has come. What cannot be sent stays, with the reason.
    pub(crate) fn send_scheduled(&mut self, now: Timestamp, out: &mut Vec<Output>) -> Result<(), CoreError> {
        let mut stuck = BTreeSet::new();
        for row in self.store.scheduled_due(now, DUE_MAX)? {
            let chat = row.chat;
            match self.send_ahead(row.clone(), now, out) {
                Ok(()) => {}
                Err(CoreError::Api(error)) => {
                    self.store.put_scheduled(&ScheduledRow { problem: Some(problem(&error)), ..row })?;
                    stuck.insert(chat);
                }
                Err(error) => return Err(error),
            }
        }
        stuck.iter().try_for_each(|chat| self.tell_chat(chat, out))
    }

    /// Makes a message of what was written ahead. Changes nothing if it may not be sent.
    fn send_ahead(&mut self, row: ScheduledRow, now: Timestamp, out: &mut Vec<Output>) -> Result<(), CoreError> {
        if let Some(account) = self.recipient_of(&row.chat)? {
            self.check_reachable(account)?;
        }
        // What it answers may be gone by now; it is sent all the same.
        let reply_to = row.reply_to.filter(|_| self.check_reply(&row.chat, row.reply_to).is_ok());
        let planned = Some((row.msg, row.at_ms));
        let what = Writing { text: row.text, reply_to, planned, ..Writing::default() };
        self.store.remove_scheduled(&row.msg)?;
        self.write(row.chat, what, now, out)?;
        Ok(())
    }

    fn written_ahead(&self, message: kith_api::MessageId) -> Result<ScheduledRow, CoreError> {
        match self.store.scheduled_as(&convert::message(message))? {
            Some(row) => Ok(row),
            None => deny(ErrorCode::NotFound, "no such message waits; it may have been sent"),
        }
    }

    /// Whether a message that is answered is in the chat.
    pub(super) fn check_reply(&self, chat: &ChatId, to: Option<kith_wire::MsgId>) -> Result<(), CoreError> {
        if let Some(target) = to
            && self.store.message(&target)?.is_none_or(|message| message.chat != *chat)
        {
            return deny(ErrorCode::NotFound, "the message to answer is not in this chat");
        }
        Ok(())
    }
}

fn check_time(at_ms: u64, now: Timestamp) -> Result<(), CoreError> {
    if at_ms > now.saturating_add(AHEAD_MAX_MS) {
        return deny(ErrorCode::InvalidArgument, "a message is written at most 366 days ahead");
    }
    Ok(())
}

fn problem(error: &ApiError) -> String {
    error.code.as_str().to_owned()
}
