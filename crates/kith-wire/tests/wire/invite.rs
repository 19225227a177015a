//! Invite links and bundles: expired, forged, tampered, of somebody else, for another link.

use kith_crypto::{CurveKey, Key, SigningKey};
use kith_wire::invite::{ADDRESS_BITS_MAX, ADDRESS_BITS_MIN, WEEK_MS, address_token, week_of};
use kith_wire::limits::{HINTS_MAX, SLOT_BLOB_MAX};
use kith_wire::{
    AccountId, BootstrapLink, BundleParts, IdentityLog, InviteBundle, InviteError, InviteLink, LinkError, RequestFrame,
    RequestWork, SpokenInvite, SpokenLinkError, UnverifiedBundle, WireError, WorkTask,
};
use proptest::prelude::*;

use crate::samples::{NOW_MS, bundle, device, device_key, device_of, kem, link, log, new_device};

fn open(link: &InviteLink, sealed: &[u8], now_ms: u64) -> Result<InviteBundle, InviteError> {
    UnverifiedBundle::open(link, sealed)?.verify(link, now_ms)
}

fn parts() -> BundleParts {
    BundleParts {
        name: "Ada".to_owned(),
        log: log(),
        device: device(1).device,
        one_time: CurveKey::from_bytes([33; 32]),
        kem: kem(1).public(),
        addresses: Vec::new(),
        queues: Vec::new(),
        created_at_ms: NOW_MS,
        expires_at_ms: None,
        single_use: false,
        work_bits: 0,
    }
}

#[test]
fn a_bundle_survives_the_slot() {
    let (sealed, hash) = bundle().seal(&device_key(1), &link());
    let opened = open(&link(), &sealed, NOW_MS).unwrap();
    assert_eq!(opened, bundle());
    assert_eq!(opened.hash(), hash);
    let text = String::from_utf8_lossy(&sealed).into_owned();
    assert!(!text.contains("Ada") && !text.contains("192.0.2"), "the slot shows what is inside");
}

#[test]
fn expiry_and_clocks() {
    let (sealed, _) = bundle().seal(&device_key(1), &link());
    let end = NOW_MS + 86_400_000;
    assert!(open(&link(), &sealed, end - 1).is_ok());
    assert_eq!(open(&link(), &sealed, end), Err(InviteError::Expired { expired_at_ms: end }));
    let day_before = NOW_MS - 86_400_000;
    assert_eq!(open(&link(), &sealed, day_before), Err(InviteError::NotYetValid { created_at_ms: NOW_MS }));
}

#[test]
fn a_bundle_signed_by_another_key_is_forged() {
    for signer in [device_key(0), SigningKey::from_seed(&[200; 32])] {
        let (sealed, _) = bundle().seal(&signer, &link());
        assert_eq!(open(&link(), &sealed, NOW_MS), Err(InviteError::Forged));
    }
}

#[test]
fn a_bundle_of_another_account_is_refused() {
    let mallory = SigningKey::from_seed(&[201; 32]);
    let log = IdentityLog::create(&mallory, vec![device_of(mallory.public().into(), 1)], NOW_MS).unwrap();
    assert_eq!(
        InviteBundle::create(BundleParts { log: log.clone(), ..parts() }, &link()).unwrap_err(),
        InviteError::WrongAccount
    );
    // Mallory holds the link, so she can seal anything with its secret; the fingerprint must stop her.
    let hers = InviteLink::from_secret(link().secret(), log.account(), Vec::new());
    let made = InviteBundle::create(BundleParts { log, ..parts() }, &hers).unwrap();
    let (sealed, _) = made.seal(&device_key(1), &hers);
    assert!(open(&hers, &sealed, NOW_MS).is_ok());
    assert_eq!(open(&link(), &sealed, NOW_MS), Err(InviteError::WrongAccount));
}

