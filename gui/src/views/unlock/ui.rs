use egui::Ui;

use crate::{
    action::Action,
    cx::Cx,
    i18n::Arg,
    model::Unlock,
    theme::{icons, space},
    update::Target,
    views::{
        onboarding::{centered, logo},
        sheets::wipe,
    },
    widgets::{Field, Kind, Tone, banner, button_wide, empty_state, field, heading, muted},
};

pub(crate) fn show(ui: &mut Ui, cx: &mut Cx<'_>, page: &Unlock) {
    centered(ui, cx, 360.0, |ui, cx| {
        ui.vertical_centered(|ui| logo(ui, cx, 64.0));
        ui.add_space(space::L);
        if let Some(typed) = &page.wiping {
            heading(ui, cx, &cx.t("wipe-title"));
            ui.add_space(space::S);
            if wipe::ask(ui, cx, typed, |cx, typed| cx.act(Action::AskWipe(Some(typed)))) {
                cx.act(Action::AskWipe(None));
            }
            return;
        }
        heading(ui, cx, &cx.t("unlock-title"));
        muted(ui, cx, &cx.t("unlock-about"));
        ui.add_space(space::M);
        let wrong = (page.wrong > 0 && !page.busy)
            .then(|| cx.with("unlock-wrong", &[("count", Arg::Count(u64::from(page.wrong)))]));
        let name = cx.t("unlock-password");
        let shown = Field {
            label: &name,
            secret: true,
            limit: 256,
            error: wrong.as_deref(),
            target: Some(Target::Field),
            ..Field::default()
        };
        let (changed, entered) = field(ui, cx, "unlock", page.password.as_str(), shown);
        if let Some(password) = changed {
            cx.act(Action::UnlockPassword(password.into()));
        }
        ui.add_space(space::M);
        if let Some(error) = &page.error {
            banner(ui, cx, Tone::Danger, error, None);
            ui.add_space(space::S);
        }
        let can = !page.busy && !page.password.as_str().is_empty();
        let text = cx.t(if page.busy { "unlock-busy" } else { "unlock-open" });
        let pressed = ui.add_enabled_ui(can, |ui| button_wide(ui, cx, Kind::Primary, None, &text).clicked()).inner;
        if pressed || (can && entered) {
            cx.act(Action::Unlock);
        }
        ui.add_space(space::L);
        if button_wide(ui, cx, Kind::Quiet, None, &cx.t("wipe-open")).clicked() {
            cx.act(Action::AskWipe(Some(String::new())));
        }
    });
}

pub(crate) fn failed(ui: &mut Ui, cx: &mut Cx<'_>, reason: &str) {
    centered(ui, cx, 420.0, |ui, cx| {
        let (title, about) = (cx.t("failed-title"), cx.with("failed-about", &[("reason", Arg::Text(&cx.t(reason)))]));
        let quit = cx.t("quit");
        let pressed = empty_state(ui, cx, icons::WARNING_OCTAGON, &title, &about, &[(Kind::Secondary, &quit)]);
        if pressed.is_some() {
            cx.act(Action::Quit);
        }
    });
}
