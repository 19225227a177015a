use std::cell::Cell;

use proptest::prelude::*;
use unicode_bidi::{Level, ParagraphBidiInfo};
use unicode_segmentation::UnicodeSegmentation;

use super::*;

const SHALOM: &str = "שלום";
const MARHABA: &str = "مرحبا";

/// Every character is one wide.
fn counted(text: &str) -> f32 {
    text.chars().map(|_| 1.0).sum()
}

fn wrapped(text: &str, max_width: f32) -> Vec<Line> {
    lines(text, max_width, &mut |part| counted(text.get(part).unwrap_or_default()))
}

/// The lines as one sees them, from left to right.
fn seen(text: &str, max_width: f32) -> Vec<String> {
    let line = |line: &Line| line.runs.iter().map(|run| visual_text(run, text).into_owned()).collect();
    wrapped(text, max_width).iter().map(line).collect()
}

fn unwrapped(text: &str) -> String {
    let seen = seen(text, f32::INFINITY);
    assert_eq!(seen.len(), 1);
    seen.concat()
}

fn reversed(text: &str) -> String {
    text.graphemes(true).rev().collect()
}

#[test]
fn the_first_strong_character_decides() {
    for (text, expected) in [
        ("", Direction::Ltr),
        ("123 :)", Direction::Ltr),
        ("hello שלום", Direction::Ltr),
        ("שלום hello", Direction::Rtl),
        ("123 مرحبا", Direction::Rtl),
        ("\u{2067}שלום\u{2069} hello", Direction::Ltr),
        ("...\nשלום", Direction::Rtl),
        ("\u{200F}hello", Direction::Rtl),
    ] {
        assert_eq!(direction(text), expected, "{text:?}");
    }
}

#[test]
fn only_rtl_characters_need_reordering() {
    for text in ["", "hello", "Grüße, 12 €", "привет", "日本語 😀", "\u{202E}abc", "नमस्ते", "\u{58F}"]
    {
        assert!(!needs_reordering(text), "{text:?}");
    }
    for text in ["a שלום", MARHABA, "١٢٣", "\u{200F}", "ߊ", "𐤀", "a\u{590}"] {
        assert!(needs_reordering(text), "{text:?}");
    }
}

#[test]
fn left_to_right_is_one_run_a_line() {
    let lines = wrapped("one two", 100.0);
    let run = Run { range: 0..7, rtl: false };
    let expected = Line { runs: vec![run], trailing: 7..7, width: 7.0, range: 0..7, direction: Direction::Ltr };
    assert_eq!(lines, [expected]);
}

#[test]
fn hebrew_words_go_from_right_to_left() {
    assert_eq!(unwrapped("שלום עולם"), reversed("שלום עולם"));
    assert!(wrapped("שלום עולם", 100.0).iter().all(|line| line.direction == Direction::Rtl));
}

#[test]
fn digits_and_latin_keep_their_order_in_hebrew() {
    assert_eq!(unwrapped("שלום 123 abc def"), format!("abc def 123 {}", reversed(SHALOM)));
    assert_eq!(unwrapped("מחיר 1,250.50 שקל"), format!("{} 1,250.50 {}", reversed("שקל"), reversed("מחיר")));
}

#[test]
fn arabic_digits_go_from_left_to_right() {
    assert_eq!(unwrapped("مرحبا ١٢٣ ٤٥"), format!("٤٥ ١٢٣ {}", reversed(MARHABA)));
    assert_eq!(unwrapped("سلام ۱۲۳!"), format!("!۱۲۳ {}", reversed("سلام")));
}

#[test]
fn hebrew_in_english_stays_where_it_is() {
    assert_eq!(unwrapped("say שלום עולם now"), format!("say {} now", reversed("שלום עולם")));
}

#[test]
fn brackets_look_at_what_they_enclose() {
    assert_eq!(unwrapped("שלום (עולם)"), format!("({}) {}", reversed("עולם"), reversed(SHALOM)));
    assert_eq!(unwrapped("שלום (world)"), format!("(world) {}", reversed(SHALOM)));
    assert_eq!(unwrapped("hello (שלום)"), format!("hello ({})", reversed(SHALOM)));
    assert_eq!(unwrapped("שלום «[{<"), format!(">}}]» {}", reversed(SHALOM)));
}

