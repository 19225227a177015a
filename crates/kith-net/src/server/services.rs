//! Answers to `/kith/services/1`: what this node offers, who joins, and credentials for its TURN server.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use kith_crypto::SigningKey;
use kith_wire::services::IrohRelay;
use kith_wire::{
    ServiceDescriptor, ServicesDenial, ServicesRequest, ServicesResponse, TransportId, TurnCredentials, services,
};
use libp2p::multiaddr::Protocol;
use libp2p::{Multiaddr, PeerId};

use super::access::Door;
use super::config::IrohRelayOffer;
use super::peering::Peering;
use super::slots::worker::now_ms;
use super::source::{Prefix, RateLimiter, Source, ip_of};
use crate::turn::Turn;
use crate::{addr, ids};

/// Requests of one peer at once, and one more every.
const PEER_BURST: u32 = 10;
const PEER_EVERY: Duration = Duration::from_secs(3);
/// Of one address or /56: so many times as much.
const PEERS_PER_PREFIX: u32 = 16;
const SOURCES_MAX: usize = 16_384;

/// What the node says of itself.
pub(crate) struct Services {
    key: SigningKey,
    bits: u64,
    notice: String,
    turn: Option<Turn>,
    iroh_relay: Option<IrohRelayOffer>,
    pub(crate) door: Door,
    peers: RateLimiter<PeerId>,
    prefixes: RateLimiter<Prefix>,
}

impl Services {
    pub(crate) fn new(
        key: SigningKey,
        (bits, notice): (u64, String),
        turn: Option<Turn>,
        iroh_relay: Option<IrohRelayOffer>,
        door: Door,
    ) -> Self {
        Self {
            key,
            bits,
            notice,
            turn,
            iroh_relay,
            door,
            peers: RateLimiter::new(PEER_BURST, PEER_EVERY, SOURCES_MAX),
            prefixes: RateLimiter::new(PEER_BURST * PEERS_PER_PREFIX, PEER_EVERY / PEERS_PER_PREFIX, SOURCES_MAX),
        }
    }

    /// The answer to one request of a connected peer; `offered` are this node's addresses.
    pub(crate) fn answer(
        &mut self,
        peer: PeerId,
        source: Source,
        request: ServicesRequest,
        (offered, neighbours): (&[Multiaddr], &Peering),
    ) -> ServicesResponse {
        let now = Instant::now();
        let room = source.prefix().is_none_or(|prefix| self.prefixes.allow(prefix, now)) && self.peers.allow(peer, now);
        if !room {
            return denied(ServicesDenial::Limited);
        }
        match request {
            ServicesRequest::Describe => {
                ServicesResponse::Described { descriptor: self.descriptor(offered, neighbours) }
            }
            ServicesRequest::Join { token } if self.door.join(&peer, token) => ServicesResponse::Joined,
            ServicesRequest::Join { .. } => denied(ServicesDenial::NotMember),
            ServicesRequest::Turn if !self.door.serves(&peer) => denied(ServicesDenial::NotMember),
            ServicesRequest::Turn => self.credentials(&peer, offered),
        }
    }

    fn descriptor(&self, offered: &[Multiaddr], neighbours: &Peering) -> Vec<u8> {
        let listening: Vec<SocketAddr> = self.turn.iter().flat_map(Turn::listening).collect();
        let stun = udp_addresses(offered, &listening);
        let relays = self.turn.as_ref().is_some_and(|turn| turn.credentials().is_some());
        let private = if self.door.is_private() { services::PRIVATE } else { 0 };
        let iroh_relay = self.iroh_relay.as_ref().and_then(|relay| located(relay, offered));
        // Nobody is told of what they could not find.
        let missing = if iroh_relay.is_none() { services::IROH_RELAY } else { 0 };
        ServiceDescriptor {
            transport: TransportId::from_bytes(self.key.public().to_bytes()),
            issued_at_ms: now_ms(),
            services: (self.bits | private) & !missing,
            addresses: offered.iter().map(ToString::to_string).collect(),
            turn: if relays { stun.clone() } else { Vec::new() },
            stun,
            iroh_relay,
            notice: self.notice.clone(),
            // Who uses a private node is not sent to where its community is not.
            neighbours: if self.door.is_private() {
                Vec::new()
            } else {
                neighbours.to_name(offered.iter().all(addr::is_loopback))
            },
        }
        .sign(&self.key)
    }

    fn credentials(&self, peer: &PeerId, offered: &[Multiaddr]) -> ServicesResponse {
        let relay = self.turn.as_ref().and_then(|turn| Some((turn, turn.credentials()?)));
        let (Some((turn, lifetime)), Some(owner)) = (relay, ids::transport_id(peer)) else {
            return denied(ServicesDenial::NotServed);
        };
        let Some((username, password)) = turn.issue(owner.to_bytes()) else { return denied(ServicesDenial::Limited) };
        let listening: Vec<SocketAddr> = turn.listening().collect();
        ServicesResponse::Turn(TurnCredentials {
            username,
            password: password.to_string(),
            lifetime_s: u32::try_from(lifetime.as_secs()).unwrap_or(u32::MAX),
            addresses: udp_addresses(offered, &listening),
        })
    }
}

