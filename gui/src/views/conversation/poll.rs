//! The answers of a poll in its bubble: a bar each, how many chose it, and what I chose.

use std::sync::Arc;

use egui::{
    CornerRadius, CursorIcon, Galley, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, WidgetText, pos2, vec2,
};
use kith_node::views::Poll;

use crate::{
    cx::Cx,
    i18n::Arg,
    model::Model,
    theme::{Color, Type, icons},
    widgets::{focus_ring, tell_choice},
};

const BOX: f32 = 18.0;
const GAP: f32 = 8.0;
const BAR: f32 = 5.0;
/// Above and below the words of an answer, besides its bar.
const PAD: f32 = 5.0;

/// A poll as it is shown.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Shown {
    pub(crate) options: Vec<Answer>,
    pub(crate) multiple: bool,
    pub(crate) closes_at: Option<u64>,
    pub(crate) closed: bool,
    /// How many people chose something.
    pub(crate) voters: u64,
}

/// An answer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answer {
    text: String,
    count: u64,
    mine: bool,
    names: String,
}

/// The colours it stands in.
#[derive(Clone, Copy)]
pub(super) struct Ink {
    pub(super) text: Color,
    pub(super) muted: Color,
    pub(super) bar: Color,
    pub(super) track: Color,
    /// On a bar.
    pub(super) on_bar: Color,
}

/// Laid out for a width.
pub(super) struct Laid {
    rows: Vec<(Arc<Galley>, Arc<Galley>, f32)>,
    foot: Arc<Galley>,
    width: f32,
}

impl Shown {
    pub(crate) fn of(model: &Model, you: &str, poll: &Poll) -> Self {
        let mut voters: Vec<_> = poll.options.iter().flat_map(|option| &option.voters).collect();
        voters.sort_unstable();
        voters.dedup();
        let options = poll.options.iter().map(|option| {
            let name = |voter| if model.is_me(voter) { you.to_owned() } else { model.name_of(voter) };
            Answer {
                text: option.text.clone(),
                count: option.voters.len() as u64,
                mine: option.voters.iter().any(|voter| model.is_me(*voter)),
                names: option.voters.iter().map(|voter| name(*voter)).collect::<Vec<_>>().join(", "),
            }
        });
        Self {
            options: options.collect(),
            multiple: poll.multiple,
            closes_at: poll.closes_at,
            closed: poll.closed,
            voters: voters.len() as u64,
        }
    }

    /// Whether choices still count.
    pub(crate) fn is_open(&self, now: u64) -> bool {
        !self.closed && self.closes_at.is_none_or(|at| at > now)
    }

    /// What is chosen once this answer was pressed.
    pub(crate) fn pressed(&self, at: usize) -> Vec<u64> {
        let chosen = |(n, option): (usize, &Answer)| {
            let on = if n == at { !option.mine } else { self.multiple && option.mine };
            on.then_some(n as u64)
        };
        self.options.iter().enumerate().filter_map(chosen).collect()
    }

    /// For screen readers: every answer with its number.
    pub(crate) fn spoken(&self, cx: &Cx<'_>) -> String {
        let one = |option: &Answer| option.spoken(cx);
        let options = self.options.iter().map(one).collect::<Vec<_>>().join("; ");
        format!("{}: {options}; {}", cx.t("poll"), self.foot(cx))
    }

    fn foot(&self, cx: &Cx<'_>) -> String {
        let count = cx.with("poll-voters", &[("count", Arg::Count(self.voters))]);
        match self.closes_at {
            _ if !self.is_open(cx.model.now) => format!("{count} · {}", cx.t("poll-closed")),
            Some(at) => format!("{count} · {}", cx.with("poll-until", &[("time", Arg::Text(&cx.lang.full(at)))])),
            None => count,
        }
    }
}

impl Answer {
    fn spoken(&self, cx: &Cx<'_>) -> String {
        cx.with("poll-option-spoken", &[("text", Arg::Text(&self.text)), ("count", Arg::Count(self.count))])
    }
}

impl Laid {
    pub(super) fn size(&self) -> egui::Vec2 {
        let rows: f32 = self.rows.iter().map(|row| height(&row.0)).sum();
        vec2(self.width, rows + self.foot.size().y + 6.0)
    }
}

fn height(text: &Galley) -> f32 {
    text.size().y.max(BOX) + 2.0 * PAD + BAR
}

