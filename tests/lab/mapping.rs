//! Routers that let their hosts ask for ports.

use anyhow::{Result, ensure};
use kith_tests::lab::{Lab, Nat, Side, Spoken};
use serde_json::json;

use super::{Town, lab, status};

fn mapped(status: &serde_json::Value) -> usize {
    status["mapped"].as_array().map_or(0, Vec::len)
}

/// Two NATs that nothing crosses: the one whose router grants a port is reached directly.
#[tokio::test]
async fn a_router_that_grants_ports_makes_the_way_direct() -> Result<()> {
    granted(Spoken::Pcp).await
}

#[tokio::test]
async fn a_router_that_speaks_upnp_alone_makes_the_way_direct() -> Result<()> {
    granted(Spoken::Upnp).await
}

async fn granted(spoken: Spoken) -> Result<()> {
    let Some(lab) = lab(|| {
        let lab = Lab::new(Nat::Symmetric, Nat::Symmetric)?;
        lab.grant_ports(Side::A, spoken)?;
        Ok(lab)
    })?
    else {
        return Ok(());
    };
    let mut town = Town::build(lab).await?;
    let granted = status(&mut town.alice, "both ports", |status| mapped(status) == 2).await?;
    ensure!(granted["mapped"][0].as_str().is_some_and(|at| at.starts_with("/ip4/11.0.0.101/udp/")), "{granted}");
    status(&mut town.alice, "reached from outside", |status| status["nat"] == "public").await?;
    town.go("direct").await?;
    let contact = town.bob.call("contacts.get", json!({ "account": town.alice.account })).await?;
    ensure!(contact["path"]["over"] == "ipv4", "{}", contact["path"]);
    ensure!(town.lab.granted(Side::A)? == 2 && mapped(&town.bob.call("network.status", json!({})).await?) == 0);

    let off = json!({ "key": "network.port_mapping", "value": false });
    town.alice.call("settings.set", off).await?;
    status(&mut town.alice, "no port", |status| mapped(status) == 0).await?;
    town.talk("through the relay again, or as before").await?;
    town.alice.call("settings.set", json!({ "key": "network.port_mapping", "value": true })).await?;
    status(&mut town.alice, "both ports again", |status| mapped(status) == 2).await?;
    let Town { lab, alice, .. } = town;
    alice.node.terminate().await?;
    ensure!(lab.granted(Side::A)? == 0, "what was granted is given back");
    Ok(())
}
