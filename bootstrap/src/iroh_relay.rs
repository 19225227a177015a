//! A relay for iroh: HTTPS with a certificate of its own, whose key the node's signed descriptor pins, and address discovery
//! over QUIC (QAD).
//!
//! The protocol is `iroh-relay`'s. Connections are accepted here, because that crate's own server takes as many as come: the
//! node's door and its limits per address apply, and only who is connected over libp2p is relayed for.

mod accepting;
mod guests;
mod qad;
mod throttle;
mod trial;

use std::collections::HashSet;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use http::HeaderMap;
use iroh_base::EndpointId;
use iroh_relay::KeyCache;
use iroh_relay::http::RELAY_PROBE_PATH;
use iroh_relay::server::http_server::{BytesBody, Handlers, RelayService};
use iroh_relay::server::{ClientRateLimit, Metrics};
use kith_net::pin::pin_of;
use kith_net::server::{IrohRelayOffer, Server};
use kith_net::sockets;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use rustls::pki_types::PrivateKeyDer;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use accepting::Accepting;
use guests::Guests;
use throttle::Throttle;
pub(crate) use trial::try_relay;

/// Public keys that need not be decompressed again, 32 bytes or so each.
const KEYS_CACHED: usize = 16_384;
/// How often the rate of clients is set anew.
const TICK: Duration = Duration::from_secs(1);
/// How often those who are no longer welcome are looked for.
const SWEEP: Duration = Duration::from_secs(60);
/// What a frame costs beside its content: its head, TLS, TCP and IP, and the answer to a ping.
const FRAME: u64 = 100;

/// What its operator decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RelayConfig {
    /// Where to listen: TCP for the relay, UDP for QAD.
    pub(crate) listen: Vec<SocketAddr>,
    /// Clients at once.
    pub(crate) clients: usize,
    /// Connections of one endpoint.
    pub(crate) clients_per_peer: usize,
    /// Bytes one client may send per second; twice as many at once.
    pub(crate) bytes_per_s: NonZeroU32,
    /// Bytes all of them may send per second.
    pub(crate) total_bytes_per_s: u64,
}

/// A relay whose ports are taken, before it serves anybody.
pub(crate) struct Bound {
    config: RelayConfig,
    tcp: Vec<TcpListener>,
    qad: Vec<noq::Endpoint>,
    tls: TlsAcceptor,
    offer: IrohRelayOffer,
}

/// A running relay. It ends with the token it was started with.
#[derive(Debug)]
pub(crate) struct IrohRelay {
    service: RelayService,
    guests: Arc<Guests>,
}

#[derive(Debug, Clone, Default)]
struct Stats {
    clients: Gauge,
    received: Counter,
    sent: Counter,
    frames: Counter,
    pings: Counter,
    slowed: Counter,
    refused: Counter,
    observed: Gauge,
}

impl Stats {
    fn register(&self, registry: &mut Registry) {
        let all = registry.sub_registry_with_prefix("kith_iroh_relay");
        all.register("clients", "Clients of the relay for iroh", self.clients.clone());
        all.register("received_bytes", "Bytes clients sent through it", self.received.clone());
        all.register("sent_bytes", "Bytes sent on to clients", self.sent.clone());
        all.register("frames", "Packets clients sent through it", self.frames.clone());
        all.register("pings", "Pings of clients", self.pings.clone());
        all.register("slowed_bytes", "Bytes that waited for the rate of their sender", self.slowed.clone());
        all.register("refused", "Connections and clients refused", self.refused.clone());
        all.register("observed", "Connections that are told their address", self.observed.clone());
    }
}

