use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::tests::hex;

#[test]
fn known_words_and_keys() {
    // Computed with Python (argon2-cffi and blake3), independently of this program.
    let known = [
        ("abandon ability able about above absent", "8620f73c6ea3762b011eb0f32be69412bee6a831c8bd3108eecfc6470967ac2d"),
        ("zoo zoo zoo zoo zoo zoo", "0f014451e03d0fdddac1713d72400c33268616e060c66d2a32042f3240f2fe6e"),
    ];
    for (words, key) in known {
        assert_eq!(hex(SpokenCode::parse(words).unwrap().stretch().unwrap().as_bytes()), key);
    }
}

#[test]
fn mistakes_are_named() {
    let error = |text: &str| SpokenCode::parse(text).unwrap_err();
    assert_eq!(error(""), SpokenError::WordCount { found: 0 });
    assert_eq!(error("zoo zoo zoo zoo zoo"), SpokenError::WordCount { found: 5 });
    assert_eq!(error("zoo zoo zoo zoo zoo zoo zoo"), SpokenError::WordCount { found: 7 });
    assert_eq!(error("zoo zoo kith zoo zoo zoo"), SpokenError::UnknownWord { position: 3 });
    assert_eq!(error("zoo zoo zoo zoo zoo ｚｏｏ"), SpokenError::UnknownWord { position: 6 });
    assert_eq!(error(&"zoo ".repeat(65)), SpokenError::TooLong { limit_bytes: SPOKEN_MAX_BYTES });
}

#[test]
fn how_they_are_written_down_does_not_matter() {
    let code = SpokenCode::parse(" Zoo, able-ABOUT\n above.  absent abandon. ").unwrap();
    assert_eq!(code.words(), "zoo able about above absent abandon");
    assert_eq!(format!("{code:?}"), "SpokenCode(redacted)");
}

#[test]
fn new_codes_are_of_all_words() {
    let codes: Vec<SpokenCode> = (0..4000).map(|_| SpokenCode::generate()).collect();
    let all: BTreeSet<&str> = codes.iter().flat_map(|code| code.words().split(' ')).collect();
    // Of 24,000 random words all 2048 occur, but for about one in sixty.
    assert!(all.len() > 2030, "{} words", all.len());
    let different: BTreeSet<&str> = codes.iter().map(SpokenCode::words).collect();
    assert_eq!(different.len(), codes.len());
}

proptest! {
    #[test]
    fn no_text_is_too_odd(text in any::<String>()) {
        if let Ok(code) = SpokenCode::parse(&text) {
            prop_assert_eq!(code.words().split(' ').count(), SPOKEN_WORDS);
        }
    }
}
