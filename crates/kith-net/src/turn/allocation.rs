//! One allocation: to whom it may send, under which channels, and how much.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use rtc_stun::message::TransactionId;

use super::Path;
use super::credentials::{AuthKey, Owner};

/// A permission and a channel last so long (RFC 8656 §9 and §12).
const PERMISSION: Duration = Duration::from_secs(300);
const CHANNEL: Duration = Duration::from_secs(600);
/// Peers one allocation may speak with: ICE tries every candidate of the other side.
const PERMISSIONS_MAX: usize = 64;
const CHANNELS_MAX: usize = 64;
/// How many seconds' worth may go at once.
const BURST_S: u64 = 2;

#[derive(Clone, Copy)]
struct Permission {
    /// Whether it is for this machine itself.
    own: bool,
    until: Instant,
}

/// Whose an allocation is, and where.
pub(super) struct Grant {
    pub(super) path: Path,
    pub(super) owner: Owner,
    pub(super) username: String,
    pub(super) key: AuthKey,
    /// The request that made it: repeated when its answer was lost.
    pub(super) transaction: TransactionId,
    /// What the peers see.
    pub(super) relayed: SocketAddr,
    /// Where the socket is bound.
    pub(super) local: SocketAddr,
}

/// A place for relayed packets.
pub(super) struct Allocation {
    pub(super) grant: Grant,
    pub(super) made: Instant,
    pub(super) until: Instant,
    permissions: BTreeMap<IpAddr, Permission>,
    channels: BTreeMap<u16, (SocketAddr, Instant)>,
    bucket: Bucket,
}

impl Allocation {
    pub(super) fn new(grant: Grant, until: Instant, bytes_per_s: u64, now: Instant) -> Self {
        let (permissions, channels) = (BTreeMap::new(), BTreeMap::new());
        Self { grant, made: now, until, permissions, channels, bucket: Bucket::new(bytes_per_s, now) }
    }

    /// Lets packets pass to and from `ip`, which may be this machine's `own`, for five minutes; `false` if there are too
    /// many such addresses.
    pub(super) fn permit(&mut self, ip: IpAddr, own: bool, now: Instant) -> bool {
        self.permissions.retain(|_, permission| permission.until > now);
        if self.permissions.len() >= PERMISSIONS_MAX && !self.permissions.contains_key(&ip) {
            return false;
        }
        self.permissions.insert(ip, Permission { own, until: now + PERMISSION });
        true
    }

    /// Whether packets to and from `ip` pass, and if so whether it is this machine's own.
    pub(super) fn permits(&self, ip: IpAddr, now: Instant) -> Option<bool> {
        self.permissions.get(&ip).filter(|permission| permission.until > now).map(|permission| permission.own)
    }

    /// Binds a channel to a peer for ten minutes; `false` if either is bound otherwise, or there are too many.
    pub(super) fn bind(&mut self, channel: u16, peer: SocketAddr, now: Instant) -> bool {
        self.channels.retain(|_, (_, until)| *until > now);
        let free = self.channels.iter().all(|(number, (bound, _))| (*number == channel) == (*bound == peer));
        if !free || (self.channels.len() >= CHANNELS_MAX && !self.channels.contains_key(&channel)) {
            return false;
        }
        self.channels.insert(channel, (peer, now + CHANNEL));
        true
    }

    pub(super) fn peer_of(&self, channel: u16, now: Instant) -> Option<SocketAddr> {
        self.channels.get(&channel).filter(|(_, until)| *until > now).map(|(peer, _)| *peer)
    }

    pub(super) fn channel_of(&self, peer: SocketAddr, now: Instant) -> Option<u16> {
        let bound = |(_, (bound, until)): &(&u16, &(SocketAddr, Instant))| *bound == peer && *until > now;
        self.channels.iter().find(bound).map(|(number, _)| *number)
    }

    /// Takes `bytes` from what may be relayed now.
    pub(super) fn takes(&mut self, bytes: usize, now: Instant) -> bool {
        self.bucket.take(u64::try_from(bytes).unwrap_or(u64::MAX), now)
    }
}

/// Bytes that may pass: a token bucket.
struct Bucket {
    per_s: u64,
    tokens: u64,
    filled: Instant,
}

impl Bucket {
    fn new(per_s: u64, now: Instant) -> Self {
        Self { per_s, tokens: per_s.saturating_mul(BURST_S), filled: now }
    }

    fn take(&mut self, bytes: u64, now: Instant) -> bool {
        let millis = u64::try_from(now.saturating_duration_since(self.filled).as_millis()).unwrap_or(u64::MAX);
        let new = self.per_s.saturating_mul(millis) / 1_000;
        if new > 0 {
            self.tokens = self.tokens.saturating_add(new).min(self.per_s.saturating_mul(BURST_S));
            self.filled = now;
        }
        let enough = self.tokens >= bytes;
        if enough {
            self.tokens -= bytes;
        }
        enough
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Over any time no more passes than the rate and one burst.
        #[test]
        fn no_more_than_the_rate_passes(steps in prop::collection::vec((0u64..200, 0u64..3_000), 1..300)) {
            let start = Instant::now();
            let mut bucket = Bucket::new(10_000, start);
            let (mut elapsed, mut passed) = (0, 0);
            for (step, bytes) in steps {
                elapsed += step;
                if bucket.take(bytes, start + Duration::from_millis(elapsed)) {
                    passed += bytes;
                }
                prop_assert!(passed <= 20_000 + elapsed * 10);
            }
        }
    }
}
