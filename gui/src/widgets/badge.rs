//! Small marks: counts and words.

use egui::{Align2, CornerRadius, Pos2, Rect, Ui, WidgetText, vec2};

use crate::{
    cx::Cx,
    theme::{Color, Type, radius},
};

/// A count in a pill around `center`; above 99 it says `99+`. Gives its width.
pub(crate) fn paint_badge(ui: &Ui, cx: &Cx<'_>, center: Pos2, count: u64) -> f32 {
    let text = if count > 99 { "99+".to_owned() } else { count.to_string() };
    let text = cx.theme.text(text, Type::CAPTION.weight(650.0).size(11.0), cx.tokens().on_accent);
    let galley = WidgetText::from(text).into_galley(ui, None, f32::INFINITY, egui::TextStyle::Small);
    let size = vec2((galley.size().x + 11.0).max(18.0), 18.0);
    let rect = Rect::from_center_size(center, size);
    ui.painter().rect_filled(rect, CornerRadius::same(9), cx.tokens().accent);
    let at = Align2::CENTER_CENTER.anchor_size(rect.center(), galley.size());
    ui.painter().galley(at.min, galley, cx.tokens().on_accent);
    size.x
}

/// A word in a box: a state, a key.
pub(crate) fn tag(ui: &mut Ui, cx: &Cx<'_>, text: &str, color: Color) {
    egui::Frame::new()
        .fill(cx.tokens().bg_hover)
        .corner_radius(CornerRadius::same(radius::CHIP))
        .inner_margin(egui::Margin::symmetric(7, 2))
        .show(ui, |ui| {
            super::label(ui, cx.theme.text(text, Type::CAPTION.weight(550.0), color));
        });
}
