//! Lines that lose much, carry little, or lead to a page that asks for money first.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, ensure};
use kith_tests::{
    lab::{Lab, Line, Nat, Side},
    people::befriend,
};
use serde_json::{Value, json};

use super::{Public, Town, folder, goes, lab, person, relays, status};

/// There and back takes 300 ms.
const FAR_AND_BAD: Line =
    Line { delay_ms: 150, jitter_ms: 25, loss_percent: 20, reorder_percent: 5, kbit_per_s: 0, queue_ms: 0 };
/// Messages of 3 KiB, each way, for a line of 256 kbit/s.
const FLOOD: usize = 100;

impl Town {
    /// How often anybody connected to a public node so far.
    async fn connections_made(&self) -> Result<u64> {
        let mut made = 0;
        for public in &self.publics {
            made += public.counted("libp2p_swarm_connections_established_total").await?;
        }
        Ok(made)
    }

    /// Both write so many messages at once, and each is read once and in order.
    async fn chatter(&mut self, count: usize) -> Result<()> {
        let (alice, bob) = (self.alice.account.clone(), self.bob.account.clone());
        let before = self.alice.texts(&bob).await?.len();
        let words = |who: &str| (0..count).map(|at| format!("{who} says {at}")).collect::<Vec<_>>();
        let (hers, his) = (words("Alice"), words("Bob"));
        for at in 0..count {
            self.alice.write(&bob, &hers[at]).await?;
            self.bob.write(&alice, &his[at]).await?;
        }
        self.alice.has_read(&bob, before + 2 * count).await?;
        self.bob.has_read(&alice, before + 2 * count).await?;
        for (person, other) in [(&self.alice, &bob), (&self.bob, &alice)] {
            let all = person.texts(other).await?;
            for said in [&hers, &his] {
                let heard: Vec<_> = all.iter().filter(|text| said.contains(text)).cloned().collect();
                ensure!(heard == *said, "{heard:?}");
            }
        }
        Ok(())
    }
}

