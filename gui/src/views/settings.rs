//! What can be chosen.

mod account;
mod pages;
mod ui;

pub(crate) use ui::{icon, key, show};
