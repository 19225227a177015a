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
