//! A network of many nodes on one thread. Connections take time by a clock that passes only when nobody has anything to
//! do, so that a slow machine makes nothing late. gossipsub's heartbeats come by the clock on the wall.

use std::{
    cell::RefCell,
    collections::BTreeMap,
    pin::Pin,
    rc::Rc,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use futures::{
    StreamExt as _,
    channel::mpsc,
    future::{Either, select},
    stream::FuturesUnordered,
};
use libp2p::{
    Multiaddr, PeerId, Swarm, Transport as _,
    core::{transport::MemoryTransport, upgrade::Version},
    gossipsub::{self, IdentTopic, MessageAcceptance},
    identity::Keypair,
    metrics::Registry,
    multiaddr::Protocol,
    noise,
    swarm::{Config, SwarmEvent},
};

use super::{
    graph::Graph,
    link::{Clock, Upgrade},
};

/// Gossip with one topic, as our nodes have it.
pub(super) type Gossip = gossipsub::Behaviour<gossipsub::IdentityTransform, gossipsub::WhitelistSubscriptionFilter>;
type Task = Pin<Box<dyn Future<Output = ()>>>;

/// The next free address in memory: those of a network that was are not free at once.
static NEXT_PORT: AtomicU64 = AtomicU64::new(1_000);
/// Nothing is closed for lack of use.
const IDLE: Duration = Duration::from_secs(24 * 3_600);
/// While everybody waits for a heartbeat.
const NAP: Duration = Duration::from_millis(1);
const LIMIT: Duration = Duration::from_secs(120);
/// What a node is told to say and has not said yet.
const TOLD_MAX: usize = 4;

/// Connection tasks that were not begun yet.
type Spawned = Arc<Mutex<Vec<Pin<Box<dyn Future<Output = ()> + Send>>>>>;

/// Whether anybody has something to do.
struct Bell(AtomicBool);

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Release);
    }
}

/// What happened.
#[derive(Default)]
struct Seen {
    connections: usize,
    /// When the message that was sent last came to whom.
    arrived: BTreeMap<usize, Duration>,
    failed: Option<String>,
}

/// The network.
pub(super) struct World {
    pub(super) clock: Clock,
    bell: Arc<Bell>,
    tasks: FuturesUnordered<Task>,
    spawned: Spawned,
    seen: Rc<RefCell<Seen>>,
    tell: Vec<mpsc::Sender<Vec<u8>>>,
    bytes: Arc<AtomicU64>,
    registries: Vec<Registry>,
}

/// What became of a message.
pub(super) struct Spread {
    /// How long it took to each that got it.
    pub(super) took: BTreeMap<usize, Duration>,
    /// How often it, or another message, came to somebody.
    pub(super) copies: u64,
    /// Bytes that went over all connections, without encryption.
    pub(super) bytes: u64,
}

