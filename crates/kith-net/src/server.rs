//! A public node: helps others find and reach each other, and keeps sealed invite slots. Knows no accounts.
//!
//! **What it offers.** Kademlia server, relay v2, AutoNAT v2, rendezvous, peer exchange over gossip, invite slots; each
//! with limits per peer, per address and in total ([`Limits`]). Keeping mail ([`crate::mailbox`]) is for its operator to
//! switch on.
//!
//! **What it never does.** It never reads what it relays or keeps, never stores a plaintext id of a person, and never
//! writes an address or a peer id of somebody else to a log or a metric.
//!
//! **Threads.** One task owns the swarm (`task`), one thread owns the slot files (`slots::worker`), one the mail,
//! and one STUN and TURN.
//!
//! Start reading at [`Server::start`], then `behaviour.rs` (what runs, with which limits) and `task.rs` (what happens).

mod access;
mod addresses;
mod behaviour;
mod cards;
mod circuits;
mod config;
mod dial_back;
mod gate;
mod peering;
mod places;
pub mod probe;
mod records;
mod rendezvous;
mod reservations;
mod services;
pub(crate) mod shares;
mod slots;
pub(crate) mod source;
mod stats;
mod tag;
mod task;
mod turnstile;

use std::io;
use std::net::IpAddr;
use std::time::{Duration, Instant};

use futures::StreamExt;
use kith_crypto::SigningKey;
use kith_wire::{BootstrapLink, TransportId, services as offers};
use libp2p::core::transport::ListenerId;
use libp2p::identity::Keypair;
use libp2p::metrics::{Metrics, Registry};
use libp2p::multiaddr::Protocol;
use libp2p::{Multiaddr, PeerId, TransportError};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::mailbox::{Mailbox, MailboxError};
use crate::port;
use crate::turn::{Turn, TurnConfig, TurnStats};
use crate::wss::{self, Certificate};

pub use access::{Access, AccessError};
pub use config::{IrohRelayOffer, Limits, ServerConfig};
pub use slots::SlotStoreError;
pub use source::Exempt;
pub use stats::Stats;
pub use turnstile::{TurnedAway, Turnstile, Visit};

use access::Door;
use behaviour::Judges;
use circuits::Circuits;
use peering::Peering;
use reservations::Reservations;
use services::Services;
use slots::SlotLimits;
use slots::worker::SlotWorker;
use task::{Parts, Task};

/// The services every [`Server`] offers, as bits of a bootstrap link.
pub const SERVICES: u64 =
    offers::RELAY | offers::RENDEZVOUS | offers::SLOTS | offers::AUTONAT | offers::KAD | offers::GOSSIP;

/// All listeners must have an address in this time.
const LISTEN_TIMEOUT: Duration = Duration::from_secs(10);
/// An IPv6 wildcard listener that shows no address in this time has no interface to show.
const OPTIONAL_TIMEOUT: Duration = Duration::from_millis(300);

