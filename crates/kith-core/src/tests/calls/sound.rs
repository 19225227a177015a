//! How loud people are, and what is settled about sound.

use std::collections::BTreeMap;

use kith_api::{AccountId, views::SOUND_VOLUMES};
use serde_json::{Value, json};

use super::*;

fn set(world: &mut World, who: usize, change: params::CallSetParams) -> Result<(), ErrorCode> {
    world.call(who, Command::CallsSet(change)).map(drop).map_err(|error| error.code)
}

fn volume(call: MessageId, percent: u16) -> params::CallSetParams {
    params::CallSetParams { volume: Some(percent), ..params::CallSetParams::nothing(call) }
}

fn talk(call: MessageId, held: bool) -> params::CallSetParams {
    params::CallSetParams { talk: Some(held), ..params::CallSetParams::nothing(call) }
}

fn volumes(world: &World, who: usize) -> BTreeMap<AccountId, u16> {
    world.people[who].core.sound().unwrap().volumes
}

fn setting(world: &mut World, key: &str, value: Value) -> Result<(), ErrorCode> {
    let params = params::SettingsSetParams { key: key.to_owned(), value };
    world.call(0, Command::SettingsSet(params)).map(drop).map_err(|error| error.code)
}

#[test]
fn somebody_is_as_loud_in_the_next_call() {
    let mut world = two();
    let call = start(&mut world, 0, 1);
    set(&mut world, 0, volume(call, 30)).unwrap();
    assert_eq!(world.sessions, [], "nobody is heard yet");
    accept(&mut world, 1, call);
    let id = convert::message(call);
    assert_eq!(told(&mut world, 0), [open(call, true, true), CallCommand::Volume { call: id, percent: 30 }]);
    assert_eq!(told(&mut world, 1), [open(call, false, true)]);
    world.sessions.clear();
    set(&mut world, 0, volume(call, 200)).unwrap();
    assert_eq!(told(&mut world, 0), [CallCommand::Volume { call: id, percent: 200 }]);
    assert_eq!(set(&mut world, 0, volume(call, 201)), Err(ErrorCode::InvalidArgument));
    hang_up(&mut world, 0, call);
    world.pass(1_000);

    world.sessions.clear();
    let call = start(&mut world, 1, 0);
    accept(&mut world, 0, call);
    let id = convert::message(call);
    assert_eq!(told(&mut world, 0), [open(call, false, true), CallCommand::Volume { call: id, percent: 200 }]);
    assert_eq!(volumes(&world, 0).into_values().collect::<Vec<_>>(), [200]);
    set(&mut world, 0, volume(call, 100)).unwrap();
    assert_eq!(volumes(&world, 0), BTreeMap::new(), "as everybody");
    set(&mut world, 0, volume(call, 0)).unwrap();
    let account = volumes(&world, 0).into_keys().next().unwrap();
    world.call(0, Command::ContactsRemove(params::AccountParams { account })).unwrap();
    assert_eq!(volumes(&world, 0), BTreeMap::new(), "who is gone leaves nothing");
}

#[test]
fn a_key_that_is_held_is_told_to_the_session_alone() {
    let mut world = two();
    let call = start(&mut world, 0, 1);
    set(&mut world, 0, talk(call, true)).unwrap();
    assert_eq!(world.sessions, []);
    accept(&mut world, 1, call);
    world.sessions.clear();
    world.people[0].events.clear();
    let id = convert::message(call);
    for held in [true, true, false] {
        set(&mut world, 0, talk(call, held)).unwrap();
        assert_eq!(told(&mut world, 0), [CallCommand::Talk { call: id, held }]);
        world.sessions.clear();
    }
    assert_eq!(world.people[0].events, []);
    assert_eq!(told(&mut world, 1), []);
}

#[test]
fn settings_of_sound_are_checked() {
    let mut world = two();
    let account = AccountId::from_bytes([7; 32]).to_string();
    let many: serde_json::Map<_, _> =
        (0..=200).map(|n| (AccountId::from_bytes([n; 32]).to_string(), json!(5))).collect();
    for (key, good, bad) in [
        (
            "sound.input",
            json!("pulseaudio:kith.monitor"),
            vec![json!(""), json!(1), json!("a\nb"), json!("x".repeat(513))],
        ),
        ("sound.output", json!("x".repeat(512)), vec![json!(true)]),
        ("sound.ring_output", json!("alsa:default"), vec![json!({})]),
        ("sound.noise", json!("strong"), vec![json!("loud"), json!(true)]),
        ("sound.echo", json!(false), vec![json!("no")]),
        ("sound.gain", json!(true), vec![json!(1)]),
        ("sound.mode", json!("push_to_talk"), vec![json!("push"), json!(0)]),
        (
            SOUND_VOLUMES,
            json!({ account.clone(): 200 }),
            vec![json!({ account: 201 }), json!({ "ada": 5 }), Value::Object(many)],
        ),
    ] {
        setting(&mut world, key, good).unwrap();
        for bad in bad {
            assert_eq!(setting(&mut world, key, bad.clone()), Err(ErrorCode::InvalidArgument), "{key} {bad}");
        }
    }
    let sound = world.people[0].core.sound().unwrap();
    assert_eq!((sound.input.as_deref(), sound.echo), (Some("pulseaudio:kith.monitor"), false));
    assert_eq!(sound.volumes.into_values().collect::<Vec<_>>(), [200]);
}
