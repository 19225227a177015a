//! The overlay: how two devices find each other, reach each other and pass opaque bytes.
//!
//! **What it is.** One swarm task per node. [`Net`] is a cheap handle that takes [`NetCommand`]s; [`NetEvent`]s come
//! out of one bounded channel. Addresses are multiaddr strings and peers are `TransportId`s: no libp2p type crosses the
//! border of the client side.
//!
//! **What it never does.** It never sees plaintext, never decides who is a contact (it is told with
//! [`NetCommand::Track`]), never parses a byte of a stranger on a gated protocol, never queues without a bound.
//! Back-pressure instead of loss: while the event channel is full, streams are not read.
//!
//! **Threads.** None of its own. [`Net::start`] spawns the swarm task, and libp2p's connection tasks, on the tracker it is
//! given; all of them end when the token is cancelled. If the swarm task ends before that it has failed:
//! [`Net::stopped`] tells, and the event receiver ends. Drain the event receiver from a task that never waits for
//! [`Net::command`]: the swarm task stops taking commands while its events have nowhere to go.
//!
//! **Where to start reading.** `api.rs` (the vocabulary), `task.rs` (the loop), `streams.rs` (gates and our protocols),
//! `addr.rs` (which addresses are published and dialled), `wss.rs` (the transport for networks with nothing but the
//! web), `swarm.rs` (which libp2p behaviours, with which limits); for a
//! public node `server.rs`, and `turn.rs` for what it does for calls.
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice)]

mod addr;
mod api;
mod backoff;
mod bans;
mod bootstrap;
mod cards;
mod frames;
mod gossip;
mod guard;
mod handle;
mod hearsay;
mod ids;
mod limiter;
mod limits;
pub mod mailbox;
mod memory;
mod observed;
pub mod pin;
mod port;
mod punch;
mod rendezvous;
mod screen;
pub mod server;
pub mod services;
pub mod slot;
pub mod sockets;
mod streams;
mod swarm;
mod task;
pub mod turn;
mod upnp;
mod wss;

pub use addr::is_loopback_only;
pub use api::{
    BootstrapStatus, IceServer, NetCommand, NetConfig, NetError, NetEvent, NetState, NetStatus, Over, OverlayAccess,
    OverlayRelay, Path, RequestError, SlotOutcome, TestStep, Tuning,
};
// For measurements of what nodes run, and of nothing else.
#[doc(hidden)]
pub use cards::TOPIC as PEERS_TOPIC;
#[doc(hidden)]
pub use gossip::gossip;

pub use bootstrap::{BootstrapError, check_bootstrap};
pub use handle::Net;
