//! The rules, without a socket.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use proptest::prelude::*;
use rtc_crypto::providers::RingCrypto;
use rtc_stun::attributes::*;
use rtc_stun::error_code::ErrorCodeAttribute;
use rtc_stun::fingerprint::FINGERPRINT;
use rtc_stun::integrity::MessageIntegrity;
use rtc_stun::message::*;
use rtc_stun::textattrs::TextAttribute;
use rtc_stun::xoraddr::XorMappedAddress;

use super::relay::{Ports, Relay, Step};
use super::stats::TurnStats;
use super::{AllocationId, Path, TurnConfig, TurnLimits, message};
use crate::server::source::Exempt;

const OWN: &str = "9.9.9.9";
const PEER: &str = "8.8.8.8:5000";

#[derive(Default)]
struct FakePorts {
    open: BTreeMap<AllocationId, u16>,
    next: u16,
}

impl Ports for FakePorts {
    fn open(&mut self, id: AllocationId, _: IpAddr, even: bool) -> Option<u16> {
        self.next += if even { 2 - self.next % 2 } else { 1 };
        self.open.insert(id, 50_000 + self.next);
        Some(50_000 + self.next)
    }

    fn close(&mut self, id: AllocationId) {
        self.open.remove(&id);
    }

    fn is_local(&self, ip: IpAddr) -> bool {
        ip == OWN.parse::<IpAddr>().unwrap() || ip.is_loopback()
    }
}

struct World {
    relay: Relay,
    ports: FakePorts,
    now: Instant,
}

/// A client with what it knows.
#[derive(Clone)]
struct Client {
    path: Path,
    username: String,
    password: String,
    nonce: String,
}

/// What a client got back.
#[derive(Debug)]
struct Answer(Message);

impl Answer {
    fn code(&self) -> u16 {
        let mut code = ErrorCodeAttribute::default();
        if self.0.typ.class == CLASS_SUCCESS_RESPONSE {
            return 200;
        }
        code.get_from(&self.0).unwrap();
        code.code.0
    }

    fn address(&self, attribute: AttrType) -> SocketAddr {
        let mut address = XorMappedAddress::default();
        address.get_from_as(&self.0, attribute).unwrap();
        SocketAddr::new(address.ip, address.port)
    }

    fn text(&self, attribute: AttrType) -> String {
        TextAttribute::get_from_as(&self.0, attribute).unwrap().text
    }
}

impl World {
    fn with(config: impl FnOnce(&mut TurnConfig)) -> Self {
        let mut it = TurnConfig {
            listen: Vec::new(),
            external: Vec::new(),
            relay: Some(TurnLimits::default()),
            ports: 50_000..=51_000,
            exempt: Exempt::None,
        };
        config(&mut it);
        let now = Instant::now();
        Self { relay: Relay::new(it, TurnStats::default(), now), ports: FakePorts::default(), now }
    }

    fn new() -> Self {
        Self::with(|_| {})
    }

    fn later(&mut self, seconds: u64) {
        self.now += Duration::from_secs(seconds);
        self.relay.expire(self.now, &|_, _| false, &mut self.ports);
    }

    fn take(&mut self, path: Path, bytes: &[u8]) -> Step {
        self.relay.on_client(path, bytes, self.now, &mut self.ports)
    }

    fn ask(&mut self, path: Path, message: &Message) -> Answer {
        let Step::Reply(bytes) = self.take(path, &message.raw) else { panic!("no answer") };
        let mut answer = Message::new();
        answer.unmarshal_binary(&bytes).unwrap();
        assert_eq!(answer.transaction_id, message.transaction_id);
        FINGERPRINT.check(&answer).unwrap();
        Answer(answer)
    }

    /// A client of `owner` that has been told realm and nonce.
    fn client(&mut self, host: u8, owner: u8) -> Client {
        let (username, password) = self.relay.issue([owner; 32], self.now).unwrap();
        let client = format!("7.7.7.{host}:4000").parse().unwrap();
        let path = Path { client, server: OWN.parse().unwrap(), socket: 0 };
        let challenge = self.ask(path, &request(METHOD_ALLOCATE, vec![udp()]));
        assert_eq!((challenge.code(), challenge.text(ATTR_REALM).as_str()), (401, "kith"));
        let nonce = challenge.text(ATTR_NONCE);
        Client { path, username, password: password.to_string(), nonce }
    }

