//! STUN (RFC 8489) and TURN over UDP (RFC 8656) for a public node: calls find their own address here, and are relayed
//! where no direct way exists.
//!
//! **What it is.** `Turn::start` binds its sockets and spawns a task for each; an allocation is one more socket and one
//! more task. `relay.rs` has the rules and no socket.
//!
//! **What it never does.** It keeps nothing for whoever only asked: nonces are computed, not stored. It relays into no
//! private network, to no other program on its own machine, and no faster than its operator allows. It logs no address.
//!
//! **Threads.** One, which has all sockets and ends with the token.
//!
//! **What it leaves out.** TCP and TLS towards clients and peers, reservation tokens and IPv6 relays for clients that
//! come over IPv4: no client of ours asks for them.

mod allocation;
mod credentials;
mod message;
mod nonce;
mod relay;
mod socket;
mod stats;

#[cfg(test)]
mod tests;

use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;
use std::time::Duration;

use crate::server::source::{Exempt, is_global};

pub(crate) use socket::Turn;
pub(crate) use stats::TurnStats;

/// What the server calls itself; a part of the key of every password.
const REALM: &str = "kith";

/// How much a TURN server gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TurnLimits {
    /// Allocations in total.
    pub allocations: usize,
    /// Allocations of one peer.
    pub per_owner: usize,
    /// Bytes per second that one allocation may relay, both directions together.
    pub bytes_per_s: u64,
    /// How long an allocation can be made with credentials.
    pub credentials: Duration,
}

impl Default for TurnLimits {
    fn default() -> Self {
        Self { allocations: 64, per_owner: 4, bytes_per_s: 125_000, credentials: Duration::from_secs(600) }
    }
}

/// What the operator decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TurnConfig {
    /// Where to answer, over UDP.
    pub listen: Vec<SocketAddr>,
    /// The public addresses of a machine that has private ones itself.
    pub external: Vec<IpAddr>,
    /// What to relay; `None` answers STUN alone.
    pub relay: Option<TurnLimits>,
    /// The ports of allocations.
    pub ports: RangeInclusive<u16>,
    /// Who is not counted by the limits per address; with `Private`, peers in private networks are relayed to.
    pub exempt: Exempt,
}

impl TurnConfig {
    fn limits(&self) -> TurnLimits {
        self.relay.unwrap_or_default()
    }

    /// What others see of an address of this machine: itself, or the public address that stands for it.
    fn seen_as(&self, ip: IpAddr) -> IpAddr {
        if is_global(ip) {
            return ip;
        }
        self.external.iter().copied().find(|external| external.is_ipv4() == ip.is_ipv4()).unwrap_or(ip)
    }
}

/// One end of a conversation with a client: where it comes from, and which address and socket of ours it came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Path {
    client: SocketAddr,
    server: IpAddr,
    socket: usize,
}

/// The name of an allocation in this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct AllocationId(u64);
