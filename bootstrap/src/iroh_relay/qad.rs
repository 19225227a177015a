//! QUIC address discovery: whoever connects is told at which address it is seen (draft-ietf-quic-address-discovery).

use std::net::UdpSocket;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use iroh_relay::quic::{ALPN_QUIC_ADDR_DISC, QUIC_ADDR_DISC_CLOSE_CODE, QUIC_ADDR_DISC_CLOSE_REASON};
use kith_net::server::Turnstile;
use noq::crypto::rustls::QuicServerConfig;
use prometheus_client::metrics::gauge::Gauge;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// A handshake must end in this time.
const HANDSHAKE: Duration = Duration::from_secs(5);
/// Closed when nothing was heard for so long; clients show that they are there every 25 s.
const IDLE: Duration = Duration::from_secs(40);
/// Bytes of the first packets that are kept for connections nobody has looked at yet.
const WAITING_MAX: usize = 64;
const WAITING_BYTES: u64 = 16 * 1024;

/// An endpoint that takes such connections at a socket, with the certificate of the relay.
pub(super) fn endpoint(socket: UdpSocket, tls: &rustls::ServerConfig) -> anyhow::Result<noq::Endpoint> {
    let mut tls = tls.clone();
    tls.alpn_protocols = vec![ALPN_QUIC_ADDR_DISC.to_vec()];
    let mut config = noq::ServerConfig::with_crypto(Arc::new(QuicServerConfig::try_from(tls)?));
    config.max_incoming(WAITING_MAX).incoming_buffer_size(WAITING_BYTES);
    let mut transport = noq::TransportConfig::default();
    transport
        .max_concurrent_uni_streams(0_u8.into())
        .max_concurrent_bidi_streams(0_u8.into())
        .datagram_receive_buffer_size(None)
        .max_idle_timeout(Some(IDLE.try_into().context("a time that is too long")?))
        .send_observed_address_reports(true);
    config.transport_config(Arc::new(transport));
    Ok(noq::Endpoint::new(noq::EndpointConfig::default(), Some(config), socket, Arc::new(noq::TokioRuntime))?)
}

/// Serves until `cancel`.
pub(super) async fn serve(
    endpoint: noq::Endpoint,
    turnstile: Turnstile,
    open: Gauge,
    tracker: TaskTracker,
    cancel: CancellationToken,
) {
    while let Some(Some(incoming)) = cancel.run_until_cancelled(endpoint.accept()).await {
        // Whoever made up an address does not hear of this, and leaves nothing behind here.
        if !incoming.remote_address_validated() {
            if incoming.retry().is_err() {
                tracing::debug!("a client could not be asked to prove its address");
            }
            continue;
        }
        let Ok(visit) = turnstile.enter(incoming.remote_address().ip()) else {
            incoming.refuse();
            continue;
        };
        let open = open.clone();
        let connection = async move {
            let Ok(Ok(connection)) = tokio::time::timeout(HANDSHAKE, incoming.into_future()).await else { return };
            open.inc();
            connection.closed().await;
            open.dec();
            drop(visit);
        };
        tracker.spawn(cancel.clone().run_until_cancelled_owned(connection));
    }
    endpoint.close(QUIC_ADDR_DISC_CLOSE_CODE, QUIC_ADDR_DISC_CLOSE_REASON);
    endpoint.wait_idle().await;
}