    fn call(&mut self, client: &Client, method: Method, parts: Vec<RawAttribute>) -> Answer {
        self.ask(client.path, &client.sign(method, parts))
    }

    fn allocate(&mut self, client: &Client) -> SocketAddr {
        let answer = self.call(client, METHOD_ALLOCATE, vec![udp()]);
        assert_eq!((answer.code(), answer.address(ATTR_XORMAPPED_ADDRESS)), (200, client.path.client));
        answer.address(ATTR_XOR_RELAYED_ADDRESS)
    }

    fn permit(&mut self, client: &Client, peers: &[&str]) -> u16 {
        let mut message = client.unsigned(METHOD_CREATE_PERMISSION, Vec::new());
        for peer in peers {
            peer_address(&mut message, peer);
        }
        self.ask(client.path, &client.signed(message)).code()
    }

    fn bind(&mut self, client: &Client, channel: u16, peer: &str) -> u16 {
        let mut message = client.unsigned(METHOD_CHANNEL_BIND, vec![part(ATTR_CHANNEL_NUMBER, &channel.to_be_bytes())]);
        peer_address(&mut message, peer);
        self.ask(client.path, &client.signed(message)).code()
    }

    fn send(&mut self, client: &Client, peer: &str, data: &[u8]) -> Step {
        let mut message = Message::new();
        let typ = MessageType::new(METHOD_SEND, CLASS_INDICATION);
        message.build(&[Box::new(typ), Box::new(TransactionId::new())]).unwrap();
        peer_address(&mut message, peer);
        message.add(ATTR_DATA, data);
        self.take(client.path, &message.raw)
    }

    fn id(&self) -> AllocationId {
        *self.ports.open.keys().last().unwrap()
    }

    fn peer_sends(&mut self, id: AllocationId, from: &str, data: &[u8]) -> Option<(Path, Vec<u8>)> {
        self.relay.on_peer(id, from.parse().unwrap(), data, self.now)
    }
}

impl Client {
    fn unsigned(&self, method: Method, parts: Vec<RawAttribute>) -> Message {
        let mut message = request(method, parts);
        for (attribute, text) in [(ATTR_USERNAME, &self.username), (ATTR_NONCE, &self.nonce)] {
            message.add(attribute, text.as_bytes());
        }
        message.add(ATTR_REALM, b"kith");
        message
    }

    fn signed(&self, mut message: Message) -> Message {
        let key = message::key(&self.username, &self.password).unwrap();
        let integrity = MessageIntegrity::new_raw_integrity_with_provider(key.to_vec(), &RingCrypto);
        integrity.add_to(&mut message).unwrap();
        FINGERPRINT.add_to(&mut message).unwrap();
        message
    }

    fn sign(&self, method: Method, parts: Vec<RawAttribute>) -> Message {
        self.signed(self.unsigned(method, parts))
    }
}

fn request(method: Method, parts: Vec<RawAttribute>) -> Message {
    let mut message = Message::new();
    let typ = MessageType::new(method, CLASS_REQUEST);
    message.build(&[Box::new(typ), Box::new(TransactionId::new())]).unwrap();
    for part in parts {
        message.add(part.typ, &part.value);
    }
    message
}

fn part(typ: AttrType, value: &[u8]) -> RawAttribute {
    let mut value = value.to_vec();
    value.resize(value.len().max(4), 0);
    RawAttribute { typ, length: 0, value }
}

fn udp() -> RawAttribute {
    part(ATTR_REQUESTED_TRANSPORT, &[17])
}

fn peer_address(message: &mut Message, peer: &str) {
    let peer: SocketAddr = peer.parse().unwrap();
    XorMappedAddress { ip: peer.ip(), port: peer.port() }.add_to_as(message, ATTR_XOR_PEER_ADDRESS).unwrap();
}

