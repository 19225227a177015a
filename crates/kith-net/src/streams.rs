//! Our own protocols as one libp2p behaviour: `/kith/dm/1`, `/kith/hello/1`, `/kith/request/1`.
//!
//! It knows who is tracked, keeps those connections alive, and picks the connection for each outbound stream: direct
//! before relayed, the newest among equals. libp2p's own stream behaviour picks one at random, which would leave
//! conversations on the relay after a hole was punched.

mod handler;
mod io;
mod silence;
mod work;

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll, Waker},
    time::Instant,
};

use libp2p::{
    Multiaddr, PeerId,
    core::{Endpoint, transport::PortUse},
    swarm::{
        CloseConnection, ConnectionClosed, ConnectionDenied, ConnectionId, FromSwarm, NetworkBehaviour, NotifyHandler,
        THandler, THandlerInEvent, THandlerOutEvent, ToSwarm, behaviour::ConnectionEstablished,
    },
};
use tokio::sync::{Semaphore, mpsc};

use self::handler::{Command, Handler, Report};
use crate::{
    addr,
    api::{NetEvent, RequestError, Tuning},
    limiter::Limiter,
    limits,
};

/// What all connections share.
pub(crate) struct Shared {
    tuning: Tuning,
    /// Received frames go straight to the node: its queue is the back-pressure.
    events: mpsc::Sender<NetEvent>,
    /// Inbound requests at work in the whole node.
    requests: Arc<Semaphore>,
    limiter: Mutex<Limiter>,
    line: Arc<silence::Line>,
}

impl Shared {
    fn admit(&self, peer: PeerId, ip: Option<IpAddr>, now: Instant) -> bool {
        self.limiter.lock().unwrap_or_else(PoisonError::into_inner).admit(peer, ip, now)
    }
}

/// What the task is told.
#[derive(Debug)]
pub(crate) enum Event {
    /// A frame was flushed, or could not be.
    Sent { id: u64, ok: bool },
    /// Our hello was taken, or the peer's gate is closed for us.
    HelloSent { peer: PeerId, ok: bool },
    /// A tracked peer introduced itself.
    HelloReceived { peer: PeerId, bytes: Vec<u8> },
    /// The outcome of a request of ours.
    Answered { id: u64, answer: Result<Vec<u8>, RequestError> },
    /// Somebody asks.
    Asked { peer: PeerId, request: u64, bytes: Vec<u8> },
    /// A connection that was doubted leads where it should.
    Alive { peer: PeerId },
    /// A connection led nowhere any more and is being closed.
    Dead { peer: PeerId },
}

/// One connection to a peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Link {
    id: ConnectionId,
    relay: Option<PeerId>,
    since: Instant,
    /// The other side came another way, and whether this one still leads there is being found out.
    doubted: bool,
}

/// A frame on its way.
struct InFlight {
    peer: PeerId,
    link: ConnectionId,
    id: u64,
    len: usize,
}

/// How a connected peer is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Route {
    /// The connection used.
    pub(crate) connection: ConnectionId,
    /// The relay it runs through, if any.
    pub(crate) relay: Option<PeerId>,
}

/// See the module documentation.
pub(crate) struct Behaviour {
    shared: Arc<Shared>,
    tracked: BTreeSet<PeerId>,
    kept: BTreeSet<PeerId>,
    links: BTreeMap<PeerId, Vec<Link>>,
    frames: BTreeMap<u64, InFlight>,
    load: BTreeMap<PeerId, (usize, usize)>,
    requests: BTreeMap<u64, (ConnectionId, u64)>,
    asked: BTreeMap<u64, (PeerId, ConnectionId, u64)>,
    next_number: u64,
    queue: VecDeque<ToSwarm<Event, Command>>,
    waker: Option<Waker>,
}

