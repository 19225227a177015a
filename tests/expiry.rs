//! Messages that disappear, between two programs.

use anyhow::{Context as _, Result, ensure};
use kith_tests::people::{Person, text};
use serde_json::{Value, json};

use crate::messages::{message, sees, two};

/// Writes a message of a chat that disappears after so many seconds.
async fn write(person: &Person, other: &str, words: &str, expires_s: u64) -> Result<String> {
    let chat = person.chat_with(other).await?;
    text(&person.call("chats.send", json!({ "chat": chat, "text": words, "expires_s": expires_s })).await?, "message")
}

async fn is_nowhere(person: &Person, other: &str, id: &str, word: &str) -> Result<()> {
    ensure!(message(person, other, id).await?.is_none(), "it is still there");
    ensure!(person.call("chats.search", json!({ "query": word })).await?["hits"] == json!([]));
    Ok(())
}

#[tokio::test]
async fn what_one_sets_both_keep_to() -> Result<()> {
    let root = tempfile::tempdir()?;
    let (mut alice, mut bob, _bootstrap) = two(root.path()).await?;
    let (a, b) = (alice.account.clone(), bob.account.clone());
    let chat = alice.chat_with(&b).await?;
    alice.call("chats.set_expiry", json!({ "chat": chat, "expires_s": 3600 })).await?;
    let told = bob.events.wait_for("chat.changed", |event| event["chat"]["expires_s"] == 3600).await?;
    assert_eq!(told["chat"]["unread"], 0);
    let line = bob.history(&a).await?.into_iter().find(|line| line["kind"] == "system").context("a line")?;
    assert_eq!((&line["system"], &line["author"]), (&json!({ "what": "expiry", "expires_s": 3600 }), &json!(a)));
    let kept = alice.write(&b, "for an hour").await?;
    let there = sees(&mut bob, &a, &kept, |_| true).await?;
    assert!(there["expires_s"] == 3600 && there["expires_at"].is_null(), "{there}");
    let chat = bob.chat_with(&a).await?;
    bob.call("chats.mark_read", json!({ "chat": chat })).await?;
    let read = sees(&mut bob, &a, &kept, |message| message["expires_at"].is_u64()).await?;
    let mine = message(&alice, &b, &kept).await?.context("it is there")?;
    assert!(mine["expires_at"].as_u64() < read["expires_at"].as_u64(), "{mine} {read}");

    let short = write(&alice, &b, "xylophone for a moment", 2).await?;
    sees(&mut bob, &a, &short, |_| true).await?;
    bob.call("chats.mark_read", json!({ "chat": chat })).await?;
    for person in [&mut alice, &mut bob] {
        person.events.wait_for("message.removed", |event| event["message"] == short.as_str()).await?;
    }
    is_nowhere(&alice, &b, &short, "xylophone").await?;
    is_nowhere(&bob, &a, &short, "xylophone").await?;

    bob.call("chats.set_expiry", json!({ "chat": chat, "expires_s": null })).await?;
    // By the line in the conversation: the chat had no time before it had one, too.
    let api = alice.node.api.clone();
    let told = async || {
        let page = api.call("chats.history", json!({ "chat": chat, "before": 50, "after": 0 })).await?;
        let mut lines = page["messages"].as_array().into_iter().flatten().map(|line| &line["system"]);
        Ok(lines.any(|line| line["what"] == "expiry" && line["expires_s"].is_null()).then_some(()))
    };
    alice.events.wait_until("the end of it", told).await?;
    let stays = alice.write(&b, "stays").await?;
    assert!(sees(&mut bob, &a, &stays, |_| true).await?["expires_s"].is_null());
    for wrong in [json!(0), json!(31_622_401), json!(-1), json!("1 day")] {
        let code = alice.node.api.error_of("chats.set_expiry", json!({ "chat": chat, "expires_s": wrong })).await?;
        assert_eq!(code, "invalid_argument", "{wrong}");
    }
    Ok(())
}

#[tokio::test]
async fn what_waits_too_long_is_never_delivered() -> Result<()> {
    let root = tempfile::tempdir()?;
    let (mut alice, bob, _bootstrap) = two(root.path()).await?;
    let (a, b) = (alice.account.clone(), bob.account.clone());
    bob.node.terminate().await?;
    let short = write(&alice, &b, "xylophone", 1).await?;
    let long = write(&alice, &b, "still here", 3600).await?;
    alice.events.wait_for("message.removed", |event| event["message"] == short.as_str()).await?;
    // One more is over while nobody runs: the start removes it.
    let over = write(&alice, &b, "marimba", 1).await?;
    let alice = alice.crash_and_restart().await?;
    let removed = async || Ok(message(&alice, &b, &over).await?.is_none().then_some(()));
    alice.node.api.events().await?.wait_until("an end", removed).await?;
    is_nowhere(&alice, &b, &over, "marimba").await?;

    let mut bob = Person::at(bob.home).await?;
    let there: Value = sees(&mut bob, &a, &long, |_| true).await?;
    assert_eq!(there["text"], "still here");
    assert_eq!(bob.texts(&a).await?, ["still here"], "and nothing else ever comes");
    Ok(())
}
