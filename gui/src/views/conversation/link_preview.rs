//! What is behind a link: a card in the bubble, and one above the field while it is written.

use std::sync::Arc;

use egui::{
    CornerRadius, CursorIcon, Frame, Galley, Margin, Rect, Response, Role, Sense, Ui, WidgetInfo, WidgetText, pos2,
    vec2,
};
use kith_node::{
    ChatId, MessageId,
    views::{LinkPreview, PictureSize},
};

use crate::{
    action::Action,
    cx::Cx,
    i18n::Arg,
    model::{Drawn, PictureOf, Seen},
    text::links,
    theme::{Color, Type, icons},
    widgets::{glyph, icon_button, paint_filling},
};

const WIDTH: f32 = 380.0;
const PAD: f32 = 10.0;
/// Between the text and the card, and below it.
const GAP: f32 = 6.0;
const HIGH_MAX: f32 = 210.0;
/// A picture that is not as wide as this, or not wider than high, stands beside the words.
const WIDE_MIN: u32 = 240;
const THUMB: f32 = 64.0;
/// Letters of a title and of a description that are shown.
const TITLE: usize = 110;
const ABOUT: usize = 140;

/// A preview as it is shown.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Shown {
    pub(crate) url: String,
    host: String,
    title: String,
    about: String,
    picture: Option<PictureSize>,
}

/// The colours it stands in.
#[derive(Clone, Copy)]
pub(super) struct Ink {
    pub(super) text: Color,
    pub(super) muted: Color,
    pub(super) ground: Color,
}

/// Laid out for a width.
pub(super) struct Laid {
    picture: Option<(egui::Vec2, bool)>,
    words: Vec<(Arc<Galley>, Color)>,
    size: egui::Vec2,
}

impl Shown {
    pub(crate) fn of(preview: &LinkPreview) -> Self {
        Self {
            host: links::host(&preview.url).unwrap_or(&preview.host).to_owned(),
            url: preview.url.clone(),
            title: short(&preview.title, TITLE),
            about: short(&preview.description, ABOUT),
            picture: preview.picture,
        }
    }

    /// For screen readers.
    pub(crate) fn spoken(&self, cx: &Cx<'_>) -> String {
        let words = [self.title.as_str(), self.about.as_str()];
        let words = words.into_iter().filter(|words| !words.is_empty()).collect::<Vec<_>>().join(", ");
        cx.with("preview-spoken", &[("host", Arg::Text(&self.host)), ("text", Arg::Text(&words))])
    }
}

/// Cut behind a word, or in the middle of a very long one.
fn short(text: &str, max: usize) -> String {
    let Some((end, _)) = text.char_indices().nth(max) else { return text.to_owned() };
    let cut = &text[..end];
    let word = cut.rfind(char::is_whitespace).filter(|at| *at > end / 2);
    format!("{}…", cut[..word.unwrap_or(end)].trim_end())
}

impl Laid {
    /// Its size with the room around it.
    pub(super) fn size(&self) -> egui::Vec2 {
        self.size + vec2(0.0, 2.0 * GAP)
    }
}

pub(super) fn lay(ui: &Ui, cx: &Cx<'_>, shown: &Shown, of: Option<MessageId>, ink: Ink, room: f32) -> Laid {
    let width = room.min(WIDTH);
    let broken = of.is_some_and(|id| cx.model.pictures.is_broken(PictureOf::Message(id)));
    let picture = shown.picture.filter(|_| !broken).map(|size| {
        let wide = size.width >= WIDE_MIN && size.width > size.height;
        let high = width * size.height as f32 / size.width as f32;
        (if wide { vec2(width, high.min(HIGH_MAX)) } else { vec2(THUMB, THUMB) }, wide)
    });
    let beside = picture.filter(|(_, wide)| !wide).map_or(0.0, |(size, _)| size.x + PAD);
    let room = width - 2.0 * PAD - beside;
    let words = |text: &str, style: Type, color| {
        let text = cx.theme.paragraph_in(ui, text, style, color, room);
        (WidgetText::from(text).into_galley(ui, Some(egui::TextWrapMode::Wrap), room, egui::TextStyle::Body), color)
    };
    let lines = [
        (&shown.title, Type::BODY.weight(600.0), ink.text),
        (&shown.about, Type::SMALL, ink.text),
        (&shown.host, Type::CAPTION, ink.muted),
    ];
    let words: Vec<_> = lines
        .into_iter()
        .filter(|(text, ..)| !text.is_empty())
        .map(|(text, style, color)| words(text, style, color))
        .collect();
    let high: f32 = words.iter().map(|(galley, _)| galley.size().y).sum::<f32>() + 3.0 * (words.len() as f32 - 1.0);
    let high = match picture {
        Some((size, true)) => size.y + high + 2.0 * PAD,
        Some((size, false)) => high.max(size.y) + 2.0 * PAD,
        None => high + 2.0 * PAD,
    };
    Laid { picture, words, size: vec2(width, high) }
}

