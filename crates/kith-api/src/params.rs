//! What the methods take and answer.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    ids::{AccountId, ChatId, InviteId, MessageId, PreviewId, TokenId},
    password::Password,
    views::{
        Contact, ContactState, Invite, Mailbox, Message, MessageKind, NotifyRule, Presence, Scheduled, Scope, Settings,
        TestStep, Token,
    },
};

fn yes() -> bool {
    true
}

macro_rules! params {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_meta:meta])* $field:ident: $type:ty),* $(,)? })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $name { $($(#[$field_meta])* pub $field: $type),* }
    )*};
}

mod calls;
mod link_preview;
mod public_address;
mod sharing;
pub use calls::{CallRef, CallSetParams, CallStartParams, CallsReply};
pub use link_preview::{PreviewLinkParams, PreviewLinkReply};
pub use public_address::PublicAddressParams;
pub use sharing::ContactSetParams;

params! {
    /// Nothing.
    Nothing {}

    /// Changes to the profile; what is absent stays.
    #[derive(Default)]
    ProfileSetParams {
        /// The new name, 1 to 64 characters.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// The new line about me, at most 140 characters; may be empty.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        status_text: Option<String>,
        /// For how long that line counts, in seconds, at most a year; with `status_text` only. Absent: until another one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        status_expires_s: Option<u64>,
        /// How I want to be seen: anything but `offline`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        presence: Option<Presence>,
        /// Nobody is at this device, or somebody is again. Not kept.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        idle: Option<bool>,
    }

    /// Proof that the owner is asking.
    PhraseParams {
        /// The profile's password, if it has one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        password: Option<Password>,
    }

    /// A password for the profile, or none.
    SetPasswordParams {
        /// The password the profile has, if it has one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        current: Option<Password>,
        /// The password from now on, 1 byte to 1 KiB; absent: none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        new: Option<Password>,
    }

    /// Proof that it is meant.
    WipeParams {
        /// The word `wipe`.
        confirm: String,
    }

    /// A backup to make.
    BackupExportParams {
        /// The whole path of the file, outside of the profile. Another backup of that name is replaced.
        path: String,
        /// The password that will open it, 1 byte to 1 KiB. Whoever has both file and password has the account. Absent:
        /// the 24 words of the account open it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        password: Option<Password>,
        /// The profile's password, if it has one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        profile_password: Option<Password>,
    }

    /// Backups that are made without being asked for.
    BackupSetParams {
        /// The whole path of the folder they go to, outside of the profile. Absent: none are made any more, and those
        /// there are stay.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        folder: Option<String>,
        /// How often, in seconds: an hour to 30 days. Absent: as before, or one day.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        every_s: Option<u64>,
        /// How many of them are kept, 1 to 100. Absent: as before, or 3. The oldest goes when there is one more.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        keep: Option<u32>,
        /// The profile's password, if it has one and none are made yet.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        profile_password: Option<Password>,
    }

    /// An invite to make.
    InviteParams {
        /// Whether it serves one person only; the default is yes.
        #[serde(default = "yes")]
        single_use: bool,
        /// How long it stays open, in seconds; the default is seven days, at most a year.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expires_s: Option<u64>,
        /// A note for myself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
        /// Whether six words lead to it as well, to be said on the telephone: then it serves one person, for ten minutes
        /// unless `expires_s` is less.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        spoken: bool,
    }

    /// Somebody to ask.
    AddParams {
        /// Their invite link, `kith:i/1/…`, the six words they said, or their public address, `kith1…`.
        link: String,
        /// What to write along, at most 500 characters.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message: Option<String>,
    }

    /// Two contacts who do not know each other.
    IntroduceParams {
        /// One of them.
        to: AccountId,
        /// The other.
        about: AccountId,
    }

    /// What I say to a suggestion.
    AnswerIntroductionParams {
        /// The message with it.
        message: MessageId,
        /// Whether I want to get to know them.
        agree: bool,
    }

    /// A link to look at.
    PreviewParams {
        /// The invite link, `kith:i/1/…`, the six words somebody said, or their public address, `kith1…`.
        link: String,
    }

    /// An account.
    AccountParams {
        /// The account.
        account: AccountId,
    }

    /// A name of my own for a contact.
    RenameParams {
        /// The account.
        account: AccountId,
        /// The name; empty goes back to theirs.
        petname: String,
    }

    /// Whether the safety number was compared.
    VerifyParams {
        /// The account.
        account: AccountId,
        /// Yes by default; no takes the mark away.
        #[serde(default = "yes")]
        verified: bool,
    }

    /// An invite.
    InviteRef {
        /// Its id.
        invite: InviteId,
    }

    /// A chat.
    ChatParams {
        /// The chat.
        chat: ChatId,
    }

    /// A message to write.
    SendParams {
        /// The chat.
        chat: ChatId,
        /// The text, at most 16 KiB of UTF-8.
        text: String,
        /// The message it answers.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reply_to: Option<MessageId>,
        /// It disappears so many seconds after it was sent here and read there, at most 31 622 400; 0: never. Absent: as
        /// is set in the chat.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expires_s: Option<u64>,
        /// What was seen behind a link in the text, from `chats.preview_link`. Left out if it is not known any more, if the
        /// text has no such link or if previews are switched off.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        preview: Option<PreviewId>,
    }

    /// A node that keeps mail.
    MailboxParams {
        /// Its bootstrap link.
        address: String,
        /// What opens queues there, if its operator gave out a token: 64 hexadecimal digits.
        token: Option<String>,
    }

    /// A node that keeps mail.
    MailboxRef {
        /// Its bootstrap link, as it is listed.
        address: String,
    }

    /// What to do about the mail this node keeps for others. Without anything it is only told.
    ServeParams {
        /// Whether it keeps any. Off, it answers nobody, and what lies there stays until it expires.
        on: Option<bool>,
        /// How much may lie there, in MiB: 16 to 65536, 256 unless set.
        quota_mb: Option<u32>,
        /// With `on: false`: deletes what lies there.
        erase: Option<bool>,
    }

    /// Whether mail is kept for a contact.
    MailboxOfferParams {
        /// The contact.
        account: AccountId,
        /// Whether it is.
        on: bool,
    }

    /// A message.
    MessageParams {
        /// The message.
        message: MessageId,
    }

    /// Other words for a message.
    EditParams {
        /// The message; a text of mine.
        message: MessageId,
        /// What it says from now on, at most 16 KiB of UTF-8.
        text: String,
    }

    /// A message to delete.
    DeleteParams {
        /// The message.
        message: MessageId,
        /// Where. For everyone only my own can be deleted.
        #[serde(rename = "for")]
        scope: DeleteFor,
    }

    /// An emoji for a message.
    ReactParams {
        /// The message.
        message: MessageId,
        /// The emoji: at most 64 bytes of UTF-8 without spaces, not only ASCII. One message takes 20 of one person.
        emoji: String,
        /// Yes by default; no takes it off.
        #[serde(default = "yes")]
        on: bool,
    }

    /// A message to pass on.
    ForwardParams {
        /// The message; it must have a text.
        message: MessageId,
        /// The chats, 1 to 32.
        to: Vec<ChatId>,
    }

    /// Whether a message is pinned.
    PinMessageParams {
        /// The message.
        message: MessageId,
        /// Yes by default.
        #[serde(default = "yes")]
        on: bool,
    }

    /// A switch of a chat.
    SwitchParams {
        /// The chat.
        chat: ChatId,
        /// Yes by default.
        #[serde(default = "yes")]
        on: bool,
    }

    /// How long a chat is muted.
    MuteParams {
        /// The chat.
        chat: ChatId,
        /// Until then, Unix milliseconds; a time that is over, as 0, unmutes it. Absent: until it is unmuted.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until_ms: Option<u64>,
    }

    /// Of what one is told.
    NotifyParams {
        /// The chat.
        chat: ChatId,
        /// Of what.
        rule: NotifyRule,
    }

    /// A poll to ask.
    PollParams {
        /// The chat.
        chat: ChatId,
        /// The question, 1 to 300 characters.
        question: String,
        /// 2 to 12 different answers of 1 to 100 characters.
        options: Vec<String>,
        /// One person may choose several; only one by default.
        #[serde(default)]
        multiple: bool,
        /// When it closes by itself, Unix milliseconds.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        closes_at: Option<u64>,
    }

    /// A choice in a poll.
    VoteParams {
        /// The poll.
        message: MessageId,
        /// The numbers of the answers, from 0; none takes the choice back.
        options: Vec<u64>,
    }

    /// A message to write ahead.
    ScheduleParams {
        /// The chat; at most 100 messages wait in one.
        chat: ChatId,
        /// The text, at most 16 KiB of UTF-8.
        text: String,
        /// When it is to be sent, Unix milliseconds; at most 366 days ahead.
        at_ms: u64,
        /// The message it answers.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reply_to: Option<MessageId>,
    }

    /// Which messages written ahead.
    ScheduledParams {
        /// Of this chat only.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        chat: Option<ChatId>,
    }

    /// A change of a message written ahead; what is absent stays.
    RescheduleParams {
        /// The message.
        message: MessageId,
        /// Another text.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
        /// Another time, Unix milliseconds; one that is over sends it now.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at_ms: Option<u64>,
    }

    /// After how long messages of a chat disappear.
    ExpiryParams {
        /// The chat.
        chat: ChatId,
        /// After 1 to 31 622 400 seconds (366 days); null: they stay.
        #[serde(default)]
        expires_s: Option<u64>,
    }
    /// Whether I am writing.
    TypingParams {
        /// The chat.
        chat: ChatId,
        /// Yes by default.
        #[serde(default = "yes")]
        on: bool,
    }

    /// What is written and not sent yet.
    DraftParams {
        /// The chat.
        chat: ChatId,
        /// The text, at most 16 KiB of UTF-8; empty removes it.
        text: String,
    }

    /// A part of a chat.
    HistoryParams {
        /// The chat.
        chat: ChatId,
        /// Around what; the end by default.
        #[serde(default)]
        around: Around,
        /// How many before it, 50 by default, at most 500.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<u32>,
        /// How many after it, 50 by default, at most 500.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<u32>,
    }

    /// What to search for.
    SearchParams {
        /// Words; all must occur, the last may be the beginning of a word. None, with a kind other than text: all of it.
        query: String,
        /// Only in this chat.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        chat: Option<ChatId>,
        /// Only by this person.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<AccountId>,
        /// Only of this kind.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        kind: Option<MessageKind>,
        /// Written at or after this time, Unix milliseconds.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        since: Option<u64>,
        /// Written before this time, Unix milliseconds.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<u64>,
        /// How many hits, 50 by default, at most 100.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        limit: Option<u32>,
    }

    /// How far a chat was read.
    ReadParams {
        /// The chat.
        chat: ChatId,
        /// The last message read; all by default.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        up_to: Option<MessageId>,
    }

    /// A setting to change.
    SettingsSetParams {
        /// Its name: 1 to 64 characters of `a-z`, `0-9`, `.`, `_`, `-`; there are at most 256.
        key: String,
        /// Its value: any JSON of at most 16 KiB and 32 levels, all together 256 KiB; null removes the setting.
        value: Value,
    }

    /// A bootstrap node.
    BootstrapParams {
        /// A multiaddr with `/p2p/`, or a link `kith:b/1/…`.
        address: String,
    }

    /// A token to make.
    TokenParams {
        /// What it is for.
        name: String,
        /// What it may do.
        scopes: Vec<Scope>,
    }

    /// A token.
    TokenRef {
        /// Its id.
        token: TokenId,
    }
}

