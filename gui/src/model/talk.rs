//! The loaded part of a conversation.

use std::collections::{BTreeMap, BTreeSet};

use kith_node::{
    MessageId, PreviewId,
    params::PreviewLinkReply,
    views::{Message, MessageState},
};

/// Messages kept of one conversation; more are loaded when somebody scrolls there.
const KEPT: usize = 600;

/// Which part of a history was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Load {
    /// Around the first unread message, or the end.
    First,
    /// What precedes what is loaded.
    Before,
    /// What follows it.
    After,
    /// Around a message, replacing what is loaded.
    Around(MessageId),
    /// The end, replacing what is loaded.
    End,
}

/// A message on its way to the node's disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// Names it until it has an id.
    pub local: u64,
    /// The text.
    pub text: String,
    /// When it was written, Unix milliseconds.
    pub at: u64,
    /// Why the node refused it.
    pub error: Option<String>,
    /// The message it answers.
    pub reply_to: Option<MessageId>,
    /// What was seen behind a link in it.
    pub preview: Option<PreviewId>,
}

/// A link in what is being written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkDraft {
    /// It.
    pub url: String,
    /// Names it: an answer about another one does not count.
    pub number: u64,
    /// Since when it is the one, Unix milliseconds.
    pub since: u64,
    /// What is behind it.
    pub seen: Seen,
}

/// How far the preview of a link has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// Somebody may still be typing it.
    Waiting,
    /// The node looks at the page.
    Asked,
    /// There is no preview of it.
    Nothing,
    /// The person does not want one.
    Dropped,
    /// It.
    Found(Box<PreviewLinkReply>),
}

/// What the text in the composer will be, where it is no message of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Aim {
    /// The answer to a message.
    Reply(MessageId),
    /// Other words for a message of mine.
    Edit {
        /// The message.
        message: MessageId,
        /// What was being written before.
        draft: String,
    },
}

/// A message that another one answers, where it is not among those loaded.
#[derive(Debug, Clone, PartialEq)]
pub enum Quote {
    /// The node has been asked.
    Asked,
    /// It is not there any more.
    Gone,
    /// It.
    Found(Box<Message>),
}

/// Answered messages kept of one conversation beside those loaded.
const QUOTES_KEPT: usize = 256;

/// Where the timeline has to go next. The view compares `count` with the last one it obeyed.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Scroll {
    /// Counts the wishes.
    pub count: u64,
    /// To this message, and flash it; to the end if none.
    pub to: Option<MessageId>,
}

/// The loaded part of a conversation and what is being written in it.
#[derive(Debug, Default)]
pub struct Talk {
    /// Oldest first.
    pub messages: Vec<Message>,
    /// There are older ones.
    pub more_before: bool,
    /// There are newer ones.
    pub more_after: bool,
    /// The node has been asked for more.
    pub loading: Option<Load>,
    /// Anything was loaded at all.
    pub loaded: bool,
    /// Not stored yet.
    pub pending: Vec<Pending>,
    /// Given up, and being sent anew.
    pub again: BTreeSet<MessageId>,
    /// What is being written.
    pub draft: String,
    /// The draft as the node has it.
    pub draft_saved: String,
    /// When the draft changed last, Unix milliseconds.
    pub draft_at: u64,
    /// When the node was last told that I write, Unix milliseconds, and not since that I stopped.
    pub typing_at: Option<u64>,
    /// What the draft will be.
    pub aim: Option<Aim>,
    /// The first link in the draft, if previews are wanted.
    pub link: Option<LinkDraft>,
    /// The draft when it was last looked through for links.
    pub link_read: String,
    /// The pinned ones, the last pinned first.
    pub pinned: Vec<Message>,
    /// Messages that are answered and not loaded.
    pub quotes: BTreeMap<MessageId, Quote>,
    /// Above it stands the line "new messages".
    pub unread_from: Option<MessageId>,
    /// The reader sees the end.
    pub at_end: bool,
    /// Where to scroll.
    pub scroll: Scroll,
    /// Changes with everything that is shown.
    pub revision: u64,
    pub(super) used: u64,
}

