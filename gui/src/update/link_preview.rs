//! Previews of links: asking for them while somebody writes.

use kith_node::{ApiError, ChatId, Command, PreviewId, params, params::PreviewLinkReply, views::LINK_PREVIEWS};

use super::{Effect, Then, keep};
use crate::{
    action::Action,
    model::{Aim, LinkDraft, Model, Seen, Talk},
    text::inline,
};

/// How long a link has to stay as it is before anybody looks at its page.
pub(crate) const PAUSE_MS: u64 = 800;

/// Gives back what is not its own.
#[expect(clippy::wildcard_enum_match_arm, reason = "what is not its own goes on to the next")]
pub(super) fn update(model: &mut Model, action: Action, out: &mut Vec<Effect>) -> Option<Action> {
    match action {
        Action::MakePreviews(on) => {
            model.settings.previews = on;
            keep(LINK_PREVIEWS, on.into(), out);
        }
        Action::DropPreview(chat) => {
            if let Some(link) = &mut model.talk_mut(chat).link {
                stop(link, out);
                link.seen = Seen::Dropped;
            }
        }
        other => return Some(other),
    }
    None
}

/// Looks at the link in what is being written, once it stays as it is.
pub(super) fn tick(model: &mut Model, out: &mut Vec<Effect>) {
    let Some(chat) = model.open_chat().map(|chat| chat.chat) else { return };
    let (now, on) = (model.now, model.settings.previews);
    let number = model.fresh();
    let Some(talk) = model.talks.get_mut(&chat) else { return };
    read(talk, on, number, now, out);
    if let Some(link) = &mut talk.link
        && link.seen == Seen::Waiting
        && now >= link.since + PAUSE_MS
    {
        link.seen = Seen::Asked;
        let command = Command::ChatsPreviewLink(params::PreviewLinkParams { url: link.url.clone() });
        out.push(Effect::Call(command, Then::LinkSeen(chat, link.number)));
    }
}

/// Notes the first link of the draft if that is another one than before.
fn read(talk: &mut Talk, on: bool, number: u64, now: u64, out: &mut Vec<Effect>) {
    // An edit changes the words and nothing else.
    let wanted = on && !matches!(talk.aim, Some(Aim::Edit { .. }));
    let draft = if wanted { talk.draft.as_str() } else { "" };
    if talk.link_read == draft {
        return;
    }
    talk.link_read = draft.to_owned();
    let url = inline::web_links(draft).into_iter().next();
    if url.as_ref() == talk.link.as_ref().map(|link| &link.url) {
        return;
    }
    if let Some(link) = &talk.link {
        stop(link, out);
    }
    talk.link = url.map(|url| LinkDraft { url, number, since: now, seen: Seen::Waiting });
}

/// Nobody waits for the page of this link any more.
fn stop(link: &LinkDraft, out: &mut Vec<Effect>) {
    if link.seen == Seen::Asked {
        out.push(Effect::Call(Command::ChatsCancelPreview(params::Nothing {}), Then::Ignored));
    }
}

/// What goes with the message that is being sent: what is there already.
pub(super) fn taken(talk: &mut Talk, out: &mut Vec<Effect>) -> Option<PreviewId> {
    let link = talk.link.take()?;
    talk.link_read.clear();
    stop(&link, out);
    if let Seen::Found(seen) = link.seen { Some(seen.id) } else { None }
}

/// A page was seen, or not.
pub(super) fn seen(model: &mut Model, chat: ChatId, number: u64, result: Result<PreviewLinkReply, &ApiError>) {
    let talk = model.talk_mut(chat);
    let Some(link) = talk.link.as_mut().filter(|link| link.number == number && link.seen == Seen::Asked) else {
        return;
    };
    link.seen = match result {
        Ok(seen) => Seen::Found(Box::new(seen)),
        // A link without a preview is no problem.
        Err(_why) => Seen::Nothing,
    };
}
