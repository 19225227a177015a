//! Every bound of this crate, with its reason.

use std::time::Duration;

/// Commands waiting for the swarm task: one batch of the core thread is at most 64 inputs.
pub(crate) const COMMAND_QUEUE: usize = 256;
/// Events waiting for the node: a few core batches; each dm frame is at most 64 KiB.
pub(crate) const EVENT_QUEUE: usize = 256;
/// Events the task itself may hold back before it stops polling the swarm and taking commands.
pub(crate) const OUTBOX_MAX: usize = 512;
/// Largest payload of a dm frame: one envelope.
pub(crate) const DM_FRAME_MAX: usize = kith_wire::limits::FRAME_MAX;
/// Largest payload of a request frame: tag, MAC and one envelope.
pub(crate) const REQUEST_FRAME_MAX: usize = kith_wire::limits::REQUEST_FRAME_MAX;
/// Largest answer to a request: a version byte and an answer byte, with room for later fields.
pub(crate) const ANSWER_FRAME_MAX: usize = kith_wire::limits::REQUEST_ANSWER_MAX;
/// Largest hello: one signed card and a few numbers.
pub(crate) const HELLO_FRAME_MAX: usize = kith_wire::limits::HELLO_MAX;
/// Frames handed to one peer's connections and not yet flushed. The outbox of the core holds the rest.
pub(crate) const DM_IN_FLIGHT_MAX: usize = 256;
/// Bytes handed to one peer's connections and not yet flushed.
pub(crate) const DM_IN_FLIGHT_BYTES: usize = 4 << 20;
/// Bytes written before a flush, at most.
pub(crate) const DM_BATCH_BYTES: usize = 64 << 10;
/// Inbound dm streams per connection: the sender's current one and one it is leaving.
pub(crate) const DM_INBOUND_PER_CONNECTION: usize = 2;
/// Inbound hello streams at work per connection.
pub(crate) const HELLO_INBOUND_PER_CONNECTION: usize = 2;
/// Inbound request streams at work per connection.
pub(crate) const REQUEST_INBOUND_PER_CONNECTION: usize = 2;
/// Outbound request and hello streams waiting to be opened per connection.
pub(crate) const OUTBOUND_PER_CONNECTION: usize = 8;
/// Inbound request streams at work in the whole node: at 64 KiB each, 2 MiB.
pub(crate) const REQUESTS_AT_WORK: usize = 32;
/// Addresses and peers remembered by the request rate limiter.
pub(crate) const RATE_ENTRIES_MAX: usize = 1024;
/// One IP address may hold several households (carrier NAT): this many times a single peer's rate.
pub(crate) const RATE_PER_IP_FACTOR: u32 = 4;
/// Opening a stream, protocol negotiation included.
pub(crate) const STREAM_OPEN_TIMEOUT: Duration = Duration::from_secs(10);
/// A hello must be complete within this.
pub(crate) const HELLO_TIMEOUT: Duration = Duration::from_secs(10);
/// Connections kept to one tracked peer: direct, relayed, one being upgraded, one stale.
pub(crate) const CONNECTIONS_PER_TRACKED: usize = 4;

/// Addresses kept per peer.
pub(crate) const ADDRESSES_PER_PEER: usize = kith_wire::limits::ADDRESSES_MAX;
/// Tracked peers: more contacts' devices than this are not kept connected.
pub(crate) const TRACKED_MAX: usize = 4096;
/// Configured bootstraps.
pub(crate) const BOOTSTRAPS_MAX: usize = 32;
/// Neighbours of bootstrap nodes that are remembered, and addresses of each.
pub(crate) const SPARES_MAX: usize = 16;
pub(crate) const SPARE_ADDRESSES: usize = 4;
/// Dials to tracked peers under way at once.
pub(crate) const DIALS_AT_ONCE: usize = 16;
/// Addresses tried in one dial.
pub(crate) const DIAL_ADDRESSES_MAX: usize = 24;
/// A dial that did not come back within this is counted as failed.
pub(crate) const DIAL_TIMEOUT: Duration = Duration::from_secs(30);
/// A direct way to a peer that is met at a relay is not sought more often than this.
pub(crate) const DIRECT_EVERY: Duration = Duration::from_secs(5);
/// A peer that does not let us through its gate is not dialled again sooner than this.
pub(crate) const ONE_SIDED_RETRY: Duration = Duration::from_secs(300);
/// Outbound requests waiting for a connection or an answer.
pub(crate) const REQUESTS_MAX: usize = 64;
/// Slot operations under way.
pub(crate) const SLOT_OPERATIONS_MAX: usize = 64;
/// Bootstraps that get a copy of a slot.
pub(crate) const SLOT_COPIES: usize = 3;
/// A slot operation, dials included, ends within this.
pub(crate) const SLOT_TIMEOUT: Duration = Duration::from_secs(15);
/// Slots this node answers itself.
pub(crate) const SERVED_SLOTS_MAX: usize = 1024;

