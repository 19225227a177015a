//! `online`: from the start of a `kithd` until it is connected to its bootstrap node, and until its first message is on
//! the disk of a contact who is there.

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use kith_tests::rpc::Api;
use serde_json::{Value as Json, json};

use crate::{
    Options,
    footprint::{Cli, LISTEN, befriend, start_bootstrap},
    line::{Better, Line, Metric, Value},
    machine::Run,
    program::Program,
    samples::{Rounds, ms},
};

const STARTS: usize = 21;
const LIMIT: Duration = Duration::from_secs(60);
/// Between two starts: the contact hears that its friend is gone, and what follows a start is over.
const REST: Duration = Duration::from_secs(2);
/// Between two questions whether it is served.
const POLL: Duration = Duration::from_millis(5);
/// Three round trips, which take next to nothing over loopback, and this.
const PEER_MS: f64 = 100.0;
const READY: &str = "its ready line";

/// The programs that are measured; by default those beside this one.
pub(crate) struct Programs<'a> {
    /// The node.
    pub(crate) kithd: Option<&'a Path>,
    /// The bootstrap node.
    pub(crate) bootstrap: Option<&'a Path>,
}

/// Measures.
pub(crate) async fn run(options: &Options, programs: &Programs<'_>) -> Result<Vec<Line>> {
    let folder = options.folder()?;
    let beside = |given: Option<&Path>, name| given.map_or_else(|| crate::beside_us(name), |path| Ok(path.to_owned()));
    let (kithd, bootstrap) = (beside(programs.kithd, "kithd")?, beside(programs.bootstrap, "kith-bootstrap")?);
    let public = start_bootstrap(&bootstrap, &folder.path().join("public"), &[]).await?;
    let link = public.ready["address"].as_str().context("a link")?;
    let known = folder.path().join("known");
    let first = start(&kithd, &known, link).await?;
    let contact = befriend(&folder.path().join("contact"), link, &Cli { program: &kithd, profile: &known }).await?;
    let account = json!(contact.account());
    first.end().await?;

    let run = Run::begin();
    let [mut ready, mut ready_fresh, mut peer, mut peer_fresh, mut told, mut message] =
        [(); 6].map(|()| Rounds::default());
    for number in 0..options.n.unwrap_or(STARTS) {
        tokio::time::sleep(REST).await;
        let took = once(&kithd, &known, link, Some(&account)).await?;
        ready.push(vec![took.ready_ms]);
        peer.push(vec![took.peer_ms]);
        told.push(vec![took.told_ms]);
        message.push(vec![took.message_ms.context("a message")?]);
        let fresh = folder.path().join(number.to_string());
        let took = once(&kithd, &fresh, link, None).await?;
        ready_fresh.push(vec![took.ready_ms]);
        peer_fresh.push(vec![took.peer_ms]);
    }
    contact.shutdown().await;
    public.end().await?;
    let line = |metric: Metric| metric.line(&run, options.seed);
    let metric = |name, rounds| Metric::new(name, "ms", Better::Less, rounds);
    Ok(vec![
        line(metric("online.peer", peer).anchor(READY, ready.clone()).goal(Value::P50, PEER_MS)),
        line(metric("online.peer_fresh", peer_fresh).anchor(READY, ready_fresh).goal(Value::P50, PEER_MS)),
        line(metric("online.told", told).anchor(READY, ready.clone())),
        line(metric("online.message", message).anchor(READY, ready)),
    ])
}

/// What one start took.
struct Took {
    ready_ms: f64,
    /// Until the bootstrap node serves it, as it says when it is asked again and again.
    peer_ms: f64,
    /// Until it says so by itself.
    told_ms: f64,
    /// Until the message that was written as soon as the API answered is on the contact's disk.
    message_ms: Option<f64>,
}

async fn start(kithd: &Path, profile: &Path, link: &str) -> Result<Program> {
    Program::start(kithd, |command| {
        command.arg("--profile").arg(profile).args(["--name", "Measured", "--no-mdns", "--no-default-bootstrap"]);
        command.args(["--listen", LISTEN, "--bootstrap", link]);
    })
    .await
}

async fn once(kithd: &Path, profile: &Path, link: &str, contact: Option<&Json>) -> Result<Took> {
    let started = Instant::now();
    let running = start(kithd, profile, link).await?;
    let ready_ms = ms(started.elapsed());
    let text = |field: &str| running.ready[field].as_str().with_context(|| field.to_owned());
    let api = Api::new(text("api")?, &fs::read_to_string(text("token_file")?)?)?;
    let mut socket = api.socket().await?;
    let snapshot = socket.call("events.subscribe", json!({})).await?;
    let mut sent = None;
    if let Some(account) = contact {
        let chat = socket.call("chats.open", json!({ "account": account })).await?["chat"].take();
        let written = socket.call("chats.send", json!({ "chat": chat, "text": "here I am" })).await?;
        sent = Some(written["message"].clone());
    }
    let told = |network: &Json| is_served(network).then(|| ms(started.elapsed()));
    let (mut told_ms, mut peer_ms, mut message_ms) = (told(&snapshot["network"]), None, None);
    while peer_ms.is_none() || told_ms.is_none() || message_ms.is_some() != sent.is_some() {
        ensure!(started.elapsed() < LIMIT, "it does not get online");
        if peer_ms.is_none() {
            peer_ms = told(&socket.call("network.status", json!({})).await?);
        }
        // Nothing may come for a while.
        let Ok(event) = socket.notification(tokio::time::Instant::now() + POLL).await else { continue };
        told_ms = told_ms.or_else(|| told(&event["status"]));
        if message_ms.is_none() && sent.as_ref().is_some_and(|sent| is_delivered(&event, sent)) {
            message_ms = Some(ms(started.elapsed()));
        }
    }
    running.end().await?;
    let (peer_ms, told_ms) = (peer_ms.context("no bootstrap node")?, told_ms.context("no event")?);
    Ok(Took { ready_ms, peer_ms, told_ms, message_ms })
}

fn is_served(network: &Json) -> bool {
    network["bootstraps"].as_array().is_some_and(|all| all.iter().any(|node| node["ok"] == true))
}

fn is_delivered(event: &Json, message: &Json) -> bool {
    event["kind"] == "message.state"
        && event["message"] == *message
        && (event["state"] == "delivered" || event["state"] == "seen")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_that_is_only_listed_does_not_serve() {
        let of = |ok: bool| json!({ "bootstraps": [{ "address": "x", "ok": ok }] });
        assert!(is_served(&of(true)) && !is_served(&of(false)) && !is_served(&json!({})));
    }

    #[test]
    fn a_message_that_waits_at_a_mailbox_is_not_delivered() {
        let event = |state: &str| json!({ "kind": "message.state", "message": "m", "state": state });
        assert!(is_delivered(&event("delivered"), &json!("m")) && is_delivered(&event("seen"), &json!("m")));
        assert!(!is_delivered(&event("stored"), &json!("m")) && !is_delivered(&event("delivered"), &json!("n")));
    }
}
