//! `footprint`: what a node costs that does nothing but be there, with ten contacts online and one bootstrap node.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use kith_node::{Event, Invite, Node, local};
use serde_json::{Value as Json, json};
use tokio::process::Command;

use crate::{
    Options,
    line::{Better, Line, Metric, Value},
    machine::{Process, Run},
    people::wait,
    program::Program,
    samples::Rounds,
};

const CONTACTS: usize = 10;
/// One look at the numbers, and how many by default.
const ROUND: Duration = Duration::from_secs(10);
const ROUNDS: usize = 12;
/// What follows a start is over by then: hole punching, records, reachability tests.
const SETTLE: Duration = Duration::from_secs(60);
pub(crate) const LISTEN: &str = "/ip4/127.0.0.1/udp/0/quic-v1";

/// Goals: a tenth of a percent of a core, two wakeups a second, a megabyte an hour, 30 MB.
const CPU_PERCENT: f64 = 0.1;
const WAKEUPS: f64 = 2.0;
const BYTES_PER_HOUR: f64 = 1e6;
const RESIDENT: f64 = 30e6;

/// Measures.
pub(crate) async fn run(options: &Options, kithd: Option<&Path>, bootstrap: Option<&Path>) -> Result<Vec<Line>> {
    let folder = options.folder()?;
    let beside = |given: Option<&Path>, name| given.map_or_else(|| crate::beside_us(name), |path| Ok(path.to_owned()));
    let (kithd, bootstrap) = (beside(kithd, "kithd")?, beside(bootstrap, "kith-bootstrap")?);
    let public = start_bootstrap(&bootstrap, &folder.path().join("public"), &[]).await?;
    let link = public.ready["address"].as_str().context("a link")?.to_owned();
    let profile = folder.path().join("measured");
    let measured = Program::start(&kithd, |command| {
        command.arg("--profile").arg(&profile).args(["--name", "Measured", "--no-mdns", "--no-default-bootstrap"]);
        command.args(["--listen", LISTEN, "--bootstrap", &link]);
    })
    .await?;
    let api = Cli { program: &kithd, profile: &profile };
    let mut contacts = Vec::new();
    for number in 0..CONTACTS {
        contacts.push(befriend(&folder.path().join(number.to_string()), &link, &api).await?);
    }
    tokio::time::sleep(SETTLE).await;
    let lines = measure(options, &api, measured.pid()?).await?;
    let status = api.call("network.status", json!({})).await?;
    ensure!(status["peers"] == CONTACTS, "not everybody is connected: {status}");
    for node in contacts {
        node.shutdown().await;
    }
    measured.end().await?;
    public.end().await?;
    Ok(lines)
}

/// A bootstrap node in a new folder, with these settings in tables of its configuration.
pub(crate) async fn start_bootstrap(program: &Path, folder: &Path, tables: &[(&str, String)]) -> Result<Program> {
    let made = Command::new(program).args(["init", "--dir"]).arg(folder).output().await?;
    ensure!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let config = folder.join("config.toml");
    let mut written = std::fs::read_to_string(&config)?;
    for (table, settings) in tables {
        let head = format!("[{table}]\n");
        ensure!(written.contains(&head), "the configuration has no [{table}]");
        written = written.replace(&head, &format!("{head}{settings}"));
    }
    std::fs::write(&config, written)?;
    Program::start(program, |command| {
        command.args(["run", "--dir"]).arg(folder);
        command.args(["--listen", LISTEN, "/ip4/127.0.0.1/tcp/0", "--http", "127.0.0.1:0"]);
        command.args(["--stun", "127.0.0.1:0", "--iroh-relay", "127.0.0.1:0"]);
    })
    .await
}

/// The measured node, asked from outside.
pub(crate) struct Cli<'a> {
    pub(crate) program: &'a Path,
    pub(crate) profile: &'a Path,
}

impl Cli<'_> {
    async fn call(&self, method: &str, params: Json) -> Result<Json> {
        let mut command = Command::new(self.program);
        command.args(["call", method, &params.to_string(), "--profile"]).arg(self.profile);
        let output = command.output().await?;
        ensure!(output.status.success(), "{method}: {}", String::from_utf8_lossy(&output.stderr));
        Ok(serde_json::from_slice(&output.stdout)?)
    }

    /// Bytes that went over its connections, both ways, as libp2p counts them: without the heads of packets.
    async fn bytes(&self) -> Result<f64> {
        let status = self.call("network.status", json!({})).await?;
        let part = |name: &str| status["traffic"][name].as_f64().context("a number of bytes");
        Ok(part("bytes_in")? + part("bytes_out")?)
    }
}

/// A node with a new profile in `folder`, whose owner the measured node is introduced to.
pub(crate) async fn befriend(folder: &Path, link: &str, measured: &Cli<'_>) -> Result<Node> {
    let node = Node::builder(folder).name("Contact").preset(local()).bootstrap(link).spawn().await?;
    let (_, mut events) = node.subscribe().await?;
    let invite = node.contacts().invite(Invite::single_use()).await?.link;
    measured.call("contacts.add", json!({ "link": invite })).await?;
    let asked = wait(&mut events, |event| {
        let Event::ContactRequested { contact, .. } = event else { return None };
        Some(contact.account)
    });
    node.contacts().accept(asked.await?).await?;
    Ok(node)
}

async fn measure(options: &Options, api: &Cli<'_>, pid: u32) -> Result<Vec<Line>> {
    let run = Run::begin();
    let [mut cpu, mut wakeups, mut traffic, mut resident] = [(); 4].map(|()| Rounds::default());
    let (first, started) = (api.bytes().await?, Instant::now());
    for _ in 0..options.n.unwrap_or(ROUNDS) {
        let (before, start) = (Process::of(pid)?, Instant::now());
        tokio::time::sleep(ROUND).await;
        let (after, seconds) = (Process::of(pid)?, start.elapsed().as_secs_f64());
        cpu.push(vec![(after.cpu_s - before.cpu_s) / seconds * 100.0]);
        wakeups.push(vec![(after.switches - before.switches) as f64 / seconds]);
        resident.push(vec![after.resident_bytes as f64]);
    }
    // Over the whole time: most of it comes in bursts.
    traffic.push(vec![(api.bytes().await? - first) / started.elapsed().as_secs_f64() * 3600.0]);
    let line = |metric, unit, rounds, goal| {
        Metric::new(metric, unit, Better::Less, rounds).goal(Value::P50, goal).line(&run, options.seed)
    };
    Ok(vec![
        line("footprint.cpu", "% of a core", cpu, CPU_PERCENT),
        line("footprint.wakeups", "1/s", wakeups, WAKEUPS),
        line("footprint.traffic", "bytes/h", traffic, BYTES_PER_HOUR),
        line("footprint.resident", "bytes", resident, RESIDENT),
    ])
}
