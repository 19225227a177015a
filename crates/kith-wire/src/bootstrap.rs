//! Links to bootstrap nodes: the key to expect, where to find it, what it offers.

use std::fmt;
use std::str::FromStr;

use prost::encoding::{decode_varint, encode_varint};

use crate::address;
use crate::ids::TransportId;
use crate::limits::BOOTSTRAP_ADDRESSES_MAX;
use crate::link::{self, LinkError};
use crate::services::{CommunityToken, PRIVATE};

const LETTER: char = 'b';

/// A bootstrap node. Not signed: the connection proves the key, and a wrong address leads nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BootstrapLink {
    /// The key the node proves on connection.
    pub transport: TransportId,
    /// Where it can be reached.
    pub addresses: Vec<String>,
    /// What it offers, as bits (see [`crate::services`]); unknown bits are ignored.
    pub services: u64,
    /// What lets its members in, if it is the node of a private community ([`PRIVATE`] is set then and only then).
    pub token: Option<CommunityToken>,
}

impl BootstrapLink {
    /// A link. Of the addresses the first eight multiaddrs of at most 255 bytes are kept.
    #[must_use]
    pub fn new(transport: TransportId, addresses: Vec<String>, services: u64) -> Self {
        let multiaddrs = addresses.iter().filter_map(|text| address::normal(text));
        let addresses = multiaddrs.take(BOOTSTRAP_ADDRESSES_MAX).collect();
        Self { transport, addresses, services: services & !PRIVATE, token: None }
    }

    /// The link for members of a private community.
    #[must_use]
    pub fn with_token(self, token: CommunityToken) -> Self {
        Self { services: self.services | PRIVATE, token: Some(token), ..self }
    }

    /// Reads a link; says whether it is something else, of a newer version, or damaged.
    pub fn parse(text: &str) -> Result<Self, LinkError> {
        Self::from_payload(&link::parse(LETTER, text)?)
    }

    /// `transport 32 ‖ services, as a varint ‖ token 16, if it is private ‖ (length 1 ‖ binary multiaddr)*`
    pub(crate) fn payload(&self) -> Vec<u8> {
        let mut payload = self.transport.to_bytes().to_vec();
        encode_varint(self.services, &mut payload);
        if let Some(token) = &self.token {
            payload.extend(token.as_bytes());
        }
        for address in self.addresses.iter().filter_map(|text| address::to_bytes(text)).take(BOOTSTRAP_ADDRESSES_MAX) {
            link::put_part(&mut payload, &address);
        }
        payload
    }

    pub(crate) fn from_payload(payload: &[u8]) -> Result<Self, LinkError> {
        let (transport, mut rest) = payload.split_first_chunk::<32>().ok_or(LinkError::Damaged)?;
        let services = decode_varint(&mut rest).map_err(|_malformed| LinkError::Damaged)?;
        let token = if services & PRIVATE == 0 {
            None
        } else {
            let (token, after) = rest.split_first_chunk().ok_or(LinkError::Damaged)?;
            rest = after;
            Some(CommunityToken::from_bytes(*token))
        };
        let parts = link::take_parts(rest, BOOTSTRAP_ADDRESSES_MAX)?;
        let addresses = parts.into_iter().map(address::from_bytes).collect::<Result<_, _>>()?;
        let link = Self { transport: TransportId::from_bytes(*transport), addresses, services, token };
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
