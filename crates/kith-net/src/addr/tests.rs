use super::*;
use libp2p::identity::Keypair;
use proptest::prelude::*;

fn peer() -> PeerId {
    Keypair::generate_ed25519().public().to_peer_id()
}

fn allowed(text: &str, source: Source, lab: bool) -> bool {
    may_dial(&parse(text).expect("test address"), source, lab, |_| false)
}

#[test]
fn contacts_may_name_private_addresses_strangers_may_not() {
    for text in ["/ip4/192.168.1.7/udp/4100/quic-v1", "/ip4/100.64.0.9/tcp/4100", "/ip6/fd00::1/tcp/4100"] {
        assert!(allowed(text, Source::Contact, false), "{text}");
        assert!(!allowed(text, Source::Stranger, false), "{text}");
        assert!(!allowed(text, Source::Stranger, true), "{text}");
    }
}

#[test]
fn loopback_is_for_labs() {
    assert!(allowed("/ip4/127.0.0.1/tcp/4100", Source::Contact, true));
    assert!(!allowed("/ip4/127.0.0.1/tcp/4100", Source::Contact, false));
    assert!(for_contacts(&parse("/ip4/127.0.0.1/tcp/4100").expect("address"), true));
    assert!(!for_contacts(&parse("/ip4/127.0.0.1/tcp/4100").expect("address"), false));
}

#[test]
fn nobody_is_sent_to_system_ports_or_odd_places() {
    for text in [
        "/ip4/8.8.8.8/tcp/22",
        "/ip4/8.8.8.8/tcp/443",
        "/ip4/0.0.0.0/tcp/4100",
        "/ip4/169.254.169.254/tcp/4100",
        "/ip4/192.0.2.1/tcp/4100",
        "/ip4/224.0.0.1/udp/4100/quic-v1",
        "/ip6/::/tcp/4100",
        "/ip6/::ffff:10.0.0.1/tcp/4100",
        "/ip6/fe80::1/tcp/4100",
        "/ip6/2001:db8::1/tcp/4100",
        "/dns/example.org/tcp/4100",
        "/ip4/8.8.8.8/udp/4100",
        "/ip4/8.8.8.8/tcp/4100/ws",
        "/ip4/8.8.8.8/tcp/4100/tls/ws",
        "/ip4/8.8.8.8/tcp/443/tls/ws",
        "/ip4/8.8.8.8/tcp/443/wss",
        "/ip4/8.8.8.8",
    ] {
        for source in [Source::Contact, Source::Stranger] {
            assert!(!allowed(text, source, false), "{text} from {source:?}");
        }
    }
    assert!(allowed("/dns/example.org/tcp/443", Source::Bootstrap, false));
    assert!(!allowed("/dns/example.org/tcp/22", Source::Bootstrap, false));
    assert!(allowed("/dns/example.org/tcp/443", Source::Service, false));
    assert!(allowed("/ip4/10.0.0.1/tcp/4100", Source::Service, false));
    // What begins as a request to a web server is for those who were chosen, on whatever port.
    for text in ["/ip4/8.8.8.8/tcp/443/tls/ws", "/ip4/8.8.8.8/tcp/4443/wss", "/dns4/example.org/tcp/443/tls/ws"] {
        for source in [Source::Bootstrap, Source::Service] {
            assert!(allowed(text, source, false), "{text}");
        }
        assert!(!allowed(text, Source::LocalNetwork, false), "{text}");
    }
    for odd in ["tls/ws/tls/ws", "ws", "tls", "tls/sni/example.org/ws", "tls/x-parity-ws/%2Fadmin", "tls/wss"] {
        assert!(!allowed(&format!("/ip4/8.8.8.8/tcp/443/{odd}"), Source::Bootstrap, false), "{odd}");
    }
    for text in ["/dns/example.org/tcp/22", "/ip4/127.0.0.1/tcp/4100", "/ip4/192.0.2.1/tcp/4100"] {
        assert!(!allowed(text, Source::Service, false), "{text}");
    }
}

