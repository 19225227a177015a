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
        /// With my camera on from the moment they answer.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        video: bool,
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
        /// The key of push to talk is held: with `sound.mode` `push_to_talk`, nothing leaves the microphone otherwise.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        talk: Option<bool>,
        /// How loud the other person is here, in percent from 0 to 200. Kept for their next calls, too.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        volume: Option<u16>,
        /// Whether my camera is on. Before anybody answers, whether it will be.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        camera: Option<bool>,
        /// Whether my screen is shown, in the place of the camera's picture.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        screen: Option<bool>,
    }

    /// The calls.
    CallsReply {
        /// Those that ring or go on.
        calls: Vec<Call>,
    }
}

impl CallSetParams {
    /// Changes nothing about this call.
    #[must_use]
    pub fn nothing(call: MessageId) -> Self {
        Self { call, mic: None, talk: None, volume: None, camera: None, screen: None }
    }
}
