//! Everything about one person: who they are, how sure that is, how they are reached.

mod because;
mod ui;

pub(crate) use ui::show;
