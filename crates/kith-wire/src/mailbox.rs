//! `/kith/mailbox/1`: queues of sealed envelopes at a node that can read none of them.
//!
//! A queue has two names, both public keys made for it alone: its owner reads and empties it with one, the one person
//! told of the other may put envelopes in. Neither tells anything about the other, about an account, or about a second
//! queue. Who asks proves to hold the key by a signature over the request, the mailbox and the connection's own
//! throw-away key: taken to another mailbox or another connection it is worth nothing.

mod check;
mod request;
mod work;

use std::fmt;

use kith_crypto::{PublicKey, SignContext, Signature, SigningKey};
use prost::Message;
use zeroize::Zeroizing;

use crate::bootstrap::BootstrapLink;
use crate::codec::{Shape, array, check_count};
use crate::error::WireError;
use crate::ids::{DepositId, ReceiveId, TransportId};
use crate::limits::{
    CHECK_BYTES_MAX, MAIL_MAX, MAIL_PAGE_BYTES, MAIL_PAGE_MAX, MAILBOX_ADDRESS_MAX_CHARS, MAILBOX_RESPONSE_MAX,
    QUEUES_MAX,
};
use crate::text::{check_bytes, check_chars};

pub use check::{Comparison, check_key, check_name};
pub use request::{Admission, MailboxOperation, MailboxRequest, UnverifiedMailboxRequest};
pub use work::{WORK_BITS_MAX, find_work, work_bits};

const RESPONSE: Shape =
    Shape { what: "mailbox response", version: 1, max: MAILBOX_RESPONSE_MAX, repeated: &[(5, MAIL_PAGE_MAX)] };

/// Where somebody away wants to find mail: a mailbox, and the key that may put envelopes into one queue there. Whoever
/// holds it can fill the queue, so it travels only sealed; `Debug` does not show the key.
#[derive(Clone, PartialEq, Eq)]
pub struct QueueAddress {
    /// The mailbox, a bootstrap link.
    pub mailbox: String,
    /// The seed of the key that signs deposits.
    pub seed: Zeroizing<[u8; 32]>,
    /// Its owner's name of the queue: lets the one who writes to it ask what is still there. Not told where many write.
    pub receive: Option<ReceiveId>,
}

impl QueueAddress {
    /// The key that signs deposits.
    #[must_use]
    pub fn key(&self) -> SigningKey {
        SigningKey::from_seed(&self.seed)
    }

    /// The mailbox's own key, and where it can be reached. Fails if the address is no bootstrap link.
    pub fn link(&self) -> Result<BootstrapLink, WireError> {
        BootstrapLink::parse(&self.mailbox).map_err(|_any| WireError::Malformed { what: "mailbox address" })
    }
}

impl fmt::Debug for QueueAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QueueAddress").field("mailbox", &self.mailbox).finish_non_exhaustive()
    }
}

/// A queue address inside another message.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct QueueProto {
    #[prost(string, tag = "1")]
    mailbox: String,
    #[prost(bytes = "vec", tag = "2")]
    seed: Vec<u8>,
    #[prost(bytes = "vec", tag = "3")]
    receive: Vec<u8>,
}

pub(crate) fn write_queues(queues: &[QueueAddress]) -> Vec<QueueProto> {
    let proto = |queue: &QueueAddress| QueueProto {
        mailbox: queue.mailbox.clone(),
        seed: queue.seed.to_vec(),
        receive: queue.receive.map_or_else(Vec::new, |receive| receive.to_bytes().to_vec()),
    };
    queues.iter().map(proto).collect()
}

pub(crate) fn read_queues(protos: Vec<QueueProto>) -> Result<Vec<QueueAddress>, WireError> {
    check_count("queues", protos.len(), QUEUES_MAX)?;
    protos
        .into_iter()
        .map(|proto| {
            let seed = Zeroizing::new(proto.seed);
            check_chars("mailbox address", &proto.mailbox, MAILBOX_ADDRESS_MAX_CHARS)?;
            let receive = if proto.receive.is_empty() { None } else { Some(ReceiveId::from_slice(&proto.receive)?) };
            let seed = Zeroizing::new(array("queue key", &seed)?);
            let queue = QueueAddress { mailbox: proto.mailbox, seed, receive };
            queue.link()?;
            Ok(queue)
        })
        .collect()
}

pub(crate) fn check_queues(queues: &[QueueAddress]) -> Result<(), WireError> {
    check_count("queues", queues.len(), QUEUES_MAX)?;
    queues.iter().try_for_each(|queue| {
        check_chars("mailbox address", &queue.mailbox, MAILBOX_ADDRESS_MAX_CHARS)?;
        queue.link().map(drop)
    })
}

/// A contact's own mailbox, and what opens queues there.
#[derive(Clone, PartialEq, Eq)]
pub struct MailboxOffer {
    /// The mailbox, a bootstrap link.
    pub mailbox: String,
    /// What opens queues there, for the recipient of the offer alone.
    pub token: Zeroizing<[u8; 32]>,
    /// How many bytes may lie there.
    pub bytes: u64,
}

