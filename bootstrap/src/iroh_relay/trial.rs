//! Trying a relay for iroh from outside, as `probe` does: with iroh's own client, and the pin of the descriptor.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use futures::{SinkExt, StreamExt};
use iroh_base::{RelayUrl, SecretKey};
use iroh_dns::dns::DnsResolver;
use iroh_relay::client::ClientBuilder;
use iroh_relay::protos::relay::{ClientToRelayMsg, Datagrams, RelayToClientMsg};
use iroh_relay::quic::{QUIC_ADDR_DISC_CLOSE_CODE, QUIC_ADDR_DISC_CLOSE_REASON, QuicClient};
use kith_crypto::SigningKey;
use kith_net::pin::PinnedKey;
use kith_wire::services::IrohRelay;
use tokio::net::lookup_host;

const TIMEOUT: Duration = Duration::from_secs(8);
const GREETING: &[u8] = b"kith-bootstrap probe";

/// Sends itself a packet through the relay and asks for its address over QUIC; says in words how it went.
///
/// # Errors
/// What went wrong, in words.
pub(crate) async fn try_relay(relay: IrohRelay, key: SigningKey) -> Result<String, String> {
    let relayed = tokio::time::timeout(TIMEOUT, through(&relay, key));
    relayed.await.unwrap_or_else(|_elapsed| Err("no packet came back through it".to_owned()))?;
    if relay.quic_port == 0 {
        return Ok("a packet came back through it".to_owned());
    }
    let observed = tokio::time::timeout(TIMEOUT, observed(&relay));
    let at = observed.await.unwrap_or_else(|_elapsed| Err("nobody answers over QUIC".to_owned()))?;
    Ok(format!("a packet came back through it; over QUIC it sees this machine at {at}"))
}

async fn through(relay: &IrohRelay, key: SigningKey) -> Result<(), String> {
    let url: RelayUrl = relay.url.parse().map_err(|_not_one| format!("{} is no address", relay.url))?;
    let tls = PinnedKey::client(relay.pin).map_err(in_words)?;
    let secret = SecretKey::from_bytes(&key.seed());
    let own = secret.public();
    let builder = ClientBuilder::new(url, secret, DnsResolver::new()).tls_client_config(tls);
    let mut client = builder.connect().await.map_err(in_words)?;
    let datagrams = Datagrams::from(GREETING);
    client.send(ClientToRelayMsg::Datagrams { dst_endpoint_id: own, datagrams }).await.map_err(in_words)?;
    loop {
        let message = client.next().await.ok_or("the relay closed the connection")?.map_err(in_words)?;
        if let RelayToClientMsg::Datagrams { remote_endpoint_id, datagrams } = message
            && remote_endpoint_id == own
            && datagrams.contents == GREETING
        {
            return Ok(());
        }
    }
}

async fn observed(relay: &IrohRelay) -> Result<SocketAddr, String> {
    let url: url::Url = relay.url.parse().map_err(|_not_one| format!("{} is no address", relay.url))?;
    let host = url.host_str().ok_or("it names no host")?;
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let mut found = lookup_host((bare, relay.quic_port)).await.map_err(in_words)?;
    let server = found.next().ok_or("its name leads nowhere")?;
    let from: SocketAddr =
        if server.is_ipv4() { (Ipv4Addr::UNSPECIFIED, 0).into() } else { (Ipv6Addr::UNSPECIFIED, 0).into() };
    let endpoint = noq::Endpoint::client(from).map_err(in_words)?;
    let client = QuicClient::new(endpoint, PinnedKey::client(relay.pin).map_err(in_words)?);
    let connection = client.create_conn(server, bare).await.map_err(in_words)?;
    let seen = connection.observed_external_addr().next().await.ok_or("it tells no address")?;
    connection.close(QUIC_ADDR_DISC_CLOSE_CODE, QUIC_ADDR_DISC_CLOSE_REASON);
    Ok(SocketAddr::new(seen.ip().to_canonical(), seen.port()))
}

fn in_words(error: impl std::fmt::Display) -> String {
    error.to_string()
}
