//! Previews of links: what is taken of them, and what is not.

use kith_wire::limits::{LINK_DESCRIPTION_MAX_CHARS, LINK_TITLE_MAX_CHARS, PICTURE_MAX_BYTES};
use kith_wire::web::{has_link, host, is_web_link};
use kith_wire::{Body, LinkPreview, Picture, PictureFormat};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::samples::{PIXEL, text_of};

const LINK: &str = "https://kith.example/about";

fn preview() -> LinkPreview {
    LinkPreview::create(LINK, "About", "What it is", Some(PIXEL.to_vec())).unwrap()
}

/// What a recipient gets of a text with this preview.
fn received(text: &str, preview: LinkPreview) -> Option<LinkPreview> {
    let sent = written(text, Some(preview));
    match Body::decode(Body::TEXT, &sent.encode()) {
        Ok(Body::Text { text: got, preview, .. }) => {
            assert_eq!(got, kith_wire::text::clean_text(text), "whatever the preview is, the text stays");
            preview
        }
        other => panic!("{other:?}"),
    }
}

fn written(text: &str, preview: Option<LinkPreview>) -> Body {
    text_of(text.into(), preview, Vec::new())
}

#[test]
fn a_preview_comes_as_it_was_sent() {
    let text = format!("see {LINK}.");
    assert_eq!(written(&text, Some(preview())).check(), Ok(()));
    assert_eq!(received(&text, preview()), Some(preview()));
}

#[test]
fn a_preview_that_lies_or_is_too_large_costs_itself_and_not_the_text() {
    let text = format!("see {LINK}");
    let lies = [
        LinkPreview { url: "https://kith.example".into(), ..preview() },
        LinkPreview { url: "https://evil.example/".into(), ..preview() },
        LinkPreview { url: "about".into(), ..preview() },
        LinkPreview { title: "é".repeat(LINK_TITLE_MAX_CHARS + 1), ..preview() },
        LinkPreview { description: "é".repeat(LINK_DESCRIPTION_MAX_CHARS + 1), ..preview() },
        LinkPreview { title: String::new(), description: " \u{202e} ".into(), picture: None, ..preview() },
    ];
    for (index, lie) in lies.into_iter().enumerate() {
        assert!(written(&text, Some(lie.clone())).check().is_err(), "case {index} is sent");
        assert_eq!(received(&text, lie), None, "case {index} is shown");
    }
    let text = "see javascript:alert(1) and mailto:a@b.example and https://me@kith.example/";
    for url in ["javascript:alert(1)", "mailto:a@b.example", "https://me@kith.example/"] {
        assert_eq!(received(text, LinkPreview { url: url.into(), ..preview() }), None, "{url}");
    }
}

#[test]
fn texts_in_a_preview_are_cleaned() {
    let text = format!("see {LINK}");
    let hostile = LinkPreview { title: "\u{202e}moc.knab\u{2067}\u{0}\n bank".into(), ..preview() };
    assert!(written(&text, Some(hostile.clone())).check().is_err(), "it is cleaned before it is sent");
    assert_eq!(received(&text, hostile).unwrap().title, "moc.knab bank");
    let made = LinkPreview::create(LINK, " a\n\t b \u{202e}", &"x ".repeat(600), None).unwrap();
    assert_eq!(made.title, "a b");
    assert!(made.description.chars().count() <= LINK_DESCRIPTION_MAX_CHARS && made.picture.is_none());
}

#[test]
fn a_picture_is_small_by_its_own_header_or_left_out() {
    let text = format!("see {LINK}");
    let sized = |width: u32, height: u32, length: usize| {
        let mut bytes = PIXEL.to_vec();
        bytes[16..20].copy_from_slice(&width.to_be_bytes());
        bytes[20..24].copy_from_slice(&height.to_be_bytes());
        bytes.resize(length, 0);
        bytes
    };
    let got = |bytes: Vec<u8>| {
        // As another program may send it.
        let mut sent = LinkPreview { picture: None, ..preview() }.encode();
        sent.push(0x22);
        prost::encode_length_delimiter(bytes.len(), &mut sent).unwrap();
        sent.extend(bytes);
        LinkPreview::decode(&sent, &text).expect("the words stay").picture
    };
    assert_eq!(got(sized(480, 480, 100)).unwrap().size(), (480, 480));
    assert!(got(sized(480, 480, PICTURE_MAX_BYTES)).is_some());
    for bad in [
        sized(481, 1, 100),
        sized(1, 481, 100),
        sized(0, 1, 100),
        sized(u32::MAX, u32::MAX, 100),
        sized(1, 1, PICTURE_MAX_BYTES + 1),
        b"GIF89a\x01\0\x01\0".to_vec(),
        b"<svg/>".to_vec(),
        Vec::new(),
    ] {
        assert_eq!(got(bad), None);
    }
}

