//! The methods: one list from which the enums, the JSON-RPC names and the OpenRPC document are made.

use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Value, json};

use crate::{
    error::{ApiError, ErrorCode},
    params::*,
    views::{
        Backups, Call, CallStats, Chat, Contact, IceServersReply, Metered, NetworkStatus, Picture, Profile,
        PublicAddress, Scope, SoundCheck, SoundDevices, Sticker,
    },
};

/// Who answers a method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The core, in a transaction.
    Core,
    /// A read-only connection beside the core.
    Query,
    /// The node around the core: network, tokens, keystore.
    Node,
}

/// A method as a type: what it takes, what it answers, what it is called.
pub trait Method {
    /// What it takes.
    type Params;
    /// What it answers.
    type Reply;
    /// Its JSON-RPC name.
    const NAME: &'static str;

    /// The command that calls it.
    fn command(params: Self::Params) -> Command;

    /// Its answer, if `reply` is one of its kind.
    fn reply(reply: Reply) -> Option<Self::Reply>;
}

/// What is known about a method.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct MethodInfo {
    /// Its JSON-RPC name, `feature.verb`.
    pub name: &'static str,
    /// What it does.
    pub doc: &'static str,
    /// The scope a token needs for it.
    pub scope: Scope,
    /// Who answers it.
    pub place: Place,
    params: fn(&mut SchemaGenerator) -> schemars::Schema,
    reply: fn(&mut SchemaGenerator) -> schemars::Schema,
}

impl MethodInfo {
    /// The JSON schema of what it takes.
    pub fn params_schema(&self, generator: &mut SchemaGenerator) -> schemars::Schema {
        (self.params)(generator)
    }

    /// The JSON schema of what it answers.
    pub fn reply_schema(&self, generator: &mut SchemaGenerator) -> schemars::Schema {
        (self.reply)(generator)
    }
}

fn schema<T: JsonSchema>(generator: &mut SchemaGenerator) -> schemars::Schema {
    generator.subschema_for::<T>()
}

