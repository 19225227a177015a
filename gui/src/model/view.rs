//! What is on the screen.

use std::collections::{BTreeSet, VecDeque};

use kith_node::{
    AccountId, ChatId, MessageId,
    api::Password,
    params::{EditedText, Hit, SafetyReply, ServeReply},
    views::{Invite, Mailbox, MessageKind, Presence, Profile, Scheduled, TestStep},
};

use super::NewSticker;

/// The page beside the rail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// Conversations, one of them open.
    Chats {
        /// Which.
        open: Option<ChatId>,
    },
    /// People, one of them open.
    Contacts {
        /// Who.
        open: Option<AccountId>,
    },
    /// The network.
    Network,
    /// Settings.
    Settings(Section),
}

/// Pages of the settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Section {
    /// Profile, recovery phrase, password.
    Account,
    /// What others learn.
    Privacy,
    /// Theme, sizes.
    Appearance,
    /// Language and times.
    Language,
    /// What is shown outside the window.
    Notifications,
    /// Microphone and speaker.
    Sound,
    /// Bootstrap nodes.
    Network,
    /// What is on the disk.
    Storage,
    /// The keyboard.
    Shortcuts,
    /// Version and licences.
    About,
}

impl Section {
    /// Every page, in order.
    pub const ALL: [Self; 10] = [
        Self::Account,
        Self::Privacy,
        Self::Appearance,
        Self::Language,
        Self::Notifications,
        Self::Sound,
        Self::Network,
        Self::Storage,
        Self::Shortcuts,
        Self::About,
    ];
}

/// My profile while it is edited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileEdit {
    /// The name typed so far.
    pub name: String,
    /// The status text typed so far.
    pub status: String,
    /// For how long that counts.
    pub lasts: Lasts,
    /// How I want to be seen.
    pub presence: Presence,
}

impl ProfileEdit {
    /// As it is.
    #[must_use]
    pub fn of(me: &Profile) -> Self {
        Self { name: me.name.clone(), status: me.status_text.clone(), lasts: Lasts::Kept, presence: me.presence }
    }
}

/// For how long a status text counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Lasts {
    /// As it is; without an end, if it is new.
    #[default]
    Kept,
    /// So many hours from now.
    Hours(u64),
}

impl Lasts {
    /// What can be chosen.
    pub const ALL: [Self; 4] = [Self::Kept, Self::Hours(1), Self::Hours(4), Self::Hours(24)];

    /// For the node.
    #[must_use]
    pub fn seconds(self) -> Option<u64> {
        if let Self::Hours(hours) = self { Some(hours * 3600) } else { None }
    }
}

/// Something over the page that wants an answer first.
#[derive(Debug, Clone, PartialEq)]
pub enum Sheet {
    /// Microphone, speaker and volume of the call.
    Sound,
    /// Give or use an invite.
    AddContact(AddContact),
    /// Invites of mine that are open; `None` until the node has answered.
    Invites(Option<Vec<Invite>>),
    /// Edit my name and status.
    Profile(ProfileEdit),
    /// My 24 words.
    Phrase {
        /// Once shown.
        words: Option<Vec<String>>,
        /// Typed so far, where the profile has one.
        password: Password,
        /// It was not that one.
        wrong: bool,
        /// Whether they were written down is being found out.
        check: Option<PhraseCheck>,
    },
    /// Give the profile a password, another one, or none.
    Password(NewPassword),
    /// Make a backup.
    Backup(NewBackup),
    /// Really delete everything?
    Wipe(Wiping),
    /// Give somebody another name.
    Rename {
        /// Who.
        account: AccountId,
        /// Typed so far.
        name: String,
    },
    /// Really remove them?
    Remove(AccountId),
    /// Really block them?
    Block(AccountId),
    /// Go on without the window?
    Closing,
    /// A link in a message that may not lead where it seems to.
    OpenLink(String),
    /// Really delete it, and where?
    DeleteMessage(MessageId),
    /// Where a message goes on to.
    Forward {
        /// The message.
        message: MessageId,
        /// The chats chosen so far.
        to: BTreeSet<ChatId>,
    },
    /// What a message said before; `None` until the node has answered.
    Edits {
        /// The message.
        message: MessageId,
        /// Oldest first.
        edits: Option<Vec<EditedText>>,
    },
    /// Introduce a contact to another, once that one is chosen.
    Introduce {
        /// The one.
        to: AccountId,
        /// The other.
        about: Option<AccountId>,
    },
    /// A poll to ask.
    Poll(NewPoll),
    /// When a message is sent.
    Later(Later),
    /// What is written ahead; `None` until the node has answered.
    Scheduled {
        /// Where.
        chat: ChatId,
        /// In the order of their times.
        rows: Option<Vec<Scheduled>>,
    },
    /// After how long messages disappear.
    Expiry {
        /// Where.
        chat: ChatId,
        /// Typed so far.
        amount: String,
        /// Of what.
        unit: Span,
    },
    /// Choose an emoji.
    Emoji(EmojiFor),
    /// Pictures of my own, and another one to add.
    Stickers(NewSticker),
    /// The pinned messages of a conversation.
    Pinned(ChatId),
}

