//! Calls, as they ring and go on, and as they stand in a chat afterwards.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{AccountId, ChatId, MessageId};

/// A call that rings or goes on, or has just ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Call {
    /// Its id, which is that of its message in the chat.
    pub call: MessageId,
    /// The chat it belongs to.
    pub chat: ChatId,
    /// The other person.
    pub account: AccountId,
    /// I called them.
    pub outgoing: bool,
    /// Where it stands.
    pub phase: CallPhase,
    /// How it ended, once `phase` is `ended`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<CallOutcome>,
    /// When it began to ring, Unix milliseconds.
    pub started_at: u64,
    /// Since when the two hear each other, Unix milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connected_at: Option<u64>,
    /// Until when it stays in this phase unless something happens, Unix milliseconds: for a countdown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<u64>,
    /// My microphone is on.
    pub mic: bool,
    /// Theirs is, as they say.
    pub their_mic: bool,
    /// My camera is on.
    pub camera: bool,
    /// My screen is shown, in the place of the camera's picture.
    pub screen: bool,
    /// Their camera is on, as they say. While it rings here: they would like to be seen.
    pub their_camera: bool,
    /// Their screen is shown, as they say.
    pub their_screen: bool,
    /// It must not make a sound here: the chat is muted, or I am not to be disturbed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub silent: bool,
}

/// Where a call stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum CallPhase {
    /// I called; nothing came back yet.
    Calling,
    /// It rings there.
    Ringing,
    /// It rings here.
    Incoming,
    /// It was answered, and nothing is heard yet.
    Connecting,
    /// Both hear each other.
    Connected,
    /// The way to each other broke and is being looked for again.
    Reconnecting,
    /// It is over; `outcome` says how.
    Ended,
}

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CallOutcome {
    /// They talked, and one hung up.
    Talked,
    /// It was given up before it was answered: whoever was called missed it.
    Cancelled,
    /// It was not wanted.
    Declined,
    /// Whoever was called was in another call.
    Busy,
    /// Nobody answered in time.
    NoAnswer,
    /// The two could not be connected, or lost each other.
    Failed,
    /// Another call took its place: both called each other, or it was answered on another device.
    Replaced,
}

/// What a message of the kind `call` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CallRecord {
    /// How it ended; absent while it rings or goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<CallOutcome>,
    /// How long they heard each other, milliseconds.
    pub talked_ms: u64,
}

/// How a call goes at the moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CallStats {
    /// Which way the sound takes; absent until there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<CallPath>,
    /// Round trip, milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rtt_ms: Option<u32>,
    /// Of a thousand packets that were sent here, so many were lost.
    pub lost_permille: u32,
    /// Of a thousand packets this node sent, so many were lost, as the other side says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub their_lost_permille: Option<u32>,
    /// How unevenly packets come (RFC 3550), milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jitter_ms: Option<u32>,
    /// How long sound waits here so that it can be played evenly, milliseconds.
    pub buffered_ms: u32,
    /// Of a thousand samples that were played, so many were made up because packets were missing.
    pub concealed_permille: u32,
    /// How sound is encoded.
    pub codec: String,
    /// Bits of sound sent per second.
    pub bitrate_out: u32,
    /// Bits of sound that come per second.
    pub bitrate_in: u32,
    /// Packets sent.
    pub packets_out: u64,
    /// Packets that came.
    pub packets_in: u64,
    /// What may be sent in all, in bits per second.
    pub bandwidth: u32,
    /// The picture this node sends; absent while nothing is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub video_out: Option<VideoStats>,
    /// The picture that comes; absent until one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub video_in: Option<VideoStats>,
}

/// How a picture goes, one way.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct VideoStats {
    /// How it is encoded.
    pub codec: String,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// Pictures over the last second.
    pub frames_per_second: u32,
    /// Pictures since it began.
    pub frames: u64,
    /// Bits per second.
    pub bitrate: u32,
    /// How often it stood still, because part of it was lost.
    pub frozen: u64,
    /// It rests so that there is room for the sound.
    pub paused: bool,
}

/// Which way the sound of a call takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum CallPath {
    /// From device to device.
    Direct,
    /// Through a TURN server, which sees sealed packets.
    Relayed,
    /// Through a bootstrap node's relay for iroh, over TCP, because no UDP goes through; it sees sealed packets.
    Overlay,
}
