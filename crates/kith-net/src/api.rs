//! The vocabulary between the node and the swarm task.

use std::{
    fmt,
    path::PathBuf,
    time::{Duration, SystemTime},
};

use kith_crypto::SigningKey;
use kith_wire::{
    FindKey, MailboxOperation, MailboxResponse, Renewal, RequestAnswer, SlotId, TransportId, UnverifiedRenewal,
};
use tokio::sync::oneshot;
use zeroize::Zeroizing;

use crate::mailbox::{MailboxError, MailboxRules, MailboxUsage};

/// What a node needs to join the overlay.
pub struct NetConfig {
    /// The transport key T. Its public half is the peer id.
    pub key: SigningKey,
    /// What made it the device's, if it is not the first: whoever looks for the device by another key is told.
    pub renewal: Option<Renewal>,
    /// Multiaddrs to listen on. A port that is taken falls back to a free one. Empty: do not listen.
    pub listen: Vec<String>,
    /// Bootstrap nodes: multiaddrs that end in `/p2p/…`, or `kith:b/1/…` links. Those that
    /// [`check_bootstrap`](crate::check_bootstrap) refuses are left out with a warning.
    pub bootstraps: Vec<String>,
    /// Other bootstrap nodes that those once named, as [`NetEvent::Spares`] told them: used while none of `bootstraps`
    /// answers.
    pub spares: Vec<String>,
    /// Whether to announce and look for peers on the local network with multicast DNS.
    pub mdns: bool,
    /// Whether contacts are met through relays alone, as with [`NetCommand::RelayOnly`].
    pub relay_only: bool,
    /// Whether the router is asked to let others in, as with [`NetCommand::PortMapping`].
    pub port_mapping: bool,
    /// Whether the connection costs by volume, as with [`NetCommand::Metered`].
    pub metered: Option<bool>,
    /// Agent string sent in identify. Keep it constant per release: it is visible to every peer.
    pub agent: String,
    /// Where mail for others may lie: what [`NetCommand::ServeMailbox`] needs.
    pub mail_dir: Option<PathBuf>,
}

impl NetConfig {
    /// The listen addresses of an ordinary desktop node: QUIC and TCP, IPv4 and IPv6, port 4100.
    pub fn default_listen() -> Vec<String> {
        ["/ip4/0.0.0.0/udp/4100/quic-v1", "/ip4/0.0.0.0/tcp/4100", "/ip6/::/udp/4100/quic-v1", "/ip6/::/tcp/4100"]
            .map(str::to_owned)
            .to_vec()
    }
}

impl fmt::Debug for NetConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NetConfig")
            .field("listen", &self.listen)
            .field("bootstraps", &self.bootstraps)
            .field("spares", &self.spares)
            .field("mdns", &self.mdns)
            .field("relay_only", &self.relay_only)
            .field("port_mapping", &self.port_mapping)
            .field("metered", &self.metered)
            .field("agent", &self.agent)
            .field("mail_dir", &self.mail_dir)
            .finish_non_exhaustive()
    }
}

/// Limits and switches that tests change. The default is what runs in the product.
#[derive(Clone, Copy, Debug)]
pub struct Tuning {
    /// A connection nobody uses is closed after this.
    pub idle: Duration,
    /// A started frame (its first byte arrived) must be complete within this.
    pub frame: Duration,
    /// Writing and flushing a batch of frames may take this long; longer means the connection is dead.
    pub write: Duration,
    /// A request stream must deliver its frame within this after it was opened.
    pub request_read: Duration,
    /// The node must answer an inbound request within this.
    pub request_answer: Duration,
    /// An outbound request, dial included, ends within this.
    pub request_total: Duration,
    /// First wait after a failed dial; the ladder is scaled with it.
    pub dial_first: Duration,
    /// How often reservations and registrations are looked after.
    pub watchdog: Duration,
    /// Inbound requests one peer may make per minute.
    pub requests_per_minute: u32,
    /// The first own card in peer exchange is sent this long after the start.
    pub first_card: Duration,
    /// One of those heard of in peer exchange is dialled per this while this node has chosen few connections.
    pub meet: Duration,
    /// Reservations held on different relays.
    pub reservations: usize,
    /// A relay that has not granted a reservation within this is not waited for any longer: another is asked.
    pub reservation: Duration,
    /// Connections are pinged this often; one that leaves two pings in a row unanswered is closed.
    pub ping: Duration,
    /// When nothing came for this long after a frame was sent, the other side is asked whether it is still there.
    pub silence: Duration,
    /// Bootstrap nodes in use are asked this often, whatever was sent: while a router keeps mappings shorter than people pause,
    /// or has another address, nobody reaches this node through them and nothing else tells it so for 45 seconds.
    pub assure: Duration,
    /// It has this long to answer over QUIC, thrice as long over TCP or a relay; then the connection is closed. While messages
    /// fill the line it is asked twice, and has thrice as long in all.
    pub answer: Duration,
    /// How often bootstraps are asked whether they reach this node at addresses others see it at.
    pub probe: Duration,
    /// A state that got worse is told when it has been so for this long: most of what breaks is mended by then.
    pub worse: Duration,
    /// While no chosen bootstrap node serves for this long, others are turned to…
    pub borrow: Duration,
    /// …until one has served again for this long.
    pub give_back: Duration,
    /// A relayed connection is kept this long beside a direct one.
    pub settle: Duration,
    /// Whether contacts are looked for, and this node can be found, by sealed records.
    pub records: bool,
    /// The wall clock by which sleep of the machine is noticed.
    pub wall: fn() -> SystemTime,
    /// Events that may wait for the node before streams stop being read.
    pub event_queue: usize,
}

