use proptest::prelude::*;

use super::*;

mod cost;
mod spans;

/// Spans as `{style|text}`: b, i, s, c, h (hidden), l (link). Text without style stands for itself.
fn noted(spans: &[Span]) -> String {
    let mut noted = String::new();
    for Span { text, style, link } in spans {
        let flags = [
            (style.bold, 'b'),
            (style.italic, 'i'),
            (style.strike, 's'),
            (style.code, 'c'),
            (style.spoiler, 'h'),
            (link.is_some(), 'l'),
        ];
        let flags: String = flags.iter().filter(|(set, _)| *set).map(|(_, flag)| flag).collect();
        noted += &if flags.is_empty() { text.clone() } else { format!("{{{flags}|{text}}}") };
    }
    noted
}

/// The spans of a text that is one paragraph.
fn paragraph(text: &str) -> String {
    match parse(text).as_slice() {
        [Block::Paragraph { spans }] => noted(spans),
        other => panic!("{text:?} is {other:?}"),
    }
}

/// A line for each block.
fn blocks(text: &str) -> Vec<String> {
    let block = |block: &Block| match block {
        Block::Paragraph { spans } => format!("P {}", noted(spans)),
        Block::Quote { spans } => format!("Q {}", noted(spans)),
        Block::Code { text, lang } => format!("C {} {text}", lang.as_deref().unwrap_or("-")),
        Block::Item { depth, marker: Marker::Bullet, spans } => format!("{depth} - {}", noted(spans)),
        Block::Item { depth, marker: Marker::Number(number), spans } => format!("{depth} {number}. {}", noted(spans)),
    };
    parse(text).iter().map(block).collect()
}

#[test]
fn a_poem_looks_as_typed() {
    let poem = "  Roses are red,\n    violets \n\tare blue.";
    assert_eq!(paragraph(poem), poem);
    assert_eq!(blocks("one\ntwo\n\nthree"), ["P one\ntwo", "P three"]);
    assert_eq!(blocks("one\r\ntwo\r\n\r\nthree\r\n"), ["P one\ntwo", "P three"]);
}

#[test]
fn further_empty_lines_are_empty_paragraphs() {
    assert_eq!(blocks("one\n\n\n \ntwo"), ["P one", "P ", "P ", "P two"]);
    assert_eq!(blocks("\n\none\n\n\n"), ["P one"]);
    assert_eq!(blocks("one\n\n\ntwo\n> three"), ["P one", "P ", "P two", "Q three"]);
    assert_eq!(blocks("- a\n\n\n> b"), ["0 - a", "P ", "Q b"]);
    assert_eq!(parse("\n \n"), []);
    assert_eq!(parse(""), []);
}

#[test]
fn quotes_are_lines_that_begin_with_an_angle() {
    assert_eq!(blocks("> one\n> *two*\n>\n> three"), ["Q one\n{i|two}\n\nthree"]);
    assert_eq!(blocks("> *one\n> two*"), ["Q {i|one\ntwo}"]);
    assert_eq!(blocks("text\n> quote\nmore"), ["P text", "Q quote", "P more"]);
    assert_eq!(blocks(">_< and >:("), ["P >_< and >:("]);
    assert_eq!(blocks("\\> no quote"), ["P > no quote"]);
    assert_eq!(blocks("> > inner"), ["Q > inner"]);
}

#[test]
fn lists_have_three_depths() {
    assert_eq!(
        blocks("- a\n  - b\n    - c\n      - d\n  * e\n- f"),
        ["0 - a", "1 - b", "2 - c", "2 - d", "1 - e", "0 - f"]
    );
    assert_eq!(blocks("- a\n    - b\n        - c\n- d"), ["0 - a", "1 - b", "2 - c", "0 - d"]);
    assert_eq!(blocks("- a\n\t- b\n\n\t- c"), ["0 - a", "1 - b", "1 - c"]);
    assert_eq!(blocks("   - a\n- b\n - c"), ["0 - a", "0 - b", "0 - c"]);
    assert_eq!(blocks("- a\ntext\n  - b"), ["0 - a", "P text", "0 - b"]);
}

