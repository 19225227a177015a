//! Real nodes on loopback: gates, frames, requests, limits, reconnecting.
#![cfg(test)]
#![expect(clippy::wildcard_enum_match_arm, reason = "a test waits for one kind of event and ignores the rest")]

mod discovery;
mod mailbox;
mod recovery;
mod services;
mod support;
mod wss;

use std::time::Duration;

use kith_crypto::SigningKey;
use kith_net::{NetCommand, NetEvent, Path, RequestError, SlotOutcome, Tuning};
use kith_wire::{RequestAnswer, SlotId, TransportId, frame};
use support::{
    Bootstrap, Node, QUIC, TCP, quick,
    raw::{Ended, Raw, Script},
    track,
};

async fn exchange(transport: &str) {
    let (mut alice, mut bob) = (Node::start(transport).await, Node::start(transport).await);
    alice.track(&bob).await;
    bob.track(&alice).await;
    alice.up(&bob).await;
    bob.up(&alice).await;
    let started = std::time::Instant::now();
    for round in 0..20_u64 {
        let text = format!("message {round}").into_bytes();
        alice.send(&bob, round, text.clone()).await;
        assert_eq!(bob.received(&alice).await, text);
        bob.send(&alice, 100 + round, text.clone()).await;
        assert_eq!(alice.received(&bob).await, text);
    }
    println!("{transport}: {:?} per round trip", started.elapsed() / 20);
    assert!(alice.sent(19).await && bob.sent(119).await);
    alice.stop().await;
    bob.stop().await;
}

#[tokio::test]
async fn two_contacts_exchange_frames_over_quic() {
    exchange(QUIC).await;
}

#[tokio::test]
async fn two_contacts_exchange_frames_over_tcp() {
    exchange(TCP).await;
}

#[tokio::test]
async fn a_stranger_asks_and_is_answered() {
    let (mut alice, mut bob) = (Node::start(QUIC).await, Node::start(QUIC).await);
    alice.ask(&bob, 7, b"let me in".to_vec()).await;
    let request = bob
        .wait(|event| match event {
            NetEvent::RequestReceived { peer, request, bytes } => {
                assert_eq!(bytes, b"let me in");
                Some((*peer, *request))
            }
            _ => None,
        })
        .await;
    assert_eq!(request.0, alice.id);
    bob.command(NetCommand::AnswerRequest { request: request.1, answer: RequestAnswer::Received }).await;
    assert_eq!(alice.answered(7).await, Ok(RequestAnswer::Received));
    alice.stop().await;
    bob.stop().await;
}

#[tokio::test]
async fn a_slot_is_served_by_its_owner_to_whom_it_hinted() {
    let (mut alice, bob) = (Node::start(QUIC).await, Node::start(QUIC).await);
    let slot = SlotId::from_bytes([5; 32]);
    bob.command(NetCommand::ServeSlots(vec![(slot, b"sealed".to_vec())])).await;
    let hints = bob.full_addresses();
    alice.command(NetCommand::GetSlot { id: 1, slot, hints: hints.clone(), not: vec![] }).await;
    assert_eq!(alice.slot(1).await, SlotOutcome::Found(b"sealed".to_vec()));
    alice.command(NetCommand::GetSlot { id: 2, slot: SlotId::from_bytes([6; 32]), hints, not: vec![] }).await;
    assert_eq!(alice.slot(2).await, SlotOutcome::Missing);
    alice.command(NetCommand::GetSlot { id: 3, slot, hints: vec![], not: vec![] }).await;
    assert_eq!(alice.slot(3).await, SlotOutcome::Unreachable);
    alice.stop().await;
    bob.stop().await;
}

