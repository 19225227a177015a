//! What a person chooses reaches the node: every switch of the privacy page, the page of a contact, the menu of a
//! conversation, and what can be done with messages that are far apart.

use std::path::PathBuf;

use egui::accesskit::{Role, Toggled};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use kith_node::{
    Node,
    views::{
        Chat, LINK_PREVIEWS, MAILBOXES_USE, METERED, NotifyRule, PORT_MAPPING, PRESENCE_SHARE, Presence, RECEIPTS_SEEN,
        RELAY_ONLY, RENEW_KEY, STATUS_SHARE, Settings, Share, Sharing, TYPING_SHARE,
    },
};

use crate::{
    changes::menu,
    device::Device,
    meeting::{NARROW, WIDE, meet, write},
};

/// What the node of a profile keeps, asked without a window.
fn kept(folder: PathBuf) -> Settings {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let node = Node::builder(folder).preset(kith_node::local()).spawn().await.unwrap();
        let kept = node.settings().get().await.unwrap();
        node.shutdown().await;
        kept
    })
}

fn is_on(device: &Device, label: &str) -> bool {
    let switch = device.window.get_by_role_and_label(Role::Switch, label);
    switch.accesskit_node().toggled() == Some(Toggled::True)
}

/// Turns a switch to what it is not.
fn flip(device: &mut Device, label: &str) {
    device.wait(label);
    let before = is_on(device, label);
    device.press_nth(Role::Switch, label, 0);
    device.until(&mut [], label, |device| is_on(device, label) != before);
}

#[test]
fn every_switch_about_privacy_reaches_the_node() {
    let folder = tempfile::tempdir().unwrap();
    let profile = folder.path().join("ada");
    let mut ada = Device::new(profile.clone(), WIDE);
    ada.onboard("Ada");
    ada.press("Start chatting");
    ada.press("Settings");
    ada.press("Privacy");
    let off = [
        "Read receipts",
        "Typing",
        "Online and last seen",
        "Status text",
        "Ask my router to let contacts in",
        "Mailboxes",
    ];
    let on = ["Take a new network key now", "Link previews", "Hide my address from contacts"];
    for (labels, first) in [(&off[..], true), (&on[..], false)] {
        for label in labels {
            assert_eq!(is_on(&ada, label), first, "{label} at first");
            flip(&mut ada, label);
        }
    }
    assert!(!ada.sees("Ask my router to let contacts in"), "it would tell them the address");
    assert!(ada.sees_part("You have no bootstrap node: nobody can reach you like this."));
    let network = ada.window.get_by_label_contains("Network: ").accesskit_node().label().unwrap();
    ada.press(&network);
    ada.press_nth(Role::RadioButton, "Costs by volume", 0);
    let metered = |ada: &Device| ada.window.state().model().network.as_ref().is_some_and(|network| network.metered);
    ada.until(&mut [], "what the node makes of it", metered);
    drop(ada);

    let kept = kept(profile);
    let wanted = [
        (RECEIPTS_SEEN, false),
        (TYPING_SHARE, false),
        (PRESENCE_SHARE, false),
        (STATUS_SHARE, false),
        (PORT_MAPPING, false),
        (MAILBOXES_USE, false),
        (RENEW_KEY, true),
        (LINK_PREVIEWS, true),
        (RELAY_ONLY, true),
        (METERED, true),
    ];
    for (key, on) in wanted {
        assert_eq!(kept.get(key), Some(&on.into()), "{key}");
    }
}

/// The conversation with Mara, as the node told it.
fn chat(device: &Device) -> &Chat {
    let model = device.window.state().model();
    model.chats.values().find(|chat| chat.title == "Mara").expect("it")
}

fn is_muted(device: &Device) -> bool {
    device.window.state().model().is_muted(chat(device))
}

#[test]
fn what_is_chosen_for_a_contact_reaches_the_node() {
    let folder = tempfile::tempdir().unwrap();
    let mut ada = Device::new(folder.path().join("ada"), WIDE);
    let mut mara = Device::new(folder.path().join("mara"), NARROW);
    meet(&mut ada, &mut mara);
    ada.press("Contacts");
    ada.until(&mut [&mut mara], "Mara is there", |ada| ada.sees("Mara, online"));
    ada.press("Mara, online");
    // One row below the other: typing, presence, receipts, status text.
    for (nth, choice) in ["Always", "Never", "Never", "Never"].into_iter().enumerate() {
        ada.press_nth(Role::RadioButton, choice, nth);
    }
    let wanted = Sharing { typing: Share::On, presence: Share::Off, receipts: Share::Off, status: Share::Off };
    let shared = |device: &Device| {
        let contact = device.window.state().model().contacts.values().next();
        contact.map(|contact| (contact.sharing, contact.presence))
    };
    ada.until(&mut [&mut mara], "what the node keeps", |ada| shared(ada).is_some_and(|(kept, _)| kept == wanted));
    let gone = |mara: &Device| shared(mara).is_some_and(|(_, presence)| presence == Presence::Offline);
    mara.until(&mut [&mut ada], "nothing of Ada", gone);

    ada.press_nth(Role::RadioButton, "Mentions only", 0);
    ada.until(&mut [&mut mara], "the rule", |ada| chat(ada).notify == NotifyRule::Mentions);
    ada.press("Mute");
    ada.press("Mute for 8 hours");
    ada.until(&mut [&mut mara], "quiet", |ada| is_muted(ada) && ada.sees_part("Muted until "));
    ada.press("Unmute");
    ada.until(&mut [&mut mara], "an end of it", |ada| !is_muted(ada) && !ada.sees_part("Muted until "));
    assert_eq!(chat(&ada).notify, NotifyRule::Mentions, "muting is something else");
}

