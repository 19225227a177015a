//! Who can find whom.

use kith_api::{Command, params, views::Presence};
use kith_wire::{Body, FindKey};

use super::world::{DIRECT, World};
use crate::{Input, Output};

const DAY_MS: u64 = 24 * 3600 * 1000;

/// By what the first looks for the second.
fn key(world: &World, finder: usize, sought: usize) -> Option<FindKey> {
    let device = world.people[sought].core.my_device;
    world.people[finder].core.store.find_key(&device).unwrap()
}

fn finds(world: &World, finder: usize, sought: usize) -> bool {
    key(world, finder, sought).is_some_and(|key| world.people[sought].findable.contains(&key))
}

fn contact(world: &World, who: usize) -> params::AccountParams {
    params::AccountParams { account: world.account(who) }
}

fn start(world: &mut World, who: usize) {
    let now = world.now;
    let out = world.people[who].core.batch(now, |core, out| core.startup(now, out)).unwrap();
    for output in out {
        if let Output::Findable(keys) = output {
            world.people[who].findable = keys;
        }
    }
}

#[test]
fn both_sides_of_an_invite_find_each_other_at_once_and_then_by_keys_of_their_own() {
    let mut world = World::new(3);
    let link = world.invite(0, false, None);
    assert_eq!(world.people[0].findable.len(), 1, "whoever follows the link finds its maker");
    for adder in [1, 2] {
        world.add(adder, &link).unwrap();
        assert!(finds(&world, adder, 0) && finds(&world, 0, adder), "{adder}: asked");
    }
    assert_eq!(key(&world, 1, 0), key(&world, 2, 0), "that of the link");
    for adder in [1, 2] {
        let before = (key(&world, adder, 0), key(&world, 0, adder));
        world.accept(0, adder);
        assert!(finds(&world, adder, 0) && finds(&world, 0, adder), "{adder}: accepted");
        assert!(before.0 != key(&world, adder, 0) && before.1 != key(&world, 0, adder));
    }
    assert_ne!(key(&world, 1, 0), key(&world, 2, 0), "each has their own");
    assert!(!world.people[0].findable.contains(&key(&world, 0, 1).unwrap()), "nor is it the other direction's");
}

#[test]
fn who_is_blocked_or_removed_finds_nobody_and_nobody_finds_the_invisible() {
    let mut world = World::new(2);
    world.introduce(0, 1);
    let known = key(&world, 1, 0).unwrap();
    let there = contact(&world, 1);
    world.call(0, Command::ContactsBlock(there.clone())).unwrap();
    assert_eq!(world.people[0].findable, []);
    world.call(0, Command::ContactsUnblock(there.clone())).unwrap();
    assert!(finds(&world, 1, 0), "by a new key");
    assert!(!world.people[0].findable.contains(&known));

    let be = |presence| params::ProfileSetParams { presence: Some(presence), ..Default::default() };
    world.call(0, Command::ProfileSet(be(Presence::Invisible))).unwrap();
    assert_eq!(world.people[0].findable, []);
    start(&mut world, 0);
    assert_eq!(world.people[0].findable, [], "nor after a start");
    world.call(0, Command::ProfileSet(be(Presence::Online))).unwrap();
    assert!(finds(&world, 1, 0));

    world.call(0, Command::ContactsRemove(there)).unwrap();
    assert_eq!(world.people[0].findable, []);
}

#[test]
fn an_invite_that_ended_leads_nobody_here() {
    let mut world = World::new(2);
    let link = world.invite(0, true, None);
    world.add(1, &link).unwrap();
    assert!(finds(&world, 1, 0), "who asked still does");
    let there = contact(&world, 1);
    world.call(0, Command::ContactsDecline(there)).unwrap();
    assert_eq!(world.people[0].findable, []);
    world.invite(0, false, Some(60));
    assert_eq!(world.people[0].findable.len(), 1);
    world.pass(61_000);
    start(&mut world, 0);
    assert_eq!(world.people[0].findable, []);
}

