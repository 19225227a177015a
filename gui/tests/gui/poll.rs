//! Two people vote, with clicks only.

use crate::{
    changes::menu,
    device::Device,
    meeting::{NARROW, WIDE, meet},
};

#[test]
fn two_people_vote() {
    let folder = tempfile::tempdir().unwrap();
    let mut ada = Device::new(folder.path().join("ada"), WIDE);
    let mut mara = Device::new(folder.path().join("mara"), NARROW);
    meet(&mut ada, &mut mara);
    ada.press("New poll");
    ada.type_into("Question", "When?");
    ada.type_into("Answer 1", "Monday");
    ada.type_into("Answer 2", "Tuesday");
    ada.press("Another answer");
    ada.type_into("Answer 3", "Never");
    ada.press("Ask");
    mara.until(&mut [&mut ada], "poll", |mara| mara.sees("Chat with Ada, one unread message"));
    mara.press("Chat with Ada, one unread message");
    mara.until(&mut [&mut ada], "answers", |mara| mara.sees("Tuesday, 0 votes"));
    mara.press("Tuesday, 0 votes");
    ada.until(&mut [&mut mara], "vote", |ada| ada.sees("Tuesday, 1 vote"));
    ada.press("Tuesday, 1 vote");
    mara.until(&mut [&mut ada], "votes", |mara| mara.sees("Tuesday, 2 votes"));
    mara.press("Monday, 0 votes");
    ada.until(&mut [&mut mara], "another choice", |ada| {
        ada.sees("Tuesday, 1 vote") && ada.sees("Monday, 1 vote") && ada.sees_part("2 people chose")
    });
    mara.press("Monday, 1 vote");
    ada.until(&mut [&mut mara], "no choice", |ada| ada.sees("Monday, 0 votes") && ada.sees_part("1 person chose"));
    menu(&mut ada, "When? – Poll");
    ada.press("Close poll");
    mara.until(&mut [&mut ada], "the end", |mara| mara.sees_part("1 person chose · closed"));
    mara.press("Never, 0 votes");
    assert!(mara.sees("Never, 0 votes"), "it is closed");
}
