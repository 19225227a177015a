//! A message as one piece of laid-out text.

use std::{ops::Range, sync::Arc};

use egui::{
    Align, FontId, Galley, Stroke, TextFormat, Ui,
    text::{ByteIndex, LayoutJob, LayoutSection},
};

use super::{
    bidi,
    copied::Read,
    emoji, inline,
    inline::{Block, Marker, Span},
    names::Names,
    shown,
};
use crate::theme::{Color, Theme, Type};

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
    /// It names me.
    pub(crate) names_me: bool,
}

/// Lays out what somebody wrote.
pub(crate) fn body(ui: &Ui, theme: &Theme, text: &str, manner: Manner<'_>) -> Body {
    let width = manner.width;
    let mut writer =
        Writer { theme, manner, ink: manner.ink, job: LayoutJob::default(), links: vec![], spoiler: false };
    if let Some(count @ 1..=3) = emoji::only_emoji(text) {
        let size = if count == 1 { 44.0 } else { 36.0 };
        let format = TextFormat { font_id: FontId::proportional(size * theme.text_scale), ..TextFormat::default() };
        writer.push(text.trim(), format, None);
    } else {
        writer.blocks(&inline::parse(text));
    }
    let Writer { mut job, links, spoiler, .. } = writer;
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
    let links = places(&job, &from, &links);
    let galley = ui.fonts_mut(|fonts| fonts.layout_job(job));
    Body { galley, links, has_spoiler: spoiler, rtl, read }
}

/// Where the links are. `from`: for each section the place of its link in `links`.
fn places(job: &LayoutJob, from: &[Option<usize>], links: &[Option<String>]) -> Vec<(Range<usize>, String)> {
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
    spoiler: bool,
}

impl Writer<'_> {
    fn push(&mut self, text: &str, format: TextFormat, link: Option<&String>) {
        let start = ByteIndex(self.job.text.len());
        self.job.text.push_str(text);
        let byte_range = start..ByteIndex(self.job.text.len());
        self.job.sections.push(LayoutSection { leading_space: 0.0, byte_range, format });
        self.links.push(link.cloned());
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

    /// One span, with the names in it.
    fn span(&mut self, span: &Span, format: TextFormat) {
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
