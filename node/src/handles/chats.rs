//! Conversations.

use kith_api::{
    AccountId, ApiError, ChatId, MessageId, method,
    params::{
        AccountParams, ChatParams, DraftParams, HistoryParams, HistoryReply, Hit, Nothing, ReadParams, SearchParams,
        SendParams,
    },
    views::Chat,
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
        let params = SendParams { chat, text: text.into(), reply_to: None };
        Ok(self.0.call::<method::ChatsSend>(params).await?.message)
    }

    /// Answers a message; otherwise as [`send`](Self::send).
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub async fn reply(&self, chat: ChatId, to: MessageId, text: impl Into<String>) -> Result<MessageId, ApiError> {
        let params = SendParams { chat, text: text.into(), reply_to: Some(to) };
        Ok(self.0.call::<method::ChatsSend>(params).await?.message)
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
