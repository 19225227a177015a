//! A small picture of a large one: decoded here, once, and written anew, so that nobody else decodes what a site wrote,
//! and nothing of it but its pixels goes on.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, ImageReader, Limits, RgbImage, Rgba, codecs::jpeg::JpegEncoder};
use kith_wire::limits::{PICTURE_MAX_BYTES, PICTURE_MAX_SIDE};

/// Pixels of a side of what is decoded.
const SIDE_MAX: u32 = 4096;
/// Pixels of all of it.
const PIXELS_MAX: u64 = 12_000_000;
/// Bytes that decoding may take.
const DECODING_MAX: u64 = 96 << 20;
/// What is smaller than this is there to count visitors, or is an icon.
const SIDE_MIN: u32 = 32;

/// Sides and qualities that are tried until a picture is small enough.
const TRIES: [(u32, u8); 5] = [(PICTURE_MAX_SIDE, 78), (PICTURE_MAX_SIDE, 60), (400, 55), (320, 45), (240, 35)];

/// The picture as a JPEG that recipients take. `None`: it is no JPEG, PNG or WebP of a sensible size.
pub(super) fn small(bytes: &[u8]) -> Option<Vec<u8>> {
    let picture = decode(bytes)?;
    TRIES.into_iter().find_map(|(side, quality)| {
        let mut written = Vec::new();
        let fitted = flat(&fit(&picture, side));
        JpegEncoder::new_with_quality(&mut written, quality).encode_image(&fitted).ok()?;
        (written.len() <= PICTURE_MAX_BYTES).then_some(written)
    })
}

fn decode(bytes: &[u8]) -> Option<DynamicImage> {
    let reader = || ImageReader::new(Cursor::new(bytes)).with_guessed_format().ok();
    let known = matches!(reader()?.format()?, ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP);
    // The header is read before any pixel is.
    let (width, height) = reader().filter(|_| known)?.into_dimensions().ok()?;
    let sensible = |side: u32| (SIDE_MIN..=SIDE_MAX).contains(&side);
    if !sensible(width) || !sensible(height) || u64::from(width) * u64::from(height) > PIXELS_MAX {
        return None;
    }
    let mut limits = Limits::default();
    (limits.max_image_width, limits.max_image_height) = (Some(SIDE_MAX), Some(SIDE_MAX));
    limits.max_alloc = Some(DECODING_MAX);
    let mut reader = reader()?;
    reader.limits(limits);
    reader.decode().ok()
}

/// As it is, or so much smaller that no side is longer.
fn fit(picture: &DynamicImage, side: u32) -> DynamicImage {
    if picture.width() <= side && picture.height() <= side {
        return picture.clone();
    }
    picture.thumbnail(side, side)
}

/// On white, where it can be seen through.
fn flat(picture: &DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.to_rgb8();
    }
    let seen = picture.to_rgba8();
    let mut flat = RgbImage::new(seen.width(), seen.height());
    for (from, to) in seen.pixels().zip(flat.pixels_mut()) {
        let Rgba([red, green, blue, alpha]) = *from;
        let over = |color: u8| {
            let mixed = (u16::from(color) * u16::from(alpha) + 255 * (255 - u16::from(alpha))) / 255;
            u8::try_from(mixed).unwrap_or(u8::MAX)
        };
        to.0 = [over(red), over(green), over(blue)];
    }
    flat
}
