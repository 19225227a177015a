use kith_api::{
    ApiError, Command, ErrorCode, Event, Reply, params,
    params::DeleteFor,
    views::{self, MessageState},
};
use kith_store::{Anchor, MessageRow};
use kith_wire::{AccountId, Body, Hlc, MsgId};
use proptest::prelude::*;

use super::world::World;
use crate::{Input, Output, convert};

fn chat(world: &World) -> kith_api::ChatId {
    kith_api::ChatId::from_bytes(world.chat(0, 1).to_bytes())
}

fn write(world: &mut World, who: usize, text: &str) -> kith_api::MessageId {
    match world.send(who, 1 - who, text) {
        Ok(Reply::ChatsSend(reply)) => reply.message,
        other => panic!("{other:?}"),
    }
}

fn edit(world: &mut World, who: usize, message: kith_api::MessageId, text: &str) -> Result<Reply, ApiError> {
    world.call(who, Command::ChatsEdit(params::EditParams { message, text: text.to_owned() }))
}

fn delete(world: &mut World, who: usize, message: kith_api::MessageId, scope: DeleteFor) -> Result<Reply, ApiError> {
    world.call(who, Command::ChatsDelete(params::DeleteParams { message, scope }))
}

fn react(
    world: &mut World,
    who: usize,
    message: kith_api::MessageId,
    emoji: &str,
    on: bool,
) -> Result<Reply, ApiError> {
    world.call(who, Command::ChatsReact(params::ReactParams { message, emoji: emoji.to_owned(), on }))
}

fn rows(world: &World, who: usize) -> Vec<MessageRow> {
    world.people[who].core.store.history(&world.chat(0, 1), &Anchor::End, 500, 0).unwrap().messages
}

fn view(world: &World, who: usize, message: kith_api::MessageId) -> Option<views::Message> {
    world.people[who].core.store.message(&convert::message(message)).unwrap().map(|row| convert::message_view(&row))
}

fn texts(world: &World, who: usize, message: kith_api::MessageId) -> Vec<String> {
    let store = &world.people[who].core.store;
    let row = store.message(&convert::message(message)).unwrap().unwrap().row;
    store.versions(row).unwrap().into_iter().map(|version| version.text).collect()
}

/// What a chat is on both sides, without what is each side's own.
fn shown(world: &World, who: usize) -> Vec<String> {
    let one = |row: MessageRow| {
        let MessageRow { msg, author, text, marks, .. } = row;
        let texts = world.people[who].core.store.versions(row.row).unwrap();
        let texts: Vec<_> = texts.into_iter().map(|version| version.text).collect();
        let edited = marks.edited_at_ms.is_some();
        format!(
            "{msg} {author} {text:?} {} {} {edited} {:?} {texts:?}",
            marks.deleted, marks.forwarded, marks.reactions
        )
    };
    rows(world, who).into_iter().map(one).collect()
}

fn two() -> World {
    let mut world = World::new(2);
    world.introduce(0, 1);
    world
}

#[test]
fn both_sides_see_an_edit_with_its_history() {
    let mut world = two();
    let message = write(&mut world, 0, "first");
    world.people[1].events.clear();
    edit(&mut world, 0, message, "second").unwrap();
    edit(&mut world, 0, message, "third").unwrap();
    for who in [0, 1] {
        let now = view(&world, who, message).unwrap();
        assert_eq!((now.text.as_deref(), now.edited_at.is_some()), (Some("third"), true));
        assert_eq!(texts(&world, who, message), ["first", "second", "third"]);
    }
    let told = |event: &&Event| matches!(event, Event::MessageUpserted { .. });
    assert_eq!(world.people[1].events.iter().filter(told).count(), 2);
    assert!(!world.people[1].events.iter().any(|event| matches!(event, Event::Notify { .. })));

    edit(&mut world, 0, message, "third").unwrap();
    assert_eq!(texts(&world, 0, message).len(), 3, "the same words are no edit");
    assert_eq!(edit(&mut world, 1, message, "not mine").unwrap_err().code, ErrorCode::NotAllowed);
    assert_eq!(edit(&mut world, 0, message, " ").unwrap_err().code, ErrorCode::InvalidArgument);
    let large = "x".repeat(16 * 1024 + 1);
    assert_eq!(edit(&mut world, 0, message, &large).unwrap_err().code, ErrorCode::TooLarge);
    let nowhere = kith_api::MessageId::from_bytes([7; 16]);
    assert_eq!(edit(&mut world, 0, nowhere, "x").unwrap_err().code, ErrorCode::NotFound);
}

