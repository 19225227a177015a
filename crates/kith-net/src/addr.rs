//! Which addresses are published, believed and dialled. Pure functions over multiaddrs.
//!
//! The rule behind all of them: nobody may use this node to scan a network. So an address is dialled only if its form is
//! one of four we know, its range fits where it was learned, and its port is not a system port.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use libp2p::{Multiaddr, PeerId, multiaddr::Protocol};

use crate::wss;

/// Longest address looked at, in bytes of its text form.
const TEXT_MAX: usize = kith_wire::limits::ADDRESS_MAX_BYTES;
/// Ports below this belong to system services.
const SYSTEM_PORTS: u16 = 1024;

/// Where an address was learned, which decides what is believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// The user configured it as a bootstrap: names, private ranges and the web ports are fine.
    Bootstrap,
    /// A contact, or somebody whose invite we hold, names a node that serves them: private ranges, names and the web ports are
    /// fine, as for the relay of a circuit that they say leads to them.
    Service,
    /// A contact, or somebody whose invite we hold, signed it: private ranges are fine.
    Contact,
    /// Heard on the local network: private and link-local ranges only.
    LocalNetwork,
    /// Anybody said it: public addresses only.
    Stranger,
}

/// The range an address belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// This machine.
    Loopback,
    /// This cable.
    LinkLocal,
    /// A home or company network, or behind a carrier's NAT.
    Private,
    /// The internet.
    Global,
    /// For documentation and the like: leads nowhere, which is not for us to tell whoever configured it.
    Reserved,
    /// A host name.
    Name,
}

/// What connects to an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Over {
    /// QUIC.
    Quic,
    /// TCP.
    Tcp,
    /// A WebSocket over TLS, [`wss`].
    Wss,
}

impl Over {
    /// Its name in metrics.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Quic => "quic",
            Self::Tcp => "tcp",
            Self::Wss => "wss",
        }
    }
}

/// The transport part of an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shape {
    /// Range of the host that is connected to (the relay of a circuit).
    pub(crate) scope: Scope,
    /// Port that is connected to.
    pub(crate) port: u16,
    /// What connects to it.
    pub(crate) over: Over,
    /// The relay of a circuit.
    pub(crate) relay: Option<PeerId>,
    /// The peer id at the end, if any.
    pub(crate) peer: Option<PeerId>,
}

/// Parses an address text from outside: bounded first.
pub(crate) fn parse(text: &str) -> Option<Multiaddr> {
    if text.len() > TEXT_MAX {
        return None;
    }
    text.parse().ok()
}

/// Takes an address apart, or `None` if it is not one of the forms this node dials:
/// `host/udp/port/quic-v1[/p2p/peer]`, `host/tcp/port[/p2p/peer]`, `host/tcp/port/tls/ws[/p2p/peer]` (or `/wss`),
/// `…/p2p/relay/p2p-circuit[/p2p/peer]`.
pub(crate) fn shape(address: &Multiaddr) -> Option<Shape> {
    let mut parts = address.iter().peekable();
    let scope = scope_of(&parts.next()?)?;
    let transport = parts.next()?;
    let (port, over) = if let Protocol::Tcp(port) = transport {
        (port, if wss::follows(&mut parts)? { Over::Wss } else { Over::Tcp })
    } else if let Protocol::Udp(port) = transport
        && matches!(parts.next(), Some(Protocol::QuicV1))
    {
        (port, Over::Quic)
    } else {
        return None;
    };
    let mut shape = Shape { scope, port, over, relay: None, peer: None };
    let Some(next) = parts.next() else { return Some(shape) };
    let Protocol::P2p(first) = next else { return None };
    match parts.next() {
        None => shape.peer = Some(first),
        Some(Protocol::P2pCircuit) => {
            shape.relay = Some(first);
            match parts.next() {
                None => {}
                Some(Protocol::P2p(peer)) => shape.peer = Some(peer),
                Some(_) => return None,
            }
        }
        Some(_) => return None,
    }
    parts.next().is_none().then_some(shape)
}

