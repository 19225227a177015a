//! The protobuf form of an identity log.

use crate::codec::Shape;
use crate::limits::{DEVICES_MAX, LOG_ENTRIES_MAX, LOG_MAX, REVOCATIONS_MAX};

pub(super) const LOG: Shape =
    Shape { what: "identity log", version: 1, max: LOG_MAX, repeated: &[(1, LOG_ENTRIES_MAX)] };
pub(super) const ENTRY: Shape =
    Shape { what: "identity log entry", version: 1, max: LOG_MAX, repeated: &[(4, DEVICES_MAX), (5, REVOCATIONS_MAX)] };

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct LogProto {
    #[prost(message, repeated, tag = "1")]
    pub(super) entries: Vec<EntryProto>,
    /// One after the other, as with `proofs`.
    #[prost(bytes = "vec", tag = "2")]
    pub(super) renewals: Vec<u8>,
}

#[derive(Clone, PartialEq, Eq, prost::Message)]
pub(super) struct EntryProto {
    #[prost(bytes = "vec", tag = "1")]
    pub(super) body: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    pub(super) signature: Vec<u8>,
    /// One after the other, of the devices that the entry before did not list like this. One field rather than many: an
    /// empty repeated field costs memory that no byte was sent for.
    #[prost(bytes = "vec", tag = "3")]
    pub(super) proofs: Vec<u8>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct BodyProto {
    #[prost(bytes = "vec", tag = "1")]
    pub(super) account: Vec<u8>,
    #[prost(uint64, tag = "2")]
    pub(super) seq: u64,
    #[prost(bytes = "vec", tag = "3")]
    pub(super) previous: Vec<u8>,
    #[prost(message, repeated, tag = "4")]
    pub(super) devices: Vec<DeviceProto>,
    #[prost(message, repeated, tag = "5")]
    pub(super) revoked: Vec<RevocationProto>,
    #[prost(uint64, tag = "6")]
    pub(super) created_at_ms: u64,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct DeviceProto {
    #[prost(bytes = "vec", tag = "1")]
    pub(super) device: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    pub(super) olm: Vec<u8>,
    #[prost(bytes = "vec", tag = "3")]
    pub(super) transport: Vec<u8>,
    #[prost(bytes = "vec", tag = "4")]
    pub(super) kem_hash: Vec<u8>,
    #[prost(uint64, tag = "5")]
    pub(super) added_at_ms: u64,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct RevocationProto {
    #[prost(bytes = "vec", tag = "1")]
    pub(super) device: Vec<u8>,
    #[prost(uint64, tag = "2")]
    pub(super) at_ms: u64,
}
