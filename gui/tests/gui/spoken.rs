//! Words to say on the telephone.

use crate::{device::Device, meeting::WIDE};

#[test]
fn words_are_made_shown_and_told_from_others() {
    let folder = tempfile::tempdir().unwrap();
    let mut ada = Device::new(folder.path().join("ada"), WIDE);
    ada.onboard("Ada");
    ada.press("Start chatting");
    ada.press("Contacts");
    ada.press("Add contact");
    ada.press("Say six words instead");
    let words = |ada: &Device| match &ada.window.state().model().view.sheet {
        Some(kith_gui::model::Sheet::AddContact(add)) => add.words.as_ref().map(|words| words.words.clone()),
        other => panic!("{other:?}"),
    };
    ada.until(&mut [], "words", |ada| words(ada).is_some_and(|words| ada.sees_part(&words[5])));
    let words = words(&ada).unwrap();
    assert_eq!(words.len(), 6);
    ada.press("Show the code and the link");
    ada.wait("Your invite as a QR code");

    ada.press("I have a link");
    ada.type_into("Link, address or six words", &words[..4].join(" "));
    ada.wait("4 of 6 words");
    ada.type_into("Link, address or six words", &format!(" {} umbrela ", words[4]));
    ada.until(&mut [], "what is wrong", |ada| ada.sees_part("Word 6 is not one of those that are said."));
    ada.key(egui::Key::Escape);
    ada.press("Add contact");
    ada.press("I have a link");
    ada.type_into("Link, address or six words", &words.join(", "));
    ada.wait("This is your own invite. Give it to somebody else.");
    ada.key(egui::Key::Escape);
    ada.press("Add contact");
    ada.press("I have a link");
    ada.type_into("Link, address or six words", "zoo zoo zoo zoo zoo zoo");
    ada.until(&mut [], "no bootstrap node", |ada| ada.sees_part("Nobody who could answer can be reached."));
}