impl Default for Tuning {
    fn default() -> Self {
        Self {
            idle: Duration::from_secs(90),
            frame: Duration::from_secs(30),
            write: Duration::from_secs(20),
            request_read: Duration::from_secs(10),
            request_answer: Duration::from_secs(15),
            request_total: Duration::from_secs(20),
            dial_first: Duration::from_secs(1),
            watchdog: Duration::from_secs(60),
            requests_per_minute: 6,
            first_card: Duration::from_secs(20),
            meet: Duration::from_secs(30),
            reservations: crate::limits::RESERVATIONS,
            reservation: Duration::from_secs(20),
            ping: Duration::from_secs(30),
            silence: Duration::from_secs(3),
            assure: Duration::from_secs(15),
            answer: Duration::from_secs(5),
            probe: Duration::from_secs(30),
            worse: Duration::from_secs(5),
            borrow: Duration::from_secs(10),
            give_back: Duration::from_secs(60),
            settle: Duration::from_secs(10),
            records: true,
            wall: SystemTime::now,
            event_queue: crate::limits::EVENT_QUEUE,
        }
    }
}

/// Over which network a direct connection runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// IPv4 on the internet.
    Ipv4,
    /// IPv6 on the internet.
    Ipv6,
    /// A local network, or this machine.
    Lan,
}

/// How a connected contact is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Path {
    /// A connection between the two devices.
    Direct {
        /// Last measured round trip, milliseconds.
        rtt_ms: Option<u32>,
        /// Over which network.
        over: Over,
    },
    /// A circuit through a relay, which sees sealed bytes, their size and their timing.
    Relayed {
        /// The relay.
        via: TransportId,
        /// Last measured round trip, milliseconds.
        rtt_ms: Option<u32>,
    },
}

