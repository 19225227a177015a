//! Two people answer, edit, react and delete, with clicks and keys only.

use egui::Key;
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use crate::{
    device::Device,
    meeting::{NARROW, WIDE, meet, write},
};

/// Opens the menu of the message with this in it, on its words.
pub(crate) fn menu(device: &mut Device, part: &str) {
    device.until(&mut [], "end of notices, which lie above", |device| {
        device.window.state().model().view.toasts.is_empty()
    });
    let words = |node: &egui_kittest::Node<'_>| node.accesskit_node().raw_bounds().is_some();
    let at = device.window.get_all_by_label_contains(part).rfind(words).unwrap().rect().center();
    device.window.hover_at(at);
    device.window.step();
    for pressed in [true, false] {
        let (button, modifiers) = (egui::PointerButton::Secondary, egui::Modifiers::NONE);
        device.window.event(egui::Event::PointerButton { pos: at, button, pressed, modifiers });
        device.window.step();
    }
    device.window.step();
}

/// Leads the keyboard from the field to the messages.
fn to_messages(device: &mut Device) {
    device.window.key_press_modifiers(egui::Modifiers::COMMAND, Key::ArrowUp);
    device.window.step();
    device.until(&mut [], "message with the keyboard", |device| !device.window.get_by_label("Message").is_focused());
    device.window.step();
}

/// Goes with a key until what has a name has the keyboard.
fn go(device: &mut Device, key: Key, name: &str) {
    for _ in 0..20 {
        if device.window.query_all_by_label_contains(name).any(|node| node.is_focused()) {
            return;
        }
        device.key(key);
    }
    panic!("{key:?} does not lead to {name}");
}

#[test]
fn the_keyboard_alone_reaches_everything_a_message_offers() {
    let folder = tempfile::tempdir().unwrap();
    let mut ada = Device::new(folder.path().join("ada"), NARROW);
    ada.onboard("Ada");
    ada.press("Start chatting");
    ada.press("Notes to myself");
    for text in ["See https://example.org/a", "Milk", "||Secret||"] {
        write(&mut ada, text);
        // Until it is stored it is another row, and the keyboard would be lost with it.
        ada.until(&mut [], "note", |ada| ada.sees_part(&format!(": {text} (note)")));
    }
    ada.window.get_by_label("Message").focus();
    ada.window.step();
    to_messages(&mut ada);
    go(&mut ada, Key::ArrowUp, "Milk");
    ada.key(Key::Enter);
    ada.wait("Reply");
    go(&mut ada, Key::ArrowDown, "Reply");
    ada.key(Key::Enter);
    ada.wait("Reply to You");
    write(&mut ada, "and bread");
    ada.until(&mut [], "answer", |ada| ada.sees_part("In reply to You: Milk"));

    to_messages(&mut ada);
    go(&mut ada, Key::ArrowUp, "example.org");
    ada.key(Key::Menu);
    ada.wait("Open example.org");
    ada.key(Key::Escape);
    assert!(!ada.sees("Open example.org"));
    go(&mut ada, Key::ArrowDown, "example.org");
    go(&mut ada, Key::ArrowDown, "Secret");
    ada.key(Key::Enter);
    go(&mut ada, Key::ArrowDown, "Pin");
    ada.key(Key::Enter);
    ada.until(&mut [], "pin", |ada| ada.sees_part("Pinned"));
    go(&mut ada, Key::End, "and bread");
    ada.until(&mut [], "pinned bar", |ada| ada.sees_part("Pinned message: "));
    ada.key(Key::ArrowDown);
    assert!(ada.window.get_by_label("Message").is_focused(), "below the newest message one writes");

    ada.type_into("Message", ":rocke");
    ada.until(&mut [], "emoji", |ada| ada.sees_part(":rocket:"));
    ada.key(Key::Enter);
    write(&mut ada, "up");
    ada.until(&mut [], "emoji in a message", |ada| ada.sees_part(": 🚀 up ("));
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

    mara.type_into("Message", "@ad");
    mara.key(Key::Tab);
    write(&mut mara, "look");
    ada.until(&mut [&mut mara], "mention", |ada| ada.sees_part(": @Ada look ("));
    mara.press("Search");
    mara.type_into("Search", "nine");
    mara.until(&mut [&mut ada], "hit", |mara| mara.sees_part("Ada: Shall we meet at nine?"));
    mara.press("Written by");
    mara.press("You");
    mara.until(&mut [&mut ada], "nothing of mine", |mara| mara.sees("Nothing found"));
    mara.press("Written by");
    mara.press("Anyone");
    mara.until(&mut [&mut ada], "hit again", |mara| mara.sees_part("Ada: Shall we meet at nine?"));
    let hit = mara.window.get_by_label_contains("Ada: Shall we meet at nine?").accesskit_node().label().unwrap();
    mara.press(&hit);
    mara.until(&mut [&mut ada], "what was found, marked", |mara| mara.is_marked(": Shall we meet at nine? Or at ten?"));
    mara.until(&mut [&mut ada], "end of the mark", |mara| !mara.is_marked(": Shall we meet at nine? Or at ten?"));
    assert!(mara.sees_part(": Shall we meet at nine? Or at ten?"));

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
