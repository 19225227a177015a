use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};
use kith_wire::message::png_size;
use proptest::prelude::*;

use super::*;

fn file(picture: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.into().write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// As hard to pack as a photograph of gravel.
fn noise(width: u32, height: u32) -> RgbImage {
    let mut state = 1_u32;
    RgbImage::from_fn(width, height, |_, _| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let [_, red, green, blue] = state.to_le_bytes();
        Rgb([red, green, blue])
    })
}

fn shown(png: &[u8]) -> RgbaImage {
    image::load_from_memory_with_format(png, ImageFormat::Png).unwrap().into_rgba8()
}

fn made(bytes: &[u8]) -> NewSticker {
    let made = prepare("party".into(), bytes).unwrap();
    assert!(made.large.len() <= STICKER_MAX_BYTES && made.small.len() <= EMOJI_PICTURE_MAX_BYTES);
    assert!(png_size(&made.large).is_some_and(|(width, height)| width.max(height) <= 256));
    assert!(png_size(&made.small).is_some_and(|(width, height)| width.max(height) <= 64));
    made
}

#[test]
fn a_drawing_keeps_its_colours_and_its_shape() {
    let drawn = RgbaImage::from_fn(512, 256, |x, y| if x < y { Rgba([0, 0, 0, 0]) } else { Rgba([200, 30, 90, 255]) });
    let made = made(&file(drawn, ImageFormat::Png));
    assert_eq!((png_size(&made.large), png_size(&made.small)), (Some((256, 128)), Some((64, 32))));
    let large = shown(&made.large);
    assert_eq!(large.get_pixel(250, 3).0, [200, 30, 90, 255]);
    assert_eq!(large.get_pixel(3, 120).0[3], 0);
    // Where transparent meets red nothing dark shines through.
    assert!(large.pixels().all(|pixel| pixel[3] < 128 || (pixel[0] > 180 && pixel[1] < 60)));
}

#[test]
fn whatever_it_was_it_becomes_small() {
    made(&file(noise(180, 240), ImageFormat::Png));
    for format in [ImageFormat::Jpeg, ImageFormat::WebP] {
        made(&file(noise(40, 60), format));
    }
    let one = made(&file(noise(1, 1), ImageFormat::Png));
    assert_eq!(png_size(&one.large), Some((1, 1)), "nothing is made larger");
    let line = made(&file(noise(1500, 1), ImageFormat::Png));
    assert_eq!(png_size(&line.large), Some((256, 1)));
}

#[test]
fn nothing_but_pixels_is_kept() {
    let marker = b"taken at home by Ada";
    let plain = file(noise(40, 40), ImageFormat::Png);
    // A text chunk after the header, as editors write it.
    let chunk = [b"tEXtComment\0".as_slice(), marker].concat();
    let mut with_text = plain[..33].to_vec();
    with_text.extend(u32::try_from(chunk.len() - 4).unwrap().to_be_bytes());
    with_text.extend(&chunk);
    with_text.extend(crc(&chunk).to_be_bytes());
    with_text.extend(&plain[33..]);
    with_text.extend(b"and something hidden behind the end");
    let made = made(&with_text);
    for png in [&made.large, &made.small] {
        let kinds = chunks(png);
        assert!(kinds.iter().all(|kind| [b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"].contains(&kind)), "{kinds:?}");
        assert!(!png.windows(marker.len()).any(|part| part == marker));
    }
    assert_eq!(shown(&made.large), shown(&plain));
}

fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 })
    })
}

fn chunks(png: &[u8]) -> Vec<[u8; 4]> {
    let mut rest = &png[8..];
    let mut kinds = Vec::new();
    while !rest.is_empty() {
        let length = u32::from_be_bytes(rest[..4].try_into().unwrap()) as usize;
        kinds.push(rest[4..8].try_into().unwrap());
        rest = &rest[length + 12..];
    }
    kinds
}

#[test]
fn what_is_no_picture_or_too_much_of_one_is_refused() {
    let code = |bytes: &[u8]| prepare("a".into(), bytes).unwrap_err().code;
    for bytes in [&b""[..], b"hello", b"GIF89a", b"\x89PNG\r\n\x1a\n", b"<svg/>"] {
        assert_eq!(code(bytes), ErrorCode::InvalidArgument);
    }
    let half = file(noise(64, 64), ImageFormat::Png);
    assert_eq!(code(&half[..half.len() / 2]), ErrorCode::InvalidArgument);
    assert_eq!(code(&vec![0; FILE_MAX + 1]), ErrorCode::TooLarge);
    // The header of a picture that would fill the memory.
    let mut bomb = half;
    bomb[16..24].copy_from_slice(&[0, 1, 0, 0, 0, 1, 0, 0]);
    let check = crc(&bomb[12..29]).to_be_bytes();
    bomb[29..33].copy_from_slice(&check);
    assert_eq!(code(&bomb), ErrorCode::TooLarge);
    assert_eq!(read("picture.png").unwrap_err().code, ErrorCode::InvalidArgument);
    assert_eq!(read("/nowhere/picture.png").unwrap_err().code, ErrorCode::NotFound);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_bytes_are_a_picture_or_an_error(mut bytes in proptest::collection::vec(any::<u8>(), 0..300), kind in 0..4_u8) {
        let heads: [&[u8]; 4] = [b"", b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x08\0\0\0\x08", b"RIFF\x20\0\0\0WEBPVP8L", b"\xff\xd8\xff"];
        bytes.splice(0..0, heads[usize::from(kind)].iter().copied());
        if let Ok(made) = prepare("a".into(), &bytes) {
            prop_assert!(png_size(&made.large).is_some() && png_size(&made.small).is_some());
        }
    }
}
