//! Whether a text names somebody: their name stands in it as words of its own, with or without `@` before it, in
//! whatever case and however its accents are written.

use std::ops::Range;

use unicode_normalization::char::{decompose_canonical, is_combining_mark};

/// A single character without `@` before it is a word of some language more often than a name.
const BARE_MIN_CHARS: usize = 2;

/// Whether `text` names the person called `name`.
#[must_use]
pub fn mentions(text: &str, name: &str) -> bool {
    find(text, name).next().is_some()
}

/// The places of `text`, in bytes, that name the person called `name`, each with the `@` before it if there is one. Names
/// in addresses of pages or of electronic mail are none.
pub fn find<'a>(text: &'a str, name: &str) -> impl Iterator<Item = Range<usize>> + 'a {
    let name: Vec<char> = folded(name.trim()).map(|(c, _)| c).collect();
    let bare = name.len() >= BARE_MIN_CHARS;
    let letters: Vec<(char, usize)> = folded(text).collect();
    let mut from = 0;
    std::iter::from_fn(move || {
        while !name.is_empty() && from + name.len() <= letters.len() {
            let start = from;
            from += 1;
            let Some(found) = place(text, &letters, start, &name) else { continue };
            let at_sign = text.get(found.clone()).is_some_and(|found| found.starts_with('@'));
            if at_sign || bare {
                from = start + name.len();
                return Some(found);
            }
        }
        None
    })
}

/// The characters of a text in lower case and taken apart, each with the place in bytes of the one it comes from.
fn folded(text: &str) -> impl Iterator<Item = (char, usize)> + '_ {
    text.char_indices().flat_map(|(at, c)| {
        let mut parts = Vec::new();
        decompose_canonical(c, |part| parts.extend(part.to_lowercase().map(|c| if c == 'ς' { 'σ' } else { c })));
        parts.into_iter().map(move |part| (part, at))
    })
}

/// The name in the text, if it begins at this letter and stands by itself.
fn place(text: &str, letters: &[(char, usize)], start: usize, name: &[char]) -> Option<Range<usize>> {
    let same = letters.get(start..)?.iter().map(|(c, _)| c).zip(name).all(|(a, b)| a == b);
    if !same {
        return None;
    }
    let begin = letters.get(start)?.1;
    let end = letters.get(start + name.len()).map_or(text.len(), |(_, at)| *at);
    let (before, after) = (text.get(..begin)?, text.get(end..)?);
    let (first, last) = (*name.first()?, *name.last()?);
    let before = before.strip_suffix('@').unwrap_or(before);
    let begin = before.len();
    if before.chars().next_back().is_some_and(|c| joins(c, first))
        || after.chars().next().is_some_and(|c| joins(last, c))
    {
        return None;
    }
    (!in_address(before, after)).then_some(begin..end)
}

/// Whether two characters side by side belong to one word.
fn joins(left: char, right: char) -> bool {
    if is_combining_mark(right) {
        return true;
    }
    let in_word = |c: char| c.is_alphanumeric() || c == '_' || is_combining_mark(c);
    in_word(left) && in_word(right) && !(is_unspaced(left) || is_unspaced(right))
}

/// Whether the character is of a script that is written without spaces between words.
fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{0e00}'..='\u{0eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{3040}'..='\u{30ff}'
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}')
}

/// Whether what stands right before and after is part of the address of a page or of electronic mail.
fn in_address(before: &str, after: &str) -> bool {
    let start = before.rsplit(char::is_whitespace).next().unwrap_or_default();
    let mut rest = after.chars();
    let (next, then) = (rest.next(), rest.next());
    start.contains("://")
        || after.starts_with("://")
        || start.ends_with(['/', '@'])
        || (matches!(next, Some('.' | '@')) && then.is_some_and(char::is_alphanumeric))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_counts_as_words_of_its_own() {
        let cases = [
            ("Ada, are you there?", "Ada", true),
            ("@ada", "Ada", true),
            ("ask (ADA)!", "Ada", true),
            ("for Ada's sake", "Ada", true),
            ("Adamant", "Ada", false),
            ("Canada", "Ada", false),
            ("ada_1", "Ada", false),
            ("@adam", "Ada", false),
            ("is ada lovelace in?", "Ada Lovelace", true),
            ("ada, lovelace", "Ada Lovelace", false),
            ("nothing", "Ada", false),
            ("", "Ada", false),
            ("Ada", "", false),
            ("Ada", "  ", false),
            ("a plan", "A", false),
            ("@a plan", "A", true),
            ("grüße an zoë", "Zoë", true),
            ("gruesse an Zoe\u{308}", "Zoë", true),
            ("Zoë", "Zoe", false),
            ("ΣΟΦΊΑ μου", "Σοφία", true),
            ("ΓΙΏΡΓΟΣ", "Γιώργος", true),
            ("@美咲さん、元気？", "美咲", true),
            ("美咲さん", "美咲", true),
            ("يا نور الهدى", "نور الهدى", true),
            ("see https://example.org/ada/x", "Ada", false),
            ("ada@example.org", "Ada", false),
            ("me@ada.org", "Ada", false),
            ("ada.example.org", "Ada", false),
            ("I met Ada.", "Ada", true),
            ("Ada.\nBob", "Ada", true),
            ("👍Ada👍", "Ada", true),
        ];
        for (text, name, expected) in cases {
            assert_eq!(mentions(text, name), expected, "{text:?} for {name:?}");
        }
    }

    #[test]
    fn places_are_those_of_the_text_and_take_the_sign_along() {
        let text = "Zoe\u{308}: @ZOË? @zoë!";
        let found: Vec<&str> = find(text, "Zoë").filter_map(|place| text.get(place)).collect();
        assert_eq!(found, ["Zoe\u{308}", "@ZOË", "@zoë"]);
    }

    #[test]
    fn a_long_text_is_read_quickly() {
        let (text, name) = ("a".repeat(16 * 1024), "a".repeat(63) + "b");
        let start = std::time::Instant::now();
        assert!(!mentions(&text, &name));
        assert!(start.elapsed() < std::time::Duration::from_secs(1));
    }

    proptest::proptest! {
        #[test]
        fn any_name_alone_or_with_the_sign_is_found(name in "[\\pL]{2,8}( [\\pL]{2,8})?", before in "\\PC{0,9}") {
            let text = [&before, " @", &name, " "].concat();
            proptest::prop_assert!(mentions(&text, &name));
            proptest::prop_assert!(mentions(&name, &name));
        }
    }
}
