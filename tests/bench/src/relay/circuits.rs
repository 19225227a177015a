//! Circuits through a public node: places to be reached at, and bytes.

use std::{
    io,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use futures::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, StreamExt as _, stream::FuturesUnordered};
use kith_net::services::{self, ServicesBehaviour};
use kith_wire::{ServicesRequest, ServicesResponse, TurnCredentials};
use libp2p::{
    Multiaddr, PeerId, StreamProtocol, Swarm, SwarmBuilder, identify,
    multiaddr::Protocol,
    noise, relay,
    request_response::{self, Message, ProtocolSupport},
    swarm::{NetworkBehaviour, SwarmEvent},
    tcp, yamux,
};
use tokio::time::timeout;

use crate::{
    Options,
    line::{Better, Line, Metric},
    machine::{Process, Run},
    program::Program,
    samples::Rounds,
};

/// What the node must give for all this.
pub(super) const LIMITS: &str = "connections = 20000\nreservations = 20000\ncircuits = 1000\n\
                                 circuit_bytes = 1000000000000\ncircuits_kbit_per_s = 1000000000\nidle_s = 3600\n";
const ROUNDS: usize = 5;
/// Places that are asked for in a round.
const PLACES: usize = 400;
/// Who connects at once.
const AT_ONCE: usize = 32;
/// Bytes that go through a circuit in a round.
const BYTES: usize = 256 << 20;
const PART: usize = 64 << 10;
const LIMIT: Duration = Duration::from_secs(60);
const BULK: StreamProtocol = StreamProtocol::new("/kith-bench/bulk/1");

/// A request of so many bytes; what comes back says that they came.
#[derive(Debug, Clone, Default)]
struct Bulk;

impl request_response::Codec for Bulk {
    type Protocol = StreamProtocol;
    type Request = usize;
    type Response = usize;

    async fn read_request<T: AsyncRead + Unpin + Send>(&mut self, _: &StreamProtocol, io: &mut T) -> io::Result<usize> {
        let (mut buffer, mut bytes) = (vec![0; PART], 0);
        loop {
            match io.read(&mut buffer).await? {
                0 => return Ok(bytes),
                read => bytes += read,
            }
        }
    }

    async fn read_response<T: AsyncRead + Unpin + Send>(
        &mut self,
        _: &StreamProtocol,
        io: &mut T,
    ) -> io::Result<usize> {
        let mut bytes = [0; 8];
        io.read_exact(&mut bytes).await?;
        usize::try_from(u64::from_be_bytes(bytes)).map_err(io::Error::other)
    }

    async fn write_request<T: AsyncWrite + Unpin + Send>(
        &mut self,
        _: &StreamProtocol,
        io: &mut T,
        bytes: usize,
    ) -> io::Result<()> {
        let part = vec![7; PART];
        for _ in 0..bytes / PART {
            io.write_all(&part).await?;
        }
        Ok(())
    }

    async fn write_response<T: AsyncWrite + Unpin + Send>(
        &mut self,
        _: &StreamProtocol,
        io: &mut T,
        bytes: usize,
    ) -> io::Result<()> {
        io.write_all(&u64::try_from(bytes).map_err(io::Error::other)?.to_be_bytes()).await
    }
}

#[derive(NetworkBehaviour)]
struct Behaviour {
    identify: identify::Behaviour,
    relay: relay::client::Behaviour,
    services: ServicesBehaviour,
    bulk: request_response::Behaviour<Bulk>,
}

type Event = SwarmEvent<BehaviourEvent>;

/// Somebody who is connected to the node.
struct Client {
    swarm: Swarm<Behaviour>,
    server: PeerId,
    /// What leads to whoever has a place at the node.
    circuit: Multiaddr,
}

/// Credentials for the TURN server of a node.
pub(super) async fn turn_credentials(node: &Program) -> Result<TurnCredentials> {
    let mut client = Client::connected(node).await?;
    client.swarm.behaviour_mut().services.send_request(&client.server, ServicesRequest::Turn);
    let answered = client.wait(|event| {
        let SwarmEvent::Behaviour(BehaviourEvent::Services(request_response::Event::Message { message, .. })) = event
        else {
            return None;
        };
        let Message::Response { response, .. } = message else { return None };
        Some(response)
    });
    match answered.await? {
        ServicesResponse::Turn(credentials) => Ok(credentials),
        other @ (ServicesResponse::Described { .. } | ServicesResponse::Joined | ServicesResponse::Denied { .. }) => {
            bail!("no credentials: {other:?}")
        }
    }
}

/// Measures.
pub(super) async fn run(options: &Options, node: &Program) -> Result<Vec<Line>> {
    let mut lines = vec![places(options, node).await?];
    lines.extend(bytes(options, node).await?);
    Ok(lines)
}

/// Places for each second of the node's processor time; those who ask for them are connected already.
async fn places(options: &Options, node: &Program) -> Result<Line> {
    let (run, pid) = (Run::begin(), node.pid()?);
    let mut per_core = Rounds::default();
    for _ in 0..ROUNDS {
        let mut clients = Vec::new();
        while clients.len() < PLACES {
            let coming: FuturesUnordered<_> = (0..AT_ONCE).map(|_| Client::connected(node)).collect();
            for client in coming.collect::<Vec<_>>().await {
                clients.push(client?);
            }
        }
        let before = Process::of(pid)?.cpu_s;
        let asking: FuturesUnordered<_> = clients.iter_mut().map(Client::reserve).collect();
        asking.collect::<Vec<_>>().await.into_iter().collect::<Result<Vec<_>>>()?;
        per_core.push(vec![clients.len() as f64 / (Process::of(pid)?.cpu_s - before)]);
    }
    let metric = Metric::new("relay.reservations", "reservations/s of a core", Better::More, per_core);
    Ok(metric.line(&run, options.seed))
}

