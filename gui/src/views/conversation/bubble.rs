//! One message: measured and painted by the same pure layout, so that a row is exactly as high as it says.

use std::sync::Arc;

use egui::{
    Align2, CornerRadius, CursorIcon, Galley, Label, Rect, Sense, Stroke, StrokeKind, Ui, WidgetText, pos2, vec2,
};
use kith_node::views::MessageState;

use super::data::{Bubble, Progress};
use crate::{
    action::{Action, Copied},
    cx::Cx,
    text::layout::{self, Body, Ink},
    theme::{Color, Type, icons, icons::Icon, radius},
    widgets::{context_menu, link_button, menu_item},
};

const SIDE: f32 = 12.0;
const EDGE: f32 = 7.0;
const MARGIN: f32 = 20.0;
/// Room for the line that offers to try again.
const REFUSED: f32 = 30.0;

/// A message laid out for a width.
pub(crate) struct Laid {
    body: Body,
    meta: Arc<Galley>,
    size: egui::Vec2,
    gap: f32,
}

impl Laid {
    pub(crate) fn height(&self, bubble: &Bubble) -> f32 {
        let more = if matches!(bubble.progress, Progress::Refused(_)) { REFUSED } else { 0.0 };
        self.size.y + self.gap + more
    }
}

pub(crate) fn lay(ui: &Ui, cx: &Cx<'_>, bubble: &Bubble, width: f32, compact: bool, revealed: bool) -> Laid {
    let t = cx.tokens();
    let ink = if bubble.mine {
        Ink { text: t.on_bubble_out, muted: t.meta_out, link: t.link_out }
    } else {
        Ink { text: t.on_bubble_in, muted: t.meta_in, link: t.link }
    };
    let room = (width * 0.72).clamp(120.0, 560.0) - 2.0 * SIDE;
    let unknown;
    let text = match &bubble.text {
        Some(text) => text,
        None => {
            unknown = format!("_{}_", cx.t("message-unknown"));
            &unknown
        }
    };
    let body = layout::body(ui, cx.theme, text, ink, room, revealed);
    let meta = meta(ui, cx, bubble);
    let last = body.galley.rows.last().map_or(0.0, |row| row.rect().width());
    let inline = !body.rtl && last + 12.0 + meta.size().x <= room;
    let wide = if inline { last + 12.0 + meta.size().x } else { meta.size().x };
    let inner =
        vec2(body.galley.size().x.max(wide), body.galley.size().y + if inline { 0.0 } else { meta.size().y + 1.0 });
    let gap = match (bubble.first, compact) {
        (true, false) => 10.0,
        (true, true) => 6.0,
        (false, _) => 2.0,
    };
    Laid { body, meta, size: inner + vec2(2.0 * SIDE, 2.0 * EDGE), gap }
}

/// The time and, on mine, how far it got.
fn meta(ui: &Ui, cx: &Cx<'_>, bubble: &Bubble) -> Arc<Galley> {
    let t = cx.tokens();
    let color = if bubble.mine { t.meta_out } else { t.meta_in };
    let mut job = egui::text::LayoutJob::default();
    let style = Type { size: 11.0, line: 15.0, weight: 450.0 };
    job.append(&cx.lang.clock(bubble.at), 0.0, cx.theme.format(style, color));
    if let Some((icon, color)) = mark(cx, bubble) {
        let format = egui::TextFormat {
            font_id: egui::FontId::new(14.0, crate::theme::fonts::icons()),
            color,
            valign: egui::Align::Center,
            ..egui::TextFormat::default()
        };
        job.append(&icon.0.to_string(), 4.0, format);
    }
    ui.fonts_mut(|fonts| fonts.layout_job(job))
}

fn mark(cx: &Cx<'_>, bubble: &Bubble) -> Option<(Icon, Color)> {
    let t = cx.tokens();
    match bubble.progress {
        Progress::Theirs | Progress::Note => None,
        Progress::Pending | Progress::State(MessageState::Queued) => Some((icons::CLOCK, t.meta_out)),
        Progress::State(MessageState::Stored) => Some((icons::CHECK, t.meta_out)),
        Progress::State(MessageState::Delivered) => Some((icons::CHECKS, t.meta_out)),
        Progress::State(MessageState::Seen) => Some((icons::CHECKS, t.seen)),
        Progress::Refused(_) | Progress::State(MessageState::Failed) => Some((icons::WARNING_CIRCLE, t.on_bubble_out)),
    }
}

/// The key of the word for how far a message got.
pub(crate) fn progress_key(progress: &Progress) -> &'static str {
    match progress {
        Progress::Theirs => "state-received",
        Progress::Note => "state-note",
        Progress::Pending | Progress::State(MessageState::Queued) => "state-queued",
        Progress::State(MessageState::Stored) => "state-stored",
        Progress::State(MessageState::Delivered) => "state-delivered",
        Progress::State(MessageState::Seen) => "state-seen",
        Progress::Refused(_) | Progress::State(MessageState::Failed) => "state-failed",
    }
}

