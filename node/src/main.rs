//! `kithd`: a node without a window, and commands for one that runs.

use std::{
    io::{self, Write as _},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use anyhow::{Context as _, Result, bail};
use clap::{Args, Parser, Subcommand};
use kith_node::{
    AudioIn, AudioOut, Node, Restore, RestoreKey, TOKEN_FILE, forbid_core_dumps,
    params::ServeParams,
    standard,
    video::{VideoIn, VideoOut},
};
use serde_json::json;
use tracing_subscriber::EnvFilter;
use zeroize::Zeroizing;

mod cli;

/// How long the ready line waits for the first address.
const LISTEN_LIMIT: Duration = Duration::from_secs(3);
/// How long blocked reads of the terminal may hold up the end.
const RUNTIME_LIMIT: Duration = Duration::from_millis(100);
/// The environment variable with the profile's password.
const PASSWORD_VARIABLE: &str = "KITH_PASSWORD";

/// A Kith node without a window
#[derive(Parser)]
#[command(name = "kithd", version)]
struct Arguments {
    /// The profile folder
    #[arg(long, value_name = "DIR", global = true)]
    profile: Option<PathBuf>,
    #[command(flatten)]
    run: RunArguments,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Args)]
struct RunArguments {
    /// Makes the profile with this name if there is none
    #[arg(long)]
    name: Option<String>,
    /// Reads the profile's password from the first line of a file; KITH_PASSWORD works too
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// Brings an account back from this backup, into a folder without a profile
    #[arg(long, value_name = "FILE")]
    restore: Option<PathBuf>,
    /// Reads the password of the backup from the first line of a file; without it the profile's is tried
    #[arg(long, value_name = "FILE", requires = "restore", conflicts_with = "words_file")]
    restore_password_file: Option<PathBuf>,
    /// Reads the account's 24 words from a file: they open the backup, or with --name bring the account back alone
    #[arg(long, value_name = "FILE")]
    words_file: Option<PathBuf>,
    /// Where to serve the local API; port 0 takes any
    #[arg(long, value_name = "127.0.0.1:PORT", default_value = "127.0.0.1:0")]
    api: SocketAddr,
    /// Listens on these addresses instead of port 4100 everywhere
    #[arg(long, value_name = "MULTIADDR", num_args = 1..)]
    listen: Vec<String>,
    /// Uses these bootstrap nodes: kith:b/1/… or /…/p2p/PEER
    #[arg(long, value_name = "ADDR", num_args = 1..)]
    bootstrap: Vec<String>,
    /// Neither looks for nodes on the local network nor announces this one there
    #[arg(long)]
    no_mdns: bool,
    /// Leaves out the built-in bootstrap nodes
    #[arg(long)]
    no_default_bootstrap: bool,
    /// Keeps mail for others from now on, or not any more; kept in the profile
    #[arg(long, value_name = "on|off", value_parser = clap::builder::BoolishValueParser::new())]
    mailbox: Option<bool>,
    /// How much mail may lie there, in MiB
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(16..=65536))]
    mailbox_quota_mb: Option<u32>,
    /// What the other side of a call hears: a file is played once, then there is silence
    #[arg(long, value_name = "tone[:HZ]|silence|FILE.wav|device[:NAME]", default_value = "silence")]
    audio_in: AudioIn,
    /// Where the sound of a call goes: a file is written anew by every call
    #[arg(long, value_name = "null|FILE.wav|device[:NAME]", default_value = "null")]
    audio_out: AudioOut,
    /// What the other side of a call sees while the camera is on: a file is shown once
    #[arg(long, value_name = "none|pattern|screen|FILE.y4m", default_value = "none")]
    video_in: VideoIn,
    /// Where what the other side shows goes: a file is written anew by every call
    #[arg(long, value_name = "null|FILE.y4m", default_value = "null")]
    video_out: VideoOut,
    /// What to log to stderr
    #[arg(
        long,
        value_name = "FILTER",
        default_value = "warn,kith_node=info,kith_core=info,kith_net=info,kithd=info,libp2p_kad=error"
    )]
    log: String,
}

