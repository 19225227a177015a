use proptest::prelude::*;

use super::*;

#[test]
fn one_to_three_emoji_are_counted() {
    for (text, expected) in [
        ("😀", Some(1)),
        ("😀😂👍", Some(3)),
        (" 😀 😂\n", Some(2)),
        ("😀😂👍🎉", None),
        ("", None),
        ("  ", None),
        ("😀a", None),
        ("a😀", None),
        ("😀.", None),
        ("😀\n😀", None),
    ] {
        assert_eq!(only_emoji(text), expected, "{text:?}");
    }
}

#[test]
fn sequences_are_one_emoji() {
    for text in [
        "👨‍👩‍👧",
        "🏳️‍🌈",
        "🏳\u{200D}🌈",
        "❤️",
        "❤️‍🔥",
        "👍🏽",
        "☝🏽",
        "🇸🇪",
        "🏴\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}",
        "1️⃣",
        "#\u{20E3}",
        "©\u{FE0F}",
        "😀\u{FE0F}",
        "🧑🏻‍💻",
    ] {
        assert_eq!(only_emoji(text), Some(1), "{text:?}");
    }
    assert_eq!(only_emoji("🇸🇪🇩🇪"), Some(2));
}

#[test]
fn sequences_nobody_draws_as_one_count_by_their_parts() {
    assert_eq!(only_emoji("👨🏽‍👩🏽‍👧🏽"), Some(3));
    assert_eq!(only_emoji(&["😀"; 400].join("\u{200D}")), None);
    assert_eq!(only_emoji("❤\u{200D}😀"), Some(2));
    assert_eq!(only_emoji("👩\u{200D}"), None);
    assert_eq!(only_emoji("👩\u{200D}a"), None);
}

#[test]
fn text_is_no_emoji() {
    for text in [
        "1",
        "123",
        "#",
        "*",
        "©",
        "™",
        "®",
        "☺",
        "❤\u{FE0E}",
        "1\u{FE0F}",
        "🇸",
        "🇦🇦",
        "🏽",
        "★",
        "→",
        "\u{FE0F}",
        "\u{200D}",
    ] {
        assert_eq!(only_emoji(text), None, "{text:?}");
    }
}

#[test]
fn names_are_completed() {
    let smi = shortcode_matches("smi", 4);
    assert_eq!(smi[..2], [("smiley", "😃"), ("smile", "😄")]);
    assert_eq!(smi.len(), 4);
    assert!(smi.iter().all(|(name, _)| name.starts_with("smi")));
    assert_eq!(shortcode_matches("SMILE", 1), [("smile", "😄")]);
    assert_eq!(shortcode_matches("+1", 5), [("+1", "👍")]);
    assert_eq!(shortcode_matches("", 5), []);
    assert_eq!(shortcode_matches("smi", 0), []);
    assert_eq!(shortcode_matches("no such emoji", 5), []);
}

#[test]
fn the_whole_name_comes_first_and_later_words_last() {
    let hearts = shortcode_matches("heart", 400);
    assert_eq!(hearts[0], ("heart", "❤️"));
    let first_later = hearts.iter().position(|(name, _)| !name.starts_with("heart")).unwrap();
    assert!(first_later > 1);
    assert!(hearts[first_later..].iter().all(|(name, _)| !name.starts_with("heart")));
    assert!(hearts.contains(&("broken_heart", "💔")));
    // 👍 is +1 and thumbsup; it is listed once.
    assert_eq!(shortcode_matches("thumbs", 9), [("thumbsup", "👍"), ("thumbsdown", "👎")]);
    assert_eq!(shortcode_matches("1", 9).iter().filter(|(_, emoji)| *emoji == "👍").count(), 0);
}

proptest! {
    #[test]
    fn what_is_counted_is_all_emoji(text in "[😀👍🏽1©️\u{200D}🇸🇪❤ a]{0,8}") {
        if let Some(count) = only_emoji(&text) {
            prop_assert!((1..=3).contains(&count));
            prop_assert!(text.chars().all(|c| c != 'a'));
            prop_assert!(!text.trim().is_ascii());
        }
    }

    #[test]
    fn an_emoji_of_the_list_is_one(index in 0usize..1900) {
        let emoji = emojis::iter().nth(index).map(|emoji| emoji.as_str());
        prop_assert_eq!(emoji.and_then(only_emoji), emoji.map(|_| 1));
    }
}
