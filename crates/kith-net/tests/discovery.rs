//! Finding each other: peer exchange, records, relays, the local network; and what is not dialled.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, SystemTime},
};

use kith_crypto::SigningKey;
use kith_net::{NetCommand, NetEvent, Path, SlotOutcome, Tuning};
use kith_wire::{SlotId, TransportCard, TransportId};

use crate::support::{
    Bootstrap, Node, QUIC,
    namespace::{self, Place},
    now_ms,
    public::Public,
    quick, track,
};

/// Nothing but what a test switches on leads to other nodes.
fn hidden() -> Tuning {
    Tuning { reservations: 0, records: false, first_card: Duration::from_secs(3600), ..quick() }
}

async fn start(tuning: Tuning, bootstraps: &[String]) -> Node {
    Node::start_with(QUIC, tuning, SigningKey::generate(), bootstraps.to_vec()).await
}

async fn track_unknown(node: &Node, peer: TransportId) {
    node.command(track(peer, vec![])).await;
}

async fn learned(node: &mut Node, of: TransportId) -> Vec<String> {
    node.wait(|event| match event {
        NetEvent::PeerAddresses { peer, addresses } if *peer == of => Some(addresses.clone()),
        _ => None,
    })
    .await
}

#[tokio::test]
async fn a_card_goes_through_a_bootstrap_to_nodes_that_look_nowhere_else() {
    let bootstrap = Bootstrap::start().await;
    let tuning = Tuning { first_card: Duration::from_millis(500), ..hidden() };
    let alice = start(tuning, &bootstrap.addresses).await;
    let mut bob = start(hidden(), &bootstrap.addresses).await;
    track_unknown(&bob, alice.id).await;
    // Alice does not know bob: no hello of hers tells him anything.
    assert_eq!(learned(&mut bob, alice.id).await, alice.addresses);
    for node in [alice, bob] {
        node.stop().await;
    }
    bootstrap.stop().await;
}

/// Peer exchange costs the more the larger the network is; who pays by volume takes no part, whoever says so.
#[tokio::test]
async fn where_it_costs_by_volume_no_cards_are_heard() {
    let bootstrap = Bootstrap::start().await;
    let mut bob = start(hidden(), &bootstrap.addresses).await;
    bob.command(NetCommand::SeemsMetered(true)).await;
    bob.status(|status| status.metered && status.bootstraps.iter().all(|known| known.ok)).await;
    let tuning = Tuning { first_card: Duration::from_millis(300), ..hidden() };
    let (mut carol, alice) = (start(hidden(), &bootstrap.addresses).await, start(tuning, &bootstrap.addresses).await);
    for node in [&bob, &carol] {
        track_unknown(node, alice.id).await;
    }
    assert_eq!(learned(&mut carol, alice.id).await, alice.addresses);
    let heard = |event: &NetEvent| matches!(event, NetEvent::PeerAddresses { .. });
    assert!(!bob.saw(heard), "others have, and he is connected as well");
    // What the person says counts more than what the desktop does.
    bob.command(NetCommand::Metered(Some(false))).await;
    bob.status(|status| !status.metered).await;
    let dave = start(tuning, &bootstrap.addresses).await;
    track_unknown(&bob, dave.id).await;
    assert_eq!(learned(&mut bob, dave.id).await, dave.addresses);
    bob.command(NetCommand::Metered(None)).await;
    bob.status(|status| status.metered).await;
    for node in [alice, bob, carol, dave] {
        node.stop().await;
    }
    bootstrap.stop().await;
}