#[test]
fn deleting_for_everyone_leaves_a_note_on_both_sides_for_good() {
    let mut world = two();
    let message = write(&mut world, 0, "unsaid");
    edit(&mut world, 0, message, "unsaid twice").unwrap();
    react(&mut world, 1, message, "👍", true).unwrap();
    delete(&mut world, 0, message, DeleteFor::Everyone).unwrap();
    for who in [0, 1] {
        let now = view(&world, who, message).unwrap();
        assert!(now.deleted && now.text.is_none() && now.reactions.is_empty() && now.edited_at.is_none());
        assert_eq!((now.state, texts(&world, who, message).len()), (None, 0));
        assert_eq!(world.people[who].core.scrub_at, None, "the log was emptied");
    }
    assert_eq!(edit(&mut world, 0, message, "back").unwrap_err().code, ErrorCode::NotAllowed);
    assert_eq!(react(&mut world, 1, message, "👍", true).unwrap_err().code, ErrorCode::NotAllowed);
    delete(&mut world, 0, message, DeleteFor::Everyone).unwrap();
    assert_eq!(delete(&mut world, 1, message, DeleteFor::Everyone).unwrap_err().code, ErrorCode::NotAllowed);
    let unread = world.people[1].core.store.chat_summary(&world.chat(0, 1)).unwrap().unwrap().unread;
    assert_eq!(unread, 0, "there is nothing left to read");
}

#[test]
fn a_message_that_waits_is_not_sent_once_it_is_deleted() {
    for scope in [DeleteFor::Everyone, DeleteFor::Me] {
        let mut world = two();
        world.people[0].hold = true;
        let message = write(&mut world, 0, "xylophonemarker");
        edit(&mut world, 0, message, "xylophonemarker again").unwrap();
        react(&mut world, 0, message, "👍", true).unwrap();
        delete(&mut world, 0, message, scope).unwrap();
        let core = &world.people[0].core;
        let waiting = core.store.outbox_due(u64::MAX / 2, 99).unwrap();
        let marked = |row: &kith_store::OutboxRow| row.body.windows(9).any(|part| part == b"xylophone");
        assert!(!waiting.iter().any(marked), "{scope:?}");
        world.people[0].held.clear();
        world.people[0].hold = false;
        world.pass(60_000);
        assert!(rows(&world, 1).is_empty(), "{scope:?}");
        assert_eq!(world.people[0].core.store.outbox_len().unwrap(), 0, "{scope:?}");
    }
}

#[test]
fn what_is_deleted_here_stays_away_and_there() {
    let mut world = two();
    let message = write(&mut world, 0, "seen enough");
    write(&mut world, 0, "the next");
    world.people[1].events.clear();
    delete(&mut world, 1, message, DeleteFor::Me).unwrap();
    assert!(matches!(
        world.people[1].events[..],
        [Event::MessageRemoved { message: gone, .. }, Event::ChatChanged { .. }] if gone == message
    ));
    assert_eq!((rows(&world, 0).len(), rows(&world, 1).len()), (2, 1));
    // It comes again, and so does a change of it.
    edit(&mut world, 0, message, "seen again").unwrap();
    react(&mut world, 0, message, "👍", true).unwrap();
    let row = rows(&world, 0).remove(0);
    let body = Body::text("seen enough");
    let to = world.people[1].core.account();
    let now = world.now;
    let out = world.people[0].core.batch(now, |core, _| core.enqueue(to, row.msg, row.hlc, &body, now)).unwrap();
    let from = world.transport(0);
    for output in out {
        let Output::Send { bytes, .. } = output else { continue };
        world.give(1, Input::Peer { from, bytes });
    }
    assert_eq!(rows(&world, 1).len(), 1);
    assert_eq!(world.people[1].core.store.waiting_changes().unwrap(), 0);
    assert_eq!(delete(&mut world, 1, message, DeleteFor::Me).unwrap_err().code, ErrorCode::NotFound);
}

