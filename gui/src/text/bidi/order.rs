//! Embedding levels of a paragraph, and the runs of a line of it.

use std::ops::Range;

use unicode_bidi::{BidiClass, BidiInfo, Level, ParagraphBidiInfo};

use super::{Direction, Run};

/// The levels of a typed line, before it is wrapped.
pub(super) struct Levels<'text> {
    base: Level,
    info: ParagraphBidiInfo<'text>,
}

impl<'text> Levels<'text> {
    pub(super) fn new(typed: &'text str, direction: Direction) -> Self {
        let base = match direction {
            Direction::Ltr => Level::ltr(),
            Direction::Rtl => Level::rtl(),
        };
        Self { base, info: ParagraphBidiInfo::new(typed, Some(base)) }
    }

    /// The runs of the part that is one line, from left to right.
    ///
    /// `ParagraphBidiInfo::visual_runs` would do it too, but copies the levels of the whole paragraph for each line.
    pub(super) fn runs(&self, typed: &str, shown: Range<usize>) -> Vec<Run> {
        let mut runs: Vec<(Range<usize>, Level)> = Vec::new();
        for (range, level) in self.line_levels(typed, shown) {
            match runs.last_mut() {
                Some((last, same)) if *same == level => last.end = range.end,
                _ => runs.push((range, level)),
            }
        }
        if runs.is_empty() {
            return Vec::new();
        }
        let levels: Vec<Level> = runs.iter().map(|(_, level)| *level).collect();
        let order = BidiInfo::reorder_visual(&levels);
        let run = |at: usize| runs.get(at).map(|(range, level)| Run { range: range.clone(), rtl: level.is_rtl() });
        order.into_iter().filter_map(run).collect()
    }

    /// Rule L1: separators, and white space before them and at the end, have the level of the paragraph.
    fn line_levels(&self, typed: &str, shown: Range<usize>) -> Vec<(Range<usize>, Level)> {
        let text = typed.get(shown.clone()).unwrap_or_default();
        let mut levels: Vec<(Range<usize>, Level)> = Vec::new();
        let mut blank_from = None;
        let mut before = self.base;
        for (at, c) in text.char_indices() {
            let from = shown.start.saturating_add(at);
            let class = self.info.original_classes.get(from).copied().unwrap_or(BidiClass::ON);
            let mut level = self.info.levels.get(from).copied().unwrap_or(self.base);
            if removed_by_x9(class) {
                level = before;
            }
            levels.push((from..from.saturating_add(c.len_utf8()), level));
            if matches!(class, BidiClass::B | BidiClass::S) {
                self.reset(&mut levels, blank_from.take().unwrap_or(from));
            } else if removed_by_x9(class) || is_blank(class) {
                blank_from.get_or_insert(from);
            } else {
                blank_from = None;
            }
            before = levels.last().map_or(self.base, |(_, level)| *level);
        }
        if let Some(from) = blank_from {
            self.reset(&mut levels, from);
        }
        levels
    }

    fn reset(&self, levels: &mut [(Range<usize>, Level)], from: usize) {
        for (_, level) in levels.iter_mut().rev().take_while(|(range, _)| range.start >= from) {
            *level = self.base;
        }
    }
}

fn is_blank(class: BidiClass) -> bool {
    matches!(class, BidiClass::WS | BidiClass::FSI | BidiClass::LRI | BidiClass::RLI | BidiClass::PDI)
}

fn removed_by_x9(class: BidiClass) -> bool {
    matches!(class, BidiClass::RLE | BidiClass::LRE | BidiClass::RLO | BidiClass::LRO | BidiClass::PDF | BidiClass::BN)
}
