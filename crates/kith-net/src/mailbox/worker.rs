//! The thread that owns the mailbox: checks signatures, then does everything that waits in one transaction.
//!
//! A sync of the disk costs the same for one envelope as for a hundred, so whatever came in during the last one shares
//! the next. Nobody is answered before it is done.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use kith_crypto::SigningKey;
use kith_wire::{
    Admission, DepositId, MailboxDenial, MailboxOperation, MailboxResponse, Receipt, ReceiveId, TransportId,
    UnverifiedMailboxRequest,
};
use tokio::sync::mpsc;

use super::MailboxFrame;
use super::admission::Gate;
use super::check::Checks;
use super::config::{AdmissionRules, Grant, MailboxConfig, MailboxLimits, MailboxRules, MailboxUsage};
use super::stats::MailboxStats;
use super::store::{Batch, Kept, Known, MailboxError, Refusal, Store, Totals};
use crate::server::source::RateLimiter;

/// Requests waiting for the thread, and taken into one commit: at 66 KiB each at most 8 MiB.
pub(super) const JOBS_MAX: usize = 128;
/// How often what expired is looked for.
const SWEEP_EVERY: Duration = Duration::from_secs(60);
/// Envelopes, and queues with up to a thousand each, that one transaction throws away.
const EXPIRED_AT_ONCE: usize = 4_096;
const IDLE_AT_ONCE: usize = 16;
/// How often, and how soon after the start, the file gives back what was deleted.
const COMPACT_EVERY: Duration = Duration::from_secs(24 * 3_600);
const COMPACT_FIRST: Duration = Duration::from_secs(3_600);
/// A disk that failed is not tried again sooner.
const REOPEN_EVERY: Duration = Duration::from_secs(5);
/// Queues whose writers are remembered because they wrote much lately.
const DEPOSITS_MAX: usize = 65_536;

struct Job<T> {
    ticket: T,
    frame: MailboxFrame,
    client: TransportId,
}

/// What the thread is told.
enum Order<T> {
    Ask(Job<T>),
    /// Goes by other rules from now on, if there are any, and says what is kept.
    Rules(Option<Box<MailboxRules>>, SyncSender<Result<MailboxUsage, MailboxError>>),
}

/// Changes the rules of a mailbox, from any thread that may wait.
pub(crate) struct Control<T>(SyncSender<Order<T>>);

impl<T> Control<T> {
    /// Replaces the rules, if others are given, and says what is kept. Waits for the disk.
    pub(crate) fn apply(&self, rules: Option<MailboxRules>) -> Result<MailboxUsage, MailboxError> {
        let stopped = || MailboxError::Store { reason: "its thread has ended".to_owned() };
        let (answer, answered) = sync_channel(1);
        self.0.send(Order::Rules(rules.map(Box::new), answer)).map_err(|_closed| stopped())?;
        answered.recv().unwrap_or_else(|_dropped| Err(stopped()))
    }
}

/// The queue to the thread. Dropping it ends the thread after the jobs that wait.
pub(super) struct Worker<T> {
    jobs: Option<SyncSender<Order<T>>>,
    thread: Option<JoinHandle<()>>,
}

impl<T: Send + 'static> Worker<T> {
    /// Opens the mailbox of the node with this key and starts its thread. Each answer comes with the ticket its request
    /// was handed in with.
    pub(super) fn start(
        config: MailboxConfig,
        key: SigningKey,
        stats: MailboxStats,
    ) -> Result<(Self, mpsc::Receiver<(T, MailboxResponse)>), MailboxError> {
        let MailboxConfig { dir, admission, limits } = config;
        let store = open(&dir, &limits, &admission.grants)?;
        stats.holds(store.totals());
        let keeper = Keeper::new(key, &admission, limits.clone(), stats);
        let grants = admission.grants;
        let shelf = Shelf { dir, limits, grants, store: Some(store), retry_at: Instant::now() };
        let (jobs, queue) = sync_channel(JOBS_MAX);
        let (answers, results) = mpsc::channel(JOBS_MAX.saturating_mul(2).saturating_add(1));
        let thread = std::thread::Builder::new()
            .name("kith-mailbox".into())
            .spawn(move || run(shelf, keeper, &queue, &answers))
            .map_err(MailboxError::io("starting the thread"))?;
        Ok((Self { jobs: Some(jobs), thread: Some(thread) }, results))
    }

    /// Hands in a request that came on the connection of `client`; gives the ticket back if too many wait.
    pub(super) fn submit(&self, ticket: T, frame: MailboxFrame, client: TransportId) -> Result<(), T> {
        let Some(jobs) = &self.jobs else { return Err(ticket) };
        match jobs.try_send(Order::Ask(Job { ticket, frame, client })) {
            Err(TrySendError::Full(Order::Ask(job)) | TrySendError::Disconnected(Order::Ask(job))) => Err(job.ticket),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// The way to change the rules.
    pub(super) fn control(&self) -> Option<Control<T>> {
        self.jobs.clone().map(Control)
    }
}

impl<T> Drop for Worker<T> {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the mailbox thread had panicked");
        }
    }
}

