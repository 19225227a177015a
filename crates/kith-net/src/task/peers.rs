//! Contacts' devices: gates, dialling, hello, up and down.
//!
//! A peer is *up* when both gates are open: ours because it is tracked, theirs because they took our hello or sent one.
//! Before that a dm frame would be refused, so the node is not told.

use std::{
    collections::BTreeMap,
    net::IpAddr,
    time::{Duration, Instant},
};

use kith_wire::{FindKey, Hello, TransportId, UnverifiedCard, request::moved_frame};
use libp2p::{
    Multiaddr, PeerId,
    core::ConnectedPoint,
    swarm::{
        ConnectionId, DialError,
        dial_opts::{DialOpts, PeerCondition},
    },
};

use super::{Task, jitter, now_ms};
use crate::{
    addr::{self, Source},
    api::{NetEvent, Over, Path},
    backoff::Backoff,
    ids, limits,
    streams::Route,
};

/// The number of a request whose answer is not looked at; the node's own are lower.
const NOBODY_WAITS: u64 = u64::MAX;

/// A tracked device.
pub(super) struct Peer {
    pub(super) id: TransportId,
    /// By which its records are found.
    pub(super) find: Option<FindKey>,
    /// Known addresses, best first, without the peer id.
    pub(super) addresses: Vec<Multiaddr>,
    backoff: Backoff,
    next_dial: Instant,
    /// When it was last dialled.
    tried: Option<Instant>,
    dialing: Option<(ConnectionId, Instant)>,
    /// The other side lets us through.
    gate_open: bool,
    /// The other side said no.
    refused: bool,
    pub(super) up: bool,
    route: Option<Route>,
    /// Over which network the route runs, if it is a direct one.
    over: Over,
    /// When a direct way was last sought beside a relayed one.
    direct_tried: Option<Instant>,
    rtt_ms: Option<u32>,
    /// The version of our addresses the other side has.
    told: Option<u64>,
    telling: Option<u64>,
    pub(super) lookups: Backoff,
    pub(super) next_lookup: Instant,
}

impl Peer {
    fn new(id: TransportId, first: Duration, now: Instant) -> Self {
        Self {
            id,
            find: None,
            addresses: Vec::new(),
            backoff: Backoff::dial(first),
            next_dial: now,
            tried: None,
            dialing: None,
            gate_open: false,
            refused: false,
            up: false,
            route: None,
            over: Over::Lan,
            direct_tried: None,
            rtt_ms: None,
            told: None,
            telling: None,
            lookups: Backoff::look_up(first),
            next_lookup: now,
        }
    }

    fn path(&self) -> Option<Path> {
        let route = self.route?;
        Some(match route.relay.and_then(|relay| ids::transport_id(&relay)) {
            None => Path::Direct { rtt_ms: self.rtt_ms, over: self.over },
            Some(via) => Path::Relayed { via, rtt_ms: self.rtt_ms },
        })
    }
}

impl Task {
    pub(super) fn track(&mut self, id: TransportId, addresses: &[String], find: Option<FindKey>) {
        let Some(peer) = ids::peer_id(&id).filter(|peer| *peer != self.me) else { return };
        let known = parse_all(addresses, &peer);
        let now = Instant::now();
        if !self.peers.contains_key(&peer) {
            if self.peers.len() >= limits::TRACKED_MAX {
                tracing::warn!("too many devices to keep connected");
                return;
            }
            self.peers.insert(peer, Peer::new(id, self.tuning.dial_first, now));
            let behaviour = self.swarm.behaviour_mut();
            behaviour.limits.bypass_peer_id(&peer);
            behaviour.guard.contact(peer, true);
            behaviour.streams.track(peer);
        }
        if let Some(entry) = self.peers.get_mut(&peer) {
            let old = std::mem::take(&mut entry.addresses);
            entry.addresses = addr::merge(known, old, limits::ADDRESSES_PER_PEER);
            entry.next_dial = entry.next_dial.min(now);
            if find.is_some() && entry.find != find {
                entry.find = find;
                entry.next_lookup = now;
            }
        }
        self.update_route(&peer);
        self.greet(&peer);
        self.dial_peer(&peer, now);
    }

