//! `/kith/services/1`: what a bootstrap node offers, joining a private one, and credentials for its TURN server.

mod descriptor;

use std::fmt;

use prost::Message;

use crate::codec::{Shape, array};
use crate::error::WireError;
use crate::limits::{ADDRESSES_MAX, DESCRIPTOR_MAX, SERVICES_MESSAGE_MAX, TURN_SECRET_MAX_BYTES};
use crate::text::{check_addresses, check_bytes};

pub use descriptor::{DescriptorError, IrohRelay, ServiceDescriptor, UnverifiedDescriptor};

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
/// Telling others the address they are seen at, over UDP (STUN, RFC 8489).
pub const STUN: u64 = 1 << 7;
/// Relaying media over UDP (TURN, RFC 8656).
pub const TURN: u64 = 1 << 8;
/// A relay for iroh.
pub const IROH_RELAY: u64 = 1 << 9;
/// Only for members of a community: its token is in the link.
pub const PRIVATE: u64 = 1 << 10;

/// The names of what is offered, as the API and status pages write them; unknown bits have none.
#[must_use]
pub fn names(offered: u64) -> Vec<&'static str> {
    let all = [
        (RELAY, "relay"),
        (RENDEZVOUS, "rendezvous"),
        (SLOTS, "slots"),
        (AUTONAT, "autonat"),
        (KAD, "kad"),
        (GOSSIP, "gossip"),
        (MAILBOX, "mailbox"),
        (STUN, "stun"),
        (TURN, "turn"),
        (IROH_RELAY, "iroh_relay"),
        (PRIVATE, "private"),
    ];
    all.into_iter().filter(|(bit, _)| offered & bit != 0).map(|(_, name)| name).collect()
}

const REQUEST: Shape = Shape { what: "services request", version: 1, max: 64, repeated: &[] };
const RESPONSE: Shape =
    Shape { what: "services response", version: 1, max: SERVICES_MESSAGE_MAX, repeated: &[(5, ADDRESSES_MAX)] };

/// What lets somebody use the node of a private community. A secret.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CommunityToken([u8; Self::LEN]);

impl CommunityToken {
    /// Bytes of a token.
    pub const LEN: usize = 16;

    /// Takes the bytes as they are.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; Self::LEN]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; Self::LEN] {
        &self.0
    }
}

impl fmt::Debug for CommunityToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CommunityToken(redacted)")
    }
}

/// What a bootstrap node is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServicesRequest {
    /// Its [`ServiceDescriptor`].
    Describe,
    /// To be let in.
    Join {
        /// What its operator gave to the members.
        token: CommunityToken,
    },
    /// Credentials for its TURN server.
    Turn,
}

/// Why a node refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ServicesDenial {
    /// Too many requests from this peer or its address.
    Limited,
    /// The node does not offer this.
    NotServed,
    /// Only members are served, and this peer has not shown the right token.
    NotMember,
    /// A reason this build does not know.
    Other(u32),
}

/// What lets one device relay media for some minutes.
#[derive(Clone, PartialEq, Eq)]
pub struct TurnCredentials {
    /// The user name; random, and new each time: it travels in the clear.
    pub username: String,
    /// The password.
    pub password: String,
    /// Seconds in which an allocation can be made with them. One that exists may be refreshed after that.
    pub lifetime_s: u32,
    /// Where the server is: `/ip4/…/udp/PORT`.
    pub addresses: Vec<String>,
}

impl fmt::Debug for TurnCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TurnCredentials").field("lifetime_s", &self.lifetime_s).finish_non_exhaustive()
    }
}

/// What a bootstrap node answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ServicesResponse {
    /// The signed descriptor; [`UnverifiedDescriptor::decode`] reads it.
    Described {
        /// The bytes, which can be kept and passed on.
        descriptor: Vec<u8>,
    },
    /// The peer is let in for as long as it is connected.
    Joined,
    /// Credentials for the TURN server.
    Turn(TurnCredentials),
    /// The node refuses.
    Denied {
        /// Why.
        reason: ServicesDenial,
    },
}

