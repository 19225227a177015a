//! Configured bootstraps: dialled for ever, kept connected, used for everything they offer.

use std::{
    error::Error,
    io,
    time::{Duration, Instant},
};

use kith_wire::ServiceDescriptor;
use libp2p::{
    Multiaddr, PeerId, StreamProtocol, TransportError,
    core::{
        ConnectedPoint,
        upgrade::{NegotiationError, ProtocolError},
    },
    noise,
    swarm::{ConnectionId, DialError, dial_opts::PeerCondition},
};

use super::services::Membership;
use super::{Task, jitter};
use crate::{
    addr,
    backoff::Backoff,
    bootstrap::{self, BootstrapError},
    limits,
    mailbox::MAILBOX_PROTOCOL,
    services::SERVICES_PROTOCOL,
    swarm::KAD_PROTOCOL,
};

const HOP: &str = "/libp2p/circuit/relay/0.2.0/hop";

/// One bootstrap node, however many addresses were configured for it.
pub(super) struct Bootstrap {
    pub(super) peer: PeerId,
    /// As configured, with the addresses each line stands for (without the peer id).
    pub(super) lines: Vec<(String, Vec<Multiaddr>)>,
    backoff: Backoff,
    next_dial: Instant,
    dialing: Option<(ConnectionId, Instant)>,
    /// The address a connection goes to.
    pub(super) connected: Option<Multiaddr>,
    pub(super) rtt_ms: Option<u32>,
    /// When it was asked whether it is still there, or connected.
    assured: Instant,
    pub(super) relay: bool,
    /// Whether it keeps records.
    pub(super) records: bool,
    /// Whether it keeps mail; `None` until it said what it does.
    pub(super) mail: Option<bool>,
    pub(super) membership: Membership,
    /// What it said of itself on this connection.
    pub(super) descriptor: Option<ServiceDescriptor>,
    /// When it is asked for that again, and how long after the last time.
    pub(super) described: (Instant, Duration),
    /// Nobody chose it: since when it is used instead of those that do not answer.
    pub(super) borrowed: Option<Instant>,
    /// Where it should be somebody answered the last attempt who speaks something else.
    pub(super) impersonated: bool,
}

impl Bootstrap {
    /// Whether a connection may come any moment.
    pub(super) fn is_dialing(&self) -> bool {
        self.dialing.is_some()
    }
}

impl Task {
    pub(super) fn add_bootstrap(&mut self, text: &str) -> Result<(), BootstrapError> {
        let (peer, addresses) = bootstrap::parse(text)?;
        if peer == self.me {
            return Err(BootstrapError::Own);
        }
        let chosen = |known: &&Bootstrap| known.borrowed.is_none();
        if self.bootstraps.iter().filter(chosen).count() >= limits::BOOTSTRAPS_MAX && !self.is_bootstrap(&peer) {
            return Err(BootstrapError::TooMany { max: limits::BOOTSTRAPS_MAX });
        }
        self.use_bootstrap(peer, vec![(text.to_owned(), addresses)], None);
        Ok(())
    }

    /// From now on it is dialled and used; `borrowed` says since when, if nobody chose it.
    pub(super) fn use_bootstrap(
        &mut self,
        peer: PeerId,
        lines: Vec<(String, Vec<Multiaddr>)>,
        borrowed: Option<Instant>,
    ) {
        let now = Instant::now();
        if let Some(known) = self.bootstraps.iter_mut().find(|known| known.peer == peer) {
            if known.borrowed.is_some() && borrowed.is_none() {
                known.borrowed = None;
                known.lines.clear();
            }
            for line in lines {
                if !known.lines.contains(&line) && known.lines.len() < limits::ADDRESSES_PER_PEER {
                    known.lines.push(line);
                }
            }
            known.next_dial = now;
        } else {
            self.bootstraps.push(Bootstrap {
                peer,
                lines,
                borrowed,
                backoff: Backoff::dial(self.tuning.dial_first),
                next_dial: now,
                dialing: None,
                connected: None,
                rtt_ms: None,
                assured: now,
                relay: false,
                records: false,
                mail: None,
                membership: Membership::Open,
                descriptor: None,
                described: (now, Duration::ZERO),
                impersonated: false,
            });
        }
        let behaviour = self.swarm.behaviour_mut();
        behaviour.limits.bypass_peer_id(&peer);
        behaviour.guard.trust(peer, true);
        behaviour.identify.believe(peer, true);
        behaviour.streams.keep(peer, true);
        self.join_again(&peer);
        self.refresh_own();
        self.tend_bootstraps(now);
    }

