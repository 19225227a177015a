//! Chats as they are shown, and how far they were read.

use std::collections::BTreeMap;

use kith_api::{
    AccountId, ChatId, ErrorCode, Event,
    params::{ChatReply, ChatsReply, Done, ReadParams},
    views,
};
use kith_store::{ChatKind, ChatRow, ChatSummary, ContactRow, ContactState};
use kith_wire::{Body, MsgId, limits};

use crate::{
    Output, Timestamp,
    contacts::sharing::Shared,
    convert,
    core::Core,
    error::{CoreError, deny},
};

impl Core {
    fn view(&self, chat: &ChatSummary) -> Result<views::Chat, CoreError> {
        let contact = match &chat.row.account {
            Some(account) => self.store.contact(account)?,
            None => None,
        };
        Ok(convert::chat_view(chat, contact.as_ref()))
    }

    pub(crate) fn list_chats(&self) -> Result<ChatsReply, CoreError> {
        let mut chats = self.store.chats()?;
        let newest = |chat: &ChatSummary| chat.last.as_ref().map_or(chat.row.created_at_ms, |last| last.sent_at_ms);
        chats.sort_by_key(|chat| std::cmp::Reverse((chat.row.pinned, newest(chat))));
        Ok(ChatsReply { chats: chats.iter().map(|chat| self.view(chat)).collect::<Result<_, _>>()? })
    }

    pub(crate) fn get_chat(&self, chat: ChatId) -> Result<views::Chat, CoreError> {
        match self.store.chat_summary(&convert::chat(chat))? {
            Some(chat) => self.view(&chat),
            None => deny(ErrorCode::NotFound, "no such chat"),
        }
    }

    pub(crate) fn open_chat(
        &mut self,
        account: AccountId,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<ChatReply, CoreError> {
        let account = convert::account(account);
        if account == self.me {
            return Ok(ChatReply { chat: convert::chat_id(self.ensure_notes(now, out)?) });
        }
        if let Some(chat) = self.store.chat_of(&account)? {
            return Ok(ChatReply { chat: convert::chat_id(chat.chat) });
        }
        let contact = self.store.contact(&account)?.filter(|contact| contact.state != ContactState::Requested);
        let Some(contact) = contact else { return deny(ErrorCode::NotAContact, "this person is not a contact") };
        let chat = self.ensure_chat(&contact, now, out)?;
        Ok(ChatReply { chat: convert::chat_id(chat) })
    }

    /// The chat with a contact, made if it is not there.
    pub(crate) fn ensure_chat(
        &mut self,
        contact: &ContactRow,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<kith_wire::ChatId, CoreError> {
        let chat = kith_wire::ChatId::direct(&self.me, &contact.account);
        let row = ChatRow {
            chat,
            kind: ChatKind::Direct,
            account: Some(contact.account),
            created_at_ms: now,
            pinned: false,
            muted_until_ms: None,
            read_row: 0,
            draft: None,
            archived: false,
            notify: Default::default(),
            expires_s: None,
        };
        if self.store.ensure_chat(&row)? {
            self.chat_changed(contact.account, out)?;
        }
        Ok(chat)
    }

    pub(crate) fn chat_changed(&self, account: kith_wire::AccountId, out: &mut Vec<Output>) -> Result<(), CoreError> {
        self.tell_chat(&kith_wire::ChatId::direct(&self.me, &account), out)
    }

    pub(crate) fn tell_chat(&self, chat: &kith_wire::ChatId, out: &mut Vec<Output>) -> Result<(), CoreError> {
        if let Some(chat) = self.store.chat_summary(chat)? {
            out.push(Output::Event(Event::ChatChanged { chat: self.view(&chat)? }));
        }
        Ok(())
    }

    pub(crate) fn mark_read(
        &mut self,
        params: ReadParams,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<Done, CoreError> {
        let chat = convert::chat(params.chat);
        let Some(row) = self.store.chat(&chat)? else { return deny(ErrorCode::NotFound, "no such chat") };
        let up_to = params.up_to.map(convert::message);
        if let Some(msg) = &up_to
            && self.store.message(msg)?.is_none_or(|message| message.chat != chat)
        {
            return deny(ErrorCode::NotFound, "no such message in this chat");
        }
        let read = self.store.mark_read(&chat, up_to)?;
        self.start_expiry(&chat, now, out)?;
        self.tell_seen(read, now)?;
        if let Some(account) = row.account {
            self.chat_changed(account, out)?;
        }
        Ok(Done {})
    }

    /// Tells the authors of these messages that they were read.
    fn tell_seen(&mut self, read: Vec<(MsgId, kith_wire::AccountId)>, now: Timestamp) -> Result<(), CoreError> {
        let mut by_author: BTreeMap<kith_wire::AccountId, Vec<MsgId>> = BTreeMap::new();
        for (msg, author) in read {
            by_author.entry(author).or_default().push(msg);
        }
        for (author, messages) in by_author {
            let open = self.store.contact(&author)?.is_some_and(|contact| convert::is_open(&contact));
            if open && self.shares(author, Shared::Receipts)? {
                for messages in messages.chunks(limits::RECEIPTS_MAX) {
                    self.enqueue_control(author, &Body::Seen { messages: messages.to_vec() }, now)?;
                }
            }
        }
        Ok(())
    }
}
