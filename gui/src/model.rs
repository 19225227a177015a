//! What the window knows: plain data folded from the node's events. No egui, no node, no clock.

pub mod calls;
mod fold;
mod picture;
mod settings;
pub mod sound;
mod stage;
mod stickers;
mod talk;
mod told;
pub mod video;
mod view;

#[cfg(test)]
pub(crate) mod samples;

use std::collections::{BTreeMap, BTreeSet};

use kith_node::{
    AccountId, ChatId, MessageId, ProfileState, Snapshot,
    views::{Backups, Chat, ChatKind, Contact, ContactState, Message, NetworkStatus, NotifyRule, Profile, Sticker},
};

use crate::{platform::appearance::Preferred, theme::Tokens};

pub use calls::Calls;
pub use picture::{Drawn, PictureOf, Pictures, Pixels};
pub use settings::{Appearance, BubbleStyle, Clock, Settings};
pub use stage::{Failed, Onboarding, Restoring, Stage, Step, Unlock};
pub use stickers::{NewSticker, PictureFrom};
pub use talk::{Aim, LinkDraft, Load, Pending, Quote, Scroll, Seen, Talk};
pub use told::{About, Notice, Told, Waiting};
pub use video::Video;
pub use view::{
    AddContact, AddTab, EmojiFor, Filter, Hits, Lasts, Later, Narrow, NewBackup, NewMailbox, NewPassword, NewPoll,
    Palette, PhraseCheck, Preview, ProfileEdit, Route, Section, Sheet, Span, Toast, ToastKind, View, Wiping, Words,
};

/// How many conversations keep their loaded messages.
const TALKS_KEPT: usize = 8;

/// How the program goes on without a window.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Background {
    /// The desktop has a place for small icons; not known at first.
    pub tray: Option<bool>,
    /// The window is not shown anywhere.
    pub hidden: bool,
    /// The desktop starts the program.
    pub autostart: bool,
}

/// Everything the window shows is built from this.
#[derive(Debug, Default)]
pub struct Model {
    /// How far the start has got.
    pub stage: Stage,
    /// My profile, once the node runs.
    pub me: Option<Profile>,
    /// People I know, or who want to know me.
    pub contacts: BTreeMap<AccountId, Contact>,
    /// Conversations.
    pub chats: BTreeMap<ChatId, Chat>,
    /// The network.
    pub network: Option<NetworkStatus>,
    /// What a person chose.
    pub settings: Settings,
    /// Who is writing right now, by conversation.
    pub typing: BTreeMap<ChatId, BTreeSet<AccountId>>,
    /// The call that rings or goes on.
    pub calls: Calls,
    /// Microphone and speaker.
    pub sound: sound::Sound,
    /// What is seen in it.
    pub video: Video,
    /// Pictures of my own.
    pub stickers: Vec<Sticker>,
    /// Loaded parts of conversations.
    pub talks: BTreeMap<ChatId, Talk>,
    /// Pictures that are on the screen, or were.
    pub pictures: Pictures,
    /// What is on the screen.
    pub view: View,
    /// What opens the profile, once the node runs.
    pub lock: Option<ProfileState>,
    /// How it goes on without a window.
    pub background: Background,
    /// What is told outside the window.
    pub told: Told,
    /// The desktop's screen is locked, as far as is known.
    pub locked: bool,
    /// The desktop says that the connection in use costs by volume.
    pub seems_metered: bool,
    /// What the desktop prefers.
    pub preferred: Preferred,
    /// Themes of the person's own that could be read, by file name.
    pub themes: BTreeMap<String, Tokens>,
    /// Where themes of the person's own are looked for.
    pub themes_folder: String,
    /// The profile folder, for showing.
    pub folder: String,
    /// The person's own folder, where files are put unless they say where.
    pub home: String,
    /// How far the backup being made is: rows, of how many.
    pub backup: Option<(u64, u64)>,
    /// The backups the node makes by itself, once it was asked.
    pub backups: Option<Backups>,
    /// When it is, Unix milliseconds; set before every update.
    pub now: u64,
    /// Counts everything that needs a name of its own.
    pub(crate) next: u64,
}

impl Model {
    /// Nothing known yet but where the profile is.
    #[must_use]
    pub fn of(folder: String) -> Self {
        Self { folder, ..Self::default() }
    }

    /// The profile is gone, and with it everything that was known of it.
    pub fn forget(&mut self) {
        let Self { background, locked, preferred, themes, themes_folder, folder, home, now, next, .. } =
            std::mem::take(self);
        *self =
            Self { background, locked, preferred, themes, themes_folder, folder, home, now, next, ..Self::default() };
    }