#[tokio::test]
async fn a_card_that_is_not_its_authors_own_or_names_private_places_is_not_believed() {
    let other = SigningKey::generate();
    let victim = TransportId::from_bytes(other.public().to_bytes());
    let card = |key: &SigningKey, address: &str| {
        let id = TransportId::from_bytes(key.public().to_bytes());
        TransportCard::create(id, vec![address.to_owned()], now_ms(), 0).sign(key)
    };
    let (good, bad) = ("/ip4/127.0.0.1/udp/4001/quic-v1", "/ip4/127.0.0.1/udp/4002/quic-v1");
    for kind in ["forged", "somebody else's", "private"] {
        let mut node = start(hidden(), &[]).await;
        let mut speaker = Public::new();
        track_unknown(&node, speaker.id).await;
        track_unknown(&node, victim).await;
        speaker.join(&node.full_addresses()[0]).await;
        let mut lie = card(&speaker.key, bad);
        match kind {
            "forged" => *lie.last_mut().expect("bytes") ^= 1,
            "private" => lie = card(&speaker.key, "/ip4/10.0.0.1/udp/4002/quic-v1"),
            _ => lie = card(&other, bad),
        }
        speaker.publish(lie);
        speaker.publish(card(&speaker.key, good));
        let addresses = tokio::select! {
            addresses = learned(&mut node, speaker.id) => addresses,
            () = speaker.run() => unreachable!(),
        };
        assert_eq!(addresses, [good], "{kind}");
        assert!(!node.saw(|event| matches!(event, NetEvent::PeerAddresses { .. })), "{kind}");
        node.stop().await;
    }
}

/// Eight, as many as a node seeks for itself: who fills its connections does not choose whom else it hears.
#[tokio::test]
async fn a_crowd_that_comes_in_does_not_keep_a_node_from_those_it_heard_of() {
    let bootstrap = Bootstrap::start().await;
    let node = start(Tuning { meet: Duration::from_millis(300), ..hidden() }, &bootstrap.addresses).await;
    let address = node.full_addresses()[0].clone();
    let mut crowd: Vec<Public> = (0..8).map(|_| Public::new()).collect();
    for one in &mut crowd {
        one.join(&address).await;
    }
    let crowd = futures::future::join_all(crowd.iter_mut().map(Public::run));
    let mut stranger = Public::new();
    stranger.keep_no_records();
    let own = stranger.address().await;
    let meeting = async {
        stranger.join(&bootstrap.addresses[0]).await;
        let (own, _) = own.split_once("/p2p/").expect("a peer id");
        let card = TransportCard::create(stranger.id, vec![own.to_owned()], now_ms(), 0).sign(&stranger.key);
        stranger.publish(card);
        stranger.visited(&address).await;
    };
    tokio::select! {
        () = meeting => {}
        _ = crowd => unreachable!(),
        () = tokio::time::sleep(Duration::from_secs(20)) => panic!("the crowd is all it has"),
    }
    node.stop().await;
    bootstrap.stop().await;
}

#[tokio::test]
async fn a_sealed_record_alone_leads_to_a_contact_and_to_who_comes_back_elsewhere() {
    let bootstrap = Bootstrap::start().await;
    let tuning = Tuning { records: true, ..hidden() };
    let mut alice = start(tuning, &bootstrap.addresses).await;
    let key = SigningKey::generate();
    let mut bob = Node::start_with(QUIC, tuning, key.duplicate(), bootstrap.addresses.clone()).await;
    track_unknown(&alice, bob.id).await;
    track_unknown(&bob, alice.id).await;
    assert!(matches!(alice.up(&bob).await, Path::Direct { .. }));
    bob.up(&alice).await;
    bob.stop().await;
    alice.down().await;
    // Another port: the record under the same name is replaced. Bob looks for nobody.
    let bob = Node::start_with(QUIC, tuning, key, bootstrap.addresses.clone()).await;
    while !learned(&mut alice, bob.id).await.contains(&bob.addresses[0]) {}
    for node in [alice, bob] {
        node.stop().await;
    }
    bootstrap.stop().await;
}

#[tokio::test]
async fn two_bootstraps_hold_one_reservation_each() {
    let (first, second) = (Bootstrap::start().await, Bootstrap::start().await);
    let all = [first.addresses.clone(), second.addresses.clone()].concat();
    let alice = Node::start_at(QUIC, &all).await;
    let through = |relays: &[String], bootstrap: &Bootstrap| {
        relays.iter().any(|relay| bootstrap.addresses.iter().any(|address| relay.starts_with(address.as_str())))
    };
    alice.status(|status| through(&status.relays, &first) && through(&status.relays, &second)).await;
    alice.stop().await;
    for bootstrap in [first, second] {
        bootstrap.stop().await;
    }
}

