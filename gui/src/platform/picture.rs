//! Pictures that came with messages. What is in them was written by somebody else's program.

use std::io::Cursor;

use image::{ImageFormat, ImageReader, Limits};
use kith_node::{
    ApiError, Reply,
    views::{Picture, PictureFormat},
};

use crate::{
    model::{PictureOf, Pixels},
    update::Then,
};

/// Pixels of a side.
const SIDE_MAX: u32 = 480;
/// Bytes that decoding may take.
const DECODING_MAX: u64 = 16 << 20;

/// The picture in an answer of the node, and what it belongs to. Not for the thread that draws.
pub(crate) fn in_reply(then: &Then, result: &Result<Reply, ApiError>) -> Option<(PictureOf, Option<Pixels>)> {
    match (then, result) {
        (Then::Picture(message), result) => {
            let picture = if let Ok(Reply::ChatsPreviewPicture(picture)) = result { decode(picture) } else { None };
            Some((PictureOf::Message(*message), picture))
        }
        (Then::LinkSeen(chat, _), Ok(Reply::ChatsPreviewLink(seen))) => {
            Some((PictureOf::Draft(*chat), seen.picture.as_ref().and_then(decode)))
        }
        _ => None,
    }
}

/// The pixels of a picture, if it is what it says that it is.
pub(crate) fn decode(picture: &Picture) -> Option<Pixels> {
    let format = match picture.format {
        PictureFormat::Jpeg => ImageFormat::Jpeg,
        PictureFormat::Png => ImageFormat::Png,
        PictureFormat::WebP => ImageFormat::WebP,
    };
    let bytes = picture.data.0.as_slice();
    // The size is read before any pixel is.
    let (width, height) = ImageReader::with_format(Cursor::new(bytes), format).into_dimensions().ok()?;
    if width > SIDE_MAX || height > SIDE_MAX || (width, height) != (picture.size.width, picture.size.height) {
        return None;
    }
    let mut limits = Limits::default();
    (limits.max_image_width, limits.max_image_height) = (Some(SIDE_MAX), Some(SIDE_MAX));
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
}
