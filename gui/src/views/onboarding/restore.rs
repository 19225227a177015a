//! Bringing an account back: from a backup, or from its words alone.

use egui::Ui;
use kith_node::api::Password;

use crate::{
    action::Action,
    cx::Cx,
    model::{Onboarding, Restoring, Step},
    theme::{icons, space},
    update::Target,
    widgets::{
        Field, Kind, Tone, banner, button, button_wide, field, heading, icon_button, muted, progress, segmented,
    },
};

pub(super) fn show(ui: &mut Ui, cx: &mut Cx<'_>, page: &Onboarding) {
    if icon_button(ui, cx, icons::ARROW_LEFT, &cx.t("back"), false).clicked() && !page.busy {
        cx.act(if page.instead_of.is_some() { Action::BackToFailed } else { Action::Step(Step::Welcome) });
    }
    ui.add_space(space::S);
    heading(ui, cx, &cx.t("restore-title"));
    ui.add_space(space::S);
    let entered = ui.add_enabled_ui(!page.busy, |ui| form(ui, cx, &page.restoring)).inner;
    ui.add_space(space::L);
    if let Some(error) = &page.error {
        banner(ui, cx, Tone::Danger, &cx.t(error), None);
        ui.add_space(space::S);
    }
    finish(ui, cx, page, entered);
}

/// What has to be said first; gives whether somebody pressed Enter.
fn form(ui: &mut Ui, cx: &mut Cx<'_>, typed: &Restoring) -> bool {
    let mut next = typed.clone();
    let name = cx.t("restore-title");
    let choices = [cx.t("restore-from-file"), cx.t("restore-from-words")];
    if let Some(at) = segmented(ui, cx, &name, &choices, usize::from(typed.words_only)) {
        next.words_only = at == 1;
    }
    muted(ui, cx, &cx.t(if typed.words_only { "restore-words-about" } else { "restore-file-about" }));
    ui.add_space(space::M);
    let mut entered = if typed.words_only { own_name(ui, cx, &mut next) } else { file(ui, cx, &mut next) };
    ui.add_space(space::S);
    if typed.words_only || typed.by_words {
        words(ui, cx, &mut next);
    } else {
        entered |= secret(ui, cx, ("backup password", "backup-password", ""), &mut next.secret);
    }
    ui.add_space(space::M);
    entered |= secret(ui, cx, ("new password", "you-password", "you-password-hint"), &mut next.password);
    muted(ui, cx, &cx.t("you-password-about"));
    if next != *typed {
        cx.act(Action::Restoring(next));
    }
    entered
}

fn finish(ui: &mut Ui, cx: &mut Cx<'_>, page: &Onboarding, entered: bool) {
    let can = page.restoring.is_complete() && !page.busy;
    if page.busy
        && let Some((done, total)) = cx.model.backup.filter(|(_, total)| *total > 0)
    {
        progress(ui, cx, &cx.t("restore-busy"), done as f32 / total as f32);
        ui.add_space(space::S);
    }
    let text = cx.t(if page.busy { "restore-busy" } else { "restore-do" });
    let pressed = ui.add_enabled_ui(can, |ui| button_wide(ui, cx, Kind::Primary, None, &text).clicked()).inner;
    if can && (pressed || entered) {
        cx.act(Action::Restore);
    }
    ui.add_space(space::S);
    muted(ui, cx, &cx.t("restore-after"));
    if page.instead_of.is_some() {
        muted(ui, cx, &cx.t("restore-aside"));
    }
}

fn own_name(ui: &mut Ui, cx: &mut Cx<'_>, next: &mut Restoring) -> bool {
    let (label, hint) = (cx.t("you-name"), cx.t("you-name-hint"));
    let shown = Field { label: &label, hint: &hint, limit: 64, target: Some(Target::Field), ..Field::default() };
    let (changed, entered) = field(ui, cx, "name", &next.name, shown);
    if let Some(name) = changed {
        next.name = name;
    }
    entered
}

fn file(ui: &mut Ui, cx: &mut Cx<'_>, next: &mut Restoring) -> bool {
    let label = cx.t("backup-file");
    let shown = Field { label: &label, code: true, limit: 4096, target: Some(Target::Field), ..Field::default() };
    let (changed, entered) = field(ui, cx, "backup file", &next.file, shown);
    if let Some(file) = changed {
        next.file = file;
    }
    if button(ui, cx, Kind::Quiet, Some(icons::FOLDER_OPEN), &cx.t("choose-file")).clicked() {
        cx.act(Action::ChooseRestore);
    }
    ui.add_space(space::S);
    let name = cx.t("backup-opened-by");
    let choices = [cx.t("by-words"), cx.t("by-password")];
    if let Some(at) = segmented(ui, cx, &name, &choices, usize::from(!next.by_words)) {
        (next.by_words, next.secret) = (at == 0, Password::default());
    }
    entered
}

fn words(ui: &mut Ui, cx: &mut Cx<'_>, next: &mut Restoring) {
    let (label, hint) = (cx.t("restore-words"), cx.t("restore-words-hint"));
    let shown = Field { label: &label, hint: &hint, rows: 4, limit: 512, ..Field::default() };
    let (changed, _) = field(ui, cx, "words", next.secret.as_str(), shown);
    if let Some(words) = changed {
        next.secret = words.into();
    }
}

fn secret(ui: &mut Ui, cx: &mut Cx<'_>, (id, key, hint): (&str, &str, &str), typed: &mut Password) -> bool {
    let label = cx.t(key);
    let hint = if hint.is_empty() { String::new() } else { cx.t(hint) };
    let shown = Field { label: &label, hint: &hint, secret: true, limit: 256, ..Field::default() };
    let (changed, entered) = field(ui, cx, id, typed.as_str(), shown);
    if let Some(password) = changed {
        *typed = password.into();
    }
    entered
}
