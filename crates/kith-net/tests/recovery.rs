//! What breaks and comes back, or ends in a way that can be noticed.

use std::{
    future::Future,
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, SystemTime},
};

use kith_crypto::SigningKey;
use kith_net::{
    NetCommand, NetEvent, NetState, NetStatus, Path, Tuning,
    server::{Exempt, Limits},
};
use kith_wire::TransportId;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

use crate::support::{
    Bootstrap, Node, QUIC,
    holding::{HOP, Holding, PING},
    namespace::{self, Place},
    nat::Nat,
    quick,
    raw::{Ended, Raw, Script},
    track,
};

/// Lets a peer run while something is awaited.
async fn beside<T>(peer: &mut Holding, awaited: impl Future<Output = T>) -> T {
    tokio::select! {
        outcome = awaited => outcome,
        () = peer.run() => unreachable!("it never ends"),
    }
}

async fn within<T>(awaited: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(30), awaited).await.expect("in time")
}

#[tokio::test]
async fn a_relay_that_takes_its_time_is_not_waited_for_and_may_still_grant_a_reservation() {
    let mut slow = Holding::start(HOP).await;
    let swift = Bootstrap::start().await;
    let tuning = Tuning { reservations: 1, reservation: Duration::from_millis(300), ..quick() };
    let node = Node::start_deaf(tuning, std::slice::from_ref(&slow.address));
    within(slow.asked()).await;
    for address in swift.addresses.clone() {
        node.command(NetCommand::AddBootstrap { address }).await;
    }
    beside(&mut slow, node.status(|status| status.relays.len() == 1)).await;
    slow.grant();
    beside(&mut slow, node.status(|status| status.relays.len() == 2)).await;
    node.stop().await;
    swift.stop().await;
}

#[tokio::test]
async fn a_reservation_granted_by_a_bootstrap_that_was_removed_does_no_harm() {
    let mut relay = Holding::start(HOP).await;
    let node = Node::start_deaf(quick(), std::slice::from_ref(&relay.address));
    within(relay.asked()).await;
    // A contact is not disconnected because it is no bootstrap any more.
    node.command(track(relay.id, vec![])).await;
    node.command(NetCommand::RemoveBootstrap { address: relay.address.clone() }).await;
    beside(&mut relay, node.status(|status| status.bootstraps.is_empty())).await;
    relay.grant();
    within(relay.left()).await;
    node.status(|status| status.relays.is_empty()).await;
    node.stop().await;
}

#[tokio::test]
async fn who_does_not_answer_pings_is_disconnected_and_who_does_not_know_them_is_not() {
    let (mut mute, mut plain) = (Holding::start(PING).await, Holding::start("/kith/nothing").await);
    let node = Node::start_tuned(QUIC, Tuning { ping: Duration::from_millis(300), ..quick() }).await;
    for peer in [&plain, &mute] {
        node.command(track(peer.id, vec![peer.address.clone()])).await;
    }
    within(beside(&mut plain, mute.left())).await;
    assert!(plain.is_connected());
    node.stop().await;
}

#[tokio::test]
async fn contacts_that_meet_at_a_relay_go_direct_and_leave_it() {
    let bootstrap = Bootstrap::start().await;
    // Nothing tells them their addresses before they meet.
    let tuning = Tuning { records: false, settle: Duration::from_millis(300), reservations: 1, ..quick() };
    let start = || Node::start_with(QUIC, tuning, SigningKey::generate(), bootstrap.addresses.clone());
    let (mut alice, mut bob) = (start().await, start().await);
    bob.status(|status| !status.relays.is_empty()).await;
    bob.command(track(alice.id, vec![])).await;
    alice.command(track(bob.id, vec![])).await;
    let (path, back) = (alice.up(&bob).await, bob.up(&alice).await);
    assert!(matches!(path, Path::Relayed { .. }));
    alice.direct(path, &bob).await;
    bob.direct(back, &alice).await;
    alice.status(|_| matches!(bootstrap.circuits(), (opened, closed) if opened > 0 && opened == closed)).await;
    let flap = |event: &NetEvent| matches!(event, NetEvent::PeerDown { .. });
    assert!(!alice.saw(flap) && !bob.saw(flap));
    alice.send(&bob, 1, b"here".to_vec()).await;
    assert_eq!(bob.received(&alice).await, b"here");
    for node in [alice, bob] {
        node.stop().await;
    }
    bootstrap.stop().await;
}

