//! Per-address connection limits: how many connections one prefix may hold, have pending, and open per minute.

use std::collections::HashMap;
use std::convert::Infallible;
use std::net::IpAddr;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use libp2p::core::Endpoint;
use libp2p::core::transport::PortUse;
use libp2p::swarm::{
    ConnectionDenied, ConnectionId, FromSwarm, NetworkBehaviour, THandler, THandlerInEvent, THandlerOutEvent, ToSwarm,
    dummy,
};
use libp2p::{Multiaddr, PeerId};

use super::access::Door;
use super::config::Limits;
use super::source::{Exempt, Prefix, RateLimiter, Source, ip_of};
use crate::addr;
use crate::bans::Misdeed;

/// Prefixes with a bucket that is not full; each is 24 bytes or so.
const PREFIXES_MAX: usize = 65_536;

/// Why the gate refused a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refused {
    /// Too many new connections per minute from one prefix.
    #[error("too many new connections from this address")]
    Rate,
    /// Too many connections in their handshake from one prefix.
    #[error("too many unfinished connections from this address")]
    Pending,
    /// Too many open connections from one prefix.
    #[error("too many open connections from this address")]
    Established,
    /// The operator does not want them.
    #[error("not served")]
    Denied,
    /// They misbehaved.
    #[error("banned for a while")]
    Banned,
}

#[derive(Debug, Default)]
struct Counts {
    pending: u32,
    established: u32,
}

#[derive(Debug)]
struct Entry {
    source: Source,
    host: Option<IpAddr>,
    established: bool,
}

/// The behaviour that refuses inbound connections over the per-address limits.
#[derive(Debug)]
pub(crate) struct IpGate {
    door: Door,
    exempt: Exempt,
    pending_max: u32,
    established_max: u32,
    rate: RateLimiter<Prefix>,
    counts: HashMap<Prefix, Counts>,
    connections: HashMap<ConnectionId, Entry>,
}

impl IpGate {
    /// A gate with the per-address limits of `limits`.
    pub(crate) fn new(limits: &Limits, door: Door) -> Self {
        let per_minute = limits.accepts_per_ip_per_minute.max(1);
        Self {
            door,
            exempt: limits.exempt,
            pending_max: limits.pending_per_ip,
            established_max: limits.connections_per_ip,
            rate: RateLimiter::new(per_minute, Duration::from_secs(60) / per_minute, PREFIXES_MAX),
            counts: HashMap::new(),
            connections: HashMap::new(),
        }
    }

    /// The origin of a live connection; a connection that is already gone counts as one shared origin.
    pub(crate) fn source_of(&self, connection: ConnectionId) -> Source {
        self.connections
            .get(&connection)
            .map_or_else(|| Source::of(&Multiaddr::empty(), self.exempt), |entry| entry.source)
    }

    /// Whether an address that another node said may be dialled: public ones, and private ones in a private network.
    pub(crate) fn may_dial(&self, address: &Multiaddr) -> bool {
        let source = if self.exempt == Exempt::Private { addr::Source::Contact } else { addr::Source::Stranger };
        addr::may_dial(address, source, false, |_| false)
    }

    /// A connected peer did what only a broken or hostile program does. Whether it is banned by that.
    pub(crate) fn blame(&self, peer: &PeerId, misdeed: Misdeed) -> bool {
        self.door.blame(peer, misdeed, self.exempt)
    }

    /// The IP address at the other end of a live connection.
    pub(crate) fn host_of(&self, connection: ConnectionId) -> Option<IpAddr> {
        self.connections.get(&connection)?.host
    }

