//! A mailbox asked over real connections: at a public node, and at somebody's own.

use std::collections::BTreeSet;
use std::time::Duration;

use futures::StreamExt;
use kith_crypto::SigningKey;
use kith_net::mailbox::{
    self, AdmissionRules, Grant, MailboxBehaviour, MailboxConfig, MailboxEvent, MailboxFrame, MailboxLimits,
    MailboxRules, MailboxUsage,
};
use kith_net::server::{Limits, Server, ServerConfig};
use kith_net::{Net, NetCommand, NetConfig, NetEvent};
use kith_wire::{
    Admission, DepositId, Mail, MailboxDenial, MailboxOperation, MailboxRequest, MailboxResponse, ReceiveId,
    TransportId,
    mailbox::{Comparison, check_key, check_name, envelope_hash},
    services,
};
use libp2p::request_response::{Message, OutboundFailure, ProtocolSupport};
use libp2p::swarm::SwarmEvent;
use libp2p::{Multiaddr, PeerId, Swarm, SwarmBuilder, identity::Keypair, metrics::Registry};
use prometheus_client::encoding::text::encode;
use tokio::sync::mpsc;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use zeroize::Zeroizing;

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

    fn check(&self, nonce: &[u8; 32], bytes: Vec<u8>) -> MailboxOperation {
        MailboxOperation::Check { receive: self.receive(), deposit: self.deposit(), nonce: *nonce, bytes }
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
            turn: None,
            iroh_relay: None,
            access: kith_net::server::Access::default(),
            notice: String::new(),
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

/// Somebody's own node.
struct Own {
    net: Net,
    events: mpsc::Receiver<NetEvent>,
    address: String,
    tracker: TaskTracker,
    cancel: CancellationToken,
    asked: u64,
}

impl Own {
    async fn start(key: &SigningKey, folder: &std::path::Path) -> Self {
        let (tracker, cancel) = (TaskTracker::new(), CancellationToken::new());
        let config = NetConfig {
            renewal: None,
            key: key.duplicate(),
            listen: vec![QUIC.to_owned()],
            bootstraps: vec![],
            spares: Vec::new(),
            mdns: false,
            relay_only: false,
            port_mapping: false,
            metered: None,
            agent: "kith-test".to_owned(),
            mail_dir: Some(folder.to_owned()),
        };
        let (net, events) = Net::start(config, &tracker, cancel.clone()).expect("started");
        let mut node = Self { net, events, address: String::new(), tracker, cancel, asked: 0 };
        node.address = node
            .hears(
                |event| {
                    if let NetEvent::Reachable { addresses } = event { addresses.first().cloned() } else { None }
                },
            )
            .await;
        node
    }

    async fn hears<T>(&mut self, wanted: impl Fn(NetEvent) -> Option<T>) -> T {
        let heard = async {
            loop {
                if let Some(heard) = wanted(self.events.recv().await.expect("running")) {
                    return heard;
                }
            }
        };
        tokio::time::timeout(PATIENCE, heard).await.expect("an event")
    }

    /// Keeps mail for these tokens, or for nobody.
    async fn serve(&mut self, tokens: Option<&[u8]>, erase: bool) -> MailboxUsage {
        self.asked += 1;
        let asked = self.asked;
        let grant = |token: &u8| Grant { token: Zeroizing::new([*token; 32]), bytes: 1_000, queues: 2 };
        let serve = tokens.map(|tokens| MailboxRules {
            admission: AdmissionRules { grants: tokens.iter().map(grant).collect(), ..AdmissionRules::default() },
            limits: MailboxLimits::contact(),
        });
        self.net.command(NetCommand::ServeMailbox { id: asked, serve, erase }).await.expect("running");
        let served = |event| {
            if let NetEvent::MailboxServed { id, outcome } = event { (id == asked).then_some(outcome) } else { None }
        };
        self.hears(served).await.expect("served")
    }

    /// Asks a mailbox as the node asks, again if the connection was to the one that is stopped.
    async fn ask(&mut self, mailbox: &Public, operation: MailboxOperation, key: &SigningKey) -> MailboxResponse {
        for _ in 0..3 {
            if let Some(response) = self.ask_once(mailbox, operation.clone(), key).await {
                return response;
            }
        }
        panic!("no answer");
    }

    async fn ask_once(
        &mut self,
        mailbox: &Public,
        operation: MailboxOperation,
        key: &SigningKey,
    ) -> Option<MailboxResponse> {
        self.asked += 1;
        let asked = self.asked;
        let mailbox = mailbox.server.link().to_string();
        let ask = NetCommand::Mailbox { id: asked, mailbox, operation, seed: key.seed() };
        self.net.command(ask).await.expect("running");
        let answered = |event| {
            if let NetEvent::Mailbox { id, response } = event { (id == asked).then_some(response) } else { None }
        };
        self.hears(answered).await
    }

    /// Which of these a mailbox does not have, by their place.
    async fn missing(&mut self, mailbox: &Public, queue: &Queue, left: &[&[u8]]) -> Vec<usize> {
        let nonce = kith_crypto::random_bytes();
        let response = self.ask(mailbox, queue.check(&nonce, Vec::new()), &queue.writer).await;
        let MailboxResponse::Compared { nonce: theirs, .. } = response else { panic!("{response:?}") };
        let key = check_key(&queue.deposit(), &nonce, &theirs);
        let names: Vec<[u8; 32]> = left.iter().map(|envelope| check_name(&key, &envelope_hash(envelope))).collect();
        let comparison = Comparison::new(names.iter().copied()).expect("few");
        let (mut missing, mut next) = (BTreeSet::new(), Some(comparison.begin().expect("begun")));
        while let Some(frame) = next {
            let response = self.ask(mailbox, queue.check(&nonce, frame), &queue.writer).await;
            let MailboxResponse::Compared { bytes, .. } = response else { panic!("{response:?}") };
            next = comparison.go_on(&bytes, &mut missing).expect("an answer");
        }
        (0..left.len()).filter(|at| missing.contains(&names[*at])).collect()
    }

    async fn stop(self) {
        self.cancel.cancel();
        self.tracker.close();
        tokio::time::timeout(PATIENCE, self.tracker.wait()).await.expect("a task outlived the node");
    }
}

/// The mailbox's file is put back, while it is stopped, as it was before two of three envelopes came for which it gave
/// receipts.
#[tokio::test]
async fn a_writer_finds_out_that_a_mailbox_was_put_back_from_a_copy() {
    let node = Public::start(SigningKey::generate(), tempfile::tempdir().expect("folder"), Some(open_to_all())).await;
    let (queue, mut owner) = (Queue::new(), node.asker());
    assert!(created(&owner.ask(&queue.create(Admission::Open), &queue.owner).await));
    let (key, own_folder) = (SigningKey::generate(), tempfile::tempdir().expect("folder"));
    let mut writer = Own::start(&key, own_folder.path()).await;
    let left: [&[u8]; 3] = [b"before", b"after", b"later"];
    let stored = |response: MailboxResponse| matches!(response, MailboxResponse::Stored(_));
    assert!(stored(writer.ask(&node, queue.put(left[0]), &queue.writer).await));

    let (key, folder) = node.stop().await;
    let (file, copy) = (folder.path().join("mail/mailbox.redb"), folder.path().join("copy"));
    std::fs::copy(&file, &copy).expect("copied");
    let node = Public::start(key, folder, Some(open_to_all())).await;
    for envelope in &left[1..] {
        assert!(stored(writer.ask(&node, queue.put(envelope), &queue.writer).await));
    }
    assert_eq!(writer.missing(&node, &queue, &left).await, Vec::<usize>::new());

    let (key, folder) = node.stop().await;
    std::fs::copy(&copy, &file).expect("put back");
    let node = Public::start(key, folder, Some(open_to_all())).await;
    assert_eq!(writer.missing(&node, &queue, &left).await, [1, 2]);
    let metrics = node.metrics();
    assert!(metrics.contains("kith_mailbox_requests_total{operation=\"check\",outcome=\"done\"} 2\n"), "{metrics}");
    for envelope in &left[1..] {
        assert!(stored(writer.ask(&node, queue.put(envelope), &queue.writer).await));
    }
    assert_eq!(writer.missing(&node, &queue, &left).await, Vec::<usize>::new());
    let stranger = SigningKey::generate();
    let refused = writer.ask(&node, queue.check(&[7; 32], Vec::new()), &stranger).await;
    assert_eq!(refused, MailboxResponse::Denied(MailboxDenial::NoQueue));
    writer.stop().await;
    node.stop().await;
}

#[tokio::test]
async fn somebodys_own_node_keeps_mail_for_whoever_has_a_token() {
    let folder = tempfile::tempdir().expect("folder");
    let key = SigningKey::generate();
    let mailbox = TransportId::from_bytes(key.public().to_bytes());
    let mut node = Own::start(&key, folder.path()).await;
    let (queue, other) = (Queue::new(), Queue::new());
    let refused = MailboxResponse::Denied(MailboxDenial::Admission { work_bits: 0 });

    // Before it is switched on nobody is told that there is such a thing.
    let mut early = Asker::new(mailbox, &node.address);
    let frame = early.signed(&queue.create(Admission::Token([5; 32])), &queue.owner);
    assert!(matches!(early.send(frame).await, Err(OutboundFailure::UnsupportedProtocols)));
    assert_eq!(node.serve(Some(&[5, 6]), false).await, MailboxUsage::default());

    let mut asker = Asker::new(mailbox, &node.address);
    assert_eq!(asker.ask(&queue.create(Admission::Open), &queue.owner).await, refused);
    assert!(created(&asker.ask(&queue.create(Admission::Token([5; 32])), &queue.owner).await));
    assert!(created(&asker.ask(&other.create(Admission::Token([6; 32])), &other.owner).await));
    assert!(matches!(asker.ask(&queue.put(b"sealed"), &queue.writer).await, MailboxResponse::Stored(_)));
    let full = MailboxResponse::Denied(MailboxDenial::QueueFull);
    assert_eq!(asker.ask(&queue.put(b"one more"), &queue.writer).await, full, "two times 512 is over 1000");
    let mail = MailboxResponse::Mail { mail: vec![Mail { seq: 1, envelope: b"sealed".to_vec() }], more: false };
    assert_eq!(asker.ask(&queue.fetch(), &queue.owner).await, mail);

    // Off, nobody is answered, on the same connection either; what is there stays.
    let kept = node.serve(None, false).await;
    assert_eq!((kept.queues, kept.envelopes), (2, 1));
    assert!(kept.oldest_until_ms.is_some_and(|until| until > now_ms()));
    let frame = asker.signed(&queue.fetch(), &queue.owner);
    assert!(asker.send(frame).await.is_err());
    node.stop().await;
    let mut node = Own::start(&key, folder.path()).await;
    assert_eq!(node.serve(None, false).await, kept);
    let mut asker = Asker::new(mailbox, &node.address);
    let frame = asker.signed(&queue.fetch(), &queue.owner);
    assert!(matches!(asker.send(frame).await, Err(OutboundFailure::UnsupportedProtocols)));

    // On again; and what was opened with a token goes with it.
    assert_eq!(node.serve(Some(&[5, 6]), false).await, kept);
    let mut asker = Asker::new(mailbox, &node.address);
    assert_eq!(asker.ask(&queue.fetch(), &queue.owner).await, mail);
    assert_eq!(node.serve(Some(&[6]), false).await.queues, 1);
    assert_eq!(asker.ask(&queue.fetch(), &queue.owner).await, MailboxResponse::Denied(MailboxDenial::NoQueue));
    assert_eq!(asker.ask(&queue.create(Admission::Token([5; 32])), &queue.owner).await, refused);
    assert!(matches!(asker.ask(&other.fetch(), &other.owner).await, MailboxResponse::Mail { .. }));

    assert_eq!(node.serve(None, true).await, MailboxUsage::default());
    assert_eq!(std::fs::read_dir(folder.path()).expect("folder").count(), 0, "nothing is left");
    assert_eq!(node.serve(Some(&[6]), false).await, MailboxUsage::default());
    node.stop().await;
}

/// A mailbox that has no queue, and says who asked.
struct Recorder {
    swarm: Swarm<MailboxBehaviour>,
    link: String,
}

impl Recorder {
    async fn start() -> Self {
        let key = SigningKey::generate();
        let keypair = Keypair::ed25519_from_bytes(*key.seed()).expect("key");
        let mut swarm = SwarmBuilder::with_existing_identity(keypair)
            .with_tokio()
            .with_quic()
            .with_behaviour(|_| mailbox::behaviour(ProtocolSupport::Inbound))
            .expect("infallible")
            .with_swarm_config(|config| config.with_idle_connection_timeout(Duration::from_secs(60)))
            .build();
        swarm.listen_on(QUIC.parse().expect("address")).expect("listening");
        let address = loop {
            if let SwarmEvent::NewListenAddr { address, .. } = swarm.select_next_some().await {
                break address.to_string();
            }
        };
        let transport = TransportId::from_bytes(key.public().to_bytes());
        let link = kith_wire::BootstrapLink::new(transport, vec![address], services::MAILBOX).to_string();
        Self { swarm, link }
    }

    /// Answers the next request, and says whose it was.
    async fn asked_by(&mut self) -> PeerId {
        let asked = async {
            loop {
                if let SwarmEvent::Behaviour(MailboxEvent::Message {
                    peer,
                    message: Message::Request { channel, .. },
                    ..
                }) = self.swarm.select_next_some().await
                {
                    let none = MailboxResponse::Denied(MailboxDenial::NoQueue);
                    self.swarm.behaviour_mut().send_response(channel, none).expect("answered");
                    return peer;
                }
            }
        };
        tokio::time::timeout(PATIENCE, asked).await.expect("somebody asks")
    }
}

#[tokio::test]
async fn a_mailbox_does_not_learn_who_asks_nor_which_queues_one_person_writes_to() {
    let mut mailbox = Recorder::start().await;
    let (key, folder) = (SigningKey::generate(), tempfile::tempdir().expect("folder"));
    let node = Own::start(&key, folder.path()).await;
    let (mine, hers, his) = (Queue::new(), Queue::new(), Queue::new());
    let asked = [
        (mine.fetch(), &mine.owner),
        (hers.put(b"one"), &hers.writer),
        (hers.put(b"two"), &hers.writer),
        (his.put(b"three"), &his.writer),
        (mine.fetch(), &mine.owner),
        (hers.check(&[7; 32], Vec::new()), &hers.writer),
        (his.check(&[8; 32], Vec::new()), &his.writer),
    ];
    let mut by = Vec::new();
    for (id, (operation, key)) in (1..).zip(asked) {
        let ask = NetCommand::Mailbox { id, mailbox: mailbox.link.clone(), operation, seed: key.seed() };
        node.net.command(ask).await.expect("running");
        by.push(mailbox.asked_by().await);
    }
    assert_eq!((by[0], by[1]), (by[4], by[2]), "a connection is used again for what it is for");
    assert_eq!((by[1], by[3]), (by[5], by[6]), "who asks what is there is who left it");
    let me: PeerId = Node::name(&TransportId::from_bytes(key.public().to_bytes())).parse().expect("peer id");
    let different: BTreeSet<PeerId> = by.into_iter().chain([me]).collect();
    assert_eq!(different.len(), 4, "what is fetched, what is left for her and for him, and the node itself");
    node.stop().await;
}
