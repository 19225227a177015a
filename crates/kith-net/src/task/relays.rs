//! Reservations: places at bootstraps where others find us when they cannot reach us directly.

use std::{
    collections::BTreeMap,
    net::IpAddr,
    time::{Duration, Instant},
};

use libp2p::{Multiaddr, PeerId, core::transport::ListenerId, multiaddr::Protocol, relay};
use rand::seq::IteratorRandom as _;

use super::{Task, jitter};
use crate::{addr, backoff::Backoff};

/// One reservation, asked for or held.
///
/// Its listener is never removed while the relay is connected: a reservation or renewal that is granted after the
/// listener went away makes libp2p panic. Whoever has to end a reservation ends the connection.
struct Reservation {
    relay: PeerId,
    listener: ListenerId,
    /// When it was asked for, or granted for the first time.
    since: Instant,
    held: bool,
}

/// A bootstrap that may be asked for a reservation.
struct Candidate {
    /// Its network is one that holds a reservation already.
    near: bool,
    relay: PeerId,
    address: Multiaddr,
}

/// All reservations, and when relays that failed may be asked again.
#[derive(Default)]
pub(super) struct Relays {
    reservations: Vec<Reservation>,
    waiting: BTreeMap<PeerId, (Backoff, Instant)>,
}

impl Relays {
    /// How many reservations are held.
    pub(super) fn held(&self) -> usize {
        self.reservations.iter().filter(|reservation| reservation.held).count()
    }

    /// How many reservations are held or still waited for. A relay that takes its time may grant one later; then there
    /// is one more.
    fn expected(&self, now: Instant, patience: Duration) -> usize {
        self.reservations.iter().filter(|r| r.held || now.duration_since(r.since) <= patience).count()
    }
}

impl Task {
    /// Asks for reservations until enough are held or asked for, and for one elsewhere if two are in one network.
    pub(super) fn tend_relays(&mut self, now: Instant) {
        while self.relays.expected(now, self.tuning.reservation) < self.tuning.reservations {
            let Some(candidate) = pick(self.relay_candidates(now)) else { return };
            self.reserve(candidate, now);
        }
        if self.relays.reservations.iter().all(|r| r.held)
            && self.relays.held() == self.tuning.reservations
            && !self.crowded().is_empty()
        {
            let elsewhere = |candidate: &Candidate| !candidate.near && network(&candidate.address).is_some();
            let mut candidates = self.relay_candidates(now);
            candidates.retain(|candidate| elsewhere(candidate) && self.is_chosen(&candidate.relay));
            if let Some(candidate) = pick(candidates) {
                self.reserve(candidate, now);
            }
        }
    }

    fn reserve(&mut self, Candidate { relay, address, .. }: Candidate, now: Instant) {
        let circuit = addr::with_peer(address, relay).map(|address| address.with(Protocol::P2pCircuit));
        match circuit.map(|circuit| self.swarm.listen_on(circuit)) {
            Some(Ok(listener)) => {
                self.relays.reservations.push(Reservation { relay, listener, since: now, held: false });
            }
            Some(Err(_)) | None => self.reservation_failed(&relay, now),
        }
    }

    /// The bootstraps that may be asked.
    fn relay_candidates(&self, now: Instant) -> Vec<Candidate> {
        let taken: Vec<[u8; 2]> = self.relays.reservations.iter().filter_map(|r| self.network_of(&r.relay)).collect();
        self.bootstraps
            .iter()
            .filter(|known| {
                known.relay && known.serves() && !self.relays.reservations.iter().any(|r| r.relay == known.peer)
            })
            .filter(|known| self.relays.waiting.get(&known.peer).is_none_or(|(_, until)| *until <= now))
            .filter_map(|known| Some((known.peer, known.connected.clone()?)))
            .map(|(relay, address)| {
                let near = network(&address).is_some_and(|network| taken.contains(&network));
                Candidate { near, relay, address }
            })
            .collect()
    }

    fn network_of(&self, relay: &PeerId) -> Option<[u8; 2]> {
        network(self.bootstraps.iter().find(|known| known.peer == *relay)?.connected.as_ref()?)
    }

    /// Whether somebody chose it: one that only stands in is left soon.
    fn is_chosen(&self, relay: &PeerId) -> bool {
        self.bootstraps.iter().any(|known| known.peer == *relay && known.borrowed.is_none())
    }

    /// Relays that hold a reservation and share their network with another that does.
    fn crowded(&self) -> Vec<PeerId> {
        let held: Vec<(PeerId, Option<[u8; 2]>)> =
            self.relays.reservations.iter().filter(|r| r.held).map(|r| (r.relay, self.network_of(&r.relay))).collect();
        let shares = |(relay, network): &(PeerId, Option<[u8; 2]>)| {
            network.is_some() && held.iter().any(|(other, at)| other != relay && at == network)
        };
        held.iter().filter(|relay| shares(relay)).map(|(relay, _)| *relay).collect()
    }

