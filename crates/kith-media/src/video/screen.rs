//! The screen of the X server.

use x11rb::{
    connection::Connection as _,
    protocol::xproto::{ConnectionExt as _, ImageFormat, ImageOrder, Window},
    rust_connection::RustConnection,
};

use super::{
    VideoError,
    picture::{Picture, fitting},
    source::Lens,
};

/// Pictures of a screen a second: each is copied out of the server whole.
const RATE: u32 = 15;

pub(crate) struct Screen {
    connection: RustConnection,
    root: Window,
}

fn failed(error: impl std::fmt::Display) -> VideoError {
    VideoError::Screen(error.to_string())
}

impl Screen {
    pub(crate) fn open() -> Result<Self, VideoError> {
        let (connection, screen) = x11rb::connect(None).map_err(failed)?;
        let setup = connection.setup();
        let root = setup.roots.get(screen).ok_or_else(|| failed("there is none"))?.root;
        if setup.image_byte_order != ImageOrder::LSB_FIRST {
            return Err(failed("its pixels are in an order that is not known"));
        }
        Ok(Self { connection, root })
    }
}

impl Lens for Screen {
    fn next(&mut self) -> Result<Option<Picture>, VideoError> {
        // It may have changed its size.
        let size = self.connection.get_geometry(self.root).map_err(failed)?.reply().map_err(failed)?;
        let image =
            self.connection.get_image(ImageFormat::Z_PIXMAP, self.root, 0, 0, size.width, size.height, u32::MAX);
        let pixels = image.map_err(failed)?.reply().map_err(failed)?.data;
        let (width, height) = (u32::from(size.width), u32::from(size.height));
        // Every display of today has 8 bits a colour and 4 bytes a pixel.
        if pixels.len() < (width * height * 4) as usize {
            return Err(failed("its pixels have less than four bytes"));
        }
        let (shown_width, shown_height) = fitting(width, height);
        if (shown_width, shown_height) == (width & !1, height & !1) {
            return Ok(Some(Picture::from_bgrx(shown_width, shown_height, &pixels, width * 4)?));
        }
        let smaller = shrunk(&pixels, (width, height), (shown_width, shown_height));
        Ok(Some(Picture::from_bgrx(shown_width, shown_height, &smaller, shown_width * 4)?))
    }

    fn rate(&self) -> u32 {
        RATE
    }
}

/// The nearest pixel of four bytes for each of a smaller picture.
fn shrunk(pixels: &[u8], from: (u32, u32), to: (u32, u32)) -> Vec<u8> {
    let mut smaller = Vec::with_capacity((to.0 * to.1 * 4) as usize);
    for line in 0..to.1 {
        let line = (line * from.1 / to.1 * from.0 * 4) as usize;
        for column in 0..to.0 {
            let at = line + (column * from.0 / to.0 * 4) as usize;
            smaller.extend_from_slice(pixels.get(at..at + 4).unwrap_or(&[0; 4]));
        }
    }
    smaller
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_screen_is_shrunk() {
        let pixels: Vec<u8> = (0..4 * 4).flat_map(|pixel: u8| [pixel; 4]).collect();
        assert_eq!(shrunk(&pixels, (4, 4), (2, 2)), [[0; 4], [2; 4], [8; 4], [10; 4]].concat());
    }
}
