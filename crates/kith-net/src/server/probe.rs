//! Tries out every service of a public node from outside and says which ones work.
//!
//! Nothing is taken from what the node claims: a reservation is made, a point registered and found again, a slot put,
//! read and deleted, a mail queue opened, filled, emptied and dropped, a packet sent through two TURN allocations. All of
//! it is removed again or expires on its own. The relay for iroh is tried by the caller, because this crate does not link
//! iroh.

mod client;
mod mail;
mod media;
mod wss;

use std::time::{Duration, Instant};

use futures::StreamExt;
use futures::future::BoxFuture;
use kith_crypto::SigningKey;
use kith_wire::services::IrohRelay;
use kith_wire::{
    BootstrapLink, CommunityToken, ServiceDescriptor, ServicesDenial, ServicesRequest, ServicesResponse, SlotId,
    SlotRequest, SlotResponse, TransportId, services,
};
use libp2p::identity::Keypair;
use libp2p::multiaddr::Protocol;
use libp2p::swarm::SwarmEvent;
use libp2p::swarm::dial_opts::DialOpts;
use libp2p::{Multiaddr, PeerId, Swarm, identify, kad, ping, relay, request_response};
use tokio::task::{JoinHandle, JoinSet};

use self::client::{Client, ClientEvent};
use self::mail::{MailProbe, Next};
pub use self::media::{try_stun, try_turn};
use super::slots::worker::now_ms;
use super::{ServerError, keypair, parse_node};
use crate::mailbox::{MailboxEvent, MailboxFrame};
use crate::rendezvous::{ASKED_FOR, RendezvousEvent, Request, Response, UnverifiedRecord};
use crate::services::ServicesEvent;
use crate::slot::SlotEvent;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);
const SERVICES_TIMEOUT: Duration = Duration::from_secs(20);
const FAREWELL: Duration = Duration::from_millis(200);
const SLOT_LIFETIME_MS: u64 = 10 * 60 * 1_000;
const BLOB: &[u8] = b"kith-bootstrap probe";

/// The services that are tried, in the order they are reported.
const NAMES: [&str; 13] = [
    "identify",
    "ping",
    "wss",
    "services",
    "kad",
    "relay",
    "rendezvous",
    "slots",
    "autonat",
    "mailbox",
    "stun",
    "turn",
    "iroh_relay",
];

/// Tries a relay for iroh as the owner of a key, which is connected to the node; says in words how it went, or what went
/// wrong.
pub type TryIrohRelay = Box<dyn FnOnce(IrohRelay, SigningKey) -> BoxFuture<'static, Result<String, String>> + Send>;

/// What was found out about one service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceReport {
    /// Its name.
    pub service: &'static str,
    /// Whether the node has it at all; WSS, keeping mail, STUN, TURN and the relay for iroh are left to its operator.
    pub offered: bool,
    /// Whether it did what it is for.
    pub works: bool,
    /// How, or why not; for people.
    pub detail: String,
    /// Milliseconds from the connection to the result.
    pub after_ms: u64,
}

/// What was found out about a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProbeReport {
    /// The key the node proved.
    pub transport: TransportId,
    /// Milliseconds until the connection stood.
    pub connected_ms: u64,
    /// What it says it is; empty if it did not say.
    pub agent: String,
    /// Each service.
    pub services: Vec<ServiceReport>,
    /// What the node says of itself, signed.
    pub descriptor: Option<ServiceDescriptor>,
}

/// Why a node could not be probed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProbeError {
    /// The address cannot be used, or this machine's network cannot.
    #[error(transparent)]
    Setup(#[from] ServerError),
    /// No connection to the node, or to somebody else at its address.
    #[error("the node cannot be reached: {reason}")]
    Unreachable {
        /// What went wrong.
        reason: &'static str,
    },
}

