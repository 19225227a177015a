//! The relay for iroh: real iroh endpoints through it, and whom it keeps out.

use std::io::{self, Read};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use iroh::endpoint::{Endpoint, RelayMode, presets};
use iroh::{EndpointAddr, RelayConfig, RelayMap, RelayUrl, SecretKey};
use iroh_dns::dns::DnsResolver;
use iroh_relay::RelayQuicConfig;
use iroh_relay::client::{Client as RelayClient, ClientBuilder};
use iroh_relay::http::ProtocolVersion;
use iroh_relay::protos::relay::RelayToClientMsg;
use iroh_relay::tls::CaTlsConfig;
use kith_crypto::SigningKey;
use kith_net::pin::PinnedKey;
use kith_wire::services::{self, IrohRelay};
use rustix::process::Signal;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::task::JoinSet;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::access::{describe, write};
use crate::client::Client;
use crate::node::{Node, PATIENCE, call, failure, folder, text, wait_until};

const ALPN: &[u8] = b"kith/test/1";
const ON: &str = "[iroh_relay]\non = true\n";

/// Somebody who stays connected to a node over libp2p.
struct Person {
    key: SigningKey,
    peer: String,
    _swarm: JoinSet<()>,
}

impl Person {
    async fn at(node: &Node) -> Self {
        let Client { key, mut swarm, .. } = Client::connected(&node.tcp()).await;
        let peer = swarm.local_peer_id().to_string();
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            loop {
                swarm.select_next_some().await;
            }
        });
        Self { key, peer, _swarm: tasks }
    }

    fn secret(&self) -> SecretKey {
        SecretKey::from_bytes(&self.key.seed())
    }

    /// An iroh endpoint that has nothing but the relay.
    async fn endpoint(&self, relay: &IrohRelay) -> Endpoint {
        let config = RelayConfig::new(url(relay), Some(RelayQuicConfig::new(relay.quic_port)));
        let pin = relay.pin;
        let verifier = move |provider: Arc<rustls::crypto::CryptoProvider>| {
            let pinned: Arc<dyn rustls::client::danger::ServerCertVerifier> = Arc::new(PinnedKey::new(pin, &provider));
            io::Result::Ok(pinned)
        };
        let endpoint = Endpoint::builder(presets::Minimal)
            .secret_key(self.secret())
            .relay_mode(RelayMode::Custom(RelayMap::from_iter([config])))
            .ca_tls_config(CaTlsConfig::custom_server_cert_verifier(Arc::new(verifier)))
            .clear_ip_transports()
            .alpns(vec![ALPN.to_vec()])
            .bind()
            .await
            .unwrap();
        tokio::time::timeout(PATIENCE, endpoint.online()).await.expect("it has a home relay");
        endpoint
    }
}

fn url(relay: &IrohRelay) -> RelayUrl {
    relay.url.parse().unwrap()
}

async fn relay_of(node: &Node) -> IrohRelay {
    describe(&mut Client::connected(&node.tcp()).await, node).await.iroh_relay.unwrap()
}

async fn connect(relay: &IrohRelay, secret: SecretKey) -> Result<RelayClient, String> {
    let tls = PinnedKey::client(relay.pin).unwrap();
    let builder = ClientBuilder::new(url(relay), secret, DnsResolver::new()).tls_client_config(tls);
    tokio::time::timeout(PATIENCE, builder.connect()).await.unwrap().map_err(|error| format!("{error:#}"))
}

