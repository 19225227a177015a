//! Bootstrap nodes that answer late, wrongly or not at all when they are asked about their services.

use futures::StreamExt;
use kith_crypto::SigningKey;
use kith_net::services::{self, ServicesBehaviour};
use kith_wire::{
    BootstrapLink, CommunityToken, ServiceDescriptor, ServicesRequest, ServicesResponse, TransportId, services::RELAY,
};
use libp2p::{
    Swarm, SwarmBuilder, identify,
    identity::Keypair,
    request_response::{Event, Message, ProtocolSupport},
    swarm::{NetworkBehaviour, SwarmEvent},
};

use crate::support::{Node, QUIC, now_ms, quick};

#[derive(NetworkBehaviour)]
struct Behaviour {
    identify: identify::Behaviour,
    services: ServicesBehaviour,
}

/// A private node that leaves the first who wants to join without an answer, and whose description is signed by `signer`.
struct Forgetful {
    key: SigningKey,
    signer: SigningKey,
    joins: u32,
    swarm: Swarm<Behaviour>,
}

impl Forgetful {
    fn new(key: SigningKey, signer: SigningKey) -> Self {
        let keypair = Keypair::ed25519_from_bytes(*key.seed()).expect("key");
        let behaviour = Behaviour {
            identify: identify::Behaviour::new(identify::Config::new("/kith/1.0.0".to_owned(), keypair.public())),
            services: services::behaviour(ProtocolSupport::Inbound),
        };
        let mut swarm = SwarmBuilder::with_existing_identity(keypair)
            .with_tokio()
            .with_quic()
            .with_behaviour(|_| behaviour)
            .expect("infallible")
            .with_swarm_config(|config| config.with_idle_connection_timeout(crate::support::PATIENCE))
            .build();
        swarm.listen_on(QUIC.parse().expect("address")).expect("listening");
        Self { key, signer, joins: 0, swarm }
    }

    async fn link(&mut self) -> String {
        let address = loop {
            if let SwarmEvent::NewListenAddr { address, .. } = self.swarm.select_next_some().await {
                break address.to_string();
            }
        };
        let link = BootstrapLink::new(TransportId::from_bytes(self.key.public().to_bytes()), vec![address], RELAY);
        link.with_token(CommunityToken::from_bytes([7; 16])).to_string()
    }

    async fn run(&mut self) {
        loop {
            let event = self.swarm.select_next_some().await;
            let SwarmEvent::Behaviour(BehaviourEvent::Services(Event::Message {
                message: Message::Request { request, channel, .. },
                ..
            })) = event
            else {
                continue;
            };
            let response = match request {
                ServicesRequest::Join { .. } => {
                    self.joins += 1;
                    if self.joins == 1 {
                        // The stream ends with the channel.
                        continue;
                    }
                    ServicesResponse::Joined
                }
                _ => ServicesResponse::Described { descriptor: self.descriptor() },
            };
            self.swarm.behaviour_mut().services.send_response(channel, response).expect("a waiting node");
        }
    }

    fn descriptor(&self) -> Vec<u8> {
        ServiceDescriptor {
            neighbours: Vec::new(),
            transport: TransportId::from_bytes(self.key.public().to_bytes()),
            issued_at_ms: now_ms(),
            services: RELAY,
            addresses: Vec::new(),
            stun: Vec::new(),
            turn: Vec::new(),
            iroh_relay: None,
            notice: "hello".to_owned(),
        }
        .sign(&self.signer)
    }
}

/// What a node sees of a bootstrap node whose description is signed by `signer`, once it is let in.
async fn seen(key: SigningKey, signer: SigningKey) -> kith_net::BootstrapStatus {
    let mut server = Forgetful::new(key, signer);
    let link = server.link().await;
    let node = Node::start_with(QUIC, quick(), SigningKey::generate(), vec![link]).await;
    let status = tokio::select! {
        status = node.status(|status| status.bootstraps.iter().all(|known| known.ok)) => status,
        () = server.run() => unreachable!("it runs for ever"),
    };
    assert_eq!(server.joins, 2, "asked again, and no more once it was let in");
    node.stop().await;
    status.bootstraps.into_iter().next().expect("the only one")
}

#[tokio::test]
async fn a_private_node_that_did_not_answer_is_asked_again() {
    let key = SigningKey::generate();
    let known = seen(key.duplicate(), key).await;
    assert_eq!((known.offers, known.notice.as_str(), known.refused), (vec!["relay"], "hello", false));
}

#[tokio::test]
async fn what_a_node_did_not_sign_is_not_believed() {
    let known = seen(SigningKey::generate(), SigningKey::generate()).await;
    assert_eq!((known.offers, known.notice.as_str()), (vec![], ""));
}
