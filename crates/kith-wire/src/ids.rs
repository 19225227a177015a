//! Names of things: accounts, devices, transports, messages, chats, envelopes, slots, and the hybrid clock.

use std::fmt;
use std::str::FromStr;

use bech32::primitives::decode::CheckedHrpstring;
use bech32::{Bech32m, Hrp};
use data_encoding::HEXLOWER_PERMISSIVE;
use kith_crypto::domain::HashLabel;
use kith_crypto::{PublicKey, random_bytes};

use crate::codec::array;
use crate::error::WireError;

const ACCOUNT_PREFIX: Hrp = Hrp::parse_unchecked("kith");
/// Characters of the longest text form of an id; longer input is refused before it is decoded.
const ID_TEXT_MAX: usize = 96;

/// Why a text is not an id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IdError {
    /// Not hexadecimal.
    #[error("not hexadecimal: {0}")]
    Hex(#[from] data_encoding::DecodeError),
    /// Not bech32m, or mistyped: the checksum does not match.
    #[error("not a valid account address: {0}")]
    Bech32(#[from] bech32::primitives::decode::CheckedHrpstringError),
    /// A bech32m text of something else.
    #[error("an account address begins with kith1")]
    Prefix,
    /// The wrong number of bytes.
    #[error("{len} bytes instead of {expected}")]
    Length {
        /// Bytes found.
        len: usize,
        /// Bytes required.
        expected: usize,
    },
}

fn fixed<const N: usize>(bytes: &[u8]) -> Result<[u8; N], IdError> {
    let Ok(array) = bytes.try_into() else {
        return Err(IdError::Length { len: bytes.len(), expected: N });
    };
    Ok(array)
}

fn from_hex<const N: usize>(text: &str) -> Result<[u8; N], IdError> {
    if text.len() > ID_TEXT_MAX {
        return Err(IdError::Length { len: text.len() / 2, expected: N });
    }
    fixed(&HEXLOWER_PERMISSIVE.decode(text.as_bytes())?)
}

macro_rules! bytes_id {
    ($(#[$doc:meta])* $name:ident, $len:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; $len]);

        impl $name {
            /// Bytes of this id.
            pub const LEN: usize = $len;

            /// The id with these bytes.
            #[must_use]
            pub const fn from_bytes(bytes: [u8; $len]) -> Self {
                Self(bytes)
            }

            /// The bytes of the id.
            #[must_use]
            pub const fn to_bytes(self) -> [u8; $len] {
                self.0
            }

            /// The bytes of the id, borrowed.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; $len] {
                &self.0
            }

            /// The id in a byte string; fails if its length is another.
            pub fn from_slice(bytes: &[u8]) -> Result<Self, WireError> {
                array(stringify!($name), bytes).map(Self)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self)
            }
        }
    };
}

macro_rules! hex_id {
    ($(#[$doc:meta])* $name:ident, $len:literal) => {
        bytes_id!($(#[$doc])* $name, $len);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                from_hex(text).map(Self)
            }
        }
    };
}

bytes_id!(
    /// A person: the public half of the account key. Shown as `kith1…`.
    AccountId,
    32
);
hex_id!(
    /// A device: the public half of its signing key.
    DeviceId,
    32
);
hex_id!(
    /// A network endpoint of a device: the public half of its transport key. Never the account.
    TransportId,
    32
);
hex_id!(
    /// A message, chosen at random by its author.
    MsgId,
    16
);
hex_id!(
    /// A conversation.
    ChatId,
    16
);
hex_id!(
    /// An envelope: the hash of its bytes.
    EnvelopeId,
    32
);
hex_id!(
    /// A small picture: the hash of its bytes.
    PictureId,
    32
);
hex_id!(
    /// A place at a bootstrap node that holds one sealed invite bundle.
    SlotId,
    32
);

hex_id!(
    /// A queue at a mailbox, as its owner names it: the public half of the key that may read and empty it.
    ReceiveId,
    32
);
hex_id!(
    /// The same queue, as whoever writes names it: the public half of the key that may put something in.
    DepositId,
    32
);

impl AccountId {
    /// The key that signs for the account.
    #[must_use]
    pub fn public_key(&self) -> PublicKey {
        PublicKey::from_bytes(self.0)
    }

    /// The 16 bytes an invite link carries so that its bundle can only be of this account.
    #[must_use]
    pub fn fingerprint(&self) -> [u8; 16] {
        truncated(&HashLabel::ACCOUNT_FINGERPRINT.hash(&self.0))
    }
}

impl From<PublicKey> for AccountId {
    fn from(key: PublicKey) -> Self {
        Self(key.to_bytes())
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Ok(text) = bech32::encode_lower::<Bech32m>(ACCOUNT_PREFIX, &self.0) else {
            return Err(fmt::Error);
        };
        f.write_str(&text)
    }
}

impl FromStr for AccountId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        if text.len() > ID_TEXT_MAX {
            return Err(IdError::Length { len: text.len(), expected: Self::LEN });
        }
        let parsed = CheckedHrpstring::new::<Bech32m>(text)?;
        if parsed.hrp() != ACCOUNT_PREFIX {
            return Err(IdError::Prefix);
        }
        let bytes: Vec<u8> = parsed.byte_iter().collect();
        let account = fixed(&bytes).map(Self)?;
        // Padding bits that are not zero would give one account several texts.
        if account.to_string() != text.to_ascii_lowercase() {
            return Err(IdError::Length { len: text.len(), expected: Self::LEN });
        }
        Ok(account)
    }
}

