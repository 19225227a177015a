//! The task that owns the swarm of a public node.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::time::{Duration, Instant};

use futures::StreamExt;
use kith_wire::{MailboxResponse, ServicesRequest, ServicesResponse, SlotDenial, SlotRequest, SlotResponse};
use libp2p::core::transport::ListenerId;
use libp2p::kad::RecordKey;
use libp2p::metrics::{Metrics, Recorder};
use libp2p::request_response::{self, ResponseChannel};
use libp2p::swarm::{ConnectionId, ListenError, SwarmEvent};
use libp2p::{Multiaddr, PeerId, Swarm, autonat, gossipsub, identify, kad, relay};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use super::addresses::offered;
use super::behaviour::{Behaviour, BehaviourEvent, Judges};
use super::cards::CardJudge;
use super::config::Limits;
use super::dial_back;
use super::gate;
use super::peering::Peering;
use super::records::{RecordBook, Refusal};
use super::rendezvous::Registrar;
use super::services::Services;
use super::slots::worker::{SlotWorker, now_ms};
use super::source::{Prefix, RateLimiter, Source, ip_of};
use super::stats::Stats;
use super::tag::Tags;
use crate::bans::{Misdeed, is_graylisted};
use crate::mailbox::{self, Mailbox, MailboxEvent};
use crate::rendezvous::{RendezvousEvent, Request, Response, Status};
use crate::screen::Screened;
use crate::services::ServicesEvent;
use crate::swarm::KAD_PROTOCOL;

/// How often the task shows that it is alive, dials and tidies up.
const TICK: Duration = Duration::from_secs(1);
/// How often the routing table is refreshed.
const KAD_REFRESH: Duration = Duration::from_secs(300);
/// How often expired DHT records and registrations are dropped.
const SWEEP: Duration = Duration::from_secs(60);
/// Peers and prefixes with recent slot requests that are remembered.
const SLOT_SOURCES_MAX: usize = 16_384;
/// How many times a peer's share of slot requests one address gets.
const PEERS_PER_PREFIX: u32 = 8;
/// Routing table addresses taken from one peer.
const KAD_ADDRESSES_MAX: usize = 4;

/// What is needed to answer a slot request once the disk has spoken.
pub(crate) struct Ticket {
    channel: ResponseChannel<SlotResponse>,
    operation: &'static str,
}

/// Everything the task works with.
pub(crate) struct Task {
    pub(crate) swarm: Swarm<Screened<Behaviour>>,
    pub(crate) stats: Stats,
    pub(crate) metrics: Metrics,
    pub(crate) peering: Peering,
    pub(crate) judges: Judges,
    pub(crate) services: Services,
    pub(crate) external: Vec<Multiaddr>,
    pub(crate) offered: watch::Sender<Vec<Multiaddr>>,
    slots: SlotWorker<Ticket>,
    slot_answers: mpsc::Receiver<(Ticket, SlotResponse)>,
    slot_peers: RateLimiter<PeerId>,
    slot_prefixes: RateLimiter<Prefix>,
    mailbox: Option<Mailbox>,
    records: RecordBook,
    cards: CardJudge,
    tags: Tags,
    listening: BTreeMap<Multiaddr, ListenerId>,
    reserved: BTreeSet<PeerId>,
    registrar: Registrar,
    next_refresh: Instant,
    next_sweep: Instant,
}

/// The parts a task starts with.
pub(crate) struct Parts {
    pub(crate) swarm: Swarm<Screened<Behaviour>>,
    pub(crate) stats: Stats,
    pub(crate) metrics: Metrics,
    pub(crate) peering: Peering,
    pub(crate) judges: Judges,
    pub(crate) services: Services,
    pub(crate) external: Vec<Multiaddr>,
    pub(crate) offered: watch::Sender<Vec<Multiaddr>>,
    pub(crate) slots: (SlotWorker<Ticket>, mpsc::Receiver<(Ticket, SlotResponse)>),
    pub(crate) mailbox: Option<Mailbox>,
}

