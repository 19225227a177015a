//! The desktop app of Kith: a window with a node inside.
//!
//! **What it is.** [`App`] folds what the node tells into a plain [`model`], paints it, and turns what a person does into
//! calls. `kith` is the program around it.
//!
//! **What it never does.** Painting never waits, never touches the disk and never talks to the node: views get the model to
//! read and give back [`action::Action`]s; [`update`] turns them into the next model and [`update::Effect`]s, and is pure.
//! Only [`bridge`] knows the node and tokio; only `widgets`, `theme`, `text` and `views` know egui.
//!
//! **Threads.** The window's thread; the node's runtime in `bridge.rs`; short-lived threads for the desktop in
//! `platform.rs`.
//!
//! **Where to start reading.** `app.rs` shows one frame; `update.rs` what can happen; `views.rs` the screens.

pub mod action;
pub mod app;
pub mod bridge;
mod cx;
pub mod i18n;
pub mod model;
pub mod platform;
pub mod preview;
mod shortcuts;
pub mod text;
pub mod theme;
pub mod update;
pub mod views;
mod widgets;

pub use app::{App, AppOptions};
