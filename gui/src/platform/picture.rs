//! Pictures that came with messages. What is in them was written by somebody else's program.

use std::io::Cursor;

use data_encoding::BASE64;
use image::{ImageFormat, ImageReader, Limits};
use kith_node::{
    ApiError, Reply,
    views::{Picture, PictureFormat},
};

use crate::{
    model::{PictureOf, Pixels},
    update::Then,
};

/// Pixels of a side of the picture of a page.
const SIDE_MAX: u32 = 480;
/// Pixels of a side of a small one.
const SMALL_SIDE_MAX: u32 = 256;
/// Bytes that decoding may take.
const DECODING_MAX: u64 = 16 << 20;

/// The picture in an answer of the node, and what it belongs to. Not for the thread that draws.
pub(crate) fn in_reply(then: &Then, result: &Result<Reply, ApiError>) -> Option<(PictureOf, Option<Pixels>)> {
    match (then, result) {
        (Then::Picture(of), Ok(Reply::ChatsPreviewPicture(picture))) => Some((*of, decode(picture))),
        (Then::Picture(of), Ok(Reply::StickersImage(image))) => {
            let png = BASE64.decode(image.data.as_bytes()).ok();
            Some((*of, png.and_then(|png| decode_small(&png))))
        }
        (Then::Picture(of), _) => Some((*of, None)),
        (Then::LinkSeen(chat, _), Ok(Reply::ChatsPreviewLink(seen))) => {
            Some((PictureOf::Draft(*chat), seen.picture.as_ref().and_then(decode)))
        }
        _ => None,
    }
}

/// The pixels of the picture of a page, if it is what it says that it is.
fn decode(picture: &Picture) -> Option<Pixels> {
    let format = match picture.format {
        PictureFormat::Jpeg => ImageFormat::Jpeg,
        PictureFormat::Png => ImageFormat::Png,
        PictureFormat::WebP => ImageFormat::WebP,
    };
    let said = |size| size == (picture.size.width, picture.size.height);
    pixels(picture.data.0.as_slice(), format, SIDE_MAX, said)
}

/// The pixels of a small picture.
fn decode_small(png: &[u8]) -> Option<Pixels> {
    pixels(png, ImageFormat::Png, SMALL_SIDE_MAX, |_| true)
}

/// Decodes a picture with sides of at most `side_max` and a size that is `expected`.
fn pixels(
    bytes: &[u8],
    format: ImageFormat,
    side_max: u32,
    expected: impl FnOnce((u32, u32)) -> bool,
) -> Option<Pixels> {
    // The size is read before any pixel is.
    let size = ImageReader::with_format(Cursor::new(bytes), format).into_dimensions().ok()?;
    if size.0 > side_max || size.1 > side_max || !expected(size) {
        return None;
    }
    let mut limits = Limits::default();
    (limits.max_image_width, limits.max_image_height) = (Some(side_max), Some(side_max));
    limits.max_alloc = Some(DECODING_MAX);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    let rgba = reader.decode().ok()?.into_rgba8();
    let (width, height) = (usize::try_from(rgba.width()).ok()?, usize::try_from(rgba.height()).ok()?);
    Some(Pixels::new(width, height, rgba.into_raw()))
}

#[cfg(test)]
mod tests {
    use kith_node::views::{PictureBytes, PictureSize};
    use proptest::prelude::*;

    use super::*;

    fn written(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        image::DynamicImage::ImageRgb8(image::RgbImage::new(width, height)).write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    fn picture(format: PictureFormat, (width, height): (u32, u32), data: Vec<u8>) -> Picture {
        Picture { format, size: PictureSize { width, height }, data: PictureBytes(data) }
    }

    #[test]
    fn three_formats_are_drawn() {
        for (format, as_image) in [
            (PictureFormat::Jpeg, ImageFormat::Jpeg),
            (PictureFormat::Png, ImageFormat::Png),
            (PictureFormat::WebP, ImageFormat::WebP),
        ] {
            let pixels = decode(&picture(format, (120, 80), written(120, 80, as_image))).expect("a picture");
            assert_eq!((pixels.width, pixels.height, pixels.rgba.len()), (120, 80, 120 * 80 * 4));
        }
    }

    #[test]
    fn what_is_not_as_it_says_is_left_out() {
        let png = written(120, 80, ImageFormat::Png);
        assert!(decode(&picture(PictureFormat::Png, (120, 81), png.clone())).is_none(), "another size");
        assert!(decode(&picture(PictureFormat::Jpeg, (120, 80), png.clone())).is_none(), "another format");
        assert!(decode(&picture(PictureFormat::Png, (120, 80), png[..40].to_vec())).is_none(), "half of it");
        let large = written(481, 10, ImageFormat::Png);
        assert!(decode(&picture(PictureFormat::Png, (481, 10), large)).is_none(), "too large");
        let mut bomb = png;
        bomb[16..24].copy_from_slice(&[0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff]);
        assert!(decode(&picture(PictureFormat::Png, (65_535, 65_535), bomb)).is_none());
    }

    #[test]
    fn only_small_whole_pngs_are_small_pictures() {
        let whole = decode_small(&written(2, 3, ImageFormat::Png)).unwrap();
        assert_eq!((whole.width, whole.height, whole.rgba.len()), (2, 3, 2 * 3 * 4));
        let square = |side| decode_small(&written(side, side, ImageFormat::Png));
        assert!(square(SMALL_SIDE_MAX).is_some() && square(SMALL_SIDE_MAX + 1).is_none());
        let half = written(64, 64, ImageFormat::Png);
        assert!(decode_small(&half[..half.len() / 2]).is_none());
        for bytes in [&b""[..], b"GIF89a", &written(4, 4, ImageFormat::Jpeg)] {
            assert!(decode_small(bytes).is_none());
        }
        let of = PictureOf::Small(kith_node::PictureId::from_bytes([1; 32]));
        let gone = Err(ApiError::new(kith_node::ErrorCode::NotFound, "gone"));
        assert!(matches!(in_reply(&Then::Picture(of), &gone), Some((same, None)) if same == of));
    }

    proptest! {
        #[test]
        fn any_change_of_a_small_picture_is_one_or_none(at: prop::sample::Index, to: u8) {
            let mut bytes = written(16, 16, ImageFormat::Png);
            let at = at.index(bytes.len());
            bytes[at] = to;
            if let Some(pixels) = decode_small(&bytes) {
                prop_assert_eq!(pixels.rgba.len(), pixels.width * pixels.height * 4);
            }
        }
    }
}
