//! Real nodes on loopback: gates, frames, requests, limits, reconnecting.
#![cfg(test)]

mod support;

use std::time::Duration;

use kith_net::{NetCommand, NetEvent, Path, RequestError, SlotOutcome, Tuning};
use kith_wire::{RequestAnswer, SlotId};
use support::{Node, QUIC, TCP, quick};

async fn exchange(transport: &str) {
    let (mut alice, mut bob) = (Node::start(transport).await, Node::start(transport).await);
    alice.track(&bob).await;
    bob.track(&alice).await;
    alice.up(&bob).await;
    bob.up(&alice).await;
    for round in 0..20_u64 {
        let text = format!("message {round}").into_bytes();
        alice.send(&bob, round, text.clone()).await;
        assert_eq!(bob.received(&alice).await, text);
        bob.send(&alice, 100 + round, text.clone()).await;
        assert_eq!(alice.received(&bob).await, text);
    }
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
    alice.command(NetCommand::GetSlot { id: 1, slot, hints: hints.clone() }).await;
    assert_eq!(alice.slot(1).await, SlotOutcome::Found(b"sealed".to_vec()));
    alice.command(NetCommand::GetSlot { id: 2, slot: SlotId::from_bytes([6; 32]), hints }).await;
    assert_eq!(alice.slot(2).await, SlotOutcome::Missing);
    alice.command(NetCommand::GetSlot { id: 3, slot, hints: vec![] }).await;
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
    alice.command(NetCommand::Request { peer: id, addresses, id: 4, bytes: vec![1] }).await;
    assert_eq!(alice.answered(4).await, Err(RequestError::Unreachable));
    alice.stop().await;
}

#[tokio::test]
async fn friends_find_each_other_again_by_cached_addresses() {
    let (mut alice, mut bob) = (Node::start_tuned(QUIC, quick()).await, Node::start_tuned(QUIC, quick()).await);
    alice.track(&bob).await;
    bob.command(NetCommand::Track { peer: alice.id, addresses: vec![] }).await;
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
    bob.command(NetCommand::Track { peer: alice.id, addresses: cached }).await;
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
