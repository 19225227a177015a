//! Boxes that hold things together.

use egui::{Align, CornerRadius, Frame, Layout, Margin, Stroke, Ui};

use super::{label, muted};
use crate::{
    cx::Cx,
    theme::{Type, radius, space},
};

/// A raised box as wide as there is room.
pub(crate) fn card<'a, R>(ui: &mut Ui, cx: &mut Cx<'a>, add: impl FnOnce(&mut Ui, &mut Cx<'a>) -> R) -> R {
    let t = cx.tokens();
    Frame::new()
        .fill(if t.light { t.bg_panel } else { t.bg_raised })
        .stroke(Stroke::new(1.0, t.border))
        .corner_radius(CornerRadius::same(radius::CARD))
        .inner_margin(Margin::same(16))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            let column = Layout::top_down(super::start_align(cx));
            ui.with_layout(column, |ui| add(ui, cx)).inner
        })
        .inner
}

/// The name of a group of things.
pub(crate) fn section_title(ui: &mut Ui, cx: &Cx<'_>, text: &str) {
    ui.add_space(space::S);
    let text = cx.theme.text(text, Type::SMALL.weight(650.0), cx.tokens().text_2);
    if cx.lang.rtl() {
        ui.with_layout(Layout::top_down(Align::Max), |ui| label(ui, text));
    } else {
        label(ui, text);
    }
    ui.add_space(2.0);
}

/// A choice: what it is, what it does, and the control for it at the end of the line.
pub(crate) fn setting_row(ui: &mut Ui, cx: &Cx<'_>, title: &str, about: &str, control: impl FnOnce(&mut Ui)) {
    let (start, end) = if cx.lang.rtl() {
        (Layout::right_to_left(Align::Center), Layout::left_to_right(Align::Center))
    } else {
        (Layout::left_to_right(Align::Center), Layout::right_to_left(Align::Center))
    };
    ui.allocate_ui_with_layout(egui::vec2(ui.available_width(), 40.0), end, |ui| {
        control(ui);
        ui.with_layout(start, |ui| {
            ui.vertical(|ui| {
                ui.spacing_mut().item_spacing.y = 1.0;
                let title = cx.theme.text(title, Type::BODY.weight(500.0), cx.tokens().text);
                let align = if cx.lang.rtl() { Align::Max } else { Align::Min };
                ui.with_layout(Layout::top_down(align), |ui| {
                    label(ui, title);
                    if !about.is_empty() {
                        muted(ui, cx, about);
                    }
                });
            });
        });
    });
}