fn socket(relay: &IrohRelay) -> SocketAddr {
    relay.url.strip_prefix("https://").unwrap().trim_end_matches('/').parse().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn iroh_endpoints_talk_through_it() {
    let dir = folder(ON);
    let node = Node::start(&dir);
    let relay = relay_of(&node).await;
    let (ada, mara) = (Person::at(&node).await, Person::at(&node).await);
    let (from, to) = (ada.endpoint(&relay).await, mara.endpoint(&relay).await);
    let mut answering = JoinSet::new();
    let listener = to.clone();
    answering.spawn(async move {
        let connection = listener.accept().await.unwrap().await.unwrap();
        let (mut send, mut receive) = connection.accept_bi().await.unwrap();
        send.write_all(&receive.read_to_end(1 << 20).await.unwrap()).await.unwrap();
        send.finish().unwrap();
        connection.closed().await;
    });
    let address = EndpointAddr::new(to.id()).with_relay_url(url(&relay));
    let connection = tokio::time::timeout(PATIENCE, from.connect(address, ALPN)).await.unwrap().unwrap();
    let (mut send, mut receive) = connection.open_bi().await.unwrap();
    let sent = vec![7; 200_000];
    send.write_all(&sent).await.unwrap();
    send.finish().unwrap();
    assert!(receive.read_to_end(1 << 20).await.unwrap() == sent);
    wait_until("it is counted", || node.metric("kith_iroh_relay_received_bytes_total") >= 400_000);
    assert!(node.metric("kith_iroh_relay_sent_bytes_total") >= 400_000);
    assert_eq!(node.metric("kith_iroh_relay_clients"), 2);
    connection.close(0_u8.into(), b"");
    from.close().await;
    to.close().await;
    wait_until("they have left", || node.metric("kith_iroh_relay_clients") == 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_those_who_are_connected_and_served_are_relayed_for() {
    let dir = folder(&format!("{ON}clients_per_peer = 2\n"));
    let node = Node::start(&dir);
    let relay = relay_of(&node).await;
    let error = connect(&relay, SecretKey::generate()).await.err().unwrap();
    assert!(error.contains("connect to this node over libp2p first"), "{error}");

    let (ada, mara) = (Person::at(&node).await, Person::at(&node).await);
    let other = IrohRelay { pin: [1; 32], ..relay.clone() };
    let error = connect(&other, ada.secret()).await.err().unwrap();
    assert!(error.contains("certificate"), "{error}");

    let mut first = connect(&relay, ada.secret()).await.unwrap();
    let _second = connect(&relay, ada.secret()).await.unwrap();
    let error = connect(&relay, ada.secret()).await.err().unwrap();
    assert!(error.contains("too many"), "{error}");
    let mut good = connect(&relay, mara.secret()).await.unwrap();
    wait_until("refusals are counted", || node.metric("kith_iroh_relay_refused_total") == 2);

    write(&dir, &format!("[access]\ndeny = [\"{}\"]\n{ON}", ada.peer));
    node.signal(Signal::HUP);
    let gone = async { while let Some(Ok(_)) = first.next().await {} };
    tokio::time::timeout(PATIENCE, gone).await.expect("who is refused is disconnected");
    assert!(connect(&relay, ada.secret()).await.is_err());
    let stays = async {
        while let Some(message) = good.next().await {
            assert!(matches!(message, Ok(RelayToClientMsg::Ping(_))), "{message:?}");
        }
    };
    tokio::time::timeout(Duration::from_millis(300), stays).await.expect_err("who is not is not");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_only_opens_connections_does_not_keep_others_out() {
    let dir = folder(&format!("{ON}[limits]\nexempt = \"none\"\npending_per_ip = 4\npending = 6\n"));
    let node = Node::start(&dir);
    let ada = Person::at(&node).await;
    let relay = relay_of(&node).await;
    let held: Vec<TcpStream> = (0..4).map(|_| TcpStream::connect(socket(&relay)).unwrap()).collect();
    let mut turned_away = TcpStream::connect(socket(&relay)).unwrap();
    turned_away.set_read_timeout(Some(PATIENCE)).unwrap();
    assert_eq!(turned_away.read(&mut [0]).unwrap_or(0), 0, "the fifth is closed at once");
    assert!(connect(&relay, ada.secret()).await.is_err());
    for mut silent in held {
        silent.set_read_timeout(Some(PATIENCE)).unwrap();
        assert_eq!(silent.read(&mut [0]).unwrap_or(0), 0, "who says nothing is closed in the end");
    }
    connect(&relay, ada.secret()).await.unwrap();
}

/// Comes as far as the WebSocket, and does not prove a key.
async fn upgraded(relay: &IrohRelay) -> TlsStream<tokio::net::TcpStream> {
    let tls = TlsConnector::from(Arc::new(PinnedKey::client(relay.pin).unwrap()));
    let stream = tokio::net::TcpStream::connect(socket(relay)).await.unwrap();
    let mut stream = tls.connect(socket(relay).ip().into(), stream).await.unwrap();
    let version = ProtocolVersion::default().to_str();
    let request = format!(
        "GET /relay HTTP/1.1\r\nHost: relay\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Protocol: {version}\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).await.unwrap();
    assert_eq!(answer, *b"HTTP/1.1 101");
    stream
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_does_not_say_who_they_are_is_closed() {
    let dir = folder(&format!("{ON}[limits]\nexempt = \"none\"\npending_per_ip = 2\n"));
    let node = Node::start(&dir);
    let ada = Person::at(&node).await;
    let relay = relay_of(&node).await;
    let mut held = [upgraded(&relay).await, upgraded(&relay).await];
    assert!(connect(&relay, ada.secret()).await.is_err(), "they count until they are clients");
    for silent in &mut held {
        let mut rest = Vec::new();
        let closed = tokio::time::timeout(PATIENCE, silent.read_to_end(&mut rest)).await;
        drop(closed.expect("who proves no key is closed in the end"));
    }
    let _client = connect(&relay, ada.secret()).await.unwrap();
    let mut held = upgraded(&relay).await;
    held.write_all(&[0x88, 0x80, 0, 0, 0, 0]).await.unwrap();
    held.shutdown().await.unwrap();
    let others = [connect(&relay, ada.secret()).await, connect(&relay, ada.secret()).await];
    assert!(others.iter().all(Result::is_ok), "who is a client or has left does not count as on the way");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn its_key_stays_and_probe_tries_it() {
    let dir = folder(ON);
    let file = dir.path().join("node/iroh-relay.pem");
    let pin = {
        let node = Node::start(&dir);
        let probed = Node::probe(node.text("address"));
        let (works, detail) = &probed["iroh_relay"];
        assert!(works & detail.contains("sees this machine at 127.0.0.1:"), "{detail}");
        relay_of(&node).await.pin
    };
    let node = Node::start(&dir);
    assert_eq!(relay_of(&node).await.pin, pin, "after a restart");
    drop(node);

    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    let state = dir.path().join("node");
    let run = ["run", "--dir", text(&state), "--http", "127.0.0.1:0", "--stun", "off"];
    let at = |address| [&run[..], &["--listen", "/ip4/127.0.0.1/tcp/0", "--iroh-relay", address]].concat();
    assert!(failure(&at("127.0.0.1:0")).contains("chmod 600"));
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    std::fs::write(&file, "-----BEGIN").unwrap();
    assert!(failure(&at("127.0.0.1:0")).contains("not an undamaged key file"));
    std::fs::remove_file(&file).unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let error = failure(&at(&taken.local_addr().unwrap().to_string()));
    assert!(error.contains("the relay for iroh cannot listen on"), "{error}");

    let node = Node::with(&dir, &["--listen", "/ip4/127.0.0.1/tcp/0", "--iroh-relay", "off"]);
    let mut client = Client::connected(&node.tcp()).await;
    let descriptor = describe(&mut client, &node).await;
    assert_eq!((descriptor.services & services::IROH_RELAY, descriptor.iroh_relay), (0, None));
    assert_eq!(Node::probe(node.text("address"))["iroh_relay"], (false, "relays nothing of iroh".to_owned()));
    assert!(call(&["address", "--dir", text(&state)]).status.success());
}