impl Task {
    /// A task that has not run yet.
    pub(crate) fn new(parts: Parts, limits: &Limits) -> Self {
        let interval = Duration::from_millis(limits.slot_interval_ms.max(1));
        let (slots, slot_answers) = parts.slots;
        let now = Instant::now();
        let mut task = Self {
            swarm: parts.swarm,
            stats: parts.stats,
            metrics: parts.metrics,
            peering: parts.peering,
            judges: parts.judges,
            services: parts.services,
            external: parts.external,
            offered: parts.offered,
            slots,
            slot_answers,
            slot_peers: RateLimiter::new(limits.slot_burst, interval, SLOT_SOURCES_MAX),
            slot_prefixes: RateLimiter::new(
                limits.slot_burst.saturating_mul(PEERS_PER_PREFIX),
                interval / PEERS_PER_PREFIX,
                SLOT_SOURCES_MAX,
            ),
            mailbox: parts.mailbox,
            records: RecordBook::default(),
            cards: CardJudge::new(),
            tags: Tags::new(),
            listening: BTreeMap::new(),
            reserved: BTreeSet::new(),
            registrar: Registrar::new(limits.registrations),
            next_refresh: now,
            next_sweep: now,
        };
        for (peer, addresses) in task.peering.all() {
            for address in addresses {
                task.swarm.behaviour_mut().kad.add_address(&peer, address.clone());
            }
            task.swarm.behaviour_mut().gossip.add_explicit_peer(&peer);
        }
        task
    }

