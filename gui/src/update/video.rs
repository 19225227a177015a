//! Cameras and screens in calls.

use kith_node::{Command, params, views::CallPhase};

use super::{Effect, Then};
use crate::{action::Action, model::Model};

/// Gives back what is not its own.
#[expect(clippy::wildcard_enum_match_arm, reason = "what is not its own goes on to the next")]
pub(super) fn update(model: &mut Model, action: Action, out: &mut Vec<Effect>) -> Option<Action> {
    match action {
        Action::Camera => {
            let on = model.calls.live.as_ref().map(|call| !call.camera);
            set(model, on, None, out);
        }
        Action::Screen => {
            let on = model.calls.live.as_ref().map(|call| !call.screen);
            set(model, None, on, out);
        }
        Action::AnswerWithVideo => {
            if let Some(call) = model.calls.incoming().map(|call| call.call) {
                let params = params::CallSetParams { camera: Some(true), ..params::CallSetParams::nothing(call) };
                out.push(Effect::Call(Command::CallsSet(params), Then::CallChanged));
                out.push(Effect::Call(Command::CallsAccept(params::CallRef { call }), Then::CallChanged));
            }
        }
        Action::Seen(side, pixels) => model.video.see(side, pixels),
        other => return Some(other),
    }
    None
}

fn set(model: &Model, camera: Option<bool>, screen: Option<bool>, out: &mut Vec<Effect>) {
    let live = model.calls.live.as_ref().filter(|call| call.phase != CallPhase::Incoming);
    if let Some(call) = live.map(|call| call.call) {
        let params = params::CallSetParams { camera, screen, ..params::CallSetParams::nothing(call) };
        out.push(Effect::Call(Command::CallsSet(params), Then::CallChanged));
    }
}
