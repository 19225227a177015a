//! A conversation: who with, what was written, and where to write.

mod aim;
pub(crate) mod bubble;
mod calls;
mod completion;
mod composer;
pub(crate) mod data;
mod introduction;
mod later;
mod link_preview;
mod pins;
mod poll;
mod quote;
mod reactions;
mod refused;
mod steer;
mod sticker;
mod system;
mod toolbar;
mod ui;

pub(crate) use composer::completing;
pub(crate) use ui::{State, show};
