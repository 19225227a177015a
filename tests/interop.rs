//! A foreign implementation, js-libp2p, against the real bootstrap node.

use std::{path::Path, process::Stdio, time::Duration};

use anyhow::{Context, Result, bail, ensure};
use kith_tests::{
    process::{Bootstrap, BootstrapHome, workspace},
    rpc::Api,
};
use serde_json::Value;
use tokio::{process::Command, time::timeout};

/// Four checks of at most 20 seconds each, and what the slowest machine needs on top.
const PEER_LIMIT: Duration = Duration::from_secs(150);
const INSTALL_LIMIT: Duration = Duration::from_secs(300);

#[tokio::test]
async fn js_libp2p_identifies_pings_gossips_and_relays() -> Result<()> {
    let folder = workspace().join("tests/interop");
    if let Err(error) = install(&folder).await {
        // CI has npm; a developer without it sees why nothing was checked.
        ensure!(std::env::var_os("KITH_CI").is_none(), "js-libp2p cannot be installed: {error:#}");
        eprintln!("js-libp2p is not installed, nothing was checked: {error:#}");
        return Ok(());
    }
    let root = tempfile::tempdir()?;
    let bootstrap = BootstrapHome::init(root.path()).await?.start().await?;
    let address = format!("{}/p2p/{}", bootstrap.listen().first().context("it listens")?, bootstrap.peer());
    let mut peer = Command::new(folder.join("node_modules/.bin/node"));
    peer.arg("peer.mjs").arg(address).current_dir(&folder).stdin(Stdio::null()).kill_on_drop(true);
    let output = timeout(PEER_LIMIT, peer.output()).await.context("the checks did not end")??;
    let text = String::from_utf8(output.stdout)?;
    let checks: Vec<Value> = text.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    let names: Vec<_> = checks.iter().filter(|check| check["ok"] == true).map(|check| check["check"].clone()).collect();
    assert_eq!(names, ["identify", "ping", "gossip", "relay"], "{text}{}", String::from_utf8_lossy(&output.stderr));

    let metrics = metrics(&bootstrap).await?;
    let counted = |name: &str| {
        metrics.lines().filter_map(|line| line.strip_prefix(name)?.trim().parse::<u32>().ok()).sum::<u32>()
    };
    assert_eq!(counted("kith_gossip_cards_total{operation=\"card\",outcome=\"rejected\"}"), 2);
    assert_eq!(counted("kith_gossip_cards_total{operation=\"card\",outcome=\"accepted\"}"), 1);
    assert_eq!(counted("kith_relay_requests_total{operation=\"reservation\",outcome=\"accepted\"}"), 1);
    assert!(counted("kith_relay_requests_total{operation=\"circuit\",outcome=\"accepted\"}") >= 1);
    assert!(bootstrap.terminate().await?.success());
    Ok(())
}

async fn metrics(bootstrap: &Bootstrap) -> Result<String> {
    let url = bootstrap.ready()["http"].as_str().context("an http address")?;
    let reply = Api::new(url, "")?.http("GET", "/metrics", &[], b"").await?;
    Ok(String::from_utf8(reply.body)?)
}

async fn install(folder: &Path) -> Result<()> {
    if folder.join("node_modules/.package-lock.json").exists() {
        return Ok(());
    }
    let mut npm = Command::new("npm");
    npm.args(["ci", "--no-audit", "--no-fund"]).current_dir(folder).stdin(Stdio::null()).kill_on_drop(true);
    let output = timeout(INSTALL_LIMIT, npm.output()).await.context("npm takes too long")?.context("npm")?;
    if !output.status.success() {
        bail!("npm: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(())
}
