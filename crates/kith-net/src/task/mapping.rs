//! Asks the router to let others in (PCP, NAT-PMP, UPnP), and offers what it grants to be tested like every other address.
//!
//! UPnP is [`crate::upnp`]'s: `portmapper`'s takes whoever answers in the local network for a router, and the crate behind
//! it reads what that sends without a bound.

use std::net::SocketAddrV4;
use std::num::NonZeroU16;
use std::time::{Duration, Instant};

use libp2p::{Multiaddr, multiaddr::Protocol as Part};
use portmapper::{Client, Config, ProbeError, ProbeOutput, Protocol};
use tokio::sync::oneshot::{self, error::TryRecvError};
use tokio_util::task::TaskTracker;

use super::Task;
use crate::addr;
use crate::limits::MAPPING_FAREWELL as FAREWELL;
use crate::upnp::{Transport, Upnp};

/// A router that granted nothing is asked again after this, twice as late each time…
const AGAIN: Duration = Duration::from_secs(30);
/// …up to this.
const AGAIN_MAX: Duration = Duration::from_secs(900);

/// What is asked of the router.
pub(super) struct Mapping {
    tracker: TaskTracker,
    /// Whether the user wants it.
    on: bool,
    quic: Option<Asked>,
    tcp: Option<Asked>,
    /// Those that take back what they were granted, and since when; dropped at once they would not.
    ending: Vec<(Client, Instant)>,
}

struct Asked {
    quic: bool,
    port: NonZeroU16,
    /// Speaks PCP and NAT-PMP.
    client: Client,
    /// Whether it was the last to be told to ask.
    client_asked: bool,
    /// Where that does not help.
    upnp: Option<Upnp>,
    granted: Option<SocketAddrV4>,
    /// What the router speaks, being found out.
    probing: Option<oneshot::Receiver<Result<ProbeOutput, ProbeError>>>,
    /// When to ask again if nothing is granted, and how long to wait after that.
    again: (Instant, Duration),
}

impl Asked {
    fn new(quic: bool, port: NonZeroU16, now: Instant) -> Self {
        let protocol = if quic { Protocol::Udp } else { Protocol::Tcp };
        let client = Client::new(Config { protocol, enable_upnp: false, ..Config::default() });
        client.update_local_port(port);
        let (granted, probing, again) = (None, None, (now, AGAIN));
        Self { quic, port, client, client_asked: false, upnp: None, granted, probing, again }
    }

    fn tend(&mut self, now: Instant, tracker: &TaskTracker) {
        let over_upnp = self.upnp.as_ref().and_then(Upnp::granted);
        self.granted = self.client.watch_external_address().borrow().or(over_upnp);
        let (at, wait) = self.again;
        if self.granted.is_none() && now >= at {
            self.probing = Some(self.client.probe());
            self.again = (now + wait, (wait * 2).min(AGAIN_MAX));
        }
        let spoken = match self.probing.as_mut().map(oneshot::Receiver::try_recv) {
            None | Some(Err(TryRecvError::Empty)) => return,
            Some(Ok(Ok(found))) => found.pcp || found.nat_pmp,
            Some(Ok(Err(_)) | Err(TryRecvError::Closed)) => false,
        };
        self.probing = None;
        if self.granted.is_none() {
            self.ask(spoken, tracker);
        }
    }

    /// Asks over UPnP if the router speaks nothing else, or granted nothing when it was asked the last time.
    fn ask(&mut self, spoken: bool, tracker: &TaskTracker) {
        self.client_asked = spoken && !self.client_asked;
        self.upnp = if self.client_asked {
            self.client.procure_mapping();
            None
        } else {
            let transport = if self.quic { Transport::Udp } else { Transport::Tcp };
            Some(Upnp::ask(transport, self.port, tracker))
        };
    }

    /// What UPnP granted is given back by a task of its own.
    fn end(self) -> (Client, Instant) {
        self.client.deactivate();
        (self.client, Instant::now())
    }
}

