//! `/kith/mailbox/1` on the main connections, switched on and off while the node runs.
//!
//! A connection is offered the protocol if it was made while the switch was on. Whoever asks for mail makes a connection
//! of their own for it, so those that were there before do not matter.

use std::collections::HashMap;
use std::task::{Context, Poll};

use libp2p::PeerId;
use libp2p::core::transport::PortUse;
use libp2p::core::{Endpoint, Multiaddr};
use libp2p::swarm::derive_prelude::Either;
use libp2p::swarm::{
    ConnectionClosed, ConnectionDenied, ConnectionId, FromSwarm, NetworkBehaviour, THandler, THandlerInEvent,
    THandlerOutEvent, ToSwarm, dummy,
};

use super::{MailboxBehaviour, MailboxEvent, behaviour};
use kith_wire::MailboxResponse;
use libp2p::request_response::{ProtocolSupport, ResponseChannel};

/// The protocol, offered or not.
pub(crate) struct Switch {
    on: bool,
    inner: MailboxBehaviour,
    /// The connections it was offered on: `inner` knows of no others.
    offered: HashMap<ConnectionId, PeerId>,
}

impl Switch {
    /// Switched off.
    pub(crate) fn new() -> Self {
        Self { on: false, inner: behaviour(ProtocolSupport::Inbound), offered: HashMap::new() }
    }

    /// Offers the protocol on new connections, or on none.
    pub(crate) fn set(&mut self, on: bool) {
        self.on = on;
    }

    /// Answers a request; gives the answer back if whoever asked is gone.
    pub(crate) fn answer(
        &mut self,
        channel: ResponseChannel<MailboxResponse>,
        response: MailboxResponse,
    ) -> Result<(), MailboxResponse> {
        self.inner.send_response(channel, response)
    }
}

impl NetworkBehaviour for Switch {
    type ConnectionHandler = Either<THandler<MailboxBehaviour>, dummy::ConnectionHandler>;
    type ToSwarm = MailboxEvent;

    fn handle_established_inbound_connection(
        &mut self,
        id: ConnectionId,
        peer: PeerId,
        local: &Multiaddr,
        remote: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        if !self.on {
            return Ok(Either::Right(dummy::ConnectionHandler));
        }
        let handler = self.inner.handle_established_inbound_connection(id, peer, local, remote)?;
        self.offered.insert(id, peer);
        Ok(Either::Left(handler))
    }

    /// Nobody is asked: what this node dials is for something else.
    fn handle_established_outbound_connection(
        &mut self,
        _: ConnectionId,
        _: PeerId,
        _: &Multiaddr,
        _: Endpoint,
        _: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        Ok(Either::Right(dummy::ConnectionHandler))
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "events about connections are the two that name one")]
    fn on_swarm_event(&mut self, event: FromSwarm<'_>) {
        match event {
            FromSwarm::ConnectionClosed(closed) => {
                if self.offered.remove(&closed.connection_id).is_some() {
                    let remaining_established = self.offered.values().filter(|peer| **peer == closed.peer_id).count();
                    let closed = ConnectionClosed { remaining_established, ..closed };
                    self.inner.on_swarm_event(FromSwarm::ConnectionClosed(closed));
                }
            }
            FromSwarm::AddressChange(change) if !self.offered.contains_key(&change.connection_id) => {}
            FromSwarm::ListenFailure(failure) => {
                // Another behaviour refused the connection.
                self.offered.remove(&failure.connection_id);
            }
            other => self.inner.on_swarm_event(other),
        }
    }

    fn on_connection_handler_event(&mut self, peer: PeerId, id: ConnectionId, event: THandlerOutEvent<Self>) {
        match event {
            Either::Left(event) => {
                if self.offered.contains_key(&id) {
                    self.inner.on_connection_handler_event(peer, id, event);
                }
            }
            Either::Right(never) => match never {},
        }
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<ToSwarm<Self::ToSwarm, THandlerInEvent<Self>>> {
        self.inner.poll(cx).map(|event| event.map_in(Either::Left))
    }
}