    pub(super) fn remove_bootstrap(&mut self, text: &str) {
        let Ok((peer, _)) = bootstrap::parse(text) else { return };
        let Some(known) = self.bootstraps.iter_mut().find(|known| known.peer == peer) else { return };
        known.lines.retain(|(line, _)| line != text);
        if known.lines.is_empty() {
            self.forget_bootstrap(&peer);
        }
    }

    /// It is not used any more.
    pub(super) fn forget_bootstrap(&mut self, peer: &PeerId) {
        let peer = *peer;
        self.bootstraps.retain(|known| known.peer != peer);
        let tracked = self.peers.contains_key(&peer);
        let behaviour = self.swarm.behaviour_mut();
        behaviour.guard.trust(peer, false);
        behaviour.identify.believe(peer, false);
        behaviour.streams.keep(peer, false);
        if !tracked {
            behaviour.limits.remove_peer_id(&peer);
        }
        if !tracked || self.is_relay(&peer) {
            self.disconnect(peer);
        }
        self.drop_relay(&peer);
    }

    pub(super) fn is_bootstrap(&self, peer: &PeerId) -> bool {
        self.bootstraps.iter().any(|known| known.peer == *peer)
    }

    pub(super) fn bootstraps_on_loopback(&self) -> bool {
        self.bootstraps.iter().flat_map(|known| &known.lines).flat_map(|(_, list)| list).all(addr::is_loopback)
    }

    /// Connected bootstraps that serve us, with the address the connection goes to.
    pub(super) fn connected_bootstraps(&self) -> impl Iterator<Item = (PeerId, Multiaddr)> {
        let serving = self.bootstraps.iter().filter(|known| known.serves());
        serving.filter_map(|known| Some((known.peer, known.connected.clone()?)))
    }

    pub(super) fn bootstrap_connected(&mut self, peer: &PeerId, endpoint: &ConnectedPoint) {
        if endpoint.is_relayed() {
            return;
        }
        let Some(known) = self.bootstraps.iter_mut().find(|known| known.peer == *peer) else { return };
        let first = known.connected.is_none();
        known.dialing = None;
        known.backoff.reset();
        known.impersonated = false;
        let address = match endpoint {
            ConnectedPoint::Dialer { address, .. } => Some(addr::without_peer(address.clone())),
            // It dialled us from wherever; what we were configured with is what others can use.
            ConnectedPoint::Listener { .. } => known.lines.iter().flat_map(|(_, addresses)| addresses).next().cloned(),
        };
        if first && let Some(address) = address {
            known.connected = Some(address.clone());
            known.assured = Instant::now();
            // Until it said what it speaks, and then let us in.
            known.membership = if known.token().is_some() {
                Membership::Asked(Instant::now() + limits::DIAL_TIMEOUT)
            } else {
                Membership::Open
            };
            let kad = &mut self.swarm.behaviour_mut().kad;
            kad.add_address(peer, address);
            tracing::debug!(%peer, "bootstrap connected");
            let now = Instant::now();
            self.hurry_peers(now);
            self.tend_peers(now);
            self.hurry_slots();
            self.hurry_requests();
        }
    }

    pub(super) fn bootstrap_disconnected(&mut self, peer: &PeerId) {
        let Some(known) = self.bootstraps.iter_mut().find(|known| known.peer == *peer) else { return };
        known.connected = None;
        known.rtt_ms = None;
        known.relay = false;
        known.records = false;
        known.mail = None;
        known.membership = Membership::Open;
        known.descriptor = None;
        let now = Instant::now();
        let pause = known.backoff.next(jitter());
        known.next_dial = if self.suspicion.went_silent(peer) { now } else { now + pause };
        self.drop_relay(peer);
        self.tend_bootstraps(now);
    }

