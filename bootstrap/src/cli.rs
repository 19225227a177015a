//! The command line.

use std::net::{AddrParseError, SocketAddr};
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// A public node for a Kith community: helps people find and reach each other, and reads nothing.
#[derive(Debug, Parser)]
#[command(name = "kith-bootstrap", version, about)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Create a folder with a configuration and a key, and print the address to share.
    Init {
        /// The folder; an existing configuration or key in it is never overwritten.
        #[arg(long)]
        dir: PathBuf,
    },
    /// Run the node until SIGTERM or ctrl-C. Prints one JSON line when ready.
    Run(RunOptions),
    /// Print the address to share.
    Address {
        /// The folder of the node.
        #[arg(long)]
        dir: PathBuf,
        /// The configuration, if `run` is told to read it elsewhere than in the folder.
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
    },
    /// Connect to a node and try each of its services. Exits with 1 if it is not reached, 2 if one it offers does not work.
    Probe {
        /// A link (kith:b/1/…) or a multiaddr that ends in /p2p/PEER.
        address: String,
        /// Print one JSON object instead of lines for people.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Args)]
pub(crate) struct RunOptions {
    /// The folder of the node; created as by `init` if it does not exist yet.
    #[arg(long)]
    pub(crate) dir: PathBuf,
    /// The configuration instead of config.toml in the folder; none is created there then.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Addresses to listen on instead of those in the configuration.
    #[arg(long, value_name = "MULTIADDR", num_args = 1..)]
    pub(crate) listen: Vec<String>,
    /// Where to serve /metrics, /healthz and /readyz: a loopback address; port 0 takes any.
    #[arg(long, value_name = "127.0.0.1:PORT")]
    pub(crate) http: Option<SocketAddr>,
    /// Where to answer STUN and TURN instead of what the configuration says, or `off`; port 0 takes any.
    #[arg(long, value_name = "ADDRESS:PORT|off", num_args = 1.., value_parser = socket_or_off)]
    pub(crate) stun: Vec<Option<SocketAddr>>,
    /// Where to relay for iroh (TCP, and UDP with the same number) instead of what the configuration says, or `off`; port
    /// 0 takes any.
    #[arg(long, value_name = "ADDRESS:PORT|off", num_args = 1.., value_parser = socket_or_off)]
    pub(crate) iroh_relay: Vec<Option<SocketAddr>>,
    /// Whether to keep mail for others, instead of what the configuration says.
    #[arg(long, value_enum)]
    pub(crate) mailbox: Option<Switch>,
}

fn socket_or_off(text: &str) -> Result<Option<SocketAddr>, AddrParseError> {
    if text == "off" { Ok(None) } else { text.parse().map(Some) }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Switch {
    On,
    Off,
}
