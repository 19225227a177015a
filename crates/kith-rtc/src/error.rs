use crate::sdp::SdpError;

/// Why a command of a session failed. Apart from [`Error::Closed`], the session goes on as before.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The session is over.
    #[error("the session is closed")]
    Closed,
    /// The description is not one a session accepts.
    #[error("description: {0}")]
    Sdp(#[from] SdpError),
    /// An answer came and none was awaited.
    #[error("an answer without an offer")]
    UnexpectedAnswer,
    /// The peer's certificate is not the one it began with. `u8`s are SHA-256 of the certificates.
    #[error("the fingerprint changed from {was:02x?} to {is:02x?}")]
    FingerprintChanged {
        /// The fingerprint of the first description.
        was: [u8; 32],
        /// The fingerprint of this description.
        is: [u8; 32],
    },
    /// Only relayed paths are allowed, and there is no TURN server among the ICE servers.
    #[error("only relayed paths are allowed, and there is no relay")]
    NoRelay,
    /// The address of an ICE server is not `stun:`, `stuns:`, `turn:` or `turns:` and a host.
    #[error("not an ICE server: {url:?}")]
    IceServer {
        /// What was given.
        url: String,
    },
    /// A candidate line is not one.
    #[error("not a candidate")]
    Candidate,
    /// More candidates than a session keeps.
    #[error("more than {limit} candidates")]
    TooManyCandidates {
        /// How many are kept.
        limit: usize,
    },
    /// A message or packet is longer than it may be.
    #[error("{bytes} bytes, and {limit} are allowed")]
    TooLong {
        /// Its length.
        bytes: usize,
        /// What is allowed.
        limit: usize,
    },
    /// The queue for this kind of data is full: what was handed in is dropped.
    #[error("the queue is full")]
    Full,
    /// The session was not configured for this kind of media, or it is not negotiated (yet).
    #[error("not negotiated")]
    NotNegotiated,
    /// The WebRTC stack refused.
    #[error("webrtc, while it should {doing}: {reason}")]
    Stack {
        /// What it was asked for.
        doing: &'static str,
        /// What it answered. For a log, not for a person.
        reason: String,
    },
}

/// Puts what the stack was asked for beside its error, whose type stays inside this crate.
pub(crate) fn stack<E: std::fmt::Display>(doing: &'static str) -> impl FnOnce(E) -> Error {
    move |error| Error::Stack { doing, reason: error.to_string() }
}
