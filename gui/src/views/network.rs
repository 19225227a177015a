//! How this node is connected, in a sentence and in detail.

mod ui;

pub(crate) use ui::{bootstraps, bytes, short, show};
