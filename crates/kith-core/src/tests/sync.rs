//! Both sides end with the same of a conversation, and nobody can make more of that than messages.

use kith_api::{Command, Event, Reply, params};
use kith_store::{DeliveryState, Image, Store};
use kith_wire::{Body, MsgId, Sync, limits};
use proptest::prelude::*;

use super::world::{DIRECT, World};
use crate::{Core, Identity, Input, Options, Output, convert};

const HOUR_MS: u64 = 3600 * 1000;

fn two() -> World {
    let mut world = World::new(2);
    world.introduce(0, 1);
    world.pass(120_000);
    world
}

fn write(world: &mut World, who: usize, text: &str) -> MsgId {
    match world.send(who, 1 - who, text) {
        Ok(Reply::ChatsSend(reply)) => convert::message(reply.message),
        other => panic!("{other:?}"),
    }
}

/// Writes something that never leaves.
fn write_and_lose(world: &mut World, who: usize, text: &str) -> MsgId {
    world.people[who].hold = true;
    let msg = write(world, who, text);
    world.people[who].held.clear();
    world.people[who].hold = false;
    world.people[who].core.store.outbox_forget(&msg).unwrap();
    msg
}

fn texts(world: &mut World, who: usize) -> Vec<Option<String>> {
    world.texts(who, 1 - who).into_iter().map(|row| row.text).collect()
}

fn disconnect(world: &mut World) {
    for who in [0, 1] {
        let peer = world.transport(1 - who);
        world.give(who, Input::PeerDown { peer });
    }
}

fn connect(world: &mut World) {
    for who in [0, 1] {
        let peer = world.transport(1 - who);
        world.give(who, Input::PeerUp { peer, path: DIRECT });
    }
}

/// They meet again after a while, and compare.
fn meet(world: &mut World) {
    disconnect(world);
    world.now += 7 * HOUR_MS;
    connect(world);
    world.pass(200_000);
}

pub(super) fn image(world: &World, who: usize) -> Image {
    world.people[who].core.store.image().unwrap()
}

/// Puts a disk back.
pub(super) fn restore(world: &mut World, who: usize, image: &Image) {
    disconnect(world);
    let now = world.now;
    let core = &world.people[who].core;
    let device = kith_crypto::DeviceSecrets {
        sign: core.device.sign.duplicate(),
        transport: core.device.transport.duplicate(),
        kem: kith_crypto::KemSecret::from_seed(&core.device.kem.seed()),
    };
    let identity = Identity { account: core.account(), device };
    let store = Store::from_image(image).unwrap();
    world.people[who].core = Core::open(store, identity, [9; 32], Options { restored: true }, now).unwrap();
    connect(world);
}

#[test]
fn what_one_lacks_the_other_sends_again() {
    let mut world = two();
    write(&mut world, 0, "one");
    write_and_lose(&mut world, 0, "two");
    write_and_lose(&mut world, 1, "three");
    write(&mut world, 0, "four");
    assert_eq!(texts(&mut world, 1).len(), 3);
    meet(&mut world);
    for who in [0, 1] {
        let all = texts(&mut world, who).into_iter().flatten().collect::<Vec<_>>();
        let position = |text: &str| all.iter().position(|other| other == text).unwrap();
        assert_eq!(all.len(), 4, "{all:?}");
        assert!(position("one") < position("two") && position("two") < position("four"));
        assert!(position("three") > position("one"));
    }
    let states: Vec<_> = world.texts(0, 1).into_iter().filter(|row| row.outgoing).map(|row| row.state).collect();
    assert_eq!(states, [DeliveryState::Delivered; 3]);
}

