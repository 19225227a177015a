//! Read-only connections to the database, for questions that need no transaction of the core.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use kith_api::{ApiError, Command, ErrorCode, Reply};
use kith_crypto::Key;
use kith_store::{ReadStore, StoreError};
use tokio::sync::Semaphore;

use crate::tasks::Tasks;

/// Connections at once: pages of a chat and a search beside each other; each has its own cache.
const CONNECTIONS: usize = 4;

/// Connections that are opened when needed and kept.
pub(crate) struct Readers {
    places: Semaphore,
    pool: Arc<Pool>,
}

struct Pool {
    folder: PathBuf,
    key: Key,
    /// `None` once closed.
    idle: Mutex<Option<Vec<ReadStore>>>,
}

impl Readers {
    pub(crate) fn new(folder: PathBuf, key: Key) -> Self {
        let pool = Pool { folder, key, idle: Mutex::new(Some(Vec::new())) };
        Self { places: Semaphore::new(CONNECTIONS), pool: Arc::new(pool) }
    }

    /// Answers a question on a blocking thread.
    pub(crate) async fn ask(&self, tasks: &Tasks, command: Command) -> Result<Reply, ApiError> {
        let Ok(_place) = self.places.acquire().await else { return Err(stopping()) };
        let pool = Arc::clone(&self.pool);
        tasks.blocking(move || pool.ask(&command)).await.unwrap_or_else(|_stopped| Err(stopping()))
    }

    /// A connection for something long, beside those that are kept.
    pub(crate) fn open(&self) -> Result<ReadStore, ApiError> {
        ReadStore::open(&self.pool.folder, &self.pool.key).map_err(|error| storage(&error))
    }

    /// The profile folder.
    pub(crate) fn folder(&self) -> PathBuf {
        self.pool.folder.clone()
    }

    /// Closes the connections, after those at work.
    pub(crate) async fn close(&self) {
        // Every place taken means nobody is at work; nobody gets one any more either.
        let all = u32::try_from(CONNECTIONS).unwrap_or(u32::MAX);
        if let Ok(places) = self.places.acquire_many(all).await {
            places.forget();
        }
        self.places.close();
        self.pool.idle().take();
    }
}

impl Pool {
    fn ask(&self, command: &Command) -> Result<Reply, ApiError> {
        let kept = self.idle().as_mut().and_then(Vec::pop);
        let reader = match kept {
            Some(reader) => reader,
            None => ReadStore::open(&self.folder, &self.key).map_err(|error| storage(&error))?,
        };
        let reply = kith_core::query::run(&reader, command);
        if let Some(idle) = self.idle().as_mut() {
            idle.push(reader);
        }
        reply
    }

    fn idle(&self) -> MutexGuard<'_, Option<Vec<ReadStore>>> {
        // A list of connections is whole at any time.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn storage(error: &StoreError) -> ApiError {
    ApiError::new(ErrorCode::Storage, error.to_string())
}

fn stopping() -> ApiError {
    ApiError::new(ErrorCode::ShuttingDown, "the node is stopping")
}
