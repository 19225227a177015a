//! Which DHT records this node keeps for others.
//!
//! A record says where a device is, for one contact and one day, and is sealed for that contact. What can be seen of it is
//! that it belongs under its name: only who holds the key behind the name can make one. The rules here are about that, about
//! age, lifetime and number; not about who brings it.

use std::collections::BTreeMap;

use kith_wire::whereabouts::{WhereaboutsError, check_record};

use super::shares::Shares;
use super::source::Prefix;
use super::source::Source;

/// Bytes of a record that is stored: all have the same.
pub(crate) const VALUE_BYTES: usize = kith_wire::limits::WHEREABOUTS_LEN;
/// Records kept in total: 64 MiB.
pub(crate) const RECORDS_MAX: usize = 65_536;
/// Longest time a record is kept without being put again: names change daily, plus two hours for clocks.
pub(crate) const TTL_MS: u64 = 26 * 3_600 * 1_000;
/// A device has one for every contact.
const PER_PREFIX: u32 = 1_024;

/// Why a record was not stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// No name, or not the length of a record.
    Size,
    /// The source has as many as it may, or the node as many as it can.
    Full,
    /// It does not belong under its name.
    Foreign,
    /// It is of another time, or a newer one is stored.
    Old,
}

#[derive(Debug)]
struct Held {
    prefix: Option<Prefix>,
    made_at_ms: u64,
    expires_at_ms: u64,
}

/// What is stored, for whom, until when.
#[derive(Debug)]
pub(crate) struct RecordBook {
    held: BTreeMap<[u8; 32], Held>,
    per_prefix: Shares<Prefix>,
}

impl Default for RecordBook {
    fn default() -> Self {
        Self { held: BTreeMap::new(), per_prefix: Shares::new(PER_PREFIX) }
    }
}

impl RecordBook {
    /// Decides whether a record that came from `source` may be stored and, if so, counts it. Returns the time it must be
    /// dropped at.
    pub(crate) fn admit(&mut self, name: &[u8], record: &[u8], source: Source, now_ms: u64) -> Result<u64, Refusal> {
        let name: [u8; 32] = name.try_into().map_err(|_other_length| Refusal::Size)?;
        if record.len() != VALUE_BYTES {
            return Err(Refusal::Size);
        }
        let prefix = source.prefix();
        let room = prefix.is_none_or(|prefix| self.per_prefix.has_room(&prefix)) && self.held.len() < RECORDS_MAX;
        // Before the signature is looked at, which costs more.
        if !room && !self.held.contains_key(&name) {
            return Err(Refusal::Full);
        }
        let made_at_ms = check_record(&name, record, now_ms)
            .map_err(|error| if error == WhereaboutsError::Stale { Refusal::Old } else { Refusal::Foreign })?;
        let expires_at_ms = now_ms.saturating_add(TTL_MS);
        if let Some(held) = self.held.get_mut(&name) {
            if made_at_ms < held.made_at_ms {
                return Err(Refusal::Old);
            }
            (held.made_at_ms, held.expires_at_ms) = (made_at_ms, expires_at_ms);
            return Ok(expires_at_ms);
        }
        self.held.insert(name, Held { prefix, made_at_ms, expires_at_ms });
        if let Some(prefix) = prefix {
            self.per_prefix.add(prefix);
        }
        Ok(expires_at_ms)
    }

    /// Forgets expired records and returns their names.
    pub(crate) fn expire(&mut self, now_ms: u64) -> Vec<[u8; 32]> {
        let gone: Vec<[u8; 32]> =
            self.held.iter().filter(|(_, held)| held.expires_at_ms <= now_ms).map(|(name, _)| *name).collect();
        for name in &gone {
            if let Some(prefix) = self.held.remove(name).and_then(|held| held.prefix) {
                self.per_prefix.remove(&prefix);
            }
        }
        gone
    }

    /// Records that are stored.
    pub(crate) fn len(&self) -> usize {
        self.held.len()
    }
}

#[cfg(test)]
mod tests;
