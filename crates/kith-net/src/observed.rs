//! Addresses others see us at, believed when two of them agree.
//!
//! identify replaces an observed port that is not one of our listen ports by a listen port. Behind a NAT that changes
//! ports this makes both sides of a hole punch knock at the wrong door. QUIC dials leave from the listening socket, so
//! what the other side observed is exactly the door that is open: it is handed on unchanged.
//!
//! Addresses of this machine that are the internet's, as those of IPv6, need no witness: a firewall may be in the way, but no
//! NAT.
//!
//! A NAT that keeps the port of QUIC keeps that of TCP too, as a rule. Nobody sees it, because everybody who can is
//! connected over QUIC; so it is guessed, for those who cannot.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::convert::Infallible;
use std::task::{Context, Poll, Waker};

use libp2p::{
    Multiaddr, PeerId,
    core::{Endpoint, multiaddr::Protocol, transport::PortUse},
    swarm::{
        ConnectionDenied, ConnectionId, ExpiredListenAddr, FromSwarm, NetworkBehaviour, NewListenAddr, THandler,
        THandlerInEvent, THandlerOutEvent, ToSwarm, dummy,
    },
};

use crate::{addr, addr::Over, wss};

/// Observed addresses remembered.
const ADDRESSES_MAX: usize = 32;
/// Ports listened on that are remembered.
const PORTS_MAX: usize = 8;
/// Observers that must agree.
const WITNESSES: usize = 2;

/// What the observations say about the NAT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mapping {
    /// Too few observations.
    Unknown,
    /// Different observers see the same port.
    Stable,
    /// Different observers see different ports: each destination gets its own.
    PerDestination,
}

/// See the module documentation.
#[derive(Default)]
pub(crate) struct Behaviour {
    seen: BTreeMap<Multiaddr, BTreeSet<PeerId>>,
    order: VecDeque<Multiaddr>,
    announced: BTreeSet<Multiaddr>,
    /// Whether over QUIC, and the port listened on.
    listening: BTreeSet<(bool, u16)>,
    /// Addresses of this machine that lead here from everywhere, unless something is in the way.
    own: BTreeSet<Multiaddr>,
    queue: VecDeque<Multiaddr>,
    waker: Option<Waker>,
}

impl Behaviour {
    /// Takes in what `observer` saw on an outbound connection. In a lab one witness is enough.
    pub(crate) fn observe(&mut self, observer: PeerId, address: &Multiaddr, lab: bool) {
        let address = addr::without_peer(address.clone());
        if !addr::for_everybody(&address, lab) || addr::is_circuit(&address) || wss::is_wss(&address) {
            return;
        }
        if !self.seen.contains_key(&address) {
            if self.order.len() >= ADDRESSES_MAX
                && let Some(oldest) = self.order.pop_front()
            {
                self.seen.remove(&oldest);
                self.announced.remove(&oldest);
            }
            self.order.push_back(address.clone());
        }
        let witnesses = self.seen.entry(address.clone()).or_default();
        if witnesses.len() < ADDRESSES_MAX {
            witnesses.insert(observer);
        }
        let needed = if lab { 1 } else { WITNESSES };
        if witnesses.len() >= needed && self.announced.insert(address.clone()) {
            let guess = self.over_tcp(&address).filter(|guess| !self.announced.contains(guess));
            self.queue.push_back(address);
            self.queue.extend(guess);
            if let Some(waker) = self.waker.take() {
                waker.wake();
            }
        }
    }

    /// Where TCP will be let in if QUIC is at `address`, through a NAT that was seen to keep the port.
    fn over_tcp(&self, address: &Multiaddr) -> Option<Multiaddr> {
        let seen = addr::shape(address).filter(|shape| shape.over == Over::Quic)?;
        let ports = || self.listening.iter().filter(|(quic, _)| !quic).map(|(_, port)| *port);
        let port = ports().find(|port| *port == seen.port).or_else(|| ports().next())?;
        let host = address.iter().next().filter(|_| self.listening.contains(&(true, seen.port)))?;
        Some(Multiaddr::empty().with(host).with(Protocol::Tcp(port)))
    }

