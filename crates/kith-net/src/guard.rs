//! Who may knock how often, and where this node never dials.
//!
//! Inbound: one neighbourhood of addresses may start a few handshakes per minute and hold a few at once, and strangers
//! there get a few places. Whoever comes over a relay takes one of the relay's places. Outbound: other
//! behaviours (hole punching, the relay client) dial addresses they were told; those pass a filter here. What behaviours
//! only propose is judged in [`crate::screen`].

mod crowd;

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    convert::Infallible,
    net::IpAddr,
    task::{Context, Poll},
    time::Instant,
};

use libp2p::{
    Multiaddr, PeerId,
    core::{Endpoint, multiaddr::Protocol, transport::PortUse},
    swarm::{
        ConnectionDenied, ConnectionId, FromSwarm, NetworkBehaviour, THandler, THandlerInEvent, THandlerOutEvent,
        ToSwarm, dummy,
    },
};

use self::crowd::Crowd;
use crate::{
    addr::{self, Source},
    bans::{Bans, Misdeed},
    limiter::Limiter,
    screen::Judge,
};

/// New inbound connections per minute from one neighbourhood.
const INBOUND_PER_MINUTE: u32 = 20;
/// Handshakes under way from one neighbourhood.
const PENDING_PER_NETWORK: usize = 8;
/// Addresses that the task chose for behaviours to dial, remembered with whom they lead to.
const VETTED_MAX: usize = 256;

/// Why a connection was not made.
#[derive(Clone, Copy, Debug, thiserror::Error)]
pub(crate) enum Refused {
    /// Too many from there.
    #[error("too many connections from this network")]
    TooMany,
    /// The address filter forbids it.
    #[error("this address is never dialled")]
    Address,
    /// They misbehaved.
    #[error("banned for a while")]
    Banned,
}

/// See the module documentation.
pub(crate) struct Behaviour {
    limiter: Limiter,
    pending: BTreeMap<ConnectionId, IpAddr>,
    crowd: Crowd,
    trusted: BTreeSet<PeerId>,
    contacts: BTreeSet<PeerId>,
    /// The dial that is being started by the task, which has judged its addresses itself.
    own: Option<ConnectionId>,
    /// What the task chose and a behaviour dials: relays of circuits, holders of slots.
    vetted: VecDeque<(PeerId, Multiaddr)>,
    bans: Bans,
    /// Nobody but bootstraps is to learn where this node is.
    pub(crate) relay_only: bool,
    /// This node only listens on loopback.
    pub(crate) lab: bool,
}

impl Behaviour {
    pub(crate) fn new() -> Self {
        Self {
            limiter: Limiter::new(INBOUND_PER_MINUTE),
            pending: BTreeMap::new(),
            crowd: Crowd::default(),
            trusted: BTreeSet::new(),
            contacts: BTreeSet::new(),
            own: None,
            vetted: VecDeque::new(),
            bans: Bans::default(),
            relay_only: false,
            lab: false,
        }
    }

    /// Configured bootstraps are dialled wherever the user said.
    pub(crate) fn trust(&mut self, peer: PeerId, trust: bool) {
        if trust {
            self.trusted.insert(peer);
        } else {
            self.trusted.remove(&peer);
        }
    }

    /// Contacts may name private addresses in a hole punch: they may live in the same house.
    pub(crate) fn contact(&mut self, peer: PeerId, contact: bool) {
        if contact {
            self.contacts.insert(peer);
        } else {
            self.contacts.remove(&peer);
        }
    }

    /// A peer at `address` did what only a broken or hostile program does. Whether it is banned by that; bootstraps and contacts
    /// never are, and one's own machine is not kept out.
    pub(crate) fn blame(&mut self, peer: PeerId, address: Option<&Multiaddr>, misdeed: Misdeed) -> bool {
        if self.knows(&peer) {
            return false;
        }
        // Who comes over a relay is not where that is.
        let ip = address.filter(|address| !addr::is_circuit(address)).and_then(addr::ip_of);
        self.bans.blame(peer, ip.filter(|ip| !ip.is_loopback()), misdeed, Instant::now())
    }