macro_rules! methods {
    ($($(#[doc = $doc:literal])+ $name:ident = $rpc:literal, $scope:ident, $place:ident, $params:ty => $reply:ty;)*) => {
        /// A call.
        #[derive(Debug, Clone, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Command { $($(#[doc = $doc])+ $name($params),)* }

        /// The answer to a [`Command`] of the same name.
        #[expect(clippy::large_enum_variant, reason = "a few live at a time")]
        #[derive(Debug, Clone, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Reply { $($(#[doc = $doc])+ $name($reply),)* }

        /// Every method.
        pub const METHODS: &[MethodInfo] = &[$(MethodInfo {
            name: $rpc,
            doc: concat!($($doc, "\n"),+),
            scope: Scope::$scope,
            place: Place::$place,
            params: schema::<$params>,
            reply: schema::<$reply>,
        },)*];

        impl Command {
            /// Its JSON-RPC name.
            #[must_use]
            pub fn name(&self) -> &'static str {
                match self { $(Self::$name(_) => $rpc,)* }
            }

            /// The scope a token needs for it.
            #[must_use]
            pub fn scope(&self) -> Scope {
                match self { $(Self::$name(_) => Scope::$scope,)* }
            }

            /// Who answers it.
            #[must_use]
            pub fn place(&self) -> Place {
                match self { $(Self::$name(_) => Place::$place,)* }
            }

            /// Reads a JSON-RPC call.
            ///
            /// # Errors
            /// `unknown_method`, or `invalid_argument` naming the field.
            pub fn from_json(method: &str, params: Value) -> Result<Self, ApiError> {
                let params = if params.is_null() { json!({}) } else { params };
                match method {
                    $($rpc => serde_json::from_value(params).map(Self::$name).map_err(|error| {
                        ApiError::new(ErrorCode::InvalidArgument, format!("{method}: {error}"))
                    }),)*
                    _ => Err(ApiError::new(ErrorCode::UnknownMethod, format!("no method {method}"))
                        .hint("GET /v1/openrpc.json lists the methods")),
                }
            }
        }

        impl Reply {
            /// The JSON of the result.
            ///
            /// # Errors
            /// `internal`, if a value cannot be written as JSON.
            pub fn to_json(&self) -> Result<Value, ApiError> {
                let value = match self { $(Self::$name(reply) => serde_json::to_value(reply),)* };
                value.map_err(|error| ApiError::new(ErrorCode::Internal, error.to_string()))
            }
        }

        /// The methods as types, for [`Method`].
        pub mod method {
            use super::*;

            $(
                $(#[doc = $doc])+
                #[derive(Debug, Clone, Copy)]
                pub struct $name;

                impl Method for $name {
                    type Params = $params;
                    type Reply = $reply;
                    const NAME: &'static str = $rpc;

                    fn command(params: $params) -> Command {
                        Command::$name(params)
                    }

                    fn reply(reply: Reply) -> Option<$reply> {
                        if let Reply::$name(reply) = reply { Some(reply) } else { None }
                    }
                }
            )*
        }
    };
}

methods! {
    /// My profile.
    ProfileGet = "profile.get", Read, Core, Nothing => Profile;
    /// Changes name, status text or presence and tells my contacts.
    ProfileSet = "profile.set", Admin, Core, ProfileSetParams => Profile;
    /// The 24 words that are this account.
    ProfileRecoveryPhrase = "profile.recovery_phrase", Admin, Node, PhraseParams => PhraseReply;
    /// Gives the profile a password, another one, or none. Takes up to some seconds.
    ProfileSetPassword = "profile.set_password", Admin, Node, SetPasswordParams => Done;
    /// Makes the profile unreadable at once, deletes it, and ends the node. Backups outside of the profile stay.
    ProfileWipe = "profile.wipe", Admin, Node, WipeParams => Done;
    /// Makes an invite link for one person or for many.
    ContactsInvite = "contacts.invite", Admin, Core, InviteParams => InviteReply;
    /// The invites given out that are still open.
    ContactsInvites = "contacts.invites", Admin, Core, Nothing => InvitesReply;
    /// Closes an invite.
    ContactsRevokeInvite = "contacts.revoke_invite", Admin, Core, InviteRef => Done;
    /// Lets everybody who knows my account ask me to be a contact, after their computer worked for it, or not any more.
    ContactsPublicAddress = "contacts.public_address", Admin, Core, PublicAddressParams => PublicAddress;
    /// Asks the person behind an invite link, six words or a public address to be a contact. If this node has no bootstrap
    /// nodes, it uses those that the link names from then on, as if they had been added by `network.add_bootstrap`.
    ContactsAdd = "contacts.add", Admin, Core, AddParams => AddReply;
    /// Who is behind an invite link, six words or a public address. Nothing is asked of them, and the link is as good as before.
    ContactsPreview = "contacts.preview", Admin, Core, PreviewParams => PreviewReply;
    /// Suggests to two contacts that they get to know each other. Each learns the other's name, and nothing more before
    /// both agreed.
    ContactsIntroduce = "contacts.introduce", Admin, Core, IntroduceParams => IntroduceReply;
    /// Says whether I want to get to know who a contact suggested. If both agree we become contacts, introduced and not
    /// verified. Who does not agree tells nobody.
    ContactsAnswerIntroduction = "contacts.answer_introduction", Admin, Core, AnswerIntroductionParams => Done;
    /// Contacts and open requests.
    ContactsList = "contacts.list", Read, Core, Nothing => ContactsReply;
    /// One contact.
    ContactsGet = "contacts.get", Read, Core, AccountParams => Contact;
    /// Says yes to a request.
    ContactsAccept = "contacts.accept", Admin, Core, AccountParams => Done;
    /// Drops a request without a word.
    ContactsDecline = "contacts.decline", Admin, Core, AccountParams => Done;
    /// Refuses everything from somebody from now on; nothing tells them.
    ContactsBlock = "contacts.block", Admin, Core, AccountParams => Done;
    /// Takes a block back.
    ContactsUnblock = "contacts.unblock", Admin, Core, AccountParams => Done;
    /// Forgets a contact and their keys; the messages stay.
    ContactsRemove = "contacts.remove", Admin, Core, AccountParams => Done;
    /// Gives a contact a name of mine.
    ContactsRename = "contacts.rename", Admin, Core, RenameParams => Done;
    /// Shares with a contact that I write, that I am there or that I read their messages, or does not, whatever the
    /// settings say. What is not shared with them is not shown of them.
    ContactsSet = "contacts.set", Admin, Core, ContactSetParams => Done;
    /// Marks that the safety number was compared.
    ContactsVerify = "contacts.verify", Admin, Core, VerifyParams => Done;
    /// The number two people compare.
    ContactsSafetyNumber = "contacts.safety_number", Read, Core, AccountParams => SafetyReply;
    /// Chats, newest first.
    ChatsList = "chats.list", Read, Core, Nothing => ChatsReply;
    /// One chat.
    ChatsGet = "chats.get", Read, Core, ChatParams => Chat;
    /// The chat with a contact, or with my own account the notes to myself.
    ChatsOpen = "chats.open", Send, Core, AccountParams => ChatReply;
    /// Writes a message. It is on disk when this answers, and delivered as soon as the recipient can be reached.
    ChatsSend = "chats.send", Send, Core, SendParams => SendReply;
    /// Looks at the page behind a link that I am about to send: this node visits it, and the site learns its address. One
    /// at a time: whoever waits for another one is told `cancelled`.
    ChatsPreviewLink = "chats.preview_link", Send, Core, PreviewLinkParams => PreviewLinkReply;
    /// Stops looking at a page.
    ChatsCancelPreview = "chats.cancel_preview", Send, Core, Nothing => Done;
    /// The picture in the preview that came with a message. Nothing is fetched for it.
    ChatsPreviewPicture = "chats.preview_picture", Read, Query, MessageParams => Picture;
    /// Gives a text of mine other words. What it said before stays in its history, here and there.
    ChatsEdit = "chats.edit", Send, Core, EditParams => Done;
    /// What an edited message said before.
    ChatsEdits = "chats.edits", Read, Query, MessageParams => EditsReply;
    /// Deletes a message here, or asks everybody who has it to delete it. Others may have kept a copy, and a program that
    /// is not Kith need not obey.
    ChatsDelete = "chats.delete", Send, Core, DeleteParams => Done;
    /// Puts an emoji on a message, or takes it off. One person may put several on one message.
    ChatsReact = "chats.react", Send, Core, ReactParams => Done;
    /// Writes the text of a message into other chats, marked as passed on, without its author.
    ChatsForward = "chats.forward", Send, Core, ForwardParams => ForwardReply;
    /// Pins a message, or not any more. Only this account sees it.
    ChatsPinMessage = "chats.pin_message", Send, Core, PinMessageParams => Done;
    /// The pinned messages of a chat, at most 100.
    ChatsPinned = "chats.pinned", Read, Query, ChatParams => PinnedReply;
    /// Keeps a chat at the top of the list, or no longer.
    ChatsPin = "chats.pin", Send, Core, SwitchParams => Done;
    /// Puts a chat away, or back. Something new in it brings it back, unless it is muted.
    ChatsArchive = "chats.archive", Send, Core, SwitchParams => Done;
    /// Tells nothing outside the window of what is new in a chat.
    ChatsMute = "chats.mute", Send, Core, MuteParams => Done;
    /// Says of what in a chat one is told outside the window. Nobody else learns of it.
    ChatsNotify = "chats.notify", Send, Core, NotifyParams => Done;
    /// Asks a question with answers to choose from. Everybody in the chat sees who chose what.
    ChatsPoll = "chats.poll", Send, Core, PollParams => SendReply;
    /// Chooses answers in a poll, instead of what was chosen before.
    ChatsVote = "chats.vote", Send, Core, VoteParams => Done;
    /// Closes a poll of mine: what is chosen afterwards does not count.
    ChatsClosePoll = "chats.close_poll", Send, Core, MessageParams => Done;
    /// Sends a picture of my own, which the message carries.
    ChatsSendSticker = "chats.send_sticker", Send, Core, SendStickerParams => SendReply;
    /// Writes a message ahead: this node sends it at a time, or when it starts the next time if it does not run then.
    ChatsSchedule = "chats.schedule", Send, Core, ScheduleParams => SendReply;
    /// The messages written ahead, in the order of their times.
    ChatsScheduled = "chats.scheduled", Read, Query, ScheduledParams => ScheduledReply;
    /// Changes a message written ahead. A time that is over sends it now.
    ChatsReschedule = "chats.reschedule", Send, Core, RescheduleParams => Done;
    /// Forgets a message written ahead.
    ChatsUnschedule = "chats.unschedule", Send, Core, MessageParams => Done;
    /// Sets after how long messages disappear that are sent to a chat from now on, and tells the other side, which does
    /// the same. Both can change it. A copy that somebody made stays, and a program that is not Kith need not obey.
    ChatsSetExpiry = "chats.set_expiry", Send, Core, ExpiryParams => Done;
    /// Says that I am writing in a chat, or stopped. The other side sees it for six seconds, if it is connected; call it
    /// with every change, it is passed on every three seconds at most.
    ChatsTyping = "chats.typing", Send, Core, TypingParams => Done;
    /// Keeps what is written and not sent yet.
    ChatsSetDraft = "chats.set_draft", Send, Core, DraftParams => Done;
    /// A part of a chat.
    ChatsHistory = "chats.history", Read, Query, HistoryParams => HistoryReply;
    /// Full-text search, newest first.
    ChatsSearch = "chats.search", Read, Query, SearchParams => SearchReply;
    /// Marks messages read and tells their author.
    ChatsMarkRead = "chats.mark_read", Send, Core, ReadParams => Done;
    /// Calls the other person of a chat. Nothing of this computer's addresses is told before they answer.
    CallsStart = "calls.start", Call, Core, CallStartParams => Call;
    /// Answers a call. From then on both learn each other's addresses, unless `network.relay_only` is set.
    CallsAccept = "calls.accept", Call, Core, CallRef => Done;
    /// Does not answer a call, and says so.
    CallsDecline = "calls.decline", Call, Core, CallRef => Done;
    /// Ends a call, or gives it up while it rings.
    CallsHangUp = "calls.hang_up", Call, Core, CallRef => Done;
    /// Switches the microphone, the camera or the showing of the screen in a call, which the other side sees; holds the key of
    /// push to talk; says how loud the other person is here.
    CallsSet = "calls.set", Call, Core, CallSetParams => Done;
    /// The calls that ring or go on.
    CallsList = "calls.list", Read, Core, Nothing => CallsReply;
    /// How a call that was answered goes.
    CallsStats = "calls.stats", Read, Node, CallRef => CallStats;
    /// The microphones and speakers of this computer, with those chosen in settings even if they are not there. Takes as long
    /// as the sound system does, and six seconds at most.
    CallsDevices = "calls.devices", Read, Node, Nothing => SoundDevices;
    /// Opens the microphone and the speaker to check them before a call: `calls.check` tells ten times a second how loud the
    /// microphone is. It ends after two minutes without a call of these methods, and when a call goes on.
    CallsCheckStart = "calls.check_start", Call, Node, Nothing => SoundCheck;
    /// Records three seconds in the check, as others would hear them, and plays them.
    CallsCheckRecord = "calls.check_record", Call, Node, Nothing => SoundCheck;
    /// Plays a tone of a second and a half in the check.
    CallsCheckTone = "calls.check_tone", Call, Node, Nothing => SoundCheck;
    /// Ends the check. Nothing of it is kept.
    CallsCheckStop = "calls.check_stop", Call, Node, Nothing => Done;
    /// Keeps a picture as one of my own: scaled down, without anything but its pixels, at most 200. It can be sent as a
    /// sticker, and stands in texts of mine where its name stands between colons.
    StickersAdd = "stickers.add", Admin, Node, StickersAddParams => Sticker;
    /// My own pictures.
    StickersList = "stickers.list", Read, Core, Nothing => StickersReply;
    /// Removes a picture of my own. Messages that show it keep it.
    StickersRemove = "stickers.remove", Admin, Core, StickerRef => Done;
    /// A picture of my own, or one that a message shows.
    StickersImage = "stickers.image", Read, Query, SmallPictureParams => SmallPictureReply;
    /// The nodes that keep mail for this account while it is away, and those that could.
    MailboxesList = "mailboxes.list", Read, Core, Nothing => MailboxesReply;
    /// Lets a node keep mail for this account. Contacts are told where.
    MailboxesAdd = "mailboxes.add", Admin, Core, MailboxParams => Done;
    /// Forgets a node that kept mail, with what still lies there. Contacts are told.
    MailboxesRemove = "mailboxes.remove", Admin, Core, MailboxRef => Done;
    /// The mail this node keeps for others; changes whether and how much.
    MailboxesServe = "mailboxes.serve", Admin, Core, ServeParams => ServeReply;
    /// Keeps mail for a contact while they are away, or not any more. They are told.
    MailboxesOffer = "mailboxes.offer", Admin, Core, MailboxOfferParams => Done;
    /// All settings.
    SettingsGet = "settings.get", Read, Core, Nothing => SettingsReply;
    /// Changes a setting, or removes it.
    SettingsSet = "settings.set", Admin, Core, SettingsSetParams => Done;
    /// Writes everything worth keeping into one encrypted file: contacts, messages, settings. Nothing a session is made
    /// of is in it. The node goes on meanwhile; `backup.progress` tells how far it is.
    BackupExport = "backup.export", Admin, Node, BackupExportParams => BackupExportReply;
    /// Stops the backup that is being made. Nothing of it stays.
    BackupCancel = "backup.cancel", Admin, Node, Nothing => Done;
    /// The backups this node makes by itself, and how the last went.
    BackupStatus = "backup.status", Admin, Node, Nothing => Backups;
    /// Makes backups by itself, the first one at once, or stops doing so. The 24 words of the account open them.
    BackupSet = "backup.set", Admin, Node, BackupSetParams => Backups;
    /// The network as this node sees it.
    NetworkGet = "network.status", Read, Node, Nothing => NetworkStatus;
    /// Adds a bootstrap node and keeps it.
    NetworkAddBootstrap = "network.add_bootstrap", Admin, Node, BootstrapParams => Done;
    /// Removes a bootstrap node.
    NetworkRemoveBootstrap = "network.remove_bootstrap", Admin, Node, BootstrapParams => Done;
    /// Tries the network step by step.
    NetworkTest = "network.test", Read, Node, Nothing => TestReply;
    /// Tells the node whether the connection in use costs by volume, which its desktop may know; until it is told otherwise or
    /// ends. The setting `network.metered` counts more.
    NetworkMetered = "network.metered", Admin, Node, Metered => Done;
    /// STUN and TURN servers of the bootstrap nodes in use, for a call of an embedding program: with credentials that are
    /// good for some minutes. Takes up to five seconds.
    NetworkIceServers = "network.ice_servers", Admin, Node, Nothing => IceServersReply;
    /// Makes an API token.
    TokensCreate = "tokens.create", Admin, Node, TokenParams => TokenReply;
    /// API tokens, without their secrets.
    TokensList = "tokens.list", Admin, Node, Nothing => TokensReply;
    /// Takes an API token back.
    TokensRevoke = "tokens.revoke", Admin, Node, TokenRef => Done;
}

/// What is known about the method called `name`.
#[must_use]
pub fn method_info(name: &str) -> Option<&'static MethodInfo> {
    METHODS.iter().find(|method| method.name == name)
}
