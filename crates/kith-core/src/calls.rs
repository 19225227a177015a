//! Calls between two people: what rings here and there, and what the session between them is told.
//!
//! A call is a message of the chat, whose id is the call's. What the two sides say to each other about it goes through the
//! outbox like everything else, but only for a minute: later it means nothing. What a call does with what happens to it
//! stands in [`machine`]; here is who may make it happen, and what becomes of the effects.
//!
//! Calls that go on are kept in memory alone. What becomes of them after a crash is that they ended with it.

mod commands;
mod machine;
mod signals;
pub(crate) mod sound;

use std::collections::BTreeMap;

use kith_api::{ErrorCode, Event, views};
use kith_store::{CallOutcome, MessageRow};
use kith_wire::{AccountId, Body, CallEnd, CallEnds, CallSignal, CallStep, ChatId, DeviceId, Hlc, MsgId};

pub use machine::{Effect, Happened, Outcome, Phase, Role};

use crate::{
    CallCommand, Output, Shows, Timestamp,
    chats::marks,
    convert,
    core::Core,
    error::{CoreError, deny},
    notify::Quiet,
    often::Often,
};

/// How long what is said about a call is worth delivering.
const SIGNAL_MS: u64 = 60_000;
/// How often within [`HEARD_MS`] a contact may say what makes this side answer. A call takes a few such words.
const HEARD_MAX: u32 = 16;
const HEARD_MS: u64 = 10_000;

/// What is known about calls.
#[derive(Debug, Default)]
pub(crate) struct Calls {
    live: LiveCalls,
    /// What contacts said of late that is to be answered.
    heard: Often,
}

/// What a side sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Media {
    microphone: bool,
    camera: bool,
    screen: bool,
}

impl Default for Media {
    fn default() -> Self {
        Self { microphone: true, camera: false, screen: false }
    }
}

impl Media {
    /// There is one picture, and a screen takes the place of the camera's.
    fn shows(self) -> Shows {
        match self {
            Self { screen: true, .. } => Shows::Screen,
            Self { camera: true, .. } => Shows::Camera,
            Self { .. } => Shows::Nothing,
        }
    }

    fn step(self) -> CallStep {
        let Self { microphone, camera, screen } = self;
        CallStep::Media { microphone, camera, screen }
    }
}

/// The calls that ring or go on.
pub(crate) type LiveCalls = BTreeMap<MsgId, Live>;

/// A call that rings or goes on.
#[derive(Debug, Clone)]
pub(crate) struct Live {
    /// The row of its message.
    row: i64,
    account: AccountId,
    chat: ChatId,
    role: Role,
    phase: Phase,
    /// The device of the other side, once it is known.
    device: Option<DeviceId>,
    started: Timestamp,
    connected: Option<Timestamp>,
    /// When the patience with the phase is over.
    until: Option<Timestamp>,
    mine: Media,
    theirs: Media,
    /// What the other side takes for mine until it is told.
    believed: Media,
    /// When they said so: words overtake each other.
    their_media: Hlc,
    silent: bool,
}

impl Calls {
    pub(crate) fn next_wake(&self) -> Option<Timestamp> {
        self.live.values().filter_map(|live| live.until).min()
    }

    /// Whether any rings or goes on.
    pub(crate) fn any(&self) -> bool {
        !self.live.is_empty()
    }

    /// What is live, for the case that what is done now does not happen.
    pub(crate) fn kept(&self) -> LiveCalls {
        self.live.clone()
    }

    /// What was done since [`kept`](Self::kept) did not happen. Nothing of it was let out, so nobody has to be told.
    pub(crate) fn put_back(&mut self, kept: LiveCalls) {
        self.live = kept;
    }

    /// Whether what a contact says is answered; they say it no more often than a program of theirs has to.
    fn listens(&mut self, from: AccountId, now: Timestamp) -> bool {
        self.heard.allows(from, HEARD_MAX, HEARD_MS, now)
    }

    fn with(&self, account: &AccountId) -> Option<MsgId> {
        self.live.iter().find(|(_, live)| live.account == *account).map(|(call, _)| *call)
    }
}