/// Reservations held on different relays.
pub(crate) const RESERVATIONS: usize = 2;
/// At most this many lookups are started per tick, so that a long contact list does not flood the bootstraps.
pub(crate) const DISCOVER_PER_TICK: usize = 8;
/// Records that say where we are: as many as there can be contacts with two keys and open invites.
pub(crate) const RECORDS_MAX: usize = 2 * TRACKED_MAX + SERVED_SLOTS_MAX;
/// Records stored per tick, so that a long contact list does not flood the bootstraps.
pub(crate) const RECORDS_PER_TICK: usize = 4;
/// A record is stored again after this.
pub(crate) const RECORD_EVERY: Duration = Duration::from_secs(6 * 3600);
/// It is not stored more often than this when addresses keep changing.
pub(crate) const RECORD_PAUSE: Duration = Duration::from_secs(60);
/// A record lives this long.
pub(crate) const RECORD_TTL: Duration = Duration::from_secs(24 * 3600);
/// Own card in peer exchange, and accepted from one peer, at most this often.
pub(crate) const GOSSIP_EVERY: Duration = Duration::from_secs(600);
/// Gossip message cap.
pub(crate) const GOSSIP_MAX: usize = 16 << 10;
/// Peers learned from gossip that are remembered.
pub(crate) const GOSSIP_PEERS_MAX: usize = 512;
/// Connections to peers learned from gossip are sought while this node has chosen fewer than this many.
pub(crate) const OVERLAY_TARGET: usize = 8;
/// Peers seen with multicast DNS that are remembered.
pub(crate) const MDNS_PEERS_MAX: usize = 256;

/// Established inbound connections of strangers.
pub(crate) const ESTABLISHED_IN: u32 = 64;
/// Those of them from one address or IPv6 /56: a household, or a carrier's NAT with few who want something here…
pub(crate) const STRANGERS_PER_NETWORK: usize = 8;
/// …and from one IPv4 /24 or IPv6 /48: a rented rack leaves three quarters to everybody else.
pub(crate) const STRANGERS_PER_DISTRICT: usize = 16;
/// Established outbound connections to strangers.
pub(crate) const ESTABLISHED_OUT: u32 = 64;
/// Handshakes under way, each direction.
pub(crate) const PENDING: u32 = 32;
/// Connections of one stranger.
pub(crate) const PER_PEER: u32 = 3;
/// Share of the memory this process may have above which new connections are refused, percent.
pub(crate) const MEMORY_PERCENT: usize = 70;
/// Streams in negotiation per connection.
pub(crate) const NEGOTIATING_STREAMS: usize = 32;

/// How long the router may take to answer a UPnP search sent to it alone…
pub(crate) const UPNP_SEARCH: Duration = Duration::from_secs(1);
/// …and one sent to everybody: it spreads answers over the second it is given.
pub(crate) const UPNP_SEARCH_GROUP: Duration = Duration::from_secs(2);
/// Answers of the router that are looked at, errors of the socket included: a device per answer, and few are one.
pub(crate) const UPNP_ANSWERS_MAX: usize = 16;
/// Bytes of one; longer ones are cut.
pub(crate) const UPNP_DATAGRAM_MAX: usize = 2 << 10;
/// Connecting to the router, which is one hop away.
pub(crate) const UPNP_CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// One question over HTTP, connecting included.
pub(crate) const UPNP_EXCHANGE_TIMEOUT: Duration = Duration::from_secs(5);
/// Bytes of an answer's head: the least hyper allows.
pub(crate) const UPNP_HEAD_MAX: usize = 8 << 10;
/// Bytes of an answer's body: descriptions have 2 to 20 KiB.
pub(crate) const UPNP_BODY_MAX: usize = 64 << 10;
/// Bytes of a URL before it is parsed.
pub(crate) const UPNP_URL_MAX: usize = 1 << 10;
/// Elements in elements: descriptions have ten.
pub(crate) const UPNP_XML_DEPTH_MAX: usize = 32;
/// Bytes of text in one element.
pub(crate) const UPNP_XML_TEXT_MAX: usize = 2 << 10;
/// Services of a description that are asked.
pub(crate) const UPNP_SERVICES_MAX: usize = 4;
/// Ports that are asked for one after another, and the same without an end.
pub(crate) const UPNP_TRIES: usize = 5;
/// Everything from the search to the port: less than what a router that granted nothing is given until it is asked again.
pub(crate) const UPNP_ASK_TIMEOUT: Duration = Duration::from_secs(20);
/// How long a router is to keep a port after a crash.
pub(crate) const UPNP_LEASE: Duration = Duration::from_secs(3600);
/// A router has this long to take back what it granted.
pub(crate) const MAPPING_FAREWELL: Duration = Duration::from_millis(500);

/// Wall clock jumps larger than this mean the machine slept.
pub(crate) const SLEEP_JUMP: Duration = Duration::from_secs(30);
/// Housekeeping interval of the task. Nothing on the send path waits for it.
pub(crate) const TICK: Duration = Duration::from_millis(500);
/// Status events are not sent more often than this.
pub(crate) const STATUS_EVERY: Duration = Duration::from_secs(1);
