//! IPv6: it leads where no hole can be punched, and must not hurt where it leads nowhere.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use kith_tests::lab::{Lab, Nat, Side};
use kith_wire::BootstrapLink;
use serde_json::json;

use super::{Town, lab, person};

/// Firewalls on both sides let nothing in unasked: here, too, both have to knock at the same time.
#[tokio::test]
async fn homes_with_ipv6_meet_whatever_their_nats() -> Result<()> {
    let Some(lab) = lab(|| Lab::with_v6(Nat::Symmetric, Nat::Symmetric))? else { return Ok(()) };
    let mut town = Town::build(lab).await?;
    town.go("direct").await?;
    town.talk("six").await
}

/// As in many a mobile network, without anything that translates.
#[tokio::test]
async fn homes_with_ipv6_alone_meet() -> Result<()> {
    let Some(lab) = lab(|| {
        let lab = Lab::with_v6(Nat::Symmetric, Nat::Symmetric)?;
        lab.leave_v6_alone()?;
        Ok(lab)
    })?
    else {
        return Ok(());
    };
    let mut town = Town::build(lab).await?;
    town.go("direct").await?;
    town.talk("six").await?;
    for (person, other) in [(&town.alice, &town.bob), (&town.bob, &town.alice)] {
        let contact = person.call("contacts.get", json!({ "account": other.account })).await?;
        ensure!(contact["path"]["over"] == "ipv6", "{}", contact["path"]);
    }
    Ok(())
}

/// How much longer a start may take until all public nodes are connected, where IPv6 leads nowhere.
const DELAY: Duration = Duration::from_secs(1);

/// The link with the addresses of IPv6 before all others: who tries one after the other waits for those first.
fn v6_first(link: &str) -> Result<String> {
    let BootstrapLink { transport, mut addresses, services, .. } = BootstrapLink::parse(link)?;
    addresses.sort_by_key(|address| !address.starts_with("/ip6/"));
    ensure!(addresses.first().is_some_and(|first| first.starts_with("/ip6/")), "{addresses:?}");
    Ok(BootstrapLink::new(transport, addresses, services).to_string())
}

/// How long somebody new at `a2` takes until all public nodes are connected; the median of three.
async fn joins(town: &Town, name: &str) -> Result<Duration> {
    let [one, two] = &town.publics;
    let links = [v6_first(&one.link()?)?, v6_first(&two.link()?)?];
    let links = links.each_ref().map(String::as_str);
    let mut took = Vec::new();
    for number in 0..3 {
        let somebody = person(town._root.path(), town.lab.at("a2"), &format!("{name}{number}"), &links).await?;
        let started = Instant::now();
        loop {
            let status = somebody.call("network.status", json!({})).await?;
            let mut bootstraps = status["bootstraps"].as_array().into_iter().flatten();
            if bootstraps.all(|bootstrap| bootstrap["ok"] == true) {
                break;
            }
            ensure!(started.elapsed() < Duration::from_secs(60), "{status:#}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        took.push(started.elapsed());
        somebody.node.kill().await?;
    }
    took.sort();
    Ok(took[1])
}

/// Addresses are there and lead nowhere, as behind many tunnels and VPNs.
#[tokio::test]
async fn ipv6_that_leads_nowhere_delays_nothing() -> Result<()> {
    let made = || Lab::with_v6(Nat::PortRestricted, Nat::PortRestricted);
    let Some(lab) = lab(made)? else { return Ok(()) };
    let town = Town::build(lab).await?;
    let well = joins(&town, "well").await?;
    drop(town);

    let lab = made()?;
    for side in [Side::A, Side::B] {
        lab.swallow_v6(side)?;
    }
    let mut town = Town::build(lab).await?;
    let dead = joins(&town, "dead").await?;
    println!("joined in {well:?}, and where IPv6 leads nowhere in {dead:?}");
    ensure!(dead <= well + DELAY, "{well:?} became {dead:?}");
    town.go("direct").await?;
    town.talk("four").await?;
    let status = town.alice.call("network.status", json!({})).await?;
    let mut bootstraps = status["bootstraps"].as_array().into_iter().flatten();
    ensure!(bootstraps.all(|bootstrap| bootstrap["ok"] == true), "{status:#}");
    Ok(())
}
