//! Decoding pictures that strangers or people here chose: the only place in the node where that is done. Whoever asks
//! says what is too much; nothing but pixels comes out.

use std::io::Cursor;

use image::{
    DynamicImage, ImageDecoder as _, ImageError, ImageFormat, ImageReader, ImageResult, Limits,
    error::{ImageFormatHint, LimitError, LimitErrorKind, UnsupportedError, UnsupportedErrorKind},
};

/// What a decoded picture may be.
pub(crate) struct Bounds {
    /// Pixels of the longer side.
    pub(crate) side_max: u32,
    /// Pixels of all of it.
    pub(crate) pixels_max: u64,
    /// Bytes that decoding may take.
    pub(crate) memory_max: u64,
    /// Pixels of the longer side of what comes out: more are made fewer, quick and rough.
    pub(crate) enough: u32,
}

/// Reads a JPEG, a PNG or a WebP within bounds, turned as whoever took it held the camera.
pub(crate) fn decode(bytes: &[u8], bounds: &Bounds) -> ImageResult<DynamicImage> {
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(ImageError::IoError)?;
    let known = matches!(reader.format(), Some(ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP));
    if !known {
        let hint = reader.format().map_or(ImageFormatHint::Unknown, ImageFormatHint::Exact);
        return Err(ImageError::Unsupported(UnsupportedError::from_format_and_kind(
            hint.clone(),
            UnsupportedErrorKind::Format(hint),
        )));
    }
    let mut limits = Limits::default();
    (limits.max_image_width, limits.max_image_height) = (Some(bounds.side_max), Some(bounds.side_max));
    limits.max_alloc = Some(bounds.memory_max);
    reader.limits(limits);
    let mut decoder = reader.into_decoder()?;
    // By its header; no pixel was read yet.
    let (width, height) = decoder.dimensions();
    if width > bounds.side_max || height > bounds.side_max || u64::from(width) * u64::from(height) > bounds.pixels_max {
        return Err(ImageError::Limits(LimitError::from_kind(LimitErrorKind::DimensionError)));
    }
    if decoder.total_bytes() > bounds.memory_max {
        return Err(ImageError::Limits(LimitError::from_kind(LimitErrorKind::InsufficientMemory)));
    }
    // Cameras write it beside the pixels, and it is not kept.
    let orientation = decoder.orientation()?;
    let mut picture = DynamicImage::from_decoder(decoder)?;
    if picture.width().max(picture.height()) > bounds.enough {
        picture = picture.thumbnail(bounds.enough, bounds.enough);
    }
    picture.apply_orientation(orientation);
    Ok(picture)
}