impl Talk {
    /// The place of a message among those loaded.
    pub fn position(&self, id: MessageId) -> Option<usize> {
        self.messages.iter().position(|message| message.id == id)
    }

    /// Keeps the pinned ones as a message, that was changed, now is.
    pub fn pin(&mut self, message: &Message) {
        let at = self.pinned.iter().position(|pinned| pinned.id == message.id);
        match (at, message.pinned && !message.deleted) {
            (Some(at), true) => self.pinned[at] = message.clone(),
            (Some(at), false) => drop(self.pinned.remove(at)),
            (None, true) => self.pinned.insert(0, message.clone()),
            (None, false) => {}
        }
    }

    /// Puts a page where it belongs, each message once.
    pub fn add_page(&mut self, load: Load, page: Vec<Message>, more_before: bool, more_after: bool) {
        self.loading = None;
        self.loaded = true;
        self.revision += 1;
        match load {
            Load::First | Load::Around(_) | Load::End => {
                self.messages = page;
                (self.more_before, self.more_after) = (more_before, more_after);
            }
            Load::Before => {
                let fresh = page.into_iter().filter(|message| self.position(message.id).is_none());
                let fresh: Vec<_> = fresh.collect();
                self.messages.splice(0..0, fresh);
                self.more_before = more_before;
                if self.messages.len() > KEPT {
                    self.messages.truncate(KEPT);
                    self.more_after = true;
                }
            }
            Load::After => {
                let fresh: Vec<_> = page.into_iter().filter(|message| self.position(message.id).is_none()).collect();
                self.messages.extend(fresh);
                self.more_after = more_after;
                self.drop_oldest();
            }
        }
    }

    /// A message is new or has changed. A new one is shown if the end is loaded; else it comes with its page.
    pub fn upsert(&mut self, message: Message) {
        self.revision += 1;
        if let Some(quote) = self.quotes.get_mut(&message.id) {
            *quote = Quote::Found(Box::new(message.clone()));
        }
        if message.deleted && self.aims_at(message.id) {
            self.aim_at(None);
        }
        match self.position(message.id) {
            Some(at) if self.messages[at].order == message.order => {
                self.messages[at] = message;
                return;
            }
            Some(at) => drop(self.messages.remove(at)),
            None if !self.loaded => return,
            None => {}
        }
        // One that came late stands where it belongs.
        let at = self.messages.partition_point(|other| other.order <= message.order);
        let with_another_page =
            at == self.messages.len() && self.more_after || at == 0 && self.more_before && !self.messages.is_empty();
        if with_another_page {
            return;
        }
        self.messages.insert(at, message);
        if self.at_end {
            self.drop_oldest();
        }
    }

    /// A message was deleted here.
    pub fn remove(&mut self, id: MessageId) {
        self.revision += 1;
        self.messages.retain(|message| message.id != id);
        if let Some(quote) = self.quotes.get_mut(&id) {
            *quote = Quote::Gone;
        }
        if self.aims_at(id) {
            self.aim_at(None);
        }
    }

    /// A loaded message.
    pub fn message(&self, id: MessageId) -> Option<&Message> {
        self.messages.iter().find(|message| message.id == id)
    }

    fn aims_at(&self, id: MessageId) -> bool {
        matches!(&self.aim, Some(Aim::Reply(message) | Aim::Edit { message, .. }) if *message == id)
    }

    /// Makes the draft something else. What was being written before an edit comes back after it.
    pub fn aim_at(&mut self, aim: Option<Aim>) {
        if let Some(Aim::Edit { draft, .. }) = self.aim.take() {
            self.draft = draft;
        }
        self.aim = aim;
    }

    /// What is being written, without what only changes something written before.
    pub fn own_draft(&self) -> &str {
        if let Some(Aim::Edit { draft, .. }) = &self.aim { draft } else { &self.draft }
    }

