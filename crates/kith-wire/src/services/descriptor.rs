//! What a bootstrap node offers and where, signed by its transport key, so that it can be kept and passed on.

use kith_crypto::{SignContext, Signature, SigningKey};
use prost::Message;

use crate::codec::{Shape, array};
use crate::error::WireError;
use crate::ids::TransportId;
use crate::limits::{
    ADDRESSES_MAX, CLOCK_SKEW_MAX_MS, DESCRIPTOR_ADDRESSES_MAX_BYTES, DESCRIPTOR_AGE_MAX_MS, DESCRIPTOR_MAX,
    NEIGHBOURS_MAX_BYTES, NOTICE_MAX_CHARS, RELAY_URL_MAX_BYTES,
};
use crate::text::{check_addresses, check_bytes, check_chars, clean_line, fit_addresses};

const WHAT: &str = "service descriptor";
const SIGNED: Shape = Shape { what: WHAT, version: 1, max: DESCRIPTOR_MAX, repeated: &[] };
const BODY: Shape = Shape {
    what: WHAT,
    version: 1,
    max: DESCRIPTOR_MAX,
    repeated: &[(4, ADDRESSES_MAX), (5, ADDRESSES_MAX), (6, ADDRESSES_MAX), (9, ADDRESSES_MAX)],
};

/// Why a descriptor is not to be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DescriptorError {
    /// It cannot be decoded.
    #[error(transparent)]
    Malformed(#[from] WireError),
    /// The signature is not of the node it is about.
    #[error("the descriptor is not signed by its node")]
    Forged,
    /// It is about another node than expected.
    #[error("the descriptor is of another node")]
    OfAnother,
    /// Older than a descriptor may be.
    #[error("the descriptor is too old")]
    Stale,
    /// Made in the future; one of the two clocks is wrong.
    #[error("the descriptor was made in the future")]
    NotYetValid,
}

/// A relay for iroh: `https`, with a certificate nobody but its own node vouches for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IrohRelay {
    /// Its address: `https://HOST:PORT`.
    pub url: String,
    /// SHA-256 of the certificate's SubjectPublicKeyInfo (as in RFC 7469).
    pub pin: [u8; 32],
    /// UDP port at which it tells addresses over QUIC (QAD); 0 if it does not.
    pub quic_port: u16,
}

/// What a bootstrap node says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceDescriptor {
    /// The node.
    pub transport: TransportId,
    /// When it was made, Unix milliseconds by the node's clock.
    pub issued_at_ms: u64,
    /// What it offers, as bits (see [`crate::services`]); unknown bits are ignored.
    pub services: u64,
    /// Where it can be reached over libp2p.
    pub addresses: Vec<String>,
    /// Where it answers STUN: `/ip4/…/udp/PORT`.
    pub stun: Vec<String>,
    /// Where its TURN server is: `/ip4/…/udp/PORT`.
    pub turn: Vec<String>,
    /// Its relay for iroh.
    pub iroh_relay: Option<IrohRelay>,
    /// What its operator has to say to those who use it; one line, may be empty.
    pub notice: String,
    /// Addresses of other bootstrap nodes this one is connected to, which end in `/p2p/PEER`: for when it is gone.
    pub neighbours: Vec<String>,
}

#[derive(Clone, PartialEq, Message)]
struct SignedProto {
    #[prost(bytes = "vec", tag = "1")]
    body: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    signature: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
struct RelayProto {
    #[prost(string, tag = "1")]
    url: String,
    #[prost(bytes = "vec", tag = "2")]
    pin: Vec<u8>,
    #[prost(uint32, tag = "3")]
    quic_port: u32,
}

#[derive(Clone, PartialEq, Message)]
struct BodyProto {
    #[prost(bytes = "vec", tag = "1")]
    transport: Vec<u8>,
    #[prost(uint64, tag = "2")]
    issued_at_ms: u64,
    #[prost(uint64, tag = "3")]
    services: u64,
    #[prost(string, repeated, tag = "4")]
    addresses: Vec<String>,
    #[prost(string, repeated, tag = "5")]
    stun: Vec<String>,
    #[prost(string, repeated, tag = "6")]
    turn: Vec<String>,
    #[prost(message, optional, tag = "7")]
    iroh_relay: Option<RelayProto>,
    #[prost(string, tag = "8")]
    notice: String,
    #[prost(string, repeated, tag = "9")]
    neighbours: Vec<String>,
}

impl ServiceDescriptor {
    /// Decodes and checks what a node said of itself; see [`UnverifiedDescriptor::verify`].
    pub fn read(bytes: &[u8], node: TransportId, now_ms: u64) -> Result<Self, DescriptorError> {
        UnverifiedDescriptor::decode(bytes)?.verify(node, now_ms)
    }

