//! How many circuits are open at once for peers behind one address prefix.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

use libp2p::PeerId;

use super::source::Prefix;

/// Who was asked for has this long to accept: libp2p's relay gives up after it and does not always say so.
const ASKED: Duration = Duration::from_secs(60);

/// The places of all prefixes. One is taken by asking, so that many asked for together are not more than those opened one by
/// one.
#[derive(Debug)]
pub(crate) struct Places {
    per_prefix: u32,
    /// Asked for and open. No entry is zero.
    taken: HashMap<Prefix, u32>,
    /// Not answered yet, oldest first.
    asked: VecDeque<(Instant, PeerId, Prefix)>,
    /// Whose circuits are open, and how many.
    open: HashMap<PeerId, (Prefix, u32)>,
}

impl Places {
    pub(crate) fn new(per_prefix: u32) -> Self {
        Self { per_prefix, taken: HashMap::new(), asked: VecDeque::new(), open: HashMap::new() }
    }

    /// Takes a place if there is one.
    pub(crate) fn take(&mut self, peer: PeerId, prefix: Prefix, now: Instant) -> bool {
        self.forget(now);
        let taken = self.taken.entry(prefix).or_default();
        if *taken >= self.per_prefix {
            return false;
        }
        *taken += 1;
        self.asked.push_back((now, peer, prefix));
        true
    }

    /// A circuit was opened.
    pub(crate) fn opened(&mut self, peer: &PeerId) {
        // Not counted: asked for from an address that is exempt, or longer ago than libp2p waits.
        if let Some(prefix) = self.answered(peer) {
            self.open.entry(*peer).or_insert((prefix, 0)).1 += 1;
        }
    }

    /// A circuit that was asked for does not come.
    pub(crate) fn refused(&mut self, peer: &PeerId) {
        if let Some(prefix) = self.answered(peer) {
            self.free(prefix);
        }
    }

    /// A circuit was closed.
    pub(crate) fn closed(&mut self, peer: &PeerId) {
        let Some((prefix, open)) = self.open.get_mut(peer) else { return };
        let prefix = *prefix;
        *open = open.saturating_sub(1);
        if *open == 0 {
            self.open.remove(peer);
        }
        self.free(prefix);
    }

    fn answered(&mut self, peer: &PeerId) -> Option<Prefix> {
        let at = self.asked.iter().position(|(_, asker, _)| asker == peer)?;
        self.asked.remove(at).map(|(_, _, prefix)| prefix)
    }

    fn forget(&mut self, now: Instant) {
        while let Some((_, _, prefix)) = self.asked.pop_front_if(|(at, ..)| now.saturating_duration_since(*at) > ASKED)
        {
            self.free(prefix);
        }
    }

    fn free(&mut self, prefix: Prefix) {
        if let Some(taken) = self.taken.get_mut(&prefix) {
            *taken = taken.saturating_sub(1);
            if *taken == 0 {
                self.taken.remove(&prefix);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::source::{Exempt, Source};
    use super::*;

    fn prefix(host: u8) -> Prefix {
        let address = format!("/ip4/9.9.9.{host}/tcp/1").parse().unwrap();
        Source::of(&address, Exempt::Loopback).prefix().unwrap()
    }

    #[test]
    fn a_place_is_taken_by_asking_and_freed_by_the_end() {
        let (mut places, now) = (Places::new(2), Instant::now());
        let [one, two, far] = [(); 3].map(|()| PeerId::random());
        assert!(places.take(one, prefix(1), now) && places.take(two, prefix(1), now));
        assert!(!places.take(two, prefix(1), now), "both are taken");
        assert!(places.take(far, prefix(2), now), "who lives elsewhere is not concerned");
        places.opened(&one);
        places.refused(&two);
        assert!(places.take(two, prefix(1), now), "one was refused");
        places.opened(&two);
        assert!(!places.take(one, prefix(1), now + ASKED * 100), "an open one does not pass with time");
        places.closed(&one);
        places.closed(&one);
        assert!(places.take(one, prefix(1), now) && !places.take(one, prefix(1), now), "closed once, whatever is said");
    }

    #[test]
    fn what_is_never_answered_is_forgotten() {
        let (mut places, now) = (Places::new(1), Instant::now());
        let peer = PeerId::random();
        assert!(places.take(peer, prefix(1), now) && !places.take(peer, prefix(1), now + ASKED));
        assert!(places.take(peer, prefix(1), now + ASKED + Duration::from_millis(1)));
        assert_eq!(places.asked.len(), 1);
    }

    proptest! {
        /// Never more than allowed, whatever happens in whatever order, and nothing is left of what is over.
        #[test]
        fn no_prefix_has_more_than_its_places(steps in prop::collection::vec((0u8..4, 0usize..6, 0u64..40), 1..300)) {
            let mut places = Places::new(3);
            let peers: Vec<_> = (0..6).map(|_| PeerId::random()).collect();
            let (mut now, mut open) = (Instant::now(), vec![0u32; 6]);
            let mut waiting = VecDeque::new();
            for (step, who, seconds) in steps {
                now += Duration::from_secs(seconds);
                waiting.retain(|(at, _)| now.duration_since(*at) <= ASKED);
                match step {
                    0 | 1 => {
                        if places.take(peers[who], prefix(u8::from(who > 2)), now) {
                            waiting.push_back((now, who));
                        }
                    }
                    2 => {
                        places.forget(now);
                        if let Some(at) = waiting.iter().position(|(_, asker)| *asker == who) {
                            waiting.remove(at);
                            open[who] += 1;
                        }
                        places.opened(&peers[who]);
                    }
                    _ => {
                        open[who] = open[who].saturating_sub(1);
                        places.closed(&peers[who]);
                    }
                }
                prop_assert!(open[..3].iter().sum::<u32>() <= 3 && open[3..].iter().sum::<u32>() <= 3);
            }
            for (who, left) in open.into_iter().enumerate() {
                (0..left).for_each(|_| places.closed(&peers[who]));
            }
            places.forget(now + ASKED * 2);
            prop_assert!(places.taken.is_empty() && places.open.is_empty() && places.asked.is_empty());
        }
    }
}
