//! Lines become blocks.

use std::ops::Range;

use super::{
    Marker, Style,
    scan::{self, Piece, Role, Segment},
    step,
};

/// A list goes in so often.
const DEPTHS: usize = 3;
/// How many columns further in an item of an inner list begins.
const INDENT: usize = 2;
const TAB: usize = 4;
const FENCE: usize = 3;
const LANG_MAX: usize = 32;
/// Nine digits fit a `u32`.
const NUMBER_DIGITS_MAX: usize = 9;
const CODE: Style = Style { bold: false, italic: false, strike: false, code: true, spoiler: false };

/// A block, or the empty lines between two. Their pieces, one after the other, are the whole text.
pub(super) struct Part {
    pub(super) kind: Kind,
    pub(super) pieces: Vec<Piece>,
}

/// What kind of block it is.
pub(super) enum Kind {
    /// Empty lines, a piece each.
    Gap,
    Paragraph,
    Quote,
    Item {
        depth: u8,
        marker: Marker,
    },
    Code {
        lang: Option<Range<usize>>,
        body: Range<usize>,
    },
}

/// Cuts a text into blocks.
pub(super) fn read(text: &str) -> Vec<Part> {
    let mut reader = Reader::new(text);
    let mut parts = Vec::new();
    while let Some(part) = reader.part() {
        if !matches!(part.kind, Kind::Gap | Kind::Item { .. }) {
            reader.indents.clear();
        }
        parts.push(part);
    }
    parts
}

struct Line {
    /// Without the newline.
    body: Range<usize>,
    /// With it.
    end: usize,
    /// How many backticks it is, if it is nothing else.
    ticks: usize,
    /// The most of them that any line from this one on is.
    ticks_ahead: usize,
}

struct Reader<'text> {
    text: &'text str,
    lines: Vec<Line>,
    at: usize,
    /// Where the items begin that the next one may belong to, outermost first.
    indents: Vec<usize>,
}

/// Which block a line begins. Ranges are within the line.
enum Start {
    Empty,
    Quote { lead: usize },
    Item { indent: usize, lead: usize, marker: Marker },
    Fence { lang: Option<Range<usize>>, closing: usize },
    Text,
}

impl<'text> Reader<'text> {
    fn new(text: &'text str) -> Self {
        let mut lines = Vec::new();
        let mut start: usize = 0;
        for typed in text.split_inclusive('\n') {
            let body = typed.strip_suffix('\n').map_or(typed, |body| body.strip_suffix('\r').unwrap_or(body));
            let fence = body.trim_matches(' ');
            let ticks = if fence.bytes().all(|byte| byte == b'`') { fence.len() } else { 0 };
            let end = start.saturating_add(typed.len());
            lines.push(Line { body: start..start.saturating_add(body.len()), end, ticks, ticks_ahead: 0 });
            start = end;
        }
        let mut most = 0;
        for line in lines.iter_mut().rev() {
            most = line.ticks.max(most);
            line.ticks_ahead = most;
        }
        Self { text, lines, at: 0, indents: Vec::new() }
    }

