//! How many places strangers of one origin hold.

use std::{collections::BTreeMap, net::IpAddr};

use libp2p::{PeerId, swarm::ConnectionId};

use crate::{addr, limits};

/// Established inbound connections, each with who is there and from where.
#[derive(Debug, Default)]
pub(super) struct Crowd(BTreeMap<ConnectionId, (PeerId, IpAddr)>);

impl Crowd {
    pub(super) fn enter(&mut self, id: ConnectionId, peer: PeerId, ip: IpAddr) {
        self.0.insert(id, (peer, ip));
    }

    pub(super) fn leave(&mut self, id: ConnectionId) {
        self.0.remove(&id);
    }

    /// Whether one more stranger may come from `ip`. Who is known by now, by this test, takes no place.
    pub(super) fn has_room(&self, ip: IpAddr, known: impl Fn(&PeerId) -> bool) -> bool {
        let (network, district) = (addr::neighbourhood(ip), addr::district(ip));
        let (mut near, mut around) = (0, 0);
        for (_, ip) in self.0.values().filter(|(peer, _)| !known(peer)) {
            near += usize::from(addr::neighbourhood(*ip) == network);
            around += usize::from(addr::district(*ip) == district);
        }
        near < limits::STRANGERS_PER_NETWORK && around < limits::STRANGERS_PER_DISTRICT
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A host in one of two districts, of IPv4 or IPv6, with two networks each.
    fn host(number: u8) -> IpAddr {
        let (district, network, six) = (number & 1, (number >> 1) & 3, number & 8 != 0);
        if six { format!("2a11:0:{district}:{network}00::{number}") } else { format!("9.9.{district}.{network}") }
            .parse()
            .unwrap()
    }

    fn peer(number: u8) -> PeerId {
        let seed = libp2p::identity::Keypair::ed25519_from_bytes([number; 32]).unwrap();
        seed.public().to_peer_id()
    }

    fn is_known(peers: &[PeerId]) -> impl Fn(&PeerId) -> bool {
        move |who| peers.contains(who)
    }

    proptest! {
        /// Whatever happens in whatever order, strangers stay within the bounds, and whom one knows is never counted.
        #[test]
        fn strangers_of_one_origin_never_exceed_their_places(steps in prop::collection::vec((0u8..5, 0usize..60, 0u8..16, 0u8..8), 1..300)) {
            let known = [peer(0), peer(1)];
            let peers: Vec<PeerId> = (0..8).map(peer).collect();
            let mut crowd = Crowd::default();
            for (action, id, from, who) in steps {
                let (id, ip) = (ConnectionId::new_unchecked(id), host(from));
                let who = peers[usize::from(who)];
                if action == 0 {
                    crowd.leave(id);
                } else if !crowd.0.contains_key(&id) && (known.contains(&who) || crowd.has_room(ip, is_known(&known))) {
                    crowd.enter(id, who, ip);
                }
                let strangers = || crowd.0.values().filter(|(peer, _)| !known.contains(peer));
                for ip in (0..16).map(host) {
                    let near = strangers().filter(|(_, at)| addr::neighbourhood(*at) == addr::neighbourhood(ip)).count();
                    let around = strangers().filter(|(_, at)| addr::district(*at) == addr::district(ip)).count();
                    prop_assert!(near <= 8 && around <= 16, "{near} and {around} from {ip}");
                    prop_assert_eq!(crowd.has_room(ip, is_known(&known)), near < 8 && around < 16);
                }
            }
            for id in 0..60 {
                crowd.leave(ConnectionId::new_unchecked(id));
            }
            prop_assert!(crowd.0.is_empty());
        }
    }
}