#[tokio::test]
async fn who_is_met_through_relays_alone_tells_nobody_where_they_are() {
    let bootstrap = Bootstrap::start().await;
    let tuning = Tuning { settle: Duration::from_millis(300), reservations: 1, ..quick() };
    let start = || Node::start_with(QUIC, tuning, SigningKey::generate(), bootstrap.addresses.clone());
    let (mut alice, mut bob) = (start().await, start().await);
    let (alice_id, open, open_full) = (alice.id, alice.addresses.clone(), alice.full_addresses());
    alice.command(NetCommand::RelayOnly(true)).await;
    let hidden = |status: &NetStatus| !status.relays.is_empty() && status.addresses == status.relays;
    alice.status(hidden).await;
    bob.status(|status| !status.relays.is_empty()).await;
    // He knows where she was, and she knows where he is.
    bob.command(track(alice.id, open)).await;
    alice.track(&bob).await;
    let (path, back) = (alice.up(&bob).await, bob.up(&alice).await);
    assert!(matches!((path, back), (Path::Relayed { .. }, Path::Relayed { .. })), "{path:?} {back:?}");
    alice.send(&bob, 1, b"here".to_vec()).await;
    assert_eq!(bob.received(&alice).await, b"here");
    // Others meet in the same way and are direct in no time.
    let mut carol = start().await;
    carol.status(|status| !status.relays.is_empty()).await;
    carol.command(track(bob.id, vec![])).await;
    bob.command(track(carol.id, vec![])).await;
    let (path, back) = (carol.up(&bob).await, bob.up(&carol).await);
    carol.direct(path, &bob).await;
    bob.direct(back, &carol).await;
    let of_alice = |event: &NetEvent| matches!(event, NetEvent::PathChanged { peer, .. } if *peer == alice_id);
    assert!(!bob.saw(of_alice) && !alice.saw(|event| matches!(event, NetEvent::PathChanged { .. })));
    let mut stranger = Raw::new(&SigningKey::generate(), "/kith/request/1", &open_full[0]);
    assert_eq!(stranger.play(Script::Whole(vec![])).await, Ended::Disconnected, "nobody gets in but through the relay");
    alice.command(NetCommand::RelayOnly(false)).await;
    alice
        .wait(|event| {
            matches!(
                event,
                NetEvent::PeerUp { path: Path::Direct { .. }, .. }
                    | NetEvent::PathChanged { path: Path::Direct { .. }, .. }
            )
            .then_some(())
        })
        .await;
    for node in [alice, bob, carol] {
        node.stop().await;
    }
    bootstrap.stop().await;
}

/// Bob is met through a relay alone, by two who live behind one address that may open one circuit.
#[tokio::test]
async fn one_address_waits_until_its_circuit_is_free() {
    let limits = Limits { exempt: Exempt::None, circuits_per_ip: 1, ..Limits::default() };
    let bootstrap = Bootstrap::start_limited(limits).await;
    let tuning = Tuning { settle: Duration::from_millis(300), reservations: 1, ..quick() };
    let bob = Node::start_with(QUIC, tuning, SigningKey::generate(), bootstrap.addresses.clone()).await;
    bob.command(NetCommand::RelayOnly(true)).await;
    bob.status(|status| !status.relays.is_empty()).await;
    // They have no reservation, so only they can open circuits.
    let start = || Node::start_deaf(Tuning { reservations: 0, ..tuning }, &bootstrap.addresses);
    let (mut alice, mut carol) = (start(), start());
    for node in [&alice, &carol] {
        node.command(NetCommand::RelayOnly(true)).await;
        bob.command(track(node.id, vec![])).await;
    }
    alice.command(track(bob.id, vec![])).await;
    assert!(matches!(alice.up(&bob).await, Path::Relayed { .. }));
    carol.command(track(bob.id, vec![])).await;
    carol.status(|_| bootstrap.relay("CircuitReqDenied") > 2).await;
    assert_eq!((bootstrap.circuits(), carol.saw(|event| matches!(event, NetEvent::PeerUp { .. }))), ((1, 0), false));
    alice.stop().await;
    assert!(matches!(carol.up(&bob).await, Path::Relayed { .. }));
    for node in [bob, carol] {
        node.stop().await;
    }
    bootstrap.stop().await;
}

