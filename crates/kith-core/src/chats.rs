//! Conversations: opening, writing, receiving, reading.

mod receive;
mod send;
mod views;
