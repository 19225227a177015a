//! `/kith/hello/1`: the first thing two contacts' nodes say on a new connection.

use prost::Message;

use crate::codec::Shape;
use crate::error::WireError;
use crate::limits::{CARD_MAX, HELLO_MAX};
use crate::text::check_bytes;

const HELLO: Shape = Shape { what: "hello", version: 1, max: HELLO_MAX, repeated: &[] };

/// What a node can do, and its newest transport card. The card must be verified and must be of the connection's peer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hello {
    /// Feature bits; unknown ones are ignored.
    pub features: u64,
    /// A signed [`crate::TransportCard`], or empty.
    pub card: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
struct HelloProto {
    #[prost(uint64, tag = "1")]
    features: u64,
    #[prost(bytes = "vec", tag = "2")]
    card: Vec<u8>,
}

impl Hello {
    /// The payload of the frame.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        HELLO.encode(&HelloProto { features: self.features, card: self.card.clone() })
    }

    /// Decodes a frame payload.
    pub fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        let HelloProto { features, card } = HELLO.decode(bytes)?;
        check_bytes("transport card", &card, CARD_MAX)?;
        Ok(Self { features, card })
    }
}
