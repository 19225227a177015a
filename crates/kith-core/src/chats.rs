//! Conversations: opening, writing, receiving, reading.

mod changes;
mod delete;
mod draft;
mod edit;
mod expiry;
mod forward;
pub(crate) mod link_preview;
pub(crate) mod marks;
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

use kith_wire::{Body, LinkPreview};

pub(crate) use self::{changes::Change, receive::row_of, send::New};

/// What is kept of a body besides the columns of its message and its pictures: of a text the preview, or nothing; of a
/// sticker nothing.
fn kept_body(body: &Body) -> Vec<u8> {
    if let Body::Text { preview, .. } = body {
        preview.as_ref().map(LinkPreview::encode).unwrap_or_default()
    } else if let Body::Sticker(_) = body {
        Vec::new()
    } else {
        body.encode()
    }
}
