//! Secrets do not stay on the clipboard, and pictures come from there.

use std::{io::Cursor, thread};

use data_encoding::BASE64;

use super::scan::NO_PICTURE;
use crate::{action::Action, model::PictureFrom, update::SECRET_ON_CLIPBOARD};

/// Pixels that are taken from the clipboard: a screen of the largest kind.
const PIXELS_MAX: u64 = 40_000_000;

/// The picture on the clipboard, for one of the person's own.
pub(crate) fn picture() -> Option<Action> {
    let picture = arboard::Clipboard::new().and_then(|mut clipboard| clipboard.get_image());
    let file = picture.ok().and_then(|picture| png(picture.width, picture.height, picture.bytes.into_owned()));
    Some(file.map_or(Action::Say(NO_PICTURE), |file| Action::TakePicture(PictureFrom::Clipboard(BASE64.encode(&file)))))
}

/// Pixels as a file, which is handed over as text: no more of them than a sticker can be made of.
fn png(width: usize, height: usize, rgba: Vec<u8>) -> Option<Vec<u8>> {
    let (width, height) = (u32::try_from(width).ok()?, u32::try_from(height).ok()?);
    if u64::from(width) * u64::from(height) > PIXELS_MAX {
        return None;
    }
    let picture = image::DynamicImage::ImageRgba8(image::RgbaImage::from_raw(width, height, rgba)?);
    let picture = if width.max(height) > 1024 { picture.thumbnail(1024, 1024) } else { picture };
    let mut file = Cursor::new(Vec::new());
    picture.write_to(&mut file, image::ImageFormat::Png).ok()?;
    Some(file.into_inner())
}

/// Waits, then empties the clipboard if `secret` is still on it.
pub(crate) fn forget_later(secret: &zeroize::Zeroizing<String>) -> Option<Action> {
    thread::sleep(SECRET_ON_CLIPBOARD);
    let mut clipboard = arboard::Clipboard::new().ok()?;
    if clipboard.get_text().is_ok_and(|text| text == **secret)
        && let Err(error) = clipboard.clear()
    {
        tracing::warn!(%error, "a secret stays on the clipboard");
    }
    None
}
