//! Six words to say on the telephone, which stand for a key for a few minutes.
//!
//! The words are of BIP39's English list, 2048 that are told apart by their first four letters, so six are 66 bits. There
//! is no checksum: a wrong word finds nothing. Whoever keeps what the key opens could try all codes, each of which costs
//! them [`Stretch::Light`]: 2^65 times a tenth of a second.

use std::fmt;

use bip39::Language;
use zeroize::Zeroizing;

use crate::domain::HashLabel;
use crate::keystore::{KeystoreError, Stretch};
use crate::seal::{Key, random_bytes};

#[cfg(test)]
mod tests;

/// Words in a code.
pub const SPOKEN_WORDS: usize = 6;
/// Longest text that is looked at: six words of at most eight letters, with generous spacing.
pub const SPOKEN_MAX_BYTES: usize = 256;
/// The list has 2^11 words.
const WORD_BITS: u16 = 11;

/// Six words, a secret for as long as what they lead to is there.
pub struct SpokenCode(Zeroizing<String>);

/// Why a text is no code. Carries no word of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SpokenError {
    /// The text is far too long.
    #[error("the words are longer than {limit_bytes} bytes")]
    TooLong {
        /// What is accepted, in bytes.
        limit_bytes: usize,
    },
    /// Not six words.
    #[error("a spoken code has {SPOKEN_WORDS} words, this has {found}")]
    WordCount {
        /// How many words there are.
        found: usize,
    },
    /// A word that is not in the list.
    #[error("word number {position} is not one of those that codes are made of")]
    UnknownWord {
        /// Which word, counted from one.
        position: usize,
    },
}

impl SpokenCode {
    /// A new random code.
    #[must_use]
    pub fn generate() -> Self {
        let random: [u8; 2 * SPOKEN_WORDS] = random_bytes();
        let random = Zeroizing::new(random);
        let (pairs, _) = random.as_chunks::<2>();
        // Every word is the remainder of as many numbers.
        let words = pairs.iter().filter_map(|pair| word(u16::from_be_bytes(*pair) % (1 << WORD_BITS)));
        Self(join(words))
    }

    /// Reads six words. Letter case does not matter; between words may be blanks, commas, full stops or hyphens.
    ///
    /// # Errors
    /// [`SpokenError`] says what to correct.
    pub fn parse(text: &str) -> Result<Self, SpokenError> {
        if text.len() > SPOKEN_MAX_BYTES {
            return Err(SpokenError::TooLong { limit_bytes: SPOKEN_MAX_BYTES });
        }
        let lower = Zeroizing::new(text.to_ascii_lowercase());
        let words = || lower.split(|c: char| c.is_whitespace() || ",.-".contains(c)).filter(|word| !word.is_empty());
        let found = words().count();
        if found != SPOKEN_WORDS {
            return Err(SpokenError::WordCount { found });
        }
        match words().position(|word| Language::English.find_word(word).is_none()) {
            Some(at) => Err(SpokenError::UnknownWord { position: at + 1 }),
            None => Ok(Self(join(words()))),
        }
    }

    /// The words in lower case with one blank between.
    #[must_use]
    pub fn words(&self) -> &str {
        &self.0
    }

    /// The key they stand for. Takes about a tenth of a second and 64 MiB.
    ///
    /// # Errors
    /// If there is not enough memory.
    pub fn stretch(&self) -> Result<Key, KeystoreError> {
        // Everybody has to find the same place from the words alone, so the salt is the same for all.
        let salt = HashLabel::SPOKEN_SALT.hash(&[]);
        let (salt, _) = salt.split_first_chunk().ok_or(KeystoreError::Damaged)?;
        Stretch::Light.apply(&self.0, salt)
    }
}

/// In one allocation, so that no other copy of the secret is left behind.
fn join<'a>(words: impl Iterator<Item = &'a str>) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(SPOKEN_MAX_BYTES));
    for word in words {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(word);
    }
    text
}

fn word(index: u16) -> Option<&'static str> {
    Language::English.word_list().get(usize::from(index)).copied()
}

impl fmt::Debug for SpokenCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SpokenCode(redacted)")
    }
}