#[test]
fn numbers_stay_as_typed() {
    assert_eq!(blocks("1. a\n  7. b\n3. **c**"), ["0 1. a", "1 7. b", "0 3. {b|c}"]);
    assert_eq!(blocks("999999999. a"), ["0 999999999. a"]);
    for text in ["1.a", "1.", "1. ", "1) a", "1234567890. a", "1\\. a", ". a", "-a", "-", "- ", "\\- a", "--- a", "+ a"]
    {
        assert_eq!(blocks(text).len(), 1);
        assert!(blocks(text)[0].starts_with("P "), "{text:?}");
    }
}

#[test]
fn fences_enclose_code() {
    assert_eq!(blocks("```rust\nlet *a* = 1;\n\n  // b\n```"), ["C rust let *a* = 1;\n\n  // b"]);
    assert_eq!(blocks("```\na\r\nb\r\n```\r\nafter"), ["C - a\nb", "P after"]);
    assert_eq!(blocks("before\n```\n```\nafter"), ["P before", "C - ", "P after"]);
    assert_eq!(blocks("````\n```\n````"), ["C - ```"]);
    assert_eq!(blocks("```\na\n`````"), ["C - a"]);
    assert_eq!(blocks("``` c++ \nx\n```"), ["C c++ x"]);
    assert_eq!(blocks("```\n> a\n- b\n```"), ["C - > a\n- b"]);
}

#[test]
fn what_is_no_fence_is_text() {
    assert_eq!(blocks("```\nnot closed"), ["P ```\nnot closed"]);
    assert_eq!(blocks("````\nclosed too shortly\n```"), ["P ````\nclosed too shortly\n```"]);
    // Words behind the fence would be lost.
    assert_eq!(blocks("``` some words\ncode\n```"), ["P ``` some words\ncode\n```"]);
    assert_eq!(blocks("```one line```"), ["P {c|one line}"]);
    assert_eq!(blocks("```\na\n``` b"), ["P ```\na\n``` b"]);
}

#[test]
fn a_preview_is_one_line_without_markup() {
    assert_eq!(plain("**Hi** _there_,\n\n> what\n- is `this`\n1984. A book"), "Hi there, what is this 1984. A book");
    assert_eq!(plain("```rust\nlet a;\n\nlet b;\n```\nsee https://x.org."), "let a; let b; see https://x.org.");
    assert_eq!(plain("  a \t b\n"), "a b");
    assert_eq!(plain("\n"), "");
}

#[test]
fn a_preview_tells_no_spoiler() {
    assert_eq!(plain("He ||dies **at** the `end`|| and ||so on||."), "He ••• and •••.");
    assert_eq!(plain("||https://x.org/spoiler||"), "•••");
    assert_eq!(plain("||a\nb||"), "•••");
}

/// Ranges as `style|text`, with ! for markers.
fn ranged(text: &str) -> Vec<String> {
    let range = |(range, style, is_marker): (Range<usize>, Style, bool)| {
        let span = Span { text: String::new(), style, link: None };
        let flags = noted(&[span]).replace(['{', '}', '|'], "");
        format!("{}{flags}|{}", if is_marker { "!" } else { "" }, text.get(range).unwrap())
    };
    style_ranges(text).into_iter().map(range).collect()
}

#[test]
fn typed_text_keeps_its_markers() {
    assert_eq!(ranged("a **b** c"), ["|a ", "!b|**", "b|b", "!b|**", "| c"]);
    assert_eq!(ranged("***x***"), ["!i|*", "!bi|**", "bi|x", "!bi|**", "!i|*"]);
    assert_eq!(ranged("`` x ``\\*"), ["!c|`` ", "c|x", "!c| ``", "!|\\", "|*"]);
    assert_eq!(ranged("> a\r\n> b\n\n - c"), ["!|> ", "|a\r\n", "!|> ", "|b\n\n", "!| - ", "|c"]);
    assert_eq!(ranged("```rs\nx\n```\ny"), ["!c|```rs\n", "c|x", "!c|\n```", "|\ny"]);
    assert_eq!(ranged("**open"), ["|**open"]);
    assert_eq!(ranged(""), [""; 0]);
}

