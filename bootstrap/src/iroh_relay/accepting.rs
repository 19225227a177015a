//! Connections on the way to becoming clients: TLS, the upgrade to a WebSocket, and the proof of a key.

use std::future::ready;
use std::io;
use std::net::{Shutdown, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::TokioIo;
use iroh_relay::server::http_server::{RelayService, RelayServiceWithNotify};
use iroh_relay::server::streams::MaybeTlsStream;
use kith_net::server::{Turnstile, Visit};
use socket2::SockRef;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::Stats;

/// A connection that has not become a client after this is closed.
const ESTABLISH: Duration = Duration::from_secs(10);
/// A listener that fails (no descriptors left) is not asked again sooner.
const AFTER_ERROR: Duration = Duration::from_millis(100);
/// The head of a request.
const HEAD_MAX: usize = 16 * 1024;

/// What a listener hands to the connections it accepts.
#[derive(Clone)]
pub(super) struct Accepting {
    pub(super) service: RelayService,
    pub(super) tls: TlsAcceptor,
    pub(super) handshakes: Turnstile,
    pub(super) stats: Stats,
    pub(super) tracker: TaskTracker,
    pub(super) cancel: CancellationToken,
}

impl Accepting {
    pub(super) async fn run(self, listener: TcpListener) {
        loop {
            match listener.accept().await {
                Ok((stream, from)) => self.accepted(stream, from),
                Err(error) => {
                    tracing::debug!(kind = %error.kind(), "the relay for iroh cannot accept");
                    tokio::time::sleep(AFTER_ERROR).await;
                }
            }
        }
    }

    fn accepted(&self, stream: TcpStream, from: SocketAddr) {
        let Ok(visit) = self.handshakes.enter(from.ip()) else {
            self.stats.refused.inc();
            return;
        };
        let handling = establish(self.service.clone(), self.tls.clone(), stream, visit);
        let handling = async move {
            if let Err(error) = handling.await {
                tracing::debug!(kind = %error.kind(), "a connection did not become a client of the relay for iroh");
            }
        };
        self.tracker.spawn(self.cancel.clone().run_until_cancelled_owned(handling));
    }
}

/// Ends when the connection is a client, which [`super::guests`] counts from then on, or is closed.
///
/// The handshake after the upgrade is done by a task of `iroh-relay` that waits as long as it takes. Each request carries a
/// guard that goes with it, so its end is noticed, and a second handle of the socket cuts it off when its time is over.
async fn establish(service: RelayService, tls: TlsAcceptor, stream: TcpStream, visit: Visit) -> io::Result<()> {
    let handle = SockRef::from(&stream).try_clone()?;
    let over = CancellationToken::new();
    let guard = Arc::new(over.clone().drop_guard());
    let service = RelayServiceWithNotify::new(service, Arc::new(Notify::new()));
    let guarded = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(Arc::clone(&guard));
        ready(service.call(request).into_inner().map_err(io::Error::other))
    });
    let serving = async {
        let stream = TokioIo::new(MaybeTlsStream::Tls(tls.accept(stream).await?));
        let connection = http1::Builder::new().max_buf_size(HEAD_MAX).serve_connection(stream, guarded).with_upgrades();
        connection.await.map_err(io::Error::other)?;
        over.cancelled().await;
        Ok(())
    };
    let served = tokio::time::timeout(ESTABLISH, serving).await;
    if served.is_err() {
        handle.shutdown(Shutdown::Both)?;
        over.cancelled().await;
    }
    drop(visit);
    served.unwrap_or_else(|elapsed| Err(elapsed.into()))
}
