//! The list of people.

mod ui;

pub(crate) use ui::{show, standing};
