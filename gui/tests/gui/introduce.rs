//! Somebody brings two contacts together, with clicks only.

use crate::{
    device::Device,
    meeting::{NARROW, WIDE, meet},
};

/// Takes away what the window says at its edge: it lies over what is to be pressed.
fn clear(device: &mut Device) {
    while device.sees("Dismiss") {
        device.press("Dismiss");
    }
}

#[test]
fn two_contacts_meet_through_a_third() {
    let folder = tempfile::tempdir().unwrap();
    let mut ada = Device::new(folder.path().join("ada"), WIDE);
    let mut mara = Device::new(folder.path().join("mara"), NARROW);
    meet(&mut ada, &mut mara);
    let mut noor = Device::new(folder.path().join("noor"), NARROW);
    noor.onboard("Noor");
    let link = noor.invite();
    noor.press("Start chatting");
    ada.press("Contacts");
    ada.press("Add contact");
    ada.press("I have a link");
    ada.type_into("Link, address or six words", &link);
    ada.wait_with(&mut noor, "Ask Noor");
    ada.press("Ask Noor");
    noor.until(&mut [&mut ada], "request", |noor| noor.sees_part("Requests"));
    noor.press("Contacts");
    noor.press("Ada, wants to be your contact");
    noor.press("Accept");
    noor.until(&mut [&mut ada], "composer", |noor| noor.sees("Message"));
    noor.press("Back");
    ada.until(&mut [&mut noor], "their page", |ada| ada.sees("Introduce to…"));
    ada.press("Introduce to…");
    ada.wait("Introduce Noor to");
    ada.press("Mara");
    ada.press("Introduce");

    mara.until(&mut [&mut ada, &mut noor], "card", |mara| mara.sees("Chat with Ada, one unread message"));
    mara.press("Chat with Ada, one unread message");
    mara.until(&mut [&mut ada], "choices", |mara| mara.sees("Get to know Noor") && mara.sees("Not now"));
    clear(&mut mara);
    mara.press("Not now");
    mara.until(&mut [&mut ada], "put aside", |mara| mara.sees_part("You put this aside. Nobody was told."));
    mara.press("Get to know Noor");
    mara.until(&mut [&mut ada], "agreed", |mara| mara.sees_part("You agreed. Waiting until Noor does."));
    noor.until(&mut [&mut ada, &mut mara], "card", |noor| noor.sees("Chat with Ada, one unread message"));
    noor.press("Chat with Ada, one unread message");
    noor.until(&mut [&mut ada], "choices", |noor| noor.sees("Get to know Mara"));
    clear(&mut noor);
    noor.press("Get to know Mara");
    mara.until(&mut [&mut ada, &mut noor], "Noor", |mara| mara.sees_part("You and Noor both agreed."));
    noor.until(&mut [&mut ada, &mut mara], "Mara", |noor| noor.sees_part("You and Mara both agreed."));
    noor.press("Show contact");
    noor.until(&mut [&mut mara], "Mara's page", |noor| noor.sees("Write a message"));
}
