//! What it costs to be there.

use std::{fs, time::Duration};

use anyhow::{Context as _, Result, ensure};
use kith_tests::lab::{Lab, Nat};
use serde_json::json;

use super::{Town, lab};

/// After the start: first cards go out after 20 seconds, and AutoNAT asks after 30, once for each address. To be dialled at
/// another address than the one it is seen at costs a node 30 to 100 kB there, so that nobody has others attacked for little.
const SETTLED: Duration = Duration::from_secs(45);
/// How long nobody does anything.
const IDLE: Duration = Duration::from_secs(45);
/// Less than a megabyte an hour.
const BYTES_MAX: u64 = 1_000_000 * IDLE.as_secs() / 3600;
/// Less than a hundredth of a core. The kernel counts in hundredths of a second.
const TICKS_MAX: u64 = IDLE.as_secs();

/// Bytes both ways, and processor time in hundredths of a second.
async fn spent(town: &Town) -> Result<(u64, u64)> {
    let traffic = town.alice.call("network.status", json!({})).await?["traffic"].clone();
    let bytes = |way: &str| traffic[way].as_u64().context("a number of bytes");
    let pid = town.alice.node.pid().context("it runs")?;
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // Behind the name, which is in parentheses: the state is field 3, user and system time are 14 and 15.
    let (_, fields) = stat.rsplit_once(") ").context("fields")?;
    let fields: Vec<&str> = fields.split(' ').collect();
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<u64>().ok()).context("a time");
    Ok((bytes("bytes_in")? + bytes("bytes_out")?, ticks(11)? + ticks(12)?))
}

#[tokio::test]
async fn a_contact_who_says_nothing_costs_next_to_nothing() -> Result<()> {
    let Some(lab) = lab(|| Lab::new(Nat::PortRestricted, Nat::Symmetric))? else { return Ok(()) };
    let mut town = Town::build(lab).await?;
    town.go("relayed").await?;
    town.talk("good night").await?;
    tokio::time::sleep(SETTLED).await;
    let before = spent(&town).await?;
    tokio::time::sleep(IDLE).await;
    let after = spent(&town).await?;
    let (bytes, ticks) = (after.0 - before.0, after.1 - before.1);
    println!("{bytes} bytes and {ticks}0 ms of processor time in {IDLE:?}");
    ensure!(bytes > 0 && bytes < BYTES_MAX, "{bytes} bytes in {IDLE:?}, at most {BYTES_MAX}");
    ensure!(ticks < TICKS_MAX, "{ticks}0 ms of processor time in {IDLE:?}, at most {TICKS_MAX}0");
    town.go("relayed").await
}
