//! A message as one piece of laid-out text.

use std::{ops::Range, sync::Arc};

use egui::{
    Align, FontId, Galley, Rect, Stroke, TextFormat, Ui,
    text::{ByteIndex, LayoutJob, LayoutSection},
    vec2,
};

use kith_node::{PictureId, views::Pictured};

use super::{
    bidi,
    copied::Read,
    emoji, inline,
    inline::{Block, Marker, Span},
    names::Names,
    pictured, shown,
};
use crate::theme::{Color, Theme, Type};

/// How large one emoji or picture is that stands alone.
const ONE_ALONE: f32 = 44.0;
/// The same of two and three.
const SOME_ALONE: f32 = 36.0;
/// How much higher hidden names are than the rest of their line; nobody sees it.
const HIDDEN: f32 = 0.125;
/// The size of letters in which names are measured.
const MEASURED: f32 = 10.0;

/// The colours a message stands in.
#[derive(Clone, Copy)]
pub(crate) struct Ink {
    pub(crate) text: Color,
    pub(crate) muted: Color,
    pub(crate) link: Color,
}

/// A laid-out message and where its links are.
pub(crate) struct Body {
    pub(crate) galley: Arc<Galley>,
    /// Characters of the galley's text, and where they lead.
    pub(crate) links: Vec<(Range<usize>, String)>,
    /// Where pictures stand, as the galley has its letters.
    pub(crate) pictures: Vec<(Rect, PictureId)>,
    pub(crate) has_spoiler: bool,
    pub(crate) rtl: bool,
    /// How it is read, where that is not as it is shown.
    pub(crate) read: Option<Arc<Read>>,
}

/// How a message is laid out.
#[derive(Clone, Copy)]
pub(crate) struct Manner<'a> {
    pub(crate) ink: Ink,
    pub(crate) width: f32,
    /// Spoilers are shown.
    pub(crate) revealed: bool,
    pub(crate) names: &'a Names,
    /// What names between colons look like.
    pub(crate) pictures: &'a [Pictured],
    /// It names me.
    pub(crate) names_me: bool,
}

/// Lays out what somebody wrote.
pub(crate) fn body(ui: &Ui, theme: &Theme, text: &str, manner: Manner<'_>) -> Body {
    let width = manner.width;
    let picture_side = theme.text_scale
        * match pictured::alone(text, manner.pictures) {
            Some(1) => ONE_ALONE,
            Some(_) => SOME_ALONE,
            None => Type::BODY.line,
        };
    let (job, links, pictures) = (LayoutJob::default(), Vec::new(), Vec::new());
    let widths = widths(ui, manner.pictures);
    let ink = manner.ink;
    let mut writer =
        Writer { theme, manner, ink, job, links, pictures, picture_side, second: false, widths, spoiler: false };
    if let Some(count @ 1..=3) = emoji::only_emoji(text) {
        let size = if count == 1 { ONE_ALONE } else { SOME_ALONE };
        let format = TextFormat { font_id: FontId::proportional(size * theme.text_scale), ..TextFormat::default() };
        writer.push(text.trim(), format, None);
    } else {
        writer.blocks(&inline::parse(text));
    }
    let Writer { mut job, links, pictures, spoiler, .. } = writer;
    let rtl = bidi::direction(&job.text) == bidi::Direction::Rtl;
    let mut read = None;
    let mut from: Vec<_> = (0..job.sections.len()).map(Some).collect();
    if bidi::needs_reordering(&job.text) {
        let ordered = ui.fonts_mut(|fonts| {
            let mut measure = shown::measure(fonts, &job);
            shown::ordered(&job, width, &mut measure)
        });
        (job, from) = (ordered.job, ordered.from);
        read = Some(Arc::new(ordered.read));
    } else {
        job.wrap.max_width = width;
    }
    if rtl {
        job.halign = Align::RIGHT;
    }
    let (links, pictures) = (places(&job, &from, &links), places(&job, &from, &pictures));
    let galley = ui.fonts_mut(|fonts| fonts.layout_job(job));
    let pictures = rects(&galley, &joined(pictures), picture_side, hidden_line(theme, picture_side));
    Body { galley, links, pictures, has_spoiler: spoiler, rtl, read }
}

