//! Deleting everything, from the settings and from the pages of a profile that is not open.

use egui::Ui;

use crate::{
    action::Action,
    cx::Cx,
    i18n::Arg,
    model::{Sheet, Wiping},
    theme::space,
    update::Target,
    widgets::{Field, Kind, Tone, banner, button, field, muted, sheet, sheet_buttons},
};

pub(super) fn show(ui: &mut Ui, cx: &mut Cx<'_>, wiping: &Wiping) {
    let title = cx.t("wipe-title");
    sheet(ui, cx, &title, 440.0, |ui, cx| {
        banner(ui, cx, Tone::Danger, &cx.t("wipe-about"), None);
        ui.add_space(space::S);
        muted(ui, cx, &cx.t("wipe-copies"));
        ui.add_space(space::S);
        if let Some(error) = &wiping.error {
            banner(ui, cx, Tone::Danger, &cx.with("wipe-failed", &[("reason", Arg::Text(error))]), None);
            ui.add_space(space::S);
        }
        ask(ui, cx, wiping);
    });
}

/// Lets it happen once the word was typed.
fn ask(ui: &mut Ui, cx: &mut Cx<'_>, wiping: &Wiping) {
    let word = cx.t("wipe-word");
    let label = cx.with("wipe-type", &[("word", Arg::Text(&word))]);
    let shown = Field { label: &label, limit: 32, target: Some(Target::Field), ..Field::default() };
    let (changed, entered) = ui.add_enabled_ui(!wiping.busy, |ui| field(ui, cx, "wipe", &wiping.typed, shown)).inner;
    if let Some(typed) = changed {
        cx.act(Action::EditSheet(Sheet::Wipe(Wiping { typed, ..wiping.clone() })));
    }
    let can = !wiping.busy && wiping.typed.trim().to_lowercase() == word.to_lowercase();
    sheet_buttons(ui, cx, |ui, cx| {
        let text = cx.t(if wiping.busy { "wipe-busy" } else { "wipe-do" });
        let pressed = ui.add_enabled_ui(can, |ui| button(ui, cx, Kind::Danger, None, &text).clicked()).inner;
        if can && (pressed || entered) {
            cx.act(Action::Wipe);
        }
        if ui.add_enabled_ui(!wiping.busy, |ui| button(ui, cx, Kind::Secondary, None, &cx.t("cancel")).clicked()).inner
        {
            cx.act(Action::CloseSheet);
        }
    });
}