/// Whether the clock of one node fails.
static BROKEN: AtomicBool = AtomicBool::new(false);

fn broken_clock() -> SystemTime {
    assert!(!BROKEN.load(Ordering::Relaxed), "what a defect in the swarm task looks like");
    SystemTime::now()
}

#[tokio::test]
async fn the_end_of_the_swarm_task_is_noticed() {
    let (mut node, mut contact) =
        (Node::start_tuned(QUIC, Tuning { wall: broken_clock, ..quick() }).await, Node::start(QUIC).await);
    node.track(&contact).await;
    contact.track(&node).await;
    node.up(&contact).await;
    contact.up(&node).await;
    assert!(!node.is_stopped());
    BROKEN.store(true, Ordering::Relaxed);
    node.fails().await;
    contact.stop().await;
}

#[tokio::test]
async fn a_relay_with_a_name_makes_a_device_findable() {
    let bootstrap = Bootstrap::start().await;
    let named: Vec<String> =
        bootstrap.addresses.iter().map(|address| address.replace("/ip4/127.0.0.1", "/dns4/localhost")).collect();
    let node = Node::start_deaf(quick(), &named);
    let (reply, steps) = tokio::sync::oneshot::channel();
    node.command(NetCommand::Test(reply)).await;
    let steps = steps.await.expect("an answer");
    assert!(steps.iter().any(|step| step.name == "records" && step.ok), "{steps:?}");
    node.stop().await;
    bootstrap.stop().await;
}

#[tokio::test]
async fn what_two_bootstraps_see_of_a_node_tells_its_nat() {
    let (first, second) = (Bootstrap::start().await, Bootstrap::start().await);
    let node = Node::start_at(QUIC, &[first.addresses.clone(), second.addresses.clone()].concat()).await;
    node.status(|status| status.nat == "mapped").await;
    node.stop().await;
    for bootstrap in [first, second] {
        bootstrap.stop().await;
    }
}

#[tokio::test]
async fn the_door_others_see_behind_a_nat_that_changes_ports_becomes_an_address() {
    let bootstrap = Bootstrap::start().await;
    let address = bootstrap.addresses.first().expect("an address");
    let port = port_of(address).expect("/ip4/IP/udp/PORT");
    let nat = Nat::start(([127, 0, 0, 1], port).into()).await;
    let through = address.replace(&format!("/udp/{port}/"), &format!("/udp/{}/", nat.inside.port()));
    let tuning = Tuning { probe: Duration::from_millis(300), ..quick() };
    let node = Node::start_with(QUIC, tuning, SigningKey::generate(), vec![through]).await;
    // identify would have put the port it listens on in its place.
    let door = format!("/ip4/127.0.0.1/udp/{}/quic-v1", nat.outside.port());
    node.status(|status| status.addresses.contains(&door)).await;
    node.stop().await;
    bootstrap.stop().await;
}

/// Of `/ip4/IP/udp/PORT/…`.
fn port_of(address: &str) -> Option<u16> {
    let mut parts = address.split('/').skip(3);
    parts.next().filter(|name| *name == "udp")?;
    parts.next()?.parse().ok()
}

