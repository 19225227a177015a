//! `relay`: what a packet costs a public node that relays it for two people who call each other, against coturn; and what
//! a circuit for everything else costs it.

mod circuits;
mod turn;

use std::{net::UdpSocket, path::Path, process::Stdio, time::Duration};

use anyhow::{Context as _, Result};
use kith_wire::TurnCredentials;
use tokio::process::{Child, Command};

use self::turn::Calls;
use crate::{
    Options,
    footprint::start_bootstrap,
    line::{Better, Line, Metric, Value},
    machine::{Process, Run},
    samples::Rounds,
};

/// Calls that go on at once, by default.
const CALLS: usize = 50;
/// Of them, those of a flood: what is under way at once fits into the sockets' buffers.
const FLOODING: usize = 8;
const ROUNDS: usize = 10;
const ROUND: Duration = Duration::from_secs(3);
/// An Opus frame of 20 ms at 64 kbit/s in an RTP packet; a packet of a picture.
const VOICE_BYTES: usize = 172;
const PICTURE_BYTES: usize = 1_000;
/// What each packet is for a server: it is taken from one client's allocation, and given to another's.
const PASSES: f64 = 2.0;
const COTURN: &str = "coturn";
/// Tries until a program that was started answers.
const TRIES: usize = 50;

/// The programs that are measured.
pub(crate) struct Programs<'a> {
    /// Ours; by default the one beside this one.
    pub(crate) bootstrap: Option<&'a Path>,
    /// What it is compared with.
    pub(crate) turnserver: &'a Path,
}

/// Measures.
pub(crate) async fn run(options: &Options, programs: &Programs<'_>) -> Result<Vec<Line>> {
    let folder = options.folder()?;
    let beside = || crate::beside_us("kith-bootstrap");
    let program = programs.bootstrap.map_or_else(beside, |path| Ok(path.to_owned()))?;
    let count = options.n.unwrap_or(CALLS);
    let clients = count.max(FLOODING) * 2;
    let media = format!("allocations = {clients}\nallocations_per_peer = {clients}\nkbit_per_s = 100000000\n");
    let settings = [("media", media), ("limits", circuits::LIMITS.to_owned())];
    let node = start_bootstrap(&program, &folder.path().join("node"), &settings).await?;
    let link = node.ready["address"].as_str().context("a link")?;
    let given = circuits::turn_credentials(&node).await.with_context(|| link.to_owned())?;
    let ours = Server { pid: node.pid()?, calls: calls(clients / 2, &given).await? };

    let (coturn, given) = start_coturn(programs.turnserver)?;
    let theirs = Server { pid: coturn.id().context("coturn ended")?, calls: calls(clients / 2, &given).await? };

    let mut lines = vec![voice(options, &ours, &theirs, count).await?, flood(options, &ours, &theirs).await?];
    drop((ours, theirs, coturn));
    lines.extend(circuits::run(options, &node).await?);
    node.end().await?;
    Ok(lines)
}

/// A server and those who call each other through it.
struct Server {
    pid: u32,
    calls: Calls,
}

impl Server {
    /// Packets relayed for each second of its processor time, while `work` counts those that arrived.
    async fn per_core(&self, work: impl Future<Output = Result<u64>>) -> Result<f64> {
        let before = Process::of(self.pid)?.cpu_s;
        let arrived = work.await?;
        let used = Process::of(self.pid)?.cpu_s - before;
        Ok(arrived as f64 * PASSES / used)
    }
}

async fn calls(count: usize, given: &TurnCredentials) -> Result<Calls> {
    let mut failure = None;
    for _ in 0..TRIES {
        match Calls::start(count, given).await {
            Ok(calls) => return Ok(calls),
            Err(error) => failure = Some(error),
        }
        // It may not listen yet.
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Err(failure.context("no try")?)
}

/// Everybody speaks: 50 packets a second each way.
async fn voice(options: &Options, ours: &Server, theirs: &Server, count: usize) -> Result<Line> {
    let run = Run::begin();
    let (mut here, mut there) = (Rounds::default(), Rounds::default());
    for _ in 0..ROUNDS {
        here.push(vec![ours.per_core(ours.calls.speak(count, VOICE_BYTES, ROUND)).await?]);
        there.push(vec![theirs.per_core(theirs.calls.speak(count, VOICE_BYTES, ROUND)).await?]);
    }
    let metric = Metric::new("relay.voice", "packets/s of a core", Better::More, here);
    Ok(metric.anchor(COTURN, there).goal(Value::Ratio, 1.0).line(&run, options.seed))
}

/// As much as goes.
async fn flood(options: &Options, ours: &Server, theirs: &Server) -> Result<Line> {
    let run = Run::begin();
    let (mut here, mut there) = (Rounds::default(), Rounds::default());
    for _ in 0..ROUNDS {
        here.push(vec![ours.per_core(ours.calls.flood(FLOODING, PICTURE_BYTES, ROUND)).await?]);
        there.push(vec![theirs.per_core(theirs.calls.flood(FLOODING, PICTURE_BYTES, ROUND)).await?]);
    }
    let metric = Metric::new("relay.flood", "packets/s of a core", Better::More, here);
    Ok(metric.anchor(COTURN, there).goal(Value::Ratio, 1.0).line(&run, options.seed))
}

/// coturn on a free port of this machine, with a user of its own; it is killed with the value.
fn start_coturn(program: &Path) -> Result<(Child, TurnCredentials)> {
    let port = UdpSocket::bind("127.0.0.1:0")?.local_addr()?.port();
    let mut command = Command::new(program);
    command.args(["-n", "--no-tls", "--no-dtls", "--no-tcp", "--no-cli", "--no-rfc5780", "--no-multicast-peers"]);
    command.args(["--allow-loopback-peers", "-L", "127.0.0.1", "-p", &port.to_string()]);
    command.args(["--lt-cred-mech", "--user=ann:secret", "--realm=kith.bench", "--min-port=20000", "--max-port=29999"]);
    command.args(["--log-file=/dev/null", "--simple-log", "--pidfile=/dev/null"]);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
    let child = command.spawn().with_context(|| format!("{}, of the package coturn", program.display()))?;
    let credentials = TurnCredentials {
        username: "ann".to_owned(),
        password: "secret".to_owned(),
        lifetime_s: 600,
        addresses: vec![format!("/ip4/127.0.0.1/udp/{port}")],
    };
    Ok((child, credentials))
}
