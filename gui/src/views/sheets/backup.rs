//! Everything worth keeping, in one file.

use egui::Ui;
use kith_node::api::Password;

use crate::{
    action::Action,
    cx::Cx,
    i18n::Arg,
    model::{NewBackup, Sheet},
    theme::{icons, space},
    update::{Target, needs_password},
    views::settings::kept,
    widgets::{Field, Kind, Tone, banner, button, field, muted, paragraph, progress, segmented, sheet, sheet_buttons},
};

pub(super) fn show(ui: &mut Ui, cx: &mut Cx<'_>, typed: &NewBackup) {
    let title = cx.t(if typed.rolling { "backup-auto" } else { "backup-make" });
    sheet(ui, cx, &title, 460.0, |ui, cx| {
        if typed.busy && !typed.rolling {
            under_way(ui, cx);
        } else {
            ask(ui, cx, typed);
        }
    });
}

fn under_way(ui: &mut Ui, cx: &mut Cx<'_>) {
    paragraph(ui, cx, &cx.t("backup-busy"));
    ui.add_space(space::S);
    let (done, total) = cx.model.backup.unwrap_or((0, 0));
    let how = if total == 0 { 0.0 } else { done as f32 / total as f32 };
    let name = cx.with("backup-progress", &[("percent", Arg::Count((how * 100.0) as u64))]);
    progress(ui, cx, &name, how);
    muted(ui, cx, &name);
    sheet_buttons(ui, cx, |ui, cx| {
        if button(ui, cx, Kind::Secondary, None, &cx.t("backup-stop")).clicked() {
            cx.act(Action::StopBackup);
        }
    });
}

fn ask(ui: &mut Ui, cx: &mut Cx<'_>, typed: &NewBackup) {
    let mut next = typed.clone();
    let mut entered = false;
    paragraph(ui, cx, &cx.t(if typed.rolling { "backup-auto-what" } else { "backup-what" }));
    ui.add_space(space::S);
    let label = cx.t(if typed.rolling { "backup-folder" } else { "backup-file" });
    let shown = Field { label: &label, code: true, limit: 4096, target: Some(Target::Field), ..Field::default() };
    let (changed, enter) = field(ui, cx, "backup file", &typed.path, shown);
    if let Some(path) = changed {
        (next.path, next.error) = (path, None);
    }
    entered |= enter;
    if button(ui, cx, Kind::Quiet, Some(icons::FOLDER_OPEN), &cx.t("choose-file")).clicked() {
        cx.act(Action::ChooseBackup);
    }
    ui.add_space(space::S);
    entered |= opened_by(ui, cx, typed, &mut next);
    let needed = needs_password(cx.model);
    if needed {
        ui.add_space(space::S);
        let (changed, enter) =
            secret(ui, cx, "profile password", "backup-profile-password", &typed.profile_password, typed.wrong);
        if let Some(password) = changed {
            (next.profile_password, next.wrong) = (password, false);
        }
        entered |= enter;
    }
    if let Some(error) = &typed.error {
        ui.add_space(space::S);
        banner(ui, cx, Tone::Danger, &cx.t(error), None);
    }
    if next != *typed {
        cx.act(Action::EditSheet(Sheet::Backup(next)));
    }
    sheet_buttons(ui, cx, |ui, cx| {
        let can = typed.is_complete(needed) && !typed.busy;
        let text = cx.t(if typed.rolling { "backup-auto-do" } else { "backup-make" });
        let pressed = ui.add_enabled_ui(can, |ui| button(ui, cx, Kind::Primary, None, &text).clicked()).inner;
        if can && (pressed || entered) {
            cx.act(Action::BackUp);
        }
        if button(ui, cx, Kind::Secondary, None, &cx.t("cancel")).clicked() {
            cx.act(Action::CloseSheet);
        }
    });
}

/// What will open it; gives whether somebody pressed Enter.
fn opened_by(ui: &mut Ui, cx: &mut Cx<'_>, typed: &NewBackup, next: &mut NewBackup) -> bool {
    if typed.rolling {
        muted(ui, cx, &cx.t("backup-by-words-about"));
        if let Some(backups) = &cx.model.backups {
            muted(ui, cx, &kept(cx, backups));
        }
        return false;
    }
    let name = cx.t("backup-opened-by");
    let choices = [cx.t("by-words"), cx.t("by-password")];
    if let Some(at) = segmented(ui, cx, &name, &choices, usize::from(typed.by_password)) {
        next.by_password = at == 1;
    }
    muted(ui, cx, &cx.t(if typed.by_password { "backup-by-password-about" } else { "backup-by-words-about" }));
    if !typed.by_password {
        return false;
    }
    ui.add_space(space::S);
    let (changed, entered) = secret(ui, cx, "backup password", "backup-password", &typed.password, false);
    if let Some(password) = changed {
        next.password = password;
    }
    entered
}

fn secret(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    id: &str,
    key: &str,
    typed: &Password,
    wrong: bool,
) -> (Option<Password>, bool) {
    let (label, error) = (cx.t(key), cx.t("error-wrong-password"));
    let error = wrong.then_some(error.as_str());
    let shown = Field { label: &label, secret: true, limit: 256, error, ..Field::default() };
    let (changed, entered) = field(ui, cx, id, typed.as_str(), shown);
    (changed.map(Password::from), entered)
}
