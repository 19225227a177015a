//! The swarm task: one loop over commands, swarm events and a slow housekeeping tick.
//!
//! Each file of this folder is one concern of the same task: [`peers`] (contacts), [`bootstraps`] and [`relays`],
//! [`lookup`] (finding contacts), [`exchange`] (gossip and local network), [`requests`], [`slots`], [`mailbox`],
//! [`own`] (our addresses) and [`status`].

mod bootstraps;
mod exchange;
mod ice;
mod lookup;
mod mail;
mod mailbox;
mod mapping;
mod metered;
mod overlay;
mod own;
mod peers;
mod records;
mod relay_only;
mod relays;
mod renew;
mod requests;
mod services;
mod slots;
mod spares;
mod status;
mod suspicion;

use std::{
    collections::{BTreeMap, VecDeque},
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use futures::StreamExt;
use kith_crypto::SigningKey;
use kith_wire::{Renewal, TransportId};
use libp2p::{
    Multiaddr, PeerId, Swarm,
    core::ConnectedPoint,
    identify, ping,
    swarm::{ConnectionId, SwarmEvent},
};
use prometheus_client::registry::Registry;
use tokio::{sync::mpsc, time::MissedTickBehavior};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    addr,
    api::{NetCommand, NetConfig, NetError, NetEvent, Tuning},
    ids, limits,
    mailbox::MailboxStats,
    screen::Screened,
    streams,
    swarm::{self, Behaviour, BehaviourEvent},
};

use renew::Fresh;
pub(crate) use renew::{Kept, run};

/// One connection.
struct Link {
    remote: Multiaddr,
    /// Whether this side dialled, from the socket it listens on.
    dialled: bool,
}

/// The state of a running node.
pub(crate) struct Task {
    swarm: Swarm<Screened<Behaviour>>,
    me: PeerId,
    id: TransportId,
    key: SigningKey,
    renewal: Option<Renewal>,
    tuning: Tuning,
    /// Set while this node closes everything to begin again under another key.
    leaving: Option<renew::Leaving>,
    events: mpsc::Sender<NetEvent>,
    /// Events the node's queue had no room for yet.
    outbox: VecDeque<NetEvent>,
    registry: Registry,
    /// All connections.
    links: BTreeMap<PeerId, BTreeMap<ConnectionId, Link>>,
    peers: BTreeMap<PeerId, peers::Peer>,
    bootstraps: Vec<bootstraps::Bootstrap>,
    spares: spares::Spares,
    relays: relays::Relays,
    lookup: lookup::Lookup,
    ice: ice::IceQueries,
    records: records::Records,
    exchange: exchange::Exchange,
    requests: BTreeMap<u64, requests::Request>,
    slots: slots::Slots,
    keeping: mailbox::Keeping,
    mail: mail::Mail,
    own: own::Own,
    mapping: mapping::Mapping,
    metered: metered::Metered,
    status: status::Status,
    suspicion: suspicion::Suspicion,
    /// Wall clock at the last tick: a jump means the machine slept.
    wall: SystemTime,
    watched: Instant,
}

