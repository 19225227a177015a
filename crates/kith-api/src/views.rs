//! What clients are shown: profiles, contacts, chats, messages, the network.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

mod calls;
mod ice;
mod link_preview;
mod network;
mod public_address;
mod sound;
mod stickers;

use crate::error::ErrorCode;
use crate::ids::{AccountId, ChatId, DeviceId, InviteId, MessageId, TokenId};

pub use calls::{Call, CallOutcome, CallPath, CallPhase, CallRecord, CallStats, VideoStats};
pub use ice::{IceServer, IceServersReply};
pub use link_preview::{LINK_PREVIEWS, LinkPreview, Picture, PictureBytes, PictureFormat, PictureSize};
pub use network::{Bootstrap, Metered, NetworkState, NetworkStatus, TestStep, Traffic};
pub use public_address::{PublicAddress, Via};
pub use sound::{
    CheckPhase, DEVICE_ID_MAX, SOUND_ECHO, SOUND_GAIN, SOUND_INPUT, SOUND_MODE, SOUND_NOISE, SOUND_OUTPUT,
    SOUND_RING_OUTPUT, SOUND_VOLUMES, SoundCheck, SoundDevice, SoundDevices, SoundMode, SoundNoise, SoundProblem,
    SoundSettings, VOLUME_MAX,
};
pub use stickers::{Pictured, Sticker};

/// My own profile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Profile {
    /// My account.
    pub account: AccountId,
    /// The name contacts see.
    pub name: String,
    /// A line about me that contacts see; may be empty.
    pub status_text: String,
    /// Until when that line counts, Unix milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status_until: Option<u64>,
    /// How I want to be seen.
    pub presence: Presence,
    /// Nobody is at this device: contacts see `away` instead of `online`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub idle: bool,
    /// Until when the quiet hours of now last, Unix milliseconds; the time may be over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quiet_until: Option<u64>,
    /// My devices.
    pub devices: Vec<Device>,
    /// Whether everybody who knows my account can ask me.
    #[serde(default)]
    pub public_address: PublicAddress,
    /// How far the return is, after the account was brought back on this device; absent when nothing is left to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recovery: Option<Recovery>,
    /// This start found the database to be an older copy put back: what was written since comes again from contacts, as far as
    /// they have it, and new sessions are started with all of them, because keys that were used must not be used again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub restored: bool,
}

/// The backups a node makes by itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Backups {
    /// The folder they go to; absent if none are made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folder: Option<String>,
    /// How often, in seconds.
    pub every_s: u64,
    /// How many are kept.
    pub keep: u32,
    /// The newest; it need not be there any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<BackupMade>,
    /// Why the last attempt made none; absent if it made one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// When the next is made, Unix milliseconds; later if the node does not run then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_at: Option<u64>,
}

/// A backup that a node made by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BackupMade {
    /// Its file.
    pub path: String,
    /// When it was begun, Unix milliseconds.
    pub at: u64,
    /// Its size.
    pub bytes: u64,
}

/// An account that was brought back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Recovery {
    /// What is being done.
    pub state: RecoveryState,
    /// How many contacts have not heard of it.
    pub untold: u64,
    /// Whether a contact said which device list was the newest. If not, and the account was brought back elsewhere since
    /// the backup, contacts are warned.
    pub confirmed: bool,
}

/// What is being done to bring an account back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RecoveryState {
    /// Contacts are asked which devices they know.
    Asking,
    /// The words came without a backup: somebody who knows the account has to be added by a link of theirs.
    Alone,
    /// Contacts are told of this device.
    Telling,
}

/// One device of mine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Device {
    /// The device.
    pub device: DeviceId,
    /// When it was added, Unix milliseconds.
    pub added_at: u64,
    /// Whether it is this one.
    pub this: bool,
}

/// Whether somebody is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Presence {
    /// There.
    Online,
    /// There, and somewhere else.
    Away,
    /// There, and not to be disturbed.
    Dnd,
    /// Only of my own: contacts see `offline`, nothing connects to them, and what I write goes by mail.
    Invisible,
    /// Only of others: not there, or not to be told.
    Offline,
}

/// How far we have got with somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ContactState {
    /// I asked; they have not answered.
    Waiting,
    /// They asked; I have not answered.
    Requested,
    /// We write to each other; who it is rests on a link.
    Introduced,
    /// We compared the safety number.
    Verified,
    /// Blocked by me.
    Blocked,
}

/// How a contact is reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Path {
    /// Direct, relayed or not at all.
    pub kind: PathKind,
    /// Round-trip time in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rtt_ms: Option<u32>,
    /// Over which network, if it is direct.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub over: Option<PathOver>,
    /// The relay in between, if any: the `transport` of a bootstrap node.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub via: Option<String>,
}