fn typed() -> impl Strategy<Value = String> {
    let markup = [
        "*",
        "**",
        "***",
        "_",
        "~~",
        "||",
        "`",
        "``",
        "```",
        "\\",
        "> ",
        "- ",
        "  - ",
        "1. ",
        "\n",
        "\r\n",
        " ",
        "a",
        "é",
        "7",
        ")",
        "https://a.b/(",
        "kith:i/a",
        "mailto:a@b.c",
    ];
    let marked = prop::collection::vec(prop::sample::select(markup.to_vec()), 0..40).prop_map(|units| units.concat());
    prop_oneof![2 => marked, 1 => "\\PC{0,40}", 1 => ".{0,30}"]
}

/// All that is shown of a text.
fn shown(blocks: &[Block]) -> String {
    let text = |block: &Block| match block {
        Block::Paragraph { spans } | Block::Quote { spans } | Block::Item { spans, .. } => {
            spans.iter().map(|span| span.text.as_str()).collect::<String>()
        }
        Block::Code { text, .. } => text.clone(),
    };
    blocks.iter().map(text).collect()
}

proptest! {
    #[test]
    fn ranges_are_the_whole_text_in_order(text in typed()) {
        let mut at = 0;
        for (range, ..) in style_ranges(&text) {
            prop_assert_eq!(range.start, at);
            prop_assert!(!range.is_empty() && text.get(range.clone()).is_some());
            at = range.end;
        }
        prop_assert_eq!(at, text.len());
    }

    #[test]
    fn what_is_no_marker_is_shown(text in typed()) {
        let visible = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
        let mut kept = String::new();
        for (range, _, is_marker) in style_ranges(&text) {
            let part = text.get(range).unwrap();
            if !is_marker {
                kept += part;
                continue;
            }
            let may_be = |c: char| c.is_whitespace() || c.is_ascii_digit() || "*_~|`\\>-.".contains(c);
            prop_assert!(part.starts_with("```") || part.chars().all(may_be), "{:?}", part);
        }
        prop_assert_eq!(visible(&shown(&parse(&text))), visible(&kept));
    }

    #[test]
    fn what_is_escaped_has_no_meaning(text in "[ -~é\n]{0,60}") {
        let escaped = |c: char| c.is_ascii_punctuation().then_some('\\').into_iter().chain([c]);
        let escaped: String = text.chars().flat_map(escaped).collect();
        let parsed = parse(&escaped);
        let lines = |text: &str| {
            text.split('\n').filter(|line| !line.trim().is_empty()).map(str::to_owned).collect::<Vec<_>>()
        };
        let mut seen = Vec::new();
        for block in &parsed {
            let Block::Paragraph { spans } = block else { panic!("{block:?}") };
            prop_assert!(spans.len() <= 1 && spans.iter().all(|span| span.style == Style::default()));
            seen.extend(lines(&shown(std::slice::from_ref(block))));
        }
        prop_assert_eq!(seen, lines(&text));
    }

    #[test]
    fn neighbouring_spans_differ(text in typed()) {
        for block in parse(&text) {
            let (Block::Paragraph { spans } | Block::Quote { spans } | Block::Item { spans, .. }) = block else {
                continue;
            };
            for span in &spans {
                prop_assert!(!span.text.is_empty() && span.link.as_ref().is_none_or(|link| *link == span.text));
            }
            let differ = |pair: &[Span]| pair[0].style != pair[1].style || pair.iter().any(|span| span.link.is_some());
            prop_assert!(spans.windows(2).all(differ));
        }
    }

    #[test]
    fn a_preview_has_no_line_breaks(text in typed()) {
        let plain = plain(&text);
        prop_assert!(!plain.contains(['\n', '\r', '\t']) && !plain.contains("  "));
        prop_assert_eq!(plain.trim(), &plain);
    }
}
