//! A picture as cameras give it and codecs take it: I420.

use yuv::{
    BufferStoreMut, YuvConversionMode, YuvError, YuvPlanarImage, YuvPlanarImageMut, YuvRange, YuvStandardMatrix,
};

/// The longest side of a picture.
pub const MAX_SIDE: u32 = 1920;
/// The most pixels of one: 1920×1080, in whole blocks of 16×16.
const MAX_PIXELS: u32 = 1920 * 1088;

/// No picture has this size: sides are even, from 16 to [`MAX_SIDE`], and no picture has more pixels than 1920×1080.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no picture is {width} by {height}")]
pub struct SizeError {
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
}

/// A picture: brightness for every pixel, colour for every four.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    width: u32,
    height: u32,
    /// Y, U, V, one after the other, without gaps.
    data: Vec<u8>,
}

impl std::fmt::Debug for Picture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Picture of {} by {}", self.width, self.height)
    }
}

/// A plane: its samples, and how many a row of it takes.
pub(crate) type Plane<'a> = (&'a [u8], usize);

/// Whether a picture may have this size.
pub(crate) fn check(width: u32, height: u32) -> Result<(), SizeError> {
    let side = |side: u32| (16..=MAX_SIDE).contains(&side) && side.is_multiple_of(2);
    let fits = side(width) && side(height) && width * height <= MAX_PIXELS;
    if fits { Ok(()) } else { Err(SizeError { width, height }) }
}