#[test]
fn a_bundle_of_another_invite_is_refused_even_resealed() {
    let other = InviteLink::from_secret(&[8; 32], log().account(), Vec::new());
    let (sealed, _) = InviteBundle::create(parts(), &other).unwrap().seal(&device_key(1), &other);
    assert!(open(&other, &sealed, NOW_MS).is_ok());
    assert_eq!(open(&link(), &sealed, NOW_MS), Err(InviteError::Sealed));
    let (resealed, _) = InviteBundle::create(parts(), &other).unwrap().seal(&device_key(1), &link());
    assert_eq!(open(&link(), &resealed, NOW_MS), Err(InviteError::WrongInvite));
}

#[test]
fn revoked_devices_and_foreign_keys_make_no_bundle() {
    let revoked = BundleParts { device: device(0).device, kem: kem(0).public(), ..parts() };
    assert_eq!(InviteBundle::create(revoked, &link()).unwrap_err(), InviteError::UnknownDevice);
    let foreign = BundleParts { kem: kem(2).public(), ..parts() };
    assert_eq!(InviteBundle::create(foreign, &link()).unwrap_err(), InviteError::WrongKem);
}

#[test]
fn the_largest_bundle_fits_into_a_slot() {
    let key = crate::samples::account_key();
    let mut log = IdentityLog::create(&key, vec![new_device(1)], NOW_MS).unwrap();
    while log.append(&key, vec![], &[], NOW_MS).is_ok() {}
    let addresses = (0..100).map(|n| format!("/{n}/{}", "x".repeat(240))).collect();
    let full = BundleParts { name: "𝕏".repeat(100), log, addresses, expires_at_ms: Some(u64::MAX), ..parts() };
    let full = InviteBundle::create(full, &link()).unwrap();
    assert!(full.addresses.len() > 4);
    let (sealed, _) = full.seal(&device_key(1), &link());
    assert!(sealed.len() <= SLOT_BLOB_MAX, "{} bytes", sealed.len());
    assert_eq!(open(&link(), &sealed, NOW_MS).unwrap(), full);
    let oversize = vec![1; SLOT_BLOB_MAX + 1];
    assert!(matches!(open(&link(), &oversize, NOW_MS), Err(InviteError::Wire(WireError::TooLong { .. }))));
}

#[test]
fn request_proofs() {
    let mac = link().request_mac(b"envelope");
    assert!(link().verify_request_mac(b"envelope", &mac));
    assert!(!link().verify_request_mac(b"envelopf", &mac));
    let other = InviteLink::from_secret(&[8; 32], log().account(), Vec::new());
    assert!(!other.verify_request_mac(b"envelope", &mac));
}

#[test]
fn links_of_other_kinds_and_versions() {
    let text = link().to_string();
    assert!(text.starts_with("kith:i/1/"), "{text}");
    for other in ["", "kith:", "https://example.org/", "kith:b/1/aa", "kith:i", "kith:i/x/aa", "kith:i//aa"] {
        assert_eq!(InviteLink::parse(other).unwrap_err(), LinkError::NotALink, "{other}");
    }
    assert_eq!(InviteLink::parse(&text.replacen("/1/", "/2/", 1)).unwrap_err(), LinkError::UnknownVersion);
    assert!(matches!(InviteLink::parse(&"k".repeat(100_000)).unwrap_err(), LinkError::TooLong { .. }));
    assert!(matches!(InviteLink::parse("kith:i/1/").unwrap_err(), LinkError::Damaged));
    let shouted = InviteLink::parse(&format!(" {}\n", text.to_uppercase())).unwrap();
    assert_eq!(shouted.to_string(), text);
    assert!(!format!("{:?}", link()).contains(&"07".repeat(4)), "Debug shows the secret");
}

fn multiaddr() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<(std::net::Ipv4Addr, u16)>().prop_map(|(ip, port)| format!("/ip4/{ip}/udp/{port}/quic-v1")),
        any::<(std::net::Ipv6Addr, u16)>().prop_map(|(ip, port)| format!("/ip6/{ip}/tcp/{port}")),
        ("[a-z]{1,20}", any::<u16>()).prop_map(|(name, port)| format!("/dns4/{name}.example/tcp/{port}/wss")),
    ]
}

