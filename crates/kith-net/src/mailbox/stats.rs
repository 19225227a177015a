//! Counters of a mailbox: numbers only, never whose.

use std::sync::Arc;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use super::store::{Gone, Totals};

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Outcome {
    operation: &'static str,
    outcome: &'static str,
}

#[derive(Debug, Default)]
struct Inner {
    queues: Gauge,
    envelopes: Gauge,
    bytes: Gauge,
    requests: Family<Outcome, Counter>,
    expired: Counter,
    evicted: Counter,
    idle_queues: Counter,
    disk_errors: Counter,
}

/// The numbers of a mailbox. Cheap to clone; all clones show the same numbers.
#[derive(Debug, Clone, Default)]
pub(crate) struct MailboxStats(Arc<Inner>);

impl MailboxStats {
    /// Adds all numbers to `registry`, named `mailbox_…`.
    pub(crate) fn register(&self, registry: &mut Registry) {
        let all = registry.sub_registry_with_prefix("mailbox");
        let i = &self.0;
        all.register("queues", "Mail queues", i.queues.clone());
        all.register("envelopes", "Envelopes kept for others", i.envelopes.clone());
        all.register("bytes", "Bytes of these envelopes, with what each takes besides", i.bytes.clone());
        all.register("requests", "Mail requests, by operation and outcome", i.requests.clone());
        all.register("expired", "Envelopes nobody fetched in time", i.expired.clone());
        all.register("evicted", "Envelopes that made room for others", i.evicted.clone());
        all.register("idle_queues", "Queues dropped because their owner stayed away", i.idle_queues.clone());
        all.register("disk_errors", "Commits that failed on the disk", i.disk_errors.clone());
    }

    pub(super) fn holds(&self, totals: Totals) {
        let Totals { queues, envelopes, bytes } = totals;
        for (gauge, value) in [(&self.0.queues, queues), (&self.0.envelopes, envelopes), (&self.0.bytes, bytes)] {
            gauge.set(i64::try_from(value).unwrap_or(i64::MAX));
        }
    }

    pub(super) fn gone(&self, gone: Gone) {
        self.0.expired.inc_by(gone.expired);
        self.0.evicted.inc_by(gone.evicted);
        self.0.idle_queues.inc_by(gone.idle_queues);
    }

    pub(super) fn request(&self, operation: &'static str, outcome: &'static str) {
        self.0.requests.get_or_create(&Outcome { operation, outcome }).inc();
    }

    #[cfg(test)]
    pub(super) fn evicted(&self) -> u64 {
        self.0.evicted.get()
    }

    pub(super) fn disk_error(&self) {
        self.0.disk_errors.inc();
    }
}