#[tokio::test]
async fn who_is_not_tracked_gets_no_dm_stream_and_no_up() {
    let (mut alice, mut bob) = (Node::start_tuned(QUIC, quick()).await, Node::start_tuned(QUIC, quick()).await);
    alice.track(&bob).await;
    // A request proves that the two are connected.
    alice.ask(&bob, 1, b"hello".to_vec()).await;
    bob.wait(|event| matches!(event, NetEvent::RequestReceived { .. }).then_some(())).await;
    alice.send(&bob, 2, b"let me in".to_vec()).await;
    assert!(!alice.sent(2).await, "the gate is closed");
    assert!(!alice.saw(|event| matches!(event, NetEvent::PeerUp { .. })), "a closed gate is not up");
    assert!(!bob.saw(|event| matches!(event, NetEvent::Received { .. } | NetEvent::PeerUp { .. })));
    // The gate opens without a new connection.
    bob.track(&alice).await;
    bob.up(&alice).await;
    alice.up(&bob).await;
    alice.send(&bob, 3, b"thank you".to_vec()).await;
    assert_eq!(bob.received(&alice).await, b"thank you");
    alice.stop().await;
    bob.stop().await;
}

#[tokio::test]
async fn an_unreachable_peer_is_reported_as_such() {
    let tuning = Tuning { request_total: Duration::from_secs(2), ..quick() };
    let (mut alice, bob) = (Node::start_tuned(QUIC, tuning).await, Node::start(QUIC).await);
    let (id, addresses) = (bob.id, bob.addresses.clone());
    bob.stop().await;
    alice.command(NetCommand::Request { peer: id, addresses, find: None, id: 4, bytes: vec![1] }).await;
    assert_eq!(alice.answered(4).await, Err(RequestError::Unreachable));
    alice.stop().await;
}

#[tokio::test]
async fn friends_find_each_other_again_by_cached_addresses() {
    let (mut alice, mut bob) = (Node::start_tuned(QUIC, quick()).await, Node::start_tuned(QUIC, quick()).await);
    alice.track(&bob).await;
    bob.command(track(alice.id, vec![])).await;
    alice.up(&bob).await;
    bob.up(&alice).await;
    // What bob knows about alice he has from her hello.
    let cached = bob.wait(|event| match event {
        NetEvent::PeerAddresses { addresses, .. } => Some(addresses.clone()),
        _ => None,
    });
    let cached = cached.await;
    let (key, tuning) = (bob.stop().await, quick());
    alice.down().await;
    let mut bob = Node::start_with(QUIC, tuning, key, vec![]).await;
    bob.command(track(alice.id, cached)).await;
    assert!(matches!(bob.up(&alice).await, Path::Direct { .. }));
    alice.up(&bob).await;
    alice.send(&bob, 9, b"again".to_vec()).await;
    assert_eq!(bob.received(&alice).await, b"again");
    alice.stop().await;
    bob.stop().await;
}

#[tokio::test]
async fn a_full_node_queue_holds_the_sender_back() {
    let tuning = Tuning { event_queue: 4, ..quick() };
    let (mut alice, mut bob) = (Node::start_tuned(QUIC, quick()).await, Node::start_tuned(QUIC, tuning).await);
    alice.track(&bob).await;
    bob.track(&alice).await;
    alice.up(&bob).await;
    // Nobody drains bob. What alice's side accepts is bounded by windows and queues, and nothing is lost.
    let mut accepted = 0_u64;
    let frame = vec![7_u8; 60 * 1024];
    for id in 0..2000_u64 {
        alice.send(&bob, id, frame.clone()).await;
        if alice.sent(id).await {
            accepted += 1;
        } else {
            break;
        }
    }
    assert!((1..2000).contains(&accepted), "{accepted} frames were accepted");
    for _ in 0..accepted {
        assert_eq!(bob.received(&alice).await.len(), frame.len());
    }
    alice.stop().await;
    bob.stop().await;
}

