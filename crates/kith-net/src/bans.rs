//! Who does what only a broken or a hostile program does is not let in for a while.
//!
//! Peer ids cost nothing, so the network they come from is kept out as well when several were banned there, and only then:
//! many people share an address.

use std::{
    collections::BTreeMap,
    net::IpAddr,
    time::{Duration, Instant},
};

use libp2p::{PeerId, gossipsub::PeerScoreThresholds};

use crate::addr;

/// Misdeeds that ban a peer. One is forgiven in [`FORGIVEN`].
const MISDEEDS: u32 = 4;
const FORGIVEN: Duration = Duration::from_secs(300);
/// Banned peers that ban the network they come from. One is forgotten in [`FORGOTTEN`].
const BANNED_PEERS: u32 = 3;
const FORGOTTEN: Duration = Duration::from_secs(3600);
/// How long a ban lasts…
const SHORT: Duration = Duration::from_secs(600);
/// …and from the third on, while the ones before are not longer ago than this.
const LONG: Duration = Duration::from_secs(24 * 3600);
const SHORT_BANS: u32 = 2;
/// Peers and networks remembered, each.
const REMEMBERED: usize = 4096;

/// What somebody is blamed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Misdeed {
    /// A message of peer exchange that no node of ours passes on.
    Card,
    /// A DHT record that does not belong under its name.
    Record,
    /// Gossip that is ignored by now: more of the same, or what no message shows. To be said of a suspect only; a score falls
    /// for reasons that are nobody's fault, too, such as many people behind one address.
    Graylisted,
}

/// Whether gossip ignores whoever has this score.
pub(crate) fn is_graylisted(score: Option<f64>) -> bool {
    score.is_some_and(|score| score < PeerScoreThresholds::default().graylist_threshold)
}

impl Misdeed {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Card => "card",
            Self::Record => "record",
            Self::Graylisted => "gossip",
        }
    }
}

/// See the module documentation.
#[derive(Debug)]
pub(crate) struct Bans {
    peers: Ledger<PeerId>,
    networks: Ledger<IpAddr>,
}

impl Default for Bans {
    fn default() -> Self {
        Self { peers: Ledger::new(MISDEEDS, FORGIVEN), networks: Ledger::new(BANNED_PEERS, FORGOTTEN) }
    }
}

impl Bans {
    /// Takes note of a misdeed of a peer at `ip`, if that is known and may be kept out. Whether the peer is banned by it.
    pub(crate) fn blame(&mut self, peer: PeerId, ip: Option<IpAddr>, misdeed: Misdeed, now: Instant) -> bool {
        let weight = if misdeed == Misdeed::Graylisted { MISDEEDS } else { 1 };
        let banned = self.peers.blame(peer, weight, now);
        if let Some(ip) = ip.filter(|_| banned) {
            self.networks.blame(network(ip), 1, now);
        }
        banned
    }

    /// Those with a misdeed that is not forgiven, and not banned.
    pub(crate) fn suspects(&self, now: Instant) -> Vec<PeerId> {
        let forgiven = self.peers.forgiven;
        self.peers.entries.iter().filter(|(_, entry)| entry.left(forgiven, now).0 > 0).map(|(peer, _)| *peer).collect()
    }

    pub(crate) fn has(&self, peer: &PeerId, now: Instant) -> bool {
        self.peers.bans(peer, now)
    }

    pub(crate) fn has_ip(&self, ip: IpAddr, now: Instant) -> bool {
        self.networks.bans(&network(ip), now)
    }
}

fn network(ip: IpAddr) -> IpAddr {
    addr::neighbourhood(ip.to_canonical())
}

#[derive(Debug)]
struct Ledger<K> {
    limit: u32,
    forgiven: Duration,
    entries: BTreeMap<K, Entry>,
}

#[derive(Debug)]
struct Entry {
    misdeeds: u32,
    /// When `misdeeds` was right.
    at: Instant,
    bans: u32,
    until: Option<Instant>,
}

impl Entry {
    /// The misdeeds that are not forgiven by now, and how many periods have passed since they were counted.
    fn left(&self, forgiven: Duration, now: Instant) -> (u32, u32) {
        let periods = now.saturating_duration_since(self.at).as_secs() / forgiven.as_secs().max(1);
        let periods = u32::try_from(periods).unwrap_or(u32::MAX);
        (self.misdeeds.saturating_sub(periods), periods)
    }
}

impl<K: Ord + Copy> Ledger<K> {
    fn new(limit: u32, forgiven: Duration) -> Self {
        Self { limit, forgiven, entries: BTreeMap::new() }
    }

    fn bans(&self, who: &K, now: Instant) -> bool {
        self.entries.get(who).and_then(|entry| entry.until).is_some_and(|until| now < until)
    }

