use kith_api::{
    Command, ErrorCode, Event, Reply, params,
    views::{self, MessageState, Presence, Share},
};
use kith_store::DeliveryState;
use kith_wire::{Availability, Body};
use serde_json::json;

use super::world::{DIRECT, World};
use crate::{Input, Output};

fn two() -> World {
    let mut world = World::new(2);
    world.introduce(0, 1);
    world
}

/// What somebody sees of the other.
fn seen(world: &World, who: usize) -> views::Contact {
    world.people[who].contact(world.account(1 - who)).unwrap()
}

fn set(world: &mut World, who: usize, change: params::ProfileSetParams) -> Result<views::Profile, ErrorCode> {
    match world.call(who, Command::ProfileSet(change)) {
        Ok(Reply::ProfileSet(profile)) => Ok(profile),
        Ok(other) => panic!("{other:?}"),
        Err(error) => Err(error.code),
    }
}

fn be(world: &mut World, who: usize, presence: Presence) {
    set(world, who, params::ProfileSetParams { presence: Some(presence), ..Default::default() }).unwrap();
}

fn share(world: &mut World, who: usize, change: impl FnOnce(&mut params::ContactSetParams)) {
    let account = world.account(1 - who);
    let mut set = params::ContactSetParams { account, typing: None, presence: None, receipts: None, status: None };
    change(&mut set);
    world.call(who, Command::ContactsSet(set)).unwrap();
}

fn setting(world: &mut World, who: usize, key: &str, value: bool) {
    let set = params::SettingsSetParams { key: key.to_owned(), value: json!(value) };
    world.call(who, Command::SettingsSet(set)).unwrap();
}

fn typed(world: &mut World) -> bool {
    world.now += 10_000;
    world.people[1].events.clear();
    let chat = kith_api::ChatId::from_bytes(world.chat(0, 1).to_bytes());
    world.call(0, Command::ChatsTyping(params::TypingParams { chat, on: true })).unwrap();
    world.people[1].events.iter().any(|event| matches!(event, Event::Typing { on: true, .. }))
}

/// Whether the author of a message learns that it was read.
fn receipt(world: &mut World) -> MessageState {
    let Ok(Reply::ChatsSend(sent)) = world.send(0, 1, "read this") else { panic!() };
    let chat = kith_api::ChatId::from_bytes(world.chat(0, 1).to_bytes());
    world.call(1, Command::ChatsMarkRead(params::ReadParams { chat, up_to: None })).unwrap();
    let row = world.people[0].core.store.message(&crate::convert::message(sent.message)).unwrap().unwrap();
    assert!([DeliveryState::Delivered, DeliveryState::Seen].contains(&row.state), "{:?}", row.state);
    crate::convert::state_view(row.state).unwrap()
}

#[test]
fn contacts_see_how_somebody_is_there() {
    let mut world = two();
    for presence in [Presence::Online, Presence::Away, Presence::Dnd, Presence::Online] {
        be(&mut world, 0, presence);
        assert_eq!(seen(&world, 1).presence, presence);
        assert_eq!(seen(&world, 0).presence, Presence::Online);
    }
    set(&mut world, 0, params::ProfileSetParams { idle: Some(true), ..Default::default() }).unwrap();
    assert_eq!(seen(&world, 1).presence, Presence::Away);
    be(&mut world, 0, Presence::Dnd);
    assert_eq!(seen(&world, 1).presence, Presence::Dnd, "what was chosen counts more");
    let offline = params::ProfileSetParams { presence: Some(Presence::Offline), ..Default::default() };
    assert_eq!(set(&mut world, 0, offline), Err(ErrorCode::InvalidArgument));
    world.now += 5_000;
    let gone = world.transport(0);
    world.give(1, Input::PeerDown { peer: gone });
    let left = seen(&world, 1);
    assert_eq!((left.presence, left.last_seen), (Presence::Offline, Some(world.now)));
}

#[test]
fn a_connection_by_itself_says_nothing() {
    let mut world = two();
    let from = world.transport(0);
    world.give(1, Input::PeerDown { peer: from });
    world.people[0].hold = true;
    world.give(1, Input::PeerUp { peer: from, path: DIRECT });
    let there = seen(&world, 1);
    assert_eq!((there.presence, there.path.kind), (Presence::Offline, views::PathKind::None));
    let before = there.last_seen;
    world.now += 60_000;
    world.give(1, Input::PeerDown { peer: from });
    assert_eq!(seen(&world, 1).last_seen, before, "nor when they were there");
}

