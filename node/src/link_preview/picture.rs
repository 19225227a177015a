//! A small picture of a large one: decoded here, once, and written anew, so that nobody else decodes what a site wrote,
//! and nothing of it but its pixels goes on.

use image::{DynamicImage, RgbImage, Rgba, codecs::jpeg::JpegEncoder};
use kith_wire::limits::{PICTURE_MAX_BYTES, PICTURE_MAX_SIDE};

use crate::picture::{self, Bounds};

/// What is decoded: no photograph, but any picture that a page shows.
const BOUNDS: Bounds = Bounds { side_max: 4096, pixels_max: 12_000_000, memory_max: 96 << 20, enough: 4096 };
/// What is smaller than this is there to count visitors, or is an icon.
const SIDE_MIN: u32 = 32;

/// Sides and qualities that are tried until a picture is small enough.
const TRIES: [(u32, u8); 5] = [(PICTURE_MAX_SIDE, 78), (PICTURE_MAX_SIDE, 60), (400, 55), (320, 45), (240, 35)];

/// The picture as a JPEG that recipients take. `None`: it is no JPEG, PNG or WebP of a sensible size.
pub(super) fn small(bytes: &[u8]) -> Option<Vec<u8>> {
    let picture = picture::decode(bytes, &BOUNDS).ok()?;
    if picture.width().min(picture.height()) < SIDE_MIN {
        return None;
    }
    TRIES.into_iter().find_map(|(side, quality)| {
        let mut written = Vec::new();
        let fitted = flat(&fit(&picture, side));
        JpegEncoder::new_with_quality(&mut written, quality).encode_image(&fitted).ok()?;
        (written.len() <= PICTURE_MAX_BYTES).then_some(written)
    })
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
