//! Calls between two people.

mod machine;

pub use machine::{Effect, Happened, Outcome, Phase, Role};
