//! The protobuf form of message bodies.

use prost::Message;

use super::stickers::SmallPictureProto;
use crate::codec::Shape;
use crate::limits::{ADDRESSES_MAX, BODY_MAX, EMOJI_PICTURES_MAX, NACKS_MAX, PREKEYS_MAX, QUEUES_MAX, RECEIPTS_MAX};
use crate::mailbox::QueueProto;

pub(super) const TEXT: Shape = plain("text", &[(6, EMOJI_PICTURES_MAX)]);
pub(super) const RECEIPT: Shape = plain("receipt", &[(1, RECEIPTS_MAX)]);
pub(super) const NACK: Shape = plain("nack", &[(1, NACKS_MAX)]);
pub(super) const PREKEYS: Shape = plain("one-time keys", &[(1, PREKEYS_MAX)]);
pub(super) const PROFILE: Shape = plain("profile", &[]);
pub(super) const IDENTITY: Shape = plain("identity", &[]);
pub(super) const MAILBOXES: Shape = plain("mailboxes", &[(1, QUEUES_MAX)]);
pub(super) const MAILBOX_OFFER: Shape = plain("mailbox offer", &[]);
pub(super) const MAILBOX_WITHDRAWN: Shape = plain("withdrawn mailbox", &[]);
pub(super) const WHEREABOUTS: Shape = plain("whereabouts", &[(2, ADDRESSES_MAX)]);

pub(super) const EDIT: Shape = plain("edit", &[(3, EMOJI_PICTURES_MAX)]);
pub(super) const DELETE: Shape = plain("deletion", &[]);
pub(super) const EXPIRY: Shape = plain("expiry", &[]);
pub(super) const VOTE: Shape = plain("vote", &[]);
pub(super) const CLOSE_POLL: Shape = plain("end of a poll", &[]);
pub(super) const REACT: Shape = plain("reaction", &[]);
pub(super) const PRESENCE: Shape = plain("presence", &[]);
pub(super) const TYPING: Shape = plain("typing", &[]);

pub(super) const fn contact_shape(what: &'static str) -> Shape {
    plain(what, &[(5, PREKEYS_MAX), (6, ADDRESSES_MAX), (8, QUEUES_MAX)])
}

pub(super) const fn plain(what: &'static str, repeated: &'static [(u64, usize)]) -> Shape {
    Shape { what, version: 1, max: BODY_MAX, repeated }
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct TextProto {
    #[prost(string, tag = "1")]
    pub(super) text: String,
    #[prost(bytes = "vec", optional, tag = "2")]
    pub(super) reply_to: Option<Vec<u8>>,
    #[prost(bool, tag = "3")]
    pub(super) forwarded: bool,
    #[prost(uint32, tag = "4")]
    pub(super) expires_s: u32,
    /// A message of its own, so that one that is no good does not cost the text.
    #[prost(bytes = "vec", optional, tag = "5")]
    pub(super) preview: Option<Vec<u8>>,
    #[prost(message, repeated, tag = "6")]
    pub(super) pictures: Vec<SmallPictureProto>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct EditProto {
    #[prost(bytes = "vec", tag = "1")]
    pub(super) target: Vec<u8>,
    #[prost(string, tag = "2")]
    pub(super) text: String,
    #[prost(message, repeated, tag = "3")]
    pub(super) pictures: Vec<SmallPictureProto>,
}

/// Something about a message that says nothing else.
#[derive(Clone, PartialEq, Message)]
pub(super) struct ChangeProto {
    #[prost(bytes = "vec", tag = "1")]
    pub(super) target: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct ExpiryProto {
    #[prost(uint32, tag = "1")]
    pub(super) expires_s: u32,
    #[prost(uint32, tag = "2")]
    pub(super) number: u32,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct VoteProto {
    #[prost(bytes = "vec", tag = "1")]
    pub(super) target: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    pub(super) author: Vec<u8>,
    #[prost(uint32, tag = "3")]
    pub(super) choices: u32,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct ReactProto {
    #[prost(bytes = "vec", tag = "1")]
    pub(super) target: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    pub(super) author: Vec<u8>,
    #[prost(string, tag = "3")]
    pub(super) emoji: String,
    #[prost(bool, tag = "4")]
    pub(super) on: bool,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct PresenceProto {
    #[prost(uint32, tag = "1")]
    pub(super) availability: u32,
    #[prost(bool, tag = "2")]
    pub(super) asks: bool,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct TypingProto {
    #[prost(bool, tag = "1")]
    pub(super) on: bool,
}

/// A request and its answer; the answer leaves `text` and `bundle_hash` empty.
#[derive(Clone, PartialEq, Message)]
pub(super) struct ContactProto {
    #[prost(string, tag = "1")]
    pub(super) name: String,
    #[prost(string, tag = "2")]
    pub(super) text: String,
    #[prost(bytes = "vec", tag = "3")]
    pub(super) log: Vec<u8>,
    #[prost(bytes = "vec", tag = "4")]
    pub(super) kem: Vec<u8>,
    #[prost(bytes = "vec", repeated, tag = "5")]
    pub(super) prekeys: Vec<Vec<u8>>,
    #[prost(string, repeated, tag = "6")]
    pub(super) addresses: Vec<String>,
    #[prost(bytes = "vec", tag = "7")]
    pub(super) bundle_hash: Vec<u8>,
    #[prost(message, repeated, tag = "8")]
    pub(super) queues: Vec<QueueProto>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct MailboxesProto {
    #[prost(message, repeated, tag = "1")]
    pub(super) queues: Vec<QueueProto>,
}

/// Says nothing beside its kind.
#[derive(Clone, PartialEq, Message)]
pub(super) struct WithdrawnProto {}

#[derive(Clone, PartialEq, Message)]
pub(super) struct WhereaboutsProto {
    #[prost(bytes = "vec", tag = "1")]
    pub(super) find: Vec<u8>,
    #[prost(string, repeated, tag = "2")]
    pub(super) addresses: Vec<String>,
}

/// A list of ids or keys of one length.
#[derive(Clone, PartialEq, Message)]
pub(super) struct KeysProto {
    #[prost(bytes = "vec", repeated, tag = "1")]
    pub(super) keys: Vec<Vec<u8>>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct ProfileProto {
    #[prost(string, tag = "1")]
    pub(super) name: String,
    #[prost(string, tag = "2")]
    pub(super) status_text: String,
    #[prost(uint64, optional, tag = "3")]
    pub(super) status_until_ms: Option<u64>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct IdentityProto {
    #[prost(bytes = "vec", tag = "1")]
    pub(super) log: Vec<u8>,
}