    fn blame(&mut self, who: K, weight: u32, now: Instant) -> bool {
        if self.entries.len() >= REMEMBERED && !self.entries.contains_key(&who) {
            let oldest = self.entries.iter().min_by_key(|(_, entry)| entry.until.unwrap_or(entry.at));
            if let Some(oldest) = oldest.map(|(who, _)| *who) {
                self.entries.remove(&oldest);
            }
        }
        let entry = self.entries.entry(who).or_insert(Entry { misdeeds: 0, at: now, bans: 0, until: None });
        if entry.until.is_some_and(|until| now < until) {
            return false;
        }
        if entry.until.is_some_and(|until| now.duration_since(until) > LONG) {
            entry.bans = 0;
        }
        let (left, periods) = entry.left(self.forgiven, now);
        entry.misdeeds = left.saturating_add(weight);
        // What is left of a period counts towards the next one.
        entry.at = if left == 0 { now } else { entry.at + self.forgiven.saturating_mul(periods) };
        if entry.misdeeds < self.limit {
            return false;
        }
        let lasts = if entry.bans < SHORT_BANS { SHORT } else { LONG };
        entry.bans = entry.bans.saturating_add(1);
        (entry.misdeeds, entry.until) = (0, Some(now + lasts));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn misbehave(bans: &mut Bans, peer: PeerId, ip: Option<IpAddr>, now: Instant) -> usize {
        (0..MISDEEDS).filter(|_| bans.blame(peer, ip, Misdeed::Card, now)).count()
    }

    #[test]
    fn who_misbehaves_is_out_for_ten_minutes_and_the_third_time_for_a_day() {
        let (mut bans, peer, mut now) = (Bans::default(), PeerId::random(), Instant::now());
        for lasts in [10 * MINUTE, 10 * MINUTE, 24 * 60 * MINUTE, 24 * 60 * MINUTE] {
            assert!(!bans.has(&peer, now));
            assert_eq!(misbehave(&mut bans, peer, None, now), 1);
            assert!(!bans.blame(peer, None, Misdeed::Graylisted, now), "it is out already");
            assert!(bans.has(&peer, now + lasts - MINUTE) && !bans.has(&PeerId::random(), now));
            now += lasts;
        }
        now += LONG + MINUTE;
        assert_eq!(misbehave(&mut bans, peer, None, now), 1);
        assert!(!bans.has(&peer, now + 11 * MINUTE), "long ago");
    }

    #[test]
    fn a_mistake_now_and_then_is_forgiven() {
        let (mut bans, peer, now) = (Bans::default(), PeerId::random(), Instant::now());
        assert!((0..50).all(|at| !bans.blame(peer, None, Misdeed::Record, now + FORGIVEN * at)));
        let often = now + FORGIVEN * 100;
        assert!(
            (0..20).any(|at| bans.blame(peer, None, Misdeed::Record, often + FORGIVEN * at * 3 / 4)),
            "but not all of them"
        );
        let suspect = PeerId::random();
        assert!(!bans.blame(suspect, None, Misdeed::Card, often));
        assert!(bans.suspects(often).contains(&suspect));
        let later = often + FORGIVEN * 100;
        assert!(bans.suspects(later).is_empty(), "what is forgiven is no reason");
        assert!(bans.blame(suspect, None, Misdeed::Graylisted, later) && bans.suspects(later).is_empty());
    }

    #[test]
    fn a_network_of_several_banned_peers_is_out_and_its_neighbours_are_not() {
        let (mut bans, now) = (Bans::default(), Instant::now());
        let (home, mapped): (IpAddr, IpAddr) = ([9, 9, 9, 9].into(), "::ffff:9.9.9.9".parse().unwrap());
        for at in 0..BANNED_PEERS {
            assert!(!bans.has_ip(home, now), "{at} banned peers");
            misbehave(&mut bans, PeerId::random(), Some(if at == 0 { mapped } else { home }), now);
        }
        assert!(bans.has_ip(home, now) && bans.has_ip(mapped, now) && !bans.has_ip([9, 9, 9, 8].into(), now));
        assert!(!bans.has_ip(home, now + SHORT));
        let v6: [IpAddr; 2] = ["2a01:4f8:1:2::1", "2a01:4f8:1:ff::1"].map(|text| text.parse().unwrap());
        for _ in 0..BANNED_PEERS {
            misbehave(&mut bans, PeerId::random(), Some(v6[0]), now);
        }
        assert!(bans.has_ip(v6[0], now) && bans.has_ip(v6[1], now), "one household");
    }

    #[test]
    fn what_is_remembered_is_bounded_and_bans_are_kept_longest() {
        let (mut bans, banned, start) = (Bans::default(), PeerId::random(), Instant::now());
        misbehave(&mut bans, banned, None, start);
        for at in 0..u32::try_from(REMEMBERED * 2).unwrap() {
            bans.blame(PeerId::random(), None, Misdeed::Card, start + Duration::from_millis(at.into()));
        }
        assert_eq!(bans.peers.entries.len(), REMEMBERED);
        assert!(bans.has(&banned, start + MINUTE));
    }
}
