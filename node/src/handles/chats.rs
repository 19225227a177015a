//! Conversations.

use kith_api::{
    AccountId, ApiError, ChatId, MessageId, method,
    params::{
        AccountParams, ChatParams, DeleteFor, DeleteParams, DraftParams, EditParams, EditedText, ExpiryParams,
        ForwardParams, HistoryParams, HistoryReply, Hit, MessageParams, MuteParams, Nothing, NotifyParams,
        PinMessageParams, PollParams, PreviewLinkParams, PreviewLinkReply, ReactParams, ReadParams, RescheduleParams,
        ScheduleParams, ScheduledParams, SearchParams, SendParams, SwitchParams, TypingParams, VoteParams,
    },
    views::{Chat, Message, NotifyRule, Picture, Scheduled},
};

use crate::Node;

/// Methods about chats: [`Node::chats`].
#[derive(Debug, Clone, Copy)]
pub struct Chats<'a>(&'a Node);

impl Node {
    /// Conversations.
    #[must_use]
    pub fn chats(&self) -> Chats<'_> {
        Chats(self)
    }
}

impl Chats<'_> {
    /// All chats, newest first.
    ///
    /// # Errors
    /// `storage`, `shutting_down`.
    pub async fn list(&self) -> Result<Vec<Chat>, ApiError> {
        Ok(self.0.call::<method::ChatsList>(Nothing {}).await?.chats)
    }

    /// One chat.
    ///
    /// # Errors
    /// `not_found`, `storage`, `shutting_down`.
    pub async fn get(&self, chat: ChatId) -> Result<Chat, ApiError> {
        self.0.call::<method::ChatsGet>(ChatParams { chat }).await
    }

    /// The chat with a contact, or with my own account the notes to myself, of which nothing leaves this node.
    ///
    /// # Errors
    /// `not_found`, `not_a_contact`, `storage`, `shutting_down`.
    pub async fn open(&self, account: AccountId) -> Result<ChatId, ApiError> {
        Ok(self.0.call::<method::ChatsOpen>(AccountParams { account }).await?.chat)
    }

    /// Writes a message of at most 16 KiB. It is on disk when this returns, and delivered as soon as the recipient can
    /// be reached.
    ///
    /// # Errors
    /// `not_found`, `not_a_contact`, `blocked`, `too_large`, `invalid_argument`, `storage`, `shutting_down`.
    pub async fn send(&self, chat: ChatId, text: impl Into<String>) -> Result<MessageId, ApiError> {
        let params = SendParams { chat, text: text.into(), reply_to: None, expires_s: None, preview: None };
        Ok(self.0.call::<method::ChatsSend>(params).await?.message)
    }

    /// The same with all that can be said of a message.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub async fn write(&self, what: SendParams) -> Result<MessageId, ApiError> {
        Ok(self.0.call::<method::ChatsSend>(what).await?.message)
    }

    /// Answers a message; otherwise as [`send`](Self::send).
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub async fn reply(&self, chat: ChatId, to: MessageId, text: impl Into<String>) -> Result<MessageId, ApiError> {
        let params = SendParams { chat, text: text.into(), reply_to: Some(to), expires_s: None, preview: None };
        Ok(self.0.call::<method::ChatsSend>(params).await?.message)
    }

    /// Looks at the page behind a link that is about to be sent; [`SendParams::preview`] takes what comes back. The site
    /// learns the address of this computer.
    ///
    /// # Errors
    /// `not_allowed` while previews are switched off, `invalid_argument` if it is no `https` link to a public site,
    /// `offline` if the site does not answer in time, `not_found` if the page says nothing about itself, `cancelled` if
    /// another one is looked at, `storage`, `shutting_down`.
    pub async fn preview_link(&self, url: impl Into<String>) -> Result<PreviewLinkReply, ApiError> {
        self.0.call::<method::ChatsPreviewLink>(PreviewLinkParams { url: url.into() }).await
    }

    /// Stops looking at a page; whoever waits for it is told `cancelled`.
    ///
    /// # Errors
    /// `storage`, `shutting_down`.
    pub async fn cancel_preview(&self) -> Result<(), ApiError> {
        self.0.call::<method::ChatsCancelPreview>(Nothing {}).await.map(drop)
    }

    /// The picture in the preview that came with a message. Nothing is fetched for it.
    ///
    /// # Errors
    /// `not_found`, `storage`, `shutting_down`.
    pub async fn preview_picture(&self, message: MessageId) -> Result<Picture, ApiError> {
        self.0.call::<method::ChatsPreviewPicture>(MessageParams { message }).await
    }

    /// Gives a text of mine other words, at most 16 KiB. What it said before stays in its history.
    ///
    /// # Errors
    /// `not_found`, `not_allowed` if it is not a text of mine or was deleted, and as [`send`](Self::send).
    pub async fn edit(&self, message: MessageId, text: impl Into<String>) -> Result<(), ApiError> {
        self.0.call::<method::ChatsEdit>(EditParams { message, text: text.into() }).await.map(drop)
    }

    /// What an edited message said before, oldest first.
    ///
    /// # Errors
    /// `not_found`, `storage`, `shutting_down`.
    pub async fn edits(&self, message: MessageId) -> Result<Vec<EditedText>, ApiError> {
        Ok(self.0.call::<method::ChatsEdits>(MessageParams { message }).await?.edits)
    }

    /// Deletes a message here, or asks everybody who has it to delete it; nobody can be made to.
    ///
    /// # Errors
    /// `not_found`, `not_allowed` if somebody else's should be deleted for everyone, `storage`, `shutting_down`.
    pub async fn delete(&self, message: MessageId, scope: DeleteFor) -> Result<(), ApiError> {
        self.0.call::<method::ChatsDelete>(DeleteParams { message, scope }).await.map(drop)
    }

    /// Puts an emoji of at most 64 bytes on a message, or takes it off.
    ///
    /// # Errors
    /// `not_found`, `invalid_argument`, `not_allowed` if the message was deleted or has 20 of mine, `not_a_contact`,
    /// `blocked`, `storage`, `shutting_down`.
    pub async fn react(&self, message: MessageId, emoji: impl Into<String>, on: bool) -> Result<(), ApiError> {
        self.0.call::<method::ChatsReact>(ReactParams { message, emoji: emoji.into(), on }).await.map(drop)
    }

    /// Writes the text of a message into 1 to 32 other chats, marked as passed on; either into all or into none.
    ///
    /// # Errors
    /// `not_found`, `invalid_argument`, `not_allowed` if it has no text, and as [`send`](Self::send).
    pub async fn forward(&self, message: MessageId, to: Vec<ChatId>) -> Result<Vec<MessageId>, ApiError> {
        Ok(self.0.call::<method::ChatsForward>(ForwardParams { message, to }).await?.messages)
    }

    /// Pins a message for myself, or not any more.
    ///
    /// # Errors
    /// `not_found`, `not_allowed` if it was deleted, `storage`, `shutting_down`.
    pub async fn pin_message(&self, message: MessageId, on: bool) -> Result<(), ApiError> {
        self.0.call::<method::ChatsPinMessage>(PinMessageParams { message, on }).await.map(drop)
    }

    /// The pinned messages of a chat, the last pinned first, at most 100.
    ///
    /// # Errors
    /// `not_found`, `storage`, `shutting_down`.
    pub async fn pinned(&self, chat: ChatId) -> Result<Vec<Message>, ApiError> {
        Ok(self.0.call::<method::ChatsPinned>(ChatParams { chat }).await?.messages)
    }

    /// Keeps a chat at the top of the list, or no longer.
    ///
    /// # Errors
    /// `not_found`, `storage`, `shutting_down`.
    pub async fn pin(&self, chat: ChatId, on: bool) -> Result<(), ApiError> {
        self.0.call::<method::ChatsPin>(SwitchParams { chat, on }).await.map(drop)
    }

    /// Puts a chat away until something new comes, or back.
    ///
    /// # Errors
    /// `not_found`, `storage`, `shutting_down`.
    pub async fn archive(&self, chat: ChatId, on: bool) -> Result<(), ApiError> {
        self.0.call::<method::ChatsArchive>(SwitchParams { chat, on }).await.map(drop)
    }

    /// Tells nothing outside the window of what is new in a chat until `until_ms` (Unix milliseconds; 0 unmutes), or
    /// until it is unmuted.
    ///
    /// # Errors
    /// `not_found`, `storage`, `shutting_down`.
    pub async fn mute(&self, chat: ChatId, until_ms: Option<u64>) -> Result<(), ApiError> {
        self.0.call::<method::ChatsMute>(MuteParams { chat, until_ms }).await.map(drop)
    }

    /// Says of what in a chat one is told outside the window.
    ///
    /// # Errors
    /// `not_found`, `storage`, `shutting_down`.
    pub async fn notify(&self, chat: ChatId, rule: NotifyRule) -> Result<(), ApiError> {
        self.0.call::<method::ChatsNotify>(NotifyParams { chat, rule }).await.map(drop)
    }

    /// Asks a question with answers to choose from.
    ///
    /// # Errors
    /// `invalid_argument` if the question, an answer or their number is not as it should be, `not_found`,
    /// `not_a_contact`, `blocked`, `storage`, `shutting_down`.
    pub async fn poll(&self, what: PollParams) -> Result<MessageId, ApiError> {
        Ok(self.0.call::<method::ChatsPoll>(what).await?.message)
    }

    /// Chooses answers in a poll by their numbers, instead of what was chosen before; none takes the choice back.
    ///
    /// # Errors
    /// `not_found`, `invalid_argument`, `not_allowed` if it is no poll or is closed, `not_a_contact`, `blocked`,
    /// `storage`, `shutting_down`.
    pub async fn vote(&self, message: MessageId, options: Vec<u64>) -> Result<(), ApiError> {
        self.0.call::<method::ChatsVote>(VoteParams { message, options }).await.map(drop)
    }

    /// Closes a poll of mine.
    ///
    /// # Errors
    /// `not_found`, `not_allowed` if it is no open poll of mine, `not_a_contact`, `blocked`, `storage`, `shutting_down`.
    pub async fn close_poll(&self, message: MessageId) -> Result<(), ApiError> {
        self.0.call::<method::ChatsClosePoll>(MessageParams { message }).await.map(drop)
    }

    /// Writes a message ahead, for a time in the next 366 days (Unix milliseconds). It is sent then, or at the next start of
    /// the node.
    ///
    /// # Errors
    /// `invalid_argument` if the time is over or too far ahead, `not_allowed` if 100 wait in the chat, and as
    /// [`send`](Self::send).
    pub async fn schedule(&self, chat: ChatId, text: impl Into<String>, at_ms: u64) -> Result<MessageId, ApiError> {
        let params = ScheduleParams { chat, text: text.into(), at_ms, reply_to: None };
        Ok(self.0.call::<method::ChatsSchedule>(params).await?.message)
    }

    /// The messages written ahead for a chat, or for all.
    ///
    /// # Errors
    /// `not_found`, `storage`, `shutting_down`.
    pub async fn scheduled(&self, chat: Option<ChatId>) -> Result<Vec<Scheduled>, ApiError> {
        Ok(self.0.call::<method::ChatsScheduled>(ScheduledParams { chat }).await?.scheduled)
    }

    /// Changes a message written ahead; a time that is over sends it now.
    ///
    /// # Errors
    /// `not_found` if it was sent, and as [`schedule`](Self::schedule).
    pub async fn reschedule(&self, change: RescheduleParams) -> Result<(), ApiError> {
        self.0.call::<method::ChatsReschedule>(change).await.map(drop)
    }

    /// Forgets a message written ahead.
    ///
    /// # Errors
    /// `not_found` if it was sent, `storage`, `shutting_down`.
    pub async fn unschedule(&self, message: MessageId) -> Result<(), ApiError> {
        self.0.call::<method::ChatsUnschedule>(MessageParams { message }).await.map(drop)
    }

    /// Sets after how many seconds (at most a year) messages disappear that are sent to a chat from now on, and tells the
    /// other side. Nobody can be kept from making a copy.
    ///
    /// # Errors
    /// `not_found`, `invalid_argument`, `not_a_contact`, `blocked`, `storage`, `shutting_down`.
    pub async fn set_expiry(&self, chat: ChatId, expires_s: Option<u64>) -> Result<(), ApiError> {
        self.0.call::<method::ChatsSetExpiry>(ExpiryParams { chat, expires_s }).await.map(drop)
    }
    /// Says that I am writing, or stopped.
    ///
    /// # Errors
    /// `not_found`, `not_a_contact`, `blocked`, `storage`, `shutting_down`.
    pub async fn typing(&self, chat: ChatId, on: bool) -> Result<(), ApiError> {
        self.0.call::<method::ChatsTyping>(TypingParams { chat, on }).await.map(drop)
    }

    /// Keeps what is written and not sent yet, at most 16 KiB; empty removes it. Sending leaves it as it is, removing the
    /// contact removes it.
    ///
    /// # Errors
    /// `not_found`, `too_large`, `storage`, `shutting_down`.
    pub async fn set_draft(&self, chat: ChatId, text: impl Into<String>) -> Result<(), ApiError> {
        self.0.call::<method::ChatsSetDraft>(DraftParams { chat, text: text.into() }).await.map(drop)
    }

    /// A part of a chat, oldest message first.
    ///
    /// # Errors
    /// `not_found`, `storage`, `shutting_down`.
    pub async fn history(&self, part: HistoryParams) -> Result<HistoryReply, ApiError> {
        self.0.call::<method::ChatsHistory>(part).await
    }

    /// Full-text search, newest first.
    ///
    /// # Errors
    /// `storage`, `shutting_down`.
    pub async fn search(&self, search: SearchParams) -> Result<Vec<Hit>, ApiError> {
        Ok(self.0.call::<method::ChatsSearch>(search).await?.hits)
    }

    /// Marks messages read up to one, or all, and tells their authors.
    ///
    /// # Errors
    /// `not_found`, `storage`, `shutting_down`.
    pub async fn mark_read(&self, chat: ChatId, up_to: Option<MessageId>) -> Result<(), ApiError> {
        self.0.call::<method::ChatsMarkRead>(ReadParams { chat, up_to }).await.map(drop)
    }
}
