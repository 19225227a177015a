//! What stands over the page and wants an answer first.

mod backup;
pub(crate) mod expiry;
mod introduce;
mod invites;
mod lock;
pub(crate) mod message;
mod poll;
mod schedule;
pub(crate) mod stickers;
mod ui;
pub(crate) mod wipe;

pub(crate) use ui::show;