fn hint() -> impl Strategy<Value = String> {
    let link = (any::<u64>(), proptest::collection::vec(multiaddr(), 0..3))
        .prop_map(|(services, addresses)| BootstrapLink::new(device(3).transport, addresses, services).to_string());
    prop_oneof![multiaddr(), link]
}

#[test]
fn of_a_hint_that_is_too_long_some_addresses_are_kept() {
    let addresses: Vec<_> = (1..9).map(|n| format!("/ip6/2001:db8::{n}/udp/4001/quic-v1")).collect();
    let hint = BootstrapLink::new(device(3).transport, addresses.clone(), 63).to_string();
    let link =
        InviteLink::new(log().account(), vec![hint, "nonsense".to_owned(), format!("/dns4/{}", "x".repeat(200))]);
    let again = InviteLink::parse(&link.to_string()).unwrap();
    let kept = BootstrapLink::parse(again.hints().first().unwrap()).unwrap();
    assert_eq!((again.hints().len(), kept.addresses), (1, addresses[..3].to_vec()));
}

#[test]
fn an_invite_through_one_bootstrap_node_is_short() {
    let addresses = vec!["/ip4/198.51.100.7/udp/4001/quic-v1".to_owned(), "/ip4/198.51.100.7/tcp/4001".to_owned()];
    let hint = BootstrapLink::new(device(3).transport, addresses, 63).to_string();
    assert_eq!(InviteLink::new(log().account(), vec![hint]).to_string().len(), 182);
}

proptest! {
    #[test]
    fn links_survive_writing_and_reading(secret: [u8; 32], hints in proptest::collection::vec(hint(), 0..5)) {
        let link = InviteLink::from_secret(&secret, log().account(), hints.clone());
        let again = InviteLink::parse(&link.to_string()).unwrap();
        prop_assert_eq!(again.secret(), &secret);
        prop_assert_eq!(again.fingerprint(), log().account().fingerprint());
        prop_assert_eq!(again.hints(), &hints[..hints.len().min(HINTS_MAX)]);
        prop_assert_eq!((again.slot(), again.tag()), (link.slot(), link.tag()));
    }

    #[test]
    fn a_mistyped_link_is_damaged(position in any::<prop::sample::Index>(), letter in "[a-z2-7]") {
        let text = link().to_string();
        let at = 9 + position.index(text.len() - 9);
        let mut typed = text.clone();
        typed.replace_range(at..=at, &letter);
        prop_assume!(typed != text);
        prop_assert_eq!(InviteLink::parse(&typed).unwrap_err(), LinkError::Damaged);
        prop_assert_eq!(InviteLink::parse(&text[..at]).unwrap_err(), LinkError::Damaged);
    }

    #[test]
    fn no_changed_byte_of_a_bundle_opens(position in any::<prop::sample::Index>(), flip in 1..=255u8) {
        let (mut sealed, _) = bundle().seal(&device_key(1), &link());
        let at = position.index(sealed.len());
        sealed[at] ^= flip;
        prop_assert!(UnverifiedBundle::open(&link(), &sealed).is_err());
        prop_assert!(UnverifiedBundle::open(&link(), &sealed[..at]).is_err());
    }
}

#[test]
fn a_link_behind_spoken_words_opens_with_them_only() {
    let place = |byte| SpokenInvite::from_key(Key::from_bytes(&[byte; 32]));
    let sealed = place(1).seal(&link());
    assert_eq!(place(1).open(&sealed).unwrap().to_string(), link().to_string());
    assert_eq!(place(2).open(&sealed).unwrap_err(), SpokenLinkError::Sealed);
    assert_ne!(place(1).slot(), place(2).slot());
    for at in 0..sealed.len() {
        let mut altered = sealed.clone();
        altered[at] ^= 1;
        let wanted = if at == 0 {
            WireError::UnknownVersion { what: "link behind spoken words", found: 0, supported: 1 }.into()
        } else {
            SpokenLinkError::Sealed
        };
        assert_eq!(place(1).open(&altered).unwrap_err(), wanted);
    }
    assert!(matches!(place(1).open(&vec![1; 1000]), Err(SpokenLinkError::Wire(WireError::TooLong { .. }))));
    assert!(matches!(place(1).open(&[]), Err(SpokenLinkError::Wire(WireError::Truncated { .. }))));
}