#[test]
fn several_emoji_of_both_are_on_one_message() {
    let mut world = two();
    let message = write(&mut world, 0, "party?");
    for (who, emoji, on) in
        [(1, "👍", true), (0, "👍", true), (1, "🎉", true), (1, "🎉", true), (1, "😬", true), (1, "😬", false)]
    {
        react(&mut world, who, message, emoji, on).unwrap();
    }
    let accounts = [world.account(0), world.account(1)];
    for who in [0, 1] {
        let now = view(&world, who, message).unwrap();
        let found: Vec<_> = now.reactions.iter().map(|reaction| (reaction.emoji.as_str(), &reaction.authors)).collect();
        assert_eq!(found, [("👍", &vec![accounts[1], accounts[0]]), ("🎉", &vec![accounts[1]])]);
    }
    for emoji in ["", "ok", "👍 👍", &"👍".repeat(17)] {
        assert_eq!(react(&mut world, 1, message, emoji, true).unwrap_err().code, ErrorCode::InvalidArgument, "{emoji}");
    }
    for n in 0..18 {
        react(&mut world, 1, message, &char::from_u32(0x1f600 + n).unwrap().to_string(), true).unwrap();
    }
    assert_eq!(react(&mut world, 1, message, "🦀", true).unwrap_err().code, ErrorCode::NotAllowed);
    assert_eq!(shown(&world, 0), shown(&world, 1));
}

#[test]
fn nobody_changes_what_another_wrote() {
    let mut world = two();
    let mine = write(&mut world, 0, "mine");
    let target = convert::message(mine);
    let to = world.people[0].core.account();
    let stranger = AccountId::from_bytes([9; 32]);
    for body in [
        Body::Edit { target, text: "forged".into(), pictures: Vec::new() },
        Body::Delete { target },
        Body::React { target, author: stranger, emoji: "👍".into(), on: true },
    ] {
        let now = world.now;
        let out = world.people[1].say(to, &body, now);
        let from = world.transport(1);
        for output in out {
            let Output::Send { bytes, .. } = output else { continue };
            world.give(0, Input::Peer { from, bytes });
        }
    }
    let now = view(&world, 0, mine).unwrap();
    assert_eq!((now.text.as_deref(), now.deleted, now.reactions.len()), (Some("mine"), false, 0));
    assert_eq!(world.people[0].core.store.waiting_changes().unwrap(), 0, "nor later");
}

#[test]
fn a_change_that_is_early_waits_but_not_too_many_do() {
    let mut world = two();
    let to = world.people[0].core.account();
    for n in 0..600_u128 {
        let target = MsgId::from_bytes(n.to_be_bytes());
        let now = world.now;
        world.people[1].core.batch(now, |core, _| core.enqueue_control(to, &Body::Delete { target }, now)).unwrap();
        world.pass(1000);
    }
    world.pass(120_000);
    assert_eq!(world.people[1].core.store.outbox_len().unwrap(), 0);
    assert_eq!(world.people[0].core.store.waiting_changes().unwrap(), 512);
}

#[test]
fn a_message_goes_on_to_other_chats() {
    let mut world = World::new(3);
    world.introduce(0, 1);
    world.introduce(0, 2);
    let message = write(&mut world, 1, "the recipe");
    let to = kith_api::ChatId::from_bytes(world.chat(0, 2).to_bytes());
    let account = world.account(0);
    let Ok(Reply::ChatsOpen(notes)) = world.call(0, Command::ChatsOpen(params::AccountParams { account })) else {
        panic!()
    };
    let forward = |world: &mut World, to: Vec<kith_api::ChatId>| {
        world.call(0, Command::ChatsForward(params::ForwardParams { message, to }))
    };
    let Ok(Reply::ChatsForward(sent)) = forward(&mut world, vec![to, notes.chat]) else { panic!() };
    assert_eq!(sent.messages.len(), 2);
    let there = world.texts(2, 0).pop().unwrap();
    assert_eq!((there.text.as_deref(), there.marks.forwarded), (Some("the recipe"), true));
    assert_eq!(there.author, world.people[0].core.account(), "not whoever wrote it");
    assert_eq!(world.texts(0, 0).pop().unwrap().text.as_deref(), Some("the recipe"));
    let missing = kith_api::ChatId::from_bytes([7; 16]);
    assert_eq!(forward(&mut world, vec![to, missing]).unwrap_err().code, ErrorCode::NotFound);
    assert_eq!(world.texts(0, 2).len(), 1, "into all or into none");
    for to in [vec![], vec![to, to]] {
        assert_eq!(forward(&mut world, to).unwrap_err().code, ErrorCode::InvalidArgument);
    }
    delete(&mut world, 1, message, DeleteFor::Everyone).unwrap();
    assert_eq!(forward(&mut world, vec![to]).unwrap_err().code, ErrorCode::NotAllowed);
}

