//! The buttons and meters of a call.

use egui::{
    CornerRadius, Rect, Response, RichText, Role, Sense, Stroke, Ui, WidgetInfo, WidgetText, epaint, pos2, vec2,
};

use super::focus_ring;
use crate::{
    cx::Cx,
    model::calls::STEPS,
    theme::{Color, Type, icons, icons::Icon},
};

/// The side of a button.
const BUTTON: f32 = 40.0;
/// A handset that is put down.
const DOWN: f32 = 0.75 * std::f32::consts::PI;
const BAR: f32 = 3.0;
const GAP: f32 = 2.0;

/// Ends a call.
pub(crate) fn hang_up_button(ui: &mut Ui, cx: &Cx<'_>, label: &str) -> Response {
    let t = cx.tokens();
    let (rect, response) = round(ui, cx, t.danger_fill, t.danger_fill.gamma_multiply(0.85), label);
    paint_turned(ui, rect.center(), cx.theme.icon_fill(icons::PHONE, 22.0, t.on_danger), t.on_danger, DOWN);
    response
}

/// Switches the microphone; `on` as it is.
pub(crate) fn microphone_button(ui: &mut Ui, cx: &Cx<'_>, on: bool, label: &str) -> Response {
    let t = cx.tokens();
    let ground = t.bg_selected;
    let (rect, response) = round(ui, cx, ground, t.bg_hover, label);
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_toggled((!on).into()));
    if on {
        paint_in_disc(ui, cx, rect.center(), icons::MICROPHONE, 20.0, t.text);
    } else {
        paint_muted(ui, cx, rect.center(), 20.0, t.danger, ground);
    }
    response
}

/// A button that means something as long as it is held; `on` while it does.
pub(crate) fn hold_button(ui: &mut Ui, cx: &Cx<'_>, on: bool, text: &str, label: &str) -> Response {
    let t = cx.tokens();
    let color = if on { t.on_accent } else { t.text };
    let shown = cx.theme.text(text, Type::CAPTION.weight(600.0), color);
    let galley = WidgetText::from(shown).into_galley(ui, None, f32::INFINITY, egui::TextStyle::Small);
    let (rect, response) = ui.allocate_exact_size(galley.size() + vec2(20.0, 14.0), Sense::click_and_drag());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, label));
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_toggled(on.into()));
    let fill = match (on, response.hovered()) {
        (true, _) => t.accent,
        (false, true) => t.bg_hover,
        (false, false) => t.bg_selected,
    };
    let radius = (rect.height() / 2.0) as u8;
    ui.painter().rect_filled(rect, CornerRadius::same(radius), fill);
    ui.painter().galley(rect.center() - galley.size() / 2.0, galley, color);
    focus_ring(ui, cx.theme, &response, rect, radius);
    response.on_hover_text(cx.theme.text(label, Type::SMALL, t.text))
}

pub(super) fn round(ui: &mut Ui, cx: &Cx<'_>, ground: Color, over: Color, label: &str) -> (Rect, Response) {
    let t = cx.tokens();
    let (rect, response) = ui.allocate_exact_size(vec2(BUTTON, BUTTON), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, label));
    let fill = if response.hovered() { over } else { ground };
    let edge = if cx.theme.edges { Stroke::new(1.0, t.border) } else { Stroke::NONE };
    ui.painter().circle(rect.center(), BUTTON / 2.0, fill, edge);
    focus_ring(ui, cx.theme, &response, rect, (BUTTON / 2.0) as u8);
    let response = response.on_hover_cursor(egui::CursorIcon::PointingHand);
    (rect, response.on_hover_text(cx.theme.text(label, Type::SMALL, t.text)))
}

/// A microphone that is off; `ground` is what is behind it.
pub(crate) fn paint_muted(ui: &Ui, cx: &Cx<'_>, at: egui::Pos2, size: f32, color: Color, ground: Color) {
    paint_in_disc(ui, cx, at, icons::MICROPHONE, size, color);
    let half = vec2(size, size) * 0.4;
    let line = |shift: f32| [at - half + vec2(shift, -shift), at + half + vec2(shift, -shift)];
    ui.painter().line_segment(line(size * 0.05), Stroke::new(size * 0.16, ground));
    ui.painter().line_segment(line(0.0), Stroke::new((size * 0.08).max(1.2), color));
}

/// An icon of which the middle of what is seen is at `at`, turned by an angle: round grounds forgive nothing.
fn paint_turned(ui: &Ui, at: egui::Pos2, icon: RichText, color: Color, angle: f32) {
    let galley = WidgetText::from(icon).into_galley(ui, None, f32::INFINITY, egui::TextStyle::Body);
    let middle = galley.mesh_bounds.center().to_vec2();
    let at = at - egui::emath::Rot2::from_angle(angle) * middle;
    ui.painter().add(epaint::TextShape::new(at, galley, color).with_angle(angle));
}

/// An icon in the middle of a disc.
pub(crate) fn paint_in_disc(ui: &Ui, cx: &Cx<'_>, at: egui::Pos2, icon: Icon, size: f32, color: Color) {
    paint_turned(ui, at, cx.theme.icon(icon, size, color), color, 0.0);
}

/// How loud somebody is, in [`STEPS`]; `label` says who.
pub(crate) fn meter(ui: &mut Ui, cx: &Cx<'_>, steps: u8, label: &str) -> Response {
    let t = cx.tokens();
    let width = f32::from(STEPS) * (BAR + GAP) - GAP;
    let (rect, response) = ui.allocate_exact_size(vec2(width, 18.0), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Meter, true, label));
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_numeric_value(f64::from(steps));
        node.set_min_numeric_value(0.0);
        node.set_max_numeric_value(f64::from(STEPS));
    });
    for step in 0..STEPS {
        let height = 5.0 + f32::from(step) * 3.0;
        let left = rect.left() + f32::from(step) * (BAR + GAP);
        let bar = Rect::from_min_max(pos2(left, rect.bottom() - height), pos2(left + BAR, rect.bottom()));
        let color = if step < steps { t.ok } else { t.border_input.gamma_multiply(0.55) };
        ui.painter().rect_filled(bar, CornerRadius::same(1), color);
    }
    response.on_hover_text(cx.theme.text(label, Type::SMALL, t.text))
}
