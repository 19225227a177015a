//! What people do with messages, between two programs: reply, edit, delete, react, pass on, pin, mute, put away.

use anyhow::{Context as _, Result};
use kith_tests::{
    people::{Person, befriend, text},
    process::{Bootstrap, BootstrapHome},
};
use serde_json::{Value, json};

/// Two contacts, and the bootstrap node they met through.
pub(crate) async fn two(root: &std::path::Path) -> Result<(Person, Person, Bootstrap)> {
    let bootstrap = BootstrapHome::init(root).await?.start().await?;
    let arguments = ["--bootstrap", &bootstrap.link()];
    let mut alice = Person::new(root, "alice", &arguments).await?;
    let mut bob = Person::new(root, "bob", &arguments).await?;
    befriend(&mut alice, &mut bob, "it is me").await?;
    Ok((alice, bob, bootstrap))
}

pub(crate) async fn message(person: &Person, other: &str, id: &str) -> Result<Option<Value>> {
    Ok(person.history(other).await?.into_iter().find(|message| message["id"] == id))
}

/// Waits until a message is there and `fits`.
pub(crate) async fn sees(person: &mut Person, other: &str, id: &str, fits: impl Fn(&Value) -> bool) -> Result<Value> {
    let (api, chat) = (person.node.api.clone(), person.chat_with(other).await?);
    let what = format!("a change of {id}");
    let found = person.events.wait_until(&what, async || {
        let page = api.call("chats.history", json!({ "chat": chat, "before": 500, "after": 0 })).await?;
        let found = page["messages"].as_array().into_iter().flatten().find(|message| message["id"] == id);
        Ok(found.filter(|message| fits(message)).cloned())
    });
    found.await
}

#[tokio::test]
async fn both_see_what_is_done_with_a_message() -> Result<()> {
    let root = tempfile::tempdir()?;
    let (mut alice, mut bob, _bootstrap) = two(root.path()).await?;
    let (a, b) = (alice.account.clone(), bob.account.clone());
    let question = alice.write(&b, "Shall we meet at nine?").await?;
    sees(&mut bob, &a, &question, |_| true).await?;

    let chat = bob.chat_with(&a).await?;
    let answer = json!({ "chat": chat, "text": "Yes.", "reply_to": question });
    let answer = text(&bob.call("chats.send", answer).await?, "message")?;
    sees(&mut alice, &b, &answer, |message| message["reply_to"] == question.as_str()).await?;

    alice.call("chats.edit", json!({ "message": question, "text": "Shall we meet at ten?" })).await?;
    let edited = sees(&mut bob, &a, &question, |message| message["text"] == "Shall we meet at ten?").await?;
    assert!(edited["edited_at"].as_u64() > edited["sent_at"].as_u64(), "{edited}");
    let edits = bob.call("chats.edits", json!({ "message": question })).await?;
    assert_eq!(edits["edits"], json!([{ "text": "Shall we meet at nine?", "at": edited["sent_at"] }]));
    let found = bob.call("chats.search", json!({ "query": "nine" })).await?;
    assert_eq!(found["hits"], json!([]), "search finds what is shown");
    assert_eq!(bob.node.api.error_of("chats.edit", json!({ "message": question, "text": "x" })).await?, "not_allowed");

    for emoji in ["👍", "🎉"] {
        bob.call("chats.react", json!({ "message": question, "emoji": emoji })).await?;
    }
    alice.call("chats.react", json!({ "message": question, "emoji": "👍" })).await?;
    let all = json!([{ "emoji": "👍", "authors": [b, a] }, { "emoji": "🎉", "authors": [b] }]);
    sees(&mut alice, &b, &question, |message| message["reactions"] == all).await?;
    sees(&mut bob, &a, &question, |message| message["reactions"] == all).await?;
    bob.call("chats.react", json!({ "message": question, "emoji": "👍", "on": false })).await?;
    let fewer = json!([{ "emoji": "👍", "authors": [a] }, { "emoji": "🎉", "authors": [b] }]);
    let fewer = |message: &Value| {
        let mut found = message["reactions"].as_array().cloned().unwrap_or_default();
        found.sort_by_key(|reaction| reaction["emoji"] != "👍");
        json!(found) == fewer
    };
    sees(&mut alice, &b, &question, fewer).await?;

    // All of it is there after a crash.
    bob = bob.crash_and_restart().await?;
    let after = message(&bob, &a, &question).await?.context("it is there")?;
    assert!(after["text"] == "Shall we meet at ten?" && fewer(&after), "{after}");
    Ok(())
}

#[tokio::test]
async fn what_is_deleted_is_gone_here_and_asked_for_there() -> Result<()> {
    let root = tempfile::tempdir()?;
    let (mut alice, mut bob, _bootstrap) = two(root.path()).await?;
    let (a, b) = (alice.account.clone(), bob.account.clone());
    let slip = alice.write(&b, "The password is swordfish").await?;
    alice.call("chats.edit", json!({ "message": slip, "text": "Forget the swordfish" })).await?;
    sees(&mut bob, &a, &slip, |message| message["text"] == "Forget the swordfish").await?;
    alice.sees_state(&b, &slip, "delivered").await?;
    assert_eq!(
        bob.node.api.error_of("chats.delete", json!({ "message": slip, "for": "everyone" })).await?,
        "not_allowed"
    );
    alice.call("chats.delete", json!({ "message": slip, "for": "everyone" })).await?;
    sees(&mut bob, &a, &slip, |message| message["deleted"] == true).await?;
    for (person, other) in [(&alice, &b), (&bob, &a)] {
        let left = message(person, other, &slip).await?.context("a note that it was there")?;
        assert!(left["text"].is_null() && left["deleted"] == true, "{left}");
        assert_eq!(person.call("chats.search", json!({ "query": "swordfish" })).await?["hits"], json!([]));
        assert_eq!(person.call("chats.edits", json!({ "message": slip })).await?["edits"], json!([]));
    }

    let kept = alice.write(&b, "Lunch at noon").await?;
    sees(&mut bob, &a, &kept, |_| true).await?;
    bob.call("chats.delete", json!({ "message": kept, "for": "me" })).await?;
    let removed = bob.events.wait_for("message.removed", |event| event["message"] == kept.as_str()).await?;
    assert_eq!(removed["chat"], bob.chat_with(&a).await?.as_str());
    assert_eq!(message(&bob, &a, &kept).await?, None);
    assert!(message(&alice, &b, &kept).await?.is_some(), "nobody else learns of it");
    Ok(())
}