impl Behaviour {
    /// A behaviour that puts received frames into `events`.
    pub(crate) fn new(tuning: Tuning, events: mpsc::Sender<NetEvent>) -> Self {
        let shared = Shared {
            tuning,
            events,
            requests: Arc::new(Semaphore::new(limits::REQUESTS_AT_WORK)),
            limiter: Mutex::new(Limiter::new(tuning.requests_per_minute)),
            line: Arc::default(),
        };
        Self {
            shared: Arc::new(shared),
            tracked: BTreeSet::new(),
            kept: BTreeSet::new(),
            links: BTreeMap::new(),
            frames: BTreeMap::new(),
            load: BTreeMap::new(),
            requests: BTreeMap::new(),
            asked: BTreeMap::new(),
            next_number: 0,
            queue: VecDeque::new(),
            waker: None,
        }
    }

    /// Opens the gates for a contact's device.
    pub(crate) fn track(&mut self, peer: PeerId) {
        if self.tracked.insert(peer) {
            self.tell_gates(peer);
        }
    }

    /// Closes the gates, and the connections unless something else needs them.
    pub(crate) fn untrack(&mut self, peer: &PeerId) {
        if self.tracked.remove(peer) {
            self.tell_gates(*peer);
            if !self.kept.contains(peer) && self.links.contains_key(peer) {
                self.push(ToSwarm::CloseConnection { peer_id: *peer, connection: CloseConnection::All });
            }
        }
    }

    /// Keeps connections to a peer (bootstraps, relays) alive, or lets go of them.
    pub(crate) fn keep(&mut self, peer: PeerId, keep: bool) {
        let changed = if keep { self.kept.insert(peer) } else { self.kept.remove(&peer) };
        if changed {
            self.tell_gates(peer);
        }
    }

    /// The best connection to a peer.
    pub(crate) fn route(&self, peer: &PeerId) -> Option<Route> {
        let link = best(self.links.get(peer)?)?;
        Some(Route { connection: link.id, relay: link.relay })
    }

    /// Queues a frame. Answers [`Event::Sent`]; at once with `ok: false` if the peer is not connected or its queue is
    /// full.
    pub(crate) fn send(&mut self, peer: PeerId, id: u64, bytes: Vec<u8>) {
        let (count, held) = self.load.get(&peer).copied().unwrap_or_default();
        let full = count >= limits::DM_IN_FLIGHT_MAX || held.saturating_add(bytes.len()) > limits::DM_IN_FLIGHT_BYTES;
        let route = self.route(&peer).filter(|_| !full && self.tracked.contains(&peer));
        let Some(route) = route else {
            self.push(ToSwarm::GenerateEvent(Event::Sent { id, ok: false }));
            return;
        };
        let ticket = self.number();
        self.frames.insert(ticket, InFlight { peer, link: route.connection, id, len: bytes.len() });
        self.load.insert(peer, (count + 1, held + bytes.len()));
        self.notify(peer, route.connection, Command::Dm { ticket, bytes });
    }

    /// Sends our hello on the best connection; false if there is none.
    pub(crate) fn hello(&mut self, peer: PeerId, bytes: Vec<u8>) -> bool {
        let Some(route) = self.route(&peer) else { return false };
        self.notify(peer, route.connection, Command::Hello { bytes });
        true
    }

    /// Finds out whether the connections to a peer still lead anywhere; those that do not are closed.
    pub(crate) fn probe(&mut self, peer: &PeerId) {
        self.probe_links(peer, false);
    }

    /// The same when something else says already that they do not: they have half as long to answer.
    pub(crate) fn doubt(&mut self, peer: &PeerId) {
        self.probe_links(peer, true);
    }

    fn probe_links(&mut self, peer: &PeerId, doubted: bool) {
        for link in self.links.get(peer).cloned().unwrap_or_default() {
            self.notify(*peer, link.id, Command::Probe { doubted });
        }
    }

    /// Asks a connected stranger; false if it is not connected.
    pub(crate) fn ask(&mut self, peer: PeerId, id: u64, bytes: Vec<u8>) -> bool {
        let Some(route) = self.route(&peer) else { return false };
        let ticket = self.number();
        self.requests.insert(ticket, (route.connection, id));
        self.notify(peer, route.connection, Command::Request { ticket, bytes });
        true
    }

    /// The number of the last request.
    pub(crate) fn last_number(&self) -> u64 {
        self.next_number
    }

