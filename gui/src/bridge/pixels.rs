//! Decoding small pictures, away from the window's thread. The bytes are whatever somebody sent.

use std::io::Cursor;

use data_encoding::BASE64;
use image::{ImageFormat, ImageReader, Limits};
use kith_node::{ApiError, Reply};

use crate::model::Pixels;

/// Pixels of the longer side.
const SIDE_MAX: u32 = 256;
/// Bytes that decoding may take: the pixels several times.
const MEMORY_MAX: u64 = 2 << 20;

/// The pixels in an answer; none if it is no picture, or too large a one.
pub(super) fn of(reply: Result<Reply, ApiError>) -> Option<Pixels> {
    let Ok(Reply::StickersImage(image)) = reply else { return None };
    decode(&BASE64.decode(image.data.as_bytes()).ok()?)
}

fn decode(png: &[u8]) -> Option<Pixels> {
    let mut limits = Limits::default();
    (limits.max_image_width, limits.max_image_height) = (Some(SIDE_MAX), Some(SIDE_MAX));
    limits.max_alloc = Some(MEMORY_MAX);
    let mut reader = ImageReader::with_format(Cursor::new(png), ImageFormat::Png);
    reader.limits(limits);
    let picture = reader.decode().ok()?.into_rgba8();
    let (width, height) = (usize::try_from(picture.width()).ok()?, usize::try_from(picture.height()).ok()?);
    Some(Pixels { width, height, rgba: picture.into_raw() })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn png(side: u32) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        image::RgbaImage::from_pixel(side, side, image::Rgba([1, 2, 3, 4]))
            .write_to(&mut bytes, ImageFormat::Png)
            .unwrap();
        bytes.into_inner()
    }

    #[test]
    fn only_small_whole_pictures_are_shown() {
        let whole = decode(&png(2)).unwrap();
        assert_eq!((whole.width, whole.height, whole.rgba), (2, 2, [1, 2, 3, 4].repeat(4)));
        assert!(decode(&png(SIDE_MAX)).is_some() && decode(&png(SIDE_MAX + 1)).is_none());
        let half = png(64);
        assert!(decode(&half[..half.len() / 2]).is_none());
        let mut jpeg = Cursor::new(Vec::new());
        image::RgbImage::new(4, 4).write_to(&mut jpeg, ImageFormat::Jpeg).unwrap();
        for bytes in [&b""[..], b"GIF89a", &jpeg.into_inner()] {
            assert!(decode(bytes).is_none());
        }
        assert!(of(Err(ApiError::new(kith_node::ErrorCode::NotFound, "gone"))).is_none());
    }

    proptest! {
        #[test]
        fn any_change_of_a_picture_is_one_or_none(at: prop::sample::Index, to: u8) {
            let mut bytes = png(16);
            let at = at.index(bytes.len());
            bytes[at] = to;
            if let Some(pixels) = decode(&bytes) {
                prop_assert_eq!(pixels.rgba.len(), pixels.width * pixels.height * 4);
            }
        }
    }
}