    /// The answered messages that have to be asked for, which are then under way.
    pub fn missing_quotes(&mut self) -> Vec<MessageId> {
        let answered = self.messages.iter().filter_map(|message| message.reply_to);
        let mut missing: Vec<_> =
            answered.filter(|id| !self.quotes.contains_key(id) && self.position(*id).is_none()).collect();
        missing.sort_unstable();
        missing.dedup();
        if self.quotes.len() + missing.len() > QUOTES_KEPT {
            self.quotes.clear();
            missing.truncate(QUOTES_KEPT);
        }
        self.quotes.extend(missing.iter().map(|id| (*id, Quote::Asked)));
        missing
    }

    fn drop_oldest(&mut self) {
        if let Some(over) = self.messages.len().checked_sub(KEPT).filter(|over| *over > 0) {
            self.messages.drain(..over);
            self.more_before = true;
        }
    }

    /// An own message got further; states never fall.
    pub fn set_state(&mut self, id: MessageId, state: MessageState) {
        let Some(at) = self.position(id) else { return };
        let message = &mut self.messages[at];
        if message.state.is_none_or(|now| now < state) {
            message.state = Some(state);
            self.revision += 1;
        }
    }

    /// Scrolls to a message, or to the end.
    pub fn scroll_to(&mut self, to: Option<MessageId>) {
        self.scroll = Scroll { count: self.scroll.count + 1, to };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::samples::{message, message_id};

    fn ids(talk: &Talk) -> Vec<MessageId> {
        talk.messages.iter().map(|message| message.id).collect()
    }

    #[test]
    fn pages_join_without_doubles() {
        let mut talk = Talk::default();
        talk.add_page(Load::First, (10..20).map(message).collect(), true, false);
        talk.add_page(Load::Before, (5..12).map(message).collect(), true, true);
        assert_eq!(ids(&talk), (5..20).map(message_id).collect::<Vec<_>>());
        assert!(talk.more_before && !talk.more_after, "what follows was known already");
        talk.upsert(message(20));
        talk.upsert(message(20));
        assert_eq!(talk.messages.len(), 16);
    }

    #[test]
    fn a_new_message_waits_for_its_page_when_the_end_is_not_loaded() {
        let mut talk = Talk::default();
        talk.add_page(Load::Around(message_id(3)), (0..6).map(message).collect(), false, true);
        talk.upsert(message(90));
        assert_eq!(talk.messages.len(), 6);
        talk.add_page(Load::After, (6..9).map(message).collect(), true, false);
        talk.upsert(message(91));
        assert_eq!(ids(&talk).last(), Some(&message_id(91)));
    }

    #[test]
    fn a_message_that_comes_late_stands_where_it_belongs() {
        let mut talk = Talk::default();
        talk.add_page(Load::End, [3, 5, 7].map(message).into(), true, false);
        talk.upsert(message(4));
        talk.upsert(message(1));
        assert_eq!(ids(&talk), [3, 4, 5, 7].map(message_id), "the first of them is on another page");
        talk.upsert(Message { order: message(6).order, ..message(4) });
        assert_eq!(ids(&talk), [3, 5, 4, 7].map(message_id), "moved behind what it follows");
    }

    #[test]
    fn memory_is_bounded_in_both_directions() {
        let mut talk = Talk { at_end: true, ..Talk::default() };
        talk.add_page(Load::End, vec![], false, false);
        for n in 0..2 * KEPT as u32 {
            talk.upsert(message(n));
        }
        assert_eq!((talk.messages.len(), talk.more_before), (KEPT, true));
        talk.add_page(Load::Before, (5_000..5_050).map(message).collect(), false, true);
        assert_eq!((talk.messages.len(), talk.more_after), (KEPT, true));
        assert_eq!(ids(&talk).first(), Some(&message_id(5_000)), "what somebody scrolls to is what stays");
    }

    #[test]
    fn states_never_fall() {
        let mut talk = Talk::default();
        talk.add_page(Load::End, vec![message(1)], false, false);
        talk.set_state(message_id(1), MessageState::Seen);
        talk.set_state(message_id(1), MessageState::Delivered);
        assert_eq!(talk.messages[0].state, Some(MessageState::Seen));
    }
}