impl Task {
    /// Sets everything up and binds the listen addresses.
    ///
    /// # Errors
    /// As [`crate::Net::start`].
    pub(crate) fn new(
        config: NetConfig,
        tuning: Tuning,
        tracker: &TaskTracker,
        events: mpsc::Sender<NetEvent>,
    ) -> Result<Self, NetError> {
        let mut registry = Registry::default();
        let setup = swarm::Setup {
            key: &config.key,
            agent: config.agent,
            mdns: config.mdns,
            tuning,
            tracker,
            registry: &mut registry,
        };
        let swarm = swarm::build(setup, streams::Behaviour::new(tuning, events.clone()))?;
        let stats = MailboxStats::default();
        if config.mail_dir.is_some() {
            stats.register(registry.sub_registry_with_prefix("kith"));
        }
        let keeping = mailbox::Keeping::new(config.mail_dir, stats, tracker);
        let me = *swarm.local_peer_id();
        let now = Instant::now();
        let mail = mail::Mail::new(events.clone(), tracker);
        let mut task = Self {
            swarm,
            me,
            id: ids::transport_id(&me).ok_or(NetError::Key)?,
            key: config.key,
            renewal: config.renewal,
            tuning,
            leaving: None,
            events,
            outbox: VecDeque::new(),
            registry,
            links: BTreeMap::new(),
            peers: BTreeMap::new(),
            bootstraps: Vec::new(),
            spares: spares::Spares::default(),
            relays: relays::Relays::default(),
            lookup: lookup::Lookup::default(),
            ice: ice::IceQueries::default(),
            records: records::Records::default(),
            exchange: exchange::Exchange::new(config.mdns, &tuning),
            requests: BTreeMap::new(),
            slots: slots::Slots::default(),
            keeping,
            mail,
            own: own::Own::default(),
            mapping: mapping::Mapping::new(config.port_mapping, tracker),
            metered: metered::Metered::new(config.metered),
            status: status::Status::new(now),
            suspicion: suspicion::Suspicion::default(),
            wall: (tuning.wall)(),
            watched: now,
        };
        task.relay_only(config.relay_only);
        task.save_or_not();
        task.listen(&config.listen)?;
        for address in &config.bootstraps {
            // What was kept by another version, or copied from another profile, must not keep this one from starting.
            if let Err(error) = task.add_bootstrap(address) {
                tracing::warn!(%error, address, "bootstrap not used");
            }
        }
        task.decide_lab(&config.listen);
        task.spares = spares::Spares::restore(&config.spares, task.own.lab);
        Ok(task)
    }

    /// Runs until the token is cancelled or every handle is dropped, or this node is to be known by another key.
    async fn run(&mut self, inbox: &mut mpsc::Receiver<NetCommand>, cancel: &CancellationToken) -> Option<Fresh> {
        let mut tick = tokio::time::interval(limits::TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            self.hand_over();
            let room = self.outbox.len() < limits::OUTBOX_MAX;
            if let Some(fresh) = self.left(Instant::now()) {
                return Some(fresh);
            }
            tokio::select! {
                () = cancel.cancelled() => return None,
                permit = self.events.clone().reserve_owned(), if !self.outbox.is_empty() => {
                    let Ok(permit) = permit else { return None };
                    if let Some(event) = self.outbox.pop_front() {
                        permit.send(event);
                    }
                }
                // What comes while this node leaves is for who comes after it.
                command = inbox.recv(), if room && self.leaving.is_none() => {
                    self.on_command(command?);
                }
                event = self.swarm.select_next_some(), if room => {
                    self.on_swarm_event(event);
                    self.tell_better();
                }
                happened = self.keeping.next() => self.on_keeping(happened),
                _ = tick.tick() => self.on_tick(),
            }
        }
    }

    /// Moves waiting events into the node's queue while there is room.
    fn hand_over(&mut self) {
        while !self.outbox.is_empty() {
            let Ok(permit) = self.events.try_reserve() else { return };
            let Some(event) = self.outbox.pop_front() else { return };
            permit.send(event);
        }
    }

    fn emit(&mut self, event: NetEvent) {
        self.outbox.push_back(event);
    }

