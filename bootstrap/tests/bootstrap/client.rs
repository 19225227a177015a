//! A libp2p client that can also misbehave.

use std::io;
use std::time::Duration;

use futures::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, StreamExt};
use kith_crypto::SigningKey;
use kith_net::mailbox::{self, MailboxBehaviour, MailboxFrame};
use kith_net::services::{self, ServicesBehaviour};
use kith_net::slot::{self, SLOT_PROTOCOL, SlotBehaviour};
use kith_wire::{
    MailboxOperation, MailboxRequest, MailboxResponse, ServicesRequest, ServicesResponse, SlotRequest, SlotResponse,
    TransportId,
};
use libp2p::identity::Keypair;
use libp2p::multiaddr::Protocol;
use libp2p::request_response::{self, ProtocolSupport};
use libp2p::swarm::{NetworkBehaviour, SwarmEvent};
use libp2p::{
    Multiaddr, PeerId, StreamProtocol, Swarm, SwarmBuilder, gossipsub, identify, kad, noise, relay, tcp, yamux,
};

use crate::node::PATIENCE;

/// How long to listen between two looks at a condition.
const POLL: Duration = Duration::from_millis(20);

/// Sends bytes as they are, reads until the other side closes.
#[derive(Debug, Clone, Default)]
pub(crate) struct RawCodec;

impl request_response::Codec for RawCodec {
    type Protocol = StreamProtocol;
    type Request = Vec<u8>;
    type Response = Vec<u8>;

    async fn read_request<T: AsyncRead + Unpin + Send>(
        &mut self,
        _: &StreamProtocol,
        _: &mut T,
    ) -> io::Result<Vec<u8>> {
        Err(io::ErrorKind::Unsupported.into())
    }

    async fn read_response<T: AsyncRead + Unpin + Send>(
        &mut self,
        _: &StreamProtocol,
        io: &mut T,
    ) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        io.read_to_end(&mut bytes).await?;
        Ok(bytes)
    }

    async fn write_request<T: AsyncWrite + Unpin + Send>(
        &mut self,
        _: &StreamProtocol,
        io: &mut T,
        request: Vec<u8>,
    ) -> io::Result<()> {
        io.write_all(&request).await
    }

    async fn write_response<T: AsyncWrite + Unpin + Send>(
        &mut self,
        _: &StreamProtocol,
        _: &mut T,
        _: Vec<u8>,
    ) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

#[derive(NetworkBehaviour)]
pub(crate) struct Behaviour {
    pub(crate) identify: identify::Behaviour,
    pub(crate) relay: relay::client::Behaviour,
    pub(crate) gossip: gossipsub::Behaviour,
    pub(crate) kad: kad::Behaviour<kad::store::MemoryStore>,
    pub(crate) slots: SlotBehaviour,
    pub(crate) mailbox: MailboxBehaviour,
    pub(crate) services: ServicesBehaviour,
}

#[derive(NetworkBehaviour)]
pub(crate) struct RawBehaviour {
    slots: request_response::Behaviour<RawCodec>,
}

pub(crate) type Event = SwarmEvent<BehaviourEvent>;

/// Runs `future`, which must end in time.
async fn in_time<T>(what: &str, future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future).await.unwrap_or_else(|_| panic!("waited too long until {what}"))
}

/// A well-behaved client.
pub(crate) struct Client {
    pub(crate) key: SigningKey,
    pub(crate) swarm: Swarm<Behaviour>,
    pub(crate) server: PeerId,
}

impl Client {
    /// A client that is not connected yet.
    pub(crate) fn new() -> Self {
        let key = SigningKey::generate();
        let keypair = Keypair::ed25519_from_bytes(*key.seed()).unwrap();
        let mut swarm = SwarmBuilder::with_existing_identity(keypair)
            .with_tokio()
            .with_tcp(tcp::Config::default(), noise::Config::new, yamux::Config::default)
            .unwrap()
            .with_relay_client(noise::Config::new, yamux::Config::default)
            .unwrap()
            .with_behaviour(|key, relay| {
                let peer = key.public().to_peer_id();
                let gossip = gossipsub::ConfigBuilder::default().heartbeat_interval(Duration::from_millis(200)).build();
                let mut kad = kad::Behaviour::with_config(
                    peer,
                    kad::store::MemoryStore::new(peer),
                    kad::Config::new(StreamProtocol::new("/kith/kad/1.0.0")),
                );
                kad.set_mode(Some(kad::Mode::Client));
                Behaviour {
                    identify: identify::Behaviour::new(identify::Config::new("/kith/1.0.0".into(), key.public())),
                    relay,
                    gossip: gossipsub::Behaviour::new(
                        gossipsub::MessageAuthenticity::Signed(key.clone()),
                        gossip.unwrap(),
                    )
                    .unwrap(),
                    kad,
                    slots: slot::behaviour(ProtocolSupport::Outbound),
                    mailbox: mailbox::behaviour(ProtocolSupport::Outbound),
                    services: services::behaviour(ProtocolSupport::Outbound),
                }
            })
            .unwrap()
            .with_swarm_config(|config| config.with_idle_connection_timeout(PATIENCE))
            .build();
        swarm.listen_on("/ip4/127.0.0.1/tcp/0".parse().unwrap()).unwrap();
        Self { key, swarm, server: PeerId::random() }
    }

