//! Inline markup and links.

use super::paragraph;

fn check(cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        assert_eq!(paragraph(text), *expected, "{text:?}");
    }
}

/// Texts that mean nothing but themselves.
fn literal(texts: &[&str]) {
    for text in texts {
        assert_eq!(paragraph(text), *text);
    }
}

#[test]
fn every_marker_has_its_style() {
    check(&[
        ("**bold**", "{b|bold}"),
        ("*italic*", "{i|italic}"),
        ("_italic_", "{i|italic}"),
        ("~~strike~~", "{s|strike}"),
        ("`code`", "{c|code}"),
        ("||spoiler||", "{h|spoiler}"),
        ("a **b** c", "a {b|b} c"),
        ("*a\nb*", "{i|a\nb}"),
        ("**重点**内容", "{b|重点}内容"),
        ("un*frigging*real", "un{i|frigging}real"),
    ]);
}

#[test]
fn styles_nest() {
    check(&[
        ("**a _b_ c**", "{b|a }{bi|b}{b| c}"),
        ("***both***", "{bi|both}"),
        ("***a** b*", "{bi|a}{i| b}"),
        ("***a* b**", "{bi|a}{b| b}"),
        ("*a **b***", "{i|a }{bi|b}"),
        ("**a *b***", "{b|a }{bi|b}"),
        ("**a***b*", "{b|a}{i|b}"),
        ("***a**", "*{b|a}"),
        ("**a***", "{b|a}*"),
        ("||~~**_x_**~~||", "{bish|x}"),
        ("||a `b` c||", "{h|a }{ch|b}{h| c}"),
        ("*a *b* c*", "{i|a b c}"),
        ("**\"quoted\"**text", "{b|\"quoted\"}text"),
    ]);
}

#[test]
fn markers_without_a_partner_are_text() {
    literal(&[
        "**a",
        "a**",
        "*a**",
        "**a*",
        "~~a",
        "~a~",
        "~~~a~~~",
        "|a|",
        "|||a|||",
        "||a",
        "`a",
        "``a`",
        "_a",
        "a_",
        "****",
        "****a****",
        "a * b * c",
        "a || b || c",
        "** a **",
        "x * a* b",
        "x || a|| b",
        "*",
        "_",
        "\\",
    ]);
}

#[test]
fn pairs_that_cross_are_text() {
    check(&[("*a **b* c**", "{i|a **b} c**"), ("**a ~~b** c~~", "{b|a ~~b} c~~"), ("_a *b_ c*", "{i|a *b} c*")]);
}

#[test]
fn words_and_sums_are_no_markup() {
    literal(&[
        "snake_case_name",
        "__init__",
        "2*3*4 = 24",
        "5*3=15 and 4*2=8",
        "a_b_",
        "_a_b",
        "é_è_ê",
        "^_^ and -_- and ._. >_< >_<",
    ]);
    check(&[
        ("_snake_case_", "{i|snake_case}"),
        ("(_a_).", "({i|a})."),
        ("“_a_” 😀_b_😀", "“{i|a}” 😀{i|b}😀"),
        ("_*a*_", "{i|a}"),
        ("2 *3* 4", "2 {i|3} 4"),
    ]);
}

#[test]
fn code_has_no_markup() {
    check(&[
        ("`*a* _b_ \\ ||c||`", "{c|*a* _b_ \\ ||c||}"),
        ("`` a ` b ``", "{c|a ` b}"),
        ("`` ` ``", "{c|`}"),
        ("` `", "{c| }"),
        ("`a` and `b`", "{c|a} and {c|b}"),
        ("*a `b* c`", "*a {c|b* c}"),
        ("`https://x.org`", "{c|https://x.org}"),
        ("`a\nb`", "`a\nb`"),
        ("``a` b`", "``a{c| b}"),
        ("\\`a`", "`a`"),
        ("\\``a`", "`{c|a}"),
        ("`a\\`", "{c|a\\}"),
    ]);
}

