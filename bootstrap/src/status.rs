//! The status page: what the node says of itself, and how its numbers went.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use axum::Json;
use axum::extract::State as Shared;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::IntoResponse;
use serde::Serialize;

use crate::history::{FINE_S, History, Sample};
use crate::http::Pages;

/// Nothing but the page's own parts may be loaded or run.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'";

/// What the node says of itself.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Facts {
    pub(crate) peer: String,
    /// Without the token of a private community.
    pub(crate) link: String,
    pub(crate) addresses: Vec<String>,
    pub(crate) offers: Vec<&'static str>,
    pub(crate) private: bool,
    pub(crate) notice: String,
}

/// What the page shows. Cheap to clone; all clones show the same.
#[derive(Debug, Clone)]
pub(crate) struct Status(Arc<Mutex<Inner>>);

#[derive(Debug)]
struct Inner {
    started: Instant,
    facts: Facts,
    history: History,
}

#[derive(Serialize)]
struct Answer {
    version: &'static str,
    uptime_s: u64,
    /// What keeps it from working, if anything.
    problem: Option<&'static str>,
    ready: bool,
    #[serde(flatten)]
    facts: Facts,
    history: History,
}

impl Status {
    pub(crate) fn new() -> Self {
        let inner = Inner { started: Instant::now(), facts: Facts::default(), history: History::default() };
        Self(Arc::new(Mutex::new(inner)))
    }

    /// Says what the node is now.
    pub(crate) fn set(&self, facts: Facts) {
        self.lock().facts = facts;
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Looks at the numbers for ever.
pub(crate) async fn keep_history(pages: Arc<Pages>) {
    let mut tick = tokio::time::interval(Duration::from_secs(FINE_S));
    loop {
        tick.tick().await;
        if let Some(sample) = sample(&pages).await {
            pages.status.lock().history.push(sample);
        }
    }
}

async fn sample(pages: &Pages) -> Option<Sample> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Some(Sample::read(&pages.metrics().await?, u64::try_from(since.as_millis()).unwrap_or(u64::MAX)))
}

/// `/`.
pub(crate) async fn page() -> impl IntoResponse {
    let headers = [(CONTENT_TYPE, "text/html; charset=utf-8"), (CONTENT_SECURITY_POLICY, POLICY)];
    (headers, include_str!("status/page.html"))
}

/// `/status.css`.
pub(crate) async fn style() -> impl IntoResponse {
    ([(CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("status/page.css"))
}

/// `/status.js`.
pub(crate) async fn script() -> impl IntoResponse {
    ([(CONTENT_TYPE, "text/javascript; charset=utf-8")], include_str!("status/page.js"))
}

/// `/status.json`.
pub(crate) async fn json(Shared(pages): Shared<Arc<Pages>>) -> impl IntoResponse {
    let now = sample(&pages).await;
    let (problem, ready) = (pages.problem().await, pages.is_ready());
    let inner = pages.status.lock();
    let history = now.map_or_else(|| inner.history.clone(), |now| inner.history.with_now(now));
    let answer = Answer {
        version: env!("CARGO_PKG_VERSION"),
        uptime_s: inner.started.elapsed().as_secs(),
        problem,
        ready,
        facts: inner.facts.clone(),
        history,
    };
    ([(CACHE_CONTROL, "no-store")], Json(answer))
}