/// Paints it; it leads where the link does.
pub(super) fn show(
    ui: &Ui,
    cx: &mut Cx<'_>,
    (shown, of): (&Shown, Option<MessageId>),
    laid: &Laid,
    ink: Ink,
    at: Rect,
    sense: Sense,
) -> Response {
    let rect = Rect::from_min_size(at.min + vec2(0.0, GAP), laid.size);
    let response = ui.interact(rect, ui.unique_id().with("link preview"), sense);
    let label = shown.spoken(cx);
    response.widget_info(|| WidgetInfo::labeled(Role::Link, true, &label));
    ui.painter().rect_filled(rect, CornerRadius::same(8), ink.ground);
    let rtl = cx.lang.rtl();
    let mut words = rect.shrink(PAD);
    if let Some((size, wide)) = laid.picture {
        let place = if wide {
            words.min.y += size.y;
            Rect::from_min_size(rect.min, size)
        } else if rtl {
            words.min.x += size.x + PAD;
            Rect::from_min_size(rect.min + vec2(PAD, PAD), size)
        } else {
            words.max.x -= size.x + PAD;
            Rect::from_min_size(pos2(words.max.x + PAD, rect.top() + PAD), size)
        };
        let corners = if wide { CornerRadius { nw: 8, ne: 8, sw: 0, se: 0 } } else { CornerRadius::same(6) };
        if !of.is_some_and(|id| paint_filling(ui, cx, PictureOf::Message(id), place, corners)) {
            ui.painter().rect_filled(place, corners, ink.ground);
        }
    }
    let mut y = words.top();
    for (galley, color) in &laid.words {
        let x = if rtl { words.right() - galley.size().x } else { words.left() };
        ui.painter().galley(pos2(x, y), galley.clone(), *color);
        y += galley.size().y + 3.0;
    }
    crate::widgets::focus_ring(ui, cx.theme, &response, rect, 8);
    if response.clicked() {
        cx.act(Action::Follow(shown.url.clone()));
    }
    response.on_hover_cursor(CursorIcon::PointingHand)
}

/// Above the field: what will be sent with the link in it.
pub(super) fn strip(ui: &mut Ui, cx: &mut Cx<'_>, chat: ChatId) {
    let Some(link) = cx.model.talks.get(&chat).and_then(|talk| talk.link.as_ref()) else { return };
    let host = links::host(&link.url).unwrap_or_default();
    let (title, line, has_picture) = match &link.seen {
        Seen::Waiting | Seen::Nothing | Seen::Dropped => return,
        Seen::Asked => (cx.with("preview-looking", &[("host", Arg::Text(host))]), String::new(), false),
        Seen::Found(seen) => {
            let Shown { title, about, host, .. } = Shown::of(&seen.preview);
            let title = if title.is_empty() { host.clone() } else { title };
            let line = if about.is_empty() { host } else { format!("{host} · {about}") };
            (title, line, seen.picture.is_some())
        }
    };
    let t = cx.tokens();
    let (start, end) = crate::widgets::ends(cx);
    let fill = Frame::new().fill(t.bg_hover).corner_radius(CornerRadius::same(10));
    fill.inner_margin(Margin::symmetric(10, 6)).show(ui, |ui| {
        ui.allocate_ui_with_layout(vec2(ui.available_width(), 44.0), end, |ui| {
            if icon_button(ui, cx, icons::X, &cx.t("preview-drop"), false).clicked() {
                cx.act(Action::DropPreview(chat));
            }
            ui.with_layout(start, |ui| {
                let of = PictureOf::Draft(chat);
                if has_picture && matches!(cx.model.pictures.get(of), Some(Drawn::Here(_))) {
                    let (place, _) = ui.allocate_exact_size(vec2(44.0, 44.0), Sense::hover());
                    paint_filling(ui, cx, of, place, CornerRadius::same(6));
                } else {
                    glyph(ui, cx, icons::LINK, 18.0, t.accent, false);
                }
                ui.with_layout(egui::Layout::top_down(crate::widgets::start_align(cx)), |ui| {
                    ui.spacing_mut().item_spacing.y = 0.0;
                    ui.add_space(if line.is_empty() { 12.0 } else { 3.0 });
                    let width = ui.available_width();
                    let title = cx.theme.cut(ui, &title, Type::SMALL.weight(600.0), t.text, width);
                    ui.add(egui::Label::new(title).selectable(false).truncate());
                    if !line.is_empty() {
                        let line = cx.theme.cut(ui, &line, Type::CAPTION, t.text_2, width);
                        ui.add(egui::Label::new(line).selectable(false).truncate());
                    }
                });
            });
        });
    });
    ui.add_space(6.0);
}
