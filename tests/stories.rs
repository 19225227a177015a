//! Every story in one binary. A story is a file beside this one and a `mod` line here.

mod backup;
mod chat;
mod expiry;
mod interop;
mod introductions;
mod keeper;
mod link_preview;
mod local_api;
mod mailbox;
mod messages;
mod nothing_readable;
mod notify;
mod poll;
mod presence;
mod profile;
mod public_address;
mod requests;
mod schedule;
mod sim_delivery;
mod sim_mailbox;
mod sim_public_address;
mod sim_sync;
mod spoken;
mod stickers;
mod sync;
mod tidy;