impl World {
    /// Everybody in `graph`, connected, with the gossip that `make` makes; `judged` if it waits for a verdict on each message.
    pub(super) fn start(graph: &Rc<Graph>, judged: bool, make: impl Fn(&Keypair) -> Result<Gossip>) -> Result<Self> {
        let keys: Vec<Keypair> = (0..graph.nodes()).map(|_| Keypair::generate_ed25519()).collect();
        let peers: Vec<PeerId> = keys.iter().map(|key| key.public().to_peer_id()).collect();
        let numbers: BTreeMap<PeerId, usize> = peers.iter().enumerate().map(|(number, peer)| (*peer, number)).collect();
        let mut world = Self {
            clock: Clock::default(),
            bell: Arc::new(Bell(AtomicBool::new(true))),
            tasks: FuturesUnordered::new(),
            spawned: Spawned::default(),
            seen: Rc::default(),
            tell: Vec::new(),
            bytes: Arc::default(),
            registries: Vec::new(),
        };
        let delays = Arc::new(delays(graph, &numbers, &peers));
        let first = NEXT_PORT.fetch_add(u64::try_from(graph.nodes())?, Ordering::Relaxed);
        let address =
            |number: usize| Ok::<_, anyhow::Error>(Multiaddr::from(Protocol::Memory(first + u64::try_from(number)?)));
        let mut swarms = Vec::new();
        for (number, key) in keys.iter().enumerate() {
            let mut swarm = world.node(key, &delays, make(key)?)?;
            swarm.listen_on(address(number)?)?;
            swarms.push(swarm);
        }
        for (one, other) in graph.all() {
            let peer = *peers.get(other).context("a peer")?;
            let swarm = swarms.get_mut(one).context("a node")?;
            swarm.add_peer_address(peer, address(other)?);
            swarm.dial(address(other)?.with(Protocol::P2p(peer)))?;
        }
        for (number, swarm) in swarms.into_iter().enumerate() {
            let (tell, told) = mpsc::channel(TOLD_MAX);
            world.tell.push(tell);
            let (seen, clock) = (Rc::clone(&world.seen), world.clock.clone());
            world.tasks.push(Box::pin(Node { number, judged, swarm, seen, clock }.live(told)));
        }
        let ends = graph.all().count() * 2;
        world.until("everybody is connected", |seen| seen.connections == ends)?;
        Ok(world)
    }

    fn node(&mut self, key: &Keypair, delays: &Arc<Delays>, gossip: Gossip) -> Result<Swarm<Gossip>> {
        let mut registry = Registry::default();
        let gossip = gossip.with_metrics(&mut registry, gossipsub::MetricsConfig::default());
        self.registries.push(registry);
        let me = key.public().to_peer_id();
        let (delays, clock, bytes) = (Arc::clone(delays), self.clock.clone(), Arc::clone(&self.bytes));
        let transport = MemoryTransport::new().upgrade(Version::V1).authenticate(noise::Config::new(key)?);
        let transport = transport.multiplex_ext(move |peer, _| {
            let delay = delays.get(&(me, *peer)).copied().unwrap_or_default();
            Upgrade { delay, clock, bytes }
        });
        let spawned = Arc::clone(&self.spawned);
        let spawn = move |task| spawned.lock().unwrap_or_else(PoisonError::into_inner).push(task);
        let config = Config::with_executor(spawn).with_idle_connection_timeout(IDLE);
        Ok(Swarm::new(transport.boxed(), gossip, me, config))
    }

    /// Does all there is to do before time passes.
    fn work(&mut self) {
        let waker = Waker::from(Arc::clone(&self.bell));
        let mut cx = Context::from_waker(&waker);
        loop {
            let new = std::mem::take(&mut *self.spawned.lock().unwrap_or_else(PoisonError::into_inner));
            let any = !new.is_empty();
            self.tasks.extend(new.into_iter().map(|task| task as Task));
            if !self.bell.0.swap(false, Ordering::Acquire) && !any {
                return;
            }
            while let Poll::Ready(Some(())) = self.tasks.poll_next_unpin(&mut cx) {}
        }
    }

    /// Lets as much time pass on the wall.
    pub(super) fn rest(&mut self, time: Duration) -> Result<()> {
        let end = Instant::now() + time;
        self.until("time has passed", |_| Instant::now() >= end)
    }

    fn until(&mut self, what: &str, done: impl Fn(&Seen) -> bool) -> Result<()> {
        let start = Instant::now();
        loop {
            self.work();
            let seen = self.seen.borrow();
            if let Some(failed) = &seen.failed {
                anyhow::bail!("{failed}");
            }
            if done(&seen) {
                return Ok(());
            }
            drop(seen);
            ensure!(start.elapsed() < LIMIT, "too long until {what}");
            if !self.clock.advance() {
                std::thread::sleep(NAP);
                self.clock.pass(NAP);
            }
        }
    }