#[test]
fn circuits_are_judged_by_their_relay() {
    let (relay, target) = (peer(), peer());
    let known = parse(&format!("/dns/relay.example/tcp/443/p2p/{relay}/p2p-circuit/p2p/{target}")).expect("address");
    assert!(may_dial(&known, Source::Contact, false, |p| *p == relay));
    assert!(may_dial(&known, Source::Contact, false, |_| false), "a contact says it leads to them");
    assert!(!may_dial(&known, Source::Stranger, false, |_| false));
    let web = parse(&format!("/ip4/9.9.9.9/tcp/443/tls/ws/p2p/{relay}/p2p-circuit/p2p/{target}")).expect("address");
    assert!(may_dial(&web, Source::Contact, false, |_| false) && !may_dial(&web, Source::Stranger, false, |_| false));
    assert_eq!(
        shape(&web).map(|shape| (shape.over, shape.relay, shape.peer)),
        Some((Over::Wss, Some(relay), Some(target)))
    );
    let odd = parse(&format!("/dns/relay.example/tcp/22/p2p/{relay}/p2p-circuit/p2p/{target}")).expect("address");
    assert!(!may_dial(&odd, Source::Contact, false, |_| false));
    assert_eq!(relay_of(&known), Some(relay));
    assert_eq!(shape(&known).and_then(|s| s.peer), Some(target));
    let built = circuit(&parse("/ip4/9.9.9.9/tcp/4100").expect("address"), relay, target).expect("circuit");
    assert!(is_circuit(&built) && may_dial(&built, Source::Stranger, false, |_| false));
    assert_eq!(without_peer(built.clone()).iter().last(), Some(Protocol::P2pCircuit));
}

fn any_part() -> impl Strategy<Value = Protocol<'static>> {
    prop_oneof![
        any::<u32>().prop_map(|ip| Protocol::Ip4(ip.into())),
        any::<u128>().prop_map(|ip| Protocol::Ip6(ip.into())),
        any::<u16>().prop_map(Protocol::Tcp),
        any::<u16>().prop_map(Protocol::Udp),
        Just(Protocol::QuicV1),
        Just(Protocol::P2pCircuit),
        Just(Protocol::Dns("example.org".into())),
        Just(()).prop_map(|()| Protocol::P2p(peer())),
    ]
}

proptest! {
    #[test]
    fn any_text_is_parsed_or_refused(text in "\\PC{0,300}") {
        if let Some(address) = parse(&text) {
            let _shape = shape(&address);
        }
    }

    #[test]
    fn what_a_stranger_says_is_public_and_no_system_port(parts in prop::collection::vec(any_part(), 0..7)) {
        let address: Multiaddr = parts.into_iter().collect();
        if may_dial(&address, Source::Stranger, false, |_| false) {
            let shape = shape(&address).expect("dialled addresses have a known form");
            prop_assert_eq!(shape.scope, Scope::Global);
            prop_assert!(shape.port >= 1024);
        }
        // A wider source never forbids what a stranger may say, and published means dialled by contacts.
        if may_dial(&address, Source::Stranger, false, |_| false) {
            prop_assert!(may_dial(&address, Source::Contact, false, |_| false));
        }
        if for_everybody(&address, false) {
            prop_assert!(for_contacts(&address, false));
        }
    }

    #[test]
    fn global_ips_are_the_only_public_ones(ip in any::<u32>(), port in 1024_u16..) {
        let ip = Ipv4Addr::from(ip);
        let address = Multiaddr::empty().with(Protocol::Ip4(ip)).with(Protocol::Tcp(port));
        let special = ip.is_private() || ip.is_loopback() || ip.is_link_local() || ip.is_multicast() || ip.is_broadcast()
            || ip.is_documentation() || ip.is_unspecified();
        if special {
            prop_assert!(!for_everybody(&address, false));
            prop_assert!(!may_dial(&address, Source::Stranger, false, |_| false));
        }
    }

    #[test]
    fn merging_keeps_the_newest_without_repeats(a in prop::collection::vec(1_u16..30, 0..30), b in prop::collection::vec(1_u16..30, 0..30)) {
        let build = |ports: &[u16]| -> Vec<Multiaddr> {
            ports.iter().map(|p| Multiaddr::empty().with(Protocol::Ip4(Ipv4Addr::LOCALHOST)).with(Protocol::Tcp(*p))).collect()
        };
        let merged = merge(build(&a), build(&b), 16);
        prop_assert!(merged.len() <= 16);
        for (i, address) in merged.iter().enumerate() {
            prop_assert!(!merged[i + 1..].contains(address));
        }
        if let Some(first) = build(&a).first() {
            prop_assert_eq!(merged.first(), Some(first));
        }
    }
}
