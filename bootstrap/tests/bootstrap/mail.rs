//! Mail: the switch, who gets in, what is kept and what is said about it.

use std::time::{SystemTime, UNIX_EPOCH};

use kith_crypto::SigningKey;
use kith_wire::{
    Admission, BootstrapLink, DepositId, Mail, MailboxDenial, MailboxOperation, MailboxResponse, ReceiveId,
    TransportId, services,
};
use serde_json::Value;

use crate::client::Client;
use crate::node::{Node, call, folder, text};

fn until_ms() -> u64 {
    u64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap() + 3_600_000
}

fn link(node: &Node) -> BootstrapLink {
    BootstrapLink::parse(node.text("address")).unwrap()
}

fn key(node: &Node) -> TransportId {
    link(node).transport
}

fn offers_mail(node: &Node) -> bool {
    link(node).services & services::MAILBOX != 0
}

/// A queue and somebody who knows both its keys.
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

    async fn create(&self, client: &mut Client, mailbox: &TransportId, admission: Admission) -> MailboxResponse {
        let new = MailboxOperation::New { receive: self.receive(), deposit: self.deposit(), admission };
        client.mail(mailbox, &new, &self.owner).await
    }

    async fn put(&self, client: &mut Client, mailbox: &TransportId, envelope: &[u8]) -> MailboxResponse {
        let deposit = self.deposit();
        let put = MailboxOperation::Put { deposit, until_ms: until_ms(), envelope: envelope.to_vec() };
        client.mail(mailbox, &put, &self.writer).await
    }

    async fn fetch(&self, client: &mut Client, mailbox: &TransportId) -> MailboxResponse {
        client.mail(mailbox, &MailboxOperation::Fetch { receive: self.receive(), after: 0 }, &self.owner).await
    }
}

#[tokio::test]
async fn mail_survives_a_kill_and_a_restart_and_waits_while_it_is_switched_off() {
    let token = [7u8; 32];
    let settings = format!("[mailbox]\non = true\ntokens = [\"{}\"]\n", data_encoding::HEXLOWER.encode(&token));
    let (dir, queue) = (folder(&settings), Queue::new());
    let node = Node::start(&dir);
    assert!(offers_mail(&node));
    let mailbox = key(&node);
    let mut client = Client::connected(&node.tcp()).await;
    let refused = MailboxResponse::Denied(MailboxDenial::Admission { work_bits: 20 });
    assert_eq!(queue.create(&mut client, &mailbox, Admission::Open).await, refused);
    let created = queue.create(&mut client, &mailbox, Admission::Token(token)).await;
    assert!(matches!(created, MailboxResponse::Created { .. }), "{created:?}");
    for n in 0..3u8 {
        let stored = queue.put(&mut client, &mailbox, &[n; 1_000]).await;
        assert!(matches!(stored, MailboxResponse::Stored(_)), "{stored:?}");
    }
    assert_eq!((node.metric("kith_mailbox_queues"), node.metric("kith_mailbox_envelopes")), (1, 3));
    assert_eq!(node.metric("kith_mailbox_requests_total{operation=\"new\",outcome=\"admission\"}"), 1);
    node.signal(rustix::process::Signal::KILL);
    drop(node);

    let expected: Vec<Mail> = (0..3u8).map(|n| Mail { seq: u64::from(n) + 1, envelope: vec![n; 1_000] }).collect();
    let expected = MailboxResponse::Mail { mail: expected, more: false };
    for _ in 0..2 {
        let node = Node::start(&dir);
        let mut client = Client::connected(&node.tcp()).await;
        assert_eq!(queue.fetch(&mut client, &mailbox).await, expected);
        assert_eq!(node.metric("kith_mailbox_envelopes"), 3);
        assert!(node.stop().0.success());
    }
    let node = Node::with(&dir, &["--listen", "/ip4/127.0.0.1/tcp/0", "--mailbox", "off"]);
    assert!(!offers_mail(&node));
    assert!(!node.page("/metrics").1.contains("mailbox"));
    let probe = call(&["probe", &node.tcp(), "--json"]);
    let report: Value = serde_json::from_slice(&probe.stdout).unwrap();
    assert_eq!(report.pointer("/services/mailbox/offered"), Some(&Value::Bool(false)), "{report}");
    assert!(node.stop().0.success());

    let node = Node::start(&dir);
    let mut client = Client::connected(&node.tcp()).await;
    assert_eq!(queue.fetch(&mut client, &mailbox).await, expected);
    let receive = queue.receive();
    let ack = MailboxOperation::Ack { receive, seqs: vec![1, 2, 3] };
    assert_eq!(client.mail(&mailbox, &ack, &queue.owner).await, MailboxResponse::Done);
    assert_eq!(client.mail(&mailbox, &MailboxOperation::Drop { receive }, &queue.owner).await, MailboxResponse::Done);
    assert_eq!((node.metric("kith_mailbox_queues"), node.metric("kith_mailbox_bytes")), (0, 0));
    let log = node.log();
    for secret in ["127.0.0.1", &queue.receive().to_string(), &queue.deposit().to_string()] {
        assert!(!log.contains(secret), "{secret} in {log}");
    }
}

#[tokio::test]
async fn the_switch_on_the_command_line_is_stronger_than_the_configuration() {
    let dir = folder("");
    let node = Node::start(&dir);
    assert!(!offers_mail(&node), "a configuration of the first version");
    drop(node);
    let node = Node::with(&dir, &["--listen", "/ip4/127.0.0.1/tcp/0", "--mailbox", "on"]);
    assert!(offers_mail(&node));
    let fresh = tempfile::tempdir().unwrap();
    let printed = call(&["init", "--dir", text(&fresh.path().join("node"))]).stdout;
    let link = BootstrapLink::parse(String::from_utf8(printed).unwrap().trim()).unwrap();
    assert_ne!(link.services & services::MAILBOX, 0, "init switches it on");
}
