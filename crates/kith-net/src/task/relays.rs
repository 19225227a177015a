//! Reservations: places at bootstraps where others find us when they cannot reach us directly.

use std::{collections::BTreeMap, net::IpAddr, time::Instant};

use libp2p::{Multiaddr, PeerId, core::transport::ListenerId, multiaddr::Protocol, relay};

use super::{Task, jitter};
use crate::{addr, backoff::Backoff, limits};

/// One reservation, asked for or held.
struct Reservation {
    relay: PeerId,
    listener: ListenerId,
    since: Instant,
    held: bool,
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
}

impl Task {
    /// Asks for reservations until enough are held or asked for.
    pub(super) fn tend_relays(&mut self, now: Instant) {
        let late: Vec<(PeerId, ListenerId)> = self
            .relays
            .reservations
            .iter()
            .filter(|r| !r.held && now.duration_since(r.since) > limits::RESERVATION_TIMEOUT)
            .map(|r| (r.relay, r.listener))
            .collect();
        for (relay, listener) in late {
            self.swarm.remove_listener(listener);
            self.reservation_failed(&relay, now);
        }
        while self.relays.reservations.len() < self.tuning.reservations {
            let Some((relay, address)) = self.relay_candidate(now) else { return };
            let circuit = addr::with_peer(address, relay).map(|address| address.with(Protocol::P2pCircuit));
            match circuit.map(|circuit| self.swarm.listen_on(circuit)) {
                Some(Ok(listener)) => {
                    self.relays.reservations.push(Reservation { relay, listener, since: now, held: false });
                }
                Some(Err(_)) | None => self.reservation_failed(&relay, now),
            }
        }
    }

    /// The next bootstrap to ask: another network than the ones that already hold a reservation, if there is one.
    fn relay_candidate(&self, now: Instant) -> Option<(PeerId, Multiaddr)> {
        let taken: Vec<[u8; 2]> = self
            .relays
            .reservations
            .iter()
            .filter_map(|r| self.bootstraps.iter().find(|known| known.peer == r.relay)?.connected.as_ref())
            .filter_map(network)
            .collect();
        let mut candidates: Vec<(bool, PeerId, Multiaddr)> = self
            .bootstraps
            .iter()
            .filter(|known| known.relay && !self.relays.reservations.iter().any(|r| r.relay == known.peer))
            .filter(|known| self.relays.waiting.get(&known.peer).is_none_or(|(_, until)| *until <= now))
            .filter_map(|known| Some((known.peer, known.connected.clone()?)))
            .map(|(peer, address)| (network(&address).is_some_and(|network| taken.contains(&network)), peer, address))
            .collect();
        candidates.sort_by_key(|(near, ..)| *near);
        candidates.into_iter().next().map(|(_, peer, address)| (peer, address))
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
        for reservation in self.relays.reservations.iter_mut().filter(|r| r.relay == *relay_peer_id) {
            reservation.held = true;
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

    /// The connection to a relay is gone.
    pub(super) fn drop_relay(&mut self, relay: &PeerId) {
        let listeners: Vec<ListenerId> =
            self.relays.reservations.iter().filter(|r| r.relay == *relay).map(|r| r.listener).collect();
        self.relays.reservations.retain(|r| r.relay != *relay);
        for listener in listeners {
            self.swarm.remove_listener(listener);
        }
    }

    pub(super) fn hurry_relays(&mut self, now: Instant) {
        for (_, until) in self.relays.waiting.values_mut() {
            *until = now;
        }
    }

    /// Believes a reservation only while its circuit address is listened on and its relay is connected.
    pub(super) fn watch_relays(&mut self, now: Instant) {
        let alive: Vec<PeerId> = self.swarm.listeners().filter_map(addr::relay_of).collect();
        let dead: Vec<(PeerId, ListenerId)> = self
            .relays
            .reservations
            .iter()
            .filter(|r| r.held && (!alive.contains(&r.relay) || !self.swarm.is_connected(&r.relay)))
            .map(|r| (r.relay, r.listener))
            .collect();
        for (relay, listener) in dead {
            self.swarm.remove_listener(listener);
            self.reservation_failed(&relay, now);
        }
        self.tend_relays(now);
    }

    /// Circuit addresses that lead to us.
    pub(super) fn circuits(&self) -> Vec<String> {
        self.own.addresses.iter().filter(|address| addr::is_circuit(address)).map(ToString::to_string).collect()
    }
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
