//! Which addresses a public node offers to others.

use std::net::IpAddr;

use libp2p::Multiaddr;

use super::source::{ip_of, is_global};
use crate::addr;

/// The configured external addresses, or else what is listened on: public addresses if there are any, else private
/// ones, and loopback only if there is nothing else. Their order does not depend on that of the listeners, so that a node
/// that runs has the same link as one that does not.
pub(crate) fn offered<'a>(
    external: &[Multiaddr],
    listening: impl Iterator<Item = &'a Multiaddr> + Clone,
) -> Vec<Multiaddr> {
    if !external.is_empty() {
        return external.to_vec();
    }
    let of_rank = |wanted: u8| -> Vec<Multiaddr> {
        listening.clone().filter(|address| ip_of(address).and_then(rank) == Some(wanted)).cloned().collect()
    };
    let mut addresses = (0..3).map(of_rank).find(|addresses| !addresses.is_empty()).unwrap_or_default();
    addresses.sort_by_cached_key(|address| {
        let six = ip_of(address).is_some_and(|ip| ip.is_ipv6());
        (six, addr::shape(address).map(|shape| shape.over), address.clone())
    });
    addresses
}

fn rank(ip: IpAddr) -> Option<u8> {
    let link_local = match ip {
        IpAddr::V4(v4) => v4.is_link_local(),
        IpAddr::V6(v6) => v6.is_unicast_link_local(),
    };
    if ip.is_unspecified() || link_local {
        return None;
    }
    Some(match (is_global(ip), ip.is_loopback()) {
        (true, _) => 0,
        (false, false) => 1,
        (false, true) => 2,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offer(external: &[&str], listening: &[&str]) -> Vec<String> {
        let parse = |list: &[&str]| -> Vec<Multiaddr> { list.iter().map(|text| text.parse().unwrap()).collect() };
        offered(&parse(external), parse(listening).iter()).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn loopback_is_offered_only_if_there_is_nothing_else() {
        let (loopback, private, public, link_local) =
            ("/ip4/127.0.0.1/tcp/1", "/ip4/10.0.0.1/tcp/1", "/ip4/9.9.9.9/tcp/1", "/ip6/fe80::1/tcp/1");
        assert_eq!(offer(&[], &[loopback, link_local]), [loopback]);
        assert_eq!(offer(&[], &[loopback, private]), [private]);
        assert_eq!(offer(&[], &[loopback, private, public]), [public]);
        assert_eq!(offer(&["/dns4/example.org/tcp/1"], &[public]), ["/dns4/example.org/tcp/1"]);
        assert!(offer(&[], &[link_local]).is_empty());
    }

    #[test]
    fn whoever_listens_first_the_link_is_the_same() {
        let all = [
            "/ip4/9.9.9.9/udp/4/quic-v1",
            "/ip4/9.9.9.9/tcp/4",
            "/ip4/9.9.9.9/tcp/3/tls/ws",
            "/ip6/2a01::1/udp/4/quic-v1",
            "/ip6/2a01::1/tcp/4",
        ];
        let turned = [all[3], all[2], all[1], all[4], all[0]];
        assert_eq!(
            (offer(&[], &all), offer(&[], &turned)),
            (all.map(str::to_owned).to_vec(), all.map(str::to_owned).to_vec())
        );
        let named = ["/dns4/example.org/tcp/1", "/ip4/9.9.9.9/udp/4/quic-v1"];
        assert_eq!(offer(&named, &all), named, "configured ones stay as they are");
    }
}
