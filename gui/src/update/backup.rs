//! Making a backup, and bringing an account back.

use kith_node::{ApiError, Command, ErrorCode, ProfileState, api::Password, params};

use super::{Effect, Then, toast};
use crate::{
    action::Action,
    model::{Model, NewBackup, Sheet, Stage, ToastKind},
};

/// Gives back what is not its own.
#[expect(clippy::wildcard_enum_match_arm, reason = "what is not its own goes on to the next")]
pub(super) fn update(model: &mut Model, action: Action, out: &mut Vec<Effect>) -> Option<Action> {
    match action {
        Action::OpenBackup => {
            let backup = NewBackup { path: offered(model), ..NewBackup::default() };
            model.view.sheet = Some(Sheet::Backup(backup));
        }
        Action::ChooseBackup => {
            if let Some(Sheet::Backup(backup)) = &model.view.sheet {
                out.push(Effect::ChooseSave(backup.path.clone()));
            }
        }
        Action::BackupTo(path) => match (&mut model.view.sheet, &mut model.stage) {
            (Some(Sheet::Backup(backup)), _) => (backup.path, backup.error) = (path, None),
            (_, Stage::Onboarding(onboarding)) => onboarding.restoring.file = path,
            _ => {}
        },
        Action::BackUp => back_up(model, out),
        Action::StopBackup => out.push(Effect::Call(Command::BackupCancel(params::Nothing {}), Then::Nothing)),
        Action::ChooseRestore => out.push(Effect::ChooseBackup),
        Action::Restoring(typed) => {
            if let Stage::Onboarding(onboarding) = &mut model.stage {
                (onboarding.restoring, onboarding.error) = (typed, None);
            }
        }
        Action::Restore => {
            if let Stage::Onboarding(onboarding) = &mut model.stage
                && !onboarding.busy
                && onboarding.restoring.is_complete()
            {
                (onboarding.busy, onboarding.error) = (true, None);
                out.push(Effect::Restore(Box::new(onboarding.restoring.clone())));
            }
        }
        other => return Some(other),
    }
    None
}

/// A file for the backup, named after the person.
fn offered(model: &Model) -> String {
    let name = model.me.as_ref().map_or("", |me| &me.name);
    let plain: String = name.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
    let file = if plain.is_empty() { "kith.kithbak".to_owned() } else { format!("kith-{plain}.kithbak") };
    if model.home.is_empty() { file } else { format!("{}/{file}", model.home) }
}

fn back_up(model: &mut Model, out: &mut Vec<Effect>) {
    let needed = model.lock == Some(ProfileState::Password);
    let Some(Sheet::Backup(backup)) = &mut model.view.sheet else { return };
    if backup.busy || !backup.is_complete(needed) {
        return;
    }
    (backup.busy, backup.wrong, backup.error) = (true, false, None);
    model.backup = None;
    let params = params::BackupExportParams {
        path: backup.path.trim().to_owned(),
        password: backup.by_password.then(|| backup.password.clone()),
        profile_password: needed.then(|| backup.profile_password.clone()),
    };
    out.push(Effect::Call(Command::BackupExport(params), Then::BackedUp));
}

pub(super) fn done(model: &mut Model) {
    model.backup = None;
    if matches!(model.view.sheet, Some(Sheet::Backup(_))) {
        model.view.sheet = None;
    }
    toast(model, ToastKind::Done, "toast-backup");
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the others have a text of their own")]
pub(super) fn failed(model: &mut Model, error: &ApiError, key: String) {
    model.backup = None;
    let Some(Sheet::Backup(backup)) = &mut model.view.sheet else {
        if error.code != ErrorCode::Cancelled {
            toast(model, ToastKind::Problem, key);
        }
        return;
    };
    backup.busy = false;
    match error.code {
        ErrorCode::Cancelled => {}
        ErrorCode::WrongPassword => (backup.wrong, backup.profile_password) = (true, Password::default()),
        // What the disk or the path says helps more than a sentence of ours.
        ErrorCode::InvalidArgument | ErrorCode::AlreadyExists | ErrorCode::Storage | ErrorCode::NotAllowed => {
            backup.error = Some(error.message.clone());
        }
        _ => backup.error = Some(key),
    }
}

impl NewBackup {
    /// Whether enough was typed to make it.
    pub fn is_complete(&self, profile_password: bool) -> bool {
        let given = |password: &Password| !password.as_str().is_empty();
        !self.path.trim().is_empty()
            && (!self.by_password || given(&self.password))
            && (!profile_password || given(&self.profile_password))
    }
}
