//! Work that opens a queue where no token does.

use kith_crypto::domain::HashLabel;

pub use crate::work::WORK_BITS_MAX;
use crate::{
    ids::{ReceiveId, TransportId},
    work,
};

/// How many leading zero bits the work `nonce` gives for opening this queue at this mailbox. Bound to both, so it cannot
/// be done ahead for somebody else's queue or sold to two mailboxes.
#[must_use]
pub fn work_bits(mailbox: &TransportId, receive: &ReceiveId, nonce: u64) -> u8 {
    let bytes = [mailbox.as_bytes().as_slice(), receive.as_bytes(), &nonce.to_be_bytes()].concat();
    work::zero_bits(&HashLabel::MAILBOX_WORK.hash(&bytes))
}

/// A nonce that gives at least `bits`; takes 2^`bits` hashes on average. `None` above [`WORK_BITS_MAX`], or if `stop`
/// says so, which is asked now and then.
pub fn find_work(mailbox: &TransportId, receive: &ReceiveId, bits: u8, stop: impl Fn() -> bool) -> Option<u64> {
    work::find(bits, |nonce| work_bits(mailbox, receive, nonce), stop)
}