#[test]
fn headers_of_three_formats_are_read() {
    let read = |bytes: &[u8]| Picture::read(bytes.to_vec()).map(|picture| (picture.format(), picture.size()));
    assert_eq!(read(&PIXEL), Some((PictureFormat::Png, (1, 1))));
    let jpeg = b"\xff\xd8\xff\xe0\x00\x04JF\xff\xfe\x00\x03x\xff\xc0\x00\x11\x08\x00\x50\x00\x78\x03\x01\x22\x00";
    assert_eq!(read(jpeg), Some((PictureFormat::Jpeg, (120, 80))));
    let lossy = b"RIFF\0\0\0\0WEBPVP8 \0\0\0\0\0\0\0\x9d\x01\x2a\x78\x00\x50\x00";
    assert_eq!(read(lossy), Some((PictureFormat::WebP, (120, 80))));
    let packed = 119_u32 | 79 << 14;
    let lossless = [b"RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f".as_slice(), &packed.to_le_bytes()].concat();
    assert_eq!(read(&lossless), Some((PictureFormat::WebP, (120, 80))));
    let extended = b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\x77\0\0\x4f\0\0";
    assert_eq!(read(extended), Some((PictureFormat::WebP, (120, 80))));
}

#[test]
fn a_link_stands_in_a_text_by_itself() {
    let url = "https://kith.example";
    for text in [
        url.to_owned(),
        format!("see {url}, please"),
        format!("({url})."),
        format!("**{url}**"),
        format!("<{url}>"),
        format!("{url}\nmore"),
        format!("“{url}”"),
        format!("{url}.evil.example and {url}"),
    ] {
        assert!(has_link(&text, url), "{text}");
    }
    for text in [
        String::new(),
        format!("{url}.evil.example"),
        format!("{url}/path"),
        format!("{url}:81"),
        format!("{url}@evil.example"),
        format!("x{url}"),
        "kith.example".to_owned(),
    ] {
        assert!(!has_link(&text, url), "{text}");
    }
}

#[test]
fn hosts_are_what_a_link_leads_to() {
    for (url, expected) in [
        ("https://kith.example/a?b#c", Some("kith.example")),
        ("HTTP://kith.example:8080", Some("kith.example")),
        ("https://kith.example?@evil.example", Some("kith.example")),
        ("https://[2001:db8::1]:80/", Some("[2001:db8::1]")),
        ("https://kith.example@evil.example/", None),
        ("https:///path", None),
        ("https://", None),
        ("ftp://kith.example", None),
    ] {
        assert_eq!(host(url), expected, "{url}");
    }
    assert!(!is_web_link("https://kith.example/\u{202e}gpj.exe"));
    assert!(!is_web_link("https://kith.example\\@evil.example"));
    assert!(!is_web_link(&format!("https://kith.example/{}", "x".repeat(2048))));
}

proptest! {
    #[test]
    fn any_bytes_are_a_preview_of_the_text_or_none(bytes in vec(any::<u8>(), 0..400), text in ".{0,80}") {
        if let Some(preview) = LinkPreview::decode(&bytes, &text) {
            prop_assert!(has_link(&text, &preview.url));
        }
    }

    #[test]
    fn what_is_made_is_read_back(title in ".{0,300}", about in ".{0,700}", junk in vec(any::<u8>(), 0..64)) {
        let made = LinkPreview::create(LINK, &title, &about, Some(junk));
        if let Some(made) = made {
            let text = format!("{LINK} and more");
            prop_assert_eq!(LinkPreview::decode(&made.encode(), &text), Some(made));
            prop_assert_eq!(LinkPreview::decode(&LinkPreview::create(LINK, &title, &about, None).unwrap().encode(), "x"), None);
        }
    }

    #[test]
    fn any_bytes_are_a_small_picture_or_none(start in 0_usize..5, bytes in vec(any::<u8>(), 0..200)) {
        let starts: [&[u8]; 5] =
            [b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f", b"RIFF\0\0\0\0WEBPVP8X"];
        if let Some(picture) = Picture::read([starts[start], &bytes].concat()) {
            let (width, height) = picture.size();
            prop_assert!((1..=480).contains(&width) && (1..=480).contains(&height));
        }
    }

    #[test]
    fn whatever_stands_around_a_link_it_is_only_found_whole(before in ".{0,5}", after in "[a-z0-9/%-]{1,5}") {
        let text = format!("{before}{LINK}{after}");
        prop_assert!(!has_link(&text, LINK));
    }
}
