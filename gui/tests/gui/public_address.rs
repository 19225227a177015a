//! Being found by one's account, with clicks and keys only. Asking needs a bootstrap node: the stories have one.

use crate::{device::Device, meeting::WIDE};

#[test]
fn the_address_is_switched_on_shown_and_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut ada = Device::new(folder.path().join("ada"), WIDE);
    ada.onboard("Ada");
    ada.press("Start chatting");
    ada.press("Settings");
    ada.press("Privacy");
    ada.wait("Public address");
    let (shown, account) = {
        let me = |ada: &Device| ada.window.state().model().me.clone();
        assert!(!ada.sees("Copy address"), "it is off until it is switched on");
        (me, me(&ada).unwrap().account.to_string())
    };
    ada.tab_to("Public address");
    ada.key(egui::Key::Space);
    ada.wait("Copy address");
    ada.until(&mut [], "what is shown", |ada| ada.sees(&account) && ada.sees("Your public address as a QR code"));
    assert!(ada.sees_part("No bootstrap node has it yet."));
    let on = shown(&ada).unwrap().public_address;
    assert_eq!((on.on, on.bits), (true, 20));

    ada.press("Contacts");
    ada.press("Add contact");
    ada.press("I have a link");
    ada.type_into("Link, address or six words", &account.to_uppercase());
    ada.wait("This is your own invite. Give it to somebody else.");
    ada.key(egui::Key::Escape);
    ada.press("Add contact");
    ada.press("I have a link");
    // Somebody else's, who is not there.
    let other = "kith1qurswpc8qurswpc8qurswpc8qurswpc8qurswpc8qurswpc8qurs5t6y6s";
    ada.type_into("Link, address or six words", other);
    ada.until(&mut [], "nobody", |ada| ada.sees_part("Nobody who could answer can be reached."));
    ada.key(egui::Key::Escape);

    ada.press("Settings");
    ada.press("Privacy");
    ada.tab_to("Public address");
    ada.key(egui::Key::Space);
    ada.until(&mut [], "off", |ada| !ada.sees("Copy address"));
    assert!(!shown(&ada).unwrap().public_address.on);
}