#[test]
fn a_backslash_takes_the_meaning_away() {
    check(&[
        ("\\*a\\*", "*a*"),
        ("\\**a*", "*{i|a}"),
        ("**a\\**", "**a**"),
        ("\\\\*a*", "\\{i|a}"),
        ("\\a \\é \\", "\\a \\é \\"),
        ("https\\://x.org", "https://x.org"),
        ("\\|\\|a||", "||a||"),
    ]);
}

#[test]
fn links_are_found() {
    check(&[
        ("https://example.org", "{l|https://example.org}"),
        ("see HTTP://Example.org/a?b=c&d#e now", "see {l|HTTP://Example.org/a?b=c&d#e} now"),
        ("mailto:mara.m+x@example.org?subject=a", "{l|mailto:mara.m+x@example.org?subject=a}"),
        ("kith:i/1/abc234 and kith:b/1/xyz!", "{l|kith:i/1/abc234} and {l|kith:b/1/xyz}!"),
        ("https://例え.jp/日本", "{l|https://例え.jp/日本}"),
        ("https://[2001:db8::1]/", "{l|https://[2001:db8::1]/}"),
        ("https://x.org/snake_case_name_", "{l|https://x.org/snake_case_name}_"),
        ("链接https://x.org，然后", "链接{l|https://x.org}，然后"),
        ("https://a.b https://c.d", "{l|https://a.b} {l|https://c.d}"),
        ("https://user@x.org/", "{l|https://user@x.org/}"),
        ("https://x.org/\u{202E}gpj", "{l|https://x.org/\u{202E}gpj}"),
    ]);
}

#[test]
fn links_end_before_the_sentence_goes_on() {
    check(&[
        ("https://x.org.", "{l|https://x.org}."),
        ("https://x.org/a,b, c", "{l|https://x.org/a,b}, c"),
        ("https://x.org?!", "{l|https://x.org}?!"),
        ("(https://x.org/a)", "({l|https://x.org/a})"),
        ("(https://x.org/a_(b))", "({l|https://x.org/a_(b)})"),
        ("(see [https://x.org/a].)", "(see [{l|https://x.org/a}].)"),
        ("<https://x.org>", "<{l|https://x.org}>"),
        ("\"https://x.org\"", "\"{l|https://x.org}\""),
        ("\u{2066}https://x.org\u{2069} a", "\u{2066}{l|https://x.org}\u{2069} a"),
        ("mailto:a@b.org.", "{l|mailto:a@b.org}."),
        ("https://x.org/❤\u{FE0F}", "{l|https://x.org/❤\u{FE0F}}"),
    ]);
}

#[test]
fn links_have_the_style_around_them() {
    check(&[
        ("**https://x.org**", "{bl|https://x.org}"),
        ("*https://x.org*", "{il|https://x.org}"),
        ("_https://x.org_", "{il|https://x.org}"),
        ("~~https://x.org~~!", "{sl|https://x.org}!"),
        ("||https://x.org||, b", "{hl|https://x.org}, b"),
        ("||https://x.org||b", "{hl|https://x.org}b"),
        ("**https://x.org**b", "{bl|https://x.org}b"),
        ("~~https://x.org~~b", "{sl|https://x.org}b"),
        ("*a https://x.org/*b*", "{i|a }{il|https://x.org/*b}"),
    ]);
}

#[test]
fn what_only_looks_like_a_link_is_text() {
    literal(&[
        "http://",
        "https://.",
        "https://)",
        "https:// x",
        "https:/x.org",
        "xhttps://x.org",
        "mailto:",
        "mailto:mara",
        "mailto:@x.org",
        "mailto:a@",
        "mailto:a@.b",
        "kith:i/",
        "kith:i//a",
        "kith:x/1/abc",
        "ftp://x.org",
        "javascript:alert",
        "www.x.org",
        "file:///etc/passwd",
    ]);
    // No text that hides where it goes.
    check(&[("[bank](https://evil.org)", "[bank]({l|https://evil.org})")]);
}
