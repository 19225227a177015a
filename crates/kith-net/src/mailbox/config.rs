//! What whoever keeps a mailbox decides.

use std::{fmt, path::PathBuf};

use kith_wire::limits::MAIL_TTL_MAX_MS;
use zeroize::Zeroizing;

const DAY_MS: u64 = 24 * 3_600 * 1_000;

/// Everything a mailbox needs to start.
#[derive(Debug, Clone)]
pub struct MailboxConfig {
    /// Folder of the store; created if it is missing.
    pub dir: PathBuf,
    /// Who may open a queue.
    pub admission: AdmissionRules,
    /// How much of everything.
    pub limits: MailboxLimits,
}

/// What can change while a mailbox runs.
#[derive(Debug, Clone)]
pub struct MailboxRules {
    /// Who may open a queue.
    pub admission: AdmissionRules,
    /// How much of everything.
    pub limits: MailboxLimits,
}

/// Who may open a queue: whoever one of these lets in. Nobody is let past them. `Debug` shows no token.
#[derive(Clone, Default)]
pub struct AdmissionRules {
    /// Everybody.
    pub open: bool,
    /// Whoever shows one of these.
    pub tokens: Vec<[u8; 32]>,
    /// Whoever shows the token of one of these, within its bounds. When grants are replaced, the queues of those that are
    /// gone go too.
    pub grants: Vec<Grant>,
    /// Whoever does this much work, in leading zero bits, at most [`kith_wire::mailbox::WORK_BITS_MAX`]; more is asked
    /// while queues are opened quickly. 0: no work helps.
    pub work_bits: u8,
}

impl fmt::Debug for AdmissionRules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AdmissionRules")
            .field("open", &self.open)
            .field("tokens", &self.tokens.len())
            .field("grants", &self.grants.len())
            .field("work_bits", &self.work_bits)
            .finish()
    }
}

/// What somebody who was given a token of their own may use. `Debug` does not show the token.
#[derive(Clone)]
pub struct Grant {
    /// The token.
    pub token: Zeroizing<[u8; 32]>,
    /// Bytes of all their envelopes, counted as in [`MailboxLimits`].
    pub bytes: u64,
    /// Queues.
    pub queues: u64,
}

impl fmt::Debug for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Grant").field("bytes", &self.bytes).field("queues", &self.queues).finish_non_exhaustive()
    }
}

/// What a mailbox holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MailboxUsage {
    /// Queues.
    pub queues: u64,
    /// Envelopes.
    pub envelopes: u64,
    /// Their bytes, counted as in [`MailboxLimits`].
    pub bytes: u64,
    /// When the first of them expires, Unix milliseconds.
    pub oldest_until_ms: Option<u64>,
}

/// The limits of a mailbox. Bytes count an envelope with [`ENVELOPE_OVERHEAD`](super::ENVELOPE_OVERHEAD) on top.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailboxLimits {
    /// Bytes of all envelopes. The file on the disk can be twice as large, since envelopes lie in pages.
    pub bytes: u64,
    /// Queues.
    pub queues: u64,
    /// Bytes of the envelopes of one queue.
    pub queue_bytes: u64,
    /// Envelopes of one queue.
    pub queue_envelopes: u32,
    /// Milliseconds an envelope is kept at most; never more than [`MAIL_TTL_MAX_MS`].
    pub ttl_ms: u64,
    /// Milliseconds after which a queue whose owner did not come is dropped.
    pub idle_ms: u64,
    /// Requests from one address or /56 in a row; one more every [`prefix_interval_ms`](Self::prefix_interval_ms).
    pub prefix_burst: u32,
    /// Milliseconds until one address or /56 may make one more request.
    pub prefix_interval_ms: u64,
    /// Requests in a row from everybody together; one more every [`total_interval_us`](Self::total_interval_us).
    pub total_burst: u32,
    /// Microseconds until one more request is taken from anybody.
    pub total_interval_us: u64,
    /// Envelopes put into one queue in a row; one more every [`deposit_interval_ms`](Self::deposit_interval_ms).
    pub deposit_burst: u32,
    /// Milliseconds until one more envelope may be put into a queue.
    pub deposit_interval_ms: u64,
}

impl MailboxLimits {
    /// For somebody's own machine that keeps mail for a few contacts.
    #[must_use]
    pub fn contact() -> Self {
        Self { bytes: 256 << 20, queues: 1_000, ..Self::default() }
    }

    /// How long an envelope put now is kept at most, milliseconds.
    #[must_use]
    pub fn kept_ms(&self) -> u64 {
        self.ttl_ms.min(MAIL_TTL_MAX_MS)
    }
}

/// For a small rented server.
impl Default for MailboxLimits {
    fn default() -> Self {
        Self {
            bytes: 10 << 30,
            queues: 200_000,
            queue_bytes: 8 << 20,
            queue_envelopes: 1_000,
            ttl_ms: 14 * DAY_MS,
            idle_ms: 60 * DAY_MS,
            // A carrier's NAT can hide a few dozen people who each look into a hundred queues.
            prefix_burst: 4_000,
            prefix_interval_ms: 20,
            total_burst: 10_000,
            total_interval_us: 500,
            deposit_burst: 1_000,
            deposit_interval_ms: 500,
        }
    }
}
