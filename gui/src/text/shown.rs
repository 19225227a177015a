//! Text as it has to be handed to egui, which shapes words of every script but does not put them in order: until it does
//! (egui issue 5069), lines with right-to-left words are put in order here.

use std::{borrow::Cow, ops::Range};

use egui::{
    TextFormat, WidgetText,
    epaint::text::FontsView,
    text::{ByteIndex, LayoutJob, LayoutSection},
};

use super::{
    bidi::{self, Direction, Line},
    copied::{Part, Read, Row},
};

/// A text ready to be shown, and what it says.
#[derive(Clone)]
pub(crate) struct Text {
    job: LayoutJob,
    /// Set where the order it is shown in is not the one it is read in.
    spoken: Option<String>,
}

impl Text {
    /// One line.
    pub(crate) fn line(text: String, format: TextFormat) -> Self {
        Self::ordered(text, format, |job| ordered(job, f32::INFINITY, &mut |_| 0.0).job)
    }

    /// A paragraph as wide as there is room.
    pub(crate) fn paragraph(fonts: &mut FontsView<'_>, text: String, format: TextFormat, width: f32) -> Self {
        Self::ordered(text, format, |job| {
            let mut measure = measure(fonts, job);
            ordered(job, width, &mut measure).job
        })
    }

    /// One line that ends with an ellipsis where it is too long.
    pub(crate) fn cut(fonts: &mut FontsView<'_>, text: String, format: TextFormat, width: f32) -> Self {
        Self::ordered(text, format, |job| {
            let mut measure = measure(fonts, job);
            let whole = bidi::lines(&job.text, f32::INFINITY, &mut measure);
            if whole.len() == 1 && whole.iter().all(|line| line.width <= width) {
                return in_order(job, &whole).job;
            }
            let room = (width - job.sections.first().map_or(0.0, |one| one.format.font_id.size)).max(0.0);
            let first = bidi::lines(&job.text, room, &mut measure).into_iter().take(1).collect::<Vec<_>>();
            let mut cut = in_order(job, &first).job;
            let direction = first.first().map_or(Direction::Ltr, |line| line.direction);
            add_ellipsis(&mut cut, direction);
            cut
        })
    }

    fn ordered(text: String, format: TextFormat, order: impl FnOnce(&LayoutJob) -> LayoutJob) -> Self {
        let job = LayoutJob::single_section(text, format);
        if bidi::needs_reordering(&job.text) {
            return Self { job: order(&job), spoken: Some(job.text) };
        }
        Self { job, spoken: None }
    }

    /// What it says, if a screen reader must not take it from what is shown.
    pub(crate) fn spoken(&self) -> Option<&str> {
        self.spoken.as_deref()
    }
}

impl From<Text> for WidgetText {
    fn from(text: Text) -> Self {
        Self::from(text.job)
    }
}

/// A job whose sections are in the order they are seen in.
pub(crate) struct Ordered {
    pub(crate) job: LayoutJob,
    /// For each of its sections the section it is a part of, and none for a line's end.
    pub(crate) from: Vec<Option<usize>>,
    /// How it is read.
    pub(crate) read: Read,
}

/// Wraps a job to a width and puts it in order. The sections of `job` cover its text in ascending order; `measure` is as
/// for [`bidi::lines`].
pub(crate) fn ordered(job: &LayoutJob, width: f32, measure: &mut dyn FnMut(Range<usize>) -> f32) -> Ordered {
    in_order(job, &bidi::lines(&job.text, width, measure))
}

/// Measures parts of a job in its own fonts.
pub(crate) fn measure<'a>(fonts: &'a mut FontsView<'_>, job: &'a LayoutJob) -> impl FnMut(Range<usize>) -> f32 {
    move |part| {
        let mut shorter = LayoutJob::default();
        for section in &job.sections {
            let (start, end) = (section.byte_range.start.0.max(part.start), section.byte_range.end.0.min(part.end));
            if let Some(text) = job.text.get(start..end) {
                shorter.append(text, 0.0, section.format.clone());
            }
        }
        fonts.layout_job(shorter).size().x
    }
}

fn in_order(job: &LayoutJob, lines: &[Line]) -> Ordered {
    let cuts: Vec<usize> = job.sections.iter().map(|section| section.byte_range.start.0).collect();
    let read = Read { text: job.text.clone(), rows: Vec::new() };
    let mut ordered = Ordered { job: LayoutJob::default(), from: Vec::new(), read };
    for (at, line) in lines.iter().enumerate() {
        if at > 0 {
            let last = job.sections.last().map(|section| section.format.clone());
            ordered.push("\n", last.unwrap_or_default(), None);
        }
        let mut row = Row { parts: Vec::new(), trailing: line.trailing.clone() };
        for piece in line.runs.iter().flat_map(|run| bidi::pieces(run, &job.text, &cuts)) {
            let from = cuts.partition_point(|cut| *cut <= piece.range.start).saturating_sub(1);
            let Some(section) = job.sections.get(from) else { continue };
            ordered.push(&piece.text, section.format.clone(), Some(from));
            let turned = matches!(piece.text, Cow::Owned(_));
            row.parts.push(Part { shown: piece.text.into_owned(), range: piece.range, turned });
        }
        ordered.read.rows.push(row);
    }
    ordered
}

