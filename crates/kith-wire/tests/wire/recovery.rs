//! Statements of an account that comes back: for one device, by who may say it, and all of one length.

use kith_crypto::{KemSecret, SigningKey};
use kith_wire::WireError;
use kith_wire::limits::RECOVERY_FRAME_MAX;
use kith_wire::recovery::{Recovery, UnverifiedRecovery, is_recovery, seal};
use proptest::prelude::*;

use crate::samples;

fn sealed(which: usize) -> Vec<u8> {
    let (_, recovery, signer) = &samples::recoveries()[which];
    seal(recovery, signer, &samples::kem(2).public()).unwrap()
}

fn open(bytes: &[u8]) -> Result<Recovery, WireError> {
    UnverifiedRecovery::open(bytes, &samples::kem(2), samples::device(2).device)?.verify()
}

#[test]
fn both_come_back_and_look_alike() {
    let lengths = [0, 1].map(|which| {
        let bytes = sealed(which);
        assert!(is_recovery(&bytes) && bytes.len() <= RECOVERY_FRAME_MAX);
        assert_eq!(open(&bytes).unwrap(), samples::recoveries()[which].1);
        bytes.len()
    });
    assert_eq!(lengths[0], lengths[1]);
}

#[test]
fn nobody_else_opens_them() {
    let bytes = sealed(1);
    let device = samples::device(2).device;
    assert!(UnverifiedRecovery::open(&bytes, &KemSecret::generate(), device).is_err());
    assert!(UnverifiedRecovery::open(&bytes, &samples::kem(2), samples::device(1).device).is_err());
}

#[test]
fn nobody_else_says_them() {
    for (_, recovery, _) in samples::recoveries() {
        let bytes = seal(&recovery, &SigningKey::generate(), &samples::kem(2).public()).unwrap();
        assert!(open(&bytes).is_err(), "{recovery:?}");
    }
    // The account's key does not speak for a device, nor the device's for the account.
    let [(_, ask, account), (_, back, device)] = samples::recoveries();
    for (recovery, signer) in [(ask, device), (back, account)] {
        assert!(open(&seal(&recovery, &signer, &samples::kem(2).public()).unwrap()).is_err());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_changed_frame_is_refused(which in 0..2usize, at in any::<prop::sample::Index>(), bit in 0..8u32) {
        let mut bytes = sealed(which);
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        prop_assert!(open(&bytes).is_err());
        prop_assert!(open(&bytes[..at]).is_err());
    }
}
