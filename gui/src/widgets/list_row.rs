//! A row of a list: a face, a name, a second line, and what stands at the end.

use egui::{
    Align2, CornerRadius, Rect, Response, Role, Sense, Ui, WidgetText, pos2,
    text::{LayoutJob, TextWrapping},
    vec2,
};

use super::{Face, Flow, focus_ring, paint_avatar, paint_badge};
use crate::{
    cx::Cx,
    text::bidi,
    theme::{Color, Type, icons::Icon, radius},
};

/// What a row shows.
pub(crate) struct Row<'a> {
    pub(crate) face: Face<'a>,
    pub(crate) title: &'a str,
    pub(crate) line: &'a str,
    /// Parts of the line that stand out, in bytes.
    pub(crate) line_words: &'a [std::ops::Range<usize>],
    pub(crate) line_color: Color,
    /// At the end of the first line.
    pub(crate) time: &'a str,
    /// Before the time.
    pub(crate) badge: Option<(Icon, Color)>,
    /// At the end of the second line.
    pub(crate) mark: Option<(Icon, Color)>,
    pub(crate) unread: u64,
    /// Somebody named me in what is not read yet.
    pub(crate) mention: bool,
    pub(crate) verified: bool,
    pub(crate) selected: bool,
    /// What a screen reader says.
    pub(crate) spoken: &'a str,
}

const HEIGHT: f32 = 64.0;

pub(crate) fn list_row(ui: &mut Ui, cx: &Cx<'_>, row: &Row<'_>) -> Response {
    let t = cx.tokens();
    let (outer, response) = ui.allocate_exact_size(vec2(ui.available_width(), HEIGHT), Sense::click());
    super::tell_choice(ui, &response, Role::ListItem, row.selected, row.spoken);
    if !ui.is_rect_visible(outer) {
        return response;
    }
    let rect = outer.shrink2(vec2(8.0, 1.0));
    let ground = match (row.selected, response.hovered()) {
        (true, _) => t.bg_selected,
        (false, true) => t.bg_hover,
        (false, false) => t.bg_panel,
    };
    ui.painter().rect_filled(rect, CornerRadius::same(radius::ROW), ground);
    let mut flow = Flow::new(rect.shrink2(vec2(10.0, 9.0)), cx.lang.rtl());
    let face = flow.start(44.0);
    paint_avatar(ui.painter(), cx.theme, face, &row.face, ground);
    flow.start(12.0);
    paint_lines(ui, cx, flow.rest(), row);
    focus_ring(ui, cx.theme, &response, rect, radius::ROW);
    response
}

fn paint_lines(ui: &Ui, cx: &Cx<'_>, rect: Rect, row: &Row<'_>) {
    let t = cx.tokens();
    let (upper, lower) = rect.split_top_bottom_at_fraction(0.5);
    let mut flow = Flow::new(upper, cx.lang.rtl());
    let new = row.unread > 0;
    let time = cx.theme.text(row.time, Type::CAPTION.size(11.5), if new { t.accent } else { t.text_3 });
    let time = WidgetText::from(time).into_galley(ui, None, f32::INFINITY, egui::TextStyle::Small);
    let end = flow.end(time.size().x);
    let at = Align2::CENTER_CENTER.anchor_size(end.center(), time.size());
    ui.painter().galley(at.min, time, t.text_3);
    if let Some((icon, color)) = row.badge {
        flow.end(4.0);
        super::button::paint_icon(ui, cx, flow.end(15.0).center(), icon, 14.0, color, false);
    }
    flow.end(8.0);
    if row.verified {
        flow.end(18.0);
    }
    let style = Type::BODY.weight(if new { 650.0 } else { 550.0 });
    let used = one_line(ui, cx, flow.rest(), row.title, (style, t.text));
    if row.verified {
        let x = if cx.lang.rtl() { used.left() - 11.0 } else { used.right() + 11.0 };
        super::button::paint_icon(ui, cx, pos2(x, upper.center().y), crate::theme::icons::SEAL_CHECK, 15.0, t.ok, true);
    }

    let mut flow = Flow::new(lower, cx.lang.rtl());
    if new {
        let room = flow.end(if row.unread > 9 { 30.0 } else { 20.0 });
        paint_badge(ui, cx, room.center(), row.unread);
        flow.end(6.0);
        if row.mention {
            let sign = cx.theme.text("@", Type::BODY.weight(700.0), t.accent);
            let sign = WidgetText::from(sign).into_galley(ui, None, f32::INFINITY, egui::TextStyle::Body);
            let at = Align2::CENTER_CENTER.anchor_size(flow.end(sign.size().x).center(), sign.size());
            ui.painter().galley(at.min, sign, t.accent);
            flow.end(6.0);
        }
    } else if let Some((icon, color)) = row.mark {
        let room = flow.end(18.0);
        super::button::paint_icon(ui, cx, room.center(), icon, 16.0, color, false);
        flow.end(4.0);
    }
    if row.line_words.is_empty() || bidi::needs_reordering(row.line) {
        one_line(ui, cx, flow.rest(), row.line, (Type::SMALL, row.line_color));
    } else {
        line_with_words(ui, cx, flow.rest(), row);
    }
}

/// The second line with its words in the colour of text and heavier.
fn line_with_words(ui: &Ui, cx: &Cx<'_>, room: Rect, row: &Row<'_>) {
    let mut job = LayoutJob::default();
    let mut at = 0;
    let plain = cx.theme.format(Type::SMALL, row.line_color);
    let word = cx.theme.format(Type::SMALL.weight(680.0), cx.tokens().text);
    for words in row.line_words {
        job.append(row.line.get(at..words.start).unwrap_or_default(), 0.0, plain.clone());
        job.append(row.line.get(words.clone()).unwrap_or_default(), 0.0, word.clone());
        at = words.end;
    }
    job.append(row.line.get(at..).unwrap_or_default(), 0.0, plain);
    job.wrap = TextWrapping::truncate_at_width(room.width());
    let galley = ui.fonts_mut(|fonts| fonts.layout_job(job));
    let align = if cx.lang.rtl() { Align2::RIGHT_CENTER } else { Align2::LEFT_CENTER };
    ui.painter().galley(align.align_size_within_rect(galley.size(), room).min, galley, row.line_color);
}

/// Paints a text in one line, cut if it is too long, where reading starts. Gives what it covers.
fn one_line(ui: &Ui, cx: &Cx<'_>, room: Rect, text: &str, (style, color): (Type, Color)) -> Rect {
    let text = cx.theme.cut(ui, text, style, color, room.width());
    let galley =
        WidgetText::from(text).into_galley(ui, Some(egui::TextWrapMode::Truncate), room.width(), egui::TextStyle::Body);
    let align = if cx.lang.rtl() { Align2::RIGHT_CENTER } else { Align2::LEFT_CENTER };
    let rect = align.align_size_within_rect(galley.size(), room);
    ui.painter().galley(rect.min, galley, cx.tokens().text);
    rect
}
