//! One message: measured and painted by the same pure layout, so that a row is exactly as high as it says.

use std::{collections::BTreeSet, sync::Arc};

use egui::{
    Align2, CornerRadius, CursorIcon, Galley, Label, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo,
    WidgetText, pos2, vec2,
};
use kith_node::{MessageId, views::MessageState};

use super::{
    calls,
    data::{Bubble, Progress},
    introduction, link_preview, poll, quote, reactions, refused, sticker, toolbar,
};
use crate::{
    action::{Action, Copied},
    cx::Cx,
    i18n::Arg,
    model::{EmojiFor, NewSticker, PictureFrom, PictureOf, Route, Sheet},
    text::{
        copied::CopyOrder,
        layout::{self, Body, Ink},
        links,
        names::Names,
    },
    theme::{Color, Type, icons, icons::Icon, radius},
    views::sheets::message::{QUICK, emoji_button},
    widgets::{context_menu_or, menu_item},
};

const SIDE: f32 = 12.0;
const EDGE: f32 = 7.0;
/// Room beside a message.
pub(super) const MARGIN: f32 = 20.0;
/// Links of a message in its menu.
const LINKS: usize = 4;

/// Sent this much after its time, a message written ahead is late.
const LATE_MS: u64 = 60_000;

/// A message laid out for a width.
pub(crate) struct Laid {
    forwarded: Option<Arc<Galley>>,
    quote: Option<quote::Laid>,
    chips: reactions::Laid,
    /// How far down the text begins.
    above: f32,
    body: Body,
    poll: Option<poll::Laid>,
    introduction: Option<introduction::Laid>,
    preview: Option<link_preview::Laid>,
    call: Option<calls::Laid>,
    meta: Arc<Galley>,
    size: egui::Vec2,
    gap: f32,
}

impl Laid {
    pub(crate) fn height(&self, bubble: &Bubble) -> f32 {
        self.size.y + self.gap + refused::height(bubble) + self.chips.height()
    }
}

/// What all messages of a conversation are laid out by.
#[derive(Clone, Copy)]
pub(crate) struct Manner<'a> {
    pub(crate) width: f32,
    pub(crate) compact: bool,
    pub(crate) names: &'a Names,
}

