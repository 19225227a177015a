//! `/kith/slot/1`: putting, getting and deleting one sealed invite bundle at a node that can read none of it.

use prost::Message;

use crate::codec::{Shape, array};
use crate::error::WireError;
use crate::ids::SlotId;
use crate::limits::{SLOT_BLOB_MAX, SLOT_MESSAGE_MAX};
use crate::text::check_bytes;

const REQUEST: Shape = Shape { what: "slot request", version: 1, max: SLOT_MESSAGE_MAX, repeated: &[] };
const RESPONSE: Shape = Shape { what: "slot response", version: 1, max: SLOT_MESSAGE_MAX, repeated: &[] };

/// The hash a slot stores of its owner's token.
#[must_use]
pub fn owner_hash(token: &[u8; 32]) -> [u8; 32] {
    *blake3::hash(token).as_bytes()
}

/// What a node is asked to do with a slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SlotRequest {
    /// Keep these bytes.
    Put {
        /// Where.
        slot: SlotId,
        /// [`owner_hash`] of the token that will delete or replace them.
        owner_hash: [u8; 32],
        /// Until when, Unix milliseconds.
        expires_at_ms: u64,
        /// The sealed bundle.
        blob: Vec<u8>,
    },
    /// Give the bytes.
    Get {
        /// From where.
        slot: SlotId,
    },
    /// Forget the bytes.
    Delete {
        /// Where.
        slot: SlotId,
        /// Proof of being the owner.
        token: [u8; 32],
    },
}

/// Why a node refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SlotDenial {
    /// Too many requests or slots from this peer.
    Limited,
    /// The node has no room.
    Full,
    /// The slot belongs to somebody else, or the token is not its owner's.
    NotOwner,
    /// The expiry is in the past or too far away.
    BadExpiry,
    /// The node does not keep slots.
    NotServed,
    /// A reason this build does not know.
    Other(u32),
}

/// What a node answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SlotResponse {
    /// The bytes are kept, or the slot is deleted.
    Stored,
    /// Here they are.
    Found {
        /// The sealed bundle.
        blob: Vec<u8>,
    },
    /// Nothing was ever here, as far as the node knows.
    Missing,
    /// Something was here.
    Gone {
        /// Whether its owner deleted it (a single-use invite that was used, or a withdrawn one); otherwise it expired.
        used: bool,
    },
    /// The node refuses.
    Denied {
        /// Why.
        reason: SlotDenial,
    },
}

#[derive(Clone, PartialEq, Message)]
struct RequestProto {
    #[prost(uint32, tag = "1")]
    operation: u32,
    #[prost(bytes = "vec", tag = "2")]
    slot: Vec<u8>,
    #[prost(bytes = "vec", tag = "3")]
    owner_hash: Vec<u8>,
    #[prost(uint64, tag = "4")]
    expires_at_ms: u64,
    #[prost(bytes = "vec", tag = "5")]
    blob: Vec<u8>,
    #[prost(bytes = "vec", tag = "6")]
    token: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
struct ResponseProto {
    #[prost(uint32, tag = "1")]
    outcome: u32,
    #[prost(bytes = "vec", tag = "2")]
    blob: Vec<u8>,
    #[prost(bool, tag = "3")]
    used: bool,
    #[prost(uint32, tag = "4")]
    reason: u32,
}

impl SlotRequest {
    /// The slot in question.
    #[must_use]
    pub fn slot(&self) -> &SlotId {
        match self {
            Self::Put { slot, .. } | Self::Get { slot } | Self::Delete { slot, .. } => slot,
        }
    }

    /// The payload of the frame.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut proto = RequestProto { slot: self.slot().to_bytes().to_vec(), ..RequestProto::default() };
        match self {
            Self::Put { owner_hash, expires_at_ms, blob, .. } => {
                proto.operation = 1;
                proto.owner_hash = owner_hash.to_vec();
                proto.expires_at_ms = *expires_at_ms;
                proto.blob.clone_from(blob);
            }
            Self::Get { .. } => proto.operation = 2,
            Self::Delete { token, .. } => {
                proto.operation = 3;
                proto.token = token.to_vec();
            }
        }
        REQUEST.encode(&proto)
    }

    /// Decodes a frame payload; fails if it is malformed, too large, or of an unknown operation.
    pub fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        let proto: RequestProto = REQUEST.decode(bytes)?;
        let slot = SlotId::from_slice(&proto.slot)?;
        match proto.operation {
            1 => {
                check_bytes("slot blob", &proto.blob, SLOT_BLOB_MAX)?;
                let owner_hash = array("owner hash", &proto.owner_hash)?;
                Ok(Self::Put { slot, owner_hash, expires_at_ms: proto.expires_at_ms, blob: proto.blob })
            }
            2 => Ok(Self::Get { slot }),
            3 => Ok(Self::Delete { slot, token: array("owner token", &proto.token)? }),
            found => Err(WireError::UnknownKind { what: "slot operation", found }),
        }
    }
}

impl SlotResponse {
    /// The payload of the frame.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut proto = ResponseProto::default();
        match self {
            Self::Stored => proto.outcome = 1,
            Self::Found { blob } => {
                proto.outcome = 2;
                proto.blob.clone_from(blob);
            }
            Self::Missing => proto.outcome = 3,
            Self::Gone { used } => {
                proto.outcome = 4;
                proto.used = *used;
            }
            Self::Denied { reason } => {
                proto.outcome = 5;
                proto.reason = reason.code();
            }
        }
        RESPONSE.encode(&proto)
    }

    /// Decodes a frame payload; fails if it is malformed, too large, or of an unknown outcome.
    pub fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        let proto: ResponseProto = RESPONSE.decode(bytes)?;
        match proto.outcome {
            1 => Ok(Self::Stored),
            2 => {
                check_bytes("slot blob", &proto.blob, SLOT_BLOB_MAX)?;
                Ok(Self::Found { blob: proto.blob })
            }
            3 => Ok(Self::Missing),
            4 => Ok(Self::Gone { used: proto.used }),
            5 => Ok(Self::Denied { reason: SlotDenial::from_code(proto.reason) }),
            found => Err(WireError::UnknownKind { what: "slot outcome", found }),
        }
    }
}

impl SlotDenial {
    fn code(self) -> u32 {
        match self {
            Self::Limited => 1,
            Self::Full => 2,
            Self::NotOwner => 3,
            Self::BadExpiry => 4,
            Self::NotServed => 5,
            Self::Other(code) => code,
        }
    }

    fn from_code(code: u32) -> Self {
        match code {
            1 => Self::Limited,
            2 => Self::Full,
            3 => Self::NotOwner,
            4 => Self::BadExpiry,
            5 => Self::NotServed,
            other => Self::Other(other),
        }
    }
}
