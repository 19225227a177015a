//! Making a backup, and bringing an account back.

use kith_node::{ApiError, Command, ErrorCode, ProfileState, api::Password, params, views::Backups};

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
        Action::OpenRolling => {
            let path = model.backups.as_ref().and_then(|backups| backups.folder.clone()).unwrap_or_default();
            model.view.sheet = Some(Sheet::Backup(NewBackup { rolling: true, path, ..NewBackup::default() }));
        }
        Action::SetRolling(every_s, keep) => {
            let folder = model.backups.as_ref().and_then(|backups| backups.folder.clone())?;
            let (every_s, keep) = (Some(every_s), Some(keep));
            let params = params::BackupSetParams { folder: Some(folder), every_s, keep, profile_password: None };
            out.push(Effect::Call(Command::BackupSet(params), Then::Rolling));
        }
        Action::StopRolling => set_rolling(None, None, out),
        Action::ChooseBackup => match &model.view.sheet {
            Some(Sheet::Backup(NewBackup { rolling: true, .. })) => out.push(Effect::ChooseFolder),
            Some(Sheet::Backup(backup)) => out.push(Effect::ChooseSave(backup.path.clone())),
            _ => {}
        },
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
    let needed = needs_password(model);
    let Some(Sheet::Backup(backup)) = &mut model.view.sheet else { return };
    if backup.busy || !backup.is_complete(needed) {
        return;
    }
    (backup.busy, backup.wrong, backup.error) = (true, false, None);
    let profile_password = needed.then(|| backup.profile_password.clone());
    let path = backup.path.trim().to_owned();
    if backup.rolling {
        return set_rolling(Some(path), profile_password, out);
    }
    let password = backup.by_password.then(|| backup.password.clone());
    model.backup = None;
    let params = params::BackupExportParams { path, password, profile_password };
    out.push(Effect::Call(Command::BackupExport(params), Then::BackedUp));
}

/// Whether the profile's password is asked for in the sheet: once for backups that make themselves.
pub(crate) fn needs_password(model: &Model) -> bool {
    let rolling = matches!(&model.view.sheet, Some(Sheet::Backup(backup)) if backup.rolling);
    let known = rolling && model.backups.as_ref().is_some_and(|backups| backups.folder.is_some());
    model.lock == Some(ProfileState::Password) && !known
}

fn set_rolling(folder: Option<String>, profile_password: Option<Password>, out: &mut Vec<Effect>) {
    let params = params::BackupSetParams { folder, every_s: None, keep: None, profile_password };
    out.push(Effect::Call(Command::BackupSet(params), Then::Rolling));
}

/// What came of it the node tells as an event, which may be newer than the answer.
pub(super) fn rolling_set(model: &mut Model) {
    if matches!(&model.view.sheet, Some(Sheet::Backup(backup)) if backup.rolling) {
        model.view.sheet = None;
    }
}

/// Somebody who relies on backups learns at once that there are none.
pub(super) fn heard(model: &mut Model, backups: &Backups) {
    let failed_before = model.backups.as_ref().is_some_and(|backups| backups.error.is_some());
    if backups.error.is_some() && !failed_before {
        toast(model, ToastKind::Problem, "toast-no-backup");
    }
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