pub(crate) fn lay(ui: &Ui, cx: &Cx<'_>, bubble: &Bubble, manner: Manner<'_>, revealed: bool) -> Laid {
    let Manner { width, compact, names } = manner;
    let t = cx.tokens();
    let ink = if bubble.mine {
        Ink { text: t.on_bubble_out, muted: t.meta_out, link: t.link_out }
    } else {
        Ink { text: t.on_bubble_in, muted: t.meta_in, link: t.link }
    };
    let room = (width * 0.72).clamp(120.0, 560.0) - 2.0 * SIDE;
    let instead;
    let (text, ink) = match &bubble.text {
        Some(text) => (text, ink),
        None => {
            instead = format!("_{}_", cx.t(if bubble.deleted { "message-deleted" } else { "message-unknown" }));
            (&instead, Ink { text: ink.muted, ..ink })
        }
    };
    let names_me = bubble.mention && !bubble.mine;
    let pictured = sticker::is_shown(cx, bubble);
    let call = bubble.call.as_ref().map(|call| calls::lay(ui, cx, call, poll_ink(cx, bubble), room));
    let wordless = pictured || call.is_some();
    let text = if wordless { "" } else { text };
    let pictures: Vec<_> = bubble
        .emoji
        .iter()
        .filter(|shown| !cx.model.pictures.is_broken(PictureOf::Small(shown.picture)))
        .cloned()
        .collect();
    let manner = layout::Manner { ink, width: room, revealed, names, pictures: &pictures, names_me };
    let body = layout::body(ui, cx.theme, text, manner);
    let forwarded = bubble.forwarded.then(|| caption(ui, cx, &cx.t("message-forwarded"), ink.muted));
    let quote = bubble.quote.as_ref().map(|quote| quote::lay(ui, cx, quote, quote_ink(cx, bubble), room));
    let chips = reactions::lay(ui, cx, &bubble.chips, room + 2.0 * SIDE);
    let poll = bubble.poll.as_ref().map(|poll| poll::lay(ui, cx, poll, poll_ink(cx, bubble), room));
    let poll_size = poll.as_ref().map_or(egui::Vec2::ZERO, poll::Laid::size);
    let introduction = bubble.introduction.as_ref();
    let introduction = introduction.map(|shown| introduction::lay(ui, cx, shown, poll_ink(cx, bubble), room));
    let preview = bubble.preview.as_ref();
    let preview = preview.map(|shown| link_preview::lay(ui, cx, shown, bubble.id, preview_ink(cx, bubble), room));
    let below = introduction.as_ref().map_or(poll_size, introduction::Laid::size);
    let below = preview.as_ref().map_or(below, link_preview::Laid::size);
    let below = if pictured { sticker::size(room) } else { below };
    let below = call.as_ref().map_or(below, calls::Laid::size);
    let meta = meta(ui, cx, bubble);
    let last = body.galley.rows.last().map_or(0.0, |row| row.rect().width());
    let inline = below == egui::Vec2::ZERO && !body.rtl && last + 12.0 + meta.size().x <= room;
    let wide = if inline { last + 12.0 + meta.size().x } else { meta.size().x };
    let forwarded_size = forwarded.as_ref().map_or(egui::Vec2::ZERO, |galley| galley.size());
    let quote_size = quote.as_ref().map_or(egui::Vec2::ZERO, quote::Laid::size);
    let above = forwarded_size.y + quote_size.y;
    let words_height = if wordless { 0.0 } else { body.galley.size().y };
    let text_height = words_height + below.y + if inline { 0.0 } else { meta.size().y + 1.0 };
    let inner =
        vec2(body.galley.size().x.max(wide).max(forwarded_size.x).max(quote_size.x).max(below.x), above + text_height);
    let gap = match (bubble.first, compact) {
        (true, false) => 10.0,
        (true, true) => 6.0,
        (false, _) => 2.0,
    };
    let size = inner + vec2(2.0 * SIDE, 2.0 * EDGE);
    Laid { forwarded, quote, chips, above, body, poll, introduction, preview, call, meta, size, gap }
}

fn caption(ui: &Ui, cx: &Cx<'_>, text: &str, color: Color) -> Arc<Galley> {
    let text = cx.theme.text(text, Type::CAPTION, color);
    WidgetText::from(text).into_galley(ui, None, f32::INFINITY, egui::TextStyle::Small)
}

fn poll_ink(cx: &Cx<'_>, bubble: &Bubble) -> poll::Ink {
    let t = cx.tokens();
    if bubble.mine {
        let (text, muted) = (t.on_bubble_out, t.meta_out);
        poll::Ink {
            text,
            muted,
            bar: t.on_bubble_out,
            track: t.on_bubble_out.gamma_multiply(0.18),
            on_bar: t.bubble_out,
        }
    } else {
        let (text, muted) = (t.on_bubble_in, t.meta_in);
        poll::Ink { text, muted, bar: t.accent, track: t.on_bubble_in.gamma_multiply(0.12), on_bar: t.bubble_in }
    }
}

fn preview_ink(cx: &Cx<'_>, bubble: &Bubble) -> link_preview::Ink {
    let quote::Ink { ground, .. } = quote_ink(cx, bubble);
    let poll::Ink { text, muted, .. } = poll_ink(cx, bubble);
    link_preview::Ink { text, muted, ground }
}

fn quote_ink(cx: &Cx<'_>, bubble: &Bubble) -> quote::Ink {
    let t = cx.tokens();
    if bubble.mine {
        quote::Ink { name: t.on_bubble_out, text: t.meta_out, ground: t.on_bubble_out.gamma_multiply(0.10) }
    } else {
        quote::Ink { name: t.accent, text: t.meta_in, ground: t.on_bubble_in.gamma_multiply(0.07) }
    }
}

