//! `/metrics`, `/healthz` and `/readyz` on loopback.

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

/// The network task shows that it is alive every second; silence for this long means that it is stuck.
const STUCK_MS: u64 = 10_000;

/// What the pages show.
#[derive(Debug)]
pub(crate) struct Pages {
    pub(crate) registry: Registry,
    pub(crate) stats: Stats,
    pub(crate) trial_file: PathBuf,
    process: Process,
}

#[derive(Debug, Default)]
struct Process {
    resident: Gauge,
    descriptors: Gauge,
}

impl Pages {
    /// Pages over these numbers.
    pub(crate) fn new(mut registry: Registry, stats: Stats, trial_file: PathBuf) -> Self {
        let process = Process::default();
        registry.register("process_resident_memory_bytes", "Memory of the process", process.resident.clone());
        registry.register("process_open_fds", "Open file descriptors", process.descriptors.clone());
        Self { registry, stats, trial_file, process }
    }

    /// The routes.
    pub(crate) fn router(self) -> Router {
        Router::new()
            .route("/metrics", get(metrics))
            .route("/healthz", get(healthz))
            .route("/readyz", get(readyz))
            .with_state(Arc::new(self))
    }
}

async fn metrics(Shared(pages): Shared<Arc<Pages>>) -> impl IntoResponse {
    if let Some((resident, descriptors)) = process_numbers().await {
        pages.process.resident.set(resident);
        pages.process.descriptors.set(descriptors);
    }
    let mut text = String::new();
    match encode(&mut text, &pages.registry) {
        Ok(()) => (
            StatusCode::OK,
            [(header::CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")],
            text,
        ),
        Err(_formatting) => {
            (StatusCode::INTERNAL_SERVER_ERROR, [(header::CONTENT_TYPE, "text/plain")], "not encodable\n".to_owned())
        }
    }
}

async fn healthz(Shared(pages): Shared<Arc<Pages>>) -> impl IntoResponse {
    if pages.stats.since_tick_ms().is_none_or(|ms| ms >= STUCK_MS) {
        return (StatusCode::SERVICE_UNAVAILABLE, "the network task is stuck\n");
    }
    if tokio::fs::write(&pages.trial_file, b"ok\n").await.is_err() {
        return (StatusCode::SERVICE_UNAVAILABLE, "the disk takes no writes\n");
    }
    (StatusCode::OK, "ok\n")
}

async fn readyz(Shared(pages): Shared<Arc<Pages>>) -> impl IntoResponse {
    if pages.stats.external_addresses() == 0 {
        return (StatusCode::SERVICE_UNAVAILABLE, "no address to offer to others\n");
    }
    (StatusCode::OK, "ok\n")
}

/// Resident bytes and open descriptors; `None` where there is no /proc.
async fn process_numbers() -> Option<(i64, i64)> {
    let statm = tokio::fs::read_to_string("/proc/self/statm").await.ok()?;
    let pages: i64 = statm.split(' ').nth(1)?.parse().ok()?;
    let mut entries = tokio::fs::read_dir("/proc/self/fd").await.ok()?;
    let mut descriptors = 0i64;
    while entries.next_entry().await.ok()?.is_some() {
        descriptors = descriptors.saturating_add(1);
    }
    Some((pages.saturating_mul(4096), descriptors))
}
