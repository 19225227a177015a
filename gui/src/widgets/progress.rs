//! How far something is.

use egui::{CornerRadius, Sense, Ui, WidgetInfo, vec2};

use crate::cx::Cx;

/// A bar that is filled to `how`, between 0 and 1; `name` says the same in words.
pub(crate) fn progress(ui: &mut Ui, cx: &Cx<'_>, name: &str, how: f32) {
    let t = cx.tokens();
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 8.0), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(egui::Role::ProgressIndicator, true, name));
    let round = CornerRadius::same(4);
    ui.painter().rect_filled(rect, round, t.bg_hover);
    let width = rect.width() * how.clamp(0.0, 1.0);
    let mut filled = rect;
    if cx.lang.rtl() {
        filled.min.x = rect.max.x - width;
    } else {
        filled.max.x = rect.min.x + width;
    }
    ui.painter().rect_filled(filled, round, t.accent);
}

/// How loud something is at the moment, from 0 to 100; `name` says what.
pub(crate) fn loudness(ui: &mut Ui, cx: &Cx<'_>, name: &str, level: u8) {
    let t = cx.tokens();
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 12.0), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Meter, true, name));
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_numeric_value(f64::from(level));
        node.set_min_numeric_value(0.0);
        node.set_max_numeric_value(100.0);
    });
    let round = CornerRadius::same(6);
    ui.painter().rect_filled(rect, round, t.bg_hover);
    let width = rect.width() * f32::from(level.min(100)) / 100.0;
    let mut filled = rect;
    if cx.lang.rtl() {
        filled.min.x = rect.max.x - width;
    } else {
        filled.max.x = rect.min.x + width;
    }
    // Nearly full is too loud.
    ui.painter().rect_filled(filled, round, if level > 95 { t.warn } else { t.ok });
}
