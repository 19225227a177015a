//! Packets of a session that travel over something else than UDP, where a network lets no UDP through.
//!
//! The stack knows UDP sockets only. One of its sockets gets a second meaning: what it sends to [`FAR`] goes into the
//! tunnel, and what comes out of the tunnel it receives from there. For the stack that is one more candidate of the other
//! side, which is added late and with the lowest priority. The address is of this machine alone, is in no description, and
//! is taken from nobody.

mod parts;
mod runtime;

use std::{
    collections::VecDeque,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    task::{Context, Poll},
};

use bytes::Bytes;
use futures::task::AtomicWaker;
use tokio::sync::Notify;

use parts::{Joiner, split};
pub use parts::{MAX_PACKET, OVERLAY_DATAGRAM_MAX, OVERLAY_DATAGRAM_MIN};
pub(crate) use runtime::OverlayRuntime;

/// What the stack believes the other end of the tunnel to be: an address of the loopback network, and the port `discard`.
const FAR: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(127, 77, 0, 1)), 9);
/// That address as a candidate, below all others.
pub(crate) const FAR_CANDIDATE: &str = "candidate:overlay 1 udp 1 127.77.0.1 9 typ host";
/// Datagrams that wait for the carrier: a tenth of a second of pictures. What is late is of no use.
const OUT: usize = 64;
/// Packets that wait for the stack.
const IN: usize = 256;

/// Whether this is an address of tunnels, which nobody else may use.
pub(crate) fn is_far(address: IpAddr) -> bool {
    matches!(address.to_canonical(), IpAddr::V4(v4) if matches!(v4.octets(), [127, 77, ..]))
}

/// Whether a candidate line names such an address.
pub(crate) fn names_far(line: &str) -> bool {
    line.split_ascii_whitespace().nth(4).and_then(|word| word.parse().ok()).is_some_and(is_far)
}

/// The end of a tunnel that somebody else carries: an unreliable, unordered way for datagrams to the other side's end.
/// Dropping it closes the tunnel. Nothing waits in it without a bound: the oldest goes first.
#[derive(Debug)]
pub struct Overlay {
    pipe: Arc<Pipe>,
    port: Arc<Port>,
}

impl Overlay {
    /// The next datagram to carry, at most as long as the tunnel was opened for. `None` when the session has ended or opened
    /// another tunnel. Cancel safe.
    pub async fn next(&self) -> Option<Bytes> {
        loop {
            let news = self.pipe.news.notified();
            {
                let mut waiting = self.pipe.locked();
                if let Some(datagram) = waiting.datagrams.pop_front() {
                    return Some(datagram);
                }
                if waiting.closed {
                    return None;
                }
            }
            news.await;
        }
    }

    /// Takes a datagram that came from the other end; one that is too long or makes no sense is dropped.
    pub fn deliver(&self, datagram: Bytes) {
        if datagram.len() <= OVERLAY_DATAGRAM_MAX {
            self.port.deliver(&self.pipe, datagram);
        }
    }
}

/// What goes out through one tunnel.
#[derive(Debug)]
struct Pipe {
    limit: usize,
    waiting: Mutex<Waiting>,
    news: Notify,
}

#[derive(Debug, Default)]
struct Waiting {
    datagrams: VecDeque<Bytes>,
    packets: u16,
    closed: bool,
}

impl Pipe {
    fn locked(&self) -> MutexGuard<'_, Waiting> {
        // No code that can panic runs under the lock.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn send(&self, packet: &[u8]) {
        let mut waiting = self.locked();
        waiting.packets = waiting.packets.wrapping_add(1);
        for datagram in split(waiting.packets, packet, self.limit) {
            if waiting.datagrams.len() >= OUT {
                waiting.datagrams.pop_front();
            }
            waiting.datagrams.push_back(datagram);
        }
        drop(waiting);
        self.news.notify_one();
    }

    fn close(&self) {
        self.locked().closed = true;
        self.news.notify_one();
    }
}

/// Where a session meets its tunnel, whichever it is at the moment.
#[derive(Debug, Default)]
pub(crate) struct Port {
    inner: Mutex<Inside>,
    came: AtomicWaker,
}

#[derive(Debug, Default)]
struct Inside {
    pipe: Weak<Pipe>,
    joiner: Joiner,
    packets: VecDeque<Bytes>,
}