/// The parts of one name in the order they are seen in stand side by side.
fn joined(parts: Vec<(Range<usize>, (usize, PictureId))>) -> Vec<PictureId> {
    let mut joined: Vec<(Range<usize>, (usize, PictureId))> = Vec::new();
    for (range, of) in parts {
        match joined.last_mut() {
            Some((last, same)) if *same == of && last.end == range.start => last.end = range.end,
            _ => joined.push((range, of)),
        }
    }
    joined.into_iter().map(|(_, (_, id))| id).collect()
}

/// How high a line with a picture is.
fn hidden_line(theme: &Theme, side: f32) -> f32 {
    side.max(Type::BODY.line * theme.text_scale)
}

/// Where the pictures stand that are given in the order they are seen in. A galley has more letters than its text where
/// writing runs from the right, so they are not counted: the letters of hidden names are told by their height, and
/// those of one name from the next by which of two it is.
fn rects(galley: &Galley, ids: &[PictureId], side: f32, line: f32) -> Vec<(Rect, PictureId)> {
    let mut found: Vec<(Rect, bool)> = Vec::new();
    let mut before = None;
    for row in &galley.rows {
        for glyph in &row.glyphs {
            let over = glyph.line_height - line;
            let name = (over > HIDDEN * 0.5).then_some(over > HIDDEN * 1.5);
            if let Some(second) = name {
                let words = glyph.logical_rect().translate(row.pos.to_vec2());
                let words = Rect::from_x_y_ranges(words.x_range(), row.rect().y_range());
                match found.last_mut().filter(|_| before == name) {
                    // A name that was wrapped stands where most of it is.
                    Some((rect, _)) if rect.y_range() == words.y_range() => *rect = rect.union(words),
                    Some((rect, _)) if rect.width() < side / 2.0 => *rect = words,
                    Some(_) => {}
                    None => found.push((words, second)),
                }
            }
            before = name;
        }
    }
    let place =
        |((words, _), id): (&(Rect, bool), &PictureId)| (Rect::from_center_size(words.center(), vec2(side, side)), *id);
    found.iter().zip(ids).map(place).collect()
}

/// How wide each name is with its colons, in letters of the size [`MEASURED`].
fn widths(ui: &Ui, pictures: &[Pictured]) -> Vec<f32> {
    let width = |picture: &Pictured| {
        let name = format!(":{}:", picture.name);
        let galley =
            ui.fonts_mut(|fonts| fonts.layout_no_wrap(name, FontId::proportional(MEASURED), Color::TRANSPARENT));
        galley.size().x.max(1.0)
    };
    pictures.iter().map(width).collect()
}

/// Where the links are, or the pictures. `from`: for each section its place in `links`.
fn places<T: Clone>(job: &LayoutJob, from: &[Option<usize>], links: &[Option<T>]) -> Vec<(Range<usize>, T)> {
    let mut places = Vec::new();
    let mut at = 0;
    for (section, from) in job.sections.iter().zip(from) {
        let bytes = section.byte_range.start.0..section.byte_range.end.0;
        let end = at + job.text.get(bytes).unwrap_or_default().chars().count();
        if let Some(link) = from.and_then(|from| links.get(from)).and_then(Option::as_ref) {
            places.push((at..end, link.clone()));
        }
        at = end;
    }
    places
}

struct Writer<'a> {
    theme: &'a Theme,
    manner: Manner<'a>,
    ink: Ink,
    job: LayoutJob,
    /// Where each section of the job leads.
    links: Vec<Option<String>>,
    /// The picture that covers each section, which is a name, and which name it is.
    pictures: Vec<Option<(usize, PictureId)>>,
    picture_side: f32,
    /// The next picture is a second one.
    second: bool,
    widths: Vec<f32>,
    spoiler: bool,
}