impl Mapping {
    pub(super) fn new(on: bool, tracker: &TaskTracker) -> Self {
        Self { tracker: tracker.clone(), on, quic: None, tcp: None, ending: Vec::new() }
    }

    /// Whether the user wants it.
    pub(super) fn is_on(&self) -> bool {
        self.on
    }

    /// Where the router lets others in.
    pub(super) fn granted(&self) -> impl Iterator<Item = Multiaddr> {
        let over = |quic: bool, asked: &Option<Asked>| asked.as_ref()?.granted.map(|at| address(quic, at));
        over(true, &self.quic).into_iter().chain(over(false, &self.tcp))
    }

    /// The network is another one: what was granted is gone, and another router is asked.
    pub(super) fn forget(&mut self) {
        // It may be the same network after all, and the same router.
        self.ending.extend([self.quic.take(), self.tcp.take()].into_iter().flatten().map(Asked::end));
    }

    /// Takes back what was granted. Gives the router a moment if there was anything.
    pub(super) async fn end(self) {
        let granted = self.granted().next().is_some() || !self.ending.is_empty();
        let _ending: Vec<_> = [self.quic, self.tcp].into_iter().flatten().map(Asked::end).chain(self.ending).collect();
        if granted {
            tokio::time::sleep(FAREWELL).await;
        }
    }
}

impl Task {
    /// Asks the router from now on, or no longer.
    pub(super) fn port_mapping(&mut self, on: bool) {
        self.mapping.on = on;
        self.tend_mapping();
    }

    pub(super) fn tend_mapping(&mut self) {
        let wanted = self.mapping.on && !self.own.lab && !self.own.relay_only;
        let now = Instant::now();
        self.mapping.ending.retain(|(_client, since)| since.elapsed() < FAREWELL);
        for quic in [true, false] {
            let port = if wanted { self.private_port(quic) } else { None };
            let slot = if quic { &mut self.mapping.quic } else { &mut self.mapping.tcp };
            let before = slot.as_ref().and_then(|asked| asked.granted);
            if slot.as_ref().map(|asked| asked.port) != port {
                self.mapping.ending.extend(slot.take().map(Asked::end));
                *slot = port.map(|port| Asked::new(quic, port, now));
            }
            let granted = slot.as_mut().and_then(|asked| {
                asked.tend(now, &self.mapping.tracker);
                asked.granted
            });
            if before != granted {
                self.granted(before.map(|at| address(quic, at)), granted.map(|at| address(quic, at)));
            }
        }
    }

    fn granted(&mut self, before: Option<Multiaddr>, now: Option<Multiaddr>) {
        tracing::info!(granted = now.is_some(), "the router was asked to let others in");
        if let Some(before) = before {
            self.swarm.remove_external_address(&before);
            self.refresh_own();
        }
        // Behind another router of the provider the address is private, and leads nowhere.
        if let Some(now) = now.filter(|now| addr::for_everybody(now, false)) {
            self.swarm.behaviour_mut().observed.granted(now);
        }
    }

    /// The port listened on at a private IPv4 address: behind others there is no NAT, or none that could be asked.
    fn private_port(&self, quic: bool) -> Option<NonZeroU16> {
        let private = |address: &&Multiaddr| matches!(address.iter().next(), Some(Part::Ip4(ip)) if ip.is_private() && !addr::is_circuit(address));
        let over = if quic { addr::Over::Quic } else { addr::Over::Tcp };
        let shapes = self.swarm.listeners().filter(private).filter_map(addr::shape);
        NonZeroU16::new(shapes.into_iter().find(|shape| shape.over == over)?.port)
    }
}

fn address(quic: bool, at: SocketAddrV4) -> Multiaddr {
    let host = Multiaddr::empty().with(Part::Ip4(*at.ip()));
    if quic { host.with(Part::Udp(at.port())).with(Part::QuicV1) } else { host.with(Part::Tcp(at.port())) }
}
