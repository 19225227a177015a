//! The thread that owns the slot store, so that a slow disk never holds up the network.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use kith_wire::{SlotDenial, SlotRequest, SlotResponse};
use tokio::sync::mpsc;

use super::{Lookup, PutRefusal, Removal, SlotLimits, SlotStore, SlotStoreError};
use crate::server::stats::Stats;

/// Requests waiting for the disk: at 17 KiB each about 2 MiB; more are answered "busy" at once.
const JOBS_MAX: usize = 128;
/// Answers waiting for the network task: never more than there can be jobs.
const ANSWERS_MAX: usize = JOBS_MAX + 1;
/// How often expired slots are looked for.
const SWEEP_EVERY: Duration = Duration::from_secs(60);

struct Job<T> {
    ticket: T,
    request: SlotRequest,
}

/// The queue to the thread. Dropping it ends the thread after the jobs that wait.
pub(crate) struct SlotWorker<T> {
    jobs: Option<SyncSender<Job<T>>>,
    thread: Option<JoinHandle<()>>,
}

impl<T: Send + 'static> SlotWorker<T> {
    /// Opens the store in `dir` and starts its thread. Each answer comes with the ticket its request was handed in with.
    pub(crate) fn start(
        dir: PathBuf,
        limits: SlotLimits,
        stats: Stats,
    ) -> Result<(Self, mpsc::Receiver<(T, SlotResponse)>), SlotStoreError> {
        let store = SlotStore::open(&dir, limits, now_ms())?;
        stats.slots_stored(store.len(), store.bytes());
        let (jobs, queue) = sync_channel(JOBS_MAX);
        let (answers, results) = mpsc::channel(ANSWERS_MAX);
        let thread = std::thread::Builder::new()
            .name("kith-slots".into())
            .spawn(move || run(store, &queue, &answers, &stats))
            .map_err(SlotStoreError::io("starting the thread"))?;
        Ok((Self { jobs: Some(jobs), thread: Some(thread) }, results))
    }

    /// Hands in a request; gives the ticket back if the queue is full.
    pub(crate) fn submit(&self, ticket: T, request: SlotRequest) -> Result<(), T> {
        let Some(jobs) = &self.jobs else {
            return Err(ticket);
        };
        jobs.try_send(Job { ticket, request }).map_err(|error| match error {
            TrySendError::Full(job) | TrySendError::Disconnected(job) => job.ticket,
        })
    }
}

impl<T> Drop for SlotWorker<T> {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the slot thread had panicked");
        }
    }
}

fn run<T>(mut store: SlotStore, queue: &Receiver<Job<T>>, answers: &mpsc::Sender<(T, SlotResponse)>, stats: &Stats) {
    loop {
        match queue.recv_timeout(SWEEP_EVERY) {
            Ok(Job { ticket, request }) => {
                let response = answer(&mut store, request, now_ms()).unwrap_or_else(|error| {
                    tracing::error!(%error, "the slot store could not answer");
                    stats.slot_disk_error();
                    SlotResponse::Denied { reason: SlotDenial::NotServed }
                });
                // The network task waits for this thread to end, so it must never wait for the network task.
                if answers.try_send((ticket, response)).is_err() {
                    tracing::debug!("nobody waits for the answer of the slot store");
                }
            }
            Err(RecvTimeoutError::Timeout) => {
                if let Err(error) = store.expire(now_ms()) {
                    tracing::error!(%error, "expired slots could not be removed");
                    stats.slot_disk_error();
                }
            }
            Err(RecvTimeoutError::Disconnected) => return,
        }
        stats.slots_stored(store.len(), store.bytes());
    }
}

/// What the store answers to a request.
pub(crate) fn answer(store: &mut SlotStore, request: SlotRequest, now_ms: u64) -> Result<SlotResponse, SlotStoreError> {
    Ok(match request {
        SlotRequest::Put { slot, owner_hash, expires_at_ms, blob } => {
            match store.put(slot, owner_hash, expires_at_ms, &blob, now_ms)? {
                Ok(()) => SlotResponse::Stored,
                Err(refusal) => SlotResponse::Denied { reason: denial(refusal) },
            }
        }
        SlotRequest::Get { slot } => match store.get(slot, now_ms)? {
            Lookup::Found(blob) => SlotResponse::Found { blob },
            Lookup::Missing => SlotResponse::Missing,
            Lookup::Gone { used } => SlotResponse::Gone { used },
        },
        SlotRequest::Delete { slot, token } => match store.delete(slot, &token, now_ms)? {
            Removal::Deleted => SlotResponse::Stored,
            Removal::Gone { used } => SlotResponse::Gone { used },
            Removal::NotOwner => SlotResponse::Denied { reason: SlotDenial::NotOwner },
            Removal::Missing => SlotResponse::Missing,
        },
    })
}

fn denial(refusal: PutRefusal) -> SlotDenial {
    match refusal {
        PutRefusal::Full | PutRefusal::Size => SlotDenial::Full,
        PutRefusal::Taken => SlotDenial::NotOwner,
        PutRefusal::Expired => SlotDenial::BadExpiry,
    }
}

/// Unix time in milliseconds; 0 on a clock before 1970.
pub(crate) fn now_ms() -> u64 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX)
}
