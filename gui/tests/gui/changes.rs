//! Two people answer, edit, react and delete, with clicks and keys only.

use egui::Key;
use egui_kittest::kittest::Queryable as _;

use crate::{
    device::Device,
    meeting::{NARROW, WIDE, meet, write},
};

/// Opens the menu of the message with this in it.
fn menu(device: &mut Device, part: &str) {
    // Beside the words, which can be selected.
    let at = device.window.get_all_by_label_contains(part).last().unwrap().rect().left_top() + egui::vec2(6.0, 6.0);
    device.window.hover_at(at);
    device.window.step();
    for pressed in [true, false] {
        let (button, modifiers) = (egui::PointerButton::Secondary, egui::Modifiers::NONE);
        device.window.event(egui::Event::PointerButton { pos: at, button, pressed, modifiers });
        device.window.step();
    }
    device.window.step();
}

#[test]
fn two_people_do_things_with_messages() {
    let folder = tempfile::tempdir().unwrap();
    let mut ada = Device::new(folder.path().join("ada"), WIDE);
    let mut mara = Device::new(folder.path().join("mara"), NARROW);
    meet(&mut ada, &mut mara);
    write(&mut ada, "Shall we meet at nine?");
    mara.until(&mut [&mut ada], "message", |mara| mara.sees("Chat with Ada, one unread message"));
    mara.press("Chat with Ada, one unread message");
    mara.until(&mut [&mut ada], "message", |mara| mara.sees_part("Shall we meet at nine?"));

    menu(&mut mara, "Shall we meet at nine?");
    mara.press("👍");
    ada.until(&mut [&mut mara], "emoji", |ada| ada.sees("👍 Mara"));
    ada.press("👍 Mara");
    mara.until(&mut [&mut ada], "both", |mara| mara.sees("👍 You, Ada"));

    ada.window.get_by_label("Message").focus();
    ada.window.step();
    ada.key(Key::ArrowUp);
    ada.wait("Edit message");
    write(&mut ada, " Or at ten?");
    mara.until(&mut [&mut ada], "edit", |mara| mara.sees_part("nine? Or at ten? (edited"));
    menu(&mut mara, "Or at ten?");
    mara.press("Earlier versions");
    mara.until(&mut [&mut ada], "history", |mara| mara.sees("Shall we meet at nine?"));
    mara.key(Key::Escape);

    menu(&mut mara, "Or at ten?");
    mara.press("Reply");
    mara.wait("Reply to Ada");
    mara.key(Key::Escape);
    assert!(!mara.sees("Reply to Ada"));
    menu(&mut mara, "Or at ten?");
    mara.press("Reply");
    write(&mut mara, "Ten.");
    ada.until(&mut [&mut mara], "answer", |ada| ada.sees_part("In reply to You: Shall we meet at nine? Or at ten?"));
    assert!(!mara.sees("Reply to Ada"), "once");

    menu(&mut ada, "Or at ten? (edited");
    ada.press("Delete…");
    ada.wait("Delete this message?");
    assert!(ada.sees_part("For everyone is a request"));
    ada.press("Delete for everyone");
    mara.until(&mut [&mut ada], "deletion", |mara| mara.sees_part(": Message deleted ("));
    assert!(mara.sees_part("In reply to Ada: Message deleted") && !mara.sees_part("Or at ten?"));
    menu(&mut mara, "Ten. (");
    mara.press("Delete…");
    mara.press("Delete for me");
    mara.until(&mut [&mut ada], "removal", |mara| !mara.sees_part("Ten. ("));
    assert!(ada.sees_part(": Ten. ("));
}
