//! How many things each peer or address prefix has in a table.

use std::collections::HashMap;
use std::hash::Hash;

/// Counts per key; what has nothing is not remembered.
#[derive(Debug)]
pub(crate) struct Shares<K> {
    max: u32,
    counts: HashMap<K, u32>,
}

impl<K: Eq + Hash> Shares<K> {
    /// Nobody has anything yet, and nobody may have more than `max`.
    pub(crate) fn new(max: u32) -> Self {
        Self { max, counts: HashMap::new() }
    }

    /// Whether `key` may have one more.
    pub(crate) fn has_room(&self, key: &K) -> bool {
        self.counts.get(key).copied().unwrap_or(0) < self.max
    }

    /// `key` has one more.
    pub(crate) fn add(&mut self, key: K) {
        let count = self.counts.entry(key).or_default();
        *count = count.saturating_add(1);
    }

    /// `key` has one less.
    pub(crate) fn remove(&mut self, key: &K) {
        if let Some(count) = self.counts.get_mut(key) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                self.counts.remove(key);
            }
        }
    }

    /// Whether nobody has anything.
    #[cfg(test)]
    pub(crate) fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }
}
