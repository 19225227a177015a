//! The registrations of a rendezvous point: who may be found under which name, and until when.
//!
//! There is one row per peer and namespace. A namespace has to be named to learn what is in it.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use libp2p::PeerId;

use super::shares::Shares;
use super::source::{Prefix, RateLimiter, Source};
use crate::rendezvous::{
    Found, NAMESPACE_MAX, Registration, Request, Response, Status, TTL_DEFAULT_S, UnverifiedRecord,
};

/// Shortest and longest life of a registration, seconds.
const TTL_MIN_S: u64 = 2 * 3_600;
const TTL_MAX_S: u64 = 24 * 3_600;
/// Namespaces of one peer: today's, yesterday's, and some for other uses of the protocol.
const PER_PEER: usize = 8;
/// Registrations behind one address prefix: a company behind one address.
const PER_PREFIX: u32 = 512;
/// Registrations in one answer.
const DISCOVER_MAX: usize = 16;
/// A node with many contacts looks them all up when it starts…
const BURST: u32 = 256;
/// …and those who stay away now and then.
const INTERVAL: Duration = Duration::from_millis(250);
/// How many times a peer's share one address prefix gets.
const PEERS_PER_PREFIX: u32 = 8;
/// Peers and prefixes with recent requests that are remembered.
const SOURCES_MAX: usize = 16_384;

#[derive(Debug)]
struct Row {
    peer: PeerId,
    prefix: Option<Prefix>,
    record: UnverifiedRecord,
    expires: Instant,
}

/// The rendezvous point.
#[derive(Debug)]
pub(crate) struct Registrar {
    total_max: usize,
    /// By namespace and order of arrival.
    rows: BTreeMap<(String, u64), Row>,
    /// The arrival of each peer's row in each namespace.
    of_peer: BTreeMap<PeerId, BTreeMap<String, u64>>,
    per_prefix: Shares<Prefix>,
    arrivals: u64,
    peers: RateLimiter<PeerId>,
    prefixes: RateLimiter<Prefix>,
}

impl Registrar {
    /// An empty point for at most `total_max` registrations.
    pub(crate) fn new(total_max: u32) -> Self {
        Self {
            total_max: usize::try_from(total_max).unwrap_or(usize::MAX),
            rows: BTreeMap::new(),
            of_peer: BTreeMap::new(),
            per_prefix: Shares::new(PER_PREFIX),
            arrivals: 0,
            peers: RateLimiter::new(BURST, INTERVAL, SOURCES_MAX),
            prefixes: RateLimiter::new(
                BURST.saturating_mul(PEERS_PER_PREFIX),
                INTERVAL / PEERS_PER_PREFIX,
                SOURCES_MAX,
            ),
        }
    }

    /// Does what `peer` asks and says what to answer; an unregistration has no answer.
    pub(crate) fn answer(&mut self, peer: PeerId, source: Source, request: Request, now: Instant) -> Option<Response> {
        let prefix = source.prefix();
        let allowed = prefix.is_none_or(|prefix| self.prefixes.allow(prefix, now)) && self.peers.allow(peer, now);
        match request {
            Request::Register { .. } if !allowed => Some(Response::Register(Err(Status::Unavailable))),
            Request::Discover { .. } if !allowed => Some(Response::Discover(Err(Status::Unavailable))),
            Request::Unregister { .. } if !allowed => None,
            Request::Register { namespace, record, ttl_s } => {
                let ttl_s = ttl_s.unwrap_or(TTL_DEFAULT_S);
                Some(Response::Register(self.register(peer, prefix, namespace, record, ttl_s, now).map(|()| ttl_s)))
            }
            Request::Unregister { namespace } => {
                self.remove(&peer, &namespace);
                None
            }
            Request::Discover { namespace, limit, cookie } => {
                Some(Response::Discover(self.discover(namespace, limit, cookie.as_deref(), now)))
            }
        }
    }

