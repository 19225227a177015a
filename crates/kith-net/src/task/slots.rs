//! Invite slots: stored at bootstraps, fetched from whoever has them, and our own answered by ourselves.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Instant,
};

use kith_wire::{SlotDenial, SlotId, SlotRequest, SlotResponse};
use libp2p::{
    Multiaddr, PeerId,
    request_response::{Message, OutboundRequestId},
};

use super::Task;
use crate::{
    addr::{self, Source},
    api::{NetEvent, SlotOutcome},
    bootstrap,
    limiter::Limiter,
    limits,
    slot::SlotEvent,
};

/// Fetches one peer may make from us per minute.
const GETS_PER_MINUTE: u32 = 12;
/// Peers on the local network asked for one slot.
const NEIGHBOURS_ASKED: usize = 8;

/// What an operation wants.
enum Kind {
    Put { request: SlotRequest, stored: u32 },
    Get { slot: SlotId, hints: Vec<(PeerId, Vec<Multiaddr>)>, not: Vec<[u8; 32]>, gone: Option<bool>, missing: bool },
}

struct Operation {
    kind: Kind,
    deadline: Instant,
    asked: BTreeSet<PeerId>,
    waiting: BTreeSet<OutboundRequestId>,
}

/// Slot operations under way and the slots we answer.
pub(super) struct Slots {
    operations: BTreeMap<u64, Operation>,
    served: BTreeMap<SlotId, Vec<u8>>,
    limiter: Limiter,
}

impl Default for Slots {
    fn default() -> Self {
        Self { operations: BTreeMap::new(), served: BTreeMap::new(), limiter: Limiter::new(GETS_PER_MINUTE) }
    }
}

impl Slots {
    /// Replaces what we answer.
    pub(super) fn serve(&mut self, served: Vec<(SlotId, Vec<u8>)>) {
        self.served = served.into_iter().take(limits::SERVED_SLOTS_MAX).collect();
    }

    fn answer(&mut self, peer: PeerId, request: &SlotRequest) -> SlotResponse {
        if !self.limiter.admit(peer, None, Instant::now()) {
            return SlotResponse::Denied { reason: SlotDenial::Limited };
        }
        match request {
            SlotRequest::Get { slot } => match self.served.get(slot) {
                Some(blob) => SlotResponse::Found { blob: blob.clone() },
                None => SlotResponse::Missing,
            },
            SlotRequest::Put { .. } | SlotRequest::Delete { .. } => {
                SlotResponse::Denied { reason: SlotDenial::NotServed }
            }
        }
    }
}

/// A request that stores a blob.
pub(super) fn put(slot: SlotId, owner_hash: [u8; 32], expires_at_ms: u64, blob: Vec<u8>) -> SlotRequest {
    SlotRequest::Put { slot, owner_hash, expires_at_ms, blob }
}

impl Task {
    pub(super) fn put_slot(&mut self, number: u64, request: SlotRequest) {
        let fits = match &request {
            SlotRequest::Put { blob, .. } => blob.len() <= kith_wire::limits::SLOT_BLOB_MAX,
            SlotRequest::Get { .. } | SlotRequest::Delete { .. } => true,
        };
        if !fits {
            self.emit(NetEvent::SlotPut { id: number, stored: 0 });
            return;
        }
        self.start_operation(number, Kind::Put { request, stored: 0 });
    }

    pub(super) fn get_slot(&mut self, number: u64, slot: SlotId, hints: &[String], not: Vec<[u8; 32]>) {
        let hints = hints
            .iter()
            .take(kith_wire::limits::HINTS_MAX * 2)
            .filter_map(|hint| bootstrap::parse(hint).ok())
            .map(|(peer, addresses)| (peer, self.hint_addresses(&peer, addresses)))
            .collect();
        self.start_operation(number, Kind::Get { slot, hints, not, gone: None, missing: false });
    }

    /// Hints come from an invite the user pasted: names and web ports are fine, as for a bootstrap.
    fn hint_addresses(&self, peer: &PeerId, addresses: Vec<Multiaddr>) -> Vec<Multiaddr> {
        let lab = self.own.lab;
        addresses
            .into_iter()
            .filter(|a| addr::may_dial(a, Source::Service, lab, |p| self.is_bootstrap(p)) || self.is_bootstrap(peer))
            .filter_map(|a| addr::with_peer(a, *peer))
            .collect()
    }

    fn start_operation(&mut self, number: u64, kind: Kind) {
        if self.slots.operations.len() >= limits::SLOT_OPERATIONS_MAX {
            match kind {
                Kind::Put { .. } => self.emit(NetEvent::SlotPut { id: number, stored: 0 }),
                Kind::Get { .. } => self.emit(NetEvent::SlotGot { id: number, outcome: SlotOutcome::Unreachable }),
            }
            return;
        }
        let deadline = Instant::now() + limits::SLOT_TIMEOUT;
        let operation = Operation { kind, deadline, asked: BTreeSet::new(), waiting: BTreeSet::new() };
        self.slots.operations.insert(number, operation);
        self.advance(number);
    }

    pub(super) fn delete_slot(&mut self, slot: SlotId, token: [u8; 32]) {
        let bootstraps: Vec<PeerId> = self.connected_bootstraps().map(|(peer, _)| peer).collect();
        for peer in bootstraps {
            // Nobody waits for it; the slot expires by itself if this is lost.
            let _request = self.swarm.behaviour_mut().slot.send_request(&peer, SlotRequest::Delete { slot, token });
        }
    }

