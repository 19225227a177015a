//! Links to bootstrap nodes: the key to expect, where to find it, what it offers.

use std::fmt;
use std::str::FromStr;

use crate::ids::TransportId;
use crate::limits::{BOOTSTRAP_ADDRESSES_MAX, HINT_MAX_BYTES};
use crate::link::{self, LinkError};
use crate::text::is_address;

const LETTER: char = 'b';

/// What a bootstrap node offers, as bits.
pub mod services {
    /// Circuit relay.
    pub const RELAY: u64 = 1;
    /// Rendezvous points.
    pub const RENDEZVOUS: u64 = 1 << 1;
    /// Invite slots.
    pub const SLOTS: u64 = 1 << 2;
    /// Telling others how they are reachable.
    pub const AUTONAT: u64 = 1 << 3;
    /// Kademlia server.
    pub const KAD: u64 = 1 << 4;
    /// Peer exchange over gossip.
    pub const GOSSIP: u64 = 1 << 5;
}

/// A bootstrap node. Not signed: the connection proves the key, and a wrong address leads nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BootstrapLink {
    /// The key the node proves on connection.
    pub transport: TransportId,
    /// Where it can be reached.
    pub addresses: Vec<String>,
    /// What it offers, as [`services`] bits; unknown bits are ignored.
    pub services: u64,
}

impl BootstrapLink {
    /// A link. Of the addresses the first eight well-formed ones of at most 200 bytes are kept.
    #[must_use]
    pub fn new(transport: TransportId, addresses: Vec<String>, services: u64) -> Self {
        Self { transport, addresses: fitting(addresses), services }
    }

    /// Reads a link; says whether it is something else, of a newer version, or damaged.
    pub fn parse(text: &str) -> Result<Self, LinkError> {
        let payload = link::parse(LETTER, text)?;
        let (transport, rest) = payload.split_first_chunk::<32>().ok_or(LinkError::Damaged)?;
        let (services, rest) = rest.split_first_chunk::<8>().ok_or(LinkError::Damaged)?;
        Ok(Self {
            transport: TransportId::from_bytes(*transport),
            addresses: link::take_strings(rest, BOOTSTRAP_ADDRESSES_MAX, fits)?,
            services: u64::from_be_bytes(*services),
        })
    }
}

fn fits(address: &str) -> bool {
    address.len() <= HINT_MAX_BYTES && is_address(address)
}

fn fitting(addresses: Vec<String>) -> Vec<String> {
    addresses.into_iter().filter(|address| fits(address)).take(BOOTSTRAP_ADDRESSES_MAX).collect()
}

impl FromStr for BootstrapLink {
    type Err = LinkError;

    fn from_str(text: &str) -> Result<Self, LinkError> {
        Self::parse(text)
    }
}

impl fmt::Display for BootstrapLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut payload = self.transport.to_bytes().to_vec();
        payload.extend(self.services.to_be_bytes());
        link::put_strings(&mut payload, &fitting(self.addresses.clone()));
        f.write_str(&link::format(LETTER, &payload))
    }
}
