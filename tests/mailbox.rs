//! Two people who are never online together, and a bootstrap node that keeps their mail.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use kith_tests::{
    people::{Person, text},
    process::{BootstrapHome, Home},
    rpc::WAIT_LIMIT,
};
use serde_json::json;

/// Asks until the answer is yes. Nothing tells of what is asked for here.
async fn until(what: &str, asked: impl AsyncFn() -> Result<bool>) -> Result<()> {
    let mut again = tokio::time::interval(Duration::from_millis(50));
    let answered = async {
        while !asked().await? {
            again.tick().await;
        }
        Ok(())
    };
    tokio::time::timeout(WAIT_LIMIT, answered).await.with_context(|| format!("never: {what}"))?
}

/// Waits until nothing waits to be sealed, or sealed to be taken by a mailbox.
async fn everything_is_left(person: &Person) -> Result<()> {
    let left = async || {
        let listed = person.call("mailboxes.list", json!({})).await?;
        Ok(listed["unsealed"] == 0 && listed["waiting"] == 0)
    };
    until("everything is at the mailbox", left).await
}

/// Waits until somebody has this many open queues at mailboxes.
async fn has_queues(person: &Person, count: u64) -> Result<()> {
    let open = async || {
        let listed = person.call("mailboxes.list", json!({})).await?;
        let queues = listed["mailboxes"].as_array().into_iter().flatten().filter_map(|one| one["queues"].as_u64());
        Ok(queues.sum::<u64>() >= count)
    };
    until("open queues", open).await
}

async fn knows(person: &Person, other: &str, state: &str) -> Result<()> {
    let known = async || {
        let listed = person.call("contacts.list", json!({})).await?;
        let mut contacts = listed["contacts"].as_array().into_iter().flatten();
        Ok(contacts.any(|contact| contact["account"] == other && contact["state"] == state))
    };
    until("the contact", known).await
}

/// Ends the node in order and gives its home back.
async fn leaves(person: Person) -> Result<Home> {
    let Person { home, node, .. } = person;
    ensure!(node.terminate().await?.success(), "it did not end in order");
    Ok(home)
}

#[tokio::test]
async fn two_people_who_never_meet_become_contacts_and_talk() -> Result<()> {
    let root = tempfile::tempdir()?;
    let bootstrap = BootstrapHome::init(root.path()).await?.start().await?;
    let link = bootstrap.link();
    let arguments = ["--bootstrap", &link];

    let alice = Person::new(root.path(), "alice", &arguments).await?;
    let invite = alice.invite().await?;
    let alice_account = alice.account.clone();
    let alice = leaves(alice).await?;

    let mut bob = Person::new(root.path(), "bob", &arguments).await?;
    has_queues(&bob, 1).await?;
    let asked = bob.asks(&invite, "I am Bob").await?;
    assert_eq!((&asked["account"], &asked["state"]), (&json!(alice_account), &json!("waiting")), "{asked}");
    everything_is_left(&bob).await?;
    let bob_account = bob.account.clone();
    let bob = leaves(bob).await?;

    let mut alice = Person::at(alice).await?;
    knows(&alice, &bob_account, "requested").await?;
    let request = alice.call("contacts.get", json!({ "account": bob_account })).await?;
    assert_eq!((&request["name"], &request["request_text"]), (&json!("bob"), &json!("I am Bob")));
    alice.call("contacts.accept", json!({ "account": bob_account })).await?;
    let first = alice.write(&bob_account, "hello, Bob").await?;
    alice.sees_state(&bob_account, &first, "stored").await?;
    everything_is_left(&alice).await?;
    let around = json!({ "chat": alice.chat_with(&bob_account).await?, "around": first, "before": 0, "after": 0 });
    let page = alice.call("chats.history", around).await?;
    let kept = &page["messages"][0];
    assert_eq!(kept["stored_at"].as_array().map(Vec::len), Some(1), "{kept}");
    assert!(kept["stored_until"].as_u64() > kept["sent_at"].as_u64(), "{kept}");
    let alice = leaves(alice).await?;

    let mut bob = Person::at(bob).await?;
    knows(&bob, &alice_account, "introduced").await?;
    bob.reads(&alice_account, &["hello, Bob".to_owned()]).await?;
    let mut expected = vec!["hello, Bob".to_owned()];
    let mut last = String::new();
    for number in 0..200 {
        expected.push(format!("message {number}"));
        last = bob.write(&alice_account, &format!("message {number}")).await?;
    }
    bob.sees_state(&alice_account, &last, "stored").await?;
    everything_is_left(&bob).await?;
    // At any moment: what is on the disk is enough.
    let Person { home: bob, node, .. } = bob;
    node.kill().await?;

    let mut alice = Person::at(alice).await?;
    alice.reads(&bob_account, &expected).await?;
    alice.sees_state(&bob_account, &first, "delivered").await?;
    everything_is_left(&alice).await?;
    let Person { home: alice, node, .. } = alice;
    node.kill().await?;

    let mut bob = Person::at(bob).await?;
    bob.sees_state(&alice_account, &last, "delivered").await?;
    bob.reads(&alice_account, &expected).await?;

    // And when both are there at last, nothing comes twice.
    let mut alice = Person::at(alice).await?;
    alice.meets(&bob_account).await?;
    let answer = alice.write(&bob_account, "there you are").await?;
    alice.sees_state(&bob_account, &answer, "delivered").await?;
    expected.push("there you are".to_owned());
    bob.reads(&alice_account, &expected).await?;
    alice.reads(&bob_account, &expected).await
}

#[tokio::test]
async fn mailboxes_can_be_seen_added_and_switched_off() -> Result<()> {
    let root = tempfile::tempdir()?;
    let bootstrap = BootstrapHome::init(root.path()).await?.start().await?;
    let alice = Person::new(root.path(), "alice", &["--bootstrap", &bootstrap.link()]).await?;
    has_queues(&alice, 1).await?;
    let listed = alice.call("mailboxes.list", json!({})).await?;
    let shown = &listed["mailboxes"][0];
    assert_eq!((&shown["added"], &shown["in_use"]), (&json!(false), &json!(true)), "{listed}");
    assert!(shown["answered_at"].is_u64(), "{listed}");
    let address = text(shown, "address")?;

    assert_eq!(alice.node.api.error_of("mailboxes.add", json!({ "address": "hello" })).await?, "bad_link");
    let token = json!({ "address": address, "token": "short" });
    assert_eq!(alice.node.api.error_of("mailboxes.add", token).await?, "invalid_argument");
    alice.call("mailboxes.add", json!({ "address": address })).await?;
    let listed = alice.call("mailboxes.list", json!({})).await?;
    assert_eq!(listed["mailboxes"][0]["added"], true, "{listed}");

    alice.call("settings.set", json!({ "key": "mailboxes.use", "value": false })).await?;
    let closed = async || {
        let listed = alice.call("mailboxes.list", json!({})).await?;
        let one = &listed["mailboxes"][0];
        Ok(one["in_use"] == false && one["queues"] == 0)
    };
    until("closed queues", closed).await?;
    alice.call("mailboxes.remove", json!({ "address": address })).await?;
    let gone = alice.node.api.error_of("mailboxes.remove", json!({ "address": address })).await?;
    assert_eq!(gone, "not_found");
    let listed = alice.call("mailboxes.list", json!({})).await?;
    ensure!(listed["mailboxes"].as_array().is_some_and(Vec::is_empty), "{listed}");
    Ok(())
}