/// The time and, on mine, how far it got.
fn meta(ui: &Ui, cx: &Cx<'_>, bubble: &Bubble) -> Arc<Galley> {
    let t = cx.tokens();
    let bare = sticker::is_shown(cx, bubble) && bubble.quote.is_none() && !bubble.forwarded;
    let color = match (bare, bubble.mine) {
        (true, _) => t.text_2,
        (false, true) => t.meta_out,
        (false, false) => t.meta_in,
    };
    let mut job = egui::text::LayoutJob::default();
    let style = Type { size: 11.0, line: 15.0, weight: 450.0 };
    let icon = |color| egui::TextFormat {
        font_id: egui::FontId::new(14.0, crate::theme::fonts::icons()),
        color,
        valign: egui::Align::Center,
        ..egui::TextFormat::default()
    };
    if bubble.pinned {
        job.append(&icons::PUSH_PIN.0.to_string(), 0.0, icon(color));
        job.append(" ", 0.0, cx.theme.format(style, color));
    }
    if bubble.edited {
        job.append(&format!("{} ", cx.t("message-edited")), 0.0, cx.theme.format(style, color));
    }
    if bubble.planned.is_some() {
        job.append(&icons::CALENDAR_BLANK.0.to_string(), 0.0, icon(color));
        job.append(" ", 0.0, cx.theme.format(style, color));
    }
    if let Some((at, after)) = bubble.expires {
        let left = at.map_or(after, |at| left(at, cx.model.now));
        job.append(&icons::TIMER.0.to_string(), 0.0, icon(color));
        job.append(&format!("{}  ", cx.lang.left(left)), 2.0, cx.theme.format(style, color));
    }
    job.append(&cx.lang.clock(bubble.at), 0.0, cx.theme.format(style, color));
    if let Some((shown, mark)) = mark(cx, bubble) {
        let seen = matches!(bubble.progress, Progress::State(MessageState::Seen));
        let mark = if bare && !seen { color } else { mark };
        job.append(&shown.0.to_string(), 4.0, icon(mark));
    }
    ui.fonts_mut(|fonts| fonts.layout_job(job))
}

fn mark(cx: &Cx<'_>, bubble: &Bubble) -> Option<(Icon, Color)> {
    let t = cx.tokens();
    match bubble.progress {
        Progress::Theirs | Progress::Note | Progress::Gone | Progress::Call(_) => None,
        Progress::Pending | Progress::State(MessageState::Queued) => Some((icons::CLOCK, t.meta_out)),
        Progress::State(MessageState::Stored) => Some((icons::CHECK, t.meta_out)),
        Progress::State(MessageState::Delivered) => Some((icons::CHECKS, t.meta_out)),
        Progress::State(MessageState::Seen) => Some((icons::CHECKS, t.seen)),
        Progress::Refused(_) | Progress::State(MessageState::Failed) => Some((icons::WARNING_CIRCLE, t.on_bubble_out)),
    }
}

/// The seconds until something is over; one at least, for it is still there.
pub(crate) fn left(at: u64, now: u64) -> u64 {
    at.saturating_sub(now).div_ceil(1000).max(1)
}

/// When it disappears.
fn expiry_text(cx: &Cx<'_>, bubble: &Bubble) -> Option<String> {
    let (at, after) = bubble.expires?;
    let (key, seconds) = at.map_or(("expires-after", after), |at| ("expires-in", left(at, cx.model.now)));
    let span = if at.is_some() { cx.lang.left(seconds) } else { cx.lang.span(seconds) };
    Some(cx.with(key, &[("span", Arg::Text(&span))]))
}

/// When it was to be sent, and whether that was missed.
fn planned_text(cx: &Cx<'_>, bubble: &Bubble) -> Option<String> {
    let at = bubble.planned?;
    let key = if bubble.at > at + LATE_MS { "planned-late" } else { "planned-for" };
    Some(cx.with(key, &[("time", Arg::Text(&cx.lang.full(at)))]))
}

/// How far a message got, and where it waits.
fn progress_text(cx: &Cx<'_>, bubble: &Bubble) -> String {
    match (&bubble.progress, bubble.kept) {
        (Progress::State(MessageState::Stored), Some((count, until))) => {
            let date = cx.lang.day(until, cx.model.now);
            cx.with("state-stored-until", &[("count", Arg::Count(count)), ("date", Arg::Text(&date))])
        }
        (Progress::State(MessageState::Failed), _) => {
            format!("{}: {}", cx.t(progress_key(&bubble.progress)), refused::why(cx, bubble))
        }
        (Progress::Call(about), _) => about.clone(),
        _ => cx.t(progress_key(&bubble.progress)),
    }
}

