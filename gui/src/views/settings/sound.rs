//! Microphone and speaker: which ones, whether they work, and what becomes of what is said.

use std::time::Duration;

use egui::Ui;
use kith_node::views::{CheckPhase, SoundCheck, SoundDevice, SoundMode, SoundNoise, SoundProblem};

use super::ui::set;
use crate::{
    action::Action,
    cx::Cx,
    i18n::Arg,
    model::{
        Section,
        sound::{DEVICES_MS, SoundAction, TALK_KEYS, is_talking, missing},
    },
    theme::{Type, icons, space},
    widgets::{
        Kind, Tone, banner, button, card, dropdown, label, link_button, loudness, muted, section_title, segmented,
        setting_row, sheet, side_by_side, slider, switch_row,
    },
};

const MODES: [(SoundMode, &str, &str); 3] = [
    (SoundMode::Always, "sound-mode-always", "sound-mode-always-about"),
    (SoundMode::Voice, "sound-mode-voice", "sound-mode-voice-about"),
    (SoundMode::PushToTalk, "sound-mode-key", "sound-mode-key-about"),
];

const NOISES: [(SoundNoise, &str); 3] = [
    (SoundNoise::Off, "sound-noise-off"),
    (SoundNoise::Normal, "sound-noise-normal"),
    (SoundNoise::Strong, "sound-noise-strong"),
];

pub(super) fn show(ui: &mut Ui, cx: &mut Cx<'_>) {
    card(ui, cx, |ui, cx| devices(ui, cx, true));
    section_title(ui, cx, &cx.t("sound-check-title"));
    card(ui, cx, check);
    section_title(ui, cx, &cx.t("sound-mode"));
    card(ui, cx, mode);
    section_title(ui, cx, &cx.t("sound-clean"));
    card(ui, cx, |ui, cx| {
        let sound = cx.model.settings.sound.clone();
        let name = cx.t("sound-noise");
        label(ui, cx.theme.text(&name, Type::BODY.weight(500.0), cx.tokens().text));
        let texts = NOISES.map(|(_, key)| cx.t(key));
        let at = NOISES.iter().position(|(noise, _)| *noise == sound.noise).unwrap_or(1);
        if let Some(at) = segmented(ui, cx, &name, &texts, at) {
            cx.act(Action::Sound(SoundAction::Noise(NOISES[at].0)));
        }
        muted(ui, cx, &cx.t("sound-noise-about"));
        ui.add_space(space::S);
        let (title, about) = (cx.t("sound-echo"), cx.t("sound-echo-about"));
        if let Some(on) = switch_row(ui, cx, &title, &about, sound.echo) {
            cx.act(Action::Sound(SoundAction::Echo(on)));
        }
        let (title, about) = (cx.t("sound-gain"), cx.t("sound-gain-about"));
        if let Some(on) = switch_row(ui, cx, &title, &about, sound.gain) {
            cx.act(Action::Sound(SoundAction::Gain(on)));
        }
    });
}

/// The sheet that the bar of a call opens: devices, and how loud the other person is.
pub(crate) fn in_call(ui: &mut Ui, cx: &mut Cx<'_>) {
    let title = cx.t("settings-sound");
    sheet(ui, cx, &title, 460.0, |ui, cx| {
        devices(ui, cx, false);
        if let Some(call) = &cx.model.calls.live {
            ui.add_space(space::S);
            let name = cx.model.name_of(call.account);
            let title = cx.with("sound-volume", &[("name", Arg::Text(&crate::text::links::safe_name(&name)))]);
            let now = cx.model.settings.sound.volume(&call.account);
            let mut chosen = None;
            setting_row(ui, cx, &title, &format!("{now} %"), |ui| {
                chosen = slider(ui, cx, &title, f32::from(now), (0.0, 200.0), 5.0);
            });
            if let Some(chosen) = chosen {
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 200")]
                let percent = chosen.round() as u16;
                cx.act(Action::Sound(SoundAction::Volume(percent)));
            }
            muted(ui, cx, &cx.t("sound-volume-about"));
        }
        ui.add_space(space::S);
        if link_button(ui, cx, &cx.t("sound-more")).clicked() {
            cx.act(Action::CloseSheet);
            cx.act(Action::Section(Section::Sound));
        }
    });
}

/// Which microphone and which speaker, and what is wrong with them.
fn devices(ui: &mut Ui, cx: &mut Cx<'_>, all: bool) {
    if cx.model.sound.wants_devices(cx.model.now) {
        cx.act(Action::Sound(SoundAction::AskDevices));
    }
    ui.ctx().request_repaint_after(Duration::from_millis(DEVICES_MS));
    let Some(known) = cx.model.sound.devices.clone() else {
        muted(ui, cx, &cx.t("sound-looking"));
        return;
    };
    let sound = &cx.model.settings.sound;
    if let Some(problem) = known.problem {
        banner(ui, cx, Tone::Warn, &cx.t(problem_key(problem)), None);
        ui.add_space(space::S);
    } else {
        for (none, key) in
            [(known.inputs.is_empty(), "sound-no-microphone"), (known.outputs.is_empty(), "sound-no-speaker")]
        {
            if none {
                banner(ui, cx, Tone::Warn, &cx.t(key), None);
                ui.add_space(space::S);
            }
        }
    }
    let (input, output, ring) = (sound.input.as_deref(), sound.output.as_deref(), sound.ring_output.as_deref());
    let first = cx.t("sound-default");
    if known.input_given {
        setting_row(ui, cx, &cx.t("sound-input"), &cx.t("sound-given"), |_| {});
    } else if let Some(id) = picker(ui, cx, "sound-input", &known.inputs, input, &first) {
        cx.act(Action::Sound(SoundAction::Input(id)));
    }
    if known.output_given {
        setting_row(ui, cx, &cx.t("sound-output"), &cx.t("sound-given"), |_| {});
        return;
    }
    if let Some(id) = picker(ui, cx, "sound-output", &known.outputs, output, &first) {
        cx.act(Action::Sound(SoundAction::Output(id)));
    }
    let same = cx.t("sound-ring-same");
    if all && let Some(id) = picker(ui, cx, "sound-ring", &known.outputs, ring, &same) {
        cx.act(Action::Sound(SoundAction::RingOutput(id)));
    }
}

