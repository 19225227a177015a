//! A mailbox asked over real connections: at a public node, and at somebody's own.

use std::time::Duration;

use futures::StreamExt;
use kith_crypto::SigningKey;
use kith_net::mailbox::{
    self, AdmissionRules, MailboxBehaviour, MailboxConfig, MailboxEvent, MailboxFrame, MailboxLimits,
};
use kith_net::server::{Limits, Server, ServerConfig};
use kith_net::{Net, NetConfig, NetEvent};
use kith_wire::{
    Admission, DepositId, Mail, MailboxDenial, MailboxOperation, MailboxRequest, MailboxResponse, ReceiveId,
    TransportId, services,
};
use libp2p::request_response::{Message, OutboundFailure, ProtocolSupport};
use libp2p::swarm::SwarmEvent;
use libp2p::{Multiaddr, PeerId, Swarm, SwarmBuilder, identity::Keypair, metrics::Registry};
use prometheus_client::encoding::text::encode;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::support::{Node, PATIENCE, QUIC, now_ms};

/// Somebody who asks, under a throw-away key.
struct Asker {
    swarm: Swarm<MailboxBehaviour>,
    me: TransportId,
    mailbox: TransportId,
    peer: PeerId,
}

/// The keys of a queue.
struct Queue {
    owner: SigningKey,
    writer: SigningKey,
}

impl Queue {
    fn new() -> Self {
        Self { owner: SigningKey::generate(), writer: SigningKey::generate() }
    }

    fn receive(&self) -> ReceiveId {
        self.owner.public().into()
    }

    fn deposit(&self) -> DepositId {
        self.writer.public().into()
    }

    fn create(&self, admission: Admission) -> MailboxOperation {
        MailboxOperation::New { receive: self.receive(), deposit: self.deposit(), admission }
    }

    fn put(&self, envelope: &[u8]) -> MailboxOperation {
        MailboxOperation::Put { deposit: self.deposit(), until_ms: now_ms() + 60_000, envelope: envelope.to_vec() }
    }

    fn fetch(&self) -> MailboxOperation {
        MailboxOperation::Fetch { receive: self.receive(), after: 0 }
    }
}

impl Asker {
    /// Knows the mailbox at an address with the peer id at the end.
    fn new(mailbox: TransportId, address: &str) -> Self {
        let key = SigningKey::generate();
        let keypair = Keypair::ed25519_from_bytes(*key.seed()).expect("key");
        let mut swarm = SwarmBuilder::with_existing_identity(keypair)
            .with_tokio()
            .with_quic()
            .with_behaviour(|_| mailbox::behaviour(ProtocolSupport::Outbound))
            .expect("infallible")
            .with_swarm_config(|config| config.with_idle_connection_timeout(Duration::from_secs(60)))
            .build();
        let address: Multiaddr = address.parse().expect("address");
        let peer = Node::name(&mailbox).parse().expect("peer id");
        swarm.add_peer_address(peer, address);
        Self { swarm, me: TransportId::from_bytes(key.public().to_bytes()), mailbox, peer }
    }

    fn signed(&self, operation: &MailboxOperation, key: &SigningKey) -> MailboxFrame {
        MailboxFrame(MailboxRequest::encode(operation, key, &self.mailbox, &self.me))
    }

    async fn send(&mut self, frame: MailboxFrame) -> Result<MailboxResponse, OutboundFailure> {
        self.swarm.behaviour_mut().send_request(&self.peer, frame);
        let answered = async {
            loop {
                if let SwarmEvent::Behaviour(event) = self.swarm.select_next_some().await {
                    match event {
                        MailboxEvent::Message { message: Message::Response { response, .. }, .. } => {
                            return Ok(response);
                        }
                        MailboxEvent::OutboundFailure { error, .. } => return Err(error),
                        _ => {}
                    }
                }
            }
        };
        tokio::time::timeout(PATIENCE, answered).await.expect("an answer")
    }

