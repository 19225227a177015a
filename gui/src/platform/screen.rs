//! A picture of the screen, for codes that are shown in another window.

use image::{DynamicImage, RgbImage};
use x11rb::{
    connection::Connection as _,
    protocol::xproto::{ConnectionExt as _, ImageFormat, ImageOrder},
};

/// Takes it: from the X server, or on Wayland through the desktop's portal, which asks the person. Blocks.
pub(crate) fn picture() -> Option<DynamicImage> {
    let wayland = std::env::var_os("WAYLAND_DISPLAY").is_some_and(|display| !display.is_empty());
    if wayland { by_portal() } else { of_x_server() }
}

fn of_x_server() -> Option<DynamicImage> {
    let (connection, screen) = x11rb::connect(None).ok()?;
    let setup = connection.setup();
    let screen = setup.roots.get(screen)?;
    let (width, height) = (screen.width_in_pixels, screen.height_in_pixels);
    let reply = connection.get_image(ImageFormat::Z_PIXMAP, screen.root, 0, 0, width, height, u32::MAX).ok()?;
    let data = reply.reply().ok()?.data;
    // Every display of today has 8 bits a colour and 4 bytes a pixel.
    let bytes = usize::from(width) * usize::from(height) * 4;
    let blue_first = setup.image_byte_order == ImageOrder::LSB_FIRST;
    let pixels = data.get(..bytes)?.chunks_exact(4).flat_map(|pixel| match *pixel {
        [blue, green, red, _] if blue_first => [red, green, blue],
        [_, red, green, blue] => [red, green, blue],
        _ => [0; 3],
    });
    let picture = RgbImage::from_raw(width.into(), height.into(), pixels.collect())?;
    Some(DynamicImage::ImageRgb8(picture))
}

fn by_portal() -> Option<DynamicImage> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().ok()?;
    let answer = runtime.block_on(async {
        let request = ashpd::desktop::screenshot::Screenshot::request().interactive(true).send().await?;
        request.response()
    });
    let file = match answer {
        Ok(answer) => url_path(answer.uri().as_str())?,
        Err(error) => {
            tracing::debug!(%error, "the desktop gives no picture of its screen");
            return None;
        }
    };
    let picture = super::scan::decode(&file);
    // Some desktops keep it among the person's pictures; it was only for us.
    let _kept = std::fs::remove_file(&file);
    picture
}

/// The path of a `file:` address.
fn url_path(url: &str) -> Option<std::path::PathBuf> {
    use std::os::unix::ffi::OsStringExt as _;

    let mut bytes = url.strip_prefix("file://")?.bytes();
    let mut path = Vec::new();
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            path.push(byte);
            continue;
        }
        let digits = [bytes.next()?, bytes.next()?];
        path.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
    }
    Some(std::ffi::OsString::from_vec(path).into())
}

#[cfg(test)]
mod tests {
    #[test]
    fn addresses_of_files_are_read() {
        let path = super::url_path("file:///tmp/Bild%20vom%20Bildschirm%20%C3%A4.png");
        assert_eq!(path, Some("/tmp/Bild vom Bildschirm ä.png".into()));
        assert_eq!(super::url_path("https://example.org/a.png"), None);
        assert_eq!(super::url_path("file:///tmp/a%2"), None);
    }
}