    /// Has one node say something, and waits until everybody heard it, or nobody will who did not.
    pub(super) fn say(&mut self, from: usize, data: Vec<u8>, patience: Duration) -> Result<Spread> {
        let (start, copies, bytes) = (self.clock.now(), self.copies()?, self.bytes.load(Ordering::Relaxed));
        self.seen.borrow_mut().arrived.clear();
        self.tell.get_mut(from).context("a node")?.try_send(data)?;
        let (all, clock, end) = (self.tell.len() - 1, self.clock.clone(), start + patience);
        self.until("a message is everywhere", move |seen| seen.arrived.len() == all || clock.now() > end)?;
        // Copies that are under way.
        while self.clock.advance() {
            self.work();
        }
        let arrived = std::mem::take(&mut self.seen.borrow_mut().arrived);
        Ok(Spread {
            took: arrived.into_iter().map(|(node, at)| (node, at.saturating_sub(start))).collect(),
            copies: self.copies()? - copies,
            bytes: self.bytes.load(Ordering::Relaxed) - bytes,
        })
    }

    /// How often any message came to anybody, as gossipsub counts.
    fn copies(&self) -> Result<u64> {
        let mut all = 0;
        for registry in &self.registries {
            let mut text = String::new();
            prometheus_client::encoding::text::encode(&mut text, registry)?;
            let line = text.lines().find(|line| line.starts_with("topic_msg_recv_counts_unfiltered_total{"));
            all += line.and_then(|line| line.rsplit(' ').next()).map_or(Ok(0), str::parse::<u64>)?;
        }
        Ok(all)
    }
}

/// The time one way, by both ends.
type Delays = BTreeMap<(PeerId, PeerId), Duration>;

fn delays(graph: &Graph, numbers: &BTreeMap<PeerId, usize>, peers: &[PeerId]) -> Delays {
    let ends = graph.all().flat_map(|(one, other)| [(one, other), (other, one)]);
    let of = |(one, other): (usize, usize)| {
        let (from, to) = (peers.get(one)?, peers.get(other)?);
        Some(((*from, *to), graph.delay(*numbers.get(from)?, *numbers.get(to)?)?))
    };
    ends.filter_map(of).collect()
}

/// A node: says what it is told, and passes on what it hears.
struct Node {
    number: usize,
    judged: bool,
    swarm: Swarm<Gossip>,
    seen: Rc<RefCell<Seen>>,
    clock: Clock,
}

impl Node {
    async fn live(mut self, mut told: mpsc::Receiver<Vec<u8>>) {
        let topic = IdentTopic::new(kith_net::PEERS_TOPIC);
        loop {
            match select(told.next(), self.swarm.next()).await {
                Either::Left((Some(data), _)) => {
                    if let Err(error) = self.swarm.behaviour_mut().publish(topic.clone(), data) {
                        self.fails(format!("it cannot be said: {error}"));
                    }
                }
                Either::Right((Some(event), _)) => self.on_event(event),
                Either::Left((None, _)) | Either::Right((None, _)) => return,
            }
        }
    }

    fn fails(&self, why: String) {
        self.seen.borrow_mut().failed = Some(why);
    }

    fn on_event(&mut self, event: SwarmEvent<gossipsub::Event>) {
        if let SwarmEvent::ConnectionEstablished { .. } = event {
            self.seen.borrow_mut().connections += 1;
        } else if let SwarmEvent::ConnectionClosed { cause, .. } = &event {
            self.fails(format!("a connection ended: {cause:?}"));
        } else if let SwarmEvent::OutgoingConnectionError { error, .. } = &event {
            self.fails(format!("no connection: {error}"));
        } else if let SwarmEvent::Behaviour(gossipsub::Event::Message { propagation_source, message_id, .. }) = event {
            self.seen.borrow_mut().arrived.entry(self.number).or_insert(self.clock.now());
            // Who has passed it on already would do so again.
            if self.judged {
                let (gossip, accept) = (self.swarm.behaviour_mut(), MessageAcceptance::Accept);
                let known = gossip.report_message_validation_result(&message_id, &propagation_source, accept);
                if !known {
                    self.fails("a message was forgotten before it was judged".to_owned());
                }
            }
        }
    }
}
