//! The public address.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// My public address: whether everybody who knows my account can ask me to be a contact. The address is the account
/// itself, `kith1…`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PublicAddress {
    /// Whether they can.
    pub on: bool,
    /// How much work the computer of who asks does, in leading zero bits of a hash: each one doubles it.
    pub bits: u8,
    /// Whether a bootstrap node has it: since it was switched on or the node started, or still after it was switched
    /// off. While none has it, only the local network finds it.
    pub stored: bool,
}

/// How a request came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Via {
    /// Through my public address.
    PublicAddress,
}