#[tokio::test]
async fn a_deletion_empties_the_log_of_the_database() -> Result<()> {
    let root = tempfile::tempdir()?;
    let ada = Person::new(root.path(), "ada", &[]).await?;
    let notes = text(&ada.call("chats.open", json!({ "account": ada.account })).await?, "chat")?;
    let log = ada.home.profile.join("kith.db-wal");
    // What the node does by itself may write something right after.
    for _ in 0..20 {
        let note = ada.call("chats.send", json!({ "chat": notes, "text": "Burn after reading" })).await?;
        assert_ne!(std::fs::metadata(&log)?.len(), 0);
        ada.call("chats.delete", json!({ "message": note["message"], "for": "me" })).await?;
        if std::fs::metadata(&log)?.len() == 0 {
            return Ok(());
        }
    }
    anyhow::bail!("the log still has what was deleted")
}

#[tokio::test]
async fn changes_reach_somebody_who_was_away() -> Result<()> {
    let root = tempfile::tempdir()?;
    let (alice, mut bob, _bootstrap) = two(root.path()).await?;
    let (a, b) = (alice.account.clone(), bob.account.clone());
    let first = alice.write(&b, "first").await?;
    sees(&mut bob, &a, &first, |_| true).await?;
    bob.node.terminate().await?;

    alice.call("chats.edit", json!({ "message": first, "text": "first, again" })).await?;
    let second = alice.write(&b, "second").await?;
    alice.call("chats.react", json!({ "message": second, "emoji": "🦀" })).await?;
    let third = alice.write(&b, "third, taken back").await?;
    alice.call("chats.delete", json!({ "message": third, "for": "everyone" })).await?;
    let alice = alice.crash_and_restart().await?;

    let mut bob = Person::at(bob.home).await?;
    sees(&mut bob, &a, &first, |message| message["text"] == "first, again").await?;
    sees(&mut bob, &a, &second, |message| message["reactions"][0]["emoji"] == "🦀").await?;
    assert_eq!(bob.texts(&a).await?, ["first, again", "second"], "what was taken back in time never arrives");
    drop(alice);
    Ok(())
}

#[tokio::test]
async fn messages_are_passed_on_and_pinned() -> Result<()> {
    let root = tempfile::tempdir()?;
    let (alice, mut bob, _bootstrap) = two(root.path()).await?;
    let (a, b) = (alice.account.clone(), bob.account.clone());
    let notes = text(&alice.call("chats.open", json!({ "account": a })).await?, "chat")?;
    let written = json!({ "chat": notes, "text": "Two eggs, some flour" });
    let recipe = text(&alice.call("chats.send", written).await?, "message")?;
    let chat = alice.chat_with(&b).await?;
    let sent = alice.call("chats.forward", json!({ "message": recipe, "to": [chat] })).await?;
    let copy = sent["messages"][0].as_str().context("an id")?.to_owned();
    let there = sees(&mut bob, &a, &copy, |_| true).await?;
    assert_eq!((&there["text"], &there["forwarded"]), (&json!("Two eggs, some flour"), &json!(true)));

    bob.call("chats.pin_message", json!({ "message": copy })).await?;
    let chat = bob.chat_with(&a).await?;
    let pinned = bob.call("chats.pinned", json!({ "chat": chat })).await?;
    assert_eq!(pinned["messages"][0]["id"], copy.as_str());
    assert!(message(&alice, &b, &copy).await?.is_some_and(|message| message["pinned"].is_null()), "a pin is one's own");
    Ok(())
}

#[tokio::test]
async fn a_muted_chat_is_quiet_and_an_archived_one_comes_back() -> Result<()> {
    let root = tempfile::tempdir()?;
    let (alice, mut bob, _bootstrap) = two(root.path()).await?;
    let (a, b) = (alice.account.clone(), bob.account.clone());
    let chat = bob.chat_with(&a).await?;
    bob.call("chats.mute", json!({ "chat": chat })).await?;
    bob.call("chats.archive", json!({ "chat": chat })).await?;
    bob.call("chats.pin", json!({ "chat": chat })).await?;
    let quiet = alice.write(&b, "Psst").await?;
    sees(&mut bob, &a, &quiet, |_| true).await?;
    let now = bob.call("chats.get", json!({ "chat": chat })).await?;
    assert!(now["archived"] == true && now["pinned"] == true && now["muted_until"].is_u64(), "{now}");

    bob.call("chats.mute", json!({ "chat": chat, "until_ms": 0 })).await?;
    let loud = alice.write(&b, "Hello").await?;
    let told = bob.events.wait_for("notify", |event| event["chat"] == chat.as_str()).await?;
    assert_eq!(told["message"], loud.as_str(), "the first was not told");
    let now = bob.call("chats.get", json!({ "chat": chat })).await?;
    assert!(now["archived"].is_null() && now["muted_until"].is_null(), "{now}");
    Ok(())
}
