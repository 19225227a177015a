//! The other public nodes this one stays connected to.

use std::time::{Duration, Instant};

use libp2p::swarm::dial_opts::{DialOpts, PeerCondition};
use libp2p::{Multiaddr, PeerId};

use crate::addr;
use crate::backoff::Backoff;

/// So many addresses of each neighbour are told to others: all of a few neighbours have to fit.
const NAMED_EACH: usize = 2;

#[derive(Debug)]
struct Neighbour {
    peer: PeerId,
    addresses: Vec<Multiaddr>,
    backoff: Backoff,
    next_dial: Instant,
    connected: bool,
}

/// The configured public nodes, which are dialled for ever.
#[derive(Debug)]
pub(crate) struct Peering(Vec<Neighbour>);

impl Peering {
    /// Nobody is connected yet; everybody is due at `now`.
    pub(crate) fn new(peers: Vec<(PeerId, Vec<Multiaddr>)>, now: Instant) -> Self {
        let neighbour = |(peer, addresses)| Neighbour {
            peer,
            addresses,
            backoff: Backoff::dial(Duration::from_secs(1)),
            next_dial: now,
            connected: false,
        };
        Self(peers.into_iter().map(neighbour).collect())
    }

    /// Peers and addresses, for the routing table.
    pub(crate) fn all(&self) -> impl Iterator<Item = (PeerId, &[Multiaddr])> {
        self.0.iter().map(|neighbour| (neighbour.peer, neighbour.addresses.as_slice()))
    }

    /// Where those that are connected can be reached, as `…/p2p/PEER`: for people who lose this node.
    /// Loopback addresses only in a `lab` on one machine.
    pub(crate) fn to_name(&self, lab: bool) -> Vec<String> {
        let connected = self.0.iter().filter(|neighbour| neighbour.connected);
        let named = connected.flat_map(|neighbour| {
            let addresses = neighbour.addresses.iter().filter(|address| addr::for_everybody(address, lab));
            addresses.take(NAMED_EACH).filter_map(|address| addr::with_peer(address.clone(), neighbour.peer))
        });
        named.map(|address| address.to_string()).collect()
    }

    /// Whether `peer` is one of them.
    pub(crate) fn contains(&self, peer: &PeerId) -> bool {
        self.0.iter().any(|neighbour| neighbour.peer == *peer)
    }

    /// How many are connected.
    pub(crate) fn connected(&self) -> usize {
        self.0.iter().filter(|neighbour| neighbour.connected).count()
    }

    /// Notes that a peer came or went.
    pub(crate) fn set_connected(&mut self, peer: &PeerId, connected: bool) {
        if let Some(neighbour) = self.0.iter_mut().find(|neighbour| neighbour.peer == *peer) {
            neighbour.connected = connected;
            if connected {
                neighbour.backoff.reset();
            }
        }
    }

    /// The dials that are due. Each one puts its peer's next try off.
    pub(crate) fn due(&mut self, now: Instant) -> Vec<DialOpts> {
        self.0
            .iter_mut()
            .filter(|neighbour| !neighbour.connected && neighbour.next_dial <= now)
            .map(|neighbour| {
                neighbour.next_dial = now + neighbour.backoff.next(rand::random());
                DialOpts::peer_id(neighbour.peer)
                    .addresses(neighbour.addresses.clone())
                    .condition(PeerCondition::DisconnectedAndNotDialing)
                    .build()
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_neighbour_is_dialled_for_ever_but_less_and_less_often() {
        let start = Instant::now();
        let peer = PeerId::random();
        let mut peering = Peering::new(vec![(peer, vec!["/ip4/9.9.9.9/tcp/4100".parse().unwrap()])], start);
        let dials = |peering: &mut Peering, from: u64, to: u64| {
            (from..to).filter(|second| !peering.due(start + Duration::from_secs(*second)).is_empty()).count()
        };
        assert!((4..=6).contains(&dials(&mut peering, 0, 30)));
        assert!((8..=16).contains(&dials(&mut peering, 3_000, 3_600)));
        peering.set_connected(&peer, true);
        assert_eq!((dials(&mut peering, 4_000, 4_100), peering.connected()), (0, 1));
        peering.set_connected(&peer, false);
        assert!(dials(&mut peering, 5_000, 5_010) >= 2);
    }
}
