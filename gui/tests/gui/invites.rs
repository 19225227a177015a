//! A person looks at the invites they gave out and revokes one, with clicks and keys only.

use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use kith_gui::model::{Preview, Sheet};

use crate::{
    device::Device,
    meeting::{NARROW, WIDE},
};

/// Makes an invite and gives its link; the dialog stays open.
fn make(device: &mut Device) -> String {
    device.press("Contacts");
    device.press("Add contact");
    let link = |device: &Device| match &device.window.state().model().view.sheet {
        Some(Sheet::AddContact(add)) => add.link.clone(),
        _ => None,
    };
    device.until(&mut [], "invite", |device| link(device).is_some());
    link(device).unwrap()
}

fn preview(device: &Device) -> Option<Preview> {
    match &device.window.state().model().view.sheet {
        Some(Sheet::AddContact(add)) => Some(add.preview.clone()),
        _ => None,
    }
}

fn count(device: &Device) -> usize {
    device.window.query_all_by_label_contains("Revoke the invite made").count()
}

#[test]
fn an_invite_is_revoked_and_leads_nowhere() {
    let folder = tempfile::tempdir().unwrap();
    let mut ada = Device::new(folder.path().join("ada"), WIDE);
    let mut mara = Device::new(folder.path().join("mara"), NARROW);
    ada.onboard("Ada");
    ada.invite();
    ada.press("Start chatting");
    let stays = make(&mut ada);
    ada.press("Close");
    let revoked = make(&mut ada);
    ada.press("Open invites");
    ada.until(&mut [], "the invites", |ada| count(ada) == 3);
    assert!(ada.sees_part("Made: just now. Works until"));
    // The newest is the first.
    let newest = ada.window.get_all_by_label_contains("Revoke the invite made").next().unwrap();
    let newest = newest.accesskit_node().label().unwrap();
    ada.press_nth(Role::Button, &newest, 0);
    ada.until(&mut [], "the others", |ada| count(ada) == 2 && ada.sees("Invite revoked"));
    ada.press("Close");

    mara.onboard("Mara");
    mara.press("I have an invite link");
    mara.type_into("Link, address or six words", &revoked);
    mara.until(&mut [&mut ada], "nobody", |mara| matches!(preview(mara), Some(Preview::Bad(_))));
    mara.press("Close");
    mara.press("Contacts");
    mara.press("Add contact");
    mara.press("I have a link");
    mara.type_into("Link, address or six words", &stays);
    mara.wait_with(&mut ada, "Ask Ada");
}
