//! Stickers and emoji of one's own, with clicks only; but for the desktop's dialog, which chooses a file.

use kith_gui::{
    action::Action,
    model::{Drawn, Model, PictureFrom, PictureOf, Pixels, Route},
};
use kith_node::{
    PictureId,
    views::{Message, MessageKind, Pictured, Sticker},
};

use crate::{
    changes::menu,
    device::Device,
    meeting::{NARROW, WIDE, meet},
    sample,
};

fn id(n: u8) -> PictureId {
    PictureId::from_bytes([n; 32])
}

/// A face of a colour on nothing.
fn face(side: usize, [red, green, blue]: [u8; 3]) -> Pixels {
    let half = side as f32 / 2.0;
    let pixel = |at: usize| {
        let (x, y) = ((at % side) as f32 + 0.5 - half, (at / side) as f32 + 0.5 - half);
        let (x, y) = (x / half, y / half);
        let eye = (x.abs() - 0.35).hypot(y + 0.25) < 0.12;
        let mouth = (x.hypot(y) - 0.55).abs() < 0.07 && y > 0.15;
        match (x.hypot(y) < 0.98, eye || mouth) {
            (false, _) => [0, 0, 0, 0],
            (true, true) => [40, 30, 30, 255],
            (true, false) => [red, green, blue, 255],
        }
    };
    Pixels::new(side, side, (0..side * side).flat_map(pixel).collect())
}

/// The conversation with Mara with stickers and emoji of both in it, one of which cannot be shown.
pub(crate) fn model() -> Model {
    let mut model = sample::talking();
    let colors = [[255, 200, 60], [120, 200, 255], [255, 130, 150], [150, 220, 130], [190, 150, 255]];
    for (n, (name, color)) in ["party", "cool", "größe", "wave", "wizard"].into_iter().zip(colors).enumerate() {
        let n = n as u8 + 1;
        model.stickers.push(Sticker { name: name.into(), picture: id(n), emoji: id(n + 100), added_at: sample::NOW });
        model.pictures.put(PictureOf::Small(id(n)), Drawn::Here(face(256, color)));
        model.pictures.put(PictureOf::Small(id(n + 100)), Drawn::Here(face(64, color)));
    }
    model.pictures.put(PictureOf::Small(id(50)), Drawn::Here(face(200, [255, 160, 90])));
    model.pictures.put(PictureOf::Small(id(60)), Drawn::Broken);
    let shown = |n: u8, name: &str| Pictured { name: name.into(), picture: id(n) };
    let stick = |message: &mut Message, n: u8, name: &str| {
        (message.kind, message.text) = (MessageKind::Sticker, Some(format!(":{name}:")));
        message.sticker = Some(shown(n, name));
    };
    let write = |message: &mut Message, text: &str, emoji: Vec<Pictured>| {
        (message.text, message.emoji) = (Some(text.into()), emoji);
    };
    let answered = sample::message_id(9);
    let messages = &mut model.talk_mut(sample::chat_id(1)).messages;
    write(
        &mut messages[12],
        "The takes are :party: and :cool:, at 10:30:45 or so, and if a line is long enough to be wrapped :party::cool: \
            **stay where :größe: they are**.",
        vec![shown(101, "party"), shown(102, "cool"), shown(103, "größe")],
    );
    stick(&mut messages[10], 1, "party");
    stick(&mut messages[11], 50, "orange");
    write(&mut messages[9], ":wave: :wizard:", vec![shown(104, "wave"), shown(105, "wizard")]);
    write(&mut messages[13], "שלום :party: עולם", vec![shown(101, "party")]);
    stick(&mut messages[14], 60, "broken");
    stick(&mut messages[15], 2, "cool");
    messages[15].reply_to = Some(answered);
    let last = messages[15].clone();
    messages.truncate(16);
    model.chats.get_mut(&sample::chat_id(1)).expect("Mara's").last = Some(last);
    model
}

