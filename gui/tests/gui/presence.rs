//! Two people see whether the other is there and writes, with clicks and keys only.

use egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;

use crate::{
    device::Device,
    meeting::{NARROW, WIDE, meet, write},
};

#[test]
fn two_people_see_each_other_there_and_writing() {
    let folder = tempfile::tempdir().unwrap();
    let mut ada = Device::new(folder.path().join("ada"), WIDE);
    let mut mara = Device::new(folder.path().join("mara"), NARROW);
    meet(&mut ada, &mut mara);
    write(&mut ada, "Hello");
    mara.until(&mut [&mut ada], "message", |mara| mara.sees("Chat with Ada, one unread message"));
    mara.press("Chat with Ada, one unread message");
    mara.until(&mut [&mut ada], "their presence", |mara| mara.sees_part("online"));
    ada.type_into("Message", "And");
    mara.until(&mut [&mut ada], "writing", |mara| mara.sees("Ada is typing…"));
    mara.until(&mut [&mut ada], "its end", |mara| !mara.sees("Ada is typing…"));

    ada.press("My profile");
    ada.press("Do not disturb");
    ada.press("Save");
    mara.until(&mut [&mut ada], "do not disturb", |mara| mara.sees_part("do not disturb"));

    ada.press("Settings");
    ada.press("Privacy");
    ada.window.get_by_role_and_label(Role::Switch, "Online and last seen").click();
    ada.window.step();
    mara.until(&mut [&mut ada], "nothing", |mara| !mara.sees_part("do not disturb"));
}
