//! Commands that talk to a running node.

pub(crate) mod call;
pub(crate) mod chat;
mod client;
mod text;