impl Live {
    fn new(row: &MessageRow, account: AccountId, role: Role, now: Timestamp) -> Self {
        let (phase, _) = Phase::begin(role);
        Self {
            row: row.row,
            account,
            chat: row.chat,
            role,
            phase,
            device: None,
            started: now,
            connected: None,
            until: patience(phase, now),
            mine: Media::default(),
            theirs: Media::default(),
            believed: Media::default(),
            their_media: Hlc::default(),
            silent: false,
        }
    }

    fn view(&self, call: MsgId) -> views::Call {
        let (phase, outcome) = match self.phase {
            Phase::Calling => (views::CallPhase::Calling, None),
            Phase::Ringing => (views::CallPhase::Ringing, None),
            Phase::Incoming => (views::CallPhase::Incoming, None),
            Phase::Connecting => (views::CallPhase::Connecting, None),
            Phase::Connected => (views::CallPhase::Connected, None),
            Phase::Reconnecting => (views::CallPhase::Reconnecting, None),
            Phase::Over(outcome) => (views::CallPhase::Ended, Some(convert::call_outcome(kept(outcome)))),
        };
        views::Call {
            call: convert::message_id(call),
            chat: convert::chat_id(self.chat),
            account: convert::account_id(self.account),
            outgoing: self.role == Role::Caller,
            phase,
            outcome,
            started_at: self.started,
            connected_at: self.connected,
            until: self.until,
            mic: self.mine.microphone,
            their_mic: self.theirs.microphone,
            camera: self.mine.camera,
            screen: self.mine.screen,
            their_camera: self.theirs.camera,
            their_screen: self.theirs.screen,
            silent: self.silent,
        }
    }
}

fn patience(phase: Phase, now: Timestamp) -> Option<Timestamp> {
    let ms = u64::try_from(phase.patience()?.as_millis()).unwrap_or(u64::MAX);
    Some(now.saturating_add(ms))
}

fn kept(outcome: Outcome) -> CallOutcome {
    match outcome {
        Outcome::Talked => CallOutcome::Talked,
        Outcome::Cancelled => CallOutcome::Cancelled,
        Outcome::Declined => CallOutcome::Declined,
        Outcome::Busy => CallOutcome::Busy,
        Outcome::NoAnswer => CallOutcome::NoAnswer,
        Outcome::Failed => CallOutcome::Failed,
        Outcome::Replaced => CallOutcome::Replaced,
    }
}

impl Core {
    /// Ends in the history what a crash ended: nobody can say any more how far it had got.
    pub(crate) fn calls_startup(&mut self) -> Result<(), CoreError> {
        for row in self.store.open_calls()? {
            let outcome = if row.outgoing { CallOutcome::Failed } else { CallOutcome::Cancelled };
            self.store.end_call(row.row, outcome, 0)?;
        }
        Ok(())
    }

    pub(crate) fn calls_wake(&mut self, now: Timestamp, out: &mut Vec<Output>) -> Result<(), CoreError> {
        let late = self.calls.live.iter().filter(|(_, live)| live.until.is_some_and(|until| until <= now));
        for call in late.map(|(call, _)| *call).collect::<Vec<_>>() {
            self.call_happened(call, Happened::Late, now, out)?;
        }
        Ok(())
    }

    /// Ends what rings or goes on with somebody who may not reach this node any more.
    pub(crate) fn hang_up_on(
        &mut self,
        account: AccountId,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        let Some(call) = self.calls.with(&account) else { return Ok(()) };
        self.call_happened(call, Happened::HangUp, now, out)?;
        // What waits for them does not leave any more: this is the last they hear.
        let over = Body::CallSignal(CallSignal { call, step: CallStep::End(CallEnd::HungUp) });
        match self.send_live(account, &over, now, out) {
            Err(CoreError::Store(error)) => Err(error.into()),
            Err(error) => {
                tracing::warn!(%error, "a device is not told that a call is over");
                Ok(())
            }
            Ok(()) => Ok(()),
        }
    }

    /// Ends what rings or goes on with a device that the batch took from its account, or with an account that is not
    /// believed any more.
    pub(crate) fn flush_calls(&mut self, now: Timestamp, out: &mut Vec<Output>) -> Result<(), CoreError> {
        for (call, live) in self.calls.kept() {
            let heard = self.store.contact(&live.account)?.is_some_and(|contact| convert::is_listened_to(&contact));
            let device = live.device.map(|device| self.store.device(&device)).transpose()?.flatten();
            let lost = device.is_some_and(|device| device.revoked_at_ms.is_some());
            if !heard || lost {
                self.call_happened(call, Happened::HangUp, now, out)?;
            }
        }
        Ok(())
    }

