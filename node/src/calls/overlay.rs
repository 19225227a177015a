//! The way a call takes where no UDP goes through: its packets as datagrams of iroh, over the relay of a bootstrap node that
//! both sides use.
//!
//! It is for when everything else had its time. The caller then names the relays it could use, the callee chooses one of them,
//! and the caller connects. The endpoint lasts as long as this way: without it, and without a call, there is none. It knows
//! one relay and nothing else of this machine: no address of its own, no discovery, no name server but the system's.

use std::{io, sync::Arc, time::Duration};

use futures::{StreamExt as _, stream::FuturesUnordered};
use iroh::{
    Endpoint, EndpointAddr, EndpointId, NetReportConfig, RelayConfig, RelayMap, RelayMode, RelayUrl, SecretKey,
    dns::{DnsResolver, FallbackMode},
    endpoint::{Connection, IdleTimeout, Incoming, QuicTransportConfig, VarInt, presets},
    tls::CaTlsConfig,
};
use kith_core::CallNews;
use kith_crypto::SigningKey;
use kith_net::{NetCommand, OverlayAccess, OverlayRelay, pin::PinnedKey};
use kith_rtc::Overlay;
use kith_wire::{ids::TransportId, limits};
use rustls::{client::danger::ServerCertVerifier, crypto::CryptoProvider};
use tokio::{
    sync::{mpsc, oneshot},
    time::{Instant, timeout},
};
use tokio_util::sync::{CancellationToken, DropGuard};

use super::{Shell, Talk};

/// What the two endpoints speak: datagrams of [`kith_rtc::Overlay`].
const ALPN: &[u8] = b"kith/overlay/1";
/// How long other ways are looked for before this one.
const OTHERS_FIRST: Duration = Duration::from_secs(4);
/// After this it is tried anew, over another relay if there is one.
const AGAIN: Duration = Duration::from_secs(8);
/// What has not met by then does not: the next attempt began.
const MEETING: Duration = Duration::from_secs(12);
/// Handshakes at once with whoever is there; only one of them can be the other side.
const STRANGERS: usize = 8;
/// A handshake that takes longer keeps no place.
const HANDSHAKE: Duration = Duration::from_secs(6);
/// What waits to be sent: a second of sound, a tenth of a second of pictures. The oldest goes first.
const SEND_BUFFER: usize = 32 * 1024;
const RECEIVE_BUFFER: usize = 256 * 1024;
/// The session notices a dead way sooner.
const IDLE: Duration = Duration::from_secs(20);

/// This side of the way, while there is a call.
pub(super) struct Way {
    /// When it is tried, if nothing else works until then. Only the caller tries.
    pub(super) due: Option<Instant>,
    /// It was the way once: it need not wait for others when it is gone.
    worked: bool,
    attempts: usize,
    offered: Vec<OverlayRelay>,
    /// Ends what is under way, or carries.
    under_way: Option<DropGuard>,
    met: (mpsc::Sender<Met>, mpsc::Receiver<Met>),
}

/// The two endpoints have met.
pub(super) struct Met {
    endpoint: Endpoint,
    connection: Connection,
    cancel: CancellationToken,
}

/// Whom to meet, and where.
struct Meeting {
    own: SecretKey,
    peer: EndpointId,
    relay: RelayUrl,
    pin: [u8; 32],
    dials: bool,
}

impl Default for Way {
    fn default() -> Self {
        let met = mpsc::channel(1);
        Self { due: None, worked: false, attempts: 0, offered: Vec::new(), under_way: None, met }
    }
}

impl Way {
    /// The session looks for a way.
    pub(super) fn is_looked_for(&mut self) {
        let wait = if self.worked { Duration::ZERO } else { OTHERS_FIRST };
        self.due.get_or_insert_with(|| Instant::now() + wait);
    }

    /// The session has a way.
    pub(super) fn is_found(&mut self, overlay: bool) {
        self.worked = overlay;
        if !overlay {
            // What was under way would only cost the relay.
            self.under_way = None;
        }
    }

    /// The endpoints, when they have met.
    pub(super) async fn met(&mut self) -> Option<Met> {
        self.met.1.recv().await
    }
}

