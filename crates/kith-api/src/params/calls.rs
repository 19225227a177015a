//! What the methods of calls take and answer.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    ids::{ChatId, MessageId},
    views::Call,
};

params! {
    /// Whom to call.
    CallStartParams {
        /// The chat with them.
        chat: ChatId,
    }

    /// A call.
    CallRef {
        /// Which.
        call: MessageId,
    }

    /// What to change about a call; what is absent stays.
    CallSetParams {
        /// Which.
        call: MessageId,
        /// Whether my microphone is on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        mic: Option<bool>,
    }

    /// The calls.
    CallsReply {
        /// Those that ring or go on.
        calls: Vec<Call>,
    }
}