/// Where a message is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum DeleteFor {
    /// Here: nothing of it is left, and nobody is told. Where it still waits to be delivered, it is not any more.
    Me,
    /// Everywhere, as far as others go along: a note stays that there was a message.
    Everyone,
}

/// A place in a chat.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Around {
    /// A named place.
    #[default]
    #[serde(with = "end")]
    #[schemars(with = "EndWord")]
    End,
    /// The first message not read.
    #[serde(with = "unread")]
    #[schemars(with = "UnreadWord")]
    Unread,
    /// A message.
    Message(MessageId),
    /// A time.
    At {
        /// Unix milliseconds.
        at_ms: u64,
    },
}

macro_rules! word {
    ($module:ident, $schema:ident, $word:literal) => {
        #[derive(JsonSchema)]
        #[expect(dead_code, reason = "only its schema is used")]
        enum $schema {
            #[serde(rename = $word)]
            Word,
        }

        mod $module {
            use serde::{Deserialize, Deserializer, Serializer, de};

            pub(super) fn serialize<S: Serializer>(serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str($word)
            }

            pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<(), D::Error> {
                let word = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                if word == $word { Ok(()) } else { Err(de::Error::custom(concat!("expected ", $word))) }
            }
        }
    };
}

word!(end, EndWord, "end");
word!(unread, UnreadWord, "unread");

