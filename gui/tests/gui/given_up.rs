//! What happens to a message that was given up, because its contact was removed before it was there.

use egui_kittest::kittest::{NodeT as _, Queryable as _};

use crate::{
    device::Device,
    meeting::{NARROW, WIDE, meet, write},
};

#[test]
fn a_message_to_somebody_who_was_removed_is_given_up_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let mut ada = Device::new(folder.path().join("ada"), WIDE);
    let mut mara = Device::new(folder.path().join("mara"), NARROW);
    meet(&mut ada, &mut mara);
    drop(mara);
    ada.until(&mut [], "that Mara is away", |ada| !ada.sees_part("online"));
    write(&mut ada, "Can you hear me?");
    ada.until(&mut [], "waiting", |ada| ada.sees_part(": Can you hear me? (waiting to be delivered)"));
    ada.press("Contacts");
    let mara = ada.window.get_by_label_contains("Mara, ").accesskit_node().label().unwrap();
    ada.press(&mara);
    ada.press("Remove");
    ada.wait("Remove Mara?");
    ada.press("Remove");
    ada.until(&mut [], "an end", |ada| ada.window.state().model().contacts.is_empty());
    ada.press("Chats");
    ada.press("Chat with Mara");
    let given_up = ": Can you hear me? (not sent: This person was removed before it arrived.)";
    ada.until(&mut [], "why", |ada| ada.sees_part(given_up));
    assert!(!ada.sees("Send again"), "to nobody");
}