/// One of the devices; the first choice is none of them.
fn picker(
    ui: &mut Ui,
    cx: &Cx<'_>,
    key: &str,
    devices: &[SoundDevice],
    chosen: Option<&str>,
    none: &str,
) -> Option<Option<String>> {
    let title = cx.t(key);
    let default = devices.iter().find(|device| device.default).map(|device| device.name.clone());
    let name = |device: &SoundDevice| match device.present {
        true => device.name.clone(),
        false => cx.with("sound-away", &[("name", Arg::Text(&device.name))]),
    };
    let mut texts = vec![none.to_owned()];
    texts.extend(devices.iter().map(name));
    let at = devices.iter().position(|device| Some(&*device.id) == chosen).map_or(0, |at| at + 1);
    let about = match (missing(devices, chosen), chosen, default) {
        (Some(gone), ..) => cx.with("sound-stands-in", &[("name", Arg::Text(&gone.name))]),
        (None, None, Some(default)) if key != "sound-ring" => default,
        _ => String::new(),
    };
    let mut next = None;
    setting_row(ui, cx, &title, &about, |ui| next = dropdown(ui, cx, &title, &texts, at, at != 0));
    next.map(|at| at.checked_sub(1).and_then(|at| devices.get(at)).map(|device| device.id.clone()))
}

fn check(ui: &mut Ui, cx: &mut Cx<'_>) {
    if is_talking(cx.model) {
        muted(ui, cx, &cx.t("sound-check-busy"));
        return;
    }
    let Some(check) = cx.model.sound.check else {
        muted(ui, cx, &cx.t("sound-check-about"));
        ui.add_space(space::S);
        let text = cx.t("sound-check");
        let can = !cx.model.sound.starting;
        let pressed =
            ui.add_enabled_ui(can, |ui| button(ui, cx, Kind::Primary, Some(icons::MICROPHONE), &text).clicked());
        if pressed.inner {
            cx.act(Action::Sound(SoundAction::Check));
        }
        return;
    };
    for problem in [check.input_problem, check.output_problem].into_iter().flatten() {
        banner(ui, cx, Tone::Warn, &cx.t(problem_key(problem)), None);
        ui.add_space(space::S);
    }
    loudness(ui, cx, &cx.t("sound-level"), check.level);
    muted(ui, cx, &doing(cx, &check));
    ui.add_space(space::S);
    side_by_side(ui, cx, |ui, cx| {
        let buttons = [
            (Kind::Primary, "sound-record", SoundAction::Record),
            (Kind::Secondary, "sound-tone", SoundAction::Tone),
            (Kind::Quiet, "sound-check-stop", SoundAction::CheckStop),
        ];
        for (kind, key, action) in buttons {
            if button(ui, cx, kind, None, &cx.t(key)).clicked() {
                cx.act(Action::Sound(action));
            }
        }
    });
}

/// What the check is doing, in words.
fn doing(cx: &Cx<'_>, check: &SoundCheck) -> String {
    let seconds = u64::from(check.left_ms.unwrap_or(0).div_ceil(1000));
    match check.phase {
        CheckPhase::Recording => cx.with("sound-recording", &[("seconds", Arg::Count(seconds))]),
        CheckPhase::Playing => cx.t("sound-playing"),
        CheckPhase::Tone => cx.t("sound-tone-playing"),
        CheckPhase::Listening | CheckPhase::Over | _ => {
            cx.t(if check.level == 0 { "sound-listening-silent" } else { "sound-listening" })
        }
    }
}

fn mode(ui: &mut Ui, cx: &mut Cx<'_>) {
    let now = cx.model.settings.sound.mode;
    let name = cx.t("sound-mode");
    let texts = MODES.map(|(_, key, _)| cx.t(key));
    let at = MODES.iter().position(|(mode, ..)| *mode == now).unwrap_or(0);
    if let Some(at) = segmented(ui, cx, &name, &texts, at) {
        cx.act(Action::Sound(SoundAction::Mode(MODES[at].0)));
    }
    muted(ui, cx, &cx.t(MODES[at].2));
    if now == SoundMode::PushToTalk {
        let (title, about) = (cx.t("sound-key"), cx.t("sound-key-about"));
        let keys: Vec<String> = TALK_KEYS.map(|key| format!("F{key}")).collect();
        let at = usize::from(cx.model.settings.talk_key.saturating_sub(*TALK_KEYS.start()));
        let mut next = None;
        setting_row(ui, cx, &title, &about, |ui| next = dropdown(ui, cx, &title, &keys, at, false));
        if let Some(key) = next.and_then(|at| TALK_KEYS.clone().nth(at)) {
            set(cx, |settings| settings.talk_key = key);
        }
    }
}

/// What to do about it, by the key of the text.
fn problem_key(problem: SoundProblem) -> &'static str {
    match problem {
        SoundProblem::NoSoundSystem => "sound-no-system",
        SoundProblem::NoAnswer => "sound-no-answer",
        SoundProblem::NoMicrophone => "sound-no-microphone",
        SoundProblem::NoSpeaker => "sound-no-speaker",
        SoundProblem::NotAllowed => "sound-not-allowed",
        SoundProblem::Failed | _ => "sound-failed",
    }
}
