use hkdf::Hkdf;
use proptest::prelude::*;
use sha2::Sha256;

use super::{BadMac, Key, OpenError, SEAL_OVERHEAD, random_bytes};
use crate::domain::KdfInfo;
use crate::tests::{counting, hex, unhex, unhex_array};

#[test]
fn known_derivations() {
    // Computed with Python's hmac module.
    let key = Key::from_bytes(&counting());
    for (info, expected) in [
        (KdfInfo::DATABASE, "5119cfd168b12cc75948d3d0cb1ebeb84fcfab637e3984e05d5d94278e8f3f39"),
        (KdfInfo::RATCHET, "12b2b32328b5b9ab635df105430d6e7b1f0159c63f0459daebb8a930ce9ced4e"),
        (KdfInfo::MISC, "ba3995189e0b8d8ce7fcb9839bcb1a64c19c4884439a7b5ce4a681f6732f1bfc"),
        (KdfInfo::INVITE_SLOT, "afd25177d5c14d1d7121ea7ec215682905a774c3ca03ea62c6ab4176e5419abb"),
        (KdfInfo::ENVELOPE_KEY, "d882cb1c11317d1670e9dd2b7c2289b47d1f79960b226f4fdbf4221b008507c6"),
    ] {
        assert_eq!(hex(key.derive(info).as_bytes()), expected, "{info:?}");
    }
    assert_eq!(
        hex(key.derive_with(KdfInfo::RENDEZVOUS, b"a->b 2026-11-21").as_bytes()),
        "e48b53d79bcd963b10735ae1fbc6d56cba4f441caec7dfa21c412c7baeae5ad7"
    );
    assert_eq!(
        hex(&key.mac(KdfInfo::INVITE_MAC, b"hello")),
        "a10895cde55bfea35a35edb37489cfc30907edb31d04295803f1342231a346c0"
    );
}

#[test]
fn known_sealed_box() {
    // draft-irtf-cfrg-xchacha-03, A.3.1.
    let key = Key::from_bytes(&std::array::from_fn(|index| 0x80 + index as u8));
    let nonce = unhex_array::<24>("404142434445464748494a4b4c4d4e4f5051525354555657");
    let aad = unhex("50515253c0c1c2c3c4c5c6c7");
    let text = unhex(
        "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb731c7f1b0b4aa6440bf3a82f4eda7e39
         ae64c6708c54c216cb96b72e1213b4522f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff9
         21f9664c97637da9768812f615c68b13b52e",
    );
    let sealed = [nonce.as_slice(), &text, &unhex("c0875924c1c7987947deafd8780acf49")].concat();
    let plain: &[u8] = b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, \
        sunscreen would be it.";
    assert_eq!(key.open(&aad, &sealed).unwrap().as_slice(), plain);
    assert_eq!(key.seal_with_nonce(nonce, &aad, plain), sealed);
}

#[test]
fn nonces_and_keys_are_fresh() {
    let key = Key::random();
    assert!(key.seal(b"", b"same") != key.seal(b"", b"same"));
    assert!(Key::random() != Key::random());
    assert!(random_bytes::<16>() != random_bytes::<16>());
    assert!(key.duplicate() == key);
}

#[test]
fn an_authentication_code_is_for_one_key_purpose_and_message() {
    let key = Key::random();
    let mac = key.mac(KdfInfo::INVITE_MAC, b"message");
    assert_eq!(key.verify_mac(KdfInfo::INVITE_MAC, b"message", &mac), Ok(()));
    assert_eq!(key.verify_mac(KdfInfo::INVITE_MAC, b"massage", &mac), Err(BadMac));
    assert_eq!(key.verify_mac(KdfInfo::INVITE_TAG, b"message", &mac), Err(BadMac));
    assert_eq!(Key::random().verify_mac(KdfInfo::INVITE_MAC, b"message", &mac), Err(BadMac));
}

proptest! {
    #[test]
    fn derivation_is_hkdf(key in any::<[u8; 32]>(), context in prop::collection::vec(any::<u8>(), 0..200)) {
        let info = [KdfInfo::RENDEZVOUS.as_str().as_bytes(), &[0], &context].concat();
        let mut expected = [0; 32];
        Hkdf::<Sha256>::new(Some(b"kith/1"), &key).expand(&info, &mut expected).unwrap();
        let derived = Key::from_bytes(&key).derive_with(KdfInfo::RENDEZVOUS, &context);
        prop_assert_eq!(derived.as_bytes(), &expected);
    }

    #[test]
    fn opens_to_what_was_sealed(plain in prop::collection::vec(any::<u8>(), 0..300), aad in prop::collection::vec(any::<u8>(), 0..40)) {
        let key = Key::random();
        let sealed = key.seal(&aad, &plain);
        prop_assert_eq!(sealed.len(), plain.len() + SEAL_OVERHEAD);
        let opened = key.open(&aad, &sealed).unwrap();
        prop_assert_eq!(opened.as_slice(), plain.as_slice());
    }

    #[test]
    fn any_change_is_noticed(plain in prop::collection::vec(any::<u8>(), 0..100), at in any::<prop::sample::Index>(), bit in 0..8, cut in any::<prop::sample::Index>()) {
        let key = Key::random();
        let sealed = key.seal(b"aad", &plain);
        let mut flipped = sealed.clone();
        *at.get_mut(&mut flipped) ^= 1_u8 << bit;
        prop_assert_eq!(key.open(b"aad", &flipped), Err(OpenError));
        prop_assert_eq!(key.open(b"aad", &sealed[..cut.index(sealed.len())]), Err(OpenError));
        prop_assert_eq!(key.open(b"axd", &sealed), Err(OpenError));
        prop_assert_eq!(Key::random().open(b"aad", &sealed), Err(OpenError));
    }

    #[test]
    fn random_bytes_never_open(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert_eq!(Key::from_bytes(&counting()).open(b"", &bytes), Err(OpenError));
    }
}
