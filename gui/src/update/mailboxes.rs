//! Mail for others on this computer.

use kith_node::{Command, params};

use super::{Effect, Then};
use crate::{action::Action, model::Model};

/// Gives back what is not its own.
#[expect(clippy::wildcard_enum_match_arm, reason = "what is not its own goes on to the next")]
pub(super) fn update(model: &mut Model, action: Action, out: &mut Vec<Effect>) -> Option<Action> {
    match action {
        Action::ServeMail(on) => serve(model, params::ServeParams { on: Some(on), ..NOTHING }, out),
        Action::MailQuota(quota) => serve(model, params::ServeParams { quota_mb: Some(quota), ..NOTHING }, out),
        Action::EraseMail => {
            serve(model, params::ServeParams { on: Some(false), erase: Some(true), ..NOTHING }, out);
        }
        Action::OfferMail(account, on) => {
            let params = params::MailboxOfferParams { account, on };
            out.push(Effect::Call(Command::MailboxesOffer(params), Then::Nothing));
            ask(out);
        }
        other => return Some(other),
    }
    None
}

const NOTHING: params::ServeParams = params::ServeParams { on: None, quota_mb: None, erase: None };

/// How it is now.
pub(super) fn ask(out: &mut Vec<Effect>) {
    out.push(Effect::Call(Command::MailboxesServe(NOTHING), Then::Served));
}

/// The switch shows what was chosen at once, and what came of it when the node has answered.
fn serve(model: &mut Model, params: params::ServeParams, out: &mut Vec<Effect>) {
    if let Some(served) = &mut model.view.served {
        served.on = params.on.unwrap_or(served.on);
        served.quota_mb = params.quota_mb.unwrap_or(served.quota_mb);
    }
    out.push(Effect::Call(Command::MailboxesServe(params), Then::Served));
}
