//! Cameras and screens, as the window switches them.

use kith_node::{
    params::{CallRef, CallSetParams},
    views::{Call, CallPhase},
};

use super::*;
use crate::model::{Pixels, samples::call, video::Side};

fn during(call: Call) -> Model {
    let mut model = talking(vec![]);
    model.calls.fold(call, 0);
    model
}

fn set(camera: Option<bool>, screen: Option<bool>) -> Effect {
    let params = CallSetParams { camera, screen, ..CallSetParams::nothing(message_id(1)) };
    Effect::Call(Command::CallsSet(params), Then::CallChanged)
}

#[test]
fn a_camera_and_a_screen_are_switched_in_a_call_that_does_not_ring_here() {
    let mut model = during(call(1, CallPhase::Connected));
    assert_eq!(update(&mut model, Action::Camera), [set(Some(true), None)]);
    assert_eq!(update(&mut model, Action::Screen), [set(None, Some(true))]);
    let mut model = during(Call { camera: true, screen: true, ..call(1, CallPhase::Calling) });
    assert_eq!(update(&mut model, Action::Camera), [set(Some(false), None)]);
    assert_eq!(update(&mut model, Action::Screen), [set(None, Some(false))]);
    let mut model = during(Call { outgoing: false, ..call(1, CallPhase::Incoming) });
    assert_eq!(update(&mut model, Action::Camera), []);
    let mut model = talking(vec![]);
    assert_eq!(update(&mut model, Action::Screen), []);
}

#[test]
fn a_call_is_answered_with_the_camera_on() {
    let mut model = during(Call { outgoing: false, their_camera: true, ..call(1, CallPhase::Incoming) });
    let accept = Effect::Call(Command::CallsAccept(CallRef { call: message_id(1) }), Then::CallChanged);
    assert_eq!(update(&mut model, Action::AnswerWithVideo), [set(Some(true), None), accept], "in this order");
}

#[test]
fn somebody_is_called_with_video() {
    let mut model = talking(vec![]);
    let effects = update(&mut model, Action::CallVideo(chat_id(1)));
    let asked = |effect: &Effect| matches!(effect, Effect::Call(Command::CallsStart(params), _) if params.video);
    assert!(effects.iter().any(asked), "{effects:?}");
    assert!(update(&mut model, Action::CallVideo(chat_id(1))).is_empty(), "a second click");
}

#[test]
fn what_is_seen_is_the_newest() {
    let mut model = talking(vec![]);
    let pixels = || Some(Pixels::new(1, 1, vec![0; 4]));
    for side in [Side::Mine, Side::Theirs] {
        let _effects = update(&mut model, Action::Seen(side, pixels()));
    }
    let _effects = update(&mut model, Action::Seen(Side::Mine, None));
    assert!(model.video.mine.is_none() && model.video.theirs.is_some());
    let _effects = update(&mut model, Action::Node(FromNode::Sight { camera: true, screen: false }));
    assert!(model.video.camera && !model.video.screen);
}
