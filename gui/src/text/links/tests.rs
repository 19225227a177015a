use std::borrow::Cow;

use proptest::prelude::*;

use super::*;

#[test]
fn the_host_is_where_it_leads() {
    for (url, expected) in [
        ("https://example.org/path?query#part", Some("example.org")),
        ("HTTP://Example.ORG", Some("Example.ORG")),
        ("https://example.org:8443/", Some("example.org")),
        ("https://bank.com@evil.org/", Some("evil.org")),
        ("https://bank.com:login@evil.org:80/@x", Some("evil.org")),
        ("https://a@bank.com@evil.org/", Some("evil.org")),
        ("https://evil.org\\@bank.com/", Some("evil.org")),
        ("https://evil.org?@bank.com/", Some("evil.org")),
        ("https://evil.org#@bank.com/", Some("evil.org")),
        ("https://[2001:db8::1]:80/", Some("[2001:db8::1]")),
        ("https://例え.jp/", Some("例え.jp")),
        ("https:///path", None),
        ("https://:80/", None),
        ("https:example.org", None),
        ("mailto:a@b.org", None),
        ("kith:i/1/abc", None),
        ("", None),
        ("äöü", None),
    ] {
        assert_eq!(host(url), expected, "{url:?}");
    }
}

#[test]
fn honest_links_are_not_suspicious() {
    for url in [
        "https://example.org/a_(b)?c=d@e#f",
        "http://localhost:8080/",
        "https://bücher.de/",
        "https://例え.jp/日本",
        "https://日本語.com",
        "https://ひらがなカタカナ漢字a.jp/",
        "https://한국.kr/",
        "https://почта.рф/",
        "https://דוגמה.co.il/",
        "https://مثال.com/",
        "https://می\u{200C}خواهم.com/",
        "https://हिन्दी.भारत/",
        "https://xn.org/",
        "https://192.168.0.1/",
        "https://[::1]/",
        "https://example.org/❤\u{FE0F}",
        "mailto:mara@example.org?subject=x@50%25",
        "mailto:mara",
        "kith:i/1/abcdef",
        "kith:b/1/abcdef",
    ] {
        assert!(!is_suspicious(url), "{url:?}");
    }
}

#[test]
fn links_that_pretend_are_suspicious() {
    for url in [
        "https://bank.com@evil.org/",
        "https://@evil.org/",
        "https://bank.com:pass@evil.org/",
        "https://xn--80ak6aa92e.com/",
        "https://www.XN--80ak6aa92e.com/",
        // Cyrillic а in a Latin word, a wholly Cyrillic word with a Latin ending, a Greek omicron.
        "https://p\u{430}ypal.com/",
        "https://аррӏе.com/",
        "https://g\u{3BF}ogle.com/",
        "https://שaלום.co.il/",
        "https://exa\u{301}mple.org/",
        "https://ｅｘａｍｐｌｅ.org/",
        "https://𝐞𝐱𝐚𝐦𝐩𝐥𝐞.org/",
        "https://ex\u{251}mple.org/",
        "https://evil。org/",
        "https://%65vil.org/",
        "https://bank.com\u{2215}login.evil.org/",
        "https://example.org/\u{202E}gpj.exe",
        "https://exa\u{200B}mple.org/",
        "https://exa\u{200C}mple.org/",
        "https://example.org/\u{2066}",
        "https://example.org/\nx",
        "https:///evil.org",
        "https:evil.org",
        "https://[evil]/",
        "mailto:mara@p\u{430}ypal.com",
        "mailto:b@xn--80ak6aa92e.com,a@example.org?subject=x",
        "kith:i/1/\u{202E}abc",
    ] {
        assert!(is_suspicious(url), "{url:?}");
    }
}

