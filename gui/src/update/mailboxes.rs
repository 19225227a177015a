//! Mail for people who are away: where mine is kept, and what this computer keeps for others.

use std::time::Duration;

use kith_node::{Command, ErrorCode, Event, params};

use super::{Effect, Then, toast};
use crate::{
    action::Action,
    model::{Model, NewMailbox, Route, Section, ToastKind},
    text::links,
};

/// How long after a question a node that has not answered yet is asked about again.
pub(crate) const AGAIN: Duration = Duration::from_secs(2);

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
            ask(model, out);
        }
        Action::EditMailbox(typed) => model.view.new_mailbox = typed,
        Action::AddMailbox => add(model, out),
        Action::RemoveMailbox(address) => {
            let params = params::MailboxRef { address };
            out.push(Effect::Call(Command::MailboxesRemove(params), Then::MailboxRemoved));
        }
        other => return Some(other),
    }
    None
}

const NOTHING: params::ServeParams = params::ServeParams { on: None, quota_mb: None, erase: None };

/// How it is now.
pub(super) fn ask(model: &mut Model, out: &mut Vec<Effect>) {
    out.push(Effect::Call(Command::MailboxesServe(NOTHING), Then::Served));
    list(model, out);
}

/// Which nodes keep my mail now.
pub(super) fn list(model: &mut Model, out: &mut Vec<Effect>) {
    model.view.mailboxes_at = model.now;
    out.push(Effect::Call(Command::MailboxesList(params::Nothing {}), Then::Mailboxes));
}

/// Whether they are on the screen.
fn are_shown(model: &Model) -> bool {
    matches!(model.view.route, Route::Settings(Section::Privacy) | Route::Contacts { open: Some(_) })
}

/// Contacts may offer to keep mail, or stop; bootstrap nodes come and go.
pub(super) fn heard(model: &mut Model, event: &Event, out: &mut Vec<Effect>) {
    if are_shown(model) && matches!(event, Event::ContactChanged { .. } | Event::NetworkChanged { .. }) {
        list(model, out);
    }
}

/// The node tells nobody when a mailbox answers: it is asked until one in use has.
pub(super) fn tick(model: &mut Model, out: &mut Vec<Effect>) {
    let silent = model
        .view
        .mailboxes
        .iter()
        .flatten()
        .any(|mailbox| mailbox.in_use && mailbox.answered_at.is_none() && mailbox.refused_at.is_none());
    let due = u128::from(model.now.saturating_sub(model.view.mailboxes_at)) >= AGAIN.as_millis();
    if silent && due && are_shown(model) {
        list(model, out);
    }
}

fn add(model: &mut Model, out: &mut Vec<Effect>) {
    let typed = &mut model.view.new_mailbox;
    let address = typed.link.trim().to_owned();
    if address.is_empty() || typed.busy {
        return;
    }
    let own = model.view.served.as_ref().and_then(|served| links::transport_in(served.link.as_ref()?));
    if own.is_some() && own == links::transport_in(&address) {
        typed.wrong_link = Some("mailbox-own-link");
        return;
    }
    typed.busy = true;
    let token = Some(typed.token.as_str().trim().to_owned()).filter(|token| !token.is_empty());
    let params = params::MailboxParams { address, token };
    out.push(Effect::Call(Command::MailboxesAdd(params), Then::MailboxAdded));
}

pub(super) fn added(model: &mut Model, out: &mut Vec<Effect>) {
    model.view.new_mailbox = NewMailbox::default();
    toast(model, ToastKind::Done, "toast-mailbox-added");
    list(model, out);
}

pub(super) fn removed(model: &mut Model, out: &mut Vec<Effect>) {
    toast(model, ToastKind::Done, "toast-mailbox-removed");
    list(model, out);
}

/// What was wrong is said at the field it is in.
#[expect(clippy::wildcard_enum_match_arm, reason = "the rest is no fault of what was typed")]
pub(super) fn not_added(model: &mut Model, code: ErrorCode, key: String) {
    let typed = &mut model.view.new_mailbox;
    typed.busy = false;
    match code {
        ErrorCode::BadLink => typed.wrong_link = Some("mailbox-bad-link"),
        ErrorCode::TooLarge => typed.wrong_link = Some("mailbox-too-many"),
        ErrorCode::InvalidArgument => typed.wrong_token = Some("mailbox-bad-token"),
        _ => toast(model, ToastKind::Problem, key),
    }
}

/// The switch shows what was chosen at once, and what came of it when the node has answered.
fn serve(model: &mut Model, params: params::ServeParams, out: &mut Vec<Effect>) {
    if let Some(served) = &mut model.view.served {
        served.on = params.on.unwrap_or(served.on);
        served.quota_mb = params.quota_mb.unwrap_or(served.quota_mb);
    }
    out.push(Effect::Call(Command::MailboxesServe(params), Then::Served));
}