/// Bytes through one circuit.
async fn bytes(options: &Options, node: &Program) -> Result<[Line; 2]> {
    let (run, pid) = (Run::begin(), node.pid()?);
    let (mut listener, mut dialer) = (Client::connected(node).await?, Client::connected(node).await?);
    listener.reserve().await?;
    let listener_id = *listener.swarm.local_peer_id();
    dialer.swarm.dial(dialer.circuit.clone().with(Protocol::P2p(listener_id)))?;
    let (mut cost, mut rate) = (Rounds::default(), Rounds::default());
    let answering = listener.answer();
    let sending = async {
        dialer
            .wait(|event| {
                let SwarmEvent::ConnectionEstablished { peer_id, .. } = event else { return None };
                (peer_id == listener_id).then_some(())
            })
            .await?;
        for _ in 0..ROUNDS {
            let (before, start) = (Process::of(pid)?.cpu_s, Instant::now());
            dialer.send(&listener_id, BYTES).await?;
            let used = Process::of(pid)?.cpu_s - before;
            cost.push(vec![used * 1e9 / BYTES as f64]);
            rate.push(vec![BYTES as f64 / 1e6 / start.elapsed().as_secs_f64()]);
        }
        Ok::<(), anyhow::Error>(())
    };
    tokio::select! {
        sent = sending => sent?,
        () = answering => bail!("nobody answers any more"),
    }
    Ok([
        Metric::new("relay.circuit_cpu", "s of a core per GB", Better::Less, cost).line(&run, options.seed),
        Metric::new("relay.circuit", "MB/s", Better::More, rate).line(&run, options.seed),
    ])
}

impl Client {
    async fn connected(node: &Program) -> Result<Self> {
        let listen = node.ready["listen"].as_array().into_iter().flatten().filter_map(|address| address.as_str());
        let mut address: Multiaddr =
            listen.into_iter().find(|address| address.contains("/tcp/")).context("TCP")?.parse()?;
        let server: PeerId = node.ready["peer"].as_str().context("a peer id")?.parse()?;
        if !matches!(address.iter().last(), Some(Protocol::P2p(_))) {
            address.push(Protocol::P2p(server));
        }
        let mut swarm = SwarmBuilder::with_new_identity()
            .with_tokio()
            .with_tcp(tcp::Config::default().nodelay(true), noise::Config::new, yamux::Config::default)?
            .with_relay_client(noise::Config::new, yamux::Config::default)?
            .with_behaviour(|key, relay| Behaviour {
                identify: identify::Behaviour::new(identify::Config::new("/kith/1.0.0".to_owned(), key.public())),
                relay,
                services: services::behaviour(ProtocolSupport::Outbound),
                bulk: request_response::Behaviour::with_codec(
                    Bulk,
                    [(BULK, ProtocolSupport::Full)],
                    request_response::Config::default().with_request_timeout(LIMIT),
                ),
            })?
            .with_swarm_config(|config| config.with_idle_connection_timeout(LIMIT * 10))
            .build();
        swarm.dial(address.clone())?;
        let circuit = address.with(Protocol::P2pCircuit);
        let mut client = Self { swarm, server, circuit };
        let known = |event| {
            let SwarmEvent::Behaviour(BehaviourEvent::Identify(identify::Event::Received { .. })) = event else {
                return None;
            };
            Some(())
        };
        client.wait(known).await?;
        Ok(client)
    }

    /// Waits for an event.
    async fn wait<T>(&mut self, fits: impl Fn(Event) -> Option<T>) -> Result<T> {
        let found = async {
            loop {
                let event = self.swarm.select_next_some().await;
                if let SwarmEvent::OutgoingConnectionError { error, .. } = event {
                    return Err(error.into());
                }
                if let Some(found) = fits(event) {
                    return Ok(found);
                }
            }
        };
        timeout(LIMIT, found).await.context("nothing happens any more")?
    }

    /// Takes a place at the node, and waits until it has it.
    async fn reserve(&mut self) -> Result<()> {
        self.swarm.listen_on(self.circuit.clone())?;
        self.wait(|event| {
            let SwarmEvent::Behaviour(BehaviourEvent::Relay(relay::client::Event::ReservationReqAccepted { .. })) =
                event
            else {
                return None;
            };
            Some(())
        })
        .await
    }

    /// Says what came, for ever.
    async fn answer(&mut self) {
        loop {
            let event = self.swarm.select_next_some().await;
            if let SwarmEvent::Behaviour(BehaviourEvent::Bulk(request_response::Event::Message { message, .. })) = event
                && let Message::Request { request, channel, .. } = message
            {
                // Who is gone hears nothing.
                let _gone = self.swarm.behaviour_mut().bulk.send_response(channel, request);
            }
        }
    }

    /// Sends so many bytes, and waits until they came.
    async fn send(&mut self, to: &PeerId, bytes: usize) -> Result<()> {
        self.swarm.behaviour_mut().bulk.send_request(to, bytes);
        let came = self.wait(|event| {
            let SwarmEvent::Behaviour(BehaviourEvent::Bulk(event)) = event else { return None };
            match event {
                request_response::Event::Message { message: Message::Response { response, .. }, .. } => Some(response),
                request_response::Event::OutboundFailure { .. } => Some(0),
                request_response::Event::Message { .. }
                | request_response::Event::InboundFailure { .. }
                | request_response::Event::ResponseSent { .. } => None,
            }
        });
        let came = came.await?;
        anyhow::ensure!(came == bytes, "{came} of {bytes} bytes came");
        Ok(())
    }
}