impl Port {
    fn locked(&self) -> MutexGuard<'_, Inside> {
        // No code that can panic runs under the lock.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Another tunnel instead of the one there was, for datagrams of at most so many bytes.
    pub(crate) fn open(self: &Arc<Self>, limit: usize) -> Overlay {
        let pipe = Arc::new(Pipe {
            limit: limit.clamp(OVERLAY_DATAGRAM_MIN, OVERLAY_DATAGRAM_MAX),
            waiting: Mutex::default(),
            news: Notify::new(),
        });
        self.close();
        self.locked().pipe = Arc::downgrade(&pipe);
        Overlay { pipe, port: Arc::clone(self) }
    }

    pub(crate) fn is_open(&self) -> bool {
        self.locked().pipe.strong_count() > 0
    }

    pub(crate) fn close(&self) {
        let was = std::mem::take(&mut *self.locked());
        if let Some(pipe) = was.pipe.upgrade() {
            pipe.close();
        }
    }

    fn send(&self, packet: &[u8]) {
        let pipe = self.locked().pipe.upgrade();
        if let Some(pipe) = pipe {
            pipe.send(packet);
        }
    }

    fn deliver(&self, from: &Arc<Pipe>, datagram: Bytes) {
        let mut inside = self.locked();
        if !std::ptr::eq(inside.pipe.as_ptr(), Arc::as_ptr(from)) {
            return;
        }
        let Some(packet) = inside.joiner.take(datagram) else { return };
        if inside.packets.len() >= IN {
            inside.packets.pop_front();
        }
        inside.packets.push_back(packet);
        drop(inside);
        self.came.wake();
    }

    fn poll_packet(&self, cx: &Context<'_>) -> Poll<Bytes> {
        self.came.register(cx.waker());
        self.locked().packets.pop_front().map_or(Poll::Pending, Poll::Ready)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt;
    use std::task::Waker;

    fn sent(tunnel: &Overlay) -> Vec<Bytes> {
        std::iter::from_fn(|| tunnel.next().now_or_never().flatten()).collect()
    }

    fn come(port: &Port) -> Vec<Bytes> {
        let next = || match port.poll_packet(&Context::from_waker(Waker::noop())) {
            Poll::Ready(packet) => Some(packet),
            Poll::Pending => None,
        };
        std::iter::from_fn(next).collect()
    }

    #[test]
    fn what_goes_in_comes_out_whatever_its_length() {
        let ports = [(); 2].map(|()| Arc::new(Port::default()));
        let tunnels = ports.each_ref().map(|port| port.open(1100));
        for length in [1, 1097, 1098, MAX_PACKET] {
            let packet: Vec<u8> = (0..length).map(|at| at as u8).collect();
            ports[0].send(&packet);
            let datagrams = sent(&tunnels[0]);
            assert!(datagrams.iter().all(|datagram| datagram.len() <= 1100));
            datagrams.into_iter().rev().for_each(|datagram| tunnels[1].deliver(datagram));
            assert_eq!(come(&ports[1]), [packet], "{length}");
        }
    }

    #[test]
    fn what_waits_is_bounded_and_the_oldest_goes_first() {
        let port = Arc::new(Port::default());
        let tunnel = port.open(1100);
        (0..1000_u16).for_each(|number| port.send(&number.to_be_bytes()));
        let datagrams = sent(&tunnel);
        assert_eq!(datagrams.len(), OUT);
        assert!(datagrams[0].ends_with(&936_u16.to_be_bytes()), "{datagrams:?}");
        for number in 0..1000_u16 {
            let [high, low] = number.to_be_bytes();
            tunnel.deliver(Bytes::from(vec![high, low, 0, high, low]));
        }
        let packets = come(&port);
        assert_eq!((packets.len(), &packets[0][..]), (IN, &744_u16.to_be_bytes()[..]));
    }

    #[test]
    fn a_tunnel_that_was_replaced_carries_nothing_any_more() {
        let port = Arc::new(Port::default());
        let old = port.open(1100);
        let new = port.open(1100);
        assert_eq!(old.next().now_or_never(), Some(None));
        old.deliver(Bytes::from_static(&[0, 1, 0, 7]));
        assert!(come(&port).is_empty() && port.is_open());
        port.send(b"x");
        assert_eq!(sent(&new).len(), 1);
        drop(new);
        assert!(!port.is_open());
        port.send(b"x");
    }

    #[test]
    fn nobody_names_an_address_of_tunnels() {
        assert!(names_far(FAR_CANDIDATE) && is_far(FAR.ip()));
        for far in ["127.77.255.1", "::ffff:127.77.0.1"] {
            assert!(names_far(&format!("candidate:1 1 udp 1 {far} 9 typ host")), "{far}");
        }
        assert!(!names_far("candidate:1 1 udp 1 127.0.0.1 9 typ host") && !names_far("candidate:1 1 udp 1"));
    }
}
