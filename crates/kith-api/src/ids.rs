//! Identifiers as the API spells them.
//!
//! Accounts are bech32m with the prefix `kith`, everything else is lower-case hex.

use std::{fmt, str::FromStr};

use bech32::{Bech32m, Hrp, primitives::decode::CheckedHrpstring};
use data_encoding::HEXLOWER;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A string that is not an identifier of the expected kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a valid {expected}")]
#[non_exhaustive]
pub struct IdError {
    /// What the text should have been, in words.
    pub expected: &'static str,
}

const HRP: Hrp = Hrp::parse_unchecked("kith");

/// A person: the public account key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId([u8; 32]);

impl AccountId {
    /// Wraps 32 bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    #[must_use]
    pub const fn to_bytes(self) -> [u8; 32] {
        self.0
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        bech32::encode_to_fmt::<Bech32m, _>(f, HRP, &self.0).map_err(|_unwritable| fmt::Error)
    }
}

impl FromStr for AccountId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let bad = IdError { expected: "account id (kith1…)" };
        if text.len() > 90 {
            return Err(bad);
        }
        let Ok(parsed) = CheckedHrpstring::new::<Bech32m>(text) else { return Err(bad) };
        if parsed.hrp() != HRP {
            return Err(bad);
        }
        let bytes: Vec<u8> = parsed.byte_iter().collect();
        bytes.try_into().map(Self).map_err(|_other_length: Vec<u8>| bad)
    }
}

macro_rules! hex_id {
    ($(#[$doc:meta])* $name:ident, $len:literal, $what:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; $len]);

        impl $name {
            /// Wraps the bytes.
            #[must_use]
            pub const fn from_bytes(bytes: [u8; $len]) -> Self {
                Self(bytes)
            }

            /// The bytes.
            #[must_use]
            pub const fn to_bytes(self) -> [u8; $len] {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&HEXLOWER.encode(&self.0))
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                let bad = IdError { expected: $what };
                if text.len() != 2 * $len {
                    return Err(bad);
                }
                let Ok(bytes) = HEXLOWER.decode(text.as_bytes()) else { return Err(bad) };
                bytes.try_into().map(Self).map_err(|_other_length: Vec<u8>| bad)
            }
        }
    };
}

hex_id!(
    /// A conversation.
    ChatId, 16, "chat id (32 hex digits)"
);
hex_id!(
    /// A message.
    MessageId, 16, "message id (32 hex digits)"
);
hex_id!(
    /// What was seen behind a link that is not sent yet.
    PreviewId, 16, "preview id (32 hex digits)"
);
hex_id!(
    /// A device of a person: its public signing key.
    DeviceId, 32, "device id (64 hex digits)"
);
hex_id!(
    /// An open or used invite.
    InviteId, 16, "invite id (32 hex digits)"
);
hex_id!(
    /// A small picture: the BLAKE3 hash of its bytes.
    PictureId, 32, "picture id (64 hex digits)"
);
hex_id!(
    /// An API token, as listed; never the secret itself.
    TokenId, 8, "token id (16 hex digits)"
);

macro_rules! as_string {
    ($($name:ident: $pattern:literal),* $(,)?) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                std::borrow::Cow::<'de, str>::deserialize(deserializer)?.parse().map_err(de::Error::custom)
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "pattern": $pattern })
            }
        }
    )*};
}

as_string!(
    AccountId: "^kith1[0-9a-z]{58}$",
    ChatId: "^[0-9a-f]{32}$",
    MessageId: "^[0-9a-f]{32}$",
    PreviewId: "^[0-9a-f]{32}$",
    DeviceId: "^[0-9a-f]{64}$",
    InviteId: "^[0-9a-f]{32}$",
    TokenId: "^[0-9a-f]{16}$",
    PictureId: "^[0-9a-f]{64}$",
);
