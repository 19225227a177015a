//! The profile's password, and the words behind it.

use egui::Ui;
use kith_node::{ProfileState, api::Password};

use crate::{
    action::{Action, Copied},
    cx::Cx,
    i18n::Arg,
    model::{NewPassword, PhraseCheck, Sheet},
    theme::{icons, space},
    update::Target,
    widgets::{Field, Kind, Tone, banner, button, field, muted, sheet, sheet_buttons, word_grid},
};

/// A field for a password; gives what was typed, and whether Enter was.
fn secret(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    id: &str,
    key: &str,
    typed: &Password,
    (first, wrong): (bool, bool),
) -> (Option<Password>, bool) {
    let (label, error) = (cx.t(key), cx.t("error-wrong-password"));
    let target = first.then_some(Target::Field);
    let error = wrong.then_some(error.as_str());
    let shown = Field { label: &label, secret: true, limit: 256, target, error, ..Field::default() };
    let (changed, entered) = field(ui, cx, id, typed.as_str(), shown);
    (changed.map(Password::from), entered)
}

pub(super) fn password(ui: &mut Ui, cx: &mut Cx<'_>, typed: &NewPassword) {
    let has_one = cx.model.lock == Some(ProfileState::Password);
    let title = cx.t(match (has_one, typed.remove) {
        (_, true) => "password-remove",
        (true, false) => "password-change",
        (false, false) => "password-title",
    });
    sheet(ui, cx, &title, 420.0, |ui, cx| {
        muted(ui, cx, &cx.t(if typed.remove { "password-remove-about" } else { "you-password-about" }));
        ui.add_space(space::S);
        let mut next = typed.clone();
        let mut entered = false;
        if has_one {
            let (changed, enter) =
                secret(ui, cx, "current password", "password-current", &typed.current, (true, typed.wrong));
            if let Some(changed) = changed {
                (next.current, next.wrong) = (changed, false);
            }
            entered |= enter;
            ui.add_space(space::S);
        }
        if !typed.remove {
            let key = if has_one { "password-new" } else { "unlock-password" };
            let (changed, enter) = secret(ui, cx, "new password", key, &typed.new, (!has_one, false));
            if let Some(changed) = changed {
                next.new = changed;
            }
            entered |= enter;
        }
        if next != *typed {
            cx.act(Action::EditSheet(Sheet::Password(next)));
        }
        sheet_buttons(ui, cx, |ui, cx| {
            let given = |given: &Password| !given.as_str().is_empty();
            let can = (!has_one || given(&typed.current)) && (typed.remove || given(&typed.new)) && !typed.busy;
            let text = cx.t(match (typed.busy, typed.remove) {
                (true, _) => "password-busy",
                (false, true) => "password-remove",
                (false, false) => "save",
            });
            let pressed = ui.add_enabled_ui(can, |ui| button(ui, cx, Kind::Primary, None, &text).clicked()).inner;
            if can && (pressed || entered) {
                cx.act(Action::SetPassword);
            }
            if button(ui, cx, Kind::Secondary, None, &cx.t("cancel")).clicked() {
                cx.act(Action::CloseSheet);
            }
        });
    });
}

/// The words, then two of them as a question.
pub(super) fn phrase(ui: &mut Ui, cx: &mut Cx<'_>, words: &[String], check: Option<&PhraseCheck>) {
    let title = cx.t("phrase-title");
    sheet(ui, cx, &title, 480.0, |ui, cx| match check {
        Some(check) => question(ui, cx, words, check),
        None => {
            banner(ui, cx, Tone::Warn, &cx.t("phrase-warning"), None);
            ui.add_space(space::S);
            all_words(ui, cx, words);
        }
    });
}

/// Before the words are there.
pub(super) fn open_phrase(ui: &mut Ui, cx: &mut Cx<'_>, password: &Password, wrong: bool) {
    let title = cx.t("phrase-title");
    sheet(ui, cx, &title, 480.0, |ui, cx| {
        banner(ui, cx, Tone::Warn, &cx.t("phrase-warning"), None);
        ui.add_space(space::S);
        if cx.model.lock == Some(ProfileState::Password) {
            ask(ui, cx, password, wrong);
        } else {
            muted(ui, cx, &cx.t("phrase-opening"));
        }
    });
}

fn question(ui: &mut Ui, cx: &mut Cx<'_>, words: &[String], check: &PhraseCheck) {
    muted(ui, cx, &cx.t("phrase-check-about"));
    ui.add_space(space::S);
    let mut next = check.clone();
    let mut entered = false;
    let error = cx.t("phrase-check-wrong");
    for (at, (place, typed)) in check.places.iter().zip(&mut next.typed).enumerate() {
        let label = cx.with("phrase-check-word", &[("position", Arg::Count(*place as u64))]);
        let target = (at == 0).then_some(Target::Field);
        let error = (check.wrong && at == 1).then_some(error.as_str());
        let shown = Field { label: &label, limit: 16, target, error, ..Field::default() };
        let (changed, enter) = field(ui, cx, &format!("phrase word {at}"), typed.as_str(), shown);
        if let Some(word) = changed {
            (*typed, next.wrong) = (word.into(), false);
        }
        entered |= enter;
        ui.add_space(space::S);
    }
    let with = |check| {
        let words = Some(words.to_vec());
        Action::EditSheet(Sheet::Phrase { words, password: Password::default(), wrong: false, check })
    };
    if next != *check {
        cx.act(with(Some(next)));
    }
    sheet_buttons(ui, cx, |ui, cx| {
        let can = check.typed.iter().all(|typed| !typed.as_str().trim().is_empty());
        let text = cx.t("phrase-check");
        let pressed = ui.add_enabled_ui(can, |ui| button(ui, cx, Kind::Primary, None, &text).clicked()).inner;
        if can && (pressed || entered) {
            cx.act(Action::CheckPhrase);
        }
        if button(ui, cx, Kind::Secondary, None, &cx.t("phrase-again")).clicked() {
            cx.act(with(None));
        }
    });
}

fn ask(ui: &mut Ui, cx: &mut Cx<'_>, password: &Password, wrong: bool) {
    let (changed, entered) = secret(ui, cx, "phrase password", "unlock-password", password, (true, wrong));
    if let Some(password) = changed {
        cx.act(Action::EditSheet(Sheet::Phrase { words: None, password, wrong: false, check: None }));
    }
    sheet_buttons(ui, cx, |ui, cx| {
        let can = !password.as_str().is_empty();
        let text = cx.t("phrase-show");
        let pressed = ui.add_enabled_ui(can, |ui| button(ui, cx, Kind::Primary, None, &text).clicked()).inner;
        if can && (pressed || entered) {
            cx.act(Action::ShowPhrase);
        }
        if button(ui, cx, Kind::Secondary, None, &cx.t("cancel")).clicked() {
            cx.act(Action::CloseSheet);
        }
    });
}

fn all_words(ui: &mut Ui, cx: &mut Cx<'_>, words: &[String]) {
    let columns = if ui.available_width() > 400.0 { 4 } else { 3 };
    word_grid(ui, cx, words, (columns, 13.5));
    sheet_buttons(ui, cx, |ui, cx| {
        if button(ui, cx, Kind::Primary, None, &cx.t("phrase-done")).clicked() {
            cx.act(Action::PhraseWritten);
        }
        if button(ui, cx, Kind::Secondary, Some(icons::COPY), &cx.t("phrase-copy")).clicked() {
            cx.act(Action::Copy(words.join(" "), Copied::Secret));
        }
    });
}
