//! Deleting everything, from the settings and from the page that asks for the password.

use egui::Ui;

use crate::{
    action::Action,
    cx::Cx,
    i18n::Arg,
    model::Sheet,
    theme::space,
    update::Target,
    widgets::{Field, Kind, Tone, banner, button, field, muted, sheet, sheet_buttons},
};

pub(super) fn show(ui: &mut Ui, cx: &mut Cx<'_>, typed: &str) {
    let title = cx.t("wipe-title");
    sheet(ui, cx, &title, 440.0, |ui, cx| {
        let keep = ask(ui, cx, typed, |cx, typed| cx.act(Action::EditSheet(Sheet::Wipe(typed))));
        if keep {
            cx.act(Action::CloseSheet);
        }
    });
}

/// Says what will be gone, and lets it happen once the word was typed. `true`: better not.
pub(crate) fn ask(ui: &mut Ui, cx: &mut Cx<'_>, typed: &str, edit: impl FnOnce(&mut Cx<'_>, String)) -> bool {
    banner(ui, cx, Tone::Danger, &cx.t("wipe-about"), None);
    ui.add_space(space::S);
    muted(ui, cx, &cx.t("wipe-copies"));
    ui.add_space(space::S);
    let word = cx.t("wipe-word");
    let label = cx.with("wipe-type", &[("word", Arg::Text(&word))]);
    let shown = Field { label: &label, limit: 32, target: Some(Target::Field), ..Field::default() };
    let (changed, entered) = field(ui, cx, "wipe", typed, shown);
    if let Some(typed) = changed {
        edit(cx, typed);
    }
    let can = typed.trim().to_lowercase() == word.to_lowercase();
    let mut keep = false;
    sheet_buttons(ui, cx, |ui, cx| {
        let text = cx.t("wipe-do");
        let pressed = ui.add_enabled_ui(can, |ui| button(ui, cx, Kind::Danger, None, &text).clicked()).inner;
        if can && (pressed || entered) {
            cx.act(Action::Wipe);
        }
        keep = button(ui, cx, Kind::Secondary, None, &cx.t("cancel")).clicked();
    });
    keep
}
