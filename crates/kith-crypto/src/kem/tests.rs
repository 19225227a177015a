use std::convert::Infallible;

use hpke::aead::ExportOnlyAead;
use hpke::kdf::HkdfSha256;
use hpke::kem::XWing;
use hpke::{Deserializable as _, OpModeS, Serializable as _};
use proptest::prelude::*;
use rand_core::{TryCryptoRng, TryRng};

use super::{KEM_ENCAPSULATED_LEN, KEM_INFO_MAX, KEM_PUBLIC_LEN, KemError, KemPublic, KemSecret, Public};
use crate::tests::{counting, hex, unhex};

/// Made once with [`CountingRng`]; the last line of the check below keeps it honest.
const ENCAPSULATED: &str = include_str!("vector.hex");

/// Gives 0, 1, 2, …: makes an encapsulation repeatable.
struct CountingRng(u8);

impl TryRng for CountingRng {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, to: &mut [u8]) -> Result<(), Infallible> {
        for byte in to {
            *byte = self.0;
            self.0 = self.0.wrapping_add(1);
        }
        Ok(())
    }
}

impl TryCryptoRng for CountingRng {}

#[test]
fn known_decapsulation() {
    let secret = KemSecret::from_seed(&counting());
    insta::assert_snapshot!(hex(&secret.public().hash()), @"750960ea7ce245d57c90190ad936d6ca9586d9ff6169d8bc724c222e8bb1345f");
    let key = secret.decapsulate(&unhex(ENCAPSULATED), b"kith test").unwrap();
    insta::assert_snapshot!(hex(key.as_bytes()), @"5cd49536ad41339d64cf36229c7a857081e90bb22fc43b8c24bbc402dee81ad1");

    let public = Public::from_bytes(secret.public().as_bytes()).unwrap();
    let (enc, _) = hpke::setup_sender_with_rng::<ExportOnlyAead, HkdfSha256, XWing>(
        &OpModeS::Base,
        &public,
        b"kith test",
        &mut CountingRng(0),
    )
    .unwrap();
    assert_eq!(hex(&enc.to_bytes()), ENCAPSULATED.trim());
}

#[test]
fn both_ends_get_the_same_key_once() {
    let secret = KemSecret::generate();
    let (enc, sent) = secret.public().encapsulate(b"info").unwrap();
    assert_eq!(enc.len(), KEM_ENCAPSULATED_LEN);
    assert!(secret.decapsulate(&enc, b"info").unwrap() == sent);
    let (other_enc, other) = secret.public().encapsulate(b"info").unwrap();
    assert!(enc != other_enc && sent != other);
}

#[test]
fn another_info_key_or_encapsulation_gives_another_key() {
    let secret = KemSecret::generate();
    let (mut enc, sent) = secret.public().encapsulate(b"info").unwrap();
    assert!(secret.decapsulate(&enc, b"other").unwrap() != sent);
    assert!(KemSecret::generate().decapsulate(&enc, b"info").unwrap() != sent);
    enc[0] ^= 1;
    assert!(secret.decapsulate(&enc, b"info").unwrap() != sent);
}

#[test]
fn sizes_are_checked() {
    let secret = KemSecret::from_seed(&counting());
    let (enc, _) = secret.public().encapsulate(&[0; KEM_INFO_MAX]).unwrap();
    let wrong = |expected, found| KemError::WrongLength { expected, found };
    assert_eq!(secret.decapsulate(&enc[1..], b"").unwrap_err(), wrong(KEM_ENCAPSULATED_LEN, 1119));
    assert_eq!(secret.decapsulate(&[], b"").unwrap_err(), wrong(KEM_ENCAPSULATED_LEN, 0));
    assert_eq!(KemPublic::from_bytes(&[0; 1215]).unwrap_err(), wrong(KEM_PUBLIC_LEN, 1215));
    assert_eq!(secret.decapsulate(&enc, &[0; KEM_INFO_MAX + 1]).unwrap_err(), KemError::InfoTooLong);
    assert_eq!(secret.public().encapsulate(&[0; 1 << 17]).unwrap_err(), KemError::InfoTooLong);
}

#[test]
fn a_public_key_out_of_range_is_refused() {
    assert_eq!(KemPublic::from_bytes(&[0xff; KEM_PUBLIC_LEN]), Err(KemError::BadPublicKey));
    let public = KemSecret::generate().public();
    assert_eq!(KemPublic::from_bytes(public.as_bytes()), Ok(public));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn random_bytes_are_handled(bytes in prop::collection::vec(any::<u8>(), KEM_PUBLIC_LEN)) {
        let secret = KemSecret::from_seed(&counting());
        prop_assert!(secret.decapsulate(&bytes[..KEM_ENCAPSULATED_LEN], b"").is_ok());
        if let Ok(public) = KemPublic::from_bytes(&bytes) {
            prop_assert!(public.encapsulate(b"").is_ok());
        }
    }
}