    /// Runs until `cancel`.
    pub(crate) async fn run(mut self, cancel: CancellationToken) {
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = cancel.cancelled() => return,
                _ = tick.tick() => self.tick(),
                Some((ticket, response)) = self.slot_answers.recv() => self.answer_slot(ticket, response),
                (channel, response) = Mailbox::answer_of(&mut self.mailbox) => self.answer_mail(channel, response),
                event = self.swarm.select_next_some() => self.handle(event),
            }
        }
    }

    fn tick(&mut self) {
        let now = Instant::now();
        self.stats.tick();
        for peer in self.judges.door.leaving(now) {
            self.stats.refused("not_served");
            if self.swarm.disconnect_peer_id(peer).is_err() {
                tracing::debug!("somebody who is not served had left");
            }
        }
        for peer in self.judges.door.suspects() {
            if is_graylisted(self.swarm.behaviour().gossip.peer_score(&peer)) {
                self.blame(peer, Misdeed::Graylisted);
            }
        }
        for dial in self.peering.due(now) {
            if let Err(error) = self.swarm.dial(dial) {
                tracing::debug!(reason = %dial_reason(&error), "another public node cannot be dialled now");
            }
        }
        if self.next_refresh <= now {
            self.next_refresh = now + KAD_REFRESH;
            if self.swarm.behaviour_mut().kad.bootstrap().is_err() {
                tracing::debug!("the routing table is empty");
            }
        }
        if self.next_sweep <= now {
            self.next_sweep = now + SWEEP;
            for key in self.records.expire(now_ms()) {
                self.swarm.behaviour_mut().kad.remove_record(&RecordKey::new(&key));
            }
            self.stats.records(self.records.len());
            self.registrar.expire(now);
            self.stats.registrations(self.registrar.len());
        }
    }

    /// Takes in one event of the swarm.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the rest is dials, whose outcome the connection events tell, and address candidates, which a public node \
                  does not believe: its addresses are configured or listened on"
    )]
    pub(crate) fn handle(&mut self, event: SwarmEvent<BehaviourEvent>) {
        self.metrics.record(&event);
        match event {
            SwarmEvent::Behaviour(event) => self.behaviour_event(event),
            SwarmEvent::ConnectionEstablished { peer_id, endpoint, .. } => {
                self.stats.connection(endpoint.is_listener(), transport(endpoint.get_remote_address()), 1);
                self.connected(&peer_id, true);
                tracing::debug!(peer = self.tags.of(&peer_id), inbound = endpoint.is_listener(), "connected");
            }
            SwarmEvent::ConnectionClosed { peer_id, endpoint, num_established, .. } => {
                self.stats.connection(endpoint.is_listener(), transport(endpoint.get_remote_address()), -1);
                if num_established == 0 {
                    self.connected(&peer_id, false);
                    self.unreserve(&peer_id);
                    tracing::debug!(peer = self.tags.of(&peer_id), "disconnected");
                }
            }
            SwarmEvent::IncomingConnectionError { error, .. } => self.stats.refused(refusal(&error)),
            SwarmEvent::NewListenAddr { listener_id, address } => {
                self.listening.insert(address, listener_id);
                self.offer();
            }
            SwarmEvent::ExpiredListenAddr { address, .. } => {
                self.listening.remove(&address);
                self.offer();
            }
            SwarmEvent::ListenerClosed { addresses, reason, .. } => {
                tracing::error!(failed = reason.is_err(), "a listener has closed");
                for address in addresses {
                    self.listening.remove(&address);
                }
                self.offer();
            }
            SwarmEvent::ListenerError { error, .. } => tracing::warn!(kind = %error.kind(), "a listener has a problem"),
            _ => {}
        }
    }

    fn connected(&mut self, peer: &PeerId, up: bool) {
        if self.peering.contains(peer) {
            self.peering.set_connected(peer, up);
            self.stats.bootstraps(self.peering.connected());
        }
    }

    fn offer(&mut self) {
        let wanted = offered(&self.external, self.listening.keys());
        let current: Vec<Multiaddr> = self.swarm.external_addresses().cloned().collect();
        for address in current.iter().filter(|address| !wanted.contains(address)) {
            self.swarm.remove_external_address(address);
        }
        for address in wanted.iter().filter(|address| !current.contains(address)) {
            self.swarm.add_external_address(address.clone());
        }
        self.stats.set_external_addresses(wanted.len());
        self.offered.send_replace(wanted);
    }

    /// Whether every one of `listeners` has an address.
    pub(crate) fn all_listening(&self, listeners: &[ListenerId]) -> bool {
        listeners.iter().all(|id| self.listening.values().any(|have| have == id))
    }

    /// The addresses listened on.
    pub(crate) fn listen_addresses(&self) -> Vec<String> {
        self.listening.keys().map(ToString::to_string).collect()
    }

    fn behaviour_event(&mut self, event: BehaviourEvent) {
        match event {
            BehaviourEvent::Identify(event) => self.identified(event),
            BehaviourEvent::Ping(event) => self.metrics.record(&event),
            BehaviourEvent::Kad(event) => {
                self.metrics.record(&event);
                self.kad_event(event);
            }
            BehaviourEvent::Relay(event) => {
                self.metrics.record(&event);
                self.relay_event(&event);
            }
            BehaviourEvent::DialBack(event) => self.dialled_back(&event),
            BehaviourEvent::Rendezvous(event) => self.rendezvous_event(event),
            BehaviourEvent::Gossip(event) => self.gossip_event(event),
            BehaviourEvent::Slots(event) => self.slot_event(event),
            BehaviourEvent::Services(event) => self.services_event(event),
            BehaviourEvent::Mailbox(event) => self.mail_event(event),
            BehaviourEvent::Gate(never) | BehaviourEvent::Counts(never) | BehaviourEvent::Memory(never) => {
                match never {}
            }
        }
    }

    fn identified(&mut self, event: identify::Event) {
        let identify::Event::Received { peer_id, info, connection_id } = event else {
            return;
        };
        if !info.protocols.contains(&KAD_PROTOCOL) {
            return;
        }
        // Only addresses at the host the peer really talks from: nobody fills the table with other people's machines.
        let Some(host) = self.swarm.behaviour().gate.host_of(connection_id) else {
            return;
        };
        let own = info.listen_addrs.into_iter().filter(|address| leads_to(address, host));
        for address in own.take(KAD_ADDRESSES_MAX) {
            self.swarm.behaviour_mut().kad.add_address(&peer_id, address);
        }
    }

    fn kad_event(&mut self, event: kad::Event) {
        let kad::Event::InboundRequest { request } = event else {
            return;
        };
        if let kad::InboundRequest::PutRecord { source, connection, record: Some(record) } = request {
            let served = self.judges.door.serves(&source);
            let outcome = if served { self.put_record(connection, record) } else { "refused" };
            if outcome == "foreign" {
                self.blame(source, Misdeed::Record);
            }
            self.stats.record_put("record", outcome);
            self.stats.records(self.records.len());
        } else if matches!(request, kad::InboundRequest::AddProvider { .. }) {
            self.stats.record_put("provider", "refused");
        }
    }

    fn put_record(&mut self, connection: ConnectionId, mut record: kad::Record) -> &'static str {
        let source = self.swarm.behaviour().gate.source_of(connection);
        let now = now_ms();
        let expires_at_ms = match self.records.admit(record.key.as_ref(), &record.value, source, now) {
            Ok(expires_at_ms) => expires_at_ms,
            Err(Refusal::Size) => return "size",
            Err(Refusal::Full) => return "full",
            Err(Refusal::Foreign) => return "foreign",
            Err(Refusal::Old) => return "old",
        };
        let latest = Instant::now() + Duration::from_millis(expires_at_ms.saturating_sub(now));
        record.expires = Some(record.expires.map_or(latest, |asked| asked.min(latest)));
        match libp2p::kad::store::RecordStore::put(self.swarm.behaviour_mut().kad.store_mut(), record) {
            Ok(()) => "stored",
            Err(_full_or_too_large) => "full",
        }
    }

    fn relay_event(&mut self, event: &relay::Event) {
        if let relay::Event::ReservationReqAccepted { src_peer_id, .. } = event {
            self.reserved.insert(*src_peer_id);
            self.stats.reservations(self.reserved.len());
            self.stats.relay("reservation", "accepted");
        } else if matches!(event, relay::Event::ReservationReqDenied { .. }) {
            self.stats.relay("reservation", "denied");
        } else if let relay::Event::ReservationTimedOut { src_peer_id } = event {
            self.unreserve(src_peer_id);
        } else if let relay::Event::CircuitReqAccepted { src_peer_id, .. } = event {
            self.judges.circuits.opened(src_peer_id, Instant::now());
            self.stats.circuits(1);
            self.stats.relay("circuit", "accepted");
        } else if let relay::Event::CircuitReqDenied { src_peer_id, status, .. } = event {
            // Those above a limit were given no place.
            if !matches!(status, relay::StatusCode::ResourceLimitExceeded) {
                self.judges.circuits.refused(src_peer_id);
            }
            self.stats.relay("circuit", "denied");
        } else if let relay::Event::CircuitClosed { src_peer_id, .. } = event {
            self.judges.circuits.closed(src_peer_id);
            self.stats.circuits(-1);
        }
    }

    fn unreserve(&mut self, peer: &PeerId) {
        self.judges.reservations.release(peer);
        if self.reserved.remove(peer) {
            self.stats.reservations(self.reserved.len());
        }
    }

    fn dialled_back(&mut self, event: &autonat::v2::server::Event) {
        self.stats.dial_back(if event.result.is_ok() { "reachable" } else { "unreachable" });
    }

    fn rendezvous_event(&mut self, event: RendezvousEvent) {
        let request_response::Event::Message { peer, connection_id, message } = event else {
            return;
        };
        let request_response::Message::Request { request, channel, .. } = message else {
            return;
        };
        let source = self.swarm.behaviour().gate.source_of(connection_id);
        let response = if self.judges.door.serves(&peer) {
            self.registrar.answer(peer, source, request, Instant::now())
        } else {
            not_authorized(&request)
        };
        self.stats.registrations(self.registrar.len());
        // An unregistration is not answered: its stream ends with the channel.
        let Some(response) = response else { return };
        match &response {
            Response::Register(Ok(_)) => self.stats.rendezvous("register", "accepted"),
            Response::Register(Err(_)) => self.stats.rendezvous("register", "denied"),
            Response::Discover(Ok(_)) => self.stats.rendezvous("discover", "served"),
            Response::Discover(Err(_)) => self.stats.rendezvous("discover", "denied"),
        }
        if self.swarm.behaviour_mut().rendezvous.send_response(channel, response).is_err() {
            tracing::debug!("a peer left before its rendezvous request was answered");
        }
    }

    fn gossip_event(&mut self, event: gossipsub::Event) {
        let gossipsub::Event::Message { propagation_source, message_id, message } = event else {
            return;
        };
        let verdict = if self.judges.door.serves(&propagation_source) {
            self.cards.judge(&message, now_ms(), Instant::now())
        } else {
            gossipsub::MessageAcceptance::Ignore
        };
        self.stats.card(match verdict {
            gossipsub::MessageAcceptance::Accept => "accepted",
            gossipsub::MessageAcceptance::Ignore => "ignored",
            gossipsub::MessageAcceptance::Reject => "rejected",
        });
        if matches!(verdict, gossipsub::MessageAcceptance::Reject) {
            self.blame(propagation_source, Misdeed::Card);
        }
        let gossip = &mut self.swarm.behaviour_mut().gossip;
        if !gossip.report_message_validation_result(&message_id, &propagation_source, verdict) {
            tracing::debug!("a card was judged after it had left the cache");
        }
    }

    /// A peer did what only a broken or hostile program does.
    fn blame(&mut self, peer: PeerId, misdeed: Misdeed) {
        if self.swarm.behaviour().gate.blame(&peer, misdeed) {
            self.stats.banned(misdeed.name());
            tracing::info!(peer = self.tags.of(&peer), misdeed = misdeed.name(), "banned");
            if self.swarm.disconnect_peer_id(peer).is_err() {
                tracing::debug!("who is banned had left");
            }
        }
    }

    fn slot_event(&mut self, event: crate::slot::SlotEvent) {
        let request_response::Event::Message { peer, connection_id, message } = event else {
            return;
        };
        let request_response::Message::Request { request, channel, .. } = message else {
            return;
        };
        let operation = match request {
            SlotRequest::Put { .. } => "put",
            SlotRequest::Get { .. } => "get",
            SlotRequest::Delete { .. } => "delete",
        };
        let ticket = Ticket { channel, operation };
        let source = self.swarm.behaviour().gate.source_of(connection_id);
        // An invite of a member is for somebody who is none yet: whoever knows where it is may read it.
        if operation == "put" && !self.judges.door.serves(&peer) {
            return self.answer_slot(ticket, SlotResponse::Denied { reason: SlotDenial::NotServed });
        }
        let refused = if self.slot_allowed(peer, source) {
            self.slots.submit(ticket, request, source.prefix()).err()
        } else {
            Some(ticket)
        };
        if let Some(ticket) = refused {
            self.answer_slot(ticket, SlotResponse::Denied { reason: SlotDenial::Limited });
        }
    }

    fn services_event(&mut self, event: ServicesEvent) {
        let request_response::Event::Message { peer, connection_id, message } = event else {
            return;
        };
        let request_response::Message::Request { request, channel, .. } = message else {
            return;
        };
        let operation = match request {
            ServicesRequest::Describe => "describe",
            ServicesRequest::Join { .. } => "join",
            ServicesRequest::Turn => "turn",
        };
        let source = self.swarm.behaviour().gate.source_of(connection_id);
        let response = self.services.answer(peer, source, request, (&self.offered.borrow(), &self.peering));
        let denied = matches!(response, ServicesResponse::Denied { .. });
        self.stats.service_request(operation, if denied { "denied" } else { "done" });
        if self.swarm.behaviour_mut().services.send_response(channel, response).is_err() {
            tracing::debug!("a peer left before its request about services was answered");
        }
    }

    fn mail_event(&mut self, event: MailboxEvent) {
        let source = self.swarm.behaviour().gate.source_of(mailbox::connection_of(&event));
        let answer = self.mailbox.as_mut().and_then(|mailbox| mailbox.on_event(event, source));
        if let Some((channel, response)) = answer {
            self.answer_mail(channel, response);
        }
    }

    fn answer_mail(&mut self, channel: mailbox::Channel, response: MailboxResponse) {
        let behaviour = self.swarm.behaviour_mut().mailbox.as_mut();
        if behaviour.is_some_and(|mailbox| mailbox.send_response(channel, response).is_err()) {
            tracing::debug!("a peer left before its mail request was answered");
        }
    }

    fn slot_allowed(&mut self, peer: PeerId, source: Source) -> bool {
        let now = Instant::now();
        match source {
            Source::Limited(prefix) => self.slot_prefixes.allow(prefix, now) && self.slot_peers.allow(peer, now),
            Source::Exempt => self.slot_peers.allow(peer, now),
        }
    }

    fn answer_slot(&mut self, ticket: Ticket, response: SlotResponse) {
        self.stats.slot_request(
            ticket.operation,
            match response {
                SlotResponse::Stored => "done",
                SlotResponse::Found { .. } => "found",
                SlotResponse::Missing => "missing",
                SlotResponse::Gone { .. } => "gone",
                SlotResponse::Denied { .. } => "denied",
            },
        );
        if self.swarm.behaviour_mut().slots.send_response(ticket.channel, response).is_err() {
            tracing::debug!("a peer left before its slot request was answered");
        }
    }
}

