//! The recovery phrase: 32 random bytes written as 24 English words.
//!
//! BIP39 is used for its word list and checksum only. The keys come from the 32 bytes through
//! [`Key::derive`](crate::seal::Key::derive), not from BIP39's own seed function.

use std::fmt;

use bip39::{Language, Mnemonic};
use zeroize::Zeroizing;

use crate::domain::KdfInfo;
use crate::seal::{Key, random_bytes};
use crate::sign::SigningKey;

#[cfg(test)]
mod tests;

/// Words in a phrase.
pub const PHRASE_WORDS: usize = 24;

/// Longest text that is looked at: 24 words of at most 8 letters, with generous spacing.
pub const PHRASE_MAX_BYTES: usize = 1024;

/// The secret a person writes down; everything that identifies the account comes from it.
pub struct RecoveryPhrase(Zeroizing<[u8; 32]>);

/// Why a text is not a recovery phrase. Carries no word of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PhraseError {
    /// The text is far too long to be a phrase.
    #[error("the phrase is longer than {limit_bytes} bytes")]
    TooLong {
        /// What is accepted, in bytes.
        limit_bytes: usize,
    },
    /// Not 24 words.
    #[error("a recovery phrase has {PHRASE_WORDS} words, this has {found}")]
    WordCount {
        /// How many words there are.
        found: usize,
    },
    /// A word that is not in the list.
    #[error("word number {position} is not in the word list")]
    UnknownWord {
        /// Which word, counted from one.
        position: usize,
    },
    /// All words exist but do not belong together: one is wrong or two are swapped.
    #[error("the words do not belong together: check for a wrong or swapped word")]
    Checksum,
}

impl RecoveryPhrase {
    /// A new random phrase.
    pub fn generate() -> Self {
        Self(Zeroizing::new(random_bytes()))
    }

    /// Reads 24 words; case and the amount of white space do not matter.
    ///
    /// # Errors
    /// [`PhraseError`] says what to correct.
    pub fn from_words(words: &str) -> Result<Self, PhraseError> {
        if words.len() > PHRASE_MAX_BYTES {
            return Err(PhraseError::TooLong { limit_bytes: PHRASE_MAX_BYTES });
        }
        let found = words.split_whitespace().count();
        if found != PHRASE_WORDS {
            return Err(PhraseError::WordCount { found });
        }
        let lower = Zeroizing::new(words.to_ascii_lowercase());
        let mnemonic = Mnemonic::parse_in_normalized(Language::English, &lower).map_err(|error| match error {
            bip39::Error::UnknownWord(index) => PhraseError::UnknownWord { position: index + 1 },
            bip39::Error::BadWordCount(found) => PhraseError::WordCount { found },
            bip39::Error::InvalidChecksum
            | bip39::Error::BadEntropyBitCount(_)
            | bip39::Error::AmbiguousLanguages(_) => PhraseError::Checksum,
        })?;
        let (entropy, _length) = mnemonic.to_entropy_array();
        let entropy = Zeroizing::new(entropy);
        let (bytes, _) = entropy.split_first_chunk::<32>().ok_or(PhraseError::Checksum)?;
        Ok(Self::from_entropy(bytes))
    }

    /// The 24 words, in order.
    pub fn words(&self) -> Vec<&'static str> {
        // 32 bytes are always a valid length, so there is no phrase without words.
        Mnemonic::from_entropy_in(Language::English, self.0.as_slice())
            .map_or_else(|_| Vec::new(), |mnemonic| mnemonic.words().collect())
    }

    /// The account signing key: this key is the person.
    pub fn account_key(&self) -> SigningKey {
        SigningKey::from_seed(self.root().derive(KdfInfo::ACCOUNT_SIGN).as_bytes())
    }

    /// The key that opens a keystore's [`SlotKind::Phrase`](crate::keystore::SlotKind::Phrase)
    /// slot.
    pub fn slot_key(&self) -> Key {
        self.root().derive(KdfInfo::PHRASE_SLOT)
    }

    /// The key of backups that the phrase opens. It opens nothing else, and nothing of the account comes from it.
    pub fn backup_key(&self) -> Key {
        self.root().derive(KdfInfo::BACKUP)
    }

    /// The phrase of these random bytes.
    pub fn from_entropy(entropy: &[u8; 32]) -> Self {
        Self(Zeroizing::new(*entropy))
    }

    /// The random bytes themselves, for a backup that brings the account back by itself.
    pub fn entropy(&self) -> &[u8; 32] {
        &self.0
    }

    fn root(&self) -> Key {
        Key::from_bytes(&self.0)
    }
}

impl fmt::Debug for RecoveryPhrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryPhrase(redacted)")
    }
}
