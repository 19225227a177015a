//! What a mailbox is asked, and the proof that the asker may.

use kith_crypto::{SignContext, SigningKey};
use prost::Message;

use super::signed_by;
use crate::codec::{Shape, array, check_count};
use crate::error::WireError;
use crate::ids::{DepositId, ReceiveId, TransportId};
use crate::limits::{CHECK_BYTES_MAX, MAIL_MAX, MAIL_PAGE_MAX, MAILBOX_REQUEST_MAX};
use crate::text::check_bytes;

const SIGNED: Shape = Shape { what: "mailbox request", version: 1, max: MAILBOX_REQUEST_MAX, repeated: &[] };
/// Numbers are packed, so that their bytes are one field: the cap on bytes bounds them.
const BODY: Shape = Shape { what: "mailbox request", version: 1, max: MAILBOX_REQUEST_MAX, repeated: &[] };

/// Why a mailbox should open a queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Admission {
    /// No reason.
    Open,
    /// A token its operator, or the contact who keeps it, gave out.
    Token([u8; 32]),
    /// Work, as [`super::find_work`] does it.
    Work(u64),
}

/// What is asked of a queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MailboxOperation {
    /// Open a queue. Asked again, it is the same queue.
    New {
        /// The owner's name of the queue.
        receive: ReceiveId,
        /// The writer's name of the queue.
        deposit: DepositId,
        /// Why it should be opened.
        admission: Admission,
    },
    /// Keep an envelope. Asked again, it is kept once.
    Put {
        /// Into which queue.
        deposit: DepositId,
        /// Until when at most, Unix milliseconds.
        until_ms: u64,
        /// The envelope.
        envelope: Vec<u8>,
    },
    /// Give what is in the queue.
    Fetch {
        /// Of which queue.
        receive: ReceiveId,
        /// Only envelopes with a higher number.
        after: u64,
    },
    /// Forget these envelopes.
    Ack {
        /// Of which queue.
        receive: ReceiveId,
        /// Their numbers, at most [`MAIL_PAGE_MAX`].
        seqs: Vec<u64>,
    },
    /// Close the queue and forget what is in it.
    Drop {
        /// Which queue.
        receive: ReceiveId,
    },
    /// Compare what its writer left in the queue with what is there. Asked again, the answer is the same as long as the
    /// queue is.
    Check {
        /// The owner's name of the queue, which the owner told this writer alone.
        receive: ReceiveId,
        /// The writer's name of the queue.
        deposit: DepositId,
        /// The writer's half of what the key of the comparison is made of.
        nonce: [u8; 32],
        /// A frame of the comparison; empty to get the mailbox's half first.
        bytes: Vec<u8>,
    },
}

impl MailboxOperation {
    fn is_by(&self, body: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::New { receive, .. }
            | Self::Fetch { receive, .. }
            | Self::Ack { receive, .. }
            | Self::Drop { receive } => signed_by(receive.public_key(), body, signature),
            Self::Put { deposit, .. } | Self::Check { deposit, .. } => signed_by(deposit.public_key(), body, signature),
        }
    }

    fn encode(&self) -> Vec<u8> {
        let mut proto = BodyProto::default();
        match self {
            Self::New { receive, deposit, admission } => {
                proto.operation = 1;
                proto.queue = receive.to_bytes().to_vec();
                proto.deposit = deposit.to_bytes().to_vec();
                match admission {
                    Admission::Open => {}
                    Admission::Token(token) => proto.token = token.to_vec(),
                    Admission::Work(nonce) => proto.work = Some(*nonce),
                }
            }
            Self::Put { deposit, until_ms, envelope } => {
                proto.operation = 2;
                proto.queue = deposit.to_bytes().to_vec();
                proto.number = *until_ms;
                proto.envelope.clone_from(envelope);
            }
            Self::Fetch { receive, after } => {
                proto.operation = 3;
                proto.queue = receive.to_bytes().to_vec();
                proto.number = *after;
            }
            Self::Ack { receive, seqs } => {
                proto.operation = 4;
                proto.queue = receive.to_bytes().to_vec();
                proto.seqs = seqs.iter().flat_map(|seq| seq.to_be_bytes()).collect();
            }
            Self::Drop { receive } => {
                proto.operation = 5;
                proto.queue = receive.to_bytes().to_vec();
            }
            Self::Check { receive, deposit, nonce, bytes } => {
                proto.operation = 6;
                proto.queue = receive.to_bytes().to_vec();
                proto.deposit = deposit.to_bytes().to_vec();
                proto.nonce = nonce.to_vec();
                proto.compared.clone_from(bytes);
            }
        }
        proto.encode_to_vec()
    }

    fn decode(body: &[u8]) -> Result<Self, WireError> {
        let proto: BodyProto = BODY.decode_plain(body)?;
        let receive = || ReceiveId::from_slice(&proto.queue);
        match proto.operation {
            1 => {
                let admission = match (proto.token.is_empty(), proto.work) {
                    (false, _) => Admission::Token(array("mailbox token", &proto.token)?),
                    (true, Some(nonce)) => Admission::Work(nonce),
                    (true, None) => Admission::Open,
                };
                let deposit = DepositId::from_slice(&proto.deposit)?;
                Ok(Self::New { receive: receive()?, deposit, admission })
            }
            2 => {
                check_bytes("mail", &proto.envelope, MAIL_MAX)?;
                let deposit = DepositId::from_slice(&proto.queue)?;
                Ok(Self::Put { deposit, until_ms: proto.number, envelope: proto.envelope })
            }
            3 => Ok(Self::Fetch { receive: receive()?, after: proto.number }),
            4 => {
                let (seqs, rest) = proto.seqs.as_chunks::<8>();
                check_count("acknowledged mail", seqs.len(), MAIL_PAGE_MAX)?;
                if !rest.is_empty() {
                    return Err(WireError::Malformed { what: "acknowledged mail" });
                }
                let seqs = seqs.iter().map(|seq| u64::from_be_bytes(*seq)).collect();
                Ok(Self::Ack { receive: receive()?, seqs })
            }
            5 => Ok(Self::Drop { receive: receive()? }),
            6 => {
                check_bytes("comparison", &proto.compared, CHECK_BYTES_MAX)?;
                Ok(Self::Check {
                    receive: receive()?,
                    deposit: DepositId::from_slice(&proto.deposit)?,
                    nonce: array("half of a key", &proto.nonce)?,
                    bytes: proto.compared,
                })
            }
            found => Err(WireError::UnknownKind { what: "mailbox operation", found }),
        }
    }
}

