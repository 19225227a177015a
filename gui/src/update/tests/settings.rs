//! What a switch changes, and what it leaves alone.

use std::collections::BTreeMap;

use kith_node::views::{
    LINK_PREVIEWS, NotifyContent, QuietHours, SOUND_ECHO, SOUND_GAIN, SOUND_INPUT, SOUND_MODE, SOUND_NOISE,
    SOUND_OUTPUT, SOUND_RING_OUTPUT, Share, Sharing, SoundMode, SoundNoise,
};

use super::*;
use crate::model::sound::SoundAction;

/// Every setting the node keeps under a key of its own, as the window shows it.
fn kept(settings: &Settings) -> BTreeMap<&'static str, String> {
    let on = |on: bool| on.to_string();
    [
        (RECEIPTS_SEEN, on(settings.receipts)),
        (TYPING_SHARE, on(settings.typing)),
        (PRESENCE_SHARE, on(settings.presence)),
        (STATUS_SHARE, on(settings.status)),
        (MAILBOXES_USE, on(settings.mail)),
        (RELAY_ONLY, on(settings.relay_only)),
        (PORT_MAPPING, on(settings.port_mapping)),
        (RENEW_KEY, on(settings.renew_key)),
        (LINK_PREVIEWS, on(settings.previews)),
        (METERED, format!("{:?}", settings.metered)),
        (NOTIFY_CONTENT, format!("{:?}", settings.notify_content)),
        (NOTIFY_QUIET, format!("{:?}", settings.quiet)),
        (SOUND_INPUT, format!("{:?}", settings.sound.input)),
        (SOUND_OUTPUT, format!("{:?}", settings.sound.output)),
        (SOUND_RING_OUTPUT, format!("{:?}", settings.sound.ring_output)),
        (SOUND_NOISE, format!("{:?}", settings.sound.noise)),
        (SOUND_ECHO, on(settings.sound.echo)),
        (SOUND_GAIN, on(settings.sound.gain)),
        (SOUND_MODE, format!("{:?}", settings.sound.mode)),
    ]
    .into()
}

/// Everything turned to what it is not at first, each by what a person does.
fn actions() -> Vec<(&'static str, Action)> {
    let share = |key, on| (key, Action::Share(key, on));
    vec![
        share(RECEIPTS_SEEN, false),
        share(TYPING_SHARE, false),
        share(PRESENCE_SHARE, false),
        share(STATUS_SHARE, false),
        share(RELAY_ONLY, true),
        share(PORT_MAPPING, false),
        share(RENEW_KEY, true),
        (MAILBOXES_USE, Action::KeepMail(false)),
        (LINK_PREVIEWS, Action::MakePreviews(true)),
        (METERED, Action::Metered(Some(true))),
        (NOTIFY_CONTENT, Action::NotifySay(NotifyContent::Nothing)),
        (NOTIFY_QUIET, Action::Quiet(QuietHours { on: true, ..QuietHours::default() })),
        (SOUND_INPUT, Action::Sound(SoundAction::Input(Some("a".to_owned())))),
        (SOUND_OUTPUT, Action::Sound(SoundAction::Output(Some("b".to_owned())))),
        (SOUND_RING_OUTPUT, Action::Sound(SoundAction::RingOutput(Some("c".to_owned())))),
        (SOUND_NOISE, Action::Sound(SoundAction::Noise(SoundNoise::Strong))),
        (SOUND_ECHO, Action::Sound(SoundAction::Echo(false))),
        (SOUND_GAIN, Action::Sound(SoundAction::Gain(false))),
        (SOUND_MODE, Action::Sound(SoundAction::Mode(SoundMode::Voice))),
    ]
}

#[test]
fn a_switch_moves_nothing_but_itself() {
    assert_eq!(actions().len(), kept(&Settings::default()).len(), "one for each");
    for (key, action) in actions() {
        let mut model = ready();
        let before = kept(&model.settings);
        let effects = update(&mut model, action);
        let told = |effect: &Effect| {
            if let Effect::Call(Command::SettingsSet(set), _) = effect { Some(set.key.clone()) } else { None }
        };
        assert_eq!(effects.iter().filter_map(told).collect::<Vec<_>>(), [key], "the node is told");
        let after = kept(&model.settings);
        let moved: Vec<_> = after.iter().filter(|(other, now)| before[**other] != **now).map(|(key, _)| *key).collect();
        assert_eq!(moved, [key]);
    }
}

#[test]
fn what_the_node_keeps_is_not_changed_by_the_rest() {
    let mut model = ready();
    for (_, action) in actions() {
        let _effects = update(&mut model, action);
    }
    let before = kept(&model.settings);
    let _effects = update(&mut model, Action::Set(Box::new(Settings { zoom: 1.5, ..Settings::default() })));
    assert_eq!((kept(&model.settings), model.settings.zoom), (before, 1.5));
}

#[test]
fn what_the_node_keeps_is_read_back() {
    let mut model = ready();
    let mut map = kith_node::views::Settings::new();
    for (_, action) in actions() {
        for effect in update(&mut model, action) {
            if let Effect::Call(Command::SettingsSet(set), _) = effect {
                map.insert(set.key, set.value);
            }
        }
    }
    assert_eq!(kept(&Settings::read(&map)), kept(&model.settings));
}

#[test]
fn two_choices_for_a_contact_do_not_undo_each_other() {
    let mut model = ready();
    // The node has answered neither.
    let now = model.contacts[&account(1)].sharing;
    let chosen = [Sharing { typing: Share::On, ..now }, Sharing { presence: Share::Off, ..now }];
    let set = chosen.map(|sharing| update(&mut model, Action::ShareWith(account(1), sharing)));
    let params = |typing, presence| {
        let params = params::ContactSetParams { account: account(1), typing, presence, receipts: None, status: None };
        [Effect::Call(Command::ContactsSet(params), Then::Nothing)]
    };
    assert_eq!(set[0], params(Some(Share::On), None));
    assert_eq!(set[1], params(None, Some(Share::Off)));
}