#[test]
fn marks_stay_on_their_letters() {
    assert_eq!(unwrapped("שָׁלוֹם"), reversed("שָׁלוֹם"));
    assert_eq!(unwrapped("שלום 👨‍👩‍👧!"), format!("!👨‍👩‍👧 {}", reversed(SHALOM)));
}

#[test]
fn every_typed_line_has_its_own_direction() {
    let directions = |text| wrapped(text, 100.0).iter().map(|line| line.direction).collect::<Vec<_>>();
    assert_eq!(directions("hello\nשלום\n123"), [Direction::Ltr, Direction::Rtl, Direction::Ltr]);
    assert_eq!(directions("שלום\n123\nhello"), [Direction::Rtl, Direction::Rtl, Direction::Ltr]);
    assert_eq!(seen("שלום\n12 (3)", 100.0)[1], "(3) 12");
}

#[test]
fn newlines_are_trailing() {
    let ranges = |text| wrapped(text, 100.0).into_iter().map(|line| (line.range, line.trailing)).collect::<Vec<_>>();
    assert_eq!(ranges(""), [(0..0, 0..0)]);
    assert_eq!(ranges("a\n"), [(0..2, 1..2), (2..2, 2..2)]);
    assert_eq!(ranges("a \r\n\nb"), [(0..4, 1..4), (4..5, 4..5), (5..6, 6..6)]);
    assert_eq!(ranges("\n"), [(0..1, 0..1), (1..1, 1..1)]);
}

#[test]
fn lines_break_between_words() {
    assert_eq!(seen("the quick brown fox", 9.0), ["the quick", "brown fox"]);
    assert_eq!(seen("the quick brown fox", 10.0), ["the quick", "brown fox"]);
    assert_eq!(seen("the quick brown fox", 8.0), ["the", "quick", "brown", "fox"]);
    assert_eq!(seen("wait, what?!", 6.0), ["wait,", "what?!"]);
    assert_eq!(seen("well-known 3-5 -5", 6.0), ["well-", "known", "3-5 -5"]);
    assert_eq!(seen("3 -5", 3.0), ["3", "-5"]);
    assert_eq!(seen("a 10\u{A0}km", 6.0), ["a", "10\u{A0}km"]);
    assert_eq!(seen("日 本", 1.0), ["日", "本"]);
    assert_eq!(seen("שלום עולם טוב", 9.0), [reversed("שלום עולם"), reversed("טוב")]);
}

#[test]
fn white_space_at_the_end_has_no_width() {
    let lines = wrapped("ab    cd   ", 2.0);
    let parts: Vec<_> = lines.iter().map(|line| (line.range.clone(), line.trailing.clone(), line.width)).collect();
    assert_eq!(parts, [(0..6, 2..6, 2.0), (6..11, 8..11, 2.0)]);
}

#[test]
fn lines_tell_their_width() {
    let widths = |text, max_width| wrapped(text, max_width).iter().map(|line| line.width).collect::<Vec<_>>();
    assert_eq!(widths("one twelve\n\nok", 7.0), [3.0, 6.0, 0.0, 2.0]);
    assert_eq!(widths("👨‍👩‍👧a", 1.0), [5.0, 1.0]);
}

#[test]
fn a_space_at_the_end_of_a_line_is_not_drawn_at_its_left() {
    let text = "שלום abc עולם";
    assert_eq!(seen(text, 8.0), [format!("abc {}", reversed(SHALOM)), reversed("עולם")]);
}

#[test]
fn separators_take_the_direction_of_the_paragraph() {
    assert_eq!(unwrapped("abc\tשלום עולם\t12"), format!("abc\t{}\t12", reversed("שלום עולם")));
    assert_eq!(unwrapped("שלום a\tb"), format!("b\ta {}", reversed(SHALOM)));
    assert_eq!(unwrapped("שלום a\u{2069}\u{2067}"), format!("\u{2067}\u{2069}a {}", reversed(SHALOM)));
}

