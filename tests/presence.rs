//! What people see of each other beside messages.

use std::path::Path;

use anyhow::Result;
use kith_tests::{
    people::{Person, befriend},
    process::{Bootstrap, BootstrapHome},
};
use serde_json::{Value, json};

/// Two connected contacts, and the bootstrap node they met through.
async fn two(root: &Path) -> Result<(Person, Person, Bootstrap)> {
    let bootstrap = BootstrapHome::init(root).await?.start().await?;
    let arguments = ["--bootstrap", &bootstrap.link()];
    let mut alice = Person::new(root, "alice", &arguments).await?;
    let mut bob = Person::new(root, "bob", &arguments).await?;
    befriend(&mut alice, &mut bob, "it is me").await?;
    let (a, b) = (alice.account.clone(), bob.account.clone());
    alice.meets(&b).await?;
    bob.meets(&a).await?;
    sees(&mut alice, &b, |contact| contact["mailboxes"] == 1).await?;
    sees(&mut bob, &a, |contact| contact["mailboxes"] == 1).await?;
    Ok((alice, bob, bootstrap))
}

fn typing(on: bool) -> impl Fn(&Value) -> bool {
    move |event| event["on"] == on
}

#[tokio::test]
async fn a_contact_sees_that_somebody_writes() -> Result<()> {
    let root = tempfile::tempdir()?;
    let (alice, mut bob, _bootstrap) = two(root.path()).await?;
    let chat = alice.chat_with(&bob.account).await?;
    alice.call("chats.typing", json!({ "chat": chat })).await?;
    let seen = bob.events.wait_for("typing", typing(true)).await?;
    assert_eq!((&seen["account"], &seen["chat"]), (&json!(alice.account), &json!(chat)), "{seen}");
    bob.events.wait_for("typing", typing(false)).await?;
    bob.events.log.clear();
    alice.call("chats.typing", json!({ "chat": chat })).await?;
    bob.events.wait_for("typing", typing(true)).await?;
    alice.write(&bob.account, "done").await?;
    bob.events.wait_for("typing", typing(false)).await?;
    assert_eq!(alice.node.api.error_of("chats.typing", json!({ "chat": "ab".repeat(16) })).await?, "not_found");
    Ok(())
}

/// Waits until what somebody sees of a contact `fits`.
async fn sees(person: &mut Person, other: &str, fits: impl Fn(&Value) -> bool) -> Result<Value> {
    let (api, account) = (person.node.api.clone(), other.to_owned());
    let found = person.events.wait_until("what is seen of a contact", async || {
        let contact = api.call("contacts.get", json!({ "account": account })).await?;
        Ok(fits(&contact).then_some(contact))
    });
    found.await
}

fn presence(word: &'static str) -> impl Fn(&Value) -> bool {
    move |contact| contact["presence"] == word
}

#[tokio::test]
async fn contacts_see_presence_and_status_as_far_as_they_are_shared() -> Result<()> {
    let root = tempfile::tempdir()?;
    let (mut alice, mut bob, _bootstrap) = two(root.path()).await?;
    let (a, b) = (alice.account.clone(), bob.account.clone());
    let set = json!({ "presence": "dnd", "status_text": "In the workshop", "status_expires_s": 3600 });
    let mine = alice.call("profile.set", set).await?;
    assert_eq!((&mine["presence"], &mine["status_text"]), (&json!("dnd"), &json!("In the workshop")));
    let seen = sees(&mut bob, &a, |c| c["presence"] == "dnd" && c["status_text"] == "In the workshop").await?;
    assert_eq!(seen["status_until"], mine["status_until"]);
    alice.call("profile.set", json!({ "presence": "online", "idle": true })).await?;
    sees(&mut bob, &a, presence("away")).await?;

    // Not shared: neither sees the other, although they are connected and messages go straight through.
    alice.call("contacts.set", json!({ "account": b, "presence": "off", "receipts": "off" })).await?;
    let hidden = sees(&mut bob, &a, presence("offline")).await?;
    assert_eq!(hidden["path"]["kind"], "none");
    sees(&mut alice, &b, presence("offline")).await?;
    let sent = bob.write(&a, "Are you there?").await?;
    bob.sees_state(&a, &sent, "delivered").await?;
    alice.call("contacts.set", json!({ "account": b, "presence": "default" })).await?;
    sees(&mut bob, &a, presence("away")).await?;
    sees(&mut alice, &b, presence("online")).await?;
    assert_eq!(alice.node.api.error_of("profile.set", json!({ "presence": "offline" })).await?, "invalid_argument");
    Ok(())
}

/// Shares everything or nothing, with everybody or with one contact.
async fn share(person: &Person, with: &str, everybody: bool, on: bool) -> Result<()> {
    if !everybody {
        let word = if on { "default" } else { "off" };
        let set = json!({ "account": with, "typing": word, "presence": word, "receipts": word, "status": word });
        person.call("contacts.set", set).await?;
        return Ok(());
    }
    for key in ["typing.share", "presence.share", "receipts.seen", "status.share"] {
        person.call("settings.set", json!({ "key": key, "value": on })).await?;
    }
    Ok(())
}

