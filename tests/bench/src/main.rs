//! `kith-bench`: measures Kith against what the machine can do, as JSON lines.
//!
//! **What it is.** Each subcommand measures something and its anchor in one interleaved run, ABAB, and prints one line per
//! metric: the times, the anchor's, and their ratio. Ratios travel between machines, times do not.
//!
//! **What it never does.** It passes nothing that was measured on a busy machine or that drifted during the run: such a
//! line says `noisy` and has no `pass`. It talks to nobody but itself, over loopback.
//!
//! **Threads.** Those of the nodes it starts, and one echo thread for the floor; the nodes of `overlay` share one.
//!
//! **Where to start reading.** `line.rs` is the format; then one file per subcommand.

use std::{
    fs::OpenOptions,
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context as _, Result, bail, ensure};
use clap::{Args, Parser, Subcommand};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::line::Line;

mod bootstrap;
mod coldstart;
mod compare;
mod disk;
mod floor;
mod footprint;
mod gui;
mod line;
mod machine;
mod mailbox;
mod msg;
mod network;
mod online;
mod overlay;
mod people;
mod profile;
mod program;
mod raw;
mod relay;
mod samples;
mod store;
mod words;

/// Measures Kith against what the machine can do
#[derive(Parser)]
#[command(name = "kith-bench", version)]
struct Arguments {
    #[command(flatten)]
    options: Options,
    #[command(subcommand)]
    command: Command,
}

/// What all measurements share.
#[derive(Args)]
struct Options {
    /// Adds the lines to this file as well
    #[arg(long, value_name = "FILE", global = true)]
    json: Option<PathBuf>,
    /// How many samples, messages or starts; every subcommand has its own default
    #[arg(long, value_name = "N", global = true)]
    n: Option<usize>,
    /// What the texts are made from
    #[arg(long, default_value_t = 1, global = true)]
    seed: u64,
    /// Where profiles and files are made: on the disk that is to be measured
    #[arg(long, value_name = "DIR", global = true)]
    folder: Option<PathBuf>,
}

impl Options {
    /// A folder of our own that goes away with the value.
    fn folder(&self) -> io::Result<tempfile::TempDir> {
        let mut builder = tempfile::Builder::new();
        builder.prefix("kith-bench-");
        match &self.folder {
            Some(folder) => builder.tempdir_in(folder),
            None => builder.tempdir(),
        }
    }
}