#[test]
fn muted_chats_are_quiet_and_archived_ones_come_back() {
    let mut world = two();
    let chat = chat(&world);
    let quiet = |world: &mut World| {
        let events = std::mem::take(&mut world.people[1].events);
        !events.iter().any(|event| matches!(event, Event::Notify { .. }))
    };
    let get = |world: &mut World| match world.call(1, Command::ChatsGet(params::ChatParams { chat })) {
        Ok(Reply::ChatsGet(chat)) => chat,
        other => panic!("{other:?}"),
    };
    let mute = |world: &mut World, until_ms| {
        world.call(1, Command::ChatsMute(params::MuteParams { chat, until_ms })).unwrap();
    };
    let archive = Command::ChatsArchive(params::SwitchParams { chat, on: true });
    quiet(&mut world);
    write(&mut world, 0, "loud");
    assert!(!quiet(&mut world));

    let until = world.now + 60_000;
    mute(&mut world, Some(until));
    world.call(1, archive.clone()).unwrap();
    write(&mut world, 0, "quiet");
    assert!(quiet(&mut world));
    assert_eq!((get(&mut world).archived, get(&mut world).muted_until), (true, Some(until)));
    world.pass(61_000);
    write(&mut world, 0, "loud again");
    assert!(!quiet(&mut world), "its time is over");
    assert!(!get(&mut world).archived, "something new brings it back");

    mute(&mut world, None);
    write(&mut world, 0, "quiet for ever");
    assert!(quiet(&mut world));
    mute(&mut world, Some(0));
    assert_eq!(get(&mut world).muted_until, None);
    world.call(1, Command::ChatsPin(params::SwitchParams { chat, on: true })).unwrap();
    assert!(get(&mut world).pinned);
    let missing = kith_api::ChatId::from_bytes([7; 16]);
    let error = world.call(1, Command::ChatsPin(params::SwitchParams { chat: missing, on: true })).unwrap_err();
    assert_eq!(error.code, ErrorCode::NotFound);
}

#[test]
fn a_pin_is_mine_alone() {
    let mut world = two();
    let message = write(&mut world, 0, "the address");
    let pin = |on| Command::ChatsPinMessage(params::PinMessageParams { message, on });
    world.call(0, pin(true)).unwrap();
    assert!(view(&world, 0, message).unwrap().pinned && !view(&world, 1, message).unwrap().pinned);
    world.call(0, pin(false)).unwrap();
    assert!(!view(&world, 0, message).unwrap().pinned);
    delete(&mut world, 0, message, DeleteFor::Everyone).unwrap();
    assert_eq!(world.call(0, pin(true)).unwrap_err().code, ErrorCode::NotAllowed);
}

#[test]
fn a_clock_far_ahead_does_not_put_edits_out_of_order() {
    let mut world = two();
    let message = write(&mut world, 0, "first");
    let (target, to, now) = (convert::message(message), world.people[1].core.account(), world.now);
    // Both from a time nobody believes, the later one first.
    for (n, text) in [(2, "third"), (1, "second")] {
        let body = Body::Edit { target, text: text.into(), pictures: Vec::new() };
        let hlc = Hlc::new(now + 99_000_000 + n, 0);
        let out = world.people[0]
            .core
            .batch(now, |core, _| {
                let msg = core.random_msg();
                core.enqueue(to, msg, hlc, &body, now)
            })
            .unwrap();
        let from = world.transport(0);
        for output in out {
            let Output::Send { bytes, .. } = output else { continue };
            world.give(1, Input::Peer { from, bytes });
        }
    }
    assert_eq!(texts(&world, 1, message), ["first", "second", "third"]);
    assert!(view(&world, 1, message).unwrap().edited_at.unwrap() <= now + 1);
}

#[derive(Debug, Clone)]
enum Act {
    Write,
    Edit(usize),
    Delete(usize),
    React(usize, u8, bool),
}

