//! Conversations: opening, writing, receiving, reading.

mod draft;
mod receive;
mod send;
mod views;
