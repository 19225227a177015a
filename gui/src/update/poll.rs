//! Asking, choosing and closing polls.

use kith_node::{Command, params};

use super::{Effect, Then};
use crate::{
    action::Action,
    model::{Model, Sheet},
};

/// Gives back what is not its own.
#[expect(clippy::wildcard_enum_match_arm, reason = "what is not its own goes on to the next")]
pub(super) fn update(model: &mut Model, action: Action, out: &mut Vec<Effect>) -> Option<Action> {
    let command = match action {
        Action::AskPoll => {
            let asked = matches!(&model.view.sheet, Some(Sheet::Poll(new)) if new.is_whole());
            let Some(Sheet::Poll(new)) = model.view.sheet.take_if(|_| asked) else { return None };
            Command::ChatsPoll(params::PollParams {
                chat: new.chat,
                question: new.question.trim().to_owned(),
                options: new.answers(),
                multiple: new.multiple,
                closes_at: new.closes_s.map(|seconds| model.now + seconds * 1000),
            })
        }
        Action::Vote(message, options) => Command::ChatsVote(params::VoteParams { message, options }),
        Action::ClosePoll(message) => Command::ChatsClosePoll(params::MessageParams { message }),
        other => return Some(other),
    };
    out.push(Effect::Call(command, Then::Nothing));
    None
}
