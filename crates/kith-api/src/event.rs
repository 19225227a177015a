//! What a node tells without being asked.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    ids::{AccountId, ChatId, MessageId},
    views::{
        Backups, Call, Chat, Contact, Message, MessageState, NetworkStatus, Path, Presence, Profile, Settings,
        SoundCheck, SoundDevices, Sticker,
    },
};

/// Something happened. In JSON the field `kind` says what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind")]
#[non_exhaustive]
pub enum Event {
    /// A message is new or has changed.
    #[serde(rename = "message.upserted")]
    MessageUpserted {
        /// It.
        message: Message,
    },
    /// A message was deleted here. Forget what is kept of it.
    #[serde(rename = "message.removed")]
    MessageRemoved {
        /// Which.
        message: MessageId,
        /// Its chat.
        chat: ChatId,
    },
    /// An outgoing message got further.
    #[serde(rename = "message.state")]
    MessageState {
        /// Which.
        message: MessageId,
        /// Its chat.
        chat: ChatId,
        /// How far.
        state: MessageState,
        /// Since when, Unix milliseconds.
        at: u64,
    },
    /// A chat is new or has changed.
    #[serde(rename = "chat.changed")]
    ChatChanged {
        /// It.
        chat: Chat,
    },
    /// A contact is new or has changed.
    #[serde(rename = "contact.changed")]
    ContactChanged {
        /// They.
        contact: Contact,
    },
    /// A contact or request is gone.
    #[serde(rename = "contact.removed")]
    ContactRemoved {
        /// Who.
        account: AccountId,
    },
    /// Somebody asks to be a contact.
    #[serde(rename = "contact.requested")]
    ContactRequested {
        /// Who, with what they wrote.
        contact: Contact,
    },
    /// Somebody is writing in a chat, or stopped.
    #[serde(rename = "typing")]
    Typing {
        /// Where.
        chat: ChatId,
        /// Who.
        account: AccountId,
        /// Whether they are.
        on: bool,
    },
    /// A contact came, went, or is reached another way.
    #[serde(rename = "presence")]
    Presence {
        /// Who.
        account: AccountId,
        /// Whether they are there.
        presence: Presence,
        /// When they were last there, Unix milliseconds.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        last_seen: Option<u64>,
        /// How they are reached.
        path: Path,
    },
    /// It rings here.
    #[serde(rename = "call.incoming")]
    CallIncoming {
        /// The call.
        call: Call,
    },
    /// A call is in another phase, or a microphone was switched. An ended one comes once more and is gone then.
    #[serde(rename = "call.changed")]
    CallChanged {
        /// The call.
        call: Call,
    },
    /// How loud the two are, while they hear each other, at most ten times a second.
    #[serde(rename = "call.level")]
    CallLevel {
        /// The call.
        call: MessageId,
        /// I, 0 (silent) to 100.
        mine: u8,
        /// The other side, 0 (silent) to 100.
        theirs: u8,
    },
    /// Another microphone or speaker is in use than before, or one was lost. `calls.devices` looks for those that came
    /// besides.
    #[serde(rename = "calls.devices")]
    CallsDevices {
        /// The devices of this computer.
        devices: SoundDevices,
    },
    /// How the check of microphone and speaker stands, at most ten times a second.
    #[serde(rename = "calls.check")]
    CallsCheck {
        /// It.
        check: SoundCheck,
    },
    /// My profile changed.
    #[serde(rename = "profile.changed")]
    ProfileChanged {
        /// It.
        profile: Profile,
    },
    /// A setting changed.
    #[serde(rename = "settings.changed")]
    SettingsChanged {
        /// All that are set now.
        settings: Settings,
    },
    /// A picture of my own was added or removed.
    #[serde(rename = "stickers.changed")]
    StickersChanged {
        /// All there are now.
        stickers: Vec<Sticker>,
    },
    /// The network changed.
    #[serde(rename = "network.changed")]
    NetworkChanged {
        /// What it is now.
        status: NetworkStatus,
    },
    /// A backup is being made, or is complete.
    #[serde(rename = "backup.progress")]
    BackupProgress {
        /// Rows written.
        done: u64,
        /// Rows there are.
        total: u64,
    },
    /// The node made a backup by itself, or could not, or does so from now on or no longer.
    #[serde(rename = "backup.changed")]
    BackupChanged {
        /// How things stand.
        backups: Backups,
    },
    /// Something to show outside the window. It comes unless the chat is muted, its rule or the quiet hours are against
    /// it, or I am not to be disturbed. Take it back when the chat is read, or the message is deleted.
    #[serde(rename = "notify")]
    Notify {
        /// Where.
        chat: ChatId,
        /// Which message.
        message: MessageId,
        /// Who it is from; empty if that is not to be said.
        title: String,
        /// The beginning of the text; empty if that is not to be said.
        body: String,
        /// It names me.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        mention: bool,
        /// It was written while I was away, or the node has just started. Several such may come at once: tell of them
        /// together.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        late: bool,
    },
    /// This reader was too slow and missed events: take a new snapshot.
    #[serde(rename = "lagged")]
    Lagged {
        /// How many.
        missed: u64,
    },
}

/// An event with its number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SequencedEvent {
    /// Counts up by one since the node started.
    pub seq: u64,
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
}

/// Everything a client shows first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Snapshot {
    /// The number of the last event it includes.
    pub seq: u64,
    /// My profile.
    pub profile: Profile,
    /// Contacts and requests.
    pub contacts: Vec<Contact>,
    /// Chats, newest first.
    pub chats: Vec<Chat>,
    /// The network.
    pub network: NetworkStatus,
    /// The settings that are set.
    pub settings: Settings,
    /// The calls that ring or go on.
    #[serde(default)]
    pub calls: Vec<Call>,
}
