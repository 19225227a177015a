//! Things to press.

use egui::{
    Align2, CornerRadius, CursorIcon, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, WidgetText, vec2,
};

use super::focus_ring;
use crate::{
    cx::Cx,
    theme::{Color, Type, icons::Icon, radius, space},
};

/// How much a button asks to be pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The next thing to do; one per page.
    Primary,
    /// Something else that can be done.
    Secondary,
    /// Something quiet.
    Quiet,
    /// Something that cannot be taken back.
    Danger,
}

const HEIGHT: f32 = 38.0;

/// A button with a text and perhaps an icon.
pub(crate) fn button(ui: &mut Ui, cx: &Cx<'_>, kind: Kind, icon: Option<Icon>, text: &str) -> Response {
    sized(ui, cx, kind, icon, text, None)
}

/// The same as wide as there is room.
pub(crate) fn button_wide(ui: &mut Ui, cx: &Cx<'_>, kind: Kind, icon: Option<Icon>, text: &str) -> Response {
    let width = ui.available_width();
    sized(ui, cx, kind, icon, text, Some(width))
}

fn sized(ui: &mut Ui, cx: &Cx<'_>, kind: Kind, icon: Option<Icon>, text: &str, width: Option<f32>) -> Response {
    let enabled = ui.is_enabled();
    let style = Type::BODY.weight(if kind == Kind::Quiet { 550.0 } else { 600.0 });
    let mut colors = Colors::of(cx, kind);
    if !enabled {
        let t = cx.tokens();
        colors = Colors { ground: t.bg_hover, over: t.bg_hover, text: t.text_3, edge: None };
    }
    let shown = cx.theme.text(text, style, colors.text);
    let room = width.unwrap_or(ui.available_width().max(80.0)) - 2.0 * space::L;
    let galley =
        WidgetText::from(shown).into_galley(ui, Some(egui::TextWrapMode::Truncate), room, egui::TextStyle::Body);
    let icon_room = if icon.is_some() { 18.0 + space::S } else { 0.0 };
    let inner = galley.size().x + icon_room;
    let (rect, response) =
        ui.allocate_exact_size(vec2(width.unwrap_or(inner + 2.0 * space::L), HEIGHT), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, enabled, text));
    if ui.is_rect_visible(rect) {
        paint_ground(ui, cx, rect, &response, &colors);
        let content = Rect::from_center_size(rect.center(), vec2(inner, HEIGHT));
        let mut flow = super::Flow::new(content, cx.lang.rtl());
        if let Some(icon) = icon {
            let at = flow.start(18.0).center();
            flow.start(space::S);
            paint_icon(ui, cx, at, icon, 18.0, colors.text, false);
        }
        let at = flow.rest().center() - galley.size() / 2.0;
        ui.painter().galley(at, galley, colors.text);
        focus_ring(ui, cx.theme, &response, rect, radius::CONTROL);
    }
    if enabled { response.on_hover_cursor(CursorIcon::PointingHand) } else { response }
}

struct Colors {
    ground: Color,
    over: Color,
    text: Color,
    edge: Option<Color>,
}

impl Colors {
    fn of(cx: &Cx<'_>, kind: Kind) -> Self {
        let t = cx.tokens();
        match kind {
            Kind::Primary => Self { ground: t.accent, over: t.accent_hover, text: t.on_accent, edge: None },
            Kind::Secondary => Self { ground: t.bg_hover, over: t.bg_selected, text: t.text, edge: Some(t.border) },
            Kind::Quiet => Self { ground: Color::TRANSPARENT, over: t.bg_hover, text: t.accent, edge: None },
            Kind::Danger => {
                Self { ground: t.danger_fill, over: t.danger_fill.gamma_multiply(0.9), text: t.on_danger, edge: None }
            }
        }
    }
}

fn paint_ground(ui: &Ui, cx: &Cx<'_>, rect: Rect, response: &Response, colors: &Colors) {
    let over = response.hovered() || response.is_pointer_button_down_on();
    let fill = if over { colors.over } else { colors.ground };
    let round = CornerRadius::same(radius::CONTROL);
    ui.painter().rect_filled(rect, round, fill);
    if let Some(edge) = colors.edge.or(cx.theme.edges.then_some(cx.tokens().border)) {
        ui.painter().rect_stroke(rect, round, Stroke::new(1.0, edge), StrokeKind::Inside);
    }
}

