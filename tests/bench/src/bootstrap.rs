//! `bootstrap`: what a connection costs a bootstrap node in memory, and what all of them cost it while nobody says anything.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result};
use futures::{StreamExt as _, stream::FuturesUnordered};
use libp2p::{
    Multiaddr, PeerId, Swarm, SwarmBuilder, identify,
    identity::Keypair,
    noise,
    swarm::{SwarmEvent, dial_opts::DialOpts},
    tcp, yamux,
};
use tokio::time::timeout;

use crate::{
    Options,
    footprint::start_bootstrap,
    line::{Better, Line, Metric, Value},
    machine::{Process, Run},
    samples::Rounds,
};

/// How many are on their way at once: less than may be in their handshake.
const AT_ONCE: usize = 64;
const ROUNDS: usize = 10;
const ROUND: Duration = Duration::from_secs(3);
const LIMIT: Duration = Duration::from_secs(60);
/// Longer than this takes.
const IDLE: Duration = Duration::from_secs(3600);

/// Goals: 100 kB a connection, a tenth of a core for 10,000 of them.
const BYTES: f64 = 100e3;
const CPU_PERCENT: f64 = 10.0;

/// Measures with this many connections.
pub(crate) async fn run(options: &Options, connections: usize, program: Option<&Path>) -> Result<Vec<Line>> {
    let folder = options.folder()?;
    let program = program.map_or_else(|| crate::beside_us("kith-bootstrap"), |path| Ok(path.to_owned()))?;
    let settings = format!("connections = {}\nidle_s = {}\n", connections + 100, IDLE.as_secs());
    let server = start_bootstrap(&program, &folder.path().join("node"), &[("limits", settings)]).await?;
    let listen = server.ready["listen"].as_array().into_iter().flatten().filter_map(|address| address.as_str());
    let address: Multiaddr = listen.into_iter().find(|address| address.contains("/tcp/")).context("TCP")?.parse()?;
    let peer: PeerId = server.ready["peer"].as_str().context("a peer id")?.parse()?;
    let pid = server.pid()?;

    let run = Run::begin();
    let mut crowd = Crowd { peer, address, swarms: Vec::new() };
    // What is allocated once is there before.
    crowd.grow(connections / 10).await?;
    let mut memory = Rounds::default();
    let step = (connections - crowd.swarms.len()) / ROUNDS;
    for _ in 0..ROUNDS {
        let before = Process::of(pid)?.resident_bytes;
        crowd.grow(step).await?;
        let after = Process::of(pid)?.resident_bytes;
        memory.push(vec![after.saturating_sub(before) as f64 / step as f64]);
    }
    let mut cpu = Rounds::default();
    for _ in 0..ROUNDS {
        let (before, start) = (Process::of(pid)?, Instant::now());
        crowd.rest(ROUND).await;
        let used = Process::of(pid)?.cpu_s - before.cpu_s;
        cpu.push(vec![used / start.elapsed().as_secs_f64() * 100.0 * 10_000.0 / crowd.swarms.len() as f64]);
    }
    let lines = vec![
        Metric::new("bootstrap.memory", "bytes/connection", Better::Less, memory).goal(Value::P50, BYTES),
        Metric::new("bootstrap.idle", "% of a core for 10,000 connections", Better::Less, cpu)
            .goal(Value::P50, CPU_PERCENT),
    ];
    let lines = lines.into_iter().map(|metric| metric.line(&run, options.seed)).collect();
    drop(crowd);
    server.end().await?;
    Ok(lines)
}

/// Many who are connected and say what the protocols make them say.
struct Crowd {
    peer: PeerId,
    address: Multiaddr,
    swarms: Vec<Swarm<identify::Behaviour>>,
}

impl Crowd {
    async fn grow(&mut self, by: usize) -> Result<()> {
        let mut coming = FuturesUnordered::new();
        for _ in 0..by {
            coming.push(connect(self.peer, self.address.clone()));
            if coming.len() >= AT_ONCE {
                self.swarms.extend(coming.next().await.transpose()?);
            }
        }
        while let Some(swarm) = coming.next().await {
            self.swarms.push(swarm?);
        }
        Ok(())
    }

    /// Everybody is there for a while, and hears what comes.
    async fn rest(&mut self, time: Duration) {
        let all: FuturesUnordered<_> = self.swarms.iter_mut().map(|swarm| swarm.for_each(|_| async {})).collect();
        // It never ends by itself.
        drop(timeout(time, all.for_each(|()| async {})).await);
    }
}

async fn connect(peer: PeerId, address: Multiaddr) -> Result<Swarm<identify::Behaviour>> {
    let key = Keypair::generate_ed25519();
    let identify = identify::Config::new("/kith/1.0.0".to_owned(), key.public());
    let mut swarm = SwarmBuilder::with_existing_identity(key)
        .with_tokio()
        .with_tcp(tcp::Config::default().nodelay(true), noise::Config::new, yamux::Config::default)?
        .with_behaviour(|_| identify::Behaviour::new(identify))?
        .with_swarm_config(|config| config.with_idle_connection_timeout(IDLE))
        .build();
    swarm.dial(DialOpts::peer_id(peer).addresses(vec![address]).build())?;
    let known = async {
        loop {
            let event = swarm.select_next_some().await;
            if let SwarmEvent::Behaviour(identify::Event::Received { .. }) = event {
                return Ok(());
            }
            if let SwarmEvent::OutgoingConnectionError { error, .. } = event {
                return Err(error);
            }
        }
    };
    timeout(LIMIT, known).await.context("no connection")??;
    Ok(swarm)
}
