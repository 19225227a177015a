//! The profile's password, and the words that need it.

use kith_node::{Command, ProfileState, api::Password, params};

use super::{Effect, Target, Then};
use crate::{
    action::Action,
    model::{Model, NewPassword, Sheet, Stage},
};

/// Gives back what is not its own.
#[expect(clippy::wildcard_enum_match_arm, reason = "what is not its own goes on to the next")]
pub(super) fn update(model: &mut Model, action: Action, out: &mut Vec<Effect>) -> Option<Action> {
    match action {
        Action::SetPassword => {
            if let Some(Sheet::Password(typed)) = &mut model.view.sheet {
                let params = typed.params(model.lock == Some(ProfileState::Password));
                if let Some(params) = params.filter(|_| !typed.busy) {
                    (typed.busy, typed.wrong) = (true, false);
                    let removed = params.new.is_none();
                    out.push(Effect::Call(Command::ProfileSetPassword(params), Then::Locked { removed }));
                }
            }
        }
        Action::ShowPhrase => {
            let password = match &model.view.sheet {
                Some(Sheet::Phrase { password, .. }) => password.clone(),
                _ => Password::default(),
            };
            let needed = model.lock == Some(ProfileState::Password);
            model.view.sheet = Some(Sheet::Phrase { words: None, password: password.clone(), wrong: false });
            if needed && password.as_str().is_empty() {
                out.push(Effect::Focus(Target::Field));
                return None;
            }
            let params = params::PhraseParams { password: needed.then_some(password) };
            out.push(Effect::Call(Command::ProfileRecoveryPhrase(params), Then::Phrase));
        }
        Action::Wipe => {
            if let Some(Sheet::Wipe(wiping)) = &mut model.view.sheet
                && !wiping.busy
            {
                (wiping.busy, wiping.error) = (true, None);
                out.push(match &model.stage {
                    Stage::Ready => {
                        let params = params::WipeParams { confirm: "wipe".to_owned() };
                        Effect::Call(Command::ProfileWipe(params), Then::Wiped)
                    }
                    Stage::Opening | Stage::Onboarding(_) | Stage::Unlock(_) | Stage::Failed(_) => Effect::Wipe,
                });
            }
        }
        other => return Some(other),
    }
    None
}

/// What is there can be deleted again, or left.
pub(super) fn not_wiped(model: &mut Model, error: String) {
    if let Some(Sheet::Wipe(wiping)) = &mut model.view.sheet {
        (wiping.busy, wiping.error) = (false, Some(error));
    }
}

impl NewPassword {
    /// What the node is asked, if enough was typed.
    fn params(&self, has_one: bool) -> Option<params::SetPasswordParams> {
        let current = has_one.then(|| self.current.clone());
        let new = (!self.remove).then(|| self.new.clone());
        let typed = |given: &Option<Password>| given.as_ref().is_none_or(|given| !given.as_str().is_empty());
        (typed(&current) && typed(&new)).then_some(params::SetPasswordParams { current, new })
    }
}
