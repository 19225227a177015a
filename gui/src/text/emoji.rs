//! Messages of nothing but emoji, and emoji by their names.

use std::cmp::Reverse;

use unicode_segmentation::UnicodeSegmentation;

#[cfg(test)]
mod tests;

/// A message of more emoji than that is drawn as text.
const EMOJI_MAX: usize = 3;
const JOINER: char = '\u{200D}';
const AS_EMOJI: char = '\u{FE0F}';
const KEYCAP: char = '\u{20E3}';

/// How many emoji a text is, if it is nothing but one to three of them, with spaces between and white space around.
///
/// A character that Unicode shows as text by default, such as ☺ or ©, is an emoji only with the selector U+FE0F.
pub fn only_emoji(text: &str) -> Option<usize> {
    let mut count: usize = 0;
    for grapheme in text.trim().graphemes(true).filter(|grapheme| *grapheme != " ") {
        count = count.saturating_add(emoji_in(grapheme)?);
        if count > EMOJI_MAX {
            return None;
        }
    }
    (count > 0).then_some(count)
}

/// How many pictures a grapheme of emoji is drawn as; none if it is something else.
///
/// A sequence that Unicode recommends is one. Others, such as families with skin tones, are drawn as their parts.
pub(crate) fn emoji_in(grapheme: &str) -> Option<usize> {
    if is_emoji(grapheme) {
        return Some(1);
    }
    let parts = grapheme.split(JOINER);
    // In a sequence a part may go without its selector.
    let all = grapheme.contains(JOINER) && parts.clone().all(|part| emojis::get(part).is_some() || is_emoji(part));
    all.then(|| parts.count())
}

/// Whether a character may be, or begin, an emoji.
pub(crate) fn may_be_emoji(c: char) -> bool {
    matches!(c, '0'..='9' | '#' | '*') || emojis::get(c.encode_utf8(&mut [0; 4])).is_some()
}

fn is_emoji(grapheme: &str) -> bool {
    let Some(emoji) = emojis::get(grapheme) else {
        // The selector behind what is an emoji anyway is allowed, though not in the list.
        let bare = grapheme.strip_suffix(AS_EMOJI);
        return bare.is_some_and(|bare| emojis::get(bare).is_some_and(|emoji| emoji.as_str() == bare));
    };
    let is_text = grapheme.chars().nth(1).is_none() && emoji.as_str() != grapheme;
    let is_digit = grapheme.starts_with(|c: char| c.is_ascii()) && !grapheme.ends_with(KEYCAP);
    !is_text && !is_digit
}

/// Emoji for what somebody has typed after a colon: at most `limit` pairs of name and emoji, one of an emoji, the whole
/// name first, then names that begin with it, then names with a later word that does. Nothing for an empty prefix.
pub fn shortcode_matches(prefix: &str, limit: usize) -> Vec<(&'static str, &'static str)> {
    let prefix = prefix.to_ascii_lowercase();
    if prefix.is_empty() {
        return Vec::new();
    }
    let best = |emoji: &'static emojis::Emoji| {
        emoji
            .shortcodes()
            .filter_map(|name| Some((rank(name, &prefix)?, name)))
            .max()
            .map(|(rank, name)| (rank, name, emoji))
    };
    let mut found: Vec<_> = emojis::iter().filter_map(best).collect();
    found.sort_by_key(|(rank, ..)| Reverse(*rank));
    found.into_iter().take(limit).map(|(_, name, emoji)| (name, emoji.as_str())).collect()
}

fn rank(name: &str, prefix: &str) -> Option<u8> {
    if name == prefix {
        return Some(2);
    }
    if name.starts_with(prefix) {
        return Some(1);
    }
    name.split(['_', '-']).skip(1).any(|word| word.starts_with(prefix)).then_some(0)
}
