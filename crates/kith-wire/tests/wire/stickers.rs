//! Small pictures: their caps, their names, and what is believed of their bytes.

use kith_wire::limits::{
    BODY_MAX, EMOJI_PICTURE_MAX_BYTES, EMOJI_PICTURES_MAX, INNER_MAX, KEPT_BODY_MAX, PICTURE_MAX_BYTES,
    SMALL_PICTURE_MAX_SIDE, STICKER_MAX_BYTES, TEXT_MAX_BYTES,
};
use kith_wire::text::is_picture_name;
use kith_wire::{Body, Hlc, LinkPreview, MsgId, PictureId, SmallPicture, Sticker, Sync};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::samples::{PIXEL, edit, inner, picture, sticker, text_of};

fn text(pictures: Vec<SmallPicture>) -> Body {
    text_of("x".into(), None, pictures)
}

fn sized(bytes: usize) -> SmallPicture {
    SmallPicture { png: vec![7; bytes], ..picture("party") }
}

fn named(name: &str) -> Body {
    Body::Sticker(Sticker { picture: picture(name), ..sticker() })
}

#[test]
fn pictures_over_a_cap_are_neither_sent_nor_taken() {
    let sticker_of = |picture| Body::Sticker(Sticker { picture, ..sticker() });
    let target = MsgId::from_bytes([1; 16]);
    let cases = [
        sticker_of(sized(STICKER_MAX_BYTES + 1)),
        sticker_of(sized(0)),
        Body::Sticker(Sticker { expires_s: Some(u32::MAX), ..sticker() }),
        text(vec![sized(EMOJI_PICTURE_MAX_BYTES + 1)]),
        text(vec![sized(0)]),
        text(vec![picture("party"); EMOJI_PICTURES_MAX + 1]),
        edit(target, "x".into(), vec![sized(EMOJI_PICTURE_MAX_BYTES + 1)]),
        edit(target, "x".into(), vec![picture("party"); EMOJI_PICTURES_MAX + 1]),
        text(vec![picture("two words")]),
        named(""),
        named(":party:"),
        named("12"),
        named("a\u{202e}b"),
        named("a\nb"),
        named(&"é".repeat(33)),
    ];
    for (index, body) in cases.into_iter().enumerate() {
        assert!(body.check().is_err(), "case {index} is sent");
        assert!(Body::decode(body.kind(), &body.encode()).is_err(), "case {index} is taken");
    }
}

#[test]
fn the_largest_still_fit_into_an_envelope_and_into_what_gives_them_back() {
    let pictures = vec![SmallPicture { name: "愛".repeat(32), ..sized(EMOJI_PICTURE_MAX_BYTES) }; EMOJI_PICTURES_MAX];
    let longest = "x".repeat(TEXT_MAX_BYTES);
    let bodies = [
        Body::Text {
            text: longest.clone(),
            reply_to: Some(MsgId::from_bytes([1; 16])),
            forwarded: true,
            expires_s: Some(60),
            preview: None,
            pictures: pictures.clone(),
        },
        edit(MsgId::from_bytes([1; 16]), longest, pictures),
        Body::Sticker(Sticker { picture: sized(STICKER_MAX_BYTES), ..sticker() }),
    ];
    for body in bodies {
        body.check().unwrap();
        let returned = Body::Sync(Sync::Returned {
            kind: body.kind(),
            msg: MsgId::from_bytes([1; 16]),
            hlc: Hlc::from_u64(u64::MAX),
            parents: vec![[2; 16]; 4],
            body: body.encode(),
            proof: [3; 16],
        });
        for body in [body, returned] {
            assert!(body.encode().len() <= BODY_MAX);
            assert_eq!(Body::decode(body.kind(), &body.encode()).unwrap(), body);
            assert!(inner(body).encode().len() <= INNER_MAX);
        }
    }
}

