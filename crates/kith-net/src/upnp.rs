//! A client of UPnP's internet gateway device: has a port of this node opened at the router.
//!
//! **What it is.** [`Upnp::ask`] spawns a task that looks for the router, asks, renews, and gives back what was granted
//! when the handle is dropped.
//!
//! **What it never does.** It believes nobody but the default gateway: an answer to a search must come from its address,
//! and every URL in what it says must lead there again. It follows no redirect and resolves no name; it reads nothing
//! without a bound in bytes and in time, and XML without recursion, without a DTD and without entities. What it writes
//! into XML are numbers, an address and constants. It logs no address.
//!
//! **Where to start reading.** `router.rs` (what is asked), then `search.rs`, `http.rs` and `xml.rs` (how answers are read).

mod description;
mod http;
mod place;
mod router;
mod search;
mod soap;
mod xml;

#[cfg(test)]
mod tests;

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddrV4};
use std::num::NonZeroU16;
use std::time::Duration;

use netwatch::interfaces::HomeRouter;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

use crate::limits;
use router::{Held, Router};
pub(crate) use soap::Transport;
use soap::{Mapping, Refusal};

/// Ports asked for when others have the one that is wanted: those nobody is given by the system, mostly.
const OTHER_PORTS: std::ops::Range<u16> = 20_000..32_000;

/// Why the router grants nothing.
#[derive(Debug, thiserror::Error)]
enum Error {
    #[error("the router answers no search, or only for others")]
    Silent,
    #[error("a URL leads elsewhere than to the router")]
    Elsewhere,
    #[error("not what UPnP says it should be")]
    Malformed,
    #[error("larger than an answer may be")]
    TooLarge,
    #[error("too late")]
    Late,
    #[error("it opens no ports, or has no address outside")]
    NoService,
    #[error("answered with HTTP status {0}")]
    Status(u16),
    #[error("refused: {0}")]
    Refused(Refusal),
    #[error(transparent)]
    Http(#[from] hyper::Error),
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl From<tokio::time::error::Elapsed> for Error {
    fn from(_: tokio::time::error::Elapsed) -> Self {
        Self::Late
    }
}

/// Who is asked, and where a search is sent.
#[derive(Debug, Clone, Copy)]
struct Network {
    gateway: Ipv4Addr,
    /// Where the gateway answers alone, and where everybody hears it.
    doors: [SocketAddrV4; 2],
}

impl Network {
    fn of(gateway: Ipv4Addr) -> Self {
        Self {
            gateway,
            doors: [SocketAddrV4::new(gateway, search::PORT), SocketAddrV4::new(search::GROUP, search::PORT)],
        }
    }
}

/// A port that is asked for, and kept once it is granted. Dropped, it is given back.
#[derive(Debug)]
pub(crate) struct Upnp {
    granted: watch::Receiver<Option<SocketAddrV4>>,
    _stop: DropGuard,
}

impl Upnp {
    /// Asks the router of this network for the port. Ends by itself when it grants nothing, or nothing any more.
    pub(crate) fn ask(transport: Transport, port: NonZeroU16, tracker: &TaskTracker) -> Self {
        let (upnp, asking) = Self::new(transport, port);
        // Reads files of the system.
        let gateway = tracker.spawn_blocking(default_gateway);
        tracker.spawn(async move {
            match gateway.await {
                Ok(Some(gateway)) => asking.run(Network::of(gateway)).await,
                Ok(None) | Err(_) => tracing::debug!("no gateway to ask over UPnP"),
            }
        });
        upnp
    }

    fn new(transport: Transport, port: NonZeroU16) -> (Self, Asking) {
        let (sender, granted) = watch::channel(None);
        let stop = CancellationToken::new();
        let asking = Asking { transport, port, renew: limits::UPNP_LEASE / 2, granted: sender, stop: stop.clone() };
        (Self { granted, _stop: stop.drop_guard() }, asking)
    }

    /// Where the router says it lets others in.
    pub(crate) fn granted(&self) -> Option<SocketAddrV4> {
        *self.granted.borrow()
    }
}

fn default_gateway() -> Option<Ipv4Addr> {
    match HomeRouter::new()?.gateway {
        IpAddr::V4(ip) if !ip.is_loopback() && !ip.is_unspecified() && !ip.is_multicast() => Some(ip),
        IpAddr::V4(_) | IpAddr::V6(_) => None,
    }
}

struct Asking {
    transport: Transport,
    port: NonZeroU16,
    renew: Duration,
    granted: watch::Sender<Option<SocketAddrV4>>,
    stop: CancellationToken,
}

impl Asking {
    async fn run(self, network: Network) {
        let mut held = None;
        loop {
            let asking = timeout(limits::UPNP_ASK_TIMEOUT, self.ask(&network, &mut held));
            let Some(asked) = self.stop.run_until_cancelled(asking).await else { break };
            match asked.map_err(Error::from).flatten() {
                Ok(at) => self.granted.send_replace(Some(at)),
                Err(error) => {
                    tracing::debug!(%error, again = held.is_some(), "no port over UPnP");
                    break;
                }
            };
            if self.stop.run_until_cancelled(sleep(self.renew)).await.is_none() {
                break;
            }
        }
        self.granted.send_replace(None);
        if let Some(held) = held {
            let given_back = timeout(limits::MAPPING_FAREWELL, held.router.delete(&held.mapping)).await;
            if let Err(error) = given_back.map_err(Error::from).flatten() {
                tracing::debug!(%error, "a port was not given back over UPnP");
            }
        }
    }

    /// Asks for the port, or once more for the one that is held.
    async fn ask(&self, network: &Network, held: &mut Option<Held>) -> Result<SocketAddrV4, Error> {
        if let Some(Held { router, mapping }) = held {
            let (renewed, outside) = (router.add(mapping).await, mapping.outside);
            let external = match renewed {
                Ok(()) => router.external().await?,
                Err(error) => {
                    if matches!(error, Error::Refused(Refusal::Conflict)) {
                        // It is somebody else's by now.
                        *held = None;
                    }
                    return Err(error);
                }
            };
            return Ok(SocketAddrV4::new(external, outside));
        }
        let (router, external) = Router::find(network).await?;
        let lease_s = u32::try_from(limits::UPNP_LEASE.as_secs()).unwrap_or_default();
        let (inside, client) = (self.port.get(), router.local);
        let mut mapping = Mapping { transport: self.transport, outside: inside, inside, client, lease_s };
        for _ in 0..limits::UPNP_TRIES {
            // It may be granted from here on, whether anybody hears the answer or not.
            *held = Some(Held { router: router.clone(), mapping });
            let refusal = match router.add(&mapping).await {
                Ok(()) => return Ok(SocketAddrV4::new(external, mapping.outside)),
                Err(Error::Refused(refusal)) => refusal,
                Err(error) => return Err(error),
            };
            *held = None;
            if refusal == Refusal::OnlyPermanent && mapping.lease_s != 0 {
                mapping.lease_s = 0;
            } else if refusal == Refusal::Conflict {
                mapping.outside = rand::random_range(OTHER_PORTS);
            } else {
                return Err(Error::Refused(refusal));
            }
        }
        Err(Error::Refused(Refusal::Conflict))
    }
}