fn denied(reason: ServicesDenial) -> ServicesResponse {
    ServicesResponse::Denied { reason }
}

/// Where others find a UDP port of this machine: the hosts it is offered at, each with the ports that are listened on
/// there.
fn udp_addresses(offered: &[Multiaddr], listening: &[SocketAddr]) -> Vec<String> {
    let mut hosts = BTreeSet::new();
    let mut all = Vec::new();
    for host in offered.iter().filter_map(|address| address.iter().next()) {
        // A name may lead to either family.
        let at = ip_of(&Multiaddr::empty().with(host.clone()));
        let ports = listening.iter().filter(|socket| at.is_none_or(|ip| serves(socket, ip))).map(SocketAddr::port);
        for port in ports {
            let address = Multiaddr::empty().with(host.clone()).with(Protocol::Udp(port)).to_string();
            if hosts.insert(address.clone()) {
                all.push(address);
            }
        }
    }
    all
}

/// Where others find the relay for iroh. It has one address: a name if the node has one, which may lead to both families.
fn located(relay: &IrohRelayOffer, offered: &[Multiaddr]) -> Option<IrohRelay> {
    let hosts = offered.iter().filter_map(|address| address.iter().next());
    let places = hosts.filter_map(|host| {
        let at = ip_of(&Multiaddr::empty().with(host.clone()));
        let (rank, name) = match at {
            Some(IpAddr::V4(ip)) => (1, ip.to_string()),
            Some(IpAddr::V6(ip)) => (2, format!("[{ip}]")),
            None => (0, name_of(&host)?),
        };
        let socket = relay.listening.iter().find(|socket| at.is_none_or(|ip| serves(socket, ip)))?;
        Some((rank, format!("https://{name}:{}", socket.port())))
    });
    let (_rank, url) = places.min_by_key(|(rank, _)| *rank)?;
    Some(IrohRelay { url, pin: relay.pin, quic_port: relay.quic_port })
}

fn name_of(host: &Protocol<'_>) -> Option<String> {
    if let Protocol::Dns(name) | Protocol::Dns4(name) | Protocol::Dns6(name) = host {
        Some(name.to_string())
    } else {
        None
    }
}

/// Whether a socket is reached at `ip`: a machine may not know the public address it is reached at.
fn serves(socket: &SocketAddr, ip: IpAddr) -> bool {
    socket.is_ipv4() == ip.is_ipv4() && (socket.ip().is_unspecified() || socket.ip() == ip || !ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_offered_at_the_hosts_of_the_node() {
        let offered: Vec<Multiaddr> = [
            "/ip4/9.9.9.9/udp/4100/quic-v1",
            "/ip4/9.9.9.9/tcp/4100",
            "/ip6/2a01::1/tcp/4100",
            "/dns4/example.org/tcp/1",
        ]
        .map(|text| text.parse().unwrap())
        .to_vec();
        let listening = |list: &[&str]| list.iter().map(|text| text.parse().unwrap()).collect::<Vec<SocketAddr>>();
        let both = listening(&["0.0.0.0:3478", "[::]:3478"]);
        let expected = ["/ip4/9.9.9.9/udp/3478", "/ip6/2a01::1/udp/3478", "/dns4/example.org/udp/3478"];
        assert_eq!(udp_addresses(&offered, &both), expected);
        let behind_a_router = listening(&["10.0.0.5:3478"]);
        assert_eq!(udp_addresses(&offered, &behind_a_router), ["/ip4/9.9.9.9/udp/3478", "/dns4/example.org/udp/3478"]);
        assert!(udp_addresses(&offered, &[]).is_empty());
    }

    #[test]
    fn the_relay_for_iroh_is_at_a_name_or_at_an_address_it_listens_at() {
        let at = |listening: &[&str], offered: &[&str]| {
            let listening = listening.iter().map(|text| text.parse().unwrap()).collect();
            let offered: Vec<Multiaddr> = offered.iter().map(|text| text.parse().unwrap()).collect();
            let offer = IrohRelayOffer { listening, pin: [1; 32], quic_port: 7 };
            located(&offer, &offered).map(|relay| relay.url)
        };
        let both = ["0.0.0.0:4443", "[::]:4443"];
        let ips = ["/ip6/2a01::1/tcp/4100", "/ip4/9.9.9.9/udp/4100/quic-v1"];
        assert_eq!(at(&both, &ips).unwrap(), "https://9.9.9.9:4443");
        assert_eq!(at(&both[1..], &ips).unwrap(), "https://[2a01::1]:4443");
        assert_eq!(at(&both, &[ips[0], "/dns4/example.org/tcp/1"]).unwrap(), "https://example.org:4443");
        assert_eq!(at(&both[..1], &ips[..1]), None, "no family in common");
        assert_eq!(at(&both, &[]), None);
    }
}
