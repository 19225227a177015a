//! The profile's password, and the words that need it.

use kith_node::{Command, ProfileState, api::Password, params};

use super::{Effect, Target, Then, toast};
use crate::{
    action::Action,
    model::{Model, NewPassword, PhraseCheck, Settings, Sheet, Stage, ToastKind},
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
            model.view.sheet =
                Some(Sheet::Phrase { words: None, password: password.clone(), wrong: false, check: None });
            if needed && password.as_str().is_empty() {
                out.push(Effect::Focus(Target::Field));
                return None;
            }
            let params = params::PhraseParams { password: needed.then_some(password) };
            out.push(Effect::Call(Command::ProfileRecoveryPhrase(params), Then::Phrase));
        }
        Action::PhraseWritten => {
            // Any two will do, but not the same ones every time.
            let (first, second) = (model.now % 12, model.now / 12 % 12);
            if let Some(Sheet::Phrase { check, .. }) = &mut model.view.sheet {
                let places = [first as usize + 1, second as usize + 13];
                *check = Some(PhraseCheck { places, typed: Default::default(), wrong: false });
                out.push(Effect::Focus(Target::Field));
            }
        }
        Action::CheckPhrase => check_phrase(model, out),
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

fn check_phrase(model: &mut Model, out: &mut Vec<Effect>) {
    let Some(Sheet::Phrase { words: Some(words), check: Some(check), .. }) = &mut model.view.sheet else { return };
    let is_right = |(place, typed): (&usize, &Password)| {
        words.get(place - 1).is_some_and(|word| typed.as_str().trim().eq_ignore_ascii_case(word))
    };
    check.wrong = !check.places.iter().zip(&check.typed).all(is_right);
    if !check.wrong {
        model.view.sheet = None;
        super::set(model, Settings { phrase_saved: true, ..model.settings.clone() }, out);
        toast(model, ToastKind::Done, "toast-phrase");
    }
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
