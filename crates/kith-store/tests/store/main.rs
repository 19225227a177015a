//! The store through its public face, on real encrypted files.

mod kit;
mod messages;
mod ratchets;
mod rows;
mod transactions;
