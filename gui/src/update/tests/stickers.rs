//! Stickers and emoji of one's own.

use kith_node::{
    PictureId,
    params::{StickersAddParams, StickersReply},
    views::Sticker,
};

use super::*;
use crate::model::{Aim, Drawn, NewSticker, PictureFrom, PictureOf, Pixels};

fn id(n: u8) -> PictureId {
    PictureId::from_bytes([n; 32])
}

fn added(effects: &[Effect]) -> Option<&StickersAddParams> {
    effects
        .iter()
        .find_map(|effect| if let Effect::Call(Command::StickersAdd(params), _) = effect { Some(params) } else { None })
}

fn sheet(model: &Model) -> &NewSticker {
    match &model.view.sheet {
        Some(Sheet::Stickers(new)) => new,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_picture_is_asked_for_once() {
    let mut model = ready();
    let of = |n| PictureOf::Small(id(n));
    assert_eq!(calls(&update(&mut model, Action::WantPicture(of(1)))), ["stickers.image"]);
    assert!(update(&mut model, Action::WantPicture(of(1))).is_empty());
    let pixels = Pixels::new(1, 1, vec![1, 2, 3, 4]);
    let _effects = update(&mut model, Action::Node(FromNode::Picture(of(1), Some(pixels))));
    assert!(matches!(model.pictures.get(of(1)), Some(Drawn::Here(_))));
    let _effects = update(&mut model, Action::WantPicture(of(2)));
    let _effects = update(&mut model, Action::Node(FromNode::Picture(of(2), None)));
    assert!(model.pictures.is_broken(of(2)) && update(&mut model, Action::WantPicture(of(2))).is_empty());
}

#[test]
fn one_is_added_under_a_name_that_can_be_written() {
    let mut model = ready();
    model.view.sheet = Some(Sheet::Stickers(NewSticker::default()));
    assert!(update(&mut model, Action::AddSticker).is_empty(), "nothing to add");
    assert_eq!(update(&mut model, Action::ChoosePicture), [Effect::ChoosePicture]);
    let _effects = update(&mut model, Action::TakePicture(PictureFrom::File("/pictures/My Cat.png".into())));
    assert_eq!(sheet(&model).name, "my_cat");
    let two_words = NewSticker { name: "my cat".into(), ..sheet(&model).clone() };
    let _effects = update(&mut model, Action::EditSheet(Sheet::Stickers(two_words)));
    assert!(update(&mut model, Action::AddSticker).is_empty());
    let named = NewSticker { name: " :Cat: ".into(), ..sheet(&model).clone() };
    let _effects = update(&mut model, Action::EditSheet(Sheet::Stickers(named)));
    let effects = update(&mut model, Action::AddSticker);
    let asked = added(&effects).unwrap();
    assert_eq!((asked.name.as_str(), asked.path.as_deref()), ("cat", Some("/pictures/My Cat.png")));
    assert!(update(&mut model, Action::AddSticker).is_empty(), "a second click");

    let told = |model: &mut Model, code| {
        let _effects = reply(model, Then::StickerAdded, Err(code));
        model.view.toasts.pop_back().map(|toast| toast.text)
    };
    for (code, key) in [
        (ErrorCode::AlreadyExists, "sticker-taken"),
        (ErrorCode::TooLarge, "sticker-too-large"),
        (ErrorCode::InvalidArgument, "sticker-no-picture"),
        (ErrorCode::NotFound, "sticker-unreadable"),
        (ErrorCode::NotAllowed, "sticker-too-many"),
        (ErrorCode::StorageFull, "error-storage-full"),
    ] {
        assert_eq!(told(&mut model, code).as_deref(), Some(key));
    }
    assert!(!sheet(&model).busy && sheet(&model).from.is_some(), "it can be tried again");
    let own = Sticker { name: "cat".into(), picture: id(1), emoji: id(2), added_at: NOW };
    let _effects = update(&mut model, Action::AddSticker);
    let _effects = reply(&mut model, Then::StickerAdded, Ok(Reply::StickersAdd(own.clone())));
    assert_eq!(sheet(&model), &NewSticker::default());

    let _effects = update(&mut model, Action::TakePicture(PictureFrom::File("/pictures/Dog.png".into())));
    let _effects = update(&mut model, Action::AddSticker);
    let _effects = update(&mut model, Action::TakePicture(PictureFrom::File("/pictures/Cow.png".into())));
    let _effects = reply(&mut model, Then::StickerAdded, Ok(Reply::StickersAdd(own.clone())));
    let next = PictureFrom::File("/pictures/Cow.png".into());
    assert_eq!(sheet(&model).from, Some(next), "it was chosen before the answer came");

    let _effects = reply(&mut model, Then::Stickers, Ok(Reply::StickersList(StickersReply { stickers: vec![own] })));
    assert_eq!(model.stickers.len(), 1);
    assert_eq!(calls(&update(&mut model, Action::RemoveSticker("cat".into()))), ["stickers.remove"]);
    let gone = FromNode::Events(vec![Event::StickersChanged { stickers: vec![] }]);
    let _effects = update(&mut model, Action::Node(gone));
    assert!(model.stickers.is_empty());
}

#[test]
fn a_sticker_answers_what_was_to_be_answered() {
    let mut model = talking(vec![message(1)]);
    let _effects = update(&mut model, Action::Reply(message_id(1)));
    assert_eq!(model.talks[&chat_id(1)].aim, Some(Aim::Reply(message_id(1))));
    let effects = update(&mut model, Action::SendSticker(chat_id(1), "cat".into()));
    let sent = effects.iter().find_map(|effect| {
        if let Effect::Call(Command::ChatsSendSticker(params), _) = effect { Some(params) } else { None }
    });
    assert_eq!(sent.and_then(|sent| sent.reply_to), Some(message_id(1)));
    assert!(model.talks[&chat_id(1)].aim.is_none() && model.view.sheet.is_none());
}