    /// Those with a misdeed that is not forgiven.
    pub(crate) fn suspects(&self) -> Vec<PeerId> {
        self.bans.suspects(Instant::now())
    }

    fn knows(&self, peer: &PeerId) -> bool {
        self.trusted.contains(peer) || self.contacts.contains(peer)
    }

    fn bans(&self, peer: &PeerId) -> bool {
        !self.knows(peer) && self.bans.has(peer, Instant::now())
    }

    /// The next dial is the task's own.
    pub(crate) fn expect(&mut self, dial: ConnectionId) {
        self.own = Some(dial);
    }

    /// A behaviour is about to dial `peer` at addresses the task has judged.
    pub(crate) fn vet(&mut self, peer: PeerId, addresses: &[Multiaddr]) {
        for address in addresses {
            self.remember(peer, addr::without_peer(address.clone()));
        }
        self.vet_relays(addresses);
    }

    fn vet_relays(&mut self, addresses: &[Multiaddr]) {
        for address in addresses {
            if let (Some(relay), Some(at)) = (addr::relay_of(address), addr::relay_address(address)) {
                self.remember(relay, at);
            }
        }
    }

    fn remember(&mut self, peer: PeerId, address: Multiaddr) {
        let vetted = (peer, address);
        if !self.vetted.contains(&vetted) {
            if self.vetted.len() >= VETTED_MAX {
                self.vetted.pop_front();
            }
            self.vetted.push_back(vetted);
        }
    }

    /// Whether a connection shows nobody but bootstraps where this node is.
    fn hides(&self, peer: Option<&PeerId>, addresses: &[Multiaddr]) -> bool {
        let through_one = |address| addr::relay_of(address).is_some_and(|relay| self.trusted.contains(&relay));
        peer.is_some_and(|peer| self.trusted.contains(peer)) || addresses.iter().all(through_one)
    }

    fn allows(&self, peer: Option<&PeerId>, address: &Multiaddr) -> bool {
        let source = match peer {
            Some(peer) if self.trusted.contains(peer) => return true,
            Some(peer) if self.contacts.contains(peer) => Source::Contact,
            Some(_) | None => Source::Stranger,
        };
        // What identify takes from a circuit for an address; it comes among others in hole punches, and leads nowhere.
        if address.iter().all(|part| matches!(part, Protocol::P2p(_))) {
            return true;
        }
        let is_bootstrap = |peer: &PeerId| self.trusted.contains(peer);
        addr::may_dial(address, source, self.lab, is_bootstrap)
            || peer.is_some_and(|peer| self.vetted.contains(&(*peer, addr::without_peer(address.clone()))))
    }
}

impl Judge for Behaviour {
    fn may_dial(&self, address: &Multiaddr) -> bool {
        addr::may_dial(address, Source::Stranger, self.lab, |_| false)
    }
}

impl NetworkBehaviour for Behaviour {
    type ConnectionHandler = dummy::ConnectionHandler;
    type ToSwarm = Infallible;

    fn handle_pending_inbound_connection(
        &mut self,
        id: ConnectionId,
        local: &Multiaddr,
        remote: &Multiaddr,
    ) -> Result<(), ConnectionDenied> {
        // Before anybody could tell who is here.
        if self.relay_only && !addr::is_circuit(local) {
            return Err(ConnectionDenied::new(Refused::Address));
        }
        let Some(ip) = counted(remote) else { return Ok(()) };
        if self.bans.has_ip(ip, Instant::now()) {
            return Err(ConnectionDenied::new(Refused::Banned));
        }
        let network = addr::neighbourhood(ip);
        let pending = self.pending.values().filter(|other| **other == network).count();
        if pending >= PENDING_PER_NETWORK || !self.limiter.admit_address(ip, Instant::now()) {
            return Err(ConnectionDenied::new(Refused::TooMany));
        }
        self.pending.insert(id, network);
        Ok(())
    }