impl Talk {
    /// Offers to meet over a relay.
    pub(super) async fn offer_overlay(&mut self) {
        self.way.due = Some(Instant::now() + AGAIN);
        let OverlayAccess { key, mut relays } = match self.shell.overlay_access().await {
            Some(access) if !access.relays.is_empty() => access,
            Some(_) | None => return tracing::debug!("no bootstrap node relays for iroh"),
        };
        relays.truncate(limits::OVERLAY_RELAYS_MAX);
        let first = self.way.attempts.checked_rem(relays.len()).unwrap_or(0);
        relays.rotate_left(first);
        self.way.attempts = self.way.attempts.wrapping_add(1);
        let (endpoint, named) = (endpoint_of(&key), relays.iter().map(|relay| relay.node).collect());
        self.way.offered = relays;
        self.shell.tell(self.how.call, CallNews::Overlay { endpoint, relays: named }).await;
    }

    /// The other side says where it can be met: to the callee an offer, to the caller the answer.
    pub(super) async fn meet(&mut self, endpoint: TransportId, relays: &[TransportId]) {
        let Some(OverlayAccess { key, relays: mine }) = self.shell.overlay_access().await else { return };
        let dials = self.how.offers;
        let relay = if dials {
            let answered = |relay: &&OverlayRelay| relays.first() == Some(&relay.node);
            self.way.offered.iter().find(answered).cloned()
        } else {
            relays.iter().find_map(|offered| mine.iter().find(|relay| relay.node == *offered)).cloned()
        };
        if !dials {
            let (endpoint, named) = (endpoint_of(&key), relay.iter().map(|relay| relay.node).collect());
            self.shell.tell(self.how.call, CallNews::Overlay { endpoint, relays: named }).await;
        }
        let Some(relay) = relay else { return tracing::debug!("the two sides of a call have no relay in common") };
        let meeting = match Meeting::new(&key, endpoint, &relay, dials) {
            Ok(meeting) => meeting,
            Err(error) => return tracing::debug!(%error, "a call cannot go over a relay"),
        };
        let cancel = self.shell.tasks.cancel().child_token();
        self.way.under_way = Some(cancel.clone().drop_guard());
        let tell = self.way.met.0.clone();
        self.shell.tasks.spawn(async move {
            let held = timeout(MEETING, meeting.hold(&cancel)).await;
            let error = match held {
                Ok(Ok((endpoint, connection))) => {
                    let met = Met { endpoint, connection, cancel };
                    let Err(late) = tell.try_send(met) else { return };
                    return late.into_inner().endpoint.close().await;
                }
                Ok(Err(error)) => error,
                Err(_elapsed) => "nobody came".to_owned(),
            };
            tracing::debug!(%error, "the two sides of a call did not meet over a relay");
        });
    }

    /// Lets the session use what was met over.
    pub(super) async fn carry(&mut self, met: Met) {
        let room = met.connection.max_datagram_size().unwrap_or_default();
        let opened = self.session.overlay(room).await;
        let tasks = self.shell.tasks.clone();
        let overlay = match opened {
            Ok(overlay) if !met.cancel.is_cancelled() && room >= kith_rtc::OVERLAY_DATAGRAM_MIN => overlay,
            Ok(_) | Err(_) => return tasks.spawn(async move { met.endpoint.close().await }),
        };
        tracing::debug!(room, "a call may go over a relay");
        tasks.spawn(async move {
            let carrying = carry(&overlay, &met.connection);
            met.cancel.run_until_cancelled(carrying).await;
            met.connection.close(VarInt::from_u32(0), b"");
            met.endpoint.close().await;
        });
        if self.failed && self.how.offers {
            // The session has given up, and tries what it has only when it begins anew.
            self.restart().await;
        }
    }
}

impl Shell {
    async fn overlay_access(&self) -> Option<OverlayAccess> {
        let (answer, answered) = oneshot::channel();
        self.net.command(NetCommand::Overlay(answer)).await.ok()?;
        answered.await.ok()
    }

    /// Whether there is a relay a call could go over.
    pub(super) async fn has_overlay(&self) -> bool {
        self.overlay_access().await.is_some_and(|access| !access.relays.is_empty())
    }
}

impl Meeting {
    fn new(key: &SigningKey, peer: TransportId, relay: &OverlayRelay, dials: bool) -> Result<Self, String> {
        let peer = EndpointId::from_bytes(&peer.to_bytes()).map_err(|_not_one| "the other side has no such key")?;
        let own = SecretKey::from_bytes(&key.seed());
        let relay_url = relay.url.parse().map_err(|_not_one| "the relay has no address")?;
        Ok(Self { own, peer, relay: relay_url, pin: relay.pin, dials })
    }