#[derive(Subcommand)]
enum Command {
    /// Calls a method of the node that runs on the profile and prints the result as JSON
    Call {
        /// The method, as in docs/API.md
        method: String,
        /// Its parameters
        json: Option<String>,
    },
    /// Chats in the terminal through the node that runs on the profile
    Chat {
        /// An account, or a contact's name
        contact: String,
    },
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match start(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        // Who reads only the beginning, as `head` does, has what they wanted.
        Err(error) if arguments.command.is_some() && error.downcast_ref().is_some_and(is_broken_pipe) => {
            ExitCode::SUCCESS
        }
        Err(error) => {
            // Nobody is left to tell if stderr is gone.
            let _gone = writeln!(io::stderr(), "kithd: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn is_broken_pipe(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::BrokenPipe
}

fn start(arguments: &Arguments) -> Result<()> {
    let profile = arguments.profile.as_deref().context("give the profile folder with --profile DIR")?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let done = match &arguments.command {
        None => {
            log_to_stderr(&arguments.run.log)?;
            if let Err(error) = forbid_core_dumps() {
                tracing::warn!(%error, "a crash may write this process's memory to a file");
            }
            if rustls::crypto::ring::default_provider().install_default().is_err() {
                bail!("another TLS provider is installed already");
            }
            runtime.block_on(run(profile, &arguments.run))
        }
        Some(Command::Call { method, json }) => runtime.block_on(cli::call::run(profile, method, json.as_deref())),
        Some(Command::Chat { contact }) => runtime.block_on(cli::chat::run(profile, contact)),
    };
    runtime.shutdown_timeout(RUNTIME_LIMIT);
    done
}

fn log_to_stderr(filter: &str) -> Result<()> {
    let filter = EnvFilter::try_new(filter).with_context(|| format!("--log {filter}"))?;
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).with_ansi(false).init();
    Ok(())
}

async fn run(profile: &Path, arguments: &RunArguments) -> Result<()> {
    let mut stop = Stop::new()?;
    let mut builder = Node::builder(profile)
        .preset(standard())
        .mdns(!arguments.no_mdns)
        .default_bootstraps(!arguments.no_default_bootstrap)
        .api(arguments.api)
        .audio(arguments.audio_in.clone(), arguments.audio_out.clone())
        .video(arguments.video_in.clone(), arguments.video_out.clone());
    if !arguments.listen.is_empty() {
        builder = builder.listen(arguments.listen.clone());
    }
    if let Some(name) = &arguments.name {
        builder = builder.name(name);
    }
    let password = password(arguments.password_file.as_deref())?;
    if let Some(password) = &password {
        builder = builder.password(password.as_str());
    }
    if let Some(restore) = restore(arguments, password.as_ref().map(|password| password.as_str()))? {
        builder = builder.restore(restore);
    }
    for address in &arguments.bootstrap {
        builder = builder.bootstrap(address);
    }
    let node = builder.spawn().await?;
    let done = tokio::select! {
        told = until_broken(&node, profile, arguments) => told,
        () = stop.wait() => Ok(()),
    };
    tracing::info!("stopping");
    node.shutdown().await;
    done
}

/// Serves until a part of the node breaks.
async fn until_broken(node: &Node, profile: &Path, arguments: &RunArguments) -> Result<()> {
    let (on, quota_mb) = (arguments.mailbox, arguments.mailbox_quota_mb);
    if on.is_some() || quota_mb.is_some() {
        let params = ServeParams { on, quota_mb, erase: None };
        node.mailboxes().serve(params).await.context("--mailbox")?;
    }
    tell_ready(node, profile).await?;
    node.ended().await;
    if node.is_wiped() {
        return Ok(());
    }
    bail!("a part of the node ended by itself, which is a fault: the log has more")
}

async fn tell_ready(node: &Node, profile: &Path) -> Result<()> {
    let listen = node.listening(LISTEN_LIMIT).await;
    let api = node.api_address().context("the local API is off")?;
    let ready = json!({
        "ready": true,
        "api": format!("http://{api}"),
        "token_file": std::path::absolute(profile)?.join(TOKEN_FILE),
        "account": node.account(),
        "listen": listen,
    });
    let mut out = io::stdout().lock();
    writeln!(out, "{ready}").and_then(|()| out.flush()).context("writing the ready line")?;
    let profile = profile.display();
    eprintln!("To invite somebody:   kithd call contacts.invite --profile {profile}");
    eprintln!("With a link you got:  kithd call contacts.add '{{\"link\":\"kith:i/1/…\"}}' --profile {profile}");
    eprintln!("To accept a request:  kithd call contacts.accept '{{\"account\":\"kith1…\"}}' --profile {profile}");
    eprintln!("To talk:              kithd chat NAME --profile {profile}");
    eprintln!("To keep mail:         kithd call mailboxes.serve '{{\"on\":true}}' --profile {profile}");
    Ok(())
}

/// The password from the file, or else from the environment; the first line is what counts.
fn password(file: Option<&Path>) -> Result<Option<Zeroizing<String>>> {
    let text = match file {
        Some(file) => {
            let text = std::fs::read_to_string(file).with_context(|| format!("--password-file {}", file.display()))?;
            Zeroizing::new(text)
        }
        None => match std::env::var(PASSWORD_VARIABLE) {
            Ok(text) => Zeroizing::new(text),
            Err(std::env::VarError::NotPresent) => return Ok(None),
            Err(error) => return Err(error).context(PASSWORD_VARIABLE),
        },
    };
    match text.lines().next() {
        Some(line) if !line.is_empty() => Ok(Some(Zeroizing::new(line.to_owned()))),
        Some(_) | None => bail!("the password is empty"),
    }
}

/// What brings an account back, if that is asked for.
fn restore(arguments: &RunArguments, password: Option<&str>) -> Result<Option<Restore>> {
    let words = match &arguments.words_file {
        Some(file) => {
            let text = std::fs::read_to_string(file).with_context(|| format!("--words-file {}", file.display()))?;
            Some(Zeroizing::new(text))
        }
        None => None,
    };
    let key = match (&arguments.restore, &words) {
        (None, None) => return Ok(None),
        (None, Some(words)) => return Ok(Some(Restore::words(words)?)),
        (Some(_), Some(words)) => RestoreKey::words(words)?,
        (Some(_), None) => match &arguments.restore_password_file {
            Some(file) => RestoreKey::password(&first_line(file, "--restore-password-file")?),
            None => RestoreKey::password(
                password.context("give --restore-password-file FILE or --words-file FILE to open the backup")?,
            ),
        },
    };
    Ok(arguments.restore.as_ref().map(|file| Restore::file(file, key)))
}

fn first_line(file: &Path, option: &str) -> Result<Zeroizing<String>> {
    let text = std::fs::read_to_string(file).with_context(|| format!("{option} {}", file.display()))?;
    let text = Zeroizing::new(text);
    match text.lines().next() {
        Some(line) if !line.is_empty() => Ok(Zeroizing::new(line.to_owned())),
        Some(_) | None => bail!("the password is empty"),
    }
}

/// The signals that end the node.
struct Stop {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
}

impl Stop {
    #[cfg(unix)]
    fn new() -> Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};

        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    #[cfg(unix)]
    async fn wait(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }

    #[cfg(not(unix))]
    fn new() -> Result<Self> {
        Ok(Self {})
    }

    #[cfg(not(unix))]
    async fn wait(&mut self) {
        if let Err(error) = tokio::signal::ctrl_c().await {
            tracing::error!(%error, "ctrl-C is not watched");
            std::future::pending::<()>().await;
        }
    }
}
