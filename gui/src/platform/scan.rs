//! Invites from pictures.

use std::{io::Cursor, path::Path};

use image::{ImageReader, Limits};

use crate::action::Action;

/// Pictures larger than this are not looked at.
const FILE_MAX: u64 = 64 << 20;
const SIDE_MAX: u32 = 8192;

/// Why a picture gives no invite: the key of the text for it.
pub(crate) const NOTHING_FOUND: &str = "scan-nothing";
pub(super) const NO_PICTURE: &str = "scan-no-picture";
const UNREADABLE: &str = "scan-unreadable";
const NO_SCREEN: &str = "scan-no-screen";

/// Looks for a code on the picture on the clipboard, else takes text from there.
pub(crate) fn clipboard() -> Option<Action> {
    let Ok(mut clipboard) = arboard::Clipboard::new() else { return Some(Action::Say(NO_PICTURE)) };
    if let Ok(picture) = clipboard.get_image() {
        let (width, height) = (u32::try_from(picture.width).ok()?, u32::try_from(picture.height).ok()?);
        let rgba = image::RgbaImage::from_raw(width, height, picture.bytes.into_owned())?;
        return Some(found(&image::DynamicImage::ImageRgba8(rgba)));
    }
    match clipboard.get_text() {
        Ok(text) => Some(Action::AddInput(text)),
        Err(_nothing) => Some(Action::Say(NO_PICTURE)),
    }
}

/// Lets a person choose a picture and looks for a code on it.
pub(crate) fn file() -> Option<Action> {
    let path = rfd::FileDialog::new().add_filter("", &["png", "jpg", "jpeg", "webp"]).pick_file()?;
    Some(in_file(&path))
}

/// Looks for a code on the screen.
pub(crate) fn screen() -> Option<Action> {
    #[cfg(target_os = "linux")]
    let picture = super::screen::picture();
    #[cfg(not(target_os = "linux"))]
    let picture: Option<image::DynamicImage> = None;
    Some(picture.map_or(Action::Say(NO_SCREEN), |picture| found(&picture)))
}

fn in_file(path: &Path) -> Action {
    decode(path).map_or(Action::Say(UNREADABLE), |picture| found(&picture))
}

/// A picture from a file, if it is one and of a sensible size.
pub(super) fn decode(path: &Path) -> Option<image::DynamicImage> {
    std::fs::metadata(path).ok().filter(|data| data.len() <= FILE_MAX)?;
    let mut limits = Limits::default();
    (limits.max_image_width, limits.max_image_height) = (Some(SIDE_MAX), Some(SIDE_MAX));
    limits.max_alloc = Some(FILE_MAX);
    let mut reader = ImageReader::new(Cursor::new(std::fs::read(path).ok()?)).with_guessed_format().ok()?;
    reader.limits(limits);
    reader.decode().ok()
}

fn found(picture: &image::DynamicImage) -> Action {
    code_in(picture).map_or(Action::Say(NOTHING_FOUND), Action::AddInput)
}

/// The text of the first code that can be read.
fn code_in(picture: &image::DynamicImage) -> Option<String> {
    let luma = picture.to_luma8();
    let (width, height) = (luma.width() as usize, luma.height() as usize);
    let mut prepared =
        rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| luma.get_pixel(x as u32, y as u32).0[0]);
    prepared.detect_grids().into_iter().find_map(|grid| grid.decode().ok().map(|(_, text)| text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(text: &str, pitch: u32) -> image::DynamicImage {
        let code = qrcode::QrCode::with_error_correction_level(text, qrcode::EcLevel::L).unwrap();
        let modules = code.width() as u32;
        let colors = code.to_colors();
        let side = (modules + 8) * pitch;
        let pixels = image::GrayImage::from_fn(side, side, |x, y| {
            let (x, y) = ((x / pitch).wrapping_sub(4), (y / pitch).wrapping_sub(4));
            let dark = x < modules && y < modules && colors[(y * modules + x) as usize] == qrcode::Color::Dark;
            image::Luma([if dark { 0 } else { 255 }])
        });
        image::DynamicImage::ImageLuma8(pixels)
    }

    #[test]
    fn a_code_made_here_is_read_here() {
        let link = format!("kith:i/1/{}", "abcdefgh234567".repeat(18));
        assert_eq!(code_in(&picture(&link, 3)).as_deref(), Some(link.as_str()));
    }

    #[test]
    fn pictures_without_a_code_and_files_that_are_none_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let (white, text) = (folder.path().join("white.png"), folder.path().join("text.png"));
        image::GrayImage::from_pixel(60, 60, image::Luma([255])).save(&white).unwrap();
        std::fs::write(&text, "not a picture").unwrap();
        assert!(matches!(in_file(&white), Action::Say(NOTHING_FOUND)));
        assert!(matches!(in_file(&text), Action::Say(UNREADABLE)));
        assert!(matches!(in_file(&folder.path().join("none.png")), Action::Say(UNREADABLE)));
        let code = folder.path().join("code.png");
        picture("kith:i/1/abc", 4).to_luma8().save(&code).unwrap();
        assert!(matches!(in_file(&code), Action::AddInput(text) if text == "kith:i/1/abc"));
    }
}