#[test]
fn words_too_wide_break_between_graphemes() {
    assert_eq!(seen("abcdefgh ij", 3.0), ["abc", "def", "gh", "ij"]);
    assert_eq!(seen("👨‍👩‍👧👨‍👩‍👧", 5.0), ["👨‍👩‍👧", "👨‍👩‍👧"]);
    assert_eq!(seen("👨‍👩‍👧👨‍👩‍👧", 1.0), ["👨‍👩‍👧", "👨‍👩‍👧"]);
    for width in [0.0, -1.0, f32::NAN] {
        assert_eq!(seen("ab c", width).concat(), "abc", "{width}");
    }
}

#[test]
fn ideographs_break_anywhere_but_before_a_full_stop() {
    assert_eq!(seen("日本語です。", 5.0), ["日本語で", "す。"]);
    assert_eq!(seen("見る「犬」", 3.0), ["見る", "「犬」"]);
    assert_eq!(seen("a日\u{2060}本", 3.0), ["a", "日\u{2060}本"]);
}

#[test]
fn an_unsure_measure_ends_all_the_same() {
    let text = "some words, שלום and more".repeat(8);
    for width in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, -3.0] {
        let lines = lines(&text, 10.0, &mut |_| width);
        assert_eq!(lines.iter().map(|line| line.range.len()).sum::<usize>(), text.len());
    }
}

/// What `measure` is asked: how often for a line, and how many bytes in all.
fn asked(text: &str, max_width: f32) -> (usize, usize) {
    let (calls, bytes) = (Cell::new(0usize), Cell::new(0usize));
    let count = lines(text, max_width, &mut |part| {
        calls.set(calls.get() + 1);
        bytes.set(bytes.get() + part.len());
        counted(text.get(part).unwrap_or_default())
    })
    .len();
    (calls.get().div_ceil(count), bytes.get())
}

#[test]
fn measuring_is_not_quadratic() {
    for text in ["a".repeat(16384), "שלום ".repeat(1820), "a b".repeat(5461), format!("{} b", "x".repeat(16000))] {
        for width in [1.0, 7.0, 40.0, 300.0, 20000.0] {
            let (calls, bytes) = asked(&text, width);
            assert!(calls <= 24, "{calls} calls a line at {width}");
            assert!(bytes <= text.len() * 24, "{bytes} bytes at {width}");
        }
    }
}

#[test]
fn pieces_keep_letters_apart_from_the_rest() {
    let text = "שלום (עולם)!";
    let run = Run { range: 0..text.len(), rtl: true };
    let parts: Vec<_> = pieces(&run, text, &[]).into_iter().map(|piece| piece.text).collect();
    assert_eq!(parts, ["!(", "עולם", ") ", "שלום"]);
}

#[test]
fn pieces_of_digits_are_not_turned() {
    // Both kinds of Arabic digits belong to a script an engine turns round.
    for text in ["١٢٣", "۱۲۳"] {
        let run = Run { range: 0..text.len(), rtl: false };
        let parts: Vec<_> = pieces(&run, text, &[]).into_iter().map(|piece| piece.text).collect();
        assert_eq!(parts, text.graphemes(true).collect::<Vec<_>>());
    }
    let run = Run { range: 0..3, rtl: false };
    assert_eq!(pieces(&run, "123", &[]).len(), 1);
}

#[test]
fn pieces_end_at_cuts() {
    let text = "abcd efgh";
    let ranges = |rtl, cuts: &[usize]| {
        let run = Run { range: 1..text.len(), rtl };
        pieces(&run, text, cuts).into_iter().map(|piece| piece.range).collect::<Vec<_>>()
    };
    assert_eq!(ranges(false, &[0, 1, 3, 3, 6, 9, 40]), [1..3, 3..6, 6..9]);
    assert_eq!(ranges(true, &[3]), [3..9, 1..3]);
}

