//! Where a connection comes from, as far as limits care: an address prefix, never a full address.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::{Duration, Instant};

use libp2p::Multiaddr;
use libp2p::multiaddr::Protocol;

/// Which senders the per-address limits do not apply to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Exempt {
    /// Nobody: every address counts.
    None,
    /// This machine itself (127.0.0.0/8, ::1).
    #[default]
    Loopback,
    /// This machine and private networks: for a laboratory or a community that lives on one LAN.
    Private,
}

/// The part of an address that limits are kept for: a whole IPv4 address, the /56 of an IPv6 address.
///
/// A home or a rented server is usually handed a whole /56, so counting single IPv6 addresses would limit nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Prefix([u8; 8]);

impl Prefix {
    fn of(ip: IpAddr) -> Self {
        match ip.to_canonical() {
            IpAddr::V4(v4) => {
                let [a, b, c, d] = v4.octets();
                Self([4, a, b, c, d, 0, 0, 0])
            }
            IpAddr::V6(v6) => {
                let [a, b, c, d, e, f, g, ..] = v6.octets();
                Self([6, a, b, c, d, e, f, g])
            }
        }
    }
}

/// The origin of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// Counted under this prefix.
    Limited(Prefix),
    /// Not counted.
    Exempt,
}

impl Source {
    /// The origin of a connection whose remote end is `address`. An address without an IP counts as one shared origin.
    pub(crate) fn of(address: &Multiaddr, exempt: Exempt) -> Self {
        ip_of(address).map_or(Self::Limited(Prefix([0; 8])), |ip| Self::of_ip(ip, exempt))
    }

    /// The origin of what comes from `ip`.
    pub(crate) fn of_ip(ip: IpAddr, exempt: Exempt) -> Self {
        let free = match exempt {
            Exempt::None => false,
            Exempt::Loopback => ip.is_loopback(),
            Exempt::Private => !is_global(ip),
        };
        if free { Self::Exempt } else { Self::Limited(Prefix::of(ip)) }
    }

    /// The prefix that counts, if any.
    pub(crate) fn prefix(self) -> Option<Prefix> {
        match self {
            Self::Limited(prefix) => Some(prefix),
            Self::Exempt => None,
        }
    }
}

/// The first IP address in a multiaddr, IPv4-mapped IPv6 unwrapped.
pub(crate) fn ip_of(address: &Multiaddr) -> Option<IpAddr> {
    address.iter().find_map(|part| {
        if let Protocol::Ip4(ip) = part {
            return Some(IpAddr::V4(ip));
        }
        if let Protocol::Ip6(ip) = part {
            return Some(IpAddr::V6(ip).to_canonical());
        }
        None
    })
}

/// Whether an address can be meant for the whole internet.
pub(crate) fn is_global(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(v4) => is_global_v4(v4),
        IpAddr::V6(v6) => is_global_v6(v6),
    }
}

fn is_global_v4(ip: Ipv4Addr) -> bool {
    let [a, b, ..] = ip.octets();
    let shared = a == 100 && (64..128).contains(&b);
    !(ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_unspecified()
        || ip.is_multicast()
        || ip.is_broadcast()
        || ip.is_documentation()
        || a == 0
        || a >= 240
        || shared)
}

fn is_global_v6(ip: Ipv6Addr) -> bool {
    let [first, second, ..] = ip.segments();
    let documentation = first == 0x2001 && second == 0x0db8;
    (0x2000..0x4000).contains(&first) && !documentation
}

/// Token buckets per key in constant time, bounded in memory.
///
/// Each bucket holds at most `burst` tokens and gains one every `interval`. A key that is not known starts full.
#[derive(Debug)]
pub(crate) struct RateLimiter<K> {
    burst: u32,
    interval: Duration,
    capacity: usize,
    empty_until: HashMap<K, Instant>,
}

impl<K: Eq + Hash> RateLimiter<K> {
    /// A limiter for at most `capacity` keys that are not full at the same time.
    pub(crate) fn new(burst: u32, interval: Duration, capacity: usize) -> Self {
        Self { burst: burst.max(1), interval, capacity, empty_until: HashMap::new() }
    }

    /// Takes one token. `false` if the bucket of `key` is empty, or if so many keys are active that no other fits.
    pub(crate) fn allow(&mut self, key: K, now: Instant) -> bool {
        if self.empty_until.len() >= self.capacity {
            self.empty_until.retain(|_, until| *until > now);
            if self.empty_until.len() >= self.capacity && !self.empty_until.contains_key(&key) {
                return false;
            }
        }
        let until = self.empty_until.entry(key).or_insert(now);
        let start = (*until).max(now);
        if start.duration_since(now) > self.interval.saturating_mul(self.burst.saturating_sub(1)) {
            return false;
        }
        *until = start + self.interval;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn source(address: &str, exempt: Exempt) -> Source {
        Source::of(&address.parse().unwrap(), exempt)
    }

    #[test]
    fn ipv6_neighbours_share_a_prefix_and_ipv4_neighbours_do_not() {
        let one = source("/ip6/2a01:4f8:1:2300::1/tcp/1", Exempt::Loopback);
        assert_eq!(one, source("/ip6/2a01:4f8:1:23ff:9::1/tcp/9", Exempt::Loopback));
        assert_ne!(one, source("/ip6/2a01:4f8:1:2400::1/tcp/1", Exempt::Loopback));
        assert_ne!(source("/ip4/9.9.9.9/tcp/1", Exempt::Loopback), source("/ip4/9.9.9.8/tcp/1", Exempt::Loopback));
        assert_eq!(
            source("/ip6/::ffff:9.9.9.9/tcp/1", Exempt::Loopback),
            source("/ip4/9.9.9.9/udp/1/quic-v1", Exempt::Loopback)
        );
    }

    #[test]
    fn exemptions_are_as_wide_as_configured() {
        assert_eq!(source("/ip4/127.0.0.1/tcp/1", Exempt::Loopback), Source::Exempt);
        assert!(source("/ip4/127.0.0.1/tcp/1", Exempt::None).prefix().is_some());
        assert!(source("/ip4/10.1.0.1/tcp/1", Exempt::Loopback).prefix().is_some());
        assert_eq!(source("/ip4/10.1.0.1/tcp/1", Exempt::Private), Source::Exempt);
        assert!(source("/ip4/11.0.0.1/tcp/1", Exempt::Private).prefix().is_some());
        assert!(source("/dns4/example.org/tcp/1", Exempt::Private).prefix().is_some());
    }

    proptest! {
        /// In any time span, a key gets at most `burst` + elapsed/interval tokens.
        #[test]
        fn no_key_exceeds_burst_plus_rate(burst in 1u32..10, steps in prop::collection::vec(0u64..3_000, 1..200)) {
            let interval = Duration::from_millis(1_000);
            let mut limiter = RateLimiter::new(burst, interval, 4);
            let start = Instant::now();
            let (mut elapsed, mut granted) = (0u64, 0u64);
            for step in steps {
                elapsed += step;
                granted += u64::from(limiter.allow((), start + Duration::from_millis(elapsed)));
                prop_assert!(granted <= u64::from(burst) + elapsed / 1_000);
            }
        }

        /// However many keys there are, the table never outgrows its capacity.
        #[test]
        fn memory_is_bounded(keys in prop::collection::vec(0u32..1_000, 1..500)) {
            let mut limiter = RateLimiter::new(1, Duration::from_secs(60), 16);
            let now = Instant::now();
            for key in keys {
                limiter.allow(key, now);
                prop_assert!(limiter.empty_until.len() <= 16);
            }
        }
    }
}