/// Connects to the node at `address` (a bootstrap link, or a multiaddr ending in `/p2p/PEER`) and tries its services.
///
/// Takes at most about 35 s. Fails if the address is malformed or the node is not reached.
pub async fn probe(address: &str, try_iroh_relay: TryIrohRelay) -> Result<ProbeReport, ProbeError> {
    let (peer, addresses) = parse_node(address)?;
    let token = BootstrapLink::parse(address).ok().and_then(|link| link.token);
    let transport =
        crate::ids::transport_id(&peer).ok_or_else(|| super::bad(address, "its key is not an Ed25519 key"))?;
    let own = SigningKey::generate();
    let key = keypair(&own)?;
    let mut swarm = client::swarm(key.clone())?;
    client::listen(&mut swarm).await?;
    let started = Instant::now();
    let reached = connect(&mut swarm, peer, addresses.clone()).await?;
    let mut probe = Probe::new(swarm, key, peer, reached);
    probe.ask_over_tls(addresses);
    probe.try_iroh_relay = Some((try_iroh_relay, own));
    let connected_ms = millis(started);
    match token {
        Some(token) => probe.join(token),
        None => probe.begin(),
    }
    // Running out of time is a result: what has not answered by then is reported so.
    if tokio::time::timeout(SERVICES_TIMEOUT, probe.run()).await.is_err() {
        tracing::debug!("not every service answered in time");
    }
    probe.tidy().await;
    let services = probe.results.into_iter().collect();
    Ok(ProbeReport { transport, connected_ms, agent: probe.agent, services, descriptor: probe.descriptor })
}

async fn connect(swarm: &mut Swarm<Client>, peer: PeerId, addresses: Vec<Multiaddr>) -> Result<Multiaddr, ProbeError> {
    swarm
        .dial(DialOpts::peer_id(peer).addresses(addresses).build())
        .map_err(|_no_usable_address| ProbeError::Unreachable { reason: "none of its addresses can be dialled" })?;
    let established = async {
        loop {
            let event = swarm.select_next_some().await;
            if let SwarmEvent::ConnectionEstablished { peer_id, endpoint, .. } = event {
                if peer_id == peer {
                    return Ok(crate::addr::without_peer(endpoint.get_remote_address().clone()));
                }
            } else if let SwarmEvent::OutgoingConnectionError { error, .. } = event {
                return Err(ProbeError::Unreachable { reason: client::why(&error) });
            }
        }
    };
    tokio::time::timeout(CONNECT_TIMEOUT, established)
        .await
        .unwrap_or(Err(ProbeError::Unreachable { reason: "it does not answer" }))
}

