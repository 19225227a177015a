//! Rules of contacts and chats, between two or three cores whose outputs are carried by hand.

mod chats;
mod contacts;
mod expiry;
mod flood;
mod hostile;
mod introduce;
mod link_preview;
mod mailboxes;
mod messages;
mod notify;
mod poll;
mod presence;
mod preview;
mod public_address;
mod quiet;
mod recovery;
mod renewal;
mod schedule;
mod sessions;
mod settings;
mod spoken;
mod stickers;
mod sync;
mod typing;
mod whereabouts;
mod world;
