//! The program itself in real windows: real keys and a real mouse, and what a screen reader is told.

#[path = "window/atspi.rs"]
mod atspi;
#[cfg(feature = "inspect")]
#[path = "window/inspect.rs"]
mod inspect;
#[cfg(feature = "inspect")]
#[path = "window/msgpack.rs"]
mod msgpack;
#[path = "window/notify.rs"]
mod notify;
#[path = "window/person.rs"]
mod person;
#[path = "window/ports.rs"]
mod ports;
#[path = "window/screen.rs"]
mod screen;
#[path = "window/tray.rs"]
mod tray;
#[path = "window/wayland.rs"]
mod wayland;

use person::Person;
use screen::Screen;

/// From nothing to a profile.
fn onboard(person: &Person<'_>, name: &str) {
    person.click("Get started");
    person.type_into("Your name", name);
    person.click("Create my profile");
    person.wait(&format!("You are ready, {name}"));
    // The page is complete: nothing on it moves any more.
    person.wait("Copy link");
}

#[test]
fn two_windows_meet_with_clicks_and_keys_only() {
    let screen = Screen::start();
    let ada = Person::start(&screen, "ada", &[]);
    let mara = Person::start(&screen, "mara", &[]);
    ada.place(0, 1180, 760);
    mara.place(1220, 600, 760);

    onboard(&ada, "Ada");
    ada.click("Copy link");
    ada.wait("Invite copied");
    ada.page("window-ready");
    ada.click("Start chatting");

    onboard(&mara, "Mara");
    mara.click("I have an invite link");
    mara.click_into("Link, address or six words");
    mara.key("ctrl+v");
    mara.wait("Ask Ada");
    mara.type_into("Say who you are (optional)", "It is me, from the choir");
    mara.page("window-invite");
    mara.click("Ask Ada");
    mara.wait_part("has not answered yet");

    ada.wait_part("Requests");
    ada.click("Contacts");
    ada.click("Mara, wants to be your contact");
    ada.wait("It is me, from the choir");
    ada.page("window-request");
    ada.click("Accept");

    ada.type_into("Message", "Did the violet umbrella arrive?");
    ada.key("Return");
    mara.click("Back");
    mara.click("Chats");
    mara.click("Chat with Ada, one unread message");
    mara.wait_part("Did the violet umbrella arrive?");
    mara.type_into("Message", "Yes, this morning");
    mara.key("Return");
    ada.wait_part("Yes, this morning");
    ada.wait_part("Did the violet umbrella arrive? (seen)");
    ada.page("window-ada");
    mara.page("window-mara");

    mara.close();
    ada.close();
}

#[test]
fn a_screen_reader_is_told_what_everything_is() {
    let screen = Screen::start();
    let ada = Person::start(&screen, "ada", &[]);
    ada.wait("Get started");
    assert_eq!(ada.look(&[]).app, "kith");
    ada.page("reader-welcome");
    ada.press("Get started");
    ada.focus("Your name");
    ada.page("reader-you");
    ada.write_into("Your name", "Ada");
    ada.press("Create my profile");
    ada.wait("You are ready, Ada");
    ada.page("reader-ready");
    ada.press("Start chatting");
    ada.wait("Add the first person");
    ada.page("reader-chats");
    ada.press("Notes to myself");
    ada.focus("Message");
    ada.page("reader-notes");
    ada.press("Contacts");
    ada.press("I have an invite link");
    ada.focus("Link, address or six words");
    ada.page("reader-invite");
    ada.press("Close");
    ada.wait_without("Close");
    ada.press("My profile");
    ada.wait("Edit profile");
    ada.page("reader-profile");
    ada.press("Cancel");
    ada.wait_without("Cancel");
    ada.press("Settings");
    ada.wait("Recovery phrase");
    ada.page("reader-account");
    for section in ["Privacy", "Appearance", "Language", "Notifications", "Storage", "Keyboard", "About", "Network"] {
        ada.press(section);
        ada.until(section, |seen| seen.chosen_tab(section));
        ada.page(&format!("reader-{section}"));
    }
    ada.close();
}

#[cfg(not(feature = "inspect"))]
#[test]
fn a_build_for_people_cannot_be_inspected() {
    let own = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = own.local_addr().unwrap().port();
    assert!(ports::listening(std::process::id()).contains(&port), "a port that is open is found");
    let screen = Screen::start();
    let ada = Person::start(&screen, "ada", &[("EGUI_INSPECTION", "1")]);
    ada.wait("Get started");
    assert_eq!(ports::listening(ada.pid()), [0; 0], "TCP ports that are open");
    onboard(&ada, "Ada");
    assert_eq!(ports::listening(ada.pid()), [0; 0], "TCP ports that are open");
}
