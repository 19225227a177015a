//! Whom the relay for iroh serves: peers that are connected over libp2p.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use iroh_base::EndpointId;
use iroh_relay::server::{Access, AccessControl, ClientRequest, ConnectionId};
use kith_net::server::{TurnedAway, Turnstile, Visit};

use super::Stats;

/// The clients, by the key they proved. An endpoint id is the transport key.
#[derive(Debug)]
pub(crate) struct Guests {
    turnstile: Turnstile,
    per_peer: usize,
    stats: Stats,
    inside: Mutex<HashMap<EndpointId, Vec<(ConnectionId, Visit)>>>,
}

impl Guests {
    pub(super) fn new(turnstile: Turnstile, per_peer: usize, stats: Stats) -> Self {
        Self { turnstile, per_peer, stats, inside: Mutex::default() }
    }

    /// Everybody.
    pub(super) fn all(&self) -> Vec<EndpointId> {
        self.lock().keys().copied().collect()
    }

    /// Those that are no longer served, or no longer connected over libp2p.
    pub(super) fn unwelcome(&self) -> Vec<EndpointId> {
        let inside = self.lock();
        inside.keys().filter(|endpoint| !self.turnstile.serves(endpoint.as_bytes())).copied().collect()
    }

    fn let_in(&self, endpoint: EndpointId, connection: ConnectionId) -> Result<(), &'static str> {
        let mut inside = self.lock();
        let connections = inside.get(&endpoint).map_or(0, Vec::len);
        if connections >= self.per_peer {
            return Err("too many connections of this endpoint");
        }
        let visit = self.turnstile.admit(endpoint.as_bytes()).map_err(|why| match why {
            TurnedAway::Full => "the relay is full",
            TurnedAway::Denied | _ => "connect to this node over libp2p first",
        })?;
        inside.entry(endpoint).or_default().push((connection, visit));
        self.stats.clients.inc();
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<EndpointId, Vec<(ConnectionId, Visit)>>> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl AccessControl for Guests {
    async fn on_connect(&self, request: &ClientRequest) -> Access {
        match self.let_in(request.endpoint_id(), request.connection_id()) {
            Ok(()) => Access::Allow,
            Err(reason) => {
                self.stats.refused.inc();
                Access::Deny { reason: Some(reason.to_owned()) }
            }
        }
    }

    fn on_disconnect(&self, endpoint: EndpointId, connection: ConnectionId) {
        let mut inside = self.lock();
        let Some(connections) = inside.get_mut(&endpoint) else { return };
        let before = connections.len();
        connections.retain(|(id, _visit)| *id != connection);
        if connections.len() < before {
            self.stats.clients.dec();
        }
        if connections.is_empty() {
            inside.remove(&endpoint);
        }
    }
}