/// The second byte of a relay's address; all of 127/8 is this machine.
fn networks(relays: &[String]) -> Vec<String> {
    let mut networks: Vec<String> =
        relays.iter().filter_map(|relay| Some(relay.split('.').nth(1)?.to_owned())).collect();
    networks.sort();
    networks
}

#[tokio::test]
async fn a_reservation_moves_to_a_node_in_another_network_when_there_is_one() {
    let at = async |host| Bootstrap::start_with(SigningKey::generate(), &format!("/ip4/{host}/udp/0/quic-v1")).await;
    let (one, beside, elsewhere) = (at("127.1.0.1").await, at("127.1.0.2").await, at("127.2.0.1").await);
    let alice = Node::start_at(QUIC, &[one.addresses.clone(), beside.addresses.clone()].concat()).await;
    alice.status(|status| networks(&status.relays) == ["1", "1"]).await;
    alice.command(NetCommand::AddBootstrap { address: elsewhere.addresses[0].clone() }).await;
    alice.status(|status| networks(&status.relays) == ["1", "2"]).await;
    // It stays there, and the node that was left is used for everything else.
    alice.status(|status| status.bootstraps.iter().all(|known| known.ok)).await;
    assert_eq!(networks(&alice.status(|_| true).await.relays), ["1", "2"]);
    alice.stop().await;
    for bootstrap in [one, beside, elsewhere] {
        bootstrap.stop().await;
    }
}

#[tokio::test]
async fn a_card_goes_from_one_bootstrap_to_those_at_its_neighbour() {
    let first = Bootstrap::start().await;
    let second = Bootstrap::start_beside(SigningKey::generate(), QUIC, &first.addresses).await;
    let mut bob = start(hidden(), &second.addresses).await;
    bob.status(|status| status.bootstraps.iter().all(|known| known.ok)).await;
    // By then the two have each other in their mesh.
    let tuning = Tuning { first_card: Duration::from_secs(3), ..hidden() };
    let alice = start(tuning, &first.addresses).await;
    track_unknown(&bob, alice.id).await;
    assert_eq!(learned(&mut bob, alice.id).await, alice.addresses);
    for node in [alice, bob] {
        node.stop().await;
    }
    for bootstrap in [first, second] {
        bootstrap.stop().await;
    }
}

#[tokio::test]
async fn who_does_not_track_back_is_not_dialled_again_and_again() {
    let mut aloof = Public::new();
    let address = aloof.address().await;
    let address = address.split("/p2p/").next().expect("an address").to_owned();
    let node = Node::start_tuned(QUIC, Tuning { dial_first: Duration::from_millis(50), ..quick() }).await;
    node.command(track(aloof.id, vec![address])).await;
    // The ladder 0.05, 0.1, 0.25, 0.5, 1.5, 3 s has at most six rungs in this time; a loop would have hundreds.
    let visits = aloof.count_visits(Duration::from_secs(5)).await;
    assert!((1..=8).contains(&visits), "{visits} dials");
    node.stop().await;
}

/// How far the clock of one node is ahead, milliseconds.
static AHEAD_MS: AtomicU64 = AtomicU64::new(0);

fn jumping_clock() -> SystemTime {
    SystemTime::now() + Duration::from_millis(AHEAD_MS.load(Ordering::Relaxed))
}

#[tokio::test]
async fn after_sleep_connections_are_made_anew() {
    let mut alice = start(Tuning { wall: jumping_clock, ..quick() }, &[]).await;
    let mut bob = start(quick(), &[]).await;
    alice.track(&bob).await;
    bob.track(&alice).await;
    alice.up(&bob).await;
    bob.up(&alice).await;
    AHEAD_MS.store(120_000, Ordering::Relaxed);
    alice.down().await;
    bob.down().await;
    alice.up(&bob).await;
    bob.up(&alice).await;
    alice.send(&bob, 1, b"awake".to_vec()).await;
    assert_eq!(bob.received(&alice).await, b"awake");
    for node in [alice, bob] {
        node.stop().await;
    }
}