#[test]
fn a_disk_put_back_gets_everything_from_the_other_side() {
    let mut world = two();
    write(&mut world, 0, "before");
    let kept = image(&world, 0);
    let mine = write(&mut world, 0, "mine");
    let theirs = write(&mut world, 1, "theirs");
    let gone = write(&mut world, 0, "to be deleted");
    let id = convert::message_id;
    let all = [
        (0, Command::ChatsEdit(params::EditParams { message: id(mine), text: "mine, edited".into() })),
        (1, Command::ChatsEdit(params::EditParams { message: id(theirs), text: "theirs, edited".into() })),
        (0, Command::ChatsReact(params::ReactParams { message: id(theirs), emoji: "👍".into(), on: true })),
        (1, Command::ChatsReact(params::ReactParams { message: id(mine), emoji: "👀".into(), on: true })),
        (0, Command::ChatsDelete(params::DeleteParams { message: id(gone), scope: params::DeleteFor::Everyone })),
    ];
    for (who, command) in all {
        world.call(who, command).unwrap();
    }
    let seen = |world: &mut World, who: usize| {
        let rows = world.texts(who, 1 - who).into_iter();
        rows.map(|row| (row.msg, row.text, row.marks.deleted, row.marks.reactions)).collect::<Vec<_>>()
    };
    let before = seen(&mut world, 1);
    restore(&mut world, 0, &kept);
    assert_eq!(texts(&mut world, 0).len(), 1);
    world.pass(300_000);
    let mut after = seen(&mut world, 0);
    // A message that was deleted leaves nothing that could be given back.
    let mut expected = before.clone();
    expected.retain(|(msg, ..)| *msg != gone);
    after.retain(|(msg, ..)| *msg != gone);
    assert_eq!(after, expected);
    let states: Vec<_> = world.texts(0, 1).into_iter().filter(|row| row.outgoing).map(|row| row.state).collect();
    assert!(states.iter().all(|state| *state >= DeliveryState::Delivered), "{states:?}");
}

#[test]
fn polls_and_times_come_back_with_what_was_chosen() {
    let mut world = two();
    write(&mut world, 0, "before");
    let kept = image(&world, 0);
    let chat = convert::chat_id(world.chat(0, 1));
    let ask = |world: &mut World, who: usize, question: &str| {
        let options = vec!["Monday".to_owned(), "Tuesday".to_owned()];
        let poll = params::PollParams { chat, question: question.into(), options, multiple: false, closes_at: None };
        match world.call(who, Command::ChatsPoll(poll)) {
            Ok(Reply::ChatsPoll(reply)) => reply.message,
            other => panic!("{other:?}"),
        }
    };
    let mine = ask(&mut world, 0, "When?");
    let theirs = ask(&mut world, 1, "And then?");
    for (who, message, option) in [(0, mine, 0), (1, mine, 1), (0, theirs, 1), (1, theirs, 0)] {
        world.call(who, Command::ChatsVote(params::VoteParams { message, options: vec![option] })).unwrap();
        world.pass(1_000);
    }
    for (who, message) in [(0, mine), (1, theirs)] {
        world.call(who, Command::ChatsClosePoll(params::MessageParams { message })).unwrap();
    }
    world.call(0, Command::ChatsSetExpiry(params::ExpiryParams { chat, expires_s: Some(7 * 24 * 3600) })).unwrap();
    write(&mut world, 0, "for a week");
    let seen = |world: &mut World, who: usize| {
        let rows = world.texts(who, 1 - who).into_iter();
        rows.map(|row| (row.msg, row.text, row.body, row.marks.votes, row.marks.closed, row.marks.expires_s))
            .collect::<Vec<_>>()
    };
    let before = seen(&mut world, 1);
    assert_eq!(before.len(), 5);
    assert!(before[1].4 && before[1].3.len() == 2, "{before:?}");
    restore(&mut world, 0, &kept);
    world.pass(300_000);
    assert_eq!(seen(&mut world, 0), before);
    let row = world.people[0].core.store.chat(&convert::chat(chat)).unwrap().unwrap();
    assert_eq!(row.expires_s, Some(7 * 24 * 3600));
    let lasting = world.texts(0, 1).last().unwrap().marks.expires_at_ms;
    assert!(lasting.is_some_and(|at| at > world.now), "its time goes on");
}

