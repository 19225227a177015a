//! The text form of links: `kith:LETTER/VERSION/` and base32 of a payload with a checksum.

use data_encoding::BASE32_NOPAD;

use crate::limits::LINK_MAX_CHARS;

const SCHEME: &str = "kith:";
const CHECKSUM_LEN: usize = 4;

/// Why a text is not a usable link.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LinkError {
    /// Not a link of this kind at all.
    #[error("this is not a link of the expected kind")]
    NotALink,
    /// Longer than any link.
    #[error("a link of {len} characters, at most {max} are allowed")]
    TooLong {
        /// Characters found.
        len: usize,
        /// Characters allowed.
        max: usize,
    },
    /// A link of a newer version.
    #[error("the link needs a newer version of the program")]
    UnknownVersion,
    /// Cut off, mistyped or altered.
    #[error("the link is damaged: part of it is missing or mistyped")]
    Damaged,
}

/// Writes a link of the kind `letter` in version 1.
pub(crate) fn format(letter: char, payload: &[u8]) -> String {
    let mut bytes = payload.to_vec();
    bytes.extend(checksum(payload));
    format!("{SCHEME}{letter}/1/{}", BASE32_NOPAD.encode(&bytes).to_ascii_lowercase())
}

/// Reads a link of the kind `letter`; gives its payload. Letter case and surrounding blanks do not matter.
pub(crate) fn parse(letter: char, text: &str) -> Result<Vec<u8>, LinkError> {
    if text.len() > LINK_MAX_CHARS {
        return Err(LinkError::TooLong { len: text.len(), max: LINK_MAX_CHARS });
    }
    let text = text.trim().to_ascii_lowercase();
    let rest = text.strip_prefix(SCHEME).and_then(|rest| rest.strip_prefix(letter)).ok_or(LinkError::NotALink)?;
    let rest = rest.strip_prefix('/').ok_or(LinkError::NotALink)?;
    let (version, data) = rest.split_once('/').ok_or(LinkError::NotALink)?;
    match version {
        "1" => {}
        other if !other.is_empty() && other.bytes().all(|b| b.is_ascii_digit()) => {
            return Err(LinkError::UnknownVersion);
        }
        _ => return Err(LinkError::NotALink),
    }
    let Ok(mut bytes) = BASE32_NOPAD.decode(data.to_ascii_uppercase().as_bytes()) else {
        return Err(LinkError::Damaged);
    };
    let (payload, sum) = bytes.split_last_chunk::<CHECKSUM_LEN>().ok_or(LinkError::Damaged)?;
    if checksum(payload) != *sum {
        return Err(LinkError::Damaged);
    }
    bytes.truncate(bytes.len().saturating_sub(CHECKSUM_LEN));
    Ok(bytes)
}

/// Finds typing errors, nothing else: what a link says is proven by what it leads to.
fn checksum(payload: &[u8]) -> [u8; CHECKSUM_LEN] {
    let [a, b, c, d, ..] = *blake3::hash(payload).as_bytes();
    [a, b, c, d]
}

/// Appends a part with its length before it. Parts of more than 255 bytes are for the caller to prevent; they are left
/// out.
pub(crate) fn put_part(payload: &mut Vec<u8>, part: &[u8]) {
    if let Ok(len) = u8::try_from(part.len()) {
        payload.push(len);
        payload.extend(part);
    }
}

/// Reads what [`put_part`] wrote, up to the end: at most `max` parts.
pub(crate) fn take_parts(mut bytes: &[u8], max: usize) -> Result<Vec<&[u8]>, LinkError> {
    let mut parts = Vec::new();
    while let Some((len, after)) = bytes.split_first() {
        let (part, after) = after.split_at_checked(usize::from(*len)).ok_or(LinkError::Damaged)?;
        if parts.len() == max {
            return Err(LinkError::Damaged);
        }
        parts.push(part);
        bytes = after;
    }
    Ok(parts)
}
