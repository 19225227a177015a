//! Previews of links while somebody writes.

use kith_node::{
    PreviewId,
    params::PreviewLinkReply,
    views::{LINK_PREVIEWS, LinkPreview},
};

use super::*;
use crate::{
    model::{Drawn, PictureOf, Pixels, Seen},
    update::link_preview::PAUSE_MS,
};

fn writing(on: bool) -> Model {
    let mut model = talking(vec![theirs(1)]);
    let _effects = update(&mut model, Action::MakePreviews(on));
    model
}

fn theirs(n: u32) -> Message {
    Message { author: account(1), state: None, ..message(n) }
}

fn write(model: &mut Model, text: &str) {
    let _effects = update(model, Action::Draft(chat_id(1), text.into()));
}

/// So much later: what the node is asked, but for drafts.
fn later(model: &mut Model, ms: u64) -> Vec<&'static str> {
    model.now += ms;
    let mut asked = calls(&update(model, Action::Tick));
    asked.retain(|name| *name != "chats.set_draft");
    asked
}

fn answer(model: &mut Model, result: Result<&str, ErrorCode>) {
    let number = model.talks[&chat_id(1)].link.as_ref().unwrap().number;
    let seen = result.map(|url| {
        let (host, title, description) = ("kith.example".into(), "About".into(), String::new());
        let preview = LinkPreview { url: url.into(), host, title, description, picture: None };
        Reply::ChatsPreviewLink(PreviewLinkReply { id: PreviewId::from_bytes([7; 16]), preview, picture: None })
    });
    let _effects = reply(model, Then::LinkSeen(chat_id(1), number), seen);
}

fn sent(model: &mut Model) -> (Option<PreviewId>, Vec<&'static str>) {
    let effects = update(model, Action::Send(chat_id(1)));
    let preview = effects.iter().find_map(|effect| {
        if let Effect::Call(Command::ChatsSend(params), _) = effect { Some(params.preview) } else { None }
    });
    (preview.expect("it is sent"), calls(&effects))
}

#[test]
fn a_link_that_stays_as_it_is_is_looked_at_once_and_goes_with_its_message() {
    let mut model = writing(true);
    write(&mut model, "see https://kith.example/ab");
    assert_eq!(later(&mut model, PAUSE_MS / 2), [""; 0], "somebody may still be typing");
    write(&mut model, "see https://kith.example/about");
    assert_eq!(later(&mut model, PAUSE_MS / 2), [""; 0]);
    assert_eq!(later(&mut model, PAUSE_MS), ["chats.preview_link"]);
    write(&mut model, "see https://kith.example/about and https://other.example");
    assert_eq!(later(&mut model, 10 * PAUSE_MS), [""; 0], "the first link is the same");
    answer(&mut model, Ok("https://kith.example/about"));
    assert_eq!(sent(&mut model).0, Some(PreviewId::from_bytes([7; 16])));
    assert!(model.talks[&chat_id(1)].link.is_none());
}

#[test]
fn with_the_switch_off_the_node_is_asked_for_nothing() {
    let mut model = writing(false);
    write(&mut model, "https://kith.example/");
    assert_eq!(later(&mut model, 10 * PAUSE_MS), [""; 0]);
    assert_eq!(sent(&mut model).0, None);
    let effects = update(&mut model, Action::MakePreviews(true));
    let Effect::Call(Command::SettingsSet(set), _) = &effects[0] else { panic!("{effects:?}") };
    assert_eq!((set.key.as_str(), set.value.as_bool()), (LINK_PREVIEWS, Some(true)));
    assert!(!crate::model::Settings::read(&Default::default()).previews, "off by default");
}

#[test]
fn nothing_waits_for_a_slow_site() {
    let mut model = writing(true);
    write(&mut model, "https://kith.example/");
    let _nothing_yet = later(&mut model, 0);
    assert_eq!(later(&mut model, PAUSE_MS), ["chats.preview_link"]);
    let (preview, asked) = sent(&mut model);
    assert_eq!((preview, &asked[..2]), (None, &["chats.cancel_preview", "chats.send"][..]));
}

