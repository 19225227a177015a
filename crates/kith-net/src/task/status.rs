//! What the person can be told about the network, and the connection test.

use std::time::{Duration, Instant};

use libp2p::{Multiaddr, multiaddr::Protocol};
use tokio::sync::oneshot;

use super::Task;
use super::services::Membership;
use crate::{
    addr,
    api::{BootstrapStatus, NetEvent, NetState, NetStatus, TestStep},
    ids, limits,
    observed::Mapping,
};

/// Said of bootstrap nodes that are not for everybody.
const REFUSED: &str = "a bootstrap node is for members only: its link needs the token of its community";
/// A test waits this long for what is still being tried.
const TEST_TIME: Duration = Duration::from_secs(10);

/// How well connected the node is, without what is mended at once: better is told at once, worse after a while.
#[derive(Debug)]
struct Steady {
    told: NetState,
    worse_since: Option<Instant>,
}

impl Steady {
    /// What to tell of `state`.
    fn of(&self, state: NetState, worse: Duration, now: Instant) -> NetState {
        let lasts = worse.is_zero() || self.worse_since.is_some_and(|since| now.duration_since(since) >= worse);
        if state < self.told && !lasts { self.told } else { state }
    }

    fn see(&mut self, state: NetState, worse: Duration, now: Instant) {
        self.told = self.of(state, worse, now);
        self.worse_since = (state < self.told).then(|| self.worse_since.unwrap_or(now));
    }
}

/// The last status told, and tests under way.
pub(super) struct Status {
    steady: Steady,
    /// Without what changes all the time.
    last: NetStatus,
    told: Instant,
    tests: Vec<(oneshot::Sender<Vec<TestStep>>, Instant)>,
}

impl Status {
    pub(super) fn new(now: Instant) -> Self {
        let steady = Steady { told: NetState::default(), worse_since: None };
        Self { steady, last: NetStatus::default(), told: now, tests: Vec::new() }
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
            state: self.status.steady.of(self.state(), self.tuning.worse, Instant::now()),
            peer: self.me.to_string(),
            metered: self.metered.now(),
            portal: self.connected_bootstraps().next().is_none()
                && self.bootstraps.iter().any(|known| known.impersonated),
            nat: self.nat().to_owned(),
            addresses: self.own.addresses.iter().map(ToString::to_string).collect(),
            mapped: self.mapping.granted().map(|address| address.to_string()).collect(),
            peers: u32::try_from(self.peers.values().filter(|peer| peer.up).count()).unwrap_or(u32::MAX),
            bootstraps: self
                .bootstraps
                .iter()
                .flat_map(|known| {
                    known.lines.iter().map(|(line, addresses)| BootstrapStatus {
                        address: line.clone(),
                        host: addresses.first().map(host).unwrap_or_default(),
                        transport: ids::transport_id(&known.peer),
                        ok: known.serves(),
                        rtt_ms: known.rtt_ms,
                        offers: known.offers(),
                        notice: known.descriptor.as_ref().map(|said| said.notice.clone()).unwrap_or_default(),
                        refused: known.membership == Membership::Refused,
                        borrowed: known.borrowed.is_some(),
                    })
                })
                .collect(),
            relays: self.circuits(),
            steps: self.test_steps(),
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
        let quic = |address| addr::shape(address).is_some_and(|shape| shape.over == addr::Over::Quic);
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
        let state = self.state();
        self.status.steady.see(state, self.tuning.worse, now);
        if now.duration_since(self.status.told) >= limits::STATUS_EVERY {
            self.tell_status(now);
        }
    }

    /// Somebody who waits to be online hears of it when it happens, not at the next look.
    pub(super) fn tell_better(&mut self) {
        let told = self.status.last.state;
        if told == NetState::Online {
            return;
        }
        let state = self.state();
        if told < state {
            let now = Instant::now();
            self.status.steady.see(state, self.tuning.worse, now);
            self.tell_status(now);
        }
    }

    fn tell_status(&mut self, now: Instant) {
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
        let connected: Vec<_> = self.bootstraps.iter().filter(|known| known.serves()).collect();
        let refused = self.bootstraps.iter().any(|known| known.membership == Membership::Refused);
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
            steps.push(step(
                "bootstrap",
                !connected.is_empty(),
                good,
                if refused { REFUSED } else { "no bootstrap node answers" },
            ));
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
        let mapped: Vec<String> = self.mapping.granted().map(|address| address.to_string()).collect();
        if !mapped.is_empty() {
            steps.push(step("port_mapping", true, format!("the router lets others in at {}", mapped.join(", ")), ""));
        }
        if self.exchange.mdns {
            let on = self.swarm.behaviour().mdns.is_enabled();
            steps.push(step("mdns", on, "announced on the local network".to_owned(), "multicast is not available"));
        }
        steps
    }
}

/// The name or IP address in an address.
fn host(address: &Multiaddr) -> String {
    // Parts are written as /KIND/VALUE.
    address
        .iter()
        .next()
        .map(|part| part.to_string())
        .and_then(|part| Some(part.rsplit('/').next()?.to_owned()))
        .unwrap_or_default()
}

/// The status without what changes all the time.
fn essence(mut status: NetStatus) -> NetStatus {
    for known in &mut status.bootstraps {
        known.rtt_ms = None;
    }
    status
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_mended_soon_is_not_told() {
        let (worse, start) = (Duration::from_secs(5), Instant::now());
        let mut steady = Steady { told: NetState::Offline, worse_since: None };
        let mut after = |seconds: u64, state| {
            let now = start + Duration::from_secs(seconds);
            let asked = steady.of(state, worse, now);
            steady.see(state, worse, now);
            assert_eq!(asked, steady.told);
            asked
        };
        assert_eq!(after(0, NetState::Online), NetState::Online, "better is told at once");
        assert_eq!(after(1, NetState::Local), NetState::Online);
        assert_eq!(after(4, NetState::Offline), NetState::Online);
        assert_eq!(after(5, NetState::Online), NetState::Online);
        assert_eq!(after(9, NetState::Local), NetState::Online, "the time begins anew");
        assert_eq!(after(13, NetState::Degraded), NetState::Online);
        assert_eq!(after(14, NetState::Local), NetState::Local);
        assert_eq!(after(15, NetState::Offline), NetState::Local, "and for each step");
        assert_eq!(after(16, NetState::Degraded), NetState::Degraded);
    }
}