fn scope_of(host: &Protocol<'_>) -> Option<Scope> {
    if let Protocol::Ip4(ip) = host {
        ip4_scope(*ip)
    } else if let Protocol::Ip6(ip) = host {
        ip6_scope(*ip)
    } else {
        matches!(host, Protocol::Dns(_) | Protocol::Dns4(_) | Protocol::Dns6(_)).then_some(Scope::Name)
    }
}

fn ip4_scope(ip: Ipv4Addr) -> Option<Scope> {
    let [a, b, c, _] = ip.octets();
    match (a, b, c) {
        (127, _, _) => Some(Scope::Loopback),
        (169, 254, _) => Some(Scope::LinkLocal),
        (10, _, _) | (172, 16..=31, _) | (192, 168, _) | (100, 64..=127, _) => Some(Scope::Private),
        // protocol assignments, documentation, benchmarks
        (192, 0, 0 | 2) | (198, 18 | 19, _) | (198, 51, 100) | (203, 0, 113) => Some(Scope::Reserved),
        // "this network", multicast, reserved
        (0 | 224..=255, _, _) => None,
        _ => Some(Scope::Global),
    }
}

fn ip6_scope(ip: Ipv6Addr) -> Option<Scope> {
    if ip == Ipv6Addr::LOCALHOST {
        return Some(Scope::Loopback);
    }
    let [a, b, ..] = ip.segments();
    match (a, b) {
        (0xfe80..=0xfebf, _) => Some(Scope::LinkLocal),
        (0xfc00..=0xfdff, _) => Some(Scope::Private),
        (0x2001, 0x0db8) => Some(Scope::Reserved),
        // only 2000::/3 is given out; everything else is unspecified, mapped, multicast or reserved
        (0x2000..=0x3fff, _) => Some(Scope::Global),
        _ => None,
    }
}

/// Whether `address`, learned from `source`, may be dialled. `lab` means that this node itself only listens on
/// loopback; `is_bootstrap` says whether a relay is a configured bootstrap.
pub(crate) fn may_dial(address: &Multiaddr, source: Source, lab: bool, is_bootstrap: impl Fn(&PeerId) -> bool) -> bool {
    let Some(shape) = shape(address) else { return false };
    let trusted_host = source == Source::Bootstrap || shape.relay.is_some_and(|relay| is_bootstrap(&relay));
    // Somebody may be where only web ports let anybody through, and a volunteer may have nothing but a name.
    let serves = source == Source::Service || source == Source::Contact && shape.relay.is_some();
    let port_ok = shape.port >= SYSTEM_PORTS || ((trusted_host || serves) && matches!(shape.port, 80 | 443));
    // It begins with a request that any web server understands.
    let over_ok = shape.over != Over::Wss || trusted_host || serves;
    let scope_ok = match shape.scope {
        Scope::Loopback => lab || trusted_host,
        Scope::LinkLocal => source == Source::LocalNetwork,
        Scope::Private => trusted_host || matches!(source, Source::Service | Source::Contact | Source::LocalNetwork),
        Scope::Global => source != Source::LocalNetwork,
        Scope::Name => trusted_host || serves,
        Scope::Reserved => trusted_host,
    };
    port_ok && over_ok && scope_ok
}

/// Whether a contact may be told this address of ours.
pub(crate) fn for_contacts(address: &Multiaddr, lab: bool) -> bool {
    match shape(address) {
        Some(shape) => match shape.scope {
            Scope::Loopback => lab,
            // A circuit is as good as its relay, which the contact judges by itself.
            Scope::Name => shape.relay.is_some(),
            Scope::Private | Scope::Global => true,
            Scope::LinkLocal | Scope::Reserved => false,
        },
        None => false,
    }
}

/// Whether anybody may be told this address of ours.
pub(crate) fn for_everybody(address: &Multiaddr, lab: bool) -> bool {
    match shape(address) {
        Some(shape) => match shape.scope {
            Scope::Global => true,
            Scope::Loopback => lab,
            Scope::LinkLocal | Scope::Private | Scope::Reserved | Scope::Name => false,
        },
        None => false,
    }
}