    /// The router says that it lets others in at `address`; whether it does is tested like every other address.
    pub(crate) fn granted(&mut self, address: Multiaddr) {
        self.queue.push_back(address);
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }

    fn listens(&mut self, address: &Multiaddr) {
        if let Some(shape) = addr::shape(address).filter(|shape| shape.relay.is_none())
            && self.listening.len() < PORTS_MAX
        {
            self.listening.insert((shape.over == Over::Quic, shape.port));
        }
        if addr::for_everybody(address, false)
            && !addr::is_circuit(address)
            && self.own.len() < ADDRESSES_MAX
            && self.own.insert(address.clone())
        {
            self.queue.push_back(address.clone());
            if let Some(waker) = self.waker.take() {
                waker.wake();
            }
        }
    }

    /// Forgets everything, after a network change.
    pub(crate) fn forget(&mut self) {
        self.seen.clear();
        self.order.clear();
        self.announced.clear();
        self.queue = self.own.iter().cloned().collect();
    }

    /// What the observations say about the NAT: those over QUIC, or over TCP where UDP is blocked.
    pub(crate) fn mapping(&self) -> Mapping {
        match self.mapping_over(true) {
            Mapping::Unknown => self.mapping_over(false),
            known @ (Mapping::Stable | Mapping::PerDestination) => known,
        }
    }

    fn mapping_over(&self, quic: bool) -> Mapping {
        let mut observers: BTreeSet<PeerId> = BTreeSet::new();
        let mut doors: BTreeSet<&Multiaddr> = BTreeSet::new();
        for (address, witnesses) in &self.seen {
            let counts = matches!(address.iter().next(), Some(Protocol::Ip4(_)))
                && addr::shape(address).is_some_and(|shape| (shape.over == Over::Quic) == quic);
            if counts {
                if witnesses.len() >= WITNESSES {
                    return Mapping::Stable;
                }
                observers.extend(witnesses);
                doors.insert(address);
            }
        }
        if observers.len() >= WITNESSES && doors.len() >= WITNESSES {
            Mapping::PerDestination
        } else {
            Mapping::Unknown
        }
    }
}

impl NetworkBehaviour for Behaviour {
    type ConnectionHandler = dummy::ConnectionHandler;
    type ToSwarm = Infallible;

    fn handle_established_inbound_connection(
        &mut self,
        _: ConnectionId,
        _: PeerId,
        _: &Multiaddr,
        _: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        Ok(dummy::ConnectionHandler)
    }

    fn handle_established_outbound_connection(
        &mut self,
        _: ConnectionId,
        _: PeerId,
        _: &Multiaddr,
        _: Endpoint,
        _: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        Ok(dummy::ConnectionHandler)
    }

    fn on_swarm_event(&mut self, event: FromSwarm<'_>) {
        if let FromSwarm::NewListenAddr(NewListenAddr { addr, .. }) = event {
            self.listens(addr);
        } else if let FromSwarm::ExpiredListenAddr(ExpiredListenAddr { addr, .. }) = event {
            self.own.remove(addr);
        }
    }

