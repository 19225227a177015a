//! `kith-bootstrap`: a public node for a community.
//!
//! **What it is.** A small program around [`kith_net::server`]: command line, configuration, key file, metrics page.
//!
//! **What it never does.** It never links the part of Kith that reads messages, never asks who somebody is, and writes
//! no address and no id of anybody else to its log or its metrics.
//!
//! **Threads.** A tokio runtime; the server adds one task for the swarm and one thread each for the slot files, the mail, and
//! STUN and TURN.
//!
//! **Where to start reading.** `cli.rs` (what it can be told), `run.rs` (the life of the process), `state.rs` (its folder).

mod cli;
mod config;
mod history;
mod http;
mod iroh_relay;
mod probe;
mod run;
mod state;
mod status;

use std::process::ExitCode;

use clap::Parser;

use cli::{Cli, Command};

fn main() -> ExitCode {
    if rustls::crypto::ring::default_provider().install_default().is_err() {
        eprintln!("kith-bootstrap: another TLS provider was installed first");
        return ExitCode::FAILURE;
    }
    match act(Cli::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("kith-bootstrap: {}", one_line(&error));
            ExitCode::FAILURE
        }
    }
}

fn act(cli: Cli) -> anyhow::Result<ExitCode> {
    match cli.command {
        Command::Init { dir } => {
            let state = state::State::create(&dir)?;
            println!("{}", state.link()?);
            eprintln!(
                "created {}; if others reach this machine under another address, set `external` in config.toml",
                dir.display()
            );
            Ok(ExitCode::SUCCESS)
        }
        Command::Address { dir, config } => {
            println!("{}", state::State::open(&dir, config.as_deref())?.link()?);
            Ok(ExitCode::SUCCESS)
        }
        Command::Run(options) => {
            runtime()?.block_on(run::run(options))?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Probe { address, json } => runtime()?.block_on(probe::probe(&address, json)),
    }
}

fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}

/// The error and its causes without repeats and line breaks: a log reader sees one line.
fn one_line(error: &anyhow::Error) -> String {
    let mut text = String::new();
    for cause in error.chain() {
        let cause = cause.to_string();
        if !text.contains(&cause) {
            if !text.is_empty() {
                text.push_str(": ");
            }
            text.push_str(&cause);
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
