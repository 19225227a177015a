//! Finding contacts that are not connected: rendezvous and sealed records at the bootstraps; and being found.

use std::{collections::HashMap, time::Instant};

use libp2p::{
    Multiaddr, PeerId,
    kad::{self, QueryId, RecordKey},
    rendezvous,
};

use super::{Task, jitter, now_ms, peers};
use crate::{addr, ids, limits, sealed_card};

/// Bootstraps asked per lookup.
const ASKED: usize = 3;
/// Registrations of one namespace we look at; a namespace belongs to one device.
const REGISTRATIONS_MAX: u64 = 4;
/// Record queries under way.
const QUERIES_MAX: usize = 64;
/// Records are not stored more often than this when addresses keep changing.
const RECORD_PAUSE: std::time::Duration = std::time::Duration::from_secs(60);

/// Lookups under way.
#[derive(Default)]
pub(super) struct Lookup {
    queries: HashMap<QueryId, (PeerId, u64)>,
}

impl Task {
    /// Our addresses changed: what is registered and recorded is stale.
    pub(super) fn lookup_addresses_changed(&mut self) {
        for known in &mut self.bootstraps {
            known.registered = None;
            known.recorded = known.recorded.filter(|at| at.elapsed() < RECORD_PAUSE);
        }
        self.register(Instant::now());
    }

    pub(super) fn tend_lookup(&mut self, now: Instant) {
        self.register(now);
        let lonely: Vec<PeerId> = self
            .peers
            .iter()
            .filter(|(peer, entry)| entry.next_lookup <= now && !self.swarm.is_connected(peer))
            .map(|(peer, _)| *peer)
            .take(limits::DISCOVER_PER_TICK)
            .collect();
        for peer in lonely {
            if self.look_up(&peer)
                && let Some(entry) = self.peers.get_mut(&peer)
            {
                entry.next_lookup = now + entry.lookups.next(jitter());
            }
        }
    }

    /// Registers and records our addresses where that is due.
    fn register(&mut self, now: Instant) {
        let today = sealed_card::day(now_ms());
        let reachable = self.swarm.external_addresses().next().is_some();
        let mut registers = Vec::new();
        let mut records = Vec::new();
        for known in self.bootstraps.iter_mut().filter(|known| known.connected.is_some()) {
            let registered = known
                .registered
                .is_some_and(|(at, day)| day == today && now.duration_since(at) < limits::REGISTER_EVERY);
            if known.rendezvous && self.tuning.rendezvous && reachable && !registered {
                known.registered = Some((now, today));
                registers.push(known.peer);
            }
            let recorded = known.recorded.is_some_and(|at| now.duration_since(at) < limits::RECORD_EVERY);
            if !self.own.addresses.is_empty() && !recorded && known.rendezvous && self.tuning.records {
                known.recorded = Some(now);
                records.push(known.peer);
            }
        }
        for peer in registers {
            let Ok(namespace) = rendezvous::Namespace::new(sealed_card::namespace(&self.id, today)) else { return };
            let registered =
                self.swarm.behaviour_mut().rendezvous.register(namespace, peer, Some(limits::REGISTER_TTL_S));
            if let Err(error) = registered {
                tracing::debug!(%peer, %error, "not registered");
            }
        }
        if !records.is_empty() {
            let record = kad::Record {
                key: RecordKey::new(&sealed_card::record_key(&self.id, today)),
                value: sealed_card::seal(&self.id, today, &self.card(false)),
                // Unnamed: the key is all a storing node learns.
                publisher: None,
                expires: Some(now + limits::RECORD_TTL),
            };
            self.swarm.behaviour_mut().kad.put_record_to(record, records.into_iter(), kad::Quorum::One);
        }
    }

    /// Starts a lookup; false if there is nobody to ask.
    pub(super) fn look_up(&mut self, peer: &PeerId) -> bool {
        let Some(id) = ids::transport_id(peer) else { return false };
        let asked: Vec<PeerId> = self
            .bootstraps
            .iter()
            .filter(|known| known.connected.is_some() && known.rendezvous)
            .map(|known| known.peer)
            .take(ASKED)
            .collect();
        if asked.is_empty() {
            return false;
        }
        for day in sealed_card::days(now_ms()) {
            let Ok(namespace) = rendezvous::Namespace::new(sealed_card::namespace(&id, day)) else { return false };
            let behaviour = self.swarm.behaviour_mut();
            for bootstrap in asked.iter().filter(|_| self.tuning.rendezvous) {
                behaviour.rendezvous.discover(Some(namespace.clone()), None, Some(REGISTRATIONS_MAX), *bootstrap);
            }
            if self.tuning.records && self.lookup.queries.len() < QUERIES_MAX {
                let query = behaviour.kad.get_record(RecordKey::new(&sealed_card::record_key(&id, day)));
                self.lookup.queries.insert(query, (*peer, day));
            }
        }
        true
    }

    pub(super) fn on_rendezvous(&mut self, event: rendezvous::client::Event) {
        if let rendezvous::client::Event::Discovered { registrations, .. } = event {
            for registration in registrations.iter().take(usize::try_from(REGISTRATIONS_MAX).unwrap_or(1)) {
                // The record is signed by the key its peer id is made of; the namespace proves nothing.
                let peer = registration.record.peer_id();
                let addresses = registration.record.addresses();
                self.found(&peer, addresses.iter().take(limits::ADDRESSES_PER_PEER).cloned().collect());
            }
        } else if let rendezvous::client::Event::RegisterFailed { rendezvous_node, error, .. } = event {
            tracing::debug!(peer = %rendezvous_node, ?error, "registration refused");
            let retry = Instant::now().checked_sub(limits::REGISTER_EVERY.saturating_sub(limits::REGISTER_AGAIN));
            if let Some(known) = self.bootstraps.iter_mut().find(|known| known.peer == rendezvous_node) {
                known.registered = known.registered.and_then(|(_, day)| Some((retry?, day)));
            }
        }
    }

    pub(super) fn on_kad(&mut self, event: kad::Event) {
        let kad::Event::OutboundQueryProgressed { id, result, step, .. } = event else { return };
        let asked = if step.last { self.lookup.queries.remove(&id) } else { self.lookup.queries.get(&id).copied() };
        let Some((peer, day)) = asked else { return };
        if let kad::QueryResult::GetRecord(Ok(kad::GetRecordOk::FoundRecord(found))) = result
            && let Some(id) = ids::transport_id(&peer)
            && let Some(card) = sealed_card::open(&id, day, &found.record.value, now_ms())
        {
            self.found(&peer, peers::parse_all(&card.addresses, &peer));
        }
    }

    /// Addresses a device itself signed, for a contact or somebody we want to ask something.
    pub(super) fn found(&mut self, peer: &PeerId, addresses: Vec<Multiaddr>) {
        let addresses: Vec<Multiaddr> = addresses
            .into_iter()
            .filter(|address| addr::shape(address).is_some_and(|shape| shape.peer.is_none_or(|named| named == *peer)))
            .map(|address| {
                if addr::shape(&address).is_some_and(|s| s.peer.is_some()) {
                    addr::without_peer(address)
                } else {
                    address
                }
            })
            .collect();
        self.request_found(peer, &addresses);
        if self.peers.contains_key(peer) {
            self.learned(peer, addresses);
        }
    }
}
