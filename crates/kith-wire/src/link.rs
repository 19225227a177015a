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

/// Appends short strings: a count byte, then each with a length byte. Strings and lists longer than that allows are cut
/// by the callers before.
pub(crate) fn put_strings(payload: &mut Vec<u8>, strings: &[String]) {
    let short: Vec<(u8, &String)> =
        strings.iter().take(usize::from(u8::MAX)).filter_map(|s| Some((u8::try_from(s.len()).ok()?, s))).collect();
    payload.push(u8::try_from(short.len()).unwrap_or(u8::MAX));
    for (len, string) in short {
        payload.push(len);
        payload.extend(string.as_bytes());
    }
}

/// Reads what [`put_strings`] wrote; nothing may follow it.
pub(crate) fn take_strings(bytes: &[u8], max: usize, accept: fn(&str) -> bool) -> Result<Vec<String>, LinkError> {
    let (count, mut rest) = bytes.split_first().ok_or(LinkError::Damaged)?;
    if usize::from(*count) > max {
        return Err(LinkError::Damaged);
    }
    let mut strings = Vec::new();
    for _ in 0..*count {
        let (len, after) = rest.split_first().ok_or(LinkError::Damaged)?;
        let (string, after) = after.split_at_checked(usize::from(*len)).ok_or(LinkError::Damaged)?;
        let Ok(string) = std::str::from_utf8(string) else {
            return Err(LinkError::Damaged);
        };
        if !accept(string) {
            return Err(LinkError::Damaged);
        }
        strings.push(string.to_owned());
        rest = after;
    }
    if rest.is_empty() { Ok(strings) } else { Err(LinkError::Damaged) }
}
