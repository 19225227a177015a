//! A node for tests: commands, remembered events, waiting for conditions.

pub(crate) mod holding;
pub(crate) mod namespace;
pub(crate) mod nat;
pub(crate) mod public;
pub(crate) mod raw;

use std::time::Duration;

use futures::FutureExt;
use kith_crypto::SigningKey;
use kith_net::server::{Limits, Server, ServerConfig, ServerError};
use kith_net::{Net, NetCommand, NetConfig, NetError, NetEvent, NetStatus, Path, RequestError, SlotOutcome, Tuning};
use kith_wire::{FindKey, RequestAnswer, TransportId};
use libp2p::{
    identity::{PublicKey, ed25519},
    metrics::Registry,
};
use prometheus_client::encoding::text::encode;
use tokio::sync::{mpsc, oneshot};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// QUIC on a free loopback port.
pub(crate) const QUIC: &str = "/ip4/127.0.0.1/udp/0/quic-v1";
/// TCP on a free loopback port.
pub(crate) const TCP: &str = "/ip4/127.0.0.1/tcp/0";
/// Longer than anything on loopback takes.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// Unix milliseconds.
pub(crate) fn now_ms() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    u64::try_from(since.as_millis()).expect("small")
}

/// Short time limits.
pub(crate) fn quick() -> Tuning {
    Tuning {
        frame: Duration::from_secs(1),
        write: Duration::from_secs(2),
        request_read: Duration::from_secs(1),
        dial_first: Duration::from_millis(200),
        watchdog: Duration::from_secs(1),
        worse: Duration::ZERO,
        ..Tuning::default()
    }
}

/// A running node.
pub(crate) struct Node {
    pub(crate) id: TransportId,
    pub(crate) addresses: Vec<String>,
    key: SigningKey,
    net: Net,
    events: mpsc::Receiver<NetEvent>,
    seen: Vec<NetEvent>,
    tracker: TaskTracker,
    cancel: CancellationToken,
}

/// By which a node of these tests is found: a contact would have been told.
pub(crate) fn find_key(of: &TransportId) -> FindKey {
    FindKey::from_bytes(&of.to_bytes())
}

/// Keeps a connection to a node that may be found.
pub(crate) fn track(peer: TransportId, addresses: Vec<String>) -> NetCommand {
    NetCommand::Track { peer, addresses, find: Some(find_key(&peer)) }
}

impl Node {
    pub(crate) async fn start(listen: &str) -> Self {
        Self::start_tuned(listen, Tuning::default()).await
    }

    pub(crate) async fn start_tuned(listen: &str, tuning: Tuning) -> Self {
        Self::start_with(listen, tuning, SigningKey::generate(), vec![]).await
    }

    /// A node with bootstraps.
    pub(crate) async fn start_at(listen: &str, bootstraps: &[String]) -> Self {
        Self::start_with(listen, quick(), SigningKey::generate(), bootstraps.to_vec()).await
    }

    /// A node that listens nowhere.
    pub(crate) fn start_deaf(tuning: Tuning, bootstraps: &[String]) -> Self {
        Self::launch(vec![], tuning, SigningKey::generate(), bootstraps.to_vec(), false)
    }

    pub(crate) async fn start_with(listen: &str, tuning: Tuning, key: SigningKey, bootstraps: Vec<String>) -> Self {
        Self::launch(vec![listen.to_owned()], tuning, key, bootstraps, false).listening().await
    }

    /// A node that looks around on the local network.
    pub(crate) async fn start_near(listen: &str) -> Self {
        Self::launch(vec![listen.to_owned()], quick(), SigningKey::generate(), vec![], true).listening().await
    }

    async fn listening(mut self) -> Self {
        self.addresses = self
            .wait(|event| match event {
                NetEvent::Listening { addresses } if !addresses.is_empty() => Some(addresses.clone()),
                _ => None,
            })
            .await;
        self
    }

    fn launch(listen: Vec<String>, tuning: Tuning, key: SigningKey, bootstraps: Vec<String>, mdns: bool) -> Self {
        let (tracker, cancel) = (TaskTracker::new(), CancellationToken::new());
        let config = NetConfig {
            renewal: None,
            key: key.duplicate(),
            listen,
            bootstraps,
            spares: Vec::new(),
            mdns,
            relay_only: false,
            port_mapping: false,
            metered: None,
            agent: "kith-test".to_owned(),
            mail_dir: None,
        };
        let (net, events) = Net::start_tuned(config, tuning, &tracker, cancel.clone()).expect("start");
        let id = TransportId::from_bytes(key.public().to_bytes());
        net.try_command(NetCommand::Findable(vec![find_key(&id)])).expect("room");
        Self { id, addresses: vec![], key, net, events, seen: vec![], tracker, cancel }
    }