impl Ordered {
    /// Not `LayoutJob::append`, which makes neighbours one section: they are shaped by themselves.
    fn push(&mut self, text: &str, format: TextFormat, from: Option<usize>) {
        self.job.sections.push(section(self.job.text.len(), text, format));
        self.job.text.push_str(text);
        self.from.push(from);
    }
}

fn section(start: usize, text: &str, format: TextFormat) -> LayoutSection {
    LayoutSection { leading_space: 0.0, byte_range: ByteIndex(start)..ByteIndex(start + text.len()), format }
}

/// At the end of what is read.
fn add_ellipsis(job: &mut LayoutJob, direction: Direction) {
    const MARK: &str = "…";
    let Some(format) = job.sections.first().map(|section| section.format.clone()) else { return };
    if direction == Direction::Ltr {
        job.sections.push(section(job.text.len(), MARK, format));
        job.text.push_str(MARK);
        return;
    }
    for section in &mut job.sections {
        section.byte_range.start.0 += MARK.len();
        section.byte_range.end.0 += MARK.len();
    }
    job.sections.insert(0, section(0, MARK, format));
    job.text.insert_str(0, MARK);
}

#[cfg(test)]
mod tests {
    use egui::FontId;

    use super::*;

    fn format(size: f32) -> TextFormat {
        TextFormat::simple(FontId::proportional(size), crate::theme::Color::PLACEHOLDER)
    }

    fn parts(job: &LayoutJob) -> Vec<&str> {
        let bytes = |one: &LayoutSection| one.byte_range.start.0..one.byte_range.end.0;
        job.sections.iter().filter_map(|one| job.text.get(bytes(one))).collect()
    }

    fn with_fonts<R>(check: impl FnOnce(&mut FontsView<'_>) -> R) -> R {
        let ctx = egui::Context::default();
        ctx.begin_pass(egui::RawInput::default());
        let checked = ctx.fonts_mut(check);
        ctx.end_pass().textures_delta.clear();
        checked
    }

    #[test]
    fn words_and_signs_of_a_right_to_left_line_are_sections_from_the_left() {
        let text = Text::line("שלום, עולם!".to_owned(), format(14.0));
        assert_eq!(parts(&text.job), ["!", "עולם", " ,", "שלום"]);
        assert_eq!(text.spoken(), Some("שלום, עולם!"));
        let text = Text::line("plain".to_owned(), format(14.0));
        assert_eq!((parts(&text.job), text.spoken()), (vec!["plain"], None));
    }

    #[test]
    fn styles_stay_with_their_words() {
        let mut job = LayoutJob::default();
        for (text, size) in [("שלום ", 10.0), ("עולם", 20.0), (" טוב", 10.0)] {
            job.append(text, 0.0, format(size));
        }
        let ordered = ordered(&job, f32::INFINITY, &mut |_| 0.0);
        assert_eq!(parts(&ordered.job), ["טוב", " ", "עולם", " ", "שלום"]);
        assert_eq!(ordered.from, [Some(2), Some(2), Some(1), Some(0), Some(0)]);
        let sizes: Vec<_> = ordered.job.sections.iter().map(|one| one.format.font_id.size).collect();
        assert_eq!(sizes, [10.0, 10.0, 20.0, 10.0, 10.0]);
    }

    #[test]
    fn a_line_too_long_ends_where_reading_ends() {
        let text = "שלום עולם טוב מאוד";
        let (cut, whole) = with_fonts(|fonts| {
            let cut = Text::cut(fonts, text.to_owned(), format(14.0), 60.0);
            (cut, Text::cut(fonts, text.to_owned(), format(14.0), 6000.0))
        });
        assert_eq!(cut.job.text.chars().next(), Some('…'));
        assert!(cut.job.text.ends_with("שלום"), "{}", cut.job.text);
        assert_eq!(cut.spoken(), Some(text));
        assert!(!whole.job.text.contains('…'));
    }

    #[test]
    fn larger_text_is_measured_larger() {
        let mut job = LayoutJob::default();
        job.append("שלום ", 0.0, format(10.0));
        job.append("עולם", 0.0, format(30.0));
        let (small, large) = with_fonts(|fonts| {
            let mut measure = measure(fonts, &job);
            (measure(0..8), measure(9..17))
        });
        assert!(large > 2.0 * small, "{small} {large}");
    }
}