#[tokio::test]
async fn a_frame_over_the_cap_ends_its_stream_and_nothing_else() {
    // No time limit ends the stream before the peer's patience does: only the cap can.
    let mut node = Node::start_tuned(QUIC, Tuning { frame: Duration::from_secs(60), ..quick() }).await;
    let key = SigningKey::generate();
    let friend = TransportId::from_bytes(key.public().to_bytes());
    let mut raw = Raw::new(&key, "/kith/dm/1", &node.full_addresses()[0]);
    assert_eq!(raw.play(Script::Whole(vec![])).await, Ended::Refused, "nothing is negotiated with a stranger");
    node.command(track(friend, vec![])).await;
    node.status(|_| true).await;
    let giant = (u32::try_from(kith_wire::limits::FRAME_MAX).expect("small") + 2).to_be_bytes().to_vec();
    assert_eq!(raw.play(Script::Trickle(giant)).await, Ended::Broken);
    assert!(raw.is_connected());
    let frame = frame::encode(b"polite", 64).expect("frame");
    assert_eq!(raw.play(Script::Whole(frame)).await, Ended::Answered(vec![]));
    let received = node.wait(|event| match event {
        NetEvent::Received { peer, bytes } if *peer == friend => Some(bytes.clone()),
        _ => None,
    });
    assert_eq!(received.await, b"polite");
    node.stop().await;
}

#[tokio::test]
async fn a_request_that_trickles_is_cut_off() {
    let mut node = Node::start_tuned(QUIC, quick()).await;
    let mut raw = Raw::new(&SigningKey::generate(), "/kith/request/1", &node.full_addresses()[0]);
    let started = std::time::Instant::now();
    assert_eq!(raw.play(Script::Trickle(1000_u32.to_be_bytes().to_vec())).await, Ended::Broken);
    let lasted = started.elapsed();
    assert!(lasted > Duration::from_millis(900), "{lasted:?}");
    assert!(!node.saw(|event| matches!(event, NetEvent::RequestReceived { .. })));
    node.stop().await;
}

#[tokio::test]
async fn who_asks_too_often_is_told_so_and_the_node_is_left_alone() {
    let tuning = Tuning { requests_per_minute: 2, ..quick() };
    let mut node = Node::start_tuned(QUIC, tuning).await;
    let mut raw = Raw::new(&SigningKey::generate(), "/kith/request/1", &node.full_addresses()[0]);
    let request = frame::encode(b"hello", 64).expect("frame");
    for round in 0..2 {
        let answering = async {
            let request = node.wait(|event| match event {
                NetEvent::RequestReceived { request, .. } => Some(*request),
                _ => None,
            });
            let request = request.await;
            node.command(NetCommand::AnswerRequest { request, answer: RequestAnswer::Received }).await;
        };
        let (ended, ()) = tokio::join!(raw.play(Script::Whole(request.clone())), answering);
        let answer = frame::encode(&RequestAnswer::Received.encode(), 64).expect("frame");
        assert_eq!(ended, Ended::Answered(answer), "round {round}");
    }
    let busy = frame::encode(&RequestAnswer::Busy.encode(), 64).expect("frame");
    assert_eq!(raw.play(Script::Whole(request)).await, Ended::Answered(busy));
    assert!(!node.saw(|event| matches!(event, NetEvent::RequestReceived { .. })));
    node.stop().await;
}

#[tokio::test]
async fn contacts_whose_addresses_are_unknown_are_found_at_the_bootstrap_and_go_direct() {
    let bootstrap = Bootstrap::start().await;
    let (mut alice, mut bob) =
        (Node::start_at(QUIC, &bootstrap.addresses).await, Node::start_at(QUIC, &bootstrap.addresses).await);
    alice.command(track(bob.id, vec![])).await;
    bob.command(track(alice.id, vec![])).await;
    let path = alice.up(&bob).await;
    bob.up(&alice).await;
    alice.send(&bob, 1, b"found you".to_vec()).await;
    assert_eq!(bob.received(&alice).await, b"found you");
    alice.direct(path, &bob).await;
    let status = alice.status(|status| !status.relays.is_empty() && status.peers == 1).await;
    assert!(status.bootstraps.iter().all(|known| known.ok) && status.bytes_in > 0 && status.bytes_out > 0);
    let told = |event: &NetEvent| match event {
        NetEvent::StatusChanged(status) if status.peers == 1 => Some((status.bytes_in, status.bytes_out)),
        _ => None,
    };
    let (bytes_in, bytes_out) = alice.wait(told).await;
    assert!(bytes_in > 0 && bytes_out > 0, "what is told unasked names the traffic, too");
    for node in [alice, bob] {
        node.stop().await;
    }
    bootstrap.stop().await;
}

