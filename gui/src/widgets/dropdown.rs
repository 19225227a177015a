//! One of several, behind what is chosen now.

use egui::{Align2, CornerRadius, Popup, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, WidgetText, vec2};

use super::{
    focus_ring,
    menu::{menu_choice, menu_frame},
};
use crate::{
    cx::Cx,
    theme::{Type, icons},
};

const HEIGHT: f32 = 28.0;
/// Names of devices are longer than there is room for.
const ROOM: f32 = 160.0;

/// A small button with what is chosen, and the others in a menu. `name` says what is chosen here; `active`: it is not
/// what it is at first. Gives the place of another choice.
pub(crate) fn dropdown(
    ui: &mut Ui,
    cx: &Cx<'_>,
    name: &str,
    choices: &[String],
    chosen: usize,
    active: bool,
) -> Option<usize> {
    let t = cx.tokens();
    let shown = choices.get(chosen).map_or("", String::as_str);
    let color = if active { t.text } else { t.text_2 };
    let text = cx.theme.cut(ui, shown, Type::SMALL.weight(550.0), color, ROOM);
    let cut = Some(egui::TextWrapMode::Truncate);
    let galley = WidgetText::from(text).into_galley(ui, cut, ROOM, egui::TextStyle::Small);
    let (rect, response) = ui.allocate_exact_size(vec2(galley.size().x + 44.0, HEIGHT), Sense::click());
    response.widget_info(|| WidgetInfo {
        current_text_value: Some(shown.into()),
        ..WidgetInfo::labeled(Role::ComboBox, true, name)
    });
    let fill = if active {
        t.bg_selected
    } else if response.hovered() {
        t.bg_hover
    } else {
        t.bg_panel
    };
    ui.painter().rect_filled(rect, CornerRadius::same(14), fill);
    let edge = if active { t.accent } else { t.border };
    ui.painter().rect_stroke(rect, CornerRadius::same(14), Stroke::new(1.0, edge), StrokeKind::Inside);
    let mut flow = super::Flow::new(rect.shrink2(vec2(11.0, 0.0)), cx.lang.rtl());
    let place = flow.start(galley.size().x);
    ui.painter().galley(Align2::CENTER_CENTER.align_size_within_rect(galley.size(), place).min, galley, color);
    super::button::paint_icon(ui, cx, flow.end(14.0).center(), icons::CARET_DOWN, 13.0, color, false);
    focus_ring(ui, cx.theme, &response, rect, 14);
    let mut next = None;
    Popup::menu(&response).frame(menu_frame(cx)).gap(4.0).show(|ui| {
        ui.set_max_width(240.0);
        egui::ScrollArea::vertical().max_height(320.0).show(ui, |ui| {
            for (at, choice) in choices.iter().enumerate() {
                if menu_choice(ui, cx, choice, at == chosen) {
                    next = Some(at);
                }
            }
        });
    });
    next.filter(|at| *at != chosen)
}
