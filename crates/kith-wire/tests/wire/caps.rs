//! Frames, cards, links, slots, ids: caps before allocation, ages, versions.

use kith_crypto::SigningKey;
use kith_wire::frame::{self, FrameError, FrameReader};
use kith_wire::limits::{
    CARD_AGE_MAX_MS, CARD_MAX, CLOCK_SKEW_MAX_MS, FRAME_MAX, MAIL_MAX, MAIL_PAGE_BYTES, MAIL_PAGE_MAX,
    MAILBOX_REQUEST_MAX, SLOT_BLOB_MAX, SLOT_MESSAGE_MAX,
};
use kith_wire::mailbox::WORK_BITS_MAX;
use kith_wire::{
    AccountId, Body, BootstrapLink, CardError, ChatId, DepositId, Hello, Hlc, IdError, LinkError, Mail, MailboxDenial,
    MailboxOffer, MailboxOperation, MailboxResponse, QueueAddress, ReceiveId, RequestAnswer, SlotId, SlotRequest,
    SlotResponse, TransportCard, UnverifiedCard, UnverifiedMailboxRequest, WireError,
};
use proptest::collection::vec;
use proptest::prelude::*;

use zeroize::Zeroizing;

use crate::samples::{
    NOW_MS, addresses, bootstrap_link, card, device, hello, link, mailbox_ends, mailbox_request, mailbox_requests,
    receipt, transport_key,
};

#[test]
fn a_frame_announcing_too_much_is_refused_at_its_header() {
    let mut reader = FrameReader::new(100);
    assert_eq!(reader.push(&u32::MAX.to_be_bytes()), Err(FrameError::TooLong { len: 0xffff_fffe, max: 100 }));
    assert_eq!(frame::body_len(102u32.to_be_bytes(), 100), Err(FrameError::TooLong { len: 101, max: 100 }));
    assert_eq!(frame::body_len([0; 4], 100), Err(FrameError::Empty));
    assert_eq!(frame::encode(&[0; 101], 100), Err(FrameError::TooLong { len: 101, max: 100 }));
    assert_eq!(frame::decode(&[0, 0, 0, 1, 2], 100), Err(FrameError::UnknownVersion { found: 2 }));
    let mut flooded = FrameReader::new(100);
    assert!(matches!(flooded.push(&vec![0; 200_000]), Err(FrameError::Backlog { .. })));
}

#[test]
fn cards_are_fresh_and_of_their_endpoint() {
    let signed = card().sign(&transport_key(1));
    let verify = |bytes: &[u8], now_ms| UnverifiedCard::decode(bytes).unwrap().verify(now_ms);
    assert_eq!(verify(&signed, NOW_MS), Ok(card()));
    assert_eq!(verify(&signed, NOW_MS + CARD_AGE_MAX_MS), Ok(card()));
    let stale = CardError::Stale { issued_at_ms: NOW_MS };
    assert_eq!(verify(&signed, NOW_MS + CARD_AGE_MAX_MS + 1), Err(stale));
    assert_eq!(verify(&signed, NOW_MS - CLOCK_SKEW_MAX_MS), Ok(card()));
    let early = CardError::NotYetValid { issued_at_ms: NOW_MS };
    assert_eq!(verify(&signed, NOW_MS - CLOCK_SKEW_MAX_MS - 1), Err(early));
    assert_eq!(verify(&card().sign(&transport_key(2)), NOW_MS), Err(CardError::Forged));
    let many = (0..40).map(|n| format!("/{n}/{}", "x".repeat(250))).collect();
    let full = TransportCard::create(device(1).transport, many, u64::MAX, u64::MAX);
    assert!(full.addresses.len() > 8 && full.sign(&transport_key(1)).len() <= CARD_MAX);
    assert!(matches!(UnverifiedCard::decode(&vec![1; CARD_MAX + 1]), Err(WireError::TooLong { .. })));
}