#[test]
fn whoever_asks_learns_their_address_but_not_too_often() {
    let mut world = World::with(|config| config.relay = None);
    for client in ["7.7.7.7:4000", "[2a01::7]:4000"] {
        let path = Path { client: client.parse().unwrap(), server: OWN.parse().unwrap(), socket: 0 };
        let answer = world.ask(path, &request(METHOD_BINDING, Vec::new()));
        assert_eq!((answer.code(), answer.address(ATTR_XORMAPPED_ADDRESS)), (200, path.client));
        let odd = world.ask(path, &request(METHOD_BINDING, vec![part(AttrType(0x7777), &[])]));
        assert_eq!((odd.code(), odd.0.get(ATTR_UNKNOWN_ATTRIBUTES).unwrap()), (420, vec![0x77, 0x77]));
        assert_eq!(world.take(path, &request(METHOD_ALLOCATE, vec![udp()]).raw), Step::Ignore, "it relays nothing");
    }
    let path =
        |host| Path { client: format!("7.7.8.{host}:1").parse().unwrap(), server: OWN.parse().unwrap(), socket: 0 };
    let binding = request(METHOD_BINDING, Vec::new());
    let answered = (0..300).filter(|_| world.take(path(1), &binding.raw) != Step::Ignore).count();
    assert_eq!(answered, 100);
    assert_ne!(world.take(path(2), &binding.raw), Step::Ignore, "others are answered");
    world.later(1);
    assert_ne!(world.take(path(1), &binding.raw), Step::Ignore, "the bucket fills again");
}

#[test]
fn an_allocation_needs_credentials_in_force_and_is_kept_with_old_ones() {
    let mut world = World::new();
    let client = world.client(1, 1);
    let wrong = Client { password: "wrong".to_owned(), ..client.clone() };
    assert_eq!(world.call(&wrong, METHOD_ALLOCATE, vec![udp()]).code(), 401);
    let unknown = Client { username: "nobody".to_owned(), ..client.clone() };
    assert_eq!(world.call(&unknown, METHOD_ALLOCATE, vec![udp()]).code(), 401);
    let stale = Client { nonce: "AAAA".to_owned(), ..client.clone() };
    assert_eq!(world.call(&stale, METHOD_ALLOCATE, vec![udp()]).code(), 438);
    assert_eq!(world.allocate(&client), "9.9.9.9:50001".parse().unwrap());
    world.later(599);
    let nonce = world.call(&stale, METHOD_REFRESH, Vec::new()).text(ATTR_NONCE);
    let client = Client { nonce, ..client };
    assert_eq!(world.call(&client, METHOD_REFRESH, Vec::new()).code(), 200);
    world.later(10);
    let refreshed = world.call(&client, METHOD_REFRESH, vec![part(ATTR_LIFETIME, &9_999u32.to_be_bytes())]);
    assert_eq!(refreshed.0.get(ATTR_LIFETIME).unwrap(), 3_600u32.to_be_bytes(), "at most an hour at once");
    let elsewhere = Client { path: Path { client: "7.7.7.1:4001".parse().unwrap(), ..client.path }, ..client.clone() };
    let nonce = world.ask(elsewhere.path, &request(METHOD_ALLOCATE, vec![udp()])).text(ATTR_NONCE);
    let elsewhere = Client { nonce, ..elsewhere };
    assert_eq!(world.call(&elsewhere, METHOD_ALLOCATE, vec![udp()]).code(), 401, "the credentials have run out");
    world.later(3_601);
    assert!(world.ports.open.is_empty(), "nobody refreshed it");
}

#[test]
fn newer_credentials_of_the_same_peer_take_over_and_those_of_others_do_not() {
    let mut world = World::new();
    let (first, second, other) = (world.client(1, 1), world.client(1, 1), world.client(2, 2));
    world.allocate(&first);
    assert_eq!(
        world
            .call(&Client { path: first.path, nonce: first.nonce.clone(), ..other }, METHOD_REFRESH, Vec::new())
            .code(),
        441
    );
    assert_eq!(world.call(&second, METHOD_REFRESH, Vec::new()).code(), 200);
}

#[test]
fn who_is_no_longer_served_loses_what_they_have() {
    let mut world = World::new();
    let (first, second) = (world.client(1, 1), world.client(2, 2));
    world.allocate(&first);
    world.allocate(&second);
    let by_name = |_, owner: Option<&[u8; 32]>| owner == Some(&[1; 32]);
    world.relay.expire(world.now, &by_name, &mut world.ports);
    assert_eq!(world.ports.open.len(), 1, "another keeps theirs");
    assert_eq!(world.call(&first, METHOD_REFRESH, Vec::new()).code(), 437);
    let by_address = |ip: IpAddr, _: Option<&[u8; 32]>| ip == second.path.client.ip();
    world.relay.expire(world.now, &by_address, &mut world.ports);
    assert!(world.ports.open.is_empty());
}

