//! IPv6: it leads where no hole can be punched, and must not hurt where it leads nowhere.

use anyhow::{Result, ensure};
use kith_tests::lab::{Lab, Nat, Side};
use serde_json::json;

use super::{Town, lab};

/// Firewalls on both sides let nothing in unasked: here, too, both have to knock at the same time.
#[tokio::test]
async fn homes_with_ipv6_meet_whatever_their_nats() -> Result<()> {
    let Some(lab) = lab(|| Lab::with_v6(Nat::Symmetric, Nat::Symmetric))? else { return Ok(()) };
    let mut town = Town::build(lab).await?;
    town.go("direct").await?;
    town.talk("six").await
}

/// Addresses are there and lead nowhere, as behind many tunnels and VPNs.
#[tokio::test]
async fn ipv6_that_leads_nowhere_delays_nothing() -> Result<()> {
    let Some(lab) = lab(|| Lab::with_v6(Nat::PortRestricted, Nat::PortRestricted))? else { return Ok(()) };
    for side in [Side::A, Side::B] {
        lab.swallow_v6(side)?;
    }
    let mut town = Town::build(lab).await?;
    town.go("direct").await?;
    town.talk("four").await?;
    let status = town.alice.call("network.status", json!({})).await?;
    let mut bootstraps = status["bootstraps"].as_array().into_iter().flatten();
    ensure!(bootstraps.all(|bootstrap| bootstrap["ok"] == true), "{status:#}");
    Ok(())
}
