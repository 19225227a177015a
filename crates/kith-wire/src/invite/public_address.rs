//! The public address: an invite that everybody finds who knows the account, another one each week.
//!
//! Its secret comes from the account and the week alone. So it is none, and a request shows work instead.

use kith_crypto::domain::HashLabel;

use super::InviteLink;
use crate::{
    ids::AccountId,
    work::{self, WORK_BITS_MAX},
};

/// How long one secret serves, in milliseconds.
pub const WEEK_MS: u64 = 7 * 24 * 3600 * 1000;
/// The least work a request to a public address may be asked for, in leading zero bits: a moment of one core.
pub const ADDRESS_BITS_MIN: u8 = 16;
/// The most.
pub const ADDRESS_BITS_MAX: u8 = WORK_BITS_MAX;

/// The number of the week `now_ms` is in: whole weeks since the beginning of 1970, UTC.
#[must_use]
pub fn week_of(now_ms: u64) -> u64 {
    now_ms / WEEK_MS
}

impl InviteLink {
    /// What leads to the public address of `account` in a week. It names no nodes: the asker's own are asked.
    #[must_use]
    pub fn of_public_address(account: AccountId, week: u64) -> Self {
        let bytes = [account.as_bytes().as_slice(), &week.to_be_bytes()].concat();
        Self::from_secret(&HashLabel::PUBLIC_ADDRESS.hash(&bytes), account, Vec::new())
    }
}

/// What the owner of a public address shows to replace what lies there. It must not come from the account, which others
/// know: `secret` is the owner's own.
#[must_use]
pub fn address_token(secret: &[u8; 32], week: u64) -> [u8; 32] {
    HashLabel::ADDRESS_OWNER.hash(&[secret.as_slice(), &week.to_be_bytes()].concat())
}

/// Work to be done for a contact request: for one bundle and one session, so that it is worth nothing to anybody else and
/// for no second request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WorkTask {
    /// The hash of the bundle that is answered to.
    pub bundle: [u8; 32],
    /// The first half of the id of the session the request starts. It names its sender to nobody who does not know both.
    pub session: [u8; 16],
    /// How many leading zero bits are asked for.
    pub bits: u8,
}

impl WorkTask {
    /// How many leading zero bits `nonce` gives, whatever is asked for.
    #[must_use]
    pub fn bits_of(&self, nonce: u64) -> u8 {
        let bytes = [self.bundle.as_slice(), &self.session, &nonce.to_be_bytes()].concat();
        work::zero_bits(&HashLabel::REQUEST_WORK.hash(&bytes))
    }

    /// Whether `nonce` is enough.
    #[must_use]
    pub fn is_done_by(&self, nonce: u64) -> bool {
        self.bits_of(nonce) >= self.bits
    }

    /// A nonce that is enough; takes 2^`bits` hashes on average. `None` above [`ADDRESS_BITS_MAX`], or if `stop` says so,
    /// which is asked now and then.
    pub fn find(&self, stop: impl Fn() -> bool) -> Option<u64> {
        work::find(self.bits, |nonce| self.bits_of(nonce), stop)
    }
}