fn png(folder: &std::path::Path, name: &str) -> PictureFrom {
    let path = folder.join(name);
    let face = face(128, [255, 200, 60]);
    image::RgbaImage::from_raw(128, 128, face.rgba.to_vec()).unwrap().save(&path).unwrap();
    PictureFrom::File(path.to_str().unwrap().to_owned())
}

/// What the desktop does after the button.
fn choose(device: &mut Device, from: PictureFrom) {
    let ctx = device.window.ctx.clone();
    device.window.state_mut().act(&ctx, Action::TakePicture(from));
    device.window.step();
}

#[test]
fn a_sticker_is_made_sent_kept_by_the_other_and_removed() {
    let folder = tempfile::tempdir().unwrap();
    let mut ada = Device::new(folder.path().join("ada"), WIDE);
    let mut mara = Device::new(folder.path().join("mara"), NARROW);
    meet(&mut ada, &mut mara);
    ada.press("Emoji");
    ada.press("Stickers");
    ada.wait("No stickers yet");
    ada.press("Add a sticker");
    choose(&mut ada, png(folder.path(), "Party.png"));
    ada.wait("Party.png");
    ada.press("Add");
    ada.until(&mut [], "it among hers", |ada| ada.sees("Remove :party:"));
    // A name of its own.
    choose(&mut ada, png(folder.path(), "Party.png"));
    ada.press("Add");
    ada.wait("You have a sticker of this name. Take another name.");
    ada.key(egui::Key::Escape);

    ada.press("Emoji");
    ada.press("Stickers");
    ada.press("Sticker :party:");
    mara.until(&mut [&mut ada], "sticker", |mara| mara.sees("Chat with Ada, one unread message"));
    mara.press("Chat with Ada, one unread message");
    mara.until(&mut [&mut ada], "pixels", |mara| {
        let model = mara.window.state().model();
        let shown = model.talks.values().flat_map(|talk| &talk.messages).find_map(|message| message.sticker.clone());
        shown.is_some_and(|shown| matches!(model.pictures.get(PictureOf::Small(shown.picture)), Some(Drawn::Here(_))))
    });

    // Mara keeps it, and writes it between words.
    menu(&mut mara, ": Sticker :party:");
    mara.press("Add to my stickers");
    mara.window.step();
    mara.press("Add");
    mara.until(&mut [], "it among hers", |mara| mara.sees("Remove :party:"));
    mara.key(egui::Key::Escape);
    mara.press("Emoji");
    mara.press(":party:");
    mara.type_into("Message", "!");
    mara.press("Send");
    ada.until(&mut [&mut mara], "words", |ada| ada.sees_part(":party:!"));
    let emoji = |ada: &Device| {
        let model = ada.window.state().model();
        let shown = model.talks.values().flat_map(|talk| &talk.messages).flat_map(|message| &message.emoji);
        shown
            .filter(|shown| matches!(model.pictures.get(PictureOf::Small(shown.picture)), Some(Drawn::Here(_))))
            .count()
    };
    ada.until(&mut [&mut mara], "emoji", |ada| emoji(ada) == 1);
}

#[test]
fn settings_lead_to_one_s_own() {
    let folder = tempfile::tempdir().unwrap();
    let mut ada = Device::new(folder.path().join("ada"), WIDE);
    ada.onboard("Ada");
    ada.press("Start chatting");
    let ctx = ada.window.ctx.clone();
    let section = kith_gui::model::Section::Appearance;
    ada.window.state_mut().act(&ctx, Action::Go(Route::Settings(section)));
    ada.press("Manage stickers");
    choose(&mut ada, png(folder.path(), "cat.png"));
    ada.press("Add");
    ada.wait("Remove :cat:");
    ada.press("Remove :cat:");
    ada.until(&mut [], "end of it", |ada| !ada.sees("Remove :cat:"));
    let nothing = folder.path().join("nothing.png");
    std::fs::write(&nothing, "no picture").unwrap();
    choose(&mut ada, PictureFrom::File(nothing.to_str().unwrap().to_owned()));
    ada.press("Add");
    ada.wait("This is no picture that can be read. Take a PNG, JPEG or WebP file.");
}