#[test]
fn slots_are_bounded() {
    let put = |len| SlotRequest::Put {
        slot: link().slot(),
        owner_hash: [0; 32],
        expires_at_ms: u64::MAX,
        blob: vec![7; len],
    };
    assert!(put(SLOT_BLOB_MAX).encode().len() <= SLOT_MESSAGE_MAX);
    assert_eq!(SlotRequest::decode(&put(SLOT_BLOB_MAX).encode()), Ok(put(SLOT_BLOB_MAX)));
    assert!(matches!(SlotRequest::decode(&put(SLOT_BLOB_MAX + 1).encode()), Err(WireError::TooLong { .. })));
    let found = SlotResponse::Found { blob: vec![7; SLOT_BLOB_MAX + 1] };
    assert!(matches!(SlotResponse::decode(&found.encode()), Err(WireError::TooLong { .. })));
    assert!(matches!(SlotRequest::decode(&[1]), Err(WireError::Length { .. })), "a request without a slot");
    assert!(matches!(SlotResponse::decode(&[1]), Err(WireError::UnknownKind { .. })));
    assert!(matches!(SlotResponse::decode(&[]), Err(WireError::Truncated { .. })));
}

fn mailbox_operation(operation: &MailboxOperation) -> Result<UnverifiedMailboxRequest, WireError> {
    UnverifiedMailboxRequest::decode(&mailbox_request(operation, &SigningKey::from_seed(&[152; 32])))
}

#[test]
fn mailbox_requests_are_bounded() {
    let deposit = DepositId::from(SigningKey::from_seed(&[152; 32]).public());
    let put = |len| MailboxOperation::Put { deposit, until_ms: u64::MAX, envelope: vec![7; len] };
    let largest = mailbox_request(&put(MAIL_MAX), &SigningKey::from_seed(&[152; 32]));
    assert!(largest.len() <= MAILBOX_REQUEST_MAX);
    let (mailbox, client) = mailbox_ends();
    assert!(mailbox_operation(&put(MAIL_MAX)).unwrap().verify(&mailbox, &client).is_some());
    assert!(matches!(mailbox_operation(&put(MAIL_MAX + 1)), Err(WireError::TooLong { what: "mail", .. })));
    assert!(matches!(mailbox_operation(&put(MAILBOX_REQUEST_MAX)), Err(WireError::TooLong { .. })));
    let receive = ReceiveId::from_bytes([1; 32]);
    let ack = |many| MailboxOperation::Ack { receive, seqs: vec![u64::MAX; many] };
    assert!(mailbox_operation(&ack(MAIL_PAGE_MAX)).is_ok());
    assert!(matches!(mailbox_operation(&ack(MAIL_PAGE_MAX + 1)), Err(WireError::TooMany { .. })));
    assert!(UnverifiedMailboxRequest::decode(&[1]).is_err() && UnverifiedMailboxRequest::decode(&[]).is_err());
}

#[test]
fn mailbox_responses_are_bounded_and_in_order() {
    let page = |mail: Vec<Mail>| MailboxResponse::decode(&MailboxResponse::Mail { mail, more: true }.encode());
    let of = |many: usize, len| (1..=many).map(|n| Mail { seq: n as u64, envelope: vec![7; len] }).collect::<Vec<_>>();
    assert!(page(of(MAIL_PAGE_MAX, MAIL_PAGE_BYTES / MAIL_PAGE_MAX)).is_ok());
    assert!(matches!(page(of(MAIL_PAGE_MAX + 1, 0)), Err(WireError::TooMany { .. })));
    assert!(matches!(page(of(1, MAIL_MAX + 1)), Err(WireError::TooLong { .. })));
    assert!(page(of(4, MAIL_PAGE_BYTES / 4)).is_ok());
    assert!(matches!(page(of(4, MAIL_PAGE_BYTES / 4 + 1)), Err(WireError::TooLong { .. })));
    let mut mixed = of(3, 1);
    mixed.swap(0, 1);
    assert_eq!(page(mixed), Err(WireError::Malformed { what: "order of mail" }));
    let hard = MailboxResponse::Denied(MailboxDenial::Admission { work_bits: WORK_BITS_MAX + 1 });
    let never = MailboxResponse::Denied(MailboxDenial::Admission { work_bits: 0 });
    assert_eq!(MailboxResponse::decode(&hard.encode()), Ok(never), "more than anybody should do");
    assert!(matches!(MailboxResponse::decode(&[1]), Err(WireError::UnknownKind { .. })));
}

