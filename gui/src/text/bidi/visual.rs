//! Runs as they are read from left to right.

use std::{borrow::Cow, ops::Range};

use unicode_bidi::{BidiClass, bidi_class};
use unicode_segmentation::UnicodeSegmentation;

use super::Run;

/// Characters with a mirror image, in pairs (Bidi_Mirroring_Glyph).
const MIRRORED: &str = concat!(
    "()<>[]{}«»‹›⁅⁆⁽⁾₍₎≤≥≦≧≨≩≪≫≮≯≰≱⊂⊃⊆⊇⌈⌉⌊⌋〈〉",
    "❨❩❪❫❬❭❮❯❰❱❲❳❴❵⟅⟆⟦⟧⟨⟩⟪⟫⟬⟭⟮⟯⦃⦄⦅⦆⦇⦈⦉⦊⦋⦌⧼⧽⸢⸣",
    "⸤⸥⸦⸧⸨⸩〈〉《》「」『』【】〔〕〖〗〘〙〚〛﹙﹚﹛﹜﹝﹞﹤﹥（）＜＞［］｛｝",
    "｟｠｢｣",
);

/// A part of a run that a text engine shapes by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece<'text> {
    /// The bytes of the text it is made of.
    pub range: Range<usize>,
    /// What to hand to the engine.
    pub text: Cow<'text, str>,
}

/// The run with its graphemes from left to right and its brackets mirrored, as somebody sees it.
///
/// For an engine that orders and mirrors nothing; one that shapes right-to-left letters wants [`pieces`].
pub fn visual_text<'text>(run: &Run, text: &'text str) -> Cow<'text, str> {
    let logical = text.get(run.range.clone()).unwrap_or_default();
    if run.rtl { Cow::Owned(turned(logical)) } else { Cow::Borrowed(logical) }
}

/// Cuts a run into sections to be laid out from left to right, each shaped by itself.
///
/// harfrust takes the direction of a section from its first letter that belongs to a script: right-to-left letters it
/// turns round itself, mirroring what stands between them, and a section without letters it leaves as it is. epaint
/// furthermore cuts a section wherever the font changes and goes on to the right. So letters of a right-to-left script
/// come out right in a section of their own, and everything else in a section that is turned and mirrored here.
/// `LayoutJob::append` would merge neighbours of one format into one section, so each piece is pushed as a
/// `LayoutSection`.
///
/// `cuts`: offsets no piece goes across, ascending: where the style changes. One inside a grapheme counts at its end,
/// and one inside a word unjoins its letters.
pub fn pieces<'text>(run: &Run, text: &'text str, cuts: &[usize]) -> Vec<Piece<'text>> {
    let logical = text.get(run.range.clone()).unwrap_or_default();
    let mut cuts =
        cuts.get(cuts.partition_point(|cut| *cut <= run.range.start)..).unwrap_or_default().iter().peekable();
    let mut parts: Vec<(Range<usize>, Letters)> = Vec::new();
    for (at, grapheme) in logical.grapheme_indices(true) {
        let start = run.range.start.saturating_add(at);
        let end = start.saturating_add(grapheme.len());
        let letters = letters(grapheme);
        let mut cut = false;
        while cuts.next_if(|cut| **cut <= start).is_some() {
            cut = true;
        }
        match parts.last_mut() {
            Some((last, kind)) if !cut && joins(*kind, letters, run.rtl) => {
                last.end = end;
                if letters != Letters::Mark {
                    *kind = letters;
                }
            }
            _ => parts.push((start..end, letters)),
        }
    }
    if run.rtl {
        parts.reverse();
    }
    let piece = |(range, letters): (Range<usize>, Letters)| {
        let logical = text.get(range.clone()).unwrap_or_default();
        let shaped = !run.rtl || matches!(letters, Letters::Hebrew | Letters::Arabic);
        Piece { range, text: if shaped { Cow::Borrowed(logical) } else { Cow::Owned(turned(logical)) } }
    };
    parts.into_iter().map(piece).collect()
}

/// What harfrust would take a section for that begins with a grapheme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Letters {
    Hebrew,
    Arabic,
    /// A joiner or another invisible character, which stays with what it follows.
    Mark,
    Other,
}

fn letters(grapheme: &str) -> Letters {
    let Some(c) = grapheme.chars().next() else { return Letters::Other };
    let class = bidi_class(c);
    // Old Hungarian may be written either way, and harfrust leaves it as it is.
    if matches!(c, '\u{10C80}'..='\u{10CFF}') {
        Letters::Other
    } else if class == BidiClass::R {
        Letters::Hebrew
    } else if class == BidiClass::AL {
        Letters::Arabic
    } else if matches!(class, BidiClass::BN | BidiClass::NSM) {
        Letters::Mark
    } else if is_rtl_sign(c) {
        Letters::Arabic
    } else {
        Letters::Other
    }
}

/// Digits and signs that go from left to right or have no direction, but belong to a right-to-left script, so that an
/// engine turns a section of them: all Arabic digits, for one.
fn is_rtl_sign(c: char) -> bool {
    let of_no_script = "\u{605}،؛؟\u{6DD}\u{8E2}﴾﴿".contains(c);
    let blocks =
        [('\u{590}', '\u{8FF}'), ('\u{FB1D}', '\u{FDFF}'), ('\u{10800}', '\u{10FFF}'), ('\u{1E800}', '\u{1EFFF}')];
    blocks.iter().any(|(from, to)| (*from..=*to).contains(&c)) && !of_no_script
}

/// Whether a grapheme goes on with the piece in front of it. In a left-to-right run letters that the engine would turn
/// round are kept apart.
fn joins(piece: Letters, grapheme: Letters, rtl: bool) -> bool {
    match grapheme {
        Letters::Mark => true,
        Letters::Other => matches!(piece, Letters::Other | Letters::Mark),
        Letters::Hebrew | Letters::Arabic => rtl && piece == grapheme,
    }
}

fn turned(logical: &str) -> String {
    logical.graphemes(true).rev().flat_map(str::chars).map(mirrored).collect()
}

fn mirrored(c: char) -> char {
    let mut earlier = None;
    let mut pairs = MIRRORED.chars().enumerate();
    while let Some((at, candidate)) = pairs.next() {
        if candidate == c {
            let partner = if at % 2 == 0 { pairs.next().map(|(_, c)| c) } else { earlier };
            return partner.unwrap_or(c);
        }
        earlier = Some(candidate);
    }
    c
}