/// What the node asks for.
#[derive(Debug)]
pub enum NetCommand {
    /// `peer` is a contact: open the gates, keep a connection, dial while there is none. Repeating it adds addresses.
    Track {
        /// The contact's device.
        peer: TransportId,
        /// Multiaddrs known for it.
        addresses: Vec<String>,
        /// By which its records are found.
        find: Option<FindKey>,
    },
    /// `peer` is no contact any more: close the gates and its connections.
    Untrack {
        /// The device.
        peer: TransportId,
    },
    /// Sends one envelope on `/kith/dm/1`. Answered by [`NetEvent::Sent`] with the same `id`.
    Send {
        /// The contact's device.
        peer: TransportId,
        /// Chosen by the caller.
        id: u64,
        /// The sealed envelope.
        bytes: Vec<u8>,
    },
    /// Asks a stranger on `/kith/request/1`. Answered by [`NetEvent::RequestAnswered`] within 20 seconds.
    Request {
        /// The stranger's device.
        peer: TransportId,
        /// Multiaddrs known for it.
        addresses: Vec<String>,
        /// By which its records are found.
        find: Option<FindKey>,
        /// Chosen by the caller.
        id: u64,
        /// An encoded request frame.
        bytes: Vec<u8>,
    },
    /// Answers a [`NetEvent::RequestReceived`]. A late answer is dropped.
    AnswerRequest {
        /// The number from the event.
        request: u64,
        /// What the stranger is told.
        answer: RequestAnswer,
    },
    /// Stores a sealed blob at up to three connected bootstraps. Answered by [`NetEvent::SlotPut`].
    PutSlot {
        /// Chosen by the caller.
        id: u64,
        /// Where.
        slot: SlotId,
        /// BLAKE3 of the owner token.
        owner_hash: [u8; 32],
        /// When the blob may be forgotten, Unix milliseconds.
        expires_at_ms: u64,
        /// The sealed bytes.
        blob: Vec<u8>,
    },
    /// Fetches a sealed blob from the hints, the bootstraps and peers on the local network. Answered by [`NetEvent::SlotGot`].
    GetSlot {
        /// Chosen by the caller.
        id: u64,
        /// Which.
        slot: SlotId,
        /// Multiaddrs (with `/p2p/…`) or bootstrap links worth asking.
        hints: Vec<String>,
        /// Blobs that are not what is wanted, by their BLAKE3: who answers with one of them has nothing.
        not: Vec<[u8; 32]>,
    },
    /// Removes a blob at all connected bootstraps.
    DeleteSlot {
        /// Which.
        slot: SlotId,
        /// The owner token.
        token: [u8; 32],
    },
    /// Asks a mailbox, under a key that is not this node's. Answered by [`NetEvent::Mailbox`].
    Mailbox {
        /// Chosen by the caller.
        id: u64,
        /// Which: a bootstrap link.
        mailbox: String,
        /// What.
        operation: MailboxOperation,
        /// The seed of the key that signs.
        seed: Zeroizing<[u8; 32]>,
    },
    /// Keeps mail for others by these rules from now on, or answers nobody any more: then what is kept stays until it
    /// expires. Answered by [`NetEvent::MailboxServed`]. Repeating it only asks what is kept.
    ServeMailbox {
        /// Chosen by the caller.
        id: u64,
        /// The rules.
        serve: Option<MailboxRules>,
        /// Answers nobody, and deletes what is kept.
        erase: bool,
    },
    /// Connects to nobody but the configured bootstraps directly, and meets everybody else through those, or not any more.
    RelayOnly(bool),
    /// Asks the router to let others in, by NAT-PMP and PCP, or no longer. Not while only relays are used.
    PortMapping(bool),
    /// Says whether the connection costs by volume, or leaves that to [`NetCommand::SeemsMetered`]. Where it does, the node meets
    /// no strangers, takes no part in peer exchange, and asks its bootstrap nodes a quarter as often whether they are there.
    Metered(Option<bool>),
    /// As far as the desktop knows.
    SeemsMetered(bool),
    /// Something else that runs over this machine's network was interrupted: all connections are asked at once whether they
    /// lead anywhere.
    Doubt,
    /// Takes another transport key, which `renewal` makes the device's: all connections are closed, what waits for an answer
    /// has none, and the network begins again, listening on `listen`. Bootstrap nodes and switches stay; contacts, keys to
    /// be found by and slots are to be said again. A node that serves a mailbox is known by its key: it must not be asked to.
    Renew {
        /// The new transport key.
        key: Box<SigningKey>,
        /// What makes it the device's.
        renewal: Box<Renewal>,
        /// As [`NetConfig::listen`].
        listen: Vec<String>,
    },
    /// Replaces the set of keys by which others find this device: it keeps a sealed record for each at the bootstraps.
    Findable(Vec<FindKey>),
    /// Replaces the set of slots this node answers itself.
    ServeSlots(Vec<(SlotId, Vec<u8>)>),
    /// Adds a bootstrap node (multiaddr with `/p2p/…` or link) and retries everything that waits.
    AddBootstrap {
        /// Multiaddr or link.
        address: String,
    },
    /// Forgets a bootstrap node.
    RemoveBootstrap {
        /// Multiaddr or link, as it was added.
        address: String,
    },
    /// Asks for the status.
    Status(oneshot::Sender<NetStatus>),
    /// Runs the connection test.
    Test(oneshot::Sender<Vec<TestStep>>),
    /// Asks where a call can find its own address and be relayed. Answered within five seconds.
    IceServers(oneshot::Sender<Vec<IceServer>>),
    /// Asks which relays for iroh the bootstrap nodes offer that serve this node, and as whom they let it in.
    Overlay(oneshot::Sender<OverlayAccess>),
}

