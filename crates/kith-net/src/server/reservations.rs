//! How many peers behind one address prefix hold a relay reservation.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use libp2p::{Multiaddr, PeerId, relay};

use super::source::{Exempt, Prefix, Source};

#[derive(Debug, Default)]
struct Held {
    by_prefix: BTreeMap<Prefix, BTreeSet<PeerId>>,
    by_peer: BTreeMap<PeerId, Prefix>,
}

/// The book of reservations, shared between the relay behaviour (which asks) and the server task (which releases).
///
/// The relay asks before it accepts and does not say when a single connection's reservation ends, so a place is
/// kept until the peer is gone or its reservation timed out: never fewer places counted than taken.
#[derive(Debug, Clone)]
pub(crate) struct Reservations {
    per_prefix: usize,
    exempt: Exempt,
    held: Arc<Mutex<Held>>,
}

impl Reservations {
    /// A book that allows `per_prefix` peers for each prefix.
    pub(crate) fn new(per_prefix: u32, exempt: Exempt) -> Self {
        Self { per_prefix: usize::try_from(per_prefix).unwrap_or(usize::MAX), exempt, held: Arc::default() }
    }

    /// The check to give to the relay; it takes a place when it says yes.
    pub(crate) fn limiter(&self) -> Box<dyn relay::RateLimiter> {
        let book = self.clone();
        Box::new(move |peer: PeerId, address: &Multiaddr, _now: Instant| book.take(peer, address))
    }

    fn take(&self, peer: PeerId, address: &Multiaddr) -> bool {
        let Some(prefix) = Source::of(address, self.exempt).prefix() else {
            return true;
        };
        let mut held = self.lock();
        if held.by_peer.contains_key(&peer) {
            return true;
        }
        let peers = held.by_prefix.entry(prefix).or_default();
        if peers.len() >= self.per_prefix {
            return false;
        }
        peers.insert(peer);
        held.by_peer.insert(peer, prefix);
        true
    }

    /// Frees the place of a peer that has left or whose reservation timed out.
    pub(crate) fn release(&self, peer: &PeerId) {
        let mut held = self.lock();
        let Some(prefix) = held.by_peer.remove(peer) else {
            return;
        };
        if let Some(peers) = held.by_prefix.get_mut(&prefix) {
            peers.remove(peer);
            if peers.is_empty() {
                held.by_prefix.remove(&prefix);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_gets_its_places_back_when_peers_leave() {
        let book = Reservations::new(2, Exempt::Loopback);
        let mut limiter = book.limiter();
        let home: Multiaddr = "/ip4/9.9.9.9/tcp/1".parse().unwrap();
        let other: Multiaddr = "/ip4/9.9.9.8/tcp/1".parse().unwrap();
        let peers: Vec<_> = (0..4).map(|_| PeerId::random()).collect();
        let now = Instant::now();
        assert!(limiter.try_next(peers[0], &home, now));
        assert!(limiter.try_next(peers[0], &home, now), "a renewal takes no second place");
        assert!(limiter.try_next(peers[1], &home, now));
        assert!(!limiter.try_next(peers[2], &home, now));
        assert!(limiter.try_next(peers[3], &other, now));
        book.release(&peers[0]);
        assert!(limiter.try_next(peers[2], &home, now));
        for peer in &peers {
            book.release(peer);
        }
        assert!(book.lock().by_prefix.is_empty() && book.lock().by_peer.is_empty());
    }
}