#[test]
fn a_repeated_request_gets_the_same_answer_and_another_none_of_it() {
    let mut world = World::new();
    let client = world.client(1, 1);
    let allocate = client.sign(METHOD_ALLOCATE, vec![udp()]);
    let first = world.ask(client.path, &allocate).address(ATTR_XOR_RELAYED_ADDRESS);
    assert_eq!(world.ask(client.path, &allocate).address(ATTR_XOR_RELAYED_ADDRESS), first);
    assert_eq!(world.call(&client, METHOD_ALLOCATE, vec![udp()]).code(), 437);
    assert_eq!(world.call(&client, METHOD_REFRESH, vec![part(ATTR_LIFETIME, &[0; 4])]).code(), 200);
    assert!(world.ports.open.is_empty());
    assert_eq!(world.call(&client, METHOD_REFRESH, Vec::new()).code(), 437);
}

#[test]
fn what_is_not_offered_is_said() {
    let mut world = World::new();
    let client = world.client(1, 1);
    for (parts, code) in [
        (vec![], 400),
        (vec![part(ATTR_REQUESTED_TRANSPORT, &[6])], 442),
        (vec![udp(), part(ATTR_REQUESTED_ADDRESS_FAMILY, &[2])], 440),
        (vec![udp(), part(ATTR_EVEN_PORT, &[0x80])], 508),
        (vec![udp(), part(ATTR_RESERVATION_TOKEN, &[0; 8])], 508),
        (vec![udp(), part(ATTR_DONT_FRAGMENT, &[])], 420),
    ] {
        assert_eq!(world.call(&client, METHOD_ALLOCATE, parts).code(), code);
    }
    let even = world.call(&client, METHOD_ALLOCATE, vec![udp(), part(ATTR_EVEN_PORT, &[0])]);
    assert_eq!(even.address(ATTR_XOR_RELAYED_ADDRESS).port() % 2, 0);
}

#[test]
fn allocations_are_counted_per_peer_and_in_total() {
    let limits = TurnLimits { allocations: 3, per_owner: 2, ..TurnLimits::default() };
    let mut world = World::with(|config| config.relay = Some(limits));
    for host in 1..=2 {
        let client = world.client(host, 1);
        world.allocate(&client);
    }
    let third = world.client(3, 1);
    assert_eq!(world.call(&third, METHOD_ALLOCATE, vec![udp()]).code(), 486);
    let other = world.client(4, 2);
    world.allocate(&other);
    let late = world.client(5, 3);
    assert_eq!(world.call(&late, METHOD_ALLOCATE, vec![udp()]).code(), 508);
}

#[test]
fn nothing_is_relayed_into_a_private_network_unless_it_is_one() {
    let inside = ["10.0.0.1:1", "192.168.1.1:53", "172.16.0.1:1", "100.64.0.1:1"];
    let never = ["169.254.169.254:80", "224.0.0.1:1", "0.0.0.0:1", "255.255.255.255:1", "192.0.2.1:1"];
    for exempt in [Exempt::None, Exempt::Loopback, Exempt::Private] {
        let mut world = World::with(|config| config.exempt = exempt);
        let mut client = world.client(1, 1);
        world.allocate(&client);
        for peer in inside {
            let allowed = exempt == Exempt::Private && peer != "100.64.0.1:1";
            assert_eq!(world.permit(&client, &[peer]), if allowed { 200 } else { 403 }, "{peer}");
            assert_eq!(world.bind(&client, 0x4000, peer), if allowed { 200 } else { 403 }, "{peer}");
            assert_eq!(world.send(&client, peer, b"x") != Step::Ignore, allowed);
            if allowed {
                world.later(601);
                client = returned(&mut world, &client);
            }
        }
        for peer in never {
            assert_eq!(world.permit(&client, &[PEER, peer]), 403, "{peer}");
        }
        assert_eq!(world.send(&client, PEER, b"x"), Step::Ignore, "a list is taken whole or not at all");
        assert_eq!(world.permit(&client, &["[2a01::1]:1"]), 443);
        assert_eq!(world.permit(&client, &[]), 400);
    }
}

