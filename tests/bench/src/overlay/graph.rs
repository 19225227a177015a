//! Who is connected to whom and how far apart they are; and how soon anything could be anywhere.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap},
    time::Duration,
};

use anyhow::{Result, ensure};

use crate::words::Words;

/// A connection takes this long one way, and up to so much longer: 37 ms on average.
const SHORTEST_MS: usize = 7;
const SPREAD_MS: usize = 61;

/// A network.
pub(super) struct Graph {
    /// For each node its neighbours, with the time one way.
    links: Vec<BTreeMap<usize, Duration>>,
}

impl Graph {
    /// `nodes` of which each dials `dials` others; the same for the same seed.
    pub(super) fn random(nodes: usize, dials: usize, seed: u64) -> Result<Self> {
        ensure!(nodes > dials, "{nodes} nodes cannot dial {dials} others each");
        let mut words = Words::new(seed);
        let mut graph = Self { links: vec![BTreeMap::new(); nodes] };
        for node in 0..nodes {
            let mut dialled = 0;
            // Who has everybody for a neighbour dials nobody any more.
            while dialled < dials && graph.links.get(node).is_some_and(|links| links.len() + 1 < nodes) {
                let other = words.below(nodes);
                let delay = Duration::from_millis(u64::try_from(SHORTEST_MS + words.below(SPREAD_MS))?);
                dialled += usize::from(graph.link(node, other, delay));
            }
        }
        Ok(graph)
    }

    /// Connects two; `false` if they were, or are one.
    fn link(&mut self, one: usize, other: usize, delay: Duration) -> bool {
        let new = one != other && self.delay(one, other).is_none();
        if new {
            for (from, to) in [(one, other), (other, one)] {
                if let Some(links) = self.links.get_mut(from) {
                    links.insert(to, delay);
                }
            }
        }
        new
    }

    /// How many nodes there are.
    pub(super) fn nodes(&self) -> usize {
        self.links.len()
    }

    /// Each connection once.
    pub(super) fn all(&self) -> impl Iterator<Item = (usize, usize)> {
        let of = |(node, links): (usize, &BTreeMap<usize, Duration>)| {
            links.keys().filter(move |other| node < **other).map(move |other| (node, *other)).collect::<Vec<_>>()
        };
        self.links.iter().enumerate().flat_map(of)
    }

    /// The time from one neighbour to another.
    pub(super) fn delay(&self, from: usize, to: usize) -> Option<Duration> {
        self.links.get(from)?.get(&to).copied()
    }

    /// How soon what one node says can be at each: along the shortest paths. `None` where it cannot get at all.
    pub(super) fn soonest(&self, from: usize) -> Vec<Option<Duration>> {
        let mut soonest = vec![None; self.nodes()];
        let mut next = BinaryHeap::from([Reverse((Duration::ZERO, from))]);
        while let Some(Reverse((at, node))) = next.pop() {
            let Some(known @ None) = soonest.get_mut(node) else { continue };
            *known = Some(at);
            let links = self.links.get(node).into_iter().flatten();
            next.extend(links.map(|(other, delay)| Reverse((at + *delay, *other))));
        }
        soonest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shortest_path_is_not_the_one_with_fewest_steps() {
        let mut graph = Graph { links: vec![BTreeMap::new(); 5] };
        for (one, other, ms) in [(0, 1, 10), (1, 2, 10), (2, 3, 10), (0, 3, 50)] {
            assert!(graph.link(one, other, Duration::from_millis(ms)));
        }
        assert!(!graph.link(1, 0, Duration::ZERO) && !graph.link(2, 2, Duration::ZERO));
        let soonest = graph.soonest(0).into_iter().map(|at| at.map(|at| at.as_millis()));
        assert_eq!(soonest.collect::<Vec<_>>(), [Some(0), Some(10), Some(20), Some(30), None]);
    }

    #[test]
    fn a_random_network_holds_together_and_is_the_same_for_the_same_seed() {
        let of = |seed| Graph::random(200, 6, seed).unwrap();
        let graph = of(1);
        assert!(graph.links.iter().all(|links| links.len() >= 6));
        assert_eq!(graph.all().count(), 200 * 6);
        assert!(graph.soonest(0).iter().all(Option::is_some));
        assert_eq!(graph.links, of(1).links);
        assert_ne!(graph.links, of(2).links);
        assert_eq!(Graph::random(3, 2, 1).unwrap().all().count(), 3);
        assert!(Graph::random(3, 3, 1).is_err());
    }
}
