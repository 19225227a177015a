//! What people could do to each other, and what must not come of it.

use kith_api::{Command, ErrorCode, Event, params, views};
use kith_crypto::DeviceSecrets;
use kith_store::{ContactState, DeliveryState, DeviceRow};
use kith_wire::{Body, IdentityLog, NewDevice, RequestAnswer};

use super::world::{NOW, World};
use crate::{Input, Output};

/// The row that `who` has of the device of `other`.
fn device(world: &World, who: usize, other: usize) -> DeviceRow {
    let device = world.people[other].core.my_device;
    world.people[who].core.store.device(&device).unwrap().unwrap()
}

/// A device of `who` with these keys.
fn new_device(world: &World, who: usize, keys: DeviceSecrets) -> NewDevice {
    let olm = kith_crypto::OlmAccount::new().identity_key();
    NewDevice::new(world.people[who].core.account(), &keys, olm, NOW)
}

fn failed(world: &World, who: usize) -> usize {
    let told = |event: &&Event| matches!(event, Event::MessageState { state: views::MessageState::Failed, .. });
    world.people[who].events.iter().filter(told).count()
}

fn account_params(world: &World, who: usize) -> params::AccountParams {
    params::AccountParams { account: world.account(who) }
}

#[test]
fn a_device_list_cannot_take_over_the_device_of_another() {
    let mut world = World::new(3);
    world.introduce(0, 1);
    let before = device(&world, 0, 1);
    let link = world.invite(0, true, None);
    // Even if that device agrees: it may be another program on the same machine.
    let sign = world.people[1].core.device.sign.duplicate();
    let agreed = new_device(&world, 2, DeviceSecrets { sign, ..DeviceSecrets::generate() });
    let thief = &mut world.people[2];
    thief.core.log = IdentityLog::create(&thief.phrase.account_key(), vec![agreed], NOW).unwrap();
    thief.core.my_device = before.device;
    assert_eq!(world.add(2, &link).unwrap_err().code, ErrorCode::BadLink);
    assert_eq!(device(&world, 0, 1), before);
    assert!(world.people[0].contact(world.account(2)).is_none());
    world.send(0, 1, "still yours").unwrap();
    assert_eq!(world.texts(1, 0).len(), 1);

    // Nor its transport key, once they are contacts.
    let mut world = World::new(3);
    world.introduce(0, 1);
    world.introduce(0, 2);
    let transport = world.transport(1);
    let keys =
        DeviceSecrets { transport: world.people[1].core.device.transport.duplicate(), ..DeviceSecrets::generate() };
    let more = new_device(&world, 2, keys);
    let thief = &mut world.people[2];
    let mut log = thief.core.log.clone();
    log.append(&thief.phrase.account_key(), vec![more], &[], NOW).unwrap();
    let to = world.people[0].core.account();
    let outputs = world.people[2].say(to, &Body::Identity { log: log.encode() }, NOW);
    let from = world.transport(2);
    for output in outputs {
        let Output::Send { bytes, .. } = output else { continue };
        world.give(0, Input::Peer { from, bytes });
    }
    let holder = world.people[0].core.store.device_by_transport(&transport).unwrap().unwrap();
    assert_eq!(holder.account, world.people[1].core.account());
    let known = world.people[0].core.store.devices_of(&world.people[2].core.account()).unwrap();
    assert_eq!(known.len(), 1, "the list was not taken");
}

#[test]
fn asking_again_does_not_end_an_alarm() {
    let mut world = World::new(2);
    world.introduce(0, 1);
    let row = world.people[0].core.store.contact(&world.people[1].core.account()).unwrap().unwrap();
    let alarm = world.people[0].core.batch(NOW, |core, out| core.raise_alarm(&row, out));
    alarm.unwrap();
    let link = world.invite(0, true, None);
    world.add(1, &link).unwrap();
    assert!(world.people[0].contact(world.account(1)).unwrap().alarm);
    assert_eq!(world.send(0, 1, "hello").unwrap_err().code, ErrorCode::NotAllowed);
}

