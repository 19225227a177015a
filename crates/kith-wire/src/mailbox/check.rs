//! Comparing what a writer left in a queue with what the mailbox still has of it, by negentropy.
//!
//! Both sides name envelopes by hashes under a key of which each draws a half. What the other side sent is bounded before
//! it is looked at, and a comparison never tells more than names.

use std::{collections::BTreeSet, fmt};

use kith_crypto::domain::HashLabel;
use negentropy::{Id, Negentropy, NegentropyStorageVector};

use crate::error::WireError;
use crate::ids::DepositId;
use crate::limits::{CHECK_BYTES_MAX, CHECK_ITEMS_MAX};
use crate::text::check_bytes;

/// The key of a comparison: of this queue, with the halves of its writer and of the mailbox.
#[must_use]
pub fn check_key(deposit: &DepositId, writer: &[u8; 32], mailbox: &[u8; 32]) -> [u8; 32] {
    HashLabel::MAILBOX_CHECK.hash(&[deposit.as_bytes().as_slice(), writer, mailbox].concat())
}

/// The name of an envelope, known by its [hash](super::envelope_hash), in the comparison with this key.
#[must_use]
pub fn check_name(key: &[u8; 32], envelope_hash: &[u8; 32]) -> [u8; 32] {
    *blake3::keyed_hash(key, envelope_hash).as_bytes()
}

/// One side of a comparison.
pub struct Comparison(NegentropyStorageVector);

impl fmt::Debug for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Comparison").finish_non_exhaustive()
    }
}

impl Comparison {
    /// Of these names; fails if there are more than [`CHECK_ITEMS_MAX`].
    pub fn new(names: impl IntoIterator<Item = [u8; 32]>) -> Result<Self, WireError> {
        let mut all = NegentropyStorageVector::new();
        for (at, name) in names.into_iter().enumerate() {
            if at >= CHECK_ITEMS_MAX {
                return Err(WireError::TooMany { what: "comparison", max: CHECK_ITEMS_MAX });
            }
            all.insert(0, Id::from_byte_array(name)).map_err(|_sealed| broken())?;
        }
        all.seal().map_err(|_sealed| broken())?;
        Ok(Self(all))
    }

    /// The first frame, as the side that asks.
    pub fn begin(&self) -> Result<Vec<u8>, WireError> {
        self.compare()?.initiate().map_err(|_begun| broken())
    }

    /// The answer to a frame, at most [`CHECK_BYTES_MAX`] bytes, as the side that is asked. Fails if it is none.
    pub fn answer(&self, bytes: &[u8]) -> Result<Vec<u8>, WireError> {
        check_bytes("comparison", bytes, CHECK_BYTES_MAX)?;
        let answer = self.compare()?.reconcile(bytes).map_err(|_malformed| broken())?;
        check_bytes("comparison", &answer, CHECK_BYTES_MAX)?;
        Ok(answer)
    }

    /// Takes in an answer as the side that asks: adds to `missing` which of our names the other side lacks, and gives the
    /// next frame, or `None` at the end. What only the other side has does not matter. Fails if it is no answer.
    pub fn go_on(&self, bytes: &[u8], missing: &mut BTreeSet<[u8; 32]>) -> Result<Option<Vec<u8>>, WireError> {
        check_bytes("comparison", bytes, CHECK_BYTES_MAX)?;
        let mut comparison = self.compare()?;
        comparison.set_initiator();
        let (mut have, mut need) = (Vec::new(), Vec::new());
        let next = comparison.reconcile_with_ids(bytes, &mut have, &mut need).map_err(|_malformed| broken())?;
        missing.extend(have.iter().map(|id| id.to_bytes()));
        Ok(next)
    }

    fn compare(&self) -> Result<Negentropy<'_, NegentropyStorageVector>, WireError> {
        let limit = u64::try_from(CHECK_BYTES_MAX).unwrap_or(u64::MAX);
        Negentropy::borrowed(&self.0, limit).map_err(|_limit| broken())
    }
}

fn broken() -> WireError {
    WireError::Malformed { what: "comparison" }
}