/// The store. After an error of the disk redb wants its file opened anew, which can fail too.
struct Shelf {
    dir: PathBuf,
    limits: MailboxLimits,
    grants: Vec<Grant>,
    store: Option<Store>,
    retry_at: Instant,
}

impl Shelf {
    fn store(&mut self) -> Option<&mut Store> {
        if self.store.is_none() && self.retry_at <= Instant::now() {
            match open(&self.dir, &self.limits, &self.grants) {
                Ok(store) => self.store = Some(store),
                Err(error) => {
                    tracing::error!(%error, "the mailbox cannot be opened again");
                    self.retry_at = Instant::now() + REOPEN_EVERY;
                }
            }
        }
        self.store.as_mut()
    }
}

fn open(dir: &Path, limits: &MailboxLimits, grants: &[Grant]) -> Result<Store, MailboxError> {
    let mut store = Store::open(dir, limits.clone())?;
    if !grants.is_empty() {
        store.grant(grants)?;
    }
    Ok(store)
}

/// An answer that is made when the transaction is on the disk.
enum Answer {
    Plain(MailboxResponse),
    Stored(DepositId, Kept),
}

struct Keeper {
    me: TransportId,
    key: SigningKey,
    gate: Gate,
    writers: RateLimiter<DepositId>,
    checks: Checks,
    limits: MailboxLimits,
    stats: MailboxStats,
}

