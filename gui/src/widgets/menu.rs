//! Menus.

use egui::{CornerRadius, Frame, Margin, Popup, Response, Role, Sense, Stroke, Ui, WidgetInfo, WidgetText, vec2};

use super::{Flow, focus_ring};
use crate::{
    cx::Cx,
    theme::{Type, icons::Icon, radius},
};

/// What can be done with something, by the secondary button or a long press.
pub(crate) fn context_menu(response: &Response, cx: &mut Cx<'_>, add: impl FnOnce(&mut Ui, &mut Cx<'_>)) {
    let t = cx.tokens();
    let frame = Frame::new()
        .fill(t.bg_raised)
        .stroke(Stroke::new(1.0, t.border))
        .shadow(egui::Shadow { offset: [0, 6], blur: 24, spread: 0, color: t.shadow })
        .corner_radius(CornerRadius::same(radius::CARD))
        .inner_margin(Margin::same(6));
    Popup::context_menu(response).frame(frame).show(|ui| {
        ui.set_min_width(200.0);
        add(ui, cx);
    });
}

/// A line of a menu; closes it when it is chosen.
pub(crate) fn menu_item(ui: &mut Ui, cx: &Cx<'_>, icon: Icon, text: &str, danger: bool) -> bool {
    let t = cx.tokens();
    let color = if danger { t.danger } else { t.text };
    let label = cx.theme.text(text, Type::BODY, color);
    let galley = WidgetText::from(label).into_galley(ui, None, f32::INFINITY, egui::TextStyle::Body);
    let width = ui.available_width().max(galley.size().x + 52.0);
    let (rect, response) = ui.allocate_exact_size(vec2(width, 34.0), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::MenuItem, true, text));
    if response.hovered() {
        ui.painter().rect_filled(rect, CornerRadius::same(radius::CONTROL), t.bg_hover);
    }
    let mut flow = Flow::new(rect.shrink2(vec2(10.0, 0.0)), cx.lang.rtl());
    super::button::paint_icon(ui, cx, flow.start(18.0).center(), icon, 18.0, color, false);
    flow.start(12.0);
    let room = flow.rest();
    let x = if cx.lang.rtl() { room.right() - galley.size().x } else { room.left() };
    ui.painter().galley(egui::pos2(x, room.center().y - galley.size().y / 2.0), galley, color);
    focus_ring(ui, cx.theme, &response, rect, radius::CONTROL);
    if response.clicked() {
        ui.close();
    }
    response.clicked()
}