/// How many bytes it has would tell how many nodes keep the bundle.
#[test]
fn every_link_behind_spoken_words_is_as_long_as_any_other() {
    let hint = "/ip6/2001:db8::1/udp/4001/quic-v1".to_owned();
    let long = InviteLink::new(log().account(), vec![hint; HINTS_MAX]);
    let short = InviteLink::new(log().account(), Vec::new());
    let place = SpokenInvite::from_key(Key::from_bytes(&[1; 32]));
    assert_eq!(place.seal(&long).len(), place.seal(&short).len());
}

/// Who knows the account finds the place, and nobody who does not; the token of the owner is nobody else's.
#[test]
fn a_public_address_is_another_one_each_week_and_for_each_account() {
    let account = log().account();
    let places: std::collections::BTreeSet<_> = [(account, 1), (account, 2), (AccountId::from_bytes([9; 32]), 1)]
        .into_iter()
        .flat_map(|(account, week)| {
            let link = InviteLink::of_public_address(account, week);
            [link.slot().to_string(), format!("{:?}", link.tag()), format!("{:?}", link.owner_token())]
        })
        .collect();
    assert_eq!(places.len(), 9);
    assert_eq!(week_of(WEEK_MS - 1), 0);
    assert_eq!(week_of(WEEK_MS), 1);
    assert_ne!(address_token(&[1; 32], 1), address_token(&[1; 32], 2));
    assert_ne!(address_token(&[1; 32], 1), InviteLink::of_public_address(account, 1).owner_token());
}

#[test]
fn a_bundle_may_ask_for_work_within_bounds() {
    let link = InviteLink::of_public_address(log().account(), 7);
    for (bits, taken) in [(0, true), (ADDRESS_BITS_MIN, true), (ADDRESS_BITS_MAX, true), (ADDRESS_BITS_MAX + 1, false)]
    {
        let made = InviteBundle::create(BundleParts { work_bits: bits, ..parts() }, &link).unwrap();
        let (sealed, _) = made.seal(&device_key(1), &link);
        match open(&link, &sealed, NOW_MS) {
            Ok(opened) => assert!(taken && opened.work_bits == bits),
            Err(error) => assert!(!taken && matches!(error, InviteError::Wire(WireError::Malformed { .. }))),
        }
    }
}

#[test]
fn work_is_for_one_bundle_and_one_session() {
    let task = WorkTask { bundle: [1; 32], session: [2; 16], bits: 10 };
    let nonce = task.find(|| false).unwrap();
    assert!(task.is_done_by(nonce));
    assert!((0..nonce).all(|less| !task.is_done_by(less)), "the first that is enough is found");
    assert!(!WorkTask { bundle: [3; 32], ..task }.is_done_by(nonce));
    assert!(!WorkTask { session: [3; 16], ..task }.is_done_by(nonce));
    assert_eq!(WorkTask { bits: ADDRESS_BITS_MAX, ..task }.find(|| true), None, "it can be stopped");
    assert_eq!(WorkTask { bits: ADDRESS_BITS_MAX + 1, ..task }.find(|| false), None, "nobody works for ever");
}

/// The largest envelope there is still fits, or a long request could not be left in a mailbox.
#[test]
fn a_request_with_work_fits_into_a_mailbox() {
    let largest = 2 + 16 + 1120 + 24 + 16 + 64334;
    let work = Some(RequestWork { session: [0; 16], nonce: 1 });
    let frame = RequestFrame { tag: [1; 16], mac: [2; 32], work, envelope: vec![0; largest] };
    assert!(frame.encode().len() <= kith_wire::limits::MAIL_MAX);
    assert_eq!(RequestFrame::decode(&frame.encode()).unwrap(), frame);
}
