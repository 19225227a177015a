//! Where a call can find its own address and be relayed: what the bootstrap nodes we use offer, with credentials.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use kith_wire::{ServicesRequest, TurnCredentials, services};
use libp2p::request_response::OutboundRequestId;
use libp2p::{Multiaddr, PeerId, multiaddr::Protocol};
use tokio::sync::oneshot;
use zeroize::Zeroizing;

use super::Task;
use crate::api::IceServer;
use crate::limits;

/// Nodes asked for each: two observers tell one kind of NAT from the other, and one relay may fail.
const SERVERS: usize = 2;
/// Credentials that have not come by then are done without.
const WAIT: Duration = Duration::from_secs(5);

struct Query {
    reply: oneshot::Sender<Vec<IceServer>>,
    servers: Vec<IceServer>,
    waiting: BTreeSet<OutboundRequestId>,
    deadline: Instant,
}

/// Questions under way.
#[derive(Default)]
pub(super) struct IceQueries(Vec<Query>);

impl Task {
    /// Collects what the bootstrap nodes offer; asks for credentials where they relay.
    pub(super) fn find_ice_servers(&mut self, reply: oneshot::Sender<Vec<IceServer>>) {
        let offering = |bit: u64| -> Vec<(PeerId, Vec<String>)> {
            let serving = self.bootstraps.iter().filter(|known| known.serves());
            let said = serving.filter_map(|known| Some((known.peer, known.descriptor.as_ref()?)));
            let offers = said.filter(|(_, said)| said.services & bit != 0);
            offers.map(|(peer, said)| (peer, said.stun.clone())).take(SERVERS).collect()
        };
        let stun = offering(services::STUN).into_iter();
        let servers = stun.filter_map(|(_, addresses)| server("stun", &addresses, None)).collect();
        let asked = offering(services::TURN);
        let behaviour = &mut self.swarm.behaviour_mut().services;
        let waiting = asked.iter().map(|(peer, _)| behaviour.send_request(peer, ServicesRequest::Turn)).collect();
        if self.ice.0.len() < limits::SLOT_OPERATIONS_MAX {
            self.ice.0.push(Query { reply, servers, waiting, deadline: Instant::now() + WAIT });
        }
        self.tend_ice(Instant::now());
    }

    /// Takes in the answer to a request for credentials, or that there is none.
    pub(super) fn ice_answered(&mut self, request: OutboundRequestId, credentials: Option<TurnCredentials>) {
        let asked = |query: &&mut Query| query.waiting.contains(&request);
        let Some(query) = self.ice.0.iter_mut().find(asked) else { return };
        query.waiting.remove(&request);
        let relay = credentials.and_then(|given| {
            let TurnCredentials { username, password, addresses, .. } = given;
            server("turn", &addresses, Some((username, Zeroizing::new(password))))
        });
        query.servers.extend(relay);
        self.tend_ice(Instant::now());
    }

    pub(super) fn tend_ice(&mut self, now: Instant) {
        for query in std::mem::take(&mut self.ice.0) {
            if query.waiting.is_empty() || query.deadline <= now {
                // Who asked may have stopped waiting.
                drop(query.reply.send(query.servers));
            } else {
                self.ice.0.push(query);
            }
        }
    }
}

/// A server at these addresses; `None` if none of them can be used.
fn server(scheme: &str, addresses: &[String], credentials: Option<(String, Zeroizing<String>)>) -> Option<IceServer> {
    let urls: Vec<String> = addresses.iter().filter_map(|address| url(scheme, address)).collect();
    let (username, credential) = credentials.unzip();
    (!urls.is_empty()).then_some(IceServer { urls, username, credential })
}

/// The URL of RFC 7064 or RFC 7065 for `/HOST/udp/PORT`.
fn url(scheme: &str, address: &str) -> Option<String> {
    let address: Multiaddr = address.parse().ok()?;
    let mut parts = address.iter();
    let (host, port) = (parts.next()?, parts.next()?);
    let Protocol::Udp(port) = port else { return None };
    if let Protocol::Ip4(ip) = host {
        return Some(format!("{scheme}:{ip}:{port}"));
    }
    if let Protocol::Ip6(ip) = host {
        return Some(format!("{scheme}:[{ip}]:{port}"));
    }
    let (Protocol::Dns(name) | Protocol::Dns4(name) | Protocol::Dns6(name)) = host else { return None };
    Some(format!("{scheme}:{name}:{port}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_become_urls() {
        for (address, expected) in [
            ("/ip4/192.0.2.1/udp/3478", Some("turn:192.0.2.1:3478")),
            ("/ip6/2001:db8::1/udp/3478", Some("turn:[2001:db8::1]:3478")),
            ("/dns4/example.org/udp/3478", Some("turn:example.org:3478")),
            ("/ip4/192.0.2.1/tcp/3478", None),
            ("/udp/3478", None),
            ("nonsense", None),
        ] {
            assert_eq!(url("turn", address).as_deref(), expected, "{address}");
        }
    }
}
