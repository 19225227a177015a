//! The network changes under a conversation: nothing is lost, and the best way is found again.

use anyhow::Result;
use kith_tests::lab::{Lab, Nat, Side};

use super::{Town, lab, status};

#[tokio::test]
async fn a_router_that_starts_anew_is_survived() -> Result<()> {
    let Some(lab) = lab(|| Lab::new(Nat::PortRestricted, Nat::PortRestricted))? else { return Ok(()) };
    let mut town = Town::build(lab).await?;
    town.go("direct").await?;
    town.lab.reboot(Side::A)?;
    town.talk("still there").await?;
    town.go("direct").await
}

/// Behind a symmetric NAT the next packet leaves by another port, which no connection of before knows.
#[tokio::test]
async fn a_router_that_forgets_its_mappings_is_survived() -> Result<()> {
    let Some(lab) = lab(|| Lab::new(Nat::Symmetric, Nat::Symmetric))? else { return Ok(()) };
    let mut town = Town::build(lab).await?;
    town.go("relayed").await?;
    town.lab.forget(Side::A)?;
    town.talk("still there").await?;
    town.go("relayed").await
}

#[tokio::test]
async fn a_cable_pulled_and_plugged_is_survived() -> Result<()> {
    let Some(lab) = lab(|| Lab::new(Nat::PortRestricted, Nat::PortRestricted))? else { return Ok(()) };
    let mut town = Town::build(lab).await?;
    town.go("direct").await?;
    town.lab.unplug("a1")?;
    let bob = town.bob.account.clone();
    status(&mut town.alice, "no network", |status| status["state"] == "offline").await?;
    let waiting = town.alice.write(&bob, "from a train").await?;
    town.lab.plug("a1", Side::A)?;
    town.alice.sees_state(&bob, &waiting, "delivered").await?;
    town.go("direct").await
}

#[tokio::test]
async fn somebody_who_moves_to_another_network_is_reached_there() -> Result<()> {
    let Some(lab) = lab(|| Lab::new(Nat::PortRestricted, Nat::Symmetric))? else { return Ok(()) };
    let mut town = Town::build(lab).await?;
    town.go("relayed").await?;
    town.lab.roam("a1", Side::B)?;
    town.talk("in your house").await?;
    town.go("direct").await
}

/// A home that changes from a NAT that can be crossed to one that cannot.
#[tokio::test]
async fn another_nat_is_another_way() -> Result<()> {
    let Some(lab) = lab(|| Lab::new(Nat::PortRestricted, Nat::PortRestricted))? else { return Ok(()) };
    let mut town = Town::build(lab).await?;
    town.go("direct").await?;
    town.lab.set_nat(Side::A, Nat::WebOnly)?;
    town.talk("from a hotel").await?;
    town.go("relayed").await
}
