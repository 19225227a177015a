//! Typed methods per feature. Each builds a command and awaits its reply.

pub(crate) mod backup;
pub(crate) mod calls;
pub(crate) mod chats;
pub(crate) mod contacts;
pub(crate) mod mailboxes;
pub(crate) mod network;
pub(crate) mod profile;
pub(crate) mod settings;
pub(crate) mod stickers;
pub(crate) mod tokens;