impl Bound {
    /// Takes the ports. `key_file` holds the key of the certificate and is made if it is missing.
    pub(crate) fn new(config: RelayConfig, key_file: &Path) -> anyhow::Result<Self> {
        let (tls, pin) = certificate(&crate::state::read_or_make_tls_key(key_file)?)?;
        let (mut tcp, mut qad, mut listening, mut quic_port) = (Vec::new(), Vec::new(), Vec::new(), 0);
        for address in &config.listen {
            let cannot = || format!("the relay for iroh cannot listen on {address}; see [iroh_relay] in config.toml");
            let Some(listener) = sockets::tcp(*address).with_context(cannot)? else { continue };
            let listener = TcpListener::from_std(listener)?;
            let mut local = listener.local_addr()?;
            tcp.push(listener);
            listening.push(local);
            // The descriptor names one port for QUIC: that of the first listener.
            local.set_port(if quic_port == 0 { local.port() } else { quic_port });
            if let Some(socket) = sockets::udp(local).with_context(cannot)? {
                quic_port = local.port();
                qad.push(qad::endpoint(socket, &tls)?);
            }
        }
        anyhow::ensure!(
            !tcp.is_empty(),
            "the relay for iroh has no address to listen on; see [iroh_relay] in config.toml"
        );
        let tls = TlsAcceptor::from(Arc::new(tls));
        Ok(Self { config, tcp, qad, tls, offer: IrohRelayOffer { listening, pin, quic_port } })
    }

    /// How to name it in the node's descriptor.
    pub(crate) fn offer(&self) -> IrohRelayOffer {
        self.offer.clone()
    }

    /// Serves until `cancel`.
    pub(crate) fn serve(
        self,
        server: &Server,
        registry: &mut Registry,
        tracker: &TaskTracker,
        cancel: &CancellationToken,
    ) -> IrohRelay {
        let (config, limits) = (self.config, server.limits());
        let per_ip = limits.connections_per_ip;
        let stats = Stats::default();
        stats.register(registry);
        let metrics = Arc::new(Metrics::default());
        let clients = server.turnstile(config.clients, per_ip);
        let guests = Arc::new(Guests::new(clients, config.clients_per_peer, stats.clone()));
        let rate = client_rate(config.bytes_per_s);
        let access = Arc::clone(&guests);
        let cache = KeyCache::new(KEYS_CACHED);
        let service = RelayService::new(handlers(), HeaderMap::new(), Some(rate), cache, access, Arc::clone(&metrics));
        let handshakes = server.turnstile(limits.pending as usize, limits.pending_per_ip);
        for listener in self.tcp {
            let accepting = Accepting {
                service: service.clone(),
                tls: self.tls.clone(),
                handshakes: handshakes.clone(),
                stats: stats.clone(),
                tracker: tracker.clone(),
                cancel: cancel.clone(),
            };
            tracker.spawn(cancel.clone().run_until_cancelled_owned(accepting.run(listener)));
        }
        let observed = server.turnstile(config.clients.saturating_mul(2), per_ip);
        for endpoint in self.qad {
            let serving =
                qad::serve(endpoint, observed.clone(), stats.observed.clone(), tracker.clone(), cancel.clone());
            tracker.spawn(serving);
        }
        let throttle = Throttle::new(config.bytes_per_s, config.total_bytes_per_s, config.clients);
        let watching = Watching {
            service: service.clone(),
            guests: Arc::clone(&guests),
            metrics,
            stats,
            throttle,
            memory_max: limits.memory_max(),
        }
        .run();
        tracker.spawn(cancel.clone().run_until_cancelled_owned(watching));
        let ending = service.clone();
        let stop = cancel.clone();
        tracker.spawn(async move {
            stop.cancelled().await;
            ending.shutdown().await;
        });
        IrohRelay { service, guests }
    }
}

impl IrohRelay {
    /// Disconnects clients that are no longer served.
    pub(crate) fn recheck(&self) {
        disconnect(&self.service, self.guests.unwelcome());
    }
}

/// What is looked after while the relay runs.
struct Watching {
    service: RelayService,
    guests: Arc<Guests>,
    metrics: Arc<Metrics>,
    stats: Stats,
    throttle: Throttle,
    memory_max: usize,
}