    pub(super) fn untrack(&mut self, id: &TransportId) {
        let Some(peer) = ids::peer_id(id) else { return };
        let Some(entry) = self.peers.remove(&peer) else { return };
        if entry.up {
            self.emit(NetEvent::PeerDown { peer: *id });
        }
        let bootstrap = self.is_bootstrap(&peer);
        let behaviour = self.swarm.behaviour_mut();
        behaviour.guard.contact(peer, false);
        behaviour.streams.untrack(&peer);
        if !bootstrap {
            behaviour.limits.remove_peer_id(&peer);
        }
    }

    pub(super) fn send(&mut self, id: &TransportId, number: u64, bytes: Vec<u8>) {
        match ids::peer_id(id) {
            Some(peer) if self.peers.contains_key(&peer) => {
                self.swarm.behaviour_mut().streams.send(peer, number, bytes);
            }
            Some(_) | None => self.emit(NetEvent::Sent { id: number, ok: false }),
        }
    }

    /// Everything worth dialling for a peer: its addresses, then circuits through our bootstraps.
    pub(super) fn dial_list(&self, peer: &PeerId, known: &[Multiaddr]) -> Vec<Multiaddr> {
        let lab = self.own.lab;
        let is_bootstrap = |other: &PeerId| self.is_bootstrap(other);
        let near =
            self.exchange.nearby(peer).iter().filter(|a| addr::may_dial(a, Source::LocalNetwork, lab, is_bootstrap));
        let told = known.iter().filter(|a| addr::may_dial(a, Source::Contact, lab, is_bootstrap));
        let direct: Vec<Multiaddr> = near.chain(told).filter_map(|a| addr::with_peer(a.clone(), *peer)).collect();
        let circuits = self
            .connected_bootstraps()
            .filter(|(relay, _)| relay != peer)
            .filter_map(|(relay, address)| addr::circuit(&address, relay, *peer))
            .collect();
        let direct = if self.own.relay_only { Vec::new() } else { direct };
        addr::merge(direct, circuits, limits::DIAL_ADDRESSES_MAX)
    }

    fn dial_peer(&mut self, peer: &PeerId, now: Instant) {
        let under_way = self.peers.values().filter(|entry| entry.dialing.is_some()).count();
        let Some(entry) = self.peers.get(peer) else { return };
        if entry.dialing.is_some() || entry.route.is_some() || under_way >= limits::DIALS_AT_ONCE {
            return;
        }
        let addresses = self.dial_list(peer, &entry.addresses);
        let dialing = if addresses.is_empty() {
            None
        } else {
            // A hole punch or a direct attempt that was under way when a circuit ended takes seconds to fail.
            self.dial(peer, addresses, PeerCondition::Disconnected)
        };
        if let Some(entry) = self.peers.get_mut(peer) {
            entry.tried = Some(now);
            match dialing {
                Some(connection) => entry.dialing = Some((connection, now)),
                None => entry.next_dial = now + entry.backoff.next(jitter()),
            }
        }
    }

    /// Starts a dial; `None` if it was refused at once.
    pub(super) fn dial(
        &mut self,
        peer: &PeerId,
        addresses: Vec<Multiaddr>,
        when: PeerCondition,
    ) -> Option<ConnectionId> {
        let options = DialOpts::peer_id(*peer).condition(when).addresses(addresses).build();
        let connection = options.connection_id();
        self.swarm.behaviour_mut().guard.expect(connection);
        match self.swarm.dial(options) {
            Ok(()) => Some(connection),
            Err(error) => {
                tracing::debug!(%peer, %error, "not dialled");
                None
            }
        }
    }

    pub(super) fn peer_dial_failed(&mut self, peer: &PeerId, connection: ConnectionId, error: &DialError) {
        let now = Instant::now();
        let Some(entry) = self.peers.get_mut(peer) else { return };
        if let DialError::WrongPeerId { address, .. } = error {
            let wrong = addr::without_peer(address.clone());
            entry.addresses.retain(|known| *known != wrong);
        }
        if entry.dialing.is_some_and(|(id, _)| id == connection) {
            entry.dialing = None;
            entry.next_dial = now + entry.backoff.next(jitter());
        }
    }

