//! What a node says of itself, whom it serves, and how that changes while it runs.

use kith_wire::slot::owner_hash;
use kith_wire::{
    BootstrapLink, CommunityToken, ServiceDescriptor, ServicesDenial, ServicesRequest, ServicesResponse, SlotDenial,
    SlotId, SlotRequest, SlotResponse, UnverifiedDescriptor, services,
};
use libp2p::swarm::SwarmEvent;
use rustix::process::Signal;

use crate::client::Client;
use crate::node::{Node, call, folder, text, wait_until};
use crate::services::now_ms;

const TOKEN: &str = "0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a";

fn put() -> SlotRequest {
    let slot = SlotId::from_bytes([7; 32]);
    let expires_at_ms = now_ms() + 3_600_000;
    SlotRequest::Put { slot, owner_hash: owner_hash(&[3; 32]), expires_at_ms, blob: b"invite".to_vec() }
}

pub(crate) async fn describe(client: &mut Client, node: &Node) -> ServiceDescriptor {
    let ServicesResponse::Described { descriptor } = client.services(ServicesRequest::Describe).await else {
        panic!("no descriptor")
    };
    let key = BootstrapLink::parse(node.text("address")).unwrap().transport;
    UnverifiedDescriptor::decode(&descriptor).unwrap().verify(key, now_ms()).unwrap()
}

pub(crate) fn write(dir: &tempfile::TempDir, settings: &str) {
    std::fs::write(dir.path().join("node/config.toml"), settings).unwrap();
}

#[tokio::test]
async fn a_node_says_what_it_offers_and_signs_it() {
    let dir = folder("notice = \"Down on Sunday\"\n[media]\nstun = true\nturn = true\n[mailbox]\non = true\n");
    let node = Node::start(&dir);
    let mut client = Client::connected(&node.tcp()).await;
    let descriptor = describe(&mut client, &node).await;
    let link = BootstrapLink::parse(node.text("address")).unwrap();
    let own = services::MAILBOX | services::STUN | services::TURN;
    assert_eq!((descriptor.services, descriptor.services & own), (link.services, own));
    assert_eq!((descriptor.addresses, descriptor.notice.as_str()), (link.addresses, "Down on Sunday"));
    assert!(descriptor.stun[0].starts_with("/ip4/127.0.0.1/udp/") && descriptor.turn == descriptor.stun);
    let ServicesResponse::Turn(credentials) = client.services(ServicesRequest::Turn).await else { panic!("refused") };
    assert_eq!((credentials.lifetime_s, credentials.addresses), (600, descriptor.turn));
    let mut denied = None;
    for _ in 0..20 {
        if let ServicesResponse::Denied { reason } = client.services(ServicesRequest::Turn).await {
            denied = Some(reason);
        }
    }
    assert_eq!(denied, Some(ServicesDenial::Limited), "credentials are for calls, not for collecting");
}

#[tokio::test]
async fn a_node_without_media_says_so() {
    let dir = folder("");
    let node = Node::with(&dir, &["--listen", "/ip4/127.0.0.1/tcp/0", "--stun", "off"]);
    let mut client = Client::connected(&node.tcp()).await;
    let descriptor = describe(&mut client, &node).await;
    assert_eq!(descriptor.services & (services::STUN | services::TURN), 0);
    assert!(descriptor.stun.is_empty() && descriptor.turn.is_empty());
    let refused = ServicesResponse::Denied { reason: ServicesDenial::NotServed };
    assert_eq!(client.services(ServicesRequest::Turn).await, refused);
    let probed = Node::probe(node.text("address"));
    assert_eq!(probed["turn"], (false, "relays no media".to_owned()));
}