/// Over which network a direct [`Path`] runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum PathOver {
    /// IPv4 on the internet.
    Ipv4,
    /// IPv6 on the internet.
    Ipv6,
    /// A local network, or this machine.
    Lan,
}

/// The kind of a [`Path`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum PathKind {
    /// A connection of our own.
    Direct,
    /// Through a relay, which sees only ciphertext.
    Relayed,
    /// Not connected.
    None,
}

/// A person I know, or who wants to know me.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Contact {
    /// The account.
    pub account: AccountId,
    /// The name they chose.
    pub name: String,
    /// The name I gave them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub petname: Option<String>,
    /// How far we have got.
    pub state: ContactState,
    /// Whether they are there. Known of those who share it, while it is shared with them.
    pub presence: Presence,
    /// When they were last there, Unix milliseconds, as far as they shared it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_seen: Option<u64>,
    /// How they are reached.
    pub path: Path,
    /// Their line about themselves.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub status_text: String,
    /// Until when that line counts, Unix milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status_until: Option<u64>,
    /// What is shared with them other than with everybody.
    #[serde(default)]
    pub sharing: Sharing,
    /// What they wrote when they asked to be added.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub request_text: String,
    /// How their request came; absent: by an invite, or it was mine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub via: Option<Via>,
    /// Two different device lists signed by this account were seen: its key is in wrong hands. Messages are paused.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub alarm: bool,
    /// This node keeps their mail while they are away.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub mail_offered: bool,
    /// Their node keeps my mail while I am away.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub keeps_mail: bool,
    /// At how many mailboxes messages wait for them while they are away. None: messages reach them only while both are
    /// there.
    #[serde(default, skip_serializing_if = "is_none")]
    pub mailboxes: u32,
}

fn is_none(count: &u32) -> bool {
    *count == 0
}

/// Whether something is shared with one contact. What is not shared with them is not shown of them either.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Share {
    /// As the settings say for everybody.
    #[default]
    Default,
    /// It is.
    On,
    /// It is not.
    Off,
}

/// What is shared with one contact.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Sharing {
    /// That I am writing.
    pub typing: Share,
    /// Whether I am there, and when I last was.
    pub presence: Share,
    /// That I read what they wrote.
    pub receipts: Share,
    /// What I say of myself.
    pub status: Share,
}

/// An invite I gave out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Invite {
    /// Its id.
    pub invite: InviteId,
    /// The link.
    pub link: String,
    /// My note on it.
    pub note: String,
    /// Whether it serves one person only.
    pub single_use: bool,
    /// When it was made, Unix milliseconds.
    pub created_at: u64,
    /// When it ends, Unix milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<u64>,
    /// Who used it last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used_by: Option<AccountId>,
}

/// What a conversation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ChatKind {
    /// Two people.
    Direct,
    /// Notes to myself: nothing in it leaves this node.
    Notes,
}

/// A conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Chat {
    /// Its id.
    pub chat: ChatId,
    /// What it is.
    pub kind: ChatKind,
    /// The other person in a direct chat, me in notes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// What to call it; empty for notes, which a client names in the language of its user.
    pub title: String,
    /// Messages not read yet.
    pub unread: u64,
    /// Those of them that name me.
    pub mentions: u64,
    /// The newest message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<Message>,
    /// Whether it is kept at the top.
    pub pinned: bool,
    /// Whether it is put away.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub archived: bool,
    /// Until when nothing of it is told outside the window, Unix milliseconds; the time may be over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub muted_until: Option<u64>,
    /// Of what in it one is told outside the window, while it is not muted.
    #[serde(default, skip_serializing_if = "NotifyRule::is_all")]
    pub notify: NotifyRule,
    /// What is written and not sent yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub draft: Option<String>,
    /// What is sent to it disappears after so many seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_s: Option<u64>,
    /// How many messages are written ahead: `chats.scheduled` lists them.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub scheduled: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// What a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum MessageKind {
    /// Text.
    Text,
    /// A question with answers to choose from; `poll` has them, `text` is the question.
    Poll,
    /// A picture and nothing else; `sticker` says which, `text` is its name between colons.
    Sticker,
    /// A suggestion to get to know somebody; `introduction` says whom, `text` is their name.
    Introduction,
    /// A call; `call` says what became of it.
    Call,
    /// Not something written, but something done; `system` says what.
    System,
    /// Something a newer version sent; kept, and shown once this version can.
    Unknown,
}

/// Something done in a chat, shown as a line in it. In JSON the field `what` says which.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "what", rename_all = "lowercase")]
#[non_exhaustive]
pub enum System {
    /// Its author set after how long messages disappear from then on.
    Expiry {
        /// In seconds; absent: they stay.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expires_s: Option<u64>,
    },
}