#[test]
fn a_preview_that_does_not_fit_beside_the_pictures_is_left_out() {
    let link = "https://kith.example/about";
    let mut page = PIXEL.to_vec();
    page.resize(PICTURE_MAX_BYTES, 0);
    let preview = LinkPreview::create(link, "About", "What it is", Some(page)).unwrap();
    let pictures = |count| vec![sized(EMOJI_PICTURE_MAX_BYTES); count];
    let small = text_of(format!("see {link}"), Some(preview.clone()), pictures(EMOJI_PICTURES_MAX - 1));
    assert_eq!(small.check(), Ok(()));
    assert_eq!(small.clone().without_excess(), small);
    assert_eq!(Body::decode(Body::TEXT, &small.encode()).unwrap(), small);
    // Within what one body may have, and over what can be given back.
    let over = KEPT_BODY_MAX + 64 - small.encode().len();
    let text = format!("see {link} {}", "x".repeat(over));
    let large = text_of(text.clone(), Some(preview), pictures(EMOJI_PICTURES_MAX - 1));
    let whole = text_of(text, None, pictures(EMOJI_PICTURES_MAX - 1));
    assert!(large.encode().len() <= BODY_MAX && large.check().is_err());
    assert_eq!(Body::decode(Body::TEXT, &large.encode()).unwrap(), whole, "as another program may send it");
    assert_eq!(large.without_excess(), whole);
    assert_eq!(whole.check(), Ok(()));
}

#[test]
fn a_name_is_letters_and_digits_of_any_script() {
    for good in ["party", "+1", "a", "größe_2", "愛", "x-y", "مرحبا", "3d"] {
        assert!(is_picture_name(good), "{good}");
    }
    for bad in ["", "30", "a b", "a:b", "😀", "a\u{200d}", "a\u{202e}", &"a".repeat(33)] {
        assert!(!is_picture_name(bad), "{bad}");
    }
}

#[test]
fn a_picture_says_its_size_or_is_none() {
    let good = picture("party");
    assert_eq!(good.size(), Some((1, 1)));
    assert_eq!(good.id(), PictureId::of(&good.png));
    let with_side = |width: u32, height: u32| {
        let mut png = good.png.clone();
        png[16..20].copy_from_slice(&width.to_be_bytes());
        png[20..24].copy_from_slice(&height.to_be_bytes());
        SmallPicture { png, ..good.clone() }.size()
    };
    assert_eq!(
        with_side(SMALL_PICTURE_MAX_SIDE, SMALL_PICTURE_MAX_SIDE),
        Some((SMALL_PICTURE_MAX_SIDE, SMALL_PICTURE_MAX_SIDE))
    );
    for (width, height) in
        [(0, 1), (1, 0), (SMALL_PICTURE_MAX_SIDE + 1, 1), (1, SMALL_PICTURE_MAX_SIDE + 1), (u32::MAX, u32::MAX)]
    {
        assert_eq!(with_side(width, height), None, "{width} x {height}");
    }
    for other in [&b"GIF89a"[..], b"RIFF\0\0\0\0WEBPVP8L", b"\xff\xd8\xff\xe0", &good.png[..23]] {
        assert_eq!(SmallPicture { png: other.to_vec(), ..good.clone() }.size(), None);
    }
}

proptest! {
    #[test]
    fn any_bytes_are_some_picture_or_none(bytes in vec(any::<u8>(), 0..64), with_head: bool) {
        let head = if with_head { picture("a").png[..16].to_vec() } else { Vec::new() };
        let found = SmallPicture { name: "a".into(), png: [head, bytes].concat() };
        if let Some((width, height)) = found.size() {
            prop_assert!(width.max(height) <= SMALL_PICTURE_MAX_SIDE && width.min(height) > 0);
        }
    }

    #[test]
    fn bytes_of_a_sticker_are_refused_or_within_its_caps(bytes in vec(any::<u8>(), 0..400)) {
        if let Ok(body) = Body::decode(Body::STICKER, &bytes) {
            prop_assert!(body.check().is_ok());
            prop_assert_eq!(Body::decode(Body::STICKER, &body.encode()).unwrap(), body);
        }
    }
}
