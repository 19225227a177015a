//! What a person does with calls.

use kith_api::{
    ErrorCode, Event,
    params::{CallRef, CallSetParams, CallStartParams, CallsReply, Done},
    views,
};
use kith_wire::{Body, Call, MsgId};

use super::{Happened, Live, Media, Phase, Role};
use crate::{
    CallCommand, Output, Timestamp,
    chats::New,
    convert,
    core::Core,
    error::{CoreError, deny},
};

impl Core {
    pub(crate) fn start_call(
        &mut self,
        params: CallStartParams,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<views::Call, CoreError> {
        let chat = convert::chat(params.chat);
        let Some(account) = self.recipient_of(&chat)? else {
            return deny(ErrorCode::NotAllowed, "nobody can be called in the notes to myself");
        };
        if !self.store.contact(&account)?.is_some_and(|contact| convert::is_open(&contact)) {
            return deny(ErrorCode::NotAllowed, "this person has not accepted you as a contact yet");
        }
        if self.is_invisible()? {
            return deny(ErrorCode::NotAllowed, "you are invisible, and calls need a connection; be seen first");
        }
        if !self.calls.live.is_empty() {
            return deny(ErrorCode::NotAllowed, "there is a call already; end it first");
        }
        let expires_s = self.store.chat(&chat)?.and_then(|row| row.expires_s);
        let body = Body::Call(Call { video: params.video, expires_s });
        let call = self.post(chat, Some(account), &body, New { expires_s, ..New::default() }, now, out)?;
        let Some(row) = self.store.message_of(&chat, &self.me, &call)? else {
            return deny(ErrorCode::Internal, "the call was not kept");
        };
        let mut live = Live::new(&row, account, Role::Caller, now);
        live.mine.camera = params.video;
        live.believed.camera = params.video;
        let view = live.view(call);
        self.calls.live.insert(call, live);
        out.push(Output::Event(Event::CallChanged { call: view.clone() }));
        Ok(view)
    }

    pub(crate) fn accept_call(
        &mut self,
        params: CallRef,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<Done, CoreError> {
        let (call, live) = self.live(params.call)?;
        if live.phase != Phase::Incoming {
            return deny(ErrorCode::NotAllowed, "only a call that rings here can be answered");
        }
        let chat = live.chat;
        self.store.set_read(live.row)?;
        self.call_happened(call, Happened::Accept, now, out)?;
        self.tell_chat(&chat, out)?;
        Ok(Done {})
    }

    pub(crate) fn decline_call(
        &mut self,
        params: CallRef,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<Done, CoreError> {
        let (call, live) = self.live(params.call)?;
        if live.phase != Phase::Incoming {
            return deny(ErrorCode::NotAllowed, "only a call that rings here can be declined; calls.hang_up ends it");
        }
        self.store.set_read(live.row)?;
        self.call_happened(call, Happened::HangUp, now, out)?;
        Ok(Done {})
    }

    pub(crate) fn hang_up(
        &mut self,
        params: CallRef,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<Done, CoreError> {
        let (call, _) = self.live(params.call)?;
        self.call_happened(call, Happened::HangUp, now, out)?;
        Ok(Done {})
    }

    pub(crate) fn set_call(
        &mut self,
        params: CallSetParams,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<Done, CoreError> {
        let (call, live) = self.live(params.call)?;
        let (account, has_session) = (live.account, live.phase.has_session());
        if let Some(held) = params.talk.filter(|_| has_session) {
            out.push(Output::Call(CallCommand::Talk { call, held }));
        }
        if let Some(percent) = params.volume {
            self.set_volume(account, percent, now, out)?;
            if has_session {
                out.push(Output::Call(CallCommand::Volume { call, percent }));
            }
        }
        let (call, live) = self.live(params.call)?;
        let was = live.mine;
        let mine = Media {
            microphone: params.mic.unwrap_or(was.microphone),
            camera: params.camera.unwrap_or(was.camera),
            screen: params.screen.unwrap_or(was.screen),
        };
        let live = live.clone();
        self.sends(call, live, mine, now, out)?;
        Ok(Done {})
    }

    /// This side sends something else from now on.
    pub(super) fn sends(
        &mut self,
        call: MsgId,
        live: Live,
        mine: Media,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        let was = live.mine;
        if mine == was {
            return Ok(());
        }
        let live = Live { mine, ..live };
        // Who was called hears of it when they answer; before, there is nothing to hear or see.
        if live.phase.has_session() {
            self.say(call, &live, mine.step(), now)?;
            if mine.microphone != was.microphone {
                out.push(Output::Call(CallCommand::Microphone { call, on: mine.microphone }));
            }
            if mine.shows() != was.shows() {
                out.push(Output::Call(CallCommand::Show { call, shows: mine.shows() }));
            }
        }
        out.push(Output::Event(Event::CallChanged { call: live.view(call) }));
        self.calls.live.insert(call, live);
        Ok(())
    }

    pub(crate) fn list_calls(&self) -> CallsReply {
        CallsReply { calls: self.calls.live.iter().map(|(call, live)| live.view(*call)).collect() }
    }
}
