//! A peer without manners: opens one of our streams and writes whatever bytes it likes.

use std::{io, time::Duration};

use futures::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, StreamExt};
use kith_crypto::SigningKey;
use libp2p::{
    Multiaddr, PeerId, StreamProtocol, Swarm, SwarmBuilder,
    identity::Keypair,
    request_response::{self, Event, Message, OutboundFailure, ProtocolSupport},
    swarm::SwarmEvent,
};

/// What is written on a stream.
#[derive(Clone, Debug)]
pub(crate) enum Script {
    /// These bytes, then the end.
    Whole(Vec<u8>),
    /// These bytes, then one byte now and then, for ever.
    Trickle(Vec<u8>),
}

/// Writes bytes as they are.
#[derive(Clone)]
pub(crate) struct Bytes;

impl request_response::Codec for Bytes {
    type Protocol = StreamProtocol;
    type Request = Script;
    type Response = Vec<u8>;

    async fn read_request<T: AsyncRead + Unpin + Send>(&mut self, _: &StreamProtocol, _: &mut T) -> io::Result<Script> {
        Err(io::ErrorKind::Unsupported.into())
    }

    async fn read_response<T: AsyncRead + Unpin + Send>(
        &mut self,
        _: &StreamProtocol,
        io: &mut T,
    ) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        io.take(1024).read_to_end(&mut bytes).await?;
        Ok(bytes)
    }

    async fn write_request<T: AsyncWrite + Unpin + Send>(
        &mut self,
        _: &StreamProtocol,
        io: &mut T,
        script: Script,
    ) -> io::Result<()> {
        let (Script::Whole(bytes) | Script::Trickle(bytes)) = &script;
        io.write_all(bytes).await?;
        io.flush().await?;
        if matches!(script, Script::Whole(_)) {
            return Ok(());
        }
        loop {
            tokio::time::sleep(Duration::from_millis(50)).await;
            io.write_all(&[0]).await?;
            io.flush().await?;
        }
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

/// How a stream ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// The other side read what it wanted and said this.
    Answered(Vec<u8>),
    /// The other side does not speak the protocol to us.
    Refused,
    /// The other side broke the stream off.
    Broken,
    /// The connection is gone, or never was.
    Disconnected,
    /// It was still open when patience ended.
    StillOpen,
}

/// The peer.
pub(crate) struct Raw {
    swarm: Swarm<request_response::Behaviour<Bytes>>,
    to: (PeerId, Multiaddr),
}

impl Raw {
    /// A peer with this key that talks `protocol` to the node at `address` (which ends in `/p2p/…`).
    pub(crate) fn new(key: &SigningKey, protocol: &'static str, address: &str) -> Self {
        let keypair = Keypair::ed25519_from_bytes(*key.seed()).expect("key");
        let config = request_response::Config::default().with_request_timeout(Duration::from_secs(8));
        let protocols = [(StreamProtocol::new(protocol), ProtocolSupport::Outbound)];
        let behaviour = request_response::Behaviour::with_codec(Bytes, protocols, config);
        let swarm = SwarmBuilder::with_existing_identity(keypair)
            .with_tokio()
            .with_quic()
            .with_behaviour(|_| behaviour)
            .expect("infallible")
            .with_swarm_config(|config| config.with_idle_connection_timeout(Duration::from_secs(60)))
            .build();
        let address: Multiaddr = address.parse().expect("address");
        let Some(libp2p::multiaddr::Protocol::P2p(peer)) = address.iter().last() else { panic!("no peer id") };
        Self { swarm, to: (peer, address) }
    }

    /// Opens a stream, dialling if needed, plays the script, and says how it ended.
    pub(crate) async fn play(&mut self, script: Script) -> Ended {
        let (peer, address) = self.to.clone();
        self.swarm.behaviour_mut().send_request_with_addresses(&peer, script, vec![address]);
        loop {
            match self.swarm.select_next_some().await {
                SwarmEvent::Behaviour(Event::Message { message: Message::Response { response, .. }, .. }) => {
                    return Ended::Answered(response);
                }
                SwarmEvent::Behaviour(Event::OutboundFailure { error, .. }) => {
                    return match error {
                        OutboundFailure::UnsupportedProtocols => Ended::Refused,
                        OutboundFailure::Io(_) => Ended::Broken,
                        OutboundFailure::Timeout => Ended::StillOpen,
                        OutboundFailure::ConnectionClosed | OutboundFailure::DialFailure => Ended::Disconnected,
                    };
                }
                _ => {}
            }
        }
    }

    /// Whether the connection still stands.
    pub(crate) fn is_connected(&self) -> bool {
        self.swarm.is_connected(&self.to.0)
    }
}
