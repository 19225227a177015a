//! Hole punching that can be switched off: both sides of it tell each other their addresses.

use std::task::{Context, Poll};

use either::Either;
use libp2p::{
    Multiaddr, PeerId,
    core::{Endpoint, transport::PortUse},
    dcutr,
    swarm::{
        ConnectionDenied, ConnectionId, FromSwarm, NetworkBehaviour, NewExternalAddrCandidate, THandler,
        THandlerInEvent, THandlerOutEvent, ToSwarm, dummy,
    },
};

use crate::addr;

/// See the module documentation.
pub(crate) struct Behaviour {
    inner: dcutr::Behaviour,
    /// Circuits made from now on speak of no addresses. Direct connections it hears of either way: it counts them, and ends
    /// the program over one it does not know.
    pub(crate) off: bool,
}

impl Behaviour {
    pub(crate) fn new(me: PeerId) -> Self {
        Self { inner: dcutr::Behaviour::new(me), off: false }
    }
}

impl NetworkBehaviour for Behaviour {
    type ConnectionHandler = THandler<dcutr::Behaviour>;
    type ToSwarm = dcutr::Event;

    fn handle_established_inbound_connection(
        &mut self,
        id: ConnectionId,
        peer: PeerId,
        local: &Multiaddr,
        remote: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        if self.off && addr::is_circuit(local) {
            return Ok(Either::Right(dummy::ConnectionHandler));
        }
        self.inner.handle_established_inbound_connection(id, peer, local, remote)
    }

    fn handle_established_outbound_connection(
        &mut self,
        id: ConnectionId,
        peer: PeerId,
        address: &Multiaddr,
        role: Endpoint,
        port_use: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        if self.off && addr::is_circuit(address) {
            return Ok(Either::Right(dummy::ConnectionHandler));
        }
        self.inner.handle_established_outbound_connection(id, peer, address, role, port_use)
    }

    fn on_swarm_event(&mut self, event: FromSwarm<'_>) {
        // identify takes what the other end of a circuit sees for an address.
        if let FromSwarm::NewExternalAddrCandidate(NewExternalAddrCandidate { addr }) = event
            && addr::shape(addr).is_none_or(|shape| shape.relay.is_some())
        {
            return;
        }
        self.inner.on_swarm_event(event);
    }

    fn on_connection_handler_event(&mut self, peer: PeerId, id: ConnectionId, event: THandlerOutEvent<Self>) {
        self.inner.on_connection_handler_event(peer, id, event);
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<ToSwarm<Self::ToSwarm, THandlerInEvent<Self>>> {
        self.inner.poll(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn switched_off_it_says_nothing_on_a_circuit_and_counts_what_is_direct() {
        let mut punch = Behaviour::new(PeerId::random());
        let (peer, id) = (PeerId::random(), ConnectionId::new_unchecked);
        let direct: Multiaddr = "/ip4/9.9.9.9/udp/4100/quic-v1".parse().unwrap();
        let circuit: Multiaddr = format!("{direct}/p2p/{}/p2p-circuit", PeerId::random()).parse().unwrap();
        let mut speaks = |off, number, local: &Multiaddr| {
            punch.off = off;
            let inbound = punch.handle_established_inbound_connection(id(number), peer, local, &direct).unwrap();
            let (role, port_use) = (Endpoint::Dialer, PortUse::Reuse);
            let outbound =
                punch.handle_established_outbound_connection(id(number + 1), peer, local, role, port_use).unwrap();
            assert_eq!(inbound.is_left(), outbound.is_left());
            inbound.is_left()
        };
        assert!(speaks(false, 1, &circuit));
        assert!(!speaks(true, 3, &circuit));
        assert!(!speaks(true, 5, &direct));
        let endpoint = libp2p::core::ConnectedPoint::Listener { local_addr: direct.clone(), send_back_addr: direct };
        punch.on_swarm_event(FromSwarm::ConnectionClosed(libp2p::swarm::behaviour::ConnectionClosed {
            peer_id: peer,
            connection_id: id(5),
            endpoint: &endpoint,
            cause: None,
            remaining_established: 1,
        }));
    }
}
