//! The store through its public face, on real encrypted files.

mod damage;
mod kit;
mod mailboxes;
mod messages;
mod outbox;
mod ratchets;
mod rows;
mod scale;
mod search;
mod transactions;
