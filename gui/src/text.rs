//! What people write: marks, links, emoji, and both directions of writing. No egui but in `layout`, `shown` and `copied`.
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice)]

pub mod bidi;
pub(crate) mod copied;
pub mod emoji;
pub mod fuzzy;
pub mod inline;
pub(crate) mod layout;
pub mod links;
pub(crate) mod live;
pub(crate) mod names;
pub(crate) mod pictured;
pub(crate) mod shown;
