//! The real program, from outside: its command line, its pages, its services, its limits, its silence.

#[path = "bootstrap/client.rs"]
mod client;
#[path = "bootstrap/mail.rs"]
mod mail;
#[path = "bootstrap/node.rs"]
mod node;
#[path = "bootstrap/program.rs"]
mod program;
#[path = "bootstrap/services.rs"]
mod services;