#[test]
fn pictures_come_back_with_what_shows_them() {
    let mut world = two();
    write(&mut world, 0, "before");
    let kept = image(&world, 0);
    let chat = convert::chat_id(world.chat(0, 1));
    for who in [0, 1] {
        super::stickers::add(&mut world, who, "party", 1).unwrap();
        super::stickers::add(&mut world, who, "other", 2).unwrap();
        let params = params::SendStickerParams { chat, name: "party".into(), reply_to: None };
        world.call(who, Command::ChatsSendSticker(params)).unwrap();
        let message = convert::message_id(write(&mut world, who, "a :party: it is"));
        let params = params::EditParams { message, text: "an :other: :party: it was".into() };
        world.call(who, Command::ChatsEdit(params)).unwrap();
    }
    let seen = |world: &mut World, who: usize| {
        let rows = world.texts(who, 1 - who).into_iter();
        rows.map(|row| (row.msg, row.kind, row.text, row.marks.pictures)).collect::<Vec<_>>()
    };
    let before = seen(&mut world, 1);
    assert_eq!(before.iter().map(|(.., pictures)| pictures.len()).collect::<Vec<_>>(), [0, 1, 2, 1, 2]);
    restore(&mut world, 0, &kept);
    assert_eq!(texts(&mut world, 0).len(), 1);
    world.pass(300_000);
    assert_eq!(seen(&mut world, 0), before);
}

#[test]
fn words_nobody_wrote_are_not_taken() {
    let mut world = two();
    let body = Body::text("I owe you a lot").encode();
    let chat = world.chat(0, 1);
    let (msg, hlc) = (MsgId::from_bytes([5; 16]), kith_wire::Hlc::new(world.now, 0));
    // Not even with a code of their own.
    let proof =
        world.people[1].core.batch(0, |core, _| core.proof_of(chat, msg, hlc, &[], Body::TEXT, &body).map(drop));
    drop(proof);
    let forged = world.people[1].core.proof_of(chat, msg, hlc, &[], Body::TEXT, &body).unwrap();
    for proof in [forged, [0; 16]] {
        let returned = Sync::Returned { kind: Body::TEXT, msg, hlc, parents: vec![], body: body.clone(), proof };
        hear(&mut world, returned);
    }
    assert!(texts(&mut world, 0).is_empty());
    // With mine it would be.
    let mine = world.people[0].core.proof_of(chat, msg, hlc, &[], Body::TEXT, &body).unwrap();
    let returned =
        |body: &[u8]| Sync::Returned { kind: Body::TEXT, msg, hlc, parents: vec![], body: body.to_vec(), proof: mine };
    let other = Body::text("I owe you nothing").encode();
    hear(&mut world, returned(&other));
    assert!(texts(&mut world, 0).is_empty());
    hear(&mut world, returned(&body));
    assert_eq!(texts(&mut world, 0).len(), 1);
}

/// Person 0 hears a step that person 1's program would not take, and what they say to it is returned.
fn hear(world: &mut World, sync: Sync) -> Vec<Vec<u8>> {
    let (to, now) = (world.people[0].core.account(), world.now);
    let outputs = world.people[1].say(to, &Body::Sync(sync), now);
    // They do not say it twice.
    let store = &world.people[1].core.store;
    for row in store.outbox_of(&world.people[0].core.my_device, 100).unwrap() {
        store.outbox_remove(row.id).unwrap();
    }
    let from = world.transport(1);
    let mut said = Vec::new();
    for output in outputs {
        let Output::Send { bytes, .. } = output else { continue };
        for answer in world.people[0].run(Input::Peer { from, bytes }, now) {
            if let Output::Send { bytes, .. } = answer {
                said.push(bytes);
            }
        }
    }
    said
}