/// The key of the word for how far a message got.
pub(crate) fn progress_key(progress: &Progress) -> &'static str {
    match progress {
        Progress::Theirs | Progress::Call(_) => "state-received",
        Progress::Gone => "message-deleted",
        Progress::Note => "state-note",
        Progress::Pending | Progress::State(MessageState::Queued) => "state-queued",
        Progress::State(MessageState::Stored) => "state-stored",
        Progress::State(MessageState::Delivered) => "state-delivered",
        Progress::State(MessageState::Seen) => "state-seen",
        Progress::Refused(_) | Progress::State(MessageState::Failed) => "state-failed",
    }
}

/// How a message takes part in the frame.
#[derive(Clone, Copy)]
pub(crate) struct Look {
    pub(crate) id: egui::Id,
    /// It is the one of all that the Tab key leads to.
    pub(crate) current: bool,
    /// Just jumped to, from 1 to 0.
    pub(crate) flash: f32,
}

/// What was done with a message.
pub(crate) struct Done {
    /// Its spoilers were asked for.
    pub(crate) uncover: bool,
    pub(crate) pressed: bool,
}

/// Paints a message.
pub(crate) fn show(ui: &mut Ui, cx: &mut Cx<'_>, bubble: &Bubble, laid: Laid, look: Look) -> Done {
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
    let sense = if look.current { Sense::click() } else { Sense::CLICK };
    let response = ui.interact(room, look.id, sense);
    if choosing
        && let Some(id) = bubble.id
        && response.clicked()
    {
        cx.act(Action::Select(id));
    }
    // A picture alone stands for itself.
    let bare = sticker::is_shown(cx, bubble) && laid.quote.is_none() && laid.forwarded.is_none();
    let fill = match (bare, bubble.mine) {
        (true, _) => t.bg_app,
        (false, true) => t.bubble_out,
        (false, false) => t.bubble_in,
    };
    let fill = fill.lerp_to_gamma(t.accent, look.flash * 0.45);
    let corners = corners(bubble, right);
    ui.painter().rect_filled(rect, corners, fill);
    if cx.theme.edges && !bare {
        ui.painter().rect_stroke(rect, corners, Stroke::new(1.0, t.border), StrokeKind::Inside);
    }
    speak(ui, cx, bubble, &response, choosing.then_some(chosen));
    let quote = above(ui, cx, bubble, &laid, rect, sense);
    let (mut uncover, words) = text(ui, cx, &laid, rect, !choosing);
    sticker::show(ui, cx, bubble, rect.shrink2(vec2(SIDE, EDGE)), rect.top() + EDGE + laid.above);
    let asked = choices(ui, cx, bubble, &laid, rect, sense);
    answer(ui, cx, bubble, &laid, rect, sense);
    let preview = preview(ui, cx, bubble, &laid, rect, sense);
    let called = call(ui, cx, bubble, &laid, rect, sense);
    let asked = asked.or(called);
    let at = Align2::RIGHT_BOTTOM.anchor_size(rect.max - vec2(SIDE, EDGE), laid.meta.size());
    ui.painter().galley(at.min, laid.meta.clone(), t.meta_in);
    if let Some(chip) = reactions::show(ui, cx, &bubble.chips, &laid.chips, rect, right, sense)
        && let Some(id) = bubble.id
    {
        cx.act(Action::React(id, chip.emoji.clone(), !chip.mine));
    }
    refused::show(ui, cx, bubble, Rect::from_min_max(rect.min, rect.max + vec2(0.0, laid.chips.height())));
    crate::widgets::focus_ring(ui, cx.theme, &response, rect.expand(2.0), radius::BUBBLE + 2);
    let pressed = ui.input(|input| input.pointer.any_click());
    // What lies over the bubble takes a press for itself, also one that asks for the menu.
    let over = |over: Response| over.secondary_clicked().then_some(over);
    let asked = over(words).or_else(|| quote.and_then(over)).or_else(|| preview.and_then(over)).or(asked);
    let pressed = pressed && (response.clicked() || response.secondary_clicked() || asked.is_some());
    let near = Rect::from_x_y_ranges(row.x_range(), rect.y_range().expand(1.0));
    let busy = choosing || bubble.deleted || egui::Popup::is_any_open(ui.ctx());
    let beside = bubble.id.filter(|_| !busy && ui.rect_contains_pointer(near));
    let more = beside.is_some_and(|id| toolbar::show(ui, cx, id, rect, right));
    uncover |= menu(&response, more, asked, cx, bubble, &laid.body);
    Done { uncover, pressed }
}

