//! What travels between two devices: one Olm message, padded and sealed so that nobody on the way sees its kind, its
//! ratchet position or its exact length.
//!
//! `1 ‖ kind ‖ key id 16 ‖ [encapsulated key 1120] ‖ nonce 24 ‖ XChaCha20-Poly1305(padded)`, with everything before the
//! nonce as associated data. `padded` is `Olm kind ‖ u32 length ‖ Olm bytes ‖ zeros` up to one of [`BUCKETS`].

use kith_crypto::{KEM_ENCAPSULATED_LEN, KdfInfo, Key, OlmKind, OlmWire};
use zeroize::Zeroizing;

use crate::codec::split;
use crate::error::WireError;
use crate::ids::{EnvelopeId, truncated};
use crate::limits::FRAME_MAX;
use crate::text::check_bytes;

const WHAT: &str = "envelope";
const VERSION: u8 = 1;
const KEYED: u8 = 0;
const FIRST: u8 = 1;
const KEY_ID_LEN: usize = 16;
const SEAL_OVERHEAD: usize = 24 + 16;
const FIRST_OVERHEAD: usize = 2 + KEY_ID_LEN + KEM_ENCAPSULATED_LEN + SEAL_OVERHEAD;
const PAD_HEADER: usize = 1 + 4;
const PRE_KEY: u8 = 0;
const NORMAL: u8 = 1;

/// The lengths a padded message can have. The largest is what is left of [`FRAME_MAX`] under the longest header.
pub const BUCKETS: [usize; 5] = [256, 1024, 4096, 16 * 1024, FRAME_MAX - FIRST_OVERHEAD];
/// Bytes of the largest Olm message that fits.
pub const OLM_MAX: usize = FRAME_MAX - FIRST_OVERHEAD - PAD_HEADER;

/// Why an envelope cannot be sealed or opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EnvelopeError {
    /// It does not open with this key: altered, or sealed with another.
    #[error("the envelope does not open with this key")]
    Sealed,
    /// It opened, but what is inside is not a padded message.
    #[error("the envelope has malformed padding")]
    BadPadding,
    /// The Olm message does not fit into the largest bucket.
    #[error("a message of {len} bytes, at most {max} fit into an envelope")]
    TooLong {
        /// Bytes found.
        len: usize,
        /// Bytes allowed.
        max: usize,
    },
    /// The encapsulated key has the wrong length.
    #[error(transparent)]
    Wire(#[from] WireError),
}

/// The part of an envelope in clear: how to find its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Header {
    /// Carries a fresh key, encapsulated to the recipient's X-Wing key.
    First {
        /// [`Envelope::key_id`] of the key.
        key_id: [u8; 16],
        /// The encapsulated key, 1120 bytes.
        encapsulated: Vec<u8>,
    },
    /// Uses a key both sides have.
    Keyed {
        /// [`Envelope::key_id`] of the key.
        key_id: [u8; 16],
    },
}

impl Header {
    /// The id of the key the envelope is sealed with.
    #[must_use]
    pub fn key_id(&self) -> &[u8; 16] {
        match self {
            Self::First { key_id, .. } | Self::Keyed { key_id } => key_id,
        }
    }

    fn encode(&self) -> Result<Vec<u8>, WireError> {
        match self {
            Self::Keyed { key_id } => Ok([[VERSION, KEYED].as_slice(), key_id].concat()),
            Self::First { key_id, encapsulated } => {
                if encapsulated.len() != KEM_ENCAPSULATED_LEN {
                    let (len, expected) = (encapsulated.len(), KEM_ENCAPSULATED_LEN);
                    return Err(WireError::Length { what: "encapsulated key", len, expected });
                }
                Ok([[VERSION, FIRST].as_slice(), key_id, encapsulated].concat())
            }
        }
    }

    fn decode(bytes: &[u8]) -> Result<(Self, &[u8]), WireError> {
        let ([version, kind], rest) = split::<2>(WHAT, bytes)?;
        if version != VERSION {
            return Err(WireError::UnknownVersion { what: WHAT, found: version, supported: VERSION });
        }
        let (key_id, rest) = split::<KEY_ID_LEN>(WHAT, rest)?;
        match kind {
            KEYED => Ok((Self::Keyed { key_id }, rest)),
            FIRST => {
                let (encapsulated, rest) =
                    rest.split_at_checked(KEM_ENCAPSULATED_LEN).ok_or(WireError::Truncated { what: WHAT })?;
                Ok((Self::First { key_id, encapsulated: encapsulated.to_vec() }, rest))
            }
            other => Err(WireError::UnknownKind { what: "envelope kind", found: u32::from(other) }),
        }
    }
}