pub(super) fn lay(ui: &Ui, cx: &Cx<'_>, poll: &Shown, ink: Ink, room: f32) -> Laid {
    let width = room.min(360.0);
    let words = |text: &str, style, color, room| {
        let text = cx.theme.paragraph_in(ui, text, style, color, room);
        WidgetText::from(text).into_galley(ui, Some(egui::TextWrapMode::Wrap), room, egui::TextStyle::Body)
    };
    let row = |option: &Answer| {
        let count = words(&option.count.to_string(), Type::SMALL.weight(600.0), ink.text, f32::INFINITY);
        let room = width - BOX - 2.0 * GAP - count.size().x;
        let share = option.count as f32 / poll.voters.max(1) as f32;
        (words(&option.text, Type::BODY, ink.text, room), count, share)
    };
    let foot = words(&poll.foot(cx), Type::CAPTION, ink.muted, width);
    Laid { rows: poll.options.iter().map(row).collect(), foot, width }
}

/// What was done with the answers.
#[derive(Default)]
pub(super) struct Pressed {
    /// This one was chosen.
    pub(super) answer: Option<usize>,
    /// The menu of the message was asked for here.
    pub(super) menu: Option<Response>,
}

/// Paints it; the answer that was pressed.
pub(super) fn show(ui: &Ui, cx: &Cx<'_>, poll: &Shown, laid: &Laid, ink: Ink, at: Rect, sense: Sense) -> Pressed {
    let open = poll.is_open(cx.model.now);
    let mut pressed = Pressed::default();
    let mut y = at.top();
    for (n, (option, (text, count, share))) in poll.options.iter().zip(&laid.rows).enumerate() {
        let rect = Rect::from_min_size(pos2(at.left(), y), vec2(laid.width, height(text)));
        y = rect.bottom();
        let sense = if open { sense } else { Sense::hover() };
        let response = ui.interact(rect, ui.unique_id().with(("answer", n)), sense);
        let role = if poll.multiple { Role::CheckBox } else { Role::RadioButton };
        tell_choice(ui, &response, role, option.mine, &option.spoken(cx));
        if open && response.hovered() {
            ui.painter().rect_filled(rect.expand2(vec2(4.0, 0.0)), CornerRadius::same(6), ink.track);
        }
        row(ui, cx, poll, option, (text, count, *share), ink, rect);
        focus_ring(ui, cx.theme, &response, rect, 6);
        let response = if option.names.is_empty() { response } else { response.on_hover_text(&option.names) };
        if open && response.clicked() {
            pressed.answer = Some(n);
        }
        if open {
            let response = response.on_hover_cursor(CursorIcon::PointingHand);
            pressed.menu = pressed.menu.take().or_else(|| response.secondary_clicked().then_some(response));
        }
    }
    let x = if cx.lang.rtl() { at.left() + laid.width - laid.foot.size().x } else { at.left() };
    ui.painter().galley(pos2(x, y + 4.0), laid.foot.clone(), ink.muted);
    pressed
}

fn row(
    ui: &Ui,
    cx: &Cx<'_>,
    poll: &Shown,
    option: &Answer,
    (text, count, share): (&Arc<Galley>, &Arc<Galley>, f32),
    ink: Ink,
    rect: Rect,
) {
    let mut flow = crate::widgets::Flow::new(rect, cx.lang.rtl());
    let line = text.size().y.max(BOX);
    let middle = rect.top() + PAD + line / 2.0;
    let mark = Rect::from_center_size(pos2(flow.start(BOX).center().x, middle), vec2(BOX, BOX));
    let corner = CornerRadius::same(if poll.multiple { 5 } else { 9 });
    if option.mine {
        ui.painter().rect_filled(mark.shrink(1.0), corner, ink.bar);
        let icon = WidgetText::from(cx.theme.icon(icons::CHECK, 13.0, ink.on_bar));
        let icon = icon.into_galley(ui, None, f32::INFINITY, egui::TextStyle::Body);
        ui.painter().galley(mark.center() - icon.size() / 2.0, icon, ink.on_bar);
    } else {
        ui.painter().rect_stroke(mark.shrink(1.0), corner, Stroke::new(1.5, ink.muted), StrokeKind::Inside);
    }
    flow.start(GAP);
    let number = flow.end(count.size().x);
    ui.painter().galley(pos2(number.left(), middle - count.size().y / 2.0), count.clone(), ink.text);
    flow.end(GAP);
    let room = flow.rest();
    let x = if cx.lang.rtl() { room.right() - text.size().x } else { room.left() };
    ui.painter().galley(pos2(x, middle - text.size().y / 2.0), text.clone(), ink.text);
    let top = rect.top() + PAD + line + 2.0;
    let track = Rect::from_x_y_ranges(rect.x_range(), top..=(top + BAR));
    ui.painter().rect_filled(track, CornerRadius::same(2), ink.track);
    let width = track.width() * share;
    let left = if cx.lang.rtl() { track.right() - width } else { track.left() };
    if share > 0.0 {
        let bar = Rect::from_min_size(pos2(left, top), vec2(width, BAR));
        ui.painter().rect_filled(bar, CornerRadius::same(2), ink.bar);
    }
}
