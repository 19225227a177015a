//! Clients of a TURN server, two and two in a call.

use std::{
    cell::Cell,
    net::{Ipv4Addr, SocketAddr},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use futures::{
    StreamExt as _,
    future::{self, Either},
    stream::FuturesUnordered,
};
use kith_wire::TurnCredentials;
use libp2p::{Multiaddr, multiaddr::Protocol};
use rtc_crypto::providers::RingCrypto;
use rtc_stun::{
    attributes::{
        ATTR_CHANNEL_NUMBER, ATTR_NONCE, ATTR_REALM, ATTR_REQUESTED_TRANSPORT, ATTR_USERNAME, ATTR_XOR_PEER_ADDRESS,
        ATTR_XOR_RELAYED_ADDRESS, AttrType,
    },
    integrity::MessageIntegrity,
    message::{
        CLASS_REQUEST, CLASS_SUCCESS_RESPONSE, METHOD_ALLOCATE, METHOD_CHANNEL_BIND, Message, MessageType, Method,
        Setter as _, TransactionId,
    },
    textattrs::TextAttribute,
    xoraddr::XorMappedAddress,
};
use tokio::{net::UdpSocket, time::timeout};

/// The number of each client's one channel.
const CHANNEL: u16 = 0x4000;
const CHANNEL_HEADER: usize = 4;
/// UDP, as REQUESTED-TRANSPORT has it.
const UDP: [u8; 4] = [17, 0, 0, 0];
/// One packet of a voice every 20 ms.
const PER_SECOND: f64 = 50.0;
/// A timer of the runtime is not finer.
const TICK: Duration = Duration::from_millis(1);
/// Packets of one client that are under way in a flood.
const WINDOW: usize = 4;
/// What has not come by then was lost, and another one goes.
const LOST: Duration = Duration::from_millis(50);
const ANSWER: Duration = Duration::from_secs(2);
/// The share of a voice that must arrive: a server that drops the rest would be measured by what it did not do.
const HEARD: f64 = 0.99;
const DATAGRAM: usize = 2 * 1024;

/// Calls through one server: clients in pairs, each with an allocation, and a channel to the other's.
pub(super) struct Calls(Vec<Client>);

struct Client {
    io: UdpSocket,
    relayed: SocketAddr,
    login: Login,
}

/// What a request is signed with.
struct Login {
    username: String,
    realm: String,
    nonce: String,
    key: Vec<u8>,
}

impl Calls {
    /// Makes `count` calls possible.
    pub(super) async fn start(count: usize, given: &TurnCredentials) -> Result<Self> {
        let address: Multiaddr = given.addresses.first().context("no address")?.parse()?;
        let mut parts = address.iter();
        let (Some(Protocol::Ip4(ip)), Some(Protocol::Udp(port))) = (parts.next(), parts.next()) else {
            anyhow::bail!("{address} is not a UDP port of an IPv4 address")
        };
        let mut clients = Vec::new();
        for _ in 0..count * 2 {
            clients.push(Client::start(SocketAddr::from((ip, port)), given).await?);
        }
        for pair in clients.chunks_exact(2) {
            let [one, other] = pair else { continue };
            one.bind(other.relayed).await?;
            other.bind(one.relayed).await?;
        }
        Ok(Self(clients))
    }

    /// Both sides of the first `count` calls say something for a while; gives how many packets arrived.
    pub(super) async fn speak(&self, count: usize, bytes: usize, time: Duration) -> Result<u64> {
        let clients = self.0.get(..count * 2).context("so many calls there are not")?;
        let (packet, arrived) = (packet(bytes), Cell::new(0));
        let speaking = async {
            let (start, mut sent) = (Instant::now(), 0);
            let mut tick = tokio::time::interval(TICK);
            let mut all = clients.iter().cycle();
            while start.elapsed() < time {
                tick.tick().await;
                let due = start.elapsed().as_secs_f64() * PER_SECOND * clients.len() as f64;
                while (sent as f64) < due {
                    all.next().context("no clients")?.io.send(&packet).await?;
                    sent += 1;
                }
            }
            // The last ones are still under way.
            tokio::time::sleep(LOST).await;
            Ok(sent)
        };
        let listening: FuturesUnordered<_> = clients.iter().map(|client| client.listen(&packet, &arrived)).collect();
        let sent = either(speaking, listening.for_each(|()| async {})).await?;
        let share = arrived.get() as f64 / f64::from(sent);
        ensure!(share >= HEARD, "only {:.1} % of {sent} packets arrived", share * 100.0);
        Ok(arrived.get())
    }

    /// Both sides of the first `count` calls send as much as goes for a while; gives how many packets arrived.
    pub(super) async fn flood(&self, count: usize, bytes: usize, time: Duration) -> Result<u64> {
        let clients = self.0.get(..count * 2).context("so many calls there are not")?;
        let (packet, arrived) = (packet(bytes), Cell::new(0));
        let flooding: FuturesUnordered<_> = clients.iter().map(|client| client.flood(&packet, &arrived)).collect();
        let end = async {
            tokio::time::sleep(time).await;
            Ok(())
        };
        either(end, flooding.for_each(|()| async {})).await?;
        let counted = arrived.get();
        // What is still under way must not be heard by who comes next.
        let listening: FuturesUnordered<_> = clients.iter().map(|client| client.listen(&packet, &arrived)).collect();
        drop(timeout(LOST, listening.for_each(|()| async {})).await);
        Ok(counted)
    }
}

/// The first, unless the second ends.
async fn either<T>(first: impl Future<Output = Result<T>>, second: impl Future<Output = ()>) -> Result<T> {
    match future::select(Box::pin(first), Box::pin(second)).await {
        Either::Left((result, _)) => result,
        Either::Right(_) => anyhow::bail!("a socket failed"),
    }
}

/// A packet to the other side of the call.
fn packet(bytes: usize) -> Vec<u8> {
    let length = u16::try_from(bytes).unwrap_or(u16::MAX);
    let mut packet = [CHANNEL.to_be_bytes(), length.to_be_bytes()].concat();
    packet.resize(CHANNEL_HEADER + usize::from(length), 7);
    packet
}

impl Client {
    /// A client with an allocation.
    async fn start(server: SocketAddr, given: &TurnCredentials) -> Result<Self> {
        let io = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        io.connect(server).await?;
        let transport = [(ATTR_REQUESTED_TRANSPORT, UDP.as_slice())];
        let challenge = ask(&io, &request(METHOD_ALLOCATE, &transport)?).await?;
        let text = |kind| TextAttribute::get_from_as(&challenge, kind).map(|found| found.text);
        let (realm, nonce) = (text(ATTR_REALM)?, text(ATTR_NONCE)?);
        let key = MessageIntegrity::long_term_integrity_key(
            given.username.clone(),
            realm.clone(),
            given.password.clone(),
            &RingCrypto,
        )?;
        let login = Login { username: given.username.clone(), realm, nonce, key };
        let answer = ask(&io, &login.sign(request(METHOD_ALLOCATE, &transport)?)?).await?;
        ensure!(answer.typ.class == CLASS_SUCCESS_RESPONSE, "no allocation: {answer}");
        let mut relayed = XorMappedAddress::default();
        relayed.get_from_as(&answer, ATTR_XOR_RELAYED_ADDRESS)?;
        Ok(Self { io, relayed: SocketAddr::new(relayed.ip, relayed.port), login })
    }

    /// Binds its channel to `peer`.
    async fn bind(&self, peer: SocketAddr) -> Result<()> {
        let [high, low] = CHANNEL.to_be_bytes();
        let mut message = request(METHOD_CHANNEL_BIND, &[(ATTR_CHANNEL_NUMBER, &[high, low, 0, 0])])?;
        XorMappedAddress { ip: peer.ip(), port: peer.port() }.add_to_as(&mut message, ATTR_XOR_PEER_ADDRESS)?;
        let answer = ask(&self.io, &self.login.sign(message)?).await?;
        ensure!(answer.typ.class == CLASS_SUCCESS_RESPONSE, "no channel: {answer}");
        Ok(())
    }

    /// Counts what it hears; ends if its socket fails.
    async fn listen(&self, expected: &[u8], arrived: &Cell<u64>) {
        let mut buffer = [0; DATAGRAM];
        while let Ok(length) = self.io.recv(&mut buffer).await {
            if length == expected.len() {
                arrived.set(arrived.get() + 1);
            }
        }
    }

    /// Sends some packets, and another one for each that comes; ends if its socket fails.
    async fn flood(&self, packet: &[u8], arrived: &Cell<u64>) {
        let mut buffer = [0; DATAGRAM];
        for _ in 0..WINDOW {
            if self.io.send(packet).await.is_err() {
                return;
            }
        }
        loop {
            match timeout(LOST, self.io.recv(&mut buffer)).await {
                Ok(Ok(length)) if length == packet.len() => arrived.set(arrived.get() + 1),
                Ok(Ok(_)) => continue,
                Ok(Err(_)) => return,
                Err(_lost) => {}
            }
            if self.io.send(packet).await.is_err() {
                return;
            }
        }
    }
}

impl Login {
    fn sign(&self, mut message: Message) -> Result<Message> {
        for (kind, text) in [(ATTR_USERNAME, &self.username), (ATTR_REALM, &self.realm), (ATTR_NONCE, &self.nonce)] {
            message.add(kind, text.as_bytes());
        }
        MessageIntegrity::new_raw_integrity_with_provider(self.key.clone(), &RingCrypto).add_to(&mut message)?;
        Ok(message)
    }
}

fn request(method: Method, parts: &[(AttrType, &[u8])]) -> Result<Message> {
    let mut message = Message::new();
    message.build(&[Box::new(MessageType::new(method, CLASS_REQUEST)), Box::new(TransactionId::new())])?;
    for (kind, value) in parts {
        message.add(*kind, value);
    }
    Ok(message)
}

async fn ask(io: &UdpSocket, request: &Message) -> Result<Message> {
    let mut buffer = [0; DATAGRAM];
    io.send(&request.raw).await?;
    let length = timeout(ANSWER, io.recv(&mut buffer)).await.context("no answer")??;
    let mut answer = Message::new();
    answer.unmarshal_binary(buffer.get(..length).context("too long")?)?;
    ensure!(answer.transaction_id == request.transaction_id, "an answer to something else");
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packet_is_channel_data() {
        let packet = packet(300);
        assert_eq!((&packet[..4], packet.len()), ([0x40, 0, 1, 44].as_slice(), 304));
    }

    #[test]
    fn a_signed_request_names_user_realm_and_nonce() {
        let [username, realm, nonce] = ["ann", "kith", "n"].map(str::to_owned);
        let login = Login { username, realm, nonce, key: vec![1; 16] };
        let mut message = login.sign(request(METHOD_ALLOCATE, &[(ATTR_REQUESTED_TRANSPORT, &UDP)]).unwrap()).unwrap();
        for (kind, text) in [(ATTR_USERNAME, "ann"), (ATTR_REALM, "kith"), (ATTR_NONCE, "n")] {
            assert_eq!(message.get(kind).unwrap(), text.as_bytes());
        }
        assert!(MessageIntegrity::check(&mut message, &login.key, &RingCrypto).is_ok());
    }
}
