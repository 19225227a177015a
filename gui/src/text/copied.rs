//! What was selected in lines that are shown in another order than they are read in, as it is read.
//!
//! egui copies the words it was handed, which are in the order they are seen in, with a newline where a line was wrapped.

use std::{ops::Range, sync::Arc};

use egui::{Context, FullOutput, OutputCommand, Plugin, Ui};
use unicode_segmentation::UnicodeSegmentation as _;

/// A text on the screen, and how it is shown.
#[derive(Debug, Default)]
pub(crate) struct Read {
    /// As it is read.
    pub(crate) text: String,
    pub(crate) rows: Vec<Row>,
}

/// A line as it is shown.
#[derive(Debug, Default)]
pub(crate) struct Row {
    /// Parts from left to right.
    pub(crate) parts: Vec<Part>,
    /// What ends it and is not shown: white space, a newline.
    pub(crate) trailing: Range<usize>,
}

/// A part of a line.
#[derive(Debug)]
pub(crate) struct Part {
    /// As it is shown.
    pub(crate) shown: String,
    /// The bytes of the text it is made of.
    pub(crate) range: Range<usize>,
    /// Its characters are shown in the opposite order.
    pub(crate) turned: bool,
}

impl Row {
    fn shown(&self) -> String {
        self.parts.iter().map(|part| part.shown.as_str()).collect()
    }

    /// The bytes of the text that a piece of the line is made of, in order.
    fn read(&self, text: &str, piece: &Range<usize>) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        let mut at = 0;
        for part in &self.parts {
            let (from, to) = (piece.start.max(at), piece.end.min(at + part.shown.len()));
            if from < to {
                part.read(text, from - at..to - at, &mut found);
            }
            at += part.shown.len();
        }
        found.sort_by_key(|range| range.start);
        found
    }
}

impl Part {
    fn read(&self, text: &str, piece: Range<usize>, found: &mut Vec<Range<usize>>) {
        if !self.turned {
            found.push(self.range.start + piece.start..self.range.start + piece.end);
            return;
        }
        let logical = text.get(self.range.clone()).unwrap_or_default();
        let mut at = 0;
        for (start, grapheme) in logical.grapheme_indices(true).rev() {
            // A mirrored character is as long as its image.
            let end = at + grapheme.len();
            if piece.start < end && at < piece.end {
                let start = self.range.start + start;
                found.push(start..start + grapheme.len());
            }
            at = end;
        }
    }
}

/// Copied text in the order it is read in; `None` if nothing of it is shown in another one.
pub(crate) fn in_order(copied: &str, on_screen: &[Arc<Read>]) -> Option<String> {
    let mut out = String::new();
    let mut before: Option<(&Arc<Read>, usize)> = None;
    let mut any = false;
    for (at, line) in copied.split('\n').enumerate() {
        let found = find(line, before, on_screen);
        match (before, &found) {
            (Some((last, row)), Some((read, next, _))) if Arc::ptr_eq(last, read) && *next == row + 1 => {
                let trailing = last.rows.get(row).map_or(0..0, |row| row.trailing.clone());
                out.push_str(last.text.get(trailing).unwrap_or_default());
            }
            _ if at > 0 => out.push('\n'),
            _ => {}
        }
        match &found {
            Some((read, row, piece)) => {
                any = true;
                let ranges = read.rows.get(*row).map(|row| row.read(&read.text, piece)).unwrap_or_default();
                ranges.into_iter().for_each(|range| out.push_str(read.text.get(range).unwrap_or_default()));
            }
            None => out.push_str(line),
        }
        before = found.map(|(read, row, _)| (read, row));
    }
    any.then_some(out)
}

/// The line on the screen that has this in it, best the one after the line before.
fn find<'a>(
    line: &str,
    before: Option<(&'a Arc<Read>, usize)>,
    on_screen: &'a [Arc<Read>],
) -> Option<(&'a Arc<Read>, usize, Range<usize>)> {
    let next = before.map(|(read, row)| (read, row + 1));
    let all = on_screen.iter().flat_map(|read| (0..read.rows.len()).map(move |row| (read, row)));
    next.into_iter().chain(all.filter(|_| !line.is_empty())).find_map(|(read, row)| {
        let shown = read.rows.get(row)?.shown();
        let start = shown.find(line).filter(|_| !line.is_empty() || shown.is_empty())?;
        Some((read, row, start..start + line.len()))
    })
}

