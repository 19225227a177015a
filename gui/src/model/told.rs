//! What is told outside the window, and what waits to be.

use std::collections::{BTreeMap, BTreeSet};

use kith_node::{AccountId, ChatId, MessageId, views::NotifyContent};

/// Something that came late is told when nothing further has come for so long.
const PAUSE_MS: u64 = 1_500;
/// But not later than this after the first.
const WAIT_MAX_MS: u64 = 8_000;
/// So many are told at once.
const WAITING_MAX: usize = 2_000;

/// What a notification is about: there is at most one of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum About {
    /// A conversation.
    Chat(ChatId),
    /// Several conversations.
    Several,
    /// People who want to be contacts.
    Requests,
    /// A call that rings, in this conversation.
    Call(ChatId),
}

/// What it says; what is empty may not be said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// A message.
    Message {
        /// Who wrote it.
        name: String,
        /// What.
        text: String,
    },
    /// Several messages.
    Messages {
        /// Who wrote them.
        name: String,
        /// How many.
        count: u64,
    },
    /// Messages in several conversations.
    Chats {
        /// How many messages.
        messages: u64,
        /// In how many conversations.
        chats: u64,
    },
    /// People want to be contacts.
    Requests {
        /// The one who asked last.
        name: String,
        /// How many.
        count: u64,
    },
    /// It rings.
    Call {
        /// Who calls.
        name: String,
    },
    /// It rang, and nobody answered.
    Missed {
        /// Who called.
        name: String,
    },
}

/// A message that is told with others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Where.
    pub chat: ChatId,
    /// Which.
    pub message: MessageId,
    /// Who wrote it.
    pub name: String,
    /// What.
    pub text: String,
    /// It is a call that was missed.
    pub missed: bool,
    /// How much of it may be said.
    pub content: NotifyContent,
    /// With a sound.
    pub sound: bool,
}

/// What is told outside the window, and what waits to be.
#[derive(Debug, Default)]
pub struct Told {
    /// The messages told of one by one, the last of each conversation is what its notification shows.
    pub chats: BTreeMap<ChatId, Vec<MessageId>>,
    /// The messages in the notification about several conversations.
    pub several: BTreeMap<ChatId, BTreeSet<MessageId>>,
    /// Who asks.
    pub requests: BTreeSet<AccountId>,
    /// These say something about what was written or by whom.
    pub saying: BTreeSet<About>,
    /// What came late, not told yet.
    pub waiting: Vec<Waiting>,
    /// When the first and the last of it came, Unix milliseconds.
    pub came: (u64, u64),
    /// When what came late last rang, Unix milliseconds.
    pub rang_at: Option<u64>,
    /// The call whose message came last: what is told of it at once is for [`Notice::Call`] to say.
    pub call: Option<MessageId>,
    /// Calls that are told of if they are missed; `true`: together with what came late.
    pub calls: BTreeMap<MessageId, bool>,
    /// The call whose ringing is told, and where.
    pub ringing: Option<(MessageId, ChatId)>,
    /// Unread messages that were deleted since a conversation was told to have changed: it was not read therefore.
    pub deleted: BTreeMap<ChatId, u64>,
}

impl Told {
    /// Something came late.
    pub fn wait(&mut self, now: u64, one: Waiting) {
        if self.waiting.is_empty() {
            self.came.0 = now;
        }
        self.came.1 = now;
        self.waiting.push(one);
    }

    /// When to tell what waits.
    pub fn due(&self) -> Option<u64> {
        match self.waiting.len() {
            0 => None,
            WAITING_MAX.. => Some(0),
            _ => Some((self.came.0 + WAIT_MAX_MS).min(self.came.1 + PAUSE_MS)),
        }
    }
}
