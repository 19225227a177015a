//! Meetings over a real relay of iroh, with a certificate of its own.

use std::net::{Ipv4Addr, SocketAddr};

use iroh_relay::server::{CertConfig, RelayConfig as RelayServer, Server, ServerConfig, TlsConfig};
use kith_net::pin::pin_of;
use kith_rtc::{Events, Session, SessionConfig, SessionEvent, State};
use rustls::pki_types::PrivateKeyDer;
use tokio_util::task::TaskTracker;

use super::*;

const PATIENCE: Duration = Duration::from_secs(60);

/// A relay, and what its node would say of it.
async fn relay() -> (Server, OverlayRelay) {
    let key = rcgen::KeyPair::generate().unwrap();
    let made = rcgen::CertificateParams::new(vec!["relay.invalid".to_owned()]).unwrap().self_signed(&key).unwrap();
    let pin = pin_of(made.der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let server_config = rustls::ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.der().clone()], PrivateKeyDer::Pkcs8(key.serialize_der().into()))
        .unwrap();
    let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let mut serves = RelayServer::new(any);
    serves.tls = Some(TlsConfig::new(any, CertConfig::Manual { server_config }));
    let mut config = ServerConfig::default();
    config.relay = Some(serves);
    let server = Server::spawn(config).await.unwrap();
    let url = format!("https://{}", server.https_addr().unwrap());
    (server, OverlayRelay { node: TransportId::from_bytes([1; 32]), url, pin })
}

fn meeting(own: &SigningKey, peer: &SigningKey, relay: &OverlayRelay, dials: bool) -> Meeting {
    Meeting::new(own, endpoint_of(peer), relay, dials).unwrap()
}

async fn meet(meeting: Meeting) -> Result<(Endpoint, Connection), String> {
    timeout(PATIENCE, meeting.hold(&CancellationToken::new())).await.unwrap()
}

/// Until it is connected; what it says for the other side is brought there.
async fn bring(events: &mut Events, to: &Session) -> bool {
    match events.next().await {
        Some(SessionEvent::LocalDescription(description)) => to.remote_description(description).await.unwrap(),
        Some(SessionEvent::State(State::Connected)) => return true,
        Some(_) => {}
        None => panic!("the session ended"),
    }
    false
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_sides_meet_over_a_relay_and_a_session_goes_over_it() {
    let (server, relay) = relay().await;
    let [caller, callee] = [(); 2].map(|()| SigningKey::generate());
    let (dialled, waited) =
        tokio::join!(meet(meeting(&caller, &callee, &relay, true)), meet(meeting(&callee, &caller, &relay, false)));
    let ends = [dialled.unwrap(), waited.unwrap()];
    assert_eq!(ends.each_ref().map(|(_, end)| end.remote_id()), [1, 0].map(|at: usize| ends[at].0.id()));
    assert!(ends.iter().all(|(_, end)| end.max_datagram_size().unwrap() >= 1100), "room for a packet of sound");

    let (tracker, cancel) = (TaskTracker::new(), CancellationToken::new());
    // Who hides and has no TURN server: nothing but the overlay leads anywhere.
    let open = |polite| {
        let config =
            SessionConfig { relay_only: true, overlay: true, loopback: true, polite, ..SessionConfig::default() };
        Session::open(SessionConfig { audio: true, ..config }, &tracker, &cancel).unwrap()
    };
    let [(a, mut a_events), (b, mut b_events)] = [open(false), open(true)];
    for ((_, connection), session) in ends.iter().zip([&a, &b]) {
        let (overlay, connection) = (session.overlay(1100).await.unwrap(), connection.clone());
        tracker.spawn(async move { carry(&overlay, &connection).await });
    }
    a.start().await.unwrap();
    let both = async {
        let mut up = [false; 2];
        while up != [true; 2] {
            tokio::select! {
                connected = bring(&mut a_events, &b) => up[0] |= connected,
                connected = bring(&mut b_events, &a) => up[1] |= connected,
            }
        }
    };
    timeout(PATIENCE, both).await.expect("it is connected");
    let path = a.stats().await.unwrap().path.unwrap();
    assert_eq!(path.kind, kith_rtc::PathKind::Overlay);
    a.close().await;
    b.close().await;
    for (endpoint, _) in ends {
        endpoint.close().await;
    }
    server.shutdown().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_comes_first_and_is_somebody_else_is_sent_away() {
    let (_server, relay) = relay().await;
    let [caller, callee, stranger] = [(); 3].map(|()| SigningKey::generate());
    let (knocked, knocking) = oneshot::channel();
    let strange = async {
        let (endpoint, connection) = meet(meeting(&stranger, &callee, &relay, true)).await.unwrap();
        let sent_away = timeout(PATIENCE, connection.closed()).await.expect("nobody keeps a stranger waiting");
        knocked.send(sent_away).unwrap();
        endpoint.close().await;
    };
    let friend = async {
        // When the stranger has been there.
        println!("{:?}", knocking.await.unwrap());
        meet(meeting(&caller, &callee, &relay, true)).await.unwrap()
    };
    let waiting = meet(meeting(&callee, &caller, &relay, false));
    let ((), dialled, waited) = tokio::join!(strange, friend, waiting);
    assert_eq!(waited.as_ref().unwrap().1.remote_id(), dialled.0.id());
    dialled.0.close().await;
    waited.unwrap().0.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_relay_with_another_certificate_is_not_used() {
    let (server, relay) = relay().await;
    let [caller, callee] = [(); 2].map(|()| SigningKey::generate());
    let other = OverlayRelay { pin: [1; 32], ..relay };
    let (dialled, waited) =
        tokio::join!(meet(meeting(&caller, &callee, &other, true)), meet(meeting(&callee, &caller, &other, false)));
    assert!(dialled.is_err() && waited.is_err());
    assert_eq!(server.metrics().server.accepts.get(), 0, "somebody let it see who they are");
}
