//! Giving an invite and using one.

mod ui;

pub(crate) use ui::{invite, show};