    /// Waits for the other side, or goes to it.
    async fn hold(self, cancel: &CancellationToken) -> Result<(Endpoint, Connection), String> {
        let endpoint = self.endpoint().await?;
        let met = async {
            if self.dials {
                let address = EndpointAddr::new(self.peer).with_relay_url(self.relay.clone());
                return endpoint.connect(address, ALPN).await.map_err(in_words);
            }
            self.wait(&endpoint).await.ok_or_else(|| "the endpoint is closed".to_owned())
        };
        // Dropping an endpoint leaves the other side waiting: this one is closed, whatever happens.
        let met = timeout(MEETING.saturating_sub(Duration::from_secs(1)), cancel.run_until_cancelled(met)).await;
        match met {
            Ok(Some(Ok(connection))) => return Ok((endpoint, connection)),
            Ok(Some(Err(error))) => {
                endpoint.close().await;
                return Err(error);
            }
            Ok(None) | Err(_) => endpoint.close().await,
        }
        Err("nobody came in time, or nobody waits any more".to_owned())
    }

    /// The other side, among whoever comes.
    async fn wait(&self, endpoint: &Endpoint) -> Option<Connection> {
        let mut coming = FuturesUnordered::new();
        loop {
            tokio::select! {
                incoming = endpoint.accept() => {
                    let incoming = incoming?;
                    if coming.len() < STRANGERS { coming.push(shake_hands(incoming)) } else { incoming.refuse() }
                }
                Some(came) = coming.next(), if !coming.is_empty() => {
                    let Some(connection) = came else { continue };
                    if connection.remote_id() == self.peer {
                        return Some(connection);
                    }
                    tracing::debug!("somebody else came over the relay");
                    connection.close(VarInt::from_u32(1), b"");
                }
            }
        }
    }

    async fn endpoint(&self) -> Result<Endpoint, String> {
        let pin = self.pin;
        let verifier = move |provider: Arc<CryptoProvider>| {
            let pinned: Arc<dyn ServerCertVerifier> = Arc::new(PinnedKey::new(pin, &provider));
            io::Result::Ok(pinned)
        };
        // With one relay there is nothing to measure but that it is there.
        let mut report = NetReportConfig::default();
        report.captive_portal_check = false;
        let names = DnsResolver::builder().with_system_defaults().with_fallback_mode(FallbackMode::Never).build();
        let builder = Endpoint::builder(presets::Minimal)
            .secret_key(self.own.clone())
            .relay_mode(RelayMode::Custom(RelayMap::from_iter([RelayConfig::new(self.relay.clone(), None)])))
            .ca_tls_config(CaTlsConfig::custom_server_cert_verifier(Arc::new(verifier)))
            .clear_ip_transports()
            .dns_resolver(names)
            .net_report_config(report)
            .transport_config(transport()?);
        let builder = if self.dials { builder } else { builder.alpns(vec![ALPN.to_vec()]) };
        builder.bind().await.map_err(in_words)
    }
}

fn transport() -> Result<QuicTransportConfig, String> {
    let none = VarInt::from_u32(0);
    Ok(QuicTransportConfig::builder()
        .max_concurrent_bidi_streams(none)
        .max_concurrent_uni_streams(none)
        .max_idle_timeout(Some(IdleTimeout::try_from(IDLE).map_err(in_words)?))
        .datagram_send_buffer_size(SEND_BUFFER)
        .datagram_receive_buffer_size(Some(RECEIVE_BUFFER))
        .build())
}

async fn shake_hands(incoming: Incoming) -> Option<Connection> {
    timeout(HANDSHAKE, async { incoming.accept().ok()?.await.ok() }).await.ok().flatten()
}

/// Carries datagrams both ways until either end is gone.
async fn carry(overlay: &Overlay, connection: &Connection) {
    loop {
        tokio::select! {
            datagram = overlay.next() => {
                let Some(datagram) = datagram else { return };
                // What does not fit, or came too late for the connection, is lost like anything else of the way.
                if let Err(error) = connection.send_datagram(datagram) {
                    tracing::trace!(%error, "not sent over the relay");
                }
            }
            datagram = connection.read_datagram() => match datagram {
                Ok(datagram) => overlay.deliver(datagram),
                Err(error) => return tracing::debug!(%error, "the way over the relay is gone"),
            },
        }
    }
}

fn endpoint_of(key: &SigningKey) -> TransportId {
    TransportId::from_bytes(key.public().to_bytes())
}

fn in_words(error: impl std::fmt::Display) -> String {
    error.to_string()
}

#[cfg(test)]
mod tests;
