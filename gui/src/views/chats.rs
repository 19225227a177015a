//! The list of conversations, and what a search finds.

pub(crate) mod data;
pub(crate) mod mute;
mod narrow;
mod ui;

pub(crate) use ui::{search_field, show};
