//! What peers get from a node, what they do not get, and what it says about them.

use std::time::{SystemTime, UNIX_EPOCH};

use kith_crypto::SigningKey;
use kith_wire::frame;
use kith_wire::slot::owner_hash;
use kith_wire::{FindKey, SlotDenial, SlotId, SlotRequest, SlotResponse, TransportCard, TransportId, whereabouts};
use libp2p::multiaddr::Protocol;
use libp2p::swarm::SwarmEvent;
use libp2p::{Multiaddr, gossipsub, kad, relay};

use crate::client::{BehaviourEvent, Client, send_raw};
use crate::node::{Node, call, folder, wait_until};

const TOKEN: [u8; 32] = [3; 32];

pub(crate) fn now_ms() -> u64 {
    u64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap()
}

fn put(n: u8, blob: &[u8]) -> SlotRequest {
    let slot = SlotId::from_bytes([n; 32]);
    SlotRequest::Put { slot, owner_hash: owner_hash(&TOKEN), expires_at_ms: now_ms() + 3_600_000, blob: blob.to_vec() }
}

fn get(n: u8) -> SlotRequest {
    SlotRequest::Get { slot: SlotId::from_bytes([n; 32]) }
}

fn delete(n: u8, token: [u8; 32]) -> SlotRequest {
    SlotRequest::Delete { slot: SlotId::from_bytes([n; 32]), token }
}

fn denied(reason: SlotDenial) -> SlotResponse {
    SlotResponse::Denied { reason }
}

#[tokio::test]
async fn key_and_slots_survive_a_restart_and_a_kill() {
    let dir = folder("");
    let node = Node::start(&dir);
    let peer = node.text("peer").to_owned();
    let mut client = Client::connected(&node.tcp()).await;
    let blob = vec![9; kith_wire::limits::SLOT_BLOB_MAX];
    assert_eq!(client.ask(put(1, &blob)).await, SlotResponse::Stored);
    assert_eq!(client.ask(put(2, b"two")).await, SlotResponse::Stored);
    assert_eq!(client.ask(delete(2, [4; 32])).await, denied(SlotDenial::NotOwner));
    assert_eq!(client.ask(delete(2, TOKEN)).await, SlotResponse::Stored);
    node.signal(rustix::process::Signal::KILL);
    drop(node);
    for _ in 0..2 {
        let node = Node::start(&dir);
        assert_eq!(node.text("peer"), peer);
        let mut client = Client::connected(&node.tcp()).await;
        assert_eq!(client.ask(get(1)).await, SlotResponse::Found { blob: blob.clone() });
        assert_eq!(client.ask(get(2)).await, SlotResponse::Gone { used: true });
        assert_eq!(client.ask(get(3)).await, SlotResponse::Missing);
        assert_eq!(node.metric("kith_slots"), 1);
        assert!(node.stop().0.success());
    }
}

#[tokio::test]
async fn broken_slot_frames_cost_their_sender_the_stream_and_nobody_else_anything() {
    let dir = folder("");
    let node = Node::start(&dir);
    let good = frame::encode(&put(1, b"blob").encode(), 1_000).unwrap();
    let oversized = [u32::MAX.to_be_bytes().as_slice(), &[1; 64]].concat();
    let slightly = frame::encode(&vec![1; kith_wire::limits::SLOT_MESSAGE_MAX + 1], usize::MAX).unwrap();
    let wrong_version = [&good[..4], &[99], &good[5..]].concat();
    let garbage: Vec<u8> = (0..200u8).map(|n| n.wrapping_mul(37)).collect();
    let framed_garbage = frame::encode(&garbage, 1_000).unwrap();
    for bad in [oversized, slightly, wrong_version, garbage, framed_garbage, good[..20].to_vec(), Vec::new()] {
        assert_eq!(send_raw(&node.tcp(), bad.clone()).await, None, "{:?}", bad.get(..8));
    }
    assert!(send_raw(&node.tcp(), good).await.is_some());
    assert_eq!(node.metric("kith_slots"), 1);
    assert_eq!(node.page("/healthz").0, 200);
}

