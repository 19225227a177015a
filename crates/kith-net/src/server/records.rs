//! Which DHT records this node keeps for others.
//!
//! Values are opaque (cards sealed to contacts), so the rules are about size, lifetime, number and who may replace what.

use std::collections::{BTreeMap, HashMap};

use libp2p::PeerId;

use super::source::Prefix;
use super::source::Source;

/// Longest key that is stored: a hash with room for a tag.
pub(crate) const KEY_MAX_BYTES: usize = 64;
/// Longest value that is stored: one sealed transport card.
pub(crate) const VALUE_MAX_BYTES: usize = 4 * 1024;
/// Records kept in total.
pub(crate) const RECORDS_MAX: usize = 8_192;
/// Longest time a record is kept without being put again: keys change daily, plus two hours for clocks.
pub(crate) const TTL_MS: u64 = 26 * 3_600 * 1_000;
const PER_PEER: u32 = 16;
const PER_PREFIX: u32 = 128;

/// Why a record was not stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Key or value too large, or value empty.
    Size,
    /// The source has as many as it may, or the node as many as it can.
    Full,
    /// Another peer's live record has this key.
    Taken,
}

#[derive(Debug)]
struct Held {
    peer: PeerId,
    prefix: Option<Prefix>,
    expires_at_ms: u64,
}

/// What is stored, for whom, until when.
#[derive(Debug, Default)]
pub(crate) struct RecordBook {
    held: BTreeMap<Vec<u8>, Held>,
    per_peer: HashMap<PeerId, u32>,
    per_prefix: HashMap<Prefix, u32>,
}

impl RecordBook {
    /// Decides whether a record may be stored and, if so, counts it. Returns the time it must be dropped at.
    ///
    /// A live record is only replaced by the peer that put it: whoever learns a key by answering queries must not
    /// be able to overwrite what contacts are looking for.
    pub(crate) fn admit(
        &mut self,
        key: &[u8],
        value_len: usize,
        peer: PeerId,
        source: Source,
        now_ms: u64,
    ) -> Result<u64, Refusal> {
        if key.is_empty() || key.len() > KEY_MAX_BYTES || value_len == 0 || value_len > VALUE_MAX_BYTES {
            return Err(Refusal::Size);
        }
        let expires_at_ms = now_ms.saturating_add(TTL_MS);
        if let Some(held) = self.held.get_mut(key) {
            if held.peer == peer {
                held.expires_at_ms = expires_at_ms;
                return Ok(expires_at_ms);
            }
            if held.expires_at_ms > now_ms {
                return Err(Refusal::Taken);
            }
            self.remove(&key.to_vec());
        }
        let prefix = source.prefix();
        let peer_full = self.per_peer.get(&peer).is_some_and(|count| *count >= PER_PEER);
        let prefix_full =
            prefix.and_then(|prefix| self.per_prefix.get(&prefix)).is_some_and(|count| *count >= PER_PREFIX);
        if peer_full || prefix_full || self.held.len() >= RECORDS_MAX {
            return Err(Refusal::Full);
        }
        self.held.insert(key.to_vec(), Held { peer, prefix, expires_at_ms });
        *self.per_peer.entry(peer).or_default() += 1;
        if let Some(prefix) = prefix {
            *self.per_prefix.entry(prefix).or_default() += 1;
        }
        Ok(expires_at_ms)
    }

    /// Forgets expired records and returns their keys.
    pub(crate) fn expire(&mut self, now_ms: u64) -> Vec<Vec<u8>> {
        let gone: Vec<Vec<u8>> =
            self.held.iter().filter(|(_, held)| held.expires_at_ms <= now_ms).map(|(key, _)| key.clone()).collect();
        for key in &gone {
            self.remove(key);
        }
        gone
    }

    /// Records that are stored.
    pub(crate) fn len(&self) -> usize {
        self.held.len()
    }

    fn remove(&mut self, key: &Vec<u8>) {
        let Some(held) = self.held.remove(key) else {
            return;
        };
        count_down(&mut self.per_peer, &held.peer);
        if let Some(prefix) = held.prefix {
            count_down(&mut self.per_prefix, &prefix);
        }
    }
}

fn count_down<K: std::hash::Hash + Eq>(counts: &mut HashMap<K, u32>, key: &K) {
    if let Some(count) = counts.get_mut(key) {
        *count = count.saturating_sub(1);
        if *count == 0 {
            counts.remove(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::source::Exempt;
    use proptest::prelude::*;

    fn source(host: u8) -> Source {
        Source::of(&format!("/ip4/9.9.9.{host}/tcp/1").parse().unwrap(), Exempt::Loopback)
    }

    #[test]
    fn a_live_record_is_not_overwritten_by_somebody_else() {
        let mut book = RecordBook::default();
        let (owner, other) = (PeerId::random(), PeerId::random());
        let expires = book.admit(b"key", 10, owner, source(1), 0).unwrap();
        assert_eq!(expires, TTL_MS);
        assert_eq!(book.admit(b"key", 10, other, source(2), 1), Err(Refusal::Taken));
        assert_eq!(book.admit(b"key", 10, owner, source(1), 5), Ok(TTL_MS + 5));
        assert_eq!(book.admit(b"key", 10, other, source(2), TTL_MS + 5), Ok(2 * TTL_MS + 5));
    }

    #[test]
    fn sizes_are_bounded() {
        let mut book = RecordBook::default();
        let peer = PeerId::random();
        assert_eq!(book.admit(b"key", VALUE_MAX_BYTES + 1, peer, source(1), 0), Err(Refusal::Size));
        assert_eq!(book.admit(&[0; KEY_MAX_BYTES + 1], 1, peer, source(1), 0), Err(Refusal::Size));
        assert_eq!(book.admit(b"", 1, peer, source(1), 0), Err(Refusal::Size));
        assert!(book.admit(&[0; KEY_MAX_BYTES], VALUE_MAX_BYTES, peer, source(1), 0).is_ok());
    }

    proptest! {
        /// No peer and no prefix ever holds more than its share, and nothing is left counted after all expired.
        #[test]
        fn shares_hold(puts in prop::collection::vec((0u8..200, 0usize..12, 0u8..2, 0u64..1_000), 1..400)) {
            let peers: Vec<_> = (0..12).map(|_| PeerId::random()).collect();
            let mut book = RecordBook::default();
            let mut now = 0;
            for (key, peer, host, step) in puts {
                now += step * 600_000;
                book.expire(now);
                if book.admit(&[key], 1, peers[peer], source(host), now).is_ok() {
                    prop_assert!(book.held.values().filter(|held| held.peer == peers[peer]).count() <= PER_PEER as usize);
                }
                prop_assert!(book.held.values().filter(|h| h.prefix == source(host).prefix()).count() <= PER_PREFIX as usize);
            }
            book.expire(u64::MAX);
            prop_assert!(book.held.is_empty() && book.per_peer.is_empty() && book.per_prefix.is_empty());
        }
    }
}
