//! The sockets of the server and their tasks.

use std::collections::HashMap;
use std::io::{self, IoSliceMut};
use std::net::{IpAddr, SocketAddr, UdpSocket as StdSocket};
use std::ops::RangeInclusive;
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use quinn_udp::{BATCH_SIZE, RecvMeta, Transmit, UdpSocketState};
use rand::RngExt;
use tokio::io::Interest;
use tokio::net::UdpSocket;
use tokio::runtime::Builder;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::credentials::Owner;
use super::relay::{Ports, Relay, Step};
use super::stats::TurnStats;
use super::{AllocationId, Path, TurnConfig};
use crate::sockets;

/// Bytes of a datagram that are taken from a peer: jumbo frames and a little more.
const PEER_DATAGRAM: usize = 9 * 1024 + 1;
/// Bytes of what the system may hand over at once for one client.
const CLIENT_BUFFER: usize = 64 * 1024;
/// Ports tried for one allocation.
const PORT_TRIES: usize = 32;
/// How often what has run out is ended.
const SWEEP: Duration = Duration::from_secs(1);
/// A socket that cannot be read is not asked again sooner.
const AFTER_ERROR: Duration = Duration::from_millis(100);

/// Whether nobody at an address is served, or not this owner.
pub(crate) type Refuses = Box<dyn Fn(IpAddr, Option<&Owner>) -> bool + Send + Sync>;

/// A running STUN and TURN server. It ends with the token it was started with.
#[derive(Clone)]
pub(crate) struct Turn(Arc<Shared>);

struct Listener {
    io: UdpSocket,
    state: UdpSocketState,
    local: SocketAddr,
}

struct Shared {
    state: Mutex<State>,
    listeners: Vec<Listener>,
    credentials: Option<Duration>,
    refuses: Refuses,
}

struct State {
    relay: Relay,
    sockets: Sockets,
}

/// The sockets of allocations.
struct Sockets {
    shared: Weak<Shared>,
    ports: RangeInclusive<u16>,
    open: HashMap<AllocationId, (Arc<UdpSocket>, CancellationToken)>,
    tracker: TaskTracker,
    cancel: CancellationToken,
}

impl Turn {
    /// Binds the sockets of `config` and serves them until `cancel`, on a thread of its own: on a runtime shared
    /// with the rest, workers that woke each other for a packet took a tenth of the time, and a call can wait behind handshakes.
    pub(crate) fn start(
        config: TurnConfig,
        stats: TurnStats,
        refuses: Refuses,
        tracker: &TaskTracker,
        cancel: &CancellationToken,
    ) -> io::Result<Self> {
        let (tell, started) = sync_channel(1);
        let (tracker, cancel, running) = (tracker.clone(), cancel.clone(), tracker.token());
        std::thread::Builder::new().name("kith-turn".into()).spawn(move || {
            let runtime = Builder::new_current_thread().enable_all().build();
            let server = runtime.and_then(|runtime| {
                let inside = runtime.enter();
                let server = Self::serve(config, stats, refuses, &tracker, &cancel)?;
                drop(inside);
                Ok((runtime, server))
            });
            match server {
                Ok((runtime, server)) => {
                    if tell.send(Ok(server)).is_ok() {
                        runtime.block_on(cancel.cancelled());
                    }
                    // Its tasks end with it.
                    drop(runtime);
                }
                // Who asked waits for it.
                Err(error) => drop(tell.send(Err(error))),
            }
            drop(running);
        })?;
        started.recv().map_err(io::Error::other)?
    }

    fn serve(
        config: TurnConfig,
        stats: TurnStats,
        refuses: Refuses,
        tracker: &TaskTracker,
        cancel: &CancellationToken,
    ) -> io::Result<Self> {
        let listeners = config.listen.iter().filter_map(|address| listen(*address).transpose());
        let listeners = listeners.collect::<io::Result<Vec<_>>>()?;
        let shared = Arc::new_cyclic(|shared| Shared {
            credentials: config.relay.map(|limits| limits.credentials),
            refuses,
            listeners,
            state: Mutex::new(State {
                sockets: Sockets {
                    shared: Weak::clone(shared),
                    ports: config.ports.clone(),
                    open: HashMap::new(),
                    tracker: tracker.clone(),
                    cancel: cancel.clone(),
                },
                relay: Relay::new(config, stats, Instant::now()),
            }),
        });
        for index in 0..shared.listeners.len() {
            tracker.spawn(cancel.clone().run_until_cancelled_owned(Shared::serve(Arc::clone(&shared), index)));
        }
        tracker.spawn(cancel.clone().run_until_cancelled_owned(Shared::sweep(Arc::clone(&shared))));
        Ok(Self(shared))
    }

    /// Where it listens.
    pub(crate) fn listening(&self) -> impl Iterator<Item = SocketAddr> {
        self.0.listeners.iter().map(|listener| listener.local)
    }

    /// How long an allocation can be made with credentials, if it relays.
    pub(crate) fn credentials(&self) -> Option<Duration> {
        self.0.credentials
    }

    /// Credentials for `owner`; `None` if too many are in force.
    pub(crate) fn issue(&self, owner: Owner) -> Option<(String, zeroize::Zeroizing<String>)> {
        self.0.state().relay.issue(owner, Instant::now())
    }
}