    /// The next request has the number after this.
    pub(crate) fn count_from(&mut self, number: u64) {
        self.next_number = number;
    }

    /// Answers [`Event::Asked`]; false if the asker is gone.
    pub(crate) fn answer(&mut self, request: u64, bytes: Vec<u8>) -> bool {
        let Some((peer, connection, stream)) = self.asked.remove(&request) else { return false };
        self.notify(peer, connection, Command::Answer { stream, bytes });
        true
    }

    /// Whether somebody is connected over this relay.
    pub(crate) fn carries(&self, relay: &PeerId) -> bool {
        self.links.values().flatten().any(|link| link.relay == Some(*relay))
    }

    /// Closes circuits to peers that are connected directly for a while: a relay allows few, and carries strangers' bytes
    /// for them.
    pub(crate) fn release_circuits(&mut self, now: Instant) {
        let settled = |link: &Link| link.relay.is_none() && now.duration_since(link.since) >= self.shared.tuning.settle;
        let spare: Vec<(PeerId, ConnectionId)> = self
            .links
            .iter()
            .filter(|(_, links)| links.iter().any(settled))
            .flat_map(|(peer, links)| links.iter().filter(|link| link.relay.is_some()).map(|link| (*peer, link.id)))
            .filter(|(_, connection)| !self.is_busy(*connection))
            .collect();
        for (peer_id, connection) in spare {
            self.push(ToSwarm::CloseConnection { peer_id, connection: CloseConnection::One(connection) });
        }
    }

    /// Whether something of ours is on its way on a connection.
    fn is_busy(&self, connection: ConnectionId) -> bool {
        self.frames.values().any(|frame| frame.link == connection)
            || self.requests.values().any(|(link, _)| *link == connection)
            || self.asked.values().any(|(_, link, _)| *link == connection)
    }

    fn number(&mut self) -> u64 {
        self.next_number = self.next_number.wrapping_add(1);
        self.next_number
    }

    fn push(&mut self, action: ToSwarm<Event, Command>) {
        self.queue.push_back(action);
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }

    fn notify(&mut self, peer_id: PeerId, connection: ConnectionId, event: Command) {
        self.push(ToSwarm::NotifyHandler { peer_id, handler: NotifyHandler::One(connection), event });
    }

    fn tell_gates(&mut self, peer: PeerId) {
        let (tracked, keep) = (self.tracked.contains(&peer), self.kept.contains(&peer));
        for link in self.links.get(&peer).cloned().unwrap_or_default() {
            self.notify(peer, link.id, Command::Gates { tracked, keep });
        }
    }

    fn handler(&self, peer: PeerId, remote: &Multiaddr) -> Handler {
        let (tracked, keep) = (self.tracked.contains(&peer), self.kept.contains(&peer));
        Handler::new(peer, remote, Arc::clone(&self.shared), tracked, keep)
    }

    fn connected(&mut self, peer: PeerId, link: Link) {
        let before = self.links.get(&peer).and_then(|links| best(links));
        // Who comes over a relay although there is a direct way may know that it is none any more.
        if link.relay.is_some() {
            let direct = self.links.entry(peer).or_default().iter_mut().filter(|link| link.relay.is_none());
            let doubted: Vec<ConnectionId> = direct.map(|link| (link.doubted = true, link.id).1).collect();
            for connection in doubted {
                self.notify(peer, connection, Command::Probe { doubted: false });
            }
        }
        let links = self.links.entry(peer).or_default();
        links.push(link);
        let after = best(links);
        let surplus =
            (links.len() > limits::CONNECTIONS_PER_TRACKED).then(|| links.first().map(|link| link.id)).flatten();
        self.leave(peer, before, after);
        if let Some(oldest) = surplus {
            self.push(ToSwarm::CloseConnection { peer_id: peer, connection: CloseConnection::One(oldest) });
        }
        // The gate may have changed while the connection was being made.
        let (tracked, keep) = (self.tracked.contains(&peer), self.kept.contains(&peer));
        self.notify(peer, link.id, Command::Gates { tracked, keep });
    }