    /// Asks everybody worth asking who was not asked yet, then sees whether the operation is over.
    fn advance(&mut self, number: u64) {
        let bootstraps: Vec<PeerId> = self.connected_bootstraps().map(|(peer, _)| peer).collect();
        let neighbours: Vec<PeerId> = self.exchange.neighbours().take(NEIGHBOURS_ASKED).copied().collect();
        let Some(operation) = self.slots.operations.get_mut(&number) else { return };
        let (request, targets) = match &operation.kind {
            Kind::Put { request, .. } => {
                let room = limits::SLOT_COPIES.saturating_sub(operation.asked.len());
                let fresh = bootstraps.iter().filter(|peer| !operation.asked.contains(peer)).take(room);
                (request.clone(), fresh.map(|peer| (*peer, Vec::new())).collect::<Vec<_>>())
            }
            Kind::Get { slot, hints, .. } => {
                let others = bootstraps.iter().chain(&neighbours).map(|peer| (*peer, Vec::new()));
                let fresh = hints.iter().cloned().chain(others).filter(|(peer, _)| !operation.asked.contains(peer));
                (SlotRequest::Get { slot: *slot }, fresh.collect())
            }
        };
        for (peer, addresses) in targets {
            if peer == self.me || !operation.asked.insert(peer) {
                continue;
            }
            let mut addresses = addresses;
            addresses.extend(
                self.exchange.nearby(&peer).iter().filter_map(|address| addr::with_peer(address.clone(), peer)),
            );
            let behaviour = self.swarm.behaviour_mut();
            behaviour.guard.vet(peer, &addresses);
            let slot = &mut behaviour.slot;
            operation.waiting.insert(slot.send_request_with_addresses(&peer, request.clone(), addresses));
        }
        self.settle(number, false);
    }

    pub(super) fn on_slot(&mut self, event: SlotEvent) {
        match event {
            SlotEvent::Message { peer, message, .. } => match message {
                Message::Request { request, channel, .. } => {
                    let response = self.slots.answer(peer, &request);
                    if self.swarm.behaviour_mut().slot.send_response(channel, response).is_err() {
                        tracing::debug!(%peer, "the asker is gone");
                    }
                }
                Message::Response { request_id, response } => self.slot_answered(request_id, Some(response)),
            },
            SlotEvent::OutboundFailure { request_id, .. } => self.slot_answered(request_id, None),
            SlotEvent::InboundFailure { .. } | SlotEvent::ResponseSent { .. } => {}
        }
    }

    fn slot_answered(&mut self, request: OutboundRequestId, response: Option<SlotResponse>) {
        let found = self.slots.operations.iter_mut().find(|(_, operation)| operation.waiting.contains(&request));
        let Some((number, operation)) = found else { return };
        let number = *number;
        operation.waiting.remove(&request);
        match (&mut operation.kind, response) {
            (Kind::Put { stored, .. }, Some(SlotResponse::Stored)) => *stored += 1,
            (Kind::Get { not, .. }, Some(SlotResponse::Found { blob })) if !is_one_of(not, &blob) => {
                self.slots.operations.remove(&number);
                self.emit(NetEvent::SlotGot { id: number, outcome: SlotOutcome::Found(blob) });
                return;
            }
            (Kind::Get { missing, .. }, Some(SlotResponse::Missing | SlotResponse::Found { .. })) => *missing = true,
            (Kind::Get { gone, .. }, Some(SlotResponse::Gone { used })) => {
                *gone = Some(used || gone.unwrap_or_default());
            }
            (_, Some(response)) => tracing::debug!(?response, "slot not served"),
            (_, None) => {}
        }
        self.settle(number, false);
    }

    /// Answers the node if nothing is awaited any more, or at the deadline.
    fn settle(&mut self, number: u64, late: bool) {
        let coming = self.bootstraps.iter().any(|known| known.connected.is_none() && known.is_dialing());
        let Some(operation) = self.slots.operations.get(&number) else { return };
        // Right after the start the bootstraps are still being dialled: wait for them instead of failing.
        let answered = operation.waiting.is_empty() && (operation.satisfied() || !coming);
        if !answered && !late {
            return;
        }
        let event = match &operation.kind {
            Kind::Put { stored, .. } => NetEvent::SlotPut { id: number, stored: *stored },
            Kind::Get { gone, missing, .. } => {
                let outcome = match (gone, missing) {
                    (Some(used), _) => SlotOutcome::Gone { used: *used },
                    (None, true) => SlotOutcome::Missing,
                    (None, false) => SlotOutcome::Unreachable,
                };
                NetEvent::SlotGot { id: number, outcome }
            }
        };
        self.slots.operations.remove(&number);
        self.emit(event);
    }

    /// Somebody new can be asked.
    pub(super) fn hurry_slots(&mut self) {
        let numbers: Vec<u64> = self.slots.operations.keys().copied().collect();
        for number in numbers {
            self.advance(number);
        }
    }

    /// None of them is waited for any more.
    pub(super) fn give_up_slots(&mut self) {
        let numbers: Vec<u64> = self.slots.operations.keys().copied().collect();
        for number in numbers {
            self.settle(number, true);
        }
    }

    pub(super) fn tend_slots(&mut self, now: Instant) {
        let numbers: Vec<(u64, bool)> =
            self.slots.operations.iter().map(|(number, operation)| (*number, operation.deadline <= now)).collect();
        for (number, late) in numbers {
            self.settle(number, late);
        }
    }
}

fn is_one_of(known: &[[u8; 32]], blob: &[u8]) -> bool {
    !known.is_empty() && known.contains(blake3::hash(blob).as_bytes())
}

impl Operation {
    /// Whether waiting for more bootstraps could not improve the answer.
    fn satisfied(&self) -> bool {
        match &self.kind {
            Kind::Put { stored, .. } => *stored > 0,
            Kind::Get { gone, .. } => gone.is_some(),
        }
    }
}