    pub(super) fn bootstrap_identified(&mut self, peer: &PeerId, protocols: &[StreamProtocol]) {
        let Some(known) = self.bootstraps.iter_mut().find(|known| known.peer == *peer) else { return };
        known.relay = protocols.iter().any(|protocol| protocol.as_ref() == HOP);
        let news = !std::mem::replace(&mut known.records, protocols.contains(&KAD_PROTOCOL)) && known.records;
        known.mail = Some(protocols.contains(&MAILBOX_PROTOCOL));
        if matches!(known.membership, Membership::Asked(_)) && !protocols.contains(&SERVICES_PROTOCOL) {
            // A version from before there were private ones.
            known.membership = Membership::Open;
        }
        self.ask_services(peer, protocols);
        let now = Instant::now();
        self.tend_relays(now);
        if news {
            self.records_due(now);
        }
        self.tend_lookup(now);
        self.tell_mailboxes();
    }

    pub(super) fn bootstrap_dial_failed(&mut self, peer: &PeerId, connection: ConnectionId, error: &DialError) {
        let Some(known) = self.bootstraps.iter_mut().find(|known| known.peer == *peer) else { return };
        if let DialError::Transport(errors) = error {
            known.impersonated = errors.iter().any(|(_, error)| speaks_something_else(error));
        }
        if known.dialing.is_some_and(|(id, _)| id == connection) {
            known.dialing = None;
            known.next_dial = Instant::now() + known.backoff.next(jitter());
        }
    }

    pub(super) fn bootstrap_rtt(&mut self, peer: &PeerId, rtt_ms: u32) {
        if let Some(known) = self.bootstraps.iter_mut().find(|known| known.peer == *peer) {
            known.rtt_ms = Some(rtt_ms);
        }
    }

    pub(super) fn hurry_bootstraps(&mut self, now: Instant) {
        for known in &mut self.bootstraps {
            known.backoff.reset();
            known.next_dial = now;
        }
    }

    pub(super) fn tend_bootstraps(&mut self, now: Instant) {
        let mut due = Vec::new();
        for known in &mut self.bootstraps {
            if known.dialing.is_some_and(|(_, since)| now.duration_since(since) > limits::DIAL_TIMEOUT) {
                known.dialing = None;
            }
            if known.connected.is_none() && known.dialing.is_none() && known.next_dial <= now {
                let addresses: Vec<Multiaddr> = known
                    .lines
                    .iter()
                    .flat_map(|(_, addresses)| addresses)
                    .filter_map(|address| addr::with_peer(address.clone(), known.peer))
                    .take(limits::DIAL_ADDRESSES_MAX)
                    .collect();
                due.push((known.peer, addresses));
            }
        }
        let assure = self.assure_every();
        for known in self.bootstraps.iter_mut().filter(|known| known.connected.is_some()) {
            if now.duration_since(known.assured) >= assure {
                known.assured = now;
                self.swarm.behaviour_mut().streams.probe(&known.peer);
            }
        }
        for (peer, addresses) in due {
            // Another part may be dialling the same peer over a circuit; a bootstrap must be reached directly.
            let dialing = self.dial(&peer, addresses, PeerCondition::NotDialing);
            if let Some(known) = self.bootstraps.iter_mut().find(|known| known.peer == peer) {
                match dialing {
                    Some(connection) => known.dialing = Some((connection, now)),
                    None => known.next_dial = now + known.backoff.next(jitter()),
                }
            }
        }
    }
}

/// Whether an attempt failed because whoever took the connection does not know the protocol: the login page of a network, as a
/// rule. Nobody was there if it was refused, cut or timed out.
fn speaks_something_else(error: &TransportError<io::Error>) -> bool {
    let TransportError::Other(error) = error else { return false };
    let mut cause: Option<&(dyn Error + 'static)> = error.get_ref().map(|inner| inner as _);
    while let Some(error) = cause {
        let broken = |error: &io::Error| error.kind() == io::ErrorKind::InvalidData;
        match (error.downcast_ref(), error.downcast_ref::<io::Error>()) {
            (Some(noise::Error::Io(error)), _) | (_, Some(error)) if broken(error) => return true,
            (Some(noise::Error::Io(error)), _) | (_, Some(error)) => cause = error.get_ref().map(|inner| inner as _),
            (Some(_garbage), _) => return true,
            (None, None) => match error.downcast_ref::<NegotiationError>() {
                Some(NegotiationError::Failed) => return true,
                Some(NegotiationError::ProtocolError(ProtocolError::IoError(error))) => return broken(error),
                Some(NegotiationError::ProtocolError(_)) => return true,
                None => cause = error.source(),
            },
        }
    }
    false
}
