//! The contract between a node and those who use it: [`Command`], [`Reply`], [`Event`] and the views they carry.
//!
//! One vocabulary serves every client: the Rust handles of `kith-node`, JSON-RPC (`kithd`), and the window. The list of
//! methods in [`command`] is the only place where a method is named; the enums, the JSON-RPC dispatch, the OpenRPC
//! document and `docs/API.md` are made from it.
//!
//! What it never does: I/O, decisions, or depend on any other crate of Kith. No threads.
//!
//! Start reading at [`command`], then [`views`] and [`event`].
//!
//! ```
//! use kith_api::Command;
//!
//! let command = Command::from_json("chats.list", serde_json::json!({}))?;
//! assert_eq!(command.name(), "chats.list");
//! # Ok::<(), kith_api::ApiError>(())
//! ```

pub mod command;
pub mod error;
pub mod event;
pub mod ids;
pub mod openrpc;
pub mod params;
mod password;
pub mod views;

#[cfg(test)]
mod tests;

pub use command::{Command, METHODS, Method, MethodInfo, Place, Reply, method, method_info};
pub use error::{ApiError, ErrorCode};
pub use event::{Event, SequencedEvent, Snapshot};
pub use ids::{AccountId, ChatId, DeviceId, InviteId, MessageId, PictureId, PreviewId, TokenId};
pub use password::Password;
