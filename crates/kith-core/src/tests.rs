//! Rules of contacts and chats, between two or three cores whose outputs are carried by hand.

mod chats;
mod contacts;
mod hostile;
mod mailboxes;
mod messages;
mod preview;
mod sessions;
mod settings;
mod world;
