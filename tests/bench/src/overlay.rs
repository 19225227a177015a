//! `overlay`: how a card spreads among many nodes, with our gossip and with gossipsub as it comes, against the shortest
//! paths of the same network.

mod graph;
mod link;
mod world;

use std::{collections::HashSet, rc::Rc, time::Duration};

use anyhow::{Result, anyhow};
use libp2p::{gossipsub, identity::Keypair};

use self::{
    graph::Graph,
    world::{Gossip, World},
};
use crate::{
    Options,
    line::{Better, Line, Metric, Value},
    machine::Run,
    samples::{Rounds, ms},
    words::Words,
};

const NODES: usize = 1_000;
/// Messages with each gossip.
const MESSAGES: usize = 10;
/// Heartbeats until everybody has a mesh.
const SETTLE: Duration = Duration::from_secs(8);
/// Who has not heard it by then, in the time of the network, has not.
const PATIENCE: Duration = Duration::from_secs(10);
const SHORTEST: &str = "shortest paths";
const STOCK: &str = "gossipsub as it comes";

/// What the network is like.
pub(crate) struct Network {
    /// How many others each node dials.
    pub(crate) dials: usize,
    /// Bytes of a message.
    pub(crate) bytes: usize,
}

/// Measures.
pub(crate) fn run(options: &Options, network: &Network) -> Result<Vec<Line>> {
    let run = Run::begin();
    let nodes = options.n.unwrap_or(NODES);
    let graph = Rc::new(Graph::random(nodes, network.dials, options.seed)?);
    let ours = measure(options, network, &graph, true, |key| Ok(kith_net::gossip(key)?.into_inner()))?;
    let theirs = measure(options, network, &graph, false, stock)?;
    let line = |metric: Metric| metric.line(&run, options.seed);
    let delivery = |name, took| Metric::new(name, "ms", Better::Less, took);
    Ok(vec![
        line(delivery("overlay.delivery", ours.took).anchor(SHORTEST, ours.soonest).goal(Value::RatioP99, 1.25)),
        line(delivery("overlay.delivery_stock", theirs.took).anchor(SHORTEST, theirs.soonest)),
        line(Metric::new("overlay.coverage", "% of the nodes", Better::More, ours.reached).goal(Value::P50, 100.0)),
        line(Metric::new("overlay.copies", "copies/node", Better::Less, ours.copies).anchor(STOCK, theirs.copies)),
        line(
            Metric::new("overlay.bytes", "bytes/node", Better::Less, ours.bytes)
                .anchor(STOCK, theirs.bytes)
                .goal(Value::Ratio, 0.5),
        ),
    ])
}

/// What was measured, message by message.
#[derive(Default)]
struct Measured {
    /// Milliseconds to each node that got it, and the least there could be.
    took: Rounds,
    soonest: Rounds,
    reached: Rounds,
    copies: Rounds,
    bytes: Rounds,
}

fn measure(
    options: &Options,
    network: &Network,
    graph: &Rc<Graph>,
    judged: bool,
    make: impl Fn(&Keypair) -> Result<Gossip>,
) -> Result<Measured> {
    let mut world = World::start(graph, judged, make)?;
    world.rest(SETTLE)?;
    let (mut measured, mut words) = (Measured::default(), Words::new(options.seed));
    let others = (graph.nodes() - 1) as f64;
    for _ in 0..MESSAGES {
        let from = words.below(graph.nodes());
        let data = (0..network.bytes).map(|_| u8::try_from(words.below(256)).unwrap_or(0)).collect();
        let spread = world.say(from, data, PATIENCE)?;
        let soonest = graph.soonest(from);
        let soonest = soonest.into_iter().enumerate().filter(|(node, _)| *node != from).filter_map(|(_, at)| at);
        measured.took.push(spread.took.values().copied().map(ms).collect());
        measured.soonest.push(soonest.map(ms).collect());
        measured.reached.push(vec![spread.took.len() as f64 / others * 100.0]);
        measured.copies.push(vec![spread.copies as f64 / others]);
        measured.bytes.push(vec![spread.bytes as f64 / others]);
    }
    Ok(measured)
}

/// gossipsub with its own defaults, signed as ours is.
fn stock(key: &Keypair) -> Result<Gossip> {
    let topic = gossipsub::IdentTopic::new(kith_net::PEERS_TOPIC);
    let allowed = gossipsub::WhitelistSubscriptionFilter(HashSet::from([topic.hash()]));
    let author = gossipsub::MessageAuthenticity::Signed(key.clone());
    let mut gossip = Gossip::new_with_subscription_filter(author, gossipsub::Config::default(), allowed)
        .map_err(|error| anyhow!(error))?;
    gossip.subscribe(&topic)?;
    Ok(gossip)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_everywhere_and_nowhere_sooner_than_possible() {
        let options = Options { json: None, n: None, seed: 3, folder: None };
        let graph = Rc::new(Graph::random(12, 3, 3).unwrap());
        let mut world = World::start(&graph, true, |key| Ok(kith_net::gossip(key)?.into_inner())).unwrap();
        world.rest(Duration::from_secs(3)).unwrap();
        let spread = world.say(5, vec![7; 300], PATIENCE).unwrap();
        assert_eq!(spread.took.len(), 11, "seed {}", options.seed);
        for (node, at) in graph.soonest(5).into_iter().enumerate().filter(|(node, _)| *node != 5) {
            assert!(spread.took[&node] >= at.unwrap(), "{node}");
        }
        assert!(spread.copies >= 11 && spread.bytes >= 11 * 300);
    }
}