#[tokio::test]
async fn a_full_store_and_an_impatient_peer_are_denied_politely() {
    let dir = folder("[limits]\nslots = 1\nslot_burst = 5\nslot_interval_ms = 3600000\n");
    let node = Node::start(&dir);
    let mut client = Client::connected(&node.tcp()).await;
    assert_eq!(client.ask(put(1, b"one")).await, SlotResponse::Stored);
    assert_eq!(client.ask(put(2, b"two")).await, denied(SlotDenial::Full));
    assert_eq!(client.ask(put(1, b"one again")).await, SlotResponse::Stored);
    assert_eq!(client.ask(get(1)).await, SlotResponse::Found { blob: b"one again".to_vec() });
    let past =
        SlotRequest::Put { slot: SlotId::from_bytes([5; 32]), owner_hash: [0; 32], expires_at_ms: 1, blob: vec![1] };
    assert_eq!(client.ask(past).await, denied(SlotDenial::BadExpiry));
    assert_eq!(client.ask(get(1)).await, denied(SlotDenial::Limited));
    let mut other = Client::connected(&node.tcp()).await;
    assert_eq!(other.ask(get(1)).await, SlotResponse::Found { blob: b"one again".to_vec() });
}

#[tokio::test]
async fn one_address_gets_only_so_many_connections() {
    let dir = folder("[limits]\nexempt = \"none\"\nconnections_per_ip = 2\n");
    let node = Node::start(&dir);
    let mut first = Client::connected(&node.tcp()).await;
    let _second = Client::connected(&node.tcp()).await;
    assert!(!Client::new().connect(&node.tcp()).await);
    assert_eq!(node.metric("kith_connections_refused_total{reason=\"address_connections\"}"), 1);
    let server = first.server;
    first.swarm.disconnect_peer_id(server).unwrap();
    first.wait("it is disconnected", |event| matches!(event, SwarmEvent::ConnectionClosed { .. })).await;
    drop(first);
    wait_until("the place is free", || node.metric("kith_connections{direction=\"in\",transport=\"tcp\"}") == 1);
    let _third = Client::connected(&node.tcp()).await;
}

/// Somebody with a place at the relay, and the address that leads through it.
async fn reserved(node: &Node) -> (Client, String) {
    let mut listener = Client::connected(&node.tcp()).await;
    let circuit = node.tcp().parse::<Multiaddr>().unwrap().with(Protocol::P2pCircuit);
    listener.swarm.listen_on(circuit.clone()).unwrap();
    let accepted = |event: &crate::client::Event| {
        matches!(
            event,
            SwarmEvent::Behaviour(BehaviourEvent::Relay(relay::client::Event::ReservationReqAccepted { .. }))
        )
    };
    listener.wait("the reservation stands", accepted).await;
    let through = circuit.with(Protocol::P2p(*listener.swarm.local_peer_id())).to_string();
    (listener, through)
}

/// Whether somebody who is new gets through to `listener`, and who it is.
async fn visited(listener: &mut Client, through: &str) -> Option<Client> {
    let mut dialer = Client::new();
    let visit = async {
        if dialer.connect(through).await {
            drop(dialer.wait("never", |_| false).await);
        }
    };
    let arrived = |event: &crate::client::Event| matches!(event, SwarmEvent::ConnectionEstablished { endpoint, .. } if endpoint.is_listener());
    let arrives = tokio::select! {
        _ = listener.wait("somebody arrives", arrived) => true,
        () = visit => false,
    };
    arrives.then_some(dialer)
}

// Dropped swarms close their connections on another thread while this one waits.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_strangers_meet_through_a_circuit() {
    let dir = folder("");
    let node = Node::start(&dir);
    let (mut listener, through) = reserved(&node).await;
    wait_until("the reservation is counted", || node.metric("kith_relay_reservations") == 1);
    let dialer = visited(&mut listener, &through).await.expect("it gets through");
    wait_until("the circuit is counted", || node.metric("kith_relay_circuits") == 1);
    drop((listener, dialer));
    wait_until("the circuit is closed", || node.metric("kith_relay_circuits") == 0);
    wait_until("the place is free", || node.metric("kith_relay_reservations") == 0);
}

/// Every circuit is paid for in full, whatever it carried.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn circuits_have_a_budget_together() {
    let dir = folder("[limits]\ncircuits = 2\ncircuit_bytes = 1000000\ncircuits_kbit_per_s = 1\n");
    let node = Node::start(&dir);
    let (mut listener, through) = reserved(&node).await;
    for _ in 0..2 {
        let dialer = visited(&mut listener, &through).await.expect("it is paid for");
        drop(dialer);
        wait_until("the circuit is closed", || node.metric("kith_relay_circuits") == 0);
    }
    assert!(visited(&mut listener, &through).await.is_none(), "the budget is used up");
    assert_eq!(node.metric("kith_relay_requests_total{operation=\"circuit\",outcome=\"denied\"}"), 1);
}

