//! The markup of messages.
//!
//! `**bold**`, `*italic*` and `_italic_`, `~~strike~~`, `` `code` ``, `||spoiler||`; `> quote`, lists with `-`, `*` or
//! `1.`, and code between lines of three backticks. A backslash takes its meaning from the punctuation behind it. Links
//! stand in the text as they are; there is no form with a text of its own, because that hides where a link goes.
//!
//! What does not fit together stays as typed: markers without a partner, fences that are not closed, pairs that cross.
//! A marker stands against what it marks (`a * b` and `a || b` are no markup), underscores not inside words and faces,
//! and stars not between digits. Every step is linear in the length of the text.

mod autolink;
mod blocks;
mod emphasis;
mod scan;

#[cfg(test)]
mod tests;

use std::ops::Range;

use blocks::{Kind, Part};
use scan::{Piece, Role};

/// What stands for a spoiler in a preview.
const HIDDEN: &str = "•••";

/// A part of a message that is laid out by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// Lines of text.
    ///
    /// An empty line ends a block. Each further one is a paragraph without spans, so that gaps stay as wide as typed.
    Paragraph {
        /// The text. `\n` is a line break.
        spans: Vec<Span>,
    },
    /// Lines that quote somebody.
    Quote {
        /// The text. `\n` is a line break.
        spans: Vec<Span>,
    },
    /// Text between fences, without markup.
    Code {
        /// The lines.
        text: String,
        /// The word behind the opening fence.
        lang: Option<String>,
    },
    /// An item of a list.
    Item {
        /// How far in: 0 to 2.
        depth: u8,
        /// What stands in front of it.
        marker: Marker,
        /// The text, one line.
        spans: Vec<Span>,
    },
}

/// What stands in front of an item of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marker {
    /// A dot.
    Bullet,
    /// The number somebody wrote.
    Number(u32),
}

/// Text of one style.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// What is shown.
    pub text: String,
    /// How it looks.
    pub style: Style,
    /// Where it leads: the same as the text.
    pub link: Option<String>,
}

/// How text looks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Style {
    /// Heavier.
    pub bold: bool,
    /// Slanted.
    pub italic: bool,
    /// Struck through.
    pub strike: bool,
    /// Of one width.
    pub code: bool,
    /// Covered until somebody wants to see it.
    pub spoiler: bool,
}

/// Reads the markup of a message.
///
/// Empty lines at its beginning and end are left out.
pub fn parse(text: &str) -> Vec<Block> {
    let mut parsed = Vec::new();
    let mut gap: usize = 0;
    for part in blocks::read(text) {
        let Some(block) = block(text, &part) else {
            gap = part.pieces.len();
            continue;
        };
        let empty = if parsed.is_empty() { 0 } else { gap.saturating_sub(1) };
        parsed.extend(std::iter::repeat_n(Block::Paragraph { spans: Vec::new() }, empty));
        parsed.push(block);
        gap = 0;
    }
    parsed
}

/// The links to pages that stand open in a text: not in a spoiler, where they would give it away.
pub fn web_links(text: &str) -> Vec<String> {
    let is_web = |link: &String| {
        let begins = |scheme: &str| link.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
        begins("https://") || begins("http://")
    };
    let of = |block: Block| match block {
        Block::Paragraph { spans } | Block::Quote { spans } | Block::Item { spans, .. } => spans,
        Block::Code { .. } => Vec::new(),
    };
    let spans = parse(text).into_iter().flat_map(of).filter(|span| !span.style.spoiler);
    spans.filter_map(|span| span.link).filter(is_web).collect()
}

/// The text of a message on one line, without markup and with spoilers covered, for previews.
pub fn plain(text: &str) -> String {
    let mut plain = String::new();
    for block in parse(text) {
        plain.push(' ');
        match block {
            Block::Paragraph { spans } | Block::Quote { spans } => push_plain(&spans, &mut plain),
            Block::Code { text, .. } => plain.push_str(&text),
            Block::Item { marker, spans, .. } => {
                if let Marker::Number(number) = marker {
                    plain.push_str(&format!("{number}. "));
                }
                push_plain(&spans, &mut plain);
            }
        }
    }
    let mut line = String::with_capacity(plain.len());
    for word in plain.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}

fn push_plain(spans: &[Span], plain: &mut String) {
    let mut covered = false;
    for span in spans {
        if !span.style.spoiler {
            plain.push_str(&span.text);
        } else if !covered {
            plain.push_str(HIDDEN);
        }
        covered = span.style.spoiler;
    }
}

/// The style of every byte of the text as typed, in order, and whether it is a marker that is not shown when sent.
///
/// For styling while somebody types: a marker has the style it gives.
pub fn style_ranges(text: &str) -> Vec<(Range<usize>, Style, bool)> {
    let mut ranges: Vec<(Range<usize>, Style, bool)> = Vec::new();
    for piece in blocks::read(text).into_iter().flat_map(|part| part.pieces) {
        let is_marker = piece.role == Role::Marker;
        match ranges.last_mut() {
            Some((last, style, marker)) if *style == piece.style && *marker == is_marker => last.end = piece.range.end,
            _ => ranges.push((piece.range, piece.style, is_marker)),
        }
    }
    ranges
}

/// None for the gap between blocks.
fn block(text: &str, part: &Part) -> Option<Block> {
    let block = match &part.kind {
        Kind::Gap => return None,
        Kind::Paragraph => Block::Paragraph { spans: spans(text, &part.pieces) },
        Kind::Quote => Block::Quote { spans: spans(text, &part.pieces) },
        Kind::Item { depth, marker } => {
            Block::Item { depth: *depth, marker: *marker, spans: spans(text, &part.pieces) }
        }
        Kind::Code { lang, body } => {
            let source = |range: &Range<usize>| text.get(range.clone()).unwrap_or_default();
            Block::Code { text: source(body).replace("\r\n", "\n"), lang: lang.as_ref().map(source).map(str::to_owned) }
        }
    };
    Some(block)
}

fn spans(text: &str, pieces: &[Piece]) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    for piece in pieces {
        let shown = text.get(piece.range.clone()).unwrap_or_default();
        match (piece.role, spans.last_mut()) {
            (Role::Marker | Role::Gap, _) => {}
            (Role::Text, Some(last)) if last.style == piece.style && last.link.is_none() => last.text.push_str(shown),
            (Role::Text, _) => spans.push(Span { text: shown.to_owned(), style: piece.style, link: None }),
            (Role::Link, _) => {
                spans.push(Span { text: shown.to_owned(), style: piece.style, link: Some(shown.to_owned()) });
            }
        }
    }
    spans
}

#[cfg(test)]
thread_local! {
    static STEPS: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// Counts turns of inner loops, so that tests see how the work grows without a clock.
#[cfg(test)]
fn step(turns: usize) {
    STEPS.set(STEPS.get() + turns);
}

#[cfg(not(test))]
fn step(_: usize) {}