/// The largest size of this shape that a picture may have.
pub(crate) fn fitting(width: u32, height: u32) -> (u32, u32) {
    let (w, h) = (f64::from(width.max(1)), f64::from(height.max(1)));
    let share = (f64::from(MAX_SIDE) / w.max(h)).min((1920.0 * 1080.0 / (w * h)).sqrt()).min(1.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most MAX_SIDE, at least 16")]
    let even = |side: f64| (((side * share) as u32) & !1).max(16);
    (even(w), even(h))
}

impl Picture {
    /// A grey one.
    ///
    /// # Errors
    ///
    /// [`SizeError`].
    pub fn new(width: u32, height: u32) -> Result<Self, SizeError> {
        check(width, height)?;
        Ok(Self { width, height, data: vec![128; bytes(width, height)] })
    }

    /// One whose planes stand one after the other, without gaps.
    ///
    /// # Errors
    ///
    /// [`SizeError`], also where `data` has another length.
    pub fn from_i420(width: u32, height: u32, data: Vec<u8>) -> Result<Self, SizeError> {
        check(width, height)?;
        if data.len() != bytes(width, height) {
            return Err(SizeError { width, height });
        }
        Ok(Self { width, height, data })
    }

    /// One whose planes have rows of other lengths.
    pub(crate) fn from_planes(width: u32, height: u32, planes: [Plane<'_>; 3]) -> Result<Self, SizeError> {
        check(width, height)?;
        let mut data = Vec::with_capacity(bytes(width, height));
        for (index, (samples, stride)) in planes.into_iter().enumerate() {
            let half = u32::from(index > 0);
            let (columns, rows) = ((width >> half) as usize, (height >> half) as usize);
            for row in samples.chunks(stride.max(1)).take(rows) {
                data.extend_from_slice(row.get(..columns).ok_or(SizeError { width, height })?);
            }
        }
        Self::from_i420(width, height, data)
    }

    /// One of pixels of four bytes: blue, green, red and one that means nothing.
    #[cfg(any(target_os = "linux", test))]
    pub(crate) fn from_bgrx(width: u32, height: u32, pixels: &[u8], stride: u32) -> Result<Self, SizeError> {
        let mut picture = Self::new(width, height)?;
        let (y, uv) = picture.data.split_at_mut((width * height) as usize);
        let (u, v) = uv.split_at_mut((width * height / 4) as usize);
        let mut planes = YuvPlanarImageMut {
            y_plane: BufferStoreMut::Borrowed(y),
            y_stride: width,
            u_plane: BufferStoreMut::Borrowed(u),
            u_stride: width / 2,
            v_plane: BufferStoreMut::Borrowed(v),
            v_stride: width / 2,
            width,
            height,
        };
        let (range, matrix) = (YuvRange::Limited, YuvStandardMatrix::Bt601);
        let done = yuv::bgra_to_yuv420(&mut planes, pixels, stride, range, matrix, YuvConversionMode::Balanced);
        done.map_err(|error| mismatch(&error, width, height))?;
        Ok(picture)
    }

    /// In pixels; even.
    #[must_use]
    pub fn width(&self) -> u32 {
        self.width
    }

    /// In pixels; even.
    #[must_use]
    pub fn height(&self) -> u32 {
        self.height
    }

    /// Brightness, blueness, redness, one after the other.
    #[must_use]
    pub fn i420(&self) -> &[u8] {
        &self.data
    }

    /// Brightness, blueness, redness, each with the length of a row.
    pub(crate) fn planes(&self) -> [Plane<'_>; 3] {
        let (y, uv) = self.data.split_at((self.width * self.height) as usize);
        let (u, v) = uv.split_at(uv.len() / 2);
        let width = self.width as usize;
        [(y, width), (u, width / 2), (v, width / 2)]
    }

    pub(crate) fn planes_mut(&mut self) -> [(&mut [u8], usize); 3] {
        let width = self.width as usize;
        let (y, uv) = self.data.split_at_mut((self.width * self.height) as usize);
        let (u, v) = uv.split_at_mut((self.width * self.height / 4) as usize);
        [(y, width), (u, width / 2), (v, width / 2)]
    }

    /// Red, green, blue and full opacity, a byte each, row by row from the upper left. Takes about half a millisecond for
    /// 1280×720: not for a thread that draws.
    #[must_use]
    pub fn rgba(&self) -> Vec<u8> {
        let mut pixels = vec![255; (self.width * self.height * 4) as usize];
        let [(y_plane, _), (u_plane, _), (v_plane, _)] = self.planes();
        let (width, height) = (self.width, self.height);
        let (y_stride, u_stride, v_stride) = (width, width / 2, width / 2);
        let planes = YuvPlanarImage { y_plane, y_stride, u_plane, u_stride, v_plane, v_stride, width, height };
        let (range, matrix) = (YuvRange::Limited, YuvStandardMatrix::Bt601);
        if let Err(error) = yuv::yuv420_to_rgba(&planes, &mut pixels, width * 4, range, matrix) {
            // Sizes were checked when the picture was made.
            tracing::error!(%error, "a picture was not converted");
        }
        pixels
    }

    /// The same in another size: each pixel is the mean of those it stands for.
    ///
    /// # Errors
    ///
    /// [`SizeError`].
    pub fn scaled(&self, width: u32, height: u32) -> Result<Self, SizeError> {
        if (width, height) == (self.width, self.height) {
            return Ok(self.clone());
        }
        let mut scaled = Self::new(width, height)?;
        for ((from, stride), (to, columns)) in self.planes().into_iter().zip(scaled.planes_mut()) {
            shrink((from, stride), (to, columns));
        }
        Ok(scaled)
    }
}

/// Fills `to` with the means of parts of `from`.
fn shrink((from, stride): Plane<'_>, (to, columns): (&mut [u8], usize)) {
    let (rows, from_rows) = (to.len() / columns.max(1), from.len() / stride.max(1));
    // Where the part of a row or column begins and ends; never empty.
    let part = |index: usize, of: usize, all: usize| {
        let begin = index * all / of;
        (begin, ((index + 1) * all / of).max(begin + 1))
    };
    for (y, row) in to.chunks_mut(columns.max(1)).enumerate() {
        let (top, bottom) = part(y, rows, from_rows);
        for (x, sample) in row.iter_mut().enumerate() {
            let (left, right) = part(x, columns, stride);
            let lines = from.chunks(stride).take(bottom).skip(top);
            let sum: usize = lines.flat_map(|line| line.get(left..right).unwrap_or(&[])).map(|s| usize::from(*s)).sum();
            #[expect(clippy::cast_possible_truncation, reason = "the mean of bytes is one")]
            let mean = (sum / ((bottom - top) * (right - left))) as u8;
            *sample = mean;
        }
    }
}

fn bytes(width: u32, height: u32) -> usize {
    (width * height + width * height / 2) as usize
}

#[cfg(any(target_os = "linux", test))]
fn mismatch(error: &YuvError, width: u32, height: u32) -> SizeError {
    tracing::debug!(%error, "pixels are no picture");
    SizeError { width, height }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_sizes_that_can_be_shown_are_pictures() {
        for (width, height) in [(16, 16), (640, 360), (1920, 1080), (1080, 1920)] {
            assert!(Picture::new(width, height).is_ok(), "{width} {height}");
        }
        for (width, height) in [(0, 0), (641, 360), (640, 14), (1922, 16), (1920, 1200), (u32::MAX - 1, 2)] {
            assert_eq!(Picture::new(width, height), Err(SizeError { width, height }));
        }
        assert!(Picture::from_i420(16, 16, vec![0; 383]).is_err());
    }

    #[test]
    fn every_screen_has_a_size_that_fits() {
        for (width, height) in [(1, 1), (1366, 768), (1920, 1200), (3840, 2160), (65_535, 1), (1, 65_535), (5, 3)] {
            let (w, h) = fitting(width, height);
            assert_eq!(check(w, h), Ok(()), "{width} {height}");
        }
        assert_eq!(fitting(1280, 720), (1280, 720));
        assert_eq!(fitting(3840, 2160), (1920, 1080));
    }

    #[test]
    fn colours_come_back() {
        let red = [30, 60, 200, 0].repeat(32 * 16);
        let picture = Picture::from_bgrx(32, 16, &red, 32 * 4).unwrap();
        for pixel in picture.rgba().chunks(4) {
            for (channel, expected) in pixel.iter().zip([200_u8, 60, 30, 255]) {
                assert!(channel.abs_diff(expected) <= 3, "{pixel:?}");
            }
        }
        assert!(Picture::from_bgrx(32, 16, &red[..100], 32 * 4).is_err(), "too few");
    }

    #[test]
    fn a_smaller_picture_shows_the_same() {
        let mut picture = Picture::new(64, 32).unwrap();
        let [(y, stride), ..] = picture.planes_mut();
        for row in y.chunks_mut(stride) {
            row[..32].fill(200);
            row[32..].fill(20);
        }
        for (width, height) in [(32, 16), (48, 24), (128, 64)] {
            let scaled = picture.scaled(width, height).unwrap();
            let [(y, stride), ..] = scaled.planes();
            for row in y.chunks(stride) {
                assert_eq!((row[0], row[stride / 2 - 1]), (200, 200), "{width}");
                assert_eq!((row[stride / 2], row[stride - 1]), (20, 20), "{width}");
            }
        }
    }
}
