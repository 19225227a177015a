//! What the person can be told about the network, and the connection test.

use std::time::{Duration, Instant};

use libp2p::multiaddr::Protocol;
use tokio::sync::oneshot;

use super::Task;
use crate::{
    addr,
    api::{BootstrapStatus, NetEvent, NetState, NetStatus, TestStep},
    limits,
    observed::Mapping,
};

/// A test waits this long for what is still being tried.
const TEST_TIME: Duration = Duration::from_secs(10);

/// The last status told, and tests under way.
pub(super) struct Status {
    /// Without what changes all the time.
    last: NetStatus,
    told: Instant,
    tests: Vec<(oneshot::Sender<Vec<TestStep>>, Instant)>,
}

impl Status {
    pub(super) fn new(now: Instant) -> Self {
        Self { last: NetStatus::default(), told: now, tests: Vec::new() }
    }
}

impl Task {
    pub(super) fn current_status(&self) -> NetStatus {
        let (bytes_in, bytes_out) = self.traffic();
        NetStatus { bytes_in, bytes_out, ..self.reach() }
    }

    /// The status without the traffic, which takes longer to find out than all the rest.
    fn reach(&self) -> NetStatus {
        NetStatus {
            state: self.state(),
            peer: self.me.to_string(),
            nat: self.nat().to_owned(),
            addresses: self.own.addresses.iter().map(ToString::to_string).collect(),
            peers: u32::try_from(self.peers.values().filter(|peer| peer.up).count()).unwrap_or(u32::MAX),
            bootstraps: self
                .bootstraps
                .iter()
                .flat_map(|known| {
                    known.lines.iter().map(|(line, _)| BootstrapStatus {
                        address: line.clone(),
                        ok: known.connected.is_some(),
                        rtt_ms: known.rtt_ms,
                    })
                })
                .collect(),
            relays: self.circuits(),
            bytes_in: 0,
            bytes_out: 0,
        }
    }

    fn state(&self) -> NetState {
        let bootstrap = self.connected_bootstraps().next().is_some();
        if bootstrap {
            return if self.own.lab || self.udp_works() { NetState::Online } else { NetState::Degraded };
        }
        let anywhere = self.own.lab || self.own.addresses.iter().any(|address| !addr::is_circuit(address));
        match (self.links.is_empty(), anywhere) {
            (true, false) => NetState::Offline,
            (_, _) if self.peers.values().any(|peer| peer.up) && self.bootstraps.is_empty() => NetState::Online,
            (_, _) => NetState::Local,
        }
    }

    /// Whether some connection runs over QUIC, or nothing configured would.
    fn udp_works(&self) -> bool {
        let quic = |address| addr::shape(address).is_some_and(|shape| shape.quic);
        let wanted = self.bootstraps.iter().flat_map(|known| &known.lines).flat_map(|(_, list)| list).any(quic);
        !wanted || self.links.values().flat_map(|links| links.values()).any(|link| quic(&link.remote))
    }

    fn nat(&self) -> &'static str {
        let public = self
            .swarm
            .external_addresses()
            .any(|address| !addr::is_circuit(address) && addr::for_everybody(address, false));
        match self.swarm.behaviour().observed.mapping() {
            _ if public => "public",
            Mapping::Stable => "mapped",
            Mapping::PerDestination => "symmetric",
            Mapping::Unknown => "unknown",
        }
    }

    /// Bytes received and sent, from libp2p's own counters: they are only readable through the text encoding.
    fn traffic(&self) -> (u64, u64) {
        let mut text = String::new();
        if prometheus_client::encoding::text::encode(&mut text, &self.registry).is_err() {
            return (0, 0);
        }
        let mut sums = (0_u64, 0_u64);
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let Some(value) = line.rsplit(' ').next().and_then(|value| value.parse::<u64>().ok()) else { continue };
            if line.contains("Inbound") {
                sums.0 = sums.0.saturating_add(value);
            } else if line.contains("Outbound") {
                sums.1 = sums.1.saturating_add(value);
            }
        }
        sums
    }

    pub(super) fn tend_status(&mut self, now: Instant) {
        self.tend_tests(now);
        if now.duration_since(self.status.told) < limits::STATUS_EVERY {
            return;
        }
        self.status.told = now;
        let essence = essence(self.reach());
        if essence != self.status.last {
            self.status.last = essence;
            let status = self.current_status();
            self.emit(NetEvent::StatusChanged(status));
        }
    }

    pub(super) fn start_test(&mut self, reply: oneshot::Sender<Vec<TestStep>>) {
        let now = Instant::now();
        self.retry_everything();
        if self.status.tests.len() < limits::SLOT_OPERATIONS_MAX {
            self.status.tests.push((reply, now + TEST_TIME));
        }
        self.tend_tests(now);
    }

    fn tend_tests(&mut self, now: Instant) {
        if self.status.tests.is_empty() {
            return;
        }
        let steps = self.test_steps();
        // Whether we listen is known at once; only the rest can still change.
        let complete = steps.iter().all(|step| step.ok || step.name.starts_with("listen_") || step.name == "mdns");
        for (reply, deadline) in std::mem::take(&mut self.status.tests) {
            if complete || deadline <= now {
                // Who asked may have stopped waiting.
                drop(reply.send(steps.clone()));
            } else {
                self.status.tests.push((reply, deadline));
            }
        }
    }

    fn test_steps(&self) -> Vec<TestStep> {
        let listens = |wanted: fn(&Protocol<'_>) -> bool| {
            self.swarm.listeners().filter(|a| !addr::is_circuit(a)).find(|a| a.iter().any(|part| wanted(&part)))
        };
        let step = |name, ok, good: String, bad: &str| {
            let detail = if ok { good } else { bad.to_owned() };
            TestStep { name, ok, detail }
        };
        let connected: Vec<_> = self.bootstraps.iter().filter(|known| known.connected.is_some()).collect();
        let mut steps = Vec::new();
        for (name, found) in [
            ("listen_udp", listens(|part| matches!(part, Protocol::QuicV1))),
            ("listen_tcp", listens(|part| matches!(part, Protocol::Tcp(_)))),
        ] {
            let good = found.map(|address| format!("listening on {address}")).unwrap_or_default();
            steps.push(step(name, found.is_some(), good, "not listening: another program may use the port"));
        }
        if !self.bootstraps.is_empty() {
            let good = format!("{} of {} connected", connected.len(), self.bootstraps.len());
            steps.push(step("bootstrap", !connected.is_empty(), good, "no bootstrap node answers"));
            let held = self.relays.held();
            steps.push(step("relay", held > 0, format!("{held} reserved"), "no relay took a reservation"));
            let (held, all) = self.records.held();
            let good = format!("{held} of {all} records kept");
            steps.push(step("records", all == 0 || held > 0, good, "contacts cannot look this device up"));
        }
        let nat = self.nat();
        let reachable = self.own.lab || nat == "public" || self.relays.held() > 0;
        let good = format!("reachable, NAT: {nat}");
        steps.push(step("public_address", reachable, good, "neither a public address nor a relay leads here"));
        if self.exchange.mdns {
            let on = self.swarm.behaviour().mdns.is_enabled();
            steps.push(step("mdns", on, "announced on the local network".to_owned(), "multicast is not available"));
        }
        steps
    }
}

/// The status without what changes all the time.
fn essence(mut status: NetStatus) -> NetStatus {
    for known in &mut status.bootstraps {
        known.rtt_ms = None;
    }
    status
}
