//! A backup is made and read back, with clicks and keys only.

use kith_gui::model::Sheet;
use kith_node::views::RecoveryState;

use crate::{
    device::Device,
    meeting::{NARROW, WIDE, meet, write},
};

#[test]
fn a_lost_machine_is_made_good() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ada.kithbak");
    let path = file.to_str().unwrap();
    let mut ada = Device::new(folder.path().join("ada"), WIDE);
    let mut mara = Device::new(folder.path().join("mara"), NARROW);
    meet(&mut ada, &mut mara);
    write(&mut ada, "Before the fire");
    mara.until(&mut [&mut ada], "message", |mara| mara.sees("Chat with Ada, one unread message"));

    ada.press("Settings");
    ada.press("Storage");
    ada.press("Make a backup");
    ada.wait("What opens it");
    ada.press("A password");
    clear(&mut ada, "File");
    ada.type_into("File", path);
    ada.type_into("Password of the backup", "paper and ink");
    ada.press("Make a backup");
    ada.until(&mut [&mut mara], "a backup", |ada| ada.sees("The backup is complete"));
    assert!(file.exists());
    drop(ada);

    let mut ada = Device::new(folder.path().join("new"), NARROW);
    ada.press("I already have a profile");
    ada.press("A password");
    ada.type_into("File", path);
    ada.type_into("Password of the backup", "something else");
    ada.press("Bring it back");
    ada.until(&mut [], "refusal", |ada| ada.sees_part("does not open this backup"));
    clear(&mut ada, "Password of the backup");
    ada.type_into("Password of the backup", "paper and ink");
    ada.press("Bring it back");
    ada.until(&mut [&mut mara], "the chat", |ada| ada.sees_part("Chat with Mara"));
    let told = |ada: &Device| {
        let model = ada.window.state().model();
        model.me.as_ref().is_some_and(|me| me.recovery.is_none() && me.devices.len() == 1)
    };
    ada.until(&mut [&mut mara], "everybody told", told);
    ada.press("Chat with Mara");
    ada.until(&mut [&mut mara], "history", |ada| ada.sees_part("Before the fire"));
    write(&mut ada, "After it");
    mara.until(&mut [&mut ada], "message", |mara| mara.sees("Chat with Ada, 2 unread messages"));
}

#[test]
fn backups_make_themselves_until_they_are_turned_off() {
    let folder = tempfile::tempdir().unwrap();
    let (disk, gone) = (folder.path().join("disk"), folder.path().join("gone"));
    std::fs::create_dir(&disk).unwrap();
    let made = || std::fs::read_dir(&disk).unwrap().count();
    let mut ada = Device::new(folder.path().join("ada"), WIDE);
    ada.onboard("Ada");
    ada.press("Start chatting");
    ada.press("Settings");
    ada.press("Storage");
    ada.until(&mut [], "how it stands", |ada| ada.window.state().model().backups.is_some());
    ada.tab_to("Back up by itself");
    ada.key(egui::Key::Space);
    ada.type_into("Folder", gone.to_str().unwrap());
    ada.press("Turn on");
    ada.until(&mut [], "what is wrong", |ada| ada.sees_part("there is no such folder"));
    assert!(!ada.sees("Another folder"), "it is on");
    clear(&mut ada, "Folder");
    ada.type_into("Folder", disk.to_str().unwrap());
    ada.press("Turn on");
    ada.until(&mut [], "a backup", |ada| ada.sees_part("Last backup: "));
    assert_eq!(made(), 1);
    ada.tab_to("Back up by itself");
    ada.key(egui::Key::Space);
    ada.until(&mut [], "off", |ada| !ada.sees("Another folder"));
    assert_eq!(made(), 1);
}