impl DeviceId {
    /// The key that signs for the device.
    #[must_use]
    pub fn public_key(&self) -> PublicKey {
        PublicKey::from_bytes(self.0)
    }
}

impl From<PublicKey> for DeviceId {
    fn from(key: PublicKey) -> Self {
        Self(key.to_bytes())
    }
}

impl TransportId {
    /// The key the endpoint proves in its handshake.
    #[must_use]
    pub fn public_key(&self) -> PublicKey {
        PublicKey::from_bytes(self.0)
    }
}

impl ReceiveId {
    /// The key that signs for the queue's owner.
    #[must_use]
    pub fn public_key(&self) -> PublicKey {
        PublicKey::from_bytes(self.0)
    }
}

impl From<PublicKey> for ReceiveId {
    fn from(key: PublicKey) -> Self {
        Self(key.to_bytes())
    }
}

impl DepositId {
    /// The key that signs for the queue's writer.
    #[must_use]
    pub fn public_key(&self) -> PublicKey {
        PublicKey::from_bytes(self.0)
    }
}

impl From<PublicKey> for DepositId {
    fn from(key: PublicKey) -> Self {
        Self(key.to_bytes())
    }
}

impl From<PublicKey> for TransportId {
    fn from(key: PublicKey) -> Self {
        Self(key.to_bytes())
    }
}

impl MsgId {
    /// A new random id.
    #[must_use]
    pub fn random() -> Self {
        Self(random_bytes())
    }
}

impl ChatId {
    /// The conversation of two accounts, the same whoever asks.
    #[must_use]
    pub fn direct(a: &AccountId, b: &AccountId) -> Self {
        let (low, high) = if a <= b { (a, b) } else { (b, a) };
        let both = [low.to_bytes(), high.to_bytes()].concat();
        Self(truncated(&HashLabel::DIRECT_CHAT.hash(&both)))
    }
}

impl EnvelopeId {
    /// The id of an envelope with these bytes.
    #[must_use]
    pub fn of(envelope: &[u8]) -> Self {
        Self(*blake3::hash(envelope).as_bytes())
    }
}

impl PictureId {
    /// The id of a picture with these bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(*blake3::hash(bytes).as_bytes())
    }
}

pub(crate) fn truncated(bytes: &[u8; 32]) -> [u8; 16] {
    let mut half = [0; 16];
    for (to, from) in half.iter_mut().zip(bytes) {
        *to = *from;
    }
    half
}

/// A hybrid logical clock reading: 48 bits of Unix milliseconds, then a 16-bit counter. Orders like time.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Hlc(u64);

impl Hlc {
    const MILLIS_MAX: u64 = (1 << 48) - 1;

    /// The reading at `millis` (clamped to 48 bits) with `counter`.
    #[must_use]
    pub const fn new(millis: u64, counter: u16) -> Self {
        let millis = if millis > Self::MILLIS_MAX { Self::MILLIS_MAX } else { millis };
        Self((millis << 16) | counter as u64)
    }

    /// The reading with this packed value.
    #[must_use]
    pub const fn from_u64(value: u64) -> Self {
        Self(value)
    }

    /// The packed value; orders as the reading does.
    #[must_use]
    pub const fn to_u64(self) -> u64 {
        self.0
    }

    /// The reading in big-endian bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 8]) -> Self {
        Self(u64::from_be_bytes(bytes))
    }

    /// Big-endian bytes; they order as the reading does.
    #[must_use]
    pub const fn to_bytes(self) -> [u8; 8] {
        self.0.to_be_bytes()
    }

    /// Unix milliseconds.
    #[must_use]
    pub const fn millis(self) -> u64 {
        self.0 >> 16
    }

    /// The counter within the millisecond.
    #[must_use]
    pub const fn counter(self) -> u16 {
        (self.0 & 0xffff) as u16
    }
}

impl fmt::Debug for Hlc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hlc({}ms+{})", self.millis(), self.counter())
    }
}

impl fmt::Display for Hlc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl FromStr for Hlc {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        from_hex(text).map(Self::from_bytes)
    }
}