    fn handle_established_inbound_connection(
        &mut self,
        id: ConnectionId,
        peer: PeerId,
        _: &Multiaddr,
        remote: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        self.pending.remove(&id);
        if self.bans(&peer) {
            return Err(ConnectionDenied::new(Refused::Banned));
        }
        let room = |ip| self.crowd.has_room(ip, |peer| self.knows(peer));
        if !self.knows(&peer) && !counted(remote).is_none_or(room) {
            return Err(ConnectionDenied::new(Refused::TooMany));
        }
        Ok(dummy::ConnectionHandler)
    }

    fn handle_pending_outbound_connection(
        &mut self,
        id: ConnectionId,
        peer: Option<PeerId>,
        addresses: &[Multiaddr],
        _: Endpoint,
    ) -> Result<Vec<Multiaddr>, ConnectionDenied> {
        if self.relay_only && !self.hides(peer.as_ref(), addresses) {
            return Err(ConnectionDenied::new(Refused::Address));
        }
        if peer.is_some_and(|peer| self.bans(&peer)) {
            return Err(ConnectionDenied::new(Refused::Banned));
        }
        if self.own.take() == Some(id) {
            self.vet_relays(addresses);
            return Ok(Vec::new());
        }
        if addresses.iter().all(|address| self.allows(peer.as_ref(), address)) {
            return Ok(Vec::new());
        }
        Err(ConnectionDenied::new(Refused::Address))
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
        if let FromSwarm::ListenFailure(failure) = event {
            self.pending.remove(&failure.connection_id);
        } else if let FromSwarm::ConnectionEstablished(event) = event {
            let ip = counted(event.endpoint.get_remote_address()).filter(|_| event.endpoint.is_listener());
            if let Some(ip) = ip {
                self.crowd.enter(event.connection_id, event.peer_id, ip);
            }
        } else if let FromSwarm::ConnectionClosed(event) = event {
            self.crowd.leave(event.connection_id);
        }
    }

    fn on_connection_handler_event(&mut self, _: PeerId, _: ConnectionId, event: THandlerOutEvent<Self>) {
        match event {}
    }

    fn poll(&mut self, _: &mut Context<'_>) -> Poll<ToSwarm<Self::ToSwarm, THandlerInEvent<Self>>> {
        Poll::Pending
    }
}

