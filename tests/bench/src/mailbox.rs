//! `mailbox`: how many envelopes a mailbox takes and gives over loopback, and what a queue costs it in memory.

use std::{
    fs::File,
    io::{self, Write as _},
    path::Path,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use anyhow::{Context as _, Result, bail, ensure};
use futures::StreamExt as _;
use kith_crypto::SigningKey;
use kith_net::{
    mailbox::{self, AdmissionRules, MailboxBehaviour, MailboxConfig, MailboxEvent, MailboxFrame, MailboxLimits},
    server::{Limits, Server, ServerConfig},
};
use kith_wire::{Admission, MailboxOperation, MailboxRequest, MailboxResponse, TransportId};
use libp2p::{
    PeerId, Swarm, SwarmBuilder,
    identity::Keypair,
    metrics::Registry,
    request_response::{Message, ProtocolSupport},
    swarm::SwarmEvent,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    Options,
    line::{Better, Line, Metric},
    machine::{self, Run},
    network::TcpEcho,
    samples::Rounds,
};

const ROUNDS: usize = 10;
/// About as long as a short message that was padded and sealed.
const ENVELOPE: usize = 1024;
/// Connections, each with as many requests under way as it may have.
const CLIENTS: usize = 4;
const AT_ONCE: usize = 16;
/// Queues whose memory is measured.
const QUEUES: usize = 10_000;
/// Nothing here takes this long.
const PATIENCE: Duration = Duration::from_secs(120);

/// Measures.
pub(crate) async fn run(options: &Options) -> Result<Vec<Line>> {
    let folder = options.folder()?;
    let node = Node::start(&folder.path().join("node")).await?;
    let mut clients = Vec::new();
    for _ in 0..CLIENTS {
        clients.push(Client::new(&node)?);
    }
    let memory = memory(options, &mut clients).await?;
    let each = options.n.unwrap_or(4_000).div_ceil(CLIENTS);
    let put = put(options, folder.path(), &mut clients, each).await?;
    let fetch = fetch(options, &mut clients, each).await?;
    node.end().await;
    Ok(vec![put, fetch, memory])
}

/// Envelopes per second that are on the disk and receipted, against appending them to a file one by one.
async fn put(options: &Options, folder: &Path, clients: &mut [Client], each: usize) -> Result<Line> {
    let run = Run::begin();
    let mut appended = Append::new(&folder.join("appended"))?;
    let (mut ours, mut anchor, mut cpu_s) = (Rounds::default(), Rounds::default(), 0.0);
    for round in 0..ROUNDS {
        let (cpu, start) = (machine::cpu_s(), Instant::now());
        let all = clients.iter_mut().enumerate().map(|(n, client)| client.put(each, [n, round]));
        futures::future::try_join_all(all).await?;
        ours.push(vec![(each * CLIENTS) as f64 / start.elapsed().as_secs_f64()]);
        cpu_s += machine::cpu_s() - cpu;
        let start = Instant::now();
        for _ in 0..each {
            appended.append()?;
        }
        anchor.push(vec![each as f64 / start.elapsed().as_secs_f64()]);
        // As their owner does: what was measured is taken away again.
        for client in clients.iter_mut() {
            client.renew().await?;
        }
    }
    let metric = Metric::new("mailbox.put", "envelopes/s", Better::More, ours)
        .anchor("appends of as many bytes, each with fdatasync", anchor)
        .cpu_s(cpu_s);
    Ok(metric.line(&run, options.seed))
}

/// Answered fetches of one envelope per second, against round trips over loopback one by one.
async fn fetch(options: &Options, clients: &mut [Client], each: usize) -> Result<Line> {
    for client in clients.iter_mut() {
        client.put(1, [0; 2]).await?;
    }
    let run = Run::begin();
    let mut echo = TcpEcho::start()?;
    let (mut ours, mut anchor, mut cpu_s) = (Rounds::default(), Rounds::default(), 0.0);
    for _ in 0..ROUNDS {
        let (cpu, start) = (machine::cpu_s(), Instant::now());
        futures::future::try_join_all(clients.iter_mut().map(|client| client.fetch(each))).await?;
        ours.push(vec![(each * CLIENTS) as f64 / start.elapsed().as_secs_f64()]);
        cpu_s += machine::cpu_s() - cpu;
        let start = Instant::now();
        for _ in 0..each {
            echo.there_and_back()?;
        }
        anchor.push(vec![each as f64 / start.elapsed().as_secs_f64()]);
    }
    let metric = Metric::new("mailbox.fetch", "fetches/s", Better::More, ours)
        .anchor("TCP round trips over loopback, one by one", anchor)
        .cpu_s(cpu_s);
    Ok(metric.line(&run, options.seed))
}

/// Resident bytes per queue. Mailbox and clients are one process, and the clients remember no queue.
async fn memory(options: &Options, clients: &mut [Client]) -> Result<Line> {
    let run = Run::begin();
    let Some((client, _)) = clients.split_first_mut() else { bail!("no clients") };
    // What is allocated once is there before.
    client.create(QUEUES / 10).await?;
    let before = machine::resident_bytes()?;
    client.create(QUEUES).await?;
    let grown = machine::resident_bytes()?.saturating_sub(before);
    let mut rounds = Rounds::default();
    rounds.push(vec![grown as f64 / QUEUES as f64]);
    Ok(Metric::new("mailbox.queue", "bytes", Better::Less, rounds).line(&run, options.seed))
}

/// A public node that keeps mail.
struct Node {
    server: Server,
    tracker: TaskTracker,
    cancel: CancellationToken,
}

impl Node {
    async fn start(folder: &Path) -> Result<Self> {
        let (tracker, cancel, mut registry) = (TaskTracker::new(), CancellationToken::new(), Registry::default());
        let limits = MailboxLimits {
            queue_envelopes: u32::MAX,
            queue_bytes: u64::MAX,
            total_burst: u32::MAX,
            deposit_burst: u32::MAX,
            ..MailboxLimits::default()
        };
        let admission = AdmissionRules { open: true, ..AdmissionRules::default() };
        let config = ServerConfig {
            turn: None,
            iroh_relay: None,
            access: kith_net::server::Access::default(),
            notice: String::new(),
            key: SigningKey::generate(),
            listen: vec!["/ip4/127.0.0.1/udp/0/quic-v1".to_owned()],
            external: vec![],
            bootstraps: vec![],
            slots_dir: folder.join("slots"),
            mailbox: Some(MailboxConfig { dir: folder.join("mail"), admission, limits }),
            agent: "kith-bench".to_owned(),
            limits: Limits::default(),
        };
        let server = Server::start(config, &mut registry, &tracker, cancel.clone()).await?;
        Ok(Self { server, tracker, cancel })
    }

    async fn end(self) {
        self.cancel.cancel();
        self.tracker.close();
        self.tracker.wait().await;
    }
}

/// Somebody with a connection and a queue.
struct Client {
    swarm: Swarm<MailboxBehaviour>,
    me: TransportId,
    mailbox: TransportId,
    peer: PeerId,
    owner: SigningKey,
    writer: SigningKey,
}

impl Client {
    fn new(node: &Node) -> Result<Self> {
        let key = SigningKey::generate();
        let mut swarm = SwarmBuilder::with_existing_identity(Keypair::ed25519_from_bytes(*key.seed())?)
            .with_tokio()
            .with_quic()
            .with_behaviour(|_| mailbox::behaviour(ProtocolSupport::Outbound))?
            .with_swarm_config(|config| config.with_idle_connection_timeout(PATIENCE))
            .build();
        let peer = node.server.peer_id().parse()?;
        let address = node.server.listen_addresses().first().context("the node listens nowhere")?;
        swarm.add_peer_address(peer, address.parse()?);
        Ok(Self {
            swarm,
            me: key.public().into(),
            mailbox: node.server.link().transport,
            peer,
            owner: SigningKey::generate(),
            writer: SigningKey::generate(),
        })
    }

    /// Puts envelopes nobody put before: all are begun with `tag`.
    async fn put(&mut self, many: usize, tag: [usize; 2]) -> Result<()> {
        self.open().await?;
        let (deposit, until_ms) = (self.writer.public().into(), now_ms() + 3_600_000);
        let operations = (0..many).map(|n| {
            let mut envelope: Vec<u8> = [tag[0], tag[1], n].iter().flat_map(|n| n.to_be_bytes()).collect();
            envelope.resize(ENVELOPE, 7);
            MailboxOperation::Put { deposit, until_ms, envelope }
        });
        let key = self.writer.duplicate();
        self.ask_all(operations.map(|operation| (operation, key.duplicate())), |response| {
            matches!(response, MailboxResponse::Stored(_))
        })
        .await
    }

    async fn fetch(&mut self, many: usize) -> Result<()> {
        let operation = MailboxOperation::Fetch { receive: self.owner.public().into(), after: 0 };
        let key = self.owner.duplicate();
        let operations = (0..many).map(|_| (operation.clone(), key.duplicate()));
        self.ask_all(operations, |response| matches!(response, MailboxResponse::Mail { mail, .. } if mail.len() == 1))
            .await
    }

    /// Opens queues and forgets their keys.
    async fn create(&mut self, many: usize) -> Result<()> {
        let operations = (0..many).map(|_| {
            let (owner, writer) = (SigningKey::generate(), SigningKey::generate());
            (new(&owner, &writer), owner)
        });
        self.ask_all(operations, |response| matches!(response, MailboxResponse::Created { .. })).await
    }

    async fn open(&mut self) -> Result<()> {
        let operation = (new(&self.owner, &self.writer), self.owner.duplicate());
        self.ask_all([operation].into_iter(), |response| matches!(response, MailboxResponse::Created { .. })).await
    }

    /// Drops the queue; the next is another one.
    async fn renew(&mut self) -> Result<()> {
        let operation = (MailboxOperation::Drop { receive: self.owner.public().into() }, self.owner.duplicate());
        self.ask_all([operation].into_iter(), |response| *response == MailboxResponse::Done).await?;
        (self.owner, self.writer) = (SigningKey::generate(), SigningKey::generate());
        Ok(())
    }

    /// Asks one after the other with [`AT_ONCE`] under way; each must be answered as wanted.
    async fn ask_all(
        &mut self,
        mut operations: impl Iterator<Item = (MailboxOperation, SigningKey)>,
        wanted: impl Fn(&MailboxResponse) -> bool,
    ) -> Result<()> {
        let mut under_way = 0usize;
        loop {
            while under_way < AT_ONCE
                && let Some((operation, key)) = operations.next()
            {
                let frame = MailboxFrame(MailboxRequest::encode(&operation, &key, &self.mailbox, &self.me));
                self.swarm.behaviour_mut().send_request(&self.peer, frame);
                under_way += 1;
            }
            if under_way == 0 {
                return Ok(());
            }
            let event = tokio::time::timeout(PATIENCE, self.swarm.select_next_some()).await.context("no answer")?;
            let SwarmEvent::Behaviour(event) = event else { continue };
            if let MailboxEvent::OutboundFailure { error, .. } = event {
                return Err(error.into());
            }
            if let MailboxEvent::Message { message: Message::Response { response, .. }, .. } = event {
                ensure!(wanted(&response), "the mailbox answered {response:?}");
                under_way -= 1;
            }
        }
    }
}

fn new(owner: &SigningKey, writer: &SigningKey) -> MailboxOperation {
    let (receive, deposit) = (owner.public().into(), writer.public().into());
    MailboxOperation::New { receive, deposit, admission: Admission::Open }
}

fn now_ms() -> u64 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX)
}

/// A file that grows by one envelope at a time.
struct Append {
    file: File,
    envelope: [u8; ENVELOPE],
}

impl Append {
    fn new(path: &Path) -> io::Result<Self> {
        Ok(Self { file: File::create(path)?, envelope: [0x5a; ENVELOPE] })
    }

    fn append(&mut self) -> io::Result<()> {
        self.file.write_all(&self.envelope)?;
        self.file.sync_data()
    }
}
