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

/// Of a chain: its key, the next index expected, and how many messages up to there came or were given up.
type Chain = ([u8; 32], u64, u64);

/// The chains a session has seen, newest last. Kept with the session.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Positions(Vec<Chain>);

/// As many chains as a session keeps keys for.
const CHAINS_MAX: usize = 5;
const CHAIN_LEN: usize = 48;

impl Positions {
    pub(crate) fn decode(bytes: &[u8]) -> Self {
        let chains = bytes.chunks_exact(CHAIN_LEN).filter_map(|chunk| {
            let (key, rest) = chunk.split_first_chunk::<32>()?;
            let (next, came) = rest.split_first_chunk::<8>()?;
            Some((*key, u64::from_be_bytes(*next), u64::from_be_bytes(came.try_into().ok()?)))
        });
        Self(chains.take(CHAINS_MAX).collect())
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        self.0
            .iter()
            .flat_map(|(key, next, came)| [key.as_slice(), &next.to_be_bytes(), &came.to_be_bytes()].concat())
            .collect()
    }

    /// Whether this session has seen the chain.
    pub(crate) fn knows(&self, key: &[u8; 32]) -> bool {
        self.0.iter().any(|(known, ..)| known == key)
    }

    /// How many keys of the chain would be kept for messages that have not come, after a message at `position`.
    pub(crate) fn ahead(&self, position: &Position) -> u64 {
        match self.0.iter().find(|(known, ..)| *known == position.0) {
            Some((_, next, _)) if position.1 < *next => 0,
            Some((_, _, came)) => position.1.saturating_sub(*came),
            None => position.1,
        }
    }

    /// A message at `position` was decrypted. `waited`: those missing before it are not waited for any more.
    pub(crate) fn advance(&mut self, position: &Position, waited: bool) {
        let next = position.1.saturating_add(1);
        let known = self.0.iter_mut().find(|(known, ..)| *known == position.0);
        let (expected, came) = known.as_deref().map_or((0, 0), |(_, expected, came)| (*expected, *came));
        let chain = (position.0, expected.max(next), if waited { expected.max(next) } else { came.saturating_add(1) });
        if let Some(known) = known {
            *known = chain;
            return;
        }
        if self.0.len() >= CHAINS_MAX {
            self.0.remove(0);
        }
        self.0.push(chain);
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

#[cfg(test)]
mod tests {
    use kith_crypto::{OlmAccount, OlmSession, OlmWire};
    use proptest::prelude::*;

    use super::*;

    const FROM: TransportId = TransportId::from_bytes([7; 32]);

    /// Two devices, with a session that both have used.
    fn sessions() -> (OlmSession, OlmSession) {
        let (alice, mut bob) = (OlmAccount::new(), OlmAccount::new());
        let one_time = bob.new_one_time_keys(1)[0];
        let mut sender = alice.outbound(bob.identity_key(), one_time).unwrap();
        let first = sender.encrypt(b"first").unwrap();
        let (mut receiver, _) = bob.inbound(alice.identity_key(), &first).unwrap();
        let back = receiver.encrypt(b"back").unwrap();
        sender.decrypt(&back).unwrap();
        (sender, receiver)
    }

    struct Receiver {
        sessions: Vec<(OlmSession, Positions)>,
        read: Vec<Vec<u8>>,
    }

    impl Receiver {
        fn ahead(&self, position: &Position) -> u64 {
            let known = self.sessions.iter().find(|(_, positions)| positions.knows(&position.0));
            known.map_or(position.1, |(_, positions)| positions.ahead(position))
        }

        fn read(&mut self, wire: &OlmWire) {
            for (session, positions) in &mut self.sessions {
                if let Ok(plain) = session.decrypt(wire) {
                    positions.advance(&wire.position().unwrap(), false);
                    self.read.push(plain.to_vec());
                    return;
                }
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

        /// I8: any order of 300 messages of two sessions is read whole, though a chain keeps only 40 skipped keys.
        #[test]
        fn any_order_is_read_whole(order in Just((0..300usize).collect::<Vec<_>>()).prop_shuffle()) {
            let ((mut one, one_back), (mut two, two_back)) = (sessions(), sessions());
            let wires: Vec<OlmWire> = (0..300u32)
                .map(|n| if n % 2 == 0 { &mut one } else { &mut two }.encrypt(&n.to_be_bytes()).unwrap())
                .collect();
            let mut receiver = Receiver {
                sessions: vec![(one_back, Positions::default()), (two_back, Positions::default())],
                read: Vec::new(),
            };
            let mut reorder = Reorder::default();
            for at in order {
                let position = wires[at].position().unwrap();
                if receiver.ahead(&position) > AHEAD_MAX {
                    let held = Held { position, since: 0, bytes: at.to_be_bytes().to_vec() };
                    prop_assert!(reorder.hold(FROM, held).is_none());
                    continue;
                }
                receiver.read(&wires[at]);
                loop {
                    let ready = reorder.take(FROM, |position| receiver.ahead(position) <= AHEAD_MAX);
                    if ready.is_empty() {
                        break;
                    }
                    for held in ready {
                        receiver.read(&wires[usize::from_be_bytes(held.bytes.try_into().unwrap())]);
                    }
                }
            }
            prop_assert_eq!(reorder.next_wake(), None);
            receiver.read.sort();
            receiver.read.dedup();
            prop_assert_eq!(receiver.read.len(), 300);
        }

        #[test]
        fn positions_are_kept_as_they_are(chains in prop::collection::vec((any::<[u8; 32]>(), 0u64..1000), 0..8)) {
            let mut positions = Positions::default();
            for chain in &chains {
                positions.advance(chain, false);
            }
            prop_assert_eq!(&Positions::decode(&positions.encode()), &positions);
            for (key, index) in chains.iter().rev().take(5) {
                prop_assert_eq!(positions.ahead(&(*key, index + 9)), index + 8);
                positions.advance(&(*key, *index), true);
                prop_assert_eq!(positions.ahead(&(*key, index + 9)), 8);
            }
        }
    }

    #[test]
    fn what_waited_half_a_minute_is_tried() {
        let mut reorder = Reorder::default();
        assert!(reorder.hold(FROM, Held { position: ([1; 32], 90), since: 1_000, bytes: vec![1] }).is_none());
        assert_eq!(reorder.next_wake(), Some(31_000));
        assert!(reorder.expired(30_999).is_empty());
        assert_eq!(reorder.expired(31_000).len(), 1);
        assert_eq!(reorder.next_wake(), None);
    }

    #[test]
    fn no_more_than_a_bounded_number_waits() {
        let mut reorder = Reorder::default();
        let hold = |index| Held { position: ([1; 32], index), since: 0, bytes: Vec::new() };
        assert!((0..HELD_MAX as u64).all(|n| reorder.hold(FROM, hold(n + 100)).is_none()));
        assert_eq!(reorder.hold(FROM, hold(99)).map(|held| held.position.1), Some(99));
    }
}