    /// Messages take another way from now on, if it is another.
    fn leave(&mut self, peer: PeerId, before: Option<Link>, after: Option<Link>) {
        if let (Some(before), Some(after)) = (before, after)
            && before.id != after.id
        {
            self.notify(peer, before.id, Command::LeaveDm);
        }
    }

    fn trust(&mut self, peer: PeerId, connection: ConnectionId) {
        let Some(links) = self.links.get_mut(&peer) else { return };
        let before = best(links);
        if let Some(link) = links.iter_mut().find(|link| link.id == connection && link.doubted) {
            link.doubted = false;
            let after = best(links);
            self.leave(peer, before, after);
            self.push(ToSwarm::GenerateEvent(Event::Alive { peer }));
        }
    }

    fn disconnected(&mut self, peer: PeerId, connection: ConnectionId) {
        if let Some(links) = self.links.get_mut(&peer) {
            links.retain(|link| link.id != connection);
            if links.is_empty() {
                self.links.remove(&peer);
            }
        }
        let lost: Vec<u64> =
            self.frames.iter().filter(|(_, frame)| frame.link == connection).map(|(ticket, _)| *ticket).collect();
        for ticket in lost {
            self.sent(ticket, false);
        }
        let unanswered: Vec<u64> =
            self.requests.iter().filter(|(_, (link, _))| *link == connection).map(|(ticket, _)| *ticket).collect();
        for ticket in unanswered {
            self.answered(ticket, Err(RequestError::Unreachable));
        }
        self.asked.retain(|_, (_, link, _)| *link != connection);
    }

    fn sent(&mut self, ticket: u64, ok: bool) {
        let Some(frame) = self.frames.remove(&ticket) else { return };
        if let Some((count, held)) = self.load.get_mut(&frame.peer) {
            *count = count.saturating_sub(1);
            *held = held.saturating_sub(frame.len);
            if *count == 0 {
                self.load.remove(&frame.peer);
            }
        }
        self.push(ToSwarm::GenerateEvent(Event::Sent { id: frame.id, ok }));
    }

    fn answered(&mut self, ticket: u64, answer: Result<Vec<u8>, RequestError>) {
        if let Some((_, id)) = self.requests.remove(&ticket) {
            self.push(ToSwarm::GenerateEvent(Event::Answered { id, answer }));
        }
    }
}

/// Direct before relayed, the newest among equals: after a restart of the other side the old connection is a ghost.
fn best(links: &[Link]) -> Option<Link> {
    let trusted = || links.iter().rev().filter(|link| !link.doubted);
    trusted().find(|link| link.relay.is_none()).or_else(|| trusted().next()).or(links.last()).copied()
}

impl NetworkBehaviour for Behaviour {
    type ConnectionHandler = Handler;
    type ToSwarm = Event;

    fn handle_established_inbound_connection(
        &mut self,
        _: ConnectionId,
        peer: PeerId,
        _: &Multiaddr,
        remote: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        Ok(self.handler(peer, remote))
    }

    fn handle_established_outbound_connection(
        &mut self,
        _: ConnectionId,
        peer: PeerId,
        remote: &Multiaddr,
        _: Endpoint,
        _: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        Ok(self.handler(peer, remote))
    }

    fn on_swarm_event(&mut self, event: FromSwarm<'_>) {
        if let FromSwarm::ConnectionEstablished(ConnectionEstablished { peer_id, connection_id, endpoint, .. }) = event
        {
            // A listener's circuit shows the relay in its local address only.
            let relay = match endpoint {
                libp2p::core::ConnectedPoint::Dialer { address, .. } => addr::relay_of(address),
                libp2p::core::ConnectedPoint::Listener { local_addr, .. } => addr::relay_of(local_addr),
            };
            self.connected(peer_id, Link { id: connection_id, relay, since: Instant::now(), doubted: false });
        } else if let FromSwarm::ConnectionClosed(ConnectionClosed { peer_id, connection_id, .. }) = event {
            self.disconnected(peer_id, connection_id);
        }
    }

