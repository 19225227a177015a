//! A person agrees to keep mail for others, with clicks and keys only. Offers need an address that others can reach:
//! the stories have one.

use crate::{
    device::Device,
    meeting::{NARROW, WIDE, meet},
};

#[test]
fn mail_can_be_kept_for_others() {
    let folder = tempfile::tempdir().unwrap();
    let mut ada = Device::new(folder.path().join("ada"), WIDE);
    let mut mara = Device::new(folder.path().join("mara"), NARROW);
    meet(&mut ada, &mut mara);
    ada.press("Contacts");
    ada.until(&mut [&mut mara], "Mara is there", |ada| ada.sees("Mara, online"));
    ada.press("Mara, online");
    // Not before it was agreed to in general.
    ada.until(&mut [&mut mara], "what to do first", |ada| ada.sees_part("first switch on"));
    ada.press("Privacy settings");
    ada.wait("Keep mail for others");
    ada.until(&mut [&mut mara], "how it is", |ada| ada.window.state().model().view.served.is_some());
    ada.tab_to("Keep mail for others");
    ada.key(egui::Key::Space);
    ada.until(&mut [&mut mara], "on", |ada| ada.sees_part("For nobody yet"));
    ada.press("64 MB");
    ada.until(&mut [&mut mara], "room", |ada| ada.sees_part("of 64 MB used"));
    ada.press("Contacts");
    ada.press("Mara, online");
    ada.wait("Keep mail for Mara");
}
