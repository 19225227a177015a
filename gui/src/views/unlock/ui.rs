use egui::Ui;

use crate::{
    action::Action,
    cx::Cx,
    i18n::Arg,
    model::{Failed, Sheet, Unlock, Wiping},
    theme::{icons, space},
    update::Target,
    views::onboarding::{centered, logo},
    widgets::{Field, Kind, Tone, banner, button_wide, empty_state, field, heading, muted},
};

pub(crate) fn show(ui: &mut Ui, cx: &mut Cx<'_>, page: &Unlock) {
    centered(ui, cx, 360.0, |ui, cx| {
        ui.vertical_centered(|ui| logo(ui, cx, 64.0));
        ui.add_space(space::L);
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
            // A question that stands over the page has the keyboard.
            target: cx.model.view.sheet.is_none().then_some(Target::Field),
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
            cx.act(Action::OpenSheet(Sheet::Wipe(Wiping::default())));
        }
    });
}

pub(crate) fn failed(ui: &mut Ui, cx: &mut Cx<'_>, page: &Failed) {
    centered(ui, cx, 400.0, |ui, cx| {
        let about = cx.t(&page.reason);
        let title = cx.t(if page.reason == "error-ended" { "failed-ended" } else { "failed-title" });
        let _nothing_to_press = empty_state(ui, cx, icons::WARNING_OCTAGON, &title, &about, &[]);
        if page.lasting {
            ui.add_space(space::S);
            banner(ui, cx, Tone::Info, &cx.t("failed-lasting"), None);
        }
        ui.add_space(space::L);
        let text = cx.t(if page.busy { "unlock-busy" } else { "message-retry" });
        if ui.add_enabled_ui(!page.busy, |ui| button_wide(ui, cx, Kind::Primary, None, &text).clicked()).inner {
            cx.act(Action::OpenAgain);
        }
        if page.lasting {
            ui.add_space(space::XS);
            if button_wide(ui, cx, Kind::Secondary, None, &cx.t("restore-title")).clicked() {
                cx.act(Action::RestoreInstead);
            }
            ui.add_space(space::XS);
            if button_wide(ui, cx, Kind::Quiet, None, &cx.t("wipe-open")).clicked() {
                cx.act(Action::OpenSheet(Sheet::Wipe(Wiping::default())));
            }
        }
        ui.add_space(space::XS);
        if button_wide(ui, cx, Kind::Quiet, None, &cx.t("quit")).clicked() {
            cx.act(Action::Quit);
        }
    });
}
