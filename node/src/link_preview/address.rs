//! Which addresses pages are looked for at.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Where pages may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// On the internet, and nowhere else: over TLS, at its usual port.
    Internet,
    /// On this machine, and nowhere else: for a node that was told to listen on loopback only. At any port, without TLS.
    ThisMachine,
}

impl Reach {
    /// Whether a page may be looked for at this address.
    pub(super) fn allows(self, ip: IpAddr) -> bool {
        match self {
            Self::Internet => is_public(ip),
            Self::ThisMachine => ip.to_canonical().is_loopback(),
        }
    }
}

/// Whether an address is of the internet: not of this machine, the network around it, a provider's inner network, a group,
/// or set aside for anything else.
fn is_public(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    !matches!(
        (a, b, c),
        // This network, loopback, groups, reserved.
        (0 | 127 | 224..=255, _, _)
            // Private.
            | (10, _, _) | (172, 16..=31, _) | (192, 168, _)
            // Shared by customers of a provider.
            | (100, 64..=127, _)
            // Link-local, where clouds keep what describes a machine.
            | (169, 254, _)
            // Protocols, documentation, 6to4 relays, benchmarks.
            | (192, 0, 0 | 2) | (198, 51, 100) | (203, 0, 113) | (192, 88, 99) | (198, 18 | 19, _)
    )
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let [a, b, c, d, e, f, g, h] = ip.segments();
    // IPv4 behind a translator.
    if (a, b, c, d, e, f) == (0x64, 0xff9b, 0, 0, 0, 0) {
        let [g0, g1] = g.to_be_bytes();
        let [h0, h1] = h.to_be_bytes();
        return is_public_v4(Ipv4Addr::new(g0, g1, h0, h1));
    }
    match (a, b) {
        // Teredo and other protocols, documentation, 6to4.
        (0x2001, 0..=0x01ff | 0x0db8) | (0x2002, _) | (0x3fff, 0..=0x0fff) => false,
        // Only this is given out.
        (0x2000..=0x3fff, _) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED))
    }

    #[test]
    fn only_public_addresses_are_of_the_internet() {
        for public in [
            "1.1.1.1",
            "9.9.9.9",
            "172.32.0.1",
            "100.128.0.1",
            "192.0.1.1",
            "2a01:4f8::1",
            "2606:4700::1111",
            "64:ff9b::101:101",
        ] {
            assert!(Reach::Internet.allows(ip(public)), "{public}");
        }
        for other in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "127.0.0.1",
            "127.255.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.0.2.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "239.255.255.250",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::127.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b::a9fe:a9fe",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::1",
            "3fff::1",
            "4000::1",
            "fc00::1",
            "fd12:3456::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!Reach::Internet.allows(ip(other)), "{other}");
        }
    }

    #[test]
    fn this_machine_is_loopback_only() {
        for (text, expected) in [
            ("127.0.0.1", true),
            ("::1", true),
            ("::ffff:127.0.0.1", true),
            ("1.1.1.1", false),
            ("10.0.0.1", false),
            ("0.0.0.0", false),
            ("169.254.169.254", false),
            ("2a01:4f8::1", false),
        ] {
            assert_eq!(Reach::ThisMachine.allows(ip(text)), expected, "{text}");
        }
    }
}