    pub(super) fn peer_connected(&mut self, peer: &PeerId, endpoint: &ConnectedPoint) {
        let Some(entry) = self.peers.get_mut(peer) else { return };
        entry.dialing = None;
        if let ConnectedPoint::Dialer { address, .. } = endpoint
            && !endpoint.is_relayed()
        {
            let address = addr::without_peer(address.clone());
            self.learned(peer, vec![address]);
        }
        self.update_route(peer);
        self.greet(peer);
    }

    pub(super) fn peer_disconnected(&mut self, peer: &PeerId, left: u32) {
        let now = Instant::now();
        self.update_route(peer);
        let Some(entry) = self.peers.get_mut(peer) else { return };
        // A hello on the closed connection is never reported.
        entry.telling = None;
        if left > 0 {
            return self.greet(peer);
        }
        let was_up = std::mem::take(&mut entry.up);
        let refused = std::mem::take(&mut entry.refused);
        if entry.gate_open {
            entry.backoff.reset();
        }
        entry.next_dial =
            now + if refused && !entry.gate_open { limits::ONE_SIDED_RETRY } else { entry.backoff.next(jitter()) };
        entry.gate_open = false;
        entry.told = None;
        entry.rtt_ms = None;
        entry.lookups.reset();
        entry.next_lookup = now;
        let id = entry.id;
        if was_up {
            self.emit(NetEvent::PeerDown { peer: id });
        }
    }

    /// Looks again at which connection is used.
    pub(super) fn update_route(&mut self, peer: &PeerId) {
        let route = self.swarm.behaviour().streams.route(peer);
        let link = route.and_then(|route| self.links.get(peer)?.get(&route.connection));
        let over = link.map(|link| over(&link.remote));
        let Some(entry) = self.peers.get_mut(peer) else { return };
        let before = entry.route.map(|route| route.connection);
        let replaced = before != route.map(|route| route.connection);
        if replaced {
            entry.rtt_ms = None;
        }
        entry.route = route;
        entry.over = over.unwrap_or(entry.over);
        let (id, up) = (entry.id, entry.up);
        // Also where people see no difference: what left on the connection before may be lost with it.
        if let (true, true, Some(_), Some(path)) = (up, replaced, before, entry.path()) {
            self.emit(NetEvent::PathChanged { peer: id, path });
        }
    }

    /// Introduces us, unless the peer already has our newest addresses.
    fn greet(&mut self, peer: &PeerId) {
        let version = self.own.version;
        let Some(entry) = self.peers.get_mut(peer) else { return };
        if entry.route.is_none() || entry.telling.is_some() || entry.told == Some(version) {
            return;
        }
        entry.telling = Some(version);
        let hello = self.hello();
        if !self.swarm.behaviour_mut().streams.hello(*peer, hello)
            && let Some(entry) = self.peers.get_mut(peer)
        {
            entry.telling = None;
        }
    }

    /// Our addresses changed.
    pub(super) fn greet_all(&mut self) {
        let open: Vec<PeerId> = self.peers.iter().filter(|(_, entry)| entry.gate_open).map(|(peer, _)| *peer).collect();
        for peer in open {
            self.greet(&peer);
        }
    }

    pub(super) fn hello_sent(&mut self, peer: &PeerId, ok: bool) {
        let Some(entry) = self.peers.get_mut(peer) else { return };
        let version = entry.telling.take();
        if ok {
            entry.told = version;
            entry.gate_open = true;
            self.maybe_up(peer);
            self.greet(peer);
        } else {
            entry.told = None;
            entry.refused = true;
            self.say_moved(peer);
        }
    }

    /// Who does not let us in may know us by another key: a device says so to its contacts, and to nobody else.
    fn say_moved(&mut self, peer: &PeerId) {
        if let Some(renewal) = &self.renewal {
            let frame = moved_frame(renewal);
            // They let us in, or not: the answer says nothing more.
            let _asked = self.swarm.behaviour_mut().streams.ask(*peer, NOBODY_WAITS, frame);
        }
    }

