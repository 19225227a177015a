//! What a node tells outside of chats: rules, how much is said, quiet hours, and what came while nobody was here.

use std::path::Path;

use anyhow::{Context as _, Result};
use kith_tests::{
    people::{Person, befriend},
    process::BootstrapHome,
};
use serde_json::{Value, json};

/// The next that is told of a chat, after a message that is told in any case.
async fn told(person: &mut Person, chat: &str) -> Result<Value> {
    let told = person.events.wait_for("notify", |event| event["chat"] == chat).await?;
    person.events.log.clear();
    Ok(told)
}

async fn two(root: &Path) -> Result<(Person, Person, String, kith_tests::process::Bootstrap)> {
    let bootstrap = BootstrapHome::init(root).await?.start().await?;
    let arguments = ["--bootstrap", &bootstrap.link()];
    let mut alice = Person::new(root, "alice", &arguments).await?;
    let mut bob = Person::new(root, "bob", &arguments).await?;
    befriend(&mut alice, &mut bob, "it is me").await?;
    alice.meets(&bob.account.clone()).await?;
    bob.meets(&alice.account.clone()).await?;
    let chat = bob.chat_with(&alice.account).await?;
    Ok((alice, bob, chat, bootstrap))
}

#[tokio::test]
async fn a_chat_tells_by_its_rule_and_says_what_it_may() -> Result<()> {
    let root = tempfile::tempdir()?;
    let (alice, mut bob, chat, _bootstrap) = two(root.path()).await?;
    let b = bob.account.clone();
    bob.call("chats.notify", json!({ "chat": chat, "rule": "mentions" })).await?;
    assert_eq!(bob.call("chats.get", json!({ "chat": chat })).await?["notify"], "mentions");
    alice.write(&b, "xylophone").await?;
    let mention = alice.write(&b, "Is bob there?").await?;
    let seen = told(&mut bob, &chat).await?;
    assert_eq!(seen["message"], mention.as_str(), "the first was not told: {seen}");
    assert_eq!(
        (&seen["title"], &seen["body"], &seen["mention"]),
        (&json!("alice"), &json!("Is bob there?"), &json!(true))
    );

    bob.call("chats.notify", json!({ "chat": chat, "rule": "all" })).await?;
    for (content, title, body) in [("name", "alice", ""), ("nothing", "", ""), ("text", "alice", "xylophone")] {
        bob.call("settings.set", json!({ "key": "notify.content", "value": content })).await?;
        alice.write(&b, "xylophone").await?;
        let seen = told(&mut bob, &chat).await?;
        assert_eq!((&seen["title"], &seen["body"]), (&json!(title), &json!(body)), "{content}");
    }

    // The whole day, so that it does not matter when and where this runs.
    let days = json!([true, true, true, true, true, true, true]);
    let hours = |on: bool| json!({ "on": on, "from_min": 0, "to_min": 0, "days": days, "mentions": true });
    bob.call("settings.set", json!({ "key": "notify.quiet", "value": hours(true) })).await?;
    assert!(bob.call("profile.get", json!({})).await?["quiet_until"].is_u64());
    alice.write(&b, "psst").await?;
    let mention = alice.write(&b, "bob, it burns").await?;
    assert_eq!(told(&mut bob, &chat).await?["message"], mention.as_str());
    bob.call("settings.set", json!({ "key": "notify.quiet", "value": hours(false) })).await?;
    assert!(bob.call("profile.get", json!({})).await?["quiet_until"].is_null());

    let api = &bob.node.api;
    for (method, wrong) in [
        ("chats.notify", json!({ "chat": chat, "rule": "loud" })),
        ("settings.set", json!({ "key": "notify.content", "value": "all" })),
        ("settings.set", json!({ "key": "notify.quiet", "value": { "on": true } })),
    ] {
        assert_eq!(api.error_of(method, wrong).await?, "invalid_argument");
    }
    let nowhere = json!({ "chat": "ab".repeat(16), "rule": "all" });
    assert_eq!(api.error_of("chats.notify", nowhere).await?, "not_found");
    Ok(())
}

#[tokio::test]
async fn rules_stay_and_what_came_meanwhile_is_late() -> Result<()> {
    let root = tempfile::tempdir()?;
    let (mut alice, mut bob, chat, _bootstrap) = two(root.path()).await?;
    let (a, b) = (alice.account.clone(), bob.account.clone());
    bob.call("chats.notify", json!({ "chat": chat, "rule": "mentions" })).await?;
    assert!(bob.node.terminate().await?.success());
    let first = alice.write(&b, "Hello").await?;
    let second = alice.write(&b, "bob?").await?;
    alice.sees_state(&b, &second, "stored").await?;
    bob = Person::at(bob.home).await?;
    bob.has_read(&a, 2).await?;
    let seen = bob.events.wait_for("notify", |_| true).await?;
    assert_eq!((&seen["message"], &seen["late"]), (&json!(second), &json!(true)), "{seen}");
    let history = bob.history(&a).await?;
    let kept = history.iter().find(|message| message["id"] == first.as_str()).context("the first")?;
    assert!(kept["mention"].is_null());
    Ok(())
}