/// Whether the address is a circuit.
pub(crate) fn is_circuit(address: &Multiaddr) -> bool {
    address.iter().any(|part| matches!(part, Protocol::P2pCircuit))
}

/// Whether the address is on this machine.
pub(crate) fn is_loopback(address: &Multiaddr) -> bool {
    shape(address).is_some_and(|shape| shape.scope == Scope::Loopback)
}

/// Whether a node that is told to listen on these multiaddrs listens on loopback only.
#[must_use]
pub fn is_loopback_only(listen: &[String]) -> bool {
    !listen.is_empty() && listen.iter().all(|text| parse(text).is_some_and(|address| is_loopback(&address)))
}

/// The relay a connection runs through, if its address is a circuit.
pub(crate) fn relay_of(address: &Multiaddr) -> Option<PeerId> {
    let mut last = None;
    for part in address.iter() {
        if let Protocol::P2p(peer) = part {
            last = Some(peer);
        } else if matches!(part, Protocol::P2pCircuit) {
            return last;
        }
    }
    None
}

/// The address of the relay itself, without its peer id, if `address` is a circuit.
pub(crate) fn relay_address(address: &Multiaddr) -> Option<Multiaddr> {
    if !is_circuit(address) {
        return None;
    }
    Some(address.iter().take_while(|part| !matches!(part, Protocol::P2p(_))).collect())
}

/// The IP address that is connected to.
pub(crate) fn ip_of(address: &Multiaddr) -> Option<IpAddr> {
    let host = address.iter().next()?;
    if let Protocol::Ip4(ip) = host {
        Some(ip.into())
    } else if let Protocol::Ip6(ip) = host {
        Some(ip.into())
    } else {
        None
    }
}

/// What is counted as one neighbour: an IPv4 address, or the /56 an IPv6 household gets.
pub(crate) fn neighbourhood(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V4(_) => ip,
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            Ipv6Addr::new(a, b, c, d & 0xff00, 0, 0, 0, 0).into()
        }
    }
}

/// What one provider may give to one customer with many machines: an IPv4 /24, an IPv6 /48.
pub(crate) fn district(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            Ipv4Addr::new(a, b, c, 0).into()
        }
        IpAddr::V6(v6) => {
            let [a, b, c, ..] = v6.segments();
            Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0).into()
        }
    }
}

/// `address` ending in `/p2p/peer`; `None` if it already names somebody else.
pub(crate) fn with_peer(address: Multiaddr, peer: PeerId) -> Option<Multiaddr> {
    address.with_p2p(peer).ok()
}

/// `address` without a final `/p2p/peer`; the relay of a circuit stays.
pub(crate) fn without_peer(mut address: Multiaddr) -> Multiaddr {
    if matches!(address.iter().last(), Some(Protocol::P2p(_))) {
        address.pop();
    }
    address
}

/// `address` without its final peer id, if it has one of our forms and leads to nobody but `peer`.
pub(crate) fn of_peer(address: Multiaddr, peer: &PeerId) -> Option<Multiaddr> {
    match shape(&address)?.peer {
        None => Some(address),
        Some(named) => (named == *peer).then(|| without_peer(address)),
    }
}

/// The circuit to `peer` through the relay at `relay_address` (without its peer id).
pub(crate) fn circuit(relay_address: &Multiaddr, relay: PeerId, peer: PeerId) -> Option<Multiaddr> {
    let relay_address = with_peer(relay_address.clone(), relay)?;
    Some(relay_address.with(Protocol::P2pCircuit).with(Protocol::P2p(peer)))
}

/// Merges addresses: `new` first, then `old`, without repeats, at most `cap`.
pub(crate) fn merge(new: Vec<Multiaddr>, old: Vec<Multiaddr>, cap: usize) -> Vec<Multiaddr> {
    let mut merged: Vec<Multiaddr> = Vec::new();
    for address in new.into_iter().chain(old) {
        if merged.len() == cap {
            break;
        }
        if !merged.contains(&address) {
            merged.push(address);
        }
    }
    merged
}

#[cfg(test)]
mod tests;
