//! STUN and TURN as a call would use them: with the client of the webrtc stack, from sockets of their own.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::BytesMut;
use kith_wire::TurnCredentials;
use libp2p::Multiaddr;
use libp2p::multiaddr::Protocol as Part;
use rtc_crypto::providers::RingProvider;
use rtc_shared::{TransportContext, TransportMessage, TransportProtocol};
use rtc_turn::client::{Client, ClientConfig, Event};
use sansio::Protocol;
use tokio::net::UdpSocket;

const TIMEOUT: Duration = Duration::from_secs(8);
const GREETING: &[u8] = b"kith-bootstrap probe";
const DATAGRAM: usize = 2 * 1024;

/// A client with its socket.
struct Conversation {
    socket: UdpSocket,
    local: SocketAddr,
    server: SocketAddr,
    client: Client,
}

/// Asks the STUN servers at `addresses` (`/HOST/udp/PORT`) one after the other where this machine is seen; says in words
/// what the first that answers said.
///
/// # Errors
/// What went wrong with the last, in words.
pub async fn try_stun(addresses: Vec<String>) -> Result<String, String> {
    let mut failure = "the node names no address for it".to_owned();
    for address in addresses {
        let Some(server) = resolve(&address).await else { continue };
        match tokio::time::timeout(TIMEOUT / 2, reflexive(server)).await {
            Ok(Ok(seen)) => return Ok(format!("{server} sees this machine at {seen}")),
            Ok(Err(error)) => failure = format!("{server}: {error}"),
            Err(_elapsed) => failure = format!("{server} does not answer"),
        }
    }
    Err(failure)
}

/// Makes two allocations at a TURN server and sends a packet from one to the other; says in words that it came.
///
/// # Errors
/// What went wrong, in words.
pub async fn try_turn(credentials: TurnCredentials) -> Result<String, String> {
    let mut failure = "the node names no address for it".to_owned();
    for address in &credentials.addresses {
        let Some(server) = resolve(address).await else { continue };
        match tokio::time::timeout(TIMEOUT, relayed(server, &credentials)).await {
            Ok(Ok(relayed)) => return Ok(format!("relayed a packet from {relayed} to its other allocation")),
            Ok(Err(error)) => failure = format!("{server}: {error}"),
            Err(_elapsed) => failure = format!("{server} does not relay"),
        }
    }
    Err(failure)
}

/// The first address of the machine that a multiaddr with a UDP port leads to.
async fn resolve(address: &str) -> Option<SocketAddr> {
    let address: Multiaddr = address.parse().ok()?;
    let mut parts = address.iter();
    let host = parts.next()?;
    let Some(Part::Udp(port)) = parts.next() else { return None };
    if let Part::Ip4(ip) = host {
        return Some(SocketAddr::new(IpAddr::V4(ip), port));
    }
    if let Part::Ip6(ip) = host {
        return Some(SocketAddr::new(IpAddr::V6(ip), port));
    }
    let (Part::Dns(name) | Part::Dns4(name) | Part::Dns6(name)) = host else { return None };
    tokio::net::lookup_host((name.as_ref(), port)).await.ok()?.next()
}

async fn reflexive(server: SocketAddr) -> Result<SocketAddr, String> {
    let mut conversation = Conversation::open(server, None).await?;
    conversation.client.send_binding_request_to(Instant::now(), server).map_err(text)?;
    conversation.address().await
}

async fn relayed(server: SocketAddr, credentials: &TurnCredentials) -> Result<SocketAddr, String> {
    let (mut sender, from) = allocate(server, credentials).await?;
    let (mut receiver, to) = allocate(server, credentials).await?;
    sender.permit(from, to).await?;
    receiver.permit(to, from).await?;
    sender.client.relay(from).and_then(|mut relay| relay.send_to(Instant::now(), GREETING, to)).map_err(text)?;
    sender.flush().await?;
    loop {
        if let Answer::Data(peer, data) = receiver.answer().await?
            && data.as_ref() == GREETING
        {
            sender.give_back(from).await?;
            receiver.give_back(to).await?;
            let seen = peer == from;
            return if seen { Ok(from) } else { Err(format!("a packet of {from} came as one of {peer}")) };
        }
    }
}