/// What an engine draws that turns a section round when its first letter is of a right-to-left script.
fn drawn(section: &str) -> String {
    let first = section.chars().find(|c| c.is_alphabetic() || ('\u{660}'..='\u{6F9}').contains(c));
    let rtl = first.is_some_and(|c| matches!(c, '\u{590}'..='\u{8FF}'));
    visual_text(&Run { range: 0..section.len(), rtl }, section).into_owned()
}

fn mixed_text() -> impl Strategy<Value = String> {
    let letters = "[ab1٣۴שםعب(){}<>.,!/ \u{200D}\u{200F}😀日。\u{301}\u{5B0}\t\n-]{0,40}";
    let controls = "[a1שع( \u{202A}-\u{202E}\u{2066}-\u{2069}\u{200E}\u{200F}\u{61C}\n]{0,30}";
    prop_oneof![letters, controls, "\\PC{0,30}", ".{0,20}"]
}

proptest! {
    #[test]
    fn every_byte_is_somewhere_once(text in mixed_text(), max_width in -1.0f32..30.0) {
        let lines = wrapped(&text, max_width);
        let mut at = 0;
        for line in &lines {
            prop_assert_eq!(line.range.start, at);
            at = line.range.end;
            let mut parts: Vec<_> = line.runs.iter().map(|run| run.range.clone()).collect();
            prop_assert!(parts.iter().all(|part| !part.is_empty()));
            parts.sort_by_key(|part| part.start);
            parts.push(line.trailing.clone());
            let mut inside = line.range.start;
            for part in parts {
                prop_assert_eq!(part.start, inside);
                prop_assert!(text.get(part.clone()).is_some());
                inside = part.end;
            }
            prop_assert_eq!(inside, line.range.end);
        }
        prop_assert_eq!(at, text.len());
    }

    #[test]
    fn lines_are_as_full_as_they_may_be(text in "[abש ]{0,60}", max_width in 1.0f32..12.0) {
        let lines = wrapped(&text, max_width);
        prop_assert!(lines.iter().all(|line| line.width <= max_width));
        for pair in lines.windows(2) {
            let next = text.get(pair[1].range.clone()).unwrap().split(' ').next().unwrap();
            let joined = text.get(pair[0].range.start..pair[1].range.start + next.len()).unwrap();
            prop_assert!(counted(joined) > max_width);
        }
    }

    #[test]
    fn runs_are_those_of_the_algorithm(text in mixed_text(), max_width in 1.0f32..30.0) {
        let text = text.replace('\n', "");
        let direction = direction(&text);
        let base = if direction == Direction::Rtl { Level::rtl() } else { Level::ltr() };
        let info = ParagraphBidiInfo::new(&text, Some(base));
        for line in wrapped(&text, max_width) {
            let shown = line.range.start..line.trailing.start;
            if !needs_reordering(&text) || shown.is_empty() {
                continue;
            }
            let (levels, runs) = info.visual_runs(shown);
            let expected: Vec<_> = runs.into_iter().map(|run| (levels[run.start].is_rtl(), run)).collect();
            let runs: Vec<_> = line.runs.into_iter().map(|run| (run.rtl, run.range)).collect();
            prop_assert_eq!(runs, expected);
        }
    }

    #[test]
    fn pieces_are_the_whole_run_and_look_right(
        text in mixed_text(),
        rtl: bool,
        mut cuts in prop::collection::vec(0usize..80, 0..4),
    ) {
        cuts.sort_unstable();
        let run = Run { range: 0..text.len(), rtl };
        let pieces = pieces(&run, &text, &cuts);
        let mut ranges: Vec<_> = pieces.iter().map(|piece| piece.range.clone()).collect();
        if rtl {
            ranges.reverse();
        }
        let mut at = 0;
        for range in ranges {
            prop_assert_eq!(range.start, at);
            at = range.end;
        }
        prop_assert_eq!(at, text.len());
        if text.chars().all(|c| "ab1٣۴שםعب(){}<>.,!/ 日。\u{301}\t-".contains(c)) {
            let drawn: String = pieces.iter().map(|piece| drawn(&piece.text)).collect();
            prop_assert_eq!(drawn, visual_text(&run, &text).into_owned());
        }
    }
}
