//! Messages written ahead.

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result};
use kith_tests::people::{Person, text};
use serde_json::json;

use crate::messages::{message, sees, two};

fn now_ms() -> Result<u64> {
    Ok(u64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis())?)
}

#[tokio::test]
async fn a_message_written_ahead_survives_a_crash_and_is_sent_once() -> Result<()> {
    let root = tempfile::tempdir()?;
    let (alice, mut bob, _bootstrap) = two(root.path()).await?;
    let (a, b) = (alice.account.clone(), bob.account.clone());
    let chat = alice.chat_with(&b).await?;
    let schedule = async |person: &Person, words: &str, at_ms: u64| {
        let params = json!({ "chat": chat, "text": words, "at_ms": at_ms });
        text(&person.call("chats.schedule", params).await?, "message")
    };
    let far = now_ms()? + 3_600_000;
    let soon = now_ms()? + 1_500;
    let missed = schedule(&alice, "missed", soon).await?;
    let later = schedule(&alice, "later", far).await?;
    let dropped = schedule(&alice, "dropped", far).await?;
    alice.call("chats.unschedule", json!({ "message": dropped })).await?;
    alice.call("chats.reschedule", json!({ "message": later, "text": "much later", "at_ms": far + 1 })).await?;
    alice.node.kill().await?;

    // Nobody runs when its time comes.
    while now_ms()? <= soon {
        tokio::task::yield_now().await;
    }
    let alice = Person::at(alice.home).await?;
    sees(&mut bob, &a, &missed, |_| true).await?;
    let sent = message(&alice, &b, &missed).await?.context("it is sent")?;
    assert!(sent["planned_at"] == soon && sent["sent_at"].as_u64() > Some(soon), "{sent}");
    let waiting = alice.call("chats.scheduled", json!({ "chat": chat })).await?;
    assert_eq!(waiting["scheduled"].as_array().map(Vec::len), Some(1), "{waiting}");
    let row = &waiting["scheduled"][0];
    assert_eq!((&row["message"], &row["text"], &row["at"]), (&json!(later), &json!("much later"), &json!(far + 1)));
    assert_eq!(alice.call("chats.get", json!({ "chat": chat })).await?["scheduled"], 1);

    let mut alice = alice.crash_and_restart().await?;
    alice.call("chats.reschedule", json!({ "message": later, "at_ms": 0 })).await?;
    sees(&mut bob, &a, &later, |_| true).await?;
    let punctual = now_ms()? + 1_000;
    let third = schedule(&alice, "on time", punctual).await?;
    alice.events.wait_for("message.upserted", |event| event["message"]["id"] == third.as_str()).await?;
    sees(&mut bob, &a, &third, |_| true).await?;
    assert!(now_ms()? >= punctual);
    assert_eq!(bob.texts(&a).await?, ["missed", "much later", "on time"]);
    for wrong in [0, now_ms()? - 1, u64::MAX] {
        let params = json!({ "chat": chat, "text": "x", "at_ms": wrong });
        assert_eq!(alice.node.api.error_of("chats.schedule", params).await?, "invalid_argument");
    }
    Ok(())
}