    pub(super) fn hello_received(&mut self, peer: &PeerId, bytes: &[u8]) {
        let Some(entry) = self.peers.get_mut(peer) else { return };
        entry.gate_open = true;
        let id = entry.id;
        self.maybe_up(peer);
        let card = Hello::decode(bytes).ok().and_then(|hello| UnverifiedCard::decode(&hello.card).ok());
        match card.map(|card| card.verify(now_ms())) {
            Some(Ok(card)) if card.transport == id => self.learned(peer, parse_all(&card.addresses, peer)),
            Some(Ok(_)) | Some(Err(_)) | None => tracing::debug!(%peer, "a hello without a valid card"),
        }
        self.greet(peer);
        self.try_direct(peer);
    }

    fn maybe_up(&mut self, peer: &PeerId) {
        let Some(entry) = self.peers.get_mut(peer) else { return };
        if entry.up || !entry.gate_open {
            return;
        }
        let Some(path) = entry.path() else { return };
        entry.up = true;
        entry.refused = false;
        entry.backoff.reset();
        let id = entry.id;
        self.emit(NetEvent::PeerUp { peer: id, path });
    }

    /// Takes in addresses of a tracked peer from a source it signed, and dials if that helps.
    pub(super) fn learned(&mut self, peer: &PeerId, addresses: Vec<Multiaddr>) {
        let lab = self.own.lab;
        let usable: Vec<Multiaddr> = addresses
            .into_iter()
            .filter(|address| addr::may_dial(address, Source::Contact, lab, |other| self.is_bootstrap(other)))
            .collect();
        let Some(entry) = self.peers.get_mut(peer) else { return };
        let merged = addr::merge(usable, entry.addresses.clone(), limits::ADDRESSES_PER_PEER);
        if merged == entry.addresses {
            return;
        }
        let news = merged.iter().any(|address| !entry.addresses.contains(address));
        entry.addresses = merged;
        let (id, now) = (entry.id, Instant::now());
        let texts = entry.addresses.iter().map(ToString::to_string).collect();
        let lonely = entry.route.is_none();
        self.emit(NetEvent::PeerAddresses { peer: id, addresses: texts });
        if news && lonely {
            self.dial_peer(peer, now);
        }
    }

    /// A relayed peer whose direct addresses are known is dialled directly: cheaper than a hole punch if it works.
    fn try_direct(&mut self, peer: &PeerId) {
        let now = Instant::now();
        let Some(entry) = self.peers.get(peer) else { return };
        let lately = entry.direct_tried.is_some_and(|tried| now.duration_since(tried) < limits::DIRECT_EVERY);
        if lately || entry.route.is_none_or(|route| route.relay.is_none()) {
            return;
        }
        let direct: Vec<Multiaddr> =
            self.dial_list(peer, &entry.addresses).into_iter().filter(|address| !addr::is_circuit(address)).collect();
        if !direct.is_empty() {
            // Its failure changes nothing: the circuit stays. A hole punch under way may be hopeless, and takes its time.
            let _attempt = self.dial(peer, direct, PeerCondition::Always);
            if let Some(entry) = self.peers.get_mut(peer) {
                entry.direct_tried = Some(now);
            }
        }
    }

    pub(super) fn peer_rtt(&mut self, peer: &PeerId, connection: ConnectionId, rtt_ms: u32) {
        if let Some(entry) = self.peers.get_mut(peer)
            && entry.route.is_some_and(|route| route.connection == connection)
        {
            entry.rtt_ms = Some(rtt_ms);
        }
    }

    pub(super) fn tend_peers(&mut self, now: Instant) {
        for entry in self.peers.values_mut() {
            if entry.dialing.is_some_and(|(_, since)| now.duration_since(since) > limits::DIAL_TIMEOUT) {
                entry.dialing = None;
                entry.next_dial = now + entry.backoff.next(jitter());
            }
        }
        let due: Vec<PeerId> = due(&self.peers, now);
        for peer in due {
            self.dial_peer(&peer, now);
        }
    }

