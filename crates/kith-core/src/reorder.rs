//! Holds messages that arrived too far ahead of their chain.
//!
//! A ratchet keeps the keys of at most 40 skipped messages per chain (vodozemac `MAX_MESSAGE_KEYS`), so decrypting
//! number 90 before number 1 would lose fifty of them. A message more than [`AHEAD_MAX`] ahead waits until those before
//! it came, or until [`WAIT_MS`] passed.

use std::collections::BTreeMap;

use kith_wire::ids::TransportId;

use crate::Timestamp;

/// How many keys a message may skip without waiting.
pub(crate) const AHEAD_MAX: u64 = 30;
/// How long a message waits for those before it.
pub(crate) const WAIT_MS: u64 = 30_000;
/// How many messages of one peer wait; one more releases the oldest. They are not acknowledged yet, so none is lost.
const HELD_MAX: usize = 512;

/// A place in a sending chain: its ratchet key and the index.
pub(crate) type Position = ([u8; 32], u64);

/// The next index expected of each chain seen, newest chain last. Kept with the session.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Positions(Vec<Position>);

/// As many chains as a session keeps keys for.
const CHAINS_MAX: usize = 5;

impl Positions {
    pub(crate) fn decode(bytes: &[u8]) -> Self {
        let chains = bytes.chunks_exact(40).filter_map(|chunk| {
            let (key, index) = chunk.split_first_chunk::<32>()?;
            Some((*key, u64::from_be_bytes(index.try_into().ok()?)))
        });
        Self(chains.take(CHAINS_MAX).collect())
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        self.0.iter().flat_map(|(key, index)| key.iter().copied().chain(index.to_be_bytes())).collect()
    }

    /// Whether this session has seen the chain.
    pub(crate) fn knows(&self, key: &[u8; 32]) -> bool {
        self.0.iter().any(|(known, _)| known == key)
    }

    /// How many keys a message at `position` would skip.
    pub(crate) fn ahead(&self, position: &Position) -> u64 {
        let next = self.0.iter().find(|(known, _)| *known == position.0).map_or(0, |(_, next)| *next);
        position.1.saturating_sub(next)
    }

    /// A message at `position` was decrypted.
    pub(crate) fn advance(&mut self, position: &Position) {
        let next = position.1.saturating_add(1);
        if let Some((_, known)) = self.0.iter_mut().find(|(known, _)| *known == position.0) {
            *known = next.max(*known);
            return;
        }
        if self.0.len() >= CHAINS_MAX {
            self.0.remove(0);
        }
        self.0.push((position.0, next));
    }
}

/// A message that waits.
#[derive(Debug)]
pub(crate) struct Held {
    pub(crate) position: Position,
    pub(crate) since: Timestamp,
    pub(crate) bytes: Vec<u8>,
}

/// The messages that wait, by peer.
#[derive(Debug, Default)]
pub(crate) struct Reorder(BTreeMap<TransportId, Vec<Held>>);

impl Reorder {
    /// Lets a message wait. Returns one that has to be tried now because too many wait.
    pub(crate) fn hold(&mut self, from: TransportId, held: Held) -> Option<Held> {
        let waiting = self.0.entry(from).or_default();
        let at = waiting.partition_point(|other| other.position <= held.position);
        waiting.insert(at, held);
        (waiting.len() > HELD_MAX).then(|| waiting.remove(0))
    }

    /// Takes the waiting messages for which `ready` says so, lowest position first.
    pub(crate) fn take(&mut self, from: TransportId, mut ready: impl FnMut(&Position) -> bool) -> Vec<Held> {
        let Some(waiting) = self.0.get_mut(&from) else { return Vec::new() };
        let (taken, kept) = std::mem::take(waiting).into_iter().partition(|held| ready(&held.position));
        *waiting = kept;
        if waiting.is_empty() {
            self.0.remove(&from);
        }
        taken
    }

    /// Takes those that waited long enough, lowest position first.
    pub(crate) fn expired(&mut self, now: Timestamp) -> Vec<(TransportId, Held)> {
        let mut taken = Vec::new();
        for (from, waiting) in &mut self.0 {
            let (old, kept) =
                std::mem::take(waiting).into_iter().partition(|held: &Held| now >= held.since.saturating_add(WAIT_MS));
            *waiting = kept;
            let old: Vec<Held> = old;
            taken.extend(old.into_iter().map(|held| (*from, held)));
        }
        self.0.retain(|_, waiting| !waiting.is_empty());
        taken
    }

    /// When the next one has waited long enough.
    pub(crate) fn next_wake(&self) -> Option<Timestamp> {
        self.0.values().flatten().map(|held| held.since.saturating_add(WAIT_MS)).min()
    }
}