impl fmt::Debug for MailboxOffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MailboxOffer").field("bytes", &self.bytes).finish_non_exhaustive()
    }
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct OfferProto {
    #[prost(string, tag = "1")]
    mailbox: String,
    #[prost(bytes = "vec", tag = "2")]
    token: Vec<u8>,
    #[prost(uint64, tag = "3")]
    bytes: u64,
}

impl MailboxOffer {
    /// The mailbox's own key, and where it can be reached. Fails if the address is no bootstrap link.
    pub fn link(&self) -> Result<BootstrapLink, WireError> {
        BootstrapLink::parse(&self.mailbox).map_err(|_any| WireError::Malformed { what: "mailbox address" })
    }

    pub(crate) fn proto(&self) -> OfferProto {
        OfferProto { mailbox: self.mailbox.clone(), token: self.token.to_vec(), bytes: self.bytes }
    }

    pub(crate) fn read(proto: OfferProto) -> Result<Self, WireError> {
        let token = Zeroizing::new(proto.token);
        let token = Zeroizing::new(array("mailbox token", &token)?);
        let offer = Self { mailbox: proto.mailbox, token, bytes: proto.bytes };
        offer.check()?;
        Ok(offer)
    }

    pub(crate) fn check(&self) -> Result<(), WireError> {
        check_chars("mailbox address", &self.mailbox, MAILBOX_ADDRESS_MAX_CHARS)?;
        self.link().map(drop)
    }
}

/// A mailbox's signed word that it keeps an envelope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receipt {
    /// When it took it, Unix milliseconds by its clock.
    pub stored_at_ms: u64,
    /// Until when it keeps it, Unix milliseconds.
    pub until_ms: u64,
    signature: Signature,
}

impl Receipt {
    /// Signs with the mailbox's transport key.
    #[must_use]
    pub fn sign(
        mailbox: &SigningKey,
        deposit: &DepositId,
        envelope_hash: &[u8; 32],
        stored_at_ms: u64,
        until_ms: u64,
    ) -> Self {
        let bytes = receipt_bytes(deposit, envelope_hash, stored_at_ms, until_ms);
        Self { stored_at_ms, until_ms, signature: mailbox.sign(SignContext::MAILBOX_RECEIPT, &bytes) }
    }

    /// Whether this mailbox said it about this envelope in this queue.
    #[must_use]
    pub fn verify(&self, mailbox: &TransportId, deposit: &DepositId, envelope: &[u8]) -> bool {
        let hash = envelope_hash(envelope);
        let bytes = receipt_bytes(deposit, &hash, self.stored_at_ms, self.until_ms);
        mailbox.public_key().verify(SignContext::MAILBOX_RECEIPT, &bytes, &self.signature).is_ok()
    }
}

/// BLAKE3 of an envelope.
#[must_use]
pub fn envelope_hash(envelope: &[u8]) -> [u8; 32] {
    *blake3::hash(envelope).as_bytes()
}

fn receipt_bytes(deposit: &DepositId, hash: &[u8; 32], stored_at_ms: u64, until_ms: u64) -> Vec<u8> {
    [deposit.as_bytes().as_slice(), hash, &stored_at_ms.to_be_bytes(), &until_ms.to_be_bytes()].concat()
}

/// One envelope of a queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// Its number in the queue; later ones have higher numbers, none is used twice.
    pub seq: u64,
    /// The envelope.
    pub envelope: Vec<u8>,
}

/// Why a mailbox refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum MailboxDenial {
    /// Too many requests; try later.
    Limited,
    /// The queue is full.
    QueueFull,
    /// The mailbox is full.
    Full,
    /// No such queue.
    NoQueue,
    /// The date is in the past or too far away.
    BadExpiry,
    /// Opening a queue takes a token, or this much work.
    Admission {
        /// Leading zero bits of [`work_bits`]; 0: no work helps.
        work_bits: u8,
    },
    /// The node keeps no mail.
    NotServed,
    /// A reason this build does not know.
    Other(u32),
}

/// What a mailbox answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MailboxResponse {
    /// The queue is there.
    Created {
        /// Bytes it can hold.
        bytes_max: u64,
        /// Envelopes it can hold.
        envelopes_max: u32,
        /// How long it keeps an envelope at most, milliseconds.
        ttl_ms: u64,
    },
    /// The envelope is on its disk.
    Stored(Receipt),
    /// What is in the queue, oldest first.
    Mail {
        /// At most [`MAIL_PAGE_MAX`] envelopes of together [`MAIL_PAGE_BYTES`].
        mail: Vec<Mail>,
        /// There are more.
        more: bool,
    },
    /// It is gone: the acknowledged envelopes, or the queue.
    Done,
    /// A step of comparing what a writer left with what is there.
    Compared {
        /// The mailbox's half of what the key is made of: always the same for the same half of the writer.
        nonce: [u8; 32],
        /// The answer to the writer's frame; empty if there was none.
        bytes: Vec<u8>,
    },
    /// The mailbox refuses.
    Denied(MailboxDenial),
}

