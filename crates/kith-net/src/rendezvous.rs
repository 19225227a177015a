//! `/rendezvous/1.0.0` of the libp2p specifications: who registers a name is found by who knows the name.
//!
//! Why not libp2p's own crate stands in `docs/decisions/0007-own-rendezvous.md`. What is read here came from anybody:
//! [`codec`] bounds it, [`proto`] takes it apart, and a record says something only after [`UnverifiedRecord::verify`].

mod codec;
mod proto;

use std::time::Duration;

use libp2p::core::{PeerRecord, SignedEnvelope};
use libp2p::identity::Keypair;
use libp2p::request_response::{self, ProtocolSupport};
use libp2p::{Multiaddr, PeerId, StreamProtocol};

pub(crate) use codec::RendezvousCodec;

/// The protocol id.
pub(crate) const PROTOCOL: StreamProtocol = StreamProtocol::new("/rendezvous/1.0.0");
/// Longest namespace, as the specification has it.
pub(crate) const NAMESPACE_MAX: usize = 255;
/// Longest signed peer record: sixteen addresses of the longest kind, twice.
pub(crate) const RECORD_MAX: usize = 4 * 1024;
/// How long a registration lives whose owner did not say, seconds.
pub(crate) const TTL_DEFAULT_S: u64 = 2 * 3_600;
/// Registrations asked for in one lookup: a namespace belongs to one device.
pub(crate) const ASKED_FOR: u64 = 4;

/// Request and answer together must be done in this time.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Streams one connection may have open at once: what a node with many contacts looks up in one go.
const STREAMS_MAX: usize = 32;

/// The request-response behaviour of the protocol.
pub(crate) type RendezvousBehaviour = request_response::Behaviour<RendezvousCodec>;

/// The events of [`RendezvousBehaviour`].
pub(crate) type RendezvousEvent = request_response::Event<Request, Response>;

/// A behaviour that asks or answers, as `support` says.
pub(crate) fn behaviour(support: ProtocolSupport) -> RendezvousBehaviour {
    let config =
        request_response::Config::default().with_request_timeout(TIMEOUT).with_max_concurrent_streams(STREAMS_MAX);
    request_response::Behaviour::with_codec(RendezvousCodec, [(PROTOCOL, support)], config)
}

/// What a rendezvous point is asked. A namespace that was not given is empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Request {
    /// To let the asker be found under a name.
    Register {
        /// The name.
        namespace: String,
        /// Where the asker is.
        record: UnverifiedRecord,
        /// For how long, seconds.
        ttl_s: Option<u64>,
    },
    /// To forget the asker under a name. Has no answer.
    Unregister {
        /// The name.
        namespace: String,
    },
    /// Who registered a name.
    Discover {
        /// The name.
        namespace: String,
        /// At most this many.
        limit: Option<u64>,
        /// From an earlier answer: only what came later.
        cookie: Option<Vec<u8>>,
    },
}

/// What a rendezvous point answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Response {
    /// To a registration: for how many seconds it holds.
    Register(Result<u64, Status>),
    /// To a lookup.
    Discover(Result<Found, Status>),
}

/// What was found under a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// Oldest first.
    pub(crate) registrations: Vec<Registration>,
    /// To ask for what comes after these.
    pub(crate) cookie: Vec<u8>,
}

/// One registration, as it is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Registration {
    /// The name.
    pub(crate) namespace: String,
    /// Where somebody says to be.
    pub(crate) record: UnverifiedRecord,
    /// For how many more seconds it holds.
    pub(crate) ttl_s: u64,
}

/// Why a rendezvous point refused, in the numbers of the specification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// None was given, it is too long, or it cannot be asked for.
    InvalidNamespace,
    /// It is too large, malformed, or not signed by whom it names.
    InvalidRecord,
    /// Shorter or longer than this point allows.
    InvalidTtl,
    /// It is not one of this point's, or of another namespace.
    InvalidCookie,
    /// Somebody else's record or name.
    NotAuthorized,
    /// The point has a problem, or said something this version does not know.
    Internal,
    /// There is no room, or the asker asks too often.
    Unavailable,
}

/// A signed peer record as it came.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct UnverifiedRecord(Vec<u8>);

impl std::fmt::Debug for UnverifiedRecord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "UnverifiedRecord({} bytes)", self.0.len())
    }
}

impl UnverifiedRecord {
    /// Signs where the owner of `key` is; `None` if the key cannot sign.
    pub(crate) fn sign(key: &Keypair, addresses: Vec<Multiaddr>) -> Option<Self> {
        let record = PeerRecord::new_interop(key, addresses).ok()?;
        Some(Self(record.into_signed_envelope().into_protobuf_encoding()))
    }

    /// Who signed the record, if it is not too large and names them. rust-libp2p long signed records with a context of
    /// its own, which is taken too.
    pub(crate) fn verify(&self) -> Option<PeerId> {
        if self.0.len() > RECORD_MAX {
            return None;
        }
        let envelope = SignedEnvelope::from_protobuf_encoding(&self.0).ok()?;
        let record = PeerRecord::from_signed_envelope_interop(envelope.clone())
            .or_else(|_other_context| PeerRecord::from_signed_envelope(envelope))
            .ok()?;
        Some(record.peer_id())
    }
}