/// What the node is told.
#[derive(Debug)]
pub enum NetEvent {
    /// All addresses others may use, direct ones first, whenever the set changes.
    Listening {
        /// Multiaddrs.
        addresses: Vec<String>,
    },
    /// The addresses at which anybody can reach this node without a relay, whenever the set changes.
    Reachable {
        /// Multiaddrs.
        addresses: Vec<String>,
    },
    /// A tracked peer is connected and its gates are open on both sides.
    PeerUp {
        /// The contact's device.
        peer: TransportId,
        /// How it is reached.
        path: Path,
    },
    /// Another connection to a tracked peer is the best one now, of the same kind or not.
    PathChanged {
        /// The contact's device.
        peer: TransportId,
        /// How it is reached now.
        path: Path,
    },
    /// The last connection to a tracked peer closed.
    PeerDown {
        /// The contact's device.
        peer: TransportId,
    },
    /// Where a device that is looked for was to be found, there is a word of its own that it has another transport key. Nobody
    /// here can tell whether that is so: the signatures are for the node to check.
    Moved {
        /// The word.
        renewal: UnverifiedRenewal,
        /// Multiaddrs of the endpoint with the new key, which it signed.
        addresses: Vec<String>,
    },
    /// Addresses of a tracked peer worth caching, best first.
    PeerAddresses {
        /// The contact's device.
        peer: TransportId,
        /// Multiaddrs.
        addresses: Vec<String>,
    },
    /// One envelope arrived on `/kith/dm/1`.
    Received {
        /// The contact's device.
        peer: TransportId,
        /// The sealed envelope.
        bytes: Vec<u8>,
    },
    /// Somebody asks on `/kith/request/1`; answer with [`NetCommand::AnswerRequest`].
    RequestReceived {
        /// Who.
        peer: TransportId,
        /// Number to answer with.
        request: u64,
        /// An encoded request frame, not yet parsed.
        bytes: Vec<u8>,
    },
    /// Outcome of [`NetCommand::Send`].
    Sent {
        /// From the command.
        id: u64,
        /// Whether it was written and flushed to a connection.
        ok: bool,
    },
    /// Outcome of [`NetCommand::Request`].
    RequestAnswered {
        /// From the command.
        id: u64,
        /// The stranger's answer, or why there is none.
        answer: Result<RequestAnswer, RequestError>,
    },
    /// Outcome of [`NetCommand::PutSlot`].
    SlotPut {
        /// From the command.
        id: u64,
        /// At how many bootstraps the blob is stored.
        stored: u32,
    },
    /// Outcome of [`NetCommand::GetSlot`].
    SlotGot {
        /// From the command.
        id: u64,
        /// What was found.
        outcome: SlotOutcome,
    },
    /// Outcome of [`NetCommand::Mailbox`].
    Mailbox {
        /// From the command.
        id: u64,
        /// The answer; `None`: the mailbox could not be asked.
        response: Option<MailboxResponse>,
    },
    /// The connected bootstraps that keep mail, as links, whenever that changes, and once none could be reached.
    MailboxesSeen {
        /// Bootstrap links.
        links: Vec<String>,
    },
    /// Outcome of [`NetCommand::ServeMailbox`].
    MailboxServed {
        /// From the command.
        id: u64,
        /// What is kept, or why nothing can be.
        outcome: Result<MailboxUsage, MailboxError>,
    },
    /// The status changed.
    StatusChanged(NetStatus),
    /// The bootstrap nodes in use named others, to be kept for when none of them answers: all that are known, as
    /// [`NetConfig::spares`] takes them.
    Spares(Vec<String>),
}

/// Why a request to a stranger has no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RequestError {
    /// No address led to the peer.
    #[error("the peer could not be reached")]
    Unreachable,
    /// The peer was reached but did not answer in time.
    #[error("the peer did not answer in time")]
    Timeout,
    /// The peer does not take requests, or answered nonsense.
    #[error("the peer refused the request")]
    Refused,
}

/// What became of [`NetCommand::GetSlot`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SlotOutcome {
    /// The sealed blob.
    Found(Vec<u8>),
    /// Everybody reached said there is none.
    Missing,
    /// It was there once.
    Gone {
        /// Whether it was used (else deleted or expired).
        used: bool,
    },
    /// Nobody could be asked.
    Unreachable,
}

