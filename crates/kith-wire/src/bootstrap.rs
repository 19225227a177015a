//! Links to bootstrap nodes: the key to expect, where to find it, what it offers.

use std::fmt;
use std::str::FromStr;

use prost::encoding::{decode_varint, encode_varint};

use crate::address;
use crate::ids::TransportId;
use crate::limits::BOOTSTRAP_ADDRESSES_MAX;
use crate::link::{self, LinkError};

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
    /// Mail for people who are away.
    pub const MAILBOX: u64 = 1 << 6;
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
    /// A link. Of the addresses the first eight multiaddrs of at most 255 bytes are kept.
    #[must_use]
    pub fn new(transport: TransportId, addresses: Vec<String>, services: u64) -> Self {
        let multiaddrs = addresses.iter().filter_map(|text| address::normal(text));
        Self { transport, addresses: multiaddrs.take(BOOTSTRAP_ADDRESSES_MAX).collect(), services }
    }

    /// Reads a link; says whether it is something else, of a newer version, or damaged.
    pub fn parse(text: &str) -> Result<Self, LinkError> {
        Self::from_payload(&link::parse(LETTER, text)?)
    }

    /// `transport 32 ‖ services, as a varint ‖ (length 1 ‖ binary multiaddr)*`
    pub(crate) fn payload(&self) -> Vec<u8> {
        let mut payload = self.transport.to_bytes().to_vec();
        encode_varint(self.services, &mut payload);
        for address in self.addresses.iter().filter_map(|text| address::to_bytes(text)).take(BOOTSTRAP_ADDRESSES_MAX) {
            link::put_part(&mut payload, &address);
        }
        payload
    }

    pub(crate) fn from_payload(payload: &[u8]) -> Result<Self, LinkError> {
        let (transport, mut rest) = payload.split_first_chunk::<32>().ok_or(LinkError::Damaged)?;
        let services = decode_varint(&mut rest).map_err(|_malformed| LinkError::Damaged)?;
        let parts = link::take_parts(rest, BOOTSTRAP_ADDRESSES_MAX)?;
        let addresses = parts.into_iter().map(address::from_bytes).collect::<Result<_, _>>()?;
        let link = Self { transport: TransportId::from_bytes(*transport), addresses, services };
        // Numbers can be written with needless bytes: one link for what it says.
        if link.payload() == payload { Ok(link) } else { Err(LinkError::Damaged) }
    }
}

impl FromStr for BootstrapLink {
    type Err = LinkError;

    fn from_str(text: &str) -> Result<Self, LinkError> {
        Self::parse(text)
    }
}

impl fmt::Display for BootstrapLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&link::format(LETTER, &self.payload()))
    }
}
