//! Calling, answering, hanging up.

use kith_node::{
    ChatId, Command, ErrorCode, MessageId, params,
    views::{CallPhase, CallStats, Presence},
};

use super::{Effect, Then, toast};
use crate::{
    action::Action,
    model::{Model, ToastKind, calls},
};

/// Gives back what is not its own.
#[expect(clippy::wildcard_enum_match_arm, reason = "what is not its own goes on to the next")]
pub(super) fn update(model: &mut Model, action: Action, out: &mut Vec<Effect>) -> Option<Action> {
    match action {
        Action::CallStart(chat) => start(model, chat, false, out),
        Action::CallVideo(chat) => start(model, chat, true, out),
        Action::Answer => {
            if let Some(call) = model.calls.incoming().map(|call| call.call) {
                out.push(Effect::Call(Command::CallsAccept(params::CallRef { call }), Then::CallChanged));
            }
        }
        Action::HangUp => hang_up(model, out),
        Action::Microphone => {
            let live = model.calls.live.as_ref().filter(|call| call.phase != CallPhase::Incoming);
            if let Some((call, mic)) = live.map(|call| (call.call, Some(!call.mic))) {
                out.push(Effect::Call(
                    Command::CallsSet(params::CallSetParams { mic, ..params::CallSetParams::nothing(call) }),
                    Then::CallChanged,
                ));
            }
        }
        Action::AskCallStats => {
            let now = model.now;
            if let Some(call) = model.calls.live.as_ref().map(|call| call.call).filter(|_| model.calls.wants_stats(now))
            {
                model.calls.stats_at = now;
                out.push(Effect::Call(Command::CallsStats(params::CallRef { call }), Then::CallStats(call)));
            }
        }
        other => return Some(other),
    }
    None
}

fn start(model: &mut Model, chat: ChatId, video: bool, out: &mut Vec<Effect>) {
    if let Some(why) = calls::why_not(model, chat) {
        // The second click of two means the first one.
        if !model.calls.asked {
            toast(model, ToastKind::Problem, why);
        }
        return;
    }
    model.calls.asked = true;
    out.push(Effect::Call(Command::CallsStart(params::CallStartParams { chat, video }), Then::CallStarted));
}

fn hang_up(model: &Model, out: &mut Vec<Effect>) {
    let Some(live) = &model.calls.live else { return };
    let params = params::CallRef { call: live.call };
    let command = match live.phase {
        CallPhase::Incoming => Command::CallsDecline(params),
        CallPhase::Calling
        | CallPhase::Ringing
        | CallPhase::Connecting
        | CallPhase::Connected
        | CallPhase::Reconnecting
        | CallPhase::Ended
        | _ => Command::CallsHangUp(params),
    };
    out.push(Effect::Call(command, Then::CallChanged));
}

/// Nobody is called after all.
pub(super) fn not_started(model: &mut Model, code: ErrorCode, key: String) {
    model.calls.asked = false;
    let invisible = model.me.as_ref().is_some_and(|me| me.presence == Presence::Invisible);
    let own = match (code == ErrorCode::NotAllowed, model.calls.live.is_some(), invisible) {
        (false, ..) => None,
        (true, true, _) => Some("call-another"),
        (true, false, true) => Some("call-invisible"),
        (true, false, false) => Some("call-nobody"),
    };
    toast(model, ToastKind::Problem, own.map_or(key, str::to_owned));
}

/// How the call goes.
pub(super) fn told_stats(model: &mut Model, call: MessageId, stats: CallStats) {
    if model.calls.live.as_ref().is_some_and(|live| live.call == call) {
        model.calls.stats = Some(stats);
    }
}

/// What was said about an ended call long enough goes.
pub(super) fn tick(model: &mut Model) {
    let now = model.now;
    model.calls.over.take_if(|(_, until)| *until <= now);
}
