//! What stands over the page and wants an answer first.

mod lock;
pub(crate) mod message;
mod ui;

pub(crate) use ui::show;
