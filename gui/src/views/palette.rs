//! Everything that can be done and everybody who can be written to, found by typing.

pub(crate) mod data;
mod ui;

pub(crate) use ui::show;
