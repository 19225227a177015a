//! A peer that takes streams of one protocol and answers them when the test says so, or never.

use std::{io, time::Duration};

use futures::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, StreamExt};
use kith_crypto::SigningKey;
use kith_wire::TransportId;
use libp2p::{
    StreamProtocol, Swarm, SwarmBuilder, identify,
    identity::Keypair,
    request_response::{self, Message, ProtocolSupport, ResponseChannel},
    swarm::{NetworkBehaviour, SwarmEvent},
};

/// Pings.
pub(crate) const PING: &str = "/ipfs/ping/1.0.0";
/// Reservations.
pub(crate) const HOP: &str = "/libp2p/circuit/relay/0.2.0/hop";

/// Reads whatever comes first, writes bytes as they are.
#[derive(Clone)]
struct Bytes;

impl request_response::Codec for Bytes {
    type Protocol = StreamProtocol;
    type Request = Vec<u8>;
    type Response = Vec<u8>;

    async fn read_request<T: AsyncRead + Unpin + Send>(
        &mut self,
        _: &StreamProtocol,
        io: &mut T,
    ) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; 1024];
        let read = io.read(&mut bytes).await?;
        bytes.truncate(read);
        Ok(bytes)
    }

    async fn read_response<T: AsyncRead + Unpin + Send>(
        &mut self,
        _: &StreamProtocol,
        _: &mut T,
    ) -> io::Result<Vec<u8>> {
        Err(io::ErrorKind::Unsupported.into())
    }

    async fn write_request<T: AsyncWrite + Unpin + Send>(
        &mut self,
        _: &StreamProtocol,
        _: &mut T,
        _: Vec<u8>,
    ) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    async fn write_response<T: AsyncWrite + Unpin + Send>(
        &mut self,
        _: &StreamProtocol,
        io: &mut T,
        bytes: Vec<u8>,
    ) -> io::Result<()> {
        io.write_all(&bytes).await
    }
}

#[derive(NetworkBehaviour)]
struct Behaviour {
    identify: identify::Behaviour,
    streams: request_response::Behaviour<Bytes>,
}

/// The peer.
pub(crate) struct Holding {
    pub(crate) id: TransportId,
    /// Its address with the peer id.
    pub(crate) address: String,
    swarm: Swarm<Behaviour>,
    held: Vec<ResponseChannel<Vec<u8>>>,
}

impl Holding {
    /// A peer that listens on a free loopback port.
    pub(crate) async fn start(protocol: &'static str) -> Self {
        let key = SigningKey::generate();
        let keypair = Keypair::ed25519_from_bytes(*key.seed()).expect("key");
        let identify = identify::Config::new("/kith/1.0.0".to_owned(), keypair.public());
        let config = request_response::Config::default().with_request_timeout(Duration::from_secs(60));
        let protocols = [(StreamProtocol::new(protocol), ProtocolSupport::Inbound)];
        let behaviour = Behaviour {
            identify: identify::Behaviour::new(identify),
            streams: request_response::Behaviour::with_codec(Bytes, protocols, config),
        };
        let mut swarm = SwarmBuilder::with_existing_identity(keypair)
            .with_tokio()
            .with_quic()
            .with_behaviour(|_| behaviour)
            .expect("infallible")
            .with_swarm_config(|config| config.with_idle_connection_timeout(Duration::from_secs(60)))
            .build();
        swarm.listen_on(super::QUIC.parse().expect("address")).expect("listening");
        let address = loop {
            if let SwarmEvent::NewListenAddr { address, .. } = swarm.select_next_some().await {
                break format!("{address}/p2p/{}", swarm.local_peer_id());
            }
        };
        let id = TransportId::from_bytes(key.public().to_bytes());
        Self { id, address, swarm, held: Vec::new() }
    }

    /// Runs until a stream was opened.
    pub(crate) async fn asked(&mut self) {
        while self.held.is_empty() {
            let _left = self.step().await;
        }
    }

    /// Runs until the last connection is closed.
    pub(crate) async fn left(&mut self) {
        while !self.step().await {}
    }

    /// Runs for ever.
    pub(crate) async fn run(&mut self) {
        loop {
            let _left = self.step().await;
        }
    }

    /// Grants the reservations that were asked for.
    pub(crate) fn grant(&mut self) {
        let expires_s = super::now_ms() / 1000 + 3600;
        let address: libp2p::Multiaddr = self.address.parse().expect("address");
        let mut reservation = vec![0x08];
        reservation.extend(varint(expires_s));
        reservation.push(0x12);
        reservation.extend(varint(address.len().try_into().expect("small")));
        reservation.extend(address.to_vec());
        // HopMessage { type: STATUS, reservation, status: OK }
        let mut message = vec![0x08, 2, 0x1a];
        message.extend(varint(reservation.len().try_into().expect("small")));
        message.extend(reservation);
        message.extend([0x28, 100]);
        let mut bytes = varint(message.len().try_into().expect("small"));
        bytes.extend(message);
        for channel in self.held.drain(..) {
            // Who asked may be gone.
            drop(self.swarm.behaviour_mut().streams.send_response(channel, bytes.clone()));
        }
    }

    /// Whether the peer is connected to anybody.
    pub(crate) fn is_connected(&self) -> bool {
        self.swarm.network_info().num_peers() > 0
    }

    /// True when the last connection was closed.
    async fn step(&mut self) -> bool {
        match self.swarm.select_next_some().await {
            SwarmEvent::Behaviour(BehaviourEvent::Streams(request_response::Event::Message {
                message: Message::Request { channel, .. },
                ..
            })) => {
                self.held.push(channel);
                false
            }
            SwarmEvent::ConnectionClosed { num_established, .. } => num_established == 0,
            _ => false,
        }
    }
}

fn varint(mut number: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number >= 0x80 {
        bytes.push(u8::try_from(number & 0x7f).expect("seven bits") | 0x80);
        number >>= 7;
    }
    bytes.push(u8::try_from(number).expect("seven bits"));
    bytes
}
