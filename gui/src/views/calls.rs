//! Calls: the card of one that rings, the bar of one that goes on, and the button that starts one.

pub(crate) mod data;
mod ui;
pub(crate) mod video;

pub(crate) use ui::{bar, incoming, start_button};
