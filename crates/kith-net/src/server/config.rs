//! What the operator of a public node decides.

use std::path::PathBuf;

use kith_crypto::SigningKey;

use super::source::Exempt;
use crate::mailbox::MailboxConfig;

/// Everything a [`Server`](super::Server) needs to start.
#[derive(Debug)]
pub struct ServerConfig {
    /// The transport key; the node's peer id follows from it.
    pub key: SigningKey,
    /// Multiaddrs to listen on.
    pub listen: Vec<String>,
    /// Multiaddrs under which the node is reachable from outside; empty means the listen addresses.
    pub external: Vec<String>,
    /// Other public nodes to stay connected to: bootstrap links, or multiaddrs with `/p2p/`.
    pub bootstraps: Vec<String>,
    /// Folder of the slot store; created if it is missing.
    pub slots_dir: PathBuf,
    /// The mail this node keeps for others, if it does.
    pub mailbox: Option<MailboxConfig>,
    /// The agent string told to peers.
    pub agent: String,
    /// How much of everything.
    pub limits: Limits,
}

/// The limits of a public node. The defaults are meant for a small rented server.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Inbound connections in total.
    pub connections: u32,
    /// Inbound connections still in their handshake in total.
    pub pending: u32,
    /// Connections with one peer.
    pub connections_per_peer: u32,
    /// Inbound connections from one address (IPv4) or /56 (IPv6).
    pub connections_per_ip: u32,
    /// Inbound handshakes from one address or /56.
    pub pending_per_ip: u32,
    /// New inbound connections per minute from one address or /56.
    pub accepts_per_ip_per_minute: u32,
    /// Who is not counted by the per-address limits.
    pub exempt: Exempt,
    /// Memory of this process, in bytes, above which new connections are refused. By default 80 % of what it may have: the
    /// limit of its control group if there is one, else the machine's memory.
    pub memory_bytes: Option<u64>,
    /// Seconds after which a connection nobody uses is closed.
    pub idle_s: u64,
    /// Relay reservations in total.
    pub reservations: u32,
    /// Peers with a relay reservation behind one address or /56.
    pub reservations_per_ip: u32,
    /// Relay circuits in total.
    pub circuits: u32,
    /// Relay circuits of one peer.
    pub circuits_per_peer: u32,
    /// Bytes one circuit may carry, both directions together.
    pub circuit_bytes: u64,
    /// Seconds one circuit may last.
    pub circuit_s: u32,
    /// Rendezvous registrations in total.
    pub registrations: u32,
    /// Invite slots in total.
    pub slots: u32,
    /// Invite slots from one address or /56, as far as known since the start.
    pub slots_per_ip: u32,
    /// Bytes of all invite slots.
    pub slot_bytes: u64,
    /// Slot requests one peer may make in a row; one more every [`slot_interval_ms`](Self::slot_interval_ms).
    pub slot_burst: u32,
    /// Milliseconds until a peer may make one more slot request.
    pub slot_interval_ms: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 4_096,
            pending: 256,
            connections_per_peer: 4,
            connections_per_ip: 64,
            pending_per_ip: 16,
            accepts_per_ip_per_minute: 60,
            exempt: Exempt::Loopback,
            memory_bytes: None,
            idle_s: 600,
            reservations: 1_024,
            reservations_per_ip: 8,
            circuits: 256,
            circuits_per_peer: 4,
            circuit_bytes: 8 << 20,
            circuit_s: 30 * 60,
            registrations: 20_000,
            slots: 20_000,
            slots_per_ip: 500,
            slot_bytes: 256 << 20,
            slot_burst: 60,
            slot_interval_ms: 2_000,
        }
    }
}