/// A poll, as far as it was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPoll {
    /// Where.
    pub chat: ChatId,
    /// The question.
    pub question: String,
    /// The answers; empty ones do not count.
    pub options: Vec<String>,
    /// One person may choose several.
    pub multiple: bool,
    /// It closes after so many seconds.
    pub closes_s: Option<u64>,
}

impl NewPoll {
    /// The most answers a poll has.
    pub const OPTIONS_MAX: usize = 12;

    /// Nothing typed yet.
    #[must_use]
    pub fn new(chat: ChatId) -> Self {
        Self { chat, question: String::new(), options: vec![String::new(); 2], multiple: false, closes_s: None }
    }

    /// The answers that were typed.
    #[must_use]
    pub fn answers(&self) -> Vec<String> {
        self.options.iter().map(|option| option.trim().to_owned()).filter(|option| !option.is_empty()).collect()
    }

    /// Whether it can be asked: a question and different answers.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        let answers = self.answers();
        let different: BTreeSet<_> = answers.iter().collect();
        !self.question.trim().is_empty() && answers.len() >= 2 && different.len() == answers.len()
    }
}

/// A time for a message, as far as it was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Later {
    /// Where.
    pub chat: ChatId,
    /// One that is written ahead already, with its text; else it is what the composer holds.
    pub change: Option<(MessageId, String)>,
    /// The day, as `2026-11-22`; none yet: tomorrow.
    pub date: Option<String>,
    /// The time, as `09:00`.
    pub time: Option<String>,
    /// When it is sent now, Unix milliseconds.
    pub at: Option<u64>,
}

/// Units of time that a person counts in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// 60 seconds.
    Minutes,
    /// 60 minutes.
    Hours,
    /// 24 hours.
    Days,
    /// 7 days.
    Weeks,
}

impl Span {
    /// All, the shortest first.
    pub const ALL: [Self; 4] = [Self::Minutes, Self::Hours, Self::Days, Self::Weeks];

    /// Its length.
    #[must_use]
    pub fn seconds(self) -> u64 {
        match self {
            Self::Minutes => 60,
            Self::Hours => 3600,
            Self::Days => 24 * 3600,
            Self::Weeks => 7 * 24 * 3600,
        }
    }
}

/// Whether really everything is to be deleted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wiping {
    /// Typed so far.
    pub typed: String,
    /// It is being done.
    pub busy: bool,
    /// Why it was not done to the end.
    pub error: Option<String>,
}

/// A backup to be made.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct NewBackup {
    /// Backups that make themselves, into a folder.
    pub rolling: bool,
    /// Where, typed or chosen.
    pub path: String,
    /// A password opens it, not the 24 words.
    pub by_password: bool,
    /// That password, typed so far.
    pub password: Password,
    /// The profile's password, typed so far, where it has one.
    pub profile_password: Password,
    /// It was not that one.
    pub wrong: bool,
    /// What else went wrong: the key of the text for it, or the text.
    pub error: Option<String>,
    /// It is being made.
    pub busy: bool,
}

/// A node that shall keep my mail, as far as it was typed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct NewMailbox {
    /// Its link.
    pub link: String,
    /// What its operator gave out.
    pub token: Password,
    /// What is wrong with the link, by the key of its text.
    pub wrong_link: Option<&'static str>,
    /// What is wrong with the token.
    pub wrong_token: Option<&'static str>,
    /// The node has been asked.
    pub busy: bool,
}

/// What an emoji is chosen for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmojiFor {
    /// To put it on a message.
    Reaction(MessageId),
    /// To write it.
    Draft(ChatId),
    /// Not an emoji: a sticker, to send it.
    Sticker(ChatId),
}

/// A password for the profile, as far as it was typed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct NewPassword {
    /// The one it has.
    pub current: Password,
    /// The one it gets.
    pub new: Password,
    /// It gets none.
    pub remove: bool,
    /// The one it has is another.
    pub wrong: bool,
    /// It is being stretched.
    pub busy: bool,
}

/// Giving and using invites.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AddContact {
    /// The page.
    pub tab: AddTab,
    /// An invite of mine.
    pub link: Option<String>,
    /// One person only.
    pub single_use: bool,
    /// Words are shown instead of the link.
    pub speaking: bool,
    /// The words, once the node has made them.
    pub words: Option<Words>,
    /// Pasted or scanned.
    pub input: String,
    /// A line about me for them.
    pub message: String,
    /// What the link leads to.
    pub preview: Preview,
    /// The request is on its way.
    pub busy: bool,
    /// The first invite waits for an address until then, Unix milliseconds.
    pub waits_until: Option<u64>,
}