/// Where somebody is who is counted: not on this machine, nor behind a relay.
fn counted(remote: &Multiaddr) -> Option<IpAddr> {
    addr::ip_of(remote).filter(|ip| !ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use libp2p::{
        core::ConnectedPoint,
        swarm::{ConnectionClosed, behaviour::ConnectionEstablished},
    };

    use super::*;
    use crate::screen::Screened;

    /// A behaviour like Kademlia: proposes whatever it was told.
    #[derive(libp2p::swarm::NetworkBehaviour)]
    struct Gullible {
        told: Told,
        guard: Behaviour,
    }

    impl Judge for Gullible {
        fn may_dial(&self, address: &Multiaddr) -> bool {
            self.guard.may_dial(address)
        }
    }

    struct Told(Vec<Multiaddr>);

    impl NetworkBehaviour for Told {
        type ConnectionHandler = dummy::ConnectionHandler;
        type ToSwarm = Infallible;

        fn handle_pending_outbound_connection(
            &mut self,
            _: ConnectionId,
            _: Option<PeerId>,
            _: &[Multiaddr],
            _: Endpoint,
        ) -> Result<Vec<Multiaddr>, ConnectionDenied> {
            Ok(self.0.clone())
        }

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

        fn on_swarm_event(&mut self, _: FromSwarm<'_>) {}

        fn on_connection_handler_event(&mut self, _: PeerId, _: ConnectionId, event: THandlerOutEvent<Self>) {
            match event {}
        }

        fn poll(&mut self, _: &mut Context<'_>) -> Poll<ToSwarm<Self::ToSwarm, THandlerInEvent<Self>>> {
            Poll::Pending
        }
    }

    fn peer() -> PeerId {
        libp2p::identity::Keypair::generate_ed25519().public().to_peer_id()
    }

    fn parse(list: &[&str]) -> Vec<Multiaddr> {
        list.iter().map(|text| text.parse().unwrap()).collect()
    }

    fn dial(guard: &mut Behaviour, peer: PeerId, addresses: &[&str]) -> bool {
        let id = ConnectionId::new_unchecked(7);
        guard.handle_pending_outbound_connection(id, Some(peer), &parse(addresses), Endpoint::Dialer).is_ok()
    }

    #[test]
    fn strangers_are_banned_contacts_and_bootstraps_are_not() {
        let mut guard = Behaviour::new();
        let (stranger, contact, bootstrap) = (PeerId::random(), PeerId::random(), PeerId::random());
        guard.contact(contact, true);
        guard.trust(bootstrap, true);
        let home: Multiaddr = "/ip4/9.9.9.9/tcp/4100".parse().unwrap();
        let circuit: Multiaddr = format!("/ip4/8.8.8.8/tcp/4100/p2p/{bootstrap}/p2p-circuit").parse().unwrap();
        for peer in [stranger, contact, bootstrap] {
            let banned = (0..4).filter(|_| guard.blame(peer, Some(&home), Misdeed::Card)).count();
            assert_eq!((guard.bans(&peer), banned), (peer == stranger, usize::from(peer == stranger)));
        }
        guard.contact(stranger, true);
        assert!(!guard.bans(&stranger), "whoever becomes a contact is let in");
        let mut knock = |id, from: &Multiaddr| {
            guard.handle_pending_inbound_connection(ConnectionId::new_unchecked(id), &home, from).is_ok()
        };
        assert!(knock(1, &home), "one of them says nothing about the address");
        let mut several = |from: &Multiaddr| {
            for _ in 0..3 {
                let peer = PeerId::random();
                assert!((0..4).filter(|_| guard.blame(peer, Some(from), Misdeed::Card)).count() == 1);
            }
        };
        several(&home);
        several(&circuit);
        let mut knock = |id, from: &Multiaddr| {
            guard.handle_pending_inbound_connection(ConnectionId::new_unchecked(id), &home, from).is_ok()
        };
        assert!(!knock(2, &home));
        assert!(
            knock(3, &"/ip4/8.8.8.8/tcp/1".parse().unwrap()),
            "where a relay is says nothing about who came over it"
        );
    }

    #[test]
    fn strangers_of_one_address_get_eight_places_and_whoever_is_known_gets_in_anyway() {
        let mut guard = Behaviour::new();
        let here: Multiaddr = "/ip4/8.8.8.8/tcp/4100".parse().unwrap();
        let come = |guard: &mut Behaviour, number, peer: PeerId, from: &str| {
            let (id, remote) = (ConnectionId::new_unchecked(number), from.parse().unwrap());
            let inside = guard.handle_established_inbound_connection(id, peer, &here, &remote).is_ok();
            if inside {
                let endpoint = ConnectedPoint::Listener { local_addr: here.clone(), send_back_addr: remote };
                guard.on_swarm_event(FromSwarm::ConnectionEstablished(ConnectionEstablished {
                    peer_id: peer,
                    connection_id: id,
                    endpoint: &endpoint,
                    failed_addresses: &[],
                    other_established: 0,
                }));
            }
            inside
        };
        let (one, beside) = ("/ip4/9.9.9.9/tcp/1", "/ip4/9.9.9.10/tcp/1");
        let strangers: Vec<PeerId> = (0..20).map(|_| peer()).collect();
        let inside = (0..20).filter(|number| come(&mut guard, *number, strangers[*number], one)).count();
        assert_eq!(inside, 8);
        let (contact, bootstrap) = (peer(), peer());
        guard.contact(contact, true);
        guard.trust(bootstrap, true);
        assert!(come(&mut guard, 20, contact, one) && come(&mut guard, 21, bootstrap, one));
        assert_eq!((30..50).filter(|number| come(&mut guard, *number, peer(), beside)).count(), 8);
        assert!(!come(&mut guard, 50, peer(), "/ip4/9.9.9.11/tcp/1"), "the /24 is full");
        for (number, elsewhere) in
            ["/ip4/9.9.8.11/tcp/1", "/ip4/127.0.0.1/tcp/1", "/ip6/2a11::1/tcp/1"].iter().enumerate()
        {
            assert!(come(&mut guard, 60 + number, peer(), elsewhere));
        }
        guard.contact(strangers[0], true);
        assert!(come(&mut guard, 70, peer(), one), "whoever became a contact left a place");
        assert!(!come(&mut guard, 71, peer(), one));
        let endpoint = ConnectedPoint::Listener { local_addr: here.clone(), send_back_addr: one.parse().unwrap() };
        guard.on_swarm_event(FromSwarm::ConnectionClosed(ConnectionClosed {
            peer_id: strangers[1],
            connection_id: ConnectionId::new_unchecked(1),
            endpoint: &endpoint,
            cause: None,
            remaining_established: 0,
        }));
        assert!(come(&mut guard, 72, peer(), one));
    }

    #[test]
    fn only_public_proposals_are_passed_on_even_for_a_bootstrap() {
        let bad = [
            "/ip4/10.0.0.1/tcp/4100",
            "/ip4/192.168.1.1/udp/4100/quic-v1",
            "/ip4/127.0.0.1/tcp/4100",
            "/ip4/169.254.1.1/tcp/4100",
            "/ip6/fd00::1/tcp/4100",
            "/ip6/::ffff:10.0.0.1/tcp/4100",
            "/ip4/9.9.9.9/tcp/22",
            "/ip4/9.9.9.9/tcp/443",
            "/dns4/router.example/tcp/4100",
        ];
        let good = "/ip4/9.9.9.9/tcp/4100";
        let mut screened =
            Screened(Gullible { told: Told(parse(&[&bad[..], &[good]].concat())), guard: Behaviour::new() });
        let bootstrap = peer();
        screened.guard.trust(bootstrap, true);
        for target in [peer(), bootstrap] {
            let id = ConnectionId::new_unchecked(1);
            let dialled = screened.handle_pending_outbound_connection(id, Some(target), &[], Endpoint::Dialer);
            assert_eq!(dialled.unwrap(), parse(&[good]));
        }
    }

    #[test]
    fn a_stranger_that_punches_names_public_addresses_a_contact_private_ones_nobody_system_ports() {
        let mut guard = Behaviour::new();
        let (stranger, friend) = (peer(), peer());
        guard.contact(friend, true);
        for (who, private) in [(stranger, false), (friend, true)] {
            assert!(dial(&mut guard, who, &["/ip4/9.9.9.9/udp/4100/quic-v1"]));
            assert!(dial(&mut guard, who, &["/ip4/9.9.9.9/udp/4100/quic-v1", &format!("/p2p/{who}")]));
            assert_eq!(dial(&mut guard, who, &["/ip4/10.0.0.1/udp/4100/quic-v1"]), private);
            assert!(!dial(&mut guard, who, &["/ip4/9.9.9.9/udp/4100/quic-v1", "/ip4/10.0.0.1/udp/53/quic-v1"]));
            assert!(!dial(&mut guard, who, &["/ip4/127.0.0.1/udp/4100/quic-v1"]));
        }
        guard.contact(friend, false);
        assert!(!dial(&mut guard, friend, &["/ip4/10.0.0.1/udp/4100/quic-v1"]));
    }

    #[test]
    fn the_relay_of_a_circuit_we_chose_is_dialled_and_no_other() {
        let mut guard = Behaviour::new();
        let (friend, relay) = (peer(), peer());
        assert!(!dial(&mut guard, relay, &["/ip4/10.0.0.9/tcp/4100"]));
        guard.expect(ConnectionId::new_unchecked(7));
        assert!(dial(&mut guard, friend, &[&format!("/ip4/10.0.0.9/tcp/4100/p2p/{relay}/p2p-circuit/p2p/{friend}")]));
        assert!(dial(&mut guard, relay, &["/ip4/10.0.0.9/tcp/4100"]));
        assert!(!dial(&mut guard, relay, &["/ip4/10.0.0.8/tcp/4100"]), "only one dial was announced");
        assert!(!dial(&mut guard, peer(), &["/ip4/10.0.0.9/tcp/4100"]), "somebody else");
        guard.vet(friend, &parse(&[&format!("/ip4/10.0.0.7/tcp/4100/p2p/{friend}")]));
        assert!(dial(&mut guard, friend, &[&format!("/ip4/10.0.0.7/tcp/4100/p2p/{friend}")]));
    }
}
