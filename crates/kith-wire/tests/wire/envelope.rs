//! Envelopes: every byte counts, lengths hide in buckets.

use kith_crypto::{Key, OlmKind, OlmWire};
use kith_wire::envelope::{BUCKETS, OLM_MAX};
use kith_wire::limits::{FRAME_MAX, INNER_MAX};
use kith_wire::{Envelope, EnvelopeError, Header, WireError};
use proptest::prelude::*;

use crate::samples::{envelope_key, headers, olm_message};

fn message(len: usize) -> OlmWire {
    OlmWire { kind: OlmKind::PreKey, bytes: vec![0xab; len] }
}

#[test]
fn every_flipped_bit_is_noticed() {
    for (name, header) in headers() {
        let sealed = Envelope::seal(&header, &envelope_key(), &olm_message()).unwrap();
        for position in 0..sealed.len() {
            for bit in 0..8 {
                let mut changed = sealed.clone();
                changed[position] ^= 1 << bit;
                let opened = Envelope::decode(&changed).map(|envelope| envelope.open(&envelope_key()));
                assert!(!matches!(opened, Ok(Ok(_))), "{name}: bit {bit} of byte {position} does not matter");
            }
        }
    }
}

#[test]
fn lengths_hide_in_buckets() {
    for (name, header) in headers() {
        let mut sizes = std::collections::BTreeSet::new();
        for len in (0..OLM_MAX).step_by(1499).chain(BUCKETS.iter().flat_map(|b| [b - 6, b - 5, (b - 4).min(OLM_MAX)])) {
            let sealed = Envelope::seal(&header, &envelope_key(), &message(len)).unwrap();
            assert!(sealed.len() <= FRAME_MAX);
            sizes.insert(sealed.len());
        }
        assert_eq!(sizes.len(), BUCKETS.len(), "{name} shows lengths: {sizes:?}");
    }
    let size = |len| Envelope::seal(&headers()[0].1, &envelope_key(), &message(len)).unwrap().len();
    assert_eq!(size(0), size(251), "short texts differ");
}

#[test]
fn too_large_messages_are_refused() {
    let seal = |len| Envelope::seal(&headers()[1].1, &envelope_key(), &message(len));
    assert_eq!(seal(OLM_MAX).unwrap().len(), FRAME_MAX);
    assert_eq!(seal(OLM_MAX + 1), Err(EnvelopeError::TooLong { len: OLM_MAX + 1, max: OLM_MAX }));
    assert!(matches!(Envelope::decode(&vec![1; FRAME_MAX + 1]), Err(WireError::TooLong { .. })));
    const { assert!(INNER_MAX + 256 < OLM_MAX, "the largest inner plaintext must fit with the overhead of Olm") };
}

#[test]
fn a_short_encapsulated_key_is_refused() {
    let header = Header::First { key_id: [0; 16], encapsulated: vec![0; 3] };
    assert!(matches!(Envelope::seal(&header, &envelope_key(), &message(1)), Err(EnvelopeError::Wire(_))));
}

#[test]
fn another_key_opens_nothing_and_ids_differ() {
    let key = Key::from_bytes(&[102; 32]);
    let seal = || Envelope::seal(&headers()[0].1, &envelope_key(), &message(9)).unwrap();
    assert_eq!(Envelope::decode(&seal()).unwrap().open(&key), Err(EnvelopeError::Sealed));
    assert_ne!(Envelope::key_id(&key), Envelope::key_id(&envelope_key()));
    assert_ne!(Envelope::decode(&seal()).unwrap().id(), Envelope::decode(&seal()).unwrap().id());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn messages_survive(prekey: bool, first: bool, bytes in proptest::collection::vec(any::<u8>(), 0..5000)) {
        let kind = if prekey { OlmKind::PreKey } else { OlmKind::Normal };
        let message = OlmWire { kind, bytes };
        let header = &headers()[usize::from(first)].1;
        let sealed = Envelope::seal(header, &envelope_key(), &message).unwrap();
        let envelope = Envelope::decode(&sealed).unwrap();
        prop_assert_eq!(envelope.header(), header);
        prop_assert_eq!(envelope.as_bytes(), sealed.as_slice());
        prop_assert_eq!(envelope.open(&envelope_key()).unwrap(), message);
    }

    #[test]
    fn cut_envelopes_are_refused(cut in any::<prop::sample::Index>()) {
        let sealed = Envelope::seal(&headers()[1].1, &envelope_key(), &olm_message()).unwrap();
        let opened = Envelope::decode(&sealed[..cut.index(sealed.len())]).map(|cut| cut.open(&envelope_key()));
        prop_assert!(!matches!(opened, Ok(Ok(_))));
    }
}
