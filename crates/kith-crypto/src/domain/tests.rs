use super::{ALL, HashLabel, KdfInfo, SignContext};

#[test]
fn strings_are_unique_and_none_is_a_prefix_of_another() {
    for (index, one) in ALL.iter().enumerate() {
        for (other_index, other) in ALL.iter().enumerate() {
            assert!(index == other_index || !other.starts_with(one), "{one} begins {other}");
        }
    }
}

#[test]
fn strings_fit_where_they_are_used() {
    for text in ALL {
        assert!((1..=255).contains(&text.len()), "{text}: its length is signed as one byte");
        assert!(text.bytes().all(|byte| byte.is_ascii_graphic()), "{text}: a zero byte ends it in a derivation");
    }
}

#[test]
fn the_registry_lists_what_the_constants_say() {
    for text in [
        SignContext::IDENTITY_LOG.as_str(),
        SignContext::INVITE_BUNDLE.as_str(),
        KdfInfo::INVITE_BUNDLE.as_str(),
        KdfInfo::ENVELOPE_KEY_ID.as_str(),
        HashLabel::KEM_PUBLIC.as_str(),
    ] {
        assert!(ALL.contains(&text), "{text}");
    }
}
