use kith_api::{Command, ErrorCode, Event, params};
use kith_wire::Body;

use super::world::World;
use crate::{Input, Output};

fn chat(world: &World) -> kith_api::ChatId {
    kith_api::ChatId::from_bytes(world.chat(0, 1).to_bytes())
}

fn types(world: &mut World, on: bool) {
    let chat = chat(world);
    world.call(0, Command::ChatsTyping(params::TypingParams { chat, on })).unwrap();
}

/// What the other side was told since the last call.
fn seen(world: &mut World) -> Vec<bool> {
    let events = std::mem::take(&mut world.people[1].events);
    let on = |event| if let Event::Typing { on, .. } = event { Some(on) } else { None };
    events.into_iter().filter_map(on).collect()
}

fn two() -> World {
    let mut world = World::new(2);
    world.introduce(0, 1);
    world
}

#[test]
fn writing_shows_until_it_stops_or_is_over_by_itself() {
    let mut world = two();
    types(&mut world, true);
    let told = world.people[1].events.iter().find(|event| matches!(event, Event::Typing { .. }));
    assert_eq!(told, Some(&Event::Typing { chat: chat(&world), account: world.account(0), on: true }));
    assert_eq!(seen(&mut world), [true]);
    world.pass(4_000);
    types(&mut world, true);
    world.pass(4_000);
    assert!(seen(&mut world).is_empty(), "it goes on");
    world.pass(3_000);
    assert_eq!(seen(&mut world), [false]);
    assert_eq!(world.people[1].core.typing.next_wake(), None, "and wakes nobody any more");

    types(&mut world, true);
    types(&mut world, false);
    assert_eq!(seen(&mut world), [true, false]);
    world.pass(3_000);
    types(&mut world, true);
    world.send(0, 1, "here it is").unwrap();
    assert_eq!(seen(&mut world), [true, false], "a message ends it");
    types(&mut world, true);
    let gone = world.transport(0);
    world.give(1, Input::PeerDown { peer: gone });
    assert_eq!(seen(&mut world), [true, false], "the end of the connection too");
}

#[test]
fn little_of_it_leaves_and_nothing_of_it_waits() {
    let mut world = two();
    world.people[0].hold = true;
    for n in 0..300 {
        types(&mut world, n % 3 != 2);
        world.now += 10;
    }
    let sent = world.people[0].held.len();
    assert!((1..=2).contains(&sent), "{sent} in three seconds");
    let peer = world.transport(1);
    world.give(0, Input::PeerDown { peer });
    world.now += 10_000;
    world.people[0].held.clear();
    types(&mut world, true);
    assert!(world.people[0].held.is_empty());
    let core = &world.people[0].core;
    assert_eq!(core.store.outbox_len().unwrap(), 0);
    assert!(core.store.deposits_due(u64::MAX / 2, 9).unwrap().is_empty(), "nor in a mailbox");
}

#[test]
fn a_flood_of_it_is_not_looked_at() {
    let mut world = two();
    world.pass(7_000);
    world.people[1].events.clear();
    let (to, from) = (world.people[1].core.account(), world.transport(0));
    for n in 0..200 {
        let body = Body::Typing { on: n % 2 == 0 };
        let now = world.now;
        let out = world.people[0].core.batch(now, |core, out| core.send_live(to, &body, now, out)).unwrap();
        for output in out {
            if let Output::Send { bytes, .. } = output {
                world.give(1, Input::Peer { from, bytes });
            }
        }
    }
    assert_eq!(seen(&mut world).len(), 8);
    world.pass(7_000);
    types(&mut world, true);
    assert_eq!(seen(&mut world), [true], "later they are heard again");
}

#[test]
fn nobody_is_told_who_is_not_to_hear() {
    let mut world = two();
    let params = params::TypingParams { chat: kith_api::ChatId::from_bytes([7; 16]), on: true };
    assert_eq!(world.call(0, Command::ChatsTyping(params)).unwrap_err().code, ErrorCode::NotFound);
    let account = world.account(1);
    world.call(0, Command::ContactsBlock(params::AccountParams { account })).unwrap();
    let params = params::TypingParams { chat: chat(&world), on: true };
    assert_eq!(world.call(0, Command::ChatsTyping(params)).unwrap_err().code, ErrorCode::Blocked);
    world.people[1].events.clear();
    let (to, now) = (world.people[0].core.account(), world.now);
    let said = world.people[1].core.batch(now, |core, out| core.send_live(to, &Body::Typing { on: true }, now, out));
    for output in said.unwrap() {
        if let Output::Send { bytes, .. } = output {
            let from = world.transport(1);
            world.people[0].events.clear();
            world.give(0, Input::Peer { from, bytes });
            assert!(!world.people[0].events.iter().any(|event| matches!(event, Event::Typing { .. })));
        }
    }
}
