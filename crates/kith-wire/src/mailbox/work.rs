//! Work that opens a queue where no token does: hashing until a hash begins with zeros (Back, "Hashcash", 2002).

use kith_crypto::domain::HashLabel;

use crate::ids::{ReceiveId, TransportId};

/// The most leading zero bits anybody is asked for: minutes of one core.
pub const WORK_BITS_MAX: u8 = 28;

/// How many leading zero bits the work `nonce` gives for opening this queue at this mailbox. Bound to both, so it cannot
/// be done ahead for somebody else's queue or sold to two mailboxes.
#[must_use]
pub fn work_bits(mailbox: &TransportId, receive: &ReceiveId, nonce: u64) -> u8 {
    let bytes = [mailbox.as_bytes().as_slice(), receive.as_bytes(), &nonce.to_be_bytes()].concat();
    let hash = HashLabel::MAILBOX_WORK.hash(&bytes);
    let zeros: u32 = match hash.iter().position(|byte| *byte != 0) {
        Some(at) => u32::try_from(at).unwrap_or(0) * 8 + hash.get(at).map_or(0, |byte| byte.leading_zeros()),
        None => 256,
    };
    u8::try_from(zeros).unwrap_or(u8::MAX)
}

/// A nonce that gives at least `bits`; takes 2^`bits` hashes on average. `None` above [`WORK_BITS_MAX`], or if `stop`
/// says so, which is asked now and then.
pub fn find_work(mailbox: &TransportId, receive: &ReceiveId, bits: u8, stop: impl Fn() -> bool) -> Option<u64> {
    if bits > WORK_BITS_MAX {
        return None;
    }
    for nonce in 0..u64::MAX {
        if work_bits(mailbox, receive, nonce) >= bits {
            return Some(nonce);
        }
        if nonce % 4096 == 0 && stop() {
            return None;
        }
    }
    None
}