#[tokio::test]
async fn a_private_node_serves_those_with_its_token() {
    let dir = folder(&format!(
        "[access]\nprivate = true\ntokens = [\"{TOKEN}\"]\n[media]\nstun = true\nturn = true\n[limits]\nidle_s = 3600\n"
    ));
    let node = Node::start(&dir);
    let mut client = Client::connected(&node.tcp()).await;
    assert_ne!(describe(&mut client, &node).await.services & services::PRIVATE, 0);
    let not_member = ServicesResponse::Denied { reason: ServicesDenial::NotMember };
    assert_eq!(client.services(ServicesRequest::Turn).await, not_member);
    let wrong = ServicesRequest::Join { token: CommunityToken::from_bytes([11; 16]) };
    assert_eq!(client.services(wrong).await, not_member);
    assert_eq!(client.ask(put()).await, SlotResponse::Denied { reason: SlotDenial::NotServed });
    let right = ServicesRequest::Join { token: CommunityToken::from_bytes([10; 16]) };
    assert_eq!(client.services(right).await, ServicesResponse::Joined);
    assert_eq!(client.ask(put()).await, SlotResponse::Stored);
    assert!(matches!(client.services(ServicesRequest::Turn).await, ServicesResponse::Turn(_)));
    let mut guest = Client::connected(&node.tcp()).await;
    let get = SlotRequest::Get { slot: SlotId::from_bytes([7; 32]) };
    assert_eq!(guest.ask(get).await, SlotResponse::Found { blob: b"invite".to_vec() }, "an invite is for strangers");

    let printed = String::from_utf8(call(&["address", "--dir", text(&dir.path().join("node"))]).stdout).unwrap();
    let members = BootstrapLink::parse(printed.trim()).unwrap();
    assert_eq!(members.token, Some(CommunityToken::from_bytes([10; 16])));
    assert!(BootstrapLink::parse(node.text("address")).unwrap().token.is_none(), "the log has no secrets");
    let inside = Node::probe(printed.trim());
    for service in ["relay", "rendezvous", "slots", "stun", "turn"] {
        assert!(inside[service].0, "{service}: {}", inside[service].1);
    }
    let outside = Node::probe(node.text("address"));
    for service in ["relay", "rendezvous", "slots", "turn"] {
        assert!(!outside[service].0, "{service}: {}", outside[service].1);
    }
    let stale = members.with_token(CommunityToken::from_bytes([1; 16]));
    assert!(Node::probe(&stale.to_string())["relay"].1.contains("does not know this token"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whom_a_node_serves_changes_while_it_runs() {
    let dir = folder("");
    let node = Node::start(&dir);
    let (mut good, mut bad) = (Client::connected(&node.tcp()).await, Client::connected(&node.tcp()).await);
    let deny = format!("[access]\ndeny = [\"{}\"]\n", bad.swarm.local_peer_id());
    write(&dir, &deny);
    node.signal(Signal::HUP);
    bad.wait("it is disconnected", |event| matches!(event, SwarmEvent::ConnectionClosed { .. })).await;
    assert_eq!(good.ask(put()).await, SlotResponse::Stored);
    let address = node.tcp();
    bad.swarm.dial(address.parse::<libp2p::Multiaddr>().unwrap()).unwrap();
    bad.wait("it is refused", |event| {
        matches!(event, SwarmEvent::ConnectionClosed { .. } | SwarmEvent::OutgoingConnectionError { .. })
    })
    .await;
    wait_until("it is counted", || node.metric("kith_connections_refused_total{reason=\"not_served\"}") >= 2);

    write(&dir, "[access]\ndeny = [\"nobody\"]\n");
    node.signal(Signal::HUP);
    wait_until("the mistake is in the log", || node.log().contains("nothing changed"));
    assert!(node.log().contains("nobody"));
    assert_eq!(good.ask(put()).await, SlotResponse::Stored);

    write(&dir, "[access]\ndeny = [\"127.0.0.0/8\"]\n");
    node.signal(Signal::HUP);
    good.wait("its network is refused", |event| matches!(event, SwarmEvent::ConnectionClosed { .. })).await;
    write(&dir, "");
    node.signal(Signal::HUP);
    wait_until("everybody is served again", || call(&["probe", node.text("address"), "--json"]).status.success());
}