    /// The peer id of a device, as it stands behind `/p2p/`.
    pub(crate) fn name(id: &TransportId) -> String {
        let key = ed25519::PublicKey::try_from_bytes(&id.to_bytes()).expect("a key");
        PublicKey::from(key).to_peer_id().to_string()
    }

    /// Addresses with the peer id at the end.
    pub(crate) fn full_addresses(&self) -> Vec<String> {
        let peer = Self::name(&self.id);
        self.addresses.iter().map(|address| format!("{address}/p2p/{peer}")).collect()
    }

    pub(crate) async fn command(&self, command: NetCommand) {
        self.net.command(command).await.expect("running");
    }

    /// Asks for the status until it is as wanted.
    pub(crate) async fn status(&self, mut wanted: impl FnMut(&NetStatus) -> bool) -> NetStatus {
        let asking = async {
            loop {
                let (reply, status) = oneshot::channel();
                self.command(NetCommand::Status(reply)).await;
                let status = status.await.expect("running");
                if wanted(&status) {
                    return status;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(PATIENCE, asking).await.expect("the status in time")
    }

    pub(crate) async fn track(&self, other: &Node) {
        self.command(track(other.id, other.addresses.clone())).await;
    }

    pub(crate) async fn send(&self, to: &Node, id: u64, bytes: Vec<u8>) {
        self.command(NetCommand::Send { peer: to.id, id, bytes }).await;
    }

    pub(crate) async fn ask(&self, to: &Node, id: u64, bytes: Vec<u8>) {
        let (addresses, find) = (to.addresses.clone(), Some(find_key(&to.id)));
        self.command(NetCommand::Request { peer: to.id, addresses, find, id, bytes }).await;
    }

    /// Waits for an event, also among those that came while waiting for others. An event is found once.
    pub(crate) async fn wait<T>(&mut self, mut wanted: impl FnMut(&NetEvent) -> Option<T>) -> T {
        if let Some((at, found)) = self.seen.iter().enumerate().find_map(|(at, event)| Some((at, wanted(event)?))) {
            self.seen.remove(at);
            return found;
        }
        let waiting = async {
            loop {
                let event = self.events.recv().await.expect("the task runs");
                if let Some(found) = wanted(&event) {
                    return found;
                }
                self.seen.push(event);
            }
        };
        let Ok(found) = tokio::time::timeout(PATIENCE, waiting).await else {
            panic!("waited in vain; seen: {:?}", self.seen);
        };
        found
    }

    /// Whether such an event has come so far.
    pub(crate) fn saw(&mut self, wanted: impl Fn(&NetEvent) -> bool) -> bool {
        while let Ok(event) = self.events.try_recv() {
            self.seen.push(event);
        }
        self.seen.iter().any(wanted)
    }

    pub(crate) async fn up(&mut self, other: &Node) -> Path {
        let id = other.id;
        self.wait(|event| match event {
            NetEvent::PeerUp { peer, path } if *peer == id => Some(*path),
            _ => None,
        })
        .await
    }

    /// Waits until the path to a peer is direct; `path` is the one it came up with.
    pub(crate) async fn direct(&mut self, path: Path, other: &Node) {
        let id = other.id;
        if matches!(path, Path::Relayed { .. }) {
            self.wait(|event| {
                matches!(event, NetEvent::PathChanged { peer, path: Path::Direct { .. } } if *peer == id).then_some(())
            })
            .await;
        }
    }

    pub(crate) async fn down(&mut self) {
        self.wait(|event| matches!(event, NetEvent::PeerDown { .. }).then_some(())).await;
    }

    pub(crate) async fn received(&mut self, from: &Node) -> Vec<u8> {
        let id = from.id;
        self.wait(|event| match event {
            NetEvent::Received { peer, bytes } if *peer == id => Some(bytes.clone()),
            _ => None,
        })
        .await
    }

    pub(crate) async fn sent(&mut self, wanted: u64) -> bool {
        self.wait(|event| match event {
            NetEvent::Sent { id, ok } if *id == wanted => Some(*ok),
            _ => None,
        })
        .await
    }

    pub(crate) async fn answered(&mut self, wanted: u64) -> Result<RequestAnswer, RequestError> {
        self.wait(|event| match event {
            NetEvent::RequestAnswered { id, answer } if *id == wanted => Some(answer.clone()),
            _ => None,
        })
        .await
    }

    pub(crate) async fn slot(&mut self, wanted: u64) -> SlotOutcome {
        self.wait(|event| match event {
            NetEvent::SlotGot { id, outcome } if *id == wanted => Some(outcome.clone()),
            _ => None,
        })
        .await
    }

    pub(crate) async fn put(&mut self, wanted: u64) -> u32 {
        self.wait(|event| match event {
            NetEvent::SlotPut { id, stored } if *id == wanted => Some(*stored),
            _ => None,
        })
        .await
    }

    /// Whether the swarm task has ended.
    pub(crate) fn is_stopped(&self) -> bool {
        self.net.stopped().now_or_never().is_some()
    }

    /// Waits until the swarm task has ended by itself, and checks that everybody can tell.
    pub(crate) async fn fails(mut self) {
        let ending = async {
            self.net.stopped().await;
            while self.events.recv().await.is_some() {}
        };
        tokio::time::timeout(PATIENCE, ending).await.expect("the end is noticed");
        let refused = self.net.try_command(NetCommand::ServeSlots(vec![]));
        assert!(matches!(refused, Err(NetError::Stopped)), "{refused:?}");
        self.stop().await;
    }

    /// Stops the node, checks that no task is left, and gives the key back.
    pub(crate) async fn stop(self) -> SigningKey {
        self.cancel.cancel();
        self.tracker.close();
        tokio::time::timeout(PATIENCE, self.tracker.wait()).await.expect("a task outlived the node");
        self.key
    }
}

/// A running bootstrap node.
pub(crate) struct Bootstrap {
    pub(crate) addresses: Vec<String>,
    key: SigningKey,
    registry: Registry,
    _folder: tempfile::TempDir,
    tracker: TaskTracker,
    cancel: CancellationToken,
}

impl Bootstrap {
    pub(crate) async fn start() -> Self {
        Self::start_with(SigningKey::generate(), "/ip4/127.0.0.1/udp/0/quic-v1").await
    }

    pub(crate) async fn start_with(key: SigningKey, listen: &str) -> Self {
        Self::start_beside(key, listen, &[]).await
    }

    /// Connected to other bootstrap nodes.
    pub(crate) async fn start_beside(key: SigningKey, listen: &str, neighbours: &[String]) -> Self {
        Self::launch(key, listen, neighbours, Limits::default()).await
    }

    /// With other limits.
    pub(crate) async fn start_limited(limits: Limits) -> Self {
        Self::start_listening(QUIC, limits).await
    }

    /// With other limits, somewhere else.
    pub(crate) async fn start_listening(listen: &str, limits: Limits) -> Self {
        Self::launch(SigningKey::generate(), listen, &[], limits).await
    }

    async fn launch(key: SigningKey, listen: &str, neighbours: &[String], limits: Limits) -> Self {
        let (tracker, cancel) = (TaskTracker::new(), CancellationToken::new());
        let folder = tempfile::tempdir().expect("folder");
        let starting = async {
            loop {
                let config = ServerConfig {
                    turn: None,
                    iroh_relay: None,
                    access: kith_net::server::Access::default(),
                    notice: String::new(),
                    key: key.duplicate(),
                    listen: vec![listen.to_owned()],
                    external: vec![],
                    bootstraps: neighbours.to_vec(),
                    slots_dir: folder.path().to_owned(),
                    mailbox: None,
                    agent: "kith-bootstrap-test".to_owned(),
                    limits: limits.clone(),
                };
                let mut registry = Registry::default();
                match Server::start(config, &mut registry, &tracker, cancel.clone()).await {
                    Ok(server) => return (server, registry),
                    // A socket that was just closed lingers while its connections drain.
                    Err(ServerError::Listen { .. }) => tokio::time::sleep(Duration::from_millis(50)).await,
                    Err(error) => panic!("{error}"),
                }
            }
        };
        let (server, registry) = tokio::time::timeout(PATIENCE, starting).await.expect("the port becomes free");
        let peer = server.peer_id();
        let addresses = server.listen_addresses().iter().map(|address| format!("{address}/p2p/{peer}")).collect();
        Self { addresses, key, registry, _folder: folder, tracker, cancel }
    }

    /// How many circuits were opened so far, and how many of them are closed.
    pub(crate) fn circuits(&self) -> (u64, u64) {
        (self.relay("CircuitReqAccepted"), self.relay("CircuitClosed"))
    }

    /// How often this happened to the relay.
    pub(crate) fn relay(&self, event: &str) -> u64 {
        let mut text = String::new();
        encode(&mut text, &self.registry).expect("text");
        let lines = text.lines().filter(|line| line.contains(&format!("event=\"{event}\"")));
        lines.filter_map(|line| line.rsplit(' ').next()?.parse::<u64>().ok()).sum()
    }

    /// Stops it and gives back its key and address.
    pub(crate) async fn stop(self) -> (SigningKey, String) {
        self.cancel.cancel();
        self.tracker.close();
        tokio::time::timeout(PATIENCE, self.tracker.wait()).await.expect("a task outlived the bootstrap");
        let address = self.addresses.first().expect("an address");
        let listen = address.split("/p2p/").next().expect("the address before the id").to_owned();
        (self.key, listen)
    }
}
