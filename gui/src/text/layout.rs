//! A message as one piece of laid-out text.

use std::sync::Arc;

use egui::{Align, FontId, Galley, Stroke, TextFormat, Ui, text::LayoutJob};

use super::{
    bidi, emoji, inline,
    inline::{Block, Marker, Span},
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
    pub(crate) links: Vec<(std::ops::Range<usize>, String)>,
    pub(crate) has_spoiler: bool,
    pub(crate) rtl: bool,
}

/// Lays out what somebody wrote; spoilers are covered unless `revealed`.
pub(crate) fn body(ui: &Ui, theme: &Theme, text: &str, ink: Ink, width: f32, revealed: bool) -> Body {
    let mut writer =
        Writer { theme, ink, revealed, job: LayoutJob::default(), chars: 0, links: vec![], spoiler: false };
    let rtl = bidi::direction(text) == bidi::Direction::Rtl;
    if let Some(count @ 1..=3) = emoji::only_emoji(text) {
        let size = if count == 1 { 44.0 } else { 36.0 };
        let format = TextFormat { font_id: FontId::proportional(size * theme.text_scale), ..TextFormat::default() };
        writer.push(text.trim(), format);
    } else if bidi::needs_reordering(text) {
        let style = theme.format(Type::BODY, ink.text);
        let mut measure = |part: &str| {
            ui.fonts_mut(|fonts| fonts.layout_no_wrap(part.to_owned(), style.font_id.clone(), ink.text).size().x)
        };
        let ordered = shown::wrapped(&plain(text), width, &mut measure).into_owned();
        writer.push(&ordered, style);
    } else {
        writer.blocks(&inline::parse(text));
    }
    let Writer { mut job, links, spoiler, .. } = writer;
    job.wrap.max_width = width;
    if rtl {
        job.halign = Align::RIGHT;
    }
    let galley = ui.fonts_mut(|fonts| fonts.layout_job(job));
    Body { galley, links, has_spoiler: spoiler, rtl }
}

fn plain(text: &str) -> String {
    let line = |spans: &[Span]| spans.iter().map(|span| span.text.as_str()).collect::<String>();
    let blocks: Vec<_> = inline::parse(text)
        .iter()
        .map(|block| match block {
            Block::Paragraph { spans } | Block::Quote { spans } => line(spans),
            Block::Item { spans, .. } => format!("• {}", line(spans)),
            Block::Code { text, .. } => text.clone(),
        })
        .collect();
    blocks.join("\n")
}

struct Writer<'a> {
    theme: &'a Theme,
    ink: Ink,
    revealed: bool,
    job: LayoutJob,
    chars: usize,
    links: Vec<(std::ops::Range<usize>, String)>,
    spoiler: bool,
}

impl Writer<'_> {
    fn push(&mut self, text: &str, format: TextFormat) {
        self.chars += text.chars().count();
        self.job.append(text, 0.0, format);
    }

    fn blocks(&mut self, blocks: &[Block]) {
        for (at, block) in blocks.iter().enumerate() {
            if at > 0 {
                let base = self.theme.format(Type::BODY, self.ink.text);
                self.push("\n", base);
            }
            self.block(block);
        }
    }

    fn block(&mut self, block: &Block) {
        match block {
            Block::Paragraph { spans } => self.spans(spans, self.ink.text),
            Block::Quote { spans } => {
                let bar = self.theme.format(Type::BODY, self.ink.link);
                self.push("▎ ", bar);
                self.spans(spans, self.ink.muted);
            }
            Block::Item { depth, marker, spans } => {
                let mark = match marker {
                    Marker::Bullet => "•  ".to_owned(),
                    Marker::Number(number) => format!("{number}.  "),
                };
                let format = self.theme.format(Type::BODY, self.ink.muted);
                self.push(&format!("{}{mark}", "    ".repeat(usize::from(*depth))), format);
                self.spans(spans, self.ink.text);
            }
            Block::Code { text, .. } => {
                let format = self.code(self.ink.text);
                self.push(text.trim_end_matches('\n'), format);
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
            if let Some(link) = &span.link {
                format.color = self.ink.link;
                format.underline = Stroke::new(1.0, self.ink.link.gamma_multiply(0.6));
                let end = self.chars + span.text.chars().count();
                self.links.push((self.chars..end, link.clone()));
            }
            if style.spoiler {
                self.spoiler = true;
                if !self.revealed {
                    format.background = color.gamma_multiply(0.6);
                    format.color = Color::TRANSPARENT;
                }
            }
            self.push(&span.text, format);
        }
    }
}