/// Why a public node did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServerError {
    /// An address in the configuration is not a multiaddr this node can use.
    #[error("`{address}` is not an address: {reason}")]
    BadAddress {
        /// The text.
        address: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A part of the network stack could not be set up.
    #[error("{part} could not be set up: {source}")]
    Transport {
        /// Which part.
        part: &'static str,
        /// What it said.
        source: io::Error,
    },
    /// An address cannot be listened on.
    #[error("cannot listen on `{address}`: {source}")]
    Listen {
        /// The address.
        address: String,
        /// What the system said.
        source: io::Error,
    },
    /// Some listener had no address after ten seconds.
    #[error("not all addresses could be listened on within {} s", LISTEN_TIMEOUT.as_secs())]
    ListenTimeout,
    /// The slot store could not be opened.
    #[error(transparent)]
    Slots(#[from] SlotStoreError),
    /// The mailbox could not be opened.
    #[error(transparent)]
    Mailbox(#[from] MailboxError),
    /// STUN and TURN have no place to listen.
    #[error("cannot answer STUN: {source}")]
    Turn {
        /// What the system said.
        source: io::Error,
    },
    /// It was told to stop while it was starting.
    #[error("stopped while starting")]
    Stopped,
}

/// A running public node. Dropping it does not stop it; the token given to [`start`](Self::start) does.
#[derive(Debug)]
pub struct Server {
    transport: TransportId,
    listen: Vec<String>,
    offered: watch::Receiver<Vec<Multiaddr>>,
    services: u64,
    door: Door,
    limits: Limits,
    stats: Stats,
}

impl Server {
    /// Starts a public node: opens the slots, listens, and spawns its task on `tracker`; the task ends on `cancel`.
    ///
    /// Returns once every address is listened on. Metrics go to `registry`. Fails if an address is malformed or cannot
    /// be listened on, or if the slot folder cannot be used.
    pub async fn start(
        config: ServerConfig,
        registry: &mut Registry,
        tracker: &TaskTracker,
        cancel: CancellationToken,
    ) -> Result<Self, ServerError> {
        let stats = Stats::default();
        stats.register(registry);
        let keypair = keypair(&config.key)?;
        let peer = keypair.public().to_peer_id();
        let external = parse_all(&config.external)?.into_iter().map(crate::addr::without_peer).collect();
        let listen = parse_all(&config.listen)?;
        let bootstraps = config.bootstraps.iter().map(|text| parse_node(text)).collect::<Result<Vec<_>, _>>()?;
        let bootstraps: Vec<_> = bootstraps.into_iter().filter(|(other, _)| *other != peer).collect();
        let limits = config.limits;
        let door = Door::new(config.access, bootstraps.iter().map(|(other, _)| *other).collect());
        let reservations = Reservations::new(limits.reservations_per_ip, limits.exempt);
        let circuits = Circuits::new(&limits, Instant::now());
        let judges = Judges { door: door.clone(), reservations, circuits };
        let slot_limits = SlotLimits {
            slots_max: usize::try_from(limits.slots).unwrap_or(usize::MAX),
            bytes_max: limits.slot_bytes,
            per_prefix: limits.slots_per_ip,
        };
        let services = offers(config.mailbox.is_some(), config.turn.as_ref(), config.iroh_relay.is_some());
        let turn = match config.turn {
            Some(turn) => Some(start_turn(turn, &door, stats.turn(registry), tracker, &cancel)?),
            None => None,
        };
        let mailbox = match config.mailbox {
            Some(mailbox) => Some(Mailbox::start(mailbox, config.key.duplicate(), stats.mailbox(registry))?),
            None => None,
        };
        let certificate = certificate(&listen)?;
        let swarm = behaviour::swarm(
            &keypair,
            &config.agent,
            &limits,
            &judges,
            mailbox.is_some(),
            certificate.as_ref(),
            registry,
        )?;
        let (offered, offered_receiver) = watch::channel(Vec::new());
        let parts = Parts {
            swarm,
            stats: stats.clone(),
            metrics: Metrics::new(registry),
            peering: Peering::new(bootstraps, Instant::now()),
            judges,
            services: Services::new(
                config.key.duplicate(),
                (services, config.notice),
                turn,
                config.iroh_relay,
                door.clone(),
            ),
            external,
            offered,
            slots: SlotWorker::start(config.slots_dir, slot_limits, stats.clone())?,
            mailbox,
        };
        let mut task = Task::new(parts, &limits);
        listen_on(&mut task, listen, &cancel).await?;
        let listen = task.listen_addresses();
        stats.tick();
        tracker.spawn(task.run(cancel));
        let transport = TransportId::from_bytes(config.key.public().to_bytes());
        Ok(Self { transport, listen, offered: offered_receiver, services, door, limits, stats })
    }

    /// The address to share: key, current addresses, services. Without the token of a private community, so that it can be
    /// printed and logged.
    #[must_use]
    pub fn link(&self) -> BootstrapLink {
        let addresses = self.offered.borrow().iter().map(ToString::to_string).collect();
        BootstrapLink::new(self.transport, addresses, self.services)
    }

    /// Changes whom this node serves. Those who are no longer served are disconnected within a second.
    pub fn change_access(&self, access: Access) {
        self.door.change(access);
    }

    /// Bounds for a service beside libp2p: at most `total` at once, and `per_ip` from one address or /56. Addresses are
    /// exempt, refused and slowed down as for connections over libp2p.
    #[must_use]
    pub fn turnstile(&self, total: usize, per_ip: u32) -> Turnstile {
        Turnstile::new(self.door.clone(), &self.limits, total, per_ip)
    }

    /// The limits it was started with.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The libp2p name of the node's key, as it stands behind `/p2p/` in a multiaddr.
    #[must_use]
    pub fn peer_id(&self) -> String {
        crate::ids::peer_id(&self.transport).map(|peer| peer.to_string()).unwrap_or_default()
    }

    /// Waits until [`link`](Self::link) changed since the last call; `false` once the node has stopped.
    pub async fn link_changed(&mut self) -> bool {
        self.offered.changed().await.is_ok()
    }

    /// The addresses listened on when the node was ready, wildcards resolved.
    #[must_use]
    pub fn listen_addresses(&self) -> &[String] {
        &self.listen
    }

    /// The counters.
    #[must_use]
    pub fn stats(&self) -> &Stats {
        &self.stats
    }
}

async fn listen_on(task: &mut Task, addresses: Vec<Multiaddr>, cancel: &CancellationToken) -> Result<(), ServerError> {
    for address in &addresses {
        port::check_free(address).map_err(|source| ServerError::Listen { address: address.to_string(), source })?;
    }
    let mut required: Vec<ListenerId> = Vec::new();
    let mut optional: Vec<ListenerId> = Vec::new();
    for address in addresses {
        let text = address.to_string();
        // A machine without IPv6 is not a reason to fail on the default configuration.
        let any_v6 = source::ip_of(&address).is_some_and(|ip| ip.is_unspecified() && ip.is_ipv6());
        match task.swarm.listen_on(address) {
            Ok(id) if any_v6 => optional.push(id),
            Ok(id) => required.push(id),
            Err(_) if any_v6 => tracing::warn!(address = text, "this machine has no IPv6 to listen on"),
            Err(error) => return Err(ServerError::Listen { address: text, source: listen_error(error) }),
        }
    }
    tokio::select! {
        () = cancel.cancelled() => return Err(ServerError::Stopped),
        done = tokio::time::timeout(LISTEN_TIMEOUT, until_listening(task, &required)) => {
            done.map_err(|_elapsed| ServerError::ListenTimeout)?;
        }
    }
    if tokio::time::timeout(OPTIONAL_TIMEOUT, until_listening(task, &optional)).await.is_err() {
        tracing::warn!("no IPv6 address is listened on");
    }
    // A wildcard listener reports its interfaces one after the other; take those that are there already.
    while let Some(event) = futures::FutureExt::now_or_never(task.swarm.select_next_some()) {
        task.handle(event);
    }
    Ok(())
}

async fn until_listening(task: &mut Task, listeners: &[ListenerId]) {
    while !task.all_listening(listeners) {
        let event = task.swarm.select_next_some().await;
        task.handle(event);
    }
}

fn listen_error(error: TransportError<io::Error>) -> io::Error {
    match error {
        TransportError::Other(error) => error,
        TransportError::MultiaddrNotSupported(_) => {
            io::Error::new(io::ErrorKind::Unsupported, "not a transport we have")
        }
    }
}

/// What `address` would show for a node that is not running: the configured external addresses, else `listen` without
/// wildcards. Fails on a malformed address.
pub fn offline_link(
    key: &SigningKey,
    external: &[String],
    listen: &[String],
    mailbox: bool,
    turn: Option<&TurnConfig>,
    iroh_relay: bool,
) -> Result<BootstrapLink, ServerError> {
    let external: Vec<Multiaddr> = parse_all(external)?.into_iter().map(crate::addr::without_peer).collect();
    let listen = parse_all(listen)?;
    let addresses = addresses::offered(&external, listen.iter()).iter().map(ToString::to_string).collect();
    let transport = TransportId::from_bytes(key.public().to_bytes());
    Ok(BootstrapLink::new(transport, addresses, offers(mailbox, turn, iroh_relay)))
}

/// The IP addresses in multiaddrs; what is none, or a name, is left out.
#[must_use]
pub fn hosts_of(addresses: &[String]) -> Vec<IpAddr> {
    addresses.iter().filter_map(|text| source::ip_of(&crate::addr::parse(text)?)).collect()
}

/// The link for members: with the token of the community, if it is a private one.
#[must_use]
pub fn member_link(link: BootstrapLink, access: &Access) -> BootstrapLink {
    match access.link_token() {
        Some(token) => link.with_token(token),
        None => link,
    }
}

fn offers(mailbox: bool, turn: Option<&TurnConfig>, iroh_relay: bool) -> u64 {
    let bit = |on: bool, bit: u64| if on { bit } else { 0 };
    SERVICES
        | bit(mailbox, offers::MAILBOX)
        | bit(turn.is_some(), offers::STUN)
        | bit(turn.is_some_and(|turn| turn.relay.is_some()), offers::TURN)
        | bit(iroh_relay, offers::IROH_RELAY)
}

fn start_turn(
    config: TurnConfig,
    door: &Door,
    stats: TurnStats,
    tracker: &TaskTracker,
    cancel: &CancellationToken,
) -> Result<Turn, ServerError> {
    let door = door.clone();
    let refuses = Box::new(move |ip, owner: Option<&[u8; 32]>| {
        let owner = owner.and_then(|owner| crate::ids::peer_id(&TransportId::from_bytes(*owner)));
        door.refuses_ip(ip) || owner.is_some_and(|owner| door.refuses(&owner))
    });
    Turn::start(config, stats, refuses, tracker, cancel).map_err(|source| ServerError::Turn { source })
}

/// What is shown to those who come over TLS, if anything that is listened on is.
fn certificate(listen: &[Multiaddr]) -> Result<Option<Certificate>, ServerError> {
    let made = listen.iter().any(wss::is_wss).then(Certificate::make).transpose();
    made.map_err(|source| ServerError::Transport { part: "the certificate for WSS", source })
}

fn keypair(key: &SigningKey) -> Result<Keypair, ServerError> {
    let mut seed = key.seed();
    Keypair::ed25519_from_bytes(seed.as_mut_slice())
        .map_err(|error| ServerError::Transport { part: "the key", source: io::Error::other(error) })
}

fn parse_all(texts: &[String]) -> Result<Vec<Multiaddr>, ServerError> {
    texts.iter().map(|text| parse_address(text)).collect()
}

fn parse_address(text: &str) -> Result<Multiaddr, ServerError> {
    crate::addr::parse(text).filter(has_our_form).ok_or_else(|| {
        bad(text, "expected /ip4/…, /ip6/… or /dns4/… with /tcp/PORT, /udp/PORT/quic-v1 or /tcp/PORT/tls/ws")
    })
}

/// Whether an address is a host and one of our transports, whatever range the host is in: the operator knows best.
fn has_our_form(address: &Multiaddr) -> bool {
    let mut parts = address.iter().peekable();
    let host = matches!(
        parts.next(),
        Some(Protocol::Ip4(_) | Protocol::Ip6(_) | Protocol::Dns(_) | Protocol::Dns4(_) | Protocol::Dns6(_))
    );
    let transport = match parts.next() {
        Some(Protocol::Tcp(_)) => wss::follows(&mut parts).is_some(),
        Some(Protocol::Udp(_)) => matches!(parts.next(), Some(Protocol::QuicV1)),
        None | Some(_) => false,
    };
    let end = match parts.next() {
        None => true,
        Some(Protocol::P2p(_)) => parts.next().is_none(),
        Some(_) => false,
    };
    host && transport && end
}

fn bad(address: &str, reason: &'static str) -> ServerError {
    ServerError::BadAddress { address: address.to_owned(), reason }
}

/// Reads how another node is written down: a bootstrap link, or a multiaddr that ends in `/p2p/PEER`.
fn parse_node(text: &str) -> Result<(PeerId, Vec<Multiaddr>), ServerError> {
    if text.starts_with("kith:") {
        let link = BootstrapLink::parse(text).map_err(|_any| bad(text, "it is not an undamaged bootstrap link"))?;
        let peer = crate::ids::peer_id(&link.transport).ok_or_else(|| bad(text, "its key is not a key"))?;
        let addresses: Vec<Multiaddr> = link.addresses.iter().filter_map(|text| crate::addr::parse(text)).collect();
        if addresses.is_empty() {
            return Err(bad(text, "the link names no address"));
        }
        return Ok((peer, addresses));
    }
    let address =
        crate::addr::parse(text).ok_or_else(|| bad(text, "it is neither a multiaddr nor a bootstrap link"))?;
    match address.iter().last() {
        Some(Protocol::P2p(peer)) => Ok((peer, vec![crate::addr::without_peer(address)])),
        _ => Err(bad(text, "it must end in /p2p/PEER so that the node's key is known")),
    }
}
