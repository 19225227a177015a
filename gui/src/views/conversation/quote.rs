//! The message that another one answers, in short.

use std::sync::Arc;

use egui::{CornerRadius, CursorIcon, Galley, Rect, Response, Role, Sense, Ui, WidgetInfo, WidgetText, pos2, vec2};
use kith_node::MessageId;

use super::data::Quoted;
use crate::{
    cx::Cx,
    theme::{Color, Type},
};

const HEIGHT: f32 = 42.0;
const BAR: f32 = 3.0;
const PAD: f32 = 8.0;

/// A quote laid out for a width.
pub(super) struct Laid {
    name: Arc<Galley>,
    line: Arc<Galley>,
    pub(super) to: MessageId,
    spoken: String,
}

/// The colours a quote stands in.
#[derive(Clone, Copy)]
pub(super) struct Ink {
    pub(super) name: Color,
    pub(super) text: Color,
    pub(super) ground: Color,
}

impl Laid {
    /// Its size, with the room below it.
    pub(super) fn size(&self) -> egui::Vec2 {
        vec2(self.name.size().x.max(self.line.size().x) + BAR + 2.0 * PAD, HEIGHT + 5.0)
    }
}

pub(super) fn lay(ui: &Ui, cx: &Cx<'_>, quote: &Quoted, ink: Ink, room: f32) -> Laid {
    let room = room - BAR - 2.0 * PAD;
    let one_line = |text: &str, style: Type, color: Color| {
        let text = cx.theme.cut(ui, text, style, color, room);
        WidgetText::from(text).into_galley(ui, Some(egui::TextWrapMode::Truncate), room, egui::TextStyle::Body)
    };
    let name = one_line(&quote.name, Type::CAPTION.weight(600.0), ink.name);
    let line = one_line(&quote.text, Type::SMALL, ink.text);
    Laid { name, line, to: quote.id, spoken: format!("{}: {}", quote.name, quote.text) }
}

/// Paints the quote from where reading starts.
pub(super) fn show(ui: &Ui, cx: &Cx<'_>, laid: &Laid, ink: Ink, at: Rect, sense: Sense) -> Response {
    let rect = Rect::from_min_size(at.min, vec2(at.width(), HEIGHT));
    let response = ui.interact(rect, ui.unique_id().with("quote"), sense);
    let label = cx.with("quote-spoken", &[("text", crate::i18n::Arg::Text(&laid.spoken))]);
    response.widget_info(|| WidgetInfo::labeled(Role::Link, true, &label));
    ui.painter().rect_filled(rect, CornerRadius::same(6), ink.ground);
    let mut flow = crate::widgets::Flow::new(rect, cx.lang.rtl());
    let bar = flow.start(BAR);
    ui.painter().rect_filled(bar, CornerRadius::same(2), ink.name);
    flow.start(PAD);
    flow.end(PAD);
    let room = flow.rest();
    let x = |galley: &Galley| if cx.lang.rtl() { room.right() - galley.size().x } else { room.left() };
    let middle = room.center().y;
    ui.painter().galley(pos2(x(&laid.name), middle - laid.name.size().y), laid.name.clone(), ink.name);
    ui.painter().galley(pos2(x(&laid.line), middle), laid.line.clone(), ink.text);
    crate::widgets::focus_ring(ui, cx.theme, &response, rect, 6);
    response.on_hover_cursor(CursorIcon::PointingHand)
}
