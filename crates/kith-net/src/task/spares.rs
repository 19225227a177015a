//! Bootstrap nodes to turn to while none of one's own answers: their neighbours, as they named them.
//!
//! A bootstrap node the user chose says in its signed descriptor which other nodes it is connected to. While no chosen one
//! serves, some of those are used as if they had been chosen; when one is back for a while, they are let go again. Mail is
//! not left with them: what a mailbox is trusted with, its owner decides.

use std::time::{Duration, Instant};

use kith_wire::ServiceDescriptor;
use libp2p::{Multiaddr, PeerId};

use super::{Task, bootstraps::Bootstrap};
use crate::{
    addr::{self, Source},
    api::NetEvent,
    bootstrap, limits,
};

/// So many are used at once: as many as reservations are held.
const BORROWED_MAX: usize = limits::RESERVATIONS;
/// One that does not serve within this makes room for another.
const TRIED_FOR: Duration = Duration::from_secs(30);

struct Spare {
    peer: PeerId,
    /// Without the peer id.
    addresses: Vec<Multiaddr>,
    /// When it was last turned to.
    tried: Option<Instant>,
}

/// Those that are known, the newest first.
#[derive(Default)]
pub(super) struct Spares {
    known: Vec<Spare>,
    /// Since when no chosen bootstrap node serves, or one does.
    since: Option<(bool, Instant)>,
}

impl Spares {
    /// Those that were told with [`NetEvent::Spares`] once.
    pub(super) fn restore(texts: &[String], lab: bool) -> Self {
        let mut spares = Self::default();
        spares.hear(texts, lab);
        spares
    }

    /// Takes in named addresses; whether that changed anything.
    fn hear(&mut self, texts: &[String], lab: bool) -> bool {
        let before = self.texts();
        for text in texts.iter().rev() {
            let Ok((peer, addresses)) = bootstrap::parse(text) else { continue };
            let dialled = |address: &Multiaddr| addr::may_dial(address, Source::Stranger, lab, |_| false);
            let addresses: Vec<Multiaddr> = addresses.into_iter().filter(dialled).collect();
            if addresses.is_empty() {
                continue;
            }
            let at = self.known.iter().position(|spare| spare.peer == peer);
            let spare = match at.map(|at| self.known.remove(at)) {
                Some(Spare { addresses: old, tried, .. }) => {
                    Spare { peer, addresses: addr::merge(addresses, old, limits::SPARE_ADDRESSES), tried }
                }
                None => Spare { peer, addresses, tried: None },
            };
            self.known.insert(0, spare);
        }
        self.known.truncate(limits::SPARES_MAX);
        self.texts() != before
    }

    pub(super) fn texts(&self) -> Vec<String> {
        let named = self.known.iter().flat_map(|spare| {
            spare.addresses.iter().filter_map(|address| addr::with_peer(address.clone(), spare.peer))
        });
        named.map(|address| address.to_string()).collect()
    }

    /// The one that was turned to longest ago and `may` be used, with its addresses; it is turned to now.
    fn next(&mut self, now: Instant, may: impl Fn(&PeerId) -> bool) -> Option<(PeerId, Vec<Multiaddr>)> {
        let spare = self.known.iter_mut().filter(|spare| may(&spare.peer)).min_by_key(|spare| spare.tried)?;
        spare.tried = Some(now);
        Some((spare.peer, spare.addresses.clone()))
    }

    /// For how long a chosen node has been serving, or none has.
    fn lasts(&mut self, serving: bool, now: Instant) -> Duration {
        match self.since {
            Some((as_before, since)) if as_before == serving => now.duration_since(since),
            Some(_) | None => {
                self.since = Some((serving, now));
                Duration::ZERO
            }
        }
    }
}

impl Task {
    /// A bootstrap node says who its neighbours are. What one says that was not chosen itself leads no further.
    pub(super) fn neighbours_named(&mut self, by: &PeerId, descriptor: &ServiceDescriptor) {
        let chosen = self.bootstraps.iter().any(|known| known.peer == *by && known.borrowed.is_none());
        if chosen && self.spares.hear(&descriptor.neighbours, self.own.lab) {
            let spares = self.spares.texts();
            self.emit(NetEvent::Spares(spares));
        }
    }