    /// Takes everything the node told first.
    pub fn load(&mut self, snapshot: Snapshot) {
        self.me = Some(snapshot.profile);
        self.contacts = snapshot.contacts.into_iter().map(|contact| (contact.account, contact)).collect();
        self.chats = snapshot.chats.into_iter().map(|chat| (chat.chat, chat)).collect();
        self.network = Some(snapshot.network);
        self.settings = Settings::read(&snapshot.settings);
        self.typing.clear();
        self.calls.load(snapshot.calls);
    }

    /// Whether neither a password nor a keyring protects the profile.
    pub fn exposed(&self) -> bool {
        self.lock == Some(ProfileState::KeyFile)
    }

    /// A number nothing else has.
    pub fn fresh(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    /// Chats as a list shows them: pinned first, then by their newest message.
    pub fn chats_in_order(&self) -> Vec<&Chat> {
        let mut chats: Vec<_> = self.chats.values().collect();
        chats.sort_by_key(|chat| (!chat.pinned, std::cmp::Reverse(self.newest_ms(chat)), chat.chat));
        chats
    }

    fn newest_ms(&self, chat: &Chat) -> u64 {
        chat.last.as_ref().map_or(0, |message| message.received_at.unwrap_or(message.sent_at))
    }

    /// The other person of a direct chat.
    pub fn contact_of(&self, chat: &Chat) -> Option<&Contact> {
        (chat.kind == ChatKind::Direct).then(|| self.contacts.get(&chat.account?)).flatten()
    }

    /// The direct chat with somebody, if it has been opened.
    pub fn chat_with(&self, account: AccountId) -> Option<&Chat> {
        self.chats.values().find(|chat| chat.kind == ChatKind::Direct && chat.account == Some(account))
    }

    /// Who is writing in a conversation.
    pub fn typing_in(&self, chat: ChatId) -> Option<AccountId> {
        self.typing.get(&chat)?.first().copied()
    }

    /// Who asks to be a contact.
    pub fn requests(&self) -> Vec<&Contact> {
        self.contacts.values().filter(|contact| contact.state == ContactState::Requested).collect()
    }

    /// Unread messages of which one is told: none of chats that are muted.
    pub fn unread(&self) -> u64 {
        let counted = |chat: &Chat| match chat.notify {
            _ if self.is_silent(chat) => 0,
            NotifyRule::Mentions => chat.mentions,
            NotifyRule::All | NotifyRule::Nothing => chat.unread,
        };
        self.chats.values().map(counted).sum()
    }

    /// Whether nothing at all of a chat is told outside the window.
    pub fn is_silent(&self, chat: &Chat) -> bool {
        chat.notify == NotifyRule::Nothing || self.is_muted(chat)
    }

    /// Whether a chat is muted now.
    pub fn is_muted(&self, chat: &Chat) -> bool {
        chat.muted_until.is_some_and(|until| until > self.now)
    }

    /// A message of a loaded conversation.
    pub fn message(&self, id: MessageId) -> Option<&Message> {
        self.talks.values().find_map(|talk| talk.message(id))
    }

    /// Whether the account is my own.
    pub fn is_me(&self, account: AccountId) -> bool {
        self.me.as_ref().is_some_and(|me| me.account == account)
    }

    /// What to call somebody.
    pub fn name_of(&self, account: AccountId) -> String {
        if let Some(me) = self.me.as_ref().filter(|me| me.account == account) {
            return me.name.clone();
        }
        self.contacts.get(&account).map_or_else(|| account.to_string().chars().take(12).collect(), shown_name)
    }

    /// The conversation on the screen.
    pub fn open_chat(&self) -> Option<&Chat> {
        let Route::Chats { open } = self.view.route else { return None };
        self.chats.get(&open?)
    }

    /// The loaded part of a conversation, made if there is none; the ones longest unused are forgotten.
    pub fn talk_mut(&mut self, chat: ChatId) -> &mut Talk {
        let used = self.fresh();
        if !self.talks.contains_key(&chat) && self.talks.len() >= TALKS_KEPT {
            let oldest =
                self.talks.iter().filter(|(_, talk)| talk.pending.is_empty()).min_by_key(|(_, talk)| talk.used);
            if let Some(oldest) = oldest.map(|(chat, _)| *chat) {
                self.talks.remove(&oldest);
            }
        }
        let talk = self.talks.entry(chat).or_default();
        talk.used = used;
        talk
    }
}

/// The name I gave somebody, else the one they chose.
#[must_use]
pub fn shown_name(contact: &Contact) -> String {
    contact.petname.clone().unwrap_or_else(|| contact.name.clone())
}

/// What somebody says about themselves, as long as it counts.
#[must_use]
pub fn status<'a>(model: &Model, contact: &'a Contact) -> &'a str {
    if contact.status_until.is_some_and(|until| until <= model.now) { "" } else { &contact.status_text }
}

/// Whether messages can be written to somebody.
#[must_use]
pub fn can_write_to(contact: &Contact) -> bool {
    matches!(contact.state, ContactState::Introduced | ContactState::Verified) && !contact.alarm
}