#[test]
fn a_conversation_is_muted_and_put_away_in_the_list() {
    let folder = tempfile::tempdir().unwrap();
    let mut ada = Device::new(folder.path().join("ada"), WIDE);
    let mut mara = Device::new(folder.path().join("mara"), NARROW);
    meet(&mut ada, &mut mara);
    mara.press("Chat with Ada");
    ada.press("Notes to myself");
    menu(&mut ada, "Chat with Mara");
    ada.press("Mute for 1 hour");
    ada.until(&mut [&mut mara], "quiet", is_muted);
    write(&mut mara, "Are you there?");
    ada.until(&mut [&mut mara], "message", |ada| ada.sees("Chat with Mara, one unread message"));
    assert_eq!(ada.window.state().model().unread(), 0, "nothing is told of it");
    menu(&mut ada, "Chat with Mara");
    ada.press("Unmute");
    ada.until(&mut [&mut mara], "an end of it", |ada| !is_muted(ada));
    assert_eq!(ada.window.state().model().unread(), 1);

    menu(&mut ada, "Chat with Mara");
    ada.press("Archive");
    ada.until(&mut [&mut mara], "a list without it", |ada| !ada.sees_part("Chat with Mara") && chat(ada).archived);
    ada.press("Archived");
    ada.wait("Chat with Mara, one unread message");
    menu(&mut ada, "Chat with Mara");
    ada.press("Take out of the archive");
    ada.until(&mut [&mut mara], "nothing put away", |ada| ada.sees("Nothing archived") && !chat(ada).archived);
    ada.press("All");
    ada.wait("Chat with Mara, one unread message");
}

#[test]
fn a_quote_leads_to_what_it_answers_and_a_message_goes_on_to_others() {
    let folder = tempfile::tempdir().unwrap();
    let mut ada = Device::new(folder.path().join("ada"), WIDE);
    let mut mara = Device::new(folder.path().join("mara"), NARROW);
    meet(&mut ada, &mut mara);
    write(&mut ada, "Where is the violet umbrella?");
    mara.press("Chat with Ada, one unread message");
    let original = ": Where is the violet umbrella? (";
    mara.until(&mut [&mut ada], "message", |mara| mara.sees_part(original));
    menu(&mut mara, original);
    mara.press("Reply");
    mara.wait("Reply to Ada");
    for n in 1..=40 {
        write(&mut ada, &format!("Line {n}"));
    }
    mara.until(&mut [&mut ada], "the rest", |mara| mara.sees_part(": Line 40 ("));
    write(&mut mara, "In the hall.");
    ada.until(&mut [&mut mara], "answer", |ada| ada.sees_part(": In the hall. ("));

    for (who, quote) in [
        (&mut ada, "In reply to You: Where is the violet umbrella?"),
        (&mut mara, "In reply to Ada: Where is the violet umbrella?"),
    ] {
        assert!(!who.sees_part(original), "what is answered is on the screen already");
        who.press(quote);
        who.until(&mut [], "what is answered, marked", |who| who.is_marked(original));
        assert!(!who.sees_part(": In the hall. ("), "the answer is far below");
        who.until(&mut [], "end of the mark", |who| !who.is_marked(original));
        assert!(who.sees_part(original), "it stays there");
    }

    let chat = ada.window.state().model().open_chat().map(|chat| chat.title.clone());
    assert_eq!(chat.as_deref(), Some("Mara"));
    ada.press("Notes to myself");
    ada.until(&mut [&mut mara], "notes", |ada| ada.sees_part("stays on this computer, encrypted"));
    ada.press("Chat with Mara");
    ada.until(&mut [&mut mara], "conversation", |ada| ada.sees_part(original));
    menu(&mut ada, original);
    ada.press("Forward");
    ada.wait("Forward to");
    ada.press("Notes to myself");
    ada.press("Forward");
    ada.until(&mut [&mut mara], "an end of it", |ada| ada.sees("Forwarded") && !ada.sees("Forward to"));
    ada.press("Chat with Notes to myself");
    ada.until(&mut [&mut mara], "it", |ada| ada.sees_part(": Where is the violet umbrella? (Forwarded, note)"));
    assert!(ada.sees_part("You, "), "as a message of her own");
}
