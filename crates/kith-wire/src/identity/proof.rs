//! A device's own word that it belongs to an account.
//!
//! The account key says which devices are its own; without the devices' word it could say so of anybody's, and whoever
//! believed it first would take the true owner for the thief.

use kith_crypto::{DeviceSecrets, PublicKey, SignContext, Signature, SigningKey};

use super::rules::Entry;
use super::{DeviceRecord, IdentityError};
use crate::ids::AccountId;

/// Bytes of a proof: a signature of D, then one of T.
const PROOF_LEN: usize = 128;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct DeviceProof {
    device: Signature,
    transport: Signature,
}

impl DeviceProof {
    pub(super) fn sign(account: AccountId, record: &DeviceRecord, keys: &DeviceSecrets) -> Self {
        let text = signed_text(account, record);
        let sign = |key: &SigningKey| key.sign(SignContext::DEVICE_RECORD, &text);
        Self { device: sign(&keys.sign), transport: sign(&keys.transport) }
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let (device, transport) = bytes.split_first_chunk::<64>()?;
        let transport: [u8; 64] = transport.try_into().ok()?;
        Some(Self { device: Signature::from_bytes(*device), transport: Signature::from_bytes(transport) })
    }

    fn holds(&self, account: AccountId, record: &DeviceRecord) -> bool {
        let text = signed_text(account, record);
        let verify = |key: PublicKey, signature| key.verify(SignContext::DEVICE_RECORD, &text, signature).is_ok();
        verify(record.device.public_key(), &self.device) && verify(record.transport.public_key(), &self.transport)
    }
}

fn signed_text(account: AccountId, record: &DeviceRecord) -> Vec<u8> {
    [
        &account.to_bytes()[..],
        &record.device.to_bytes(),
        &record.olm.to_bytes(),
        &record.transport.to_bytes(),
        &record.kem_hash,
        &record.added_at_ms.to_be_bytes(),
    ]
    .concat()
}

pub(super) fn encode(proofs: &[DeviceProof]) -> Vec<u8> {
    proofs.iter().flat_map(|proof| [proof.device.to_bytes(), proof.transport.to_bytes()].concat()).collect()
}

/// Every device of `entry` that is not in `known` exactly like this has its proof, in the order of the list, and there
/// is no other.
pub(super) fn check(entry: &Entry, known: &[DeviceRecord], proofs: &[u8]) -> Result<(), IdentityError> {
    let mut fresh = entry.devices.iter().filter(|record| !known.contains(record));
    let (mut proofs, rest) = (proofs.chunks_exact(PROOF_LEN), proofs.len() % PROOF_LEN);
    let all = fresh.all(|record| {
        let proof = proofs.next().and_then(DeviceProof::decode);
        proof.is_some_and(|proof| proof.holds(entry.account, record))
    });
    if !all || rest != 0 || proofs.next().is_some() {
        return Err(IdentityError::BadProof { seq: entry.seq });
    }
    Ok(())
}
