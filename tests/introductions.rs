//! Somebody brings two contacts together, and none of them has to be there when another is.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use kith_tests::{
    people::{Person, befriend},
    process::{BootstrapHome, Home},
    rpc::WAIT_LIMIT,
};
use serde_json::{Value, json};

/// Waits until the conversation with `other` has a suggestion that is this far; its message.
async fn card(person: &mut Person, other: &str, state: &str) -> Result<Value> {
    let chat = person.chat_with(other).await?;
    let api = person.node.api.clone();
    let found = person.events.wait_until("a suggestion", async || {
        let page = api.call("chats.history", json!({ "chat": chat, "before": 500, "after": 0 })).await?;
        let mut messages = page["messages"].as_array().cloned().unwrap_or_default().into_iter();
        Ok(messages.find(|message| message["introduction"]["state"] == state))
    });
    found.await.with_context(|| format!("until it is {state}"))
}

async fn agrees(person: &mut Person, with: &str) -> Result<Value> {
    let open = card(person, with, "open").await?;
    person.call("contacts.answer_introduction", json!({ "message": open["id"], "agree": true })).await?;
    Ok(open)
}

/// Waits until everything this person wrote is with a mailbox or its reader. Nothing tells of that.
async fn everything_has_left(person: &Person) -> Result<()> {
    let mut again = tokio::time::interval(Duration::from_millis(50));
    let left = async {
        loop {
            let listed = person.call("mailboxes.list", json!({})).await?;
            if listed["unsealed"] == 0 && listed["waiting"] == 0 {
                return Ok(());
            }
            again.tick().await;
        }
    };
    tokio::time::timeout(WAIT_LIMIT, left).await.context("something does not leave")?
}

async fn leaves(person: Person) -> Result<Home> {
    let Person { home, node, .. } = person;
    ensure!(node.terminate().await?.success(), "it did not end in order");
    Ok(home)
}

#[tokio::test]
async fn two_contacts_meet_through_a_third_who_is_gone_by_then() -> Result<()> {
    let root = tempfile::tempdir()?;
    let bootstrap = BootstrapHome::init(root.path()).await?.start().await?;
    let arguments = ["--bootstrap", &bootstrap.link()];
    let mut alice = Person::new(root.path(), "alice", &arguments).await?;
    let mut bob = Person::new(root.path(), "bob", &arguments).await?;
    let mut carol = Person::new(root.path(), "carol", &arguments).await?;
    befriend(&mut alice, &mut bob, "it is me").await?;
    befriend(&mut alice, &mut carol, "me too").await?;
    let (a, b, c) = (alice.account.clone(), bob.account.clone(), carol.account.clone());
    alice.call("contacts.rename", json!({ "account": c, "petname": "noisy neighbour" })).await?;
    for other in [&b, &c] {
        let (api, other) = (alice.node.api.clone(), other.clone());
        let ready = alice.events.wait_until("mailboxes", async || {
            let contact = api.call("contacts.get", json!({ "account": other })).await?;
            Ok((contact["mailboxes"] == 1).then_some(()))
        });
        ready.await?;
    }

    alice.call("contacts.introduce", json!({ "to": b, "about": c })).await?;
    let offered = agrees(&mut bob, &a).await?;
    assert_eq!(offered["introduction"], json!({ "name": "carol", "state": "open" }), "{offered}");
    card(&mut alice, &b, "agreed").await?;
    let bob = leaves(bob).await?;
    let known = carol.call("contacts.list", json!({})).await?;
    assert_eq!(known["contacts"].as_array().map(Vec::len), Some(1), "Bob is nobody to Carol yet: {known}");
    agrees(&mut carol, &a).await?;
    card(&mut alice, &c, "met").await?;
    everything_has_left(&alice).await?;
    leaves(alice).await?;

    // Bob is back, and who introduced him is not there.
    let mut bob = Person::at(bob).await?;
    let met = card(&mut bob, &a, "met").await?;
    assert_eq!(met["introduction"]["account"], json!(c));
    for (person, other) in [(&mut bob, &c), (&mut carol, &b)] {
        let (api, other) = (person.node.api.clone(), other.clone());
        let contact = person.events.wait_until("the contact", async || {
            let found = api.call("contacts.get", json!({ "account": other })).await;
            Ok(found.ok().filter(|contact| contact["state"] == "introduced"))
        });
        contact.await?;
    }
    let met = card(&mut carol, &a, "met").await?;
    assert_eq!(met["introduction"]["account"], json!(b));
    bob.write(&c, "hello, neighbour").await?;
    carol.reads(&b, &["hello, neighbour".to_owned()]).await
}
