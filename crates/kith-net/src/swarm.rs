//! Which libp2p behaviours and transports a node runs, and with which limits.

use std::{future::Future, num::NonZeroUsize, pin::Pin, time::Duration};

use kith_crypto::SigningKey;
use libp2p::{
    Multiaddr, StreamProtocol, Swarm, SwarmBuilder, autonat, connection_limits, identify,
    identity::Keypair,
    kad, mdns, memory_connection_limits, noise, ping, relay,
    request_response::ProtocolSupport,
    swarm::{Config as SwarmConfig, Executor, NetworkBehaviour, behaviour::toggle::Toggle},
    tcp, yamux,
};
use prometheus_client::registry::Registry;
use tokio_util::task::TaskTracker;

use crate::{
    api::{NetError, Tuning},
    gossip::{Gossip, gossip},
    guard, hearsay, limits, mailbox, memory, observed, punch,
    screen::{Judge, Screened},
    services::{self, ServicesBehaviour},
    slot::{self, SlotBehaviour},
    streams, wss,
};

/// Sent in identify; the agent string is the caller's.
const PROTOCOL_VERSION: &str = "/kith/1.0.0";
/// Our own record network, apart from everybody else's.
pub(crate) const KAD_PROTOCOL: StreamProtocol = StreamProtocol::new("/kith/kad/1.0.0");

/// Everything a node speaks.
#[derive(NetworkBehaviour)]
pub(crate) struct Behaviour {
    pub(crate) limits: connection_limits::Behaviour,
    pub(crate) memory: memory_connection_limits::Behaviour,
    pub(crate) guard: guard::Behaviour,
    pub(crate) relay: relay::client::Behaviour,
    pub(crate) punch: punch::Behaviour,
    pub(crate) autonat: autonat::v2::client::Behaviour,
    pub(crate) identify: hearsay::Behaviour,
    pub(crate) observed: observed::Behaviour,
    pub(crate) ping: ping::Behaviour,
    pub(crate) kad: kad::Behaviour<kad::store::MemoryStore>,
    pub(crate) gossip: Gossip,
    pub(crate) mdns: Toggle<mdns::tokio::Behaviour>,
    pub(crate) slot: SlotBehaviour,
    pub(crate) mailbox: mailbox::Switch,
    pub(crate) services: ServicesBehaviour,
    pub(crate) streams: streams::Behaviour,
}

impl Judge for Behaviour {
    fn may_dial(&self, address: &Multiaddr) -> bool {
        self.guard.may_dial(address)
    }
}

/// Spawns libp2p's connection tasks where a shutdown waits for them.
struct Tracked(TaskTracker);

impl Executor for Tracked {
    fn exec(&self, future: Pin<Box<dyn Future<Output = ()> + Send>>) {
        self.0.spawn(future);
    }
}

/// What the caller decides about a swarm.
pub(crate) struct Setup<'a> {
    pub(crate) key: &'a SigningKey,
    pub(crate) agent: String,
    pub(crate) mdns: bool,
    pub(crate) tuning: Tuning,
    pub(crate) tracker: &'a TaskTracker,
    pub(crate) registry: &'a mut Registry,
}

/// Builds a swarm that listens nowhere yet.
///
/// # Errors
/// The key is not accepted, or a transport cannot be set up.
pub(crate) fn build(setup: Setup<'_>, streams: streams::Behaviour) -> Result<Swarm<Screened<Behaviour>>, NetError> {
    let Setup { key, agent, mdns, tuning, tracker, registry } = setup;
    let keypair = Keypair::ed25519_from_bytes(*key.seed()).map_err(|_malformed| NetError::Key)?;
    let executor = Tracked(tracker.clone());
    let behaviour = behaviour(&keypair, agent, mdns, tuning, streams)?;
    let swarm = SwarmBuilder::with_existing_identity(keypair)
        .with_tokio()
        .with_tcp(tcp::Config::default().nodelay(true), noise::Config::new, yamux::Config::default)
        .map_err(|_noise| NetError::Setup { part: "TCP" })?
        .with_quic_config(|mut quic| {
            // 15 s keeps NAT mappings open and costs a third of the default's traffic.
            quic.keep_alive_interval = Duration::from_secs(15);
            quic.max_idle_timeout = 45_000;
            quic
        })
        .with_other_transport(|key| wss::transport(key, None))
        .map_err(|_tls| NetError::Setup { part: "WSS" })?
        .with_dns()
        .map_err(|_resolver| NetError::Setup { part: "DNS" })?
        .with_relay_client(noise::Config::new, yamux::Config::default)
        .map_err(|_noise| NetError::Setup { part: "relay client" })?
        .with_bandwidth_metrics(registry)
        .with_behaviour(|_, relay| Screened(behaviour(relay)))
        .map_err(|_never| NetError::Setup { part: "behaviour" })?
        .with_swarm_config(|_| {
            SwarmConfig::with_executor(executor)
                .with_idle_connection_timeout(tuning.idle)
                .with_max_negotiating_inbound_streams(limits::NEGOTIATING_STREAMS)
                .with_notify_handler_buffer_size(NonZeroUsize::MIN.saturating_add(63))
                .with_per_connection_event_buffer_size(64)
                .with_smart_dial()
        })
        .build();
    Ok(swarm)
}

