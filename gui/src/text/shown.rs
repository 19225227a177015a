//! Text as it has to be handed to egui, which shapes words of every script but does not put them in order: until it does
//! (egui issue 5069), lines with right-to-left words are put in order here.

use std::borrow::Cow;

use super::bidi;

/// One line that is not wrapped.
pub(crate) fn line(text: &str) -> String {
    if bidi::needs_reordering(text) { visual(text, f32::INFINITY, &mut |_| 0.0) } else { text.to_owned() }
}

/// Text wrapped to a width and put in order, lines separated by `\n`.
pub(crate) fn wrapped<'a>(text: &'a str, width: f32, measure: &mut dyn FnMut(&str) -> f32) -> Cow<'a, str> {
    if !bidi::needs_reordering(text) {
        return Cow::Borrowed(text);
    }
    let lines: Vec<_> = text.split('\n').map(|paragraph| visual(paragraph, width, measure)).collect();
    Cow::Owned(lines.join("\n"))
}

fn visual(text: &str, width: f32, measure: &mut dyn FnMut(&str) -> f32) -> String {
    let lines = bidi::lines(text, width, measure);
    let shown: Vec<String> = lines.iter().map(|line| one(line, text)).collect();
    shown.join("\n")
}

/// The pieces of a line from left to right. They are not sections of their own here: the spaces between words come from
/// another font than right-to-left letters, which separates them as well.
fn one(line: &bidi::Line, text: &str) -> String {
    let pieces = line.runs.iter().flat_map(|run| bidi::pieces(run, text, &[]));
    pieces.map(|piece| piece.text.into_owned()).collect()
}