/// Two of the 24 words, asked of somebody who says that they wrote them down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhraseCheck {
    /// Which, counted from one.
    pub places: [usize; 2],
    /// Typed so far.
    pub typed: [Password; 2],
    /// One of them is another word.
    pub wrong: bool,
}

/// What is said on the telephone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// Six of them.
    pub words: Vec<String>,
    /// Until when they lead to me, Unix milliseconds.
    pub until: u64,
}

/// Pages of [`AddContact`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum AddTab {
    /// Mine, for others.
    #[default]
    Show,
    /// Theirs, for me.
    Enter,
}

/// What a pasted link leads to.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Preview {
    /// Nothing was pasted yet, or it is no link.
    #[default]
    Nothing,
    /// Being looked up.
    Looking,
    /// Not usable, and why.
    Bad(String),
    /// So many of the six words are typed.
    Words(usize),
    /// This word, counted from one, is not among those that are said.
    WrongWord(usize),
    /// Somebody.
    Person {
        /// Who.
        account: AccountId,
        /// The link that leads to them, also where words were typed.
        link: String,
        /// What they call themselves.
        name: String,
        /// They are a contact, or have been asked, already.
        known: bool,
        /// It is my own link.
        mine: bool,
        /// This computer has to work before they are asked.
        works: bool,
    },
}

/// A short message at the edge of the window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Toast {
    /// Names it.
    pub id: u64,
    /// What it says.
    pub text: String,
    /// How.
    pub kind: ToastKind,
    /// When it goes away, Unix milliseconds.
    pub until: u64,
}

/// Kinds of [`Toast`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ToastKind {
    /// Something was done.
    Done,
    /// Something did not work.
    Problem,
}

/// Which chats are listed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Filter {
    /// All of them.
    #[default]
    All,
    /// Those with something new.
    Unread,
    /// People who want to be contacts.
    Requests,
    /// Those that were put away.
    Archived,
}

/// The command palette.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Palette {
    /// Typed so far.
    pub query: String,
    /// The row the arrow keys are on.
    pub row: usize,
}

/// Where messages are looked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Narrow {
    /// In this conversation.
    pub chat: Option<ChatId>,
    /// By this person.
    pub from: Option<AccountId>,
    /// Not older than so many days.
    pub days: Option<u16>,
    /// Of this kind.
    pub kind: Option<MessageKind>,
}

impl Narrow {
    /// Whether something is looked for without a word: all that is of a kind, but not all texts.
    #[must_use]
    pub fn is_enough(&self) -> bool {
        self.kind.is_some_and(|kind| kind != MessageKind::Text)
    }
}

/// Messages found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Hits {
    /// For this query.
    pub query: String,
    /// There.
    pub narrow: Narrow,
    /// Newest first.
    pub hits: Vec<Hit>,
}

/// Everything about the screen.
#[derive(Debug)]
pub struct View {
    /// The page.
    pub route: Route,
    /// Over it.
    pub sheet: Option<Sheet>,
    /// The command palette, if open.
    pub palette: Option<Palette>,
    /// The panel about the person of the open conversation.
    pub info: bool,
    /// Which chats are listed.
    pub filter: Filter,
    /// What is looked for in the list.
    pub search: String,
    /// Where it is looked for.
    pub narrow: Narrow,
    /// What was found.
    pub hits: Hits,
    /// At the edge, oldest first.
    pub toasts: VecDeque<Toast>,
    /// The page shown once after a profile was made.
    pub welcome: Option<AddContact>,
    /// The safety number of the contact on the screen.
    pub safety: Option<(AccountId, SafetyReply)>,
    /// The mail for others on this computer, once the node has told.
    pub served: Option<ServeReply>,
    /// The nodes that keep my mail, once the node has told.
    pub mailboxes: Option<Vec<Mailbox>>,
    /// When it was last asked for them, Unix milliseconds.
    pub mailboxes_at: u64,
    /// One more of them, being typed.
    pub new_mailbox: NewMailbox,
    /// The last test of the network; `None` inside while it runs.
    pub network_test: Option<Option<Vec<TestStep>>>,
    /// A bootstrap address being typed.
    pub bootstrap_input: String,
    /// Messages chosen to be copied.
    pub selected: BTreeSet<MessageId>,
    /// The window has the keyboard.
    pub focused: bool,
}

impl View {
    /// Whether messages are looked for.
    #[must_use]
    pub fn searches(&self) -> bool {
        !self.search.trim().is_empty() || self.narrow.is_enough()
    }
}

impl Default for View {
    fn default() -> Self {
        Self {
            route: Route::Chats { open: None },
            sheet: None,
            palette: None,
            info: false,
            filter: Filter::All,
            search: String::new(),
            narrow: Narrow::default(),
            hits: Hits::default(),
            toasts: VecDeque::new(),
            welcome: None,
            safety: None,
            served: None,
            mailboxes: None,
            mailboxes_at: 0,
            new_mailbox: NewMailbox::default(),
            network_test: None,
            bootstrap_input: String::new(),
            selected: BTreeSet::new(),
            focused: true,
        }
    }
}