/// A swarm with one behaviour that only dials: for connections that must not be known to be this node's.
///
/// # Errors
/// A transport cannot be set up.
pub(crate) fn small<B: NetworkBehaviour>(
    key: &SigningKey,
    behaviour: B,
    tracker: &TaskTracker,
) -> Result<Swarm<B>, NetError> {
    let keypair = Keypair::ed25519_from_bytes(*key.seed()).map_err(|_malformed| NetError::Key)?;
    let executor = Tracked(tracker.clone());
    Ok(SwarmBuilder::with_existing_identity(keypair)
        .with_tokio()
        .with_tcp(tcp::Config::default().nodelay(true), noise::Config::new, yamux::Config::default)
        .map_err(|_noise| NetError::Setup { part: "TCP" })?
        .with_quic()
        .with_other_transport(|key| wss::transport(key, None))
        .map_err(|_tls| NetError::Setup { part: "WSS" })?
        .with_dns()
        .map_err(|_resolver| NetError::Setup { part: "DNS" })?
        .with_behaviour(|_| behaviour)
        .map_err(|_never| NetError::Setup { part: "behaviour" })?
        .with_swarm_config(|_| {
            SwarmConfig::with_executor(executor).with_idle_connection_timeout(Duration::from_secs(60)).with_smart_dial()
        })
        .build())
}

fn behaviour(
    keypair: &Keypair,
    agent: String,
    mdns: bool,
    tuning: Tuning,
    streams: streams::Behaviour,
) -> Result<impl FnOnce(relay::client::Behaviour) -> Behaviour + use<>, NetError> {
    let me = keypair.public().to_peer_id();
    let limits = connection_limits::ConnectionLimits::default()
        .with_max_pending_incoming(Some(limits::PENDING))
        .with_max_pending_outgoing(Some(limits::PENDING))
        .with_max_established_incoming(Some(limits::ESTABLISHED_IN))
        .with_max_established_outgoing(Some(limits::ESTABLISHED_OUT))
        .with_max_established_per_peer(Some(limits::PER_PEER));
    let identify = identify::Config::new(PROTOCOL_VERSION.to_owned(), keypair.public())
        .with_agent_version(agent)
        .with_hide_listen_addrs(true);
    let autonat = autonat::v2::client::Config::default().with_max_candidates(10).with_probe_interval(tuning.probe);
    let mdns = if mdns { mdns::tokio::Behaviour::new(mdns::Config::default(), me).ok() } else { None };
    let gossip = gossip(keypair)?;
    let ping = ping::Config::new().with_interval(tuning.ping).with_timeout(tuning.ping * 2 / 3);
    Ok(move |relay| Behaviour {
        limits: connection_limits::Behaviour::new(limits),
        memory: memory_connection_limits::Behaviour::with_max_bytes(memory::share(limits::MEMORY_PERCENT)),
        guard: guard::Behaviour::new(),
        relay,
        punch: punch::Behaviour::new(me),
        autonat: autonat::v2::client::Behaviour::new(rand::make_rng(), autonat),
        identify: hearsay::Behaviour::new(identify::Behaviour::new(identify)),
        observed: observed::Behaviour::default(),
        ping: ping::Behaviour::new(ping),
        kad: kad(me),
        gossip,
        mdns: mdns.into(),
        slot: slot::behaviour(ProtocolSupport::Full),
        mailbox: mailbox::Switch::new(),
        services: services::behaviour(ProtocolSupport::Outbound),
        streams,
    })
}

fn kad(me: libp2p::PeerId) -> kad::Behaviour<kad::store::MemoryStore> {
    let mut config = kad::Config::new(KAD_PROTOCOL);
    config
        .set_query_timeout(Duration::from_secs(30))
        .disjoint_query_paths(true)
        .set_kbucket_inserts(kad::BucketInserts::Manual)
        .set_record_filtering(kad::StoreInserts::FilterBoth)
        .set_record_ttl(Some(limits::RECORD_TTL))
        .set_replication_interval(None)
        .set_publication_interval(None)
        .set_caching(kad::Caching::Disabled)
        .set_periodic_bootstrap_interval(None)
        .set_max_packet_size(kith_wire::limits::WHEREABOUTS_LEN * 16);
    let mut kad = kad::Behaviour::with_config(me, kad::store::MemoryStore::new(me), config);
    kad.set_mode(Some(kad::Mode::Client));
    kad
}