/// Carried to another network, a device connects anew before the other side has noticed that the old connection is dead.
#[test]
fn who_connects_anew_unnoticed_is_told_again() {
    let mut world = two();
    assert_eq!(seen(&world, 1).presence, Presence::Online);
    let from = world.transport(0);
    world.give(1, Input::PeerDown { peer: from });
    world.give(1, Input::PeerUp { peer: from, path: DIRECT });
    assert_eq!((seen(&world, 1).presence, seen(&world, 0).presence), (Presence::Online, Presence::Online));
}

/// Who noticed first that a connection is dead asks on the next one; the answer may leave on the dead one still.
#[test]
fn what_is_said_on_a_dead_connection_is_said_again_on_the_next() {
    let mut world = two();
    let from = world.transport(0);
    world.people[0].hold = true;
    world.give(1, Input::PeerDown { peer: from });
    world.give(1, Input::PeerUp { peer: from, path: DIRECT });
    world.people[0].held.clear();
    world.people[0].hold = false;
    assert_eq!(seen(&world, 1).presence, Presence::Offline);
    let peer = world.transport(1);
    world.give(0, Input::PeerPath { peer, path: DIRECT });
    assert_eq!(seen(&world, 1).presence, Presence::Online);
}

#[test]
fn what_is_not_shared_is_not_seen_either() {
    let mut world = two();
    for (key, who) in [("presence.share", 0), ("presence.share", 1)] {
        setting(&mut world, who, key, false);
        assert_eq!(
            (seen(&world, 0).presence, seen(&world, 1).presence),
            (Presence::Offline, Presence::Offline),
            "{who}"
        );
        assert_eq!(seen(&world, who).path.kind, views::PathKind::None);
        setting(&mut world, who, key, true);
        assert_eq!((seen(&world, 0).presence, seen(&world, 1).presence), (Presence::Online, Presence::Online), "{who}");
    }
    for who in [0, 1] {
        setting(&mut world, who, "typing.share", false);
        assert!(!typed(&mut world), "{who}");
        setting(&mut world, who, "typing.share", true);
        assert!(typed(&mut world), "{who}");
        setting(&mut world, who, "receipts.seen", false);
        assert_eq!(receipt(&mut world), MessageState::Delivered, "{who}");
        setting(&mut world, who, "receipts.seen", true);
        assert_eq!(receipt(&mut world), MessageState::Seen, "{who}");
    }
}

#[test]
fn one_contact_can_be_told_less_or_more() {
    let mut world = World::new(3);
    world.introduce(0, 1);
    world.introduce(0, 2);
    share(&mut world, 0, |set| {
        (set.typing, set.presence, set.receipts) = (Some(Share::Off), Some(Share::Off), Some(Share::Off))
    });
    assert_eq!((seen(&world, 0).presence, seen(&world, 1).presence), (Presence::Offline, Presence::Offline));
    assert!(!typed(&mut world));
    assert_eq!(receipt(&mut world), MessageState::Delivered, "they tell, and it is not shown");
    let third = |world: &World| world.people[2].contact(world.account(0)).unwrap().presence;
    assert_eq!(third(&world), Presence::Online, "others see it");
    let sharing = seen(&world, 0).sharing;
    assert_eq!((sharing.typing, sharing.presence, sharing.receipts), (Share::Off, Share::Off, Share::Off));

    setting(&mut world, 0, "presence.share", false);
    share(&mut world, 0, |set| set.presence = Some(Share::On));
    assert_eq!((seen(&world, 1).presence, third(&world)), (Presence::Online, Presence::Offline));
    share(&mut world, 0, |set| set.presence = Some(Share::Default));
    assert_eq!(seen(&world, 1).presence, Presence::Offline);
}

#[test]
fn the_invisible_let_go_of_everybody() {
    let mut world = two();
    be(&mut world, 0, Presence::Invisible);
    assert!(world.people[0].core.up.is_empty());
    assert_eq!(seen(&world, 0).presence, Presence::Offline, "and see nobody");
    let gone = world.transport(0);
    world.give(1, Input::PeerDown { peer: gone });
    assert_eq!(seen(&world, 1).presence, Presence::Offline);
    let mut out = Vec::new();
    let now = world.now;
    world.people[0].core.batch(now, |core, _| core.startup(now, &mut out)).unwrap();
    assert!(!out.iter().any(|output| matches!(output, Output::Track { .. })), "nor after a start");
    world.send(0, 1, "by mail, then").unwrap();
    assert_eq!(world.texts(0, 1)[0].state, DeliveryState::Queued);
    be(&mut world, 0, Presence::Online);
    world.give(1, Input::PeerUp { peer: gone, path: DIRECT });
    assert_eq!(seen(&world, 1).presence, Presence::Online);
    world.pass(10_000);
    assert_eq!(world.texts(0, 1)[0].state, DeliveryState::Delivered);
}

