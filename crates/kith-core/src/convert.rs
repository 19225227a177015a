//! Rows and wire ids to what the API shows, and back. One place, no decisions.

use kith_api::views;
use kith_store::{
    CallOutcome, ChatKind, ChatSummary, ContactRow, ContactState, DeliveryState, IntroductionState, MessageRow,
    NotifyRule, Pictured, Reaction, ScheduledRow, StickerRow,
};
use kith_wire::{Availability, LinkPreview, Poll, ids, message::Body, picture, web};

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

pub(crate) fn picture_id(id: ids::PictureId) -> kith_api::PictureId {
    kith_api::PictureId::from_bytes(id.to_bytes())
}

pub(crate) fn picture(id: kith_api::PictureId) -> ids::PictureId {
    ids::PictureId::from_bytes(id.to_bytes())
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
        Some(PeerPath::Direct { rtt_ms, over }) => {
            views::Path { kind: views::PathKind::Direct, rtt_ms: *rtt_ms, over: Some(*over), via: None }
        }
        Some(PeerPath::Relayed { via, rtt_ms }) => {
            views::Path { kind: views::PathKind::Relayed, rtt_ms: *rtt_ms, over: None, via: Some(via.to_string()) }
        }
        None => views::Path { kind: views::PathKind::None, rtt_ms: None, over: None, via: None },
    }
}

/// `mail`: whether mail is kept for them, whether they keep mine, and at how many mailboxes it waits for them.
pub(crate) fn contact_view(
    contact: &ContactRow,
    availability: Availability,
    path: Option<&PeerPath>,
    sharing: views::Sharing,
    mail: (bool, bool, u32),
) -> views::Contact {
    views::Contact {
        account: account_id(contact.account),
        name: contact.name.clone(),
        petname: contact.petname.clone(),
        state: contact_state(contact),
        presence: match availability {
            Availability::Hidden => views::Presence::Offline,
            Availability::Away => views::Presence::Away,
            Availability::Busy => views::Presence::Dnd,
            Availability::Online => views::Presence::Online,
        },
        last_seen: contact.last_seen_ms,
        path: path_view(path),
        status_text: contact.status_text.clone(),
        status_until: contact.status_until_ms,
        sharing,
        request_text: contact.request_text.clone(),
        via: None,
        alarm: contact.alarm,
        mail_offered: mail.0,
        keeps_mail: mail.1,
        mailboxes: mail.2,
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
        notify: notify_view(chat.row.notify),
        draft: chat.row.draft.clone(),
        expires_s: chat.row.expires_s.map(u64::from),
        scheduled: chat.scheduled,
    }
}

pub(crate) fn notify_view(rule: NotifyRule) -> views::NotifyRule {
    match rule {
        NotifyRule::All => views::NotifyRule::All,
        NotifyRule::Mentions => views::NotifyRule::Mentions,
        NotifyRule::Nothing => views::NotifyRule::Nothing,
    }
}

