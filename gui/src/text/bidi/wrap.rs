//! Where lines break.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

/// A line of a typed line: its bytes, those of them that are drawn, and their width.
pub(super) struct Row {
    pub(super) start: usize,
    pub(super) shown: usize,
    pub(super) end: usize,
    pub(super) width: f32,
}

/// An end of a grapheme.
struct Cut {
    at: usize,
    /// Where in the list the last place to break is, up to and with this one. 0: there is none.
    last_break: usize,
}

/// Wraps text that has no newline, but for one at its end.
pub(super) fn rows(typed: &str, max_width: f32, measure: &mut dyn FnMut(Range<usize>) -> f32) -> Vec<Row> {
    let cuts = cuts(typed);
    let last = cuts.len().saturating_sub(1);
    let mut wrap = Wrap { typed, cuts, max_width, measure };
    let mut rows = Vec::new();
    let (mut from, mut guess) = (0, 1);
    loop {
        let (fitting, width) = wrap.fitting(from, guess);
        let break_at = wrap.cuts.get(fitting).map_or(0, |cut| cut.last_break);
        let to = if fitting < last && break_at > from { break_at } else { fitting };
        let width = if to == fitting { width } else { wrap.width(from, to) };
        let (start, end) = (wrap.at(from), wrap.at(to));
        rows.push(Row { start, shown: start.saturating_add(shown(typed, start..end).len()), end, width });
        if to >= last {
            return rows;
        }
        guess = to.saturating_sub(from).max(1);
        from = to;
    }
}

struct Wrap<'a> {
    typed: &'a str,
    cuts: Vec<Cut>,
    max_width: f32,
    measure: &'a mut dyn FnMut(Range<usize>) -> f32,
}

impl Wrap<'_> {
    fn at(&self, cut: usize) -> usize {
        self.cuts.get(cut).map_or(self.typed.len(), |cut| cut.at)
    }

    fn width(&mut self, from: usize, to: usize) -> f32 {
        let start = self.at(from);
        let part = shown(self.typed, start..self.at(to));
        if part.is_empty() { 0.0 } else { (self.measure)(start..start.saturating_add(part.len())) }
    }

    /// The last cut after `from` that still fits, and the width up to there; the next one if none does.
    ///
    /// It looks `guess` graphemes ahead, then twice as far, until something does not fit, and then halves: so `measure`
    /// never sees much more than a line, though a word may be as long as the message.
    fn fitting(&mut self, from: usize, guess: usize) -> (usize, f32) {
        let last = self.cuts.len().saturating_sub(1);
        let next = from.saturating_add(1).min(last);
        let (mut fits, mut width) = (from, 0.0);
        let mut step = guess;
        let mut too_far = loop {
            let probe = from.saturating_add(step).clamp(next, last);
            let measured = self.width(from, probe);
            if measured <= self.max_width {
                (fits, width) = (probe, measured);
            } else {
                break probe;
            }
            if probe >= last {
                return (fits, width);
            }
            step = step.saturating_mul(2);
        };
        while too_far.saturating_sub(fits) > 1 {
            let probe = fits.midpoint(too_far);
            let measured = self.width(from, probe);
            if measured <= self.max_width {
                (fits, width) = (probe, measured);
            } else {
                too_far = probe;
            }
        }
        if fits > from { (fits, width) } else { (next, self.width(from, next)) }
    }
}

/// What of a line is drawn.
fn shown(typed: &str, line: Range<usize>) -> &str {
    typed.get(line).unwrap_or_default().trim_end_matches(is_breaking_space)
}

fn cuts(typed: &str) -> Vec<Cut> {
    let mut cuts = vec![Cut { at: 0, last_break: 0 }];
    let mut before = [None; 2];
    for (at, grapheme) in typed.grapheme_indices(true) {
        let c = grapheme.chars().next();
        // The cut in front of this grapheme is in the list already, and only now it is known whether a line may break.
        let here = cuts.len().saturating_sub(1);
        if let Some(cut) = cuts.last_mut()
            && may_break(before, c)
        {
            cut.last_break = here;
        }
        let last_break = cuts.last().map_or(0, |cut| cut.last_break);
        cuts.push(Cut { at: at.saturating_add(grapheme.len()), last_break });
        before = [before[1], c];
    }
    cuts
}

/// Whether a line may break between two graphemes. `before`: the two in front of the place.
///
/// In front of white space it may, but never does, since that always fits.
fn may_break(before: [Option<char>; 2], after: Option<char>) -> bool {
    let [earlier, Some(last)] = before else { return false };
    let Some(after) = after else { return false };
    if is_breaking_space(last) || last == '\u{200B}' {
        return true;
    }
    if matches!(last, '-' | '‐' | '–' | '—') {
        return earlier.is_some_and(char::is_alphanumeric) && after.is_alphanumeric();
    }
    (is_ideographic(last) || is_ideographic(after)) && !opens(last) && !may_not_begin(after) && !glues(last, after)
}

/// White space a line may end with, and that is not drawn there.
fn is_breaking_space(c: char) -> bool {
    c.is_whitespace() && !matches!(c, '\u{A0}' | '\u{2007}' | '\u{202F}')
}

fn glues(last: char, after: char) -> bool {
    let is_glue = |c| matches!(c, '\u{A0}' | '\u{2007}' | '\u{202F}' | '\u{2060}' | '\u{FEFF}');
    is_glue(last) || is_glue(after)
}

fn is_ideographic(c: char) -> bool {
    matches!(c, '\u{2E80}'..='\u{2FDF}' | '\u{3001}'..='\u{30FF}' | '\u{31F0}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}'
        | '\u{F900}'..='\u{FAFF}' | '\u{FF01}'..='\u{FF9F}' | '\u{20000}'..='\u{3FFFF}')
}

fn opens(c: char) -> bool {
    "([{（［｛｢「『【〈《〔〖〘〚“‘«‹".contains(c)
}

fn may_not_begin(c: char) -> bool {
    ")]}）］｝｣」』】〉》〕〗〙〛”’»›!?:;,.！？：；，．。、・…‥ー々〻ゝゞヽヾ％%〜～ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶㇰㇱㇲㇳㇴㇵㇶㇷㇸㇹㇺㇻㇼㇽㇾㇿ".contains(c)
}