    fn on_command(&mut self, command: NetCommand) {
        match command {
            NetCommand::Track { peer, addresses, find } => self.track(peer, &addresses, find),
            NetCommand::Untrack { peer } => self.untrack(&peer),
            NetCommand::Send { peer, id, bytes } => self.send(&peer, id, bytes),
            NetCommand::Request { peer, addresses, find, id, bytes } => {
                self.request(peer, (&addresses, find), id, bytes);
            }
            NetCommand::AnswerRequest { request, answer } => {
                if !self.swarm.behaviour_mut().streams.answer(request, answer.encode()) {
                    tracing::debug!(request, "the asker is gone");
                }
            }
            NetCommand::PutSlot { id, slot, owner_hash, expires_at_ms, blob } => {
                self.put_slot(id, slots::put(slot, owner_hash, expires_at_ms, blob));
            }
            NetCommand::GetSlot { id, slot, hints, not } => self.get_slot(id, slot, &hints, not),
            NetCommand::DeleteSlot { slot, token } => self.delete_slot(slot, token),
            NetCommand::Mailbox { id, mailbox, operation, seed } => self.ask_mailbox(id, &mailbox, operation, seed),
            NetCommand::ServeMailbox { id, serve, erase } => self.serve_mailbox(id, serve, erase),
            NetCommand::RelayOnly(on) => self.relay_only(on),
            NetCommand::PortMapping(on) => self.port_mapping(on),
            NetCommand::Metered(set) => self.metered(set),
            NetCommand::SeemsMetered(seems) => self.seems_metered(seems),
            NetCommand::Doubt => self.doubt_all(),
            NetCommand::Renew { key, renewal, listen } => self.leave(Fresh { key: *key, renewal: *renewal, listen }),
            NetCommand::Findable(keys) => self.findable(keys),
            NetCommand::ServeSlots(served) => self.slots.serve(served),
            NetCommand::AddBootstrap { address } => {
                if let Err(error) = self.add_bootstrap(&address) {
                    tracing::warn!(%error, address, "bootstrap not added");
                }
                self.review_lab();
                self.retry_everything();
            }
            NetCommand::RemoveBootstrap { address } => self.remove_bootstrap(&address),
            NetCommand::Status(reply) => {
                let status = self.current_status();
                // Who asked may have stopped waiting.
                drop(reply.send(status));
            }
            NetCommand::Test(reply) => self.start_test(reply),
            NetCommand::IceServers(reply) => self.find_ice_servers(reply),
            // Who asked may have stopped waiting.
            NetCommand::Overlay(reply) => drop(reply.send(self.overlay())),
        }
    }

    fn on_swarm_event(&mut self, event: SwarmEvent<BehaviourEvent>) {
        if let SwarmEvent::Behaviour(event) = event {
            self.on_behaviour_event(event);
        } else if let SwarmEvent::ConnectionEstablished { peer_id, connection_id, endpoint, .. } = event {
            self.on_established(peer_id, connection_id, &endpoint);
        } else if let SwarmEvent::ConnectionClosed { peer_id, connection_id, num_established, .. } = event {
            self.on_closed(peer_id, connection_id, num_established);
        } else if let SwarmEvent::OutgoingConnectionError { peer_id: Some(peer), connection_id, error } = event {
            tracing::debug!(%peer, %error, "dial failed");
            self.peer_dial_failed(&peer, connection_id, &error);
            self.bootstrap_dial_failed(&peer, connection_id, &error);
            self.request_dial_failed(&peer);
        } else if let SwarmEvent::NewListenAddr { address, .. } = event {
            self.refresh_own();
            if is_network(&address) {
                // The network may be back: what failed without it need not wait.
                self.retry_everything();
            }
        } else if let SwarmEvent::ExpiredListenAddr { address, .. } = event {
            if is_network(&address) {
                tracing::info!(%address, "an address is gone: reconnecting");
                self.reconnect();
            }
            self.refresh_own();
        } else if let SwarmEvent::ListenerClosed { listener_id, .. } = event {
            self.relay_listener_closed(listener_id);
            self.refresh_own();
        } else if let SwarmEvent::ExternalAddrConfirmed { address } = event {
            self.confirmed(&address);
            self.refresh_own();
        } else if let SwarmEvent::ExternalAddrExpired { .. } = event {
            self.refresh_own();
        }
    }