fn acts() -> impl Strategy<Value = Vec<(usize, Act)>> {
    let act = prop_oneof![
        2 => Just(Act::Write),
        3 => any::<usize>().prop_map(Act::Edit),
        1 => any::<usize>().prop_map(Act::Delete),
        3 => (any::<usize>(), 0..3u8, any::<bool>()).prop_map(|(at, emoji, on)| Act::React(at, emoji, on)),
    ];
    proptest::collection::vec((0..2usize, act), 1..24)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever both do, and in whatever order it comes, some of it twice: the chat is the same on both sides.
    #[test]
    fn both_sides_agree_in_any_order(acts in acts(), seed: u64) {
        use rand::{SeedableRng as _, seq::SliceRandom as _};

        let mut world = two();
        let mut rng = rand::rngs::StdRng::seed_from_u64(seed);
        let mut written = Vec::new();
        for person in &mut world.people {
            person.hold = true;
        }
        for (turn, (who, act)) in acts.iter().enumerate() {
            world.now += 10;
            let pick = |at: &usize| (!written.is_empty()).then(|| written[at % written.len()]);
            match act {
                Act::Write => written.push(write(&mut world, *who, &format!("text {turn}"))),
                Act::Edit(at) => if let Some(message) = pick(at) {
                    let _refused = edit(&mut world, *who, message, &format!("edit {turn}"));
                },
                Act::Delete(at) => if let Some(message) = pick(at) {
                    let _refused = delete(&mut world, *who, message, DeleteFor::Everyone);
                },
                Act::React(at, emoji, on) => if let Some(message) = pick(at) {
                    let emoji = ["👍", "🎉", "🦀"][usize::from(*emoji)];
                    let _refused = react(&mut world, *who, message, emoji, *on);
                },
            }
            if turn % 5 == 4 {
                shuffle_and_deliver(&mut world, &mut rng, |all, rng| all.shuffle(rng));
            }
        }
        shuffle_and_deliver(&mut world, &mut rng, |all, rng| all.shuffle(rng));
        for person in &mut world.people {
            person.hold = false;
        }
        world.pass(600_000);
        prop_assert_eq!(shown(&world, 0), shown(&world, 1));
        for person in &world.people {
            prop_assert_eq!(person.core.store.outbox_len().unwrap(), 0);
            let told = person.events.iter().filter(|event| matches!(event, Event::Notify { .. })).count();
            prop_assert!(told <= written.len(), "each is told once");
        }
        let failed = |row: &MessageRow| convert::message_view(row).state == Some(MessageState::Failed);
        prop_assert!(!rows(&world, 0).iter().any(failed));
    }
}

/// Gives each the envelopes of the other in another order, some twice.
fn shuffle_and_deliver<R>(world: &mut World, rng: &mut R, shuffle: impl Fn(&mut Vec<Vec<u8>>, &mut R)) {
    for who in [0, 1] {
        let from = world.transport(who);
        let held = std::mem::take(&mut world.people[who].held);
        let mut all: Vec<Vec<u8>> = held
            .into_iter()
            .filter_map(|output| if let Output::Send { bytes, .. } = output { Some(bytes) } else { None })
            .collect();
        all.extend(all.iter().step_by(3).cloned().collect::<Vec<_>>());
        shuffle(&mut all, rng);
        for bytes in all {
            world.give(1 - who, Input::Peer { from, bytes });
        }
    }
}

#[test]
fn messages_that_name_me_are_counted_until_they_are_read() {
    let mut world = two();
    let counts = |world: &World| {
        let summary = world.people[1].core.store.chat_summary(&world.chat(0, 1)).unwrap().unwrap();
        (summary.unread, summary.mentions)
    };
    let named = write(&mut world, 0, "have you seen this, person 1?");
    let other = write(&mut world, 0, "nothing in it");
    assert!(view(&world, 1, named).unwrap().mention);
    assert!(!view(&world, 0, named).unwrap().mention, "my own names nobody to me");
    assert_eq!(counts(&world), (2, 1));
    edit(&mut world, 0, other, "it is for @Person 1").unwrap();
    assert_eq!(counts(&world), (2, 2));
    edit(&mut world, 0, named, "never mind").unwrap();
    assert!(!view(&world, 1, named).unwrap().mention);
    assert_eq!(counts(&world), (2, 1));
    delete(&mut world, 0, other, DeleteFor::Everyone).unwrap();
    assert_eq!(counts(&world), (1, 0));
    write(&mut world, 0, "Person 1");
    let chat = chat(&world);
    world.call(1, Command::ChatsMarkRead(params::ReadParams { chat, up_to: None })).unwrap();
    assert_eq!(counts(&world), (0, 0));
}