/// The answers of a poll, below its question; where the menu was asked for.
fn choices(ui: &Ui, cx: &mut Cx<'_>, bubble: &Bubble, laid: &Laid, rect: Rect, sense: Sense) -> Option<Response> {
    let (shown, poll) = (bubble.poll.as_ref()?, laid.poll.as_ref()?);
    let top = rect.top() + EDGE + laid.above + laid.body.galley.size().y;
    let room = Rect::from_min_max(pos2(rect.left() + SIDE, top), rect.max);
    let pressed = poll::show(ui, cx, shown, poll, poll_ink(cx, bubble), room, sense);
    if let (Some(at), Some(id)) = (pressed.answer, bubble.id) {
        cx.act(Action::Vote(id, shown.pressed(at)));
    }
    pressed.menu
}

/// What became of a call; where the menu was asked for.
fn call(ui: &Ui, cx: &mut Cx<'_>, bubble: &Bubble, laid: &Laid, rect: Rect, sense: Sense) -> Option<Response> {
    let (shown, call) = (bubble.call.as_ref()?, laid.call.as_ref()?);
    let room = Rect::from_min_max(rect.min + vec2(SIDE, EDGE + laid.above), rect.max - vec2(SIDE, EDGE));
    calls::show(ui, cx, shown, call, poll_ink(cx, bubble), room, sense).filter(Response::secondary_clicked)
}

/// What can be said to a suggestion to get to know somebody, below it.
fn answer(ui: &Ui, cx: &mut Cx<'_>, bubble: &Bubble, laid: &Laid, rect: Rect, sense: Sense) {
    let (Some(introduction), Some(id)) = (&laid.introduction, bubble.id) else { return };
    let top = rect.top() + EDGE + laid.above + laid.body.galley.size().y;
    let width = introduction.size().x;
    let left = if cx.lang.rtl() { rect.right() - SIDE - width } else { rect.left() + SIDE };
    let room = Rect::from_min_max(pos2(left, top), rect.max);
    match introduction::show(ui, cx, introduction, poll_ink(cx, bubble), room, sense) {
        Some(introduction::Choice::Answer(agree)) => cx.act(Action::AnswerIntroduction(id, agree)),
        Some(introduction::Choice::Show(account)) => cx.act(Action::Go(Route::Contacts { open: Some(account) })),
        None => {}
    }
}

/// What is behind a link in the text, below it.
fn preview(ui: &Ui, cx: &mut Cx<'_>, bubble: &Bubble, laid: &Laid, rect: Rect, sense: Sense) -> Option<Response> {
    let (shown, preview) = (bubble.preview.as_ref()?, laid.preview.as_ref()?);
    let top = rect.top() + EDGE + laid.above + laid.body.galley.size().y;
    let width = preview.size().x;
    let left = if cx.lang.rtl() { rect.right() - SIDE - width } else { rect.left() + SIDE };
    let room = Rect::from_min_max(pos2(left, top), rect.max);
    let ink = preview_ink(cx, bubble);
    Some(link_preview::show(ui, cx, (shown, bubble.id), preview, ink, room, sense))
}

