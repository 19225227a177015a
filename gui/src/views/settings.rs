//! What can be chosen.

mod account;
mod mailboxes;
mod notifications;
mod pages;
mod public_address;
mod sound;
mod ui;

pub(crate) use account::returning;
pub(crate) use pages::kept;
pub(crate) use sound::in_call;
pub(crate) use ui::{icon, key, show};
