//! The page shown once after a profile was made: what works already, and an invite to give away.

mod ui;

pub(crate) use ui::show;