#[tokio::test]
async fn a_line_that_loses_every_fifth_packet_loses_no_word() -> Result<()> {
    for (other, kind) in [(Nat::PortRestricted, "direct"), (Nat::Symmetric, "relayed")] {
        let Some(lab) = lab(|| Lab::new(Nat::PortRestricted, other))? else { return Ok(()) };
        let mut town = Town::build(lab).await?;
        town.go(kind).await?;
        town.lab.line(Side::A, FAR_AND_BAD)?;
        let (alice, bob) = (town.alice.account.clone(), town.bob.account.clone());
        town.chatter(30).await?;
        for (person, other) in [(&mut town.alice, &bob), (&mut town.bob, &alice)] {
            let history = person.history(other).await?;
            for message in history.iter().filter(|message| message["state"].is_string()) {
                let message = message["id"].as_str().unwrap_or_default();
                person.sees_state(other, message, "delivered").await?;
            }
        }
        let passage = town.lab.line(Side::A, Line::default())?;
        let share = passage.lost * 100 / (passage.lost + passage.passed).max(1);
        ensure!((10..=30).contains(&share) && passage.overtook > 0 && passage.longest_ms >= 150, "{passage:?}");
        town.talk("a good line again").await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_line_of_64_kilobits_carries_words() -> Result<()> {
    let Some(lab) = lab(|| Lab::new(Nat::PortRestricted, Nat::PortRestricted))? else { return Ok(()) };
    let mut town = Town::build(lab).await?;
    town.go("direct").await?;
    town.lab.line(Side::A, Line { kbit_per_s: 64, queue_ms: 250, ..Line::default() })?;
    town.chatter(20).await
}

/// Whatever is asked waits for seconds behind what was sent before. That is slow, and no reason to begin anew.
#[tokio::test]
async fn under_a_flood_on_a_slow_line_everybody_stays_online() -> Result<()> {
    let Some(lab) = lab(|| Lab::new(Nat::PortRestricted, Nat::PortRestricted))? else { return Ok(()) };
    let mut town = Town::build(lab).await?;
    town.go("direct").await?;
    for person in [&mut town.alice, &mut town.bob] {
        status(person, "its places at both", |status| relays(status).len() == 2).await?;
    }
    let (alice, bob) = (town.alice.account.clone(), town.bob.account.clone());
    town.lab.line(Side::A, Line { kbit_per_s: 256, queue_ms: 2000, ..Line::default() })?;
    let before = town.connections_made().await?;
    let seen = [town.alice.events.log.len(), town.bob.events.log.len()];
    let long = "all work and no play makes Jack a dull boy ".repeat(70);
    let (mut hers, mut his) = (Vec::new(), Vec::new());
    for at in 0..FLOOD {
        hers.push(town.alice.write(&bob, &format!("{at} {long}")).await?);
        his.push(town.bob.write(&alice, &format!("{at} {long}")).await?);
    }
    for (person, other, sent) in [(&mut town.alice, &bob, hers), (&mut town.bob, &alice, his)] {
        for message in sent {
            person.sees_state(other, &message, "delivered").await?;
        }
    }
    for (person, seen) in [&town.alice, &town.bob].into_iter().zip(seen) {
        let offline = |event: &&Value| event["kind"] == "network.changed" && event["status"]["state"] != "online";
        let offline = person.events.log[seen..].iter().find(offline);
        ensure!(offline.is_none(), "{offline:?}");
    }
    let passage = town.lab.line(Side::A, Line::default())?;
    ensure!(passage.longest_ms > 1500, "the queue was never long: {passage:?}");
    // A full queue drops packets; all the tries of one question may be among them.
    let made = town.connections_made().await? - before;
    ensure!(made <= 2, "{made} connections were made again");
    town.go("direct").await
}

/// Every connection it begins is answered, by the wrong side.
#[tokio::test]
async fn behind_a_captive_portal_nothing_hangs_and_afterwards_everything_goes_on() -> Result<()> {
    let Some(lab) = lab(|| Lab::new(Nat::PortRestricted, Nat::PortRestricted))? else { return Ok(()) };
    let mut town = Town::build(lab).await?;
    town.go("direct").await?;
    town.lab.portal(Side::A, true)?;
    let bob = town.bob.account.clone();
    let waiting = town.alice.write(&bob, "I have to click something away").await?;
    let asked = |status: &Value| status["state"] == "local" && status["portal"] == true;
    status(&mut town.alice, "somebody else answers", asked).await?;
    let tested = town.alice.call("network.test", json!({})).await?;
    let bootstrap = tested["steps"].as_array().into_iter().flatten().find(|step| step["name"] == "bootstrap");
    ensure!(bootstrap.is_some_and(|step| step["ok"] == false), "{tested}");
    let message = town.alice.history(&bob).await?.into_iter().find(|message| message["id"] == waiting.as_str());
    ensure!(message.is_some_and(|message| message["state"] == "queued"), "it waits");
    town.lab.portal(Side::A, false)?;
    town.alice.sees_state(&bob, &waiting, "delivered").await?;
    status(&mut town.alice, "nobody else answers", |status| status["portal"] == false).await?;
    town.talk("clicked away").await
}

/// Nobody answers who is asked for names. Whoever has an address is reached without any.
#[tokio::test]
async fn where_no_name_is_found_a_node_with_an_address_is_enough() -> Result<()> {
    let Some(lab) = lab(|| {
        let lab = Lab::new(Nat::PortRestricted, Nat::PortRestricted)?;
        for host in ["a1", "b1"] {
            lab.ask_for_names(host, "11.0.0.254")?;
        }
        Ok(lab)
    })?
    else {
        return Ok(());
    };
    let root = folder()?;
    let one = Public::new(root.path(), lab.at("pub1"), "one", &["11.0.0.10"], "").await?;
    let two = Public::new(root.path(), lab.at("pub2"), "two", &["13.0.0.10"], "").await?;
    let named = format!("/dns4/node.example.org/tcp/4100/p2p/{}", one.running.as_ref().context("it runs")?.peer());
    let link = two.link()?;
    let live = async |host: &str, name: &str| person(root.path(), lab.at(host), name, &[&named, &link]).await;
    let (mut alice, mut bob) = tokio::try_join!(live("a1", "alice"), live("b1", "bob"))?;
    // Which are all right: the one with an address, and not the one with a name.
    let told = |status: &Value| {
        let all = status["bootstraps"].as_array().into_iter().flatten();
        all.map(|node| (node["address"] == named.as_str(), node["ok"] == true)).collect::<BTreeMap<_, _>>()
    };
    for person in [&mut alice, &mut bob] {
        let right = BTreeMap::from([(false, true), (true, false)]);
        let fits = |status: &Value| status["state"] == "online" && told(status) == right;
        status(person, "online by the node with an address", fits).await?;
    }
    befriend(&mut alice, &mut bob, "by number").await?;
    let (a, b) = (alice.account.clone(), bob.account.clone());
    goes(&mut alice, &b, "direct").await?;
    let said = bob.write(&a, "who needs names?").await?;
    bob.sees_state(&a, &said, "delivered").await
}