/// Puts what is copied from the texts of a frame in order.
#[derive(Default)]
pub(crate) struct CopyOrder {
    on_screen: Vec<Arc<Read>>,
}

impl CopyOrder {
    /// To be called when a text is shown that is read in another order.
    pub(crate) fn shown(ui: &Ui, read: &Arc<Read>) {
        if ui.input(|input| input.events.iter().any(|event| matches!(event, egui::Event::Copy | egui::Event::Cut))) {
            ui.ctx().plugin_or_default::<Self>().lock().on_screen.push(Arc::clone(read));
        }
    }
}

impl Plugin for CopyOrder {
    fn debug_name(&self) -> &'static str {
        "copied text in order"
    }

    fn output_hook(&mut self, _ctx: &Context, output: &mut FullOutput) {
        let on_screen = std::mem::take(&mut self.on_screen);
        for command in &mut output.platform_output.commands {
            if let OutputCommand::CopyText(text) = command
                && let Some(read) = in_order(text, &on_screen)
            {
                *text = read;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use egui::{TextFormat, text::LayoutJob};
    use proptest::prelude::*;

    use super::*;
    use crate::text::shown;

    /// A text in a font whose characters are all one point wide.
    fn laid(text: &str, width: f32) -> (String, Arc<Read>) {
        let job = LayoutJob::single_section(text.to_owned(), TextFormat::default());
        let ordered = shown::ordered(&job, width, &mut |range| job.text.get(range).unwrap().chars().count() as f32);
        (ordered.job.text, Arc::new(ordered.read))
    }

    fn copied(shown: &str, read: &Arc<Read>) -> String {
        in_order(shown, std::slice::from_ref(read)).unwrap()
    }

    #[test]
    fn a_part_is_read_in_its_order() {
        let (shown, read) = laid("שלום, עולם!", f32::INFINITY);
        assert_eq!(shown, "!עולם ,שלום");
        assert_eq!(copied("עולם ,שלום", &read), "שלום, עולם");
        assert_eq!(copied("!עולם", &read), "עולם!");
        assert_eq!(copied(" ,", &read), ", ");
        assert_eq!(in_order("something else", &[read]), None);
    }

    #[test]
    fn brackets_are_those_that_were_typed() {
        let (shown, read) = laid("ראו (כאן) abc", f32::INFINITY);
        assert!(shown.contains('('));
        assert_eq!(copied(&shown, &read), "ראו (כאן) abc");
    }

    #[test]
    fn a_wrapped_line_has_no_newline_and_a_typed_one_has() {
        let text = "שלום עולם\nטוב מאוד";
        let (shown, read) = laid(text, 6.0);
        assert_eq!(shown.lines().count(), 4);
        assert_eq!(copied(&shown, &read), text);
    }

    #[test]
    fn two_messages_stay_two() {
        let ((first, one), (second, two)) = (laid("שלום, עולם", 99.0), laid("טוב, מאוד", 99.0));
        let both = in_order(&format!("{first}\n\nplain\n{second}"), &[one, two]).unwrap();
        assert_eq!(both, "שלום, עולם\n\nplain\nטוב, מאוד");
    }

    proptest! {
        #[test]
        fn a_whole_text_is_what_was_written(
            rest in "[\u{5d0}\u{5d1}\u{627}\u{628}\u{661}\u{662}\\(\\)abc 12.,!\n]{0,40}",
            width in 3_u8..60,
        ) {
            let text = format!("\u{5d0}{rest}");
            let (shown, read) = laid(&text, f32::from(width));
            let end = read.rows.last().unwrap().trailing.start;
            let copied = in_order(&shown, std::slice::from_ref(&read)).unwrap_or(shown);
            prop_assert_eq!(copied, text.get(..end).unwrap());
        }
    }
}
