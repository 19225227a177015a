//! A conversation: who with, what was written, and where to write.

mod aim;
pub(crate) mod bubble;
mod composer;
pub(crate) mod data;
mod quote;
mod reactions;
mod ui;

pub(crate) use ui::{State, show};
