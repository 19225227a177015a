//! Rail, list, content, panel; in a narrow window one after the other.

mod ui;

pub(crate) use ui::{back_button, notices, show};