#[test]
fn a_link_that_changes_is_given_up() {
    let mut model = writing(true);
    write(&mut model, "https://kith.example/");
    let _nothing_yet = later(&mut model, 0);
    assert_eq!(later(&mut model, PAUSE_MS), ["chats.preview_link"]);
    let old = model.talks[&chat_id(1)].link.as_ref().unwrap().number;
    write(&mut model, "https://kith.example/other");
    assert_eq!(later(&mut model, 1), ["chats.cancel_preview"]);
    let _effects = reply(&mut model, Then::LinkSeen(chat_id(1), old), Err(ErrorCode::Cancelled));
    assert_eq!(model.talks[&chat_id(1)].link.as_ref().unwrap().seen, Seen::Waiting);
    assert!(model.view.toasts.is_empty());
    write(&mut model, "no link");
    assert_eq!(later(&mut model, 10 * PAUSE_MS), [""; 0]);
    assert!(model.talks[&chat_id(1)].link.is_none());
}

#[test]
fn a_preview_can_be_left_out_and_a_failure_is_no_problem() {
    let mut model = writing(true);
    for fails in [false, true] {
        write(&mut model, "https://kith.example/");
        let _nothing_yet = later(&mut model, 0);
        assert_eq!(later(&mut model, PAUSE_MS), ["chats.preview_link"]);
        if fails {
            answer(&mut model, Err(ErrorCode::Offline));
            assert_eq!(model.talks[&chat_id(1)].link.as_ref().unwrap().seen, Seen::Nothing);
        } else {
            answer(&mut model, Ok("https://kith.example/"));
            let _effects = update(&mut model, Action::DropPreview(chat_id(1)));
        }
        write(&mut model, "https://kith.example/ more");
        assert_eq!(later(&mut model, 10 * PAUSE_MS), [""; 0], "it is not asked for again");
        assert!(model.view.toasts.is_empty());
        assert_eq!(sent(&mut model).0, None);
    }
}

#[test]
fn links_that_do_not_stand_open_are_not_looked_at() {
    let mut model = writing(true);
    for text in ["||https://kith.example/||", "`https://kith.example/`", "mailto:me@kith.example", "kith.example"] {
        write(&mut model, text);
        let _nothing_yet = later(&mut model, 0);
        assert_eq!(later(&mut model, 10 * PAUSE_MS), [""; 0], "{text}");
    }
    let _effects = update(&mut model, Action::Draft(chat_id(1), String::new()));
    model.talk_mut(chat_id(1)).add_page(Load::End, vec![message(5)], false, false);
    let _effects = update(&mut model, Action::EditMessage(message_id(5)));
    write(&mut model, "https://kith.example/");
    let _nothing_yet = later(&mut model, 0);
    assert_eq!(later(&mut model, 10 * PAUSE_MS), [""; 0], "an edit changes the words alone");
}

#[test]
fn a_picture_is_asked_for_once_and_of_many_the_last_are_kept() {
    let mut model = writing(false);
    let want =
        |model: &mut Model, n: u32| calls(&update(model, Action::WantPicture(PictureOf::Message(message_id(n)))));
    assert_eq!(want(&mut model, 1), ["chats.preview_picture"]);
    assert_eq!(want(&mut model, 1), [""; 0]);
    let of = |n: u32| PictureOf::Message(message_id(n));
    let _effects = update(&mut model, Action::Node(FromNode::Picture(of(1), None)));
    assert!(matches!(model.pictures.get(of(1)), Some(Drawn::Broken)));
    for n in 2..100 {
        let pixels = Pixels::new(480, 480, vec![0; 480 * 480 * 4]);
        let _effects = update(&mut model, Action::Node(FromNode::Picture(of(n), Some(pixels))));
    }
    assert!(model.pictures.get(of(2)).is_none());
    assert!(matches!(model.pictures.get(of(99)), Some(Drawn::Here(_))));
}