    fn begin(&mut self, id: ConnectionId, remote: &Multiaddr, now: Instant) -> Result<(), Refused> {
        let ip = ip_of(remote);
        if ip.is_some_and(|ip| self.door.bans_ip(ip)) {
            return Err(Refused::Banned);
        }
        if ip.is_some_and(|ip| self.door.refuses_ip(ip)) {
            return Err(Refused::Denied);
        }
        let source = Source::of(remote, self.exempt);
        if let Some(prefix) = source.prefix() {
            let counts = self.counts.entry(prefix).or_default();
            let refused = if counts.pending >= self.pending_max {
                Some(Refused::Pending)
            } else if counts.established.saturating_add(counts.pending) >= self.established_max {
                Some(Refused::Established)
            } else if !self.rate.allow(prefix, now) {
                Some(Refused::Rate)
            } else {
                None
            };
            if let Some(refused) = refused {
                self.forget_if_unused(prefix);
                return Err(refused);
            }
            counts.pending = counts.pending.saturating_add(1);
        }
        self.connections.insert(id, Entry { source, host: ip_of(remote), established: false });
        Ok(())
    }

    fn establish(&mut self, id: ConnectionId, remote: &Multiaddr) {
        let exempt = self.exempt;
        let entry = self.connections.entry(id).or_insert_with(|| Entry {
            source: Source::of(remote, exempt),
            host: ip_of(remote),
            established: true,
        });
        if entry.established {
            return;
        }
        entry.established = true;
        if let Some(counts) = entry.source.prefix().and_then(|prefix| self.counts.get_mut(&prefix)) {
            counts.pending = counts.pending.saturating_sub(1);
            counts.established = counts.established.saturating_add(1);
        }
    }

    fn end(&mut self, id: ConnectionId, inbound: bool) {
        let Some(entry) = self.connections.remove(&id) else {
            return;
        };
        let Some(prefix) = entry.source.prefix().filter(|_| inbound) else {
            return;
        };
        if let Some(counts) = self.counts.get_mut(&prefix) {
            let count = if entry.established { &mut counts.established } else { &mut counts.pending };
            *count = count.saturating_sub(1);
        }
        self.forget_if_unused(prefix);
    }

    fn forget_if_unused(&mut self, prefix: Prefix) {
        if self.counts.get(&prefix).is_some_and(|counts| counts.pending == 0 && counts.established == 0) {
            self.counts.remove(&prefix);
        }
    }
}

impl NetworkBehaviour for IpGate {
    type ConnectionHandler = dummy::ConnectionHandler;
    type ToSwarm = Infallible;

    fn handle_pending_inbound_connection(
        &mut self,
        id: ConnectionId,
        _local: &Multiaddr,
        remote: &Multiaddr,
    ) -> Result<(), ConnectionDenied> {
        self.begin(id, remote, Instant::now()).map_err(ConnectionDenied::new)
    }

    fn handle_established_inbound_connection(
        &mut self,
        _id: ConnectionId,
        peer: PeerId,
        _local: &Multiaddr,
        _remote: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        if self.door.bans(&peer) {
            return Err(ConnectionDenied::new(Refused::Banned));
        }
        if self.door.refuses(&peer) {
            return Err(ConnectionDenied::new(Refused::Denied));
        }
        Ok(dummy::ConnectionHandler)
    }

    fn handle_established_outbound_connection(
        &mut self,
        _id: ConnectionId,
        _peer: PeerId,
        _address: &Multiaddr,
        _role: Endpoint,
        _port_use: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        Ok(dummy::ConnectionHandler)
    }

    fn on_swarm_event(&mut self, event: FromSwarm<'_>) {
        if let FromSwarm::ConnectionEstablished(event) = event {
            self.establish(event.connection_id, event.endpoint.get_remote_address());
            self.door.connected(event.peer_id, event.endpoint.get_remote_address(), Instant::now());
        } else if let FromSwarm::ConnectionClosed(event) = event {
            if event.remaining_established == 0 {
                self.door.disconnected(&event.peer_id);
            }
            self.end(event.connection_id, event.endpoint.is_listener());
        } else if let FromSwarm::ListenFailure(event) = event {
            self.end(event.connection_id, true);
        }
    }

    fn on_connection_handler_event(&mut self, _: PeerId, _: ConnectionId, event: THandlerOutEvent<Self>) {
        match event {}
    }