fn millis(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SlotStep {
    Put,
    Get,
    Delete,
    GetDeleted,
}

struct Probe {
    swarm: Swarm<Client>,
    peer: PeerId,
    circuit: Multiaddr,
    address: Multiaddr,
    started: Instant,
    agent: String,
    results: [ServiceReport; NAMES.len()],
    slot: SlotId,
    token: [u8; 32],
    slot_step: SlotStep,
    mail: MailProbe,
    /// The nonce that opens a queue, once somebody has found it.
    work: Option<JoinHandle<Option<u64>>>,
    /// What is tried from sockets of its own: the service, and how it went.
    media: JoinSet<(&'static str, Result<String, String>)>,
    try_iroh_relay: Option<(TryIrohRelay, SigningKey)>,
    descriptor: Option<ServiceDescriptor>,
    key: Keypair,
    namespace: String,
}

impl Probe {
    fn new(swarm: Swarm<Client>, key: Keypair, peer: PeerId, address: Multiaddr) -> Self {
        let silent = |service| ServiceReport {
            service,
            offered: true,
            works: false,
            detail: "no answer".to_owned(),
            after_ms: 0,
        };
        let name = data_encoding::HEXLOWER.encode(&kith_crypto::random_bytes::<16>());
        Self {
            swarm,
            peer,
            circuit: address.clone().with(Protocol::P2p(peer)).with(Protocol::P2pCircuit),
            address,
            started: Instant::now(),
            agent: String::new(),
            results: NAMES.map(silent),
            slot: SlotId::from_bytes(kith_crypto::random_bytes()),
            token: kith_crypto::random_bytes(),
            slot_step: SlotStep::Put,
            mail: MailProbe::new(),
            work: None,
            media: JoinSet::new(),
            try_iroh_relay: None,
            descriptor: None,
            key,
            namespace: format!("kith/probe/{name}"),
        }
    }

    /// Shows the token of a private community; everything else follows the answer.
    fn join(&mut self, token: CommunityToken) {
        self.swarm.behaviour_mut().services.send_request(&self.peer, ServicesRequest::Join { token });
    }

    /// Connects once more, through nothing but the addresses for networks that let only the web through.
    fn ask_over_tls(&mut self, mut addresses: Vec<Multiaddr>) {
        addresses.retain(crate::wss::is_wss);
        if addresses.is_empty() {
            self.not_offered("wss", "none of its addresses is for networks that let only the web through");
            return;
        }
        let peer = self.peer;
        self.media.spawn(async move { ("wss", wss::try_wss(peer, addresses).await) });
    }

    fn begin(&mut self) {
        self.swarm.behaviour_mut().services.send_request(&self.peer, ServicesRequest::Describe);
        let behaviour = self.swarm.behaviour_mut();
        behaviour.kad.add_address(&self.peer, self.address.clone());
        behaviour.kad.get_closest_peers(PeerId::random());
        if let Err(error) = self.swarm.listen_on(self.circuit.clone()) {
            self.settle("relay", false, format!("no reservation: {error}"));
        }
        // The circuit through the node is the address it cannot mistake for a person's.
        match UnverifiedRecord::sign(&self.key, vec![self.circuit.clone()]) {
            Some(record) => {
                let namespace = self.namespace.clone();
                self.ask_rendezvous(Request::Register { namespace, record, ttl_s: None });
            }
            None => self.settle("rendezvous", false, "nothing could be signed"),
        }
        self.ask_slot();
        self.ask_mail();
    }

    async fn run(&mut self) {
        while self.results.iter().any(|result| result.after_ms == 0) {
            tokio::select! {
                event = self.swarm.select_next_some() => self.handle(event),
                nonce = worked(&mut self.work) => {
                    self.work = None;
                    match nonce {
                        Some(nonce) => {
                            self.mail.work_is(nonce);
                            self.ask_mail();
                        }
                        None => self.settle("mailbox", false, "asks for more work than anybody should do"),
                    }
                }
                Some(Ok((service, result))) = self.media.join_next() => match result {
                    Ok(detail) => self.settle(service, true, detail),
                    Err(detail) => self.settle(service, false, detail),
                },
            }
        }
    }

    /// Takes the registration back. It has no answer to wait for, so it gets a moment to leave.
    async fn tidy(&mut self) {
        self.ask_rendezvous(Request::Unregister { namespace: self.namespace.clone() });
        let idle = async {
            loop {
                self.swarm.select_next_some().await;
            }
        };
        let Err(_elapsed): Result<std::convert::Infallible, _> = tokio::time::timeout(FAREWELL, idle).await;
    }

    fn settle(&mut self, service: &str, works: bool, detail: impl Into<String>) {
        let after_ms = millis(self.started).max(1);
        let open = self.results.iter_mut().find(|result| result.service == service && result.after_ms == 0);
        if let Some(result) = open {
            *result = ServiceReport { service: result.service, offered: true, works, detail: detail.into(), after_ms };
        }
    }

    fn handle(&mut self, event: SwarmEvent<ClientEvent>) {
        if let SwarmEvent::ListenerClosed { addresses, .. } = &event
            && addresses.iter().all(crate::addr::is_circuit)
        {
            self.settle("relay", false, "the node refused the reservation");
        } else if let SwarmEvent::ConnectionClosed { peer_id, num_established: 0, .. } = &event
            && *peer_id == self.peer
        {
            for name in NAMES {
                self.settle(name, false, "the node closed the connection");
            }
        }
        let SwarmEvent::Behaviour(event) = event else {
            return;
        };
        match event {
            ClientEvent::Identify(event) => self.identified(event),
            ClientEvent::Ping(event) => self.pinged(&event),
            ClientEvent::Kad(event) => self.asked_kad(event),
            ClientEvent::Relay(event) => self.relayed(&event),
            ClientEvent::Rendezvous(event) => self.met(event),
            ClientEvent::Slots(event) => self.slotted(event),
            ClientEvent::Mailbox(event) => self.mailed(event),
            ClientEvent::Services(event) => self.described(event),
            ClientEvent::Autonat(event) => {
                if event.server == self.peer {
                    let verdict = if event.result.is_ok() { "reachable" } else { "not reachable" };
                    self.settle("autonat", true, format!("says this machine is {verdict} from outside"));
                }
            }
        }
    }

    fn identified(&mut self, event: identify::Event) {
        if let identify::Event::Received { peer_id, info, .. } = event
            && peer_id == self.peer
        {
            self.agent = info.agent_version.chars().filter(|c| !c.is_control()).take(64).collect();
            let right = info.protocol_version == super::behaviour::NETWORK;
            let detail = if right { self.agent.clone() } else { "it belongs to another network".to_owned() };
            self.settle("identify", right, detail);
        }
    }

    fn pinged(&mut self, event: &ping::Event) {
        if event.peer != self.peer {
            return;
        }
        match &event.result {
            Ok(rtt) => self.settle("ping", true, format!("{:.1} ms", rtt.as_secs_f64() * 1_000.0)),
            Err(error) => self.settle("ping", false, error.to_string()),
        }
    }

    fn asked_kad(&mut self, event: kad::Event) {
        if let kad::Event::OutboundQueryProgressed { result: kad::QueryResult::GetClosestPeers(_), stats, .. } = event {
            if stats.num_successes() > 0 {
                self.settle("kad", true, "answers queries");
            } else {
                self.settle("kad", false, "does not answer queries");
            }
        }
    }

    fn relayed(&mut self, event: &relay::client::Event) {
        if let relay::client::Event::ReservationReqAccepted { limit, .. } = event {
            let limit = limit.and_then(|limit| Some((limit.duration()?.as_secs(), limit.data_in_bytes()?)));
            let detail = limit.map_or("reserved".to_owned(), |(seconds, bytes)| {
                format!("reserved; a circuit may last {seconds} s and carry {bytes} bytes")
            });
            self.settle("relay", true, detail);
        }
    }

    fn ask_rendezvous(&mut self, request: Request) {
        self.swarm.behaviour_mut().rendezvous.send_request(&self.peer, request);
    }

    fn met(&mut self, event: RendezvousEvent) {
        if let request_response::Event::OutboundFailure { error, .. } = &event {
            self.settle("rendezvous", false, error.to_string());
        }
        let request_response::Event::Message { message: request_response::Message::Response { response, .. }, .. } =
            event
        else {
            return;
        };
        match response {
            Response::Register(Ok(_)) => {
                let namespace = self.namespace.clone();
                self.ask_rendezvous(Request::Discover { namespace, limit: Some(ASKED_FOR), cookie: None });
            }
            Response::Discover(Ok(found)) => {
                let own = *self.swarm.local_peer_id();
                let mut signers = found.registrations.iter().filter_map(|registration| registration.record.verify());
                let found = signers.any(|signer| signer == own);
                let detail = if found { "registered and found again" } else { "registered but not found again" };
                self.settle("rendezvous", found, detail);
            }
            Response::Register(Err(status)) => {
                self.settle("rendezvous", false, format!("registration refused: {status:?}"));
            }
            Response::Discover(Err(status)) => self.settle("rendezvous", false, format!("lookup refused: {status:?}")),
        }
    }

    fn ask_slot(&mut self) {
        let slot = self.slot;
        let request = match self.slot_step {
            SlotStep::Put => SlotRequest::Put {
                slot,
                owner_hash: kith_wire::slot::owner_hash(&self.token),
                expires_at_ms: now_ms().saturating_add(SLOT_LIFETIME_MS),
                blob: BLOB.to_vec(),
            },
            SlotStep::Get | SlotStep::GetDeleted => SlotRequest::Get { slot },
            SlotStep::Delete => SlotRequest::Delete { slot, token: self.token },
        };
        self.swarm.behaviour_mut().slots.send_request(&self.peer, request);
    }

    fn slotted(&mut self, event: SlotEvent) {
        if let request_response::Event::OutboundFailure { error, .. } = &event {
            self.settle("slots", false, error.to_string());
        }
        let request_response::Event::Message { message: request_response::Message::Response { response, .. }, .. } =
            event
        else {
            return;
        };
        let next = match (self.slot_step, response) {
            (SlotStep::Put, SlotResponse::Stored) => SlotStep::Get,
            (SlotStep::Get, SlotResponse::Found { blob }) if blob == BLOB => SlotStep::Delete,
            (SlotStep::Delete, SlotResponse::Stored) => SlotStep::GetDeleted,
            (SlotStep::GetDeleted, SlotResponse::Gone { used: true }) => {
                self.settle("slots", true, "stored, read and deleted");
                return;
            }
            (step, SlotResponse::Denied { reason }) => {
                self.settle("slots", false, format!("{step:?} denied: {reason:?}"));
                return;
            }
            (step, _) => {
                self.settle("slots", false, format!("{step:?} got a wrong answer"));
                return;
            }
        };
        self.slot_step = next;
        self.ask_slot();
    }

    fn described(&mut self, event: ServicesEvent) {
        if let request_response::Event::OutboundFailure { error, .. } = &event {
            for name in ["services", "stun", "turn", "iroh_relay"] {
                self.settle(name, false, error.to_string());
            }
        }
        let request_response::Event::Message { message: request_response::Message::Response { response, .. }, .. } =
            event
        else {
            return;
        };
        match response {
            ServicesResponse::Joined => self.begin(),
            ServicesResponse::Described { descriptor } => self.read_descriptor(&descriptor),
            ServicesResponse::Turn(credentials) => {
                self.media.spawn(async move { ("turn", try_turn(credentials).await) });
            }
            ServicesResponse::Denied { reason: ServicesDenial::NotMember } if self.descriptor.is_none() => {
                for name in NAMES {
                    self.settle(name, false, "the node is private and does not know this token");
                }
            }
            ServicesResponse::Denied { reason } => self.settle("turn", false, format!("no credentials: {reason:?}")),
        }
    }

    fn read_descriptor(&mut self, bytes: &[u8]) {
        let Some(node) = crate::ids::transport_id(&self.peer) else { return };
        let descriptor = match ServiceDescriptor::read(bytes, node, now_ms()) {
            Ok(descriptor) => descriptor,
            Err(error) => return self.settle("services", false, error.to_string()),
        };
        let private = descriptor.services & services::PRIVATE != 0;
        let detail = if private { "signed descriptor; for members only" } else { "signed descriptor" };
        self.settle("services", true, detail);
        if descriptor.services & services::STUN == 0 {
            self.not_offered("stun", "not answered");
        } else {
            let addresses = descriptor.stun.clone();
            self.media.spawn(async move { ("stun", try_stun(addresses).await) });
        }
        if descriptor.services & services::TURN == 0 {
            self.not_offered("turn", "relays no media");
        } else {
            self.swarm.behaviour_mut().services.send_request(&self.peer, ServicesRequest::Turn);
        }
        match (descriptor.services & services::IROH_RELAY != 0, descriptor.iroh_relay.clone()) {
            (false, _) => self.not_offered("iroh_relay", "relays nothing of iroh"),
            (true, None) => self.settle("iroh_relay", false, "the node names no address for it"),
            (true, Some(relay)) => {
                if let Some((try_it, own)) = self.try_iroh_relay.take() {
                    self.media.spawn(async move { ("iroh_relay", try_it(relay, own).await) });
                }
            }
        }
        self.descriptor = Some(descriptor);
    }

    fn not_offered(&mut self, service: &str, detail: &str) {
        self.settle(service, false, detail);
        if let Some(result) = self.results.iter_mut().find(|result| result.service == service) {
            result.offered = false;
        }
    }

    fn ask_mail(&mut self) {
        let peers = crate::ids::transport_id(&self.peer).zip(crate::ids::transport_id(self.swarm.local_peer_id()));
        if let Some((mailbox, client)) = peers {
            let frame = MailboxFrame(self.mail.request(&mailbox, &client, now_ms()));
            self.swarm.behaviour_mut().mailbox.send_request(&self.peer, frame);
        }
    }

    fn mailed(&mut self, event: MailboxEvent) {
        if let MailboxEvent::OutboundFailure { error, .. } = &event {
            if matches!(error, request_response::OutboundFailure::UnsupportedProtocols) {
                self.not_offered("mailbox", "keeps no mail");
            } else {
                self.settle("mailbox", false, error.to_string());
            }
        }
        let request_response::Event::Message { message: request_response::Message::Response { response, .. }, .. } =
            event
        else {
            return;
        };
        let Some(mailbox) = crate::ids::transport_id(&self.peer) else { return };
        match self.mail.answered(&mailbox, response) {
            Next::Ask => self.ask_mail(),
            Next::Work(bits) => {
                self.work = Some(tokio::task::spawn_blocking(self.mail.search(mailbox, bits)));
            }
            Next::Done(works, detail) => self.settle("mailbox", works, detail),
        }
    }
}

/// What the search for a nonce found. Waits for ever if there is none.
async fn worked(search: &mut Option<JoinHandle<Option<u64>>>) -> Option<u64> {
    match search {
        Some(search) => search.await.unwrap_or(None),
        None => std::future::pending().await,
    }
}
