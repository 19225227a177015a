//! Finding contacts that are not connected: rendezvous and sealed records at the bootstraps; and being found.

mod registration;

use std::{collections::HashMap, time::Instant};

use libp2p::{
    Multiaddr, PeerId,
    identity::Keypair,
    kad::{self, QueryId, RecordKey},
    request_response::{self, OutboundRequestId},
};

use super::{Task, jitter, now_ms, peers};
use crate::{
    addr, ids, limits,
    rendezvous::{self, RendezvousEvent, Request, Response, Status, UnverifiedRecord},
    sealed_card,
};

pub(super) use registration::Registration;

/// Bootstraps asked per lookup.
const ASKED: usize = 3;
/// Record queries under way.
const QUERIES_MAX: usize = 64;
/// Rendezvous requests under way.
const REQUESTS_MAX: usize = 256;
/// Records are not stored more often than this when addresses keep changing.
const RECORD_PAUSE: std::time::Duration = std::time::Duration::from_secs(60);

/// What a rendezvous point was asked.
#[derive(Clone, Copy)]
enum Asked {
    /// To register us for a day.
    Register(u64),
    /// For this device.
    Discover(PeerId),
}

/// Lookups under way.
#[derive(Default)]
pub(super) struct Lookup {
    queries: HashMap<QueryId, (PeerId, u64)>,
    asked: HashMap<OutboundRequestId, Asked>,
}

impl Task {
    /// Our addresses changed: what is registered and recorded is stale.
    pub(super) fn lookup_addresses_changed(&mut self) {
        for known in &mut self.bootstraps {
            known.registration.hurry();
            known.recorded = known.recorded.filter(|(at, _)| at.elapsed() < RECORD_PAUSE);
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
            if known.rendezvous && self.tuning.rendezvous && reachable && known.registration.begin(today, now) {
                registers.push(known.peer);
            }
            let due = record_due(known.recorded, today, now);
            if !self.own.addresses.is_empty() && due && known.rendezvous && self.tuning.records {
                known.recorded = Some((now, today));
                records.push(known.peer);
            }
        }
        if !registers.is_empty() {
            self.register_at(&registers, today);
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

    fn register_at(&mut self, points: &[PeerId], day: u64) {
        let addresses = self.swarm.external_addresses().take(limits::ADDRESSES_PER_PEER).cloned().collect();
        let key = Keypair::ed25519_from_bytes(*self.key.seed()).ok();
        let Some(record) = key.and_then(|key| UnverifiedRecord::sign(&key, addresses)) else { return };
        for point in points {
            let namespace = sealed_card::namespace(&self.id, day);
            let ttl_s = Some(limits::REGISTER_TTL_S);
            let request = Request::Register { namespace, record: record.clone(), ttl_s };
            let id = self.swarm.behaviour_mut().rendezvous.send_request(point, request);
            self.lookup.asked.insert(id, Asked::Register(day));
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
            let namespace = sealed_card::namespace(&id, day);
            let behaviour = self.swarm.behaviour_mut();
            let room = REQUESTS_MAX.saturating_sub(self.lookup.asked.len());
            for point in asked.iter().filter(|_| self.tuning.rendezvous).take(room) {
                let limit = Some(rendezvous::ASKED_FOR);
                let request = Request::Discover { namespace: namespace.clone(), limit, cookie: None };
                let id = behaviour.rendezvous.send_request(point, request);
                self.lookup.asked.insert(id, Asked::Discover(*peer));
            }
            if self.tuning.records && self.lookup.queries.len() < QUERIES_MAX {
                let query = behaviour.kad.get_record(RecordKey::new(&sealed_card::record_key(&id, day)));
                self.lookup.queries.insert(query, (*peer, day));
            }
        }
        true
    }

    pub(super) fn on_rendezvous(&mut self, event: RendezvousEvent) {
        let (point, id, response) = match event {
            request_response::Event::Message { peer, message, .. } => {
                let request_response::Message::Response { request_id, response } = message else { return };
                (peer, request_id, Some(response))
            }
            // An unregistration ends like this too: it has no answer.
            request_response::Event::OutboundFailure { peer, request_id, .. } => (peer, request_id, None),
            request_response::Event::InboundFailure { .. } | request_response::Event::ResponseSent { .. } => return,
        };
        match (self.lookup.asked.remove(&id), response) {
            (Some(Asked::Register(day)), Some(Response::Register(answer))) => self.registered(point, day, answer),
            (Some(Asked::Register(day)), _) => self.registered(point, day, Err(Status::Unavailable)),
            (Some(Asked::Discover(sought)), Some(Response::Discover(Ok(found)))) => {
                let asked_for = usize::try_from(rendezvous::ASKED_FOR).unwrap_or(1);
                // Anybody can be told; only what the sought device itself signed is believed.
                let records = found.registrations.iter().take(asked_for).filter_map(|told| told.record.verify());
                if let Some(record) = records.into_iter().find(|record| record.peer == sought) {
                    let addresses = record.addresses.into_iter().take(limits::ADDRESSES_PER_PEER).collect();
                    self.found(&sought, addresses);
                }
            }
            (Some(Asked::Discover(_)) | None, _) => {}
        }
    }

    fn registered(&mut self, point: PeerId, day: u64, answer: Result<u64, Status>) {
        if let Err(status) = answer {
            tracing::debug!(peer = %point, ?status, "registration refused");
        }
        let Some(known) = self.bootstraps.iter_mut().find(|known| known.peer == point) else { return };
        if let Some(outdated) = known.registration.answered(day, answer, Instant::now()) {
            let namespace = sealed_card::namespace(&self.id, outdated);
            self.swarm.behaviour_mut().rendezvous.send_request(&point, Request::Unregister { namespace });
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
        let addresses: Vec<Multiaddr> =
            addresses.into_iter().filter_map(|address| addr::of_peer(address, peer)).collect();
        self.request_found(peer, &addresses);
        if self.peers.contains_key(peer) {
            self.learned(peer, addresses);
        }
    }
}

/// Whether our record is stored again at a bootstrap where it was last stored then, for that day.
fn record_due(recorded: Option<(Instant, u64)>, today: u64, now: Instant) -> bool {
    recorded.is_none_or(|(at, day)| day != today || now.duration_since(at) >= limits::RECORD_EVERY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_stored_again_in_time_and_at_once_on_a_new_day() {
        let now = Instant::now();
        assert!(record_due(None, 1, now));
        assert!(!record_due(Some((now, 1)), 1, now + limits::RECORD_EVERY / 2));
        assert!(record_due(Some((now, 1)), 1, now + limits::RECORD_EVERY));
        assert!(record_due(Some((now, 1)), 2, now), "its key is another one");
    }
}
