//! Two people meet and talk, with clicks and keys only.

use egui::Key;
use egui_kittest::kittest::Queryable as _;

use crate::device::Device;

pub(crate) const WIDE: (f32, f32) = (1180.0, 760.0);
pub(crate) const NARROW: (f32, f32) = (620.0, 760.0);

/// From nothing to a conversation that is open on Ada's wide screen; Mara's is narrow.
pub(crate) fn meet(ada: &mut Device, mara: &mut Device) {
    ada.onboard("Ada");
    mara.onboard("Mara");
    let link = ada.invite();
    ada.press("Start chatting");
    mara.press("I have an invite link");
    mara.type_into("Link, address or six words", &format!("Here: {link} see you"));
    mara.wait_with(ada, "Ask Ada");
    mara.type_into("Say who you are (optional)", "It is me, from the choir");
    mara.press("Ask Ada");
    mara.until(&mut [ada], "their page", |mara| mara.sees_part("has not answered yet"));

    ada.until(&mut [mara], "request", |ada| ada.sees_part("Requests"));
    ada.press("Contacts");
    ada.press("Mara, wants to be your contact");
    ada.wait("It is me, from the choir");
    ada.press("Accept");
    ada.until(&mut [mara], "composer", |ada| ada.sees("Message"));
    mara.press("Back");
    mara.press("Chats");
}

pub(crate) fn write(device: &mut Device, text: &str) {
    device.type_into("Message", text);
    device.key(Key::Enter);
}

#[test]
fn two_people_meet_and_talk() {
    let folder = tempfile::tempdir().unwrap();
    let mut ada = Device::new(folder.path().join("ada"), WIDE);
    let mut mara = Device::new(folder.path().join("mara"), NARROW);
    meet(&mut ada, &mut mara);

    write(&mut ada, "Did the violet umbrella arrive?");
    mara.until(&mut [&mut ada], "message", |mara| mara.sees("Chat with Ada, one unread message"));
    mara.press("Chat with Ada, one unread message");
    mara.until(&mut [&mut ada], "message", |mara| mara.sees_part("Did the violet umbrella arrive?"));
    write(&mut mara, "Yes, this **morning**");
    ada.until(&mut [&mut mara], "answer", |ada| ada.sees_part("Yes, this **morning**"));
    ada.until(&mut [&mut mara], "seen", |ada| ada.sees_part("Did the violet umbrella arrive? (seen)"));
}

#[test]
fn what_was_written_and_begun_is_there_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let mut ada = Device::new(folder.path().join("ada"), WIDE);
    let mut mara = Device::new(folder.path().join("mara"), NARROW);
    meet(&mut ada, &mut mara);
    write(&mut ada, "Before the restart");
    mara.until(&mut [&mut ada], "message", |mara| mara.sees("Chat with Ada, one unread message"));
    ada.type_into("Message", "Half a senten");
    // Somewhere else: what was begun is kept at once.
    ada.press("Contacts");
    ada.until(&mut [&mut mara], "draft", |ada| {
        let model = ada.window.state().model();
        model.chats.values().any(|chat| chat.draft.as_deref() == Some("Half a senten"))
    });
    drop(ada);

    let mut ada = Device::new(folder.path().join("ada"), WIDE);
    ada.press("Chat with Mara");
    ada.until(&mut [&mut mara], "history", |ada| ada.sees_part("Before the restart"));
    let draft = |ada: &Device| ada.window.state().model().talks.values().any(|talk| talk.draft == "Half a senten");
    ada.until(&mut [&mut mara], "draft", draft);
    write(&mut ada, "ce");
    mara.until(&mut [&mut ada], "message", |mara| mara.sees("Chat with Ada, 2 unread messages"));
}

