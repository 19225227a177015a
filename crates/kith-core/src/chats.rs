//! Conversations: opening, writing, receiving, reading.

mod draft;
mod notes;
mod receive;
mod send;
mod views;
