//! The thread that owns the slot store, so that a slow disk never holds up the network.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use kith_wire::{SlotDenial, SlotRequest, SlotResponse};
use tokio::sync::mpsc;

use super::{Lookup, PutRefusal, Removal, SlotLimits, SlotStore, SlotStoreError};
use crate::server::source::Prefix;
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
    prefix: Option<Prefix>,
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
        Self::sweeping(dir, limits, stats, SWEEP_EVERY)
    }

    fn sweeping(
        dir: PathBuf,
        limits: SlotLimits,
        stats: Stats,
        every: Duration,
    ) -> Result<(Self, mpsc::Receiver<(T, SlotResponse)>), SlotStoreError> {
        let store = SlotStore::open(&dir, limits, now_ms())?;
        stats.slots_stored(store.len(), store.bytes());
        let (jobs, queue) = sync_channel(JOBS_MAX);
        let (answers, results) = mpsc::channel(ANSWERS_MAX);
        let thread = std::thread::Builder::new()
            .name("kith-slots".into())
            .spawn(move || run(store, &queue, &answers, &stats, every))
            .map_err(SlotStoreError::io("starting the thread"))?;
        Ok((Self { jobs: Some(jobs), thread: Some(thread) }, results))
    }

    /// Hands in a request that comes from `prefix`, if that counts; gives the ticket back if the queue is full.
    pub(crate) fn submit(&self, ticket: T, request: SlotRequest, prefix: Option<Prefix>) -> Result<(), T> {
        let Some(jobs) = &self.jobs else {
            return Err(ticket);
        };
        jobs.try_send(Job { ticket, request, prefix }).map_err(|error| match error {
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

fn run<T>(
    mut store: SlotStore,
    queue: &Receiver<Job<T>>,
    answers: &mpsc::Sender<(T, SlotResponse)>,
    stats: &Stats,
    sweep_every: Duration,
) {
    let mut next_sweep = Instant::now() + sweep_every;
    loop {
        match queue.recv_timeout(next_sweep.saturating_duration_since(Instant::now())) {
            Ok(Job { ticket, request, prefix }) => {
                let response = answer(&mut store, request, prefix, now_ms()).unwrap_or_else(|error| {
                    tracing::error!(%error, "the slot store could not answer");
                    stats.slot_disk_error();
                    SlotResponse::Denied { reason: SlotDenial::NotServed }
                });
                // The network task waits for this thread to end, so it must never wait for the network task.
                if answers.try_send((ticket, response)).is_err() {
                    tracing::debug!("nobody waits for the answer of the slot store");
                }
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
        // By the clock and not when nothing comes: on a busy node something always comes.
        let now = Instant::now();
        if next_sweep <= now {
            next_sweep = now + sweep_every;
            if let Err(error) = store.expire(now_ms()) {
                tracing::error!(%error, "expired slots could not be removed");
                stats.slot_disk_error();
            }
        }
        stats.slots_stored(store.len(), store.bytes());
    }
}

/// What the store answers to a request.
fn answer(
    store: &mut SlotStore,
    request: SlotRequest,
    prefix: Option<Prefix>,
    now_ms: u64,
) -> Result<SlotResponse, SlotStoreError> {
    Ok(match request {
        SlotRequest::Put { slot, owner_hash, expires_at_ms, blob } => {
            match store.put(slot, owner_hash, expires_at_ms, &blob, prefix, now_ms)? {
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

#[cfg(test)]
mod tests {
    use super::*;
    use kith_wire::SlotId;

    const LIMITS: SlotLimits = SlotLimits { slots_max: 4, bytes_max: 64, per_prefix: 4 };

    #[test]
    fn expired_slots_go_though_requests_never_pause() {
        let (dir, stats) = (tempfile::tempdir().unwrap(), Stats::default());
        let every = Duration::from_millis(20);
        let (worker, mut answers) = SlotWorker::sweeping(dir.path().to_owned(), LIMITS, stats.clone(), every).unwrap();
        let slot = SlotId::from_bytes([1; 32]);
        let put = SlotRequest::Put { slot, owner_hash: [0; 32], expires_at_ms: now_ms() + 200, blob: vec![7] };
        worker.submit((), put, None).unwrap();
        assert_eq!(answers.blocking_recv(), Some(((), SlotResponse::Stored)));
        let give_up = Instant::now() + Duration::from_secs(20);
        let mut stored = 1;
        while stored > 0 {
            assert!(Instant::now() < give_up, "the slot is still there");
            // Another slot: asking for an expired one would remove it.
            let other = SlotId::from_bytes([2; 32]);
            worker.submit((), SlotRequest::Get { slot: other }, None).unwrap();
            assert_eq!(answers.blocking_recv(), Some(((), SlotResponse::Missing)));
            stored = stats.slots();
        }
    }
}
