//! The status page, `/metrics`, `/healthz` and `/readyz` on loopback.

use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::extract::State as Shared;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use kith_net::server::Stats;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use crate::status::{self, Status};

/// The network task shows that it is alive every second; silence for this long means that it is stuck.
const STUCK_MS: u64 = 10_000;

/// What the pages show.
#[derive(Debug)]
pub(crate) struct Pages {
    pub(crate) registry: Registry,
    pub(crate) stats: Stats,
    pub(crate) trial_file: PathBuf,
    pub(crate) status: Status,
    process: Process,
}

#[derive(Debug, Default)]
struct Process {
    resident: Gauge,
    descriptors: Gauge,
}

impl Pages {
    /// Pages over these numbers.
    pub(crate) fn new(mut registry: Registry, stats: Stats, trial_file: PathBuf, status: Status) -> Self {
        let process = Process::default();
        registry.register("process_resident_memory_bytes", "Memory of the process", process.resident.clone());
        registry.register("process_open_fds", "Open file descriptors", process.descriptors.clone());
        Self { registry, stats, trial_file, status, process }
    }

    /// The numbers as OpenMetrics text.
    pub(crate) async fn metrics(&self) -> Option<String> {
        if let Some(resident) = resident_bytes().await {
            self.process.resident.set(resident);
        }
        if let Some(descriptors) = open_descriptors().await {
            self.process.descriptors.set(descriptors);
        }
        let mut text = String::new();
        encode(&mut text, &self.registry).ok()?;
        Some(text)
    }

    /// What keeps the node from working, if anything.
    pub(crate) async fn problem(&self) -> Option<&'static str> {
        if self.stats.since_tick_ms().is_none_or(|ms| ms >= STUCK_MS) {
            return Some("the network task is stuck");
        }
        let written = tokio::fs::write(&self.trial_file, b"ok\n").await;
        written.is_err().then_some("the disk takes no writes")
    }

    /// Whether there is an address to offer.
    pub(crate) fn is_ready(&self) -> bool {
        self.stats.external_addresses() > 0
    }

    /// The routes.
    pub(crate) fn router(self: Arc<Self>) -> Router {
        Router::new()
            .route("/", get(status::page))
            .route("/status.css", get(status::style))
            .route("/status.js", get(status::script))
            .route("/status.json", get(status::json))
            .route("/metrics", get(metrics))
            .route("/healthz", get(healthz))
            .route("/readyz", get(readyz))
            .with_state(self)
    }
}

async fn metrics(Shared(pages): Shared<Arc<Pages>>) -> impl IntoResponse {
    match pages.metrics().await {
        Some(text) => (
            StatusCode::OK,
            [(header::CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")],
            text,
        ),
        None => {
            (StatusCode::INTERNAL_SERVER_ERROR, [(header::CONTENT_TYPE, "text/plain")], "not encodable\n".to_owned())
        }
    }
}

async fn healthz(Shared(pages): Shared<Arc<Pages>>) -> impl IntoResponse {
    match pages.problem().await {
        Some(problem) => (StatusCode::SERVICE_UNAVAILABLE, format!("{problem}\n")),
        None => (StatusCode::OK, "ok\n".to_owned()),
    }
}

async fn readyz(Shared(pages): Shared<Arc<Pages>>) -> impl IntoResponse {
    if !pages.is_ready() {
        return (StatusCode::SERVICE_UNAVAILABLE, "no address to offer to others\n");
    }
    (StatusCode::OK, "ok\n")
}

/// Resident bytes; `None` where there is no /proc.
pub(crate) async fn resident_bytes() -> Option<i64> {
    let statm = tokio::fs::read_to_string("/proc/self/statm").await.ok()?;
    let pages: i64 = statm.split(' ').nth(1)?.parse().ok()?;
    Some(pages.saturating_mul(4096))
}

/// Open descriptors; `None` where there is no /proc.
async fn open_descriptors() -> Option<i64> {
    let mut entries = tokio::fs::read_dir("/proc/self/fd").await.ok()?;
    let mut descriptors = 0i64;
    while entries.next_entry().await.ok()?.is_some() {
        descriptors = descriptors.saturating_add(1);
    }
    Some(descriptors)
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::Duration;

    use kith_crypto::SigningKey;
    use kith_net::server::{Access, Limits, Server, ServerConfig};
    use tokio_util::{sync::CancellationToken, task::TaskTracker};

    use super::*;

    async fn pages(folder: &Path, listen: &[&str], cancel: &CancellationToken) -> (Server, Arc<Pages>) {
        let config = ServerConfig {
            key: SigningKey::generate(),
            listen: listen.iter().map(|address| (*address).to_owned()).collect(),
            external: Vec::new(),
            bootstraps: Vec::new(),
            slots_dir: folder.to_owned(),
            mailbox: None,
            turn: None,
            iroh_relay: None,
            access: Access::default(),
            notice: String::new(),
            agent: "kith-bootstrap-test".to_owned(),
            limits: Limits::default(),
        };
        let (mut registry, tracker) = (Registry::default(), TaskTracker::new());
        let server = Server::start(config, &mut registry, &tracker, cancel.clone()).await.unwrap();
        let pages = Pages::new(registry, server.stats().clone(), folder.join(".healthz"), Status::new());
        (server, Arc::new(pages))
    }

    #[tokio::test]
    async fn a_node_without_an_address_to_offer_is_not_ready() {
        let (folder, cancel) = (tempfile::tempdir().unwrap(), CancellationToken::new());
        for (listen, expected) in
            [(&["/ip4/127.0.0.1/tcp/0"][..], StatusCode::OK), (&[], StatusCode::SERVICE_UNAVAILABLE)]
        {
            let (_server, pages) = pages(folder.path(), listen, &cancel).await;
            let ready = readyz(Shared(Arc::clone(&pages))).await.into_response().status();
            assert_eq!((ready, pages.is_ready()), (expected, expected == StatusCode::OK));
            assert_eq!(healthz(Shared(pages)).await.into_response().status(), StatusCode::OK, "that is another matter");
        }
        cancel.cancel();
    }

    /// The one thread is held up, as by a call that blocks: the network task does not come round meanwhile.
    #[tokio::test]
    async fn health_fails_while_the_network_task_is_held_up() {
        let (folder, cancel) = (tempfile::tempdir().unwrap(), CancellationToken::new());
        let (_server, pages) = pages(folder.path(), &["/ip4/127.0.0.1/tcp/0"], &cancel).await;
        let health = async || healthz(Shared(Arc::clone(&pages))).await.into_response().status();
        let recovers = async || {
            let well = async {
                while health().await != StatusCode::OK {
                    tokio::task::yield_now().await;
                }
            };
            tokio::time::timeout(Duration::from_secs(10), well).await.expect("healthy");
        };
        recovers().await;
        std::thread::sleep(Duration::from_millis(STUCK_MS));
        assert_eq!(health().await, StatusCode::SERVICE_UNAVAILABLE);
        recovers().await;
        cancel.cancel();
    }
}
