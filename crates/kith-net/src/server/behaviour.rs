//! The libp2p behaviours of a public node, each with our limits.

use std::collections::HashSet;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::num::NonZeroU32;
use std::time::Duration;

use libp2p::gossipsub::{self, IdentTopic, MessageAuthenticity, WhitelistSubscriptionFilter};
use libp2p::identity::Keypair;
use libp2p::kad::store::{MemoryStore, MemoryStoreConfig};
use libp2p::metrics::Registry;
use libp2p::request_response::ProtocolSupport;
use libp2p::swarm::NetworkBehaviour;
use libp2p::swarm::behaviour::toggle::Toggle;
use libp2p::{
    Multiaddr, PeerId, Swarm, SwarmBuilder, connection_limits, identify, kad, memory_connection_limits, noise, ping,
    relay, tcp, yamux,
};

use super::ServerError;
use super::access::Door;
use super::circuits::Circuits;
use super::config::Limits;
use super::dial_back::DialBack;
use super::gate::IpGate;
use super::records;
use super::reservations::Reservations;
use super::source::Exempt;
use crate::cards;
use crate::mailbox::{self, MailboxBehaviour};
use crate::rendezvous::{self, RendezvousBehaviour};
use crate::screen::{Judge, Screened};
use crate::services::{self, ServicesBehaviour};
use crate::slot::{self, SlotBehaviour};
use crate::swarm::KAD_PROTOCOL;
use crate::wss::{self, Certificate};

/// What identify says this network is.
pub(crate) const NETWORK: &str = "/kith/1.0.0";

const GOSSIP_MAX_BYTES: usize = 16 * 1024;
const RESERVATION: Duration = Duration::from_secs(3_600);
const RESERVATIONS_PER_PEER: usize = 2;
const OUTBOUND_MAX: u32 = 128;

/// All behaviours of a public node. The gate comes first: what it refuses costs the others nothing.
#[derive(NetworkBehaviour)]
pub(crate) struct Behaviour {
    pub(crate) gate: IpGate,
    pub(crate) counts: connection_limits::Behaviour,
    pub(crate) memory: memory_connection_limits::Behaviour,
    pub(crate) identify: identify::Behaviour,
    pub(crate) ping: ping::Behaviour,
    pub(crate) kad: kad::Behaviour<MemoryStore>,
    pub(crate) relay: relay::Behaviour,
    pub(crate) dial_back: DialBack,
    pub(crate) rendezvous: RendezvousBehaviour,
    pub(crate) gossip: gossipsub::Behaviour<gossipsub::IdentityTransform, WhitelistSubscriptionFilter>,
    pub(crate) slots: SlotBehaviour,
    pub(crate) services: ServicesBehaviour,
    pub(crate) mailbox: Toggle<MailboxBehaviour>,
}

/// Who decides about whom, shared between the behaviours and the task.
#[derive(Debug, Clone)]
pub(crate) struct Judges {
    pub(crate) door: Door,
    pub(crate) reservations: Reservations,
    pub(crate) circuits: Circuits,
}

impl Judge for Behaviour {
    fn may_dial(&self, address: &Multiaddr) -> bool {
        self.gate.may_dial(address)
    }
}

/// A connection stands after this, or not at all. Less than the 10 s after which whoever asked for a reachability test
/// stops listening: an address that swallows everything is then "not reachable" instead of no answer.
const CONNECTION_TIMEOUT: Duration = Duration::from_secs(8);

