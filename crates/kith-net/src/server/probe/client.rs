//! The throw-away node a probe runs with.

use std::io;
use std::time::Duration;

use futures::StreamExt;
use libp2p::identity::Keypair;
use libp2p::request_response::ProtocolSupport;
use libp2p::swarm::{DialError, NetworkBehaviour, SwarmEvent};
use libp2p::{Multiaddr, Swarm, SwarmBuilder, TransportError, autonat, identify, kad, noise, ping, relay, tcp, yamux};

use crate::mailbox::{self, MailboxBehaviour};
use crate::rendezvous::{self, RendezvousBehaviour};
use crate::server::ServerError;
use crate::server::behaviour::NETWORK;
use crate::services::{self, ServicesBehaviour};
use crate::slot::{self, SlotBehaviour};
use crate::swarm::KAD_PROTOCOL;
use crate::wss;

#[derive(NetworkBehaviour)]
pub(super) struct Client {
    pub(super) identify: identify::Behaviour,
    pub(super) ping: ping::Behaviour,
    pub(super) kad: kad::Behaviour<kad::store::MemoryStore>,
    pub(super) relay: relay::client::Behaviour,
    pub(super) rendezvous: RendezvousBehaviour,
    pub(super) slots: SlotBehaviour,
    pub(super) mailbox: MailboxBehaviour,
    pub(super) services: ServicesBehaviour,
    pub(super) autonat: autonat::v2::client::Behaviour,
}

/// A node with this key.
pub(super) fn swarm(key: Keypair) -> Result<Swarm<Client>, ServerError> {
    let failed = |part: &'static str, source: io::Error| ServerError::Transport { part, source };
    let swarm = SwarmBuilder::with_existing_identity(key)
        .with_tokio()
        .with_tcp(tcp::Config::default().nodelay(true), noise::Config::new, yamux::Config::default)
        .map_err(|error| failed("TCP", io::Error::other(error)))?
        .with_quic()
        .with_other_transport(|key| wss::transport(key, None))
        .map_err(|error| failed("WSS", io::Error::other(error)))?
        .with_dns()
        .map_err(|error| failed("name resolution", io::Error::other(error)))?
        .with_relay_client(noise::Config::new, yamux::Config::default)
        .map_err(|error| failed("the relay client", io::Error::other(error)))?
        .with_behaviour(|key, relay| {
            let peer = key.public().to_peer_id();
            let mut kad = kad::Config::new(KAD_PROTOCOL);
            kad.set_query_timeout(Duration::from_secs(10));
            let identify = identify::Config::new(NETWORK.to_owned(), key.public())
                .with_agent_version("kith-probe".to_owned())
                .with_hide_listen_addrs(true);
            let mut kad = kad::Behaviour::with_config(peer, kad::store::MemoryStore::new(peer), kad);
            kad.set_mode(Some(kad::Mode::Client));
            Client {
                identify: identify::Behaviour::new(identify),
                ping: ping::Behaviour::default(),
                kad,
                relay,
                rendezvous: rendezvous::behaviour(ProtocolSupport::Outbound),
                slots: slot::behaviour(ProtocolSupport::Outbound),
                mailbox: mailbox::behaviour(ProtocolSupport::Outbound),
                services: services::behaviour(ProtocolSupport::Outbound),
                autonat: autonat::v2::client::Behaviour::new(
                    rand::make_rng(),
                    autonat::v2::client::Config::default().with_probe_interval(Duration::from_millis(500)),
                ),
            }
        })
        .map_err(|_never: std::convert::Infallible| ServerError::Stopped)?
        .with_swarm_config(|config| config.with_idle_connection_timeout(Duration::from_secs(60)))
        .build();
    Ok(swarm)
}

/// Listens on every kind of address the machine has, so that the node under test has something to dial back.
pub(super) async fn listen(swarm: &mut Swarm<Client>) -> Result<(), ServerError> {
    let mut waiting = 0u32;
    for text in ["/ip4/0.0.0.0/udp/0/quic-v1", "/ip4/0.0.0.0/tcp/0", "/ip6/::/udp/0/quic-v1", "/ip6/::/tcp/0"] {
        let listening = text.parse::<Multiaddr>().is_ok_and(|address| swarm.listen_on(address).is_ok());
        waiting = waiting.saturating_add(u32::from(listening));
    }
    let ready = async {
        while waiting > 0 {
            let event = swarm.select_next_some().await;
            if matches!(event, SwarmEvent::NewListenAddr { .. } | SwarmEvent::ListenerClosed { .. }) {
                waiting = waiting.saturating_sub(1);
            }
        }
    };
    // A machine without IPv6 never reports its wildcard listener; what is there after this time is enough.
    if tokio::time::timeout(Duration::from_millis(500), ready).await.is_err() {
        tracing::debug!("not every kind of address can be listened on");
    }
    Ok(())
}

/// Why a dial failed, in words.
pub(super) fn why(error: &DialError) -> &'static str {
    if matches!(error, DialError::WrongPeerId { .. }) {
        return "somebody with another key answers at this address";
    }
    let DialError::Transport(tried) = error else {
        return "it cannot be dialled";
    };
    let refused = tried.iter().any(|(_, error)| match error {
        TransportError::Other(error) => error.to_string().to_lowercase().contains("refused"),
        TransportError::MultiaddrNotSupported(_) => false,
    });
    if refused { "nobody listens at its addresses" } else { "no connection to any of its addresses" }
}
