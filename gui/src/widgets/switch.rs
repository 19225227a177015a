//! On or off, and how much.

use egui::{CornerRadius, Response, Role, Sense, Slider, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

use super::{focus_ring, setting_row};
use crate::cx::Cx;

/// A choice that is on or off; gives the new value if it was changed.
pub(crate) fn switch_row(ui: &mut Ui, cx: &Cx<'_>, title: &str, about: &str, on: bool) -> Option<bool> {
    let mut changed = None;
    setting_row(ui, cx, title, about, |ui| {
        if switch(ui, cx, title, on).clicked() {
            changed = Some(!on);
        }
    });
    changed
}

fn switch(ui: &mut Ui, cx: &Cx<'_>, label: &str, on: bool) -> Response {
    let t = cx.tokens();
    let (rect, mut response) = ui.allocate_exact_size(vec2(44.0, 32.0), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Switch, true, on, label));
    let track = egui::Rect::from_center_size(rect.center(), vec2(40.0, 22.0));
    let how = ui.ctx().animate_bool_responsive(response.id, on);
    let fill = t.bg_hover.lerp_to_gamma(t.accent, how);
    ui.painter().rect_filled(track, CornerRadius::same(11), fill);
    let edge = t.border_input.lerp_to_gamma(t.accent, how);
    ui.painter().rect_stroke(track, CornerRadius::same(11), Stroke::new(1.0, edge), StrokeKind::Inside);
    let way = if cx.lang.rtl() { 1.0 - how } else { how };
    let x = egui::lerp((track.left() + 11.0)..=(track.right() - 11.0), way);
    let knob = t.text_2.lerp_to_gamma(t.on_accent, how);
    ui.painter().circle_filled(pos2(x, track.center().y), 7.5, knob);
    focus_ring(ui, cx.theme, &response, rect, 12);
    if response.clicked() {
        response.mark_changed();
    }
    response
}

/// A choice between two ends, in steps; gives the new value once it was let go of.
pub(crate) fn slider(ui: &mut Ui, cx: &Cx<'_>, label: &str, value: f32, ends: (f32, f32), step: f64) -> Option<f32> {
    let mut chosen = value;
    let slider = Slider::new(&mut chosen, ends.0..=ends.1).step_by(step).show_value(false).trailing_fill(true);
    let t = cx.tokens();
    let visuals = ui.visuals_mut();
    visuals.selection.bg_fill = t.accent;
    for (widget, fill) in [(&mut visuals.widgets.inactive, t.accent), (&mut visuals.widgets.hovered, t.accent_hover)] {
        widget.bg_fill = t.border_input;
        widget.fg_stroke = egui::Stroke::new(2.0, fill);
    }
    ui.spacing_mut().slider_width = 160.0;
    let response = ui.add(slider);
    response.widget_info(|| WidgetInfo::slider(true, f64::from(value), label));
    response.changed().then_some(chosen)
}