macro_rules! replies {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_meta:meta])* $field:ident: $type:ty),* $(,)? })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
        pub struct $name { $($(#[$field_meta])* pub $field: $type),* }
    )*};
}

mod stickers;
pub use stickers::*;

replies! {
    /// Done.
    Done {}

    /// Messages written ahead.
    ScheduledReply {
        /// In the order of their times.
        scheduled: Vec<Scheduled>,
    }

    /// The recovery phrase.
    PhraseReply {
        /// The 24 words. Whoever has them is me.
        words: Vec<String>,
    }

    /// An invite link.
    InviteReply {
        /// `kith:i/1/…`
        link: String,
        /// Its id, for revoking it.
        invite: InviteId,
        /// When it ends, Unix milliseconds.
        expires_at: u64,
        /// Six words that lead to it, if they were asked for. Nobody is told them again.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        words: Option<String>,
    }

    /// Invites given out.
    InvitesReply {
        /// Newest first.
        invites: Vec<Invite>,
    }

    /// How adding somebody went.
    AddReply {
        /// Who it is.
        account: AccountId,
        /// How far it got.
        state: ContactState,
    }

    /// A suggestion to two people.
    IntroduceReply {
        /// The message to the one, and the message to the other.
        messages: Vec<MessageId>,
    }

    /// Who is behind an invite link.
    PreviewReply {
        /// Who it is.
        account: AccountId,
        /// The link, also where words were given: who is asked by it is who is shown here.
        link: String,
        /// The name they chose.
        name: String,
        /// How far we have got, if they are known already.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        state: Option<ContactState>,
        /// Whether the link is one of mine.
        mine: bool,
        /// Whether it serves one person only.
        single_use: bool,
        /// When it ends, Unix milliseconds.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expires_at: Option<u64>,
        /// How much this computer works when they are asked, in leading zero bits of a hash; absent: not at all.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        work_bits: Option<u8>,
    }

    /// Contacts and requests.
    ContactsReply {
        /// By name.
        contacts: Vec<Contact>,
    }

    /// Mailboxes.
    MailboxesReply {
        /// Those added first, then those the network showed.
        mailboxes: Vec<Mailbox>,
        /// Messages, receipts and requests for people who find mail, not delivered and not sealed for mailboxes yet.
        unsealed: u64,
        /// Sealed envelopes that no mailbox has taken yet.
        waiting: u64,
    }

    /// The mail this node keeps for others.
    ServeReply {
        /// Whether it keeps any.
        on: bool,
        /// How much may lie there, in MiB.
        quota_mb: u32,
        /// Whether anybody can reach this node without a relay. If not, no contact is told of the mailbox.
        reachable: bool,
        /// Where it is, for `mailboxes.add` at a second node of one's own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        link: Option<String>,
        /// What opens queues for that second node: a secret.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        token: Option<String>,
        /// Bytes that lie there.
        used_bytes: u64,
        /// Queues.
        queues: u64,
        /// Envelopes.
        envelopes: u64,
        /// When the first of them expires (Unix ms).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        oldest_until: Option<u64>,
        /// The contacts whose mail it keeps.
        offered: Vec<AccountId>,
    }

    /// What two people compare.
    SafetyReply {
        /// 60 digits.
        digits: String,
        /// The same as pictures.
        emoji: Vec<Emoji>,
    }

    /// A picture with its name.
    Emoji {
        /// The character.
        emoji: String,
        /// What to say for it.
        name: String,
    }

    /// Chats.
    ChatsReply {
        /// Newest first.
        chats: Vec<crate::views::Chat>,
    }

    /// A chat.
    ChatReply {
        /// Its id.
        chat: ChatId,
    }

    /// A message written.
    SendReply {
        /// Its id.
        message: MessageId,
    }

    /// What a message said before.
    EditsReply {
        /// Oldest first, at most 63; empty if it was never edited. The first one is always there.
        edits: Vec<EditedText>,
    }

    /// What a message said once.
    EditedText {
        /// The text.
        text: String,
        /// Since when it said that, Unix milliseconds.
        at: u64,
    }

    /// Messages passed on.
    ForwardReply {
        /// Their ids, in the order of the chats.
        messages: Vec<MessageId>,
    }

    /// Pinned messages.
    PinnedReply {
        /// The last pinned first.
        messages: Vec<Message>,
    }

    /// A part of a chat.
    HistoryReply {
        /// Oldest first.
        messages: Vec<Message>,
        /// Whether there are older ones.
        more_before: bool,
        /// Whether there are newer ones.
        more_after: bool,
    }

    /// What was found.
    SearchReply {
        /// Newest first.
        hits: Vec<Hit>,
    }

    /// A message found.
    Hit {
        /// The message.
        message: Message,
        /// The place in it, the words found between `[` and `]`.
        snippet: String,
    }

    /// The settings.
    SettingsReply {
        /// Those that are set; the others have their defaults.
        settings: Settings,
    }

    /// A backup made and read back.
    BackupExportReply {
        /// The file.
        path: String,
        /// Its size.
        bytes: u64,
        /// How many rows of the database are in it.
        rows: u64,
    }

    /// What a network test saw.
    TestReply {
        /// In the order tried.
        steps: Vec<TestStep>,
    }

    /// A token made. The secret is shown this once.
    TokenReply {
        /// Its id.
        token: TokenId,
        /// The secret to send as `Authorization: Bearer`.
        secret: String,
    }

    /// Tokens.
    TokensReply {
        /// Oldest first.
        tokens: Vec<Token>,
    }
}