/// Nobody tells the two ends that a router forgot them; QUIC alone would wait for 45 seconds.
#[tokio::test]
async fn a_connection_that_leads_nowhere_is_noticed_when_something_is_said() {
    let tuning = Tuning { silence: Duration::from_millis(200), answer: Duration::from_millis(300), ..quick() };
    let start = || Node::start_with(QUIC, tuning, SigningKey::generate(), vec![]);
    let (mut alice, mut bob) = (start().await, start().await);
    let address = bob.addresses.first().expect("an address").clone();
    let port = port_of(&address).expect("/ip4/IP/udp/PORT");
    let nat = Nat::start(([127, 0, 0, 1], port).into()).await;
    let through = address.replace(&format!("/udp/{port}/"), &format!("/udp/{}/", nat.inside.port()));
    bob.command(track(alice.id, vec![])).await;
    alice.command(track(bob.id, vec![through])).await;
    alice.up(&bob).await;
    bob.up(&alice).await;
    alice.send(&bob, 1, b"are you there?".to_vec()).await;
    assert_eq!(bob.received(&alice).await, b"are you there?");
    drop(nat);
    alice.send(&bob, 2, b"and now?".to_vec()).await;
    alice.down().await;
    for node in [alice, bob] {
        node.stop().await;
    }
}

#[tokio::test]
async fn a_bootstrap_node_that_is_not_reached_any_more_is_left_although_nothing_is_said() {
    // Long enough to answer on a busy machine.
    let tuning = Tuning { assure: Duration::from_millis(300), answer: Duration::from_secs(3), ..quick() };
    let bootstrap = Bootstrap::start().await;
    let (address, port) = bootstrap.addresses.iter().find_map(|text| Some((text, port_of(text)?))).expect("QUIC");
    let nat = Nat::start(([127, 0, 0, 1], port).into()).await;
    let through = address.replace(&format!("/udp/{port}/"), &format!("/udp/{}/", nat.inside.port()));
    let node = Node::start_with(QUIC, tuning, SigningKey::generate(), vec![through]).await;
    let connected = |status: &NetStatus| status.bootstraps.iter().any(|bootstrap| bootstrap.ok);
    node.status(connected).await;
    let left = node.status(|status| !connected(status));
    tokio::time::timeout(Duration::from_secs(2), left).await.expect_err("it answers");
    drop(nat);
    node.status(|status| !connected(status)).await;
    node.stop().await;
    bootstrap.stop().await;
}

#[tokio::test]
async fn a_network_that_goes_and_comes_back_is_noticed_at_once() {
    if matches!(namespace::enter("recovery::a_network_that_goes_and_comes_back_is_noticed_at_once"), Place::Inside) {
        roam().await;
    }
}

async fn roam() {
    // Neither the patience of QUIC nor the ladder of dials ends within this test.
    let tuning = Tuning { dial_first: Duration::from_secs(3600), ..quick() };
    let start = || Node::start_with("/ip4/0.0.0.0/udp/0/quic-v1", tuning, SigningKey::generate(), vec![]);
    let (mut alice, mut bob) = (start().await, start().await);
    alice.track(&bob).await;
    bob.track(&alice).await;
    alice.up(&bob).await;
    bob.up(&alice).await;
    namespace::ip(&format!("addr del {} dev v0", namespace::ADDRESS));
    alice.down().await;
    bob.down().await;
    let status = alice.status(|status| status.state == NetState::Offline).await;
    assert!(status.addresses.is_empty(), "loopback leads nobody here: {status:?}");
    namespace::ip(&format!("addr add {} dev v0", namespace::ADDRESS));
    alice.up(&bob).await;
    bob.up(&alice).await;
    alice.send(&bob, 1, b"back".to_vec()).await;
    assert_eq!(bob.received(&alice).await, b"back");
    alice.stop().await;
    bob.stop().await;
}

