//! What others say about where this node is.
//!
//! identify believes everybody: whatever a stranger claims to see becomes an address that servers of AutoNAT are asked to knock
//! at. So a stranger could send them to somebody else, at the cost of our traffic. Here only those are believed who were chosen,
//! the bootstrap nodes; what several others agree on is handed on by [`crate::observed`].

use std::{
    collections::{BTreeSet, VecDeque},
    task::{Context, Poll, Waker},
};

use libp2p::{
    Multiaddr, PeerId,
    core::{Endpoint, transport::PortUse},
    identify,
    swarm::{
        ConnectionDenied, ConnectionId, FromSwarm, NetworkBehaviour, THandler, THandlerInEvent, THandlerOutEvent,
        ToSwarm,
    },
};

use crate::wss;

/// identify, with a choice of whom to believe.
pub(crate) struct Behaviour {
    inner: identify::Behaviour,
    believed: BTreeSet<PeerId>,
    queue: VecDeque<ToSwarm<identify::Event, THandlerInEvent<identify::Behaviour>>>,
}

impl Behaviour {
    pub(crate) fn new(inner: identify::Behaviour) -> Self {
        Self { inner, believed: BTreeSet::new(), queue: VecDeque::new() }
    }

    /// Whether this peer is believed from now on.
    pub(crate) fn believe(&mut self, peer: PeerId, believe: bool) {
        if believe {
            self.believed.insert(peer);
        } else {
            self.believed.remove(&peer);
        }
    }
}

impl NetworkBehaviour for Behaviour {
    type ConnectionHandler = <identify::Behaviour as NetworkBehaviour>::ConnectionHandler;
    type ToSwarm = identify::Event;

    fn handle_established_inbound_connection(
        &mut self,
        id: ConnectionId,
        peer: PeerId,
        local: &Multiaddr,
        remote: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        self.inner.handle_established_inbound_connection(id, peer, local, remote)
    }

    fn handle_pending_outbound_connection(
        &mut self,
        id: ConnectionId,
        peer: Option<PeerId>,
        addresses: &[Multiaddr],
        role: Endpoint,
    ) -> Result<Vec<Multiaddr>, ConnectionDenied> {
        self.inner.handle_pending_outbound_connection(id, peer, addresses, role)
    }

    fn handle_established_outbound_connection(
        &mut self,
        id: ConnectionId,
        peer: PeerId,
        address: &Multiaddr,
        role: Endpoint,
        port_use: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        self.inner.handle_established_outbound_connection(id, peer, address, role, port_use)
    }

    fn on_swarm_event(&mut self, event: FromSwarm<'_>) {
        self.inner.on_swarm_event(event);
    }

    fn on_connection_handler_event(&mut self, peer: PeerId, id: ConnectionId, event: THandlerOutEvent<Self>) {
        self.inner.on_connection_handler_event(peer, id, event);
        // A candidate does not say who named it: so what follows from this peer's words is taken before others speak. The swarm
        // asks again after this, whoever is woken.
        while let Poll::Ready(said) = self.inner.poll(&mut Context::from_waker(Waker::noop())) {
            // Nobody listens where a WebSocket came from.
            let idle = |address: &Multiaddr| !self.believed.contains(&peer) || wss::is_wss(address);
            if !matches!(&said, ToSwarm::NewExternalAddrCandidate(address) if idle(address)) {
                self.queue.push_back(said);
            }
        }
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<ToSwarm<Self::ToSwarm, THandlerInEvent<Self>>> {
        self.queue.pop_front().map_or_else(|| self.inner.poll(cx), Poll::Ready)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures::StreamExt as _;
    use kith_crypto::SigningKey;
    use libp2p::{Swarm, swarm::SwarmEvent};
    use tokio_util::task::TaskTracker;

    use super::*;
    use crate::swarm;

    fn somebody() -> Swarm<Behaviour> {
        let key = SigningKey::generate();
        let public = libp2p::identity::Keypair::ed25519_from_bytes(*key.seed()).unwrap().public();
        let identify = identify::Behaviour::new(identify::Config::new("/kith/1.0.0".to_owned(), public));
        swarm::small(&key, Behaviour::new(identify), &TaskTracker::new()).unwrap()
    }

    /// Runs both until the first has something to say.
    async fn next(one: &mut Swarm<Behaviour>, other: &mut Swarm<Behaviour>) -> SwarmEvent<identify::Event> {
        let both = async {
            loop {
                tokio::select! {
                    event = one.select_next_some() => return event,
                    _ = other.select_next_some() => {}
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(20), both).await.unwrap()
    }

    #[tokio::test]
    async fn a_stranger_is_heard_and_only_who_was_chosen_is_believed() {
        let (mut node, mut stranger, mut chosen) = (somebody(), somebody(), somebody());
        node.behaviour_mut().believe(*chosen.local_peer_id(), true);
        node.listen_on("/ip4/0.0.0.0/tcp/0".parse().unwrap()).unwrap();
        let SwarmEvent::NewListenAddr { address, .. } = node.select_next_some().await else { panic!("it listens") };
        let port = address.iter().nth(1).unwrap();
        let by = |host: &str| host.parse::<Multiaddr>().unwrap().with(port.clone());
        let (from_stranger, from_chosen) = (by("/ip4/127.0.0.2"), by("/ip4/127.0.0.3"));
        stranger.dial(from_stranger).unwrap();
        while !matches!(
            next(&mut node, &mut stranger).await,
            SwarmEvent::Behaviour(identify::Event::Received { peer_id, .. }) if peer_id == *stranger.local_peer_id()
        ) {}
        chosen.dial(from_chosen.clone()).unwrap();
        let candidate = loop {
            if let SwarmEvent::NewExternalAddrCandidate { address } = next(&mut node, &mut chosen).await {
                break address;
            }
        };
        assert_eq!(candidate, from_chosen);
    }
}
