//! How many circuits the relay opens: bytes all of them may carry together, and requests and places of one address.
//!
//! libp2p's relay counts the bytes of a circuit and ends it at a bound, and tells nobody how many there were. So each
//! circuit that is opened is paid for in full, from a bucket that fills at the rate the operator allows: over time no more
//! than that is ever relayed, and at once no more than all circuits hold.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use libp2p::{Multiaddr, PeerId, relay};

use super::config::Limits;
use super::places::Places;
use super::source::{Exempt, Prefix, RateLimiter, Source};

/// Requests from one address or /56 in a row, and one more every.
const PREFIX_BURST: u32 = 480;
const PREFIX_EVERY: Duration = Duration::from_secs(2);
const PREFIXES_MAX: usize = 16_384;

#[derive(Debug)]
struct Inside {
    /// Below nothing after many were asked for at once and opened together.
    bytes: i64,
    filled_at: Instant,
    prefixes: RateLimiter<Prefix>,
    places: Places,
}

/// The budget, shared between the relay behaviour (which asks) and the server task (which says what was opened).
#[derive(Debug, Clone)]
pub(crate) struct Circuits {
    exempt: Exempt,
    cost: i64,
    per_s: i64,
    most: i64,
    inside: Arc<Mutex<Inside>>,
}

impl Circuits {
    /// The budget of `limits`, full.
    pub(crate) fn new(limits: &Limits, now: Instant) -> Self {
        // Without a bound on one circuit there is none on all of them.
        let cost = signed(limits.circuit_bytes);
        let most = cost.saturating_mul(limits.circuits.into());
        let prefixes = RateLimiter::new(PREFIX_BURST, PREFIX_EVERY, PREFIXES_MAX);
        let inside = Arc::new(Mutex::new(Inside {
            bytes: most,
            filled_at: now,
            prefixes,
            places: Places::new(limits.circuits_per_ip),
        }));
        Self { exempt: limits.exempt, cost, per_s: signed(limits.circuits_bytes_per_s), most, inside }
    }

    /// The check to give to the relay. It takes nothing from the budget: the circuit may yet fail for another reason.
    pub(crate) fn limiter(&self) -> Box<dyn relay::RateLimiter> {
        let circuits = self.clone();
        Box::new(move |peer: PeerId, address: &Multiaddr, now: Instant| circuits.may_open(peer, address, now))
    }

    fn may_open(&self, peer: PeerId, address: &Multiaddr, now: Instant) -> bool {
        let mut inside = self.lock();
        self.fill(&mut inside, now);
        let source = Source::of(address, self.exempt);
        inside.bytes >= self.cost
            && source
                .prefix()
                .is_none_or(|prefix| inside.prefixes.allow(prefix, now) && inside.places.take(peer, prefix, now))
    }

    /// Pays for a circuit of `peer` that was opened.
    pub(crate) fn opened(&self, peer: &PeerId, now: Instant) {
        let mut inside = self.lock();
        self.fill(&mut inside, now);
        inside.bytes = inside.bytes.saturating_sub(self.cost);
        inside.places.opened(peer);
    }

    /// One that `peer` was allowed to open does not come: who was asked for is not here.
    pub(crate) fn refused(&self, peer: &PeerId) {
        self.lock().places.refused(peer);
    }

    /// One of `peer` is over.
    pub(crate) fn closed(&self, peer: &PeerId) {
        self.lock().places.closed(peer);
    }

    fn fill(&self, inside: &mut Inside, now: Instant) {
        let millis = u64::try_from(now.saturating_duration_since(inside.filled_at).as_millis()).unwrap_or(u64::MAX);
        let passed = signed(millis);
        let more = passed.saturating_mul(self.per_s) / 1_000;
        if more > 0 {
            inside.bytes = inside.bytes.saturating_add(more).min(self.most);
            // What is left of a millisecond counts next time.
            inside.filled_at += Duration::from_millis(millis);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn signed(bytes: u64) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn circuits(limits: Limits) -> (Circuits, Instant) {
        let now = Instant::now();
        (Circuits::new(&limits, now), now)
    }

    fn address(ip: &str) -> Multiaddr {
        format!("/ip4/{ip}/tcp/1").parse().unwrap()
    }

    #[test]
    fn no_more_is_opened_than_is_paid_for() {
        let limits = Limits { circuits: 4, circuit_bytes: 1_000, circuits_bytes_per_s: 500, ..Limits::default() };
        let (circuits, mut now) = circuits(limits);
        let (home, peer) = (address("127.0.0.1"), PeerId::random());
        let (mut opened, seconds) = (0, 100);
        for _ in 0..seconds * 10 {
            if circuits.may_open(peer, &home, now) {
                circuits.opened(&peer, now);
                opened += 1;
            }
            now += SECOND / 10;
        }
        assert_eq!(opened, 4 + (seconds - 1) / 2, "four at once, then one every two seconds");
        let asked = (0..100).filter(|_| circuits.may_open(peer, &home, now)).count();
        assert!(asked == 0 || asked == 100, "asking costs nothing");
        // Asked for one by one, opened together.
        (0..10).for_each(|_| circuits.opened(&peer, now));
        assert!(
            !circuits.may_open(peer, &home, now + SECOND * 18) && circuits.may_open(peer, &home, now + SECOND * 23)
        );
        assert!(circuits.may_open(peer, &home, now + SECOND * 3_600));
        assert_eq!(circuits.lock().bytes, 4_000, "it does not overflow");
    }

    #[test]
    fn one_address_does_not_ask_for_ever() {
        let (circuits, now) = circuits(Limits { circuits_per_ip: 500, ..Limits::default() });
        let peer = PeerId::random();
        let asked = |ip: &str| (0..500).filter(|_| circuits.may_open(peer, &address(ip), now)).count();
        assert_eq!((asked("9.9.9.9"), asked("8.8.8.8"), asked("127.0.0.1")), (480, 480, 500));
    }

    #[test]
    fn circuits_without_a_bound_are_not_paid_for() {
        let (circuits, now) = circuits(Limits { circuit_bytes: 0, ..Limits::default() });
        let peer = PeerId::random();
        (0..1_000).for_each(|_| circuits.opened(&peer, now));
        assert!(circuits.may_open(peer, &address("127.0.0.1"), now));
    }

    #[test]
    fn one_address_does_not_hold_all_circuits() {
        let (circuits, now) = circuits(Limits { circuits_per_ip: 3, ..Limits::default() });
        let peers: Vec<_> = (0..4).map(|_| PeerId::random()).collect();
        let asked = |peer: &PeerId, ip: &str| circuits.may_open(*peer, &address(ip), now);
        let through = peers.iter().filter(|peer| asked(peer, "9.9.9.9")).count();
        assert_eq!(through, 3);
        assert!(asked(&peers[3], "9.9.9.8") && asked(&peers[3], "127.0.0.1"));
        peers.iter().for_each(|peer| circuits.opened(peer, now));
        assert!(!asked(&peers[0], "9.9.9.9"));
        circuits.closed(&peers[0]);
        assert!(asked(&peers[0], "9.9.9.9") && !asked(&peers[1], "9.9.9.9"));
        circuits.refused(&peers[0]);
        assert!(asked(&peers[1], "9.9.9.9"));
    }
}
