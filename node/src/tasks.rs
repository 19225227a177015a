//! Everything that runs beside the caller: the only file that starts tasks and threads.

use std::{io, thread, time::Duration};

use tokio_util::{
    sync::{CancellationToken, DropGuard},
    task::{TaskTracker, task_tracker::TaskTrackerToken},
};

/// The tasks of one node. Cloning shares them.
#[derive(Clone, Debug)]
pub(crate) struct Tasks {
    tracker: TaskTracker,
    cancel: CancellationToken,
}

/// The node is stopping and starts nothing any more.
#[derive(Debug, thiserror::Error)]
#[error("the work was stopped")]
pub(crate) struct Stopped;

impl Tasks {
    pub(crate) fn new() -> Self {
        Self { tracker: TaskTracker::new(), cancel: CancellationToken::new() }
    }

    pub(crate) fn tracker(&self) -> &TaskTracker {
        &self.tracker
    }

    /// Cancelled when every task must end.
    pub(crate) fn cancel(&self) -> &CancellationToken {
        &self.cancel
    }

    /// Cancels everything when dropped.
    pub(crate) fn abort_guard(&self) -> DropGuard {
        self.cancel.clone().drop_guard()
    }

    /// Runs `task` until it ends or everything is cancelled.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let cancel = self.cancel.clone();
        self.tracker.spawn(async move {
            // A cancelled task is dropped where it stands: each of them may be.
            let _ended_by_itself = cancel.run_until_cancelled(task).await;
        });
    }

    /// Counts work that another library spawned as one of ours until the token is dropped.
    pub(crate) fn token(&self) -> TaskTrackerToken {
        self.tracker.token()
    }

    /// Runs something that blocks on a thread made for that.
    pub(crate) async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Stopped> {
        self.tracker.spawn_blocking(work).await.map_err(|error| {
            tracing::error!(%error, "blocking work failed");
            Stopped
        })
    }

    /// Cancels every task and waits for them, at most `limit`. Whether all have ended.
    pub(crate) async fn stop(&self, limit: Duration) -> bool {
        self.cancel.cancel();
        self.tracker.close();
        tokio::time::timeout(limit, self.tracker.wait()).await.is_ok()
    }
}

/// Starts a named thread.
pub(crate) fn thread(name: &'static str, work: impl FnOnce() + Send + 'static) -> io::Result<thread::JoinHandle<()>> {
    thread::Builder::new().name(name.to_owned()).spawn(work)
}
