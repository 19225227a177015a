//! Choosing microphone and speaker, checking them, talking by a key.

use kith_node::{
    ApiError, Command, ErrorCode, Reply, params,
    params::CallSetParams,
    views::{
        SOUND_ECHO, SOUND_GAIN, SOUND_INPUT, SOUND_MODE, SOUND_NOISE, SOUND_OUTPUT, SOUND_RING_OUTPUT, VOLUME_MAX,
    },
};
use serde_json::{Value, json};

use super::{Effect, Then, error_key, keep, toast};
use crate::{
    action::Action,
    model::{
        Model, ToastKind,
        sound::{SoundAction, is_shown, is_talking, waits_for_key},
    },
};

/// Gives back what is not its own.
#[expect(clippy::wildcard_enum_match_arm, reason = "what is not its own goes on to the next")]
pub(super) fn update(model: &mut Model, action: Action, out: &mut Vec<Effect>) -> Option<Action> {
    match action {
        Action::Sound(action) => act(model, action, out),
        other => return Some(other),
    }
    None
}

fn act(model: &mut Model, action: SoundAction, out: &mut Vec<Effect>) {
    let sound = &mut model.settings.sound;
    match action {
        SoundAction::AskDevices => {
            if model.sound.wants_devices(model.now) {
                model.sound.devices_at = model.now;
                out.push(Effect::Call(Command::CallsDevices(params::Nothing {}), Then::Devices));
            }
        }
        SoundAction::Input(id) => {
            keep(SOUND_INPUT, json!(id), out);
            sound.input = id;
        }
        SoundAction::Output(id) => {
            keep(SOUND_OUTPUT, json!(id), out);
            sound.output = id;
        }
        SoundAction::RingOutput(id) => {
            keep(SOUND_RING_OUTPUT, json!(id), out);
            sound.ring_output = id;
        }
        SoundAction::Noise(noise) => {
            sound.noise = noise;
            keep(SOUND_NOISE, json!(noise), out);
        }
        SoundAction::Echo(on) => {
            sound.echo = on;
            keep(SOUND_ECHO, Value::Bool(on), out);
        }
        SoundAction::Gain(on) => {
            sound.gain = on;
            keep(SOUND_GAIN, Value::Bool(on), out);
        }
        SoundAction::Mode(mode) => {
            sound.mode = mode;
            keep(SOUND_MODE, json!(mode), out);
        }
        SoundAction::Check => check(model, out),
        SoundAction::Record => ask(model, Command::CallsCheckRecord(params::Nothing {}), out),
        SoundAction::Tone => ask(model, Command::CallsCheckTone(params::Nothing {}), out),
        SoundAction::CheckStop => stop(model, out),
        SoundAction::HoldKey(held) => hold(model, (held, model.sound.held.1), out),
        SoundAction::HoldButton(held) => hold(model, (model.sound.held.0, held), out),
        SoundAction::Volume(percent) => volume(model, percent.min(VOLUME_MAX), out),
    }
}

fn check(model: &mut Model, out: &mut Vec<Effect>) {
    if model.sound.check.is_none() && !model.sound.starting && !is_talking(model) {
        model.sound.starting = true;
        out.push(Effect::Call(Command::CallsCheckStart(params::Nothing {}), Then::Checked));
    }
}

fn ask(model: &Model, command: Command, out: &mut Vec<Effect>) {
    if model.sound.check.is_some() {
        out.push(Effect::Call(command, Then::Checked));
    }
}

fn stop(model: &mut Model, out: &mut Vec<Effect>) {
    if model.sound.check.take().is_some() || std::mem::take(&mut model.sound.starting) {
        out.push(Effect::Call(Command::CallsCheckStop(params::Nothing {}), Then::Ignored));
    }
}

/// The node hears of it when the first of key and button is pressed, and when the last one is let go.
fn hold(model: &mut Model, held: (bool, bool), out: &mut Vec<Effect>) {
    let before = std::mem::replace(&mut model.sound.held, held);
    let (before, now) = (before.0 || before.1, held.0 || held.1);
    let Some(call) = model.calls.live.as_ref().map(|call| call.call).filter(|_| before != now) else { return };
    let params = CallSetParams { talk: Some(now), ..CallSetParams::nothing(call) };
    out.push(Effect::Call(Command::CallsSet(params), Then::CallChanged));
}

fn volume(model: &mut Model, percent: u16, out: &mut Vec<Effect>) {
    let Some((call, account)) = model.calls.live.as_ref().map(|call| (call.call, call.account)) else { return };
    let volumes = &mut model.settings.sound.volumes;
    if percent == 100 {
        volumes.remove(&account);
    } else {
        volumes.insert(account, percent);
    }
    let params = CallSetParams { volume: Some(percent), ..CallSetParams::nothing(call) };
    out.push(Effect::Call(Command::CallsSet(params), Then::CallChanged));
}

/// The node has answered.
pub(super) fn done(model: &mut Model, reply: Reply, out: &mut Vec<Effect>) {
    #[expect(clippy::wildcard_enum_match_arm, reason = "what is asked for here has these answers")]
    match reply {
        Reply::CallsDevices(devices) => model.sound.devices = Some(devices),
        Reply::CallsCheckStart(check) => model.sound.started(check),
        Reply::CallsCheckRecord(check) | Reply::CallsCheckTone(check) if model.sound.check.is_some() => {
            model.sound.checked(check);
        }
        _ => {}
    }
    left(model, out);
}

/// The check does not go on.
pub(super) fn failed(model: &mut Model, error: &ApiError) {
    (model.sound.check, model.sound.starting) = (None, false);
    let busy = error.code == ErrorCode::NotAllowed;
    toast(model, ToastKind::Problem, if busy { "sound-check-busy".to_owned() } else { error_key(error.code) });
}

/// Closes the microphone when the page is left, and lets go of a key that means nothing any more.
pub(super) fn left(model: &mut Model, out: &mut Vec<Effect>) {
    if (model.sound.check.is_some() || model.sound.starting) && !is_shown(model) {
        stop(model, out);
    }
    if model.sound.held != (false, false) && !waits_for_key(model) {
        hold(model, (false, false), out);
    }
}