    /// Once in a while: introduce us again where the gate is still closed, look for a direct way where there is none.
    pub(super) fn watch_peers(&mut self) {
        let connected: Vec<(PeerId, bool)> = self
            .peers
            .iter()
            .filter(|(_, entry)| entry.route.is_some())
            .map(|(peer, entry)| (*peer, entry.gate_open))
            .collect();
        for (peer, open) in connected {
            if open {
                self.try_direct(&peer);
            } else {
                self.greet(&peer);
            }
        }
    }

    pub(super) fn hurry_peer(&mut self, peer: &PeerId, now: Instant) {
        if let Some(entry) = self.peers.get_mut(peer) {
            entry.backoff.reset();
            entry.next_dial = entry.next_dial.min(now);
        }
    }

    pub(super) fn hurry_peers(&mut self, now: Instant) {
        for entry in self.peers.values_mut().filter(|entry| entry.route.is_none()) {
            entry.backoff.reset();
            // What is being dialled may be the ways of before.
            entry.dialing = None;
            // Who waits already keeps its place.
            entry.next_dial = entry.next_dial.min(now);
            entry.lookups.reset();
            entry.next_lookup = now;
        }
    }
}

/// Who is to be dialled now: those never tried, then who waits longest, so that contacts that are away cannot keep
/// others from their turn.
fn due(peers: &BTreeMap<PeerId, Peer>, now: Instant) -> Vec<PeerId> {
    let mut due: Vec<(&PeerId, &Peer)> = peers
        .iter()
        .filter(|(_, entry)| entry.route.is_none() && entry.dialing.is_none() && entry.next_dial <= now)
        .collect();
    due.sort_by_key(|(_, entry)| (entry.tried.is_some(), entry.next_dial, entry.tried));
    due.into_iter().map(|(peer, _)| *peer).take(limits::DIALS_AT_ONCE).collect()
}

/// Address texts of `peer`, bounded, well-formed, without its id; those that name somebody else are dropped.
pub(super) fn parse_all(texts: &[String], peer: &PeerId) -> Vec<Multiaddr> {
    texts
        .iter()
        .take(limits::ADDRESSES_PER_PEER)
        .filter_map(|text| addr::parse(text))
        .filter(|address| addr::shape(address).is_some_and(|shape| shape.peer.is_none_or(|named| named == *peer)))
        .map(|address| match addr::shape(&address) {
            // `/p2p/relay/p2p-circuit` ends in no peer id; everything else may.
            Some(shape) if shape.peer.is_some() => addr::without_peer(address),
            Some(_) | None => address,
        })
        .collect()
}

/// Over which network a connection to `remote` runs.
fn over(remote: &Multiaddr) -> Over {
    match addr::ip_of(remote).map(|ip| ip.to_canonical()) {
        Some(_) if !addr::for_everybody(&addr::without_peer(remote.clone()), false) => Over::Lan,
        Some(IpAddr::V6(_)) => Over::Ipv6,
        Some(IpAddr::V4(_)) => Over::Ipv4,
        None => Over::Lan,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_contact_gets_its_turn_however_many_are_away() {
        let first = Duration::from_secs(1);
        let start = Instant::now();
        let ids: Vec<PeerId> = (0..100).map(|_| PeerId::random()).collect();
        let mut peers: BTreeMap<PeerId, Peer> =
            ids.iter().map(|peer| (*peer, Peer::new(TransportId::from_bytes([0; 32]), first, start))).collect();
        // Dials take 30 seconds, all fail, and every waiting time is skipped each time.
        let rounds = ids.len().div_ceil(limits::DIALS_AT_ONCE);
        for cycle in 0..3 {
            let mut turns: BTreeMap<PeerId, usize> = BTreeMap::new();
            for round in 0..rounds {
                let now = start + Duration::from_secs(30) * u32::try_from(cycle * rounds + round).expect("small");
                for peer in due(&peers, now) {
                    *turns.entry(peer).or_default() += 1;
                    let entry = peers.get_mut(&peer).expect("known");
                    (entry.tried, entry.next_dial) = (Some(now), now + Duration::from_secs(1));
                }
            }
            assert_eq!(turns.len(), ids.len(), "cycle {cycle}");
        }
    }
}