    async fn ask(&mut self, operation: &MailboxOperation, key: &SigningKey) -> MailboxResponse {
        let frame = self.signed(operation, key);
        self.send(frame).await.expect("asked")
    }
}

/// A public node that can be stopped and started again.
struct Public {
    key: SigningKey,
    folder: tempfile::TempDir,
    server: Server,
    registry: Registry,
    tracker: TaskTracker,
    cancel: CancellationToken,
}

impl Public {
    async fn start(key: SigningKey, folder: tempfile::TempDir, mailbox: Option<AdmissionRules>) -> Self {
        let (tracker, cancel, mut registry) = (TaskTracker::new(), CancellationToken::new(), Registry::default());
        let dir = folder.path().join("mail");
        let config = ServerConfig {
            key: key.duplicate(),
            listen: vec![QUIC.to_owned()],
            external: vec![],
            bootstraps: vec![],
            slots_dir: folder.path().join("slots"),
            mailbox: mailbox.map(|admission| MailboxConfig { dir, admission, limits: MailboxLimits::default() }),
            agent: "kith-bootstrap-test".to_owned(),
            limits: Limits::default(),
        };
        let server = Server::start(config, &mut registry, &tracker, cancel.clone()).await.expect("started");
        Self { key, folder, server, registry, tracker, cancel }
    }

    fn asker(&self) -> Asker {
        let address = self.server.listen_addresses().first().expect("an address");
        Asker::new(TransportId::from_bytes(self.key.public().to_bytes()), address)
    }

    fn metrics(&self) -> String {
        let mut text = String::new();
        encode(&mut text, &self.registry).expect("text");
        text
    }

    async fn stop(self) -> (SigningKey, tempfile::TempDir) {
        self.cancel.cancel();
        self.tracker.close();
        tokio::time::timeout(PATIENCE, self.tracker.wait()).await.expect("a task outlived the node");
        (self.key, self.folder)
    }
}

fn open_to_all() -> AdmissionRules {
    AdmissionRules { open: true, ..AdmissionRules::default() }
}

fn created(response: &MailboxResponse) -> bool {
    matches!(response, MailboxResponse::Created { bytes_max: 8_388_608, envelopes_max: 1_000, .. })
}

#[tokio::test]
async fn a_public_node_keeps_mail_over_a_restart() {
    let node = Public::start(SigningKey::generate(), tempfile::tempdir().expect("folder"), Some(open_to_all())).await;
    assert_ne!(node.server.link().services & services::MAILBOX, 0);
    let (queue, mut owner, mut writer) = (Queue::new(), node.asker(), node.asker());
    assert!(created(&owner.ask(&queue.create(Admission::Open), &queue.owner).await));
    let envelope = vec![7; kith_wire::limits::MAIL_MAX];
    let MailboxResponse::Stored(receipt) = writer.ask(&queue.put(&envelope), &queue.writer).await else {
        panic!("not stored");
    };
    assert!(receipt.verify(&writer.mailbox, &queue.deposit(), &envelope));
    let metrics = node.metrics();
    assert!(metrics.contains("kith_mailbox_envelopes 1\n") && metrics.contains("kith_mailbox_queues 1\n"), "{metrics}");
    assert!(metrics.contains("kith_mailbox_requests_total{operation=\"put\",outcome=\"done\"} 1\n"), "{metrics}");

    let (key, folder) = node.stop().await;
    let node = Public::start(key, folder, Some(open_to_all())).await;
    let mut owner = node.asker();
    let mail = vec![Mail { seq: 1, envelope }];
    assert_eq!(owner.ask(&queue.fetch(), &queue.owner).await, MailboxResponse::Mail { mail, more: false });
    let ack = MailboxOperation::Ack { receive: queue.receive(), seqs: vec![1] };
    assert_eq!(owner.ask(&ack, &queue.owner).await, MailboxResponse::Done);
    let empty = MailboxResponse::Mail { mail: vec![], more: false };
    assert_eq!(owner.ask(&queue.fetch(), &queue.owner).await, empty);
    let close = MailboxOperation::Drop { receive: queue.receive() };
    assert_eq!(owner.ask(&close, &queue.owner).await, MailboxResponse::Done);
    assert_eq!(owner.ask(&queue.fetch(), &queue.owner).await, MailboxResponse::Denied(MailboxDenial::NoQueue));
    node.stop().await;
}