    fn body(&self, at: usize) -> &'text str {
        self.lines.get(at).and_then(|line| self.text.get(line.body.clone())).unwrap_or_default()
    }

    fn part(&mut self) -> Option<Part> {
        let first = self.at;
        if first >= self.lines.len() {
            return None;
        }
        let part = match self.start(first) {
            Start::Empty => {
                self.skip_while(|start| matches!(start, Start::Empty));
                let gap =
                    |line: &Line| Piece { range: line.body.start..line.end, style: Style::default(), role: Role::Gap };
                Part { kind: Kind::Gap, pieces: self.taken(first).iter().map(gap).collect() }
            }
            Start::Quote { .. } => {
                self.skip_while(|start| matches!(start, Start::Quote { .. }));
                let lead = |at| match self.start(at) {
                    Start::Quote { lead } => lead,
                    Start::Empty | Start::Item { .. } | Start::Fence { .. } | Start::Text => 0,
                };
                let leads: Vec<usize> = (first..self.at).map(lead).collect();
                Part { kind: Kind::Quote, pieces: self.inline(first, &leads) }
            }
            Start::Item { indent, lead, marker } => {
                self.at = first.saturating_add(1);
                let depth = self.depth(indent);
                Part { kind: Kind::Item { depth, marker }, pieces: self.inline(first, &[lead]) }
            }
            Start::Fence { lang, closing } => {
                self.at = closing.saturating_add(1);
                self.code(first, lang, closing)
            }
            Start::Text => {
                self.skip_while(|start| matches!(start, Start::Text));
                Part { kind: Kind::Paragraph, pieces: self.inline(first, &[]) }
            }
        };
        Some(part)
    }

    fn skip_while(&mut self, same: impl Fn(&Start) -> bool) {
        self.at = self.at.saturating_add(1);
        while self.at < self.lines.len() && same(&self.start(self.at)) {
            self.at = self.at.saturating_add(1);
        }
    }

    fn taken(&self, first: usize) -> &[Line] {
        self.lines.get(first..self.at).unwrap_or_default()
    }

    /// The inline markup of the lines taken; `leads`: how long the marker is that each begins with.
    fn inline(&self, first: usize, leads: &[usize]) -> Vec<Piece> {
        let leads = leads.iter().copied().chain(std::iter::repeat(0));
        let segment = |(line, lead): (&Line, usize)| {
            let body = line.body.start.saturating_add(lead);
            Segment { lead: line.body.start..body, body: body..line.body.end, end: line.end }
        };
        let segments: Vec<Segment> = self.taken(first).iter().zip(leads).map(segment).collect();
        scan::pieces(self.text, &segments)
    }

    fn code(&self, first: usize, lang: Option<Range<usize>>, closing: usize) -> Part {
        let open_end = self.lines.get(first).map_or(0, |line| line.end);
        let last = self.lines.get(closing.saturating_sub(1)).map_or(open_end, |line| line.body.end);
        let body = open_end..last.max(open_end);
        let (close, end) = self.lines.get(closing).map_or((body.end, body.end), |line| (line.body.end, line.end));
        let start = self.lines.get(first).map_or(0, |line| line.body.start);
        let pieces = [
            (start..open_end, CODE, Role::Marker),
            (body.clone(), CODE, Role::Text),
            (body.end..close, CODE, Role::Marker),
            (close..end, Style::default(), Role::Gap),
        ];
        let pieces = pieces.into_iter().filter(|(range, ..)| !range.is_empty());
        let pieces = pieces.map(|(range, style, role)| Piece { range, style, role }).collect();
        Part { kind: Kind::Code { lang, body }, pieces }
    }

    fn depth(&mut self, indent: usize) -> u8 {
        while self.indents.last().is_some_and(|last| indent < *last) {
            self.indents.pop();
        }
        let is_inner = self.indents.last().is_none_or(|last| indent >= last.saturating_add(INDENT));
        if is_inner && self.indents.len() < DEPTHS {
            self.indents.push(indent);
        }
        u8::try_from(self.indents.len().saturating_sub(1)).unwrap_or(0)
    }

    fn start(&self, at: usize) -> Start {
        let body = self.body(at);
        step(body.len());
        if body.trim().is_empty() {
            return Start::Empty;
        }
        if let Some(rest) = body.strip_prefix('>')
            && (rest.is_empty() || rest.starts_with(' '))
        {
            return Start::Quote { lead: rest.len().min(1).saturating_add(1) };
        }
        item(body).or_else(|| self.fence(at)).unwrap_or(Start::Text)
    }

    /// The beginning of code, if there is an end to it. Words behind the fence would be lost unless they are one that
    /// may be the name of a language, so others make it text.
    fn fence(&self, at: usize) -> Option<Start> {
        let body = self.body(at);
        let fence = body.trim_start_matches(' ');
        let info = fence.trim_start_matches('`');
        let ticks = fence.len().saturating_sub(info.len());
        let lang = info.trim();
        let is_lang = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '#' | '.' | '_');
        if ticks < FENCE || lang.len() > LANG_MAX || !lang.chars().all(is_lang) {
            return None;
        }
        let next = at.saturating_add(1);
        if self.lines.get(next)?.ticks_ahead < ticks {
            return None;
        }
        let closes = |line: &Line| {
            step(1);
            line.ticks >= ticks
        };
        let ahead = self.lines.get(next..)?.iter().position(closes)?;
        let start = self.lines.get(at)?.body.start.saturating_add(body.len().saturating_sub(info.trim_start().len()));
        let lang = (!lang.is_empty()).then(|| start..start.saturating_add(lang.len()));
        Some(Start::Fence { lang, closing: next.saturating_add(ahead) })
    }
}

fn item(body: &str) -> Option<Start> {
    let is_blank = |c| matches!(c, ' ' | '\t');
    let rest = body.trim_start_matches(is_blank);
    let indent = body.bytes().take_while(|byte| matches!(byte, b' ' | b'\t'));
    let indent = indent.map(|byte| if byte == b'\t' { TAB } else { 1 }).sum();
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (marker, text) = if let Some(text) = rest.strip_prefix(['-', '*']) {
        (Marker::Bullet, text)
    } else if (1..=NUMBER_DIGITS_MAX).contains(&digits) {
        let (number, text) = rest.split_at_checked(digits)?;
        (Marker::Number(number.parse().ok()?), text.strip_prefix('.')?)
    } else {
        return None;
    };
    let shown = text.trim_start_matches(is_blank);
    let lead = body.len().saturating_sub(shown.len());
    (text.starts_with(is_blank) && !shown.trim().is_empty()).then_some(Start::Item { indent, lead, marker })
}
