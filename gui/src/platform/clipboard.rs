//! Secrets do not stay on the clipboard.

use std::thread;

use crate::{action::Action, update::SECRET_ON_CLIPBOARD};

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