    fn poll(&mut self, _: &mut Context<'_>) -> Poll<ToSwarm<Self::ToSwarm, THandlerInEvent<Self>>> {
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn gate(pending: u32, established: u32, per_minute: u32) -> IpGate {
        IpGate::new(
            &Limits {
                pending_per_ip: pending,
                connections_per_ip: established,
                accepts_per_ip_per_minute: per_minute,
                ..Limits::default()
            },
            Door::default(),
        )
    }

    fn address(host: u8) -> Multiaddr {
        format!("/ip4/9.9.9.{host}/tcp/1").parse().unwrap()
    }

    #[test]
    fn the_accept_rate_is_per_prefix() {
        let mut gate = gate(100, 100, 3);
        let now = Instant::now();
        let results: Vec<_> =
            (0..5).map(|id| gate.begin(ConnectionId::new_unchecked(id), &address(1), now).err()).collect();
        assert_eq!(results, [None, None, None, Some(Refused::Rate), Some(Refused::Rate)]);
        assert!(gate.begin(ConnectionId::new_unchecked(9), &address(2), now).is_ok());
        let later = now + Duration::from_secs(21);
        assert!(gate.begin(ConnectionId::new_unchecked(10), &address(1), later).is_ok());
    }

    #[test]
    fn what_other_nodes_say_is_dialled_only_in_public_or_in_a_private_network() {
        let may = |exempt, text: &str| {
            IpGate::new(&Limits { exempt, ..Limits::default() }, Door::default()).may_dial(&text.parse().unwrap())
        };
        for exempt in [Exempt::None, Exempt::Loopback, Exempt::Private] {
            assert!(may(exempt, "/ip4/9.9.9.9/tcp/4100"));
            assert!(!may(exempt, "/ip4/9.9.9.9/tcp/22") && !may(exempt, "/ip4/127.0.0.1/tcp/4100"));
            assert_eq!(may(exempt, "/ip4/10.0.0.1/tcp/4100"), exempt == Exempt::Private);
        }
    }

    #[test]
    fn what_comes_over_tls_counts_with_the_rest() {
        let mut gate = gate(3, 3, 100);
        let over = ["tcp/1", "tcp/2/tls/ws", "udp/1/quic-v1", "tcp/3/tls/ws"];
        let results = over.iter().enumerate().map(|(id, over)| {
            let remote = format!("/ip4/9.9.9.9/{over}").parse().unwrap();
            gate.begin(ConnectionId::new_unchecked(id), &remote, Instant::now()).err()
        });
        assert_eq!(results.collect::<Vec<_>>(), [None, None, None, Some(Refused::Pending)]);
    }

    #[test]
    fn loopback_is_not_counted() {
        let mut gate = gate(1, 1, 1);
        let local: Multiaddr = "/ip4/127.0.0.1/tcp/1".parse().unwrap();
        for id in 0..50 {
            assert!(gate.begin(ConnectionId::new_unchecked(id), &local, Instant::now()).is_ok());
        }
    }

    proptest! {
        /// Whatever happens in whatever order, counts stay within the caps and end at nothing.
        #[test]
        fn counts_never_exceed_the_caps_nor_leak(steps in prop::collection::vec((0u8..4, 0usize..40, 1u8..3), 1..300)) {
            let mut gate = gate(3, 5, 1_000_000);
            for (action, id, host) in steps {
                let id = ConnectionId::new_unchecked(id);
                match action {
                    0 if !gate.connections.contains_key(&id) => {
                        let _refused_or_not = gate.begin(id, &address(host), Instant::now());
                    }
                    1 if gate.connections.contains_key(&id) => gate.establish(id, &address(host)),
                    2 | 3 => gate.end(id, true),
                    _ => {}
                }
                let within = |counts: &Counts| counts.pending <= 3 && counts.established + counts.pending <= 5;
                prop_assert!(gate.counts.values().all(within));
            }
            for id in 0..40 {
                gate.end(ConnectionId::new_unchecked(id), true);
            }
            prop_assert!(gate.counts.is_empty() && gate.connections.is_empty());
        }
    }
}
