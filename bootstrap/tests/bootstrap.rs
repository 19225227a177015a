//! The real program, from outside: its command line, its pages, its services, its limits, its silence.

#[path = "bootstrap/access.rs"]
mod access;
#[path = "bootstrap/client.rs"]
mod client;
#[path = "bootstrap/container.rs"]
mod container;
#[path = "bootstrap/iroh_relay.rs"]
mod iroh_relay;
#[path = "bootstrap/mail.rs"]
mod mail;
#[path = "bootstrap/node.rs"]
mod node;
#[path = "bootstrap/operating.rs"]
mod operating;
#[path = "bootstrap/package.rs"]
mod package;
#[path = "bootstrap/program.rs"]
mod program;
#[path = "bootstrap/services.rs"]
mod services;
