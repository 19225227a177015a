//! Counters of a public node: numbers only, never who.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use libp2p::metrics::Registry;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;

use super::slots::worker::now_ms;
use crate::mailbox::MailboxStats;
use crate::turn::TurnStats;

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Reason {
    reason: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Outcome {
    operation: &'static str,
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Link {
    direction: &'static str,
    transport: &'static str,
}

#[derive(Debug, Default)]
struct Inner {
    ticked_at_ms: AtomicU64,
    connections: Family<Link, Gauge>,
    refused: Family<Reason, Counter>,
    bans: Family<Reason, Counter>,
    slots: Gauge,
    slot_bytes: Gauge,
    slot_requests: Family<Outcome, Counter>,
    slot_disk_errors: Counter,
    reservations: Gauge,
    circuits: Gauge,
    relay: Family<Outcome, Counter>,
    registrations: Gauge,
    rendezvous: Family<Outcome, Counter>,
    records: Gauge,
    record_puts: Family<Outcome, Counter>,
    cards: Family<Outcome, Counter>,
    dial_backs: Family<Outcome, Counter>,
    bootstraps: Gauge,
    external_addresses: Gauge,
    services: Family<Outcome, Counter>,
    mailbox: MailboxStats,
    turn: TurnStats,
}

/// The numbers of a running server. Cheap to clone; all clones show the same numbers.
#[derive(Debug, Clone, Default)]
pub struct Stats(Arc<Inner>);

impl Stats {
    /// Adds all numbers to `registry`, named `kith_…`.
    pub(crate) fn register(&self, registry: &mut Registry) {
        let all = registry.sub_registry_with_prefix("kith");
        let i = &self.0;
        all.register("connections", "Open connections", i.connections.clone());
        all.register("connections_refused", "Inbound connections refused, by limit", i.refused.clone());
        all.register("bans", "Peers banned for a while, by what they did", i.bans.clone());
        all.register("slots", "Invite slots stored", i.slots.clone());
        all.register("slot_bytes", "Bytes of all invite slots", i.slot_bytes.clone());
        all.register("slot_requests", "Slot requests, by outcome", i.slot_requests.clone());
        all.register("slot_disk_errors", "Slot operations that failed on the disk", i.slot_disk_errors.clone());
        all.register("relay_reservations", "Relay reservations held", i.reservations.clone());
        all.register("relay_circuits", "Relay circuits open", i.circuits.clone());
        all.register("relay_requests", "Relay requests, by outcome", i.relay.clone());
        all.register("rendezvous_registrations", "Rendezvous registrations held", i.registrations.clone());
        all.register("rendezvous_requests", "Rendezvous requests, by outcome", i.rendezvous.clone());
        all.register("kad_records", "DHT records held for others", i.records.clone());
        all.register("kad_puts", "DHT records offered, by outcome", i.record_puts.clone());
        all.register("gossip_cards", "Peer exchange messages, by verdict", i.cards.clone());
        all.register("autonat_tests", "Reachability tests for others, by outcome", i.dial_backs.clone());
        all.register("services_requests", "Requests about services, by outcome", i.services.clone());
        all.register("bootstraps_connected", "Configured other public nodes connected", i.bootstraps.clone());
        all.register("external_addresses", "Addresses this node offers to others", i.external_addresses.clone());
    }

    /// The numbers of the mailbox, which are shown only if there is one.
    pub(crate) fn mailbox(&self, registry: &mut Registry) -> MailboxStats {
        self.0.mailbox.register(registry.sub_registry_with_prefix("kith"));
        self.0.mailbox.clone()
    }

    /// The numbers of STUN and TURN, which are shown only if they are on.
    pub(crate) fn turn(&self, registry: &mut Registry) -> TurnStats {
        self.0.turn.register(registry.sub_registry_with_prefix("kith"));
        self.0.turn.clone()
    }

    /// Milliseconds since the network task last came round; `None` before it did for the first time.
    #[must_use]
    pub fn since_tick_ms(&self) -> Option<u64> {
        let ticked_at_ms = self.0.ticked_at_ms.load(Ordering::Relaxed);
        (ticked_at_ms != 0).then(|| now_ms().saturating_sub(ticked_at_ms))
    }

    /// Addresses offered to others.
    #[must_use]
    pub fn external_addresses(&self) -> u64 {
        u64::try_from(self.0.external_addresses.get()).unwrap_or(0)
    }

    /// Invite slots stored.
    #[must_use]
    pub fn slots(&self) -> u64 {
        u64::try_from(self.0.slots.get()).unwrap_or(0)
    }

    pub(crate) fn tick(&self) {
        self.0.ticked_at_ms.store(now_ms(), Ordering::Relaxed);
    }

    pub(crate) fn connection(&self, inbound: bool, transport: &'static str, change: i64) {
        let direction = if inbound { "in" } else { "out" };
        self.0.connections.get_or_create(&Link { direction, transport }).inc_by(change);
    }

    pub(crate) fn refused(&self, reason: &'static str) {
        self.0.refused.get_or_create(&Reason { reason }).inc();
    }

    pub(crate) fn banned(&self, reason: &'static str) {
        self.0.bans.get_or_create(&Reason { reason }).inc();
    }

    pub(crate) fn slots_stored(&self, slots: usize, bytes: u64) {
        self.0.slots.set(i64::try_from(slots).unwrap_or(i64::MAX));
        self.0.slot_bytes.set(i64::try_from(bytes).unwrap_or(i64::MAX));
    }

    pub(crate) fn slot_request(&self, operation: &'static str, outcome: &'static str) {
        self.0.slot_requests.get_or_create(&Outcome { operation, outcome }).inc();
    }

    pub(crate) fn slot_disk_error(&self) {
        self.0.slot_disk_errors.inc();
    }

    pub(crate) fn reservations(&self, held: usize) {
        self.0.reservations.set(i64::try_from(held).unwrap_or(i64::MAX));
    }

    pub(crate) fn circuits(&self, change: i64) {
        self.0.circuits.inc_by(change);
    }

    pub(crate) fn relay(&self, operation: &'static str, outcome: &'static str) {
        self.0.relay.get_or_create(&Outcome { operation, outcome }).inc();
    }

    pub(crate) fn registrations(&self, held: usize) {
        self.0.registrations.set(i64::try_from(held).unwrap_or(i64::MAX));
    }

    pub(crate) fn rendezvous(&self, operation: &'static str, outcome: &'static str) {
        self.0.rendezvous.get_or_create(&Outcome { operation, outcome }).inc();
    }

    pub(crate) fn records(&self, held: usize) {
        self.0.records.set(i64::try_from(held).unwrap_or(i64::MAX));
    }

    pub(crate) fn record_put(&self, operation: &'static str, outcome: &'static str) {
        self.0.record_puts.get_or_create(&Outcome { operation, outcome }).inc();
    }

    pub(crate) fn card(&self, outcome: &'static str) {
        self.0.cards.get_or_create(&Outcome { operation: "card", outcome }).inc();
    }

    pub(crate) fn dial_back(&self, outcome: &'static str) {
        self.0.dial_backs.get_or_create(&Outcome { operation: "dial_back", outcome }).inc();
    }

    pub(crate) fn service_request(&self, operation: &'static str, outcome: &'static str) {
        self.0.services.get_or_create(&Outcome { operation, outcome }).inc();
    }

    pub(crate) fn bootstraps(&self, connected: usize) {
        self.0.bootstraps.set(i64::try_from(connected).unwrap_or(i64::MAX));
    }

    pub(crate) fn set_external_addresses(&self, count: usize) {
        self.0.external_addresses.set(i64::try_from(count).unwrap_or(i64::MAX));
    }
}
