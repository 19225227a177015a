use proptest::prelude::*;

use super::{PHRASE_MAX_BYTES, PHRASE_WORDS, PhraseError, RecoveryPhrase};
use crate::tests::{counting, hex};

/// BIP39's own vector for 32 zero bytes.
const ZERO: &str = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon \
    abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon art";

#[test]
fn known_phrase_and_keys() {
    // The keys were computed with Python, independently of this program.
    let phrase = RecoveryPhrase::from_words(ZERO).unwrap();
    assert_eq!(phrase.words().join(" "), ZERO);
    assert_eq!(
        hex(phrase.account_key().seed().as_slice()),
        "dfe647b99fb3b50f951c134ceed85f5ab6dfe59c0605fbe020751765b95a7967"
    );
    assert_eq!(
        hex(phrase.account_key().public().as_bytes()),
        "2116d2c5e3c7a324b144a8a199adce60ef20be7eb446d768110dfc14c0bbb466"
    );

    let phrase = RecoveryPhrase::from_entropy(&counting());
    assert_eq!(
        hex(phrase.account_key().public().as_bytes()),
        "a716fce0b25ff5e8fe9a43dac981f3a84ff47e60015bd343ee75f8ea4b3ecf67"
    );
    assert_eq!(hex(phrase.slot_key().as_bytes()), "eb88cee6a634978a1901db7ef778ddcdd526207bac8882e14f936345a55b99cd");
}

#[test]
fn mistakes_are_named() {
    let error = |words: &str| RecoveryPhrase::from_words(words).unwrap_err();
    assert_eq!(error(""), PhraseError::WordCount { found: 0 });
    assert_eq!(error("abandon abandon art"), PhraseError::WordCount { found: 3 });
    assert_eq!(error(&ZERO.replacen("abandon", "kith", 1)), PhraseError::UnknownWord { position: 1 });
    assert_eq!(error(&ZERO.replace("art", "zzz")), PhraseError::UnknownWord { position: 24 });
    assert_eq!(error(&ZERO.replace("art", "abandon")), PhraseError::Checksum);
    assert_eq!(error(&"art ".repeat(300)), PhraseError::TooLong { limit_bytes: PHRASE_MAX_BYTES });
    assert_eq!(error(&ZERO.replace("art", "ａｒｔ")), PhraseError::UnknownWord { position: 24 });
}

#[test]
fn case_and_spacing_do_not_matter() {
    let sloppy = format!("  {}\n", ZERO.to_uppercase().replace(' ', "\n\t"));
    let phrase = RecoveryPhrase::from_words(&sloppy).unwrap();
    assert_eq!(phrase.words().join(" "), ZERO);
}

#[test]
fn new_phrases_differ() {
    assert_ne!(RecoveryPhrase::generate().words(), RecoveryPhrase::generate().words());
}

proptest! {
    #[test]
    fn words_carry_the_whole_secret(entropy in any::<[u8; 32]>()) {
        let words = RecoveryPhrase::from_entropy(&entropy).words();
        prop_assert_eq!(words.len(), PHRASE_WORDS);
        let phrase = RecoveryPhrase::from_words(&words.join(" ")).unwrap();
        prop_assert_eq!(phrase.entropy(), &entropy);
    }

    #[test]
    fn any_text_is_refused_cleanly(text in "\\PC{0,2000}") {
        prop_assert!(RecoveryPhrase::from_words(&text).is_err());
    }
}