#[tokio::test]
async fn contacts_that_hear_nobody_directly_talk_through_the_relay() {
    let bootstrap = Bootstrap::start().await;
    // Nodes that do not listen can only be reached through a circuit.
    let start = || Node::start_deaf(quick(), &bootstrap.addresses);
    let (mut alice, mut bob) = (start(), start());
    alice.status(|status| !status.relays.is_empty()).await;
    bob.status(|status| !status.relays.is_empty()).await;
    alice.command(track(bob.id, vec![])).await;
    bob.command(track(alice.id, vec![])).await;
    assert!(matches!(alice.up(&bob).await, Path::Relayed { .. }));
    assert!(matches!(bob.up(&alice).await, Path::Relayed { .. }));
    for id in 0..20_u64 {
        alice.send(&bob, id, vec![1; 2000]).await;
        bob.received(&alice).await;
        bob.send(&alice, 100 + id, vec![2; 2000]).await;
        alice.received(&bob).await;
    }
    for node in [alice, bob] {
        node.stop().await;
    }
    bootstrap.stop().await;
}

#[tokio::test]
async fn a_relay_that_restarts_holds_a_reservation_again() {
    let bootstrap = Bootstrap::start().await;
    let (mut alice, mut bob) =
        (Node::start_deaf(quick(), &bootstrap.addresses), Node::start_deaf(quick(), &bootstrap.addresses));
    alice.command(track(bob.id, vec![])).await;
    bob.command(track(alice.id, vec![])).await;
    alice.up(&bob).await;
    bob.up(&alice).await;
    let (key, listen) = bootstrap.stop().await;
    alice.down().await;
    alice.status(|status| status.relays.is_empty() && status.bootstraps.iter().all(|known| !known.ok)).await;
    let bootstrap = Bootstrap::start_with(key, &listen).await;
    alice.status(|status| !status.relays.is_empty()).await;
    alice.up(&bob).await;
    bob.send(&alice, 1, b"back".to_vec()).await;
    assert_eq!(alice.received(&bob).await, b"back");
    for node in [alice, bob] {
        node.stop().await;
    }
    bootstrap.stop().await;
}

#[tokio::test]
async fn a_slot_put_at_a_bootstrap_is_found_and_gone_after_use() {
    let bootstrap = Bootstrap::start().await;
    let mut alice = Node::start_at(QUIC, &bootstrap.addresses).await;
    let mut bob = Node::start(QUIC).await;
    let (slot, token) = (SlotId::from_bytes([9; 32]), [3; 32]);
    let expires_at_ms =
        u64::try_from(std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("now").as_millis())
            .expect("small")
            + 3_600_000;
    let owner_hash = kith_wire::slot::owner_hash(&token);
    // Sent before the bootstrap is connected: it waits for it.
    alice.command(NetCommand::PutSlot { id: 1, slot, owner_hash, expires_at_ms, blob: b"sealed".to_vec() }).await;
    assert_eq!(alice.put(1).await, 1);
    let hints = bootstrap.addresses.clone();
    bob.command(NetCommand::GetSlot { id: 2, slot, hints: hints.clone(), not: vec![] }).await;
    assert_eq!(bob.slot(2).await, SlotOutcome::Found(b"sealed".to_vec()));
    let not = vec![*blake3::hash(b"sealed").as_bytes()];
    bob.command(NetCommand::GetSlot { id: 1, slot, hints: hints.clone(), not }).await;
    assert_eq!(bob.slot(1).await, SlotOutcome::Missing, "it is not what is wanted");
    alice.command(NetCommand::DeleteSlot { slot, token }).await;
    let mut id = 3;
    loop {
        bob.command(NetCommand::GetSlot { id, slot, hints: hints.clone(), not: vec![] }).await;
        match bob.slot(id).await {
            SlotOutcome::Found(_) => id += 1,
            SlotOutcome::Gone { used } => break assert!(used),
            other => panic!("{other:?}"),
        }
    }
    for node in [alice, bob] {
        node.stop().await;
    }
    bootstrap.stop().await;
}

