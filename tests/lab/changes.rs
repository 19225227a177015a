//! The network changes under a conversation: nothing is lost, and the best way is found again.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use kith_tests::lab::{Lab, Nat, Side};

use super::{Town, goes, lab, soon, status};

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

/// Long enough to be told from a busy machine, by the clock (30 s).
const LONG_SLEEP: Duration = Duration::from_secs(35);

/// Asleep it answers nobody, and when it wakes up its router has another address.
#[tokio::test]
async fn a_machine_that_sleeps_is_reached_when_it_wakes_up() -> Result<()> {
    let Some(lab) = lab(|| Lab::new(Nat::PortRestricted, Nat::PortRestricted))? else { return Ok(()) };
    let mut town = Town::build(lab).await?;
    town.go("direct").await?;
    let (alice, bob) = (town.alice.account.clone(), town.bob.account.clone());
    town.alice.node.sleep(true)?;
    let asleep = Instant::now();
    let said = town.bob.write(&alice, "are you asleep?").await?;
    goes(&mut town.bob, &alice, "none").await?;
    town.lab.reboot(Side::A)?;
    tokio::time::sleep(LONG_SLEEP.saturating_sub(asleep.elapsed())).await;
    town.alice.node.sleep(false)?;
    town.bob.sees_state(&alice, &said, "delivered").await?;
    let said = town.alice.write(&bob, "not any more").await?;
    town.alice.sees_state(&bob, &said, "delivered").await?;
    town.go("direct").await
}

/// Mappings last shorter than the pause between two signs of life, so each way is closed again and again.
#[tokio::test]
async fn a_router_that_forgets_early_is_survived() -> Result<()> {
    let Some(lab) = lab(|| {
        let lab = Lab::new(Nat::PortRestricted, Nat::Symmetric)?;
        lab.forget_after(Side::A, 2)?;
        lab.forget_after(Side::B, 2)?;
        Ok(lab)
    })?
    else {
        return Ok(());
    };
    let mut town = Town::build(lab).await?;
    town.talk("still there").await?;
    let mut never_forgotten = town.lab.mappings(Side::A)?;
    let each_forgotten = async || {
        let now = town.lab.mappings(Side::A)?;
        never_forgotten.retain(|flow| now.contains(flow));
        ensure!(never_forgotten.is_empty(), "never forgotten: {never_forgotten:?}");
        Ok(())
    };
    soon("each mapping forgotten once", each_forgotten).await?;
    town.talk("after all that").await
}
