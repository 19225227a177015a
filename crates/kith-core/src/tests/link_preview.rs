//! Previews of links: made by the sender if they want that, and kept with what they belong to.

use super::{
    sync::{image, restore},
    world::World,
};
use crate::{CommandId, Input, Output, Page, PageOutcome, convert};
use kith_api::{
    ApiError, Command, ErrorCode, PreviewId, Reply,
    params::{self, DeleteFor, PreviewLinkReply},
    views::{LINK_PREVIEWS, Message, RELAY_ONLY},
};

const LINK: &str = "https://kith.example/about";

fn friends() -> World {
    let mut world = World::new(3);
    world.introduce(0, 1);
    world.introduce(0, 2);
    let page = Page { title: "About".into(), description: "What it\nis".into(), picture: Some(picture()) };
    world.page = Some(PageOutcome::Page(page));
    world
}

/// The header of a PNG of 120 by 80.
fn picture() -> Vec<u8> {
    [b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".as_slice(), &120_u32.to_be_bytes(), &80_u32.to_be_bytes(), &[7; 64]].concat()
}

fn switch(world: &mut World, who: usize, on: bool) {
    let params = params::SettingsSetParams { key: LINK_PREVIEWS.to_owned(), value: on.into() };
    world.call(who, Command::SettingsSet(params)).unwrap();
}

fn look(world: &mut World, url: &str) -> Result<PreviewLinkReply, ErrorCode> {
    match world.call(0, Command::ChatsPreviewLink(params::PreviewLinkParams { url: url.to_owned() })) {
        Ok(Reply::ChatsPreviewLink(reply)) => Ok(reply),
        Ok(other) => panic!("{other:?}"),
        Err(error) => Err(error.code),
    }
}

fn send(world: &mut World, to: usize, text: &str, preview: Option<PreviewId>) -> kith_api::MessageId {
    let chat = convert::chat_id(world.chat(0, to));
    let params = params::SendParams { chat, text: text.to_owned(), reply_to: None, expires_s: None, preview };
    match world.call(0, Command::ChatsSend(params)) {
        Ok(Reply::ChatsSend(reply)) => reply.message,
        other => panic!("{other:?}"),
    }
}

/// A message with the preview of [`LINK`].
fn sent(world: &mut World, to: usize) -> kith_api::MessageId {
    switch(world, 0, true);
    let id = look(world, LINK).unwrap().id;
    send(world, to, &format!("see {LINK}"), Some(id))
}

fn seen(world: &mut World, who: usize, other: usize) -> Vec<Message> {
    world.texts(who, other).iter().map(convert::message_view).collect()
}

#[test]
fn nothing_is_looked_at_unless_it_is_switched_on() {
    let mut world = friends();
    assert_eq!(look(&mut world, LINK), Err(ErrorCode::NotAllowed));
    send(&mut world, 1, &format!("see {LINK}"), None);
    switch(&mut world, 0, true);
    assert!(world.fetched.is_empty(), "{:?}", world.fetched);
    let reply = look(&mut world, LINK).unwrap();
    assert_eq!(world.fetched, [LINK]);
    let shown = (reply.preview.host.as_str(), reply.preview.title.as_str(), reply.preview.description.as_str());
    assert_eq!(shown, ("kith.example", "About", "What it is"));
    assert_eq!(reply.picture.unwrap().data.0, picture());
    switch(&mut world, 0, false);
    assert_eq!(look(&mut world, LINK), Err(ErrorCode::NotAllowed));
    send(&mut world, 1, &format!("see {LINK}"), Some(reply.id));
    assert!(seen(&mut world, 1, 0).iter().all(|message| message.preview.is_none()), "what was made is forgotten");
    assert_eq!(world.fetched.len(), 1, "receivers look at nothing");
    let params = params::SettingsSetParams { key: LINK_PREVIEWS.to_owned(), value: "yes".into() };
    assert_eq!(world.call(0, Command::SettingsSet(params)).unwrap_err().code, ErrorCode::InvalidArgument);
}

#[test]
fn no_site_learns_the_address_of_who_hides_it() {
    let mut world = friends();
    switch(&mut world, 0, true);
    let made = look(&mut world, LINK).unwrap();
    let hide = params::SettingsSetParams { key: RELAY_ONLY.to_owned(), value: true.into() };
    world.call(0, Command::SettingsSet(hide)).unwrap();
    assert_eq!(look(&mut world, LINK), Err(ErrorCode::NotAllowed));
    assert_eq!(world.fetched.len(), 1);
    send(&mut world, 1, &format!("see {LINK}"), Some(made.id));
    assert!(seen(&mut world, 1, 0).iter().all(|message| message.preview.is_none()));
}

#[test]
fn a_preview_goes_with_its_message_and_both_see_it() {
    let mut world = friends();
    let message = sent(&mut world, 1);
    switch(&mut world, 1, true);
    for (who, other) in [(0, 1), (1, 0)] {
        let preview = seen(&mut world, who, other).pop().unwrap().preview.expect("it has one");
        assert_eq!((preview.url.as_str(), preview.title.as_str()), (LINK, "About"));
        assert_eq!(preview.picture.map(|size| (size.width, size.height)), Some((120, 80)));
        let row = world.people[who].core.store.message(&convert::message(message)).unwrap().unwrap();
        assert_eq!(convert::preview_of(&row).unwrap().picture.unwrap().bytes(), picture());
    }
    assert_eq!(world.fetched.len(), 1, "only the sender looked");
}

#[test]
fn a_preview_is_of_a_link_in_the_text_or_left_out() {
    let mut world = friends();
    switch(&mut world, 0, true);
    let id = look(&mut world, LINK).unwrap().id;
    send(&mut world, 1, "see https://kith.example/about.evil", Some(id));
    send(&mut world, 1, &format!("see {LINK}"), Some(PreviewId::from_bytes([9; 16])));
    assert!(seen(&mut world, 1, 0).iter().all(|message| message.preview.is_none()));
    for url in ["about", "javascript:alert(1)", "https://me@kith.example/", "file:///etc/passwd"] {
        assert_eq!(look(&mut world, url), Err(ErrorCode::InvalidArgument), "{url}");
    }
    world.page = Some(PageOutcome::Unreachable);
    assert_eq!(look(&mut world, LINK), Err(ErrorCode::Offline));
    world.page = Some(PageOutcome::Nothing);
    assert_eq!(look(&mut world, LINK), Err(ErrorCode::NotFound));
    world.page = Some(PageOutcome::Page(Page { title: "\u{202e}".into(), ..Page::default() }));
    assert_eq!(look(&mut world, LINK), Err(ErrorCode::NotFound));
    world.page = Some(PageOutcome::Refused);
    assert_eq!(look(&mut world, LINK), Err(ErrorCode::InvalidArgument));
}

#[test]
fn one_page_is_looked_at_at_a_time() {
    let mut world = friends();
    switch(&mut world, 0, true);
    let now = world.now;
    let person = &mut world.people[0];
    let mut ask = |id, input: Option<Command>| {
        let command = input.unwrap_or(Command::ChatsPreviewLink(params::PreviewLinkParams { url: LINK.to_owned() }));
        person.run(Input::Command(CommandId(id), command), now)
    };
    let cancelled = |out: &[Output], id| {
        let is = |output: &Output| matches!(output, Output::Reply(to, Err(ApiError { code: ErrorCode::Cancelled, .. })) if *to == CommandId(id));
        out.iter().any(is) && out.iter().any(|output| matches!(output, Output::StopFetching))
    };
    let first = ask(1, None);
    let [Output::FetchPage { id, .. }] = first.as_slice() else { panic!("{first:?}") };
    let id = *id;
    assert!(cancelled(&ask(2, None), 1));
    assert!(cancelled(&ask(3, Some(Command::ChatsCancelPreview(params::Nothing {}))), 2));
    let late = Input::PageFetched { id, outcome: PageOutcome::Unreachable };
    assert!(person.run(late, now).is_empty(), "nobody waits for it any more");
    ask_and_switch_off(&mut world);
}

fn ask_and_switch_off(world: &mut World) {
    let now = world.now;
    let command = Command::ChatsPreviewLink(params::PreviewLinkParams { url: LINK.to_owned() });
    world.people[0].run(Input::Command(CommandId(7), command), now);
    let params = params::SettingsSetParams { key: LINK_PREVIEWS.to_owned(), value: false.into() };
    let out = world.people[0].run(Input::Command(CommandId(8), Command::SettingsSet(params)), now);
    assert!(out.iter().any(|output| matches!(output, Output::StopFetching)), "{out:?}");
    assert!(out.iter().any(|output| matches!(output, Output::Reply(CommandId(7), Err(_)))), "{out:?}");
}

#[test]
fn an_edit_without_the_link_has_no_preview_and_one_with_it_has() {
    let mut world = friends();
    let message = sent(&mut world, 1);
    for (text, expected) in [("never mind", false), (LINK, true), ("https://kith.example/about/us", false)] {
        world.call(0, Command::ChatsEdit(params::EditParams { message, text: text.into() })).unwrap();
        for (who, other) in [(0, 1), (1, 0)] {
            assert_eq!(seen(&mut world, who, other).pop().unwrap().preview.is_some(), expected, "{who}: {text}");
        }
    }
}

#[test]
fn a_deleted_message_leaves_nothing_of_its_preview() {
    let mut world = friends();
    let message = sent(&mut world, 1);
    world.call(0, Command::ChatsDelete(params::DeleteParams { message, scope: DeleteFor::Everyone })).unwrap();
    for (who, other) in [(0, 1), (1, 0)] {
        let row = world.texts(who, other).pop().unwrap();
        assert!(row.marks.deleted && row.body.is_empty());
        assert_eq!(convert::message_view(&row).preview, None);
    }
}

#[test]
fn a_message_that_is_passed_on_keeps_its_preview() {
    let mut world = friends();
    let message = sent(&mut world, 1);
    switch(&mut world, 0, false);
    let to = vec![convert::chat_id(world.chat(0, 2))];
    world.call(0, Command::ChatsForward(params::ForwardParams { message, to })).unwrap();
    let forwarded = seen(&mut world, 2, 0).pop().unwrap();
    assert_eq!((forwarded.forwarded, forwarded.preview.unwrap().title.as_str()), (true, "About"));
    assert_eq!(world.fetched.len(), 1);
}

/// What is given back is compared with what was sent, byte by byte; what is sent again carries it as well.
#[test]
fn a_disk_put_back_gets_its_previews_back() {
    let mut world = friends();
    world.pass(120_000);
    for lost in [0, 1] {
        let kept = image(&world, lost);
        let message = sent(&mut world, 1);
        world.call(0, Command::ChatsEdit(params::EditParams { message, text: format!("now {LINK}") })).unwrap();
        let before = world.texts(1 - lost, lost).pop().unwrap();
        restore(&mut world, lost, &kept);
        assert!(world.texts(lost, 1 - lost).iter().all(|row| row.msg != before.msg));
        world.pass(300_000);
        let after = world.texts(lost, 1 - lost).into_iter().find(|row| row.msg == before.msg).expect("it is back");
        assert_eq!((&after.text, &after.body), (&before.text, &before.body), "person {lost} lost it");
        assert!(convert::preview_of(&after).is_some());
    }
}

/// Whether the newest message of the other has a preview, and how many pictures stand in it.
fn carries(world: &mut World, who: usize, other: usize) -> (bool, usize) {
    let message = seen(world, who, other).pop().unwrap();
    (message.preview.is_some(), message.emoji.len())
}

#[test]
fn a_preview_and_small_pictures_go_together() {
    let mut world = friends();
    world.pass(120_000);
    super::stickers::add(&mut world, 0, "party", 1).unwrap();
    switch(&mut world, 0, true);
    for lost in [0, 1] {
        let kept = image(&world, lost);
        let id = look(&mut world, LINK).unwrap().id;
        let message = send(&mut world, 1, &format!(":party: at {LINK}"), Some(id));
        let to = vec![convert::chat_id(world.chat(0, 2))];
        world.call(0, Command::ChatsForward(params::ForwardParams { message, to })).unwrap();
        for (who, other) in [(0, 1), (1, 0), (2, 0)] {
            assert_eq!(carries(&mut world, who, other), (true, 1), "{who}");
        }
        restore(&mut world, lost, &kept);
        let back = |world: &mut World| {
            let rows = world.texts(lost, 1 - lost).into_iter();
            rows.map(|row| convert::message_view(&row)).find(|row| row.id == message)
        };
        assert_eq!(back(&mut world), None);
        world.pass(300_000);
        let back = back(&mut world).expect("it is back");
        assert_eq!((back.preview.is_some(), back.emoji.len()), (true, 1), "person {lost} lost it");
    }
}

#[test]
fn a_preview_stays_away_where_pictures_leave_no_room() {
    let mut world = friends();
    switch(&mut world, 0, true);
    let mut large = picture();
    large.resize(kith_wire::limits::PICTURE_MAX_BYTES, 0);
    world.page = Some(PageOutcome::Page(Page { title: "About".into(), picture: Some(large), ..Page::default() }));
    let id = look(&mut world, LINK).unwrap().id;
    let mut text = LINK.to_owned();
    for n in 0..8 {
        let small = [super::stickers::png(n), vec![n; 4_480]].concat();
        let new = crate::NewSticker { name: format!("p{n}"), large: super::stickers::png(n), small };
        world.give(0, Input::AddSticker(CommandId(1), new));
        text.push_str(&format!(" :p{n}:"));
    }
    send(&mut world, 1, &text, Some(id));
    for (who, other) in [(0, 1), (1, 0)] {
        assert_eq!(carries(&mut world, who, other), (false, 8), "{who}");
    }
    send(&mut world, 1, &text.replace(" :p7:", ""), Some(id));
    assert_eq!(carries(&mut world, 1, 0), (true, 7));
}
