//! A few choices side by side, one of them made.

use egui::{CornerRadius, Role, Sense, Ui, WidgetInfo, WidgetText, vec2};

use super::focus_ring;
use crate::{
    cx::Cx,
    theme::{Color, Type, radius},
};

/// Shows `choices` with one chosen; gives another one that was pressed.
pub(crate) fn segmented(ui: &mut Ui, cx: &Cx<'_>, name: &str, choices: &[String], chosen: usize) -> Option<usize> {
    let pressed = segments(ui, cx, name, choices, |at| at == chosen, (Role::RadioGroup, Role::RadioButton));
    pressed.filter(|at| *at != chosen)
}

/// Shows `choices` each of which is chosen or not; gives the one that was pressed.
pub(crate) fn toggles(ui: &mut Ui, cx: &Cx<'_>, name: &str, choices: &[String], chosen: &[bool]) -> Option<usize> {
    let on = |at| chosen.get(at).copied().unwrap_or_default();
    segments(ui, cx, name, choices, on, (Role::Group, Role::CheckBox))
}

fn segments(
    ui: &mut Ui,
    cx: &Cx<'_>,
    name: &str,
    choices: &[String],
    chosen: impl Fn(usize) -> bool,
    (group, role): (Role, Role),
) -> Option<usize> {
    let t = cx.tokens();
    let mut pressed = None;
    let frame = egui::Frame::new()
        .fill(t.bg_hover)
        .corner_radius(CornerRadius::same(radius::ROW))
        .inner_margin(egui::Margin::same(3));
    let shown = frame.show(ui, |ui| {
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = vec2(2.0, 2.0);
            for (at, choice) in choices.iter().enumerate() {
                let on = chosen(at);
                let color = if on { t.text } else { t.text_2 };
                let text = cx.theme.text(choice, Type::SMALL.weight(if on { 600.0 } else { 500.0 }), color);
                let galley = WidgetText::from(text).into_galley(ui, None, f32::INFINITY, egui::TextStyle::Body);
                let (rect, response) = ui.allocate_exact_size(galley.size() + vec2(22.0, 10.0), Sense::click());
                response.widget_info(|| WidgetInfo::selected(role, true, on, choice));
                let fill = if on { t.bg_raised } else { Color::TRANSPARENT };
                let fill = if on && t.light { t.bg_app } else { fill };
                ui.painter().rect_filled(rect, CornerRadius::same(radius::CONTROL), fill);
                if cx.theme.edges && on {
                    let stroke = egui::Stroke::new(1.0, t.accent);
                    ui.painter().rect_stroke(
                        rect,
                        CornerRadius::same(radius::CONTROL),
                        stroke,
                        egui::StrokeKind::Inside,
                    );
                }
                ui.painter().galley(rect.center() - galley.size() / 2.0, galley, color);
                focus_ring(ui, cx.theme, &response, rect, radius::CONTROL);
                if response.clicked() {
                    pressed = Some(at);
                }
            }
        });
    });
    let id = shown.response.id;
    ui.ctx().accesskit_node_builder(id, |node| {
        node.set_role(group);
        node.set_label(name.to_owned());
    });
    pressed
}
