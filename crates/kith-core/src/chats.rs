//! Conversations: opening, writing, receiving, reading.

mod changes;
mod delete;
mod draft;
mod edit;
mod forward;
mod marks;
mod notes;
mod react;
mod receive;
mod send;
mod views;
