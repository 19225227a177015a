//! Counters of STUN and TURN: numbers only, never whose.

use std::sync::Arc;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Outcome {
    operation: &'static str,
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Direction {
    direction: &'static str,
}

/// Which way a packet goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// From a client.
    Out,
    /// To a client.
    In,
}

/// Of packets in one direction: bytes of those that passed, and how many others there were. Looked up once, not for each.
#[derive(Debug)]
struct Packets {
    bytes: Counter,
    dropped: Counter,
}

#[derive(Debug)]
struct Inner {
    allocations: Gauge,
    requests: Family<Outcome, Counter>,
    bytes: Family<Direction, Counter>,
    dropped: Family<Direction, Counter>,
    out: Packets,
    into: Packets,
}

impl Default for Inner {
    fn default() -> Self {
        let (bytes, dropped) = (Family::default(), Family::default());
        let [out, into] = ["out", "in"].map(|direction| {
            let of = |family: &Family<Direction, Counter>| family.get_or_create(&Direction { direction }).clone();
            Packets { bytes: of(&bytes), dropped: of(&dropped) }
        });
        Self { allocations: Gauge::default(), requests: Family::default(), bytes, dropped, out, into }
    }
}

/// The numbers of STUN and TURN. Cheap to clone; all clones show the same numbers.
#[derive(Debug, Clone, Default)]
pub(crate) struct TurnStats(Arc<Inner>);

impl TurnStats {
    /// Adds all numbers to `registry`, named `turn_…`.
    pub(crate) fn register(&self, registry: &mut Registry) {
        let all = registry.sub_registry_with_prefix("turn");
        let i = &self.0;
        all.register("allocations", "TURN allocations", i.allocations.clone());
        all.register("requests", "STUN and TURN requests, by operation and outcome", i.requests.clone());
        all.register("bytes", "Bytes relayed for TURN clients (out) and to them (in)", i.bytes.clone());
        all.register("dropped", "Packets over the rate of their allocation", i.dropped.clone());
    }

    pub(super) fn allocations(&self, held: usize) {
        self.0.allocations.set(i64::try_from(held).unwrap_or(i64::MAX));
    }

    pub(super) fn request(&self, operation: &'static str, outcome: &'static str) {
        self.0.requests.get_or_create(&Outcome { operation, outcome }).inc();
    }

    pub(super) fn relayed(&self, way: Way, bytes: usize, passed: bool) {
        let packets = match way {
            Way::Out => &self.0.out,
            Way::In => &self.0.into,
        };
        if passed {
            packets.bytes.inc_by(u64::try_from(bytes).unwrap_or(0));
        } else {
            packets.dropped.inc();
        }
    }
}
