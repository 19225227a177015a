//! What two nodes say to each other to find out which messages of their conversation one of them lacks.

use std::fmt;

use prost::Message;

use super::body_proto::plain;
use crate::codec::{Shape, array, arrays, check_count};
use crate::error::WireError;
use crate::ids::{Hlc, MsgId};
use crate::limits::{KEPT_BODY_MAX, PARENTS_MAX, SYNC_BYTES_MAX, SYNC_FETCH_MAX, SYNC_WANTED_MAX};
use crate::text::check_bytes;

/// One step of a reconciliation.
#[derive(Clone, PartialEq, Eq)]
pub enum Sync {
    /// Let us compare what we have.
    Open {
        /// Names the comparison.
        session: [u8; 16],
        /// The sender's half of the session's key.
        nonce: [u8; 32],
        /// What was written since then (Unix ms), by its author's clock.
        from_ms: u64,
        /// And before then.
        until_ms: u64,
    },
    /// The answer: the comparison may begin.
    Accept {
        /// Names the comparison.
        session: [u8; 16],
        /// The sender's half of the session's key.
        nonce: [u8; 32],
        /// Since when is compared: not before what was proposed.
        from_ms: u64,
    },
    /// A message of the comparison itself, or a wish for what it found missing; neither ends it.
    Round {
        /// Names the comparison.
        session: [u8; 16],
        /// A negentropy message; empty if this is none.
        bytes: Vec<u8>,
        /// What the sender lacks, by the names of this session.
        wanted: Vec<[u8; 32]>,
    },
    /// Messages that others follow and that did not come, and what became of such messages of the sender's.
    Fetch {
        /// Wanted.
        wanted: Vec<MsgId>,
        /// They will not come: the sender has them no more.
        gone: Vec<MsgId>,
        /// A mailbox lost what was left there: everything not acknowledged is to be left again.
        again: bool,
    },
    /// Something the recipient wrote and lost.
    Returned {
        /// Its kind.
        kind: u32,
        /// Its id.
        msg: MsgId,
        /// When it was written, by its author's clock.
        hlc: Hlc,
        /// The messages it follows.
        parents: Vec<[u8; 16]>,
        /// Its encoded body.
        body: Vec<u8>,
        /// By which the author knows it: what came with it.
        proof: [u8; 16],
    },
}

const KIND_OPEN: u32 = 30;
const KIND_ACCEPT: u32 = 31;
const KIND_ROUND: u32 = 32;
const KIND_FETCH: u32 = 33;
const KIND_RETURNED: u32 = 34;

const SESSION: Shape = plain("reconciliation", &[]);
const ROUND: Shape = plain("reconciliation round", &[(3, SYNC_WANTED_MAX)]);
const FETCH: Shape = plain("fetch", &[(1, SYNC_FETCH_MAX), (2, SYNC_FETCH_MAX)]);
const RETURNED: Shape = plain("returned message", &[(4, PARENTS_MAX)]);

#[derive(Clone, PartialEq, Message)]
struct SessionProto {
    #[prost(bytes = "vec", tag = "1")]
    session: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    nonce: Vec<u8>,
    #[prost(uint64, tag = "3")]
    from_ms: u64,
    #[prost(uint64, tag = "4")]
    until_ms: u64,
}

#[derive(Clone, PartialEq, Message)]
struct RoundProto {
    #[prost(bytes = "vec", tag = "1")]
    session: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    bytes: Vec<u8>,
    #[prost(bytes = "vec", repeated, tag = "3")]
    wanted: Vec<Vec<u8>>,
}

#[derive(Clone, PartialEq, Message)]
struct FetchProto {
    #[prost(bytes = "vec", repeated, tag = "1")]
    wanted: Vec<Vec<u8>>,
    #[prost(bytes = "vec", repeated, tag = "2")]
    gone: Vec<Vec<u8>>,
    #[prost(bool, tag = "3")]
    again: bool,
}

#[derive(Clone, PartialEq, Message)]
struct ReturnedProto {
    #[prost(uint32, tag = "1")]
    kind: u32,
    #[prost(bytes = "vec", tag = "2")]
    msg: Vec<u8>,
    #[prost(fixed64, tag = "3")]
    hlc: u64,
    #[prost(bytes = "vec", repeated, tag = "4")]
    parents: Vec<Vec<u8>>,
    #[prost(bytes = "vec", tag = "5")]
    body: Vec<u8>,
    #[prost(bytes = "vec", tag = "6")]
    proof: Vec<u8>,
}

impl fmt::Debug for Sync {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sync").field("kind", &self.kind()).finish_non_exhaustive()
    }
}

impl Sync {
    pub(super) fn is_known(kind: u32) -> bool {
        matches!(kind, KIND_OPEN..=KIND_RETURNED)
    }

