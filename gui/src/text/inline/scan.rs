//! Lines of a block become styled pieces.

use std::{
    collections::{HashMap, VecDeque},
    ops::Range,
};

use super::{
    Style, autolink,
    emphasis::{self, Edge, Effect, Mark, Run},
    step,
};

/// A line of a block.
pub(super) struct Segment {
    /// The marker it begins with.
    pub(super) lead: Range<usize>,
    /// What is read as inline markup.
    pub(super) body: Range<usize>,
    /// Where the next line begins.
    pub(super) end: usize,
}

/// A part of the text of one style and role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) range: Range<usize>,
    pub(super) style: Style,
    pub(super) role: Role,
}

/// What becomes of a piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// It is shown.
    Text,
    /// It is shown, and leads somewhere.
    Link,
    /// It says how other text is shown.
    Marker,
    /// It is between lines or blocks.
    Gap,
}

struct Token {
    range: Range<usize>,
    role: Role,
    code: bool,
}

/// Reads the inline markup of a block. Pairs may reach across its lines; code may not.
pub(super) fn pieces(text: &str, segments: &[Segment]) -> Vec<Piece> {
    let mut scanner = Scanner { tokens: Vec::new(), runs: Vec::new() };
    for (index, segment) in segments.iter().enumerate() {
        scanner.push(segment.lead.clone(), Role::Marker);
        scanner.line(text.get(segment.body.clone()).unwrap_or_default(), segment.body.start);
        // A carriage return is no part of the line break.
        let newline = segment.end.saturating_sub(1).max(segment.body.end);
        let is_last = index.saturating_add(1) == segments.len();
        scanner.push(segment.body.end..newline, Role::Gap);
        scanner.push(newline..segment.end, if is_last { Role::Gap } else { Role::Text });
    }
    styled(&scanner.tokens, &emphasis::pair(&scanner.runs, scanner.tokens.len()))
}

struct Scanner {
    tokens: Vec<Token>,
    runs: Vec<Run>,
}

/// What begins at a place in a line. Lengths are in bytes.
enum Found {
    /// Characters without a meaning.
    Text(usize),
    /// A backslash.
    Escape,
    Code {
        ticks: usize,
        len: usize,
    },
    Link(usize),
    Run {
        mark: Mark,
        units: usize,
        opens: bool,
        closes: bool,
    },
}

impl Scanner {
    fn push(&mut self, range: Range<usize>, role: Role) {
        self.push_as(range, role, false);
    }

    fn push_as(&mut self, range: Range<usize>, role: Role, code: bool) {
        if !range.is_empty() {
            self.tokens.push(Token { range, role, code });
        }
    }

    fn line(&mut self, line: &str, base: usize) {
        let mut ticks = Ticks::new(line);
        let (mut at, mut text_from): (usize, usize) = (0, 0);
        while at < line.len() {
            step(1);
            let found = find(line, at, &mut ticks);
            let start = base.saturating_add(at);
            if !matches!(found, Found::Text(_)) {
                self.push(base.saturating_add(text_from)..start, Role::Text);
            }
            match found {
                Found::Text(len) => {
                    at = at.saturating_add(len);
                    continue;
                }
                Found::Escape => {
                    self.push(start..start.saturating_add(1), Role::Marker);
                    // What is escaped begins the next text.
                    text_from = at.saturating_add(1);
                    at = at.saturating_add(2);
                    continue;
                }
                Found::Code { ticks, len } => {
                    let code = line.get(at..at.saturating_add(len)).unwrap_or_default();
                    self.code(code, start, ticks);
                    at = at.saturating_add(len);
                }
                Found::Link(len) => {
                    self.push(start..start.saturating_add(len), Role::Link);
                    at = at.saturating_add(len);
                }
                Found::Run { mark, units, opens, closes } => {
                    self.runs.push(Run { mark, first: self.tokens.len(), units, opens, closes });
                    for unit in 0..units {
                        let from = start.saturating_add(unit.saturating_mul(mark.width()));
                        self.push(from..from.saturating_add(mark.width()), Role::Text);
                    }
                    at = at.saturating_add(units.saturating_mul(mark.width()));
                }
            }
            text_from = at;
        }
        self.push(base.saturating_add(text_from)..base.saturating_add(line.len()), Role::Text);
    }

    /// A space at both ends is there to keep backticks apart.
    fn code(&mut self, code: &str, start: usize, ticks: usize) {
        let end = start.saturating_add(code.len());
        let inner = code.get(ticks..code.len().saturating_sub(ticks)).unwrap_or_default();
        let is_padded = inner.starts_with(' ') && inner.ends_with(' ') && !inner.trim_matches(' ').is_empty();
        let edge = ticks.saturating_add(usize::from(is_padded));
        let inner = start.saturating_add(edge)..end.saturating_sub(edge);
        self.push_as(start..inner.start, Role::Marker, true);
        self.push_as(inner.clone(), Role::Text, true);
        self.push_as(inner.end..end, Role::Marker, true);
    }
}

