//! Version byte and protobuf, with caps applied before the protobuf decoder allocates anything.

use prost::Message;

use crate::error::WireError;

/// What one kind of encoded value may be: its name for errors, version, size, and per repeated field number its cap.
pub(crate) struct Shape {
    pub(crate) what: &'static str,
    pub(crate) version: u8,
    pub(crate) max: usize,
    pub(crate) repeated: &'static [(u64, usize)],
}

impl Shape {
    /// Decodes `version ‖ protobuf`.
    pub(crate) fn decode<M: Message + Default>(&self, bytes: &[u8]) -> Result<M, WireError> {
        let what = self.what;
        if bytes.len() > self.max {
            return Err(WireError::TooLong { what, len: bytes.len(), max: self.max });
        }
        let (found, rest) = bytes.split_first().ok_or(WireError::Truncated { what })?;
        if *found != self.version {
            return Err(WireError::UnknownVersion { what, found: *found, supported: self.version });
        }
        self.decode_plain(rest)
    }

    /// Decodes protobuf that has no version byte of its own because it is inside something that has one.
    pub(crate) fn decode_plain<M: Message + Default>(&self, bytes: &[u8]) -> Result<M, WireError> {
        let what = self.what;
        if bytes.len() > self.max {
            return Err(WireError::TooLong { what, len: bytes.len(), max: self.max });
        }
        self.check_repeated(bytes)?;
        M::decode(bytes).map_err(|source| WireError::Protobuf { what, source })
    }

    /// Encodes `version ‖ protobuf`.
    pub(crate) fn encode<M: Message>(&self, message: &M) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(message.encoded_len().saturating_add(1));
        bytes.push(self.version);
        bytes.extend(message.encode_to_vec());
        bytes
    }

    /// Walks the top-level fields without allocating: two input bytes of an empty element would otherwise become dozens
    /// of bytes of vector.
    fn check_repeated(&self, bytes: &[u8]) -> Result<(), WireError> {
        for (number, max) in self.repeated {
            let mut rest = bytes;
            let mut seen = 0usize;
            while !rest.is_empty() {
                let (found, after) = skip_field(rest).ok_or(WireError::Malformed { what: self.what })?;
                rest = after;
                if found == *number {
                    seen = seen.saturating_add(1);
                    if seen > *max {
                        return Err(WireError::TooMany { what: self.what, max: *max });
                    }
                }
            }
        }
        Ok(())
    }
}

/// Reads one field; gives its number and what follows it. `None` if the bytes are not fields.
fn skip_field(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let (key, rest) = varint(bytes)?;
    let rest = match key & 7 {
        0 => varint(rest)?.1,
        1 => rest.get(8..)?,
        2 => {
            let (len, rest) = varint(rest)?;
            rest.get(usize::try_from(len).ok()?..)?
        }
        5 => rest.get(4..)?,
        _ => return None,
    };
    Some((key >> 3, rest))
}

fn varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut value = 0u64;
    for (index, byte) in bytes.iter().enumerate().take(10) {
        value |= u64::from(byte & 0x7f).checked_shl(u32::try_from(index).ok()?.checked_mul(7)?)?;
        if byte & 0x80 == 0 {
            return Some((value, bytes.get(index.checked_add(1)?..)?));
        }
    }
    None
}

/// Bytes of exactly `N`.
pub(crate) fn array<const N: usize>(what: &'static str, bytes: &[u8]) -> Result<[u8; N], WireError> {
    let Ok(array) = bytes.try_into() else {
        return Err(WireError::Length { what, len: bytes.len(), expected: N });
    };
    Ok(array)
}

/// A list of byte strings of exactly `N` each, at most `max` of them.
pub(crate) fn arrays<const N: usize>(
    what: &'static str,
    list: &[Vec<u8>],
    max: usize,
) -> Result<Vec<[u8; N]>, WireError> {
    check_count(what, list.len(), max)?;
    list.iter().map(|bytes| array(what, bytes)).collect()
}

pub(crate) fn check_count(what: &'static str, count: usize, max: usize) -> Result<(), WireError> {
    if count > max {
        return Err(WireError::TooMany { what, max });
    }
    Ok(())
}

/// The first `N` bytes and the rest.
pub(crate) fn split<'a, const N: usize>(what: &'static str, bytes: &'a [u8]) -> Result<([u8; N], &'a [u8]), WireError> {
    let (head, rest) = bytes.split_first_chunk::<N>().ok_or(WireError::Truncated { what })?;
    Ok((*head, rest))
}