    /// The signed descriptor as it travels. `key` must be the transport key it names, else nobody will accept it.
    /// Addresses that do not fit are left out; the notice is cut to one line of 200 characters.
    #[must_use]
    pub fn sign(&self, key: &SigningKey) -> Vec<u8> {
        let fit = |addresses: &[String]| fit_addresses(addresses.to_vec(), DESCRIPTOR_ADDRESSES_MAX_BYTES);
        let relay = |relay: &IrohRelay| RelayProto {
            url: relay.url.clone(),
            pin: relay.pin.to_vec(),
            quic_port: u32::from(relay.quic_port),
        };
        let body = BodyProto {
            transport: self.transport.to_bytes().to_vec(),
            issued_at_ms: self.issued_at_ms,
            services: self.services,
            addresses: fit(&self.addresses),
            stun: fit(&self.stun),
            turn: fit(&self.turn),
            iroh_relay: self.iroh_relay.as_ref().map(relay),
            notice: clean_line(&self.notice, NOTICE_MAX_CHARS),
            neighbours: fit_addresses(self.neighbours.clone(), NEIGHBOURS_MAX_BYTES),
        }
        .encode_to_vec();
        let signature = key.sign(SignContext::SERVICE_DESCRIPTOR, &body).to_bytes().to_vec();
        SIGNED.encode(&SignedProto { body, signature })
    }
}

/// A descriptor as it arrived.
pub struct UnverifiedDescriptor {
    descriptor: ServiceDescriptor,
    body: Vec<u8>,
    signature: Vec<u8>,
}

impl UnverifiedDescriptor {
    /// Decodes a descriptor of at most [`DESCRIPTOR_MAX`] bytes.
    pub fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        let SignedProto { body, signature } = SIGNED.decode(bytes)?;
        let proto: BodyProto = BODY.decode_plain(&body)?;
        for (what, addresses) in [
            ("node address", &proto.addresses),
            ("STUN address", &proto.stun),
            ("TURN address", &proto.turn),
            ("neighbour address", &proto.neighbours),
        ] {
            check_addresses(what, addresses, ADDRESSES_MAX)?;
        }
        check_chars("notice", &proto.notice, NOTICE_MAX_CHARS)?;
        let descriptor = ServiceDescriptor {
            transport: TransportId::from_slice(&proto.transport)?,
            issued_at_ms: proto.issued_at_ms,
            services: proto.services,
            addresses: proto.addresses,
            stun: proto.stun,
            turn: proto.turn,
            iroh_relay: proto.iroh_relay.map(relay).transpose()?,
            notice: clean_line(&proto.notice, NOTICE_MAX_CHARS),
            neighbours: proto.neighbours,
        };
        Ok(Self { descriptor, body, signature })
    }

    /// Checks that it is about `node` and signed by it, at most a day old and not from the future.
    pub fn verify(self, node: TransportId, now_ms: u64) -> Result<ServiceDescriptor, DescriptorError> {
        if self.descriptor.transport != node {
            return Err(DescriptorError::OfAnother);
        }
        let signature = <[u8; 64]>::try_from(self.signature.as_slice()).map_err(|_length| DescriptorError::Forged)?;
        let signature = Signature::from_bytes(signature);
        if node.public_key().verify(SignContext::SERVICE_DESCRIPTOR, &self.body, &signature).is_err() {
            return Err(DescriptorError::Forged);
        }
        let issued_at_ms = self.descriptor.issued_at_ms;
        if now_ms.saturating_sub(issued_at_ms) > DESCRIPTOR_AGE_MAX_MS {
            return Err(DescriptorError::Stale);
        }
        if issued_at_ms > now_ms.saturating_add(CLOCK_SKEW_MAX_MS) {
            return Err(DescriptorError::NotYetValid);
        }
        Ok(self.descriptor)
    }
}

fn relay(proto: RelayProto) -> Result<IrohRelay, WireError> {
    const URL: &str = "relay address";
    check_bytes(URL, proto.url.as_bytes(), RELAY_URL_MAX_BYTES)?;
    if !proto.url.starts_with("https://") || !proto.url.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(WireError::BadText { what: URL });
    }
    let quic_port = u16::try_from(proto.quic_port).map_err(|_large| WireError::Malformed { what: "relay port" })?;
    Ok(IrohRelay { url: proto.url, pin: array("relay pin", &proto.pin)?, quic_port })
}
