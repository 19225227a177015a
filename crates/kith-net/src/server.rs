//! A public node: helps others find and reach each other, and keeps sealed invite slots. Knows no accounts.
//!
//! **What it offers.** Kademlia server, relay v2, AutoNAT v2, rendezvous, peer exchange over gossip, invite slots; each
//! with limits per peer, per address and in total ([`Limits`]). Keeping mail ([`crate::mailbox`]) is for its operator to
//! switch on.
//!
//! **What it never does.** It never reads what it relays or keeps, never stores a plaintext id of a person, and never
//! writes an address or a peer id of somebody else to a log or a metric.
//!
//! **Threads.** One task owns the swarm (`task`), one thread owns the slot files (`slots::worker`), and one the mail.
//!
//! Start reading at [`Server::start`], then `behaviour.rs` (what runs, with which limits) and `task.rs` (what happens).

mod addresses;
mod behaviour;
mod cards;
mod config;
mod dial_back;
mod gate;
mod peering;
pub mod probe;
mod records;
mod rendezvous;
mod reservations;
pub(crate) mod shares;
mod slots;
pub(crate) mod source;
mod stats;
mod tag;
mod task;

use std::io;
use std::time::{Duration, Instant};

use futures::StreamExt;
use kith_crypto::SigningKey;
use kith_wire::{BootstrapLink, TransportId, services};
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

pub use config::{Limits, ServerConfig};
pub use slots::SlotStoreError;
pub use source::Exempt;
pub use stats::Stats;

use peering::Peering;
use reservations::Reservations;
use slots::SlotLimits;
use slots::worker::SlotWorker;
use task::{Parts, Task};

/// The services every [`Server`] offers, as bits of a bootstrap link.
pub const SERVICES: u64 =
    services::RELAY | services::RENDEZVOUS | services::SLOTS | services::AUTONAT | services::KAD | services::GOSSIP;

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
        let bootstraps = bootstraps.into_iter().filter(|(other, _)| *other != peer).collect();
        let limits = config.limits;
        let reservations = Reservations::new(limits.reservations_per_ip, limits.exempt);
        let slot_limits = SlotLimits {
            slots_max: usize::try_from(limits.slots).unwrap_or(usize::MAX),
            bytes_max: limits.slot_bytes,
            per_prefix: limits.slots_per_ip,
        };
        let services = services_with(config.mailbox.is_some());
        let mailbox = match config.mailbox {
            Some(mailbox) => Some(Mailbox::start(mailbox, config.key.duplicate(), stats.mailbox(registry))?),
            None => None,
        };
        let swarm = behaviour::swarm(&keypair, &config.agent, &limits, &reservations, mailbox.is_some(), registry)?;
        let (offered, offered_receiver) = watch::channel(Vec::new());
        let parts = Parts {
            swarm,
            stats: stats.clone(),
            metrics: Metrics::new(registry),
            peering: Peering::new(bootstraps, Instant::now()),
            reservations,
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
        Ok(Self { transport, listen, offered: offered_receiver, services, stats })
    }

    /// The address to share: key, current addresses, services.
    #[must_use]
    pub fn link(&self) -> BootstrapLink {
        let addresses = self.offered.borrow().iter().map(ToString::to_string).collect();
        BootstrapLink::new(self.transport, addresses, self.services)
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
) -> Result<BootstrapLink, ServerError> {
    let external: Vec<Multiaddr> = parse_all(external)?.into_iter().map(crate::addr::without_peer).collect();
    let listen = parse_all(listen)?;
    let addresses = addresses::offered(&external, listen.iter()).iter().map(ToString::to_string).collect();
    let transport = TransportId::from_bytes(key.public().to_bytes());
    Ok(BootstrapLink::new(transport, addresses, services_with(mailbox)))
}

fn services_with(mailbox: bool) -> u64 {
    if mailbox { SERVICES | services::MAILBOX } else { SERVICES }
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
    crate::addr::parse(text)
        .filter(has_our_form)
        .ok_or_else(|| bad(text, "expected /ip4/…, /ip6/… or /dns4/… with /tcp/PORT or /udp/PORT/quic-v1"))
}

/// Whether an address is a host and one of our transports, whatever range the host is in: the operator knows best.
fn has_our_form(address: &Multiaddr) -> bool {
    let mut parts = address.iter();
    let host = matches!(
        parts.next(),
        Some(Protocol::Ip4(_) | Protocol::Ip6(_) | Protocol::Dns(_) | Protocol::Dns4(_) | Protocol::Dns6(_))
    );
    let transport = match parts.next() {
        Some(Protocol::Tcp(_)) => true,
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