fn card(key: &SigningKey, address: &str) -> Vec<u8> {
    let transport = TransportId::from_bytes(key.public().to_bytes());
    TransportCard::create(transport, vec![address.to_owned()], now_ms(), 0).sign(key)
}

#[tokio::test]
async fn good_cards_are_passed_on_and_bad_ones_are_not() {
    let dir = folder("");
    let node = Node::start(&dir);
    let topic = gossipsub::IdentTopic::new("/kith/1/peers");
    let mut speaker = Client::connected(&node.tcp()).await;
    // Who is rejected too often is heard no more, so the lies are shared.
    let mut liar = Client::connected(&node.tcp()).await;
    let mut listener = Client::connected(&node.tcp()).await;
    for client in [&mut speaker, &mut liar, &mut listener] {
        client.swarm.behaviour_mut().gossip.subscribe(&topic).unwrap();
        let server = client.server;
        let subscribed = |event: &crate::client::Event| matches!(event, SwarmEvent::Behaviour(BehaviourEvent::Gossip(gossipsub::Event::Subscribed { peer_id, .. })) if *peer_id == server);
        client.wait("the node takes part in the topic", subscribed).await;
    }
    let accepted = || node.metric("kith_gossip_cards_total{operation=\"card\",outcome=\"accepted\"}");
    // What a client says arrives in order: with the listener's card, its subscription has.
    let public = "/ip4/9.9.9.9/tcp/4100";
    let heard_first = card(&listener.key, public);
    listener.swarm.behaviour_mut().gossip.publish(topic.clone(), heard_first).unwrap();
    listener.poll_until("the node has the listener's card", || accepted() == 1).await;
    let rejected = || node.metric("kith_gossip_cards_total{operation=\"card\",outcome=\"rejected\"}");
    let private = card(&liar.key, "/ip4/10.0.0.1/tcp/4100");
    let foreign = card(&SigningKey::generate(), public);
    for data in [private, foreign] {
        liar.swarm.behaviour_mut().gossip.publish(topic.clone(), data).unwrap();
    }
    liar.poll_until("the liar is rejected", || rejected() == 2).await;
    let good = card(&speaker.key, public);
    let mut forged = good.clone();
    *forged.last_mut().unwrap() ^= 1;
    for data in [b"junk".to_vec(), forged, good.clone()] {
        speaker.swarm.behaviour_mut().gossip.publish(topic.clone(), data).unwrap();
    }
    let heard = |event: &crate::client::Event| {
        matches!(event, SwarmEvent::Behaviour(BehaviourEvent::Gossip(gossipsub::Event::Message { .. })))
    };
    let event = tokio::select! {
        event = listener.wait("a card arrives", heard) => event,
        _ = speaker.wait("never", |_| false) => unreachable!(),
    };
    let SwarmEvent::Behaviour(BehaviourEvent::Gossip(gossipsub::Event::Message { message, .. })) = event else {
        panic!("{event:?}")
    };
    assert_eq!(message.data, good);
    assert_eq!(accepted(), 2);
    assert_eq!(rejected(), 4);
}

/// Whoever can make a record knows under which name it belongs.
#[tokio::test]
async fn who_puts_records_under_foreign_names_is_banned() {
    let dir = folder("");
    let node = Node::start(&dir);
    let (mut liar, mut other) = (Client::connected(&node.tcp()).await, Client::connected(&node.tcp()).await);
    let (find, device, now) = (FindKey::random(), SigningKey::generate(), now_ms());
    let card = TransportCard::create(device.public().into(), Vec::new(), now, 0);
    let day = whereabouts::day(now);
    let value = find.record(day, now, &card, &device, None);
    let server = liar.server;
    let gone = |event: &crate::client::Event| matches!(event, SwarmEvent::ConnectionClosed { peer_id, .. } if *peer_id == server);
    for _ in 0..4 {
        let record = kad::Record::new(kad::RecordKey::new(&FindKey::random().name(day)), value.clone());
        liar.swarm.behaviour_mut().kad.put_record(record, kad::Quorum::One).unwrap();
    }
    liar.wait("it is disconnected", gone).await;
    assert_eq!(node.metric("kith_bans_total{reason=\"record\"}"), 1);
    liar.swarm.dial(node.tcp().parse::<libp2p::Multiaddr>().unwrap()).unwrap();
    let banned = || node.metric("kith_connections_refused_total{reason=\"banned\"}");
    liar.poll_until("it is refused", || banned() == 1).await;
    let record = kad::Record::new(kad::RecordKey::new(&find.name(day)), value);
    other.swarm.behaviour_mut().kad.put_record(record, kad::Quorum::One).unwrap();
    other.wait("the others are served", put_done).await;
    assert_eq!(node.metric("kith_kad_puts_total{operation=\"record\",outcome=\"stored\"}"), 1);
}

