//! A call in its bubble: which way it went, how it ended, and calling back one that was missed.

use std::sync::Arc;

use egui::{CornerRadius, CursorIcon, Galley, Rect, Response, Sense, Stroke, StrokeKind, Ui, WidgetText, pos2, vec2};
use kith_node::views::{CallRecord, Message};

use super::poll::Ink;
use crate::{
    action::Action,
    cx::Cx,
    i18n::Lang,
    model::{Model, calls},
    theme::{Type, icons},
    views::calls::data,
    widgets::{Flow, focus_ring, paint_in_disc, tell_choice},
};

/// The disc with the handset.
const DISC: f32 = 36.0;
const GAP: f32 = 10.0;
const BUTTON: f32 = 32.0;

/// A call as it is shown.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Shown {
    record: CallRecord,
    mine: bool,
}

impl Shown {
    pub(crate) fn of(model: &Model, message: &Message) -> Option<Self> {
        let record = message.call.filter(|_| !message.deleted)?;
        Some(Self { record, mine: model.is_me(message.author) })
    }

    /// What it is and how it ended.
    pub(crate) fn words(&self, lang: &Lang) -> String {
        data::words(lang, &self.record, self.mine)
    }

    /// What it is alone.
    pub(super) fn title(&self, lang: &Lang) -> String {
        lang.t(data::title(&self.record, self.mine))
    }

    /// How it ended alone.
    pub(super) fn about(&self, lang: &Lang) -> String {
        data::about(lang, &self.record, self.mine)
    }

    fn is_missed(&self) -> bool {
        calls::is_missed(&self.record, self.mine)
    }
}

/// Laid out for a width.
pub(super) struct Laid {
    title: Arc<Galley>,
    about: Arc<Galley>,
    back: Option<(String, Arc<Galley>)>,
    size: egui::Vec2,
}

impl Laid {
    pub(super) fn size(&self) -> egui::Vec2 {
        self.size
    }
}

pub(super) fn lay(ui: &Ui, cx: &Cx<'_>, shown: &Shown, ink: Ink, room: f32) -> Laid {
    let t = cx.tokens();
    let width = room - DISC - GAP;
    let words = |text: &str, style, color| {
        let text = cx.theme.cut(ui, text, style, color, width);
        WidgetText::from(text).into_galley(ui, Some(egui::TextWrapMode::Truncate), width, egui::TextStyle::Body)
    };
    let color = if shown.is_missed() { t.danger } else { ink.text };
    let title = words(&shown.title(cx.lang), Type::BODY.weight(600.0), color);
    let about = words(&shown.about(cx.lang), Type::SMALL, ink.muted);
    let back = shown.is_missed().then(|| {
        let text = cx.t("call-back");
        let galley = words(&text, Type::SMALL.weight(600.0), ink.text);
        (text, galley)
    });
    let mut size = vec2(DISC + GAP + title.size().x.max(about.size().x), DISC.max(title.size().y + about.size().y));
    if let Some((_, galley)) = &back {
        size = vec2(size.x.max(galley.size().x + 52.0), size.y + 8.0 + BUTTON);
    }
    Laid { title, about, back, size }
}

/// Paints it from the upper edge of `at` on; the button, if there is one.
pub(super) fn show(
    ui: &Ui,
    cx: &mut Cx<'_>,
    shown: &Shown,
    laid: &Laid,
    ink: Ink,
    at: Rect,
    sense: Sense,
) -> Option<Response> {
    let t = cx.tokens();
    let color = if shown.is_missed() { t.danger } else { ink.text };
    let lines = laid.title.size().y + laid.about.size().y;
    let head = Rect::from_min_size(at.min, vec2(at.width(), DISC.max(lines)));
    let mut flow = Flow::new(head, cx.lang.rtl());
    let disc = flow.start(DISC);
    let center = pos2(disc.center().x, head.center().y);
    ui.painter().circle_filled(center, DISC / 2.0, ink.track);
    paint_in_disc(ui, cx, center + vec2(-1.5, 2.0), icons::PHONE, 18.0, color);
    arrow(ui, shown, center + vec2(6.0, -6.0), color);
    flow.start(GAP);
    let mut y = head.center().y - lines / 2.0;
    for galley in [&laid.title, &laid.about] {
        let room = flow.rest();
        let x = if cx.lang.rtl() { room.right() - galley.size().x } else { room.left() };
        ui.painter().galley(pos2(x, y), galley.clone(), color);
        y += galley.size().y;
    }
    let (text, galley) = laid.back.as_ref()?;
    let rect = Rect::from_min_size(pos2(at.left(), head.bottom() + 8.0), vec2(at.width(), BUTTON));
    let chat = cx.model.open_chat().map(|chat| chat.chat)?;
    let can = calls::why_not(cx.model, chat).is_none();
    let response = ui.interact(rect, ui.unique_id().with("call back"), sense);
    tell_choice(ui, &response, egui::Role::Button, false, text);
    let (fill, color) = match (can, response.hovered()) {
        (true, false) => (ink.track, ink.text),
        (true, true) => (ink.track.gamma_multiply(1.6), ink.text),
        (false, _) => (ink.track.gamma_multiply(0.5), ink.muted),
    };
    ui.painter().rect_filled(rect, CornerRadius::same(8), fill);
    if cx.theme.edges {
        ui.painter().rect_stroke(rect, CornerRadius::same(8), Stroke::new(1.0, t.border), StrokeKind::Inside);
    }
    let room = vec2(galley.size().x + 26.0, galley.size().y);
    let mut flow = Flow::new(Rect::from_center_size(rect.center(), room), cx.lang.rtl());
    paint_in_disc(ui, cx, flow.start(18.0).center(), icons::PHONE, 16.0, color);
    flow.start(8.0);
    let place = flow.rest();
    ui.painter().galley_with_override_text_color(place.center() - galley.size() / 2.0, galley.clone(), color);
    focus_ring(ui, cx.theme, &response, rect, 8);
    if can && response.clicked() {
        cx.act(Action::CallStart(chat));
    }
    Some(if can { response.on_hover_cursor(CursorIcon::PointingHand) } else { response })
}

/// Which way it went: out to the upper right, where the handset leaves room, or in from there.
fn arrow(ui: &Ui, shown: &Shown, at: egui::Pos2, color: crate::theme::Color) {
    let (inner, outer) = (at + vec2(-3.0, 3.0), at + vec2(3.0, -3.0));
    let (from, to) = if shown.mine { (inner, outer) } else { (outer, inner) };
    let stroke = Stroke::new(1.4, color);
    ui.painter().line_segment([from, to], stroke);
    for end in [pos2(from.x * 0.7 + to.x * 0.3, to.y), pos2(to.x, from.y * 0.7 + to.y * 0.3)] {
        ui.painter().line_segment([to, end], stroke);
    }
}
