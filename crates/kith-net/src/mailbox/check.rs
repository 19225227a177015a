//! What a writer is told of what it left: a comparison by negentropy, of which nothing is kept from one frame to the next.
//!
//! Only whoever knows both names of a queue may ask. The owner tells theirs to the one contact who writes to it, and to
//! nobody where many write, so that nobody is told of what others left.

use std::time::{Duration, Instant};

use kith_crypto::random_bytes;
use kith_wire::limits::{CHECK_ITEMS_MAX, CHECK_ROUNDS_MAX};
use kith_wire::mailbox::{Comparison, check_key, check_name};
use kith_wire::{DepositId, MailboxDenial, MailboxResponse, ReceiveId, WireError};
use zeroize::Zeroizing;

use super::store::{Batch, Known};
use crate::server::source::RateLimiter;

/// Frames about one queue in a row: two comparisons, each with the question for our half of the key.
const BURST: u32 = 2 * (CHECK_ROUNDS_MAX + 1);
/// How long until one more is answered. A writer asks a few times a day.
const EVERY: Duration = Duration::from_secs(60);
/// Queues that were asked about lately.
const QUEUES_MAX: usize = 16_384;

/// Answers writers who ask what is there.
pub(super) struct Checks {
    /// What our halves of keys are made of, so that they need not be remembered. Another one after each start.
    secret: Zeroizing<[u8; 32]>,
    asked: RateLimiter<DepositId>,
}

impl Checks {
    pub(super) fn new() -> Self {
        Self { secret: Zeroizing::new(random_bytes()), asked: RateLimiter::new(BURST, EVERY, QUEUES_MAX) }
    }

    /// Answers one frame about a queue. Without a frame it only says our half of the key.
    pub(super) fn answer(
        &mut self,
        batch: &Batch<'_, '_>,
        receive: &ReceiveId,
        deposit: DepositId,
        theirs: &[u8; 32],
        bytes: &[u8],
    ) -> Result<MailboxResponse, redb::Error> {
        let denied = |denial| Ok(MailboxResponse::Denied(denial));
        let queue = match batch.known(receive, &deposit)? {
            Known::Same => batch.queue_of(&deposit)?,
            Known::Taken | Known::No => None,
        };
        let Some(queue) = queue else { return denied(MailboxDenial::NoQueue) };
        if !self.asked.allow(deposit, Instant::now()) {
            return denied(MailboxDenial::Limited);
        }
        let nonce = self.half(&deposit, theirs);
        if bytes.is_empty() {
            return Ok(MailboxResponse::Compared { nonce, bytes: Vec::new() });
        }
        let Some(hashes) = batch.hashes_of(queue, CHECK_ITEMS_MAX)? else { return denied(MailboxDenial::NotServed) };
        match compare(&check_key(&deposit, theirs, &nonce), &hashes, bytes) {
            Ok(bytes) => Ok(MailboxResponse::Compared { nonce, bytes }),
            Err(_no_comparison) => denied(MailboxDenial::NotServed),
        }
    }

    fn half(&self, deposit: &DepositId, theirs: &[u8; 32]) -> [u8; 32] {
        *blake3::Hasher::new_keyed(&self.secret).update(deposit.as_bytes()).update(theirs).finalize().as_bytes()
    }
}

fn compare(key: &[u8; 32], hashes: &[[u8; 32]], bytes: &[u8]) -> Result<Vec<u8>, WireError> {
    Comparison::new(hashes.iter().map(|hash| check_name(key, hash)))?.answer(bytes)
}
