//! Every story in one binary. A story is a file beside this one and a `mod` line here.

mod backup;
mod chat;
mod interop;
mod keeper;
mod local_api;
mod mailbox;
mod messages;
mod nothing_readable;
mod profile;
mod sim_delivery;
mod sim_mailbox;
mod tidy;
