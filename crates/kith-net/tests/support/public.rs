//! A peer that looks like a bootstrap node and says what the test wants: records, cards, addresses of others.

use std::time::Duration;

use futures::StreamExt;
use kith_crypto::SigningKey;
use kith_wire::TransportId;
use libp2p::{
    Multiaddr, PeerId, StreamProtocol, Swarm, SwarmBuilder, gossipsub, identify,
    identity::Keypair,
    kad,
    swarm::{NetworkBehaviour, SwarmEvent},
};

#[derive(NetworkBehaviour)]
pub(crate) struct Behaviour {
    identify: identify::Behaviour,
    kad: kad::Behaviour<kad::store::MemoryStore>,
    gossip: gossipsub::Behaviour,
}

/// The peer.
pub(crate) struct Public {
    pub(crate) id: TransportId,
    pub(crate) key: SigningKey,
    swarm: Swarm<Behaviour>,
}

impl Public {
    /// A peer that listens on a free loopback port.
    pub(crate) fn new() -> Self {
        let key = SigningKey::generate();
        let keypair = Keypair::ed25519_from_bytes(*key.seed()).expect("key");
        let me = keypair.public().to_peer_id();
        let config = kad::Config::new(StreamProtocol::new("/kith/kad/1.0.0"));
        let mut kad = kad::Behaviour::with_config(me, kad::store::MemoryStore::new(me), config);
        kad.set_mode(Some(kad::Mode::Server));
        let gossip = gossipsub::ConfigBuilder::default()
            .heartbeat_interval(Duration::from_millis(200))
            .build()
            .expect("configuration");
        let author = gossipsub::MessageAuthenticity::Signed(keypair.clone());
        let mut gossip = gossipsub::Behaviour::new(author, gossip).expect("gossip");
        gossip.subscribe(&topic()).expect("subscribed");
        let behaviour = Behaviour {
            identify: identify::Behaviour::new(identify::Config::new("/kith/1.0.0".to_owned(), keypair.public())),
            kad,
            gossip,
        };
        let mut swarm = SwarmBuilder::with_existing_identity(keypair)
            .with_tokio()
            .with_quic()
            .with_behaviour(|_| behaviour)
            .expect("infallible")
            .with_swarm_config(|config| config.with_idle_connection_timeout(Duration::from_secs(60)))
            .build();
        swarm.listen_on(super::QUIC.parse().expect("address")).expect("listening");
        Self { id: TransportId::from_bytes(key.public().to_bytes()), key, swarm }
    }

    /// It keeps no records from now on, and nobody is led to it by looking for some.
    pub(crate) fn keep_no_records(&mut self) {
        self.swarm.behaviour_mut().kad.set_mode(Some(kad::Mode::Client));
    }

    /// Its address with the peer id.
    pub(crate) async fn address(&mut self) -> String {
        loop {
            if let SwarmEvent::NewListenAddr { address, .. } = self.swarm.select_next_some().await {
                return format!("{address}/p2p/{}", self.swarm.local_peer_id());
            }
        }
    }

    /// Claims to its askers that somebody is at these addresses.
    pub(crate) fn claim(&mut self, addresses: &[String]) {
        let somebody = PeerId::random();
        for address in addresses {
            let address: Multiaddr = address.parse().expect("address");
            self.swarm.behaviour_mut().kad.add_address(&somebody, address);
        }
    }

    /// Runs until somebody looked a record up.
    pub(crate) async fn asked(&mut self) {
        loop {
            if let SwarmEvent::Behaviour(BehaviourEvent::Kad(kad::Event::InboundRequest {
                request: kad::InboundRequest::GetRecord { num_closer_peers, .. },
            })) = self.swarm.select_next_some().await
            {
                assert!(num_closer_peers > 0, "the claim is told");
                return;
            }
        }
    }

    /// Dials a node and runs until it takes part in peer exchange.
    pub(crate) async fn join(&mut self, address: &str) {
        self.swarm.dial(address.parse::<Multiaddr>().expect("address")).expect("dialled");
        loop {
            if let SwarmEvent::Behaviour(BehaviourEvent::Gossip(gossipsub::Event::Subscribed { .. })) =
                self.swarm.select_next_some().await
            {
                return;
            }
        }
    }

    /// Publishes bytes in peer exchange.
    pub(crate) fn publish(&mut self, bytes: Vec<u8>) {
        self.swarm.behaviour_mut().gossip.publish(topic(), bytes).expect("published");
    }

    /// Runs until the node at this address, which ends with its peer id, has dialled it.
    pub(crate) async fn visited(&mut self, by: &str) {
        loop {
            if let SwarmEvent::ConnectionEstablished { peer_id, endpoint, .. } = self.swarm.select_next_some().await
                && endpoint.is_listener()
                && by.ends_with(&peer_id.to_string())
            {
                return;
            }
        }
    }

    /// Runs for ever.
    pub(crate) async fn run(&mut self) {
        loop {
            self.swarm.select_next_some().await;
        }
    }

    /// Hangs up on everybody who comes, and counts them, for this long.
    pub(crate) async fn count_visits(&mut self, lasting: Duration) -> u32 {
        let mut visits = 0;
        let counting = async {
            loop {
                if let SwarmEvent::ConnectionEstablished { peer_id, .. } = self.swarm.select_next_some().await {
                    visits += 1;
                    self.swarm.disconnect_peer_id(peer_id).expect("connected");
                }
            }
        };
        if tokio::time::timeout(lasting, counting).await.is_ok() {
            panic!("it never ends by itself");
        }
        visits
    }
}

fn topic() -> gossipsub::IdentTopic {
    gossipsub::IdentTopic::new("/kith/1/peers")
}
