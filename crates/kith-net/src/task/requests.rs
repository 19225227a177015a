//! Requests to strangers: dial, ask once, answer within the time limit.

use std::time::{Duration, Instant};

use kith_wire::{FindKey, RequestAnswer, TransportId};
use libp2p::{Multiaddr, PeerId, swarm::dial_opts::PeerCondition};

use super::{Task, peers};
use crate::{
    addr,
    api::{NetEvent, RequestError},
    ids, limits,
};

/// Between two dials for one request.
const REDIAL: Duration = Duration::from_secs(3);

/// A request that waits for a connection or its answer.
pub(super) struct Request {
    peer: PeerId,
    addresses: Vec<Multiaddr>,
    find: Option<FindKey>,
    bytes: Vec<u8>,
    deadline: Instant,
    next_dial: Instant,
    asked: bool,
    looked_up: bool,
}

impl Task {
    pub(super) fn request(
        &mut self,
        id: TransportId,
        (addresses, find): (&[String], Option<FindKey>),
        number: u64,
        bytes: Vec<u8>,
    ) {
        let peer = ids::peer_id(&id).filter(|peer| *peer != self.me);
        let too_long = bytes.len() > limits::REQUEST_FRAME_MAX;
        let Some(peer) = peer.filter(|_| !too_long && self.requests.len() < limits::REQUESTS_MAX) else {
            self.emit(NetEvent::RequestAnswered { id: number, answer: Err(RequestError::Unreachable) });
            return;
        };
        let now = Instant::now();
        let request = Request {
            peer,
            addresses: peers::parse_all(addresses, &peer),
            find,
            bytes,
            deadline: now + self.tuning.request_total,
            next_dial: now,
            asked: false,
            looked_up: false,
        };
        self.requests.insert(number, request);
        self.tend_requests(now);
    }

    pub(super) fn tend_requests(&mut self, now: Instant) {
        let late: Vec<(u64, bool)> =
            self.requests.iter().filter(|(_, r)| r.deadline <= now).map(|(number, r)| (*number, r.asked)).collect();
        for (number, asked) in late {
            let error = if asked { RequestError::Timeout } else { RequestError::Unreachable };
            self.finish_request(number, Err(error));
        }
        let due: Vec<(u64, PeerId)> = self
            .requests
            .iter()
            .filter(|(_, r)| !r.asked && r.next_dial <= now)
            .map(|(number, r)| (*number, r.peer))
            .collect();
        for (number, peer) in due {
            if self.swarm.is_connected(&peer) {
                self.request_connected(&peer);
                continue;
            }
            let Some(request) = self.requests.get(&number) else { continue };
            let (known, looked_up) = (request.addresses.clone(), request.looked_up);
            let find = request.find.clone();
            let addresses = self.dial_list(&peer, &known);
            if !addresses.is_empty() {
                // A failure shows up as a dial error; the deadline ends it all.
                let _attempt = self.dial(&peer, addresses, PeerCondition::DisconnectedAndNotDialing);
            }
            let looked_up = looked_up || find.is_some_and(|find| self.look_up(&peer, &find));
            if let Some(request) = self.requests.get_mut(&number) {
                request.next_dial = now + REDIAL;
                request.looked_up = looked_up;
            }
        }
    }

    /// Somebody we may want to ask something is connected.
    pub(super) fn request_connected(&mut self, peer: &PeerId) {
        let waiting: Vec<u64> =
            self.requests.iter().filter(|(_, r)| r.peer == *peer && !r.asked).map(|(number, _)| *number).collect();
        for number in waiting {
            let Some(request) = self.requests.get_mut(&number) else { continue };
            let bytes = request.bytes.clone();
            request.asked = self.swarm.behaviour_mut().streams.ask(*peer, number, bytes);
        }
    }

    pub(super) fn request_dial_failed(&mut self, peer: &PeerId) {
        let soon = Instant::now() + Duration::from_secs(1);
        for request in self.requests.values_mut().filter(|r| r.peer == *peer && !r.asked) {
            request.next_dial = request.next_dial.min(soon);
        }
    }

    /// Addresses turned up for somebody we want to ask.
    pub(super) fn request_found(&mut self, peer: &PeerId, addresses: &[Multiaddr]) {
        let now = Instant::now();
        for request in self.requests.values_mut().filter(|r| r.peer == *peer) {
            let old = std::mem::take(&mut request.addresses);
            request.addresses = addr::merge(addresses.to_vec(), old, limits::ADDRESSES_PER_PEER);
            request.next_dial = now;
        }
    }

    pub(super) fn hurry_requests(&mut self) {
        let now = Instant::now();
        for request in self.requests.values_mut() {
            request.next_dial = now;
            request.looked_up = false;
        }
        self.tend_requests(now);
    }

    pub(super) fn request_answered(&mut self, number: u64, answer: Result<Vec<u8>, RequestError>) {
        if matches!(answer, Err(RequestError::Unreachable)) {
            // The connection broke before the stream was open: another may come in time.
            if let Some(request) = self.requests.get_mut(&number) {
                request.asked = false;
                request.next_dial = Instant::now() + Duration::from_secs(1);
            }
            return;
        }
        let answer = answer.and_then(|bytes| RequestAnswer::decode(&bytes).map_err(|_malformed| RequestError::Refused));
        self.finish_request(number, answer);
    }

    /// None of them is answered any more.
    pub(super) fn give_up_requests(&mut self) {
        let numbers: Vec<u64> = self.requests.keys().copied().collect();
        for number in numbers {
            self.finish_request(number, Err(RequestError::Unreachable));
        }
    }

    fn finish_request(&mut self, number: u64, answer: Result<RequestAnswer, RequestError>) {
        if self.requests.remove(&number).is_some() {
            self.emit(NetEvent::RequestAnswered { id: number, answer });
        }
    }
}
