//! Reading what pages say.

use proptest::prelude::*;

use crate::link_preview::{
    entities,
    html::{Head, charset_in, decode, head, head_ends},
};

fn title(html: &str) -> String {
    head(html).title
}

#[test]
fn what_sites_say_first_of_all_counts() {
    let all = "<TITLE lang=en>\n Plain &amp; simple\t</TITLE>
        <meta content='first' property='og:description' /><meta name=description content=second>
        <META PROPERTY=\"og:title\" CONTENT=\"Open > graph\"><meta property=og:image content=a.png>
        <meta property=og:image content=b.png>";
    let expected = Head { title: "Open > graph".into(), description: "first".into(), picture: Some("a.png".into()) };
    assert_eq!(head(all), expected);
    assert_eq!(title("<title>Only this"), "", "what does not end is none");
    assert_eq!(title("<title>One</title><title>Two</title>"), "One");
    assert_eq!(title("<meta name='twitter:title' content=Bird>"), "Bird");
    assert_eq!(title("<meta property=og:title content=''><title>Plain</title>"), "Plain");
    let both = head("<meta name=\"description\" property=\"og:description\" content=\"both\">");
    assert_eq!(both.description, "both");
}

#[test]
fn what_is_no_markup_of_the_page_is_skipped() {
    for hidden in [
        "<!-- <title>no</title> -->",
        "<script>'<title>no</title>'</script>",
        "<style>/*<title>no</title>*/</style>",
        "<noscript><title>no</title></noscript>",
        "<svg><title>no</title></svg>",
        "<a title='<title>no</title>'>",
        "<a b=\"<title>no</title>\" c>",
        "<x =<title>",
        "< title>no</title>",
    ] {
        assert_eq!(title(&format!("{hidden}<title>yes</title>")), "yes", "{hidden}");
    }
    assert_eq!(title("</head><title>no</title>"), "");
    assert_eq!(title("<body><title>no</title>"), "");
    assert_eq!(title("<script><title>no</title>"), "");
    assert_eq!(title("<!-- <title>no</title>"), "");
}

#[test]
fn entities_are_read_once() {
    for (raw, expected) in [
        ("a &lt;b&gt; &quot;c&quot; &#39;d&apos;", "a <b> \"c\" 'd'"),
        ("&amp;lt;", "&lt;"),
        ("caf&eacute; &Uuml;ber &yuml;&nbsp;&iexcl;", "café Über ÿ\u{a0}¡"),
        ("&#8212;&#x2014;&#X1F600;&#151;", "——😀—"),
        ("&#xD800;&#x110000;&#99999999999;&#;&;&unknown;&amp", "&#xD800;&#x110000;&#99999999999;&#;&;&unknown;&amp"),
        ("AT&T & co; R&D", "AT&T & co; R&D"),
    ] {
        assert_eq!(entities::decode(raw), expected);
    }
}

#[test]
fn pages_in_two_charsets_are_read() {
    assert_eq!(charset_in("text/html; charset=UTF-8"), Some("UTF-8"));
    assert_eq!(charset_in("text/html;Charset=\"iso-8859-1\""), Some("iso-8859-1"));
    assert_eq!(charset_in("text/html"), None);
    assert_eq!(decode("é".as_bytes(), None).as_deref(), Some("é"));
    assert_eq!(decode(b"\xef\xbb\xbfbom", None).as_deref(), Some("bom"));
    assert_eq!(decode(b"caf\xe9 \x80 \x93x\x94", Some("windows-1252")).as_deref(), Some("café € “x”"));
    assert_eq!(decode(b"<meta charset=latin1>\xe9", None).as_deref(), Some("<meta charset=latin1>é"));
    assert_eq!(decode("é".as_bytes(), Some("shift_jis")).as_deref(), Some("é"), "it is not true");
    assert_eq!(decode(b"\x83\x65\xff", Some("shift_jis")), None);
    assert_eq!(decode(b"a\xffb", None).as_deref(), Some("a\u{fffd}b"));
}

#[test]
fn the_end_of_a_head_is_seen_where_it_is_cut() {
    let all = b"<head><title>x</title></HEAD><body>";
    for cut in 0..all.len() {
        let seen = head_ends(&all[..cut], 0) || head_ends(all, cut);
        assert!(seen, "cut at {cut}");
    }
    assert!(!head_ends(b"<head><title>x</title>", 0));
}

#[test]
fn hostile_pages_are_read_in_one_pass() {
    for piece in [
        "<",
        "<!--",
        "<title",
        "<title>",
        "<a b='",
        "<meta ",
        "&",
        "&#",
        "<script",
        "</",
        "=",
        "<a =",
        "<meta content=",
    ] {
        let page = piece.repeat(512 * 1024 / piece.len());
        let read = head(&page);
        assert!(read.title.len() <= 64 * 1024 && read.description.is_empty());
    }
}

proptest! {
    #[test]
    fn any_text_is_a_page(text in "(<|>|/|=|'|\"|!--|-->|title|meta|content|property|og:title|script|head|&|;|#|é| |x){0,60}") {
        let read = head(&text);
        prop_assert!(read.title.len() <= text.len() * 3);
    }

    #[test]
    fn any_bytes_are_decoded_or_not(bytes: Vec<u8>, charset in proptest::option::of("[a-z0-9-]{0,12}")) {
        if let Some(text) = decode(&bytes, charset.as_deref()) {
            head(&text);
            entities::decode(&text);
        }
    }

    #[test]
    fn a_title_comes_as_it_was_meant(words in "[a-z <>&\"']{1,40}", before in "[a-z ]{0,20}") {
        let escaped = words.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
        let expected = words.split_whitespace().collect::<Vec<_>>().join(" ");
        prop_assert_eq!(title(&format!("{before}<title>{escaped}</title>")), expected.clone());
        let meta = format!("<meta {before} property=\"og:title\" content=\"{escaped}\">");
        prop_assert_eq!(title(&meta), expected);
    }
}
