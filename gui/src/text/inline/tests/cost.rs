//! The work grows no faster than the text.

use super::*;

const SIZE: usize = 16 * 1024;

/// The turns of inner loops that reading a text takes.
fn steps(text: &str) -> usize {
    STEPS.set(0);
    parse(text);
    STEPS.get()
}

fn repeated(unit: &str, size: usize) -> String {
    unit.repeat(size / unit.len())
}

/// Runs of 1, 2, 3… of a character with a gap between, so that no two are alike.
fn growing(c: &str, gap: &str, size: usize) -> String {
    let mut text = String::new();
    for len in 1.. {
        if text.len() + len + gap.len() > size {
            break;
        }
        text += &c.repeat(len);
        text += gap;
    }
    text
}

/// Repeated, each has cost some parser of marks more than its share.
const UNITS: &[&str] = &[
    "*",
    "_",
    "~",
    "|",
    "`",
    "\\",
    "> ",
    ">\n",
    "- ",
    "- a\n",
    " - a\n",
    "1. a\n",
    "\n",
    "\r\n",
    "a",
    " ",
    "é",
    "*a",
    "a*",
    "*a ",
    "**a ",
    " a*",
    "*_",
    "*a_",
    "*a_a ",
    "**a *b ",
    "a** b* ",
    "***a ",
    "***a* b** ",
    "~~a||",
    "||a ",
    "~~a**b",
    "`a``b",
    "` `` ",
    "\\`",
    "\\*",
    "h",
    "http://",
    "https://a",
    "https://a.",
    "https://a)",
    "https://a(",
    "https://a*",
    "https://a ",
    "mailto:",
    "mailto:a",
    "mailto:a@",
    "mailto:a@b",
    "mailto:a@b?",
    "kith:i/",
    "kith:i/a",
    "```\n",
    "```a\n",
    "````\n```\n",
    "```\na\n",
    "[",
    "](",
    "()",
    "😀",
];

fn worst_cases(size: usize) -> Vec<String> {
    let units = UNITS;
    let mut cases: Vec<String> = units.iter().map(|unit| repeated(unit, size)).collect();
    for unit in ["*a ", "**a ", "***a ", "_a ", "||a ", "~~a ", "*a _b ~~c ||d "] {
        let half = repeated(unit, size / 2);
        cases.extend([" a*", " a**", " a***", " a_", " a||"].map(|close| half.clone() + &repeated(close, size / 2)));
    }
    for gap in [" ", "a", "\n", "\n\n"] {
        cases.extend(["`", "*", "_", "~", "|", "#"].map(|c| growing(c, gap, size)));
    }
    let mut fences: Vec<&str> = Vec::new();
    let growing_fences = growing("`", "\n", size);
    fences.extend(growing_fences.lines().rev());
    cases.push(fences.join("\n"));
    cases.push(format!("https://a{}", ".".repeat(size - 9)));
    cases.push(format!("https://a{}", ")".repeat(size - 9)));
    cases.push(format!("https://{}a", "(".repeat(size - 9)));
    cases.push(format!("mailto:{}", "m".repeat(size - 7)));
    cases.push(format!("{}{}", "`".repeat(size / 2), "` ".repeat(size / 4)));
    cases
}

#[test]
fn twice_the_text_is_at_most_twice_the_work() {
    for (half, whole) in worst_cases(SIZE / 2).iter().zip(&worst_cases(SIZE)) {
        let (little, much) = (steps(half), steps(whole));
        let name: String = whole.chars().take(20).collect();
        assert!(much <= 2 * little + SIZE / 16, "{name:?}: {little}, then {much}");
        assert!(much <= 10 * SIZE, "{name:?}: {much}");
    }
}

#[test]
fn no_more_comes_out_than_went_in() {
    for text in worst_cases(SIZE) {
        let blocks = parse(&text);
        let spans = |block: &Block| match block {
            Block::Paragraph { spans } | Block::Quote { spans } | Block::Item { spans, .. } => spans.len(),
            Block::Code { .. } => 0,
        };
        assert!(blocks.len() + blocks.iter().map(spans).sum::<usize>() <= 2 * text.len() + 1);
        assert!(shown(&blocks).len() <= text.len());
        assert!(style_ranges(&text).len() <= text.len());
        assert!(plain(&text).len() <= 4 * text.len());
    }
}

#[test]
fn a_wall_of_markers_is_text() {
    for c in ["*", "_", "~", "|", "`"] {
        let wall = c.repeat(SIZE);
        assert_eq!(paragraph(&wall), wall);
    }
}