#[derive(Clone, PartialEq, Message)]
struct BodyProto {
    #[prost(uint32, tag = "1")]
    operation: u32,
    #[prost(bytes = "vec", tag = "2")]
    queue: Vec<u8>,
    #[prost(bytes = "vec", tag = "3")]
    deposit: Vec<u8>,
    #[prost(bytes = "vec", tag = "4")]
    token: Vec<u8>,
    #[prost(uint64, optional, tag = "5")]
    work: Option<u64>,
    #[prost(uint64, tag = "6")]
    number: u64,
    #[prost(bytes = "vec", tag = "7")]
    envelope: Vec<u8>,
    #[prost(bytes = "vec", tag = "8")]
    seqs: Vec<u8>,
    #[prost(bytes = "vec", tag = "9")]
    nonce: Vec<u8>,
    #[prost(bytes = "vec", tag = "10")]
    compared: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
struct SignedProto {
    #[prost(bytes = "vec", tag = "1")]
    body: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    signature: Vec<u8>,
}

/// A request whose asker holds the key of the queue: made here, or decoded and verified.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct MailboxRequest {
    /// What is asked.
    pub operation: MailboxOperation,
}

impl MailboxRequest {
    /// The payload of the frame, signed with the key the operation names, for this mailbox and for the connection on
    /// which `client` is our key.
    #[must_use]
    pub fn encode(
        operation: &MailboxOperation,
        key: &SigningKey,
        mailbox: &TransportId,
        client: &TransportId,
    ) -> Vec<u8> {
        let body = operation.encode();
        let signature = key.sign(SignContext::MAILBOX_REQUEST, &bound(&body, mailbox, client));
        SIGNED.encode(&SignedProto { body, signature: signature.to_bytes().to_vec() })
    }
}

/// A request whose signature was not checked yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnverifiedMailboxRequest {
    operation: MailboxOperation,
    body: Vec<u8>,
    signature: Vec<u8>,
}

impl UnverifiedMailboxRequest {
    /// Decodes a frame payload; fails if it is malformed, too large, or of an unknown operation.
    pub fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        let SignedProto { body, signature } = SIGNED.decode(bytes)?;
        Ok(Self { operation: MailboxOperation::decode(&body)?, body, signature })
    }

    /// The bytes it was decoded from, or others that say the same.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        SIGNED.encode(&SignedProto { body: self.body.clone(), signature: self.signature.clone() })
    }

    /// Checks the signature: by the key of the queue, for the mailbox with the key `mailbox`, on the connection of
    /// `client`. `None` if it is another's.
    #[must_use]
    pub fn verify(self, mailbox: &TransportId, client: &TransportId) -> Option<MailboxRequest> {
        let by = self.operation.is_by(&bound(&self.body, mailbox, client), &self.signature);
        by.then_some(MailboxRequest { operation: self.operation })
    }
}

fn bound(body: &[u8], mailbox: &TransportId, client: &TransportId) -> Vec<u8> {
    [mailbox.as_bytes().as_slice(), client.as_bytes(), body].concat()
}
