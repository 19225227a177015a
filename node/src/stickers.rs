//! Pictures people choose, made into small ones: decoded within limits, scaled down, and written anew as a PNG of nothing
//! but pixels. What a camera noted beside them, a second frame and whatever hides in the file stay behind.

use std::{fs::File, io::Read as _, path::Path};

use data_encoding::BASE64;
use image::{
    RgbaImage,
    imageops::{self, FilterType},
};
use kith_api::{ApiError, ErrorCode};
use kith_core::NewSticker;
use kith_wire::limits::{EMOJI_PICTURE_MAX_BYTES, STICKER_MAX_BYTES};

use crate::picture::{self, Bounds};

mod palette;

/// Bytes of a file that is looked at.
const FILE_MAX: usize = 16 << 20;
/// Sides to try until the bytes are few enough, in pixels.
const LARGE: [u32; 6] = [256, 208, 160, 128, 96, 64];
const SMALL: [u32; 5] = [64, 48, 32, 24, 16];
/// What is decoded: whatever a camera makes. What is shown is scaled carefully from what is enough for that.
const BOUNDS: Bounds =
    Bounds { side_max: 16_384, pixels_max: 16_384 * 16_384, memory_max: 512 << 20, enough: 4 * LARGE[0] };

/// Makes a sticker and an emoji of a file, or of one in base64.
pub(crate) fn prepare_from(name: String, path: Option<&str>, data: Option<&str>) -> Result<NewSticker, ApiError> {
    match (path, data) {
        (Some(path), _) => prepare(name, &read(path)?),
        (None, data) => {
            let bytes = BASE64.decode(data.unwrap_or_default().as_bytes());
            let bytes = bytes.map_err(|error| ApiError::new(ErrorCode::InvalidArgument, format!("data: {error}")))?;
            prepare(name, &bytes)
        }
    }
}

/// The bytes of a picture file.
fn read(path: &str) -> Result<Vec<u8>, ApiError> {
    let path = Path::new(path);
    if !path.is_absolute() {
        return Err(ApiError::new(ErrorCode::InvalidArgument, "path: give the whole path of the file"));
    }
    let unreadable = |error: std::io::Error| {
        ApiError::new(ErrorCode::NotFound, format!("the file cannot be read: {error}")).hint("choose another file")
    };
    let mut bytes = Vec::new();
    File::open(path).and_then(|file| file.take(FILE_MAX as u64 + 1).read_to_end(&mut bytes)).map_err(unreadable)?;
    Ok(bytes)
}

/// Makes a sticker and an emoji of the bytes of a picture file.
fn prepare(name: String, bytes: &[u8]) -> Result<NewSticker, ApiError> {
    if bytes.len() > FILE_MAX {
        return Err(ApiError::new(ErrorCode::TooLarge, "a picture file has at most 16 MiB")
            .hint("scale the picture down, or take another one"));
    }
    let picture = decode(bytes)?;
    let too_detailed =
        || ApiError::new(ErrorCode::TooLarge, "this picture does not become small enough").hint("take a simpler one");
    let large = fit(&picture, &LARGE, STICKER_MAX_BYTES).ok_or_else(too_detailed)?;
    let small = fit(&picture, &SMALL, EMOJI_PICTURE_MAX_BYTES).ok_or_else(too_detailed)?;
    Ok(NewSticker { name, large, small })
}

fn decode(bytes: &[u8]) -> Result<RgbaImage, ApiError> {
    let no_picture = |error: image::ImageError| {
        if let image::ImageError::Limits(_) = error {
            return ApiError::new(ErrorCode::TooLarge, "this picture has too many pixels").hint("scale it down");
        }
        ApiError::new(ErrorCode::InvalidArgument, format!("this is no picture: {error}"))
            .hint("a picture is a PNG, JPEG or WebP file")
    };
    Ok(picture::decode(bytes, &BOUNDS).map_err(no_picture)?.into_rgba8())
}

/// The PNG of the picture in the largest size that fits into `max` bytes; it is never made larger than it is.
fn fit(picture: &RgbaImage, sides: &[u32], max: usize) -> Option<Vec<u8>> {
    let longer = picture.width().max(picture.height());
    sides.iter().find_map(|side| {
        let scaled = if longer > *side { &scale(picture, *side) } else { picture };
        [palette::exact(scaled), palette::reduced(scaled)].into_iter().flatten().find(|png| png.len() <= max)
    })
}

/// Scales by what each pixel shows: what is transparent has no colour that could shine through at its edges.
fn scale(picture: &RgbaImage, side: u32) -> RgbaImage {
    let mut picture = picture.clone();
    for pixel in picture.pixels_mut() {
        let alpha = u32::from(pixel[3]);
        for channel in 0..3 {
            pixel[channel] = u8::try_from(u32::from(pixel[channel]) * alpha / 255).unwrap_or(u8::MAX);
        }
    }
    let (width, height) = picture.dimensions();
    let shorter = |this: u32, other: u32| if this >= other { side } else { (side * this / other).max(1) };
    let size = (shorter(width, height), shorter(height, width));
    let mut scaled = imageops::resize(&picture, size.0, size.1, FilterType::CatmullRom);
    for pixel in scaled.pixels_mut() {
        let alpha = u32::from(pixel[3]).max(1);
        for channel in 0..3 {
            pixel[channel] = u8::try_from(u32::from(pixel[channel]) * 255 / alpha).unwrap_or(u8::MAX);
        }
    }
    scaled
}

#[cfg(test)]
mod tests;