#[derive(Clone, PartialEq, Message)]
struct ResponseProto {
    #[prost(uint32, tag = "1")]
    outcome: u32,
    #[prost(uint64, tag = "2")]
    number: u64,
    #[prost(uint64, tag = "3")]
    other_number: u64,
    #[prost(bytes = "vec", tag = "4")]
    signature: Vec<u8>,
    #[prost(message, repeated, tag = "5")]
    mail: Vec<MailProto>,
    #[prost(bool, tag = "6")]
    more: bool,
    #[prost(uint32, tag = "7")]
    reason: u32,
    #[prost(bytes = "vec", tag = "8")]
    nonce: Vec<u8>,
    #[prost(bytes = "vec", tag = "9")]
    compared: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
struct MailProto {
    #[prost(uint64, tag = "1")]
    seq: u64,
    #[prost(bytes = "vec", tag = "2")]
    envelope: Vec<u8>,
}

impl MailboxResponse {
    /// The payload of the frame.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut proto = ResponseProto::default();
        match self {
            Self::Created { bytes_max, envelopes_max, ttl_ms } => {
                proto.outcome = 1;
                proto.number = *bytes_max;
                proto.reason = *envelopes_max;
                proto.other_number = *ttl_ms;
            }
            Self::Stored(receipt) => {
                proto.outcome = 2;
                proto.number = receipt.stored_at_ms;
                proto.other_number = receipt.until_ms;
                proto.signature = receipt.signature.to_bytes().to_vec();
            }
            Self::Mail { mail, more } => {
                proto.outcome = 3;
                proto.mail =
                    mail.iter().map(|mail| MailProto { seq: mail.seq, envelope: mail.envelope.clone() }).collect();
                proto.more = *more;
            }
            Self::Done => proto.outcome = 4,
            Self::Compared { nonce, bytes } => {
                proto.outcome = 6;
                proto.nonce = nonce.to_vec();
                proto.compared.clone_from(bytes);
            }
            Self::Denied(denial) => {
                proto.outcome = 5;
                (proto.reason, proto.number) = denial.code();
            }
        }
        RESPONSE.encode(&proto)
    }

    /// Decodes a frame payload; fails if it is malformed, too large, or of an unknown outcome.
    pub fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        let proto: ResponseProto = RESPONSE.decode(bytes)?;
        match proto.outcome {
            1 => Ok(Self::Created { bytes_max: proto.number, envelopes_max: proto.reason, ttl_ms: proto.other_number }),
            2 => Ok(Self::Stored(Receipt {
                stored_at_ms: proto.number,
                until_ms: proto.other_number,
                signature: Signature::from_bytes(array("receipt", &proto.signature)?),
            })),
            3 => {
                let mail = read_mail(proto.mail)?;
                Ok(Self::Mail { mail, more: proto.more })
            }
            4 => Ok(Self::Done),
            5 => Ok(Self::Denied(MailboxDenial::from_code(proto.reason, proto.number))),
            6 => {
                check_bytes("comparison", &proto.compared, CHECK_BYTES_MAX)?;
                Ok(Self::Compared { nonce: array("half of a key", &proto.nonce)?, bytes: proto.compared })
            }
            found => Err(WireError::UnknownKind { what: "mailbox outcome", found }),
        }
    }
}

fn read_mail(protos: Vec<MailProto>) -> Result<Vec<Mail>, WireError> {
    let mut total = 0usize;
    let mut last = None;
    protos
        .into_iter()
        .map(|MailProto { seq, envelope }| {
            check_bytes("mail", &envelope, MAIL_MAX)?;
            total = total.saturating_add(envelope.len());
            if total > MAIL_PAGE_BYTES {
                return Err(WireError::TooLong { what: "mail", len: total, max: MAIL_PAGE_BYTES });
            }
            if last.is_some_and(|last| last >= seq) {
                return Err(WireError::Malformed { what: "order of mail" });
            }
            last = Some(seq);
            Ok(Mail { seq, envelope })
        })
        .collect()
}

impl MailboxDenial {
    fn code(self) -> (u32, u64) {
        match self {
            Self::Limited => (1, 0),
            Self::QueueFull => (2, 0),
            Self::Full => (3, 0),
            Self::NoQueue => (4, 0),
            Self::BadExpiry => (5, 0),
            Self::Admission { work_bits } => (6, u64::from(work_bits)),
            Self::NotServed => (7, 0),
            Self::Other(code) => (code, 0),
        }
    }

    fn from_code(code: u32, number: u64) -> Self {
        match code {
            1 => Self::Limited,
            2 => Self::QueueFull,
            3 => Self::Full,
            4 => Self::NoQueue,
            5 => Self::BadExpiry,
            // More than anybody should do: as if no work helped.
            6 => Self::Admission { work_bits: u8::try_from(number).ok().filter(|b| *b <= WORK_BITS_MAX).unwrap_or(0) },
            7 => Self::NotServed,
            other => Self::Other(other),
        }
    }
}

/// Checks a signature by one of the two keys of a queue.
fn signed_by(key: PublicKey, bytes: &[u8], signature: &[u8]) -> bool {
    <[u8; 64]>::try_from(signature).is_ok_and(|signature| {
        key.verify(SignContext::MAILBOX_REQUEST, bytes, &Signature::from_bytes(signature)).is_ok()
    })
}