impl Watching {
    async fn run(mut self) {
        let mut tick = tokio::time::interval(TICK);
        let (mut before, mut swept, mut left) = (HashSet::new(), Instant::now(), None);
        loop {
            tick.tick().await;
            self.count();
            if swept.elapsed() >= SWEEP {
                swept = Instant::now();
                // Not whoever only lost the other connection for a moment.
                let unwelcome: HashSet<EndpointId> = self.guests.unwelcome().into_iter().collect();
                disconnect(&self.service, unwelcome.intersection(&before).copied());
                before = unwelcome;
            }
            if left.is_none_or(|left: Instant| left.elapsed() >= SWEEP) && self.is_too_much().await {
                left = Some(Instant::now());
                let all = self.guests.all();
                tracing::warn!(clients = all.len(), "too little memory: the relay for iroh lets go of its clients");
                disconnect(&self.service, all);
            }
        }
    }

    /// Carries the relay's numbers over to ours and keeps all clients together under the total.
    fn count(&mut self) {
        let carry = |ours: &Counter, theirs: &iroh_metrics::Counter| {
            let more = theirs.get().saturating_sub(ours.get());
            ours.inc_by(more);
            more
        };
        let received = carry(&self.stats.received, &self.metrics.bytes_recv);
        let frames = carry(&self.stats.frames, &self.metrics.send_packets_recv)
            .saturating_add(carry(&self.stats.pings, &self.metrics.got_ping));
        carry(&self.stats.sent, &self.metrics.bytes_sent);
        carry(&self.stats.slowed, &self.metrics.bytes_rx_ratelimited_total);
        let all = received.saturating_add(frames.saturating_mul(FRAME));
        if let Some(rate) = self.throttle.next(all) {
            self.service.set_client_rate_limit(Some(client_rate(rate)));
        }
    }

    /// What clients do not read waits for them in queues of iroh-relay's: 512 packets of up to 64 KiB each.
    async fn is_too_much(&self) -> bool {
        let resident = crate::http::resident_bytes().await;
        resident.and_then(|bytes| usize::try_from(bytes).ok()).is_some_and(|bytes| bytes > self.memory_max)
    }
}

fn disconnect(service: &RelayService, endpoints: impl IntoIterator<Item = EndpointId>) {
    for endpoint in endpoints {
        service.clients().disconnect(endpoint, None);
    }
}

/// Beside the relay itself there is what endpoints measure the way to it with.
fn handlers() -> Handlers {
    let mut handlers = Handlers::default();
    let ping = |_request, response: http::response::Builder| {
        Ok(response.status(http::StatusCode::OK).body(Box::new(String::new()) as BytesBody)?)
    };
    handlers.insert((http::Method::GET, RELAY_PROBE_PATH), Box::new(ping));
    handlers
}

fn client_rate(bytes_per_s: NonZeroU32) -> ClientRateLimit {
    let mut rate = ClientRateLimit::new(bytes_per_s);
    rate.max_burst_bytes = Some(bytes_per_s.saturating_mul(NonZeroU32::new(2).unwrap_or(NonZeroU32::MIN)));
    rate
}

/// A certificate nobody but the node vouches for, and the hash of its key. It is made anew each time; the key stays.
fn certificate(key: &rcgen::KeyPair) -> anyhow::Result<(rustls::ServerConfig, [u8; 32])> {
    let name = vec!["kith-bootstrap.invalid".to_owned()];
    let made = rcgen::CertificateParams::new(name)?.self_signed(key)?;
    let pin = pin_of(made.der())?;
    let secret = PrivateKeyDer::Pkcs8(key.serialize_der().into());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .with_no_client_auth()
        .with_single_cert(vec![made.der().clone()], secret)?;
    Ok((config, pin))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pin_is_that_of_the_key_and_stays() {
        let key = rcgen::KeyPair::generate().unwrap();
        let (first, again) = (certificate(&key).unwrap().1, certificate(&key).unwrap().1);
        assert_eq!(first, again);
        assert_ne!(first, certificate(&rcgen::KeyPair::generate().unwrap()).unwrap().1);
    }
}
