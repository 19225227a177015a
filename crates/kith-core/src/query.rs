//! The reads that need no core: pages of history and search, on a read-only connection.

use data_encoding::BASE64;
use kith_api::{
    ApiError, Command, ErrorCode, Reply,
    params::{
        Around, ChatParams, EditedText, EditsReply, HistoryParams, HistoryReply, Hit, MessageParams, PinnedReply,
        ScheduledParams, ScheduledReply, SearchParams, SearchReply, SmallPictureParams, SmallPictureReply,
    },
    views::{MessageKind, Picture},
};
use kith_store::{Anchor, ReadStore, Search};
use kith_wire::{Body, message::png_size};

use crate::{convert, error::CoreError};

const PAGE_DEFAULT: u32 = 50;
const PAGE_MAX: u32 = 500;
const HITS_DEFAULT: u32 = 50;
const HITS_MAX: u32 = 100;

/// Answers `chats.history`, `chats.edits`, `chats.preview_picture`, `chats.pinned`, `chats.scheduled`, `chats.search` and
/// `stickers.image`.
///
/// # Errors
/// `not_found`, `invalid_argument`, `storage`; `internal` for any other command.
#[expect(clippy::wildcard_enum_match_arm, reason = "the methods of other places")]
pub fn run(store: &ReadStore, command: &Command) -> Result<Reply, ApiError> {
    match command {
        Command::ChatsHistory(params) => history(store, params).map(Reply::ChatsHistory),
        Command::ChatsEdits(params) => edits(store, params).map(Reply::ChatsEdits),
        Command::ChatsPreviewPicture(params) => preview_picture(store, params).map(Reply::ChatsPreviewPicture),
        Command::ChatsPinned(params) => pinned(store, params).map(Reply::ChatsPinned),
        Command::ChatsScheduled(params) => scheduled(store, params).map(Reply::ChatsScheduled),
        Command::ChatsSearch(params) => search(store, params).map(Reply::ChatsSearch),
        Command::StickersImage(params) => image(store, params).map(Reply::StickersImage),
        other => Err(ApiError::new(ErrorCode::Internal, format!("{} is not a query", other.name()))),
    }
}

fn history(store: &ReadStore, params: &HistoryParams) -> Result<HistoryReply, ApiError> {
    let before = page(params.before)?;
    let after = page(params.after)?;
    let chat = convert::chat(params.chat);
    if store.chat(&chat).map_err(api)?.is_none() {
        return Err(ApiError::new(ErrorCode::NotFound, "no such chat"));
    }
    let anchor = match &params.around {
        Around::End => Anchor::End,
        Around::Unread => Anchor::Unread,
        Around::Message(id) => {
            let msg = convert::message(*id);
            if store.message(&msg).map_err(api)?.is_none_or(|message| message.chat != chat) {
                return Err(ApiError::new(ErrorCode::NotFound, "no such message in this chat"));
            }
            Anchor::Message(msg)
        }
        Around::At { at_ms } => Anchor::At(*at_ms),
    };
    let page = store.history(&chat, &anchor, before, after).map_err(api)?;
    Ok(HistoryReply {
        messages: page.messages.iter().map(convert::message_view).collect(),
        more_before: page.more_before,
        more_after: page.more_after,
    })
}

fn edits(store: &ReadStore, params: &MessageParams) -> Result<EditsReply, ApiError> {
    let Some(message) = store.message(&convert::message(params.message)).map_err(api)? else {
        return Err(ApiError::new(ErrorCode::NotFound, "no such message"));
    };
    let mut versions = store.versions(message.row).map_err(api)?;
    // The newest is what the message says now.
    versions.pop();
    let edits = versions.into_iter().map(|version| EditedText { text: version.text, at: version.at_ms }).collect();
    Ok(EditsReply { edits })
}

fn preview_picture(store: &ReadStore, params: &MessageParams) -> Result<Picture, ApiError> {
    let message = store.message(&convert::message(params.message)).map_err(api)?;
    let preview = message.as_ref().and_then(convert::preview_of);
    match preview.and_then(|preview| preview.picture) {
        Some(picture) => Ok(convert::picture_view(&picture)),
        None => Err(ApiError::new(ErrorCode::NotFound, "no message with a picture")),
    }
}

fn pinned(store: &ReadStore, params: &ChatParams) -> Result<PinnedReply, ApiError> {
    let chat = convert::chat(params.chat);
    if store.chat(&chat).map_err(api)?.is_none() {
        return Err(ApiError::new(ErrorCode::NotFound, "no such chat"));
    }
    let messages = store.pinned(&chat).map_err(api)?;
    Ok(PinnedReply { messages: messages.iter().map(convert::message_view).collect() })
}

fn scheduled(store: &ReadStore, params: &ScheduledParams) -> Result<ScheduledReply, ApiError> {
    let chat = params.chat.map(convert::chat);
    if let Some(chat) = &chat
        && store.chat(chat).map_err(api)?.is_none()
    {
        return Err(ApiError::new(ErrorCode::NotFound, "no such chat"));
    }
    let rows = store.scheduled(chat.as_ref()).map_err(api)?;
    Ok(ScheduledReply { scheduled: rows.into_iter().map(convert::scheduled_view).collect() })
}

fn search(store: &ReadStore, params: &SearchParams) -> Result<SearchReply, ApiError> {
    let limit = params.limit.unwrap_or(HITS_DEFAULT);
    if limit == 0 || limit > HITS_MAX {
        return Err(ApiError::new(ErrorCode::InvalidArgument, "limit is between 1 and 100"));
    }
    let search = Search {
        query: &params.query,
        chat: params.chat.map(convert::chat),
        from: params.from.map(convert::account),
        kind: params.kind.map(body_kind).transpose()?,
        since_ms: params.since,
        until_ms: params.until,
        limit,
    };
    let hits = store.search(&search).map_err(api)?;
    let hit = |hit: kith_store::Hit| Hit { message: convert::message_view(&hit.message), snippet: hit.snippet };
    Ok(SearchReply { hits: hits.into_iter().map(hit).collect() })
}

fn image(store: &ReadStore, params: &SmallPictureParams) -> Result<SmallPictureReply, ApiError> {
    let Some(png) = store.picture(&convert::picture(params.picture)).map_err(api)? else {
        return Err(ApiError::new(ErrorCode::NotFound, "nothing shows this picture any more"));
    };
    if png_size(&png).is_none() {
        return Err(ApiError::new(ErrorCode::NotAllowed, "this is no picture that can be shown"));
    }
    Ok(SmallPictureReply { data: BASE64.encode(&png) })
}

fn body_kind(kind: MessageKind) -> Result<u32, ApiError> {
    match kind {
        MessageKind::Text => Ok(Body::TEXT),
        MessageKind::Poll => Ok(Body::POLL),
        MessageKind::Sticker => Ok(Body::STICKER),
        MessageKind::Introduction => Ok(Body::INTRODUCTION),
        MessageKind::Call | MessageKind::System | MessageKind::Unknown => {
            Err(ApiError::new(ErrorCode::InvalidArgument, "these messages have no words to find"))
        }
    }
}

fn page(count: Option<u32>) -> Result<u32, ApiError> {
    let count = count.unwrap_or(PAGE_DEFAULT);
    if count > PAGE_MAX {
        return Err(ApiError::new(ErrorCode::InvalidArgument, "at most 500 messages before and after"));
    }
    Ok(count)
}

fn api(error: kith_store::StoreError) -> ApiError {
    CoreError::from(error).to_api()
}