#[test]
fn who_is_blocked_is_not_heard() {
    let folder = tempfile::tempdir().unwrap();
    let mut ada = Device::new(folder.path().join("ada"), WIDE);
    let mut mara = Device::new(folder.path().join("mara"), NARROW);
    meet(&mut ada, &mut mara);
    ada.press("Contacts");
    ada.until(&mut [&mut mara], "Mara", |ada| ada.sees("Mara, online"));
    ada.press("Mara, online");
    ada.press("Block");
    ada.wait("Block Mara?");
    ada.press("Block");
    ada.until(&mut [&mut mara], "block", |ada| ada.sees("Mara, blocked"));
    mara.press("Chat with Ada");
    write(&mut mara, "Can you hear me?");
    mara.until(&mut [&mut ada], "waiting", |mara| mara.sees_part("Can you hear me? (waiting to be delivered)"));
    ada.press("Unblock");
    ada.until(&mut [&mut mara], "message", |ada| {
        ada.window.state().model().chats.values().any(|chat| chat.unread == 1)
    });
}

#[test]
fn the_keyboard_alone_does_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut ada = Device::new(folder.path().join("ada"), WIDE);
    ada.wait("Get started");
    ada.tab_to("Get started");
    ada.key(Key::Enter);
    ada.wait("Your name");
    ada.window.event(egui::Event::Text("Ada".to_owned()));
    ada.window.step();
    ada.key(Key::Enter);
    ada.wait("You are ready, Ada");
    ada.tab_to("Start chatting");
    ada.key(Key::Space);
    ada.wait("Add the first person");
    ada.window.key_press_modifiers(egui::Modifiers::COMMAND, Key::K);
    ada.wait("Commands");
    ada.window.event(egui::Event::Text("notes".to_owned()));
    ada.window.step();
    ada.window.step();
    ada.key(Key::Enter);
    ada.wait("Message");
    ada.window.event(egui::Event::Text("A note".to_owned()));
    ada.window.step();
    ada.key(Key::Enter);
    ada.until(&mut [], "note", |ada| ada.sees_part("A note (note)"));
}

/// With nobody else there: a second node in the same process answers, also after a restart, and is gone once removed.
#[test]
fn the_echo_answers_until_it_is_removed() {
    let folder = tempfile::tempdir().unwrap();
    let profile = folder.path().join("ada");
    let mut ada = Device::new(profile.clone(), WIDE);
    ada.onboard("Ada");
    ada.press("Start chatting");
    ada.press("Try it with an echo");
    ada.until(&mut [], "composer", |ada| ada.sees("Message"));
    write(&mut ada, "Hello, **mountain**");
    ada.until(&mut [], "echo", |ada| ada.sees_part("Echo, ") && ada.sees_part("Hello, **mountain** (received)"));
    drop(ada);

    let mut ada = Device::new(profile.clone(), WIDE);
    ada.until(&mut [], "chat", |ada| ada.sees_part("Chat with Echo"));
    // The window may have been closed before it counted the answer it showed.
    let unread = "Chat with Echo, one unread message";
    ada.press(if ada.sees(unread) { unread } else { "Chat with Echo" });
    write(&mut ada, "Still there?");
    ada.until(&mut [], "echo", |ada| ada.sees_part("Still there? (received)"));
    ada.press("Contacts");
    ada.press("Echo, online");
    ada.press("Remove");
    ada.wait("Remove Echo?");
    ada.press("Remove");
    ada.until(&mut [], "an end", |_| !profile.join("echo").exists());
}

/// Without a keyring a long line says that the key lies beside the history.
#[test]
fn the_ready_page_stands_in_the_middle() {
    let folder = tempfile::tempdir().unwrap();
    for (n, (width, height)) in [WIDE, (420.0, 760.0)].into_iter().enumerate() {
        let mut ada = Device::new(folder.path().join(n.to_string()), (width, height));
        ada.onboard("Ada");
        ada.wait("Copy link");
        let button = ada.window.get_by_label("Start chatting").rect();
        assert!((button.center().x - width / 2.0).abs() < 2.0, "{button} in a window {width} wide");
        assert!(button.left() > 0.0 && button.right() < width, "{button} in a window {width} wide");
    }
}