/// What stands above the text: that it was passed on, and what it answers.
fn above(ui: &Ui, cx: &mut Cx<'_>, bubble: &Bubble, laid: &Laid, rect: Rect, sense: Sense) -> Option<Response> {
    let inner = rect.shrink2(vec2(SIDE, EDGE));
    let mut y = inner.top();
    if let Some(forwarded) = &laid.forwarded {
        let x = if cx.lang.rtl() { inner.right() - forwarded.size().x } else { inner.left() };
        ui.painter().galley(pos2(x, y), forwarded.clone(), cx.tokens().meta_in);
        y += forwarded.size().y;
    }
    let quote = laid.quote.as_ref()?;
    let room = Rect::from_min_max(pos2(inner.left(), y), inner.max);
    let response = quote::show(ui, cx, quote, quote_ink(cx, bubble), room, sense);
    if response.clicked()
        && let Some(chat) = cx.model.open_chat().map(|chat| chat.chat)
    {
        cx.act(Action::ShowMessage(chat, quote.to));
    }
    Some(response)
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

fn speak(ui: &Ui, cx: &Cx<'_>, bubble: &Bubble, response: &Response, chosen: Option<bool>) {
    response.widget_info(|| WidgetInfo::new(Role::Article));
    ui.ctx().accesskit_node_builder(response.id, |node| {
        let who = if bubble.mine { cx.t("you") } else { cx.model.name_of(bubble.author) };
        let instead = if bubble.deleted { "message-deleted" } else { "message-unknown" };
        let text = bubble.text.clone().unwrap_or_else(|| cx.t(instead));
        let marks = [
            (bubble.edited, "message-edited"),
            (bubble.forwarded, "message-forwarded"),
            (bubble.pinned, "message-pinned"),
        ];
        let marks = marks.iter().filter(|(on, _)| *on).map(|(_, key)| cx.t(key));
        let state: Vec<_> = marks
            .chain([progress_text(cx, bubble)])
            .chain(expiry_text(cx, bubble))
            .chain(planned_text(cx, bubble))
            .collect();
        let text = match &bubble.preview {
            Some(preview) => format!("{text} – {}", preview.spoken(cx)),
            None => text,
        };
        let text = match &bubble.poll {
            Some(poll) => format!("{text} – {}", poll.spoken(cx)),
            None => match bubble.introduction.as_ref().and_then(|introduction| introduction.foot(cx)) {
                Some(foot) => format!("{text} – {foot}"),
                None => text,
            },
        };
        node.set_label(format!("{who}, {}: {text} ({})", cx.lang.clock(bubble.at), state.join(", ")));
        if let Some(chosen) = chosen {
            node.set_selected(chosen);
        }
    });
}

/// The text, which can be selected; links in it lead where they say, spoilers open.
fn text(ui: &mut Ui, cx: &mut Cx<'_>, laid: &Laid, rect: Rect, live: bool) -> (bool, Response) {
    let body = &laid.body;
    let x = if body.rtl { rect.right() - SIDE } else { rect.left() + SIDE };
    let left = if body.rtl { x - body.galley.size().x } else { x };
    let origin = pos2(left, rect.top() + EDGE + laid.above);
    let place = Rect::from_min_size(origin, body.galley.size());
    let response = ui.put(place, Label::new(body.galley.clone()).selectable(live));
    sticker::over_words(ui, cx, body, pos2(x, origin.y));
    if !live {
        return (false, response);
    }
    if let Some(read) = &body.read {
        CopyOrder::shown(ui, read);
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
        return (false, response);
    }
    (body.has_spoiler && response.clicked(), response)
}

/// Everything that can be done with a message; `true`: its spoilers were asked for.
fn menu(
    response: &Response,
    more: bool,
    asked: Option<Response>,
    cx: &mut Cx<'_>,
    bubble: &Bubble,
    body: &Body,
) -> bool {
    let mut uncover = false;
    let by_key = response.clicked() && !response.ctx.input(|input| input.pointer.any_click());
    let keyed = more || by_key && cx.model.view.selected.is_empty();
    let response = asked.map_or_else(|| response.clone(), |asked| response.union(asked));
    context_menu_or(&response, keyed, cx, |ui, cx| {
        if let Some(id) = bubble.id {
            changes(ui, cx, bubble, id);
        }
        let mut links: Vec<_> = body.links.iter().map(|(_, link)| link).collect();
        links.dedup();
        for link in links.into_iter().take(LINKS) {
            let text = cx.with("message-open-link", &[("link", Arg::Text(links::host(link).unwrap_or(link)))]);
            if menu_item(ui, cx, icons::ARROW_SQUARE_OUT, &text, false) {
                cx.act(Action::Follow(link.clone()));
            }
        }
        if body.has_spoiler && menu_item(ui, cx, icons::EYE, &cx.t("message-uncover"), false) {
            uncover = true;
        }
        if let Some(text) = bubble.text.as_ref().filter(|_| bubble.call.is_none())
            && menu_item(ui, cx, icons::COPY, &cx.t("message-copy"), false)
        {
            cx.act(Action::Copy(text.clone(), Copied::Message));
        }
        if let Some(id) = bubble.id
            && menu_item(ui, cx, icons::LIST_CHECKS, &cx.t("message-select"), false)
        {
            cx.act(Action::Select(id));
        }
        if let Some(id) = bubble.id
            && menu_item(ui, cx, icons::TRASH, &cx.t("message-delete"), true)
        {
            cx.act(Action::OpenSheet(Sheet::DeleteMessage(id)));
        }
        let (full, state) = (cx.lang.full(bubble.at), progress_text(cx, bubble));
        crate::widgets::muted(ui, cx, &format!("{full} · {state}"));
        for more in [expiry_text(cx, bubble), planned_text(cx, bubble)].into_iter().flatten() {
            crate::widgets::muted(ui, cx, &more);
        }
    });
    uncover
}

/// What a person can do with a stored message.
fn changes(ui: &mut Ui, cx: &mut Cx<'_>, bubble: &Bubble, id: MessageId) {
    if bubble.deleted {
        return;
    }
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        for emoji in QUICK {
            if emoji_button(ui, cx, emoji) {
                let on = !bubble.chips.iter().any(|chip| chip.mine && chip.emoji == emoji);
                cx.act(Action::React(id, emoji.to_owned(), on));
                ui.close();
            }
        }
        if crate::widgets::icon_button(ui, cx, icons::PLUS, &cx.t("message-react"), false).clicked() {
            cx.act(Action::OpenSheet(Sheet::Emoji(EmojiFor::Reaction(id))));
            ui.close();
        }
    });
    if menu_item(ui, cx, icons::ARROW_BEND_UP_LEFT, &cx.t("message-reply"), false) {
        cx.act(Action::Reply(id));
    }
    if let Some(poll) = &bubble.poll
        && bubble.mine
        && poll.is_open(cx.model.now)
        && menu_item(ui, cx, icons::CHECK_CIRCLE, &cx.t("poll-close"), false)
    {
        cx.act(Action::ClosePoll(id));
    }
    let own = bubble.poll.is_some() || bubble.introduction.is_some() || bubble.call.is_some();
    let words = bubble.text.is_some() && !own;
    if let Some(shown) = bubble.sticker.as_ref().filter(|_| sticker::is_shown(cx, bubble)) {
        let known = cx.model.stickers.iter().any(|own| own.picture == shown.picture);
        if !known && menu_item(ui, cx, icons::PLUS_CIRCLE, &cx.t("sticker-keep"), false) {
            let from = Some(PictureFrom::Message(shown.picture));
            let new = NewSticker { name: shown.name.clone(), from, busy: false };
            cx.act(Action::OpenSheet(Sheet::Stickers(new)));
        }
    }
    if bubble.mine
        && words
        && bubble.sticker.is_none()
        && menu_item(ui, cx, icons::PENCIL_SIMPLE, &cx.t("message-edit"), false)
    {
        cx.act(Action::EditMessage(id));
    }
    if bubble.edited && menu_item(ui, cx, icons::ARROW_COUNTER_CLOCKWISE, &cx.t("message-edits"), false) {
        cx.act(Action::ShowEdits(id));
    }
    if words && menu_item(ui, cx, icons::ARROW_BEND_UP_RIGHT, &cx.t("message-forward"), false) {
        cx.act(Action::OpenSheet(Sheet::Forward { message: id, to: BTreeSet::new() }));
    }
    let (icon, pin) =
        if bubble.pinned { (icons::PUSH_PIN_SLASH, "message-unpin") } else { (icons::PUSH_PIN, "message-pin") };
    if bubble.call.is_none() && menu_item(ui, cx, icon, &cx.t(pin), false) {
        cx.act(Action::PinMessage(id, !bubble.pinned));
    }
}
