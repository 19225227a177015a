//! `/kith/services/1`: frozen bytes, caps, and whose word a descriptor is.

use kith_wire::limits::{DESCRIPTOR_AGE_MAX_MS, DESCRIPTOR_MAX, NOTICE_MAX_CHARS, SERVICES_MESSAGE_MAX};
use kith_wire::{
    BootstrapLink, DescriptorError, IrohRelay, LinkError, ServiceDescriptor, ServicesDenial, ServicesRequest,
    ServicesResponse, TurnCredentials, UnverifiedDescriptor, WireError, services,
};
use proptest::prelude::*;

use crate::samples::{
    NOW_MS, bootstrap_link, descriptor, descriptor_with_neighbours, device, private_link, services_requests,
    services_responses, transport_key,
};
use crate::vectors::{load, load_all};

#[test]
fn vectors() {
    let requests = load_all("services-request-");
    assert_eq!(requests.len(), services_requests().len());
    for (name, vector) in requests {
        let request = ServicesRequest::decode(&vector.bytes("request")).unwrap();
        let expected = services_requests().into_iter().find(|(known, _)| *known == name).unwrap().1;
        assert_eq!((request, request.encode()), (expected, vector.bytes("request")));
    }
    let responses = load_all("services-response-");
    assert_eq!(responses.len(), services_responses().len());
    for (name, vector) in responses {
        let response = ServicesResponse::decode(&vector.bytes("response")).unwrap();
        let expected = services_responses().into_iter().find(|(known, _)| *known == name).unwrap().1;
        assert_eq!((&response, response.encode()), (&expected, vector.bytes("response")));
    }
    let vector = load("service-descriptor");
    let transport = vector.text("transport").parse().unwrap();
    let unverified = UnverifiedDescriptor::decode(&vector.bytes("descriptor")).unwrap();
    let known = unverified.verify(transport, vector.number("issued_at_ms")).unwrap();
    assert_eq!(known, descriptor());
    assert_eq!(
        (known.services, known.addresses.join(" ")),
        (vector.number("services"), vector.text("addresses").to_owned())
    );
    assert_eq!(
        (known.stun.join(" "), known.turn.join(" ")),
        (vector.text("stun").to_owned(), vector.text("turn").to_owned())
    );
    assert_eq!(
        (known.iroh_relay.unwrap().url, known.notice),
        (vector.text("iroh_relay").to_owned(), vector.text("notice").to_owned())
    );
    let vector = load("service-descriptor-neighbours");
    let unverified = UnverifiedDescriptor::decode(&vector.bytes("descriptor")).unwrap();
    let known = unverified.verify(transport, vector.number("issued_at_ms")).unwrap();
    assert_eq!(known, descriptor_with_neighbours());
    assert_eq!(known.neighbours.join(" "), vector.text("neighbours"));
    let vector = load("bootstrap-link-private");
    let link = BootstrapLink::parse(vector.text("link")).unwrap();
    assert_eq!((link.to_string().as_str(), link.services), (vector.text("link"), vector.number("services")));
    assert_eq!(link, private_link());
}

#[test]
fn descriptors_are_fresh_and_of_their_node() {
    let (signed, node) = (descriptor().sign(&transport_key(3)), device(3).transport);
    let verify = |bytes: &[u8], node, now_ms| UnverifiedDescriptor::decode(bytes).unwrap().verify(node, now_ms);
    assert_eq!(verify(&signed, node, NOW_MS + DESCRIPTOR_AGE_MAX_MS), Ok(descriptor()));
    assert_eq!(verify(&signed, node, NOW_MS + DESCRIPTOR_AGE_MAX_MS + 1), Err(DescriptorError::Stale));
    assert_eq!(verify(&signed, node, NOW_MS - 3_600_000), Err(DescriptorError::NotYetValid));
    assert_eq!(verify(&signed, device(1).transport, NOW_MS), Err(DescriptorError::OfAnother));
    assert_eq!(verify(&descriptor().sign(&transport_key(1)), node, NOW_MS), Err(DescriptorError::Forged));
}

