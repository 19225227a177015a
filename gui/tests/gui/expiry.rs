//! Two people let messages disappear, with clicks only.

use egui::Key;

use crate::{
    device::Device,
    meeting::{NARROW, WIDE, meet, write},
};

#[test]
fn two_people_let_messages_disappear() {
    let folder = tempfile::tempdir().unwrap();
    let mut ada = Device::new(folder.path().join("ada"), WIDE);
    let mut mara = Device::new(folder.path().join("mara"), NARROW);
    meet(&mut ada, &mut mara);
    write(&mut ada, "This one stays");
    mara.until(&mut [&mut ada], "message", |mara| mara.sees("Chat with Ada, one unread message"));
    mara.press("Chat with Ada, one unread message");
    mara.until(&mut [&mut ada], "message", |mara| mara.sees_part("This one stays"));

    ada.press("About this person");
    ada.wait("1 day");
    assert!(ada.sees_part("but can keep a copy"));
    ada.press("1 day");
    ada.until(&mut [&mut mara], "line", |ada| ada.sees("You set messages to disappear after 1 day"));
    mara.until(&mut [&mut ada], "line", |mara| mara.sees("Ada set messages to disappear after 1 day"));
    assert!(ada.sees("Messages disappear after 1 day") && mara.sees("Messages disappear after 1 day"));
    write(&mut ada, "This one goes");
    assert!(!ada.sees_part("This one stays (received, disappears"));
    ada.until(&mut [&mut mara], "mark", |ada| {
        ada.sees_part("disappears in 1 d)") || ada.sees_part("disappears in 23 h)")
    });
    mara.until(&mut [&mut ada], "mark", |mara| mara.sees_part("received, disappears in "));

    mara.press("Messages disappear after 1 day");
    mara.wait("How many");
    mara.type_into("How many", "");
    mara.key(Key::Backspace);
    mara.type_into("How many", "3");
    mara.press("Hours");
    mara.press("Set");
    ada.until(&mut [&mut mara], "line", |ada| ada.sees("Mara set messages to disappear after 3 hours"));
    ada.until(&mut [&mut mara], "the choice", |ada| ada.sees("3 hours"));
    ada.press("Off");
    mara.until(&mut [&mut ada], "line", |mara| mara.sees("Ada turned disappearing messages off"));
    assert!(!mara.sees("Messages disappear after 3 hours"));
}