#[test]
fn queues_are_few_and_at_mailboxes() {
    let body = |queues: Vec<QueueAddress>| {
        let body = Body::Mailboxes { queues };
        (body.check(), Body::decode(Body::MAILBOXES, &body.encode()))
    };
    let queue = |mailbox: &str| QueueAddress {
        mailbox: mailbox.to_owned(),
        seed: Zeroizing::new([5; 32]),
        receive: Some(ReceiveId::from_bytes([6; 32])),
    };
    let good = bootstrap_link().to_string();
    let three = vec![queue(&good); 3];
    assert_eq!(body(three.clone()), (Ok(()), Ok(Body::Mailboxes { queues: three })));
    for bad in [vec![queue(&good); 4], vec![queue("nowhere")], vec![queue(&good), queue(&"k".repeat(513))]] {
        let (sent, taken) = body(bad);
        assert!(sent.is_err() && taken.is_err());
    }
    let shown = format!("{:?}", queue(&good));
    assert!(!shown.contains("5, 5"), "{shown}");
}

#[test]
fn an_offer_names_a_mailbox_and_shows_no_token() {
    let offer = |mailbox: &str| MailboxOffer { mailbox: mailbox.to_owned(), token: Zeroizing::new([5; 32]), bytes: 1 };
    let body = |mailbox: &str| {
        let body = Body::MailboxOffer { offer: offer(mailbox) };
        (body.check(), Body::decode(Body::MAILBOX_OFFER, &body.encode()))
    };
    let good = bootstrap_link().to_string();
    assert_eq!(body(&good), (Ok(()), Ok(Body::MailboxOffer { offer: offer(&good) })));
    for bad in ["", "nowhere", &good[..good.len() - 1], &"k".repeat(513)] {
        let (sent, taken) = body(bad);
        assert!(sent.is_err() && taken.is_err(), "{bad}");
    }
    assert!(Body::decode(Body::MAILBOX_OFFER, b"").is_err(), "no token");
    assert_eq!(Body::decode(Body::MAILBOX_WITHDRAWN, b""), Ok(Body::MailboxWithdrawn));
    let shown = format!("{:?}", offer(&good));
    assert!(!shown.contains("5, 5"), "{shown}");
}

#[test]
fn a_receipt_is_of_one_mailbox_about_one_envelope_in_one_queue() {
    let ((mailbox, other), deposit) = (mailbox_ends(), DepositId::from(SigningKey::from_seed(&[152; 32]).public()));
    assert!(receipt().verify(&mailbox, &deposit, &[7, 8, 9]));
    assert!(!receipt().verify(&other, &deposit, &[7, 8, 9]) && !receipt().verify(&mailbox, &deposit, &[7, 8]));
    assert!(!receipt().verify(&mailbox, &DepositId::from_bytes(other.to_bytes()), &[7, 8, 9]));
    let mut later = receipt();
    later.until_ms += 1;
    assert!(!later.verify(&mailbox, &deposit, &[7, 8, 9]));
}

#[test]
fn unknown_versions_are_named() {
    let newer = |mut bytes: Vec<u8>| {
        bytes[0] = 9;
        bytes
    };
    let is_newer = |error| matches!(error, WireError::UnknownVersion { found: 9, supported: 1, .. });
    assert!(is_newer(Hello::decode(&newer(hello().encode())).unwrap_err()));
    assert!(is_newer(RequestAnswer::decode(&newer(RequestAnswer::Busy.encode())).unwrap_err()));
    assert!(is_newer(SlotRequest::decode(&newer(SlotRequest::Get { slot: link().slot() }.encode())).unwrap_err()));
    assert!(is_newer(MailboxResponse::decode(&newer(MailboxResponse::Done.encode())).unwrap_err()));
    assert!(is_newer(UnverifiedCard::decode(&newer(card().sign(&transport_key(1)))).err().unwrap()));
}

