//! Characters that are not seen and change how others are.

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation;

use super::super::emoji;

const NON_JOINER: char = '\u{200C}';
const JOINER: char = '\u{200D}';

/// Whether a character has no ink and no width, or turns the text around it. Newlines and tabs are not among them.
pub fn is_invisible(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
        | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
        | '\u{2800}' | '\u{3164}'
        | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}' | '\u{1BCA0}'..='\u{1BCA3}'
        | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}')
}

/// A name, of a person or a file, with what is invisible in it spelled out: `⟪RLO⟫` and so on, `⟪U+0007⟫` for what has
/// no short name. White space that breaks lines is spelled out too.
///
/// Kept are the parts of emoji, joiners in scripts that are not written right without them, and selectors of variants
/// behind characters that have variants.
pub fn safe_name(name: &str) -> Cow<'_, str> {
    if !name.chars().any(is_hidden) {
        return Cow::Borrowed(name);
    }
    let mut safe = String::with_capacity(name.len());
    let mut kept_all = true;
    let mut before = None;
    for (at, grapheme) in name.grapheme_indices(true) {
        let is_emoji = emoji::emoji_in(grapheme).is_some();
        for (inside, c) in grapheme.char_indices() {
            let after =
                name.get(at.saturating_add(inside).saturating_add(c.len_utf8())..).and_then(|rest| rest.chars().next());
            if !is_hidden(c) || is_emoji || is_needed(before, c, after) {
                safe.push(c);
            } else {
                kept_all = false;
                spell(c, &mut safe);
            }
            before = Some(c);
        }
    }
    if kept_all { Cow::Borrowed(name) } else { Cow::Owned(safe) }
}

fn is_hidden(c: char) -> bool {
    is_invisible(c) || c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

/// Whether a hidden character does what it is for where it stands.
fn is_needed(before: Option<char>, c: char, after: Option<char>) -> bool {
    let Some(before) = before else { return false };
    match c {
        JOINER | NON_JOINER => joins(before) && (after.is_some_and(joins) || is_virama(before)),
        '\u{FE0E}' | '\u{FE0F}' => emoji::may_be_emoji(before),
        '\u{FE00}'..='\u{FE0D}' | '\u{E0100}'..='\u{E01EF}' => is_han(before),
        '\u{180B}'..='\u{180F}' => matches!(before, '\u{1820}'..='\u{18AA}'),
        '\u{17B4}' | '\u{17B5}' => matches!(before, '\u{1780}'..='\u{17B3}'),
        _ => false,
    }
}

/// Letters and marks of scripts where a joiner or non-joiner changes what is seen: Arabic, Syriac and N'Ko, those of
/// India, Tibetan, Myanmar, Khmer, Mongolian.
fn joins(c: char) -> bool {
    matches!(c, '\u{620}'..='\u{65F}' | '\u{66E}'..='\u{6D3}' | '\u{6D5}' | '\u{6EE}' | '\u{6EF}'
        | '\u{6FA}'..='\u{7FF}' | '\u{860}'..='\u{8E1}' | '\u{900}'..='\u{DFF}' | '\u{F40}'..='\u{FBC}'
        | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17B3}' | '\u{17B6}'..='\u{17D3}' | '\u{1820}'..='\u{18AA}')
}

fn is_virama(c: char) -> bool {
    matches!(
        u32::from(c),
        0x94D | 0x9CD | 0xA4D | 0xACD | 0xB4D | 0xBCD | 0xC4D | 0xCCD | 0xD4D | 0xDCA | 0x1039 | 0x17D2
    )
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{323AF}')
}

fn spell(c: char, into: &mut String) {
    into.push('⟪');
    match short_name(c) {
        Some(name) => into.push_str(name),
        None => into.push_str(&format!("U+{:04X}", u32::from(c))),
    }
    into.push('⟫');
}

fn short_name(c: char) -> Option<&'static str> {
    let name = match c {
        '\t' => "TAB",
        '\n' => "LF",
        '\r' => "CR",
        '\u{AD}' => "SHY",
        '\u{61C}' => "ALM",
        '\u{200B}' => "ZWSP",
        NON_JOINER => "ZWNJ",
        JOINER => "ZWJ",
        '\u{200E}' => "LRM",
        '\u{200F}' => "RLM",
        '\u{2028}' => "LS",
        '\u{2029}' => "PS",
        '\u{202A}' => "LRE",
        '\u{202B}' => "RLE",
        '\u{202C}' => "PDF",
        '\u{202D}' => "LRO",
        '\u{202E}' => "RLO",
        '\u{2060}' => "WJ",
        '\u{2066}' => "LRI",
        '\u{2067}' => "RLI",
        '\u{2068}' => "FSI",
        '\u{2069}' => "PDI",
        '\u{FEFF}' => "BOM",
        _ => return None,
    };
    Some(name)
}