    /// A client connected to `address`.
    pub(crate) async fn connected(address: &str) -> Self {
        let mut client = Self::new();
        assert!(client.connect(address).await, "no connection");
        client
    }

    /// Connects; `false` if that fails.
    pub(crate) async fn connect(&mut self, address: &str) -> bool {
        let address: Multiaddr = address.parse().unwrap();
        let Some(Protocol::P2p(server)) = address.iter().last() else { panic!("no peer in {address}") };
        self.server = server;
        self.wait("the client listens", |event| matches!(event, SwarmEvent::NewListenAddr { .. })).await;
        self.swarm.dial(address.clone()).unwrap();
        let mut connected = false;
        self.wait("the dial has an outcome", |event| {
            connected = matches!(event, SwarmEvent::ConnectionEstablished { peer_id, .. } if *peer_id == server);
            connected || matches!(event, SwarmEvent::OutgoingConnectionError { .. })
        })
        .await;
        self.swarm.behaviour_mut().kad.add_address(&server, address);
        connected
    }

    /// Waits for an event.
    pub(crate) async fn wait(&mut self, what: &str, mut is_it: impl FnMut(&Event) -> bool) -> Event {
        in_time(what, async {
            loop {
                let event = self.swarm.select_next_some().await;
                if is_it(&event) {
                    return event;
                }
            }
        })
        .await
    }

    /// Keeps the connection going until `condition` holds.
    pub(crate) async fn poll_until(&mut self, what: &str, mut condition: impl FnMut() -> bool) {
        in_time(what, async {
            while !condition() {
                let _nothing_happened = tokio::time::timeout(POLL, self.swarm.select_next_some()).await;
            }
        })
        .await;
    }

    /// Asks the node about a slot.
    pub(crate) async fn ask(&mut self, request: SlotRequest) -> SlotResponse {
        let server = self.server;
        self.swarm.behaviour_mut().slots.send_request(&server, request);
        let event = self.wait("the slot request is answered", |event| {
            matches!(event, SwarmEvent::Behaviour(BehaviourEvent::Slots(_)))
        });
        let event = event.await;
        let SwarmEvent::Behaviour(BehaviourEvent::Slots(request_response::Event::Message {
            message: request_response::Message::Response { response, .. },
            ..
        })) = event
        else {
            panic!("no answer: {event:?}")
        };
        response
    }

    /// Asks the node about its services.
    pub(crate) async fn services(&mut self, request: ServicesRequest) -> ServicesResponse {
        let server = self.server;
        self.swarm.behaviour_mut().services.send_request(&server, request);
        let event = self.wait("the services request is answered", |event| {
            matches!(event, SwarmEvent::Behaviour(BehaviourEvent::Services(_)))
        });
        let event = event.await;
        let SwarmEvent::Behaviour(BehaviourEvent::Services(request_response::Event::Message {
            message: request_response::Message::Response { response, .. },
            ..
        })) = event
        else {
            panic!("no answer: {event:?}")
        };
        response
    }

    /// Asks the node, whose key is `mailbox`, about a queue; signed with `key`.
    pub(crate) async fn mail(
        &mut self,
        mailbox: &TransportId,
        operation: &MailboxOperation,
        key: &SigningKey,
    ) -> MailboxResponse {
        let (me, server) = (self.key.public().into(), self.server);
        let frame = MailboxFrame(MailboxRequest::encode(operation, key, mailbox, &me));
        self.swarm.behaviour_mut().mailbox.send_request(&server, frame);
        let event = self.wait("the mail request is answered", |event| {
            matches!(event, SwarmEvent::Behaviour(BehaviourEvent::Mailbox(_)))
        });
        let event = event.await;
        let SwarmEvent::Behaviour(BehaviourEvent::Mailbox(request_response::Event::Message {
            message: request_response::Message::Response { response, .. },
            ..
        })) = event
        else {
            panic!("no answer: {event:?}")
        };
        response
    }
}

/// Sends `bytes` on a slot stream; gives what came back, or `None` if the stream was reset.
pub(crate) async fn send_raw(address: &str, bytes: Vec<u8>) -> Option<Vec<u8>> {
    let address: Multiaddr = address.parse().unwrap();
    let Some(Protocol::P2p(server)) = address.iter().last() else { panic!("no peer in {address}") };
    let mut swarm = SwarmBuilder::with_new_identity()
        .with_tokio()
        .with_tcp(tcp::Config::default(), noise::Config::new, yamux::Config::default)
        .unwrap()
        .with_behaviour(|_| RawBehaviour {
            slots: request_response::Behaviour::with_codec(
                RawCodec,
                [(SLOT_PROTOCOL, ProtocolSupport::Outbound)],
                request_response::Config::default(),
            ),
        })
        .unwrap()
        .build();
    swarm.add_peer_address(server, address);
    swarm.behaviour_mut().slots.send_request(&server, bytes);
    in_time("the node reacts to raw bytes", async {
        loop {
            if let SwarmEvent::Behaviour(RawBehaviourEvent::Slots(event)) = swarm.select_next_some().await {
                let request_response::Event::Message {
                    message: request_response::Message::Response { response, .. },
                    ..
                } = event
                else {
                    return None;
                };
                return Some(response).filter(|bytes| !bytes.is_empty());
            }
        }
    })
    .await
}
