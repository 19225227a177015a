//! The gossip of a node: one topic, and a score that thinks little of crowds behind one address.

use std::{
    collections::HashSet,
    net::{Ipv4Addr, Ipv6Addr},
    ops::{Deref, DerefMut},
    task::{Context, Poll},
    time::Duration,
};

use libp2p::{
    Multiaddr, PeerId,
    core::{ConnectedPoint, Endpoint, transport::PortUse},
    gossipsub::{self, IdentityTransform, WhitelistSubscriptionFilter},
    identity::Keypair,
    multiaddr::Protocol,
    swarm::{
        AddressChange, ConnectionClosed, ConnectionDenied, ConnectionId, FromSwarm, NetworkBehaviour, THandler,
        THandlerInEvent, THandlerOutEvent, ToSwarm, behaviour::ConnectionEstablished,
    },
};

use crate::{api::NetError, cards, limits};

/// More peers than this behind one address are each marked down by five times the square of what is too many.
const CROWD: f64 = 5.0;

type Inner = gossipsub::Behaviour<IdentityTransform, WhitelistSubscriptionFilter>;

/// gossipsub, which sees relayed peers without an address. It takes the relay's for theirs: ten friends met through one
/// bootstrap node would be a crowd behind it, and neither they nor the node itself would be listened to.
pub struct Gossip(Inner);

/// The gossip of a node.
///
/// # Errors
/// The settings contradict each other, which a test would have shown.
pub fn gossip(keypair: &Keypair) -> Result<Gossip, NetError> {
    const FAILED: NetError = NetError::Setup { part: "gossip" };
    let topic = gossipsub::IdentTopic::new(cards::TOPIC);
    let config = gossipsub::ConfigBuilder::default()
        .validation_mode(gossipsub::ValidationMode::Strict)
        .validate_messages()
        .max_transmit_size(limits::GOSSIP_MAX)
        .duplicate_cache_time(Duration::from_secs(120))
        .message_id_fn(cards::message_id)
        .build()
        .map_err(|_config| FAILED)?;
    let allowed = WhitelistSubscriptionFilter(HashSet::from([topic.hash()]));
    let author = gossipsub::MessageAuthenticity::Signed(keypair.clone());
    let mut gossip = Inner::new_with_subscription_filter(author, config, allowed).map_err(|_config| FAILED)?;
    let quiet_topic = gossipsub::TopicScoreParams {
        // Cards are rare: punishing silence in the mesh would punish everybody.
        mesh_message_deliveries_weight: 0.0,
        mesh_failure_penalty_weight: 0.0,
        invalid_message_deliveries_weight: -20.0,
        ..gossipsub::TopicScoreParams::default()
    };
    let mut score = gossipsub::PeerScoreParams {
        ip_colocation_factor_threshold: CROWD,
        ip_colocation_factor_whitelist: HashSet::from([Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()]),
        ..gossipsub::PeerScoreParams::default()
    };
    score.topics.insert(topic.hash(), quiet_topic);
    gossip.with_peer_score(score, gossipsub::PeerScoreThresholds::default()).map_err(|_score| FAILED)?;
    gossip.subscribe(&topic).map_err(|_filter| FAILED)?;
    Ok(Gossip(gossip))
}

impl Gossip {
    /// What does the work, for measurements without relays.
    #[must_use]
    pub fn into_inner(self) -> gossipsub::Behaviour<IdentityTransform, WhitelistSubscriptionFilter> {
        self.0
    }
}

impl Deref for Gossip {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl DerefMut for Gossip {
    fn deref_mut(&mut self) -> &mut Inner {
        &mut self.0
    }
}

/// A relayed end without the relay's address; nothing if it is not relayed.
fn unplaced(end: &ConnectedPoint) -> Option<ConnectedPoint> {
    let nowhere = || Multiaddr::empty().with(Protocol::P2pCircuit);
    end.is_relayed().then(|| match end {
        ConnectedPoint::Dialer { role_override, port_use, .. } => {
            ConnectedPoint::Dialer { address: nowhere(), role_override: *role_override, port_use: *port_use }
        }
        ConnectedPoint::Listener { .. } => {
            ConnectedPoint::Listener { local_addr: nowhere(), send_back_addr: nowhere() }
        }
    })
}

impl NetworkBehaviour for Gossip {
    type ConnectionHandler = <Inner as NetworkBehaviour>::ConnectionHandler;
    type ToSwarm = gossipsub::Event;

    fn handle_established_inbound_connection(
        &mut self,
        id: ConnectionId,
        peer: PeerId,
        local: &Multiaddr,
        remote: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        self.0.handle_established_inbound_connection(id, peer, local, remote)
    }

