//! What can go wrong in a core.

use kith_api::{ApiError, ErrorCode};
use kith_crypto::{kem::KemError, olm::OlmError, seal::OpenError};
use kith_store::StoreError;
use kith_wire::{EnvelopeError, InnerError, WireError};

/// An input was not handled. Nothing of it remains in the database.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CoreError {
    /// The database refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The database holds something this version cannot read.
    #[error("the database holds a damaged {what}")]
    Damaged {
        /// What.
        what: &'static str,
    },
    /// Bytes from outside are not what they should be.
    #[error(transparent)]
    Wire(#[from] WireError),
    /// A session refused.
    #[error(transparent)]
    Olm(#[from] OlmError),
    /// A key could not be agreed on.
    #[error(transparent)]
    Kem(#[from] KemError),
    /// A seal does not open.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// An envelope does not open.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    /// A message is not from or for whom it should be.
    #[error(transparent)]
    Inner(#[from] InnerError),
    /// Somebody broke the rules of the protocol.
    #[error("refused: {reason}")]
    Refused {
        /// How.
        reason: &'static str,
    },
    /// No session with a device, and no prekey to start one.
    #[error("no way to start a session with the device")]
    NoPrekey,
    /// An error for the client who asked.
    #[error(transparent)]
    Api(#[from] ApiError),
}

impl CoreError {
    /// What the client who asked is told.
    #[must_use]
    pub fn to_api(&self) -> ApiError {
        match self {
            Self::Api(error) => error.clone(),
            Self::Store(StoreError::Full) => {
                ApiError::new(ErrorCode::StorageFull, "the disk is full; nothing was changed")
                    .hint("free some space and try again")
            }
            Self::Store(_) => ApiError::new(ErrorCode::Storage, format!("{self}; nothing was changed")),
            Self::Damaged { .. }
            | Self::Wire(_)
            | Self::Olm(_)
            | Self::Kem(_)
            | Self::Open(_)
            | Self::Envelope(_)
            | Self::Inner(_)
            | Self::Refused { .. }
            | Self::NoPrekey => ApiError::new(ErrorCode::Internal, self.to_string()),
        }
    }
}

/// Shorthand for refusing what a peer sent.
pub(crate) fn refuse<T>(reason: &'static str) -> Result<T, CoreError> {
    Err(CoreError::Refused { reason })
}

/// Shorthand for an answer that is an error.
pub(crate) fn deny<T>(code: ErrorCode, message: &str) -> Result<T, CoreError> {
    Err(CoreError::Api(ApiError::new(code, message)))
}
