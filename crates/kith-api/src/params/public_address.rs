//! The public address.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Whether everybody who knows my account can ask me to be a contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PublicAddressParams {
    /// Whether they can. Off takes it away from where it was found.
    pub on: bool,
    /// How much work their computers do, 16 to 28 leading zero bits of a hash; absent: as before, at first 20.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bits: Option<u8>,
}
