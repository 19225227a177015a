//! Rows and wire ids to what the API shows, and back. One place, no decisions.

use kith_api::views;
use kith_store::{ChatKind, ChatSummary, ContactRow, ContactState, DeliveryState, MessageRow, Reaction};
use kith_wire::{ids, message::Body};

use crate::PeerPath;

pub(crate) fn account_id(id: ids::AccountId) -> kith_api::AccountId {
    kith_api::AccountId::from_bytes(id.to_bytes())
}

pub(crate) fn account(id: kith_api::AccountId) -> ids::AccountId {
    ids::AccountId::from_bytes(id.to_bytes())
}

pub(crate) fn chat_id(id: ids::ChatId) -> kith_api::ChatId {
    kith_api::ChatId::from_bytes(id.to_bytes())
}

pub(crate) fn chat(id: kith_api::ChatId) -> ids::ChatId {
    ids::ChatId::from_bytes(id.to_bytes())
}

pub(crate) fn message_id(id: ids::MsgId) -> kith_api::MessageId {
    kith_api::MessageId::from_bytes(id.to_bytes())
}

pub(crate) fn message(id: kith_api::MessageId) -> ids::MsgId {
    ids::MsgId::from_bytes(id.to_bytes())
}

/// Whether the two write to each other.
pub(crate) fn is_open(contact: &ContactRow) -> bool {
    is_listened_to(contact) && contact.state != ContactState::Waiting
}

/// Whether anything they send is looked at.
pub(crate) fn is_listened_to(contact: &ContactRow) -> bool {
    !contact.blocked && !contact.alarm && contact.state != ContactState::Requested
}

pub(crate) fn contact_state(contact: &ContactRow) -> views::ContactState {
    if contact.blocked {
        return views::ContactState::Blocked;
    }
    match contact.state {
        ContactState::Waiting => views::ContactState::Waiting,
        ContactState::Requested => views::ContactState::Requested,
        ContactState::Introduced => views::ContactState::Introduced,
        ContactState::Verified => views::ContactState::Verified,
    }
}

pub(crate) fn path_view(path: Option<&PeerPath>) -> views::Path {
    match path {
        Some(PeerPath::Direct { rtt_ms }) => views::Path { kind: views::PathKind::Direct, rtt_ms: *rtt_ms, via: None },
        Some(PeerPath::Relayed { via, rtt_ms }) => {
            views::Path { kind: views::PathKind::Relayed, rtt_ms: *rtt_ms, via: Some(via.to_string()) }
        }
        None => views::Path { kind: views::PathKind::None, rtt_ms: None, via: None },
    }
}

/// `mail`: whether mail is kept for them, and whether they keep mine.
pub(crate) fn contact_view(contact: &ContactRow, path: Option<&PeerPath>, mail: (bool, bool)) -> views::Contact {
    views::Contact {
        account: account_id(contact.account),
        name: contact.name.clone(),
        petname: contact.petname.clone(),
        state: contact_state(contact),
        presence: if path.is_some() { views::Presence::Online } else { views::Presence::Offline },
        last_seen: contact.last_seen_ms,
        path: path_view(path),
        status_text: contact.status_text.clone(),
        request_text: contact.request_text.clone(),
        alarm: contact.alarm,
        mail_offered: mail.0,
        keeps_mail: mail.1,
    }
}

/// What to call somebody: the name given here, else their own, else the beginning of the account id.
pub(crate) fn title(contact: &ContactRow) -> String {
    match &contact.petname {
        Some(petname) => petname.clone(),
        None if contact.name.is_empty() => short(contact.account),
        None => contact.name.clone(),
    }
}

/// The beginning of an account id, enough to tell a few apart.
pub(crate) fn short(account: ids::AccountId) -> String {
    account.to_string().chars().take(12).collect()
}

pub(crate) fn chat_view(chat: &ChatSummary, contact: Option<&ContactRow>) -> views::Chat {
    let account = chat.row.account;
    let (kind, title) = match chat.row.kind {
        ChatKind::Direct => {
            (views::ChatKind::Direct, contact.map(title).or_else(|| account.map(short)).unwrap_or_default())
        }
        ChatKind::Notes => (views::ChatKind::Notes, String::new()),
    };
    views::Chat {
        chat: chat_id(chat.row.chat),
        kind,
        account: account.map(account_id),
        title,
        unread: chat.unread,
        mentions: chat.mentions,
        last: chat.last.as_ref().map(message_view),
        pinned: chat.row.pinned,
        archived: chat.row.archived,
        muted_until: chat.row.muted_until_ms,
        draft: chat.row.draft.clone(),
    }
}

pub(crate) fn state_view(state: DeliveryState) -> Option<views::MessageState> {
    match state {
        DeliveryState::Received => None,
        DeliveryState::Queued => Some(views::MessageState::Queued),
        DeliveryState::Stored => Some(views::MessageState::Stored),
        DeliveryState::Delivered => Some(views::MessageState::Delivered),
        DeliveryState::Seen => Some(views::MessageState::Seen),
        DeliveryState::Failed => Some(views::MessageState::Failed),
    }
}

pub(crate) fn message_view(row: &MessageRow) -> views::Message {
    views::Message {
        id: message_id(row.msg),
        chat: chat_id(row.chat),
        author: account_id(row.author),
        sent_at: row.sent_at_ms,
        received_at: row.received_at_ms,
        kind: if row.kind == Body::TEXT { views::MessageKind::Text } else { views::MessageKind::Unknown },
        text: row.text.clone(),
        reply_to: row.reply_to.map(message_id),
        state: if row.marks.deleted { None } else { state_view(row.state) },
        stored_at: row.marks.custody.iter().map(|(mailbox, _)| mailbox.to_string()).collect(),
        stored_until: row.marks.custody.iter().map(|(_, until)| *until).max(),
        edited_at: row.marks.edited_at_ms,
        deleted: row.marks.deleted,
        forwarded: row.marks.forwarded,
        mention: row.marks.mention,
        pinned: row.marks.pinned_at_ms.is_some(),
        reactions: row.marks.reactions.iter().map(reaction_view).collect(),
    }
}

fn reaction_view(reaction: &Reaction) -> views::Reaction {
    let authors = reaction.authors.iter().copied().map(account_id).collect();
    views::Reaction { emoji: reaction.emoji.clone(), authors }
}
