//! What is being written, with its markup shown as it will look and its markers left in.

use std::ops::Range;

use egui::{
    FontId, Stroke, TextFormat,
    text::{ByteIndex, LayoutJob, LayoutSection},
};

use super::{
    inline::{self, Style},
    layout::Ink,
    names::Names,
};
use crate::theme::{Theme, Type};

/// Longer texts are laid out plainly: every key lays out all of it again.
const STYLED_MAX: usize = 8_000;

pub(crate) fn job(theme: &Theme, text: &str, ink: Ink, names: &Names) -> LayoutJob {
    let mut job = LayoutJob { text: text.to_owned(), ..LayoutJob::default() };
    let mut push = |range: Range<usize>, format: TextFormat| {
        let byte_range = ByteIndex(range.start)..ByteIndex(range.end);
        job.sections.push(LayoutSection { leading_space: 0.0, byte_range, format });
    };
    if text.len() > STYLED_MAX {
        push(0..text.len(), format(theme, Style::default(), ink, false));
        return job;
    }
    let named = names.places(text, true);
    for (range, style, marker) in inline::style_ranges(text) {
        let plain = format(theme, style, ink, marker);
        let mut at = range.start;
        let named = named.iter().filter(|_| !marker && !style.code);
        for name in named.filter(|name| name.start >= range.start && name.end <= range.end) {
            push(at..name.start, plain.clone());
            push(name.clone(), TextFormat { color: ink.link, ..plain.clone() });
            at = name.end;
        }
        push(at..range.end, plain);
    }
    job.sections.retain(|section| !section.byte_range.is_empty());
    job
}

fn format(theme: &Theme, style: Style, ink: Ink, marker: bool) -> TextFormat {
    let color = if marker { ink.muted } else { ink.text };
    let weight = if style.bold { 680.0 } else { Type::BODY.weight };
    let mut format = theme.format(Type::BODY.weight(weight), color);
    if style.code {
        format.font_id = FontId::monospace(13.5 * theme.text_scale);
        format.background = ink.text.gamma_multiply(0.10);
    }
    if style.spoiler {
        format.background = ink.text.gamma_multiply(0.18);
    }
    if style.strike {
        format.strikethrough = Stroke::new(1.0, color);
    }
    format.italics = style.italic;
    format
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theme::Mode;

    fn ink(theme: &Theme) -> Ink {
        Ink { text: theme.tokens.text, muted: theme.tokens.text_3, link: theme.tokens.link }
    }

    fn of(text: &str) -> Vec<(String, TextFormat)> {
        let theme = Theme::new(Mode::Dark);
        let ink = ink(&theme);
        let names = Names { mine: None, others: vec!["Mara".into()] };
        let job = job(&theme, text, ink, &names);
        let mut at = 0;
        for section in &job.sections {
            assert_eq!(section.byte_range.start.0, at, "no gap in {text:?}");
            at = section.byte_range.end.0;
        }
        assert_eq!(at, text.len(), "all of {text:?}");
        let bytes = |section: &LayoutSection| section.byte_range.start.0..section.byte_range.end.0;
        job.sections
            .iter()
            .map(|section| (text.get(bytes(section)).unwrap_or_default().to_owned(), section.format.clone()))
            .collect()
    }

    #[test]
    fn markup_looks_as_it_will_and_every_character_stays() {
        let parts = of("a **b** _c_ ~~d~~ `e` @Mara\n> q\n- i\n```\nx\n```");
        let part = |text: &str| parts.iter().find(|(shown, _)| shown == text).map(|(_, format)| format.clone());
        assert_eq!(part("**").map(|format| format.color), Some(ink(&Theme::new(Mode::Dark)).muted));
        assert!(part("c").is_some_and(|format| format.italics));
        assert!(part("d").is_some_and(|format| format.strikethrough.width > 0.0));
        assert!(part("e").is_some_and(|format| format.font_id.family == egui::FontFamily::Monospace));
        assert_eq!(part("@Mara").map(|format| format.color), Some(ink(&Theme::new(Mode::Dark)).link));
        assert!(of("").is_empty());
        assert_eq!(of(&"*a* ".repeat(4_000)).len(), 1, "too long to style");
    }
}
