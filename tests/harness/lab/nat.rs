//! What a router does with packets, as nftables rules.

/// The kind of a router, after RFC 4787: how it maps ports, and whom it lets in through a mapping.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nat {
    /// Hands everything from outside to the first host: a port forwarding, or a public address of one's own.
    Forwarded,
    /// Endpoint-independent mapping and filtering.
    FullCone,
    /// Endpoint-independent mapping, address-dependent filtering.
    Restricted,
    /// Endpoint-independent mapping that keeps the port, address- and port-dependent filtering: most homes.
    PortRestricted,
    /// As [`Self::PortRestricted`], but the port outside is another than inside.
    PortRemap,
    /// A random port for every destination, address- and port-dependent filtering: most carriers.
    Symmetric,
    /// Lets no UDP out.
    UdpBlocked,
    /// Lets nothing out but TCP to the ports 80 and 443: a hotel.
    WebOnly,
    /// As [`Self::WebOnly`], and looks inside: what begins as libp2p does over TCP goes nowhere.
    TlsOnly,
}

/// What the first packet of libp2p over TCP begins with: the length and the start of `/multistream/1.0.0`.
const MULTISTREAM: &str = "@ih,0,128 0x132f6d756c746973747265616d2f312e";

/// The ports inside that [`Nat::PortRemap`] changes: those the programs listen on, and a few more.
const REMAPPED: std::ops::Range<u16> = 4_100..4_200;
const REMAPPED_BY: u16 = 30_000;

impl Nat {
    /// A ruleset for a router whose address outside is `wan` and whose first host is `first`. The interfaces are `wan` and
    /// `lan`.
    pub(super) fn rules(self, wan: &str, first: &str) -> String {
        let (mut nat, mut filter) = (String::new(), String::new());
        match self {
            Self::Forwarded => {
                nat.push_str(&format!(
                    "chain in {{ type nat hook prerouting priority dstnat; iif wan ip daddr {wan} dnat to {first} }}
                    chain out {{ type nat hook postrouting priority srcnat; oif wan snat to {wan} }}"
                ));
                filter.push_str("chain forward { type filter hook forward priority filter; accept }");
            }
            Self::FullCone | Self::Restricted => {
                nat.push_str(&format!(
                    "map doors {{ type inet_service : ipv4_addr . inet_service; flags dynamic, timeout; timeout 5m; size 65535; }}
                    chain in {{ type nat hook prerouting priority dstnat; iif wan meta l4proto udp dnat to udp dport map @doors }}
                    chain out {{ type nat hook postrouting priority srcnat
                        oif wan meta l4proto udp update @doors {{udp sport : ip saddr . udp sport}}
                        oif wan snat to {wan} }}"
                ));
                // By address and port inside: who was written to may answer from any port.
                filter.push_str(if self == Self::FullCone {
                    "chain forward { type filter hook forward priority filter
                        iif wan ct state established,related accept
                        iif wan ct status dnat accept
                        iif wan drop }"
                } else {
                    "set known { type ipv4_addr . inet_service; flags dynamic, timeout; timeout 5m; size 65535; }
                    chain learn { type filter hook postrouting priority filter
                        oif wan meta l4proto udp update @known {ip daddr . udp sport} }
                    chain forward { type filter hook forward priority filter
                        iif wan ct state established,related accept
                        iif wan ip saddr . udp dport @known accept
                        iif wan drop }"
                });
            }
            Self::PortRestricted | Self::UdpBlocked | Self::WebOnly | Self::TlsOnly => nat.push_str(MASQUERADE),
            Self::PortRemap => {
                let pairs: Vec<String> = REMAPPED.map(|port| format!("{port} : {}", port + REMAPPED_BY)).collect();
                nat.push_str(&format!(
                    "map doors {{ type inet_service : inet_service; elements = {{{}}}; }}
                    chain out {{ type nat hook postrouting priority srcnat
                        oif wan udp sport {}-{} snat to {wan} : udp sport map @doors
                        oif wan masquerade }}",
                    pairs.join(", "),
                    REMAPPED.start,
                    REMAPPED.end - 1,
                ));
            }
            Self::Symmetric => {
                nat.push_str(
                    "chain out { type nat hook postrouting priority srcnat; oif wan masquerade fully-random }",
                );
            }
        }
        if filter.is_empty() {
            let outgoing = self.outgoing();
            filter.push_str(&format!(
                "chain forward {{ type filter hook forward priority filter
                    iif wan ct state established,related accept
                    iif wan ct status dnat accept
                    {outgoing}
                    iif wan drop }}"
            ));
        }
        // The router itself answers nobody who was not asked. A packet dropped here leaves no trace that would take
        // the port from whoever opens the same door from inside a moment later.
        format!(
            "flush ruleset
            table ip nat {{ {nat} }}
            table ip filter {{ {filter}
                chain input {{ type filter hook input priority filter
                    iif wan ct state established,related accept
                    iif wan icmp type echo-request accept
                    iif wan drop }} }}
            {V6}"
        )
        .replace(" }", BLOCK_END)
    }

    /// What it does not let out.
    fn outgoing(self) -> String {
        let web = "oif wan meta l4proto tcp tcp dport != {80, 443} drop; oif wan meta l4proto udp drop";
        match self {
            Self::UdpBlocked => "oif wan meta l4proto udp udp dport != 53 drop".to_owned(),
            Self::WebOnly => web.to_owned(),
            Self::TlsOnly => format!("oif wan meta l4proto tcp {MULTISTREAM} drop; {web}"),
            Self::Forwarded
            | Self::FullCone
            | Self::Restricted
            | Self::PortRestricted
            | Self::PortRemap
            | Self::Symmetric => String::new(),
        }
    }
}

const MASQUERADE: &str = "chain out { type nat hook postrouting priority srcnat; oif wan masquerade }";

/// The language wants lines where a block ends.
const BLOCK_END: &str = "\n}\n";

/// Every home filters IPv6, whatever it does with IPv4.
const V6: &str = "table ip6 filter { chain forward { type filter hook forward priority filter
    iif wan ct state established,related accept
    iif wan meta l4proto ipv6-icmp accept
    iif wan drop } }\n";
