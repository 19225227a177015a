//! Every NAT against every other: who is reached directly, and who through a relay.
//!
//! Relayed are those for whom no hole can be punched. A symmetric NAT opens another port for every destination, which the
//! other side would have to guess: it gets through only to who lets in whoever was written to, from any port. Where UDP
//! is blocked, TCP has to do: it is found where the port outside is known to be the one inside, and not where it is
//! changed or different for everybody. From a network with the web's ports alone nothing leads to a home.

use anyhow::Result;
use kith_tests::lab::{Lab, Nat};

use super::{Town, lab, status};

/// Two people behind these NATs become contacts, talk, and are connected in this way in the end. Who has no UDP is told.
async fn cell(a: Nat, b: Nat, kind: &str) -> Result<()> {
    let Some(lab) = lab(|| Lab::new(a, b))? else { return Ok(()) };
    let mut town = Town::build(lab).await?;
    town.go(kind).await?;
    town.talk("found you").await?;
    for (person, nat) in [(&mut town.alice, a), (&mut town.bob, b)] {
        let expected = if matches!(nat, Nat::UdpBlocked | Nat::WebOnly) { "degraded" } else { "online" };
        status(person, expected, |status| status["state"] == expected).await?;
    }
    town.go(kind).await
}

macro_rules! cells {
    ($($name:ident: $a:ident $b:ident $kind:literal;)*) => {$(
        #[tokio::test]
        async fn $name() -> Result<()> {
            cell(Nat::$a, Nat::$b, $kind).await
        }
    )*};
}

cells! {
    forwarded_and_forwarded: Forwarded Forwarded "direct";
    forwarded_and_full_cone: Forwarded FullCone "direct";
    forwarded_and_restricted: Forwarded Restricted "direct";
    forwarded_and_port_restricted: Forwarded PortRestricted "direct";
    forwarded_and_port_remap: Forwarded PortRemap "direct";
    forwarded_and_symmetric: Forwarded Symmetric "direct";
    forwarded_and_udp_blocked: Forwarded UdpBlocked "direct";
    forwarded_and_web_only: Forwarded WebOnly "relayed";
    full_cone_and_full_cone: FullCone FullCone "direct";
    full_cone_and_restricted: FullCone Restricted "direct";
    full_cone_and_port_restricted: FullCone PortRestricted "direct";
    full_cone_and_port_remap: FullCone PortRemap "direct";
    full_cone_and_symmetric: FullCone Symmetric "direct";
    full_cone_and_udp_blocked: FullCone UdpBlocked "direct";
    full_cone_and_web_only: FullCone WebOnly "relayed";
    restricted_and_restricted: Restricted Restricted "direct";
    restricted_and_port_restricted: Restricted PortRestricted "direct";
    restricted_and_port_remap: Restricted PortRemap "direct";
    restricted_and_symmetric: Restricted Symmetric "direct";
    restricted_and_udp_blocked: Restricted UdpBlocked "direct";
    restricted_and_web_only: Restricted WebOnly "relayed";
    port_restricted_and_port_restricted: PortRestricted PortRestricted "direct";
    port_restricted_and_port_remap: PortRestricted PortRemap "direct";
    port_restricted_and_symmetric: PortRestricted Symmetric "relayed";
    port_restricted_and_udp_blocked: PortRestricted UdpBlocked "direct";
    port_restricted_and_web_only: PortRestricted WebOnly "relayed";
    port_remap_and_port_remap: PortRemap PortRemap "direct";
    port_remap_and_symmetric: PortRemap Symmetric "relayed";
    port_remap_and_udp_blocked: PortRemap UdpBlocked "relayed";
    port_remap_and_web_only: PortRemap WebOnly "relayed";
    symmetric_and_symmetric: Symmetric Symmetric "relayed";
    symmetric_and_udp_blocked: Symmetric UdpBlocked "relayed";
    symmetric_and_web_only: Symmetric WebOnly "relayed";
    udp_blocked_and_udp_blocked: UdpBlocked UdpBlocked "direct";
    udp_blocked_and_web_only: UdpBlocked WebOnly "relayed";
    web_only_and_web_only: WebOnly WebOnly "relayed";
}