    /// Lets something happen to a call, and does what follows.
    fn call_happened(
        &mut self,
        call: MsgId,
        happened: Happened,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        let Some(mut live) = self.calls.live.get(&call).cloned() else { return Ok(()) };
        let (phase, effects) = live.phase.after(live.role, happened);
        let moved = phase != live.phase;
        if moved {
            live.phase = phase;
            live.until = patience(phase, now);
        }
        if phase == Phase::Connected {
            live.connected = live.connected.or(Some(now));
        }
        for effect in effects {
            self.call_effect(call, &live, *effect, now, out)?;
        }
        match phase {
            Phase::Over(outcome) => self.call_over(call, live, outcome, now, out),
            Phase::Calling
            | Phase::Ringing
            | Phase::Incoming
            | Phase::Connecting
            | Phase::Connected
            | Phase::Reconnecting => {
                if moved {
                    out.push(Output::Event(Event::CallChanged { call: live.view(call) }));
                }
                self.calls.live.insert(call, live);
                Ok(())
            }
        }
    }

    fn call_over(
        &mut self,
        call: MsgId,
        mut live: Live,
        outcome: Outcome,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        let talked = live.connected.map_or(0, |since| now.saturating_sub(since));
        live.until = None;
        self.calls.live.remove(&call);
        self.keep_end(&live, outcome, talked, now, out)?;
        out.push(Output::Event(Event::CallChanged { call: live.view(call) }));
        Ok(())
    }

    /// Keeps how a call ended. It may disappear only now, if it has been read.
    fn keep_end(
        &mut self,
        live: &Live,
        outcome: Outcome,
        talked_ms: u64,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        self.store.end_call(live.row, kept(outcome), talked_ms)?;
        self.start_expiry(&live.chat, now, out)?;
        match self.store.message_in(live.row)? {
            Some(message) => self.tell_message(&message, out),
            None => Ok(()),
        }
    }

    fn call_effect(
        &mut self,
        call: MsgId,
        live: &Live,
        effect: Effect,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        match effect {
            Effect::SayRinging => self.say(call, live, CallStep::Ringing, now)?,
            Effect::SayAccept => self.say(call, live, CallStep::Accept, now)?,
            Effect::SayEnd(end) => self.say(call, live, CallStep::End(end), now)?,
            Effect::OpenAndOffer | Effect::Open => {
                let (offers, relay_only) = (effect == Effect::OpenAndOffer, self.relay_only()?);
                let (microphone, shows) = (live.mine.microphone, live.mine.shows());
                out.push(Output::Call(CallCommand::Open { call, offers, relay_only, microphone, shows }));
                out.extend(self.volume_command(call, live.account)?);
            }
            Effect::Restart => out.push(Output::Call(CallCommand::Restart { call })),
            Effect::Close => out.push(Output::Call(CallCommand::Close { call })),
            // Who described it does that themselves: the words are not kept.
            Effect::Describe => {}
        }
        Ok(())
    }

    /// Tells the other side something about a call: its device, or all of them while nobody knows which one answers.
    fn say(&mut self, call: MsgId, live: &Live, step: CallStep, now: Timestamp) -> Result<(), CoreError> {
        let mut devices = self.live_devices(live.account)?;
        devices.retain(|device| live.device.is_none_or(|only| only == device.device));
        self.say_to(&devices, CallSignal { call, step }, now)
    }

    fn ends(&self, call: MsgId, other: DeviceId, mine: bool) -> CallEnds {
        let (from, to) = if mine { (self.my_device, other) } else { (other, self.my_device) };
        CallEnds { call, from, to }
    }

    /// Whether a call from this chat has to be silent here.
    fn must_be_silent(&self, chat: &ChatId, now: Timestamp) -> Result<bool, CoreError> {
        let muted = self.store.chat(chat)?.is_some_and(|row| marks::is_muted(&row, now));
        Ok(muted || self.how_quiet(now)? != Quiet::No)
    }

    fn live(&self, call: kith_api::MessageId) -> Result<(MsgId, &Live), CoreError> {
        let call = convert::message(call);
        match self.calls.live.get(&call) {
            Some(live) => Ok((call, live)),
            None => deny(ErrorCode::NotFound, "no such call, or it is over"),
        }
    }
}