    fn on_behaviour_event(&mut self, event: BehaviourEvent) {
        if let BehaviourEvent::Streams(event) = event {
            self.on_streams(event);
        } else if let BehaviourEvent::Slot(event) = event {
            self.on_slot(event);
        } else if let BehaviourEvent::Mailbox(event) = event {
            self.on_mailbox(event);
        } else if let BehaviourEvent::Services(event) = event {
            self.on_services(event);
        } else if let BehaviourEvent::Identify(identify::Event::Received { peer_id, connection_id, info }) = event {
            self.on_identify(peer_id, connection_id, &info);
        } else if let BehaviourEvent::Ping(ping::Event { peer, connection, result: Ok(rtt) }) = event {
            let rtt_ms = u32::try_from(rtt.as_millis()).unwrap_or(u32::MAX);
            self.peer_rtt(&peer, connection, rtt_ms);
            self.bootstrap_rtt(&peer, rtt_ms);
        } else if let BehaviourEvent::Ping(ping::Event { peer, connection, result: Err(error) }) = event {
            self.ping_failed(&peer, connection, &error);
        } else if let BehaviourEvent::Relay(event) = event {
            self.on_relay(&event);
        } else if let BehaviourEvent::Kad(event) = event {
            self.on_kad(event);
        } else if let BehaviourEvent::Gossip(event) = event {
            self.on_gossip(event);
        } else if let BehaviourEvent::Mdns(event) = event {
            self.on_mdns(event);
        } else if let BehaviourEvent::Punch(event) = event {
            tracing::debug!(peer = %event.remote_peer_id, ok = event.result.is_ok(), "hole punch");
        }
    }

    fn on_streams(&mut self, event: streams::Event) {
        match event {
            streams::Event::Sent { id, ok } => self.emit(NetEvent::Sent { id, ok }),
            streams::Event::HelloSent { peer, ok } => self.hello_sent(&peer, ok),
            streams::Event::HelloReceived { peer, bytes } => self.hello_received(&peer, &bytes),
            streams::Event::Answered { id, answer } => self.request_answered(id, answer),
            streams::Event::Alive { peer } => self.update_route(&peer),
            streams::Event::Dead { peer } => self.went_silent(peer),
            streams::Event::Asked { peer, request, bytes } => {
                if let Some(peer) = ids::transport_id(&peer) {
                    self.emit(NetEvent::RequestReceived { peer, request, bytes });
                }
            }
        }
    }

    fn on_established(&mut self, peer: PeerId, connection: ConnectionId, endpoint: &ConnectedPoint) {
        tracing::debug!(%peer, dialer = endpoint.is_dialer(), relayed = endpoint.is_relayed(), "connected");
        let link = Link { remote: endpoint.get_remote_address().clone(), dialled: endpoint.is_dialer() };
        self.links.entry(peer).or_default().insert(connection, link);
        self.suspicion.heard_of(&peer);
        self.bootstrap_connected(&peer, endpoint);
        self.peer_connected(&peer, endpoint);
        self.request_connected(&peer);
    }

    fn on_closed(&mut self, peer: PeerId, connection: ConnectionId, left: u32) {
        tracing::debug!(%peer, left, "disconnected");
        if let Some(links) = self.links.get_mut(&peer) {
            links.remove(&connection);
            if links.is_empty() {
                self.links.remove(&peer);
            }
        }
        self.peer_disconnected(&peer, left);
        if left == 0 {
            self.bootstrap_disconnected(&peer);
        }
    }

    fn on_identify(&mut self, peer: PeerId, connection: ConnectionId, info: &identify::Info) {
        let link = self.links.get(&peer).and_then(|links| links.get(&connection));
        if link.is_some_and(|link| link.dialled) {
            let lab = self.own.lab;
            self.swarm.behaviour_mut().observed.observe(peer, &info.observed_addr, lab);
        }
        self.bootstrap_identified(&peer, &info.protocols);
    }