#[test]
fn accounts_have_one_text() {
    let account = AccountId::from(SigningKey::from_seed(&[1; 32]).public());
    let text = account.to_string();
    assert!(text.starts_with("kith1"));
    assert_eq!(text.parse(), Ok(account));
    assert_eq!(text.to_uppercase().parse(), Ok(account));
    let foreign = bech32::encode::<bech32::Bech32m>(bech32::Hrp::parse("bc").unwrap(), account.as_bytes()).unwrap();
    assert_eq!(foreign.parse::<AccountId>(), Err(IdError::Prefix));
    let old = bech32::encode::<bech32::Bech32>(bech32::Hrp::parse("kith").unwrap(), account.as_bytes()).unwrap();
    assert!(matches!(old.parse::<AccountId>(), Err(IdError::Bech32(_))), "the older checksum is not accepted");
    assert!("kith1".repeat(50).parse::<AccountId>().is_err());
    assert!("zz".repeat(32).parse::<SlotId>().is_err() && "aa".repeat(31).parse::<SlotId>().is_err());
}

#[test]
fn bootstrap_links() {
    let text = bootstrap_link().to_string();
    assert_eq!(text.parse(), Ok(bootstrap_link()));
    assert_eq!(BootstrapLink::parse(&link().to_string()), Err(LinkError::NotALink));
    assert_eq!(BootstrapLink::parse(&text[..text.len() - 1]), Err(LinkError::Damaged));
    let many =
        [addresses(), vec!["bad address".to_owned(), "x".repeat(201)], vec!["/ip4/192.0.2.1/tcp/1".to_owned(); 20]]
            .concat();
    assert_eq!(BootstrapLink::new(device(3).transport, many, 0).addresses.len(), 8);
}

proptest! {
    #[test]
    fn frames_survive_any_cutting(payloads in vec(vec(any::<u8>(), 0..300), 0..6), piece in 1..50usize) {
        let stream: Vec<u8> = payloads.iter().flat_map(|payload| frame::encode(payload, FRAME_MAX).unwrap()).collect();
        let mut reader = FrameReader::new(300);
        let mut found = Vec::new();
        for bytes in stream.chunks(piece) {
            reader.push(bytes).unwrap();
            while let Some(frame) = reader.next_frame().unwrap() {
                found.push(frame.payload);
            }
        }
        prop_assert_eq!(found, payloads);
        prop_assert!(reader.is_empty());
    }

    #[test]
    fn clocks_order_like_time(a in 0..1u64 << 48, b in 0..1u64 << 48, c: u16, d: u16) {
        let (one, two) = (Hlc::new(a, c), Hlc::new(b, d));
        prop_assert_eq!(one.cmp(&two), (a, c).cmp(&(b, d)));
        prop_assert_eq!((one.millis(), one.counter()), (a, c));
        prop_assert_eq!(Hlc::from_bytes(one.to_bytes()), one);
        prop_assert_eq!(one.to_string().parse(), Ok(one));
    }

    #[test]
    fn a_direct_chat_has_one_id(a: [u8; 32], b: [u8; 32], c: [u8; 32]) {
        let [a, b, c] = [a, b, c].map(AccountId::from_bytes);
        prop_assert_eq!(ChatId::direct(&a, &b), ChatId::direct(&b, &a));
        prop_assume!(b != c);
        prop_assert_ne!(ChatId::direct(&a, &b), ChatId::direct(&a, &c));
    }

    #[test]
    fn no_changed_byte_of_a_mailbox_request_passes(
        which in 0..7usize, position in any::<prop::sample::Index>(), flip in 1..=255u8,
    ) {
        let (_, operation, key) = &mailbox_requests()[which];
        let mut bytes = mailbox_request(operation, key);
        let at = position.index(bytes.len());
        bytes[at] ^= flip;
        let (mailbox, client) = mailbox_ends();
        let found = UnverifiedMailboxRequest::decode(&bytes).map(|request| request.verify(&mailbox, &client));
        prop_assert!(!matches!(found, Ok(Some(_))));
    }

    #[test]
    fn no_changed_byte_of_a_card_passes(position in any::<prop::sample::Index>(), flip in 1..=255u8) {
        let mut bytes = card().sign(&transport_key(1));
        let at = position.index(bytes.len());
        bytes[at] ^= flip;
        let found = UnverifiedCard::decode(&bytes).map(|card| card.verify(NOW_MS));
        prop_assert!(!matches!(found, Ok(Ok(_))));
    }
}