/// How well this node is connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum NetState {
    /// No usable address.
    #[default]
    Offline,
    /// Only peers on the local network, no bootstrap.
    Local,
    /// A bootstrap is connected over TCP, and nothing over QUIC: this network seems to block UDP.
    Degraded,
    /// A bootstrap is connected, or there is none to connect to and peers are.
    Online,
}

/// A snapshot of the overlay.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NetStatus {
    /// How well connected.
    pub state: NetState,
    /// The own peer id.
    pub peer: String,
    /// Whether the connection costs by volume.
    pub metered: bool,
    /// Whether somebody else answers where bootstrap nodes should be: the network seems to want a login in a web browser.
    pub portal: bool,
    /// Best guess about the NAT: `unknown`, `public`, `mapped` (predictable ports) or `symmetric`.
    pub nat: String,
    /// Addresses others may use.
    pub addresses: Vec<String>,
    /// Addresses at which the router says that it lets others in.
    pub mapped: Vec<String>,
    /// Tracked peers that are up.
    pub peers: u32,
    /// Configured bootstraps.
    pub bootstraps: Vec<BootstrapStatus>,
    /// Relays that hold a reservation for this node (their addresses).
    pub relays: Vec<String>,
    /// How far it got with being reachable, as [`NetCommand::Test`] tells it.
    pub steps: Vec<TestStep>,
    /// Bytes received on all transports.
    pub bytes_in: u64,
    /// Bytes sent on all transports.
    pub bytes_out: u64,
}

/// One configured bootstrap.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BootstrapStatus {
    /// As it was configured.
    pub address: String,
    /// The name or IP address of its machine.
    pub host: String,
    /// Whose it is.
    pub transport: Option<TransportId>,
    /// Whether it is connected and serves us.
    pub ok: bool,
    /// Last measured round trip, milliseconds.
    pub rtt_ms: Option<u32>,
    /// What it says that it offers, by name; empty until it said so.
    pub offers: Vec<&'static str>,
    /// What its operator has to say, one line; may be empty.
    pub notice: String,
    /// Whether it serves members only, and we are none.
    pub refused: bool,
    /// Whether nobody chose it: a neighbour of those that do not answer.
    pub borrowed: bool,
}

/// What leads to others over iroh.
#[derive(Debug)]
pub struct OverlayAccess {
    /// The transport key, under which the nodes of the relays are connected: nobody else is let in.
    pub key: SigningKey,
    /// The relays.
    pub relays: Vec<OverlayRelay>,
}

/// A relay for iroh, as its node's signed descriptor names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OverlayRelay {
    /// The bootstrap node.
    pub node: TransportId,
    /// `https://HOST:PORT`.
    pub url: String,
    /// SHA-256 of its certificate's SubjectPublicKeyInfo: no other certificate is the relay's.
    pub pin: [u8; 32],
}

/// A STUN or TURN server, as `RTCIceServer` of the W3C's WebRTC names it.
#[derive(Clone, PartialEq, Eq)]
pub struct IceServer {
    /// `stun:HOST:PORT` or `turn:HOST:PORT`, over UDP.
    pub urls: Vec<String>,
    /// The user name for TURN.
    pub username: Option<String>,
    /// The password for TURN; good for some minutes.
    pub credential: Option<Zeroizing<String>>,
}

impl fmt::Debug for IceServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IceServer").field("urls", &self.urls).finish_non_exhaustive()
    }
}

/// One step of the connection test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestStep {
    /// Short stable name: `listen_udp`, `listen_tcp`, `bootstrap`, `public_address`, `relay`, `records`, `port_mapping`,
    /// `mdns`.
    pub name: &'static str,
    /// Whether it works.
    pub ok: bool,
    /// One sentence for people.
    pub detail: String,
}

/// Why the overlay could not start or take a command.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NetError {
    /// The transport key was not accepted.
    #[error("the transport key is not a valid Ed25519 key")]
    Key,
    /// A listen address is not a multiaddr.
    #[error("not a usable address: {address}")]
    Address {
        /// As configured.
        address: String,
    },
    /// None of the listen addresses could be bound.
    #[error("cannot listen on {address}")]
    Listen {
        /// The first that failed.
        address: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A part of the network stack could not be set up.
    #[error("cannot set up {part}")]
    Setup {
        /// Which part.
        part: &'static str,
    },
    /// The swarm task has ended.
    #[error("the network is stopped")]
    Stopped,
    /// The command queue is full.
    #[error("the network is busy")]
    Busy,
}