    fn on_tick(&mut self) {
        let now = Instant::now();
        if self.leaving.is_some() {
            return self.close_all();
        }
        let wall = (self.tuning.wall)();
        let slept = wall.duration_since(self.wall).is_ok_and(|passed| passed > limits::SLEEP_JUMP);
        self.wall = wall;
        if slept {
            tracing::info!("the clock jumped: reconnecting");
            self.reconnect();
        }
        self.tend_spares(now);
        self.tend_bootstraps(now);
        self.tend_memberships(now);
        self.tend_peers(now);
        self.tend_requests(now);
        self.tend_relays(now);
        self.tend_slots(now);
        self.tend_lookup(now);
        self.tend_records(now);
        self.tend_exchange(now);
        self.swarm.behaviour_mut().streams.release_circuits(now);
        if now.duration_since(self.watched) >= self.tuning.watchdog {
            self.watched = now;
            self.watch_relays(now);
            self.watch_peers();
            self.watch_services(now);
        }
        self.tend_ice(now);
        self.tend_mapping();
        self.tend_status(now);
    }

    /// libp2p reports the second failure in a row and leaves the rest to us.
    fn ping_failed(&mut self, peer: &PeerId, connection: ConnectionId, error: &ping::Failure) {
        match error {
            ping::Failure::Unsupported => {}
            ping::Failure::Timeout | ping::Failure::Other { .. } => {
                tracing::debug!(%peer, %error, "no answer to pings");
                // It may have closed meanwhile.
                let _was_open = self.swarm.close_connection(connection);
            }
        }
    }

    /// The machine slept or lost an address: what is connected is probably dead and what was observed is stale.
    fn reconnect(&mut self) {
        self.network_changed();
        let connected: Vec<PeerId> = self.swarm.connected_peers().copied().collect();
        for peer in connected {
            self.disconnect(peer);
        }
    }

    pub(super) fn disconnect(&mut self, peer: PeerId) {
        if self.swarm.disconnect_peer_id(peer).is_err() {
            tracing::trace!(%peer, "was not connected");
        }
    }

    /// Addresses changed under us: forget what others saw and try everything now.
    fn network_changed(&mut self) {
        let external: Vec<Multiaddr> = self.swarm.external_addresses().cloned().collect();
        for address in external.iter().filter(|address| !addr::is_circuit(address)) {
            self.swarm.remove_external_address(address);
        }
        self.swarm.behaviour_mut().observed.forget();
        self.mapping.forget();
        self.own.version = self.own.version.wrapping_add(1);
        self.retry_everything();
        self.refresh_own();
    }

    /// Skips every waiting time.
    fn retry_everything(&mut self) {
        let now = Instant::now();
        self.hurry_bootstraps(now);
        self.hurry_relays(now);
        self.hurry_peers(now);
        self.tend_bootstraps(now);
        self.tend_peers(now);
    }
}

/// Whether a listen address shows that there is a network. Link-local ones do not: they come and go with every container
/// and every virtual cable of a machine.
fn is_network(address: &Multiaddr) -> bool {
    !addr::is_circuit(address) && addr::for_contacts(address, false)
}

/// Unix milliseconds.
fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// Any number, for spreading attempts in time.
fn jitter() -> u32 {
    rand::random()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_is_noticed_by_addresses_that_lead_somewhere() {
        let circuit = format!("/ip4/9.9.9.9/tcp/4200/p2p/{}/p2p-circuit", PeerId::random());
        for (text, expected) in [
            ("/ip4/192.168.1.7/udp/4100/quic-v1", true),
            ("/ip6/2001:4860::1/tcp/4100", true),
            ("/ip4/127.0.0.1/udp/4100/quic-v1", false),
            ("/ip6/::1/tcp/4100", false),
            ("/ip6/fe80::1/tcp/4100", false),
            ("/ip4/169.254.7.7/tcp/4100", false),
            (&circuit, false),
        ] {
            assert_eq!(is_network(&text.parse().expect("address")), expected, "{text}");
        }
    }
}
