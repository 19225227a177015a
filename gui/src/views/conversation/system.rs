//! A line about something that was done: in the middle, in as many lines as it takes.

use std::sync::Arc;

use egui::{Align2, Galley, Role, Sense, Ui, WidgetInfo, WidgetText};

use crate::{cx::Cx, theme::Type};

/// Room on either side.
const SIDE: f32 = 40.0;
/// Room above and below.
const GAP: f32 = 9.0;

fn lay(ui: &Ui, cx: &Cx<'_>, line: &str, width: f32) -> Arc<Galley> {
    let room = (width - 2.0 * SIDE).clamp(120.0, 560.0);
    let text = cx.theme.paragraph_in(ui, line, Type::CAPTION, cx.tokens().text_2, room);
    let galley = WidgetText::from(text);
    galley.into_galley(ui, Some(egui::TextWrapMode::Wrap), room, egui::TextStyle::Small)
}

pub(super) fn height(ui: &Ui, cx: &Cx<'_>, line: &str, width: f32) -> f32 {
    lay(ui, cx, line, width).size().y + 2.0 * GAP
}

pub(super) fn show(ui: &Ui, cx: &Cx<'_>, line: &str) {
    let row = ui.max_rect();
    let galley = lay(ui, cx, line, row.width());
    let top = row.center_top() + egui::vec2(0.0, GAP);
    let rect = Align2::CENTER_TOP.anchor_size(top, galley.size());
    let response = ui.interact(rect, ui.unique_id().with("line"), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, line));
    ui.painter().galley(rect.min, galley, cx.tokens().text_2);
}
