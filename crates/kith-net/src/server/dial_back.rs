//! The AutoNAT v2 server with the limits it does not have itself: how often it dials back, and where to.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use libp2p::autonat::v2::server;
use libp2p::core::Endpoint;
use libp2p::core::transport::PortUse;
use libp2p::swarm::{
    ConnectionDenied, ConnectionId, FromSwarm, NetworkBehaviour, THandler, THandlerInEvent, THandlerOutEvent, ToSwarm,
};
use libp2p::{Multiaddr, PeerId};

use super::source::{RateLimiter, ip_of, is_global};
use crate::addr;

/// One dial-back per client in this time.
const PER_CLIENT: Duration = Duration::from_secs(10);
/// A client asks for several addresses at once when it starts; this many may follow each other.
const CLIENT_BURST: u32 = 4;
/// Dial-backs per second over all clients.
const TOTAL_PER_SECOND: u32 = 30;
/// Clients with a recent dial-back that are remembered.
const CLIENTS_MAX: usize = 16_384;

/// Why a dial-back was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refused {
    /// Too many in too short a time.
    #[error("too many dial-backs")]
    Rate,
    /// The address is not one this node may be sent to.
    #[error("dial-back to an address that is not public and not the client's own")]
    Target,
}

/// AutoNAT v2 server that refuses dial-backs over the rate, and to private addresses that are not the client's own.
///
/// Without the second rule a client could send this node knocking at machines inside the operator's network.
pub(crate) struct DialBack {
    inner: server::Behaviour,
    pending: HashSet<ConnectionId>,
    seen_at: HashMap<PeerId, HashMap<ConnectionId, IpAddr>>,
    per_client: RateLimiter<PeerId>,
    total: RateLimiter<()>,
}

/// The host that dialling `address` leads to. Names and everything that is not exactly one of the forms we dial lead
/// nowhere: of `/ip4/8.8.8.8/ip4/10.0.0.5/tcp/6379` a transport dials the second host.
fn host(address: &Multiaddr, client: &PeerId) -> Option<IpAddr> {
    let shape = addr::shape(address)?;
    let direct = shape.relay.is_none() && shape.peer.is_none_or(|peer| peer == *client);
    addr::ip_of(address).filter(|_| direct)
}

impl Default for DialBack {
    fn default() -> Self {
        Self {
            inner: server::Behaviour::default(),
            pending: HashSet::new(),
            seen_at: HashMap::new(),
            per_client: RateLimiter::new(CLIENT_BURST, PER_CLIENT, CLIENTS_MAX),
            total: RateLimiter::new(TOTAL_PER_SECOND, Duration::from_secs(1) / TOTAL_PER_SECOND, 1),
        }
    }
}

impl DialBack {
    fn check(&mut self, peer: PeerId, addresses: &[Multiaddr], now: Instant) -> Result<(), Refused> {
        let own = self.seen_at.get(&peer);
        let allowed = addresses.iter().all(|address| {
            host(address, &peer)
                .is_some_and(|ip| is_global(ip) || own.is_some_and(|own| own.values().any(|seen| *seen == ip)))
        });
        if !allowed || addresses.is_empty() {
            return Err(Refused::Target);
        }
        if !self.per_client.allow(peer, now) || !self.total.allow((), now) {
            return Err(Refused::Rate);
        }
        Ok(())
    }
}

impl NetworkBehaviour for DialBack {
    type ConnectionHandler = <server::Behaviour as NetworkBehaviour>::ConnectionHandler;
    type ToSwarm = server::Event;

    fn handle_established_inbound_connection(
        &mut self,
        id: ConnectionId,
        peer: PeerId,
        local: &Multiaddr,
        remote: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        self.inner.handle_established_inbound_connection(id, peer, local, remote)
    }

    fn handle_pending_outbound_connection(
        &mut self,
        id: ConnectionId,
        peer: Option<PeerId>,
        addresses: &[Multiaddr],
        role: Endpoint,
    ) -> Result<Vec<Multiaddr>, ConnectionDenied> {
        if self.pending.remove(&id) {
            let client = peer.ok_or(Refused::Target);
            client.and_then(|client| self.check(client, addresses, Instant::now())).map_err(ConnectionDenied::new)?;
        }
        self.inner.handle_pending_outbound_connection(id, peer, addresses, role)
    }

