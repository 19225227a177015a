//! What can be chosen.

mod account;
mod pages;
mod ui;

pub(crate) use account::returning;
pub(crate) use ui::{icon, key, show};