/// Builds the swarm; nothing listens yet. Bandwidth counters go to `registry`.
pub(crate) fn swarm(
    key: &Keypair,
    agent: &str,
    limits: &Limits,
    judges: &Judges,
    mailbox: bool,
    certificate: Option<&Certificate>,
    registry: &mut Registry,
) -> Result<Swarm<Screened<Behaviour>>, ServerError> {
    let behaviour = behaviour(key, agent, limits, judges, mailbox)?;
    let idle = Duration::from_secs(limits.idle_s);
    let failed = |part: &'static str| move |source: io::Error| ServerError::Transport { part, source };
    let swarm = SwarmBuilder::with_existing_identity(key.clone())
        .with_tokio()
        .with_tcp(tcp::Config::default().nodelay(true), noise::Config::new, yamux::Config::default)
        .map_err(|error| failed("TCP")(io::Error::other(error)))?
        .with_quic_config(|mut config| {
            config.keep_alive_interval = Duration::from_secs(15);
            config.max_idle_timeout = 45_000;
            config
        })
        .with_other_transport(|key| wss::transport(key, certificate))
        .map_err(|error| failed("WSS")(io::Error::other(error)))?
        .with_dns()
        .map_err(|error| failed("name resolution")(io::Error::other(error)))?
        .with_bandwidth_metrics(registry)
        .with_behaviour(|_| Screened(behaviour))
        .map_err(|_never: std::convert::Infallible| ServerError::Stopped)?
        .with_swarm_config(|config| config.with_idle_connection_timeout(idle))
        .with_connection_timeout(CONNECTION_TIMEOUT)
        .build();
    Ok(swarm)
}

fn behaviour(
    key: &Keypair,
    agent: &str,
    limits: &Limits,
    judges: &Judges,
    mailbox: bool,
) -> Result<Behaviour, ServerError> {
    let peer = key.public().to_peer_id();
    let counts = connection_limits::ConnectionLimits::default()
        .with_max_established_incoming(Some(limits.connections))
        .with_max_established_outgoing(Some(OUTBOUND_MAX))
        .with_max_pending_incoming(Some(limits.pending))
        .with_max_pending_outgoing(Some(limits.pending))
        .with_max_established_per_peer(Some(limits.connections_per_peer));
    let identify = identify::Config::new(NETWORK.to_owned(), key.public())
        .with_agent_version(agent.to_owned())
        .with_hide_listen_addrs(true);
    Ok(Behaviour {
        gate: IpGate::new(limits, judges.door.clone()),
        counts: connection_limits::Behaviour::new(counts),
        memory: memory_connection_limits::Behaviour::with_max_bytes(limits.memory_max()),
        identify: identify::Behaviour::new(identify),
        ping: ping::Behaviour::new(ping::Config::new().with_interval(Duration::from_secs(30))),
        kad: kad_behaviour(peer),
        relay: relay::Behaviour::new(peer, relay_config(limits, judges)),
        dial_back: DialBack::default(),
        rendezvous: rendezvous::behaviour(ProtocolSupport::Inbound),
        gossip: gossip_behaviour(key, limits.exempt)?,
        slots: slot::behaviour(ProtocolSupport::Inbound),
        services: services::behaviour(ProtocolSupport::Inbound),
        mailbox: mailbox.then(|| mailbox::behaviour(ProtocolSupport::Inbound)).into(),
    })
}

fn kad_behaviour(peer: PeerId) -> kad::Behaviour<MemoryStore> {
    let store = MemoryStore::with_config(
        peer,
        MemoryStoreConfig {
            max_records: records::RECORDS_MAX,
            max_value_bytes: records::VALUE_BYTES + 1,
            ..MemoryStoreConfig::default()
        },
    );
    let mut config = kad::Config::new(KAD_PROTOCOL);
    config.set_record_filtering(kad::StoreInserts::FilterBoth);
    config.set_kbucket_inserts(kad::BucketInserts::Manual);
    config.set_record_ttl(Some(Duration::from_millis(records::TTL_MS)));
    // Owners put their records again themselves; a node that repeats them for others would spend other nodes' quotas.
    config.set_replication_interval(None);
    config.set_publication_interval(None);
    config.set_query_timeout(Duration::from_secs(30));
    config.disjoint_query_paths(true);
    let mut kad = kad::Behaviour::with_config(peer, store, config);
    kad.set_mode(Some(kad::Mode::Server));
    kad
}