    fn handle_established_outbound_connection(
        &mut self,
        id: ConnectionId,
        peer: PeerId,
        address: &Multiaddr,
        role: Endpoint,
        port_use: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        self.0.handle_established_outbound_connection(id, peer, address, role, port_use)
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "all others are passed on as they are")]
    fn on_swarm_event(&mut self, event: FromSwarm<'_>) {
        match event {
            FromSwarm::ConnectionEstablished(event) => {
                let unplaced = unplaced(event.endpoint);
                let endpoint = unplaced.as_ref().unwrap_or(event.endpoint);
                self.0.on_swarm_event(FromSwarm::ConnectionEstablished(ConnectionEstablished { endpoint, ..event }));
            }
            FromSwarm::ConnectionClosed(event) => {
                let unplaced = unplaced(event.endpoint);
                let endpoint = unplaced.as_ref().unwrap_or(event.endpoint);
                self.0.on_swarm_event(FromSwarm::ConnectionClosed(ConnectionClosed { endpoint, ..event }));
            }
            FromSwarm::AddressChange(event) => {
                let (before, after) = (unplaced(event.old), unplaced(event.new));
                let (old, new) = (before.as_ref().unwrap_or(event.old), after.as_ref().unwrap_or(event.new));
                self.0.on_swarm_event(FromSwarm::AddressChange(AddressChange { old, new, ..event }));
            }
            other => self.0.on_swarm_event(other),
        }
    }

    fn on_connection_handler_event(&mut self, peer: PeerId, id: ConnectionId, event: THandlerOutEvent<Self>) {
        self.0.on_connection_handler_event(peer, id, event);
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<ToSwarm<Self::ToSwarm, THandlerInEvent<Self>>> {
        self.0.poll(cx)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::bans;

    /// This node dialled it.
    fn dialled(address: &str) -> ConnectedPoint {
        let address = address.parse().unwrap();
        ConnectedPoint::Dialer { address, role_override: Endpoint::Dialer, port_use: PortUse::Reuse }
    }

    /// Connects to `count` peers at `address`; connections are numbered from `first`.
    pub(crate) fn crowd(gossip: &mut impl NetworkBehaviour, address: &str, first: usize, count: usize) -> Vec<PeerId> {
        let (remote, endpoint) = (address.parse().unwrap(), dialled(address));
        (first..first + count)
            .map(|number| {
                let (peer, connection) = (PeerId::random(), ConnectionId::new_unchecked(number));
                let (role, port) = (Endpoint::Dialer, PortUse::Reuse);
                let _handler =
                    gossip.handle_established_outbound_connection(connection, peer, &remote, role, port).unwrap();
                gossip.on_swarm_event(FromSwarm::ConnectionEstablished(ConnectionEstablished {
                    peer_id: peer,
                    connection_id: connection,
                    endpoint: &endpoint,
                    failed_addresses: &[],
                    other_established: 0,
                }));
                peer
            })
            .collect()
    }

    fn score(gossip: &Gossip, peer: &PeerId) -> f64 {
        gossip.peer_score(peer).unwrap()
    }

    #[test]
    fn a_crowd_behind_one_address_is_not_listened_to() {
        let mut gossip = gossip(&Keypair::generate_ed25519()).unwrap();
        let home = crowd(&mut gossip, "/ip4/9.9.9.9/tcp/1", 0, 5);
        assert!(home.iter().all(|peer| score(&gossip, peer) >= 0.0), "a household is no crowd");
        let machine = crowd(&mut gossip, "/ip4/127.0.0.1/tcp/1", 100, 50);
        let six = crowd(&mut gossip, "/ip6/::1/tcp/1", 200, 50);
        assert!(machine.iter().chain(&six).all(|peer| score(&gossip, peer) >= 0.0), "nor is this machine");
        let many = crowd(&mut gossip, "/ip4/8.8.8.8/udp/1/quic-v1", 300, 50);
        assert!(many.iter().all(|peer| bans::is_graylisted(gossip.peer_score(peer))));
        assert!(home.iter().all(|peer| score(&gossip, peer) >= 0.0), "who lives elsewhere does not pay for it");
    }

    #[test]
    fn friends_met_through_one_relay_are_no_crowd() {
        let mut gossip = gossip(&Keypair::generate_ed25519()).unwrap();
        let relay = crowd(&mut gossip, "/ip4/8.8.8.8/tcp/1", 0, 1);
        let id = relay[0];
        let circuit = format!("/ip4/8.8.8.8/tcp/1/p2p/{id}/p2p-circuit");
        let friends = crowd(&mut gossip, &circuit, 10, 50);
        assert!(relay.iter().chain(&friends).all(|peer| score(&gossip, peer) >= 0.0));
        gossip.on_swarm_event(FromSwarm::ConnectionClosed(ConnectionClosed {
            peer_id: friends[0],
            connection_id: ConnectionId::new_unchecked(10),
            endpoint: &dialled(&circuit),
            cause: None,
            remaining_established: 0,
        }));
        assert!(score(&gossip, &id) >= 0.0);
    }
}
