use kith_api::{Command, Event, Reply, params, views};
use kith_crypto::OlmSession;
use kith_store::DeliveryState;
use kith_wire::{Body, Ends, Envelope, Header, Inner};

use super::world::{DIRECT, World};
use crate::{Core, Input, Options, Output};

fn current(world: &World, who: usize, other: usize) -> [u8; 32] {
    let device = world.people[other].core.my_device;
    world.people[who].core.store.sessions(&device).unwrap().into_iter().find(|row| !row.dead).unwrap().session
}

#[test]
fn receipts_say_delivered_and_seen() {
    let mut world = World::new(2);
    world.introduce(0, 1);
    world.send(0, 1, "hello").unwrap();
    assert_eq!(world.texts(0, 1)[0].state, DeliveryState::Delivered);
    let chat = kith_api::ChatId::from_bytes(world.chat(0, 1).to_bytes());
    let unread = |world: &mut World| match world.call(1, Command::ChatsGet(params::ChatParams { chat })) {
        Ok(Reply::ChatsGet(chat)) => chat.unread,
        other => panic!("{other:?}"),
    };
    assert_eq!(unread(&mut world), 1);
    world.call(1, Command::ChatsMarkRead(params::ReadParams { chat, up_to: None })).unwrap();
    assert_eq!(unread(&mut world), 0);
    assert_eq!(world.texts(0, 1)[0].state, DeliveryState::Seen);
}

#[test]
fn what_cannot_be_delivered_for_a_month_fails_and_says_so() {
    let mut world = World::new(2);
    world.introduce(0, 1);
    world.people[0].hold = true;
    world.send(0, 1, "anybody there?").unwrap();
    world.people[0].events.clear();
    let failed = |world: &World| {
        let told = |event: &Event| matches!(event, Event::MessageState { state: views::MessageState::Failed, .. });
        world.people[0].events.iter().filter(|event| told(event)).count()
    };
    world.now += 30 * 24 * 3600 * 1000 - 1;
    world.give(0, Input::Wake);
    assert_eq!((failed(&world), world.texts(0, 1)[0].state), (0, DeliveryState::Queued));
    world.now += 1;
    world.give(0, Input::Wake);
    assert_eq!((failed(&world), world.texts(0, 1)[0].state), (1, DeliveryState::Failed));
    world.give(0, Input::Wake);
    assert_eq!(failed(&world), 1, "told once");
}

/// I9: both start a session at once; afterwards both use the same.
#[test]
fn two_first_sessions_become_one() {
    let mut world = World::new(2);
    world.introduce(0, 1);
    for (who, other) in [(0, 1), (1, 0)] {
        let device = world.people[other].core.my_device;
        let person = &mut world.people[who];
        let row = person.core.store.device(&device).unwrap().unwrap();
        let now = world.now;
        let started = person.core.batch(now, |core, _| {
            for mut old in core.store.sessions(&device)? {
                old.dead = true;
                core.store.put_session(&old)?;
            }
            core.start_session(&row, None, now).map(|_row| ())
        });
        started.unwrap();
        person.hold = true;
    }
    assert_ne!(current(&world, 0, 1), current(&world, 1, 0));
    world.send(0, 1, "mine").unwrap();
    world.send(1, 0, "mine").unwrap();
    for (who, other) in [(0, 1), (1, 0)] {
        let from = world.transport(who);
        world.people[who].hold = false;
        for output in std::mem::take(&mut world.people[who].held) {
            let Output::Send { bytes, .. } = output else { continue };
            world.give(other, Input::Peer { from, bytes });
        }
    }
    assert_eq!(current(&world, 0, 1), current(&world, 1, 0), "one crossing was enough");
    assert_eq!(world.texts(0, 1).len(), 2);
    assert_eq!(world.texts(1, 0).len(), 2);
}

#[test]
fn a_lost_session_is_replaced_without_anybody_noticing() {
    let mut world = World::new(2);
    world.introduce(0, 1);
    world.send(0, 1, "one").unwrap();
    world.send(1, 0, "two").unwrap();
    world.people[1].core.store.delete_all_sessions().unwrap();
    world.send(0, 1, "three").unwrap();
    world.pass(120_000);
    assert_eq!(world.texts(1, 0).len(), 3);
    world.send(1, 0, "four").unwrap();
    world.pass(120_000);
    assert_eq!(world.texts(0, 1).len(), 4);
    assert_eq!(world.texts(1, 0).len(), 4);
    assert!(world.texts(0, 1).iter().filter(|row| row.outgoing).all(|row| row.state == DeliveryState::Delivered));
}

#[test]
fn a_restored_copy_starts_new_sessions() {
    let mut world = World::new(2);
    world.introduce(0, 1);
    world.send(0, 1, "one").unwrap();
    world.send(1, 0, "two").unwrap();
    let before = current(&world, 0, 1);
    let person = world.people.remove(1);
    let identity = crate::Identity {
        account: person.core.account(),
        device: kith_crypto::DeviceSecrets {
            sign: person.core.device.sign.duplicate(),
            transport: person.core.device.transport.duplicate(),
            kem: kith_crypto::KemSecret::from_seed(&person.core.device.kem.seed()),
        },
    };
    let store = person.core.into_store();
    let core = Core::open(store, identity, [1; 32], Options { restored: true }, world.now + 5000).unwrap();
    world.people.insert(1, super::world::Person { core, ..person });
    world.now += 5000;
    let peer = world.transport(0);
    world.give(1, Input::PeerUp { peer, path: DIRECT });
    world.send(1, 0, "three").unwrap();
    world.send(0, 1, "four").unwrap();
    world.pass(120_000);
    assert_eq!(world.texts(0, 1).len(), 4);
    assert_eq!(world.texts(1, 0).len(), 4);
    assert_ne!(current(&world, 0, 1), before);
    assert_eq!(current(&world, 0, 1), current(&world, 1, 0));
}

