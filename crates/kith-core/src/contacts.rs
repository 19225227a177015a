//! Who I know: inviting, asking, accepting, blocking, and what contacts tell about themselves.

pub(crate) mod add;
mod identity;
pub(crate) mod invite;
mod manage;
mod request;
mod views;