    fn on_connection_handler_event(&mut self, peer: PeerId, connection: ConnectionId, report: THandlerOutEvent<Self>) {
        match report {
            Report::Dm { ticket, ok } => self.sent(ticket, ok),
            Report::HelloSent { ok } => self.push(ToSwarm::GenerateEvent(Event::HelloSent { peer, ok })),
            Report::HelloReceived { bytes } => {
                if self.tracked.contains(&peer) {
                    self.push(ToSwarm::GenerateEvent(Event::HelloReceived { peer, bytes }));
                }
            }
            Report::Answered { ticket, answer } => self.answered(ticket, answer),
            Report::Alive => self.trust(peer, connection),
            Report::Dead => {
                self.push(ToSwarm::CloseConnection { peer_id: peer, connection: CloseConnection::One(connection) });
                self.push(ToSwarm::GenerateEvent(Event::Dead { peer }));
            }
            Report::RequestReceived { stream, bytes } => {
                let request = self.number();
                self.asked.insert(request, (peer, connection, stream));
                self.push(ToSwarm::GenerateEvent(Event::Asked { peer, request, bytes }));
            }
            Report::RequestClosed { stream } => {
                self.asked.retain(|_, (_, link, number)| (*link, *number) != (connection, stream));
            }
        }
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<ToSwarm<Self::ToSwarm, THandlerInEvent<Self>>> {
        if let Some(action) = self.queue.pop_front() {
            return Poll::Ready(action);
        }
        self.waker = Some(cx.waker().clone());
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn closed(behaviour: &mut Behaviour) -> Vec<ConnectionId> {
        let closing = |action: ToSwarm<Event, Command>| {
            let ToSwarm::CloseConnection { connection: CloseConnection::One(connection), .. } = action else {
                return None;
            };
            Some(connection)
        };
        behaviour.queue.drain(..).filter_map(closing).collect()
    }

    #[test]
    fn a_circuit_is_closed_once_a_direct_connection_has_settled_and_nothing_is_under_way_on_it() {
        let tuning = Tuning::default();
        let (events, _receiver) = mpsc::channel(1);
        let mut behaviour = Behaviour::new(tuning, events);
        let (peer, other, start) = (PeerId::random(), PeerId::random(), Instant::now());
        let [circuit, direct, only] = [1, 2, 3].map(ConnectionId::new_unchecked);
        let relay = Some(PeerId::random());
        behaviour.track(peer);
        behaviour.connected(other, Link { id: only, relay, since: start, doubted: false });
        behaviour.connected(peer, Link { id: circuit, relay, since: start, doubted: false });
        behaviour.send(peer, 1, vec![1]);
        behaviour.connected(peer, Link { id: direct, relay: None, since: start, doubted: false });
        behaviour.release_circuits(start + tuning.settle);
        assert_eq!(closed(&mut behaviour), [], "a frame is under way");
        let ticket = *behaviour.frames.keys().next().expect("a frame");
        behaviour.sent(ticket, true);
        behaviour.release_circuits(start + tuning.settle / 2);
        assert_eq!(closed(&mut behaviour), [], "it has not settled");
        behaviour.release_circuits(start + tuning.settle);
        assert_eq!(closed(&mut behaviour), [circuit]);
    }
    #[test]
    fn who_comes_over_a_relay_is_answered_there_until_the_direct_way_is_known_to_lead_on() {
        let (events, _receiver) = mpsc::channel(1);
        let mut behaviour = Behaviour::new(Tuning::default(), events);
        let (peer, start) = (PeerId::random(), Instant::now());
        let [direct, circuit] = [1, 2].map(ConnectionId::new_unchecked);
        let route = |behaviour: &Behaviour| behaviour.route(&peer).expect("a route").connection;
        behaviour.connected(peer, Link { id: direct, relay: None, since: start, doubted: false });
        behaviour.connected(peer, Link { id: circuit, relay: Some(PeerId::random()), since: start, doubted: false });
        assert_eq!(route(&behaviour), circuit);
        behaviour.on_connection_handler_event(peer, direct, Report::Alive);
        assert_eq!(route(&behaviour), direct);
    }
}