/// Paints a message; `true`: its spoilers were asked for.
pub(crate) fn show(ui: &mut Ui, cx: &mut Cx<'_>, bubble: &Bubble, laid: Laid, flash: f32) -> bool {
    let t = cx.tokens();
    let row = ui.max_rect();
    let right = bubble.mine != cx.lang.rtl();
    let x = if right { row.right() - MARGIN - laid.size.x } else { row.left() + MARGIN };
    let rect = Rect::from_min_size(pos2(x, row.top() + laid.gap), laid.size);
    let choosing = !cx.model.view.selected.is_empty();
    let chosen = bubble.id.is_some_and(|id| cx.model.view.selected.contains(&id));
    if chosen {
        let band = Rect::from_x_y_ranges(row.x_range(), rect.y_range().expand(3.0));
        ui.painter().rect_filled(band, 0.0, t.bg_selected);
    }
    let room = if choosing { row } else { rect };
    let response = ui.interact(room, ui.unique_id().with("bubble"), Sense::click());
    if choosing
        && let Some(id) = bubble.id
        && response.clicked()
    {
        cx.act(Action::Select(id));
    }
    let fill = if bubble.mine { t.bubble_out } else { t.bubble_in };
    let fill = fill.lerp_to_gamma(t.accent, flash * 0.45);
    let corners = corners(bubble, right);
    ui.painter().rect_filled(rect, corners, fill);
    if cx.theme.edges {
        ui.painter().rect_stroke(rect, corners, Stroke::new(1.0, t.border), StrokeKind::Inside);
    }
    speak(ui, cx, bubble, response.id, choosing.then_some(chosen));
    let revealed = text(ui, cx, &laid, rect, !choosing);
    let at = Align2::RIGHT_BOTTOM.anchor_size(rect.max - vec2(SIDE, EDGE), laid.meta.size());
    ui.painter().galley(at.min, laid.meta.clone(), t.meta_in);
    if let Progress::Refused(error) = &bubble.progress {
        refused(ui, cx, bubble, error, rect);
    }
    menu(&response, cx, bubble);
    revealed
}

fn corners(bubble: &Bubble, right: bool) -> CornerRadius {
    let (round, joined) = (radius::BUBBLE, radius::BUBBLE_JOINED);
    let upper = if bubble.first { round } else { joined };
    let lower = if bubble.last { radius::CHIP } else { joined };
    if right {
        CornerRadius { nw: round, sw: round, ne: upper, se: lower }
    } else {
        CornerRadius { ne: round, se: round, nw: upper, sw: lower }
    }
}

fn speak(ui: &Ui, cx: &Cx<'_>, bubble: &Bubble, id: egui::Id, chosen: Option<bool>) {
    ui.ctx().accesskit_node_builder(id, |node| {
        let who = if bubble.mine { cx.t("you") } else { cx.model.name_of(bubble.author) };
        let text = bubble.text.clone().unwrap_or_else(|| cx.t("message-unknown"));
        let state = cx.t(progress_key(&bubble.progress));
        node.set_role(egui::Role::Article);
        node.set_label(format!("{who}, {}: {text} ({state})", cx.lang.clock(bubble.at)));
        if let Some(chosen) = chosen {
            node.set_selected(chosen);
        }
    });
}

/// The text, which can be selected; links in it lead where they say, spoilers open.
fn text(ui: &mut Ui, cx: &mut Cx<'_>, laid: &Laid, rect: Rect, live: bool) -> bool {
    let body = &laid.body;
    let origin = rect.min + vec2(SIDE, EDGE);
    let x = if body.rtl { rect.right() - SIDE } else { origin.x };
    let place = Rect::from_min_size(origin, body.galley.size());
    let response = ui.put(place, Label::new(body.galley.clone()).selectable(live));
    if !live {
        return false;
    }
    let under = |at: egui::Pos2| {
        let cursor = body.galley.cursor_from_pos(at - pos2(x, origin.y));
        let index = usize::from(cursor.index);
        body.links.iter().find(|(range, _)| range.contains(&index)).map(|(_, link)| link.clone())
    };
    let hovered = response.hover_pos().filter(|at| place.contains(*at)).and_then(&under);
    if let Some(link) = hovered {
        ui.ctx().set_cursor_icon(CursorIcon::PointingHand);
        if response.clicked() {
            cx.act(Action::Follow(link));
        }
        return false;
    }
    body.has_spoiler && response.clicked()
}

fn refused(ui: &mut Ui, cx: &mut Cx<'_>, bubble: &Bubble, error: &str, rect: Rect) {
    let Some(chat) = cx.model.open_chat().map(|chat| chat.chat) else { return };
    let line =
        Rect::from_min_max(pos2(rect.right() - 420.0, rect.bottom()), pos2(rect.right(), rect.bottom() + REFUSED));
    let mut child =
        ui.new_child(egui::UiBuilder::new().max_rect(line).layout(egui::Layout::right_to_left(egui::Align::Center)));
    if link_button(&mut child, cx, &cx.t("message-discard")).clicked() {
        cx.act(Action::Discard(chat, bubble.local));
    }
    if link_button(&mut child, cx, &cx.t("message-retry")).clicked() {
        cx.act(Action::Retry(chat, bubble.local));
    }
    let why = cx.theme.text(cx.t(error), Type::CAPTION, cx.tokens().danger);
    let why = WidgetText::from(why);
    child.add(Label::new(why).selectable(false).truncate());
}

fn menu(response: &egui::Response, cx: &mut Cx<'_>, bubble: &Bubble) {
    context_menu(response, cx, |ui, cx| {
        if let Some(text) = &bubble.text
            && menu_item(ui, cx, icons::COPY, &cx.t("message-copy"), false)
        {
            cx.act(Action::Copy(text.clone(), Copied::Message));
        }
        if let Some(id) = bubble.id
            && menu_item(ui, cx, icons::LIST_CHECKS, &cx.t("message-select"), false)
        {
            cx.act(Action::Select(id));
        }
        let (full, state) = (cx.lang.full(bubble.at), cx.t(progress_key(&bubble.progress)));
        crate::widgets::muted(ui, cx, &format!("{full} · {state}"));
    });
}