    /// Once a reservation elsewhere is held, one of two in the same network is left, when nobody is met over it.
    fn leave_crowd(&mut self) {
        if self.relays.held() <= self.tuning.reservations {
            return;
        }
        let idle = self.crowded().into_iter().find(|relay| !self.swarm.behaviour().streams.carries(relay));
        if let Some(relay) = idle {
            tracing::debug!(%relay, "left for a relay in another network");
            self.disconnect(relay);
            self.drop_relay(&relay);
        }
    }

    fn reservation_failed(&mut self, relay: &PeerId, now: Instant) {
        self.relays.reservations.retain(|r| r.relay != *relay);
        let fresh = (Backoff::reserve(self.tuning.dial_first), now);
        let (backoff, until) = self.relays.waiting.entry(*relay).or_insert(fresh);
        *until = now + backoff.next(jitter());
        tracing::debug!(%relay, "no reservation");
    }

    pub(super) fn on_relay(&mut self, event: &relay::client::Event) {
        let relay::client::Event::ReservationReqAccepted { relay_peer_id, renewal, .. } = event else { return };
        tracing::debug!(relay = %relay_peer_id, renewal, "reservation");
        for reservation in self.relays.reservations.iter_mut().filter(|r| r.relay == *relay_peer_id && !r.held) {
            reservation.held = true;
            reservation.since = Instant::now();
        }
        self.relays.waiting.remove(relay_peer_id);
        self.refresh_own();
    }

    /// libp2p closes the listener of a reservation when the relay refuses it, goes away or ends it. Nobody but us opens
    /// another.
    pub(super) fn relay_listener_closed(&mut self, listener: ListenerId) {
        let relay = self.relays.reservations.iter().find(|r| r.listener == listener).map(|r| r.relay);
        if let Some(relay) = relay {
            self.reservation_failed(&relay, Instant::now());
        }
    }

    /// The connection to a relay is gone, and with it the reservation: libp2p closes the listener.
    pub(super) fn drop_relay(&mut self, relay: &PeerId) {
        self.relays.reservations.retain(|r| r.relay != *relay);
    }

    /// Whether a reservation is asked for or held at a relay.
    pub(super) fn is_relay(&self, relay: &PeerId) -> bool {
        self.relays.reservations.iter().any(|r| r.relay == *relay)
    }

    pub(super) fn hurry_relays(&mut self, now: Instant) {
        for (_, until) in self.relays.waiting.values_mut() {
            *until = now;
        }
    }

    /// Believes a reservation only while its circuit address is listened on and its relay is connected.
    pub(super) fn watch_relays(&mut self, now: Instant) {
        let alive: Vec<PeerId> = self.swarm.listeners().filter_map(addr::relay_of).collect();
        // The address is announced a moment after the reservation.
        let settled = |r: &&Reservation| r.held && now.duration_since(r.since) > self.tuning.reservation;
        let dead: Vec<PeerId> = self
            .relays
            .reservations
            .iter()
            .filter(settled)
            .filter(|r| !alive.contains(&r.relay) || !self.swarm.is_connected(&r.relay))
            .map(|r| r.relay)
            .collect();
        for relay in dead {
            self.disconnect(relay);
            self.reservation_failed(&relay, now);
        }
        self.leave_crowd();
        self.tend_relays(now);
    }

    /// Circuit addresses that lead to us.
    pub(super) fn circuits(&self) -> Vec<String> {
        self.own.addresses.iter().filter(|address| addr::is_circuit(address)).map(ToString::to_string).collect()
    }
}

/// Any of those in other networks, so that relays share the load; of the others only if there is none.
fn pick(mut candidates: Vec<Candidate>) -> Option<Candidate> {
    let all_near = candidates.iter().all(|candidate| candidate.near);
    candidates.retain(|candidate| candidate.near == all_near);
    candidates.into_iter().choose(&mut rand::rng())
}

/// The /16 of an IPv4 address: who shares it may fail together.
fn network(address: &Multiaddr) -> Option<[u8; 2]> {
    match addr::ip_of(address)? {
        IpAddr::V4(ip) => {
            let [a, b, ..] = ip.octets();
            Some([a, b])
        }
        IpAddr::V6(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn any_relay_in_another_network_is_picked_and_a_near_one_only_alone() {
        let candidate = |near| Candidate { near, relay: PeerId::random(), address: Multiaddr::empty() };
        let candidates = [true, false, false, true, false].map(candidate);
        let far: BTreeSet<PeerId> = candidates.iter().filter(|candidate| !candidate.near).map(|c| c.relay).collect();
        let copy = |candidates: &[Candidate]| -> Vec<Candidate> {
            candidates.iter().map(|c| Candidate { near: c.near, relay: c.relay, address: c.address.clone() }).collect()
        };
        let picked: BTreeSet<PeerId> = (0..300).filter_map(|_| pick(copy(&candidates))).map(|c| c.relay).collect();
        assert_eq!(picked, far);
        let near: Vec<Candidate> = candidates.into_iter().filter(|candidate| candidate.near).collect();
        assert!(pick(near).is_some_and(|candidate| candidate.near) && pick(Vec::new()).is_none());
    }
}
