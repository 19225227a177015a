//! What six spoken words lead to: an invite link, sealed under the key that they stand for.

use std::fmt;

use kith_crypto::{KdfInfo, Key, KeystoreError, SpokenCode};
use zeroize::Zeroizing;

use super::InviteLink;
use crate::error::WireError;
use crate::ids::SlotId;
use crate::link::LinkError;

const WHAT: &str = "link behind spoken words";
const VERSION: u8 = 1;
/// Every link is filled up with zeros to this many bytes; three hints of the greatest length take 709.
const PLAIN_LEN: usize = 768;
/// Nonce, tag and version are on top of it.
const SEALED_MAX: usize = PLAIN_LEN + 64;

/// Why what lay in the slot is not used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SpokenLinkError {
    /// It does not decode.
    #[error(transparent)]
    Wire(#[from] WireError),
    /// It was sealed under other words, or altered.
    #[error("what these words lead to was altered")]
    Sealed,
    /// There is no link in it.
    #[error(transparent)]
    Link(#[from] LinkError),
}

/// The place of a link that is told on the telephone. Whoever knows the words finds the link, and could put another one
/// where there is none yet: the token that allows to replace it must not come from the words.
pub struct SpokenInvite(Key);

impl SpokenInvite {
    /// The place that these words lead to. Stretches them, which takes a tenth of a second.
    ///
    /// # Errors
    /// If there is not enough memory.
    pub fn new(code: &SpokenCode) -> Result<Self, KeystoreError> {
        code.stretch().map(Self)
    }

    /// The place of words that are stretched already.
    #[must_use]
    pub fn from_key(key: Key) -> Self {
        Self(key)
    }

    /// Where the sealed link lies.
    #[must_use]
    pub fn slot(&self) -> SlotId {
        SlotId::from_bytes(*self.0.derive(KdfInfo::SPOKEN_SLOT).as_bytes())
    }

    /// Seals the link for its slot.
    #[must_use]
    pub fn seal(&self, link: &InviteLink) -> Vec<u8> {
        let text = Zeroizing::new(link.to_string());
        let mut plain = Zeroizing::new(vec![0; PLAIN_LEN.max(text.len())]);
        plain.iter_mut().zip(text.bytes()).for_each(|(to, byte)| *to = byte);
        self.seal_plain(&plain)
    }

    /// Anybody who knows the words can do this.
    pub(crate) fn seal_plain(&self, plain: &[u8]) -> Vec<u8> {
        let mut sealed = vec![VERSION];
        sealed.extend(self.0.derive(KdfInfo::SPOKEN_LINK).seal(&self.aad(), plain));
        sealed
    }

    /// Opens what lay in the slot.
    ///
    /// # Errors
    /// If it is too large, of an unknown version, not sealed under these words, or no link.
    pub fn open(&self, sealed: &[u8]) -> Result<InviteLink, SpokenLinkError> {
        if sealed.len() > SEALED_MAX {
            return Err(WireError::TooLong { what: WHAT, len: sealed.len(), max: SEALED_MAX }.into());
        }
        let (version, rest) = sealed.split_first().ok_or(WireError::Truncated { what: WHAT })?;
        if *version != VERSION {
            return Err(WireError::UnknownVersion { what: WHAT, found: *version, supported: VERSION }.into());
        }
        let Ok(plain) = self.0.derive(KdfInfo::SPOKEN_LINK).open(&self.aad(), rest) else {
            return Err(SpokenLinkError::Sealed);
        };
        let text = str::from_utf8(&plain).map_err(|_no_text| LinkError::NotALink)?;
        Ok(InviteLink::parse(text.trim_end_matches('\0'))?)
    }

    fn aad(&self) -> Vec<u8> {
        [&[VERSION], self.slot().to_bytes().as_slice()].concat()
    }
}

impl fmt::Debug for SpokenInvite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SpokenInvite(redacted)")
    }
}