    fn register(
        &mut self,
        peer: PeerId,
        prefix: Option<Prefix>,
        namespace: String,
        record: UnverifiedRecord,
        ttl_s: u64,
        now: Instant,
    ) -> Result<(), Status> {
        if namespace.is_empty() || namespace.len() > NAMESPACE_MAX {
            return Err(Status::InvalidNamespace);
        }
        if !(TTL_MIN_S..=TTL_MAX_S).contains(&ttl_s) {
            return Err(Status::InvalidTtl);
        }
        let signer = record.verify().ok_or(Status::InvalidRecord)?;
        if signer != peer {
            return Err(Status::NotAuthorized);
        }
        let known = self.of_peer.get(&peer);
        let arrival = known.and_then(|known| known.get(&namespace).copied());
        let old = arrival.and_then(|arrival| self.rows.get(&(namespace.clone(), arrival)));
        let room_for_one = self.rows.len() < self.total_max && known.is_none_or(|known| known.len() < PER_PEER);
        let prefix_room = old.is_some_and(|old| old.prefix == prefix)
            || prefix.is_none_or(|prefix| self.per_prefix.has_room(&prefix));
        if !prefix_room || !(old.is_some() || room_for_one) {
            return Err(Status::Unavailable);
        }
        self.remove(&peer, &namespace);
        if let Some(prefix) = prefix {
            self.per_prefix.add(prefix);
        }
        self.arrivals = self.arrivals.saturating_add(1);
        self.of_peer.entry(peer).or_default().insert(namespace.clone(), self.arrivals);
        let expires = now + Duration::from_secs(ttl_s);
        self.rows.insert((namespace, self.arrivals), Row { peer, prefix, record, expires });
        Ok(())
    }

    fn discover(
        &self,
        namespace: String,
        limit: Option<u64>,
        cookie: Option<&[u8]>,
        now: Instant,
    ) -> Result<Found, Status> {
        // Without a name, everybody would learn of everybody.
        if namespace.is_empty() || namespace.len() > NAMESPACE_MAX {
            return Err(Status::InvalidNamespace);
        }
        let after = match cookie {
            None | Some([]) => 0,
            Some(cookie) => read_cookie(cookie, &namespace).ok_or(Status::InvalidCookie)?,
        };
        // In some implementations no limit is a limit of zero.
        let limit = limit.filter(|limit| *limit > 0).and_then(|limit| usize::try_from(limit).ok());
        let limit = limit.unwrap_or(DISCOVER_MAX).min(DISCOVER_MAX);
        let range = (namespace.clone(), after.saturating_add(1))..=(namespace.clone(), u64::MAX);
        let mut last = after;
        let live = self.rows.range(range).filter(|(_, row)| row.expires > now).take(limit);
        let registrations = live
            .map(|((namespace, arrival), row)| {
                last = *arrival;
                let ttl_s = row.expires.saturating_duration_since(now).as_secs();
                Registration { namespace: namespace.clone(), record: row.record.clone(), ttl_s }
            })
            .collect();
        Ok(Found { registrations, cookie: write_cookie(last, &namespace) })
    }

    /// Forgets what is past its time.
    pub(crate) fn expire(&mut self, now: Instant) {
        let gone: Vec<(PeerId, String)> = self
            .rows
            .iter()
            .filter(|(_, row)| row.expires <= now)
            .map(|((namespace, _), row)| (row.peer, namespace.clone()))
            .collect();
        for (peer, namespace) in gone {
            self.remove(&peer, &namespace);
        }
    }

    /// Registrations held.
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    fn remove(&mut self, peer: &PeerId, namespace: &str) {
        let Some(known) = self.of_peer.get_mut(peer) else { return };
        let Some((namespace, arrival)) = known.remove_entry(namespace) else { return };
        if known.is_empty() {
            self.of_peer.remove(peer);
        }
        let row = self.rows.remove(&(namespace, arrival));
        if let Some(prefix) = row.and_then(|row| row.prefix) {
            self.per_prefix.remove(&prefix);
        }
    }
}

/// `u64 arrival ‖ namespace`: nothing has to be remembered for whoever asks.
fn write_cookie(arrival: u64, namespace: &str) -> Vec<u8> {
    [arrival.to_be_bytes().as_slice(), namespace.as_bytes()].concat()
}

fn read_cookie(cookie: &[u8], namespace: &str) -> Option<u64> {
    let (arrival, of) = cookie.split_first_chunk::<8>()?;
    (of == namespace.as_bytes()).then(|| u64::from_be_bytes(*arrival))
}

#[cfg(test)]
mod tests;
