//! Transport keys that change, between real nodes.

use anyhow::{Context as _, Result, ensure};
use kith_tests::{
    people::{Person, befriend},
    process::{BootstrapHome, Home},
    rpc::soon,
};
use serde_json::json;

use crate::messages::two;

async fn peer(person: &Person) -> Result<String> {
    let status = person.call("network.status", json!({})).await?;
    Ok(status["peer"].as_str().context("a peer id")?.to_owned())
}

/// Where it listens, without the ways over relays.
async fn addresses(person: &Person) -> Result<Vec<String>> {
    let status = person.call("network.status", json!({})).await?;
    let all = status["addresses"].as_array().context("addresses")?.iter().filter_map(serde_json::Value::as_str);
    Ok(all.filter(|address| !address.contains("p2p-circuit")).map(str::to_owned).collect())
}

/// Stops, having asked for another key; gives the peer id of before.
async fn leaves_for_another_key(person: Person) -> Result<(Home, String)> {
    let before = peer(&person).await?;
    person.call("settings.set", json!({ "key": "network.renew_key", "value": true })).await?;
    let Person { home, node, .. } = person;
    ensure!(node.terminate().await?.success(), "it did not end in order");
    Ok((home, before))
}

async fn comes_back(home: Home, before: &str) -> Result<Person> {
    let person = Person::at(home).await?;
    let now = peer(&person).await?;
    ensure!(now != before, "the key is the one of before");
    let settings = person.call("settings.get", json!({})).await?;
    ensure!(settings["settings"].get("network.renew_key").is_none(), "it is done: {settings}");
    Ok(person)
}

/// Who was away, and changed too, finds the other by the record that is sealed for them.
#[tokio::test]
async fn two_who_changed_their_keys_while_the_other_was_away_find_each_other() -> Result<()> {
    let root = tempfile::tempdir()?;
    let (alice, bob, _bootstrap) = two(root.path()).await?;
    let (a, b) = (alice.account.clone(), bob.account.clone());
    let (alice, alice_before) = leaves_for_another_key(alice).await?;
    let (bob, bob_before) = leaves_for_another_key(bob).await?;
    let mut alice = comes_back(alice, &alice_before).await?;
    let mut bob = comes_back(bob, &bob_before).await?;
    alice.meets(&b).await?;
    bob.meets(&a).await?;
    let sent = alice.write(&b, "the same as ever").await?;
    alice.sees_state(&b, &sent, "delivered").await?;
    let contact = bob.call("contacts.get", json!({ "account": a })).await?;
    ensure!(contact["alarm"].is_null(), "it is no other device list: {contact}");

    // A start without a wish keeps the key, and what is known of it.
    let (now, known) = (peer(&alice).await?, peer(&bob).await?);
    let (mut alice, mut bob) = (alice.crash_and_restart().await?, bob.crash_and_restart().await?);
    ensure!(peer(&alice).await? == now && peer(&bob).await? == known, "a key changed by itself");
    alice.meets(&b).await?;
    bob.meets(&a).await
}

/// Without a node in common there is no record, and no mailbox: the contact is told at the door.
#[tokio::test]
async fn a_contact_without_a_bootstrap_node_hears_it_at_the_door() -> Result<()> {
    let root = tempfile::tempdir()?;
    let bootstrap = BootstrapHome::init(root.path()).await?.start().await?;
    let mut alice = Person::new(root.path(), "alice", &[]).await?;
    let mut bob = Person::new(root.path(), "bob", &["--bootstrap", &bootstrap.link()]).await?;
    befriend(&mut alice, &mut bob, "it is me").await?;
    let (a, b) = (alice.account.clone(), bob.account.clone());
    bob.meets(&a).await?;
    let (bob, before) = leaves_for_another_key(bob).await?;
    let mut bob = comes_back(bob, &before).await?;
    bob.meets(&a).await?;
    alice.meets(&b).await?;
    let sent = alice.write(&b, "there you are").await?;
    alice.sees_state(&b, &sent, "delivered").await
}

/// A link from before leads to the key of now.
#[tokio::test]
async fn an_invite_outlives_the_key_of_its_maker() -> Result<()> {
    let root = tempfile::tempdir()?;
    let bootstrap = BootstrapHome::init(root.path()).await?.start().await?;
    let arguments = ["--bootstrap", &bootstrap.link()];
    let mut alice = Person::new(root.path(), "alice", &arguments).await?;
    alice.is_online().await?;
    let link = alice.invite().await?;
    let (alice, before) = leaves_for_another_key(alice).await?;
    let mut alice = comes_back(alice, &before).await?;
    alice.is_online().await?;
    let mut bob = Person::new(root.path(), "bob", &arguments).await?;
    bob.asks(&link, "hello").await?;
    let (a, b) = (alice.account.clone(), bob.account.clone());
    let api = alice.node.api.clone();
    let asked = alice.events.wait_until("the request", async || {
        let listed = api.call("contacts.list", json!({})).await?;
        let mut all = listed["contacts"].as_array().into_iter().flatten();
        Ok(all.any(|contact| contact["account"] == b.as_str()).then_some(()))
    });
    asked.await?;
    alice.call("contacts.accept", json!({ "account": b })).await?;
    bob.meets(&a).await?;
    let sent = bob.write(&a, "found you").await?;
    bob.sees_state(&a, &sent, "delivered").await
}

/// Nobody restarts: the key changes while both run, what is written meanwhile arrives, and the port goes with the key.
#[tokio::test]
async fn a_running_node_changes_its_key_and_nothing_is_lost() -> Result<()> {
    let root = tempfile::tempdir()?;
    let (mut alice, mut bob, _bootstrap) = two(root.path()).await?;
    let (a, b) = (alice.account.clone(), bob.account.clone());
    for round in 0..3 {
        let (before, place) = (peer(&alice).await?, addresses(&alice).await?);
        let mut sent = Vec::new();
        for number in 0..10 {
            sent.push((
                bob.write(&a, &format!("round {round} number {number}")).await?,
                alice.write(&b, "back").await?,
            ));
            if number == 4 {
                alice.call("settings.set", json!({ "key": "network.renew_key", "value": true })).await?;
            }
        }
        soon("another key", async || {
            ensure!(peer(&alice).await? != before, "the key of before");
            Ok(())
        })
        .await?;
        for (to_alice, to_bob) in sent {
            bob.sees_state(&a, &to_alice, "delivered").await?;
            alice.sees_state(&b, &to_bob, "delivered").await?;
        }
        let settings = alice.call("settings.get", json!({})).await?;
        ensure!(settings["settings"].get("network.renew_key").is_none(), "it is done: {settings}");
        alice.meets(&b).await?;
        bob.meets(&a).await?;
        let now = addresses(&alice).await?;
        ensure!(now.iter().all(|address| !place.contains(address)), "the port tells who it is: {place:?} {now:?}");
    }
    let contact = bob.call("contacts.get", json!({ "account": a })).await?;
    ensure!(contact["alarm"].is_null(), "it is no other device list: {contact}");
    let before = peer(&alice).await?;
    let mut alice = alice.crash_and_restart().await?;
    ensure!(peer(&alice).await? == before, "a crash brought an older key back");
    alice.meets(&b).await
}