#[test]
fn an_older_key_serves_until_nobody_can_hold_it() {
    let mut world = World::new(2);
    world.introduce(0, 1);
    let old = world.people[0].findable.clone();
    world.now += DAY_MS;
    let (now, to) = (world.now, world.people[1].core.account());
    world.people[0].hold = true;
    let out = world.people[0].core.batch(now, |core, _| core.tell_whereabouts(to, now)).unwrap();
    let told =
        out.iter().any(|output| matches!(output, Output::Findable(keys) if old.iter().all(|key| keys.contains(key))));
    assert!(told, "what they do not know yet is not the only one");
    world.now += 32 * DAY_MS;
    let now = world.now;
    let out = world.people[0].core.batch(now, |core, _| core.prune_whereabouts(now)).unwrap();
    assert!(matches!(out.as_slice(), [Output::Findable(keys)] if keys.len() == 1 && !old.contains(&keys[0])));
}

/// How many words about where a device is wait for somebody.
fn hints(world: &World, who: usize, other: usize) -> usize {
    let device = world.people[other].core.my_device;
    world.people[who].core.store.outbox_of_kind(&device, Body::WHEREABOUTS).unwrap().len()
}

#[test]
fn who_is_away_hears_where_this_device_went_once_a_day() {
    let mut world = World::new(3);
    world.introduce(0, 1);
    world.introduce(0, 2);
    let at = |n: u8| vec![format!("/ip4/192.0.2.{n}/tcp/1")];
    let hour = |world: &mut World, n: u8| {
        world.give(0, Input::Addresses(at(n)));
        world.now += 3600 * 1000 + 1;
        world.give(0, Input::Wake);
    };
    world.people[0].hold = true;
    let away = world.transport(1);
    world.give(0, Input::PeerDown { peer: away });
    hour(&mut world, 1);
    assert_eq!(hints(&world, 0, 1), 0, "they know that");
    hour(&mut world, 2);
    assert_eq!(hints(&world, 0, 1), 0, "not before a day is over");
    world.now += DAY_MS;
    hour(&mut world, 2);
    assert_eq!((hints(&world, 0, 1), hints(&world, 0, 2)), (1, 0), "who is there hears it on the connection");
    world.now += DAY_MS;
    hour(&mut world, 2);
    assert_eq!(hints(&world, 0, 1), 1, "nothing changed");
    hour(&mut world, 3);
    assert_eq!(hints(&world, 0, 1), 1, "the newest takes the place of what waits");
    let known = |world: &World| {
        let device = world.transport(0);
        world.people[1].core.store.addresses(&device).unwrap()
    };
    assert!(!known(&world).contains(&at(3)[0]));
    world.people[0].hold = false;
    // As out of a mailbox: a connection would tell it better.
    let me = world.transport(0);
    world.people[1].core.up.remove(&me);
    world.give(0, Input::PeerUp { peer: away, path: DIRECT });
    world.pass(60_000);
    assert_eq!(known(&world).first(), Some(&at(3)[0]));
}

#[test]
fn a_word_from_before_does_not_take_a_newer_one_back() {
    let mut world = World::new(2);
    world.introduce(0, 1);
    let (to, now) = (world.people[1].core.account(), world.now);
    let say = |world: &mut World, n: u8| {
        let body = Body::Whereabouts { find: FindKey::from_bytes(&[n; 32]), addresses: Vec::new() };
        world.people[0].say(to, &body, now)
    };
    let (first, second) = (say(&mut world, 1), say(&mut world, 2));
    let from = world.transport(0);
    for output in second.into_iter().chain(first) {
        if let Output::Send { bytes, .. } = output {
            world.give(1, crate::Input::Peer { from, bytes });
        }
    }
    assert_eq!(key(&world, 1, 0), Some(FindKey::from_bytes(&[2; 32])));
}

#[test]
fn contacts_from_before_there_were_keys_get_one_and_a_batch_that_failed_is_told_again() {
    let mut world = World::new(2);
    world.introduce(0, 1);
    let to = world.people[1].core.account();
    world.people[0].core.store.drop_own_find_keys(&to).unwrap();
    start(&mut world, 0);
    assert_eq!(world.people[0].findable.len(), 1);
    assert_eq!(world.people[0].core.store.own_find_keys(&to).unwrap(), world.people[0].findable);

    let now = world.now;
    let failed = world.people[0].core.batch(now, |core, _| {
        core.hide_from(to)?;
        crate::error::refuse("something else went wrong")
    });
    assert!(failed.is_err());
    let out = world.people[0].core.batch(now, |_, _| Ok(())).unwrap();
    let told: Vec<_> = out.into_iter().filter(|output| matches!(output, Output::Findable(_))).collect();
    let Some(Output::Findable(keys)) = told.first() else { panic!("not told") };
    assert_eq!(*keys, world.people[0].findable);
}