#[derive(Subcommand)]
enum Command {
    /// What the machine can do: flushes, loopback round trips, sealing, hashing
    Floor,
    /// Messages between two nodes: one at a time, and a burst
    Msg,
    /// Starting with a long history: to ready, to the first page, and searching
    Coldstart {
        /// How many messages the long history has
        #[arg(long, default_value_t = 100_000)]
        messages: usize,
        /// The program to start; by default the one beside this one
        #[arg(long, value_name = "FILE")]
        kithd: Option<PathBuf>,
    },
    /// Starting a node: to its first bootstrap node, and to its first message on the disk of a contact who is there
    Online {
        /// The program to measure; by default the one beside this one
        #[arg(long, value_name = "FILE")]
        kithd: Option<PathBuf>,
        /// The bootstrap node to use; by default the one beside this one
        #[arg(long, value_name = "FILE")]
        bootstrap: Option<PathBuf>,
    },
    /// A node that only is there, with ten contacts: processor, wakeups, bytes, memory
    Footprint {
        /// The program to measure; by default the one beside this one
        #[arg(long, value_name = "FILE")]
        kithd: Option<PathBuf>,
        /// The bootstrap node to use; by default the one beside this one
        #[arg(long, value_name = "FILE")]
        bootstrap: Option<PathBuf>,
    },
    /// A bootstrap node with many connections: memory for each, processor while they rest
    Bootstrap {
        /// How many connections
        #[arg(long, default_value_t = 10_000)]
        conns: usize,
        /// The program to measure; by default the one beside this one
        #[arg(long, value_name = "FILE")]
        bootstrap: Option<PathBuf>,
    },
    /// A public node that relays calls, against coturn, and circuits: packets and bytes for a second of a core
    Relay {
        /// The program to measure; by default the one beside this one
        #[arg(long, value_name = "FILE")]
        bootstrap: Option<PathBuf>,
        /// coturn's server
        #[arg(long, value_name = "FILE", default_value = "turnserver")]
        turnserver: PathBuf,
    },
    /// Gossip among n nodes, 1000 by default: how a message spreads, against the shortest paths and other settings
    Overlay {
        /// How many others each node dials
        #[arg(long, default_value_t = 6)]
        dials: usize,
        /// How long a message is; a card with three addresses is about as long
        #[arg(long, default_value_t = 300)]
        bytes: usize,
    },
    /// A mailbox: envelopes put and fetched per second, and what 10,000 queues cost in memory
    Mailbox,
    /// A history of n messages, a million by default: its first page, searching, exporting it, and inserting
    Store,
    /// The window with a long history: its first frame, opening, scrolling, restyling, a burst, rest, and its memory
    Gui {
        /// How many messages the long history has
        #[arg(long, default_value_t = 100_000)]
        messages: usize,
        /// The program to start; by default the one beside this one
        #[arg(long, value_name = "FILE")]
        kith: Option<PathBuf>,
    },
    /// Compares the ratios of two files; fails if one got more than 10 % worse
    Compare {
        /// The lines from before
        before: PathBuf,
        /// The lines from now
        after: PathBuf,
    },
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nobody is left to tell if stderr is gone.
            let _gone = writeln!(io::stderr(), "kith-bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<()> {
    if rustls::crypto::ring::default_provider().install_default().is_err() {
        bail!("another TLS provider is installed already");
    }
    let options = &arguments.options;
    let lines = match &arguments.command {
        Command::Floor => floor::run(options)?,
        Command::Msg => runtime()?.block_on(msg::run(options))?,
        Command::Coldstart { messages, kithd } => {
            runtime()?.block_on(coldstart::run(options, *messages, kithd.as_deref()))?
        }
        Command::Online { kithd, bootstrap } => {
            let programs = online::Programs { kithd: kithd.as_deref(), bootstrap: bootstrap.as_deref() };
            runtime()?.block_on(online::run(options, &programs))?
        }
        Command::Footprint { kithd, bootstrap } => {
            runtime()?.block_on(footprint::run(options, kithd.as_deref(), bootstrap.as_deref()))?
        }
        Command::Bootstrap { conns, bootstrap } => {
            raise_descriptors()?;
            runtime()?.block_on(bootstrap::run(options, *conns, bootstrap.as_deref()))?
        }
        Command::Relay { bootstrap, turnserver } => {
            raise_descriptors()?;
            let programs = relay::Programs { bootstrap: bootstrap.as_deref(), turnserver };
            runtime()?.block_on(relay::run(options, &programs))?
        }
        Command::Overlay { dials, bytes } => overlay::run(options, &overlay::Network { dials: *dials, bytes: *bytes })?,
        Command::Mailbox => runtime()?.block_on(mailbox::run(options))?,
        Command::Store => runtime()?.block_on(store::run(options))?,
        Command::Gui { messages, kith } => {
            let program = kith.clone().map_or_else(|| beside_us("kith"), Ok)?;
            gui::run(options, *messages, &program)?
        }
        Command::Compare { before, after } => return compare::run(before, after),
    };
    tell(&lines, options.json.as_deref())
}

/// A program built along with this one.
fn beside_us(name: &str) -> Result<PathBuf> {
    let program = std::env::current_exe()?.with_file_name(name);
    ensure!(program.exists(), "{} is not there: build it too, or say where it is", program.display());
    Ok(program)
}

/// As many open files as this process, and those it starts, may have.
fn raise_descriptors() -> Result<()> {
    let most = getrlimit(Resource::Nofile).maximum;
    Ok(setrlimit(Resource::Nofile, Rlimit { current: most, maximum: most })?)
}

fn runtime() -> io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()
}

fn tell(lines: &[Line], file: Option<&Path>) -> Result<()> {
    let mut text = String::new();
    for line in lines {
        text.push_str(&serde_json::to_string(line)?);
        text.push('\n');
    }
    if let Some(file) = file {
        let mut file = OpenOptions::new().append(true).create(true).open(file).context("--json")?;
        file.write_all(text.as_bytes())?;
    }
    Ok(io::stdout().write_all(text.as_bytes())?)
}