fn run<T>(
    mut shelf: Shelf,
    mut keeper: Keeper,
    queue: &Receiver<Order<T>>,
    answers: &mpsc::Sender<(T, MailboxResponse)>,
) {
    let mut next_sweep = Instant::now();
    let mut next_compaction = Instant::now() + COMPACT_FIRST;
    loop {
        let mut waiting = Vec::new();
        match queue.recv_timeout(next_sweep.saturating_duration_since(Instant::now())) {
            Ok(first) => {
                for order in std::iter::once(first).chain(queue.try_iter()).take(JOBS_MAX) {
                    match order {
                        Order::Ask(job) => waiting.push(job),
                        Order::Rules(rules, answer) => {
                            let done = keeper.obey(&mut shelf, rules);
                            if answer.try_send(done).is_err() {
                                tracing::debug!("nobody waits for what the mailbox holds");
                            }
                        }
                    }
                }
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
        if !waiting.is_empty() {
            let (tickets, requests): (Vec<T>, Vec<_>) =
                waiting.into_iter().map(|job| (job.ticket, keeper.checked(&job.frame, &job.client))).unzip();
            let responses = keeper.answer_all(&mut shelf, requests, now_ms());
            for answer in tickets.into_iter().zip(responses) {
                // The network task waits for this thread to end, so it must never wait for the network task.
                if answers.try_send(answer).is_err() {
                    tracing::debug!("nobody waits for the answer of the mailbox");
                }
            }
        }
        // By the clock and not when nothing comes: on a busy node something always comes.
        let now = Instant::now();
        if next_sweep <= now {
            let more = keeper.sweep(&mut shelf, now_ms());
            next_sweep = if more { now } else { now + SWEEP_EVERY };
            if next_compaction <= now {
                next_compaction = now + COMPACT_EVERY;
                keeper.compact(&mut shelf);
            }
        }
    }
}

impl Keeper {
    fn new(key: SigningKey, admission: &AdmissionRules, limits: MailboxLimits, stats: MailboxStats) -> Self {
        let interval = Duration::from_millis(limits.deposit_interval_ms);
        Self {
            me: TransportId::from_bytes(key.public().to_bytes()),
            key,
            gate: Gate::new(admission),
            writers: RateLimiter::new(limits.deposit_burst, interval, DEPOSITS_MAX),
            checks: Checks::new(),
            limits,
            stats,
        }
    }

    /// Decodes a request and checks its signature. One by a key that is not the queue's is answered as if there were
    /// no such queue.
    fn checked(&self, frame: &MailboxFrame, client: &TransportId) -> Result<MailboxOperation, MailboxDenial> {
        let Ok(request) = UnverifiedMailboxRequest::decode(&frame.0) else {
            return Err(MailboxDenial::NotServed);
        };
        match request.verify(&self.me, client) {
            Some(request) => Ok(request.operation),
            None => Err(MailboxDenial::NoQueue),
        }
    }

    fn answer_all(
        &mut self,
        shelf: &mut Shelf,
        requests: Vec<Result<MailboxOperation, MailboxDenial>>,
        now_ms: u64,
    ) -> Vec<MailboxResponse> {
        let names: Vec<&'static str> = requests.iter().map(|request| request.as_ref().map_or("none", name)).collect();
        let unserved = || vec![MailboxResponse::Denied(MailboxDenial::NotServed); names.len()];
        let done = self.in_store(shelf, |keeper, batch| {
            requests
                .into_iter()
                .map(|request| match request {
                    Ok(operation) => keeper.perform(batch, operation, now_ms),
                    Err(denial) => Ok(denied(denial)),
                })
                .collect::<Result<Vec<Answer>, redb::Error>>()
        });
        let responses: Vec<MailboxResponse> = match done {
            Some(answers) => answers.into_iter().map(|answer| self.finished(answer)).collect(),
            None => unserved(),
        };
        for (name, response) in names.iter().zip(&responses) {
            self.stats.request(name, outcome(response));
        }
        responses
    }

    /// One transaction; `None`, and nothing happened, if the disk failed.
    fn in_store<R>(
        &mut self,
        shelf: &mut Shelf,
        work: impl FnOnce(&mut Self, &mut Batch<'_, '_>) -> Result<R, redb::Error>,
    ) -> Option<R> {
        let store = shelf.store()?;
        match store.batch(|batch| work(self, batch)) {
            Ok((result, gone)) => {
                self.stats.gone(gone);
                self.stats.holds(store.totals());
                Some(result)
            }
            Err(error) => {
                tracing::error!(%error, "the mailbox could not answer");
                self.stats.disk_error();
                shelf.store = None;
                None
            }
        }
    }

    fn perform(
        &mut self,
        batch: &mut Batch<'_, '_>,
        operation: MailboxOperation,
        now_ms: u64,
    ) -> Result<Answer, redb::Error> {
        Ok(match operation {
            MailboxOperation::New { receive, deposit, admission } => match batch.known(&receive, &deposit)? {
                Known::Taken => denied(MailboxDenial::NoQueue),
                Known::Same => {
                    batch.owned(&receive, now_ms)?;
                    self.created()
                }
                Known::No => self.open(batch, &receive, &deposit, &admission, now_ms)?,
            },
            MailboxOperation::Put { deposit, until_ms, envelope } => match batch.queue_of(&deposit)? {
                None => denied(MailboxDenial::NoQueue),
                Some(_) if !self.writers.allow(deposit, Instant::now()) => denied(MailboxDenial::Limited),
                Some(queue) => match batch.put(queue, until_ms, &envelope, now_ms)? {
                    Ok(kept) => Answer::Stored(deposit, kept),
                    Err(Refusal::BadExpiry) => denied(MailboxDenial::BadExpiry),
                    Err(Refusal::QueueFull) => denied(MailboxDenial::QueueFull),
                    Err(Refusal::Full) => denied(MailboxDenial::Full),
                },
            },
            MailboxOperation::Fetch { receive, after } => match batch.fetch(&receive, after, now_ms)? {
                Some((mail, more)) => Answer::Plain(MailboxResponse::Mail { mail, more }),
                None => denied(MailboxDenial::NoQueue),
            },
            MailboxOperation::Ack { receive, seqs } => done(batch.ack(&receive, &seqs, now_ms)?),
            MailboxOperation::Drop { receive } => done(batch.close(&receive)?),
            MailboxOperation::Check { receive, deposit, nonce, bytes } => {
                Answer::Plain(self.checks.answer(batch, &receive, deposit, &nonce, &bytes)?)
            }
        })
    }

    fn open(
        &mut self,
        batch: &mut Batch<'_, '_>,
        receive: &ReceiveId,
        deposit: &DepositId,
        admission: &Admission,
        now_ms: u64,
    ) -> Result<Answer, redb::Error> {
        let grant = self.gate.grant(admission);
        if grant.is_none() && !self.gate.admits(&self.me, receive, admission, now_ms) {
            return Ok(denied(MailboxDenial::Admission { work_bits: self.gate.bits(now_ms) }));
        }
        if grant.is_some_and(|grant| !batch.may_open(grant)) || !batch.create(receive, deposit, now_ms)? {
            return Ok(denied(MailboxDenial::Full));
        }
        if let Some(grant) = grant {
            batch.belongs(receive, grant)?;
        }
        Ok(self.created())
    }

    /// Goes by other rules from now on.
    fn obey(&mut self, shelf: &mut Shelf, rules: Option<Box<MailboxRules>>) -> Result<MailboxUsage, MailboxError> {
        if let Some(rules) = rules {
            let MailboxRules { admission, limits } = *rules;
            self.gate = Gate::new(&admission);
            self.limits = limits.clone();
            (shelf.limits, shelf.grants) = (limits, admission.grants);
            // An error leaves no store, and it is opened by the new rules.
            if let Some(mut store) = shelf.store.take() {
                store.limit(shelf.limits.clone());
                store.grant(&shelf.grants)?;
                shelf.store = Some(store);
            }
        }
        let soonest = self.in_store(shelf, |_, batch| batch.soonest());
        match (soonest, &shelf.store) {
            (Some(oldest_until_ms), Some(store)) => {
                let Totals { queues, envelopes, bytes } = store.totals();
                self.stats.holds(store.totals());
                Ok(MailboxUsage { queues, envelopes, bytes, oldest_until_ms })
            }
            _ => Err(MailboxError::Store { reason: "the disk failed; the log has more".to_owned() }),
        }
    }

    fn created(&self) -> Answer {
        Answer::Plain(MailboxResponse::Created {
            bytes_max: self.limits.queue_bytes,
            envelopes_max: self.limits.queue_envelopes,
            ttl_ms: self.limits.kept_ms(),
        })
    }

    fn finished(&self, answer: Answer) -> MailboxResponse {
        match answer {
            Answer::Plain(response) => response,
            Answer::Stored(deposit, Kept { hash, stored_at_ms, until_ms }) => {
                MailboxResponse::Stored(Receipt::sign(&self.key, &deposit, &hash, stored_at_ms, until_ms))
            }
        }
    }

    /// Throws away a bounded part of what is due; `true` if there may be more.
    fn sweep(&mut self, shelf: &mut Shelf, now_ms: u64) -> bool {
        let swept = self.in_store(shelf, |_, batch| {
            Ok(batch.expire(now_ms, EXPIRED_AT_ONCE)? | batch.forget_idle(now_ms, IDLE_AT_ONCE)?)
        });
        swept.unwrap_or(false)
    }

    fn compact(&self, shelf: &mut Shelf) {
        if let Some(store) = shelf.store()
            && let Err(error) = store.compact()
        {
            tracing::error!(%error, "the mailbox could not be compacted");
            self.stats.disk_error();
            shelf.store = None;
        }
    }
}

fn denied(denial: MailboxDenial) -> Answer {
    Answer::Plain(MailboxResponse::Denied(denial))
}

fn done(there: bool) -> Answer {
    if there { Answer::Plain(MailboxResponse::Done) } else { denied(MailboxDenial::NoQueue) }
}

fn name(operation: &MailboxOperation) -> &'static str {
    match operation {
        MailboxOperation::New { .. } => "new",
        MailboxOperation::Put { .. } => "put",
        MailboxOperation::Fetch { .. } => "fetch",
        MailboxOperation::Ack { .. } => "ack",
        MailboxOperation::Drop { .. } => "drop",
        MailboxOperation::Check { .. } => "check",
    }
}

/// What became of a request, for the counters.
pub(super) fn outcome(response: &MailboxResponse) -> &'static str {
    match response {
        MailboxResponse::Created { .. }
        | MailboxResponse::Stored(_)
        | MailboxResponse::Mail { .. }
        | MailboxResponse::Compared { .. }
        | MailboxResponse::Done => "done",
        MailboxResponse::Denied(denial) => match denial {
            MailboxDenial::Limited => "limited",
            MailboxDenial::QueueFull => "queue_full",
            MailboxDenial::Full => "full",
            MailboxDenial::NoQueue => "no_queue",
            MailboxDenial::BadExpiry => "bad_expiry",
            MailboxDenial::Admission { .. } => "admission",
            MailboxDenial::NotServed => "not_served",
            MailboxDenial::Other(_) => "other",
            // The enum may grow where it is defined.
            _ => "unknown",
        },
    }
}

/// Unix time in milliseconds; 0 on a clock before 1970.
fn now_ms() -> u64 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