fn find(line: &str, at: usize, ticks: &mut Ticks) -> Found {
    let rest = line.get(at..).unwrap_or_default();
    let before = || line.get(..at).and_then(|before| before.chars().next_back());
    let Some(c) = rest.chars().next() else { return Found::Text(1) };
    match c {
        '\\' if rest.chars().nth(1).is_some_and(|next| next.is_ascii_punctuation()) => Found::Escape,
        '`' => {
            let len = run_len(rest, c);
            let close = ticks.close(len, at.saturating_add(len));
            let whole = close.map(|close| close.saturating_add(len).saturating_sub(at));
            whole.map_or(Found::Text(len), |whole| Found::Code { ticks: len, len: whole })
        }
        '*' | '_' | '~' | '|' => {
            let len = run_len(rest, c);
            run(c, len, before(), rest.get(len..).and_then(|after| after.chars().next()))
        }
        'h' | 'H' | 'm' | 'M' | 'k' | 'K' if before().is_none_or(|c| !c.is_ascii_alphanumeric()) => {
            autolink::len(rest).map_or(Found::Text(1), Found::Link)
        }
        _ => Found::Text(c.len_utf8()),
    }
}

fn run_len(rest: &str, c: char) -> usize {
    let len = rest.chars().take_while(|same| *same == c).count();
    step(len);
    len
}

/// What `len` equal characters are, from what is around them.
fn run(c: char, len: usize, before: Option<char>, after: Option<char>) -> Found {
    let mark = match (c, len) {
        ('*', 1..=3) => Mark::Star,
        ('_', 1) => Mark::Underscore,
        ('~', 2) => Mark::Tildes,
        ('|', 2) => Mark::Bars,
        _ => return Found::Text(len),
    };
    // Faces such as ^_^ are no markup either.
    let apart = |c: Option<char>, ascii: &str| {
        c.is_none_or(|c| c.is_whitespace() || ascii.contains(c) || !(c.is_ascii() || c.is_alphanumeric()))
    };
    let is_digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    let mut opens = after.is_some_and(|c| !c.is_whitespace());
    let mut closes = before.is_some_and(|c| !c.is_whitespace());
    match mark {
        Mark::Underscore => {
            opens = opens && apart(before, "([{\"'*~|/");
            closes = closes && apart(after, ")]}\"'*~|/.,:;!?");
        }
        // 2*3*4 is no markup.
        Mark::Star if is_digit(before) && is_digit(after) => return Found::Text(len),
        Mark::Star | Mark::Tildes | Mark::Bars => {}
    }
    if !opens && !closes {
        return Found::Text(len);
    }
    Found::Run { mark, units: if mark == Mark::Star { len } else { 1 }, opens, closes }
}

/// The runs of backticks in a line, by their length.
struct Ticks(HashMap<usize, VecDeque<usize>>);

impl Ticks {
    fn new(line: &str) -> Self {
        let mut runs: HashMap<usize, VecDeque<usize>> = HashMap::new();
        step(line.len());
        let mut from = None;
        for (at, byte) in line.bytes().chain([b'\n']).enumerate() {
            if byte == b'`' {
                from.get_or_insert(at);
            } else if let Some(from) = from.take() {
                runs.entry(at.saturating_sub(from)).or_default().push_back(from);
            }
        }
        Self(runs)
    }

    /// The next run of that length. `after` only grows, so what is before it is forgotten.
    fn close(&mut self, len: usize, after: usize) -> Option<usize> {
        let runs = self.0.get_mut(&len)?;
        while runs.front().is_some_and(|run| *run < after) {
            step(1);
            runs.pop_front();
        }
        runs.front().copied()
    }
}

/// How many pairs are open, by what they do.
#[derive(Default)]
struct Active {
    bold: usize,
    italic: usize,
    strike: usize,
    spoiler: usize,
}

impl Active {
    fn count(&mut self, effect: Effect) -> &mut usize {
        match effect {
            Effect::Bold => &mut self.bold,
            Effect::Italic => &mut self.italic,
            Effect::Strike => &mut self.strike,
            Effect::Spoiler => &mut self.spoiler,
        }
    }

    fn style(&self, code: bool) -> Style {
        Style { bold: self.bold > 0, italic: self.italic > 0, strike: self.strike > 0, code, spoiler: self.spoiler > 0 }
    }
}

fn styled(tokens: &[Token], edges: &[Edge]) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut active = Active::default();
    for (token, edge) in tokens.iter().zip(edges) {
        if let Edge::Open(effect) = *edge {
            let count = active.count(effect);
            *count = count.saturating_add(1);
        }
        let role = if *edge == Edge::None { token.role } else { Role::Marker };
        let style = active.style(token.code);
        match pieces.last_mut() {
            Some(last) if last.role == role && last.style == style => last.range.end = token.range.end,
            _ => pieces.push(Piece { range: token.range.clone(), style, role }),
        }
        if let Edge::Close(effect) = *edge {
            let count = active.count(effect);
            *count = count.saturating_sub(1);
        }
    }
    pieces
}
