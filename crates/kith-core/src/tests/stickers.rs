use data_encoding::BASE64;
use kith_api::{
    ApiError, Command, ErrorCode, Event, MessageId, Reply, params,
    views::{self, MessageKind},
};
use kith_crypto::Key;
use kith_store::{Anchor, ChatKind, ChatRow, ReadStore, Search, Store};
use kith_wire::{Body, PictureId, SmallPicture, Sticker};

use super::world::World;
use crate::{CommandId, Input, NewSticker, convert};

fn two() -> World {
    let mut world = World::new(2);
    world.introduce(0, 1);
    world
}

fn chat(world: &World) -> kith_api::ChatId {
    convert::chat_id(world.chat(0, 1))
}

/// Bytes that say of themselves that they are a small picture, different ones for each `n`.
pub(super) fn png(n: u8) -> Vec<u8> {
    [b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x40\0\0\0\x40".as_slice(), &[n; 100]].concat()
}

pub(super) fn add(world: &mut World, who: usize, name: &str, n: u8) -> Result<views::Sticker, ApiError> {
    let new = NewSticker { name: name.into(), large: png(n), small: png(n + 100) };
    world.people[who].replies.clear();
    world.give(who, Input::AddSticker(CommandId(1), new));
    let Reply::StickersAdd(sticker) = world.people[who].replies.pop().expect("answered")? else { panic!("another") };
    Ok(sticker)
}

fn send(world: &mut World, who: usize, name: &str) -> Result<MessageId, ApiError> {
    let params = params::SendStickerParams { chat: chat(world), name: name.into(), reply_to: None };
    let Reply::ChatsSendSticker(sent) = world.call(who, Command::ChatsSendSticker(params))? else { panic!("another") };
    Ok(sent.message)
}

fn write(world: &mut World, who: usize, text: &str) -> MessageId {
    let Ok(Reply::ChatsSend(sent)) = world.send(who, 1 - who, text) else { panic!("not written") };
    sent.message
}

fn edit(world: &mut World, who: usize, message: MessageId, text: &str) {
    world.call(who, Command::ChatsEdit(params::EditParams { message, text: text.into() })).unwrap();
}

fn delete(world: &mut World, who: usize, message: MessageId, scope: params::DeleteFor) {
    world.call(who, Command::ChatsDelete(params::DeleteParams { message, scope })).unwrap();
}

fn remove(world: &mut World, who: usize, name: &str) -> Result<Reply, ApiError> {
    world.call(who, Command::StickersRemove(params::StickerRef { name: name.into() }))
}

fn shown(world: &World, who: usize) -> Vec<views::Message> {
    let page = world.people[who].core.store.history(&world.chat(0, 1), &Anchor::End, 500, 0).unwrap();
    page.messages.iter().map(convert::message_view).collect()
}

/// What the last message is seen to show by both: each picture by its name and which one it is.
fn emoji(world: &World) -> Vec<(String, u8)> {
    let of = |who| shown(world, who).pop().unwrap().emoji;
    assert_eq!(of(0), of(1), "both see the same");
    let number = |id| (0..=u8::MAX).find(|n| convert::picture_id(PictureId::of(&png(*n))) == id).unwrap();
    of(0).into_iter().map(|shown| (shown.name, number(shown.picture))).collect()
}

fn has(world: &World, who: usize, n: u8) -> bool {
    let kept = world.people[who].core.store.picture(&PictureId::of(&png(n))).unwrap();
    assert!(kept.as_ref().is_none_or(|kept| *kept == png(n)));
    kept.is_some()
}

#[test]
fn a_sticker_goes_over_whole_and_goes_with_its_messages() {
    let mut world = two();
    let mine = add(&mut world, 0, "Party", 1).unwrap();
    assert_eq!(mine.name, "party");
    world.people[1].events.clear();
    let sent = send(&mut world, 0, "party").unwrap();
    let there = shown(&world, 1).pop().unwrap();
    let sticker = there.sticker.clone().unwrap();
    assert_eq!((there.kind, there.text.as_deref()), (MessageKind::Sticker, Some(":party:")));
    assert_eq!((sticker.name.as_str(), sticker.picture), ("party", mine.picture));
    assert!(there.emoji.is_empty() && has(&world, 1, 1) && !has(&world, 1, 101));
    let told = |event: &Event| matches!(event, Event::Notify { body, .. } if body == "Sticker :party:");
    assert!(world.people[1].events.iter().any(told));
    let search = Search { query: "party", kind: Some(Body::STICKER), limit: 9, ..Search::default() };
    assert_eq!(world.people[1].core.store.search(&search).unwrap().len(), 1);

    // They pass it on, though it is none of theirs.
    let forward = params::ForwardParams { message: there.id, to: vec![chat(&world)] };
    let Ok(Reply::ChatsForward(on)) = world.call(1, Command::ChatsForward(forward)) else { panic!("not passed on") };
    let passed = shown(&world, 0).pop().unwrap();
    assert_eq!((passed.forwarded, passed.sticker), (true, Some(sticker)));

    delete(&mut world, 0, sent, params::DeleteFor::Everyone);
    assert!(has(&world, 1, 1), "what was passed on still shows it");
    delete(&mut world, 1, on.messages[0], params::DeleteFor::Everyone);
    assert!(!has(&world, 1, 1) && has(&world, 0, 1), "one's own stays");
    assert!(shown(&world, 0).iter().all(|message| message.sticker.is_none() && message.text.is_none()));
    remove(&mut world, 0, "party").unwrap();
    assert!(!has(&world, 0, 1) && !has(&world, 0, 101));
}

#[test]
fn names_between_colons_bring_their_pictures() {
    let mut world = two();
    for (name, n) in [("a", 1), ("größe", 2)] {
        add(&mut world, 0, name, n).unwrap();
    }
    let message = write(&mut world, 0, "At 10:30:45 :größe: or :a: or :größe: or :none:");
    assert_eq!(emoji(&world), [("größe".to_owned(), 102), ("a".to_owned(), 101)]);
    edit(&mut world, 0, message, "only :a:");
    assert_eq!(emoji(&world), [("a".to_owned(), 101)]);
    // What the message shows stays possible when it is one's own no more.
    remove(&mut world, 0, "a").unwrap();
    edit(&mut world, 0, message, "still :a:, and :größe:");
    assert_eq!(emoji(&world), [("a".to_owned(), 101), ("größe".to_owned(), 102)]);
    // Theirs is not mine: I write it as words. Passed on it stays what it is.
    write(&mut world, 1, "my :a:");
    assert_eq!(emoji(&world), []);
    let forward = params::ForwardParams { message, to: vec![chat(&world)] };
    world.call(1, Command::ChatsForward(forward)).unwrap();
    assert_eq!(emoji(&world), [("a".to_owned(), 101), ("größe".to_owned(), 102)]);
    edit(&mut world, 0, message, "nothing");
    delete(&mut world, 0, message, params::DeleteFor::Me);
    assert!(has(&world, 0, 101), "the one passed on shows it");

    let names: Vec<String> = (0..9).map(|n| format!("x{n}")).collect();
    for (name, n) in names.iter().zip(10..) {
        add(&mut world, 0, name, n).unwrap();
    }
    write(&mut world, 0, &format!(":{}:", names.join("::")));
    assert_eq!(emoji(&world).len(), 8, "the rest are words");
}

#[test]
fn what_is_written_ahead_has_the_pictures_of_its_time() {
    let mut world = two();
    let (chat, at_ms) = (chat(&world), world.now + 60_000);
    let params = params::ScheduleParams { chat, text: "soon :a:".into(), at_ms, reply_to: None };
    world.call(0, Command::ChatsSchedule(params)).unwrap();
    add(&mut world, 0, "a", 1).unwrap();
    world.pass(60_000);
    assert_eq!(emoji(&world), [("a".to_owned(), 101)]);
}

#[test]
fn pictures_disappear_with_what_disappears() {
    let mut world = two();
    add(&mut world, 0, "a", 1).unwrap();
    let chat = chat(&world);
    world.call(0, Command::ChatsSetExpiry(params::ExpiryParams { chat, expires_s: Some(60) })).unwrap();
    send(&mut world, 0, "a").unwrap();
    write(&mut world, 0, "and :a:");
    assert!(has(&world, 1, 1) && has(&world, 1, 101));
    assert_eq!(shown(&world, 1)[1].expires_s, Some(60));
    world.call(1, Command::ChatsMarkRead(params::ReadParams { chat, up_to: None })).unwrap();
    world.pass(61_000);
    remove(&mut world, 0, "a").unwrap();
    for who in [0, 1] {
        assert!(!has(&world, who, 1) && !has(&world, who, 101), "{who}");
        assert_eq!(world.people[who].core.store.outbox_len().unwrap(), 0);
    }
}

#[test]
fn what_is_no_sticker_is_none() {
    let mut world = two();
    for name in ["", "two words", "12", ":a:", "a\u{202e}"] {
        assert_eq!(add(&mut world, 0, name, 1).unwrap_err().code, ErrorCode::InvalidArgument, "{name}");
    }
    for bytes in [b"GIF89a".to_vec(), vec![0; 300], [png(1), vec![0; 40_000]].concat()] {
        let new = NewSticker { name: "a".into(), large: bytes, small: png(1) };
        world.give(0, Input::AddSticker(CommandId(1), new));
        let Some(Err(error)) = world.people[0].replies.pop() else { panic!("it was taken") };
        assert_eq!(error.code, ErrorCode::TooLarge);
    }
    add(&mut world, 0, "a", 1).unwrap();
    assert_eq!(add(&mut world, 0, "A", 2).unwrap_err().code, ErrorCode::AlreadyExists);
    assert!(!has(&world, 0, 2));
    assert_eq!(send(&mut world, 0, "b").unwrap_err().code, ErrorCode::NotFound);
    assert_eq!(remove(&mut world, 0, "b").unwrap_err().code, ErrorCode::NotFound);
    let message = send(&mut world, 0, "a").unwrap();
    let params = params::EditParams { message, text: "words".into() };
    assert_eq!(world.call(0, Command::ChatsEdit(params)).unwrap_err().code, ErrorCode::NotAllowed);
    for n in 1..200 {
        add(&mut world, 0, &format!("n{n}"), 1).unwrap();
    }
    assert_eq!(add(&mut world, 0, "one-too-many", 1).unwrap_err().code, ErrorCode::NotAllowed);
}

#[test]
fn what_only_pretends_to_be_a_picture_is_never_handed_out() {
    let mut world = two();
    let picture = SmallPicture { name: "party".into(), png: b"<script>".to_vec() };
    let body = Body::Sticker(Sticker { picture: picture.clone(), reply_to: None, forwarded: false, expires_s: None });
    let (to, now, from) = (world.people[0].core.account(), world.now, world.transport(1));
    for output in world.people[1].say(to, &body, now) {
        let crate::Output::Send { bytes, .. } = output else { continue };
        world.give(0, Input::Peer { from, bytes });
    }
    let there = shown(&world, 0).pop().unwrap();
    assert_eq!((there.kind, there.text.as_deref()), (MessageKind::Sticker, Some(":party:")));

    let (folder, key) = (tempfile::tempdir().unwrap(), Key::from_bytes(&[7; 32]));
    let store = Store::open(folder.path(), &key, &key).unwrap();
    let row = world.people[0].core.store.message(&convert::message(there.id)).unwrap().unwrap();
    store
        .ensure_chat(&ChatRow { kind: ChatKind::Notes, ..world.people[0].core.store.chat(&row.chat).unwrap().unwrap() })
        .unwrap();
    store.insert_message(&row).unwrap();
    let good = SmallPicture { name: "good".into(), png: png(1) };
    store.show_pictures(1, None, &[picture.clone(), good.clone()]).unwrap();
    let reader = ReadStore::open(folder.path(), &key).unwrap();
    let ask = |id: PictureId| {
        let picture = convert::picture_id(id);
        crate::query::run(&reader, &Command::StickersImage(params::SmallPictureParams { picture }))
    };
    assert_eq!(ask(picture.id()).unwrap_err().code, ErrorCode::NotAllowed);
    assert_eq!(ask(PictureId::of(b"another")).unwrap_err().code, ErrorCode::NotFound);
    let Ok(Reply::StickersImage(image)) = ask(good.id()) else { panic!("not handed out") };
    assert_eq!(BASE64.decode(image.data.as_bytes()).unwrap(), png(1));
}
