//! Menus.

use egui::{
    CornerRadius, FocusDirection, Frame, Key, Margin, Modifiers, Popup, PopupAnchor, Response, Role, Sense,
    SetOpenCommand, Stroke, Ui, WidgetInfo, WidgetText, vec2,
};

use super::{Flow, focus_ring};
use crate::{
    cx::Cx,
    theme::{Color, Type, icons, icons::Icon, radius},
};

/// What can be done with something, by the secondary button, a long press or, on what has the focus, the menu key.
pub(crate) fn context_menu(response: &Response, cx: &mut Cx<'_>, add: impl FnOnce(&mut Ui, &mut Cx<'_>)) {
    context_menu_or(response, false, cx, add);
}

/// The same, also opened by another key, now.
pub(crate) fn context_menu_or(
    response: &Response,
    keyed: bool,
    cx: &mut Cx<'_>,
    add: impl FnOnce(&mut Ui, &mut Cx<'_>),
) {
    let menu_key = || {
        response.ctx.input_mut(|input| {
            input.consume_key(Modifiers::NONE, Key::Menu) || input.consume_key(Modifiers::SHIFT, Key::F10)
        })
    };
    let keyed = keyed || (response.has_focus() && menu_key());
    let id = Popup::default_response_id(response);
    let was_open = Popup::is_id_open(&response.ctx, id);
    let mut popup = Popup::context_menu(response).frame(menu_frame(cx));
    if keyed {
        response.ctx.data_mut(|data| data.insert_temp(id, Keyed::Opening));
        popup = popup.open_memory(SetOpenCommand::Bool(true));
    }
    // Where nothing was pressed it stands at the thing itself.
    let how = response.ctx.data(|data| data.get_temp::<Keyed>(id));
    if how.is_some() {
        popup = popup.anchor(PopupAnchor::ParentRect(response.rect));
    }
    popup.show(|ui| {
        ui.set_min_width(200.0);
        add(ui, cx);
        if how == Some(Keyed::Opening) && !ui.is_sizing_pass() {
            ui.memory_mut(|memory| memory.move_focus(FocusDirection::Down));
            ui.data_mut(|data| data.insert_temp(id, Keyed::Open));
        }
    });
    if how.is_some() && was_open && !Popup::is_id_open(&response.ctx, id) {
        response.ctx.data_mut(|data| data.remove::<Keyed>(id));
        response.request_focus();
    }
}

/// What a menu stands in.
pub(super) fn menu_frame(cx: &Cx<'_>) -> Frame {
    let t = cx.tokens();
    Frame::new()
        .fill(t.bg_raised)
        .stroke(Stroke::new(1.0, t.border))
        .shadow(egui::Shadow { offset: [0, 6], blur: 24, spread: 0, color: t.shadow })
        .corner_radius(CornerRadius::same(radius::CARD))
        .inner_margin(Margin::same(6))
}

/// A menu that the keyboard opened.
#[derive(Clone, Copy, PartialEq)]
enum Keyed {
    /// Its first line is to get the focus.
    Opening,
    Open,
}

/// A line of a menu; closes it when it is chosen.
pub(crate) fn menu_item(ui: &mut Ui, cx: &Cx<'_>, icon: Icon, text: &str, danger: bool) -> bool {
    let t = cx.tokens();
    item(ui, cx, Some(icon), text, if danger { t.danger } else { t.text }).clicked()
}

/// A line of a menu in which one is chosen; closes it when it is.
pub(super) fn menu_choice(ui: &mut Ui, cx: &Cx<'_>, text: &str, chosen: bool) -> bool {
    let response = item(ui, cx, chosen.then_some(icons::CHECK), text, cx.tokens().text);
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_selected(chosen));
    response.clicked()
}

fn item(ui: &mut Ui, cx: &Cx<'_>, icon: Option<Icon>, text: &str, color: Color) -> Response {
    let t = cx.tokens();
    let label = cx.theme.text(text, Type::BODY, color);
    let galley = WidgetText::from(label).into_galley(ui, None, f32::INFINITY, egui::TextStyle::Body);
    let width = ui.available_width().max(galley.size().x + 52.0);
    let (rect, response) = ui.allocate_exact_size(vec2(width, 34.0), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::MenuItem, true, text));
    if response.hovered() {
        ui.painter().rect_filled(rect, CornerRadius::same(radius::CONTROL), t.bg_hover);
    }
    let mut flow = Flow::new(rect.shrink2(vec2(10.0, 0.0)), cx.lang.rtl());
    let place = flow.start(18.0);
    if let Some(icon) = icon {
        super::button::paint_icon(ui, cx, place.center(), icon, 18.0, color, false);
    }
    flow.start(12.0);
    let room = flow.rest();
    let x = if cx.lang.rtl() { room.right() - galley.size().x } else { room.left() };
    ui.painter().galley(egui::pos2(x, room.center().y - galley.size().y / 2.0), galley, color);
    focus_ring(ui, cx.theme, &response, rect, radius::CONTROL);
    if response.clicked() {
        ui.close();
    }
    response
}
