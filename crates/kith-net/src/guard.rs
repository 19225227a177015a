//! Who may knock how often, and where this node never dials.
//!
//! Inbound: one neighbourhood of addresses may start a few handshakes per minute and hold a few at once. Outbound: other
//! behaviours (hole punching, record queries) dial addresses they were told; those pass the same filter as ours.

use std::{
    collections::{BTreeMap, BTreeSet},
    convert::Infallible,
    net::IpAddr,
    task::{Context, Poll},
    time::Instant,
};

use libp2p::{
    Multiaddr, PeerId,
    core::{Endpoint, transport::PortUse},
    swarm::{
        ConnectionDenied, ConnectionId, FromSwarm, NetworkBehaviour, THandler, THandlerInEvent, THandlerOutEvent,
        ToSwarm, dummy,
    },
};

use crate::{
    addr::{self, Source},
    limiter::Limiter,
};

/// New inbound connections per minute from one neighbourhood.
const INBOUND_PER_MINUTE: u32 = 20;
/// Handshakes under way from one neighbourhood.
const PENDING_PER_NETWORK: usize = 8;

/// Why a connection was not made.
#[derive(Clone, Copy, Debug, thiserror::Error)]
pub(crate) enum Refused {
    /// Too many from there.
    #[error("too many connections from this network")]
    TooMany,
    /// The address filter forbids it.
    #[error("this address is never dialled")]
    Address,
}

/// See the module documentation.
pub(crate) struct Behaviour {
    limiter: Limiter,
    pending: BTreeMap<ConnectionId, IpAddr>,
    trusted: BTreeSet<PeerId>,
    /// This node only listens on loopback.
    pub(crate) lab: bool,
}

impl Behaviour {
    pub(crate) fn new() -> Self {
        Self {
            limiter: Limiter::new(INBOUND_PER_MINUTE),
            pending: BTreeMap::new(),
            trusted: BTreeSet::new(),
            lab: false,
        }
    }

    /// Configured bootstraps are dialled wherever the user said.
    pub(crate) fn trust(&mut self, peer: PeerId, trust: bool) {
        if trust {
            self.trusted.insert(peer);
        } else {
            self.trusted.remove(&peer);
        }
    }

    fn may_dial(&self, address: &Multiaddr) -> bool {
        let is_bootstrap = |peer: &PeerId| self.trusted.contains(peer);
        addr::may_dial(address, Source::Contact, self.lab, is_bootstrap)
            || addr::may_dial(address, Source::LocalNetwork, self.lab, is_bootstrap)
    }
}

impl NetworkBehaviour for Behaviour {
    type ConnectionHandler = dummy::ConnectionHandler;
    type ToSwarm = Infallible;

    fn handle_pending_inbound_connection(
        &mut self,
        id: ConnectionId,
        _: &Multiaddr,
        remote: &Multiaddr,
    ) -> Result<(), ConnectionDenied> {
        let Some(ip) = addr::ip_of(remote).filter(|ip| !ip.is_loopback()) else { return Ok(()) };
        let network = addr::neighbourhood(ip);
        let pending = self.pending.values().filter(|other| **other == network).count();
        if pending >= PENDING_PER_NETWORK || !self.limiter.admit_address(ip, Instant::now()) {
            return Err(ConnectionDenied::new(Refused::TooMany));
        }
        self.pending.insert(id, network);
        Ok(())
    }

    fn handle_established_inbound_connection(
        &mut self,
        id: ConnectionId,
        _: PeerId,
        _: &Multiaddr,
        _: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        self.pending.remove(&id);
        Ok(dummy::ConnectionHandler)
    }

    fn handle_pending_outbound_connection(
        &mut self,
        _: ConnectionId,
        peer: Option<PeerId>,
        addresses: &[Multiaddr],
        _: Endpoint,
    ) -> Result<Vec<Multiaddr>, ConnectionDenied> {
        if peer.is_some_and(|peer| self.trusted.contains(&peer)) || addresses.iter().all(|a| self.may_dial(a)) {
            return Ok(Vec::new());
        }
        Err(ConnectionDenied::new(Refused::Address))
    }

    fn handle_established_outbound_connection(
        &mut self,
        _: ConnectionId,
        _: PeerId,
        _: &Multiaddr,
        _: Endpoint,
        _: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        Ok(dummy::ConnectionHandler)
    }

    fn on_swarm_event(&mut self, event: FromSwarm<'_>) {
        if let FromSwarm::ListenFailure(failure) = event {
            self.pending.remove(&failure.connection_id);
        }
    }

    fn on_connection_handler_event(&mut self, _: PeerId, _: ConnectionId, event: THandlerOutEvent<Self>) {
        match event {}
    }

    fn poll(&mut self, _: &mut Context<'_>) -> Poll<ToSwarm<Self::ToSwarm, THandlerInEvent<Self>>> {
        Poll::Pending
    }
}