#[tokio::test]
async fn an_address_that_is_no_bootstrap_node_does_not_keep_a_node_from_starting() {
    let bootstrap = Bootstrap::start().await;
    let key = SigningKey::generate();
    let own = format!("/ip4/9.9.9.9/tcp/4200/p2p/{}", Node::name(&TransportId::from_bytes(key.public().to_bytes())));
    let kept = [vec!["kith:b/1/aaaa".to_owned(), "/ip4/9.9.9.9/tcp/4200".to_owned(), own], bootstrap.addresses.clone()];
    let alice = Node::start_with(QUIC, quick(), key, kept.concat()).await;
    let status = alice.status(|status| status.bootstraps.iter().any(|known| known.ok)).await;
    assert_eq!(status.bootstraps.len(), 1, "{status:?}");
    alice.stop().await;
    bootstrap.stop().await;
}

#[tokio::test]
async fn the_connection_test_names_what_works() {
    let bootstrap = Bootstrap::start().await;
    let alice = Node::start_at(QUIC, &bootstrap.addresses).await;
    let (reply, steps) = tokio::sync::oneshot::channel();
    alice.command(NetCommand::Test(reply)).await;
    let steps = steps.await.expect("an answer");
    let ok = |name: &str| steps.iter().find(|step| step.name == name).map(|step| step.ok);
    assert_eq!(
        [ok("listen_udp"), ok("listen_tcp"), ok("bootstrap"), ok("relay"), ok("records")],
        [Some(true), Some(false), Some(true), Some(true), Some(true)],
        "{steps:?}"
    );
    alice.stop().await;
    bootstrap.stop().await;
}

#[tokio::test]
async fn a_hello_brings_the_addresses_of_a_contact() {
    let (mut alice, mut bob) = (Node::start(QUIC).await, Node::start(TCP).await);
    alice.track(&bob).await;
    bob.command(track(alice.id, vec![])).await;
    let expected = alice.addresses.clone();
    let learned = bob.wait(|event| match event {
        NetEvent::PeerAddresses { peer, addresses } => Some((*peer, addresses.clone())),
        _ => None,
    });
    let (peer, addresses) = learned.await;
    assert_eq!((peer, addresses), (alice.id, expected));
    alice.up(&bob).await;
    alice.stop().await;
    bob.stop().await;
}

#[tokio::test]
async fn who_is_untracked_is_disconnected_and_heard_no_more() {
    let (mut alice, mut bob) = (Node::start_tuned(QUIC, quick()).await, Node::start_tuned(QUIC, quick()).await);
    alice.track(&bob).await;
    bob.track(&alice).await;
    alice.up(&bob).await;
    bob.up(&alice).await;
    alice.command(NetCommand::Untrack { peer: bob.id }).await;
    alice.down().await;
    bob.down().await;
    bob.send(&alice, 1, b"hello?".to_vec()).await;
    assert!(!bob.sent(1).await);
    assert!(!alice.saw(|event| matches!(event, NetEvent::Received { .. })));
    alice.stop().await;
    bob.stop().await;
}

#[tokio::test]
async fn both_dialling_at_once_gives_one_up_and_no_down() {
    for _ in 0..5 {
        let (mut alice, mut bob) = (Node::start(QUIC).await, Node::start(TCP).await);
        tokio::join!(alice.track(&bob), bob.track(&alice));
        alice.up(&bob).await;
        bob.up(&alice).await;
        for id in 0..10 {
            alice.send(&bob, id, vec![1; 100]).await;
            bob.received(&alice).await;
            bob.send(&alice, id, vec![2; 100]).await;
            alice.received(&bob).await;
        }
        let flap = |event: &NetEvent| matches!(event, NetEvent::PeerUp { .. } | NetEvent::PeerDown { .. });
        assert!(!alice.saw(flap) && !bob.saw(flap));
        alice.stop().await;
        bob.stop().await;
    }
}