/// A client whose allocation is made anew after time has passed.
fn returned(world: &mut World, client: &Client) -> Client {
    let nonce = world.ask(client.path, &request(METHOD_ALLOCATE, vec![udp()])).text(ATTR_NONCE);
    let (username, password) = world.relay.issue([1; 32], world.now).unwrap();
    let again = Client { nonce, username, password: password.to_string(), ..client.clone() };
    world.allocate(&again);
    again
}

#[test]
fn what_follows_the_signature_is_not_obeyed() {
    let mut world = World::new();
    let client = world.client(1, 1);
    world.allocate(&client);
    let mut message = client.unsigned(METHOD_CREATE_PERMISSION, Vec::new());
    peer_address(&mut message, PEER);
    let key = message::key(&client.username, &client.password).unwrap();
    MessageIntegrity::new_raw_integrity_with_provider(key.to_vec(), &RingCrypto).add_to(&mut message).unwrap();
    peer_address(&mut message, "8.8.4.4:1");
    assert_eq!(world.ask(client.path, &message).code(), 200);
    assert_ne!(world.send(&client, PEER, b"x"), Step::Ignore);
    assert_eq!(world.send(&client, "8.8.4.4:1", b"x"), Step::Ignore);
}

#[test]
fn packets_pass_between_a_client_and_who_it_permits() {
    let mut world = World::new();
    let client = world.client(1, 1);
    world.allocate(&client);
    let id = world.id();
    assert_eq!(world.send(&client, PEER, b"early"), Step::Ignore);
    assert_eq!(world.peer_sends(id, PEER, b"early"), None);
    assert_eq!(world.permit(&client, &[PEER]), 200);
    assert_eq!(
        world.send(&client, PEER, b"hello"),
        Step::Send { id, to: PEER.parse().unwrap(), data: b"hello".to_vec() }
    );
    assert_eq!(world.send(&client, "8.8.4.4:5000", b"hello"), Step::Ignore);
    let (path, indication) = world.peer_sends(id, "8.8.8.8:6000", b"answer").unwrap();
    let mut received = Message::new();
    received.unmarshal_binary(&indication).unwrap();
    assert_eq!((path, received.get(ATTR_DATA).unwrap()), (client.path, b"answer".to_vec()));
    assert_eq!(Answer(received).address(ATTR_XOR_PEER_ADDRESS), "8.8.8.8:6000".parse().unwrap());
    assert_eq!(world.bind(&client, 0x4001, PEER), 200);
    assert_eq!(world.peer_sends(id, PEER, b"abc").unwrap().1, b"\x40\x01\x00\x03abc");
    let relayed = Step::Relay { id, to: PEER.parse().unwrap(), part: 4..7 };
    assert_eq!(world.take(client.path, b"\x40\x01\x00\x03abc\x00"), relayed);
    assert_eq!(world.take(client.path, b"\x40\x01\x00\x09abc"), Step::Ignore, "shorter than it says");
    assert_eq!(world.take(client.path, b"\x40\x02\x00\x03abc"), Step::Ignore, "not bound");
    world.later(301);
    assert_eq!(world.take(client.path, b"\x40\x01\x00\x03abc"), Step::Ignore, "the permission has run out");
}

#[test]
fn a_channel_belongs_to_one_peer() {
    let mut world = World::new();
    let client = world.client(1, 1);
    world.allocate(&client);
    assert_eq!(world.bind(&client, 0x4001, PEER), 200);
    assert_eq!(world.bind(&client, 0x4001, PEER), 200, "refreshed");
    assert_eq!(world.bind(&client, 0x4001, "8.8.8.8:5001"), 400);
    assert_eq!(world.bind(&client, 0x4002, PEER), 400);
    assert_eq!((world.bind(&client, 0x3fff, "8.8.8.8:5001"), world.bind(&client, 0x8000, "8.8.8.8:5001")), (400, 400));
}

