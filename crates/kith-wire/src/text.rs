//! Strings from outside: bounded, and cleaned where somebody will look at them.

use crate::error::WireError;
use crate::limits::{
    ADDRESS_MAX_BYTES, ADDRESSES_MAX, EMOJI_MAX_BYTES, NAME_MAX_CHARS, SMALL_PICTURE_NAME_MAX_CHARS, STATUS_MAX_CHARS,
};

const UTF8_MAX_BYTES: usize = 4;

/// A display name as it may be shown: one line, no control, bidirectional or invisible format characters, trimmed, at
/// most [`NAME_MAX_CHARS`] characters. Idempotent. Unicode normalisation is up to the caller.
#[must_use]
pub fn clean_name(name: &str) -> String {
    clean_line(name, NAME_MAX_CHARS)
}

/// A status text as it may be shown; like [`clean_name`] with at most [`STATUS_MAX_CHARS`] characters.
#[must_use]
pub fn clean_status(status: &str) -> String {
    clean_line(status, STATUS_MAX_CHARS)
}

/// A message as it may be shown: no control characters besides newline and tab (a terminal would obey them) and no
/// characters that override the direction of the text around them. Idempotent.
#[must_use]
pub fn clean_text(text: &str) -> String {
    text.chars().filter(|c| matches!(c, '\n' | '\t') || !(c.is_control() || is_override(*c))).collect()
}

/// Whether a text can stand as a reaction: 1 to [`EMOJI_MAX_BYTES`] bytes without a space, a control or an invisible
/// character other than those emoji are made with, and more than ASCII. Which of the characters have a picture depends
/// on the fonts of whoever looks.
#[must_use]
pub fn is_emoji(text: &str) -> bool {
    // Tags spell the flags of regions.
    let fits = |c: char| matches!(c, '\u{e0020}'..='\u{e007f}') || !(c.is_whitespace() || is_hidden(c));
    text.len() <= EMOJI_MAX_BYTES && !text.is_ascii() && text.chars().all(fits)
}

/// Whether a small picture may be called so: 1 to [`SMALL_PICTURE_NAME_MAX_CHARS`] letters and digits of any script, `_`, `-`
/// and `+`, and not digits alone, which stand between colons in a time.
#[must_use]
pub fn is_picture_name(name: &str) -> bool {
    let fits = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '+');
    name.len() <= SMALL_PICTURE_NAME_MAX_CHARS.saturating_mul(UTF8_MAX_BYTES)
        && (1..=SMALL_PICTURE_NAME_MAX_CHARS).contains(&name.chars().count())
        && name.chars().all(fits)
        && !name.chars().all(|c| c.is_ascii_digit())
}

pub(crate) fn clean_line(text: &str, max_chars: usize) -> String {
    let kept: String = text.trim().chars().filter(|c| !is_hidden(*c)).collect();
    let bounded: String = kept.trim().chars().take(max_chars).collect();
    bounded.trim_end().to_owned()
}

fn is_override(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}')
}

/// Characters that are invisible or move other characters. Joiners (U+200C, U+200D) stay: scripts and emoji need them.
pub(crate) fn is_hidden(c: char) -> bool {
    c.is_control()
        || is_override(c)
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}' | '\u{2029}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Refuses a text of more than `max_chars` characters without looking further than the bytes allow.
pub(crate) fn check_chars(what: &'static str, text: &str, max_chars: usize) -> Result<(), WireError> {
    let max = max_chars.saturating_mul(UTF8_MAX_BYTES);
    if text.len() > max {
        return Err(WireError::TooLong { what, len: text.len(), max });
    }
    if text.chars().count() > max_chars {
        return Err(WireError::TooMany { what, max: max_chars });
    }
    Ok(())
}

pub(crate) fn check_bytes(what: &'static str, bytes: &[u8], max: usize) -> Result<(), WireError> {
    if bytes.len() > max {
        return Err(WireError::TooLong { what, len: bytes.len(), max });
    }
    Ok(())
}

/// Whether a network address has an acceptable form: 1 to [`ADDRESS_MAX_BYTES`] visible ASCII characters.
#[must_use]
pub fn is_address(address: &str) -> bool {
    !address.is_empty() && address.len() <= ADDRESS_MAX_BYTES && address.bytes().all(|b| b.is_ascii_graphic())
}

pub(crate) fn check_addresses(what: &'static str, addresses: &[String], max: usize) -> Result<(), WireError> {
    if addresses.len() > max {
        return Err(WireError::TooMany { what, max });
    }
    match addresses.iter().find(|a| !is_address(a)) {
        Some(a) if a.len() > ADDRESS_MAX_BYTES => {
            Err(WireError::TooLong { what, len: a.len(), max: ADDRESS_MAX_BYTES })
        }
        Some(_) => Err(WireError::BadText { what }),
        None => Ok(()),
    }
}

/// The addresses that may be sent: the first well-formed ones, as many as fit into `max_bytes` and [`ADDRESSES_MAX`].
pub(crate) fn fit_addresses(addresses: Vec<String>, max_bytes: usize) -> Vec<String> {
    let mut room = max_bytes;
    let mut kept: Vec<String> = Vec::new();
    for address in addresses {
        if kept.len() == ADDRESSES_MAX {
            break;
        }
        if is_address(&address) && address.len() <= room && !kept.contains(&address) {
            room -= address.len();
            kept.push(address);
        }
    }
    kept
}