async fn allocate(server: SocketAddr, credentials: &TurnCredentials) -> Result<(Conversation, SocketAddr), String> {
    let mut conversation = Conversation::open(server, Some(credentials)).await?;
    conversation.client.allocate(Instant::now()).map_err(text)?;
    let relayed = conversation.address().await.map_err(|error| format!("no allocation: {error}"))?;
    Ok((conversation, relayed))
}

/// What a server says that matters here.
enum Answer {
    Address(SocketAddr),
    Permitted,
    Data(SocketAddr, BytesMut),
}

fn read(event: Event) -> Result<Answer, String> {
    match event {
        Event::BindingResponse(_, address) | Event::AllocateResponse(_, address) => Ok(Answer::Address(address)),
        Event::CreatePermissionResponse(..) => Ok(Answer::Permitted),
        Event::DataIndicationOrChannelData(_, peer, data) => Ok(Answer::Data(peer, data)),
        Event::BindingError(_, error) | Event::AllocateError(_, error) | Event::CreatePermissionError(_, error) => {
            Err(error.to_string())
        }
        Event::TransactionTimeout(_) => Err("it does not answer".to_owned()),
        _ => Err("it says something this version does not know".to_owned()),
    }
}

impl Conversation {
    async fn open(server: SocketAddr, credentials: Option<&TurnCredentials>) -> Result<Self, String> {
        let any: IpAddr = if server.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
        let socket = UdpSocket::bind((any, 0)).await.map_err(text)?;
        let local = socket.local_addr().map_err(text)?;
        let config = ClientConfig {
            turn_serv_addr: server.to_string(),
            local_addr: local,
            transport_protocol: TransportProtocol::UDP,
            username: credentials.map(|known| known.username.clone()).unwrap_or_default(),
            password: credentials.map(|known| known.password.clone()).unwrap_or_default(),
            ..ClientConfig::default()
        };
        let client = Client::new(config, Arc::new(RingProvider::new())).map_err(text)?;
        Ok(Self { socket, local, server, client })
    }

    async fn permit(&mut self, relayed: SocketAddr, peer: SocketAddr) -> Result<(), String> {
        let mut relay = self.client.relay(relayed).map_err(text)?;
        relay.create_permission(Instant::now(), peer).map_err(text)?;
        loop {
            if let Answer::Permitted = self.answer().await.map_err(|error| format!("no permission: {error}"))? {
                return Ok(());
            }
        }
    }

    /// Ends an allocation. Nothing waits for the answer: it runs out by itself as well.
    async fn give_back(&mut self, relayed: SocketAddr) -> Result<(), String> {
        self.client.relay(relayed).and_then(|mut relay| relay.close(Instant::now())).map_err(text)?;
        self.flush().await
    }

    async fn address(&mut self) -> Result<SocketAddr, String> {
        loop {
            if let Answer::Address(address) = self.answer().await? {
                return Ok(address);
            }
        }
    }

    async fn flush(&mut self) -> Result<(), String> {
        while let Some(message) = self.client.poll_write() {
            self.socket.send_to(&message.message, message.transport.peer_addr).await.map_err(text)?;
        }
        Ok(())
    }

    /// The next answer; sends and repeats what there is to send meanwhile.
    async fn answer(&mut self) -> Result<Answer, String> {
        let mut buffer = [0; DATAGRAM];
        loop {
            self.flush().await?;
            if let Some(event) = self.client.poll_event() {
                return read(event);
            }
            let wake = self.client.poll_timeout().unwrap_or_else(|| Instant::now() + TIMEOUT);
            tokio::select! {
                received = self.socket.recv_from(&mut buffer) => {
                    let (len, from) = received.map_err(text)?;
                    if from != self.server {
                        continue;
                    }
                    let transport = TransportContext {
                        local_addr: self.local,
                        peer_addr: from,
                        transport_protocol: TransportProtocol::UDP,
                        ecn: None,
                    };
                    let message = BytesMut::from(buffer.get(..len).unwrap_or_default());
                    let read = TransportMessage { now: Instant::now(), transport, message };
                    self.client.handle_read(read).map_err(text)?;
                }
                () = tokio::time::sleep_until(wake.into()) => {
                    self.client.handle_timeout(Instant::now()).map_err(text)?;
                }
            }
        }
    }
}

fn text(error: impl ToString) -> String {
    error.to_string()
}