#[test]
fn a_descriptor_is_bounded() {
    let many: Vec<String> = (0..40).map(|n| format!("/{n}/{}", "x".repeat(250))).collect();
    let notice = "\u{202e}x ".repeat(NOTICE_MAX_CHARS);
    let full = ServiceDescriptor {
        addresses: many.clone(),
        stun: many.clone(),
        turn: many.clone(),
        neighbours: many,
        notice,
        ..descriptor()
    };
    let signed = full.sign(&transport_key(3));
    assert!(signed.len() <= DESCRIPTOR_MAX);
    let read = UnverifiedDescriptor::decode(&signed).unwrap().verify(device(3).transport, NOW_MS).unwrap();
    assert!(read.notice.chars().count() <= NOTICE_MAX_CHARS && !read.notice.contains('\u{202e}'));
    assert!(ServicesResponse::Described { descriptor: signed }.encode().len() <= SERVICES_MESSAGE_MAX);
    assert!(matches!(UnverifiedDescriptor::decode(&vec![1; DESCRIPTOR_MAX + 1]), Err(WireError::TooLong { .. })));
    for url in ["http://192.0.2.1", "https://bad host", "javascript:1"] {
        let relay = Some(IrohRelay { url: url.to_owned(), pin: [0; 32], quic_port: 0 });
        let signed = ServiceDescriptor { iroh_relay: relay, ..descriptor() }.sign(&transport_key(3));
        assert!(matches!(UnverifiedDescriptor::decode(&signed), Err(WireError::BadText { .. })), "{url}");
    }
}

#[test]
fn unusable_answers_are_refused() {
    let credentials = |username: &str, address: &str| {
        let (username, addresses) = (username.to_owned(), vec![address.to_owned()]);
        ServicesResponse::Turn(TurnCredentials { username, password: "p".to_owned(), lifetime_s: 1, addresses })
    };
    let decode = |response: ServicesResponse| ServicesResponse::decode(&response.encode());
    assert!(decode(credentials("u", "/ip4/192.0.2.1/udp/1")).is_ok());
    assert!(matches!(decode(credentials("", "/ip4/192.0.2.1/udp/1")), Err(WireError::BadText { .. })));
    assert!(matches!(decode(credentials("u\n", "/ip4/192.0.2.1/udp/1")), Err(WireError::BadText { .. })));
    assert!(matches!(decode(credentials(&"u".repeat(129), "/a")), Err(WireError::TooLong { .. })));
    assert!(matches!(decode(credentials("u", "")), Err(WireError::BadText { .. })));
    assert!(matches!(ServicesRequest::decode(&[1, 8, 9]), Err(WireError::UnknownKind { found: 9, .. })));
    assert!(matches!(ServicesRequest::decode(&[1, 8, 2]), Err(WireError::Length { .. })), "joining without a token");
    assert!(matches!(ServicesResponse::decode(&[1]), Err(WireError::UnknownKind { .. })));
    assert!(matches!(ServicesRequest::decode(&[2]), Err(WireError::UnknownVersion { .. })));
    assert_eq!(
        decode(ServicesResponse::Denied { reason: ServicesDenial::Other(1) }),
        Ok(ServicesResponse::Denied { reason: ServicesDenial::Limited })
    );
}

#[test]
fn secrets_are_not_printed() {
    let shown = format!("{:?} {:?} {:?}", services_requests(), services_responses(), private_link());
    assert!(!shown.contains("161, 161") && !shown.contains("sUy1zU6pWn5jYw") && shown.contains("redacted"), "{shown}");
}

#[test]
fn a_private_link_has_its_token_or_is_damaged() {
    let open = bootstrap_link();
    assert_eq!(BootstrapLink::new(open.transport, Vec::new(), services::PRIVATE).services, 0);
    let text = private_link().to_string();
    assert_eq!(text.parse(), Ok(private_link()));
    let half = BootstrapLink { services: open.services | services::PRIVATE, addresses: Vec::new(), ..open };
    assert_eq!(BootstrapLink::parse(&half.to_string()), Err(LinkError::Damaged));
}

proptest! {
    #[test]
    fn no_changed_byte_of_a_descriptor_passes(position in any::<prop::sample::Index>(), flip in 1..=255u8) {
        let mut bytes = descriptor().sign(&transport_key(3));
        let position = position.index(bytes.len());
        bytes[position] ^= flip;
        let found = UnverifiedDescriptor::decode(&bytes).map(|read| read.verify(device(3).transport, NOW_MS));
        prop_assert!(!matches!(found, Ok(Ok(_))));
    }
}