#[test]
fn on_the_own_machine_only_allocations_are_peers() {
    let external: IpAddr = "9.9.9.1".parse().unwrap();
    let mut world = World::with(|config| config.external = vec![external]);
    let behind =
        |client: Client| Client { path: Path { server: "10.0.0.5".parse().unwrap(), ..client.path }, ..client };
    let (a, b) = (behind(world.client(1, 1)), behind(world.client(2, 2)));
    let relayed = world.allocate(&a);
    assert_eq!(relayed, "9.9.9.1:50001".parse().unwrap(), "seen at the public address");
    let relayed_b = world.allocate(&b);
    assert_eq!(world.permit(&a, &["9.9.9.1:1", "9.9.9.9:1", "127.0.0.1:1"]), 200);
    for closed in ["9.9.9.1:53", "9.9.9.9:53", "127.0.0.1:53", "127.0.0.1:50002"] {
        assert_eq!(world.send(&a, closed, b"x"), Step::Ignore, "{closed}");
    }
    let step = world.send(&a, &relayed_b.to_string(), b"x");
    assert!(matches!(step, Step::Send { to, .. } if to == "10.0.0.5:50002".parse().unwrap()), "{step:?}");
    assert_eq!(world.permit(&b, &["9.9.9.1:1"]), 200);
    let id = world.id();
    let (_, indication) = world.peer_sends(id, "10.0.0.5:50001", b"x").unwrap();
    let mut received = Message::new();
    received.unmarshal_binary(&indication).unwrap();
    assert_eq!(Answer(received).address(ATTR_XOR_PEER_ADDRESS), relayed, "by the address it gave the other");
}

#[test]
fn an_allocation_relays_no_faster_than_allowed() {
    let limits = TurnLimits { bytes_per_s: 1_000, ..TurnLimits::default() };
    let mut world = World::with(|config| config.relay = Some(limits));
    let client = world.client(1, 1);
    world.allocate(&client);
    let id = world.id();
    assert_eq!(world.permit(&client, &[PEER]), 200);
    let out = (0..50).filter(|_| world.send(&client, PEER, &[0; 100]) != Step::Ignore).count();
    assert_eq!(out, 20, "two seconds' worth at once");
    assert_eq!(world.peer_sends(id, PEER, &[0; 100]), None, "both directions together");
    world.later(1);
    assert!(world.peer_sends(id, PEER, &[0; 1_000]).is_some());
}

#[test]
fn a_flood_of_first_requests_is_answered_within_bounds_and_leaves_nothing_behind() {
    let mut world = World::with(|config| config.exempt = Exempt::None);
    let mut ask = |host: u32| {
        let [_, b, c, d] = host.to_be_bytes();
        let path = Path { client: SocketAddr::from(([6, b, c, d], 1)), server: OWN.parse().unwrap(), socket: 0 };
        world.take(path, &request(METHOD_ALLOCATE, vec![udp()]).raw) != Step::Ignore
    };
    let answered = (0..20_000).filter(|host| ask(*host)).count();
    assert_eq!(answered, 16_384, "so many addresses are remembered, for a moment");
    world.later(1);
    let client = world.client(1, 1);
    world.allocate(&client);
}

proptest! {
    /// Whatever arrives, nothing panics, and nothing of it is relayed.
    #[test]
    fn garbage_is_ignored(bytes in prop::collection::vec(any::<u8>(), 0..200), header in any::<bool>()) {
        let mut world = World::new();
        let client = world.client(1, 1);
        world.allocate(&client);
        let mut bytes = bytes;
        if header && bytes.len() >= 20 {
            let length = u16::try_from(bytes.len() - 20).unwrap().to_be_bytes();
            bytes[..2].copy_from_slice(&[0, 3]);
            bytes[2..4].copy_from_slice(&length);
            bytes[4..8].copy_from_slice(&0x2112_a442u32.to_be_bytes());
        }
        let step = world.take(client.path, &bytes);
        let relayed = matches!(step, Step::Relay { .. } | Step::Send { .. });
        prop_assert!(!relayed);
    }

    /// A signed request in which any byte before the fingerprint is changed is not obeyed.
    #[test]
    fn a_changed_request_is_refused(position in any::<prop::sample::Index>(), flip in 1..=255u8) {
        let mut world = World::new();
        let client = world.client(1, 1);
        let mut bytes = client.sign(METHOD_ALLOCATE, vec![udp()]).raw;
        let position = position.index(bytes.len() - 8);
        bytes[position] ^= flip;
        let _refused = world.take(client.path, &bytes);
        prop_assert!(world.ports.open.is_empty());
    }
}