#[test]
fn two_of_the_words_are_asked_of_who_says_they_are_on_paper() {
    let folder = tempfile::tempdir().unwrap();
    let mut ada = Device::new(folder.path().join("ada"), WIDE);
    ada.onboard("Ada");
    ada.press("Write down your 24 words");
    ada.wait("I wrote them down");
    match &ada.window.state().model().view.sheet {
        Some(Sheet::Phrase { words: Some(words), check: None, .. }) => assert!(listed(&ada, words)),
        other => panic!("{other:?}"),
    }
    // The sheet has grown with the words, and comes to its place in the next frame.
    ada.window.step();
    ada.press("I wrote them down");
    let (words, places) = match &ada.window.state().model().view.sheet {
        Some(Sheet::Phrase { words: Some(words), check: Some(check), .. }) => (words.clone(), check.places),
        other => panic!("{other:?}"),
    };
    assert!(!listed(&ada, &words), "the answer stands there");
    for (at, place) in places.iter().enumerate() {
        ada.type_into(&format!("Word {place}"), if at == 0 { words[place - 1].as_str() } else { "zoology" });
    }
    ada.press("Check");
    ada.until(&mut [], "what is wrong", |ada| ada.sees_part("At least one of them is another word."));
    let second = format!("Word {}", places[1]);
    clear(&mut ada, &second);
    ada.type_into(&second, &format!(" {} ", words[places[1] - 1].to_uppercase()));
    ada.press("Check");
    ada.until(&mut [], "tick", |ada| ada.sees("Your 24 words are on paper"));
    assert!(!ada.sees("Write down your 24 words"));
    drop(ada);
    let mut ada = Device::new(folder.path().join("ada"), WIDE);
    ada.press("Settings");
    ada.wait("Show my 24 words");
    assert!(!ada.sees_part("Not confirmed yet"), "asked again after a restart");
}

/// Whether any of the words stands there with its number. The word alone may be a part of another text, as "act" is.
fn listed(device: &Device, words: &[String]) -> bool {
    words.iter().enumerate().any(|(at, word)| device.sees_part(&format!("{:>2}  {word}", at + 1)))
}

/// Words that are none say which; those of an account bring it back, with nobody in it.
#[test]
fn the_words_alone_bring_the_account_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut ada = Device::new(folder.path().join("ada"), NARROW);
    ada.press("I already have a profile");
    ada.press("From the 24 words alone");
    ada.type_into("Your name", "Ada");
    ada.type_into("Your 24 words", "abandon abandon");
    ada.press("Bring it back");
    ada.until(&mut [], "refusal", |ada| ada.sees_part("a recovery phrase has 24 words"));
    let art = "abandon ".repeat(23) + "art";
    clear(&mut ada, "Your 24 words");
    ada.type_into("Your 24 words", &art);
    ada.press("Bring it back");
    let alone = |ada: &Device| {
        let me = ada.window.state().model().me.as_ref();
        me.and_then(|me| me.recovery).is_some_and(|recovery| recovery.state == RecoveryState::Alone)
    };
    ada.until(&mut [], "the account", alone);
    ada.until(&mut [], "what to do", |ada| ada.sees_part("Add somebody who knows you"));
}

fn clear(device: &mut Device, label: &str) {
    device.type_into(label, "");
    device.window.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::A);
    device.window.step();
    device.key(egui::Key::Backspace);
}

/// From the page that asks for the password, with the keyboard alone and without the password.
#[test]
fn a_locked_profile_can_be_deleted() {
    let folder = tempfile::tempdir().unwrap();
    let profile = folder.path().join("ada");
    let mut ada = Device::new(profile.clone(), NARROW);
    ada.press("Get started");
    ada.type_into("Your name", "Ada");
    ada.type_into("Password for this computer (optional)", "correct horse");
    ada.press("Create my profile");
    ada.wait("You are ready, Ada");
    drop(ada);
    let mut ada = Device::new(profile.clone(), NARROW);
    ada.wait("Delete everything…");
    ada.tab_to("Delete everything…");
    ada.key(egui::Key::Enter);
    ada.wait("Type “delete” to go on");
    ada.window.event(egui::Event::Text("keep".to_owned()));
    ada.window.step();
    ada.key(egui::Key::Enter);
    assert!(profile.join("identity.kith").exists(), "not with another word");
    clear(&mut ada, "Type “delete” to go on");
    ada.window.event(egui::Event::Text("Delete".to_owned()));
    ada.window.step();
    ada.window.step();
    ada.key(egui::Key::Enter);
    ada.wait("Get started");
    assert!(!profile.join("identity.kith").exists() && !profile.join("kith.db").exists());
}

#[test]
fn an_open_profile_can_be_deleted() {
    let folder = tempfile::tempdir().unwrap();
    let profile = folder.path().join("ada");
    let mut ada = Device::new(profile.clone(), WIDE);
    ada.onboard("Ada");
    ada.press("Start chatting");
    ada.press("Settings");
    ada.press("Storage");
    ada.press("Delete everything…");
    ada.type_into("Type “delete” to go on", "delete");
    ada.press("Delete everything");
    ada.wait("Get started");
    assert!(!profile.join("identity.kith").exists() && !profile.join("kith.db").exists());
    ada.onboard("Eve");
    assert!(ada.window.state().model().contacts.is_empty());
}

