//! Bounds for the services of a node that are not libp2p's: how many in total and from one address, and for whom.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use kith_wire::TransportId;

use super::access::Door;
use super::config::Limits;
use super::source::{Exempt, Prefix, RateLimiter, Source};
use crate::ids;

/// Prefixes with a bucket that is not full.
const PREFIXES_MAX: usize = 16_384;

/// Counts those who are in. Cheap to clone; all clones count together.
#[derive(Debug, Clone)]
pub struct Turnstile(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    door: Door,
    exempt: Exempt,
    total_max: usize,
    prefix_max: u32,
    inside: Mutex<Inside>,
}

#[derive(Debug)]
struct Inside {
    total: usize,
    prefixes: HashMap<Prefix, u32>,
    rate: RateLimiter<Prefix>,
}

/// Somebody who is in; dropping it lets them out.
#[derive(Debug)]
pub struct Visit {
    turnstile: Turnstile,
    prefix: Option<Prefix>,
}

/// Why somebody is not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TurnedAway {
    /// Not served: on the list of the refused, not a member, or not connected over libp2p.
    Denied,
    /// So many are in, in total or from this address, that no other fits, or they come too fast.
    Full,
}

impl Turnstile {
    /// Lets in at most `total` at once, and `per_ip` from one address or /56.
    pub(crate) fn new(door: Door, limits: &Limits, total: usize, per_ip: u32) -> Self {
        let per_minute = limits.accepts_per_ip_per_minute.max(1);
        let rate = RateLimiter::new(per_minute, Duration::from_secs(60) / per_minute, PREFIXES_MAX);
        let inside = Mutex::new(Inside { total: 0, prefixes: HashMap::new(), rate });
        Self(Arc::new(Shared { door, exempt: limits.exempt, total_max: total, prefix_max: per_ip, inside }))
    }

    /// Lets in whoever comes from `ip`, and is nobody yet.
    ///
    /// # Errors
    /// Why not.
    pub fn enter(&self, ip: IpAddr) -> Result<Visit, TurnedAway> {
        if self.0.door.refuses_ip(ip) {
            return Err(TurnedAway::Denied);
        }
        self.count(Some(ip), true)
    }

    /// Lets in a peer that is connected over libp2p and served; it counts under the address of that connection.
    ///
    /// # Errors
    /// Why not.
    pub fn admit(&self, key: &[u8; 32]) -> Result<Visit, TurnedAway> {
        let peer = ids::peer_id(&TransportId::from_bytes(*key)).ok_or(TurnedAway::Denied)?;
        let ip = self.0.door.guest(&peer).ok_or(TurnedAway::Denied)?;
        self.count(ip, false)
    }

    /// Whether a peer is connected over libp2p and served.
    #[must_use]
    pub fn serves(&self, key: &[u8; 32]) -> bool {
        ids::peer_id(&TransportId::from_bytes(*key)).is_some_and(|peer| self.0.door.guest(&peer).is_some())
    }

    fn count(&self, ip: Option<IpAddr>, timed: bool) -> Result<Visit, TurnedAway> {
        let prefix = ip.and_then(|ip| Source::of_ip(ip, self.0.exempt).prefix());
        let mut inside = self.lock();
        if inside.total >= self.0.total_max {
            return Err(TurnedAway::Full);
        }
        if let Some(prefix) = prefix {
            let in_prefix = inside.prefixes.get(&prefix).copied().unwrap_or(0);
            if in_prefix >= self.0.prefix_max || (timed && !inside.rate.allow(prefix, Instant::now())) {
                return Err(TurnedAway::Full);
            }
            inside.prefixes.insert(prefix, in_prefix.saturating_add(1));
        }
        inside.total = inside.total.saturating_add(1);
        drop(inside);
        Ok(Visit { turnstile: self.clone(), prefix })
    }

    fn lock(&self) -> MutexGuard<'_, Inside> {
        self.0.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        let mut inside = self.turnstile.lock();
        inside.total = inside.total.saturating_sub(1);
        let Some(prefix) = self.prefix else { return };
        if let Some(count) = inside.prefixes.get_mut(&prefix) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                inside.prefixes.remove(&prefix);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::access::Access;
    use super::*;
    use libp2p::PeerId;
    use libp2p::identity::Keypair;

    fn turnstile(door: Door, total: usize, per_ip: u32) -> Turnstile {
        Turnstile::new(door, &Limits { accepts_per_ip_per_minute: 5, ..Limits::default() }, total, per_ip)
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn key(peer: &Keypair) -> [u8; 32] {
        ids::transport_id(&peer.public().to_peer_id()).unwrap().to_bytes()
    }

    #[test]
    fn who_leaves_makes_room() {
        let turnstile = turnstile(Door::default(), 3, 2);
        let (home, other) = (ip("9.9.9.9"), ip("2a01:4f8::1"));
        let first = turnstile.enter(home).unwrap();
        let _second = turnstile.enter(home).unwrap();
        assert_eq!(turnstile.enter(home).unwrap_err(), TurnedAway::Full, "two from one address");
        let _third = turnstile.enter(other).unwrap();
        assert_eq!(turnstile.enter(ip("8.8.8.8")).unwrap_err(), TurnedAway::Full, "three in total");
        drop(first);
        drop(turnstile.enter(ip("8.8.8.8")).unwrap());
        drop(turnstile.enter(home).unwrap());
        assert_eq!(turnstile.lock().prefixes.len(), 2);
    }

    #[test]
    fn who_comes_too_fast_waits_and_this_machine_does_not_count() {
        let turnstile = turnstile(Door::default(), 100, 100);
        let all = (0..20).filter(|_| turnstile.enter(ip("9.9.9.9")).is_ok()).count();
        assert_eq!(all, 5);
        assert!((0..20).all(|_| turnstile.enter(ip("127.0.0.1")).is_ok()));
    }

    #[test]
    fn only_connected_peers_that_are_served_are_admitted() {
        let (peer, refused) = (Keypair::generate_ed25519(), Keypair::generate_ed25519());
        let deny = [refused.public().to_peer_id().to_string(), "8.8.8.0/24".to_owned()];
        let door = Door::default();
        let turnstile = turnstile(door.clone(), 9, 1);
        assert_eq!(turnstile.admit(&key(&peer)).unwrap_err(), TurnedAway::Denied, "not connected");
        let home = "/ip4/9.9.9.9/tcp/1".parse().unwrap();
        let enter = |peer: PeerId| door.connected(peer, &home, Instant::now());
        enter(peer.public().to_peer_id());
        enter(refused.public().to_peer_id());
        let visit = turnstile.admit(&key(&peer)).unwrap();
        assert_eq!(turnstile.admit(&key(&refused)).unwrap_err(), TurnedAway::Full, "counted by address");
        drop(visit);
        door.change(Access::new(&deny, &[], false, Vec::new()).unwrap());
        assert!(turnstile.serves(&key(&peer)) && !turnstile.serves(&key(&refused)));
        assert_eq!(turnstile.admit(&key(&refused)).unwrap_err(), TurnedAway::Denied);
        assert_eq!(turnstile.enter(ip("8.8.8.8")).unwrap_err(), TurnedAway::Denied);
        assert!(!turnstile.serves(&[2; 32]), "no key at all");
    }
}
