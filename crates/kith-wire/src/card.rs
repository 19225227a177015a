//! Transport cards: where an endpoint can be reached, signed by its transport key. Says nothing about accounts.

use kith_crypto::{SignContext, Signature, SigningKey};
use prost::Message;

use crate::codec::Shape;
use crate::error::WireError;
use crate::ids::TransportId;
use crate::limits::{ADDRESSES_MAX, CARD_ADDRESSES_MAX_BYTES, CARD_AGE_MAX_MS, CARD_MAX, CLOCK_SKEW_MAX_MS};
use crate::text::{check_addresses, fit_addresses};

const SIGNED: Shape = Shape { what: "transport card", version: 1, max: CARD_MAX, repeated: &[] };
const BODY: Shape = Shape { what: "transport card", version: 1, max: CARD_MAX, repeated: &[(2, ADDRESSES_MAX)] };

/// Why a card is not to be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CardError {
    /// The signature is not of the transport key the card names.
    #[error("the card is not signed by its endpoint")]
    Forged,
    /// Older than a card may be.
    #[error("the card is too old")]
    Stale {
        /// When it was made, Unix milliseconds.
        issued_at_ms: u64,
    },
    /// Made in the future; one of the two clocks is wrong.
    #[error("the card was made in the future")]
    NotYetValid {
        /// When it says it was made, Unix milliseconds.
        issued_at_ms: u64,
    },
}

/// A card that was made here or verified.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TransportCard {
    /// Whose card it is.
    pub transport: TransportId,
    /// Where it can be reached.
    pub addresses: Vec<String>,
    /// When it was made, Unix milliseconds by its author's clock.
    pub issued_at_ms: u64,
    /// Feature bits.
    pub features: u64,
}

#[derive(Clone, PartialEq, Message)]
struct SignedProto {
    #[prost(bytes = "vec", tag = "1")]
    body: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    signature: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
struct BodyProto {
    #[prost(bytes = "vec", tag = "1")]
    transport: Vec<u8>,
    #[prost(string, repeated, tag = "2")]
    addresses: Vec<String>,
    #[prost(uint64, tag = "3")]
    issued_at_ms: u64,
    #[prost(uint64, tag = "4")]
    features: u64,
}

impl TransportCard {
    /// A card of the own endpoint. Addresses that are not well-formed or do not fit into a card are left out.
    #[must_use]
    pub fn create(transport: TransportId, addresses: Vec<String>, issued_at_ms: u64, features: u64) -> Self {
        Self { transport, addresses: fit_addresses(addresses, CARD_ADDRESSES_MAX_BYTES), issued_at_ms, features }
    }

    /// The card with the first of its addresses, as many as fit into `max_bytes`.
    #[must_use]
    pub(crate) fn fitted(&self, max_bytes: usize) -> Self {
        Self { addresses: fit_addresses(self.addresses.clone(), max_bytes), ..self.clone() }
    }

    /// The signed card as it travels. `key` must be the transport key the card names, else nobody will accept it.
    #[must_use]
    pub fn sign(&self, key: &SigningKey) -> Vec<u8> {
        let body = BodyProto {
            transport: self.transport.to_bytes().to_vec(),
            addresses: self.addresses.clone(),
            issued_at_ms: self.issued_at_ms,
            features: self.features,
        }
        .encode_to_vec();
        let signature = key.sign(SignContext::TRANSPORT_CARD, &body).to_bytes().to_vec();
        SIGNED.encode(&SignedProto { body, signature })
    }
}

/// A card as it arrived.
pub struct UnverifiedCard {
    card: TransportCard,
    body: Vec<u8>,
    signature: Vec<u8>,
}

impl UnverifiedCard {
    /// Decodes a card of at most [`CARD_MAX`] bytes.
    pub fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        let SignedProto { body, signature } = SIGNED.decode(bytes)?;
        let proto: BodyProto = BODY.decode_plain(&body)?;
        check_addresses("card address", &proto.addresses, ADDRESSES_MAX)?;
        let card = TransportCard {
            transport: TransportId::from_slice(&proto.transport)?,
            addresses: proto.addresses,
            issued_at_ms: proto.issued_at_ms,
            features: proto.features,
        };
        Ok(Self { card, body, signature })
    }

    /// Checks the signature of the endpoint, and that the card is at most 26 h old and not from the future.
    pub fn verify(self, now_ms: u64) -> Result<TransportCard, CardError> {
        let Ok(signature) = <[u8; 64]>::try_from(self.signature.as_slice()) else {
            return Err(CardError::Forged);
        };
        let signature = Signature::from_bytes(signature);
        let key = self.card.transport.public_key();
        if key.verify(SignContext::TRANSPORT_CARD, &self.body, &signature).is_err() {
            return Err(CardError::Forged);
        }
        let issued_at_ms = self.card.issued_at_ms;
        if now_ms.saturating_sub(issued_at_ms) > CARD_AGE_MAX_MS {
            return Err(CardError::Stale { issued_at_ms });
        }
        if issued_at_ms > now_ms.saturating_add(CLOCK_SKEW_MAX_MS) {
            return Err(CardError::NotYetValid { issued_at_ms });
        }
        Ok(self.card)
    }
}