/// How far an outgoing message has got. It never goes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum MessageState {
    /// In the outbox on this disk.
    Queued,
    /// At a mailbox.
    Stored,
    /// On the recipient's disk.
    Delivered,
    /// The recipient has read it; also what I noted to myself.
    Seen,
    /// Given up.
    Failed,
}

/// How far a message has got with one member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MemberState {
    /// The member.
    pub account: AccountId,
    /// How far.
    pub state: MessageState,
    /// Since when, Unix milliseconds.
    pub at: u64,
}

/// A message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Message {
    /// Its id.
    pub id: MessageId,
    /// The conversation.
    pub chat: ChatId,
    /// Who wrote it.
    pub author: AccountId,
    /// When it was written, by the author's clock, Unix milliseconds.
    pub sent_at: u64,
    /// When it arrived here, Unix milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub received_at: Option<u64>,
    /// What it is.
    pub kind: MessageKind,
    /// The text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// What was done, if it is a line of the kind `system`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system: Option<System>,
    /// The message it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<MessageId>,
    /// How far it has got; only on my own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<MessageState>,
    /// The mailboxes that said they keep it, by transport id, while `state` is `stored`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stored_at: Vec<String>,
    /// Until when the last of them keeps it, Unix milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stored_until: Option<u64>,
    /// Since when it says what it says, Unix milliseconds, if it was edited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edited_at: Option<u64>,
    /// Its author deleted it; it says nothing any more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deleted: bool,
    /// It was written somewhere else and passed on.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub forwarded: bool,
    /// It names me: my name stands in its text, with or without `@`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub mention: bool,
    /// It is pinned here.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub pinned: bool,
    /// Messages that should stand before it have not come for a day.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub gap: bool,
    /// Its place: messages of a chat are shown in the order of these texts. It may change when an older one arrives late.
    #[serde(default)]
    pub order: String,
    /// The emoji on it, in the order in which each was first put there.
    #[serde(default)]
    pub reactions: Vec<Reaction>,
    /// It disappears so many seconds after it was sent at its author's, and after it was read at its reader's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_s: Option<u64>,
    /// When it disappears here, Unix milliseconds; absent while it is not read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<u64>,
    /// When it was to be sent, Unix milliseconds, if it was written ahead. It was sent at `sent_at`, which is later if the
    /// node did not run at that time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub planned_at: Option<u64>,
    /// The question and what was chosen, if it is a poll.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub poll: Option<Poll>,
    /// The picture, if it is a sticker.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sticker: Option<Pictured>,
    /// What names between colons in the text look like. Those that are not here are words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub emoji: Vec<Pictured>,
    /// What became of it, if it is a call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<CallRecord>,
    /// Whom to get to know, if it suggests that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub introduction: Option<Introduction>,
    /// What its author saw behind a link in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preview: Option<LinkPreview>,
}

/// A suggestion to get to know somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Introduction {
    /// The name they chose for themselves.
    pub name: String,
    /// How far it has come.
    pub state: IntroductionState,
    /// Who they are, once both agreed; not for who introduced them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
}

/// How far a suggestion to get to know somebody has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum IntroductionState {
    /// Whom it was made to has not agreed.
    Open,
    /// I do not want to. Nobody is told.
    Dismissed,
    /// Whom it was made to agreed; the other has not.
    Agreed,
    /// Both agreed: they are contacts as soon as their nodes have reached each other.
    Met,
}

/// A question with answers to choose from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Poll {
    /// The question.
    pub question: String,
    /// What can be chosen.
    pub options: Vec<PollOption>,
    /// One person may choose several.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub multiple: bool,
    /// What is chosen after this does not count, Unix milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closes_at: Option<u64>,
    /// Who asked closed it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub closed: bool,
}

/// An answer of a poll.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PollOption {
    /// It.
    pub text: String,
    /// Who chose it, in the order in which they did.
    pub voters: Vec<AccountId>,
}

/// A message written ahead, which is sent when its time comes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Scheduled {
    /// The id it will have.
    pub message: MessageId,
    /// The conversation.
    pub chat: ChatId,
    /// The text.
    pub text: String,
    /// The message it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<MessageId>,
    /// When it is to be sent, Unix milliseconds.
    pub at: u64,
    /// When it was written, Unix milliseconds.
    pub created_at: u64,
    /// Why it could not be sent when its time came. It waits until it is changed or removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorCode>,
}

/// An emoji on a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Reaction {
    /// It.
    pub emoji: String,
    /// Who put it there.
    pub authors: Vec<AccountId>,
}

/// A node that keeps mail for people who are away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Mailbox {
    /// Its bootstrap link.
    pub address: String,
    /// The person added it; otherwise it is a bootstrap node that keeps mail, or a contact's.
    pub added: bool,
    /// The contact whose node it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept_by: Option<AccountId>,
    /// Contacts are told to leave mail there.
    pub in_use: bool,
    /// Queues that are open there.
    pub queues: u32,
    /// When it last answered (Unix ms).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_at: Option<u64>,
    /// When it last refused to keep anything for this account (Unix ms).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused_at: Option<u64>,
}