/// The key is gone: the page says what to do, and what it offers works.
#[test]
fn a_profile_that_does_not_open_is_replaced_by_its_backup() {
    let folder = tempfile::tempdir().unwrap();
    let profile = folder.path().join("ada");
    let file = folder.path().join("ada.kithbak");
    let mut ada = Device::new(profile.clone(), WIDE);
    ada.onboard("Ada");
    ada.press("Start chatting");
    ada.press("Notes to myself");
    write(&mut ada, "Before the key was lost");
    ada.until(&mut [], "note", |ada| ada.sees_part(": Before the key was lost (note)"));
    ada.press("Settings");
    ada.press("Storage");
    ada.press("Make a backup");
    ada.press("A password");
    clear(&mut ada, "File");
    ada.type_into("File", file.to_str().unwrap());
    ada.type_into("Password of the backup", "paper and ink");
    ada.press("Make a backup");
    ada.wait("The backup is complete");
    drop(ada);
    let key = std::fs::read(profile.join("identity.key")).unwrap();
    std::fs::write(profile.join("identity.key"), [7; 32]).unwrap();

    let mut ada = Device::new(profile.clone(), NARROW);
    ada.wait("Kith cannot open your profile");
    ada.press("Bring your account back");
    ada.press("Back");
    ada.wait("Kith cannot open your profile");
    ada.press("Bring your account back");
    ada.press("A password");
    ada.type_into("File", file.to_str().unwrap());
    ada.type_into("Password of the backup", "something else");
    ada.press("Bring it back");
    ada.until(&mut [], "refusal", |ada| ada.sees_part("does not open this backup"));
    assert!(profile.join("kith.db").exists(), "nothing was moved for a backup that does not open");
    clear(&mut ada, "Password of the backup");
    ada.type_into("Password of the backup", "paper and ink");
    ada.press("Bring it back");
    ada.press("Notes to myself");
    ada.until(&mut [], "history", |ada| ada.sees_part(": Before the key was lost (note)"));
    drop(ada);

    // The profile that did not open is still there, for its key.
    let aside = folder.path().join("ada.aside-1");
    std::fs::write(aside.join("identity.key"), key).unwrap();
    let mut old = Device::new(aside.clone(), NARROW);
    old.press("Notes to myself");
    old.until(&mut [], "history", |old| old.sees_part(": Before the key was lost (note)"));
    drop(old);

    let mut ada = Device::new(profile.clone(), WIDE);
    ada.press("Settings");
    ada.press("Storage");
    ada.press("Delete everything…");
    ada.type_into("Type “delete” to go on", "delete");
    ada.press("Delete everything");
    ada.wait("Get started");
    assert!(!aside.exists() && !profile.join("kith.db").exists(), "everything is everything");
}

#[test]
fn a_profile_that_does_not_open_is_tried_again_or_deleted() {
    let folder = tempfile::tempdir().unwrap();
    let profile = folder.path().join("ada");
    let mut ada = Device::new(profile.clone(), NARROW);
    ada.onboard("Ada");
    drop(ada);
    let key = std::fs::read(profile.join("identity.key")).unwrap();
    std::fs::write(profile.join("identity.key"), [7; 32]).unwrap();
    let mut ada = Device::new(profile.clone(), NARROW);
    ada.press("Try again");
    ada.wait("Try again");
    std::fs::write(profile.join("identity.key"), key).unwrap();
    ada.press("Try again");
    ada.wait("Notes to myself");
    drop(ada);
    std::fs::write(profile.join("kith.db"), "not a database, but as long as one begins").unwrap();
    let mut ada = Device::new(profile.clone(), NARROW);
    ada.press("Delete everything…");
    ada.type_into("Type “delete” to go on", "delete");
    ada.press("Delete everything");
    ada.wait("Get started");
    assert!(!profile.join("kith.db").exists());
    ada.onboard("Eve");
}

/// Who has it open twice is told, and can do no harm.
#[test]
fn a_profile_in_use_is_not_replaced_nor_deleted() {
    let folder = tempfile::tempdir().unwrap();
    let profile = folder.path().join("ada");
    let mut ada = Device::new(profile.clone(), NARROW);
    ada.onboard("Ada");
    let mut second = Device::new(profile.clone(), NARROW);
    second.until(&mut [&mut ada], "reason", |second| second.sees_part("already open in another process"));
    assert!(!second.sees("Delete everything…") && !second.sees("Bring your account back"));
    drop(ada);
    second.press("Try again");
    second.wait("Notes to myself");
}