/// An envelope whose clear part was decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    header: Header,
    bytes: Vec<u8>,
    sealed_at: usize,
}

impl Envelope {
    /// Decodes the clear part. Fails if the envelope is too long, cut off, not of a bucket's length, or of an unknown
    /// version or kind.
    pub fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        check_bytes(WHAT, bytes, FRAME_MAX)?;
        let (header, sealed) = Header::decode(bytes)?;
        let padded = sealed.len().checked_sub(SEAL_OVERHEAD).ok_or(WireError::Truncated { what: WHAT })?;
        if !BUCKETS.contains(&padded) {
            return Err(WireError::Malformed { what: WHAT });
        }
        Ok(Self { header, bytes: bytes.to_vec(), sealed_at: bytes.len().saturating_sub(sealed.len()) })
    }

    /// How to find the key.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The id of this envelope.
    #[must_use]
    pub fn id(&self) -> EnvelopeId {
        EnvelopeId::of(&self.bytes)
    }

    /// The envelope as it travels.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Opens the envelope with the key its header names.
    pub fn open(&self, key: &Key) -> Result<OlmWire, EnvelopeError> {
        let (aad, sealed) = self.bytes.split_at_checked(self.sealed_at).ok_or(EnvelopeError::Sealed)?;
        let Ok(padded) = key.derive(KdfInfo::ENVELOPE_KEY).open(aad, sealed) else {
            return Err(EnvelopeError::Sealed);
        };
        unpad(&padded).ok_or(EnvelopeError::BadPadding)
    }

    /// Pads and seals an Olm message. Fails if it is larger than [`OLM_MAX`] or the encapsulated key of the header has
    /// the wrong length.
    pub fn seal(header: &Header, key: &Key, message: &OlmWire) -> Result<Vec<u8>, EnvelopeError> {
        let padded = pad(message)?;
        let mut envelope = header.encode()?;
        let sealed = key.derive(KdfInfo::ENVELOPE_KEY).seal(&envelope, &padded);
        envelope.extend(sealed);
        Ok(envelope)
    }

    /// The public name of an envelope key.
    #[must_use]
    pub fn key_id(key: &Key) -> [u8; 16] {
        truncated(key.derive(KdfInfo::ENVELOPE_KEY_ID).as_bytes())
    }
}

fn pad(message: &OlmWire) -> Result<Zeroizing<Vec<u8>>, EnvelopeError> {
    let too_long = EnvelopeError::TooLong { len: message.bytes.len(), max: OLM_MAX };
    let needed = message.bytes.len().saturating_add(PAD_HEADER);
    let Some(bucket) = BUCKETS.iter().find(|bucket| **bucket >= needed) else {
        return Err(too_long);
    };
    let Ok(len) = u32::try_from(message.bytes.len()) else {
        return Err(too_long);
    };
    let mut padded = Zeroizing::new(Vec::with_capacity(*bucket));
    padded.push(match message.kind {
        OlmKind::PreKey => PRE_KEY,
        OlmKind::Normal => NORMAL,
    });
    padded.extend(len.to_be_bytes());
    padded.extend(&message.bytes);
    padded.resize(*bucket, 0);
    Ok(padded)
}

pub(crate) fn unpad(padded: &[u8]) -> Option<OlmWire> {
    let (kind, rest) = padded.split_first()?;
    let kind = match *kind {
        PRE_KEY => OlmKind::PreKey,
        NORMAL => OlmKind::Normal,
        _ => return None,
    };
    let (len, rest) = rest.split_first_chunk::<4>()?;
    let (bytes, zeros) = rest.split_at_checked(usize::try_from(u32::from_be_bytes(*len)).ok()?)?;
    zeros.iter().all(|byte| *byte == 0).then(|| OlmWire { kind, bytes: bytes.to_vec() })
}
