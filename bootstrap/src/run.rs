//! `kith-bootstrap run`.

use std::time::Duration;

use anyhow::{Context, bail};
use kith_net::server::{Server, ServerConfig};
use prometheus_client::registry::Registry;
use serde::Serialize;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing_subscriber::EnvFilter;

use crate::cli::{RunOptions, Switch};
use crate::config::LogLevel;
use crate::http::Pages;
use crate::state::State;

/// Everything must have ended in this time after a signal.
const SHUTDOWN: Duration = Duration::from_secs(10);

#[derive(Serialize)]
struct Ready<'a> {
    ready: bool,
    address: String,
    peer: String,
    listen: &'a [String],
    http: String,
}

/// Runs a node until SIGTERM or ctrl-C.
pub(crate) async fn run(options: RunOptions) -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let state = State::open_or_create(&options.dir)?;
    let _lock = state.lock()?;
    log_to_stderr(state.config.log);
    let address = options.http.unwrap_or(state.config.http);
    if !address.ip().is_loopback() {
        bail!("{address} is not a loopback address; metrics and health are not meant for the network");
    }
    let listener = TcpListener::bind(address).await.with_context(|| format!("cannot serve http on {address}"))?;
    let http = format!("http://{}", listener.local_addr()?);

    let (tracker, cancel) = (TaskTracker::new(), CancellationToken::new());
    let mut registry = Registry::default();
    let config = server_config(&state, options.listen, options.mailbox)?;
    let mut server = Server::start(config, &mut registry, &tracker, cancel.clone()).await?;
    let pages = Pages::new(registry, server.stats().clone(), state.trial_file()).router();
    let stop = cancel.clone().cancelled_owned();
    tracker.spawn(async move {
        if let Err(error) = axum::serve(listener, pages).with_graceful_shutdown(stop).await {
            tracing::error!(kind = %error.kind(), "the http server has ended");
        }
    });
    let link = server.link();
    save_link(&state, &server);
    let ready = Ready {
        ready: true,
        address: link.to_string(),
        peer: server.peer_id(),
        listen: server.listen_addresses(),
        http,
    };
    println!("{}", serde_json::to_string(&ready)?);
    tracing::info!("ready");

    loop {
        tokio::select! {
            _ = terminate.recv() => break,
            _ = interrupt.recv() => break,
            running = server.link_changed() => {
                if !running {
                    bail!("the network task has ended by itself");
                }
                save_link(&state, &server);
            }
        }
    }
    tracing::info!("stopping");
    cancel.cancel();
    tracker.close();
    if tokio::time::timeout(SHUTDOWN, tracker.wait()).await.is_err() {
        tracing::warn!("some tasks did not end in time");
    }
    Ok(())
}

fn server_config(state: &State, listen: Vec<String>, mailbox: Option<Switch>) -> anyhow::Result<ServerConfig> {
    let config = &state.config;
    let keeps_mail = mailbox.map_or(config.keeps_mail(), |switch| switch == Switch::On);
    Ok(ServerConfig {
        key: state.key.duplicate(),
        listen: if listen.is_empty() { config.listen.clone() } else { listen },
        external: config.external.clone(),
        bootstraps: config.bootstraps.clone(),
        slots_dir: state.slots_dir(),
        mailbox: keeps_mail.then(|| config.mailbox(state.mail_dir())).transpose()?,
        agent: concat!("kith-bootstrap/", env!("CARGO_PKG_VERSION")).to_owned(),
        limits: config.limits(),
    })
}

fn save_link(state: &State, server: &Server) {
    if let Err(error) = state.save_link(&server.link()) {
        tracing::warn!(kind = %error.kind(), "the address could not be saved for `address`");
    }
}

/// Only our own crates log: libp2p's messages contain addresses of peers.
fn log_to_stderr(level: LogLevel) {
    let level = level.name();
    let filter = EnvFilter::new(format!("off,kith_bootstrap={level},kith_net={level}"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(false).init();
}
