//! The local API: JSON-RPC over HTTP and WebSocket, bound to loopback, for those who hold a token.

pub(crate) mod auth;
mod events;
mod rpc;
mod server;

pub use server::{ADDRESS_FILE, ApiError as StartError, TOKEN_FILE};
pub(crate) use server::{Api, Bound, new_owner_token, write_address};