    pub(super) fn kind(&self) -> u32 {
        match self {
            Self::Open { .. } => KIND_OPEN,
            Self::Accept { .. } => KIND_ACCEPT,
            Self::Round { .. } => KIND_ROUND,
            Self::Fetch { .. } => KIND_FETCH,
            Self::Returned { .. } => KIND_RETURNED,
        }
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        match self {
            Self::Open { session, nonce, from_ms, until_ms } => SessionProto {
                session: session.to_vec(),
                nonce: nonce.to_vec(),
                from_ms: *from_ms,
                until_ms: *until_ms,
            }
            .encode_to_vec(),
            Self::Accept { session, nonce, from_ms } => {
                SessionProto { session: session.to_vec(), nonce: nonce.to_vec(), from_ms: *from_ms, until_ms: 0 }
                    .encode_to_vec()
            }
            Self::Round { session, bytes, wanted } => RoundProto {
                session: session.to_vec(),
                bytes: bytes.clone(),
                wanted: wanted.iter().map(|id| id.to_vec()).collect(),
            }
            .encode_to_vec(),
            Self::Fetch { wanted, gone, again } => {
                FetchProto { wanted: write(wanted), gone: write(gone), again: *again }.encode_to_vec()
            }
            Self::Returned { kind, msg, hlc, parents, body, proof } => ReturnedProto {
                kind: *kind,
                msg: msg.to_bytes().to_vec(),
                hlc: hlc.to_u64(),
                parents: parents.iter().map(|parent| parent.to_vec()).collect(),
                body: body.clone(),
                proof: proof.to_vec(),
            }
            .encode_to_vec(),
        }
    }

    /// `None`: another kind.
    pub(super) fn decode(kind: u32, bytes: &[u8]) -> Result<Option<Self>, WireError> {
        Ok(Some(match kind {
            KIND_OPEN => {
                let SessionProto { session, nonce, from_ms, until_ms } = SESSION.decode_plain(bytes)?;
                Self::Open { session: array("session", &session)?, nonce: array("nonce", &nonce)?, from_ms, until_ms }
            }
            KIND_ACCEPT => {
                let SessionProto { session, nonce, from_ms, .. } = SESSION.decode_plain(bytes)?;
                Self::Accept { session: array("session", &session)?, nonce: array("nonce", &nonce)?, from_ms }
            }
            KIND_ROUND => {
                let RoundProto { session, bytes, wanted } = ROUND.decode_plain(bytes)?;
                check_bytes("reconciliation", &bytes, SYNC_BYTES_MAX)?;
                let wanted = arrays("wanted message", &wanted, SYNC_WANTED_MAX)?;
                Self::Round { session: array("session", &session)?, bytes, wanted }
            }
            KIND_FETCH => {
                let FetchProto { wanted, gone, again } = FETCH.decode_plain(bytes)?;
                Self::Fetch { wanted: read(&wanted)?, gone: read(&gone)?, again }
            }
            KIND_RETURNED => {
                let ReturnedProto { kind, msg, hlc, parents, body, proof } = RETURNED.decode_plain(bytes)?;
                Self::Returned {
                    kind,
                    msg: MsgId::from_slice(&msg)?,
                    hlc: Hlc::from_u64(hlc),
                    parents: arrays("parents", &parents, PARENTS_MAX)?,
                    body,
                    proof: array("proof", &proof)?,
                }
            }
            _ => return Ok(None),
        }))
    }

    pub(super) fn check(&self) -> Result<(), WireError> {
        match self {
            Self::Open { .. } | Self::Accept { .. } => Ok(()),
            Self::Round { bytes, wanted, .. } => {
                check_count("wanted message", wanted.len(), SYNC_WANTED_MAX)?;
                check_bytes("reconciliation", bytes, SYNC_BYTES_MAX)
            }
            Self::Fetch { wanted, gone, .. } => {
                check_count("wanted message", wanted.len(), SYNC_FETCH_MAX)?;
                check_count("gone message", gone.len(), SYNC_FETCH_MAX)
            }
            Self::Returned { parents, body, .. } => {
                check_count("parents", parents.len(), PARENTS_MAX)?;
                check_bytes("returned message", body, KEPT_BODY_MAX)
            }
        }
    }
}

fn write(ids: &[MsgId]) -> Vec<Vec<u8>> {
    ids.iter().map(|id| id.to_bytes().to_vec()).collect()
}

fn read(ids: &[Vec<u8>]) -> Result<Vec<MsgId>, WireError> {
    Ok(arrays("message id", ids, SYNC_FETCH_MAX)?.into_iter().map(MsgId::from_bytes).collect())
}
