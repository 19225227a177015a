//! The WebSocket over TLS: whom it connects, and what it does not let a stranger do.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use kith_crypto::SigningKey;
use kith_net::Path;
use kith_net::server::{Limits, probe::probe};
use kith_wire::TransportId;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{
    ClientConfig, ClientConnection, DigitallySignedStruct, ServerConfig, ServerConnection, SignatureScheme, StreamOwned,
};

use super::support::{Bootstrap, Node, PATIENCE, quick, track};

const WSS: &str = "/ip4/127.0.0.1/tcp/0/tls/ws";
/// After which a public node gives a connection up that is not one yet.
const HANDSHAKE: Duration = Duration::from_secs(8);
const UPGRADE: &str = "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";

async fn listening() -> (Bootstrap, SocketAddr) {
    let bootstrap = Bootstrap::start_with(SigningKey::generate(), WSS).await;
    let place = place(&bootstrap.addresses[0]);
    (bootstrap, place)
}

/// The socket address in a multiaddr.
fn place(address: &str) -> SocketAddr {
    let mut parts = address.split('/');
    let (ip, port) = (parts.nth(2).expect("an ip"), parts.nth(1).expect("a port"));
    format!("{ip}:{port}").parse().expect("an address")
}

/// Takes any certificate, as a program does that only wants to know what is behind it.
#[derive(Debug)]
struct Anything;

impl ServerCertVerifier for Anything {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        rustls::crypto::ring::default_provider().signature_verification_algorithms.supported_schemes()
    }
}

type Client = StreamOwned<ClientConnection, TcpStream>;

/// Blocks until TLS stands.
fn over_tls(at: SocketAddr) -> io::Result<Client> {
    let socket = TcpStream::connect(at)?;
    socket.set_read_timeout(Some(PATIENCE))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Anything))
        .with_no_client_auth();
    let name = ServerName::IpAddress(at.ip().into());
    let mut stream = StreamOwned::new(ClientConnection::new(Arc::new(config), name).expect("a client"), socket);
    while stream.conn.is_handshaking() {
        stream.conn.complete_io(&mut stream.sock)?;
    }
    Ok(stream)
}

/// Everything that comes until the other side has had enough, and after how long that was.
fn until_closed(mut stream: impl Read) -> (Vec<u8>, Duration) {
    let (started, mut said, mut buffer) = (Instant::now(), Vec::new(), [0; 4096]);
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => break,
            Ok(bytes) => said.extend_from_slice(&buffer[..bytes]),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                panic!("still open after {:?}", started.elapsed());
            }
            Err(_reset) => break,
        }
    }
    (said, started.elapsed())
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.expect("no panic")
}

#[tokio::test]
async fn two_people_who_have_nothing_else_reach_each_other_through_it() {
    let (bootstrap, _) = listening().await;
    assert!(bootstrap.addresses[0].contains("/tls/ws/p2p/"), "{:?}", bootstrap.addresses);
    let start = || Node::start_deaf(quick(), &bootstrap.addresses);
    let (mut alice, mut bob) = (start(), start());
    for node in [&alice, &bob] {
        node.status(|status| !status.relays.is_empty()).await;
    }
    alice.command(track(bob.id, vec![])).await;
    bob.command(track(alice.id, vec![])).await;
    assert!(matches!(alice.up(&bob).await, Path::Relayed { .. }));
    assert!(matches!(bob.up(&alice).await, Path::Relayed { .. }));
    // The second is more than a frame of the WebSocket holds.
    for (id, bytes) in [(1, vec![7; 10]), (2, vec![8; 60_000])] {
        alice.send(&bob, id, bytes.clone()).await;
        assert_eq!(bob.received(&alice).await, bytes);
        assert!(alice.sent(id).await);
    }
    alice.stop().await;
    bob.stop().await;
    bootstrap.stop().await;
}

#[tokio::test]
async fn probe_tries_it_under_either_name() {
    let (bootstrap, _) = listening().await;
    for address in [bootstrap.addresses[0].clone(), bootstrap.addresses[0].replace("/tls/ws/", "/wss/")] {
        let report = probe(&address, Box::new(|_, _| Box::pin(async { Err("not offered".to_owned()) }))).await;
        let Ok(report) = report else { panic!("{report:?}") };
        assert!(report.services.iter().all(|service| service.works || !service.offered), "{report:?}");
        assert!(report.services.iter().any(|service| service.service == "wss" && service.works), "{report:?}");
    }
    bootstrap.stop().await;
}

/// Any certificate is taken, so it must be Noise that notices.
#[tokio::test]
async fn whoever_answers_with_another_key_is_refused() {
    let (bootstrap, _) = listening().await;
    let somebody = Node::name(&TransportId::from_bytes(SigningKey::generate().public().to_bytes()));
    let (listen, _) = bootstrap.addresses[0].split_once("/p2p/").expect("a peer id");
    let probed =
        probe(&format!("{listen}/p2p/{somebody}"), Box::new(|_, _| Box::pin(async { Err("not offered".to_owned()) })))
            .await;
    let Err(error) = probed else { panic!("{probed:?}") };
    assert!(error.to_string().contains("somebody with another key"), "{error}");
    bootstrap.stop().await;
}

