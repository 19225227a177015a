//! How often strangers may knock: token buckets per peer and per neighbourhood of addresses.

use std::{collections::BTreeMap, net::IpAddr, time::Instant};

use libp2p::PeerId;

use crate::{addr, limits};

/// Refills continuously up to `burst` tokens.
#[derive(Clone, Copy, Debug)]
struct Bucket {
    tokens: f64,
    filled: Instant,
}

/// Token buckets in two bounded tables.
#[derive(Debug)]
pub(crate) struct Limiter {
    per_minute: f64,
    peers: BTreeMap<PeerId, Bucket>,
    networks: BTreeMap<IpAddr, Bucket>,
}

impl Limiter {
    /// Lets one peer through `per_minute` times a minute, with a burst of the same size.
    pub(crate) fn new(per_minute: u32) -> Self {
        Self { per_minute: f64::from(per_minute), peers: BTreeMap::new(), networks: BTreeMap::new() }
    }

    /// Takes a token for an address that has not said who it is yet.
    pub(crate) fn admit_address(&mut self, ip: IpAddr, now: Instant) -> bool {
        take(&mut self.networks, addr::neighbourhood(ip), self.per_minute, now)
    }

    /// Takes a token for `peer` and one for its address; false when either has none.
    pub(crate) fn admit(&mut self, peer: PeerId, ip: Option<IpAddr>, now: Instant) -> bool {
        let wide = self.per_minute * f64::from(limits::RATE_PER_IP_FACTOR);
        let network_ok = ip.is_none_or(|ip| take(&mut self.networks, addr::neighbourhood(ip), wide, now));
        network_ok && take(&mut self.peers, peer, self.per_minute, now)
    }
}

fn take<K: Ord + Copy>(table: &mut BTreeMap<K, Bucket>, key: K, per_minute: f64, now: Instant) -> bool {
    if !table.contains_key(&key) && table.len() >= limits::RATE_ENTRIES_MAX {
        // A bucket that has refilled carries no information.
        table.retain(|_, bucket| refilled(bucket, per_minute, now) < per_minute);
        if table.len() >= limits::RATE_ENTRIES_MAX {
            return false;
        }
    }
    let bucket = table.entry(key).or_insert(Bucket { tokens: per_minute, filled: now });
    let tokens = refilled(bucket, per_minute, now);
    let admitted = tokens >= 1.0;
    *bucket = Bucket { tokens: if admitted { tokens - 1.0 } else { tokens }, filled: now };
    admitted
}

fn refilled(bucket: &Bucket, per_minute: f64, now: Instant) -> f64 {
    let seconds = now.saturating_duration_since(bucket.filled).as_secs_f64();
    (bucket.tokens + seconds * per_minute / 60.0).min(per_minute)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn peer() -> PeerId {
        libp2p::identity::Keypair::generate_ed25519().public().to_peer_id()
    }

    #[test]
    fn a_peer_gets_its_burst_then_its_rate() {
        let (mut limiter, start, knocker) = (Limiter::new(6), Instant::now(), peer());
        let admitted = (0..20).filter(|_| limiter.admit(knocker, None, start)).count();
        assert_eq!(admitted, 6);
        assert!(limiter.admit(knocker, None, start + Duration::from_secs(10)));
        assert!(!limiter.admit(knocker, None, start + Duration::from_secs(10)));
    }

    #[test]
    fn new_identities_from_one_address_do_not_help() {
        let (mut limiter, start) = (Limiter::new(6), Instant::now());
        let ip = Some("203.0.113.7".parse().expect("address"));
        let admitted = (0..200).filter(|_| limiter.admit(peer(), ip, start)).count();
        assert_eq!(admitted, 24);
    }

    #[test]
    fn the_tables_stay_bounded() {
        let (mut limiter, start) = (Limiter::new(6), Instant::now());
        for _ in 0..limits::RATE_ENTRIES_MAX + 50 {
            limiter.admit(peer(), None, start);
        }
        assert!(limiter.peers.len() <= limits::RATE_ENTRIES_MAX);
        let later = start + Duration::from_secs(60);
        assert!(limiter.admit(peer(), None, later), "refilled buckets make room");
    }
}