#[test]
fn a_status_text_reaches_everybody_and_ends() {
    let mut world = World::new(3);
    world.introduce(0, 1);
    let status = |text: &str, seconds| params::ProfileSetParams {
        status_text: Some(text.into()),
        status_expires_s: seconds,
        ..Default::default()
    };
    set(&mut world, 0, status("On a\u{202e} train", Some(600))).unwrap();
    let there = seen(&world, 1);
    assert_eq!((there.status_text.as_str(), there.status_until), ("On a train", Some(world.now + 600_000)));
    world.introduce(0, 2);
    let late = world.people[2].contact(world.account(0)).unwrap();
    assert_eq!(
        (late.status_text.as_str(), late.status_until),
        ("On a train", there.status_until),
        "who came later too"
    );
    world.pass(601_000);
    let Ok(Reply::ProfileGet(me)) = world.call(0, Command::ProfileGet(params::Nothing {})) else { panic!() };
    assert_eq!((me.status_text.as_str(), me.status_until), ("", None));
    for (wrong, code) in [
        (status(&"x".repeat(141), None), ErrorCode::TooLarge),
        (status("x", Some(0)), ErrorCode::InvalidArgument),
        (status("x", Some(u64::MAX)), ErrorCode::InvalidArgument),
        (params::ProfileSetParams { status_expires_s: Some(9), ..Default::default() }, ErrorCode::InvalidArgument),
    ] {
        assert_eq!(set(&mut world, 0, wrong).unwrap_err(), code);
    }
}

#[test]
fn a_status_text_is_for_whom_it_is_shared_with() {
    let mut world = two();
    let say = |text: &str| params::ProfileSetParams { status_text: Some(text.into()), ..Default::default() };
    for who in 0..2 {
        set(&mut world, who, say("at sea")).unwrap();
    }
    let both = |world: &World| [seen(world, 0).status_text, seen(world, 1).status_text];
    assert_eq!(both(&world), ["at sea", "at sea"]);
    setting(&mut world, 0, "status.share", false);
    assert_eq!(both(&world), ["", ""], "what is not shared is not seen either");
    set(&mut world, 0, say("on land")).unwrap();
    assert_eq!(both(&world), ["", ""]);
    share(&mut world, 0, |set| set.status = Some(Share::On));
    assert_eq!(both(&world), ["at sea", "on land"]);
    setting(&mut world, 0, "status.share", true);
    share(&mut world, 0, |set| set.status = Some(Share::Off));
    assert_eq!(both(&world), ["", ""]);
    share(&mut world, 0, |set| set.status = Some(Share::Default));
    assert_eq!(both(&world), ["at sea", "on land"]);
}

#[test]
fn a_flood_of_presence_costs_little() {
    let mut world = two();
    let (to, from) = (world.people[1].core.account(), world.transport(0));
    world.people[1].events.clear();
    for n in 0..200 {
        let availability = if n % 2 == 0 { Availability::Away } else { Availability::Busy };
        let now = world.now;
        let body = Body::Presence { availability, asks: true };
        let out = world.people[0].core.batch(now, |core, out| core.send_live(to, &body, now, out)).unwrap();
        for output in out {
            if let Output::Send { bytes, .. } = output {
                world.give(1, Input::Peer { from, bytes });
            }
        }
    }
    let told = world.people[1].events.iter().filter(|event| matches!(event, Event::Presence { .. })).count();
    assert!(told <= 8, "{told} events");
}

#[test]
fn to_somebody_blocked_one_is_offline() {
    let mut world = two();
    world.pass(10_000);
    be(&mut world, 0, Presence::Dnd);
    let account = world.account(1);
    world.call(0, Command::ContactsBlock(params::AccountParams { account })).unwrap();
    let before = world.people[0].core.store.queues_of(&world.people[1].core.account()).unwrap();
    let gone = world.transport(0);
    world.give(1, Input::PeerDown { peer: gone });
    let offline = seen(&world, 1);
    world.people[0].held.clear();
    world.people[0].hold = true;
    be(&mut world, 0, Presence::Online);
    set(&mut world, 0, params::ProfileSetParams { status_text: Some("here".into()), ..Default::default() }).unwrap();
    world.pass(120_000);
    assert!(world.people[0].held.is_empty(), "nothing leaves for them");
    assert_eq!(seen(&world, 1), offline);
    let after = world.people[0].core.store.queues_of(&world.people[1].core.account()).unwrap();
    assert_eq!(before.len(), after.len(), "what mailboxes keep for them stays, as of somebody who is away");
}
