//! Conversations: opening, writing, receiving, reading.

mod changes;
mod delete;
mod draft;
mod edit;
mod expiry;
mod forward;
mod marks;
pub mod mentions;
mod notes;
mod poll;
mod react;
mod receive;
mod schedule;
mod send;
mod stickers;
pub(crate) mod typing;
mod views;

pub(crate) use self::{changes::Change, receive::row_of, send::New};
