//! The errors a client sees.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What went wrong, as a word a program can act on. The list only grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ErrorCode {
    /// No such contact, chat, message, invite or token.
    NotFound,
    /// The account is not a contact yet, or not any more.
    NotAContact,
    /// The contact is blocked here.
    Blocked,
    /// The text, name or list is over its limit.
    TooLarge,
    /// The state of the thing does not allow this.
    NotAllowed,
    /// It is there already.
    AlreadyExists,
    /// The link is not one of ours, is damaged, or does not match what it points to.
    BadLink,
    /// The link's time is over.
    ExpiredLink,
    /// The link was for one person and has been used.
    UsedLink,
    /// Nobody who could answer can be reached.
    Offline,
    /// This version cannot do that.
    Unsupported,
    /// Too many in too short a time.
    RateLimited,
    /// A parameter is missing, unknown or out of range.
    InvalidArgument,
    /// The profile is open in another process.
    Locked,
    /// The password is wrong.
    WrongPassword,
    /// The token is missing, unknown or not allowed to do this.
    Unauthorized,
    /// No method of that name.
    UnknownMethod,
    /// Events since that sequence number are gone: take a new snapshot.
    SnapshotNeeded,
    /// The disk is full; nothing was changed.
    StorageFull,
    /// The database refused; nothing was changed.
    Storage,
    /// It was stopped on request.
    Cancelled,
    /// The node is stopping.
    ShuttingDown,
    /// A fault in Kith.
    Internal,
}

impl ErrorCode {
    /// The word as it stands in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::NotAContact => "not_a_contact",
            Self::Blocked => "blocked",
            Self::TooLarge => "too_large",
            Self::NotAllowed => "not_allowed",
            Self::AlreadyExists => "already_exists",
            Self::BadLink => "bad_link",
            Self::ExpiredLink => "expired_link",
            Self::UsedLink => "used_link",
            Self::Offline => "offline",
            Self::Unsupported => "unsupported",
            Self::RateLimited => "rate_limited",
            Self::InvalidArgument => "invalid_argument",
            Self::Locked => "locked",
            Self::WrongPassword => "wrong_password",
            Self::Unauthorized => "unauthorized",
            Self::UnknownMethod => "unknown_method",
            Self::SnapshotNeeded => "snapshot_needed",
            Self::StorageFull => "storage_full",
            Self::Storage => "storage",
            Self::Cancelled => "cancelled",
            Self::ShuttingDown => "shutting_down",
            Self::Internal => "internal",
        }
    }

    /// The JSON-RPC number beside the word.
    #[must_use]
    pub fn json_rpc(self) -> i32 {
        match self {
            Self::UnknownMethod => -32601,
            Self::InvalidArgument => -32602,
            Self::Internal => -32603,
            Self::NotFound
            | Self::NotAContact
            | Self::Blocked
            | Self::TooLarge
            | Self::NotAllowed
            | Self::AlreadyExists
            | Self::BadLink
            | Self::ExpiredLink
            | Self::UsedLink
            | Self::Offline
            | Self::Unsupported
            | Self::RateLimited
            | Self::Locked
            | Self::WrongPassword
            | Self::Unauthorized
            | Self::SnapshotNeeded
            | Self::StorageFull
            | Self::Storage
            | Self::Cancelled
            | Self::ShuttingDown => -32000,
        }
    }
}

/// An answer that is an error: a word for programs, a sentence for people, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, thiserror::Error)]
#[error("{message}")]
pub struct ApiError {
    /// The word.
    pub code: ErrorCode,
    /// The sentence.
    pub message: String,
    /// What to do; may be empty.
    #[serde(default)]
    pub hint: String,
}

impl ApiError {
    /// An error without a hint.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), hint: String::new() }
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }
}