#[derive(Clone, PartialEq, Message)]
struct RequestProto {
    #[prost(uint32, tag = "1")]
    operation: u32,
    #[prost(bytes = "vec", tag = "2")]
    token: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
struct ResponseProto {
    #[prost(uint32, tag = "1")]
    outcome: u32,
    #[prost(bytes = "vec", tag = "2")]
    descriptor: Vec<u8>,
    #[prost(string, tag = "3")]
    username: String,
    #[prost(string, tag = "4")]
    password: String,
    #[prost(string, repeated, tag = "5")]
    addresses: Vec<String>,
    #[prost(uint32, tag = "6")]
    lifetime_s: u32,
    #[prost(uint32, tag = "7")]
    reason: u32,
}

impl ServicesRequest {
    /// The payload of the frame.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut proto = RequestProto::default();
        match self {
            Self::Describe => proto.operation = 1,
            Self::Join { token } => {
                proto.operation = 2;
                proto.token = token.0.to_vec();
            }
            Self::Turn => proto.operation = 3,
        }
        REQUEST.encode(&proto)
    }

    /// Decodes a frame payload; fails if it is malformed, too large, or of an unknown operation.
    pub fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        let proto: RequestProto = REQUEST.decode(bytes)?;
        match proto.operation {
            1 => Ok(Self::Describe),
            2 => Ok(Self::Join { token: CommunityToken(array("community token", &proto.token)?) }),
            3 => Ok(Self::Turn),
            found => Err(WireError::UnknownKind { what: "services operation", found }),
        }
    }
}

impl ServicesResponse {
    /// The payload of the frame.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut proto = ResponseProto::default();
        match self {
            Self::Described { descriptor } => {
                proto.outcome = 1;
                proto.descriptor.clone_from(descriptor);
            }
            Self::Joined => proto.outcome = 2,
            Self::Turn(credentials) => {
                proto.outcome = 3;
                proto.username.clone_from(&credentials.username);
                proto.password.clone_from(&credentials.password);
                proto.lifetime_s = credentials.lifetime_s;
                proto.addresses.clone_from(&credentials.addresses);
            }
            Self::Denied { reason } => {
                proto.outcome = 4;
                proto.reason = reason.code();
            }
        }
        RESPONSE.encode(&proto)
    }

    /// Decodes a frame payload; fails if it is malformed, too large, or of an unknown outcome.
    pub fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        let proto: ResponseProto = RESPONSE.decode(bytes)?;
        match proto.outcome {
            1 => {
                check_bytes("service descriptor", &proto.descriptor, DESCRIPTOR_MAX)?;
                Ok(Self::Described { descriptor: proto.descriptor })
            }
            2 => Ok(Self::Joined),
            3 => {
                for (what, text) in [("TURN user name", &proto.username), ("TURN password", &proto.password)] {
                    check_bytes(what, text.as_bytes(), TURN_SECRET_MAX_BYTES)?;
                    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_graphic()) {
                        return Err(WireError::BadText { what });
                    }
                }
                check_addresses("TURN address", &proto.addresses, ADDRESSES_MAX)?;
                Ok(Self::Turn(TurnCredentials {
                    username: proto.username,
                    password: proto.password,
                    lifetime_s: proto.lifetime_s,
                    addresses: proto.addresses,
                }))
            }
            4 => Ok(Self::Denied { reason: ServicesDenial::from_code(proto.reason) }),
            found => Err(WireError::UnknownKind { what: "services outcome", found }),
        }
    }
}

impl ServicesDenial {
    fn code(self) -> u32 {
        match self {
            Self::Limited => 1,
            Self::NotServed => 2,
            Self::NotMember => 3,
            Self::Other(code) => code,
        }
    }

    fn from_code(code: u32) -> Self {
        match code {
            1 => Self::Limited,
            2 => Self::NotServed,
            3 => Self::NotMember,
            other => Self::Other(other),
        }
    }
}
