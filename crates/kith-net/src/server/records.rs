//! Which DHT records this node keeps for others.
//!
//! Values are opaque (cards sealed to contacts). A key belongs to one device and day, and only that device puts it: the
//! rules are about whose key it is, size, lifetime and number.

use std::collections::BTreeMap;

use libp2p::PeerId;

use super::shares::Shares;
use super::source::Prefix;
use super::source::Source;
use crate::{ids, sealed_card};

/// Longest value that is stored: one sealed transport card.
pub(crate) const VALUE_MAX_BYTES: usize = 4 * 1024;
/// Records kept in total.
pub(crate) const RECORDS_MAX: usize = 8_192;
/// Longest time a record is kept without being put again: keys change daily, plus two hours for clocks.
pub(crate) const TTL_MS: u64 = 26 * 3_600 * 1_000;
const PER_PREFIX: u32 = 128;

/// Why a record was not stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Value too large or empty.
    Size,
    /// The source has as many as it may, or the node as many as it can.
    Full,
    /// The key is not the sender's.
    Foreign,
}

#[derive(Debug)]
struct Held {
    prefix: Option<Prefix>,
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
    /// Decides whether a record of `peer` may be stored and, if so, counts it. Returns the time it must be dropped at.
    ///
    /// Only the device whose key it is puts a record, on its own connection: anybody who knows a device's transport key
    /// can compute where it will be looked for, and must be able neither to be there first nor to overwrite it.
    pub(crate) fn admit(
        &mut self,
        key: &[u8],
        value_len: usize,
        peer: PeerId,
        source: Source,
        now_ms: u64,
    ) -> Result<u64, Refusal> {
        if value_len == 0 || value_len > VALUE_MAX_BYTES {
            return Err(Refusal::Size);
        }
        let device = ids::transport_id(&peer).ok_or(Refusal::Foreign)?;
        let key = sealed_card::own_record_key(&device, key, now_ms).ok_or(Refusal::Foreign)?;
        let expires_at_ms = now_ms.saturating_add(TTL_MS);
        if let Some(held) = self.held.get_mut(&key) {
            held.expires_at_ms = expires_at_ms;
            return Ok(expires_at_ms);
        }
        let prefix = source.prefix();
        if prefix.is_some_and(|prefix| !self.per_prefix.has_room(&prefix)) || self.held.len() >= RECORDS_MAX {
            return Err(Refusal::Full);
        }
        self.held.insert(key, Held { prefix, expires_at_ms });
        if let Some(prefix) = prefix {
            self.per_prefix.add(prefix);
        }
        Ok(expires_at_ms)
    }

    /// Forgets expired records and returns their keys.
    pub(crate) fn expire(&mut self, now_ms: u64) -> Vec<[u8; 32]> {
        let gone: Vec<[u8; 32]> =
            self.held.iter().filter(|(_, held)| held.expires_at_ms <= now_ms).map(|(key, _)| *key).collect();
        for key in &gone {
            if let Some(prefix) = self.held.remove(key).and_then(|held| held.prefix) {
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
mod tests {
    use super::*;
    use crate::server::source::Exempt;
    use libp2p::identity::Keypair;
    use proptest::prelude::*;

    const DAY_MS: u64 = 24 * 3_600 * 1_000;
    const NOW_MS: u64 = 20_000 * DAY_MS;

    fn source(host: u8) -> Source {
        Source::of(&format!("/ip4/9.9.9.{host}/tcp/1").parse().unwrap(), Exempt::Loopback)
    }

    fn device() -> PeerId {
        Keypair::generate_ed25519().public().to_peer_id()
    }

    fn key(device: &PeerId, day: u64) -> [u8; 32] {
        sealed_card::record_key(&ids::transport_id(device).unwrap(), day)
    }

    #[test]
    fn a_record_is_put_by_the_device_it_leads_to_and_nobody_else() {
        let mut book = RecordBook::default();
        let (owner, other) = (device(), device());
        let today = key(&owner, 20_000);
        assert_eq!(book.admit(&today, 10, other, source(2), NOW_MS), Err(Refusal::Foreign), "not even first");
        assert_eq!(book.admit(&today, 10, owner, source(1), NOW_MS), Ok(NOW_MS + TTL_MS));
        assert_eq!(book.admit(&today, 10, other, source(2), NOW_MS), Err(Refusal::Foreign));
        assert_eq!(book.admit(&today, 10, owner, source(3), NOW_MS + 5), Ok(NOW_MS + TTL_MS + 5), "a renewal");
        assert_eq!(book.len(), 1);
        for (day, own) in [(19_998, false), (19_999, true), (20_001, true), (20_002, false)] {
            assert_eq!(book.admit(&key(&owner, day), 10, owner, source(1), NOW_MS).is_ok(), own, "{day}");
        }
        for key in [b"".as_slice(), b"key", &[0; 32], &[today.as_slice(), &[0]].concat()] {
            assert_eq!(book.admit(key, 10, owner, source(1), NOW_MS), Err(Refusal::Foreign));
        }
        assert_eq!(book.admit(&today, 10, PeerId::random(), source(1), NOW_MS), Err(Refusal::Foreign));
    }

    #[test]
    fn sizes_are_bounded() {
        let mut book = RecordBook::default();
        let peer = device();
        let mut admit = |len| book.admit(&key(&peer, 20_000), len, peer, source(1), NOW_MS);
        assert_eq!(admit(VALUE_MAX_BYTES + 1), Err(Refusal::Size));
        assert_eq!(admit(0), Err(Refusal::Size));
        assert!(admit(VALUE_MAX_BYTES).is_ok());
    }

    #[test]
    fn an_address_and_the_node_have_a_limit() {
        let mut book = RecordBook::default();
        let mut admit = |host| {
            let peer = device();
            book.admit(&key(&peer, 20_000), 1, peer, source(host), NOW_MS)
        };
        assert_eq!((0..PER_PREFIX * 2).filter(|_| admit(1).is_ok()).count(), PER_PREFIX as usize);
        let hosts = (2..255).cycle();
        assert_eq!(
            hosts.take(RECORDS_MAX * 2).filter(|host| admit(*host).is_ok()).count() + PER_PREFIX as usize,
            RECORDS_MAX
        );
    }

    proptest! {
        /// No prefix ever holds more than its share, no device more than a record a day, and nothing is left counted
        /// after all expired.
        #[test]
        fn shares_hold(puts in prop::collection::vec((0u64..6, 0usize..12, 0u8..2, 0u64..1_000), 1..200)) {
            let peers: Vec<_> = (0..12).map(|_| device()).collect();
            let mut book = RecordBook::default();
            let mut now = NOW_MS;
            for (day, peer, host, step) in puts {
                now += step * 60_000;
                book.expire(now);
                let today = sealed_card::day(now);
                let admitted = book.admit(&key(&peers[peer], today + day - 3), 1, peers[peer], source(host), now);
                prop_assert_eq!(admitted.is_ok(), (2..=4).contains(&day));
                prop_assert!(book.len() <= peers.len() * 5);
            }
            book.expire(u64::MAX);
            prop_assert!(book.held.is_empty() && book.per_prefix.is_empty());
        }
    }
}
