//! A foreign implementation, js-libp2p, against the real bootstrap node, and as a peer of a later version.

use std::{
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};
use kith_tests::{
    people::{Person, befriend},
    process::{Bootstrap, BootstrapHome, workspace},
};
use serde_json::{Value, json};
use tokio::{process::Command, time::timeout};

/// Four checks of at most 20 seconds each, and what the slowest machine needs on top.
const PEER_LIMIT: Duration = Duration::from_secs(150);
/// What a node may have more after half a megabyte of junk: connections, and what its allocator keeps.
const HOSTILE_MEMORY: u64 = 32 << 20;
const INSTALL_LIMIT: Duration = Duration::from_secs(300);

#[tokio::test]
async fn js_libp2p_identifies_pings_gossips_and_relays() -> Result<()> {
    let Some(folder) = installed().await? else { return Ok(()) };
    let root = tempfile::tempdir()?;
    let bootstrap = BootstrapHome::init(root.path()).await?.start().await?;
    let address = format!("{}/p2p/{}", bootstrap.listen().first().context("it listens")?, bootstrap.peer());
    let (checks, said) = checks(&folder, &[&address]).await?;
    let names: Vec<_> = checks.iter().filter(|check| check["ok"] == true).map(|check| check["check"].clone()).collect();
    assert_eq!(names, ["identify", "ping", "gossip", "relay"], "{said}");

    let metrics = bootstrap.metrics(None).await?;
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

/// A peer of a later version is told no, stream by stream; whoever it talked to goes on with the same connection, and with
/// everybody else.
#[tokio::test]
async fn a_newer_peer_is_told_no_and_nothing_else_happens() -> Result<()> {
    let Some(folder) = installed().await? else { return Ok(()) };
    let mut village = Village::new().await?;
    for address in village.nodes().await? {
        let (checks, said) = checks(&folder, &[&address, "newer"]).await?;
        ensure!(checks.len() == 1 && checks[0]["ok"] == true && checks[0]["connections"] == 1, "{said}");
        ensure!(checks[0]["protocols"].as_u64().is_some_and(|count| count >= 2), "{said}");
    }
    village.talks("after").await
}

/// It is banned, everybody else goes on.
#[tokio::test]
async fn a_hostile_peer_is_banned_by_a_bootstrap_node_and_by_people() -> Result<()> {
    let Some(folder) = installed().await? else { return Ok(()) };
    let mut village = Village::new().await?;
    let pids = [village.bootstrap.pid().context("it runs")?, village.ada.node.pid().context("she is there")?];
    for (address, pid) in village.nodes().await?.into_iter().zip(pids) {
        let before = resident(pid)?;
        let (checks, said) = checks(&folder, &[&address, "hostile"]).await?;
        ensure!(checks.len() == 3 && checks.iter().all(|check| check["ok"] == true), "{said}");
        ensure!(checks[0]["recipients"].as_u64() >= Some(1) && checks[1]["refused"] == true, "{said}");
        let after = resident(pid)?;
        ensure!(after <= before + HOSTILE_MEMORY, "{before} bytes became {after}");
    }
    let metrics = village.bootstrap.metrics(None).await?;
    ensure!(metrics.contains("kith_bans_total{reason="), "{metrics}");
    ensure!(metrics.contains("kith_connections_refused_total{reason=\"banned\"}"), "{metrics}");
    village.talks("after").await
}

/// Resident bytes of a process.
fn resident(pid: u32) -> Result<u64> {
    let statm = std::fs::read_to_string(format!("/proc/{pid}/statm"))?;
    let pages: u64 = statm.split(' ').nth(1).context("resident pages")?.parse()?;
    Ok(pages * 4096)
}

/// Two people who know each other, and the bootstrap node both use.
struct Village {
    bootstrap: Bootstrap,
    ada: Person,
    mara: Person,
    _root: tempfile::TempDir,
}

impl Village {
    async fn new() -> Result<Self> {
        let root = tempfile::tempdir()?;
        let bootstrap = BootstrapHome::init(root.path()).await?.start().await?;
        let link = bootstrap.link();
        let (mut ada, mut mara) = (
            Person::new(root.path(), "ada", &["--bootstrap", &link]).await?,
            Person::new(root.path(), "mara", &["--bootstrap", &link]).await?,
        );
        befriend(&mut ada, &mut mara, "before").await?;
        Ok(Self { bootstrap, ada, mara, _root: root })
    }

    /// Where the bootstrap node and one of the people listen on TCP, with their peer ids.
    async fn nodes(&self) -> Result<[String; 2]> {
        let tcp = |listen: Vec<String>, peer: &str| {
            let tcp = listen.into_iter().find(|address| address.contains("/tcp/")).context("it listens on TCP")?;
            anyhow::Ok(format!("{tcp}/p2p/{peer}"))
        };
        let status = self.ada.call("network.status", json!({})).await?;
        let own = status["peer"].as_str().context("a peer id")?;
        Ok([tcp(self.bootstrap.listen(), &self.bootstrap.peer())?, tcp(self.ada.node.listen(), own)?])
    }

    async fn talks(&mut self, words: &str) -> Result<()> {
        let sent = self.ada.write(&self.mara.account, words).await?;
        self.ada.sees_state(&self.mara.account, &sent, "delivered").await
    }
}

/// Where js-libp2p is, or `None` after saying why it is not there.
///
/// # Errors
/// CI has npm; there it has to be.
pub(crate) async fn installed() -> Result<Option<PathBuf>> {
    let folder = workspace().join("tests/interop");
    let Err(error) = install(&folder).await else { return Ok(Some(folder)) };
    ensure!(std::env::var_os("KITH_CI").is_none(), "js-libp2p cannot be installed: {error:#}");
    eprintln!("js-libp2p is not installed, nothing was checked: {error:#}");
    Ok(None)
}

/// What js-libp2p found, line by line, and all it said.
async fn checks(folder: &Path, arguments: &[&str]) -> Result<(Vec<Value>, String)> {
    let mut peer = Command::new(folder.join("node_modules/.bin/node"));
    peer.arg("peer.mjs").args(arguments).current_dir(folder).stdin(Stdio::null()).kill_on_drop(true);
    let output = timeout(PEER_LIMIT, peer.output()).await.context("the checks did not end")??;
    let text = String::from_utf8(output.stdout)?;
    let checks = text.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    Ok((checks, text + &String::from_utf8_lossy(&output.stderr)))
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