pub(super) fn paint_icon(ui: &Ui, cx: &Cx<'_>, at: egui::Pos2, icon: Icon, size: f32, color: Color, fill: bool) {
    let text = if fill { cx.theme.icon_fill(icon, size, color) } else { cx.theme.icon(icon, size, color) };
    let galley = WidgetText::from(text).into_galley(ui, None, f32::INFINITY, egui::TextStyle::Body);
    let rect = Align2::CENTER_CENTER.anchor_size(at, galley.size());
    ui.painter().galley(rect.min, galley, color);
}

/// A square with an icon; `label` is its name for screen readers and the hint under the pointer.
pub(crate) fn icon_button(ui: &mut Ui, cx: &Cx<'_>, icon: Icon, label: &str, active: bool) -> Response {
    let t = cx.tokens();
    let enabled = ui.is_enabled();
    let (rect, response) = ui.allocate_exact_size(vec2(36.0, 36.0), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, enabled, label));
    if response.hovered() && enabled {
        ui.painter().rect_filled(rect, CornerRadius::same(radius::ROW), t.bg_hover);
    }
    let color = if active { t.accent } else { t.text_2 };
    let color = if enabled { color } else { color.gamma_multiply(0.45) };
    paint_icon(ui, cx, rect.center(), icon, 20.0, color, active);
    focus_ring(ui, cx.theme, &response, rect, radius::ROW);
    response.on_hover_text(cx.theme.text(label, Type::SMALL, t.text))
}

/// The same for something that is on or off.
pub(crate) fn icon_toggle(ui: &mut Ui, cx: &Cx<'_>, icon: Icon, label: &str, on: bool) -> Response {
    let response = icon_button(ui, cx, icon, label, on);
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_toggled(on.into()));
    response
}

/// Tells screen readers what stands here and whether it is the chosen one of several. What egui calls selected they
/// would call checked.
pub(crate) fn tell_choice(ui: &Ui, response: &Response, role: Role, chosen: bool, label: &str) {
    response.widget_info(|| WidgetInfo::labeled(role, true, label));
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_selected(chosen));
}

/// A place of the rail.
pub(crate) fn rail_button(ui: &mut Ui, cx: &Cx<'_>, icon: Icon, label: &str, active: bool, count: u64) -> Response {
    let t = cx.tokens();
    let (rect, response) = ui.allocate_exact_size(vec2(44.0, 44.0), Sense::click());
    tell_choice(ui, &response, Role::Tab, active, label);
    let fill = match (active, response.hovered()) {
        (true, _) => t.bg_selected,
        (false, true) => t.bg_hover,
        (false, false) => Color::TRANSPARENT,
    };
    ui.painter().rect_filled(rect, CornerRadius::same(radius::CARD), fill);
    let color = if active { t.accent } else { t.text_2 };
    paint_icon(ui, cx, rect.center(), icon, 23.0, color, active);
    if count > 0 {
        let at = egui::pos2(rect.right() - 8.0, rect.top() + 9.0);
        super::paint_badge(ui, cx, at, count);
    }
    focus_ring(ui, cx.theme, &response, rect, radius::CARD);
    response.on_hover_text(cx.theme.text(label, Type::SMALL, t.text))
}

/// Text that does something.
pub(crate) fn link_button(ui: &mut Ui, cx: &Cx<'_>, text: &str) -> Response {
    let style = Type::SMALL.weight(550.0);
    let shown = cx.theme.text(text, style, cx.tokens().accent);
    let galley = WidgetText::from(shown).into_galley(ui, None, ui.available_width(), egui::TextStyle::Body);
    let (rect, response) = ui.allocate_exact_size(galley.size() + vec2(8.0, 8.0), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled(), text));
    if response.hovered() {
        ui.painter().rect_filled(rect, CornerRadius::same(radius::CHIP), cx.tokens().bg_hover);
    }
    ui.painter().galley(rect.min + vec2(4.0, 4.0), galley, cx.tokens().accent);
    focus_ring(ui, cx.theme, &response, rect, radius::CHIP);
    response.on_hover_cursor(CursorIcon::PointingHand)
}
