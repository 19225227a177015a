//! The pinned messages of a conversation, above it.

use egui::{Align2, CornerRadius, Role, Sense, Ui, WidgetInfo, WidgetText, vec2};
use kith_node::ChatId;

use crate::{
    action::Action,
    cx::Cx,
    i18n::Arg,
    model::Sheet,
    text::inline,
    theme::{Type, icons},
    widgets::{Flow, focus_ring, paint_glyph},
};

const HEIGHT: f32 = 40.0;

pub(super) fn show(ui: &mut Ui, cx: &mut Cx<'_>, chat: ChatId) {
    let Some(talk) = cx.model.talks.get(&chat) else { return };
    let Some(newest) = talk.pinned.first() else { return };
    let count = talk.pinned.len();
    let text = newest.text.as_deref().map_or_else(String::new, inline::plain);
    let title = cx.with("pinned-count", &[("count", Arg::Count(count as u64))]);
    let t = cx.tokens();
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), HEIGHT), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("{title}: {text}")));
    let fill = if response.hovered() { t.bg_hover } else { t.bg_panel };
    ui.painter().rect_filled(rect, CornerRadius::same(10), fill);
    let mut flow = Flow::new(rect.shrink2(vec2(14.0, 0.0)), cx.lang.rtl());
    paint_glyph(ui, cx, flow.start(18.0).center(), icons::PUSH_PIN, 17.0, t.accent);
    flow.start(10.0);
    for (text, style, color) in [(&title, Type::SMALL.weight(600.0), t.text), (&text, Type::SMALL, t.text_2)] {
        let room = flow.rest();
        let text = cx.theme.cut(ui, text, style, color, room.width());
        let galley = WidgetText::from(text).into_galley(
            ui,
            Some(egui::TextWrapMode::Truncate),
            room.width(),
            egui::TextStyle::Small,
        );
        let place = flow.start(galley.size().x);
        ui.painter().galley(Align2::CENTER_CENTER.align_size_within_rect(galley.size(), place).min, galley, color);
        flow.start(8.0);
    }
    focus_ring(ui, cx.theme, &response, rect, 10);
    if response.clicked() {
        let message = newest.id;
        cx.act(if count == 1 { Action::ShowMessage(chat, message) } else { Action::OpenSheet(Sheet::Pinned(chat)) });
    }
}