/// What who is not served gets for a rendezvous request.
fn not_authorized(request: &Request) -> Option<Response> {
    match request {
        Request::Register { .. } => Some(Response::Register(Err(Status::NotAuthorized))),
        Request::Discover { .. } => Some(Response::Discover(Err(Status::NotAuthorized))),
        Request::Unregister { .. } => None,
    }
}

/// Whether dialling an address leads to this host, not only through it or past it.
fn leads_to(address: &Multiaddr, host: IpAddr) -> bool {
    crate::addr::shape(address).is_some_and(|shape| shape.relay.is_none()) && ip_of(address) == Some(host)
}

/// The name of what a connection runs over.
fn transport(address: &Multiaddr) -> &'static str {
    crate::addr::shape(address).map_or("tcp", |shape| shape.over.name())
}

fn refusal(error: &ListenError) -> &'static str {
    let ListenError::Denied { cause } = error else {
        return "handshake";
    };
    match cause.downcast_ref::<gate::Refused>() {
        Some(gate::Refused::Rate) => "address_rate",
        Some(gate::Refused::Pending) => "address_pending",
        Some(gate::Refused::Established) => "address_connections",
        Some(gate::Refused::Denied) => "not_served",
        Some(gate::Refused::Banned) => "banned",
        None if cause.downcast_ref::<libp2p::connection_limits::Exceeded>().is_some() => "total",
        None => "memory",
    }
}

