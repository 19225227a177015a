use kith_api::{
    Command, ErrorCode, Event, Reply, params,
    views::{METERED, Settings},
};
use kith_store::DeliveryState;
use serde_json::{Value, json};

use super::world::World;

fn set(world: &mut World, who: usize, key: &str, value: Value) -> Result<(), ErrorCode> {
    let params = params::SettingsSetParams { key: key.to_owned(), value };
    world.call(who, Command::SettingsSet(params)).map(drop).map_err(|error| error.code)
}

fn get(world: &mut World, who: usize) -> Settings {
    match world.call(who, Command::SettingsGet(params::Nothing {})) {
        Ok(Reply::SettingsGet(reply)) => reply.settings,
        other => panic!("{other:?}"),
    }
}

/// What the events since the last call said.
fn told(world: &mut World, who: usize) -> Vec<Settings> {
    let events = std::mem::take(&mut world.people[who].events);
    let settings = |event| if let Event::SettingsChanged { settings } = event { Some(settings) } else { None };
    events.into_iter().filter_map(settings).collect()
}

fn nested(levels: usize) -> Value {
    (0..levels).fold(json!(1), |inner, level| if level % 2 == 0 { json!([inner]) } else { json!({ "in": inner }) })
}

#[test]
fn settings_are_kept_as_they_are_and_every_change_is_told() {
    let mut world = World::new(1);
    assert!(get(&mut world, 0).is_empty());
    let layout = json!({ "panes": [1, 2.5, null, "a\u{0}b"], "open": true });
    set(&mut world, 0, "gui.layout", layout.clone()).unwrap();
    set(&mut world, 0, "gui.scale-2_0", json!(0)).unwrap();
    let expected: Settings = [("gui.layout".to_owned(), layout.clone()), ("gui.scale-2_0".to_owned(), json!(0))].into();
    assert_eq!(get(&mut world, 0), expected);
    assert_eq!(told(&mut world, 0).last(), Some(&expected));
    set(&mut world, 0, "gui.layout", layout).unwrap();
    set(&mut world, 0, "gui.never", Value::Null).unwrap();
    assert!(told(&mut world, 0).is_empty(), "nothing changed");
    set(&mut world, 0, "gui.layout", Value::Null).unwrap();
    let expected: Settings = [("gui.scale-2_0".to_owned(), json!(0))].into();
    assert_eq!((told(&mut world, 0), get(&mut world, 0)), (vec![expected.clone()], expected));
}

#[test]
fn keys_and_values_have_limits() {
    let mut world = World::new(1);
    for key in ["", "Gui", "gui layout", "gui/a", "gü", &"x".repeat(65)] {
        assert_eq!(set(&mut world, 0, key, json!(1)), Err(ErrorCode::InvalidArgument), "{key:?}");
    }
    assert_eq!(set(&mut world, 0, &"x".repeat(64), json!(1)), Ok(()));
    let text = |bytes: usize| json!("x".repeat(bytes - 2));
    assert_eq!(set(&mut world, 0, "a", text(16 * 1024 + 1)), Err(ErrorCode::TooLarge));
    assert_eq!(set(&mut world, 0, "a", text(16 * 1024)), Ok(()));
    assert_eq!(set(&mut world, 0, "b", nested(33)), Err(ErrorCode::InvalidArgument));
    assert_eq!(set(&mut world, 0, "b", nested(32)), Ok(()));
    assert_eq!(get(&mut world, 0)["b"], nested(32));
    assert!(get(&mut world, 0).keys().eq(["a", "b", &"x".repeat(64)]));
}

#[test]
fn there_is_room_for_so_many() {
    let mut world = World::new(1);
    for n in 0..256 {
        set(&mut world, 0, &format!("n{n}"), json!(n)).unwrap();
    }
    assert_eq!(set(&mut world, 0, "one.more", json!(1)), Err(ErrorCode::TooLarge));
    assert_eq!(set(&mut world, 0, "n7", json!("another")), Ok(()), "one that is there can change");
    for n in 0..240 {
        set(&mut world, 0, &format!("n{n}"), Value::Null).unwrap();
    }
    let large = json!("x".repeat(16 * 1024 - 2));
    let fitted = (0..16).take_while(|n| set(&mut world, 0, &format!("large{n}"), large.clone()).is_ok()).count();
    assert_eq!(fitted, 15, "with the others that are left, 256 KiB");
    assert_eq!(set(&mut world, 0, "large0", json!(1)), Ok(()));
    assert_eq!(set(&mut world, 0, "large0", large), Ok(()));
}

#[test]
fn receipts_of_having_seen_can_be_switched_off() {
    let mut world = World::new(2);
    world.introduce(0, 1);
    for wrong in [json!("no"), json!(0), json!({})] {
        assert_eq!(set(&mut world, 1, "receipts.seen", wrong), Err(ErrorCode::InvalidArgument));
    }
    set(&mut world, 1, "receipts.seen", json!(false)).unwrap();
    let chat = kith_api::ChatId::from_bytes(world.chat(0, 1).to_bytes());
    let read = |world: &mut World| {
        world.call(1, Command::ChatsMarkRead(params::ReadParams { chat, up_to: None })).unwrap();
    };
    world.send(0, 1, "one").unwrap();
    read(&mut world);
    assert_eq!(world.texts(0, 1)[0].state, DeliveryState::Delivered, "that it arrived is told, that it was read not");
    set(&mut world, 1, "receipts.seen", Value::Null).unwrap();
    world.send(0, 1, "two").unwrap();
    read(&mut world);
    let states: Vec<_> = world.texts(0, 1).iter().map(|row| row.state).collect();
    assert_eq!(states, [DeliveryState::Delivered, DeliveryState::Seen], "what was read before stays untold");
}

#[test]
fn a_receipt_that_waits_when_they_are_switched_off_never_leaves() {
    let mut world = World::new(2);
    world.introduce(0, 1);
    world.send(0, 1, "one").unwrap();
    let chat = kith_api::ChatId::from_bytes(world.chat(0, 1).to_bytes());
    world.people[1].hold = true;
    world.call(1, Command::ChatsMarkRead(params::ReadParams { chat, up_to: None })).unwrap();
    assert_eq!(world.people[1].core.store.outbox_len().unwrap(), 1);
    set(&mut world, 1, "receipts.seen", json!(false)).unwrap();
    assert_eq!(world.people[1].core.store.outbox_len().unwrap(), 0);
    world.people[1].hold = false;
    world.people[1].held.clear();
    world.pass(60_000);
    assert_eq!(world.texts(0, 1)[0].state, DeliveryState::Delivered);
}

#[test]
fn whether_the_connection_costs_is_said_or_left_to_the_desktop() {
    let mut world = World::new(1);
    let metered = |world: &World| world.people[0].core.metered().unwrap();
    assert_eq!(metered(&world), None);
    assert_eq!(set(&mut world, 0, METERED, json!("yes")), Err(ErrorCode::InvalidArgument));
    for said in [Some(true), Some(false), None] {
        set(&mut world, 0, METERED, json!(said)).unwrap();
        assert_eq!(metered(&world), said);
    }
}
