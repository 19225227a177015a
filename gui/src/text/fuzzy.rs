//! Finding a command or a chat by some of its letters.
//!
//! nucleo folds case and the letters of Latin, but takes an accent in the query for a wish to find only that, and text
//! with combining marks it may take for ASCII though it is not (`Utf32Str::new`). So both sides are folded here: taken
//! apart (NFD), without marks and without what is invisible.

use nucleo_matcher::{Config, Utf32String, chars};
use unicode_normalization::char::decompose_canonical;

use super::links;

#[cfg(test)]
mod tests;

/// So much of a query counts. Scores of longer words overflow the `u16` nucleo adds them up in.
const QUERY_CHARS_MAX: usize = 64;

/// Looks for the words of a query, in any order, each with gaps.
pub struct Matcher {
    words: Vec<Utf32String>,
    nucleo: nucleo_matcher::Matcher,
}

impl Matcher {
    /// A matcher for a query of a person. What is beyond 64 characters is ignored.
    pub fn new(query: &str) -> Self {
        let query: String = query.chars().take(QUERY_CHARS_MAX).collect();
        let letters =
            |word: &str| word.chars().flat_map(folded).map(chars::to_lower_case).take(QUERY_CHARS_MAX).collect();
        let words = query.split_whitespace().map(|word| utf32(letters(word))).collect();
        Self { words, nucleo: nucleo_matcher::Matcher::new(Config::DEFAULT) }
    }

    /// How well a candidate fits, and which of its characters (not bytes) were found, ascending; none if it does not.
    ///
    /// More is better, and scores of one query can be compared. An empty query fits everything with 0.
    pub fn score(&mut self, candidate: &str) -> Option<(u32, Vec<usize>)> {
        let (mut haystack, mut origins) = (Vec::new(), Vec::new());
        for (index, c) in candidate.chars().enumerate() {
            for c in folded(c) {
                haystack.push(c);
                origins.push(index);
            }
        }
        let haystack = utf32(haystack);
        let (mut score, mut found) = (0u32, Vec::new());
        for word in &self.words {
            let points = self.nucleo.fuzzy_indices(haystack.slice(..), word.slice(..), &mut found)?;
            score = score.saturating_add(u32::from(points));
        }
        let place = |at: &u32| origins.get(usize::try_from(*at).ok()?).copied();
        let mut indices: Vec<usize> = found.iter().filter_map(place).collect();
        indices.sort_unstable();
        indices.dedup();
        Some((score, indices))
    }
}

/// Without the merging of graphemes that nucleo's own conversion does. It searches ASCII faster.
fn utf32(letters: Vec<char>) -> Utf32String {
    if letters.iter().all(char::is_ascii) {
        Utf32String::Ascii(letters.into_iter().collect::<String>().into_boxed_str())
    } else {
        Utf32String::Unicode(letters.into_boxed_slice())
    }
}

/// A character as the letters it consists of, in its own case. Nothing for marks and invisible characters.
fn folded(c: char) -> impl Iterator<Item = char> {
    let mut letters = [None; 4];
    let mut free = letters.iter_mut();
    decompose_canonical(c, |letter| {
        if !is_accent(letter)
            && !links::is_invisible(letter)
            && let Some(place) = free.next()
        {
            *place = Some(latin(letter));
        }
    });
    letters.into_iter().flatten()
}

/// A letter as nucleo normalizes it. Of a few it knows the capital or the small letter only; they become the same
/// here, for it normalizes sometimes before and sometimes after it has folded the case.
fn latin(letter: char) -> char {
    let plain = match letter {
        'ⱥ' => 'a',
        'ⱦ' => 't',
        other => chars::normalize(other),
    };
    let small = chars::to_lower_case(plain);
    let small_plain = chars::normalize(small);
    if small_plain == small { plain } else { small_plain }
}

/// Marks that people leave out when they search: accents, Hebrew points and Arabic vowels, but not the vowels of Indic
/// scripts.
fn is_accent(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36F}' | '\u{483}'..='\u{489}' | '\u{591}'..='\u{5BD}' | '\u{5BF}' | '\u{5C1}'
        | '\u{5C2}' | '\u{5C4}' | '\u{5C5}' | '\u{5C7}' | '\u{610}'..='\u{61A}' | '\u{64B}'..='\u{65F}' | '\u{670}'
        | '\u{6D6}'..='\u{6DC}' | '\u{6DF}'..='\u{6E4}' | '\u{6E7}' | '\u{6E8}' | '\u{6EA}'..='\u{6ED}'
        | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}' | '\u{20D0}'..='\u{20FF}' | '\u{FE20}'..='\u{FE2F}')
}
