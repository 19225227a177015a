//! The machine: every decision a Kith node takes.
//!
//! A node is a function: *(its database, one input, the time) → (its database, outputs)*. [`Core`] is that function.
//! It owns the encrypted database, and it has no clock, no network, no threads, and no randomness but the seed it was
//! opened with (the ciphers draw their own keys and nonces from the operating system).
//!
//! ```text
//! let out = core.batch(now, |core, out| {          // a transaction
//!     for input in inputs { core.handle(input, now, out)?; }
//!     Ok(())
//! })?;                                             // committed: only now is there anything that can leave
//! ```
//!
//! A ratchet step, the decrypted message, the outbox rows and the receipt become visible together or not at all, so a
//! crash can never acknowledge a message it lost, and a sequence of inputs can be replayed.
//!
//! What it never does: I/O of its own, async, waiting, reading a clock.
//!
//! Start reading at [`Input`] and [`Output`], then `core.rs`; a feature is a file: `profile`, `contacts`, `chats`,
//! `settings`.
//! `session.rs` turns a message into an envelope and back, `outbox.rs` is the only place that retries.

#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice)]

mod calls;
mod chats;
mod commands;
mod contacts;
mod convert;
mod core;
mod error;
mod hlc;
mod input;
mod mailboxes;
pub mod notify;
mod often;
mod outbox;
mod output;
mod presence;
mod profile;
pub mod query;
pub mod quiet;
mod receive;
mod recovery;
mod renewal;
mod reorder;
mod session;
mod settings;
pub mod setup;
mod sync;
mod whereabouts;

#[cfg(test)]
mod tests;

pub use crate::{
    calls::{Effect, Happened, Outcome, Phase, Role},
    chats::mentions,
    core::{Core, FailedBatch, Identity, Options},
    error::CoreError,
    input::{CallNews, CommandId, Input, MailboxUsage, NewSticker, Page, PageOutcome, PeerPath, SendId, SlotOutcome},
    output::{CallCommand, MailboxHolder, Output, ServeMailbox, Shows},
    session::outer_key_info,
};

/// Unix milliseconds.
pub type Timestamp = u64;