    pub(super) fn tend_spares(&mut self, now: Instant) {
        let mut chosen = self.bootstraps.iter().filter(|known| known.borrowed.is_none()).peekable();
        let none = chosen.peek().is_none();
        let serving = chosen.any(|known| known.serves());
        let lasts = self.spares.lasts(serving, now);
        if none || (serving && lasts >= self.tuning.give_back) {
            return self.give_back(|_, _| true);
        }
        if serving || lasts < self.tuning.borrow {
            return;
        }
        self.give_back(|known, since| !known.serves() && now.duration_since(since) >= TRIED_FOR);
        let borrowed = self.bootstraps.iter().filter(|known| known.borrowed.is_some()).count();
        for _ in borrowed..BORROWED_MAX {
            let (me, bootstraps) = (self.me, &self.bootstraps);
            let unused = |peer: &PeerId| *peer != me && bootstraps.iter().all(|known| known.peer != *peer);
            let Some((peer, addresses)) = self.spares.next(now, unused) else { return };
            tracing::info!(%peer, "no bootstrap node of one's own answers: a neighbour is used");
            let line = |address: Multiaddr| {
                let text = addr::with_peer(address.clone(), peer).map(|named| named.to_string());
                (text.unwrap_or_default(), vec![address])
            };
            self.use_bootstrap(peer, addresses.into_iter().map(line).collect(), Some(now));
        }
    }

    /// Lets go of those of whom `over` is true, given since when they are borrowed.
    fn give_back(&mut self, over: impl Fn(&Bootstrap, Instant) -> bool) {
        let over = |known: &&Bootstrap| known.borrowed.is_some_and(|since| over(known, since));
        let over: Vec<PeerId> = self.bootstraps.iter().filter(over).map(|known| known.peer).collect();
        for peer in over {
            self.forget_bootstrap(&peer);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(peer: PeerId, host: u8) -> String {
        format!("/ip4/9.9.9.{host}/tcp/4100/p2p/{peer}")
    }

    fn someone() -> PeerId {
        libp2p::identity::Keypair::generate_ed25519().public().to_peer_id()
    }

    #[test]
    fn the_newest_few_that_may_be_dialled_are_remembered() {
        let (first, second) = (someone(), someone());
        let mut spares = Spares::default();
        assert!(spares.hear(&[named(first, 1), named(second, 2)], false));
        assert!(!spares.hear(&[named(first, 1), named(second, 2)], false), "nothing new");
        assert!(spares.hear(&[named(second, 3)], false));
        assert_eq!(spares.texts(), [named(second, 3), named(second, 2), named(first, 1)]);
        for odd in
            ["/ip4/10.0.0.1/tcp/4100", "/ip4/127.0.0.1/tcp/4100", "/ip4/9.9.9.9/tcp/22", "/dns4/x.example/tcp/4100"]
        {
            assert!(!spares.hear(&[format!("{odd}/p2p/{}", someone())], false), "{odd}");
        }
        assert!(!spares.hear(&["kith:b/1/nonsense".to_owned(), String::new()], false));
        let many: Vec<String> = (0..50).map(|host| named(someone(), host)).collect();
        spares.hear(&many, false);
        assert_eq!(spares.texts(), many[..limits::SPARES_MAX], "in the order they were named");
        let many: Vec<String> = (0..50).map(|host| named(first, host)).collect();
        spares.hear(&many, false);
        assert!(
            spares.texts().iter().filter(|text| text.ends_with(&first.to_string())).count() <= limits::SPARE_ADDRESSES
        );
        assert_eq!(Spares::restore(&spares.texts(), false).texts(), spares.texts());
    }

    #[test]
    fn everyone_gets_a_turn() {
        let all: Vec<PeerId> = (0..5).map(|_| someone()).collect();
        let texts: Vec<String> = all.iter().map(|peer| named(*peer, 1)).collect();
        let mut spares = Spares::restore(&texts, false);
        let start = Instant::now();
        let turns: Vec<PeerId> = (0..10)
            .filter_map(|turn| spares.next(start + Duration::from_secs(turn), |peer| *peer != all[2]))
            .map(|(peer, _)| peer)
            .collect();
        let cycle = [all[0], all[1], all[3], all[4]];
        assert_eq!(turns, [&cycle[..], &cycle, &cycle[..2]].concat());
        assert_eq!(spares.next(start, |_| false), None);
    }
}