#[test]
fn hidden_characters_are_spelled_out() {
    for (name, expected) in [
        ("photo\u{202E}gpj.exe", "photo⟪RLO⟫gpj.exe"),
        ("\u{2066}a\u{2069}", "⟪LRI⟫a⟪PDI⟫"),
        ("Ma\u{200B}ra", "Ma⟪ZWSP⟫ra"),
        ("Ma\u{200D}ra", "Ma⟪ZWJ⟫ra"),
        ("Ma\u{200C}ra", "Ma⟪ZWNJ⟫ra"),
        ("a\u{AD}b\u{FEFF}c\u{2060}d", "a⟪SHY⟫b⟪BOM⟫c⟪WJ⟫d"),
        ("\u{200E}a\u{200F}b\u{61C}", "⟪LRM⟫a⟪RLM⟫b⟪ALM⟫"),
        ("a\nb\tc\r\0\u{85}\u{2028}", "a⟪LF⟫b⟪TAB⟫c⟪CR⟫⟪U+0000⟫⟪U+0085⟫⟪LS⟫"),
        ("\u{3164}\u{2800}", "⟪U+3164⟫⟪U+2800⟫"),
        ("a\u{FE0F}", "a⟪U+FE0F⟫"),
        ("a\u{E0041}\u{E0100}", "a⟪U+E0041⟫⟪U+E0100⟫"),
        ("😀\u{E0041}", "😀⟪U+E0041⟫"),
        ("👩\u{200D}", "👩⟪ZWJ⟫"),
        ("👩\u{200D}a", "👩⟪ZWJ⟫a"),
        ("می\u{200C}\u{200C}خواهم", "می⟪ZWNJ⟫⟪ZWNJ⟫خواهم"),
        ("سلام\u{200C}", "سلام⟪ZWNJ⟫"),
    ] {
        assert_eq!(safe_name(name), expected, "{name:?}");
    }
}

#[test]
fn names_that_hide_nothing_stay_as_they_are() {
    for name in [
        "",
        "Mara",
        "José",
        "Jose\u{301}",
        "שָׁלוֹם",
        "👨‍👩‍👧 family",
        "🏳️‍🌈❤️☺\u{FE0E}",
        "👨🏽‍👩🏽‍👧🏽",
        "1️⃣",
        "🏴\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}",
        "می\u{200C}خواهم",
        "क्\u{200D}ष",
        "र\u{94D}\u{200D}",
        "葛\u{E0100}",
        "ᠠ\u{180B}",
        "日本　語",
    ] {
        assert!(matches!(safe_name(name), Cow::Borrowed(_)), "{name:?}");
    }
}

proptest! {
    #[test]
    fn a_safe_name_is_safe(
        name in "[ab\u{202A}-\u{202E}\u{2066}-\u{2069}\u{200B}-\u{200F}\u{FE0F}👩🏽❤میक्日\n]{0,20}|.{0,20}",
    ) {
        let safe = safe_name(&name).into_owned();
        let turns = |c| matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
        prop_assert!(!safe.chars().any(|c| turns(c) || c.is_control()));
        prop_assert_eq!(safe_name(&safe), safe.as_str());
        let seen = |text: &str| text.chars().filter(|c| !is_invisible(*c) && !c.is_control()).collect::<String>();
        prop_assert!(seen(&safe).len() >= seen(&name).len());
    }

    #[test]
    fn no_link_panics(url in "(https?://|mailto:|)(//|[/@:\\[\\]?#.,%\\\\]|xn--|[a-zа-яא-ת日\u{202E}]|.){0,20}") {
        if let Some(host) = host(&url) {
            prop_assert!(url.contains(host) && !host.contains(['/', '\\', '@', '?', '#']));
        }
        let _: bool = is_suspicious(&url);
    }
}

#[test]
fn a_bootstrap_link_says_which_node_it_leads_to() {
    let link = "kith:b/1/a4eascqlbqgq4dyqcejbgfavcylrqgi2dmob2hq7eaqseizeeuteaaican4hq6dy";
    let start = "0708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425";
    for (link, expected) in [
        (link.to_owned(), Some(start)),
        (format!("  {}\n", link.to_uppercase()), Some(start)),
        (link.chars().take(70).collect(), Some(start)),
        (link.chars().take(40).collect(), None),
        (link.replace("/1/", "/2/"), None),
        (link.replacen("bqg", "b1g", 1), None),
        ("kith:i/1/abc".to_owned(), None),
        (format!("kith:b/1/{}", "ä".repeat(60)), None),
        (String::new(), None),
    ] {
        assert_eq!(transport_in(&link).as_deref(), expected, "{link}");
    }
}