    fn handle_established_outbound_connection(
        &mut self,
        id: ConnectionId,
        peer: PeerId,
        address: &Multiaddr,
        role: Endpoint,
        port_use: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        self.inner.handle_established_outbound_connection(id, peer, address, role, port_use)
    }

    fn on_swarm_event(&mut self, event: FromSwarm<'_>) {
        if let FromSwarm::ConnectionEstablished(event) = &event {
            if let Some(ip) = ip_of(event.endpoint.get_remote_address()).filter(|_| event.endpoint.is_listener()) {
                self.seen_at.entry(event.peer_id).or_default().insert(event.connection_id, ip);
            }
        } else if let FromSwarm::ConnectionClosed(event) = &event
            && let Some(seen) = self.seen_at.get_mut(&event.peer_id)
        {
            seen.remove(&event.connection_id);
            if seen.is_empty() {
                self.seen_at.remove(&event.peer_id);
            }
        }
        self.inner.on_swarm_event(event);
    }

    fn on_connection_handler_event(&mut self, peer: PeerId, id: ConnectionId, event: THandlerOutEvent<Self>) {
        self.inner.on_connection_handler_event(peer, id, event);
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<ToSwarm<Self::ToSwarm, THandlerInEvent<Self>>> {
        let next = self.inner.poll(cx);
        if let Poll::Ready(ToSwarm::Dial { opts }) = &next {
            self.pending.insert(opts.connection_id());
        }
        next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_addresses_and_the_clients_own_are_dialled() {
        let mut dial_back = DialBack::default();
        let (peer, now) = (PeerId::random(), Instant::now());
        let own: Multiaddr = "/ip4/10.0.0.7/tcp/4".parse().unwrap();
        let neighbour: Multiaddr = "/ip4/10.0.0.8/tcp/4".parse().unwrap();
        let public: Multiaddr = "/ip4/11.0.0.8/tcp/4".parse().unwrap();
        assert_eq!(dial_back.check(peer, std::slice::from_ref(&own), now), Err(Refused::Target));
        dial_back.seen_at.entry(peer).or_default().insert(ConnectionId::new_unchecked(1), [10, 0, 0, 7].into());
        assert_eq!(dial_back.check(peer, std::slice::from_ref(&own), now), Ok(()));
        assert_eq!(dial_back.check(peer, &[neighbour, public.clone()], now), Err(Refused::Target));
        assert_eq!(dial_back.check(peer, &[public], now), Ok(()));
    }

    #[test]
    fn only_a_plain_address_of_a_host_is_dialled() {
        let (peer, other, now) = (PeerId::random(), PeerId::random(), Instant::now());
        let check = |text: &str| DialBack::default().check(peer, &[text.parse().unwrap()], now);
        for host in ["/ip4/8.8.8.8/tcp/4100", "/ip6/2a01::1/udp/4100/quic-v1"] {
            assert_eq!(check(host), Ok(()), "{host}");
            assert_eq!(check(&format!("{host}/p2p/{peer}")), Ok(()), "{host}");
            assert_eq!(check(&format!("{host}/p2p/{other}")), Err(Refused::Target), "{host}");
            assert_eq!(check(&format!("{host}/p2p/{other}/p2p-circuit/p2p/{peer}")), Err(Refused::Target), "{host}");
        }
        for hidden in [
            "/ip4/8.8.8.8/ip4/10.0.0.5/tcp/6379",
            "/ip4/8.8.8.8/dns4/internal/tcp/6379",
            "/dns4/localhost/tcp/6379",
            "/dns4/localhost/ip4/8.8.8.8/tcp/6379",
            "/ip4/8.8.8.8/tcp/4100/ip4/10.0.0.5/tcp/6379",
            "/ip4/8.8.8.8/udp/4100",
            "/ip6/::ffff:10.0.0.5/tcp/6379",
        ] {
            assert_eq!(check(hidden), Err(Refused::Target), "{hidden}");
        }
    }

    #[test]
    fn a_client_and_all_clients_together_are_limited() {
        let mut dial_back = DialBack::default();
        let now = Instant::now();
        let public: [Multiaddr; 1] = ["/ip4/11.0.0.8/tcp/4".parse().unwrap()];
        let peer = PeerId::random();
        let granted = (0..20).filter(|_| dial_back.check(peer, &public, now).is_ok()).count();
        assert_eq!(granted, 4);
        let others = (0..100).filter(|_| dial_back.check(PeerId::random(), &public, now).is_ok()).count();
        assert!(others <= 30, "{others}");
    }
}
