//! Public nodes that go, come back, or give little.

use anyhow::{Result, ensure};
use kith_tests::lab::{Lab, Nat};
use serde_json::json;

use super::{Town, lab, relays, status};

#[tokio::test]
async fn who_is_met_directly_needs_no_public_node() -> Result<()> {
    let Some(lab) = lab(|| Lab::new(Nat::PortRestricted, Nat::PortRestricted))? else { return Ok(()) };
    let mut town = Town::build(lab).await?;
    town.go("direct").await?;
    for public in &mut town.publics {
        public.kill().await?;
    }
    town.talk("just us").await?;
    for public in &mut town.publics {
        public.start().await?;
    }
    for person in [&mut town.alice, &mut town.bob] {
        status(person, "its places at both", |status| relays(status).len() == 2).await?;
    }
    town.talk("all of us").await
}

/// Places are held at relays of two operators; with one of them gone, the other carries the conversation, and the one
/// that is back is asked again.
#[tokio::test]
async fn a_relay_that_goes_is_replaced_and_used_again() -> Result<()> {
    let Some(lab) = lab(|| Lab::new(Nat::Symmetric, Nat::Symmetric))? else { return Ok(()) };
    let mut town = Town::build(lab).await?;
    town.go("relayed").await?;
    let before = status(&mut town.alice, "places at both", |status| relays(status).len() == 2).await?;
    for round in 0..2 {
        town.publics[round].kill().await?;
        town.talk("still here").await?;
        let left = status(&mut town.alice, "one place", |status| relays(status).len() == 1).await?;
        ensure!(relays(&left).is_subset(&relays(&before)), "another relay");
        town.publics[round].start().await?;
        for person in [&mut town.alice, &mut town.bob] {
            status(person, "its places at both", |status| relays(status).len() == 2).await?;
        }
    }
    town.go("relayed").await
}

/// Both public nodes end at once in the middle of a conversation that needs them.
#[tokio::test]
async fn what_is_written_while_no_relay_is_there_arrives_when_one_is_back() -> Result<()> {
    let Some(lab) = lab(|| Lab::new(Nat::Symmetric, Nat::PortRestricted))? else { return Ok(()) };
    let mut town = Town::build(lab).await?;
    town.go("relayed").await?;
    for public in &mut town.publics {
        public.kill().await?;
    }
    let (alice, bob) = (town.alice.account.clone(), town.bob.account.clone());
    let first = town.alice.write(&bob, "anybody?").await?;
    let second = town.bob.write(&alice, "nobody!").await?;
    town.publics[1].start().await?;
    town.alice.sees_state(&bob, &first, "delivered").await?;
    town.bob.sees_state(&alice, &second, "delivered").await?;
    town.go("relayed").await
}

/// What libp2p's relays give by default: then the circuit is cut.
#[tokio::test]
async fn a_circuit_that_is_cut_loses_nothing() -> Result<()> {
    let Some(lab) = lab(|| Lab::new(Nat::Symmetric, Nat::Symmetric))? else { return Ok(()) };
    let mut town =
        Town::with_settings(lab, "[mailbox]\non = false\n[limits]\ncircuit_bytes = 131072\ncircuit_s = 120\n").await?;
    town.go("relayed").await?;
    let bob = town.bob.account.clone();
    let long = "all work and no play ".repeat(150);
    for n in 0..150 {
        town.alice.write(&bob, &format!("{n} {long}")).await?;
    }
    let alice = town.alice.account.clone();
    let (api, chat) = (town.bob.node.api.clone(), town.bob.chat_with(&alice).await?);
    let numbers = town.bob.events.wait_until("all of them", async || {
        let page = api.call("chats.history", json!({ "chat": chat, "before": 500, "after": 0 })).await?;
        let texts = page["messages"].as_array().into_iter().flatten().filter_map(|message| message["text"].as_str());
        let numbers: Vec<usize> = texts.filter_map(|text| text.split(' ').next()?.parse().ok()).collect();
        Ok((numbers.len() >= 150).then_some(numbers))
    });
    let numbers = numbers.await?;
    ensure!(numbers == (0..150).collect::<Vec<_>>(), "they came as {numbers:?}");
    Ok(())
}