#[tokio::test]
async fn who_dawdles_in_the_handshake_is_cut_off() {
    let (bootstrap, at) = listening().await;
    let in_tls = blocking(move || {
        let mut socket = TcpStream::connect(at).expect("connected");
        socket.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        // A record of a hello that never comes.
        socket.write_all(&[22, 3, 1, 2, 0, 1]).expect("written");
        until_closed(socket)
    });
    let in_http = blocking(move || {
        let mut stream = over_tls(at).expect("TLS");
        stream.write_all(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n").expect("written");
        until_closed(stream)
    });
    let in_noise = blocking(move || {
        let mut stream = over_tls(at).expect("TLS");
        stream.write_all(UPGRADE.as_bytes()).expect("written");
        until_closed(stream)
    });
    let (in_tls, in_http, in_noise) = tokio::join!(in_tls, in_http, in_noise);
    for (said, after) in [&in_tls, &in_http, &in_noise] {
        let slack = Duration::from_secs(4);
        assert!((HANDSHAKE - slack..HANDSHAKE + slack).contains(after), "{after:?} {}", String::from_utf8_lossy(said));
    }
    assert!(in_tls.0.is_empty() && in_http.0.is_empty());
    let answer = String::from_utf8_lossy(&in_noise.0);
    assert!(answer.starts_with("HTTP/1.1 101 "), "{answer}");
    bootstrap.stop().await;
}

#[tokio::test]
async fn what_is_no_request_for_a_websocket_is_refused_at_once() {
    let (bootstrap, at) = listening().await;
    let long = format!("{}Cookie: {}\r\n\r\n", UPGRADE.trim_end_matches("\r\n\r\n"), "a".repeat(5_000));
    let requests = [
        "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".to_owned(),
        "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 3\r\n\r\nabc".to_owned(),
        UPGRADE.replace("HTTP/1.1", "HTTP/1.0"),
        UPGRADE.replace("Sec-WebSocket-Key", "X"),
        format!("{UPGRADE}\r\n\r\n\0\0\0\0\r\n\r\n").replace("GET", "\u{1}\u{2}"),
        long,
    ];
    for request in requests {
        let (said, after) = blocking(move || {
            let mut stream = over_tls(at).expect("TLS");
            stream.write_all(request.as_bytes()).expect("written");
            until_closed(stream)
        })
        .await;
        let said = String::from_utf8_lossy(&said);
        assert!(!said.contains("101") && after < HANDSHAKE / 2, "{after:?} {said}");
    }
    bootstrap.stop().await;
}

#[tokio::test]
async fn unfinished_ones_are_counted_with_those_over_tcp() {
    let limits = Limits { pending: 2, ..Limits::default() };
    let bootstrap = Bootstrap::start_listening(WSS, limits).await;
    let at = place(&bootstrap.addresses[0]);
    let held: Vec<_> = (0..2).map(|_| TcpStream::connect(at).expect("connected")).collect();
    let after = blocking(move || {
        let started = Instant::now();
        // The two may be looked at a moment later than a third.
        while over_tls(at).is_ok() {
            assert!(started.elapsed() < HANDSHAKE / 2, "let in beside two that are unfinished");
        }
        drop(held);
        started.elapsed()
    })
    .await;
    assert!(after < HANDSHAKE / 2, "{after:?}");
    bootstrap.stop().await;
}

/// Somebody who is taken for a bootstrap node and talks without end; the library would listen to all of it.
#[tokio::test]
async fn a_node_that_is_told_too_much_hangs_up() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("bound").port();
    let key = rcgen::KeyPair::generate().expect("a key");
    let names = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).expect("a name");
    let certificate = names.self_signed(&key).expect("a certificate").der().clone();
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate], PrivateKeyDer::Pkcs8(key.serialize_der().into()))
        .expect("a server");
    let somebody = Node::name(&TransportId::from_bytes(SigningKey::generate().public().to_bytes()));
    let node = Node::start_deaf(quick(), &[format!("/ip4/127.0.0.1/tcp/{port}/tls/ws/p2p/{somebody}")]);
    let after = blocking(move || {
        let (socket, _) = listener.accept().expect("the node comes");
        socket.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        let mut stream = StreamOwned::new(ServerConnection::new(Arc::new(config)).expect("a server"), socket);
        let mut request = [0; 2048];
        let read = stream.read(&mut request).expect("a request");
        let request = String::from_utf8_lossy(&request[..read]);
        assert!(request.contains(&format!("Host: 127.0.0.1:{port}\r\n")), "{request}");
        let head = format!("HTTP/1.1 101 Switching Protocols\r\nX: {}", "a".repeat(5_000));
        stream.write_all(head.as_bytes()).expect("written");
        until_closed(stream).1
    })
    .await;
    assert!(after < HANDSHAKE / 2, "{after:?}");
    node.stop().await;
}