/// Why a dial was refused, without the addresses that libp2p would print.
fn dial_reason(error: &libp2p::swarm::DialError) -> &'static str {
    if let libp2p::swarm::DialError::Denied { cause } = error {
        return match cause.downcast_ref::<dial_back::Refused>() {
            Some(_) => "dial-back refused",
            None => "limit",
        };
    }
    if matches!(error, libp2p::swarm::DialError::DialPeerConditionFalse(_)) {
        "already connected"
    } else {
        "no address"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_the_peer_itself_enter_the_routing_table() {
        let host = [9, 9, 9, 9].into();
        let leads = |text: &str| leads_to(&text.parse().unwrap(), host);
        assert!(leads("/ip4/9.9.9.9/tcp/4100") && leads("/ip4/9.9.9.9/udp/4100/quic-v1"));
        for elsewhere in [
            "/ip4/9.9.9.8/tcp/4100",
            "/ip4/9.9.9.9/ip4/10.0.0.5/tcp/6379",
            "/dns4/localhost/ip4/9.9.9.9/tcp/6379",
            "/ip4/9.9.9.9/dns4/localhost/tcp/6379",
            "/ip4/9.9.9.9/tcp/4100/p2p/12D3KooWGYt8SutkR6qNotSRKr7NtQQffaLe7HRJJn9RCFqmJReC/p2p-circuit",
        ] {
            assert!(!leads(elsewhere), "{elsewhere}");
        }
    }
}