#[tokio::test]
async fn a_neighbour_is_used_until_ones_own_node_is_back() {
    let neighbour = Bootstrap::start().await;
    let quic = "/ip4/127.0.0.1/udp/0/quic-v1";
    let chosen = Bootstrap::start_beside(SigningKey::generate(), quic, &neighbour.addresses).await;
    let tuning = Tuning { borrow: Duration::from_millis(300), give_back: Duration::from_secs(1), ..quick() };
    let mut node = Node::start_with(QUIC, tuning, SigningKey::generate(), chosen.addresses.clone()).await;
    let spares =
        node.wait(|event| if let NetEvent::Spares(spares) = event { Some(spares.clone()) } else { None }).await;
    assert_eq!(spares, neighbour.addresses);
    node.status(|status| status.bootstraps.iter().all(|known| known.ok && !known.borrowed)).await;
    let (key, listen) = chosen.stop().await;
    node.status(|status| {
        let seen: Vec<_> = status.bootstraps.iter().map(|known| (known.ok, known.borrowed)).collect();
        seen == [(false, false), (true, true)]
    })
    .await;
    let chosen = Bootstrap::start_beside(key, &listen, &neighbour.addresses).await;
    node.status(|status| status.bootstraps.len() == 1 && status.bootstraps.iter().all(|known| known.ok)).await;
    // Nobody is turned to when there is no node to wait for.
    node.command(NetCommand::RemoveBootstrap { address: chosen.addresses[0].clone() }).await;
    node.status(|status| status.bootstraps.is_empty() && status.relays.is_empty()).await;
    node.stop().await;
    for node in [chosen, neighbour] {
        node.stop().await;
    }
}

/// It said who its neighbours are before it had met any.
#[tokio::test]
async fn a_neighbour_that_comes_later_is_heard_of() {
    let neighbour = Bootstrap::start().await;
    let named = neighbour.addresses.clone();
    let (key, listen) = neighbour.stop().await;
    let quic = "/ip4/127.0.0.1/udp/0/quic-v1";
    let chosen = Bootstrap::start_beside(SigningKey::generate(), quic, &named).await;
    let tuning = Tuning { watchdog: Duration::from_millis(300), ..quick() };
    let mut node = Node::start_with(QUIC, tuning, SigningKey::generate(), chosen.addresses.clone()).await;
    let described = node.status(|status| status.bootstraps.iter().all(|known| !known.offers.is_empty())).await;
    assert!(described.bootstraps.iter().all(|known| known.ok), "{described:?}");
    let neighbour = Bootstrap::start_with(key, &listen).await;
    let spares =
        node.wait(|event| if let NetEvent::Spares(spares) = event { Some(spares.clone()) } else { None }).await;
    assert_eq!(spares, named);
    node.stop().await;
    for node in [chosen, neighbour] {
        node.stop().await;
    }
}

/// Takes every connection, and answers as the login page of a hotel does, or says nothing and closes.
async fn somebody_else(page: &'static [u8]) -> (String, impl Future<Output = ()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("listening");
    let port = listener.local_addr().expect("address").port();
    let peer = SigningKey::generate().public().to_bytes();
    let address = format!("/ip4/127.0.0.1/tcp/{port}/p2p/{}", Node::name(&TransportId::from_bytes(peer)));
    let serving = async move {
        loop {
            let (mut stream, _) = listener.accept().await.expect("a connection");
            let mut asked = [0; 512];
            // Who asks may hang up before the answer is there.
            let _read = stream.read(&mut asked).await;
            let _written = stream.write_all(page).await;
        }
    };
    (address, serving)
}

#[tokio::test]
async fn a_page_in_place_of_a_bootstrap_node_is_a_portal_and_a_closed_door_is_none() {
    const PAGE: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 44\r\n\r\n<html><body>Please log in to go on.</body></html>";
    let (address, serving) = somebody_else(PAGE).await;
    let node = Node::start_with(QUIC, quick(), SigningKey::generate(), vec![address]).await;
    tokio::select! {
        _ = node.status(|status| status.portal) => {}
        () = serving => unreachable!(),
    }
    node.stop().await;

    let (address, serving) = somebody_else(b"").await;
    let node = Node::start_with(QUIC, quick(), SigningKey::generate(), vec![address]).await;
    tokio::select! {
        () = within(tokio::time::sleep(Duration::from_secs(2))) => {}
        () = serving => unreachable!(),
    }
    assert!(!node.status(|_| true).await.portal, "somebody may be full");
    node.stop().await;
}
