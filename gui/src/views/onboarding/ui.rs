use egui::{Align, CentralPanel, CornerRadius, Frame, Layout, Margin, Sense, Ui, vec2};

use super::restore;
use crate::{
    action::Action,
    cx::Cx,
    model::{Onboarding, Step},
    theme::{Type, icons, space},
    update::Target,
    widgets::{Field, Kind, Tone, banner, button_wide, field, glyph, heading, icon_button, label, muted, wrapped},
};

/// A column in the middle of the window.
pub(crate) fn centered(ui: &mut Ui, cx: &mut Cx<'_>, width: f32, add: impl FnOnce(&mut Ui, &mut Cx<'_>)) {
    column(ui, cx, (width, 0.12), add);
}

/// A column that begins at a part of the height.
fn column(ui: &mut Ui, cx: &mut Cx<'_>, (width, top): (f32, f32), add: impl FnOnce(&mut Ui, &mut Cx<'_>)) {
    let frame = Frame::new().fill(cx.tokens().bg_app).inner_margin(Margin::same(24));
    CentralPanel::no_frame().frame(frame).show(ui, |ui| {
        egui::ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            let room = ui.available_width();
            let width = width.min(room);
            ui.add_space((ui.available_height() * top).clamp(0.0, 96.0));
            ui.horizontal(|ui| {
                ui.add_space(((room - width) / 2.0).max(0.0));
                ui.allocate_ui_with_layout(vec2(width, 0.0), Layout::top_down(Align::Min), |ui| {
                    ui.set_width(width);
                    add(ui, cx);
                });
            });
        });
    });
}

/// The mark of Kith: two bubbles that meet.
pub(crate) fn logo(ui: &mut Ui, cx: &Cx<'_>, size: f32) {
    let t = cx.tokens();
    let (rect, _) = ui.allocate_exact_size(vec2(size, size), Sense::hover());
    let painter = ui.painter();
    let part = size * 0.62;
    let back = egui::Rect::from_min_size(rect.min, vec2(part, part));
    let front = egui::Rect::from_min_max(rect.max - vec2(part, part), rect.max);
    let round = |r: f32| CornerRadius::same((size * r) as u8);
    painter.rect_filled(back, CornerRadius { sw: (size * 0.06) as u8, ..round(0.24) }, t.bubble_out);
    painter.rect_filled(front.expand(size * 0.04), round(0.26), t.bg_app);
    painter.rect_filled(front, CornerRadius { se: (size * 0.06) as u8, ..round(0.24) }, t.accent);
}

pub(crate) fn show(ui: &mut Ui, cx: &mut Cx<'_>, page: &Onboarding) {
    // There is much to fill in, and what does it is to be seen.
    let top = if page.step == Step::Restore { 0.0 } else { 0.12 };
    column(ui, cx, (400.0, top), |ui, cx| match page.step {
        Step::Welcome => welcome(ui, cx),
        Step::You => you(ui, cx, page),
        Step::Restore => restore::show(ui, cx, page),
    });
}

fn welcome(ui: &mut Ui, cx: &mut Cx<'_>) {
    ui.vertical_centered(|ui| {
        logo(ui, cx, 84.0);
        ui.add_space(space::L);
        label(ui, cx.theme.text(cx.t("app-name"), Type::DISPLAY, cx.tokens().text));
        ui.add_space(space::XS);
        let style = Type::TITLE.weight(450.0);
        let line = cx.theme.paragraph(ui, cx.t("welcome-line"), style, cx.tokens().text_2);
        wrapped(ui, line);
    });
    ui.add_space(space::XL);
    for (icon, key) in [
        (icons::USER_CIRCLE, "welcome-point-account"),
        (icons::LOCK_KEY, "welcome-point-encrypted"),
        (icons::HARD_DRIVES, "welcome-point-disk"),
    ] {
        point(ui, cx, icon, key);
    }
    ui.add_space(space::XL);
    if button_wide(ui, cx, Kind::Primary, None, &cx.t("welcome-start")).clicked() {
        cx.act(Action::Step(Step::You));
    }
    ui.add_space(space::XS);
    if button_wide(ui, cx, Kind::Quiet, None, &cx.t("welcome-restore")).clicked() {
        cx.act(Action::Step(Step::Restore));
    }
}

fn point(ui: &mut Ui, cx: &Cx<'_>, icon: icons::Icon, key: &str) {
    let layout =
        if cx.lang.rtl() { Layout::right_to_left(Align::Center) } else { Layout::left_to_right(Align::Center) };
    ui.allocate_ui_with_layout(vec2(ui.available_width(), 40.0), layout, |ui| {
        glyph(ui, cx, icon, 22.0, cx.tokens().accent, false);
        ui.add_space(space::XS);
        let text = cx.theme.paragraph(ui, cx.t(key), Type::BODY, cx.tokens().text_2);
        wrapped(ui, text);
    });
}

fn you(ui: &mut Ui, cx: &mut Cx<'_>, page: &Onboarding) {
    if icon_button(ui, cx, icons::ARROW_LEFT, &cx.t("back"), false).clicked() {
        cx.act(Action::Step(Step::Welcome));
    }
    ui.add_space(space::S);
    heading(ui, cx, &cx.t("you-title"));
    muted(ui, cx, &cx.t("you-about"));
    ui.add_space(space::L);
    let (name_label, name_hint) = (cx.t("you-name"), cx.t("you-name-hint"));
    let name =
        Field { label: &name_label, hint: &name_hint, limit: 64, target: Some(Target::Field), ..Field::default() };
    let (changed, entered) = field(ui, cx, "name", &page.name, name);
    if let Some(name) = changed {
        cx.act(Action::OnboardingName(name));
    }
    ui.add_space(space::M);
    let (label_text, hint) = (cx.t("you-password"), cx.t("you-password-hint"));
    let password = Field { label: &label_text, hint: &hint, secret: true, limit: 256, ..Field::default() };
    let (changed, entered_password) = field(ui, cx, "password", page.password.as_str(), password);
    if let Some(password) = changed {
        cx.act(Action::OnboardingPassword(password.into()));
    }
    muted(ui, cx, &cx.t("you-password-about"));
    ui.add_space(space::L);
    if let Some(error) = &page.error {
        banner(ui, cx, Tone::Danger, error, None);
        ui.add_space(space::S);
    }
    let can = !page.name.trim().is_empty() && !page.busy;
    let text = cx.t(if page.busy { "you-busy" } else { "you-create" });
    let pressed = ui.add_enabled_ui(can, |ui| button_wide(ui, cx, Kind::Primary, None, &text).clicked()).inner;
    if pressed || (can && (entered || entered_password)) {
        cx.act(Action::Create);
    }
}
