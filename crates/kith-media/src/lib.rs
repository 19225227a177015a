//! Sound and pictures: from a device to a packet, and back.
//!
//! It knows no peers and no network. Threads of callbacks neither allocate nor lock nor log.
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod frame;

pub use frame::{FRAME, Frame, RATE, SILENCE};
