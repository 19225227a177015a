//! Everything a person can do, whichever way: a click, a key, a menu, the palette, a link from outside.

use std::collections::BTreeSet;

use kith_node::{
    AccountId, ChatId, MessageId,
    api::{InviteId, Password},
    params::DeleteFor,
    views::{NotifyContent, NotifyRule, QuietHours, Sharing},
};

use crate::{
    bridge::FromNode,
    model::{
        About, AddTab, Filter, Narrow, NewMailbox, PictureFrom, PictureOf, Pixels, Restoring, Route, Section, Settings,
        Sheet, Step, sound::SoundAction, video::Side,
    },
    platform::appearance::Preferred,
};

/// One thing that happened to the window.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "a few live at a time, for one frame")]
pub enum Action {
    /// The node said something.
    Node(FromNode),
    /// The desktop handed over a link.
    OpenLink(String),
    /// Another start wants this window to be seen.
    Show,
    /// The desktop prefers another look.
    Preferred(Preferred),
    /// Something to say, by its key.
    Say(&'static str),
    /// Something that went wrong, in words.
    Problem(String),
    /// Nothing new, but time has passed.
    Tick,
    /// The window got or lost the keyboard.
    Focus(bool),

    /// Another page of making a profile.
    Step(Step),
    /// The name typed so far.
    OnboardingName(String),
    /// The password typed so far.
    OnboardingPassword(Password),
    /// Make the profile.
    Create,
    /// The password of the profile typed so far.
    UnlockPassword(Password),
    /// Open the profile.
    Unlock,
    /// Leave the page shown after a profile was made.
    StartChatting,

    /// Delete everything, if that was really meant.
    Wipe,
    /// Open the profile that did not open once more.
    OpenAgain,
    /// Bring an account back in place of the profile that does not open.
    RestoreInstead,
    /// Leave that.
    BackToFailed,
    /// Ask where a backup goes.
    OpenBackup,
    /// Ask where backups go that make themselves.
    OpenRolling,
    /// Make them so often, in seconds, and keep so many.
    SetRolling(u64, u32),
    /// Make no more of those.
    StopRolling,
    /// Let a person choose where it goes.
    ChooseBackup,
    /// They chose.
    BackupTo(String),
    /// Make the backup.
    BackUp,
    /// Stop making it.
    StopBackup,
    /// Let a person choose a backup to read.
    ChooseRestore,
    /// What brings an account back, typed so far.
    Restoring(Restoring),
    /// Bring it back.
    Restore,

    /// Another page.
    Go(Route),
    /// A conversation.
    OpenChat(ChatId),
    /// The conversation with somebody, made if there is none.
    OpenChatWith(AccountId),
    /// Somebody to try things with.
    Echo,
    /// The next or previous conversation of the list.
    StepChat(i32),
    /// Back to the list, where only one column fits.
    Back,
    /// Close the topmost thing.
    Escape,
    /// Show or hide the panel about the person.
    ToggleInfo,
    /// Which chats are listed.
    Filter(Filter),
    /// What is looked for in the list.
    Search(String),
    /// Put the keyboard among the messages.
    FocusMessages,
    /// Look for messages of one conversation.
    SearchIn(ChatId),
    /// Look for messages only there.
    Narrow(Narrow),
    /// Put the keyboard into the search field.
    FocusSearch,
    /// Show a message in its conversation.
    ShowMessage(ChatId, MessageId),
    /// Show or hide the command palette.
    TogglePalette,
    /// Typed so far.
    PaletteQuery(String),
    /// The row the arrow keys are on.
    PaletteRow(usize),

    /// The text of the composer.
    Draft(ChatId, String),
    /// Send it.
    Send(ChatId),
    /// Try a refused message again.
    Retry(ChatId, u64),
    /// Send a message anew that was given up.
    SendAgain(MessageId),
    /// Forget a refused message.
    Discard(ChatId, u64),
    /// Answer a message of the open conversation.
    Reply(MessageId),
    /// Give a message of mine other words.
    EditMessage(MessageId),
    /// The same with my newest in the conversation.
    EditLast(ChatId),
    /// Neither answer nor edit.
    DropAim(ChatId),
    /// Put an emoji on a message, or take it off.
    React(MessageId, String, bool),
    /// Write an emoji.
    Insert(ChatId, String),
    /// Delete a message.
    Delete(MessageId, DeleteFor),
    /// Pass a message on.
    Forward(MessageId, BTreeSet<ChatId>),
    /// Pin a message, or not any more.
    PinMessage(MessageId, bool),
    /// Show what a message said before.
    ShowEdits(MessageId),
    /// Keep a conversation at the top, or no longer.
    PinChat(ChatId, bool),
    /// Put a conversation away, or back.
    Archive(ChatId, bool),
    /// Mute a conversation for a time, until it is unmuted, or not any more.
    Mute(ChatId, Mute),
    /// Be told of more or less in a conversation.
    NotifyOf(ChatId, NotifyRule),
    /// Let notifications say more or less.
    NotifySay(NotifyContent),
    /// Other quiet hours.
    Quiet(QuietHours),
    /// Somebody clicked on a notification.
    Clicked(About),
    /// The desktop's screen was locked, or is not any more.
    Locked(bool),
    /// The desktop says whether the connection in use costs by volume.
    SeemsMetered(bool),
    /// It does, or not, whatever the desktop says.
    Metered(Option<bool>),

    /// Call the other person of a conversation.
    CallStart(ChatId),
    /// Call the other person of a conversation, with the camera on.
    CallVideo(ChatId),
    /// Answer the call that rings.
    Answer,
    /// Answer it with the camera on.
    AnswerWithVideo,
    /// End the call, or do not answer it.
    HangUp,
    /// Switch my microphone off or on.
    Microphone,
    /// Something about microphone and speaker.
    Sound(SoundAction),
    /// Switch my camera off or on.
    Camera,
    /// Show my screen, or not any more.
    Screen,
    /// A side of the call is seen, or not any more.
    Seen(Side, Option<Pixels>),
    /// The screen shows how the call goes.
    AskCallStats,

    /// Send a picture of mine by its name.
    SendSticker(ChatId, String),
    /// Let a person choose a picture for one of their own.
    ChoosePicture,
    /// Take it from the clipboard.
    PastePicture,
    /// It was chosen.
    TakePicture(PictureFrom),
    /// Add it.
    AddSticker,
    /// Remove a picture of mine.
    RemoveSticker(String),
    /// Ask what is typed in the sheet.
    AskPoll,
    /// Choose these answers in a poll.
    Vote(MessageId, Vec<u64>),
    /// Suggest to two contacts that they get to know each other.
    Introduce(AccountId, AccountId),
    /// Say whether to get to know who a message suggests.
    AnswerIntroduction(MessageId, bool),
    /// Close a poll of mine.
    ClosePoll(MessageId),
    /// Choose when what is written in the open conversation is sent.
    ChooseLater,
    /// Send what is written in a conversation at this time, Unix milliseconds.
    Schedule(ChatId, u64),
    /// Show what is written ahead in a conversation.
    ShowScheduled(ChatId),
    /// Give a message written ahead another text or time.
    Reschedule(MessageId, Option<String>, Option<u64>),
    /// Forget a message written ahead.
    Unschedule(MessageId),
    /// Let messages of a conversation disappear after so many seconds from now on, or stay.
    SetExpiry(ChatId, Option<u64>),

    /// Choose a message among others, or not any more.
    Select(MessageId),
    /// Choose none.
    SelectNone,
    /// The timeline needs what precedes it.
    LoadBefore(ChatId),
    /// The timeline needs what follows it.
    LoadAfter(ChatId),
    /// The timeline shows the end, or does not.
    AtEnd(ChatId, bool),
    /// To the newest message.
    JumpToEnd(ChatId),

    /// Over the page.
    OpenSheet(Sheet),
    /// Close what is over the page.
    CloseSheet,
    /// What is typed in the sheet.
    EditSheet(Sheet),
    /// Give or use an invite.
    AddContact(AddTab),
    /// Another page of that.
    AddTab(AddTab),
    /// A link typed or pasted.
    AddInput(String),
    /// A line about me.
    AddMessage(String),
    /// One person only, or anybody who has it.
    AddSingleUse(bool),
    /// Make six words to say, or show the code and the link again.
    AddSpeak(bool),
    /// Ask them.
    AddConfirm,
    /// Do not ask them after all.
    AddCancel,
    /// Show the invites of mine that are open.
    ShowInvites,
    /// Let this one lead nowhere any more.
    RevokeInvite(InviteId),
    /// Look for a QR code on the clipboard.
    ScanClipboard,
    /// Look for one in a file.
    ScanFile,
    /// Look for one on the screen.
    ScanScreen,

    /// Yes to a request.
    Accept(AccountId),
    /// No to a request, silently.
    Decline(AccountId),
    /// Block somebody.
    Block(AccountId),
    /// Not any more.
    Unblock(AccountId),
    /// Remove somebody.
    Remove(AccountId),
    /// Give somebody another name.
    Rename(AccountId, String),
    /// The safety number was compared, or that is taken back.
    Verify(AccountId, bool),
    /// Keep my name and status.
    SaveProfile,
    /// Give the profile the password typed in the sheet.
    SetPassword,
    /// Show my 24 words.
    ShowPhrase,
    /// Somebody says that they wrote the 24 words down: ask for two of them.
    PhraseWritten,
    /// Compare the two.
    CheckPhrase,
    /// Others may learn something of me, and I of them: a setting of the node by its key.
    Share(&'static str, bool),
    /// Somebody may learn more or less of me than others.
    ShareWith(AccountId, Sharing),
    /// Nobody has done anything with the window for long, or somebody does again.
    Idle(bool),
    /// Let everybody who knows my account ask me, or not.
    PublicAddress(bool),
    /// Let mailboxes keep messages for me while I am away, or not.
    KeepMail(bool),
    /// Look at pages behind links that I send, or not.
    MakePreviews(bool),
    /// Send the link without what is behind it.
    DropPreview(ChatId),
    /// A picture is on the screen and not here.
    WantPicture(PictureOf),
    /// What is typed of a node that shall keep my mail.
    EditMailbox(NewMailbox),
    /// Use it.
    AddMailbox,
    /// Leave no mail at this one any more, by its link.
    RemoveMailbox(String),
    /// Keep mail for others on this computer, or not.
    ServeMail(bool),
    /// How much of it, MiB.
    MailQuota(u32),
    /// Delete what lies here.
    EraseMail,
    /// Keep mail for somebody, or not.
    OfferMail(AccountId, bool),

    /// Test the network.
    TestNetwork,
    /// A bootstrap address typed so far.
    BootstrapInput(String),
    /// Use it.
    AddBootstrap,
    /// Do not use this one any more.
    RemoveBootstrap(String),

    /// Another choice.
    Set(Box<Settings>),
    /// A page of the settings.
    Section(Section),
    /// Put text on the clipboard.
    Copy(String, Copied),
    /// A link in a message.
    Follow(String),
    /// Follow it although it looks odd.
    FollowAnyway(String),
    /// Put a short message away.
    DismissToast(u64),
    /// The desktop has a place for small icons, or not any more.
    TrayThere(bool),
    /// The window was asked to close.
    CloseWindow,
    /// Go on without the window from now on, or end with it.
    KeepRunning(bool),
    /// The window is not shown anywhere.
    Hidden(bool),
    /// Start along with the desktop, or not.
    Autostart(bool),
    /// Whether the desktop starts it.
    AutostartIs(bool),
    /// End the program.
    Quit,
}

/// How long a conversation is muted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mute {
    /// Not.
    Off,
    /// So many milliseconds from now.
    For(u64),
    /// Until then, Unix milliseconds.
    Until(u64),
    /// Until it is unmuted.
    Always,
}

/// What was put on the clipboard, for the message that says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Copied {
    /// An invite link.
    Invite,
    /// A message.
    Message,
    /// Something secret: it is taken off the clipboard after a minute.
    Secret,
    /// Anything else.
    Text,
}
