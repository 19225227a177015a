//! Finding contacts that are not connected, by their sealed records at the bootstraps.

use std::{collections::HashMap, time::Instant};

use kith_wire::{FindKey, Found, whereabouts};
use libp2p::{
    Multiaddr, PeerId,
    kad::{self, QueryId, RecordKey},
};

use super::{Task, jitter, now_ms, peers};
use crate::{addr, api::NetEvent, ids, limits};

/// Record queries under way.
const QUERIES_MAX: usize = 64;

/// A record that is asked for.
#[derive(Clone)]
struct Sought {
    peer: PeerId,
    find: FindKey,
    day: u64,
}

/// Lookups under way.
#[derive(Default)]
pub(super) struct Lookup(HashMap<QueryId, Sought>);

impl Task {
    pub(super) fn tend_lookup(&mut self, now: Instant) {
        let lonely: Vec<(PeerId, FindKey)> = self
            .peers
            .iter()
            .filter(|(peer, entry)| entry.next_lookup <= now && !self.swarm.is_connected(peer))
            .filter_map(|(peer, entry)| Some((*peer, entry.find.clone()?)))
            .take(limits::DISCOVER_PER_TICK)
            .collect();
        for (peer, find) in lonely {
            if self.look_up(&peer, &find)
                && let Some(entry) = self.peers.get_mut(&peer)
            {
                entry.next_lookup = now + entry.lookups.next(jitter());
            }
        }
    }

    /// Starts a lookup; false if there is nobody to ask.
    pub(super) fn look_up(&mut self, peer: &PeerId, find: &FindKey) -> bool {
        let somebody = self.bootstraps.iter().any(|known| known.serves() && known.records);
        if !somebody || !self.tuning.records {
            return false;
        }
        for day in whereabouts::days(now_ms()) {
            if self.lookup.0.len() < QUERIES_MAX {
                let query = self.swarm.behaviour_mut().kad.get_record(RecordKey::new(&find.name(day)));
                self.lookup.0.insert(query, Sought { peer: *peer, find: find.clone(), day });
            }
        }
        true
    }

    pub(super) fn on_kad(&mut self, event: kad::Event) {
        let kad::Event::OutboundQueryProgressed { id, result, step, .. } = event else { return };
        if let kad::QueryResult::PutRecord(stored) = &result {
            return self.record_stored(&id, stored.is_ok());
        }
        let sought = if step.last { self.lookup.0.remove(&id) } else { self.lookup.0.get(&id).cloned() };
        let Some(Sought { peer, find, day }) = sought else { return };
        if let kad::QueryResult::GetRecord(Ok(kad::GetRecordOk::FoundRecord(found))) = result {
            match find.open(day, &found.record.value, now_ms()) {
                Ok(found) => self.found_record(&peer, found),
                Err(error) => tracing::debug!(%peer, %error, "a record that is no good"),
            }
        }
    }

    fn found_record(&mut self, peer: &PeerId, Found { card, renewal, .. }: Found) {
        if ids::peer_id(&card.transport) == Some(*peer) {
            self.found(peer, peers::parse_all(&card.addresses, peer));
        } else if let Some(renewal) = renewal.filter(|renewal| renewal.transport() == card.transport) {
            self.emit(NetEvent::Moved { renewal, addresses: card.addresses });
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
