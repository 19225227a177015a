//! Servers for calls.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The reply of `network.ice_servers`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct IceServersReply {
    /// At most two for STUN and two for TURN; none if no bootstrap node in use offers it.
    pub servers: Vec<IceServer>,
}

/// A STUN or TURN server in the form of `RTCIceServer` of the W3C's WebRTC.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct IceServer {
    /// `stun:HOST:PORT` or `turn:HOST:PORT`, over UDP.
    pub urls: Vec<String>,
    /// The user name for TURN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// The password for TURN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential: Option<String>,
}

impl fmt::Debug for IceServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IceServer").field("urls", &self.urls).finish_non_exhaustive()
    }
}
