//! Something over the page that wants an answer first.

use egui::{Align, CornerRadius, Frame, Id, Layout, Margin, Modal, Role, Stroke, Ui};

use super::{heading, icon_button};
use crate::{
    action::Action,
    cx::Cx,
    theme::{icons, radius, space},
};

/// Shows a sheet of a width with a title; Escape, the cross and a click beside it close it.
pub(crate) fn sheet(ui: &mut Ui, cx: &mut Cx<'_>, title: &str, width: f32, add: impl FnOnce(&mut Ui, &mut Cx<'_>)) {
    let t = cx.tokens();
    let frame = Frame::new()
        .fill(if t.light { t.bg_app } else { t.bg_panel })
        .stroke(Stroke::new(1.0, t.border))
        .shadow(egui::Shadow { offset: [0, 6], blur: 24, spread: 0, color: t.shadow })
        .corner_radius(CornerRadius::same(radius::CARD))
        .inner_margin(Margin::same(20));
    let screen = ui.ctx().content_rect();
    // The sheet is the dialog, with its title as name; the layer it lies in is not a second one.
    let layer = Modal::default_area(Id::unique("sheet")).role(Role::GenericContainer);
    let modal =
        Modal::new(Id::unique("sheet")).area(layer).frame(frame).backdrop_color(t.backdrop).show(ui.ctx(), |ui| {
            ui.set_width(width.min(screen.width() - 72.0));
            ui.set_max_height(screen.height() - 72.0);
            let id = ui.unique_id();
            ui.ctx().accesskit_node_builder(id, |node| {
                node.set_role(Role::Dialog);
                node.set_label(title.to_owned());
            });
            let end =
                if cx.lang.rtl() { Layout::left_to_right(Align::Center) } else { Layout::right_to_left(Align::Center) };
            let line = egui::vec2(ui.available_width(), 36.0);
            ui.allocate_ui_with_layout(line, end, |ui| {
                if icon_button(ui, cx, icons::X, &cx.t("close"), false).clicked() {
                    cx.act(Action::CloseSheet);
                }
                let start = Layout::top_down(if cx.lang.rtl() { Align::Max } else { Align::Min });
                ui.with_layout(start, |ui| heading(ui, cx, title));
            });
            ui.add_space(space::S);
            egui::ScrollArea::vertical().max_height(screen.height() - 150.0).show(ui, |ui| add(ui, cx));
        });
    if modal.should_close() {
        cx.act(Action::CloseSheet);
    }
}

/// The line of buttons at the foot, the most likely one at the end.
pub(crate) fn sheet_buttons(ui: &mut Ui, cx: &mut Cx<'_>, add: impl FnOnce(&mut Ui, &mut Cx<'_>)) {
    ui.add_space(space::M);
    let end = if cx.lang.rtl() { Layout::left_to_right(Align::Center) } else { Layout::right_to_left(Align::Center) };
    ui.allocate_ui_with_layout(egui::vec2(ui.available_width(), 40.0), end, |ui| add(ui, cx));
}
