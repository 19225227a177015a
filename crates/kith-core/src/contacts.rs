//! Who I know: inviting, asking, accepting, blocking, and what contacts tell about themselves.

pub(crate) mod add;
pub(crate) mod flood;
mod identity;
mod introduce;
pub(crate) mod invite;
pub(crate) mod link;
mod manage;
mod preview;
pub(crate) mod public_address;
mod request;
pub(crate) mod sharing;
pub(crate) mod spoken;
mod views;