pub(crate) fn notify_row(rule: views::NotifyRule) -> NotifyRule {
    match rule {
        views::NotifyRule::All => NotifyRule::All,
        views::NotifyRule::Mentions => NotifyRule::Mentions,
        views::NotifyRule::Nothing => NotifyRule::Nothing,
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
    let system = system_view(row);
    let kind = match row.kind {
        Body::TEXT => views::MessageKind::Text,
        Body::POLL => views::MessageKind::Poll,
        Body::STICKER => views::MessageKind::Sticker,
        Body::INTRODUCTION => views::MessageKind::Introduction,
        Body::CALL => views::MessageKind::Call,
        _ if system.is_some() => views::MessageKind::System,
        _ => views::MessageKind::Unknown,
    };
    views::Message {
        id: message_id(row.msg),
        chat: chat_id(row.chat),
        author: account_id(row.author),
        sent_at: row.sent_at_ms,
        received_at: row.received_at_ms,
        kind,
        system,
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
        gap: row.marks.gap,
        order: order(row),
        reactions: row.marks.reactions.iter().map(reaction_view).collect(),
        expires_s: row.marks.expires_s.map(u64::from),
        expires_at: row.marks.expires_at_ms,
        planned_at: row.marks.planned_ms,
        poll: poll_of(row).map(|poll| poll_view(row, poll)),
        sticker: pictures_view(row, Body::STICKER).pop(),
        emoji: pictures_view(row, Body::TEXT),
        introduction: introduction_view(row),
        call: call_view(row),
        preview: preview_of(row).as_ref().map(link_preview_view),
    }
}

/// What the author of a message saw behind a link that stands in it now: an edit may have taken it out.
pub(crate) fn preview_of(row: &MessageRow) -> Option<LinkPreview> {
    if row.kind != Body::TEXT || row.marks.deleted {
        return None;
    }
    LinkPreview::decode(&row.body, row.text.as_deref()?)
}

pub(crate) fn link_preview_view(preview: &LinkPreview) -> views::LinkPreview {
    views::LinkPreview {
        url: preview.url.clone(),
        host: web::host(&preview.url).unwrap_or_default().to_owned(),
        title: preview.title.clone(),
        description: preview.description.clone(),
        picture: preview.picture.as_ref().map(picture_size),
    }
}

fn picture_size(picture: &picture::Picture) -> views::PictureSize {
    let (width, height) = picture.size();
    views::PictureSize { width, height }
}

pub(crate) fn picture_view(picture: &picture::Picture) -> views::Picture {
    views::Picture {
        format: match picture.format() {
            picture::PictureFormat::Jpeg => views::PictureFormat::Jpeg,
            picture::PictureFormat::Png => views::PictureFormat::Png,
            picture::PictureFormat::WebP => views::PictureFormat::WebP,
        },
        size: picture_size(picture),
        data: views::PictureBytes(picture.bytes().to_vec()),
    }
}

/// The pictures that a message shows, if it is of this kind.
fn pictures_view(row: &MessageRow, kind: u32) -> Vec<views::Pictured> {
    let view = |shown: &Pictured| views::Pictured { name: shown.name.clone(), picture: picture_id(shown.picture) };
    row.marks.pictures.iter().filter(|_| row.kind == kind && !row.marks.deleted).map(view).collect()
}

pub(crate) fn sticker_view(row: StickerRow) -> views::Sticker {
    views::Sticker {
        name: row.name,
        picture: picture_id(row.picture),
        emoji: picture_id(row.emoji),
        added_at: row.added_at_ms,
    }
}

pub(crate) fn scheduled_view(row: ScheduledRow) -> views::Scheduled {
    let error = row.problem.map(|word| {
        let code = serde_json::from_value(serde_json::Value::String(word));
        code.unwrap_or(kith_api::ErrorCode::Internal)
    });
    views::Scheduled {
        message: message_id(row.msg),
        chat: chat_id(row.chat),
        text: row.text,
        reply_to: row.reply_to.map(message_id),
        at: row.at_ms,
        created_at: row.created_at_ms,
        error,
    }
}

/// The poll that a message is.
pub(crate) fn poll_of(row: &MessageRow) -> Option<Poll> {
    if row.kind != Body::POLL || row.marks.deleted {
        return None;
    }
    if let Ok(Body::Poll(poll)) = Body::decode(row.kind, &row.body) { Some(poll) } else { None }
}

fn poll_view(row: &MessageRow, poll: Poll) -> views::Poll {
    let option = |(at, text): (usize, String)| {
        let voters = row.marks.votes.iter().filter(|vote| vote.choices >> at & 1 == 1);
        views::PollOption { text, voters: voters.map(|vote| account_id(vote.author)).collect() }
    };
    views::Poll {
        question: poll.question,
        options: poll.options.into_iter().enumerate().map(option).collect(),
        multiple: poll.multiple,
        closes_at: poll.closes_at_ms,
        closed: row.marks.closed,
    }
}

fn introduction_view(row: &MessageRow) -> Option<views::Introduction> {
    let name = row.text.clone().filter(|_| row.kind == Body::INTRODUCTION && !row.marks.deleted)?;
    let state = match row.marks.introduction.map(|introduced| introduced.state) {
        None | Some(IntroductionState::Open) => views::IntroductionState::Open,
        Some(IntroductionState::Dismissed) => views::IntroductionState::Dismissed,
        Some(IntroductionState::Agreed) => views::IntroductionState::Agreed,
        Some(IntroductionState::Met) => views::IntroductionState::Met,
    };
    let account = row.marks.introduction.and_then(|introduced| introduced.met).map(account_id);
    Some(views::Introduction { name, state, account })
}

fn call_view(row: &MessageRow) -> Option<views::CallRecord> {
    let shown = row.kind == Body::CALL && !row.marks.deleted;
    let record = || views::CallRecord { outcome: row.marks.call.map(call_outcome), talked_ms: row.marks.talked_ms };
    shown.then(record)
}

pub(crate) fn call_outcome(outcome: CallOutcome) -> views::CallOutcome {
    match outcome {
        CallOutcome::Talked => views::CallOutcome::Talked,
        CallOutcome::Cancelled => views::CallOutcome::Cancelled,
        CallOutcome::Declined => views::CallOutcome::Declined,
        CallOutcome::Busy => views::CallOutcome::Busy,
        CallOutcome::NoAnswer => views::CallOutcome::NoAnswer,
        CallOutcome::Failed => views::CallOutcome::Failed,
        CallOutcome::Replaced => views::CallOutcome::Replaced,
    }
}

fn system_view(row: &MessageRow) -> Option<views::System> {
    if row.kind != Body::EXPIRY || row.marks.deleted {
        return None;
    }
    let Ok(Body::Expiry { expires_s, .. }) = Body::decode(row.kind, &row.body) else { return None };
    Some(views::System::Expiry { expires_s: expires_s.map(u64::from) })
}

/// Fixed width, so that texts compare as places do.
fn order(row: &MessageRow) -> String {
    let id: String = row.msg.to_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{:016x}{id}", row.hlc.to_u64())
}

fn reaction_view(reaction: &Reaction) -> views::Reaction {
    let authors = reaction.authors.iter().copied().map(account_id).collect();
    views::Reaction { emoji: reaction.emoji.clone(), authors }
}
