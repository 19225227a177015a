//! The way to a running node, and links from outside.

use kith_node::{Command, Snapshot, params};

use super::{Effect, Target, Then, contacts, network};
use crate::{
    action::Action,
    bridge::FromNode,
    model::{AddContact, Failed, Model, Onboarding, Restoring, Route, Stage, Step, Unlock},
};

/// How long the first invite waits for an address of this computer.
const ADDRESS_MS: u64 = 5_000;

pub(super) fn started(model: &mut Model, snapshot: Snapshot, out: &mut Vec<Effect>) {
    // Who comes back knows what an invite is, and may do better to use one of theirs.
    let first = matches!(model.stage, Stage::Onboarding(_)) && snapshot.profile.recovery.is_none();
    model.load(snapshot);
    model.stage = Stage::Ready;
    if model.seems_metered {
        network::tell_metered(model, out);
    }
    model.view.route = Route::Chats { open: None };
    if first {
        model.view.welcome = Some(AddContact { waits_until: Some(model.now + ADDRESS_MS), ..AddContact::default() });
        first_invite(model, out);
    }
}

/// Makes the first invite once it can say where this computer is: without a bootstrap node nobody would find it else.
pub(super) fn first_invite(model: &mut Model, out: &mut Vec<Effect>) {
    let listens = model.network.as_ref().is_some_and(|network| !network.addresses.is_empty());
    let Some(welcome) = &mut model.view.welcome else { return };
    if welcome.waits_until.take_if(|until| listens || model.now >= *until).is_some() {
        let params = params::InviteParams { single_use: false, expires_s: None, note: None, spoken: false };
        out.push(Effect::Call(Command::ContactsInvite(params), Then::Invited));
    }
}

pub(super) fn not_started(model: &mut Model, news: FromNode, out: &mut Vec<Effect>) {
    out.push(Effect::Focus(Target::Field));
    if model.background.hidden {
        out.push(Effect::Show);
    }
    if matches!(&news, FromNode::NoProfile) && !matches!(model.stage, Stage::Opening) {
        // It may have been deleted with the window open, and the question stands over every page.
        model.forget();
    }
    model.stage = match (std::mem::take(&mut model.stage), news) {
        (_, FromNode::NoProfile) => Stage::Onboarding(Onboarding::default()),
        (_, FromNode::NeedsPassword) => Stage::Unlock(Unlock::default()),
        (Stage::Unlock(unlock), FromNode::WrongPassword) => {
            Stage::Unlock(Unlock { wrong: unlock.wrong + 1, ..Unlock::default() })
        }
        (Stage::Unlock(_), FromNode::Failed { reason, lasting: false }) => {
            Stage::Unlock(Unlock { error: Some(reason), ..Unlock::default() })
        }
        (Stage::Onboarding(onboarding), FromNode::Failed { reason, .. }) => {
            Stage::Onboarding(Onboarding { busy: false, error: Some(reason), ..onboarding })
        }
        (_, FromNode::Failed { reason, lasting }) => Stage::Failed(Failed { reason, lasting, busy: false }),
        (stage, _) => stage,
    };
}

/// The node has stopped by itself.
pub(super) fn ended(model: &mut Model) {
    // What it said before may be old when it runs again.
    model.forget();
    model.stage = Stage::Failed(Failed { reason: "error-ended".to_owned(), ..Failed::default() });
}

/// Gives back what is not its own.
pub(super) fn update(model: &mut Model, action: Action, out: &mut Vec<Effect>) -> Option<Action> {
    match (&mut model.stage, action) {
        (Stage::Onboarding(onboarding), Action::Step(step)) => {
            onboarding.step = step;
            if step != Step::Welcome {
                out.push(Effect::Focus(Target::Field));
            }
        }
        (Stage::Onboarding(onboarding), Action::OnboardingName(name)) => onboarding.name = name,
        (Stage::Onboarding(onboarding), Action::OnboardingPassword(password)) => onboarding.password = password,
        (Stage::Onboarding(onboarding), Action::Create) => {
            let name = onboarding.name.trim().to_owned();
            if onboarding.busy || name.is_empty() {
                return None;
            }
            (onboarding.busy, onboarding.error) = (true, None);
            let password = (!onboarding.password.as_str().is_empty()).then(|| onboarding.password.clone());
            out.push(Effect::Start { name: Some(name), password });
        }
        (Stage::Unlock(unlock), Action::UnlockPassword(password)) => unlock.password = password,
        (Stage::Unlock(unlock), Action::Unlock) => {
            if !unlock.busy && !unlock.password.as_str().is_empty() {
                unlock.busy = true;
                out.push(Effect::Start { name: None, password: Some(unlock.password.clone()) });
            }
        }
        (Stage::Failed(failed), Action::OpenAgain) => {
            if !std::mem::replace(&mut failed.busy, true) {
                out.push(Effect::Open);
            }
        }
        (Stage::Failed(failed), Action::RestoreInstead) => {
            let restoring = Restoring { replaces: true, ..Restoring::default() };
            let instead_of = Some(std::mem::take(failed));
            out.push(Effect::Focus(Target::Field));
            model.stage =
                Stage::Onboarding(Onboarding { step: Step::Restore, restoring, instead_of, ..Onboarding::default() });
        }
        (Stage::Onboarding(onboarding), Action::BackToFailed) => {
            if let Some(failed) = onboarding.instead_of.take_if(|_| !onboarding.busy) {
                model.stage = Stage::Failed(failed);
            }
        }
        (_, Action::StartChatting) => model.view.welcome = None,
        (_, other) => return Some(other),
    }
    None
}

/// A link that the desktop handed over, or that is on the command line.
pub(super) fn open_link(model: &mut Model, link: String, out: &mut Vec<Effect>) {
    model.view.welcome = None;
    contacts::open_add(model, crate::model::AddTab::Enter, out);
    contacts::add_input(model, link, out);
}