/// A router forgot its mappings: the other side came by a new connection before the old one was found dead.
#[test]
fn what_left_on_a_connection_that_was_replaced_leaves_again_at_once() {
    let mut world = World::new(2);
    world.introduce(0, 1);
    world.people[0].hold = true;
    world.send(0, 1, "lost on the way").unwrap();
    world.people[0].held.clear();
    world.people[0].hold = false;
    let peer = world.transport(1);
    world.give(0, Input::PeerPath { peer, path: DIRECT });
    assert_eq!(world.texts(1, 0).len(), 1);
    let row = world.texts(0, 1).pop().unwrap();
    assert_eq!(row.state, kith_store::DeliveryState::Delivered);
    world.give(0, Input::PeerPath { peer, path: DIRECT });
    assert_eq!(world.texts(1, 0).len(), 1, "once");
}

#[test]
fn what_a_newer_version_sent_is_kept() {
    let mut world = World::new(2);
    world.introduce(0, 1);
    let to = world.people[1].core.account();
    let now = world.now;
    let outputs = world.people[0].say(to, &Body::Unknown { kind: 999, bytes: b"later".to_vec() }, now);
    let from = world.transport(0);
    for output in outputs {
        let Output::Send { bytes, .. } = output else { continue };
        world.give(1, Input::Peer { from, bytes });
    }
    let kept = world.texts(1, 0);
    assert_eq!(kept.len(), 1);
    assert_eq!((kept[0].kind, kept[0].text.as_deref(), kept[0].body.as_slice()), (999, None, b"later".as_slice()));
}

#[test]
fn an_envelope_is_good_once_and_only_from_its_sender() {
    let mut world = World::new(3);
    world.introduce(0, 1);
    world.introduce(1, 2);
    world.people[0].hold = true;
    world.send(0, 1, "once").unwrap();
    let Some(Output::Send { bytes, .. }) = world.people[0].held.pop() else { panic!() };
    let (from, other) = (world.transport(0), world.transport(2));
    world.give(1, Input::Peer { from: other, bytes: bytes.clone() });
    assert!(world.texts(1, 0).is_empty() && world.texts(1, 2).is_empty(), "not theirs to send");
    for _ in 0..3 {
        world.give(1, Input::Peer { from, bytes: bytes.clone() });
    }
    assert_eq!(world.texts(1, 0).len(), 1);
}

/// A batch that fails leaves nothing behind, gives nothing out, and the same inputs work afterwards.
#[test]
fn a_failed_batch_never_happened() {
    let mut world = World::new(2);
    world.introduce(0, 1);
    let chat = kith_api::ChatId::from_bytes(world.chat(0, 1).to_bytes());
    let send = || {
        let params = params::SendParams { chat, text: "hello".into(), reply_to: None, expires_s: None, preview: None };
        Input::Command(crate::CommandId(5), Command::ChatsSend(params))
    };
    let now = world.now;
    let failed = world.people[0].core.batch(now, |core, out| {
        core.handle(send(), now, out)?;
        Err(crate::CoreError::NoPrekey)
    });
    assert_eq!(failed.unwrap_err().answered, [crate::CommandId(5)]);
    assert!(world.texts(0, 1).is_empty());
    assert_eq!(world.people[0].core.store.outbox_len().unwrap(), 0);
    world.give(0, send());
    assert_eq!(world.texts(1, 0).len(), 1);
}

/// Olm does not bind who writes to whom: the message says so inside, and all four must hold.
#[test]
fn a_message_that_is_not_from_or_for_whom_it_says_is_refused() {
    let mut world = World::new(3);
    world.introduce(0, 1);
    world.introduce(2, 1);
    let (from, now) = (world.transport(0), world.now);
    let (me, them, third) = (
        (world.people[0].core.me, world.people[0].core.my_device),
        (world.people[1].core.me, world.people[1].core.my_device),
        (world.people[2].core.me, world.people[2].core.my_device),
    );
    let right = Ends { from_account: me.0, from_device: me.1, to_account: them.0, to_device: them.1 };
    let wrong = [
        Ends { from_account: third.0, ..right },
        Ends { from_device: third.1, ..right },
        Ends { to_account: third.0, ..right },
        Ends { to_device: third.1, ..right },
    ];
    for (at, ends) in wrong.iter().chain([&right]).enumerate() {
        let chat = world.chat(0, 1);
        let envelope = world.people[0].core.batch(now, |core, out| {
            let device = core.store.device(&them.1)?.expect("known");
            let mut row = core.store.sessions(&them.1)?.remove(0);
            let mut session = OlmSession::unpickle(&row.pickle)?;
            let body = Body::text(format!("number {at}"));
            let inner =
                Inner::create(ends, core.random_msg(), core.clock.tick(now), chat, Vec::new(), row.generation, body)?;
            let wire = session.encrypt(&inner.encode())?;
            row.pickle = session.pickle();
            core.store.put_session(&row)?;
            let key = core.outbound_key(&device, now)?;
            let header = Header::Keyed { key_id: key.key_id };
            let bytes = Envelope::seal(&header, &key.key, &wire)?;
            out.push(Output::Send { to: device.transport, id: crate::SendId(0), bytes });
            Ok(())
        });
        let Some(Output::Send { bytes, .. }) = envelope.unwrap().pop() else { panic!() };
        world.give(1, Input::Peer { from, bytes });
    }
    let texts: Vec<_> = world.texts(1, 0).into_iter().filter_map(|row| row.text).collect();
    assert_eq!(texts, ["number 4"]);
}