#[test]
fn a_request_whose_answer_was_lost_is_answered_alike() {
    let mut world = World::new(2);
    let link = world.invite(0, true, None);
    world.people[1].hold = true;
    world.pass(1000);
    let add = Command::ContactsAdd(params::AddParams { link, message: None });
    world.give(1, Input::Command(crate::CommandId(1), add));
    let held = std::mem::take(&mut world.people[1].held);
    let Some(Output::Request { bytes, .. }) = held.into_iter().next() else { panic!("a request leaves") };
    let from = world.transport(1);
    for _ in 0..2 {
        world.give(0, Input::Request { from, request: 1, bytes: bytes.clone() });
        assert_eq!(world.people[0].answers.pop(), Some(RequestAnswer::Received));
    }
}

/// Keys that cannot be used make one device unreachable, and nobody else.
#[test]
fn one_device_does_not_fail_the_others() {
    let mut world = World::new(3);
    world.introduce(0, 1);
    world.introduce(0, 2);
    let mut broken = device(&world, 0, 1);
    broken.kem = None;
    let core = &mut world.people[0].core;
    core.store.put_device(&broken).unwrap();
    for key in core.store.outer_keys(&broken.device, kith_store::Direction::Outbound).unwrap() {
        core.store.delete_outer_key(&key.key_id).unwrap();
    }
    world.send(0, 1, "cannot leave").unwrap();
    world.send(0, 2, "can").unwrap();
    assert_eq!(world.texts(2, 0).len(), 1);
    // Its own messages are taken, though no receipt can be sent for them.
    world.send(1, 0, "but I can").unwrap();
    assert_eq!(world.texts(0, 1).len(), 2);
    assert!(world.people[0].core.next_wake().unwrap().unwrap() > world.now, "a busy loop");
}

#[test]
fn a_device_that_never_wrote_causes_no_busy_loop() {
    let mut world = World::new(2);
    world.introduce(0, 1);
    let silent = device(&world, 0, 1);
    let core = &mut world.people[0].core;
    for mut session in core.store.sessions(&silent.device).unwrap() {
        session.dead = true;
        core.store.put_session(&session).unwrap();
    }
    while core.store.take_prekey(&silent.device).unwrap().is_some() {}
    world.send(0, 1, "one").unwrap();
    world.send(0, 1, "two").unwrap();
    assert!(world.people[0].core.next_wake().unwrap().unwrap() > world.now + 1000);
    let (now, row) = (world.now, device(&world, 1, 0));
    let started = world.people[1].core.batch(now, |core, _| core.start_session(&row, None, now).map(drop));
    started.unwrap();
    world.send(1, 0, "here is a session").unwrap();
    world.pass(3_700_000);
    assert_eq!(world.texts(1, 0).len(), 3);
}

#[test]
fn an_acceptance_does_not_queue_behind_what_is_refused() {
    let mut world = World::new(2);
    world.introduce(0, 1);
    let account = account_params(&world, 0);
    world.call(1, Command::ContactsRemove(account)).unwrap();
    for n in 0..40 {
        world.send(0, 1, &format!("number {n}")).unwrap();
    }
    assert!(world.texts(1, 0).is_empty());
    let link = world.invite(0, true, None);
    world.add(1, &link).unwrap();
    world.pass(120_000);
    assert!(world.people[1].contact(world.account(0)).is_some_and(|c| c.state == views::ContactState::Introduced));
    assert_eq!(world.texts(1, 0).len(), 40);
}

#[test]
fn sessions_from_a_key_for_many_cost_no_keys() {
    let mut world = World::new(2);
    let link = world.invite(0, false, None);
    world.add(1, &link).unwrap();
    world.accept(0, 1);
    let fallback = world.people[0].core.store.meta(crate::contacts::invite::META_FALLBACK).unwrap().unwrap();
    let fallback = kith_crypto::CurveKey::from_bytes(fallback.try_into().unwrap());
    let mine = world.people[1].core.my_device;
    let before = world.people[0].core.store.olm_account().unwrap();
    for n in 0..20_u64 {
        world.now += 1000;
        let (now, row) = (world.now, device(&world, 1, 0));
        let started =
            world.people[1].core.batch(now, |core, _| core.start_session(&row, Some(fallback), now).map(drop));
        started.unwrap();
        world.send(1, 0, &format!("number {n}")).unwrap();
    }
    assert_eq!(world.texts(0, 1).len(), 20);
    assert_eq!(world.people[0].core.store.olm_account().unwrap(), before, "no new one-time keys");
    assert!(world.people[0].core.store.sessions(&mine).unwrap().len() <= 4);
}

