//! Tries the way into a node that is left where nothing but the web gets through.

use std::time::Instant;

use libp2p::identity::Keypair;
use libp2p::{Multiaddr, PeerId};

use super::{client, connect, millis};
use crate::addr;

/// Connects as somebody else to one of these addresses.
pub(super) async fn try_wss(peer: PeerId, addresses: Vec<Multiaddr>) -> Result<String, String> {
    let mut swarm = client::swarm(Keypair::generate_ed25519()).map_err(|error| error.to_string())?;
    let started = Instant::now();
    let reached = connect(&mut swarm, peer, addresses).await.map_err(|error| error.to_string())?;
    let port = addr::shape(&reached).map(|shape| shape.port).unwrap_or_default();
    Ok(format!("connected to port {port} over TLS in {} ms", millis(started)))
}