#[tokio::test]
async fn a_request_is_worth_nothing_on_another_connection() {
    let node = Public::start(SigningKey::generate(), tempfile::tempdir().expect("folder"), Some(open_to_all())).await;
    let (queue, mut owner, mut thief) = (Queue::new(), node.asker(), node.asker());
    assert!(created(&owner.ask(&queue.create(Admission::Open), &queue.owner).await));
    let frame = owner.signed(&queue.fetch(), &queue.owner);
    assert_eq!(thief.send(frame.clone()).await.expect("asked"), MailboxResponse::Denied(MailboxDenial::NoQueue));
    assert!(matches!(owner.send(frame).await.expect("asked"), MailboxResponse::Mail { .. }));
    node.stop().await;
}

#[tokio::test]
async fn a_node_without_mailbox_does_not_speak_of_it() {
    let node = Public::start(SigningKey::generate(), tempfile::tempdir().expect("folder"), None).await;
    assert_eq!(node.server.link().services & services::MAILBOX, 0);
    assert!(!node.metrics().contains("mailbox"));
    let (queue, mut owner) = (Queue::new(), node.asker());
    let frame = owner.signed(&queue.create(Admission::Open), &queue.owner);
    assert!(matches!(owner.send(frame).await, Err(OutboundFailure::UnsupportedProtocols)));
    node.stop().await;
}

#[tokio::test]
async fn somebodys_own_node_keeps_mail_for_whoever_has_a_token() {
    let (tracker, cancel, folder) =
        (TaskTracker::new(), CancellationToken::new(), tempfile::tempdir().expect("folder"));
    let key = SigningKey::generate();
    let admission = AdmissionRules { tokens: vec![[5; 32]], ..AdmissionRules::default() };
    let config = NetConfig {
        key: key.duplicate(),
        listen: vec![QUIC.to_owned()],
        bootstraps: vec![],
        mdns: false,
        agent: "kith-test".to_owned(),
        mailbox: Some(MailboxConfig { dir: folder.path().to_owned(), admission, limits: MailboxLimits::contact() }),
    };
    let (_net, mut events) = Net::start(config, &tracker, cancel.clone()).expect("started");
    let listening = async {
        loop {
            if let Some(NetEvent::Listening { addresses }) = events.recv().await
                && let Some(address) = addresses.first()
            {
                return address.clone();
            }
        }
    };
    let address = tokio::time::timeout(PATIENCE, listening).await.expect("listening");
    let (queue, mailbox) = (Queue::new(), TransportId::from_bytes(key.public().to_bytes()));
    let mut asker = Asker::new(mailbox, &address);
    let refused = MailboxResponse::Denied(MailboxDenial::Admission { work_bits: 0 });
    assert_eq!(asker.ask(&queue.create(Admission::Open), &queue.owner).await, refused);
    assert!(created(&asker.ask(&queue.create(Admission::Token([5; 32])), &queue.owner).await));
    assert!(matches!(asker.ask(&queue.put(b"sealed"), &queue.writer).await, MailboxResponse::Stored(_)));
    let mail = vec![Mail { seq: 1, envelope: b"sealed".to_vec() }];
    assert_eq!(asker.ask(&queue.fetch(), &queue.owner).await, MailboxResponse::Mail { mail, more: false });
    cancel.cancel();
    tracker.close();
    tokio::time::timeout(PATIENCE, tracker.wait()).await.expect("a task outlived the node");
}