impl Writer<'_> {
    fn push(&mut self, text: &str, format: TextFormat, link: Option<&String>) {
        let start = ByteIndex(self.job.text.len());
        self.job.text.push_str(text);
        let byte_range = start..ByteIndex(self.job.text.len());
        self.job.sections.push(LayoutSection { leading_space: 0.0, byte_range, format });
        self.links.push(link.cloned());
        self.pictures.push(None);
    }

    /// A name that its picture covers: letters that are not seen, as wide as the picture. So it is selected, copied and
    /// read aloud as it was written.
    fn picture(&mut self, name: &str, id: PictureId) {
        let at = self.manner.pictures.iter().position(|picture| picture.picture == id);
        let width = at.and_then(|at| self.widths.get(at)).copied().unwrap_or(MEASURED);
        let format = TextFormat {
            font_id: FontId::proportional(MEASURED * self.picture_side / width),
            color: Color::TRANSPARENT,
            line_height: Some(
                hidden_line(self.theme, self.picture_side) + HIDDEN * if self.second { 2.0 } else { 1.0 },
            ),
            valign: Align::Center,
            ..TextFormat::default()
        };
        self.second = !self.second;
        self.push(name, format, None);
        if let Some(last) = self.pictures.last_mut() {
            *last = Some((self.job.sections.len(), id));
        }
    }

    fn blocks(&mut self, blocks: &[Block]) {
        for (at, block) in blocks.iter().enumerate() {
            if at > 0 {
                let base = self.theme.format(Type::BODY, self.ink.text);
                self.push("\n", base, None);
            }
            self.block(block);
        }
    }

    fn block(&mut self, block: &Block) {
        match block {
            Block::Paragraph { spans } => self.spans(spans, self.ink.text),
            Block::Quote { spans } => {
                let bar = self.theme.format(Type::BODY, self.ink.link);
                self.push("▎ ", bar, None);
                self.spans(spans, self.ink.muted);
            }
            Block::Item { depth, marker, spans } => {
                let mark = match marker {
                    Marker::Bullet => "•  ".to_owned(),
                    Marker::Number(number) => format!("{number}.  "),
                };
                let format = self.theme.format(Type::BODY, self.ink.muted);
                self.push(&format!("{}{mark}", "    ".repeat(usize::from(*depth))), format, None);
                self.spans(spans, self.ink.text);
            }
            Block::Code { text, .. } => {
                let format = self.code(self.ink.text);
                self.push(text.trim_end_matches('\n'), format, None);
            }
        }
    }

    fn code(&self, color: Color) -> TextFormat {
        TextFormat {
            font_id: FontId::monospace(13.5 * self.theme.text_scale),
            color,
            background: color.gamma_multiply(0.12),
            line_height: Some(Type::BODY.line * self.theme.text_scale),
            ..TextFormat::default()
        }
    }

    fn spans(&mut self, spans: &[Span], color: Color) {
        for span in spans {
            let style = span.style;
            let weight = if style.bold { 680.0 } else { Type::BODY.weight };
            let mut format =
                if style.code { self.code(color) } else { self.theme.format(Type::BODY.weight(weight), color) };
            format.italics = style.italic;
            if style.strike {
                format.strikethrough = Stroke::new(1.0, color);
            }
            if span.link.is_some() {
                format.color = self.ink.link;
                format.underline = Stroke::new(1.0, self.ink.link.gamma_multiply(0.6));
            }
            if style.spoiler {
                self.spoiler = true;
                if !self.manner.revealed {
                    format.background = color.gamma_multiply(0.6);
                    format.color = Color::TRANSPARENT;
                }
            }
            self.span(span, format);
        }
    }

    /// One span, with the pictures in it.
    fn span(&mut self, span: &Span, format: TextFormat) {
        let hidden = span.style.spoiler && !self.manner.revealed;
        if span.link.is_some() || span.style.code || hidden {
            return self.words(span, format);
        }
        let mut at = 0;
        let part = |range: Range<usize>| span.text.get(range).unwrap_or_default();
        for (place, id) in pictured::places(&span.text, self.manner.pictures) {
            let before = Span { text: part(at..place.start).to_owned(), ..span.clone() };
            self.words(&before, format.clone());
            self.picture(part(place.clone()), id);
            at = place.end;
        }
        let rest = Span { text: part(at..span.text.len()).to_owned(), ..span.clone() };
        self.words(&rest, format);
    }

    /// Words of one span, with the names of people in them.
    fn words(&mut self, span: &Span, format: TextFormat) {
        let hidden = span.style.spoiler && !self.manner.revealed;
        let mut at = 0;
        if span.link.is_none() && !span.style.code && !hidden {
            for name in self.manner.names.places(&span.text, self.manner.names_me) {
                let part = |range: Range<usize>| span.text.get(range).unwrap_or_default();
                let named = TextFormat { color: self.ink.link, ..format.clone() };
                if at < name.start {
                    self.push(part(at..name.start), format.clone(), None);
                }
                self.push(part(name.clone()), named, None);
                at = name.end;
            }
        }
        let rest = span.text.get(at..).unwrap_or_default();
        if !rest.is_empty() {
            self.push(rest, format, span.link.as_ref());
        }
    }
}

