//! Being found: for each key somebody may look by, a sealed record at the bootstraps, renewed in time.

use std::{
    collections::{BTreeMap, HashMap},
    time::{Duration, Instant},
};

use kith_wire::{FindKey, whereabouts};
use libp2p::{
    PeerId,
    kad::{self, QueryId, RecordKey},
};

use super::{Task, jitter, now_ms};
use crate::limits;

/// Up to this long a change waits, so that one does not see from the moment which records are of one device.
const SPREAD: Duration = Duration::from_secs(5);

/// The record for one key.
struct Record {
    find: FindKey,
    /// When it was stored last, and for which day.
    stored: Option<(Instant, u64)>,
    /// When it is stored at the earliest.
    next: Instant,
    /// A bootstrap has it.
    held: bool,
}

/// All of them.
#[derive(Default)]
pub(super) struct Records {
    by_key: BTreeMap<[u8; 32], Record>,
    /// What is being stored.
    under_way: HashMap<QueryId, [u8; 32]>,
}

impl Records {
    /// Whether whoever may find this device can: how many records are held, of how many.
    pub(super) fn held(&self) -> (usize, usize) {
        (self.by_key.values().filter(|record| record.held).count(), self.by_key.len())
    }
}

impl Task {
    /// Others find this device by these keys from now on.
    pub(super) fn findable(&mut self, keys: Vec<FindKey>) {
        let now = Instant::now();
        let mut before = std::mem::take(&mut self.records.by_key);
        for find in keys.into_iter().take(limits::RECORDS_MAX) {
            let key = *find.as_bytes();
            let fresh = || Record { find, stored: None, next: now, held: false };
            let record = before.remove(&key).unwrap_or_else(fresh);
            self.records.by_key.insert(key, record);
        }
        self.tend_records(now);
    }

    /// Our addresses changed: what is stored is stale.
    pub(super) fn records_stale(&mut self) {
        let now = Instant::now();
        for record in self.records.by_key.values_mut() {
            let again = record.stored.map_or(now, |(at, _)| at + limits::RECORD_PAUSE);
            record.next = again.max(now) + spread();
            record.stored = None;
        }
    }

    /// A bootstrap is here that has none of them.
    pub(super) fn records_due(&mut self, now: Instant) {
        for record in self.records.by_key.values_mut() {
            record.stored = None;
            record.next = now;
        }
        self.tend_records(now);
    }

    pub(super) fn tend_records(&mut self, now: Instant) {
        if !self.tuning.records || self.own.addresses.is_empty() {
            return;
        }
        let keepers: Vec<PeerId> =
            self.bootstraps.iter().filter(|known| known.serves() && known.records).map(|known| known.peer).collect();
        if keepers.is_empty() {
            return;
        }
        let now_ms = now_ms();
        let today = whereabouts::day(now_ms);
        let due: Vec<[u8; 32]> = self
            .records
            .by_key
            .iter()
            .filter(|(_, record)| record.next <= now && is_due(record.stored, today, now))
            .map(|(key, _)| *key)
            .take(limits::RECORDS_PER_TICK)
            .collect();
        if due.is_empty() {
            return;
        }
        let card = self.own_card(false);
        for key in due {
            let Some(record) = self.records.by_key.get_mut(&key) else { continue };
            record.stored = Some((now, today));
            let value = kad::Record {
                key: RecordKey::new(&record.find.name(today)),
                value: record.find.record(today, now_ms, &card, &self.key, self.renewal.as_ref()),
                // Unnamed: the name is all a storing node learns.
                publisher: None,
                expires: Some(now + limits::RECORD_TTL),
            };
            let kad = &mut self.swarm.behaviour_mut().kad;
            let query = kad.put_record_to(value, keepers.iter().copied(), kad::Quorum::One);
            self.records.under_way.insert(query, key);
        }
    }

    pub(super) fn record_stored(&mut self, query: &QueryId, stored: bool) {
        let Some(key) = self.records.under_way.remove(query) else { return };
        let Some(record) = self.records.by_key.get_mut(&key) else { return };
        record.held = stored;
        if !stored {
            tracing::debug!("no bootstrap took a record");
            record.stored = None;
            record.next = Instant::now() + limits::RECORD_PAUSE + spread();
        }
    }
}

fn spread() -> Duration {
    SPREAD.mul_f64(f64::from(jitter()) / f64::from(u32::MAX))
}

/// Whether a record is stored again that was last stored then, for that day.
fn is_due(stored: Option<(Instant, u64)>, today: u64, now: Instant) -> bool {
    stored.is_none_or(|(at, day)| day != today || now.duration_since(at) >= limits::RECORD_EVERY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_stored_again_in_time_and_at_once_on_a_new_day() {
        let now = Instant::now();
        assert!(is_due(None, 1, now));
        assert!(!is_due(Some((now, 1)), 1, now + limits::RECORD_EVERY / 2));
        assert!(is_due(Some((now, 1)), 1, now + limits::RECORD_EVERY));
        assert!(is_due(Some((now, 1)), 2, now), "its name is another one");
    }
}
