//! A conversation: who with, what was written, and where to write.

pub(crate) mod bubble;
mod composer;
pub(crate) mod data;
mod ui;

pub(crate) use ui::{State, show};