#[cfg(test)]
mod tests {
    use kith_node::PictureId;

    use super::*;
    use crate::theme::Mode;

    fn laid(text: &str, width: f32, check: impl Fn(&Body)) {
        let theme = Theme::new(Mode::Dark);
        let t = &theme.tokens;
        let ink = Ink { text: t.text, muted: t.text_3, link: t.link };
        let names = Names { mine: None, others: Vec::new() };
        let picture = |(n, name): (u8, &str)| Pictured { name: name.into(), picture: PictureId::from_bytes([n; 32]) };
        let pictures = [(1, "party"), (2, "a_much_longer_name")].map(picture);
        let manner = Manner { ink, width, revealed: false, names: &names, pictures: &pictures, names_me: false };
        let ctx = egui::Context::default();
        theme.apply(&ctx);
        // Fonts are there in the next pass.
        for pass in 0..2 {
            let output = ctx.run_ui(egui::RawInput::default(), |ui| {
                if pass == 1 {
                    check(&body(ui, &theme, text, manner));
                }
            });
            output.drop_without_applying_deltas();
        }
    }

    /// Where each picture is, and that nothing that is seen lies under it.
    fn places_of(body: &Body) -> Vec<f32> {
        for row in &body.galley.rows {
            for glyph in row.glyphs.iter().filter(|glyph| glyph.advance_width > 0.0) {
                let seen = glyph.logical_rect().translate(row.pos.to_vec2());
                for (rect, _) in &body.pictures {
                    let apart = seen.right() <= rect.left() + 1.5 || seen.left() >= rect.right() - 1.5;
                    let other_row = (row.rect().center().y - rect.center().y).abs() > 1.0;
                    let hidden = glyph.line_height > Type::BODY.line + 0.05;
                    assert!(hidden || apart || other_row, "{:?} at {seen:?} lies under {rect:?}", glyph.chr);
                }
            }
        }
        body.pictures.iter().map(|(rect, _)| rect.center().x).collect()
    }

    #[test]
    fn a_picture_stands_where_its_name_was_written() {
        laid("a :party: b :a_much_longer_name: c", 400.0, |body| {
            let places = places_of(body);
            assert!(places.len() == 2 && places[0] < places[1], "{places:?}");
            assert_eq!(body.galley.text(), "a :party: b :a_much_longer_name: c");
        });
        laid("שלום :party: עולם :a_much_longer_name:!", 400.0, |body| {
            let places = places_of(body);
            assert!(places.len() == 2 && places[0] < places[1], "{places:?}");
        });
        laid(&":party:".repeat(9), 60.0, |body| assert_eq!(places_of(body).len(), 9));
        laid(":party: :none: `:party:` ||:party:||", 400.0, |body| assert_eq!(body.pictures.len(), 1));
        laid(" :party: ", 400.0, |body| assert!(body.pictures.iter().all(|(rect, _)| rect.width() > 40.0)));
    }
}