#[test]
fn what_waits_fails_with_the_contact() {
    let mut world = World::new(2);
    let link = world.invite(0, true, None);
    world.add(1, &link).unwrap();
    let account = account_params(&world, 0);
    world.call(1, Command::ChatsOpen(account)).unwrap();
    world.send(1, 0, "before you said yes").unwrap();
    let account = account_params(&world, 0);
    world.call(1, Command::ContactsRemove(account)).unwrap();
    assert_eq!((failed(&world, 1), world.texts(1, 0)[0].state), (1, DeliveryState::Failed));
}

#[test]
fn only_a_request_can_be_accepted() {
    let mut world = World::new(2);
    let link = world.invite(0, true, None);
    world.add(1, &link).unwrap();
    let account = account_params(&world, 0);
    assert_eq!(world.call(1, Command::ContactsAccept(account)).unwrap_err().code, ErrorCode::NotAllowed);
    let row = world.people[1].core.store.contact(&world.people[0].core.account()).unwrap().unwrap();
    assert_eq!(row.state, ContactState::Waiting);
}

#[test]
fn a_blocked_person_is_not_asked_any_more() {
    let mut world = World::new(2);
    let link = world.invite(0, true, None);
    world.people[1].hold = true;
    world.give(1, Input::Command(crate::CommandId(1), Command::ContactsAdd(params::AddParams { link, message: None })));
    let account = account_params(&world, 0);
    world.call(1, Command::ContactsBlock(account)).unwrap();
    world.people[1].held.clear();
    world.pass(3_700_000);
    assert!(world.people[1].held.is_empty(), "{:?}", world.people[1].held);
}

#[test]
fn a_contradicting_invite_raises_the_alarm() {
    let mut world = World::new(2);
    world.introduce(0, 1);
    let key = world.people[0].phrase.account_key();
    let core = &mut world.people[0].core;
    let olm = core.log.device(&core.my_device).unwrap().olm;
    let other = NewDevice::new(core.account(), &core.device, olm, NOW + 1);
    core.log = IdentityLog::create(&key, vec![other], NOW + 1).unwrap();
    let link = world.invite(0, true, None);
    assert_eq!(world.add(1, &link).unwrap_err().code, ErrorCode::NotAllowed);
    assert!(world.people[1].contact(world.account(0)).unwrap().alarm);
}

/// A batch that fails takes back what the core only remembers, too.
#[test]
fn a_failed_batch_is_forgotten_whole() {
    let mut world = World::new(2);
    world.introduce(0, 1);
    let account = account_params(&world, 1);
    let block = Input::Command(crate::CommandId(7), Command::ContactsBlock(account));
    let now = world.now;
    let failed = world.people[0].core.batch(now, |core, out| {
        core.handle(block, now, out)?;
        Err(crate::CoreError::Damaged { what: "disk, for this test" })
    });
    assert_eq!(failed.unwrap_err().answered, [crate::CommandId(7)]);
    world.send(0, 1, "you are still there").unwrap();
    assert_eq!(world.texts(1, 0).len(), 1, "and known to be connected");

    let link = world.invite(1, true, None);
    let add = Command::ContactsAdd(params::AddParams { link, message: None });
    let out =
        world.people[0].core.batch(now, |core, out| core.handle(Input::Command(crate::CommandId(8), add), now, out));
    assert!(matches!(out.unwrap().as_slice(), [Output::GetSlot { .. }]));
    let failed = world.people[0].core.batch(now, |_, _| Err(crate::CoreError::Damaged { what: "disk, for this test" }));
    assert_eq!(failed.unwrap_err().answered, [crate::CommandId(8)], "who waits is told");
}
