//! A connection over which everything takes a while, by a clock of its own.

use std::{
    collections::{BTreeMap, VecDeque},
    io,
    pin::Pin,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll, Waker, ready},
    time::Duration,
};

use futures::{AsyncRead, AsyncWrite};
use libp2p::{
    core::upgrade::{InboundConnectionUpgrade, OutboundConnectionUpgrade, UpgradeInfo},
    yamux,
};

/// Read from a connection at once.
const PART: usize = 16 << 10;
/// Parts under way on one connection; more wait with who sends them.
const PARTS_MAX: usize = 256;

/// The time in the network. It passes only when nobody has anything to do.
#[derive(Clone, Default)]
pub(super) struct Clock(Arc<Mutex<Time>>);

#[derive(Default)]
struct Time {
    now: Duration,
    /// Whom to wake when; the number tells those of one moment apart.
    waiting: BTreeMap<(Duration, u64), Waker>,
    next: u64,
}

impl Clock {
    fn time(&self) -> MutexGuard<'_, Time> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Since the beginning.
    pub(super) fn now(&self) -> Duration {
        self.time().now
    }

    /// Lets time pass.
    pub(super) fn pass(&self, by: Duration) {
        self.time().now += by;
    }

    /// Goes on to the next moment somebody waits for, and wakes them; `false` if nobody does.
    pub(super) fn advance(&self) -> bool {
        let mut time = self.time();
        let Some(&(next, _)) = time.waiting.keys().next() else { return false };
        time.now = time.now.max(next);
        let now = time.now;
        let later = time.waiting.split_off(&(now, u64::MAX));
        let woken = std::mem::replace(&mut time.waiting, later);
        drop(time);
        woken.into_values().for_each(Waker::wake);
        true
    }

    fn wake_at(&self, at: Duration, waker: Waker) {
        let mut time = self.time();
        let number = time.next;
        time.next += 1;
        time.waiting.insert((at, number), waker);
    }
}

/// yamux over a connection with a delay. Bytes that come out are counted.
#[derive(Clone)]
pub(super) struct Upgrade {
    pub(super) delay: Duration,
    pub(super) clock: Clock,
    pub(super) bytes: Arc<AtomicU64>,
}

impl Upgrade {
    fn over<C>(self, io: C) -> Delayed<C> {
        Delayed { io, link: self, under_way: VecDeque::new(), asked: None, ended: false }
    }
}

impl UpgradeInfo for Upgrade {
    type Info = <yamux::Config as UpgradeInfo>::Info;
    type InfoIter = <yamux::Config as UpgradeInfo>::InfoIter;

    fn protocol_info(&self) -> Self::InfoIter {
        yamux::Config::default().protocol_info()
    }
}

impl<C: AsyncRead + AsyncWrite + Send + Unpin + 'static> InboundConnectionUpgrade<C> for Upgrade {
    type Output = yamux::Muxer<Delayed<C>>;
    type Error = io::Error;
    type Future = futures::future::Ready<Result<Self::Output, io::Error>>;

    fn upgrade_inbound(self, io: C, info: Self::Info) -> Self::Future {
        yamux::Config::default().upgrade_inbound(self.over(io), info)
    }
}

impl<C: AsyncRead + AsyncWrite + Send + Unpin + 'static> OutboundConnectionUpgrade<C> for Upgrade {
    type Output = yamux::Muxer<Delayed<C>>;
    type Error = io::Error;
    type Future = futures::future::Ready<Result<Self::Output, io::Error>>;

    fn upgrade_outbound(self, io: C, info: Self::Info) -> Self::Future {
        yamux::Config::default().upgrade_outbound(self.over(io), info)
    }
}

/// A connection whose other end said everything a while ago.
pub(super) struct Delayed<C> {
    io: C,
    link: Upgrade,
    under_way: VecDeque<(Duration, Vec<u8>)>,
    /// For when the clock was asked to wake the reader.
    asked: Option<Duration>,
    ended: bool,
}

impl<C: AsyncRead + Unpin> Delayed<C> {
    /// Takes what was sent by now on its way.
    fn take(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        let arrives = self.link.clock.now() + self.link.delay;
        while !self.ended && self.under_way.len() < PARTS_MAX {
            let mut part = vec![0; PART];
            match Pin::new(&mut self.io).poll_read(cx, &mut part)? {
                Poll::Ready(0) => self.ended = true,
                Poll::Ready(length) => {
                    part.truncate(length);
                    self.under_way.push_back((arrives, part));
                }
                Poll::Pending => break,
            }
        }
        Ok(())
    }
}

impl<C: AsyncRead + Unpin> AsyncRead for Delayed<C> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        this.take(cx)?;
        let Some((arrives, part)) = this.under_way.front_mut() else {
            return if this.ended { Poll::Ready(Ok(0)) } else { Poll::Pending };
        };
        if *arrives > this.link.clock.now() {
            // A reader is one task, whose waker stays good.
            if this.asked.replace(*arrives) != Some(*arrives) {
                this.link.clock.wake_at(*arrives, cx.waker().clone());
            }
            return Poll::Pending;
        }
        let length = part.len().min(buffer.len());
        for (to, from) in buffer.iter_mut().zip(part.drain(..length)) {
            *to = from;
        }
        if part.is_empty() {
            this.under_way.pop_front();
        }
        this.link.bytes.fetch_add(u64::try_from(length).unwrap_or(0), Ordering::Relaxed);
        Poll::Ready(Ok(length))
    }
}

impl<C: AsyncWrite + Unpin> AsyncWrite for Delayed<C> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.io).poll_close(cx))?;
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use futures::{io::Cursor, task::noop_waker};

    use super::*;

    #[test]
    fn what_was_sent_arrives_when_its_time_has_come() {
        let (clock, delay) = (Clock::default(), Duration::from_millis(30));
        let link = Upgrade { delay, clock: clock.clone(), bytes: Arc::default() };
        let mut far = link.clone().over(Cursor::new(b"hello".to_vec()));
        let waker = noop_waker();
        let (mut cx, mut buffer) = (Context::from_waker(&waker), [0; 8]);
        assert!(Pin::new(&mut far).poll_read(&mut cx, &mut buffer).is_pending());
        assert!(Pin::new(&mut far).poll_read(&mut cx, &mut buffer).is_pending());
        assert_eq!(clock.time().waiting.len(), 1, "asked once");
        assert!(clock.advance() && clock.now() == delay && !clock.advance());
        let Poll::Ready(Ok(5)) = Pin::new(&mut far).poll_read(&mut cx, &mut buffer) else { panic!("it is late") };
        assert_eq!((&buffer[..5], link.bytes.load(Ordering::Relaxed)), (b"hello".as_slice(), 5));
        assert!(matches!(Pin::new(&mut far).poll_read(&mut cx, &mut buffer), Poll::Ready(Ok(0))), "that was all");
    }
}
