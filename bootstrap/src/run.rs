//! `kith-bootstrap run`.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use kith_net::server::{IrohRelayOffer, Server, ServerConfig};
use kith_wire::services;
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
use crate::iroh_relay::{Bound, IrohRelay};
use crate::state::State;
use crate::status::{Facts, Status, keep_history};

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
    let mut hangup = signal(SignalKind::hangup())?;
    let state = State::open_or_create(&options.dir, options.config.as_deref())?;
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
    let bound = iroh_relay(&state, &options)?;
    let config = server_config(&state, &options, bound.as_ref().map(Bound::offer))?;
    let mut server = Server::start(config, &mut registry, &tracker, cancel.clone()).await?;
    let relay = bound.map(|bound| bound.serve(&server, &mut registry, &tracker, &cancel));
    let status = Status::new();
    let pages = Arc::new(Pages::new(registry, server.stats().clone(), state.trial_file(), status.clone()));
    tracker.spawn(cancel.clone().run_until_cancelled_owned(keep_history(Arc::clone(&pages))));
    let pages = pages.router();
    let stop = cancel.clone().cancelled_owned();
    tracker.spawn(async move {
        if let Err(error) = axum::serve(listener, pages).with_graceful_shutdown(stop).await {
            tracing::error!(kind = %error.kind(), "the http server has ended");
        }
    });
    let link = server.link();
    save_link(&state, &server);
    let mut private = state.config.access()?.is_private();
    let show = |server: &Server, private| status.set(facts(server, private, &state.config.notice));
    show(&server, private);
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
            _ = hangup.recv() => {
                private = reload(&options, &server).unwrap_or(private);
                relay.iter().for_each(IrohRelay::recheck);
                show(&server, private);
            }
            running = server.link_changed() => {
                if !running {
                    bail!("the network task has ended by itself");
                }
                save_link(&state, &server);
                show(&server, private);
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

fn facts(server: &Server, private: bool, notice: &str) -> Facts {
    let link = server.link();
    let offered = link.services | if private { services::PRIVATE } else { 0 };
    Facts {
        peer: server.peer_id(),
        link: link.to_string(),
        addresses: link.addresses,
        offers: services::names(offered),
        private,
        notice: notice.to_owned(),
    }
}

/// Takes over whom the node serves; everything else needs a restart. What cannot be read changes nothing. Gives whether
/// the node is private now.
fn reload(options: &RunOptions, server: &Server) -> Option<bool> {
    match State::open(&options.dir, options.config.as_deref()).and_then(|state| state.config.access()) {
        Ok(access) => {
            let private = access.is_private();
            server.change_access(access);
            tracing::info!("whom the node serves was read again");
            Some(private)
        }
        Err(error) => {
            tracing::error!(error = format!("{error:#}"), "the configuration cannot be used; nothing changed");
            None
        }
    }
}

/// Takes the ports of the relay for iroh, if it is on.
fn iroh_relay(state: &State, options: &RunOptions) -> anyhow::Result<Option<Bound>> {
    let config = match listening(&options.iroh_relay) {
        Listening::Off => None,
        Listening::AsConfigured => state.config.iroh_relay(None)?,
        Listening::At(sockets) => state.config.iroh_relay(Some(sockets))?,
    };
    config.map(|config| Bound::new(config, &state.tls_key_file())).transpose()
}

enum Listening {
    Off,
    AsConfigured,
    At(Vec<SocketAddr>),
}

fn listening(option: &[Option<SocketAddr>]) -> Listening {
    if option.contains(&None) {
        Listening::Off
    } else if option.is_empty() {
        Listening::AsConfigured
    } else {
        Listening::At(option.iter().copied().flatten().collect())
    }
}

fn server_config(
    state: &State,
    options: &RunOptions,
    iroh_relay: Option<IrohRelayOffer>,
) -> anyhow::Result<ServerConfig> {
    let config = &state.config;
    let RunOptions { listen, mailbox, .. } = options;
    let media = match listening(&options.stun) {
        Listening::Off => None,
        Listening::AsConfigured => config.media(None)?,
        Listening::At(sockets) => config.media(Some(sockets))?,
    };
    let keeps_mail = mailbox.map_or(config.keeps_mail(), |switch| switch == Switch::On);
    Ok(ServerConfig {
        key: state.key.duplicate(),
        listen: if listen.is_empty() { config.listen.clone() } else { listen.clone() },
        external: config.external.clone(),
        bootstraps: config.bootstraps.clone(),
        slots_dir: state.slots_dir(),
        mailbox: keeps_mail.then(|| config.mailbox(state.mail_dir())).transpose()?,
        turn: media,
        iroh_relay,
        access: config.access()?,
        notice: config.notice.clone(),
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
