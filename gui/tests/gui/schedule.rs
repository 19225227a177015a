//! Writing ahead, with clicks and keys only.

use egui::Key;
use egui_kittest::kittest::Queryable as _;

use crate::{
    device::Device,
    meeting::{NARROW, WIDE, meet},
};

#[test]
fn a_message_is_written_ahead_changed_and_sent() {
    let folder = tempfile::tempdir().unwrap();
    let mut ada = Device::new(folder.path().join("ada"), WIDE);
    let mut mara = Device::new(folder.path().join("mara"), NARROW);
    meet(&mut ada, &mut mara);

    ada.type_into("Message", "Happy birthday");
    let send = ada.window.get_by_label("Send").rect().center();
    ada.window.hover_at(send);
    ada.window.step();
    for pressed in [true, false] {
        let (button, modifiers) = (egui::PointerButton::Secondary, egui::Modifiers::NONE);
        ada.window.event(egui::Event::PointerButton { pos: send, button, pressed, modifiers });
        ada.window.step();
    }
    ada.wait("Send later…");
    assert!(ada.sees_part("Tomorrow at 9:00"));
    ada.press("Send later…");
    ada.wait("Time");
    ada.press("Send later");
    ada.until(&mut [&mut mara], "line", |ada| ada.sees("1 message waits to be sent"));
    assert!(!ada.sees_part("Happy birthday"), "the composer is empty again");

    ada.type_into("Message", "And cake");
    ada.window.key_press_modifiers(egui::Modifiers::COMMAND | egui::Modifiers::SHIFT, Key::Enter);
    ada.wait("Day");
    ada.press("Send later");
    ada.until(&mut [&mut mara], "line", |ada| ada.sees("2 messages wait to be sent"));

    ada.press("2 messages wait to be sent");
    ada.until(&mut [&mut mara], "list", |ada| ada.sees("And cake"));
    ada.press("Delete");
    ada.until(&mut [&mut mara], "one", |ada| ada.sees("And cake") != ada.sees("Happy birthday"));
    ada.press("Change");
    ada.type_into("Text", "!");
    ada.press("Save");
    ada.until(&mut [&mut mara], "change", |ada| ada.sees("Send now") && ada.sees_part("!"));
    ada.press("Send now");
    mara.until(&mut [&mut ada], "message", |mara| mara.sees("Chat with Ada, one unread message"));
    ada.until(&mut [&mut mara], "an empty list", |ada| ada.sees("Nothing waits here."));
    ada.key(Key::Escape);
    assert!(!ada.sees_part("waits to be sent"));
}