#[test]
fn what_was_deleted_does_not_come_back() {
    let mut world = two();
    let erased = write(&mut world, 1, "erased here");
    let taken_back = write(&mut world, 1, "taken back");
    write(&mut world, 1, "stays");
    let delete = |message: MsgId, scope: params::DeleteFor| {
        Command::ChatsDelete(params::DeleteParams { message: convert::message_id(message), scope })
    };
    world.call(0, delete(erased, params::DeleteFor::Me)).unwrap();
    world.call(1, delete(taken_back, params::DeleteFor::Everyone)).unwrap();
    let before = texts(&mut world, 0);
    assert_eq!(before, [None, Some("stays".to_owned())]);
    for _ in 0..2 {
        meet(&mut world);
        assert_eq!(texts(&mut world, 0), before);
    }
    // Nobody even sends it again.
    assert_eq!(world.people[1].core.store.outbox_len().unwrap(), 0);
}

fn shows_gap(world: &mut World, who: usize) -> Vec<bool> {
    world.texts(who, 1 - who).into_iter().map(|row| row.marks.gap).collect()
}

#[test]
fn a_missing_message_shows_after_a_day_and_no_more_when_it_comes() {
    let mut world = two();
    write_and_lose(&mut world, 0, "lost");
    // They meet no more, and mail finds its way one way only.
    world.people[1].hold = true;
    write(&mut world, 0, "follows");
    world.pass(HOUR_MS);
    assert_eq!(shows_gap(&mut world, 1), [false]);
    world.now += 24 * HOUR_MS;
    world.people[1].events.clear();
    world.pass(10_000);
    assert_eq!(shows_gap(&mut world, 1), [true]);
    let told = |event: &Event| matches!(event, Event::MessageUpserted { message } if message.gap);
    assert!(world.people[1].events.iter().any(told), "the window learns of it");
    world.people[1].hold = false;
    world.pass(2 * HOUR_MS);
    assert_eq!(texts(&mut world, 1), [Some("lost".to_owned()), Some("follows".to_owned())]);
    assert_eq!(shows_gap(&mut world, 1), [false, false]);
}

#[test]
fn what_its_author_deleted_before_it_came_is_no_gap() {
    let mut world = two();
    let lost = write_and_lose(&mut world, 0, "lost");
    let delete = params::DeleteParams { message: convert::message_id(lost), scope: params::DeleteFor::Me };
    write(&mut world, 0, "follows");
    world.call(0, Command::ChatsDelete(delete)).unwrap();
    let chat = world.chat(0, 1);
    assert_eq!(world.people[1].core.store.gap_count(&chat).unwrap(), 1);
    world.pass(120_000);
    assert_eq!(world.people[1].core.store.gap_count(&chat).unwrap(), 0, "asked for, and there is nothing to wait for");
    world.now += 25 * HOUR_MS;
    world.pass(10_000);
    assert_eq!(shows_gap(&mut world, 1), [false]);
}