fn relay_config(limits: &Limits, judges: &Judges) -> relay::Config {
    let mut config = relay::Config {
        max_reservations: usize::try_from(limits.reservations).unwrap_or(usize::MAX),
        max_reservations_per_peer: RESERVATIONS_PER_PEER,
        reservation_duration: RESERVATION,
        reservation_rate_limiters: vec![judges.door.limiter()],
        max_circuits: usize::try_from(limits.circuits).unwrap_or(usize::MAX),
        max_circuits_per_peer: usize::try_from(limits.circuits_per_peer).unwrap_or(usize::MAX),
        max_circuit_duration: Duration::from_secs(u64::from(limits.circuit_s)),
        max_circuit_bytes: limits.circuit_bytes,
        circuit_src_rate_limiters: vec![judges.door.limiter()],
    };
    if let (Some(some), Some(many)) = (NonZeroU32::new(30), NonZeroU32::new(120)) {
        config = config
            .reservation_rate_per_peer(some, Duration::from_secs(120))
            .circuit_src_per_peer(some, Duration::from_secs(30));
        if limits.exempt == Exempt::None {
            config = config.reservation_rate_per_ip(many, Duration::from_secs(30));
        }
    }
    // Last: it takes a place, which only a reservation that passed all other checks may do.
    config.reservation_rate_limiters.push(judges.reservations.limiter());
    config.circuit_src_rate_limiters.push(judges.circuits.limiter());
    config
}

fn gossip_behaviour(
    key: &Keypair,
    exempt: Exempt,
) -> Result<gossipsub::Behaviour<gossipsub::IdentityTransform, WhitelistSubscriptionFilter>, ServerError> {
    let failed = |error: String| ServerError::Transport { part: "gossip", source: io::Error::other(error) };
    let config = gossipsub::ConfigBuilder::default()
        .max_transmit_size(GOSSIP_MAX_BYTES)
        .validate_messages()
        .validation_mode(gossipsub::ValidationMode::Strict)
        .message_id_fn(cards::message_id)
        .duplicate_cache_time(Duration::from_secs(120))
        .build()
        .map_err(|error| failed(error.to_string()))?;
    let topic = IdentTopic::new(cards::TOPIC);
    let filter = WhitelistSubscriptionFilter(HashSet::from([topic.hash()]));
    let mut gossip =
        gossipsub::Behaviour::new_with_subscription_filter(MessageAuthenticity::Signed(key.clone()), config, filter)
            .map_err(|error| failed(error.to_owned()))?;
    gossip.with_peer_score(score(exempt, &topic), gossipsub::PeerScoreThresholds::default()).map_err(failed)?;
    gossip.subscribe(&topic).map_err(|error| failed(error.to_string()))?;
    Ok(gossip)
}

fn score(exempt: Exempt, topic: &IdentTopic) -> gossipsub::PeerScoreParams {
    let topic_params = gossipsub::TopicScoreParams {
        invalid_message_deliveries_weight: -20.0,
        invalid_message_deliveries_decay: 0.3,
        // The topic is quiet by design; rules about how much a peer delivers would punish silence.
        mesh_message_deliveries_weight: 0.0,
        mesh_failure_penalty_weight: 0.0,
        ..gossipsub::TopicScoreParams::default()
    };
    let local = [Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()];
    gossipsub::PeerScoreParams {
        topics: [(topic.hash(), topic_params)].into(),
        ip_colocation_factor_weight: if exempt == Exempt::Private { 0.0 } else { -5.0 },
        ip_colocation_factor_whitelist: if exempt == Exempt::None { HashSet::new() } else { local.into() },
        ..gossipsub::PeerScoreParams::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{bans, gossip::tests::crowd};

    #[test]
    fn a_crowd_behind_one_address_is_not_listened_to() {
        let listened = |exempt: Exempt, address: &str| {
            let mut gossip = gossip_behaviour(&Keypair::generate_ed25519(), exempt).unwrap();
            let peers = crowd(&mut gossip, address, 0, 50);
            let other = crowd(&mut gossip, "/ip4/9.9.9.9/tcp/1", 100, 10);
            assert!(other.iter().all(|peer| gossip.peer_score(peer).unwrap() >= 0.0));
            peers.iter().all(|peer| !bans::is_graylisted(gossip.peer_score(peer)))
        };
        assert!(
            !listened(Exempt::Loopback, "/ip4/8.8.8.8/tcp/1") && listened(Exempt::Loopback, "/ip4/127.0.0.1/tcp/1")
        );
        assert!(!listened(Exempt::None, "/ip4/127.0.0.1/tcp/1") && listened(Exempt::Private, "/ip4/10.1.0.1/tcp/1"));
    }
}