/// Each can be switched off for everybody and for one contact, and what is not shared is not seen either.
#[tokio::test]
async fn what_is_not_shared_is_neither_told_nor_shown() -> Result<()> {
    let root = tempfile::tempdir()?;
    let (mut alice, mut bob, _bootstrap) = two(root.path()).await?;
    let (a, b) = (alice.account.clone(), bob.account.clone());
    let chat = alice.chat_with(&b).await?;
    for (person, text) in [(&alice, "At sea"), (&bob, "On land")] {
        person.call("profile.set", json!({ "status_text": text })).await?;
    }
    sees(&mut bob, &a, |contact| contact["status_text"] == "At sea").await?;
    sees(&mut alice, &b, |contact| contact["status_text"] == "On land").await?;

    for (everybody, written) in [(true, 0), (false, 2)] {
        share(&alice, &b, everybody, false).await?;
        let hidden = |contact: &Value| {
            contact["presence"] == "offline" && contact["status_text"].as_str().is_none_or(str::is_empty)
        };
        sees(&mut bob, &a, hidden).await?;
        sees(&mut alice, &b, hidden).await?;
        // Said and read, and neither is told; what comes after in order shows that nothing else came.
        bob.events.log.clear();
        alice.call("chats.typing", json!({ "chat": chat, "on": true })).await?;
        let asked = bob.write(&a, "do you read this?").await?;
        alice.has_read(&b, written + 1).await?;
        alice.call("chats.mark_read", json!({ "chat": chat })).await?;
        let answer = alice.write(&b, "what?").await?;
        alice.sees_state(&b, &answer, "delivered").await?;
        let page = bob.call("chats.history", json!({ "chat": chat, "around": asked, "before": 0, "after": 0 })).await?;
        assert_eq!(page["messages"][0]["state"], "delivered", "{page}");
        assert!(!bob.events.log.iter().any(|event| event["kind"] == "typing"), "{:?}", bob.events.log);
        share(&alice, &b, everybody, true).await?;
        sees(&mut bob, &a, |contact| contact["presence"] == "online" && contact["status_text"] == "At sea").await?;
        sees(&mut alice, &b, |contact| contact["presence"] == "online").await?;
    }
    let last_seen = sees(&mut bob, &a, |contact| contact["last_seen"].is_u64()).await?;
    assert!(alice.node.terminate().await?.success());
    let gone = sees(&mut bob, &a, presence("offline")).await?;
    assert!(gone["last_seen"].as_u64() >= last_seen["last_seen"].as_u64(), "{gone}");
    Ok(())
}

/// What somebody can tell of a contact: all that is shown, but when they were last there.
async fn shown(person: &Person, other: &str) -> Result<Value> {
    let mut contact = person.call("contacts.get", json!({ "account": other })).await?;
    contact["last_seen"].take();
    Ok(contact)
}

#[tokio::test]
async fn somebody_blocked_sees_what_they_would_see_of_somebody_away() -> Result<()> {
    let root = tempfile::tempdir()?;
    let (mut alice, mut bob, _bootstrap) = two(root.path()).await?;
    let (a, b) = (alice.account.clone(), bob.account.clone());
    // Away.
    alice.call("profile.set", json!({ "presence": "away" })).await?;
    sees(&mut bob, &a, presence("away")).await?;
    let before = bob.write(&a, "before").await?;
    bob.sees_state(&a, &before, "delivered").await?;
    assert!(alice.node.terminate().await?.success());
    let away = sees(&mut bob, &a, presence("offline")).await?;
    let message = bob.write(&a, "while away").await?;
    bob.sees_state(&a, &message, "stored").await?;
    let away_shown = shown(&bob, &a).await?;
    assert_eq!(away["path"]["kind"], "none");
    // Back, and then Bob is blocked.
    alice = Person::at(alice.home).await?;
    sees(&mut bob, &a, presence("away")).await?;
    bob.sees_state(&a, &message, "delivered").await?;
    alice.call("contacts.block", json!({ "account": b })).await?;
    sees(&mut bob, &a, presence("offline")).await?;
    alice.call("profile.set", json!({ "presence": "dnd", "status_text": "For my friends" })).await?;
    let blocked = bob.write(&a, "while blocked").await?;
    bob.sees_state(&a, &blocked, "stored").await?;
    let chat = alice.chat_with(&b).await?;
    alice.call("chats.mark_read", json!({ "chat": chat })).await?;
    assert_eq!(alice.node.api.error_of("chats.typing", json!({ "chat": chat })).await?, "blocked");
    assert_eq!(shown(&bob, &a).await?, away_shown);
    let history = bob.history(&a).await?;
    let state = |id: &str| history.iter().find(|message| message["id"] == id).map(|message| message["state"].clone());
    assert_eq!((state(&message), state(&blocked)), (Some(json!("delivered")), Some(json!("stored"))));
    Ok(())
}

#[tokio::test]
async fn the_invisible_read_and_write_by_mail() -> Result<()> {
    let root = tempfile::tempdir()?;
    let (mut alice, mut bob, _bootstrap) = two(root.path()).await?;
    let (a, b) = (alice.account.clone(), bob.account.clone());
    alice.call("profile.set", json!({ "presence": "invisible" })).await?;
    sees(&mut bob, &a, presence("offline")).await?;
    sees(&mut alice, &b, presence("offline")).await?;
    let message = alice.write(&b, "from behind the curtain").await?;
    alice.sees_state(&b, &message, "stored").await?;
    assert_eq!(shown(&bob, &a).await?["path"]["kind"], "none");
    alice.call("profile.set", json!({ "presence": "online" })).await?;
    sees(&mut bob, &a, presence("online")).await?;
    alice.sees_state(&b, &message, "delivered").await?;
    Ok(())
}
