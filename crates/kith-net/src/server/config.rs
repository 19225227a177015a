//! What the operator of a public node decides.

use std::net::SocketAddr;
use std::path::PathBuf;

use kith_crypto::SigningKey;

use super::access::Access;
use super::source::Exempt;
use crate::mailbox::MailboxConfig;
use crate::memory;
use crate::turn::TurnConfig;

/// Share of the memory this process may have above which connections are refused, if the operator named no number.
const MEMORY_PERCENT: usize = 80;

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
    /// STUN and TURN, if this node answers them.
    pub turn: Option<TurnConfig>,
    /// The relay for iroh beside this node, if there is one.
    pub iroh_relay: Option<IrohRelayOffer>,
    /// Whom this node serves.
    pub access: Access,
    /// What the operator has to say to those who use the node; one line of at most 200 characters, may be empty.
    pub notice: String,
    /// The agent string told to peers.
    pub agent: String,
    /// How much of everything.
    pub limits: Limits,
}

/// A relay for iroh that runs beside the node, as its descriptor names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IrohRelayOffer {
    /// Where it listens, TCP.
    pub listening: Vec<SocketAddr>,
    /// SHA-256 of its certificate's SubjectPublicKeyInfo.
    pub pin: [u8; 32],
    /// UDP port at which it tells addresses over QUIC; 0 if it does not.
    pub quic_port: u16,
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
    /// Relay circuits of peers behind one address or /56.
    pub circuits_per_ip: u32,
    /// Bytes one circuit may carry, both directions together.
    pub circuit_bytes: u64,
    /// Bytes per second all circuits may carry together over time; each is paid for in full when it is opened. Without
    /// effect if one may carry any number.
    pub circuits_bytes_per_s: u64,
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

impl Limits {
    /// Bytes above which connections are refused.
    #[must_use]
    pub fn memory_max(&self) -> usize {
        let set = self.memory_bytes.and_then(|bytes| usize::try_from(bytes).ok());
        set.unwrap_or_else(|| memory::share(MEMORY_PERCENT))
    }
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
            circuits_per_ip: 64,
            circuit_bytes: 8 << 20,
            circuits_bytes_per_s: 12_500_000,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_operators_number_for_memory_counts() {
        assert_eq!(Limits { memory_bytes: Some(123), ..Limits::default() }.memory_max(), 123);
        assert_eq!(Limits::default().memory_max(), memory::share(MEMORY_PERCENT));
    }
}