    fn on_connection_handler_event(&mut self, _: PeerId, _: ConnectionId, event: THandlerOutEvent<Self>) {
        match event {}
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<ToSwarm<Self::ToSwarm, THandlerInEvent<Self>>> {
        if let Some(address) = self.queue.pop_front() {
            return Poll::Ready(ToSwarm::NewExternalAddrCandidate(address));
        }
        self.waker = Some(cx.waker().clone());
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer() -> PeerId {
        libp2p::identity::Keypair::generate_ed25519().public().to_peer_id()
    }

    fn quic(port: u16) -> Multiaddr {
        format!("/ip4/9.9.9.9/udp/{port}/quic-v1").parse().expect("address")
    }

    #[test]
    fn one_liar_is_not_believed_two_witnesses_are() {
        let mut observed = Behaviour::default();
        let liar = peer();
        observed.observe(liar, &quic(5000), false);
        observed.observe(liar, &quic(5000), false);
        assert!(observed.queue.is_empty());
        observed.observe(peer(), &quic(5000), false);
        observed.observe(peer(), &quic(5000), false);
        assert_eq!(observed.queue, [quic(5000)], "unchanged, and once");
        assert_eq!(observed.mapping(), Mapping::Stable);
    }

    #[test]
    fn a_port_per_destination_is_recognised() {
        let mut observed = Behaviour::default();
        observed.observe(peer(), &quic(5000), false);
        assert_eq!(observed.mapping(), Mapping::Unknown);
        observed.observe(peer(), &quic(5001), false);
        assert_eq!(observed.mapping(), Mapping::PerDestination);
    }

    #[test]
    fn a_port_that_is_kept_for_quic_is_guessed_for_tcp() {
        let tcp = |port: u16| -> Multiaddr { format!("/ip4/9.9.9.9/tcp/{port}").parse().expect("address") };
        let guessed = |listening: &[&str], seen: u16| {
            let mut observed = Behaviour::default();
            for text in listening {
                observed.listens(&text.parse().expect("address"));
            }
            observed.observe(peer(), &quic(seen), false);
            observed.observe(peer(), &quic(seen), false);
            observed
                .queue
                .into_iter()
                .filter(|address| addr::shape(address).is_some_and(|shape| shape.over == Over::Tcp))
                .collect()
        };
        let both = ["/ip4/10.0.0.1/udp/4100/quic-v1", "/ip4/10.0.0.1/tcp/4000", "/ip4/10.0.0.1/tcp/4100"];
        let elsewhere = ["/ip4/10.0.0.1/udp/4100/quic-v1", "/ip4/10.0.0.1/tcp/4001"];
        for (listening, seen, expected) in [
            (&both[..], 4100, vec![tcp(4100)]),
            (&both[..], 34100, vec![]),
            (&elsewhere[..], 4100, vec![tcp(4001)]),
            (&both[..1], 4100, vec![]),
        ] {
            let found: Vec<Multiaddr> = guessed(listening, seen);
            assert_eq!(found, expected, "{listening:?} {seen}");
        }
    }

    #[test]
    fn an_address_of_the_internet_on_this_machine_is_one_without_witnesses() {
        let mut observed = Behaviour::default();
        let six: Multiaddr = "/ip6/2a11:1::2/udp/4100/quic-v1".parse().expect("address");
        for text in ["/ip6/fe80::1/udp/4100/quic-v1", "/ip4/10.0.0.1/tcp/4100", "/ip6/::1/tcp/4100"] {
            observed.listens(&text.parse().expect("address"));
        }
        assert!(observed.queue.is_empty());
        observed.listens(&six);
        observed.listens(&six);
        assert_eq!(observed.queue, std::slice::from_ref(&six));
        observed.forget();
        assert_eq!(observed.queue, std::slice::from_ref(&six), "it is here whatever others saw");
        let gone = ExpiredListenAddr { listener_id: libp2p::core::transport::ListenerId::next(), addr: &six };
        observed.on_swarm_event(FromSwarm::ExpiredListenAddr(gone));
        observed.forget();
        assert!(observed.queue.is_empty());
    }

    #[test]
    fn where_udp_is_blocked_tcp_tells_the_nat() {
        let mut observed = Behaviour::default();
        for _ in 0..WITNESSES {
            observed.observe(peer(), &"/ip4/9.9.9.9/tcp/4100".parse().expect("address"), false);
        }
        assert_eq!(observed.mapping(), Mapping::Stable);
        observed.observe(peer(), &quic(5000), false);
        observed.observe(peer(), &quic(5001), false);
        assert_eq!(observed.mapping(), Mapping::PerDestination, "QUIC counts more");
    }

    #[test]
    fn private_observations_and_floods_are_dropped() {
        let mut observed = Behaviour::default();
        for elsewhere in ["/ip4/10.0.0.1/udp/4100/quic-v1", "/ip4/9.9.9.9/tcp/5000/tls/ws"] {
            observed.observe(peer(), &elsewhere.parse().expect("address"), false);
        }
        assert!(observed.seen.is_empty());
        for port in 2000..3000 {
            observed.observe(peer(), &quic(port), true);
        }
        assert!(observed.seen.len() <= ADDRESSES_MAX && observed.announced.len() <= ADDRESSES_MAX);
    }
}