fn step() -> impl Strategy<Value = Sync> {
    let id = || prop_oneof![Just([1u8; 16]), Just([2u8; 16])];
    let frame = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..200),
        // Something that begins as a negentropy message does, to the end of everything.
        prop::collection::vec(any::<u8>(), 0..100).prop_map(|rest| [vec![0x61, 0, 0, 1], rest].concat()),
        Just([vec![0x61], [0, 0, 2, 0].repeat(10_000)].concat()),
        Just([vec![0x61], [1, 1, 5, 2, 0].repeat(10_000)].concat()),
        Just([vec![0x61, 0, 0, 1], vec![7; 16]].concat()),
        Just(vec![0x61, 0, 0, 2, 0]),
    ];
    prop_oneof![
        (id(), any::<[u8; 32]>(), any::<u64>(), any::<u64>())
            .prop_map(|(session, nonce, from_ms, until_ms)| Sync::Open { session, nonce, from_ms, until_ms }),
        (id(), any::<[u8; 32]>()).prop_map(|(session, nonce)| Sync::Open {
            session,
            nonce,
            from_ms: 0,
            until_ms: u64::MAX
        }),
        (id(), any::<[u8; 32]>(), any::<u64>()).prop_map(|(session, nonce, from_ms)| Sync::Accept {
            session,
            nonce,
            from_ms
        }),
        (id(), frame, prop::collection::vec(any::<[u8; 32]>(), 0..40))
            .prop_map(|(session, bytes, wanted)| Sync::Round { session, bytes, wanted }),
        (prop::collection::vec(any::<[u8; 16]>().prop_map(MsgId::from_bytes), 0..64), any::<bool>())
            .prop_map(|(wanted, again)| Sync::Fetch { gone: wanted.clone(), wanted, again }),
        (any::<u32>(), any::<[u8; 16]>(), any::<u64>(), prop::collection::vec(any::<u8>(), 0..60)).prop_map(
            |(kind, msg, hlc, body)| Sync::Returned {
                kind,
                msg: MsgId::from_bytes(msg),
                hlc: kith_wire::Hlc::from_u64(hlc),
                parents: vec![msg],
                body,
                proof: msg,
            }
        ),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// I12: whatever a contact says, each frame is answered by a bounded number of bounded frames, nothing changes, and
    /// comparing works afterwards.
    #[test]
    fn a_hostile_contact_gets_little_for_much(steps in prop::collection::vec(step(), 1..60)) {
        let mut world = two();
        for n in 0..20 {
            write(&mut world, n % 2, &format!("number {n}"));
        }
        let before = world.texts(0, 1);
        // What is not acknowledged is said again after 5, 10 and 30 seconds.
        let most = 8 * steps.len();
        let (mut frames, mut bytes) = (0, 0);
        for step in steps {
            let said = hear(&mut world, step);
            frames += said.len();
            bytes += said.iter().map(Vec::len).sum::<usize>();
            world.now += 1_000;
        }
        prop_assert!(frames <= most, "{frames} frames where {most} are the most");
        prop_assert!(bytes <= most / 4 * limits::FRAME_MAX, "{bytes} bytes");
        prop_assert_eq!(world.texts(0, 1), before);
        let lost = write_and_lose(&mut world, 0, "lost");
        world.pass(2 * HOUR_MS / 60);
        meet(&mut world);
        let chat = world.chat(0, 1);
        let me = world.people[0].core.account();
        prop_assert!(world.people[1].core.store.message_of(&chat, &me, &lost).unwrap().is_some());
    }

    /// I12: two honest sides reach the union, whatever each lost of what they wrote.
    #[test]
    fn both_reach_the_union(written in prop::collection::vec((0usize..2, any::<bool>()), 1..80)) {
        let mut world = two();
        for (n, (who, lost)) in written.iter().enumerate() {
            let text = format!("number {n}");
            if *lost {
                write_and_lose(&mut world, *who, &text);
            } else {
                write(&mut world, *who, &text);
            }
            world.now += 10;
        }
        meet(&mut world);
        let (mine, theirs) = (texts(&mut world, 0), texts(&mut world, 1));
        prop_assert_eq!(mine.len(), written.len());
        prop_assert_eq!(mine, theirs);
    }
}

/// Rounds and frames of a comparison of long histories stay within their limits.
#[test]
fn a_comparison_that_never_ends_is_ended() {
    let mut world = two();
    for n in 0..100 {
        write(&mut world, n % 2, "x");
    }
    hear(&mut world, Sync::Open { session: [1; 16], nonce: [2; 32], from_ms: 0, until_ms: u64::MAX });
    // A range whose fingerprint never fits is split again and again.
    let round = || Sync::Round { session: [1; 16], bytes: [vec![0x61, 0, 0, 1], vec![7; 16]].concat(), wanted: vec![] };
    let answered = (0..40).filter(|_| hear(&mut world, round()).iter().any(|frame| frame.len() > 900)).count();
    assert_eq!(answered, 16);
    let open = |n: u8| Sync::Open { session: [n; 16], nonce: [n; 32], from_ms: 0, until_ms: u64::MAX };
    let mut served = 0;
    for n in 0..60 {
        // An acknowledgement besides would be smaller.
        served += usize::from(!hear(&mut world, open(n)).is_empty());
        world.now += 1_000;
    }
    assert!(served <= 30, "{served} comparisons in a minute");
}