/// Of what in a chat one is told outside the window.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum NotifyRule {
    /// Of everything.
    #[default]
    All,
    /// Of messages that name me.
    Mentions,
    /// Of nothing.
    Nothing,
}

impl NotifyRule {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
    fn is_all(&self) -> bool {
        *self == Self::All
    }
}

/// How much of a message is told outside the window.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum NotifyContent {
    /// That there is one.
    Nothing,
    /// Who wrote it.
    Name,
    /// And what.
    #[default]
    Text,
}

/// When nothing is told outside the window, by the clock of the place where the node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QuietHours {
    /// Whether they count.
    pub on: bool,
    /// When they begin: minutes after midnight, 0 to 1439.
    pub from_min: u16,
    /// When they end, the same day if that is later than their beginning, else on the next.
    pub to_min: u16,
    /// The days on which they begin, Monday first.
    pub days: [bool; 7],
    /// Contacts see `dnd` meanwhile, where they would see `online` or `away`.
    #[serde(default)]
    pub presence: bool,
    /// Messages that name me are told all the same.
    #[serde(default)]
    pub mentions: bool,
}

impl Default for QuietHours {
    fn default() -> Self {
        Self { on: false, from_min: 22 * 60, to_min: 7 * 60, days: [true; 7], presence: true, mentions: false }
    }
}

/// Settings by name, kept in the encrypted database. This version knows [`RECEIPTS_SEEN`], [`TYPING_SHARE`],
/// [`PRESENCE_SHARE`], [`STATUS_SHARE`], [`MAILBOXES_USE`], [`RELAY_ONLY`], [`PORT_MAPPING`], [`METERED`], [`RENEW_KEY`],
/// [`LINK_PREVIEWS`], [`NOTIFY_CONTENT`], [`NOTIFY_QUIET`], [`SOUND_INPUT`], [`SOUND_OUTPUT`], [`SOUND_RING_OUTPUT`],
/// [`SOUND_NOISE`], [`SOUND_ECHO`], [`SOUND_GAIN`], [`SOUND_MODE`] and [`SOUND_VOLUMES`] and checks their values.
/// Every other name is a client's: its value is kept as it is, and the client begins it with a word of its own, as `gui.`.
pub type Settings = BTreeMap<String, Value>;

/// Boolean, true unless set: whether bootstrap nodes and mailboxes keep mail for me while I am away.
pub const MAILBOXES_USE: &str = "mailboxes.use";

/// Boolean, false unless set: whether the node connects to nobody but its own bootstrap nodes directly, and meets everybody
/// else through relays there, so that contacts do not learn its address. Mailboxes that are none of them are not used.
pub const RELAY_ONLY: &str = "network.relay_only";
/// Boolean, true unless set: whether the router is asked to let others in, by NAT-PMP and PCP. Not done while
/// [`RELAY_ONLY`] is on.
pub const PORT_MAPPING: &str = "network.port_mapping";

/// Boolean: whether the connection in use costs by volume. Unless set, what `network.metered` told counts, and nothing does
/// without that.
pub const METERED: &str = "network.metered";

/// Boolean, false unless set: whether the device takes a new transport key. It does so at once, or when the call that goes on
/// is over, and the setting is gone; it stays while the device keeps mail for others, somebody holds an invite that leads to
/// its key, or it has no bootstrap node.
pub const RENEW_KEY: &str = "network.renew_key";

/// A [`NotifyContent`], `text` unless set: how much of a message the event `notify` says.
pub const NOTIFY_CONTENT: &str = "notify.content";

/// A [`QuietHours`], none unless set: when the event `notify` does not come.
pub const NOTIFY_QUIET: &str = "notify.quiet";

/// Boolean, true unless set: whether contacts see that I am writing, and I see it of them.
pub const TYPING_SHARE: &str = "typing.share";

/// Boolean, true unless set: whether contacts see that I am there and when I last was, and I see it of them.
pub const PRESENCE_SHARE: &str = "presence.share";

/// Boolean, true unless set: whether contacts see my status text, and I see theirs.
pub const STATUS_SHARE: &str = "status.share";

/// Boolean, true unless set: whether people are told that I read their messages, and I am told that they read mine. They
/// are told that a message arrived either way.
pub const RECEIPTS_SEEN: &str = "receipts.seen";

/// What an API token may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// See everything but secrets.
    Read,
    /// Write messages and mark them read.
    Send,
    /// Take part in calls.
    Call,
    /// Everything.
    Admin,
}

/// An API token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Token {
    /// Its id.
    pub token: TokenId,
    /// What it is for.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// When it was made, Unix milliseconds.
    pub created_at: u64,
}