fn listen(address: SocketAddr) -> io::Result<Option<Listener>> {
    let Some(socket) = sockets::udp(address)? else { return Ok(None) };
    let io = UdpSocket::from_std(socket)?;
    let state = UdpSocketState::new((&io).into())?;
    Ok(Some(Listener { local: io.local_addr()?, io, state }))
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn sweep(shared: Arc<Self>) {
        let mut tick = tokio::time::interval(SWEEP);
        loop {
            tick.tick().await;
            let mut state = shared.state();
            let State { relay, sockets } = &mut *state;
            relay.expire(Instant::now(), &shared.refuses, sockets);
        }
    }

    async fn serve(shared: Arc<Self>, index: usize) {
        let Some(listener) = shared.listeners.get(index) else { return };
        let mut buffers = vec![vec![0; CLIENT_BUFFER]; BATCH_SIZE];
        let mut metas = [RecvMeta::default(); BATCH_SIZE];
        loop {
            let received = listener.io.async_io(Interest::READABLE, || {
                let mut slices: Vec<IoSliceMut<'_>> =
                    buffers.iter_mut().map(|buffer| IoSliceMut::new(buffer)).collect();
                listener.state.recv((&listener.io).into(), &mut slices, &mut metas)
            });
            match received.await {
                Ok(count) => {
                    for (meta, buffer) in metas.iter().zip(&buffers).take(count) {
                        let Some(data) = buffer.get(..meta.len) else { continue };
                        for datagram in data.chunks(meta.stride.max(1)) {
                            shared.on_client(index, listener, meta, datagram);
                        }
                    }
                }
                Err(error) => {
                    tracing::debug!(kind = %error.kind(), "the STUN socket cannot be read");
                    tokio::time::sleep(AFTER_ERROR).await;
                }
            }
        }
    }

    fn on_client(&self, index: usize, listener: &Listener, meta: &RecvMeta, datagram: &[u8]) {
        if (self.refuses)(meta.addr.ip(), None) {
            return;
        }
        let server = meta.dst_ip.unwrap_or(listener.local.ip()).to_canonical();
        let client = SocketAddr::new(meta.addr.ip().to_canonical(), meta.addr.port());
        let path = Path { client, server, socket: index };
        let mut guard = self.state();
        let State { relay, sockets } = &mut *guard;
        let step = relay.on_client(path, datagram, Instant::now(), sockets);
        let socket_of = |id: &AllocationId| sockets.open.get(id).map(|(socket, _)| Arc::clone(socket));
        let (id, to, data) = match &step {
            Step::Ignore => return,
            Step::Reply(answer) => {
                drop(guard);
                return self.send(path, answer);
            }
            Step::Relay { id, to, part } => (id, to, datagram.get(part.clone())),
            Step::Send { id, to, data } => (id, to, Some(data.as_slice())),
        };
        let socket = socket_of(id);
        drop(guard);
        if let (Some(socket), Some(data)) = (socket, data)
            && socket.try_send_to(data, *to).is_err()
        {
            // A datagram: whoever sent it reckons with its loss.
            tracing::trace!("a packet to a peer was lost");
        }
    }

    fn send(&self, path: Path, contents: &[u8]) {
        let Some(listener) = self.listeners.get(path.socket) else { return };
        let transmit =
            Transmit { destination: path.client, ecn: None, contents, segment_size: None, src_ip: Some(path.server) };
        let sent = listener.io.try_io(Interest::WRITABLE, || listener.state.try_send((&listener.io).into(), &transmit));
        if sent.is_err() {
            tracing::trace!("a packet to a client was lost");
        }
    }

    async fn read_peers(shared: Weak<Self>, id: AllocationId, socket: Arc<UdpSocket>) {
        let mut buffer = vec![0; PEER_DATAGRAM];
        loop {
            let Ok((len, from)) = socket.recv_from(&mut buffer).await else {
                tokio::time::sleep(AFTER_ERROR).await;
                continue;
            };
            let Some(data) = buffer.get(..len).filter(|data| data.len() < PEER_DATAGRAM) else { continue };
            let Some(shared) = shared.upgrade() else { return };
            let answer = shared.state().relay.on_peer(id, from, data, Instant::now());
            if let Some((path, answer)) = answer {
                shared.send(path, &answer);
            }
        }
    }
}

impl Ports for Sockets {
    fn open(&mut self, id: AllocationId, ip: IpAddr, even: bool) -> Option<u16> {
        let random = || {
            let port = rand::rng().random_range(self.ports.clone());
            if even { port & !1 } else { port }
        };
        let bound = (0..PORT_TRIES).map(|_| random()).find_map(|port| StdSocket::bind((ip, port)).ok())?;
        bound.set_nonblocking(true).ok()?;
        let port = bound.local_addr().ok()?.port();
        let socket = Arc::new(UdpSocket::from_std(bound).ok()?);
        let stop = self.cancel.child_token();
        let read = Shared::read_peers(Weak::clone(&self.shared), id, Arc::clone(&socket));
        self.tracker.spawn(stop.clone().run_until_cancelled_owned(read));
        self.open.insert(id, (socket, stop));
        Some(port)
    }

    fn close(&mut self, id: AllocationId) {
        if let Some((_, stop)) = self.open.remove(&id) {
            stop.cancel();
        }
    }

    fn is_local(&self, ip: IpAddr) -> bool {
        // The system binds sockets to its own addresses only.
        StdSocket::bind((ip, 0)).is_ok()
    }
}
