//! Making a profile: what Kith is, then a name.

mod restore;
mod ui;

pub(crate) use ui::{centered, logo, show};
