//! A profile with a password, and a profile that does not open.

mod ui;

pub(crate) use ui::{failed, show};
