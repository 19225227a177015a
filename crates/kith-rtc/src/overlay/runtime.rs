//! The runtime the stack runs on when its session may use a tunnel: Tokio's, with one socket that leads into the tunnel too.

use std::{
    collections::BTreeSet,
    future::Future,
    io::{self, IoSliceMut},
    net::SocketAddr,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    task::{Context, Poll},
    time::Duration,
};

use webrtc::runtime::{
    AsyncInterval, AsyncTcpListener, AsyncTcpStream, AsyncUdpSocket, JoinHandle, RecvMeta, Runtime, TokioRuntime,
    Transmit,
};

use super::{FAR, Port, is_far};

/// The port of multicast DNS, whose socket is not one of the session's.
const MDNS: u16 = 5353;

/// The servers a session that hides may talk to. Everything else is neither sent nor received over UDP: the stack has host
/// candidates then, which only lead into the tunnel.
#[derive(Debug, Default)]
struct Allowed(Mutex<BTreeSet<SocketAddr>>);

impl Allowed {
    fn locked(&self) -> MutexGuard<'_, BTreeSet<SocketAddr>> {
        // No code that can panic runs under the lock.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Debug)]
pub(crate) struct OverlayRuntime {
    port: Arc<Port>,
    /// With this, servers whose names the stack looks up, which are those it was given, are the only ones it reaches.
    only: Option<Arc<Allowed>>,
    /// The socket that leads into the tunnel. An ICE restart makes all sockets anew.
    leads: Mutex<Weak<()>>,
}

impl OverlayRuntime {
    /// With `only_servers`, packets reach no address but those of the servers the session was given.
    pub(crate) fn new(port: Arc<Port>, only_servers: bool) -> Self {
        Self { port, only: only_servers.then(Arc::default), leads: Mutex::default() }
    }

    /// A token for the first socket of the sockets that are open at the moment.
    fn lead(&self, local: SocketAddr) -> Option<Arc<()>> {
        let mut leads = self.leads.lock().unwrap_or_else(PoisonError::into_inner);
        if !local.is_ipv4() || local.port() == MDNS || leads.strong_count() > 0 {
            return None;
        }
        let token = Arc::new(());
        *leads = Arc::downgrade(&token);
        Some(token)
    }
}

impl Runtime for OverlayRuntime {
    fn spawn(&self, future: Pin<Box<dyn Future<Output = ()> + Send>>) -> Box<dyn JoinHandle> {
        TokioRuntime.spawn(future)
    }

    fn wrap_udp_socket(&self, socket: std::net::UdpSocket) -> io::Result<Arc<dyn AsyncUdpSocket>> {
        let leads = self.lead(socket.local_addr()?);
        let inner = TokioRuntime.wrap_udp_socket(socket)?;
        Ok(Arc::new(OverlaySocket { inner, port: Arc::clone(&self.port), only: self.only.clone(), leads }))
    }

    fn wrap_tcp_listener(&self, listener: std::net::TcpListener) -> io::Result<Arc<dyn AsyncTcpListener>> {
        TokioRuntime.wrap_tcp_listener(listener)
    }

    fn connect_tcp<'a>(
        &'a self,
        remote: SocketAddr,
    ) -> Pin<Box<dyn Future<Output = io::Result<Arc<dyn AsyncTcpStream>>> + Send + 'a>> {
        if self.only.is_some() {
            return Box::pin(async { Err(io::ErrorKind::PermissionDenied.into()) });
        }
        TokioRuntime.connect_tcp(remote)
    }

    fn resolve_host<'a>(
        &'a self,
        host: &'a str,
    ) -> Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send + 'a>> {
        Box::pin(async move {
            let found = TokioRuntime.resolve_host(host).await?;
            if let Some(only) = &self.only {
                only.locked().extend(found.iter().copied());
            }
            Ok(found)
        })
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + 'static>> {
        TokioRuntime.sleep(duration)
    }

    fn interval(&self, period: Duration) -> Box<dyn AsyncInterval> {
        TokioRuntime.interval(period)
    }

    fn block_on(&self, future: Pin<Box<dyn Future<Output = ()> + '_>>) {
        TokioRuntime.block_on(future);
    }

    fn yield_now(&self) -> Pin<Box<dyn Future<Output = ()> + Send + 'static>> {
        TokioRuntime.yield_now()
    }

    fn name(&self) -> &'static str {
        "tokio, with an overlay"
    }
}

#[derive(Debug)]
struct OverlaySocket {
    inner: Arc<dyn AsyncUdpSocket>,
    port: Arc<Port>,
    only: Option<Arc<Allowed>>,
    /// It is the one that leads into the tunnel.
    leads: Option<Arc<()>>,
}

impl OverlaySocket {
    fn may_reach(&self, address: SocketAddr) -> bool {
        // Who sends from an address of tunnels over UDP is another program of this machine.
        !is_far(address.ip()) && self.only.as_ref().is_none_or(|only| only.locked().contains(&address))
    }

    /// A packet out of the tunnel, if there is one that fits.
    fn poll_tunnel(&self, cx: &Context<'_>, buffer: &mut [u8], meta: &mut RecvMeta) -> Poll<()> {
        loop {
            let Poll::Ready(packet) = self.port.poll_packet(cx) else { return Poll::Pending };
            if let Some(room) = buffer.get_mut(..packet.len()) {
                room.copy_from_slice(&packet);
                *meta = RecvMeta::default();
                (meta.addr, meta.len, meta.stride) = (FAR, packet.len(), packet.len());
                return Poll::Ready(());
            }
        }
    }
}

impl AsyncUdpSocket for OverlaySocket {
    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.inner.local_addr()
    }

    fn poll_send(&self, cx: &mut Context<'_>, transmit: &Transmit<'_>) -> Poll<io::Result<usize>> {
        let sent = Poll::Ready(Ok(transmit.contents.len()));
        if is_far(transmit.destination.ip()) {
            if self.leads.is_some() {
                let one = transmit.segment_size.unwrap_or(transmit.contents.len()).max(1);
                transmit.contents.chunks(one).for_each(|packet| self.port.send(packet));
            }
            return sent;
        }
        // As if it were lost: the stack has other pairs to try.
        if self.may_reach(transmit.destination) { self.inner.poll_send(cx, transmit) } else { sent }
    }

    fn poll_recv(
        &self,
        cx: &mut Context<'_>,
        bufs: &mut [IoSliceMut<'_>],
        meta: &mut [RecvMeta],
    ) -> Poll<io::Result<usize>> {
        let (Some(buffer), Some(about)) = (bufs.first_mut(), meta.first_mut()) else { return Poll::Ready(Ok(0)) };
        if self.leads.is_some() && self.poll_tunnel(cx, buffer, about).is_ready() {
            return Poll::Ready(Ok(1));
        }
        loop {
            let came = self.inner.poll_recv(cx, std::slice::from_mut(buffer), std::slice::from_mut(about));
            match came {
                Poll::Ready(Ok(1..)) if !self.may_reach(about.addr) => {}
                other @ (Poll::Ready(_) | Poll::Pending) => return other,
            }
        }
    }

    fn max_gso_segments(&self) -> usize {
        self.inner.max_gso_segments()
    }

    fn max_gro_segments(&self) -> usize {
        self.inner.max_gro_segments()
    }
}
