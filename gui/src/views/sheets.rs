//! What stands over the page and wants an answer first.

mod lock;
mod ui;

pub(crate) use ui::show;