/// What a node knows besides a bootstrap on loopback.
enum World {
    /// It listens on loopback only.
    Loopback,
    /// It listens nowhere and was started with a bootstrap elsewhere.
    Elsewhere,
    /// It listens nowhere and is told later about a bootstrap elsewhere.
    ElsewhereLater,
}

/// Whether a node goes where a server of records sends it, within this time after it was sent.
async fn follows(world: World, limit: Duration) -> bool {
    let decoy = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = decoy.local_addr().expect("bound").port();
    let mut server = Public::new();
    let address = server.address().await;
    server.claim(&[format!("/ip4/127.0.0.1/tcp/{port}")]);
    let tuning = Tuning { records: true, ..hidden() };
    let elsewhere = format!("/dns4/localhost/tcp/1/p2p/{}", Node::name(&Public::new().id));
    let node = match world {
        World::Loopback => start(tuning, &[address]).await,
        World::Elsewhere => Node::start_deaf(tuning, &[address, elsewhere]),
        World::ElsewhereLater => {
            let node = Node::start_deaf(tuning, &[address]);
            node.command(NetCommand::AddBootstrap { address: elsewhere }).await;
            node
        }
    };
    track_unknown(&node, TransportId::from_bytes(SigningKey::generate().public().to_bytes())).await;
    let visited = tokio::select! {
        visited = async {
            server.asked().await;
            tokio::time::timeout(limit, async { tokio::select! {
                accepted = decoy.accept() => accepted.is_ok(),
                () = server.run() => false,
            }}).await.unwrap_or(false)
        } => visited,
        () = tokio::time::sleep(Duration::from_secs(30)) => panic!("the server was never asked"),
    };
    node.stop().await;
    visited
}

#[tokio::test]
async fn a_hostile_server_of_records_does_not_send_a_node_into_its_own_machine() {
    let (patience, moment) = (Duration::from_secs(30), Duration::from_secs(2));
    assert!(follows(World::Loopback, patience).await, "on a loopback-only network that is where peers are");
    assert!(!follows(World::Elsewhere, moment).await);
    assert!(!follows(World::ElsewhereLater, moment).await);
}

#[tokio::test]
async fn neighbours_find_each_other_without_a_bootstrap() {
    // Multicast does not belong on the machine's own network.
    match namespace::enter("discovery::neighbours_find_each_other_without_a_bootstrap") {
        Place::Inside => neighbours().await,
        Place::Done => {}
        // What can be seen without is that the node offers it.
        Place::Nowhere => {
            let node = Node::start_near(QUIC).await;
            let (reply, steps) = tokio::sync::oneshot::channel();
            node.command(NetCommand::Test(reply)).await;
            let steps = steps.await.expect("an answer");
            assert!(steps.iter().any(|step| step.name == "mdns"), "{steps:?}");
            node.stop().await;
        }
    }
}

async fn neighbours() {
    const ANY: &str = "/ip4/0.0.0.0/udp/0/quic-v1";
    let (mut alice, mut bob) = (Node::start_near(ANY).await, Node::start_near(ANY).await);
    let slot = SlotId::from_bytes([5; 32]);
    bob.command(NetCommand::ServeSlots(vec![(slot, b"sealed".to_vec())])).await;
    // Strangers yet: an invite is fetched before anybody is a contact. Nobody may have been heard at first.
    let mut id = 0;
    loop {
        alice.command(NetCommand::GetSlot { id, slot, hints: vec![], not: vec![] }).await;
        match alice.slot(id).await {
            SlotOutcome::Found(blob) => break assert_eq!(blob, b"sealed"),
            SlotOutcome::Unreachable if id < 200 => id += 1,
            other => panic!("{other:?}"),
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    track_unknown(&alice, bob.id).await;
    track_unknown(&bob, alice.id).await;
    alice.up(&bob).await;
    bob.up(&alice).await;
    alice.stop().await;
    bob.stop().await;
}
