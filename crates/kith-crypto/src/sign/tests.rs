use ed25519_dalek::Verifier as _;
use proptest::prelude::*;

use super::{BadSignature, PublicKey, Signature, SigningKey, framed};
use crate::domain::SignContext;
use crate::tests::{counting, hex, unhex_array};

const CONTEXT: SignContext = SignContext::IDENTITY_LOG;

#[test]
fn the_signed_message_is_length_context_bytes() {
    assert_eq!(framed(CONTEXT, b"abc"), b"\x14kith/v1/identity-logabc");
    let key = SigningKey::from_seed(&counting());
    let signature = ed25519_dalek::Signature::from_bytes(&key.sign(CONTEXT, b"abc").to_bytes());
    let public = ed25519_dalek::VerifyingKey::from_bytes(key.public().as_bytes()).unwrap();
    assert!(public.verify(b"\x14kith/v1/identity-logabc", &signature).is_ok());
}

#[test]
fn known_key_and_signature() {
    // Seed and public key of RFC 8032, test 1.
    let seed = unhex_array("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
    let key = SigningKey::from_seed(&seed);
    assert_eq!(hex(key.public().as_bytes()), "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
    insta::assert_snapshot!(hex(&key.sign(CONTEXT, b"abc").to_bytes()), @"01aa5d94065a95191b48ac122ea53876d261fe6e9e98338506b1a029e1c9cfbb78abe08d9c8b314eda03c7bd1a702b79142099127f734e8a87e25ca5169baa00");
}

#[test]
fn a_signature_is_for_one_purpose() {
    let key = SigningKey::generate();
    let signature = key.sign(SignContext::IDENTITY_LOG, b"bytes");
    assert_eq!(key.public().verify(SignContext::IDENTITY_LOG, b"bytes", &signature), Ok(()));
    assert_eq!(key.public().verify(SignContext::INVITE_BUNDLE, b"bytes", &signature), Err(BadSignature));
    assert_eq!(SigningKey::generate().public().verify(CONTEXT, b"bytes", &signature), Err(BadSignature));
}

#[test]
fn copies_are_the_same_key() {
    let key = SigningKey::generate();
    assert_eq!(key.duplicate().public(), key.public());
    assert_eq!(SigningKey::from_seed(&key.seed()).public(), key.public());
}

/// The neutral point as key and as `R`, with `s = 0`, satisfies the plain equation for every
/// message: a key everybody can sign for.
#[test]
fn keys_of_small_order_are_refused() {
    let mut neutral = [0; 32];
    neutral[0] = 1;
    let mut forged = [0; 64];
    forged[..32].copy_from_slice(&neutral);
    let lax = ed25519_dalek::VerifyingKey::from_bytes(&neutral).unwrap();
    assert!(lax.verify(&framed(CONTEXT, b"anything"), &ed25519_dalek::Signature::from_bytes(&forged)).is_ok());

    let key = PublicKey::from_bytes(neutral);
    assert_eq!(key.verify(CONTEXT, b"anything", &Signature::from_bytes(forged)), Err(BadSignature));

    for small in [
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    ] {
        let mut key = unhex_array::<32>(small);
        for sign_bit in [0, 0x80] {
            key[31] ^= sign_bit;
            let result = PublicKey::from_bytes(key).verify(CONTEXT, b"anything", &Signature::from_bytes(forged));
            assert_eq!(result, Err(BadSignature), "{small}");
        }
    }
}

#[test]
fn the_second_encoding_of_a_signature_is_refused() {
    let order: [u8; 32] = unhex_array("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
    let key = SigningKey::generate();
    let mut bytes = key.sign(CONTEXT, b"bytes").to_bytes();
    let mut carry = 0;
    for (byte, add) in bytes[32..].iter_mut().zip(order) {
        let sum = u16::from(*byte) + u16::from(add) + carry;
        (*byte, carry) = (sum as u8, sum >> 8);
    }
    assert_eq!(key.public().verify(CONTEXT, b"bytes", &Signature::from_bytes(bytes)), Err(BadSignature));
}

proptest! {
    #[test]
    fn any_change_is_noticed(message in prop::collection::vec(any::<u8>(), 1..64), bit in 0_usize..512, at in any::<prop::sample::Index>()) {
        let key = SigningKey::from_seed(&counting());
        let signature = key.sign(CONTEXT, &message);
        prop_assert_eq!(key.public().verify(CONTEXT, &message, &signature), Ok(()));

        let mut changed = signature.to_bytes();
        changed[bit / 8] ^= 1 << (bit % 8);
        prop_assert_eq!(key.public().verify(CONTEXT, &message, &Signature::from_bytes(changed)), Err(BadSignature));

        let mut other = message.clone();
        *at.get_mut(&mut other) ^= 1;
        prop_assert_eq!(key.public().verify(CONTEXT, &other, &signature), Err(BadSignature));
    }

    #[test]
    fn random_keys_and_signatures_never_verify(key in any::<[u8; 32]>(), bytes in any::<[[u8; 32]; 2]>()) {
        let signature = Signature::from_bytes(bytes.concat().try_into().unwrap());
        prop_assert_eq!(PublicKey::from_bytes(key).verify(CONTEXT, b"", &signature), Err(BadSignature));
    }
}
