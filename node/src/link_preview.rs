//! Looking at a page that the person here is about to send a link to: the only place where this program visits the web,
//! and only while they switched that on. The core asks ([`Output::FetchPage`](kith_core::Output)); what a page says comes
//! back as words and a small picture made here.
//!
//! What it never does: keep anything, on disk or for the next page; send a cookie, a referrer or a language; follow a
//! script; connect to an address that is not public. Everything that comes from a site is bounded and read without panics.
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice)]

mod address;
mod entities;
mod fetch;
mod html;
mod picture;
#[cfg(test)]
mod tests;

use std::time::Duration;

use kith_core::{Input, Page, PageOutcome};
use tokio::{
    sync::{mpsc, watch},
    time::Instant,
};

pub(crate) use address::Reach;
use fetch::{Failure, Fetcher, Want};
use html::Head;

use crate::{core_thread::ToCore, tasks::Tasks};

/// How long a page and its picture may take together.
const LIMIT: Duration = Duration::from_secs(5);

/// The page to look at, by the core's name for it; `None`: none.
pub(crate) type Wanted = Option<(u64, String)>;

/// Looks at one page at a time, the one that was wanted last, until nobody wants any more.
pub(crate) async fn run(reach: Reach, mut wanted: watch::Receiver<Wanted>, core: mpsc::Sender<ToCore>, tasks: Tasks) {
    let mut viewer = Viewer::new(reach, tasks);
    while wanted.changed().await.is_ok() {
        loop {
            let Some((id, url)) = wanted.borrow_and_update().clone() else { break };
            let outcome = tokio::select! {
                biased;
                // Whoever asked for the one before was told.
                _another = wanted.changed() => continue,
                outcome = viewer.look(&url) => outcome,
            };
            if core.send(ToCore::Input(Input::PageFetched { id, outcome })).await.is_err() {
                return;
            }
            break;
        }
    }
}

struct Viewer {
    fetcher: Fetcher,
    tasks: Tasks,
    limit: Duration,
}

impl Viewer {
    fn new(reach: Reach, tasks: Tasks) -> Self {
        Self { fetcher: Fetcher::new(reach, tasks.clone()), tasks, limit: LIMIT }
    }

    async fn look(&mut self, url: &str) -> PageOutcome {
        let deadline = Instant::now() + self.limit;
        let head = match tokio::time::timeout_at(deadline, self.head(url)).await {
            Ok(Ok(head)) => head,
            Ok(Err(Failure::Refused)) => return PageOutcome::Refused,
            Ok(Err(Failure::Nothing)) => return PageOutcome::Nothing,
            Ok(Err(Failure::Unreachable)) | Err(_) => return PageOutcome::Unreachable,
        };
        let (base, head) = head;
        // Without its picture, or in time without it, a page is still a page.
        let picture = match head.picture.as_deref().and_then(|link| base.join(link).ok()) {
            Some(link) => tokio::time::timeout_at(deadline, self.picture(link)).await.ok().flatten(),
            None => None,
        };
        PageOutcome::Page(Page { title: head.title, description: head.description, picture })
    }

    /// What a page says, and where it is after all.
    async fn head(&mut self, url: &str) -> Result<(url::Url, Head), Failure> {
        let url = url::Url::parse(url).map_err(|_malformed| Failure::Refused)?;
        let found = self.fetcher.get(url, Want::Page).await?;
        let text = html::decode(&found.body, found.charset.as_deref()).ok_or(Failure::Nothing)?;
        Ok((found.url, html::head(&text)))
    }

    async fn picture(&mut self, url: url::Url) -> Option<Vec<u8>> {
        let found = self.fetcher.get(url, Want::Picture).await.ok()?;
        self.tasks.blocking(move || picture::small(&found.body)).await.ok()?
    }
}
