//! Lines of text in the order they are drawn in (UAX #9), for a text engine that only shapes.
//!
//! egui joins Arabic letters and turns a Hebrew word round, but puts words one after the other from left to right. So a
//! paragraph that [`needs_reordering`] is wrapped and ordered here: [`lines`] cuts it into [`Line`]s of [`Run`]s, and
//! [`pieces`] cuts a run into sections that come out right whatever fonts the engine picks for them.
//!
//! A newline ends a line and a paragraph: each typed line has the direction of its own first strong character, and one
//! without any has that of the whole text. Directional controls in a text without right-to-left characters do nothing.

mod order;
mod visual;
mod wrap;

#[cfg(test)]
mod tests;

use std::ops::Range;

use unicode_bidi::{BidiClass, bidi_class};

pub use visual::{Piece, pieces, visual_text};

/// Where a paragraph begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// At the left.
    Ltr,
    /// At the right.
    Rtl,
}

/// Characters next to each other that go in one direction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// The bytes of the text it is made of.
    pub range: Range<usize>,
    /// Whether its first character is the rightmost.
    pub rtl: bool,
}

/// A line as it is drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Its runs from left to right. Together with `trailing` they are every byte of `range`, once.
    pub runs: Vec<Run>,
    /// The white space, with the newline, that it ends with. It is not drawn and has no width.
    pub trailing: Range<usize>,
    /// What `measure` said of it, without `trailing`.
    pub width: f32,
    /// The bytes of the text it is made of. Those of all lines follow each other without a gap.
    pub range: Range<usize>,
    /// The side it begins at.
    pub direction: Direction,
}

/// The direction of the first strong character outside isolates, left to right without one.
pub fn direction(paragraph: &str) -> Direction {
    strong(paragraph).unwrap_or(Direction::Ltr)
}

fn strong(paragraph: &str) -> Option<Direction> {
    match unicode_bidi::get_base_direction_full(paragraph) {
        unicode_bidi::Direction::Ltr => Some(Direction::Ltr),
        unicode_bidi::Direction::Rtl => Some(Direction::Rtl),
        unicode_bidi::Direction::Mixed => None,
    }
}

/// Whether a text has right-to-left characters. Without them an engine that knows no order draws it right.
pub fn needs_reordering(text: &str) -> bool {
    // The Hebrew block is the first with such a character, and its UTF-8 begins with 0xD6.
    text.bytes().any(|byte| byte >= 0xD6)
        && text.chars().any(|c| c >= '\u{590}' && matches!(bidi_class(c), BidiClass::R | BidiClass::AL | BidiClass::AN))
}

/// Wraps a text to `max_width` and orders each line. There is at least one line, and one more after each newline.
///
/// `measure` tells the width of a part of the text, given by its bytes, as one line. It is asked O(log n) times for a line, with no more
/// than a few times as much text as fits. A line breaks after white space, after a hyphen between letters and between
/// ideographs; a word wider than the line breaks between graphemes, and a grapheme wider than the line stands alone.
pub fn lines(text: &str, max_width: f32, measure: &mut dyn FnMut(Range<usize>) -> f32) -> Vec<Line> {
    let reorder = needs_reordering(text);
    let whole = direction(text);
    let mut lines = Vec::new();
    let mut start = 0;
    for typed in typed_lines(text) {
        let direction = strong(typed).unwrap_or(whole);
        let levels = reorder.then(|| order::Levels::new(typed, direction));
        for row in wrap::rows(typed, max_width, &mut |part| measure(moved(&part, start))) {
            let shown = row.start..row.shown;
            let mut runs = match &levels {
                Some(levels) => levels.runs(typed, shown),
                None if shown.is_empty() => Vec::new(),
                None => vec![Run { range: shown, rtl: false }],
            };
            for run in &mut runs {
                run.range = moved(&run.range, start);
            }
            let trailing = moved(&(row.shown..row.end), start);
            let range = moved(&(row.start..row.end), start);
            lines.push(Line { runs, trailing, width: row.width, range, direction });
        }
        start += typed.len();
    }
    lines
}

/// The lines with their newlines; after the last newline there is one more, perhaps empty.
fn typed_lines(text: &str) -> impl Iterator<Item = &str> {
    let empty = text.is_empty() || text.ends_with('\n');
    text.split_inclusive('\n').chain(empty.then_some(""))
}

fn moved(range: &Range<usize>, by: usize) -> Range<usize> {
    range.start.saturating_add(by)..range.end.saturating_add(by)
}