#[tokio::test]
async fn records_are_kept_for_others_within_bounds() {
    let dir = folder("");
    let node = Node::start(&dir);
    let mut clients = [Client::connected(&node.tcp()).await, Client::connected(&node.tcp()).await];
    let (find, other, device) = (FindKey::random(), FindKey::random(), SigningKey::generate());
    let (now, card) = (now_ms(), |at_ms| TransportCard::create(device.public().into(), Vec::new(), at_ms, 0));
    let day = whereabouts::day(now);
    let record = |find: &FindKey, at_ms| find.record(day, at_ms, &card(at_ms), &device, None);
    let key = kad::RecordKey::new(&find.name(day));
    let newest = record(&find, now);
    let puts = [(0, record(&other, now)), (0, newest.clone()), (1, record(&find, now - 1)), (1, vec![0; 5_000])];
    for (who, value) in puts {
        let client = &mut clients[who];
        let record = kad::Record::new(key.clone(), value);
        client.swarm.behaviour_mut().kad.put_record(record, kad::Quorum::One).unwrap();
        client.wait("the put has an outcome", put_done).await;
    }
    let outcomes = ["stored", "foreign", "old", "size"];
    let judged = || {
        outcomes
            .map(|outcome| node.metric(&format!("kith_kad_puts_total{{operation=\"record\",outcome=\"{outcome}\"}}")))
    };
    wait_until("all four were judged", || judged().iter().sum::<u64>() == 4);
    assert_eq!(judged(), [1; 4]);
    let mut reader = Client::connected(&node.tcp()).await;
    reader.swarm.behaviour_mut().kad.get_record(key);
    let event = reader.wait("the record is found", |event| found(event).is_some()).await;
    assert_eq!(found(&event).unwrap(), newest);
}

fn put_done(event: &crate::client::Event) -> bool {
    matches!(
        event,
        SwarmEvent::Behaviour(BehaviourEvent::Kad(kad::Event::OutboundQueryProgressed {
            result: kad::QueryResult::PutRecord(_),
            ..
        }))
    )
}

fn found(event: &crate::client::Event) -> Option<&[u8]> {
    if let SwarmEvent::Behaviour(BehaviourEvent::Kad(kad::Event::OutboundQueryProgressed {
        result: kad::QueryResult::GetRecord(Ok(kad::GetRecordOk::FoundRecord(found))),
        ..
    })) = event
    {
        return Some(&found.record.value);
    }
    None
}

#[tokio::test]
async fn nodes_find_each_other_again_after_a_restart() {
    let first_dir = folder("");
    let first = Node::start(&first_dir);
    let second_dir = folder(&format!("bootstraps = [\"{}\"]\n", first.text("address")));
    let second = Node::start(&second_dir);
    wait_until("they are connected", || second.metric("kith_bootstraps_connected") == 1);
    let listen = first.ready.get("listen").and_then(serde_json::Value::as_array).unwrap().clone();
    let listen: Vec<&str> = listen.iter().filter_map(serde_json::Value::as_str).collect();
    assert!(first.stop().0.success());
    wait_until("the loss is noticed", || second.metric("kith_bootstraps_connected") == 0);
    let _first = Node::listening(&first_dir, &listen);
    wait_until("they are connected again", || second.metric("kith_bootstraps_connected") == 1);
}

#[tokio::test]
async fn the_log_names_nobody() {
    let dir = folder("log = \"debug\"\n[limits]\nexempt = \"none\"\n");
    let node = Node::start(&dir);
    let mut client = Client::connected(&node.tcp()).await;
    assert_eq!(client.ask(put(1, b"one")).await, SlotResponse::Stored);
    assert_eq!(send_raw(&node.tcp(), vec![0; 100]).await, None);
    assert!(call(&["probe", node.text("address")]).status.success());
    let peer = client.swarm.local_peer_id().to_string();
    drop(client);
    wait_until("a disconnection is logged", || node.log().contains("disconnected"));
    let log = node.log();
    assert!(log.contains("connected peer="), "{log}");
    for secret in ["127.0.0.", &peer, "12D3Koo", "/ip4", node.text("peer")] {
        assert!(!log.contains(secret), "{secret} in {log}");
    }
    assert!(node.stop().0.success());
}
